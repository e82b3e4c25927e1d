"""How fast videos are decoded, prepared and read back from the store. `python -m bench.videos`"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from vidlab.videos import prepare, read_frames, write_frames

FILES, LENGTH = 24, 400


def drawn(height: int, width: int) -> np.ndarray:
    """Grey frames with motion everywhere: smooth stripes that drift."""
    y, x = np.mgrid[:height, :width]
    frames = [120 + 80 * np.sin((x + 2 * t) / 11) * np.cos(y / 7) for t in range(LENGTH)]
    return np.stack(frames).astype(np.uint8)


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure() -> list[tuple[str, float, str]]:
    """Rows of what, how much, unit: KTH-sized files (160x120, grey, XviD, 400 frames)."""
    with tempfile.TemporaryDirectory() as name:
        folder, frames = Path(name), drawn(120, 160)
        paths = [folder / f"{n}.avi" for n in range(FILES)]
        total = FILES * LENGTH
        write = seconds(lambda: [write_frames(path, frames) for path in paths])
        grey = seconds(lambda: [read_frames(path, grey=True) for path in paths])
        colour = seconds(lambda: [read_frames(path) for path in paths])
        fill = seconds(lambda: prepare(paths, folder / "store", "plain", grey=True, jobs=2))
        store = prepare(paths, folder / "store", "plain", grey=True)
        again = seconds(lambda: prepare(paths, folder / "store", "plain", grey=True))
        read = seconds(lambda: [store[path].sum() for path in paths])
    return [
        ("frames written (checked)", total / write, "frames/s"),
        ("frames decoded, grey", total / grey, "frames/s"),
        ("frames decoded, colour", total / colour, "frames/s"),
        ("frames prepared, 2 processes and their start", total / fill, "frames/s"),
        ("frames read from the store", total / read, "frames/s"),
        (f"second preparation of {FILES} files", 1000 * again, "ms"),
    ]


def main() -> None:
    for what, much, unit in measure():
        print(f"{what:48s}{much:12,.0f} {unit}")


if __name__ == "__main__":
    main()
