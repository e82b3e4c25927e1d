"""What a benchmark is: labelled stretches of video, and splits that keep people apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass, replace
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Video:
    """One labelled stretch of one file.

    `label` indexes the benchmark's classes; `group` says who or what is filmed ("person07", "g03"), and no
    split may have a group on both sides. Frames are 0-based, `stop` exclusive; None is the end of the file.
    `truncated` marks a file known to be cut short where it is published: it is used as far as it goes.
    """

    path: Path
    label: int
    group: str
    start: int = 0
    stop: int | None = None
    truncated: bool = False

    def __post_init__(self):
        if self.start < 0 or (self.stop is not None and self.stop <= self.start):
            raise ValueError(f"{self.path}: frames {self.start} to {self.stop} are no stretch of a video")

    @property
    def name(self) -> str:
        """The file's stem, with `[start:stop]` where only a stretch of it is meant."""
        cut = self.start != 0 or self.stop is not None
        stop = "" if self.stop is None else self.stop
        return f"{self.path.stem}[{self.start}:{stop}]" if cut else self.path.stem


@dataclass(frozen=True)
class Split:
    """Which videos (by index) to train on and which to test on.

    `groups` is the group of each video of the benchmark. Raises ValueError where a group, or a video, is on
    both sides: the network would be tested on people whom it has seen.
    """

    name: str
    train: tuple[int, ...]
    test: tuple[int, ...]
    groups: InitVar[Sequence[str]]

    def __post_init__(self, groups: Sequence[str]):
        object.__setattr__(self, "train", tuple(int(i) for i in self.train))
        object.__setattr__(self, "test", tuple(int(i) for i in self.test))
        both = self.train + self.test
        if any(not 0 <= i < len(groups) for i in both):
            raise ValueError(f"split {self.name}: an index is outside 0 … {len(groups) - 1}")
        if len(set(both)) != len(both):
            raise ValueError(f"split {self.name}: a video is listed twice")
        shared = {groups[i] for i in self.train} & {groups[i] for i in self.test}
        if shared:
            names = ", ".join(sorted(shared))
            rule = "a group is for training or for testing, never for both"
            raise ValueError(f"split {self.name}: {names} on both sides; {rule}")


@dataclass(frozen=True)
class Benchmark:
    """A named set of labelled videos with its splits.

    `missing` names the videos that the benchmark lists and that are not there; `notes` are sentences that a
    reader of any result must know (files left out, files cut short); `frame_size` is the height and width
    that every file must have, or None where they differ.
    """

    name: str
    classes: tuple[str, ...]
    videos: tuple[Video, ...]
    splits: tuple[Split, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    frame_size: tuple[int, int] | None = None

    def __post_init__(self):
        for video in self.videos:
            if not 0 <= video.label < len(self.classes):
                raise ValueError(f"{video.path}: there is no class {video.label} among {len(self.classes)}")
        names = [split.name for split in self.splits]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two splits have the same name")

    @property
    def labels(self) -> np.ndarray:
        """int64 `(n,)`: the label of each video."""
        return np.array([video.label for video in self.videos], np.int64)

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of each video."""
        return tuple(video.group for video in self.videos)

    def split(self, name: str) -> Split:
        """The split of that name; a ValueError lists those that exist."""
        for split in self.splits:
            if split.name == name:
                return split
        known = ", ".join(split.name for split in self.splits)
        raise ValueError(f"{self.name} has no split {name!r}; it has {known}")


def only(benchmark: Benchmark, classes: Iterable[str]) -> Benchmark:
    """The benchmark with only some of its classes, in its own order, and its splits with only their files."""
    classes = set(classes)
    unknown = sorted(classes - set(benchmark.classes))
    if unknown:
        raise ValueError(
            f"{', '.join(unknown)}: no class of {benchmark.name}; it has {', '.join(benchmark.classes)}"
        )
    names = tuple(c for c in benchmark.classes if c in classes)
    kept = [i for i, v in enumerate(benchmark.videos) if benchmark.classes[v.label] in names]
    chosen = [benchmark.videos[i] for i in kept]
    renumbered = tuple(replace(v, label=names.index(benchmark.classes[v.label])) for v in chosen)
    place = {old: new for new, old in enumerate(kept)}
    groups = [v.group for v in chosen]
    splits = []
    for split in benchmark.splits:
        train, test = (tuple(place[i] for i in side if i in place) for side in (split.train, split.test))
        splits.append(Split(split.name, train, test, groups))
    return replace(benchmark, classes=names, videos=renumbered, splits=tuple(splits))


def split_by_groups(name: str, groups: Sequence[str], train: Iterable[str], test: Iterable[str]) -> Split:
    """The split whose sides are all videos of the train groups and all videos of the test groups."""
    train, test = set(train), set(test)
    sides = [tuple(i for i, group in enumerate(groups) if group in side) for side in (train, test)]
    return Split(name, sides[0], sides[1], groups)


def random_splits(benchmark: Benchmark, number: int = 5, seed: int = 0) -> tuple[Split, ...]:
    """Random splits by group, "random1" …: 16 of KTH's 25 people train, 9 test (Baccouche 2011, Sec. 4).

    With another number of groups the same share trains. Split k is the same whatever `number` is. Raises
    ValueError for fewer than two groups.
    """
    groups = _groups_to_split(benchmark)
    train = round(16 / 25 * len(groups))
    splits = []
    for k in range(number):
        order = [groups[i] for i in np.random.default_rng([seed, k]).permutation(len(groups))]
        splits.append(split_by_groups(f"random{k + 1}", benchmark.groups, order[:train], order[train:]))
    return tuple(splits)


def leave_one_group_out(benchmark: Benchmark) -> tuple[Split, ...]:
    """One split a group, "without-<group>": it is tested, the others train. ValueError for one group."""
    groups = _groups_to_split(benchmark)
    return tuple(
        split_by_groups(f"without-{out}", benchmark.groups, set(groups) - {out}, [out]) for out in groups
    )


def _groups_to_split(benchmark: Benchmark) -> list[str]:
    groups = sorted(set(benchmark.groups))
    if len(groups) < 2:
        raise ValueError(f"{benchmark.name}: {len(groups)} group(s) cannot be split into two sides")
    return groups
