"""How many windows a second the networks of 2011 train and label. `python -m bench.training`"""

import time

import numpy as np
import torch

from vidlab.nets import ConvNet3D, SequenceLSTM
from vidlab.papers.baccouche.data import SequenceLoader
from vidlab.papers.baccouche.stages import LSTM, convnet_recipe
from vidlab.train import best_device, fit


class RandomWindows:
    """As many windows as one epoch shows, made of noise: what is timed is the network, not the disk."""

    def __init__(self, windows: int, batch: int):
        self.windows, self.batch = windows, batch

    def __len__(self) -> int:
        return self.windows // self.batch

    def epoch(self, number: int):
        clips, labels = torch.randn(self.batch, 1, 9, 54, 34), torch.arange(self.batch) % 6
        for _ in range(len(self)):
            yield clips, labels


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(device: str, windows: int = 2000) -> list[tuple[str, float]]:
    """Rows of what, windows a second, at the paper's own size and by the recorded recipes."""
    net, recipe = ConvNet3D().to(device), convnet_recipe(3000)
    train = seconds(lambda: fit(net, RandomWindows(windows, recipe.batch), recipe, device=device))
    clips = torch.randn(100, 1, 9, 54, 34, device=device)
    with torch.inference_mode():
        label = seconds(lambda: [net(clips).cpu() for _ in range(windows // 100)])
    sequences = [np.random.default_rng(i).normal(size=(40, 120)).astype(np.float32) for i in range(64)]
    loader = SequenceLoader(sequences, np.arange(64) % 6, LSTM.batch)
    lstm = seconds(lambda: fit(SequenceLSTM(), loader, LSTM, device=device))
    return [
        (f"3D-ConvNet, trained in batches of {recipe.batch}", windows / train),
        ("3D-ConvNet, labelled in batches of 100", windows / label),
        (f"LSTM, trained in batches of {LSTM.batch} sequences of 40", 64 * 40 * LSTM.epochs / lstm),
    ]


def main() -> None:
    device = best_device()
    print(f"windows a second on {device}, {torch.get_num_threads()} threads")
    for what, rate in measure(device):
        print(f"  {rate:9,.0f}  {what}")


if __name__ == "__main__":
    main()
