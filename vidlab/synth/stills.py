"""World SynthStills-1: still images to pre-train on, each with three labels: an object, a place and a pose.

Somebody new in each image, in one of six poses, in one of eleven places, with one of the objects at hand.
The three are drawn independently of each other. Objects and places are of other kinds than in the videos,
and every seed is this world's own: who pre-trains here has seen nothing of a test.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import camera, people, places
from .kinematics import View, body
from .people import INDEX, SIDES, Person, Pose
from .props import any_tints, held, usual_tints
from .shapes import OBJECTS_STILLS
from .stage import Actor, Lens, Prop, Shot, draw, generator

__all__ = ["DIALS", "OBJECTS", "PLACES", "POSES", "WORLD", "draw", "labels", "lists", "names", "path", "shot"]

WORLD = "SynthStills-1"
DIALS: dict[str, float] = {}
TRAIN = {"quick": 200, "laptop": 8000, "full": 8000}
VAL = {"quick": 50, "laptop": 1000, "full": 1000}
USUAL = 0.4  # share of the objects in their usual colours: the others have any, so that their shape counts
COLUMNS = ("object", "place", "pose", "part")


@dataclass(frozen=True)
class Stance:
    """A pose in body heights: hips, the hand that holds, and the other (forward, up); feet (forward)."""

    hip: tuple[float, float]
    lean: float  # radians
    hand: tuple[float, float]
    other: tuple[float, float]
    feet: tuple[float, float] = (0.02, -0.02)
    heel_up: float = 0.0  # how steep the rear foot stands, radians


STANCES = {
    "kneel": Stance((0.0, 0.285), 0.10, (0.27, 0.44), (0.12, 0.33), (0.20, -0.20), 1.0),
    "raise": Stance((0.0, 0.505), 0.00, (0.12, 1.05), (0.02, 0.52)),
    "reach": Stance((0.0, 0.495), 0.16, (0.37, 0.80), (-0.04, 0.52), (0.08, -0.08)),
    "stand": Stance((0.0, 0.505), 0.03, (0.20, 0.55), (0.02, 0.52)),
    "stoop": Stance((-0.10, 0.455), 1.00, (0.32, 0.26), (0.02, 0.42), (0.03, -0.05)),
    "stride": Stance((0.0, 0.465), 0.14, (0.16, 0.62), (-0.20, 0.56), (0.20, -0.18), 0.7),
}
OBJECTS, PLACES, POSES = OBJECTS_STILLS, places.KINDS_STILLS, tuple(STANCES)


def names(size: str = "laptop") -> list[str]:
    """The images of a size: those to train on, then those to validate on."""
    return [f"{i:06d}" for i in range(_count(size))]


def _count(size: str) -> int:
    if size not in TRAIN:
        raise ValueError(f"size={size!r} is not a size: use quick, laptop or full")
    return TRAIN[size] + VAL[size]


def _number(name: str, size: str) -> int:
    """The number of an image's name."""
    if not (len(name) == 6 and name.isdecimal() and int(name) < _count(size)):
        raise ValueError(f"{name!r} is not in {WORLD} of size {size}: write 000000 to {_count(size) - 1:06d}")
    return int(name)


def path(root: Path, name: str) -> Path:
    return root / "images" / f"{name}.jpg"


def lists(names: list[str], facts: dict[str, dict]) -> dict[str, str]:
    """labels.csv: of each image its file, its three labels, and its part (train or val)."""
    rows = [",".join([f"{name}.jpg", *(facts[name][column] for column in COLUMNS)]) for name in names]
    return {"labels.csv": "\n".join([",".join(("image", *COLUMNS)), *rows, ""])}


def labels(name: str, seed: int = 0) -> tuple[str, str, str]:
    """Object, place and pose of an image, drawn independently of each other."""
    rng = generator(WORLD, seed, name, "labels")
    thing, kind, how = (str(rng.choice(values)) for values in (OBJECTS, PLACES, POSES))
    return thing, kind, how


def shot(name: str, seed: int = 0, size: str = "laptop") -> Shot:
    """Plan one image: a shot of one frame."""
    number = _number(name, size)
    picture = (320, 240) if size == "full" else (160, 120)
    k = picture[1] / 120
    thing, kind, how = labels(name, seed)
    rng = generator(WORLD, seed, name)
    who, colours = people.person(0, rng), people.colours(rng)
    view = View(int(rng.choice([-1, 1])), float(rng.uniform(0.05, 1.3)))
    place = places.place(kind, generator(WORLD, seed, name, "place"), picture)
    pose = _pose(STANCES[how], who, view, rng)
    world = people.joints(who, pose)
    hand, tilt = world[:, INDEX[f"{SIDES[view.near]}_hand"]], float(rng.normal(0, 0.12))
    tints = usual_tints(thing, rng) if rng.random() < USUAL else any_tints(rng)

    def thing_at(lens: Lens) -> Prop:
        return held(thing, lens, hand, tints, view.side, tilt)

    x, ground, tall = rng.uniform(58, 102), rng.uniform(103, 114), 120 * rng.uniform(0.58, 0.78) * who.stature
    lens = Lens(k * x, k * ground, k * tall, camera.path(rng, 1, picture))
    lens = _framed(lens, [lens.project(world), *thing_at(lens).outlines(0)], picture)
    actor = Actor(who, who.outfits[0], colours, pose, lens, place.light)
    part = "train" if number < TRAIN[size] else "val"
    note = {"object": thing, "place": kind, "pose": how, "part": part}
    return Shot(name, OBJECTS.index(thing), [actor], [thing_at(lens)], place, lens.camera,
                (WORLD, seed, name), picture, note)  # fmt: skip


def _framed(lens: Lens, seen: list[np.ndarray], size: tuple[int, int]) -> Lens:
    """A lens that has within the picture all the points `seen` (..., 2) through this one: it stands further
    away, or more to one side, where that is needed."""
    points, margin = np.concatenate([at.reshape(-1, 2) for at in seen]), size[1] / 30
    (left, top), right = points.min(0), points[:, 0].max()
    x, ground = lens.camera.see(np.array([[lens.x, lens.ground]]))[0]
    share = min(1.0, (ground - margin) / (ground - top), (size[0] - 2 * margin) / (right - left))
    aside = np.clip(x, margin - share * (left - x), size[0] - margin - share * (right - x)) - x
    return replace(lens, x=lens.x + aside / lens.camera.zoom[0], height=share * lens.height)


def _pose(stance: Stance, who: Person, view: View, rng: np.random.Generator) -> Pose:
    """A stance, a little different each time; now and then both hands hold on."""

    def near(*value: float, spread: float = 0.02) -> np.ndarray:
        return np.array([value]) + rng.normal(0, spread, (1, len(value)))

    hold, other = near(*stance.hand, spread=0.03), near(*stance.other)
    if rng.random() < 0.35:
        other = hold + [-0.03, -0.03]
    hands = np.zeros((1, 2, 3))
    for side, (at, out) in enumerate([(other, 0.13), (other, 0.13)]):
        at, out = (hold, 0.07) if side == view.near else (at, out)
        hands[:, side] = np.stack([at[:, 0], np.full(1, out * (1 - 2 * side)), at[:, 1]], -1)
    rear = int(stance.feet[1] < stance.feet[0])
    lean = stance.lean + rng.normal(0, 0.05, 1)
    pose = body(who, view, near(*stance.hip, spread=0.008), lean, hands, stance.feet, rng.uniform(0.03, 0.09))
    pose.foot[:, rear] = -stance.heel_up
    return pose
