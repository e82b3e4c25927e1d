"""Videos to batches: ways to make network inputs out of videos, and a loader that draws random samples.

For all networks that read frames or flow: decoded frames and stored fields -> inputs -> crops -> batches.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vidlab import clips, flow, transforms
from vidlab.train import IGNORED

GREY, SPREAD = 114.0, 60.0  # RGB is centred and scaled by two constants, the same for all data


class Source(ABC):
    """One way to make network inputs out of videos, which go by their number in a benchmark."""

    channels: int
    depth: int  # frames, or fields, of one input

    @abstractmethod
    def length(self, video: int) -> int:
        """How many frames, or fields, the video has."""

    def starts(self, video: int, count: int) -> np.ndarray:
        """`count` positions at equal distances over the video."""
        return clips.equally_spaced(self.length(video), self.depth, count)

    def random_start(self, video: int, rng: np.random.Generator) -> int:
        """A position anywhere in the video."""
        return int(rng.integers(0, max(self.length(video) - self.depth, 0) + 1))

    @abstractmethod
    def size(self, video: int) -> tuple[int, ...]:
        """Height and width of the video at rest."""

    @abstractmethod
    def inputs(self, which: Sequence[int], at: Sequence[int]) -> Tensor:
        """Whole-frame inputs (n, C, H, W) of n videos of one size, each at one position."""

    def mirror(self, inputs: Tensor) -> Tensor:
        """The same inputs as a mirror would show them."""
        return inputs.flip(-1)

    def jitter(self, inputs: Tensor, rng: np.random.Generator) -> Tensor:
        """The same inputs in another light, where they are RGB."""
        return inputs


@dataclass(frozen=True)
class Frames(Source):
    """The spatial stream's input (Sec. 2): an RGB frame, or `depth` of them stacked ("slow fusion", Sec. 6).

    pixels: of each video, uint8 (T, H, W, 3).
    """

    pixels: Sequence[np.ndarray]
    depth: int = 1

    @property
    def channels(self) -> int:  # type: ignore[override]
        return 3 * self.depth

    def length(self, video: int) -> int:
        return len(self.pixels[video])

    def size(self, video: int) -> tuple[int, ...]:
        return self.pixels[video].shape[1:3]

    def inputs(self, which: Sequence[int], at: Sequence[int]) -> Tensor:
        stacks = [clips.take(self.pixels[v], [t], self.depth)[0] for v, t in zip(which, at, strict=True)]
        batch = torch.from_numpy(np.stack(stacks)).movedim(-1, 2).flatten(1, 2)  # (n, 3 * depth, H, W)
        return (batch.float() - GREY) / SPREAD

    def jitter(self, inputs: Tensor, rng: np.random.Generator) -> Tensor:
        return transforms.lighting(inputs, rng)


@dataclass(frozen=True)
class Flows(Source):
    """The temporal stream's input (Sec. 3.1): 2L channels from `depth` = L displacement fields.

    backward: for a bi-directional stack, whose position is L/2 fields before its middle frame.
    """

    forward: Sequence[flow.Fields]
    backward: Sequence[flow.Fields] = ()
    depth: int = 10
    trajectory: bool = False
    subtract_mean: bool = True

    @property
    def channels(self) -> int:  # type: ignore[override]
        return 2 * self.depth

    def length(self, video: int) -> int:
        return len(self.forward[video])

    def size(self, video: int) -> tuple[int, ...]:
        return self.forward[video].size

    def inputs(self, which: Sequence[int], at: Sequence[int]) -> Tensor:
        stack = flow.along_trajectories if self.trajectory else flow.stacked
        if not self.backward:
            return stack(_fields(self.forward, which, at, self.depth), self.subtract_mean)
        half, odd = divmod(self.depth, 2)
        if odd:
            raise ValueError(f"{self.depth} fields cannot be half forward, half backward: use an even number")
        ahead = _fields(self.forward, which, [t + half for t in at], half)
        back = _fields(self.backward, which, at, half)
        return flow.both_ways(ahead, back, stack, self.subtract_mean)

    def mirror(self, inputs: Tensor) -> Tensor:
        return flow.mirrored(inputs)


def _fields(stored: Sequence[flow.Fields], which, at, length: int) -> Tensor:
    """Displacement fields (n, length, 2, H, W) of n videos from their positions on."""
    return torch.stack([stored[v].restored(t, length) for v, t in zip(which, at, strict=True)])


@dataclass(frozen=True)
class Task:
    """One set to learn from: a source, its training videos (n,), and their labels (n, heads), `IGNORED`
    where a head has nothing to say about a video."""

    source: Source
    videos: np.ndarray
    labels: np.ndarray


class SampleLoader:
    """Random samples (Sec. 5): a video, all classes equally often; a position; a crop; a mirror or none.

    Several tasks share each batch equally (multi-task learning, Sec. 4). `centre`: crops from the central
    square of the frame only. With one head the targets are (n,), else (n, heads).
    """

    def __init__(self, tasks: Sequence[Task], crop: int, batch: int, per_epoch: int, seed=0, centre=False):
        self.tasks, self.crop, self.batch, self.seed, self.centre = tasks, crop, batch, seed, centre
        self.batches = max(1, round(per_epoch / batch))
        self.by_class = [_by_class(task) for task in tasks]

    def __len__(self) -> int:
        return self.batches

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng([self.seed, number])
        share = self.batch // len(self.tasks)
        for _ in range(self.batches):
            parts = [self._draw(task, classes, share, rng)
                     for task, classes in zip(self.tasks, self.by_class, strict=True)]  # fmt: skip
            inputs, targets = (torch.cat(side) for side in zip(*parts, strict=True))
            inputs = inputs.contiguous(memory_format=torch.channels_last)
            yield inputs, targets[:, 0] if targets.shape[1] == 1 else targets

    def _draw(self, task: Task, classes: list[np.ndarray], n: int, rng: np.random.Generator
              ) -> tuple[Tensor, Tensor]:  # fmt: skip
        rows = [int(rng.choice(classes[k])) for k in rng.integers(0, len(classes), n)]
        which = task.videos[rows].tolist()
        at = [task.source.random_start(v, rng) for v in which]
        inputs = torch.empty(n, task.source.channels, self.crop, self.crop)
        sizes = [task.source.size(v) for v in which]
        for size in dict.fromkeys(sizes):  # frames of one size are cropped together
            mine = [i for i, its in enumerate(sizes) if its == size]
            whole = task.source.inputs([which[i] for i in mine], [at[i] for i in mine])
            inputs[mine] = transforms.random_crops(whole, self.crop, rng, self.centre)
        mirrored = torch.from_numpy(rng.random(n) < 0.5)
        inputs[mirrored] = task.source.mirror(inputs[mirrored])
        return task.source.jitter(inputs, rng), torch.from_numpy(task.labels[rows])


def _by_class(task: Task) -> list[np.ndarray]:
    """The rows of each class: of a video's first label that is not IGNORED, told apart by head."""
    head = (task.labels != IGNORED).argmax(1)
    key = head * 100_000 + np.take_along_axis(task.labels, head[:, None], 1)[:, 0]
    return [np.flatnonzero(key == k) for k in np.unique(key)]
