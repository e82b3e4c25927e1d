"""Simonyan & Zisserman 2014, the data: decoded frames and stored flow -> network inputs -> batches."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch
from torch import Tensor

import vidlab
from vidlab import clips, flow, synth, transforms
from vidlab.synth import hmdb, stills, ucf
from vidlab.train import IGNORED
from vidlab.videos import hmdb51, store, ucf101
from vidlab.videos.benchmark import Benchmark, only
from vidlab.videos.reading import VideoError, written_whole

UCF, HMDB = ucf.WORLD, hmdb.WORLD
SIDE = 60  # pixels of the smaller side at rest, for crops of 56; the paper's is 256, for crops of 224
METHOD = "farneback"  # of the flow; the paper's is Brox
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


class Both(Source):
    """RGB and flow of the same moment, one after the other in the channels: for the joint network only."""

    def __init__(self, frames: Frames, flows: Flows):
        self.frames, self.flows, self.depth = frames, flows, flows.depth
        self.channels = frames.channels + flows.channels

    def length(self, video: int) -> int:
        return self.flows.length(video)

    def size(self, video: int) -> tuple[int, ...]:
        return self.flows.size(video)

    def inputs(self, which: Sequence[int], at: Sequence[int]) -> Tensor:
        return torch.cat([self.frames.inputs(which, at), self.flows.inputs(which, at)], 1)

    def _parts(self, inputs: Tensor) -> tuple[Tensor, ...]:
        return inputs.split([self.frames.channels, self.flows.channels], 1)

    def mirror(self, inputs: Tensor) -> Tensor:
        rgb, flows = self._parts(inputs)
        return torch.cat([self.frames.mirror(rgb), self.flows.mirror(flows)], 1)

    def jitter(self, inputs: Tensor, rng: np.random.Generator) -> Tensor:
        rgb, flows = self._parts(inputs)
        return torch.cat([self.frames.jitter(rgb, rng), flows], 1)


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


# --- the videos ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Material:
    """A benchmark with its frames at rest and its flow, both of `side` pixels on the smaller side.

    folder: where they are kept; version: a checksum of the synthetic world that the videos are from.
    """

    benchmark: Benchmark
    folder: Path
    side: int = SIDE
    version: str = ""

    @cached_property
    def pixels(self) -> Sequence[np.ndarray]:
        """Of each video uint8 (T, H, W, 3), memory-mapped."""
        shrink = partial(transforms.shrunk, side=self.side)
        kept = store.prepare(self.benchmark, self.folder / f"frames-{self.side}", f"side-{self.side}", shrink)
        return store.Arrays(kept, self.benchmark.videos)

    @cached_property
    def forward(self) -> Sequence[flow.Fields]:
        return self._flow(backward=False)

    @cached_property
    def backward(self) -> Sequence[flow.Fields]:
        return self._flow(backward=True)

    def _flow(self, backward: bool) -> Sequence[flow.Fields]:
        folder = self.folder / f"flow{'-backward' if backward else ''}-{self.side}"
        found = flow.extract(self.benchmark, folder, METHOD, self.side, backward=backward)
        return found.fields(self.benchmark.videos)

    def frames(self, depth: int = 1) -> Frames:
        return Frames(self.pixels, depth)

    def flows(self, depth: int = 10, trajectory=False, subtract_mean=True, both_ways=False) -> Flows:
        back = self.backward if both_ways else ()
        return Flows(self.forward, back, depth, trajectory, subtract_mean)

    def labels(self, videos: np.ndarray, head: int = 0, heads: int = 1) -> np.ndarray:
        """Labels (n, heads) for `Task`: those of this data set in its own head, nothing in the others."""
        out = np.full((len(videos), heads), IGNORED)
        out[:, head] = self.benchmark.labels[videos]
        return out


def world_folder(world: str, size: str, **dials: float) -> Path:
    """Where a synthetic world lies at that size and these dials: written there when it is not."""
    folder = synth.folder_of(world, size, **dials)
    return folder if synth.is_complete(folder) else synth.write(world, folder, size, **dials)  # type: ignore[arg-type]


STILL = f"{UCF}, still camera"
NO_MOTION = f"{UCF} without motion-only classes"
NO_APPEARANCE = f"{UCF} without appearance classes"


@lru_cache(maxsize=3)
def material(data: str, size: str = "laptop", side: int = SIDE) -> Material:
    """A synthetic set by the name that experiments use, with its dial or its choice of classes.

    Groups are what may not be on both sides, and what is resampled together: a person of SynthUCF-1, who
    acts in all classes of a family; a film of SynthHMDB-1.
    """
    if data == HMDB:
        folder = world_folder(HMDB, size)
        return Material(hmdb51.load(folder, HMDB, group=lambda action, film: film), stores(folder), side,
                        version_of(folder))  # fmt: skip
    folder = world_folder(UCF, size, camera=0.0) if data == STILL else world_folder(UCF, size)
    benchmark = ucf101.load(folder, data, group=lambda action, number: f"{ucf.family(action)} {number}")
    out = {NO_MOTION: ucf.MOTION_ONLY, NO_APPEARANCE: ucf.APPEARANCE}.get(data, ())
    return Material(only(benchmark, set(benchmark.classes) - set(out)), stores(folder), side,
                    version_of(folder))  # fmt: skip


def version_of(folder: Path) -> str:
    """A checksum of a world: of its manifest, which holds the checksums of its files."""
    return hashlib.sha256((folder / "world.json").read_bytes()).hexdigest()[:16]


def stores(folder: Path) -> Path:
    """Where what is decoded from the videos of a folder is kept."""
    return vidlab.generated("stores", folder.resolve().name)


@dataclass(frozen=True)
class Stills:
    """The synthetic still images in the place of ImageNet: pixels uint8 (n, H, W, 3); labels (n, 3) of
    object, place and pose, with `heads` classes each; held (n,): for validation only."""

    pixels: np.ndarray
    labels: np.ndarray
    heads: tuple[int, ...]
    held: np.ndarray
    version: str

    def frames(self) -> Frames:
        """Each image as a video of one frame."""
        return Frames(list(self.pixels[:, None]))


@lru_cache(maxsize=1)
def still_images(size: str = "laptop", side: int = SIDE) -> Stills:
    """SynthStills-1, decoded once and kept in one file, which its version names."""
    folder = world_folder(stills.WORLD, size)
    table = pd.read_csv(folder / "labels.csv")
    kept = stores(folder) / f"side-{side}-{version_of(folder)}.npy"
    if not kept.exists():
        images = [_read_image(folder / "images" / name) for name in table["image"]]
        kept.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(kept) as aside, open(aside, "wb") as file:
            np.save(file, transforms.shrunk(np.stack(images), side))
    codes = [pd.factorize(table[head], sort=True) for head in ("object", "place", "pose")]
    labels = np.stack([code for code, _ in codes], 1)
    heads = tuple(len(names) for _, names in codes)
    held = (table["part"] == "val").to_numpy()
    return Stills(np.load(kept, mmap_mode="r"), labels, heads, held, version_of(folder))


def _read_image(path: Path) -> np.ndarray:
    """An image (H, W, 3) uint8 RGB. Raises VideoError where it cannot be read."""
    image = cv2.imread(str(path))
    if image is None:
        raise VideoError(path, "the image cannot be read", "delete the folder; it is written again")
    return image[..., ::-1]
