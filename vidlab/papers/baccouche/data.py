"""Baccouche 2011, the data: videos -> person-centred, contrast-normalised frames -> windows -> batches."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import vidlab
from vidlab import clips, synth, transforms
from vidlab.train import IGNORED
from vidlab.videos import kth, store
from vidlab.videos.benchmark import Benchmark, random_splits

WORLD = "SynthKTH-1"
SPLITS = 30  # random 16/9 splits: the first 5 are the paper's protocol, the first 15 bac-7's


@dataclass(frozen=True)
class Material:
    """A benchmark with the frames of all its files one after the other, ready to be cut into windows.

    frames: (F, 54, 34) float16; first, length: (V,) where each video begins and how many frames it has;
    file: (V,) which file it is cut from; idle: (F,) True where no action is going on.
    """

    benchmark: Benchmark
    frames: np.ndarray
    first: np.ndarray
    length: np.ndarray
    file: np.ndarray
    idle: np.ndarray

    def windows(self, size: int = 9, hop: int = 9) -> "Windows":
        """Windows of `size` frames, `hop` apart, of every video; a short video holds its last frame."""
        starts = [clips.windows(int(length), size, hop) for length in self.length]
        video = np.repeat(np.arange(len(starts)), [len(s) for s in starts])
        within = np.concatenate(starts)[:, None] + np.arange(size)
        index = self.first[video, None] + np.minimum(within, self.length[video, None] - 1)
        return Windows(index, video, self.benchmark.labels[video], self.idle[index[:, size // 2]])

    def take(self, index: np.ndarray) -> Tensor:
        """Frames by index (n, size) -> clips (n, 1, size, 54, 34) float32."""
        return torch.from_numpy(self.frames[index].astype(np.float32))[:, None]


@dataclass(frozen=True)
class Windows:
    """n windows: index (n, size) into the frames, and the video, the label and the idleness of each (n,)."""

    index: np.ndarray
    video: np.ndarray
    label: np.ndarray
    idle: np.ndarray

    def of(self, videos) -> "Windows":
        """Only the windows of these videos."""
        keep = np.isin(self.video, videos)
        return Windows(self.index[keep], self.video[keep], self.label[keep], self.idle[keep])


def world_folder(size: str) -> Path:
    """Where SynthKTH-1 lies at that size: written there when it is not."""
    folder = synth.folder_of(WORLD, size)
    return folder if synth.is_complete(folder) else synth.write(WORLD, folder, size=size)


def synth_kth(cut: str = "KTH2", size: str = "laptop") -> Benchmark:
    """SynthKTH-1 shaped as KTH1 (whole videos) or KTH2 (single actions), with 30 random 16/9 splits."""
    files = {"KTH1": "videos", "KTH2": "ranges"}[cut]
    whole = kth.load(world_folder(size), cut=files, name=f"{WORLD}/{cut}")
    return replace(whole, splits=(whole.split("official"), *random_splits(whole, SPLITS)))


def prepare(benchmark: Benchmark, folder: Path, lcn: bool = True) -> Material:
    """Decode each file once, crop the person, normalise the contrast of whole sequences, line all up.

    Without LCN the grey levels are only centred and scaled, by two constants for the whole data set.
    """
    boxes = store.prepare(benchmark, folder, "person-box-1", transforms.baccouche_clip, grey=True)
    paths = list(dict.fromkeys(video.path for video in benchmark.videos))
    whole = [boxes[path] for path in paths]
    begins = dict(zip(paths, np.cumsum([0] + [len(a) for a in whole[:-1]]), strict=True))
    version = hashlib.sha256("".join(boxes.checksum(path) for path in paths).encode()).hexdigest()[:12]
    frames = _normalised(whole, folder / f"{'lcn' if lcn else 'plain'}-{version}.npy", lcn)
    first = np.array([begins[v.path] + v.start for v in benchmark.videos])
    length = np.array([boxes.length(v) for v in benchmark.videos])
    file = np.array([paths.index(v.path) for v in benchmark.videos])
    return Material(benchmark, frames, first, length, file, np.zeros(len(frames), bool))


def _normalised(videos: list[np.ndarray], path: Path, lcn: bool) -> np.ndarray:
    """All videos (T, 54, 34) uint8, one after the other and normalised, as one memory-mapped float16 array.

    Kept beside the store, under a name that changes with the videos in it.
    """
    if path.exists():
        return np.load(path, mmap_mode="r")
    aside = path.with_suffix(f".{os.getpid()}.part")
    out = np.lib.format.open_memmap(aside, "w+", np.float16, (sum(map(len, videos)), *transforms.BOX))
    at = 0
    for video in videos:
        clip = torch.from_numpy(np.ascontiguousarray(video)).float()
        clip = transforms.local_contrast_normalise(clip) if lcn else (clip - 110) / 40
        out[at : at + len(video)] = clip.numpy()
        at += len(video)
    out.flush()
    del out
    os.replace(aside, path)
    return np.load(path, mmap_mode="r")


def material(cut: str = "KTH2", size: str = "laptop", lcn: bool = True) -> Material:
    """SynthKTH-1, prepared: made on first use, read from the disk afterwards."""
    benchmark = synth_kth(cut, size)
    folder = vidlab.generated("stores", f"{WORLD}-{size}-boxes")
    found = prepare(benchmark, folder, lcn)
    if cut == "KTH2":
        return found
    actions = synth_kth("KTH2", size)
    begins = {v.path: at for v, at in zip(benchmark.videos, found.first, strict=True)}
    idle = np.ones(len(found.frames), bool)
    for video in actions.videos:
        idle[begins[video.path] + video.start : begins[video.path] + video.stop] = False
    return replace(found, idle=idle)


class WindowLoader:
    """Random windows of the training videos, all classes equally often, flipped as in Sec. 4.

    A window may begin at any frame. A third are mirrored, a third upside down: the paper's two extra copies
    of each training sample. No test sample ever is.
    """

    def __init__(
        self, data: Material, videos, size: int = 9, batch: int = 4, per_epoch: int = 3000, seed: int = 0
    ):
        self.data, self.size, self.batch, self.per_epoch, self.seed = data, size, batch, per_epoch, seed
        windows = data.windows(size, hop=1).of(videos)
        self.index = windows.index
        self.by_class = [np.flatnonzero(windows.label == k) for k in range(len(data.benchmark.classes))]
        self.classes = [k for k, members in enumerate(self.by_class) if len(members)]

    def __len__(self) -> int:
        return self.per_epoch // self.batch

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng([self.seed, number])
        for _ in range(len(self)):
            labels = rng.choice(self.classes, self.batch)
            chosen = [rng.choice(self.by_class[k]) for k in labels]
            inputs = self.data.take(self.index[chosen])
            flip = rng.integers(0, 3, self.batch)
            inputs[flip == 1] = inputs[flip == 1].flip(-1)
            inputs[flip == 2] = inputs[flip == 2].flip(-2)
            yield inputs, torch.from_numpy(labels)


def pad(sequences: list[np.ndarray]) -> Tensor:
    """Sequences (T_i, ...) -> (N, max T, ...), zeros after the end of the shorter ones."""
    return torch.nn.utils.rnn.pad_sequence([torch.from_numpy(s) for s in sequences], batch_first=True)


class SequenceLoader:
    """Sequences of features, batched and padded; the target is the label at every real step.

    `shuffled` puts the steps of each sequence in a new random order each time.
    """

    def __init__(
        self, sequences: list[np.ndarray], labels: np.ndarray, batch: int = 16, seed: int = 0, shuffled=False
    ):
        self.sequences, self.labels, self.batch = sequences, labels, batch
        self.seed, self.shuffled = seed, shuffled

    def __len__(self) -> int:
        return -(-len(self.sequences) // self.batch)

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng([self.seed, number])
        order = rng.permutation(len(self.sequences))
        for part in np.array_split(order, len(self)):
            chosen = [self.sequences[i] for i in part]
            if self.shuffled:
                chosen = [s[rng.permutation(len(s))] for s in chosen]
            inputs = pad(chosen)
            targets = torch.full(inputs.shape[:2], IGNORED)
            for row, (i, s) in enumerate(zip(part, chosen, strict=True)):
                targets[row, : len(s)] = int(self.labels[i])
            yield inputs, targets


class ClipSequenceLoader(SequenceLoader):
    """Sequences of windows of pixels, for the network that is trained as one: inputs (N, T, 9, 54, 34)."""

    def __init__(self, data: Material, windows: Windows, videos, batch: int = 4, seed: int = 0):
        chosen = [windows.index[windows.video == v] for v in videos]
        super().__init__(chosen, data.benchmark.labels[videos], batch, seed)
        self.data = data

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        for index, targets in super().epoch(number):
            flat = self.data.take(index.flatten(0, 1).numpy())
            yield flat[:, 0].unflatten(0, index.shape[:2]), targets
