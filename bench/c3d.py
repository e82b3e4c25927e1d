"""C3D: clips a second, whole videos to descriptors, memory, and the share of a GPU's measured peak."""

import gc
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from vidlab.nets import C3D, SearchNet
from vidlab.nets.c3d import ClipNet, multiplications
from vidlab.papers.c3d import describe
from vidlab.train import best_device, keep_memory
from vidlab.videos import read_frames
from vidlab.videos.reading import write_frames

REPORTED = 313.9  # frames a second of C3D on a K40, Table 6
MORE = 15  # times as many clips at once on a GPU: 30 of the paper's size, its own batch (Sec. 3.3)


class Speed(NamedTuple):
    """Things a second, and the most GiB that torch took on a GPU for them (0 without one)."""

    rate: float
    gib: float

    def times(self, things: float) -> "Speed":
        """The speed where each call does so many things."""
        return self._replace(rate=things * self.rate)


def timed(work: Callable[[], Any], device: str, seconds: float = 4.0) -> Speed:
    """Calls a second, after one to warm up; a GPU has done all its work when the clock starts and stops."""
    on_gpu = device == "cuda"
    gc.collect()  # an optimiser that is done with keeps its network in memory until then
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    work()
    if on_gpu:
        torch.cuda.synchronize()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        work()
        count += 1
    if on_gpu:
        torch.cuda.synchronize()
    rate = count / (time.perf_counter() - start)
    return Speed(rate, torch.cuda.max_memory_allocated() / 2**30 if on_gpu else 0.0)


def clips_a_second(net: ClipNet, batch: int, device: str, seconds: float = 4.0) -> tuple[Speed, Speed]:
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

    return timed(forward, device, seconds).times(batch), timed(step, device, seconds).times(batch)


def one_precision() -> str:
    """Let products of matrices and convolutions use TF32 alike, so that they can be compared; its name.

    By default torch lets only convolutions. GPUs before Ampere have no TF32 and stay at float32.
    """
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    return "TF32" if torch.cuda.get_device_capability()[0] >= 8 else "float32"


def matrix_peak(device: str, side: int = 8192, seconds: float = 2.0) -> Speed:
    """Operations a second of a large product of matrices: what the device can do at best, measured."""
    a, b = (torch.randn(side, side, device=device) for _ in range(2))
    return timed(lambda: a @ b, device, seconds).times(2 * side**3)


def descriptors(net: ClipNet, side: int, device: str, seconds: float = 4.0) -> Speed:
    """Frames a second from files to descriptors: decoding, clips 8 frames apart, fc6, mean."""
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (200, 240, 320, 3), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = write_frames(Path(folder) / "video.avi", frames)
        describer = describe.recorded(net, side, "bench")
        work = partial(describer.described, layers=("fc6",), device=device)
        return timed(lambda: work(read_frames(path)), device, seconds).times(200)


def line(name: str, *speeds: Speed) -> str:
    """One line of the report: the speeds, what was measured, and on a GPU the memory of each."""
    memory = ", ".join(f"{speed.gib:.2f}" for speed in speeds if speed.gib)
    rates = "".join(f" {speed.rate:9,.1f}" for speed in speeds)
    return f" {rates}  {name}{f' ({memory} GiB on the GPU)' if memory else ''}"


def main() -> None:
    device = best_device()
    on_gpu = device == "cuda"
    precision = one_precision() if on_gpu else "float32"
    keep_memory()  # as `fit` does
    print(f"clips a second on {device}, {torch.get_num_threads()} threads, {precision}: forward, training")
    small: dict[str, Any] = {"width": 0.25, "crop": 56, "norm": True}
    for name, make, batch in (  # made when its turn comes: a network that waits would be in the memory, too
        ("C3D, paper size", C3D, 2),
        ("search network, depth 3, paper size", SearchNet, 2),
        ("C3D, a quarter of the width, 56 pixels", partial(C3D, 48, **small), 16),
        ("search network, a quarter of the width, 56 pixels", partial(SearchNet, classes=24, **small), 16),
    ):
        batch *= MORE if on_gpu else 1
        forward, training = clips_a_second(make(), batch, device)
        print(line(f"{name}, {batch} at once", forward, training), flush=True)
        if on_gpu and make is C3D:
            peak = matrix_peak(device).rate
            with torch.device("meta"):
                done = forward.rate * 2 * multiplications(C3D())  # a product is added, too
            print(f"  {done / peak:.0%} of the measured peak of {precision} products of matrices, "
                  f"{peak / 1e12:.0f} Tflop/s")  # fmt: skip
    print(f"frames a second, from the file to the descriptor (reported on a K40: {REPORTED})")
    print(line("C3D, paper size, 16-frame clips 8 apart", descriptors(C3D(), 128, device)))
    print(line("C3D, a quarter of the width, 56 pixels", descriptors(C3D(48, **small), 60, device)))
    print(f"peak memory of the host: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")
