"""Which frames make a clip: windows over a video, as indices, so that pixels are copied once."""

from collections.abc import Iterable, Iterator

import numpy as np


def windows(length: int, size: int = 9, hop: int = 9) -> np.ndarray:
    """Starts `(n,)` int64 of the windows of `size` frames, `hop` frames apart, in a video of `length` frames.

    Only whole windows are kept: frames after the last one are left out. n is at least 1: a video shorter
    than `size` has one window at 0, which `take` fills up with its last frame. The paper's windows are 9
    frames long (Baccouche 2011, Sec. 2); it does not print the hop.

    Raises ValueError for a video without frames, or a size or hop below 1.
    """
    if length < 1 or size < 1 or hop < 1:
        raise ValueError(f"windows need length, size and hop of at least 1, got {length}, {size}, {hop}")
    return np.arange(0, max(length - size, 0) + 1, hop, dtype=np.int64)


def equally_spaced(length: int, size: int, count: int = 25) -> np.ndarray:
    """Starts `(count,)` int64 of clips of `size` frames at equal distances over a video of `length` frames.

    "A fixed number of frames (25) with equal temporal spacing" (Simonyan & Zisserman 2014, Sec. 5): the first
    begins at 0, the last ends with the video. A short video repeats starts. ValueError as in `windows`.
    """
    if length < 1 or size < 1 or count < 1:
        raise ValueError(f"clips need length, size and count of at least 1, got {length}, {size}, {count}")
    return np.rint(np.linspace(0, max(length - size, 0), count)).astype(np.int64)


def take(frames, starts, size: int = 9):
    """The windows themselves: frames `(T, …)` (numpy or torch) and starts `(n,)` → `(n, size, …)`.

    Frames past the end repeat the last one. Raises ValueError for a start outside the video.
    """
    starts = np.asarray(starts, dtype=np.int64)
    if len(starts) and (starts.min() < 0 or starts.max() >= len(frames)):
        raise ValueError(f"starts must lie in 0 … {len(frames) - 1}, got {starts.min()} … {starts.max()}")
    indices = np.minimum(starts[:, None] + np.arange(size), len(frames) - 1)
    return frames[indices]


def stream(frames: Iterable[np.ndarray], size: int, hop: int, count: int) -> Iterator[np.ndarray]:
    """The same windows of frames `(H, W, C)` that come one by one: `(n, size, H, W, C)`, `count` at a time.

    However long the video is, only the frames of the windows at hand are held. ValueError as in `windows`.
    """
    held, told = [], False
    full = max(size + (count - 1) * hop, count * hop)  # where windows lie apart, the gap behind them, too
    for frame in frames:
        held.append(frame)
        if len(held) == full:
            yield take(np.stack(held), np.arange(count) * hop, size)
            held, told = held[count * hop :], True
    if len(held) >= size or not told:
        starts = windows(len(held), size, hop)
        yield take(np.stack(held), starts, size)
