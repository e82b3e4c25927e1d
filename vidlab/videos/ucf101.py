"""UCF101 (Soomro, Zamir, Shah 2012), 101 actions, 13,320 videos, three splits; and synthetic sets like it.

The class of a video is the folder that the lists name, and its number the one of `classInd.txt`: the folder
is HandstandPushups where its files are v_HandStandPushups_…, and sorted folders are in another order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from . import listed
from .benchmark import Benchmark
from .listed import Listed

LISTS = "ucfTrainTestlist"
_LINE = re.compile(r"([^/\\]+)/(v_\w+_(g\d\d)_c\d\d)\.avi(?:\s+(\d+))?")


def _group(action: str, number: str) -> str:
    return f"{action}_{number}"


def load(
    root: str | Path,
    name: str = "UCF101",
    exclude: Iterable[str] = (),
    group: Callable[[str, str], str] = _group,
) -> Benchmark:
    """The benchmark in a folder: `root/UCF-101/<class>/` or `root/<class>/`, lists in `root` or beside it.

    Splits "split1" to "split3". The 25 groups of UCF101 are groups of one class ("Archery_g02"): videos of
    one group share person or background, and g02 of another class has nothing to do with them. A set that
    knows better says so: `group(class, "g02")` names it. `exclude` leaves videos out by name, as
    "v_Archery_g02_c02"; `missing` and `notes` tell what is not there.

    Raises VideoError, with the line's number, for a list that cannot be understood, and where there is no
    list or no video; ValueError for an excluded name that nothing has, and for a group on both sides.
    """
    root = Path(root)
    lists = listed.lists_folder(root, LISTS)
    classes = read_classes(lists / "classInd.txt")
    videos: dict[str, Listed] = {}
    sides: dict[str, tuple[set[str], set[str]]] = {}
    for number in "123":
        if number != "1" and not (lists / f"trainlist0{number}.txt").is_file():
            continue  # a set may have fewer splits
        both = [read_list(lists / f"{side}list0{number}.txt", classes, group) for side in ("train", "test")]
        sides[f"split{number}"] = (set(both[0]), set(both[1]))
        videos |= both[0] | both[1]
    folder = root / "UCF-101"
    return listed.benchmark(
        name, classes, videos.values(), sides, folder if folder.is_dir() else root, exclude
    )


def read_classes(path: Path) -> tuple[str, ...]:
    """The classes in the order of `classInd.txt` ("1 ApplyEyeMakeup"); ours count from 0."""
    classes: list[str] = []
    for number, line in listed.lines(path):
        index, _, action = line.partition(" ")
        if index != str(len(classes) + 1) or not action.strip() or action.strip() in classes:
            raise listed.bad_line(path, number, f"{line!r} is not '{len(classes) + 1} <a new class>'")
        classes.append(action.strip())
    return tuple(classes)


def read_list(
    path: Path, classes: tuple[str, ...], group: Callable[[str, str], str] = _group
) -> dict[str, Listed]:
    """The videos of one list by name: "Archery/v_Archery_g02_c02.avi", with the class's number or without."""
    videos: dict[str, Listed] = {}
    for number, line in listed.lines(path):
        match = _LINE.fullmatch(line)
        if not match:
            raise listed.bad_line(path, number, f"{line!r} is not like Archery/v_Archery_g02_c02.avi 3")
        action, stem, where, index = match.groups()
        if action not in classes:
            raise listed.bad_line(path, number, f"{action!r} is no class of classInd.txt")
        label = classes.index(action)
        if index and int(index) != label + 1:
            raise listed.bad_line(path, number, f"{action} is {index} here and {label + 1} in classInd.txt")
        if stem in videos:
            raise listed.bad_line(path, number, f"{stem} is listed twice")
        videos[stem] = Listed(stem, label, group(action, where))
    return videos
