"""Seconds that each chapter takes at the quick profile, one after the other, kernel start included."""

import tempfile
from pathlib import Path

from vidlab import render


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path in render.chapters():
            print(f"  {render.render(path, 'quick', Path(folder))}", flush=True)
