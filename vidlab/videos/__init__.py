"""Videos: one file to frames, benchmarks and their splits, and the store that decodes each file once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import folder, hmdb51, kth, ucf101
from .benchmark import Benchmark, Split, Video
from .reading import DiskError, PreparationError, VideoError, read_frames, write_frames
from .store import Store, prepare

__all__ = [
    "Benchmark",
    "DiskError",
    "PreparationError",
    "Split",
    "Store",
    "Video",
    "VideoError",
    "load",
    "prepare",
    "read_frames",
    "write_frames",
]

_LOADERS: dict[str, Callable[..., Benchmark]] = {
    "kth": kth.load,
    "ucf101": ucf101.load,
    "hmdb51": hmdb51.load,
    "folder": folder.load,
}


def load(name: str, /, root: str | Path, **options: Any) -> Benchmark:
    """The benchmark of that kind in a folder; options are those of its module's `load`.

    Raises ValueError, with what can be loaded, for any other name.
    """
    if name not in _LOADERS:
        raise ValueError(f"no loader for {name!r}; there are {', '.join(map(repr, _LOADERS))}")
    return _LOADERS[name](root, **options)
