"""One file to uint8 frames, and back: nothing is cut short in silence.

OpenCV's decoder never crashes on a damaged file; it stops early and says nothing, while the file's header
goes on promising all frames. So every file is decoded from its first frame to its last (no seeking, which is
wrong in AVIs with B-frames) and the two counts are compared.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# Read by OpenCV when it opens its first video; nothing else keeps FFmpeg from writing to stderr.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2  # noqa: E402
import numpy as np  # noqa: E402

SUFFIXES = (".avi", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
TOLERANCE = 2  # an XviD file with packed B-frames promises one frame more than it holds
FETCH_AGAIN = "fetch it again, or leave it out"


class VideoError(Exception):
    """A video that cannot be used. As a string, one line: which file, what is wrong, what to do."""

    def __init__(self, path: str | Path, reason: str, remedy: str):
        super().__init__(path, reason, remedy)  # all three, so that it survives pickling between processes
        self.path, self.reason, self.remedy = Path(path), reason, remedy

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.remedy}"


class DiskError(VideoError):
    """A file that cannot be written: the disk is full, or the folder is not to be written to."""


class PreparationError(Exception):
    """Several videos that cannot be used: `errors` holds the VideoErrors; as a string, one line each."""

    def __init__(self, errors: Sequence[VideoError]):
        super().__init__(tuple(errors))
        self.errors = tuple(errors)

    def __str__(self) -> str:
        many = "1 video" if len(self.errors) == 1 else f"{len(self.errors)} videos"
        return "\n  ".join([f"{many} cannot be used:", *map(str, self.errors)])


def read_frames(path: str | Path, grey: bool = False, size: tuple[int, int] | None = None) -> np.ndarray:
    """All frames of a video: uint8 `(T, H, W, 3)` in RGB, or `(T, H, W, 1)` if grey.

    Raises VideoError where the file is missing, empty or no video, and where it holds fewer or more frames
    than its header promises (by more than 2), or where `size` (height, width) is given and differs. What this
    cannot see is damage inside a frame that the decoder papers over; the checksums of `fetch` and of
    the store's manifest are for that.
    """
    frames, promised = read_prefix(path, grey, size)
    _check_promise(path, len(frames), promised)
    return frames


def read_prefix(
    path: str | Path, grey: bool = False, size: tuple[int, int] | None = None
) -> tuple[np.ndarray, int]:
    """The frames of a file as far as it goes, and the number that its header promises (0: it does not say).

    For files that a loader names as truncated at their source; `read_frames` is for all others.
    Raises VideoError where not one frame can be read.
    """
    code, channels = (cv2.COLOR_BGR2GRAY, 1) if grey else (cv2.COLOR_BGR2RGB, 3)
    with _opened(Path(path), size) as (capture, promised):
        room = promised + TOLERANCE + 1 if promised else 256
        frames = np.empty((room, *_size(capture), channels), np.uint8)
        count = 0
        for image in _images(capture, promised):
            if count == len(frames):  # which is possible only where no number is promised
                frames = np.concatenate([frames, np.empty_like(frames)])
            cv2.cvtColor(image, code, dst=frames[count])
            count += 1
    if not count:
        raise VideoError(path, "not one frame can be read from it", FETCH_AGAIN)
    return frames[:count], promised


def stream_frames(path: str | Path, truncated: bool = False) -> Iterator[np.ndarray]:
    """The frames of a video one by one, uint8 `(H, W, 3)` in RGB: however long it is, memory holds one.

    VideoErrors are those of `read_frames`, and those that need all frames come behind the last one. A file
    that a loader names as `truncated` at its source may end early.
    """
    count = 0
    with _opened(Path(path)) as (capture, promised):
        for image in _images(capture, promised):
            yield cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            count += 1
    if not count:
        raise VideoError(path, "not one frame can be read from it", FETCH_AGAIN)
    if not truncated:
        _check_promise(path, count, promised)


@contextmanager
def _opened(path: Path, size: tuple[int, int] | None = None) -> Iterator[tuple[cv2.VideoCapture, int]]:
    """An open file, and the number of frames that its header promises. OpenCV's errors become VideoErrors."""
    _check_file(path)
    capture = cv2.VideoCapture(str(path))
    try:
        if not capture.isOpened():
            raise VideoError(path, "it is not a video that can be opened", FETCH_AGAIN)
        if size not in (None, found := _size(capture)):
            reason = f"its frames are {found[1]}x{found[0]}, not {size[1]}x{size[0]}"
            raise VideoError(path, reason, "put the original file there, or leave it out")
        yield capture, max(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)))
    except (cv2.error, MemoryError, ValueError) as error:
        reason = f"it cannot be decoded ({str(error).strip()[:80]})"
        raise VideoError(path, reason, FETCH_AGAIN) from error
    finally:
        capture.release()


def _size(capture: cv2.VideoCapture) -> tuple[int, int]:
    """Height and width of an open file's frames."""
    return int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))


def _images(capture: cv2.VideoCapture, promised: int) -> Iterator[np.ndarray]:
    """The frames of an open file as OpenCV gives them: `(H, W, 3)` in BGR.

    A file that goes on past its promise is followed far enough for that to be noticed, and no further.
    """
    size, count = _size(capture), 0
    while not promised or count < promised + TOLERANCE + 1:
        got, image = capture.read()
        if not got:
            return
        if image.shape[:2] != size:
            raise ValueError(f"frame {count} has another size than the first")
        yield image
        count += 1


def _check_promise(path: str | Path, count: int, promised: int) -> None:
    if promised > 0 and abs(count - promised) > TOLERANCE:
        found = f"{count} can be read" if count < promised else "more can be read"
        reason = f"its header promises {promised} frames but {found}"
        raise VideoError(path, reason, f"it is damaged or cut short: {FETCH_AGAIN}")


def _check_file(path: Path) -> None:
    if not path.exists():
        raise VideoError(path, "there is no such file", "put it there, or correct the path")
    if path.is_dir():
        raise VideoError(path, "it is a folder, not a video", "name one of the files in it")
    if path.suffix.lower() not in SUFFIXES:  # FFmpeg would gladly play a text file
        reason = f"{path.suffix or 'no suffix'} is not a video's suffix"
        raise VideoError(path, reason, f"use one of {' '.join(SUFFIXES)}")
    if path.stat().st_size == 0:
        raise VideoError(path, "the file is empty", FETCH_AGAIN)


def write_frames(path: str | Path, frames: np.ndarray, fps: float = 25, codec: str = "XVID") -> Path:
    """Write uint8 frames, `(T, H, W, 3)` RGB or grey `(T, H, W[, 1])`, as a video: whole or not at all.

    The file is written aside and counted before it gets its name. Raises DiskError where that fails.
    """
    path, frames = Path(path), np.asarray(frames)
    grey = frames.ndim == 3 or frames.shape[-1] == 1
    if frames.dtype != np.uint8 or frames.ndim not in (3, 4) or frames.shape[3:] not in ((), (1,), (3,)):
        what = f"{frames.dtype} {frames.shape}"
        raise ValueError(f"{path}: frames must be uint8 (T, H, W[, 1 or 3]), not {what}")
    if not frames.size:
        raise VideoError(path, "there is no frame to write", "give at least one")
    with written_whole(path, path.suffix) as aside:  # OpenCV goes by the suffix
        if not _encode(aside, frames, grey, fps, codec):
            remedy = "does the folder exist, is there room, and does this OpenCV have the codec?"
            raise DiskError(path, f"no video can be written there as {codec}", remedy)
        written = count_frames(aside)
        if written != len(frames):
            reason = f"only {written} of {len(frames)} frames were written"
            raise DiskError(path, reason, "is the disk full? Make room and write it again")
    return path


def _encode(path: Path, frames: np.ndarray, grey: bool, fps: float, codec: str) -> bool:
    """Write all frames; False where the file cannot be opened for writing."""
    size = (frames.shape[2], frames.shape[1])
    level = cv2.utils.logging.setLogLevel(0)  # what goes wrong is said once, by the caller
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, size, not grey)
    try:
        for frame in frames if writer.isOpened() else ():
            writer.write(np.ascontiguousarray(frame) if grey else cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        return writer.isOpened()
    finally:
        writer.release()
        cv2.utils.logging.setLogLevel(level)


def is_video(path: Path) -> bool:
    """Whether it is a file with a video's suffix, and neither hidden nor half written."""
    aside = path.name.startswith(".") or path.stem.endswith(".part")
    return path.suffix.lower() in SUFFIXES and not path.is_dir() and not aside


def count_frames(path: str | Path) -> int:
    """How many frames can be decoded from a file (0 where it cannot be opened)."""
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.grab():
        count += 1
    capture.release()
    return count


def promised_frames(path: str | Path) -> int:
    """How many frames a file's header promises (0 where it cannot be opened or does not say)."""
    capture = cv2.VideoCapture(str(path))
    promised = max(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)))
    capture.release()
    return promised


@contextmanager
def written_whole(path: str | Path, suffix: str = "") -> Iterator[Path]:
    """Gives a path aside to write to, which gets the real name only if the block ends without an error.

    The path aside carries the process's number, so that two processes may write the same file at once, and
    ends in `.part` and `suffix`. The block is for writing alone: an OSError in it becomes a DiskError that
    names the file and says that the disk is full, or why else the file could not be written.
    """
    path = Path(path)
    aside = path.with_name(f"{path.name}.{os.getpid()}.part{suffix}")
    try:
        yield aside
        os.replace(aside, path)
    except OSError as error:
        short = error.errno is None and "requested" in str(error)  # numpy's words for a write cut short
        full = short or error.errno in NO_ROOM
        reason = "the disk is full" if full else f"it cannot be written ({error.strerror or error})"
        raise DiskError(path, reason, "make room (or choose another folder) and run this again") from error
    finally:
        aside.unlink(missing_ok=True)
