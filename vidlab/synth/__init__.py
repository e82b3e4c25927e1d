"""Procedural people: the embedded, synthetic data sets, written in the benchmarks' own layouts.

`write` makes a world's files; `truth` draws one video again with everything that is known about it.
"""

from .export import WORLDS, folder_of, is_complete, write
from .groundtruth import Truth, truth

__all__ = ["WORLDS", "Truth", "folder_of", "is_complete", "truth", "write"]
