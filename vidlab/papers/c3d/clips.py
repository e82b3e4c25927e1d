"""Tran et al. 2015, the clips: which 16 frames train a network, and how it labels them (Secs. 3.1, 3.3)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from vidlab import clips, transforms
from vidlab.papers.samples import Frames, SampleLoader, Task
from vidlab.score import Scores
from vidlab.train import Recipe, fit

BATCH = 16  # clips that are labelled at once


@dataclass(frozen=True)
class Clips(Frames):
    """Clips of `depth` frames. Those to train on do not overlap, as in the search (Sec. 3.1); `shuffled` puts
    the frames of each clip in a random order, in training and in testing: a control of ours."""

    depth: int = 16
    shuffled: bool = False

    def random_start(self, video: int, rng: np.random.Generator) -> int:
        return self.depth * int(rng.integers(0, max(self.length(video) // self.depth, 1)))

    def jitter(self, inputs: Tensor, rng: np.random.Generator) -> Tensor:
        """Crops and mirrors are all that the paper names; a shuffled clip gets a new order each time."""
        if not self.shuffled:
            return inputs
        return torch.stack([_in_order(stack, rng.permutation(self.depth)) for stack in inputs])

    def inputs(self, which: Sequence[int], at: Sequence[int]) -> Tensor:
        """As of frames; a shuffled clip has an order of its own, which testing keeps."""
        stacks = super().inputs(which, at)
        if not self.shuffled:
            return stacks
        orders = [
            np.random.default_rng([v, t]).permutation(self.depth) for v, t in zip(which, at, strict=True)
        ]
        return torch.stack([_in_order(s, order) for s, order in zip(stacks, orders, strict=True)])


def _in_order(stack: Tensor, order: np.ndarray) -> Tensor:
    """A stack (3T, H, W) with its frames in another order."""
    return stack.unflatten(0, (-1, 3))[order].flatten(0, 1)


@dataclass(frozen=True)
class LongClips(Clips):
    """For long videos: of each, five random stretches of two seconds are kept (at 25 frames a second), and
    clips come from anywhere in those (Sec. 3.3)."""

    stretches: int = 5
    seconds: int = 50  # two of them, in frames

    def random_start(self, video: int, rng: np.random.Generator) -> int:
        room = max(self.length(video) - self.depth, 0)
        mine = np.random.default_rng(video).integers(
            0, max(self.length(video) - self.seconds, 0) + 1, self.stretches
        )
        return min(int(rng.choice(mine) + rng.integers(0, self.seconds - self.depth + 1)), room)


class InTime(nn.Module):
    """A clip network that takes stacks of frames (N, 3T, H, W), as samplers make them."""

    def __init__(self, net: nn.Module, frames: int):
        super().__init__()
        self.net, self.frames = net, frames

    def forward(self, stacks: Tensor) -> Tensor:
        return self.net(in_time(stacks, self.frames))


def in_time(stacks: Tensor, frames: int) -> Tensor:
    """Stacks (N, 3T, H, W), frame by frame -> clips (N, 3, T, H, W), as fast as memory allows."""
    whole = stacks.unflatten(1, (frames, 3)).transpose(1, 2)
    return whole.contiguous(memory_format=torch.channels_last_3d)


def train_on(net: nn.Module, task: Task, recipe: Recipe, per_epoch: int, crop: int, *, seed: int = 0,
             checkpoint: Path | None = None, device: str = "cpu") -> dict[str, list]:  # fmt: skip
    """Train in place on random clips, crops and mirrors of the task's videos; returns the history, with the
    seconds of each epoch."""
    loader = SampleLoader([task], crop, recipe.batch, per_epoch, seed)
    for layer in net.modules():
        if isinstance(layer, nn.Conv3d):  # on a CPU training takes half as long again without
            layer.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    clock = [time.perf_counter()]

    def seconds(_net: nn.Module, _epoch: int) -> dict[str, float]:
        clock.append(time.perf_counter())
        return {"seconds": round(clock[-1] - clock[-2], 2)}

    model = InTime(net, task.source.depth)
    return fit(model, loader, recipe, seed=seed, checkpoint=checkpoint, device=device, each_epoch=seconds)


def test_starts(source: Clips, video: int, hop: int) -> np.ndarray:
    """Where the test clips of a video begin: `hop` frames apart, whole clips only."""
    return clips.windows(source.length(video), source.depth, hop)


def centre_crops(source: Clips, video: int, starts: Sequence[int], crop: int) -> Tensor:
    """Clips (n, 3, T, crop, crop) from the centre of the frame, as the released code has it."""
    stacks = source.inputs([video] * len(starts), list(starts))
    return in_time(transforms.five_crops(stacks, crop)[:, 4], source.depth)


@torch.inference_mode()
def label_clips(net: nn.Module, source: Clips, videos: Sequence[int], labels: np.ndarray, crop: int,
                hop: int = 16, device: str = "cpu") -> Scores:  # fmt: skip
    """Scores of all test clips of the videos, whose labels are (V,): one row a clip, a single centre crop."""
    net.eval()
    rows, counts = [], []
    for number in videos:
        starts = test_starts(source, number, hop)
        for some in np.array_split(starts, -(-len(starts) // BATCH)):
            logits = net(centre_crops(source, number, some.tolist(), crop).to(device))
            rows.append(logits.float().softmax(1).cpu())
        counts.append(len(starts))
    video, clip = np.repeat(videos, counts), np.concatenate([np.arange(n) for n in counts])
    one_crop = np.zeros(len(clip), int)
    return Scores(video, clip, one_crop, torch.cat(rows).numpy(), np.repeat(labels, counts))
