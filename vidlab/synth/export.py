"""Write a world as files in its benchmark's own layout, resumably, and say at the end that it is whole."""

import hashlib
import importlib
import json
import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .. import generated
from ..videos.reading import DiskError, write_frames, written_whole

VERSION = 1
MANIFEST = "world.json"
PLAN = "world.part.json"
WORLDS = {
    "SynthKTH-1": "kth", "SynthUCF-1": "ucf", "SynthHMDB-1": "hmdb", "SynthStills-1": "stills",
    "SynthSports-1": "sports", "SynthScenes-1": "scenes", "SynthObjects-1": "objects",
}  # fmt: skip
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 92]


def module(world: str) -> Any:
    """The module that draws a world. Each offers

    WORLD; DIALS, a default for each; `names(size)`; `shot(name, seed, size, **dials)`, a plan with `length`
    and `note`; `draw(shot)`, its frames; `path(root, name)`, its file (a video, or one image as `.jpg`);
    and `lists(names, facts)`, the text files beside them by relative path, where facts holds what the
    manifest keeps of each file. Raises ValueError where there is no such world.
    """
    if world not in WORLDS:
        raise ValueError(f"{world!r} is not a world: there are {', '.join(WORLDS)}")
    return importlib.import_module(f".{WORLDS[world]}", __package__)


def check_dials(world: str, dials: dict[str, float]) -> dict[str, float]:
    """All dials of a world at the values asked for; raises ValueError for one that it does not have."""
    known = module(world).DIALS
    if unknown := set(dials) - set(known):
        has = ", ".join(known) or "none"
        raise ValueError(f"{world} has no dial {', '.join(sorted(unknown))}: it has {has}")
    return {**known, **{name: float(value) for name, value in dials.items()}}


def write(world: str, root: str | Path, size: str = "quick", seed: int = 0, jobs: int = 2,
          **dials: float) -> Path:  # fmt: skip
    """Write `world` under `root`, in the layout that its card describes; returns root.

    size: quick (few and short), laptop or full. dials: the world's own, 1 natural and 0 none (`idle`, and
    `camera` where the camera moves). Stops and resumes: a file is whole or absent, and `world.json` is
    written last. A root that holds something else raises ValueError and is left as it is. Processes are
    spawned when jobs > 1, so a script that calls this needs Python's usual `if __name__ == "__main__":`
    guard.
    """
    at = module(world)
    dials = check_dials(world, dials)
    root = Path(root)
    wanted = {"world": world, "version": VERSION, "size": size, "seed": seed, "dials": dials}
    names = at.names(size)
    _check_root(root, wanted)
    if is_complete(root):
        return root
    root.mkdir(parents=True, exist_ok=True)
    _save(root / PLAN, json.dumps(wanted))
    for half in root.glob("*/*.part.*"):  # left by a run that was killed
        half.unlink()
    done = dict(_run([(world, str(root), name, seed, size, dials) for name in names], jobs))
    for relative, text in at.lists(names, done).items():
        (root / relative).parent.mkdir(parents=True, exist_ok=True)
        _save(root / relative, text)
    _save(root / MANIFEST, json.dumps(wanted | {"videos": done}, indent=1))
    (root / PLAN).unlink()
    return root


def folder_of(world: str, size: str, **dials: float) -> Path:
    """Where a world is written by default, under its name, size and the dials that are not natural."""
    turned = [f"{dial}{value:g}" for dial, value in sorted(dials.items()) if value != 1]
    return generated("-".join([world, size, *turned]))


def is_complete(root: str | Path) -> bool:
    """Whether `write` has finished there and every file it wrote still has its size."""
    root = Path(root)
    manifest = _read(root / MANIFEST)
    if not manifest:
        return False
    at = module(manifest["world"])
    files = {at.path(root, name): facts["bytes"] for name, facts in manifest["videos"].items()}
    return all(path.is_file() and path.stat().st_size == size for path, size in files.items())


def _run(tasks: list[tuple], jobs: int) -> Iterable[tuple[str, dict]]:
    """Write all files, in this process or in `jobs` others (spawned: safe beside threads)."""
    if jobs <= 1:
        yield from map(_write_one, tasks)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(_write_one, tasks, chunksize=5)


def _write_one(task: tuple[str, str, str, int, str, dict[str, float]]) -> tuple[str, dict]:
    """Draw and encode one file unless it is there (files get their name only when whole)."""
    world, root, name, seed, size, dials = task
    cv2.setNumThreads(1)
    at = module(world)
    path = at.path(Path(root), name)
    plan = at.shot(name, seed, size, **dials)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        (write_image if path.suffix == ".jpg" else write_frames)(path, at.draw(plan))
    content = path.read_bytes()
    facts = {"frames": plan.length, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return name, facts | plan.note


def write_image(path: Path, frames: np.ndarray) -> Path:
    """Write the first of uint8 frames (T, H, W, 3) RGB as a picture: whole or not at all."""
    with written_whole(path, path.suffix) as aside:
        if not cv2.imwrite(str(aside), cv2.cvtColor(frames[0], cv2.COLOR_RGB2BGR), JPEG):
            raise DiskError(
                path, "no image can be written there", "does the folder exist, and is there room?"
            )
    return path


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
    with written_whole(path) as aside:
        aside.write_text(text)
