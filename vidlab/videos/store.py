"""Decode each file once, keep its frames as uint8 arrays, and read stretches of them without decoding again.

A store is a folder with one `.npy` a file and a `manifest.json`. An array is there only if the manifest says
so, and the manifest is replaced as a whole: what an interruption leaves behind is never taken for data.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from . import reading
from .benchmark import Benchmark, Video
from .reading import TOLERANCE, DiskError, PreparationError, VideoError

MANIFEST = "manifest.json"
FORMAT = 1
SAVE_EVERY = 2.0  # seconds between two manifests while preparing: what a power cut may cost
KEPT_OPEN = 64  # arrays that stay at hand when nobody holds a view of them

Transform = Callable[[np.ndarray], np.ndarray]


class Store:
    """Prepared videos: `store[video]` is uint8 `(T, …)`, cut to the video's stretch.

    Arrays are mapped, not read, when first asked for, and copied on write: changing one changes no file.
    Each mapped array takes a file handle, so where very many are held at once the further ones are read.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.manifest = _read_manifest(self.folder)
        if not self.manifest:
            raise VideoError(self.folder / MANIFEST, "there is no whole manifest", "prepare the store again")
        self._keys: dict[Path, str] = {}
        self._open: weakref.WeakValueDictionary[str, np.ndarray] = weakref.WeakValueDictionary()
        self._recent: deque[np.ndarray] = deque(maxlen=KEPT_OPEN)
        self._most_mapped = _handles() // 2

    def __reduce__(self):  # a data loader's process opens the files itself
        return Store, (self.folder,)

    def __len__(self) -> int:
        return len(self.manifest["videos"])

    def __contains__(self, video: Video | str | Path) -> bool:
        return self._key(video) in self.manifest["videos"]

    def __getitem__(self, video: Video | str | Path) -> np.ndarray:
        start, stop = self._stretch(video)
        return self._array(self._key(video))[start:stop].view(np.ndarray)

    def length(self, video: Video | str | Path) -> int:
        """Frames of a video, or of its stretch; opens no file."""
        start, stop = self._stretch(video)
        return stop - start

    def checksum(self, video: Video | str | Path) -> str:
        """SHA-256 of a video's whole prepared array, from the manifest."""
        return self.manifest["videos"][self._key(video)]["sha256"]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of any result must know: files that are cut short where they were published."""
        return tuple(entry["note"] for entry in self.manifest["videos"].values() if "note" in entry)

    def verify(self) -> None:
        """Read every array and compare it with its checksum; PreparationError lists those that differ."""
        errors = [
            VideoError(
                self.folder / entry["array"],
                "its checksum is not the manifest's",
                "delete it and prepare the store again",
            )
            for entry in self.manifest["videos"].values()
            if not (self.folder / entry["array"]).is_file()
            or _sha256(self.folder / entry["array"]) != entry["sha256"]
        ]
        if errors:
            raise PreparationError(errors)

    def _key(self, video: Video | str | Path) -> str:
        path = video.path if isinstance(video, Video) else Path(video)
        if path not in self._keys:
            self._keys[path] = _key(path, self.folder)
        return self._keys[path]

    def _stretch(self, video: Video | str | Path) -> tuple[int, int]:
        entry = self.manifest["videos"].get(self._key(video))
        path = video.path if isinstance(video, Video) else video
        if entry is None:
            raise VideoError(path, f"it is not in the store {self.folder}", "prepare the store with it")
        return _stretch(video, entry["frames"]) if isinstance(video, Video) else (0, entry["frames"])

    def _array(self, key: str) -> np.ndarray:
        array = self._open.get(key)
        if array is None:
            path = self.folder / self.manifest["videos"][key]["array"]
            try:
                array = np.load(path, mmap_mode="c" if len(self._open) < self._most_mapped else None)
            except (OSError, ValueError) as error:
                raise VideoError(path, "the array cannot be read", "prepare the store again") from error
            self._open[key] = array
            self._recent.append(array)
        return array


def _handles() -> int:
    """How many files this process may hold open: 256 on a Mac, 1024 on most Linux systems."""
    try:
        import resource
    except ImportError:  # Windows has no such limit on mapped files
        return 8192
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 8192 if soft == resource.RLIM_INFINITY else soft


def _stretch(video: Video, frames: int) -> tuple[int, int]:
    """Start and stop within `frames` frames; a stretch may end 2 frames late, as headers do."""
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
    jobs: int = 2,
    progress: bool = False,
) -> Store:
    """Decode each distinct file once and store `transform(frames)`: uint8 `(T, …)` with T unchanged.

    `recipe_name` stands for the transform: change it when the transform changes, and everything is prepared
    anew. Otherwise what is there stays, unless its source has changed (size or time, then checksum). An
    interrupted preparation goes on where it was. `transform` gets `(T, H, W, 3)` RGB, or `(T, H, W, 1)` if
    grey, and runs in `jobs` processes.

    Raises PreparationError at the end, with every bad file (the good ones are stored: `Store(folder)` opens
    them), and DiskError at once where the disk is full.
    """
    folder = Path(folder)
    wanted = list(videos.videos if isinstance(videos, Benchmark) else videos)
    size = videos.frame_size if isinstance(videos, Benchmark) else None
    truncated = {v.path: v.truncated for v in wanted if isinstance(v, Video)}
    sources = {
        _key(path, folder): path
        for path in dict.fromkeys(v.path if isinstance(v, Video) else Path(v) for v in wanted)
    }
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.part"):  # by a process that was killed: none writes one file for a day
        if time.time() - left.stat().st_mtime > 86_400:
            left.unlink(missing_ok=True)
    entries = _still_good(folder, {"recipe": recipe_name, "grey": grey}, sources)
    manifest = {"format": FORMAT, "recipe": recipe_name, "grey": grey, "videos": entries}
    if manifest != _read_manifest(folder):  # before any array is replaced
        _write_manifest(folder, manifest)
    calls = [
        delayed(_prepare_one)(key, path, folder, transform, grey, size, truncated.get(path, False))
        for key, path in sources.items()
        if key not in entries
    ]
    errors = _collect(calls, folder, manifest, jobs, progress) if calls else []
    for video in (v for v in wanted if isinstance(v, Video)):
        if (entry := entries.get(_key(video.path, folder))) is not None:
            try:
                _stretch(video, entry["frames"])
            except VideoError as error:
                errors.append(error)
    if errors:
        raise PreparationError(sorted(errors, key=str))
    return Store(folder)


def _collect(calls: list, folder: Path, manifest: dict, jobs: int, progress: bool) -> list[VideoError]:
    """Run the calls, enter their results into the manifest as they come, and return the bad files."""
    errors, saved = [], time.monotonic()
    results: Iterator = Parallel(n_jobs=min(jobs, len(calls)), return_as="generator_unordered")(calls)
    try:
        for key, outcome in tqdm(results, "preparing", len(calls), file=sys.stdout, disable=not progress):
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
    key: str,
    path: Path,
    folder: Path,
    transform: Transform | None,
    grey: bool,
    size: tuple[int, int] | None,
    truncated: bool,
) -> tuple[str, dict[str, Any] | VideoError]:
    """Decode, transform and store one file: its manifest entry, or the error that it gave."""
    try:
        source = {**_stamp(path), "sha256": _sha256(path)} if path.is_file() else {}
        if truncated:
            frames, promised = reading.read_prefix(path, grey, size)
        else:
            frames, promised = reading.read_frames(path, grey, size), 0
        array = frames if transform is None else transform(frames)
        if array.dtype != np.uint8 or len(array) != len(frames):
            raise ValueError(f"the transform gave {array.dtype} {array.shape} for {len(frames)} frames")
        target = folder / _array_name(key)
        with reading.written_whole(target) as aside, open(aside, "wb") as file:
            np.save(file, np.ascontiguousarray(array))
        entry = {
            "array": target.name,
            "frames": len(array),
            "shape": list(array.shape),
            "bytes": target.stat().st_size,
            "sha256": _sha256(target),
            "source": source,
        }
        if truncated:
            entry["note"] = f"{path.name}: {len(frames)} of {promised} frames; it is kept as far as it goes"
        return key, entry
    except VideoError as error:
        return key, error
    except (ValueError, OSError) as error:
        return key, VideoError(path, f"it cannot be prepared ({error})", "correct it, or leave it out")


def _still_good(folder: Path, recipe: dict[str, Any], sources: dict[str, Path]) -> dict[str, Any]:
    """The manifest's entries that hold: same recipe, array there at its full size, source unchanged.

    Entries of files that are not asked for now stay too. A source's checksum is taken only if its size or
    time has changed.
    """
    manifest = _read_manifest(folder)
    if any(manifest.get(key) != value for key, value in recipe.items()):
        return {}
    good = {}
    for key, entry in manifest["videos"].items():
        array = folder / entry["array"]
        if not array.is_file() or array.stat().st_size != entry["bytes"]:
            continue
        if key in sources and (not sources[key].is_file() or not _unchanged(sources[key], entry["source"])):
            continue
        good[key] = entry
    return good


def _unchanged(path: Path, source: dict[str, Any]) -> bool:
    """Whether a source is the one that was prepared; a copy with a new time gets that time noted."""
    stamp = _stamp(path)
    if stamp["size"] != source["size"]:
        return False
    if stamp["mtime_ns"] != source["mtime_ns"] and _sha256(path) != source["sha256"]:
        return False
    source.update(stamp)
    return True


def _stamp(path: Path) -> dict[str, int]:
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}


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
