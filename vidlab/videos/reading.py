"""One file to uint8 frames, and back: nothing is cut short in silence.

OpenCV's decoder never crashes on a damaged file; it stops early and says nothing, while the file's header
goes on promising all frames. So every file is decoded from its first frame to its last (no seeking, which is
wrong in AVIs with B-frames) and the two counts are compared.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Read by OpenCV when it opens its first video; nothing else keeps FFmpeg from writing to stderr.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2  # noqa: E402
import numpy as np  # noqa: E402

SUFFIXES = (".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv")
TOLERANCE = 2  # an XviD file with packed B-frames promises one frame more than it holds


class VideoError(Exception):
    """A video that cannot be used. As a string, one line: which file, what is wrong, what to do."""

    def __init__(self, path: str | Path, reason: str, remedy: str):
        super().__init__(path, reason, remedy)  # all three, so that it survives pickling between processes
        self.path, self.reason, self.remedy = Path(path), reason, remedy

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.remedy}"


def read_frames(path: str | Path, grey: bool = False) -> np.ndarray:
    """All frames of a video: uint8 `(T, H, W, 3)` in RGB, or `(T, H, W, 1)` if grey.

    Raises VideoError where the file is missing, empty or no video, and where it holds fewer or more frames
    than its header promises (by more than 2).
    """
    frames, promised = _decode(Path(path), grey)
    if promised > 0 and abs(len(frames) - promised) > TOLERANCE:
        reason = f"its header promises {promised} frames but {_count_words(len(frames), promised)}"
        raise VideoError(path, reason, "it is damaged or cut short: fetch it again, or leave it out")
    return frames


def read_prefix(path: str | Path, grey: bool = False) -> tuple[np.ndarray, int]:
    """The frames of a file known to be cut short, as far as it goes, and the number that it promises.

    For files that a loader names as truncated at their source; `read_frames` is for all others.
    Raises VideoError where not one frame can be read.
    """
    return _decode(Path(path), grey)


def _count_words(decoded: int, promised: int) -> str:
    return f"{decoded} can be read" if decoded < promised else "more can be read"


def _decode(path: Path, grey: bool) -> tuple[np.ndarray, int]:
    """Frames as far as they can be read, and the number that the header promises (0: it does not say)."""
    _check_file(path)
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        if not capture.isOpened():
            raise VideoError(path, "it is not a video that can be opened", "fetch it again, or leave it out")
        promised = max(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        height, width = (int(capture.get(p)) for p in (cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH))
        parts = list(_blocks(capture, promised, (height, width), grey))
    except (cv2.error, MemoryError, ValueError) as error:
        raise VideoError(path, f"it cannot be decoded ({str(error).strip()[:80]})",
                         "fetch it again, or leave it out") from error
    finally:
        capture.release()
    if not len(parts[0]):
        raise VideoError(path, "not one frame can be read from it", "fetch it again, or leave it out")
    return (parts[0] if len(parts) == 1 else np.concatenate(parts)), promised


def _check_file(path: Path) -> None:
    if not path.exists():
        raise VideoError(path, "there is no such file", "put it there, or correct the path")
    if path.is_dir():
        raise VideoError(path, "it is a folder, not a video", "name one of the files in it")
    if path.suffix.lower() not in SUFFIXES:  # FFmpeg would gladly play a text file
        raise VideoError(path, f"{path.suffix or 'no suffix'} is not a video's suffix",
                         f"use one of {' '.join(SUFFIXES)}")
    if path.stat().st_size == 0:
        raise VideoError(path, "the file is empty", "fetch it again, or leave it out")


def _blocks(capture: cv2.VideoCapture, promised: int, size: tuple[int, int], grey: bool) -> Iterator[np.ndarray]:
    """Decode into arrays made beforehand: one for all promised frames, or 256 at a time where none are.

    A file that goes on past its promise is followed far enough for that to be noticed, and no further.
    """
    room = promised + TOLERANCE + 1 if promised else 256
    code = cv2.COLOR_BGR2GRAY if grey else cv2.COLOR_BGR2RGB
    while True:
        frames = np.empty((room, *size, 1 if grey else 3), np.uint8)
        count = 0
        while count < room:
            got, image = capture.read()
            if not got:
                break
            if image.shape[:2] != size:
                raise ValueError(f"frame {count} is {image.shape[1]}x{image.shape[0]}, not {size[1]}x{size[0]}")
            cv2.cvtColor(image, code, dst=frames[count])
            count += 1
        yield frames[:count]
        if promised or count < room:
            return


def write_frames(path: str | Path, frames: np.ndarray, fps: float = 25, codec: str = "XVID") -> Path:
    """Write uint8 frames, `(T, H, W, 3)` RGB or grey `(T, H, W[, 1])`, as a video: whole or not at all.

    The file is written aside and counted before it gets its name. Raises VideoError where that fails.
    """
    path, frames = Path(path), np.asarray(frames)
    grey = frames.ndim == 3 or frames.shape[-1] == 1
    if frames.dtype != np.uint8 or frames.ndim not in (3, 4) or frames.shape[3:] not in ((), (1,), (3,)):
        raise ValueError(f"{path}: frames must be uint8 (T, H, W[, 1 or 3]), not {frames.dtype} {frames.shape}")
    if not frames.size:
        raise VideoError(path, "there is no frame to write", "give at least one")
    aside = path.with_name(f"{path.stem}.part{path.suffix}")  # OpenCV goes by the suffix
    try:
        _encode(aside, frames, grey, fps, codec)
        written = count_frames(aside)
        if written != len(frames):
            raise VideoError(path, f"only {written} of {len(frames)} frames were written",
                             "is the disk full? Make room and write it again")
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return path


def _encode(path: Path, frames: np.ndarray, grey: bool, fps: float, codec: str) -> None:
    size = (frames.shape[2], frames.shape[1])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), fps, size, not grey)
    try:
        if not writer.isOpened():
            raise VideoError(path, f"no video can be written there as {codec}",
                             "does the folder exist, is there room, and does this OpenCV have the codec?")
        for frame in frames:
            writer.write(np.ascontiguousarray(frame) if grey else cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    finally:
        writer.release()


def count_frames(path: str | Path) -> int:
    """How many frames can be decoded from a file (0 where it cannot be opened)."""
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    count = 0
    while capture.grab():
        count += 1
    capture.release()
    return count


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Gives a path aside to write to, which gets the real name only if the block ends without an error.

    Raises VideoError, naming the file, where the disk is full or the folder cannot be written to.
    """
    path = Path(path)
    aside = path.with_name(path.name + ".part")
    try:
        yield aside
        os.replace(aside, path)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else f"it cannot be written ({error.strerror or error})"
        raise VideoError(path, reason, "make room (or choose another folder) and run this again") from error
    finally:
        aside.unlink(missing_ok=True)
