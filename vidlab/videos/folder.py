"""Your own videos: one sub-folder a class."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from .benchmark import Benchmark, Split, Video, leave_one_group_out, split_by_groups
from .reading import VideoError, is_video

HELD_OUT = 0.25
MOST_GROUPS = 100  # with more, leaving each out in turn is not what anybody wants to run


def load(root: str | Path, exclude: Iterable[str] = ()) -> Benchmark:
    """Every sub-folder of `root` that holds videos is a class, in the order of their names.

    A video's group is read from its name: "g03" of UCF-101's `_g03_`, "person07" of KTH's; else the file is a
    group by itself, which cannot notice that one person appears in two files. Splits: "holdout" (about a
    quarter of each class's groups), and, for 2 to 100 groups, "without-<group>" for each. Files named in
    `exclude` (without suffix) are left out.

    Raises VideoError where the folder is not there or has no such sub-folder, ValueError for an excluded name
    that no file has.
    """
    root = Path(root)
    if not root.is_dir():
        raise VideoError(root, "there is no such folder", "correct the path")
    files = {
        sub.name: sorted(filter(is_video, sub.iterdir())) for sub in sorted(root.iterdir()) if sub.is_dir()
    }
    classes = tuple(label for label, paths in files.items() if paths)
    if not classes:
        raise VideoError(root, "no sub-folder holds a video", "make one sub-folder for each class")
    excluded = {path for name in exclude for path in _named(root, name, files)}
    notes = tuple(f"the folder {label} holds no video and is no class" for label in files if not files[label])
    notes += tuple(f"{path.parent.name}/{path.name} was left out on request" for path in sorted(excluded))
    videos = tuple(
        Video(path, label, _group(path))
        for label, action in enumerate(classes)
        for path in files[action]
        if path not in excluded
    )
    return _with_splits(Benchmark(root.resolve().name, classes, videos, notes=notes))


def _named(root: Path, name: str, files: dict[str, list[Path]]) -> list[Path]:
    """The files of one name, "001" or, where several classes have one, "Walking/001"."""
    found = [path for paths in files.values() for path in paths
             if name in (path.stem, f"{path.parent.name}/{path.stem}")]  # fmt: skip
    if not found:
        raise ValueError(f"{root} has no {name} to leave out")
    if len({path.parent for path in found}) > 1:
        raise ValueError(
            f"{root}: several classes have a {name}; say {found[0].parent.name}/{name}, or another"
        )
    return found


def _group(path: Path) -> str:
    match = re.search(r"_(g\d\d)_", path.name) or re.search(r"(person\d\d)", path.name)
    return match[1] if match else f"{path.parent.name}/{path.name}"


def _with_splits(benchmark: Benchmark) -> Benchmark:
    groups = len(set(benchmark.groups))
    if groups < 2:
        return benchmark
    others = leave_one_group_out(benchmark) if groups <= MOST_GROUPS else ()
    return replace(benchmark, splits=(holdout(benchmark), *others))


def holdout(benchmark: Benchmark, seed: int = 0) -> Split:
    """Tests about a quarter of the groups of each class, at least one where a class has two or more.

    Groups are drawn class by class, rarest class first, and none is drawn that is the last one with which a
    class could be trained.
    """
    of_class: dict[int, set[str]] = {}
    for video in benchmark.videos:
        of_class.setdefault(video.label, set()).add(video.group)
    random, test = np.random.default_rng(seed), set[str]()
    for groups in sorted(of_class.values(), key=len):
        for group in random.permutation(sorted(groups)):
            if len(groups & test) >= max(1, round(HELD_OUT * len(groups))):
                break
            if all(others - test != {group} for others in of_class.values()):
                test.add(str(group))
    return split_by_groups("holdout", benchmark.groups, set(benchmark.groups) - test, test)
