"""Run every measurement in this folder: each module's main() prints its own lines.

`make bench`, or `python -m bench.run decode` for those whose names begin so.
"""

import importlib
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent


def modules(wanted: list[str]) -> Iterator[str]:
    """Names of the measurements, this file aside; all of them where none is asked for."""
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem not in ("__init__", "run") and (not wanted or path.stem.startswith(tuple(wanted))):
            yield path.stem


def machine() -> str:
    """What the figures were measured on, in one line."""
    import torch

    gpu = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads{gpu}, "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )


def main() -> None:
    print(machine(), flush=True)
    for name in modules(sys.argv[1:]):
        print(f"\n{name}", flush=True)
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
