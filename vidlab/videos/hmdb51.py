"""HMDB51 (Kuehne et al. 2011), 51 actions, 6,766 videos, three splits; and synthetic sets like it.

Names hold brackets, signs and leading dashes, so no name is ever used as a pattern, and classes hold
underscores, so the class is read from the list's own name, `<class>_test_split1.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from . import listed
from .benchmark import Benchmark
from .listed import Listed
from .reading import VideoError

LISTS = "testTrainMulti_7030_splits"
_LIST = re.compile(r"(.+)_test_split([1-9])\.txt")
_LINE = re.compile(r"(.+)\.avi\s+([012])")


def _group(action: str, source: str) -> str:
    return f"{action}: {source}"


def load(
    root: str | Path,
    name: str = "HMDB51",
    exclude: Iterable[str] = (),
    group: Callable[[str, str], str] = _group,
) -> Benchmark:
    """The benchmark in a folder: videos in `root/<class>/`, lists in `root` or beside it.

    Splits "split1" to "split3", classes in alphabetical order. A group is the clips of one class from one
    source ("kick: Goal"), which the official lists keep on one side. They keep no more than that: 133 to 149
    sources train one class and test another, and a film may be several sources ("Oceans_1", "Oceans_2"). A
    set that does better says so: `group(class, source)` names it. `exclude` leaves videos out by name;
    `missing` and `notes` tell what is not there.

    Raises VideoError, with the line's number, for a list that cannot be understood, and where there is no
    list or no video; ValueError for an excluded name that nothing has, and for a group on both sides.
    """
    root = Path(root)
    lists = listed.lists_folder(root, LISTS)
    paths = {(m[2], m[1]): path for path in lists.iterdir() if (m := _LIST.fullmatch(path.name))}
    if not paths:
        raise VideoError(lists, "there is no list like kick_test_split1.txt in it", "put the lists there")
    classes = tuple(sorted({action for _, action in paths}))
    videos: dict[str, Listed] = {}
    sides: dict[str, tuple[set[str], set[str]]] = {}
    for number in sorted({number for number, _ in paths}):
        train, test = sides[f"split{number}"] = (set(), set())
        for label, action in enumerate(classes):
            path = paths.get((number, action), lists / f"{action}_test_split{number}.txt")
            for stem, (source, mark) in read_list(path, action).items():
                entry = Listed(stem, label, group(action, source))
                if videos.setdefault(stem, entry) != entry:
                    raise VideoError(path, f"{stem} is in a list of another class, too", listed.REMEDY)
                if mark != "0":
                    (train if mark == "1" else test).add(stem)
    return listed.benchmark(name, classes, videos.values(), sides, root, exclude)


def read_list(path: Path, action: str) -> dict[str, tuple[str, str]]:
    """Source and mark (1 train, 2 test, 0 neither) of each video of one class's list, by name.

    The source is what stands before the class: "Goal" of "Goal_kick_f_cm_np1_fr_med_0".
    """
    videos: dict[str, tuple[str, str]] = {}
    for number, line in listed.lines(path):
        match = _LINE.fullmatch(line)
        source, found, _ = match[1].rpartition(f"_{action}_") if match else ("", "", "")
        if not match or not found:
            reason = f"{line!r} is not like <source>_{action}_f_cm_np1_fr_med_0.avi 1"
            raise listed.bad_line(path, number, reason)
        if match[1] in videos:
            raise listed.bad_line(path, number, f"{match[1]} is listed twice")
        videos[match[1]] = (source, match[2])
    return videos
