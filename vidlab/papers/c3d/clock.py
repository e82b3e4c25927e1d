"""Tran et al. 2015, the clock: all methods of Table 6 on one machine, and what a step of training costs.

The paper times C3D on a GPU against other people's programs, partly on a CPU. Here everything runs on
one core, and on the same frames; arms that end in "-gpu" ask how much a GPU changes.
"""

import time
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from vidlab import flow
from vidlab.experiment import Experiment, Outcome
from vidlab.handcrafted.trajectories import dense_trajectories
from vidlab.nets.c3d import C3D, ClipNet, SearchNet
from vidlab.papers.c3d import describe
from vidlab.papers.worlds import UCF, material
from vidlab.train import keep_memory
from vidlab.videos.reading import read_frames

SIZE = (320, 240)  # width and height of UCF-101's frames
CROPS = (56, 112, 224)  # App. A's net-64, net-128 and net-256, by our reading of their counts


def train(experiment: Experiment, size: str, device: str = "cpu") -> Outcome:
    """Time one table of the paper; nothing is labelled, so the Outcome holds numbers only.

    On one core of the CPU, whatever `device` is, unless the experiment names another: then C3D and Brox's
    flow run there, and what OpenCV does stays on the core.
    """
    device = experiment.net.get("device", "cpu")
    keep_memory()
    cv2.setNumThreads(1)  # as PyTorch's, which `vidlab record` sets: one core for each method
    table = {"6": frames_a_second, "7": step_seconds}[experiment.net["table"]]
    found, none = table(size, experiment.seed, device), np.zeros(0, int)
    return Outcome([], [], none, np.zeros((0, 1)), none, extra=found)


def seconds(work: Callable[[], object], device: str, repeats: int = 5) -> float:
    """How long one call takes: the median of so many, after one that finds nothing prepared."""
    took = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        work()
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        took.append(time.perf_counter() - start)
    return float(np.median(took[1:]))


def frames_a_second(size: str, seed: int, device: str) -> dict[str, float]:
    """Table 6: frames a second by method, of a synthetic video made as large as UCF-101's (not decoding).

    C3D at the paper's size describes clips of 16 frames, 8 apart, up to fc6. Weights do not matter here.
    """
    net: ClipNet = C3D().eval()
    c3d = describe.recorded(net, 128, "timed")
    frames = some_frames(size, seed)
    works: dict[str, Callable[[], object]] = {
        "C3D": lambda: c3d.described(frames, ("fc6",), device),
        "trajectories": lambda: dense_trajectories(frames, stabilise=True),
    }
    for method in flow.METHODS:
        works[method] = partial(flow.estimate, frames, method, device=device)
    rates = {name: len(frames) / seconds(work, device) for name, work in works.items()}
    over = {f"c3d_over_{name}": rates["C3D"] / rates[name] for name in ("trajectories", "brox", "farneback")}
    return rates | over


def some_frames(size: str, seed: int, count: int = 48) -> np.ndarray:
    """Frames (count, 240, 320, 3) uint8 of a test video of SynthUCF-1; a shorter one begins again."""
    benchmark = material(UCF, size).benchmark
    video = benchmark.videos[benchmark.split("split1").test[seed]]
    frames = [cv2.resize(frame, SIZE) for frame in read_frames(video.path)[video.start : video.stop]]
    return np.stack([frames[i % len(frames)] for i in range(count)])


def step_seconds(size: str, seed: int, device: str, batch: int = 2) -> dict[str, float]:
    """Table 7 (App. A): seconds of a training step a clip, by crop, at the paper's width, and ratios."""
    found = {crop: seconds(one_step(crop, batch, seed, device), device) / batch for crop in CROPS}
    times = {f"{small}_to_{large}": found[large] / found[small] for small, large in ((56, 112), (112, 224))}
    return {f"seconds_{crop}": value for crop, value in found.items()} | times


def one_step(crop: int, batch: int, seed: int, device: str) -> Callable[[], None]:
    """A training step of depth-3 on noise, as something to call."""
    torch.manual_seed(seed)
    net = SearchNet(crop=crop).to(device, memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    optimiser = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9)
    clips = torch.randn(batch, *net.shape, device=device).contiguous(memory_format=torch.channels_last_3d)
    labels = torch.zeros(batch, dtype=torch.long, device=device)

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(net(clips), labels).backward()
        optimiser.step()

    return step
