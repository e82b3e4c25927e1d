"""World SynthObjects-1: hands hold up one thing after another, seen by who holds them; 20 videos.

A video is named `ego_01` and is its own group: it has its own hands, light, background and colours. Three to
five of 22 objects come and go in it, with nothing to see between; every object comes in four videos. Some
are things of other videos, too (`shapes.VIDEO`), the others are drawn for this world alone (`utensils`), and
none is in the still images. Everything follows from (world, seed, name).
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from . import camera as cameras
from . import grasp, places
from .draw import SHIFT
from .props import any_tints
from .shapes import VIDEO, Polygon
from .sketch import Sketch
from .stage import Prop, Shot, draw, generator
from .utensils import UTENSILS

__all__ = ["DIALS", "OBJECTS", "WORLD", "deck", "draw", "lists", "names", "path", "shot"]

WORLD = "SynthObjects-1"
DIALS = {"camera": 1.0}  # strength of the head's motion
VIDEOS = {"quick": 6, "laptop": 20, "full": 20}
FRAMES = {"quick": 64, "laptop": 160, "full": 160}
MOST = {"quick": 2, "laptop": 5, "full": 5}  # things a video
EACH = 4  # videos in which each object comes
SEEN = 0.6  # share of an object's bounding box that must be in the picture for a frame to have its label
TABLE = 0.5  # share of the videos over a table; the others are before a place


def _rolling() -> list[Polygon]:
    """A cart with its wheels."""
    hubs = (0.16, 0.065), (0.42, 0.065)
    return VIDEO["cart"] + [
        (c + np.array(hub), grey, slot) for hub in hubs for c, grey, slot in VIDEO["wheel"]
    ]


SHAPES: dict[str, list[Polygon]] = {
    **{kind: VIDEO[kind] for kind in ("ball", "barbell", "box", "chair", "drum")},
    "cart": _rolling(),
    **UTENSILS,
}
OBJECTS = tuple(sorted(SHAPES))


def names(size: str = "laptop") -> list[str]:
    """The videos of a size: `quick` has six short ones with two things each."""
    return [f"ego_{n:02d}" for n in range(1, VIDEOS[_known(size)] + 1)]


def _known(size: str) -> str:
    if size not in VIDEOS:
        raise ValueError(f"size={size!r} is not a size: use quick, laptop or full")
    return size


def parse(name: str) -> int:
    """`ego_07` as 7; raises ValueError for any other name."""
    match = re.fullmatch(r"ego_(\d\d)", name)
    if match and 1 <= int(match[1]) <= VIDEOS["full"]:
        return int(match[1])
    raise ValueError(f"{name!r} is not in {WORLD}: write ego_01 to ego_{VIDEOS['full']}")


def path(root: Path, name: str) -> Path:
    return Path(root) / "videos" / f"{name}.avi"


def lists(names: list[str], facts: dict[str, dict]) -> dict[str, str]:
    """labels.csv: which frames (from `start` to before `stop`) of a video show which object, the others show
    none. splits.csv: leave one video out."""
    seen = [f"{_file(n)},{start},{stop},{kind}" for n in names for start, stop, kind in facts[n]["seen"]]
    splits = [f"without-{out},{_file(n)},{'test' if n == out else 'train'}" for out in names for n in names]
    return {"labels.csv": "\n".join(["video,start,stop,object", *seen, ""]),
            "splits.csv": "\n".join(["split,video,part", *splits, ""])}  # fmt: skip


def _file(name: str) -> str:
    return f"videos/{name}.avi"


@lru_cache(maxsize=4)
def deck(seed: int = 0) -> tuple[tuple[str, ...], ...]:
    """Which objects come in which video, in order: each in EACH of them, three to five in a video."""
    rng = generator(WORLD, seed, "deck")
    counts = rng.permutation([5] * 12 + [4] * 4 + [3] * 4)
    ends = np.cumsum(counts)
    while True:
        order = [str(kind) for _ in range(EACH) for kind in rng.permutation(OBJECTS)]
        dealt = [tuple(order[end - count : end]) for end, count in zip(ends, counts, strict=True)]
        if all(len(set(kinds)) == len(kinds) for kinds in dealt):
            return tuple(dealt)


@dataclass(frozen=True)
class Lit(Shot):
    """A shot in a light of its own: a gain for red, green and blue."""

    light: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def clean(self, t: int) -> np.ndarray:
        lit = super().clean(t) * np.array(self.light, np.float32)
        return np.clip(lit, 0, 255).astype(np.uint8)


def shot(name: str, seed: int = 0, size: str = "laptop", camera: float = 1.0) -> Lit:
    """Plan one video. camera: strength of the head's motion; 1 is natural, 0 none."""
    if camera < 0:
        raise ValueError(f"camera={camera}: a dial is 0 (none), 1 (natural) or more")
    kinds = deck(seed)[parse(name) - 1][: MOST[_known(size)]]
    frames, k = FRAMES[size], 2 if size == "full" else 1
    picture = 160 * k, 120 * k
    head = cameras.path(generator(WORLD, seed, name, "camera"), frames, picture, camera)
    rng = generator(WORLD, seed, name, "hands")
    who = grasp.wearer(rng)
    things: list[Prop] = []
    seen = []
    for kind, (start, stop) in zip(kinds, _turns(rng, len(kinds), frames), strict=True):
        hold = grasp.hold(rng, who, start, stop, frames)
        thing, layers = grasp.shown(SHAPES[kind], hold, any_tints(rng), who, head, k)
        things += layers
        seen.append([*_seen(thing, picture), kind])
    rng = generator(WORLD, seed, name, "place")
    room = table(rng, picture) if rng.random() < TABLE else _before(rng, picture)
    rng = generator(WORLD, seed, name, "light")
    light = rng.uniform(0.82, 1.12) * rng.normal(1, 0.04, 3)
    note = {"group": name, "background": room.kind, "seen": seen}
    return Lit(name, OBJECTS.index(kinds[0]), [], things, room, head, (WORLD, seed, name), picture, note,
               (float(light[0]), float(light[1]), float(light[2])))  # fmt: skip


def _turns(rng: np.random.Generator, count: int, frames: int) -> list[tuple[int, int]]:
    """When each thing is up (start, stop), one after the other, with empty stretches before and after."""
    gaps, ups = 0.18 * rng.uniform(0.6, 1.4, count + 1), rng.uniform(0.8, 1.2, count)
    parts = np.append(np.stack([gaps[:-1], ups], -1).ravel(), gaps[-1])
    at = np.rint(np.cumsum(parts) / parts.sum() * frames).astype(int).tolist()
    return list(zip(at[0:-1:2], at[1::2], strict=True))


def _seen(thing: Prop, picture: tuple[int, int]) -> tuple[int, int]:
    """From which frame to before which enough of a thing is in the picture, by its bounding box."""
    corners = np.concatenate([piece.corners for piece in thing.pieces], 1) / (1 << SHIFT)
    low, high = corners.min(1), corners.max(1)
    inside = np.clip(high, 0, picture) - np.clip(low, 0, picture)
    enough = inside.prod(1) >= SEEN * (high - low).prod(1)
    at = np.flatnonzero(enough & (thing.visible if thing.visible is not None else True))
    return int(at[0]), int(at[-1]) + 1


def _before(rng: np.random.Generator, picture: tuple[int, int]) -> places.Place:
    """Any place of `places`."""
    return places.place(str(rng.choice([*places.KINDS_VIDEO, *places.KINDS_STILLS])), rng, picture)


def table(rng: np.random.Generator, picture: tuple[int, int]) -> places.Place:
    """A table top of planks or under a chequered cloth, with sheets and mats that lie about."""
    blank, k = places.place("gym", rng, picture), picture[1] / 120  # it gives the size and the light
    s = Sketch(rng, blank.canvas.shape[1::-1], 0.0, k)
    wood = s.one_of((176, 128, 84), (132, 92, 62), (206, 176, 132), (150, 150, 150), (96, 110, 122))
    s.floor(wood)
    if rng.random() < 0.6:
        for y in s.every(14, 26):
            s.band(y, y + 1.2, (round(0.7 * wood[0]), round(0.7 * wood[1]), round(0.7 * wood[2])))
    else:
        cloth, step = s.one_of((190, 90, 80), (90, 120, 180), (110, 150, 110)), rng.uniform(14, 26)
        for at in np.arange(0, s.width, step):
            s.band(at, at + 0.45 * step, cloth)
            s.box(at, 0, 0.45 * step, s.bottom, cloth)
    for x in s.anywhere(6):
        y, wide, high = rng.uniform(0, s.bottom - 20), rng.uniform(14, 44), rng.uniform(12, 34)
        colour = s.one_of((232, 230, 222), (90, 140, 120), (200, 170, 90), (120, 100, 150), (60, 70, 80))
        if rng.random() < 0.6:
            s.box(x, y, wide, high, colour)
        else:
            s.blob(x, y, 11, 11, colour)
    grain = cv2.GaussianBlur(rng.normal(0, 22, s.image.shape[:2]), (0, 0), sigmaX=2.2 * k, sigmaY=0.6 * k)
    soft = cv2.GaussianBlur(s.image, (0, 0), 0.8 * k) + grain[..., None]
    return replace(blank, kind="table", canvas=np.clip(soft, 8, 247).astype(np.uint8))
