"""KTH (Schuldt, Laptev, Caputo 2004), 25 people, six actions, four scenarios; and synthetic sets like it.

Two benchmarks are made of the same files: KTH1, whole videos, and KTH2, the stretches listed in
`00sequences.txt` (Baccouche 2011, Sec. 4). The list's frames are 1-based and inclusive; ours are 0-based with
`stop` exclusive, so "1-95" becomes (0, 95).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from .benchmark import Benchmark, Video, random_splits, split_by_groups
from .reading import TOLERANCE, PreparationError, VideoError, count_frames, is_video, promised_frames

ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
SEQUENCES = "00sequences.txt"
FRAME_SIZE = (120, 160)
# Published cut short: the header promises 370 frames and 304 or 305 of them can be decoded.
KNOWN_TRUNCATED = ("person01_boxing_d4",)
WHOLE = [(0, None)]  # the one stretch of a video of KTH1
TRAIN_PEOPLE = (11, 12, 13, 14, 15, 16, 17, 18)
VALIDATION_PEOPLE = (19, 20, 21, 23, 24, 25, 1, 4)
TEST_PEOPLE = (22, 2, 3, 5, 6, 7, 8, 9, 10)

_NAME = re.compile(r"person(\d\d)_([a-z]+)_d([1-4])")
_LINE = re.compile(r"(person\S+)\s+(?:frames\s+(\S.*)|\*missing\*)")
_RANGE = re.compile(r"(\d+)-(\d+)")


def read_sequences(path: str | Path) -> dict[str, list[tuple[int, int]]]:
    """The stretches of each video, "person01_boxing_d1" → [(start, stop), …], in the order of the list.

    Mixed tabs, trailing blanks, header text, stretches out of order and overlapping ones are all as published
    and are kept; videos marked *missing* are absent. Raises VideoError, with the line's number, for a line
    that cannot be understood.
    """
    path = Path(path)
    if not path.is_file():
        raise VideoError(path, "there is no list of sequences", f"put KTH's {SEQUENCES} there")
    sequences: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(path.read_text(encoding="latin-1").splitlines(), 1):
        if not line.startswith("person"):  # header text and blank lines
            continue
        try:
            name, ranges = _parse_line(line)
            if name in sequences:
                raise ValueError(f"{name} is listed twice")
        except ValueError as error:
            raise VideoError(path, f"line {number}: {error}", "correct it, or fetch the list again") from None
        if ranges:
            sequences[name] = ranges
    return sequences


def _parse_line(line: str) -> tuple[str, list[tuple[int, int]]]:
    """Name and stretches of one line; no stretches where it says *missing*."""
    match = _LINE.fullmatch(line.strip())
    if not match:
        raise ValueError(f"{line.strip()!r} is not 'name frames 1-95, …'")
    parse_name(match[1])
    ranges = []
    for text in (match[2] or "").split(","):
        pair = _RANGE.fullmatch(text.strip())
        if pair and 1 <= int(pair[1]) <= int(pair[2]):
            ranges.append((int(pair[1]) - 1, int(pair[2])))
        elif text.strip():
            raise ValueError(f"{text.strip()!r} is not a range of frames")
    if match[2] and not ranges:
        raise ValueError(f"{match[1]} has no range of frames")
    return match[1], ranges


def parse_name(name: str) -> tuple[int, str, int]:
    """Person, action, scenario of "person01_boxing_d1"; ValueError says what is wrong with it."""
    match = _NAME.fullmatch(name)
    if not match or not 1 <= int(match[1]) <= 25:
        raise ValueError(f"{name!r} is not a name like person01_boxing_d1 (people 01 to 25, d1 to d4)")
    if match[2] not in ACTIONS:
        raise ValueError(f"{match[2]!r} is not one of KTH's actions ({', '.join(ACTIONS)})")
    return int(match[1]), match[2], int(match[3])


def load(
    root: str | Path, cut: str = "videos", name: str | None = None, exclude: Iterable[str] = ()
) -> Benchmark:
    """The benchmark in a folder: `cut="videos"` is KTH1 (whole videos), `cut="ranges"` is KTH2.

    Files lie in one folder an action or all in `root`, `00sequences.txt` in `root` (KTH1 does without).
    Splits: "official" (people 11-18 and the validation people 19-21, 23-25, 01, 04 train; 22, 02, 03, 05-10
    are tested) and "random1" … "random5" (16 and 9 people). Files named in `exclude`, as
    "person01_boxing_d4", are left out. `missing` and `notes` tell what is not there.

    Raises ValueError for another `cut` and for an excluded name that nothing has, VideoError where there is
    no video or no list, PreparationError with all files whose names do not parse.
    """
    if cut not in ("videos", "ranges"):
        raise ValueError(f"cut must be 'videos' (KTH1) or 'ranges' (KTH2), not {cut!r}")
    root, excluded = Path(root), set(exclude)
    files = _find(root)
    if cut == "ranges" or (root / SEQUENCES).is_file():
        listed = read_sequences(root / SEQUENCES)
    else:
        listed = dict.fromkeys(files, [])
    unknown = excluded - files.keys() - listed.keys()
    if unknown:
        raise ValueError(f"{root} has no {', '.join(sorted(unknown))} to leave out")
    notes = [f"{stem} was left out on request" for stem in sorted(excluded & files.keys())]
    notes += [
        f"{files[stem].name} is here but {SEQUENCES} does not list it: left out"
        for stem in sorted(files.keys() - listed.keys() - excluded)
    ]
    here = files.keys() & listed.keys()
    videos: list[Video] = []
    for stem in sorted(here - excluded):
        videos += _videos(stem, files[stem], listed[stem] if cut == "ranges" else WHOLE, notes)
    missing = tuple(sorted(listed.keys() - here - excluded))
    if missing:
        notes.append(f"{len(here)} of the {len(listed)} videos of {SEQUENCES} are here")
    name = name or ("KTH1" if cut == "videos" else "KTH2")
    benchmark = Benchmark(
        name, ACTIONS, tuple(videos), missing=missing, notes=tuple(notes), frame_size=FRAME_SIZE
    )
    return _with_splits(benchmark)


def _find(root: Path) -> dict[str, Path]:
    """Video files in `root` and its sub-folders, by name without "_uncomp"; one error for all bad names."""
    if not root.is_dir():
        raise VideoError(root, "there is no such folder", "correct the path, or fetch KTH into it")
    found: dict[str, Path] = {}
    errors = []
    for path in filter(is_video, sorted([*root.glob("*"), *root.glob("*/*")])):
        stem = path.stem.removesuffix("_uncomp")
        try:
            _, action, _ = parse_name(stem)
            if path.parent != root and path.parent.name in ACTIONS and path.parent.name != action:
                raise ValueError(f"it lies in the folder {path.parent.name} but its name says {action}")
            if stem in found:
                raise ValueError(f"{found[stem]} is the same video")
            found[stem] = path
        except ValueError as error:
            errors.append(VideoError(path, str(error), "rename the file, or take it out of the folder"))
    if errors:
        raise PreparationError(errors)
    if not found:
        raise VideoError(root, "there is no KTH video in it", "fetch KTH into it, or correct the path")
    return found


def _videos(stem: str, path: Path, ranges: list, notes: list[str]) -> list[Video]:
    """The videos cut from one file. One that is known to be truncated keeps the stretches that it reaches."""
    person, action, _ = parse_name(stem)
    truncated = False
    if stem in KNOWN_TRUNCATED:
        promised, there = promised_frames(path), count_frames(path)
        truncated = 0 < there < promised - TOLERANCE
    if truncated:
        found = f"its header promises {promised} frames, {there} can be read"
        notes.append(f"{path.name}: {found}; it is kept as far as it goes")
        past = [(start, stop) for start, stop in ranges if stop and stop > there]
        notes += [f"{path.name}: its range {a + 1}-{b} goes past its end and is left out" for a, b in past]
        ranges = [pair for pair in ranges if pair not in past]
    label, group = ACTIONS.index(action), f"person{person:02d}"
    return [Video(path, label, group, start, stop, truncated) for start, stop in ranges]


def _with_splits(benchmark: Benchmark) -> Benchmark:
    sides = [[f"person{n:02d}" for n in people] for people in (TRAIN_PEOPLE + VALIDATION_PEOPLE, TEST_PEOPLE)]
    official = split_by_groups("official", benchmark.groups, *sides)
    drawn = random_splits(benchmark) if len(set(benchmark.groups)) > 1 else ()
    return replace(benchmark, splits=(official, *drawn))
