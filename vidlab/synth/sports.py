"""World SynthSports-1: 80 drawn sports in long videos, a source to pre-train on; 32 sports are kept apart.

It stands where the paper has Sports-1M, and is far smaller. A class is a pattern of the hands on a pattern
of the legs, such as "JabSquat". SEEN classes, to pre-train on, and UNSEEN ones, for pairs of never-seen
classes, are the two colours of a chessboard of patterns: every pattern is in both, and no class is. A class
has a thing that is held and two usual kinds of place, which it shares with others. A video has one person,
whom no other has, two bouts of the sport and rests between them. Nothing is a class of another world.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import camera as cameras
from . import people, places, props
from .kinematics import View
from .shapes import Polygon, bar, block, disc
from .sport_motions import HANDS, LEGS, REVERSED, Bouts, sport
from .stage import Actor, Lens, Prop, Shot, draw, generator

__all__ = ["CLASSES", "DIALS", "SEEN", "UNSEEN", "WORLD", "draw", "lists", "names", "path", "shot"]

WORLD = "SynthSports-1"
DIALS = {"camera": 1.0, "idle": 1.0}  # strength of the camera's motion; length of the rests
BOARD = [(h, k) for h in range(len(HANDS)) for k in range(len(LEGS))]
SEEN = tuple(sorted(f"{[*HANDS][h]}{[*LEGS][k]}" for h, k in BOARD if (h + k) % 2 == 0))
UNSEEN = tuple(sorted(f"{[*HANDS][h]}{[*LEGS][k]}" for h, k in BOARD if (h + k) % 2 and k // 2 != h % 3))
CLASSES = SEEN + UNSEEN  # pre-training's labels come first
TRAIN, TEST, KEPT = 20, 8, 10  # videos of a seen class to train on and to test, and of an unseen class
USUAL = 0.75  # share of the videos that are in one of the class's two usual kinds of place

DUMBBELL = [block(-0.07, -0.012, 0.07, 0.012, 70, 2), block(-0.085, -0.04, -0.05, 0.04, 95),
            block(0.05, -0.04, 0.085, 0.04, 95)]  # fmt: skip
GLOVE = [disc(0, 0, 0.052, 0.046, 120), disc(-0.012, 0.012, 0.03, 0.024, 165)]
BATON = [bar(-0.05, -0.10, 0.09, 0.22, 0.03, 110), disc(0.095, 0.23, 0.03, 0.03, 180, 1)]
PLATE = [disc(0, 0, 0.12, 0.12, 90), disc(0, 0, 0.085, 0.085, 160, 1), disc(0, 0, 0.03, 0.03, 70)]
TASSEL = [disc(0.02, -0.04, 0.06, 0.07, 130), disc(-0.03, -0.02, 0.04, 0.05, 180, 1),
          disc(0.05, 0.02, 0.03, 0.04, 90, 1)]  # fmt: skip
BOTH = ("left", "right")
# Of each thing the hands that hold one, and its outline there in body heights.
HELD: dict[str, tuple[tuple[str, ...], list[Polygon]]] = {
    "nothing": ((), []), "dumbbells": (BOTH, DUMBBELL), "gloves": (BOTH, GLOVE),
    "baton": (("right",), BATON), "plate": (("left",), PLATE), "tassels": (BOTH, TASSEL),
}  # fmt: skip


@dataclass(frozen=True)
class Name:
    """What a video's name says; `part` is "train", "test" or "pairs"."""

    action: str
    number: int

    @property
    def part(self) -> str:
        if self.action in UNSEEN:
            return "pairs"
        return "train" if self.number <= TRAIN else "test"


def parse(name: str) -> Name:
    """`JabSquat_07` as class and number; raises ValueError for any other name."""
    match = re.fullmatch(r"([A-Za-z]+)_(\d\d)", name)
    if match and match[1] in CLASSES:
        found = Name(match[1], int(match[2]))
        if 1 <= found.number <= (KEPT if found.part == "pairs" else TRAIN + TEST):
            return found
    raise ValueError(f"{name!r} is not in {WORLD}: write <class>_NN, such as {SEEN[0]}_01")


def names(size: str = "laptop") -> list[str]:
    """The videos of a size; `quick` has two short ones of every fourth class."""
    if size not in ("quick", "laptop", "full"):
        raise ValueError(f"size={size!r} is not a size: use quick, laptop or full")
    if size == "quick":
        return [f"{c}_{n:02d}" for c in CLASSES[::4] for n in (1, KEPT if c in UNSEEN else TRAIN + 1)]
    return [f"{c}_{n:02d}" for c in SEEN for n in range(1, TRAIN + TEST + 1)] + [
        f"{c}_{n:02d}" for c in UNSEEN for n in range(1, KEPT + 1)]  # fmt: skip


def path(root: Path, name: str) -> Path:
    return Path(root) / "videos" / parse(name).action / f"{name}.avi"


def lists(names: list[str], facts: dict[str, dict]) -> dict[str, str]:
    """`labels.txt`, a class a line, and for each part a list of "path label", where Sports-1M has URLs."""
    out = {"labels.txt": "".join(f"{action}\n" for action in CLASSES)}
    for part in ("train", "test", "pairs"):
        mine = [(path(Path(), name).as_posix(), parse(name)) for name in names if parse(name).part == part]
        if mine:
            out[f"{part}_partition.txt"] = "".join(f"{at} {CLASSES.index(n.action)}\n" for at, n in mine)
    return out


def kin(action: str) -> tuple[str, str]:
    """The patterns by which things and places are chosen: the same for both partners of a reversed pair."""
    hands, legs = patterns(action)
    return {second: first for first, second in REVERSED}.get(hands, hands), legs


def thing(action: str) -> str:
    """What is held in a class: one of six things."""
    hands, legs = kin(action)
    return [*HELD][([*HANDS].index(hands) + 2 * [*LEGS].index(legs)) % len(HELD)]


def patterns(action: str) -> tuple[str, str]:
    """The two words of a class: "JabSquat" as "Jab", "Squat"."""
    hands, legs = re.findall("[A-Z][a-z]+", action)
    return hands, legs


def usual_places(action: str) -> tuple[str, str]:
    """The two kinds of place in which a class is mostly seen; of the kinds that still images have, too."""
    first, second = generator(WORLD, "places", *kin(action)).choice(places.KINDS_STILLS, 2, replace=False)
    return str(first), str(second)


def shot(name: str, seed: int = 0, size: str = "laptop", camera: float = 1.0, idle: float = 1.0) -> Shot:
    """Plan one video. camera: strength of pan, zoom and shake; idle: length of the rests. 1 is natural."""
    if min(camera, idle) < 0:
        raise ValueError(f"camera={camera}, idle={idle}: a dial is 0 (none), 1 (natural) or more")
    n, k = parse(name), 2 if size == "full" else 1
    picture = (160 * k, 120 * k)
    rng = generator(WORLD, seed, name)
    who, colours, tints = people.person(n.number, rng), people.colours(rng), props.any_tints(rng)
    when = _bouts(rng, 1 if size == "quick" or n.part == "pairs" else 2, idle)
    view = View(int(rng.choice([-1, 1])), float(rng.uniform(0.15, 0.85)))
    act = sport(*patterns(n.action), who, rng, when, view)
    lens = _lens(rng, when.frames, k, camera)
    kind = str(rng.choice(usual_places(n.action) if rng.random() < USUAL else places.KINDS_STILLS))
    room = places.place(kind, generator(WORLD, seed, name, "place"), picture)
    actors = [Actor(who, who.outfits[0], colours, act.pose, lens, room.light)]
    note = {"place": kind, "thing": thing(n.action), "side": view.side, "part": n.part,
            "active": [list(bout) for bout in when.bouts]}  # fmt: skip
    return Shot(name, CLASSES.index(n.action), actors, _held(thing(n.action), act.at, lens, tints), room,
                lens.camera, (WORLD, seed, name), picture, note)  # fmt: skip


def _bouts(rng: np.random.Generator, count: int, idle: float) -> Bouts:
    """So many bouts of 26 to 40 frames, with rests of 6 to 30 frames before, between and after them."""
    rests, acts = idle * rng.uniform(6, 30, count + 1), rng.uniform(26, 40, count)
    edges = np.rint(np.cumsum(np.stack([rests[:-1], acts], 1).ravel())).astype(int)
    bouts = tuple((int(a), int(b)) for a, b in edges.reshape(-1, 2))
    return Bouts(max(round(edges[-1] + rests[-1]), 16), bouts[0][0], bouts[-1][1], bouts)


def _lens(rng: np.random.Generator, frames: int, k: int, strength: float) -> Lens:
    """A body 72 to 86 % as tall as the picture, off its middle, seen by a hand-held camera."""
    tall, x, ground = rng.uniform(0.72, 0.86) * 120, 80 + rng.uniform(-24, 24), rng.uniform(108, 115)
    return Lens(k * x, k * ground, k * tall, cameras.path(rng, frames, (160 * k, 120 * k), strength))


def _held(kind: str, at: dict[str, np.ndarray], lens: Lens, tints: props.Tints) -> list[Prop]:
    hands, shape = HELD[kind]
    return [props.build(shape, props.facing(lens, at[hand]), tints) for hand in hands]
