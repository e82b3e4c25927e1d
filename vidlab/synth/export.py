"""Write a world as video files in KTH's own layout, resumably, and say at the end that it is whole."""

import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2

from ..videos.reading import write_frames
from . import kth

VERSION = 1
MANIFEST = "world.json"
PLAN = "world.part.json"


def write(world: str, root: str | Path, size: str = "quick", seed: int = 0, jobs: int = 2,
          **dials: float) -> Path:  # fmt: skip
    """Write `world` under `root` (`action/personNN_action_dN_uncomp.avi`, `00sequences.txt`); returns root.

    size: quick (150 short videos), laptop or full (600 videos). dials: `idle` (1 natural, 0 no empty
    stretches). Stops and resumes: a file is whole or absent, and `world.json` is written last. A root that
    holds something else raises ValueError and is left as it is. Processes are spawned when jobs > 1, so a
    script that calls this needs Python's usual `if __name__ == "__main__":` guard.
    """
    if world != kth.WORLD:
        raise ValueError(f"{world!r} is not a world: write {kth.WORLD}")
    if unknown := set(dials) - {"idle"}:
        raise ValueError(f"{world} has no dial {', '.join(sorted(unknown))}: it has idle")
    root = Path(root)
    wanted = {"world": world, "version": VERSION, "size": size, "seed": seed, "dials": {"idle": 1.0, **dials}}
    names = kth.names(size)
    _check_root(root, wanted)
    if is_complete(root):
        return root
    root.mkdir(parents=True, exist_ok=True)
    _save(root / PLAN, json.dumps(wanted))
    for half in root.glob("*/*.part.avi"):  # left by a run that was killed
        half.unlink()
    tasks = [(str(root), name, seed, size, float(dials.get("idle", 1.0))) for name in names]
    done = dict(_run(tasks, jobs))
    _save(root / "00sequences.txt", "".join(_line(name, done[name]["ranges"]) for name in names))
    _save(root / MANIFEST, json.dumps(wanted | {"videos": done}, indent=1))
    (root / PLAN).unlink()
    return root


def is_complete(root: str | Path) -> bool:
    """Whether `write` has finished there and every file it wrote still has its size."""
    manifest = _read(Path(root) / MANIFEST)
    if not manifest:
        return False
    files = {name: _path(Path(root), name) for name in manifest["videos"]}
    return all(p.is_file() and p.stat().st_size == manifest["videos"][n]["bytes"] for n, p in files.items())


def _run(tasks: list[tuple], jobs: int) -> Iterable[tuple[str, dict]]:
    """Write all videos, in this process or in `jobs` others (spawned: safe beside threads)."""
    if jobs <= 1:
        yield from map(_write_one, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(_write_one, tasks, chunksize=5)


def _write_one(task: tuple[str, str, int, str, float]) -> tuple[str, dict]:
    """Draw and encode one video unless it is there (files get their name only when whole)."""
    root, name, seed, size, idle = task
    cv2.setNumThreads(1)
    path = _path(Path(root), name)
    plan = kth.shot(name, seed, size, idle)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_frames(path, kth.draw(plan))
    content = path.read_bytes()
    return name, {
        "frames": plan.length,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "ranges": plan.ranges,
    }


def _path(root: Path, name: str) -> Path:
    return root / kth.parse(name)[1] / f"{name}_uncomp.avi"


def _line(name: str, ranges: list[tuple[int, int]]) -> str:
    """One line of 00sequences.txt: 1-based, both ends inclusive."""
    return f"{name}\t\tframes\t" + ", ".join(f"{start + 1}-{stop}" for start, stop in ranges) + "\n"


def _check_root(root: Path, wanted: dict) -> None:
    """Refuse a folder that holds another world, size, seed, dial or version."""
    for name in (MANIFEST, PLAN):
        there = _read(root / name)
        other = {k for k in wanted if there and there.get(k) != wanted[k]}
        if other:
            raise ValueError(f"{root}: holds {there.get('world')} with another {', '.join(sorted(other))}: "
                             "choose another folder, or delete this one")  # fmt: skip
        if there:
            return
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ValueError(f"{root}: does not hold {wanted['world']}: choose a new or empty folder")


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return {}


def _save(path: Path, text: str) -> None:
    """Write aside, then rename: never half a file."""
    aside = path.with_name(path.name + ".part")
    aside.write_text(text)
    os.replace(aside, path)
