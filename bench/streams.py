"""Training samples a second of both streams, at the size of the paper and of a laptop."""

import time

import torch
import torch.nn.functional as F

from vidlab.papers.twostream.streams import RECIPES, Shape
from vidlab.papers.twostream.system import SMALL
from vidlab.train import best_device, optimiser_for

STREAMS = {"spatial, RGB": (3, False), "temporal, L = 10": (20, True)}


def rate(channels: int, temporal: bool, shape: Shape, batch: int, steps: int, device: str) -> float:
    """Samples a second that one network trains on, in batches of noise: no disk is timed."""
    net = shape.net(channels, 101, 0.9, temporal).to(device)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = optimiser_for(net, RECIPES["small-flow-1"])
    inputs = torch.randn(batch, channels, shape.crop, shape.crop, device=device)
    inputs = inputs.contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch, device=device) % 101
    start = 0.0
    for step in range(steps + 1):
        if step == 1:  # the first step sets up what the others reuse
            start = time.perf_counter()
        optimiser.zero_grad()
        loss = F.cross_entropy(net(inputs), labels)
        loss.backward()
        optimiser.step()
        loss.item()
    return steps * batch / (time.perf_counter() - start)


def main() -> None:
    device = best_device()
    batch = 256 if device == "cuda" else 16
    print(f"training samples a second on {device}, {torch.get_num_threads()} threads")
    for name, (channels, temporal) in STREAMS.items():
        full = rate(channels, temporal, Shape(), batch, 3, device)
        small = rate(channels, temporal, SMALL, 32, 20, device)
        print(f"  {full:9,.1f}  {name}, paper size (224 pixels, batches of {batch})")
        print(f"  {small:9,.1f}  {name}, a quarter of the width (56 pixels, BatchNorm, batches of 32)")


if __name__ == "__main__":
    main()
