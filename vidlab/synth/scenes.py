"""World SynthScenes-1: 16 kinds of scenes in motion, 14 videos each, no two in the same place.

A video is named `Snowfall_01`. Everything in it follows from (world, seed, its name). The place behind is of
any kind of `places`, drawn without regard to the class, as are the camera's motion and all colours. Some
classes look the same in a single frame and differ only in how they move (PAIRS); the others differ in what
is seen (APPEARANCE).
"""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from . import bustle, currents, places, weather
from . import camera as cameras
from .camera import Camera
from .stage import Prop, Shot, draw, generator

__all__ = ["APPEARANCE", "CLASSES", "DIALS", "PAIRS", "WORLD", "draw", "lists", "names", "path", "shot"]

WORLD = "SynthScenes-1"
DIALS = {"camera": 1.0}  # strength of the camera's motion
VIDEOS = {"quick": 2, "laptop": 14, "full": 14}  # of each class
FRAMES = {"quick": 20, "laptop": 48, "full": 48}
KINDS = (*places.KINDS_VIDEO, *places.KINDS_STILLS)
COLUMNS = ("video", "class", "group")

PROGRAMS: dict[str, Callable[[np.random.Generator, Camera, float], list[Prop]]] = {
    "Bubbles": weather.bubbles, "Fire": currents.fire, "Flags": bustle.flags, "Fog": currents.fog,
    "Foliage": weather.foliage, "Fountain": weather.fountain, "Lake": currents.lake,
    "LeafFall": weather.leaf_fall, "Rain": weather.rain, "River": currents.river, "Sea": currents.sea,
    "Smoke": currents.smoke, "Snowfall": weather.snowfall, "Traffic": bustle.traffic,
    "Waterfall": currents.waterfall,
}  # fmt: skip
CLASSES = tuple(sorted((*PROGRAMS, "Crowd")))
PAIRS = (("Bubbles", "Snowfall"), ("Foliage", "LeafFall"), ("Fog", "Smoke"), ("Lake", "River", "Sea"))
APPEARANCE = tuple(name for name in CLASSES if not any(name in alike for alike in PAIRS))


def parse(name: str) -> tuple[str, int]:
    """`Snowfall_01` as class and number; raises ValueError for any other name."""
    match = re.fullmatch(r"([A-Za-z]+)_(\d\d)", name)
    if match and match[1] in CLASSES and 1 <= int(match[2]) <= VIDEOS["full"]:
        return match[1], int(match[2])
    raise ValueError(f"{name!r} is not in {WORLD}: write <class>_NN, 01 to {VIDEOS['full']}, as Snowfall_01")


def names(size: str = "laptop") -> list[str]:
    """The videos of a size: `quick` has two short ones of each class."""
    return [f"{c}_{n:02d}" for c in CLASSES for n in range(1, VIDEOS[_known(size)] + 1)]


def _known(size: str) -> str:
    if size not in VIDEOS:
        raise ValueError(f"size={size!r} is not a size: use quick, laptop or full")
    return size


def path(root: Path, name: str) -> Path:
    return Path(root) / parse(name)[0] / f"{name}.avi"


def lists(names: list[str], facts: dict[str, dict]) -> dict[str, str]:
    """labels.csv: of each video its file, its class and its group, which is its own: leave one out."""
    rows = [f"{parse(name)[0]}/{name}.avi,{parse(name)[0]},{name}" for name in names]
    return {"labels.csv": "\n".join([",".join(COLUMNS), *rows, ""])}


def shot(name: str, seed: int = 0, size: str = "laptop", camera: float = 1.0) -> Shot:
    """Plan one video. camera: strength of pan, zoom and shake; 1 is natural, 0 none."""
    if camera < 0:
        raise ValueError(f"camera={camera}: a dial is 0 (none), 1 (natural) or more")
    label, _ = parse(name)
    frames, k = FRAMES[_known(size)], 2 if size == "full" else 1
    picture = 160 * k, 120 * k
    path = cameras.path(generator(WORLD, seed, name, "camera"), frames, picture, camera)
    rng = generator(WORLD, seed, name, "place")
    place = places.place(str(rng.choice(KINDS)), rng, picture)
    rng = generator(WORLD, seed, name, "scene")
    walkers = bustle.crowd(rng, path, k, place.light) if label == "Crowd" else []
    things = PROGRAMS[label](rng, path, k) if label in PROGRAMS else []
    note = {"class": label, "group": name, "place": place.kind, "drift": _drift(things)}
    return Shot(name, CLASSES.index(label), walkers, things, place, path, (WORLD, seed, name), picture, note)


def _drift(things: list[Prop]) -> list[float]:
    """Where the scene moves on the whole, right and down in units a frame; 0, 0 where it has no one way."""
    ways = [thing.drift for thing in things if isinstance(thing, weather.Moving)]
    return [round(float(v), 3) for v in sum(ways, np.zeros(2))]
