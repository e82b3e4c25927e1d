"""Small video files for tests, whole and broken, drawn on the spot."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vidlab.videos import write_frames

FIXTURES = Path(__file__).parent / "fixtures"


def moving_square(length: int = 40, size: tuple[int, int] = (120, 160), shift: int = 0) -> np.ndarray:
    """Grey frames uint8 `(T, H, W, 1)`: a bright square that walks over stripes, each frame another."""
    height, width = size
    y, x = np.mgrid[:height, :width]
    frames = np.repeat((90 + 40 * np.sin((x + y) / 9)).astype(np.uint8)[None], length, axis=0)
    for t, frame in enumerate(frames):
        left = (shift + 2 * t) % (width - 24)
        frame[height // 3 : height // 3 + 24, left : left + 24] = 230
    return frames[..., None]


def broken(kind: str, folder: Path) -> Path:
    """A file of that kind of brokenness, in `folder`."""
    path = folder / f"{kind.replace(' ', '_')}.avi"
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "garbage":
        path.write_bytes(np.random.default_rng(0).bytes(5000))
    elif kind == "text":
        path.write_bytes(b"this is not a video\n" * 50)
    elif kind in ("truncated", "header only", "index gone"):
        whole = write_frames(folder / "whole.avi", moving_square()).read_bytes()
        first = whole.index(b"movi")
        cut = {"truncated": len(whole) // 2, "header only": first + 8, "index gone": 200}[kind]
        path.write_bytes(whole[:cut])
    elif kind == "corrupt h264":
        path = folder / "corrupt_h264.mp4"
        data = bytearray((FIXTURES / "square_h264.mp4").read_bytes())
        at = data.index(b"mdat") + 1500
        data[at : at + 1500] = np.random.default_rng(0).bytes(1500)
        path.write_bytes(data)
    elif kind == "wrong suffix":
        path = folder / "a video.txt"
        path.write_bytes(b"this is not a video\n" * 50)
    return path  # "missing": nothing is there


def real_folder(*parts: str) -> Path:
    """A folder of real videos below $VIDLAB_REAL; skips the test where it is not there."""
    if "VIDLAB_REAL" not in os.environ:
        pytest.skip("VIDLAB_REAL is not set: it names a folder with real videos (KTH, UCF-101)")
    folder = Path(os.environ["VIDLAB_REAL"], *parts)
    if not folder.exists():
        pytest.skip(f"VIDLAB_REAL has no {'/'.join(parts)}")
    return folder
