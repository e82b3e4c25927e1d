"""Benchmarks that publish lists of their videos: what is listed, what is there, and the splits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .benchmark import Benchmark, Split, Video
from .reading import VideoError, is_video

REMEDY = "correct it, or fetch the lists again"


@dataclass(frozen=True)
class Listed:
    """One video of a list: its file's name without suffix, its class, and what may not be on both sides."""

    stem: str
    label: int
    group: str


def lists_folder(root: Path, name: str) -> Path:
    """The folder with the lists, in `root` or beside it. Raises VideoError where it is in neither."""
    for folder in (root / name, root.resolve().parent / name):
        if folder.is_dir():
            return folder
    raise VideoError(root / name, "there is no folder with the official lists", "put it there, or beside it")


def lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a list that say something, each with its number; LF or CRLF, blanks at the ends cut."""
    if not path.is_file():
        raise VideoError(path, "there is no such list", "put the whole folder of lists there")
    numbered = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return [(number, line.strip()) for number, line in numbered if line.strip()]


def bad_line(path: Path, number: int, reason: str) -> VideoError:
    return VideoError(path, f"line {number}: {reason}", REMEDY)


def find_videos(folder: Path) -> dict[str, Path]:
    """Video files in `folder` and its sub-folders by their stem in small letters.

    Small letters, because copies of UCF101 differ in them; no patterns with names in them, because HMDB51's
    names hold brackets. Raises VideoError where two files are the same video.
    """
    if not folder.is_dir():
        raise VideoError(folder, "there is no such folder", "correct the path")
    subs = [sub for sub in sorted(folder.iterdir()) if sub.is_dir()]
    found: dict[str, Path] = {}
    for path in (path for where in (folder, *subs) for path in sorted(where.iterdir()) if is_video(path)):
        first = found.setdefault(path.stem.lower(), path)
        if first != path:
            raise VideoError(path, f"{first} is the same video", "take one of them out of the folder")
    return found


def benchmark(
    name: str,
    classes: tuple[str, ...],
    listed: Iterable[Listed],
    sides: dict[str, tuple[set[str], set[str]]],
    root: Path,
    exclude: Iterable[str] = (),
) -> Benchmark:
    """The listed videos that are in `root`; `sides` are the stems for training and for testing, by split.

    Videos come in the order of their classes and names. What is not there is in `missing`, and notes say it;
    `exclude` leaves stems out, in whatever case. Raises VideoError where nothing is there, ValueError for a
    stem in `exclude` that nothing has, and Split's ValueError for a group on both sides.
    """
    excluded, files = {stem.lower(): stem for stem in exclude}, find_videos(root)
    every = sorted(listed, key=lambda entry: (entry.label, entry.stem))
    unknown = excluded.keys() - {entry.stem.lower() for entry in every}
    if unknown:
        raise ValueError(
            f"{name} has no {', '.join(excluded[stem] for stem in sorted(unknown))} to leave out"
        )
    wanted = [entry for entry in every if entry.stem.lower() not in excluded]
    here = [entry for entry in wanted if entry.stem.lower() in files]
    if not here:
        reason = f"not one of the {len(every)} listed videos is in it"
        raise VideoError(root, reason, "put the videos there, one folder a class, or correct the path")
    videos = tuple(Video(files[entry.stem.lower()], entry.label, entry.group) for entry in here)
    notes = [f"{stem} was left out on request" for stem in sorted(excluded.values())]
    surplus = sorted(files.keys() - {entry.stem.lower() for entry in every})
    if surplus:
        notes.append(f"{len(surplus)} videos here are in no list and are left out (first: {surplus[0]})")
    missing = tuple(entry.stem for entry in wanted if entry.stem.lower() not in files)
    if missing:
        notes.append(f"{len(here)} of the {len(every)} listed videos are here")
    groups = [entry.group for entry in here]
    places = {entry.stem: place for place, entry in enumerate(here)}
    splits = []
    for split, both in sides.items():
        train, test = (tuple(sorted(places[stem] for stem in stems & places.keys())) for stems in both)
        splits.append(Split(split, train, test, groups))
    return Benchmark(name, classes, videos, tuple(splits), missing, tuple(notes))
