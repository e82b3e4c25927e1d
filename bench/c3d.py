"""C3D: clips a second, whole videos to descriptors, memory, and the share of a GPU's measured peak."""

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vidlab.nets import C3D, SearchNet
from vidlab.nets.c3d import ClipNet
from vidlab.papers.c3d import describe
from vidlab.train import best_device, keep_memory
from vidlab.videos import read_frames
from vidlab.videos.reading import write_frames

REPORTED = 313.9  # frames a second of C3D on a K40, Table 6
GMACS = 38.5  # multiplications of one clip's convolutions at the paper's size (x 2 operations)


def timed(work, device: str, seconds: float = 4.0) -> float:
    """Calls a second."""
    work()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        work()
        count += 1
    if device == "cuda":
        torch.cuda.synchronize()
    return count / (time.perf_counter() - start)


def clips_a_second(net: ClipNet, batch: int, device: str) -> tuple[float, float]:
    """Forward passes, and training steps, in clips a second."""
    net.to(device)
    clips = torch.randn(batch, *net.shape, device=device).contiguous(memory_format=torch.channels_last_3d)
    labels, optimiser = (
        torch.zeros(batch, dtype=torch.long, device=device),
        torch.optim.SGD(net.parameters(), 1e-4),
    )

    def forward() -> None:
        net.eval()
        with torch.inference_mode():
            net(clips)

    def step() -> None:
        net.train()
        loss = torch.nn.functional.cross_entropy(net(clips), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return batch * timed(forward, device), batch * timed(step, device)


def matrix_peak(device: str, side: int = 4096) -> float:
    """Operations a second of a large product of matrices: what the device can do at best, measured."""
    a, b = (torch.randn(side, side, device=device) for _ in range(2))
    return 2 * side**3 * timed(lambda: a @ b, device, 2.0)


def descriptors(net: ClipNet, side: int, device: str) -> float:
    """Frames a second from files to descriptors: decoding, clips 8 frames apart, fc6, mean."""
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (200, 240, 320, 3), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = write_frames(Path(folder) / "video.avi", frames)
        describer = describe.recorded(net, side, "bench")
        return 200 * timed(lambda: describer.described(read_frames(path), ("fc6",), device), device)


def main() -> None:
    device = best_device()
    keep_memory()  # as `fit` does
    print(f"clips a second on {device}, {torch.get_num_threads()} threads: forward, training")
    small: dict[str, Any] = {"width": 0.25, "crop": 56, "norm": True}
    for name, net, batch in (
        ("C3D, paper size", C3D(), 2),
        ("search network, depth 3, paper size", SearchNet(), 2),
        ("C3D, a quarter of the width, 56 pixels", C3D(48, **small), 16),
        ("search network, a quarter of the width, 56 pixels", SearchNet(classes=24, **small), 16),
    ):
        forward, training = clips_a_second(net, batch, device)
        print(f"  {forward:9,.1f} {training:9,.1f}  {name}", flush=True)
        if device == "cuda" and name == "C3D, paper size":
            share = forward * GMACS * 2e9 / matrix_peak(device)
            print(f"  {share:.0%} of the measured peak of matrix products")
    print(f"frames a second, from the file to the descriptor (reported on a K40: {REPORTED})")
    print(f"  {descriptors(C3D(), 128, device):9,.1f}  C3D, paper size, 16-frame clips 8 apart")
    print(f"  {descriptors(C3D(48, **small), 60, device):9,.1f}  C3D, a quarter of the width, 56 pixels")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")
