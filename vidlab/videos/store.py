"""Decode each file once, keep its frames as uint8 arrays, and read stretches of them without decoding again.

A store is a folder with one `.npy` a file and a `manifest.json`. An array is there only if the manifest says
so, and the manifest is replaced as a whole: what an interruption leaves behind is never taken for data.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from . import reading
from .benchmark import Benchmark, Video
from .reading import TOLERANCE, DiskError, PreparationError, VideoError

MANIFEST = "manifest.json"
FORMAT = 1
SAVE_EVERY = 2.0  # seconds between two manifests while preparing: what a power cut may cost
STALE = 86_400  # seconds after which a file that is half written is nobody's any more

Transform = Callable[[np.ndarray], np.ndarray]
Size = tuple[int, int] | None  # height and width that all frames must have


class Store:
    """Prepared videos: `store[video]` is uint8 `(T, …)`, cut to the video's stretch; a path is a whole file.

    Arrays are mapped, not read, and copied on write: changing one changes no file. Each mapped array takes a
    file handle, so of very many files the further ones are mapped anew, and their stretches read, each time.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.manifest = _read_manifest(self.folder)
        if not self.manifest:
            raise VideoError(self.folder / MANIFEST, "there is no whole manifest", "prepare the store again")
        self._open: dict[str, np.ndarray] = {}
        self._most_mapped = _handles() // 8  # a process may have several stores open

    def __reduce__(self):  # a data loader's process opens the files itself
        return Store, (self.folder,)

    def __len__(self) -> int:
        return len(self.manifest["videos"])

    def __contains__(self, video: Video | str | Path) -> bool:
        return _key(_as_video(video).path, self.folder) in self.manifest["videos"]

    def __getitem__(self, video: Video | str | Path) -> np.ndarray:
        entry = self._entry(video)
        start, stop = stretch(_as_video(video), entry["frames"])
        array = self._open.get(entry["array"])
        if array is None:
            array = _mapped(self.folder / entry["array"])
            if len(self._open) >= self._most_mapped:
                return np.array(array[start:stop])
            self._open[entry["array"]] = array
        return array[start:stop].view(np.ndarray)

    def length(self, video: Video | str | Path) -> int:
        """Frames of a video, or of its stretch; opens no file."""
        start, stop = stretch(_as_video(video), self._entry(video)["frames"])
        return stop - start

    def checksum(self, video: Video | str | Path) -> str:
        """SHA-256 of a video's whole prepared array, from the manifest."""
        return self._entry(video)["sha256"]

    def verify(self) -> None:
        """Read every array and compare it with its checksum; PreparationError lists those that differ."""
        errors = []
        for entry in self.manifest["videos"].values():
            array = self.folder / entry["array"]
            if not array.is_file() or _sha256(array) != entry["sha256"]:
                remedy = "delete it and prepare the store again"
                errors.append(VideoError(array, "its checksum is not the manifest's", remedy))
        if errors:
            raise PreparationError(errors)

    def _entry(self, video: Video | str | Path) -> dict[str, Any]:
        path = _as_video(video).path
        entry = self.manifest["videos"].get(_key(path, self.folder))
        if entry is None:
            raise VideoError(path, f"it is not in the store {self.folder}", "prepare the store with it")
        return entry


@dataclass(frozen=True)
class Arrays(Sequence[np.ndarray]):
    """The arrays of many videos, in order. Each is opened when it is asked for: a list would hold them all,
    and those beyond the limit of open files in memory."""

    store: Store
    videos: Sequence[Video]

    def __len__(self) -> int:
        return len(self.videos)

    def __getitem__(self, number):
        return self.store[self.videos[number]]


def _mapped(path: Path) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="c")
    except (OSError, ValueError) as error:
        raise VideoError(path, f"the array cannot be read ({error})", "prepare the store again") from error


def _handles() -> int:
    """How many files this process may hold open: 256 on a Mac, 1024 on most Linux systems."""
    try:
        import resource
    except ImportError:  # Windows has no such limit on mapped files
        return 8192
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 8192 if soft == resource.RLIM_INFINITY else soft


def _as_video(video: Video | str | Path) -> Video:
    """A path stands for the whole file; label and group play no part in the store."""
    return video if isinstance(video, Video) else Video(Path(video), label=0, group="")


def stretch(video: Video, frames: int) -> tuple[int, int]:
    """Start and stop within `frames` frames; a stretch may end 2 frames late, as headers do.

    Raises VideoError where the file ends before it.
    """
    stop = frames if video.stop is None else video.stop
    if stop > frames + TOLERANCE or video.start >= frames:
        reason = f"its frames {video.start} to {stop} (0-based, stop exclusive) go past its end at {frames}"
        raise VideoError(video.path, reason, "correct the range, or leave the video out")
    return video.start, min(stop, frames)


def prepare(
    videos: Benchmark | Iterable[Video | str | Path],
    folder: str | Path,
    recipe_name: str,
    transform: Transform | None = None,
    grey: bool = False,
    jobs: int = -1,
) -> Store:
    """Decode each distinct file once and store `transform(frames)`: uint8 `(T, …)` with T unchanged.

    `recipe_name` stands for the transform: change it when the transform changes, and everything is prepared
    anew. Otherwise what is there stays, unless its source has changed (size or time, then checksum). An
    interrupted preparation goes on where it was. `transform` gets `(T, H, W, 3)` RGB, or `(T, H, W, 1)` if
    grey, and runs in `jobs` processes; -1: one a core.

    Raises PreparationError at the end, with every bad file (the good ones are stored: `Store(folder)` opens
    them), and DiskError at once where the disk is full.
    """
    folder = Path(folder)
    size = videos.frame_size if isinstance(videos, Benchmark) else None
    wanted = [_as_video(video) for video in (videos.videos if isinstance(videos, Benchmark) else videos)]
    sources = {_key(video.path, folder): video.path for video in wanted}
    truncated = {_key(video.path, folder) for video in wanted if video.truncated}
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.part"):  # by a process that was killed
        if time.time() - left.stat().st_mtime > STALE:
            left.unlink(missing_ok=True)
    before = _read_manifest(folder)
    recipe = {"format": FORMAT, "recipe": recipe_name, "grey": grey}
    entries = _still_good(folder, before, recipe, sources)
    manifest = {**recipe, "videos": entries}
    if manifest != before:  # so that no array is replaced under an entry that says otherwise
        _write_manifest(folder, manifest)
    calls = [
        delayed(_prepare_one)(key, path, folder, transform, grey, size, key in truncated)
        for key, path in sources.items()
        if key not in entries
    ]
    errors = _collect(calls, folder, manifest, jobs) if calls else []
    for video in wanted:
        entry = entries.get(_key(video.path, folder))
        try:
            if entry is not None:
                stretch(video, entry["frames"])
        except VideoError as error:
            errors.append(error)
    if errors:
        raise PreparationError(sorted(errors, key=str))
    return Store(folder)


def _collect(calls: list, folder: Path, manifest: dict, jobs: int) -> list[VideoError]:
    """Run the calls, enter their results into the manifest as they come, and return the bad files."""
    errors, saved = [], time.monotonic()
    results = Parallel(n_jobs=min(jobs, len(calls)), return_as="generator_unordered")(calls)
    try:
        for key, outcome in results:
            if isinstance(outcome, DiskError):
                raise outcome
            if isinstance(outcome, VideoError):
                errors.append(outcome)
                continue
            manifest["videos"][key] = outcome
            if time.monotonic() - saved > SAVE_EVERY:
                _write_manifest(folder, manifest)
                saved = time.monotonic()
    except BaseException:
        with suppress(DiskError):  # what is done is kept; on a full disk the last whole manifest stands
            _write_manifest(folder, manifest)
        raise
    _write_manifest(folder, manifest)
    return errors


def _prepare_one(
    key: str, path: Path, folder: Path, transform: Transform | None, grey: bool, size: Size, truncated: bool
) -> tuple[str, dict[str, Any] | VideoError]:
    """Decode, transform and store one file: its manifest entry, or the error that it gave."""
    try:
        source = _source(path) if path.is_file() else {}  # before it is read; reading says what is wrong
        if truncated:
            frames, _ = reading.read_prefix(path, grey, size)
        else:
            frames = reading.read_frames(path, grey, size)
        array = frames if transform is None else transform(frames)
        if array.dtype != np.uint8 or len(array) != len(frames):
            raise ValueError(f"the transform gave {array.dtype} {array.shape} for {len(frames)} frames")
        target = folder / _array_name(key)
        with reading.written_whole(target) as aside, open(aside, "wb") as file:
            np.save(file, np.ascontiguousarray(array))
        written = {"array": target.name, "bytes": target.stat().st_size, "sha256": _sha256(target)}
        return key, {**written, "frames": len(array), "source": source}
    except VideoError as error:
        return key, error
    except (ValueError, OSError) as error:
        return key, VideoError(path, f"it cannot be prepared ({error})", "correct it, or leave it out")


def _still_good(folder: Path, manifest: dict, recipe: dict, sources: dict[str, Path]) -> dict[str, Any]:
    """The manifest's entries that hold: same recipe, array there at its full size, source unchanged.

    Entries of files that are not asked for now stay too.
    """
    if any(manifest.get(name) != value for name, value in recipe.items()):
        return {}
    good = {}
    for key, entry in manifest["videos"].items():
        array = folder / entry["array"]
        if not array.is_file() or array.stat().st_size != entry["bytes"]:
            continue
        source = _unchanged(sources[key], entry["source"]) if key in sources else entry["source"]
        if source:
            good[key] = {**entry, "source": source}
    return good


def _unchanged(path: Path, source: dict[str, Any]) -> dict[str, Any] | None:
    """The file's `_source` if it is the one that was prepared, else None; hashed only if its time is new."""
    if not path.is_file() or path.stat().st_size != source["size"]:
        return None
    if path.stat().st_mtime_ns == source["mtime_ns"]:
        return source
    now = _source(path)
    return now if now["sha256"] == source["sha256"] else None


def _source(path: Path) -> dict[str, Any]:
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": _sha256(path)}


def _key(path: Path, folder: Path) -> str:
    """The file's path as seen from the store's folder, so that both can be moved together."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive of a Windows machine
        return Path(path).absolute().as_posix()


def _array_name(key: str) -> str:
    """A file name for any source: its stem without awkward characters, and a hash of the whole path."""
    stem = re.sub(r"[^A-Za-z0-9_]", "-", Path(key).stem)[:80]
    return f"{stem}.{hashlib.sha256(key.encode()).hexdigest()[:10]}.npy"


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, or {} where there is none or it is of another format or not whole."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) and manifest.get("format") == FORMAT else {}


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    with reading.written_whole(folder / MANIFEST) as aside:
        aside.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
