"""World SynthUCF-1: 24 classes x 25 groups x 4 clips in colour, in UCF101's layout.

A video is named as in UCF101, `v_SitDown_g01_c01`. Everything in it follows from (world, seed, its name), so
that any video can be drawn alone. A family is a set of classes that share all but what tells them apart: its
two (or six) classes have, group by group, the same person, clothes, habits, kind of place and colours of
things. Of a time-reversed pair the second is the first played backwards. What is drawn for each clip alone
(background, facing, onset, phase, camera, bystander, decoys, position) is drawn in the same way for every
class.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import camera as cameras
from . import motions, people, places, props
from .kinematics import Act, View, When
from .people import Person
from .props import Tints
from .stage import Actor, Lens, Prop, Shot, draw, generator

__all__ = ["DIALS", "WORLD", "draw", "family", "lists", "names", "path", "shot"]

WORLD = "SynthUCF-1"
DIALS = {"camera": 1.0, "idle": 1.0}  # strength of the camera's motion; length of the rest before and after
GROUPS, CLIPS = 25, 4
TESTED = {1: range(1, 8), 2: range(8, 15), 3: range(15, 22)}  # groups that each split tests
BYSTANDER, DECOY = 0.15, 0.3  # shares of the clips

PAIRS = {
    "reversed": (("SitDown", "StandUp"), ("PickUp", "PutDown"), ("PushCart", "PullCart"),
                 ("ThrowBall", "CatchBall"), ("CrankForward", "CrankBackward"), ("Chop", "Toss")),
    "tempo": (("WaveWide", "WaveShort"),),
    "rhythm": (("DrumEven", "DrumDouble"),),
    "object": (("LiftBarbell", "LiftCase"),),
}  # fmt: skip
# two classes that look alike in a single picture, and differ in motion
MOTION_PAIRS = tuple(pair for kind in ("reversed", "tempo", "rhythm") for pair in PAIRS[kind])
SAME_PLACE = tuple((f"Swing{place}", f"Dig{place}") for place in ("Court", "Snow", "Beach"))
MOTION_ONLY = tuple(name for pair in MOTION_PAIRS for name in pair)
CROSSED = tuple(name for member in zip(*SAME_PLACE, strict=True) for name in member)
APPEARANCE = (*CROSSED, "LiftBarbell", "LiftCase")  # told by place or object; the first six by motion as well
CLASSES = tuple(sorted(MOTION_ONLY + APPEARANCE))

PROGRAMS: dict[str, motions.Program] = {
    "SitDown": motions.sit, "StandUp": motions.stand, "PickUp": motions.pick, "PutDown": motions.put,
    "PushCart": motions.push, "PullCart": motions.pull, "ThrowBall": motions.throw,
    "CatchBall": motions.catch, "CrankForward": motions.crank, "CrankBackward": motions.crank_back,
    "Chop": motions.chop, "Toss": motions.toss, "WaveWide": motions.wave, "WaveShort": motions.wave_short,
    "DrumEven": motions.drum, "DrumDouble": motions.drum_double, "Swing": motions.swing, "Dig": motions.dig,
    "Lift": motions.lift,
}  # fmt: skip
THINGS = {
    "SitDown": props.chair, "PickUp": props.box, "PushCart": props.cart, "ThrowBall": props.ball,
    "CrankForward": props.crank, "Chop": props.tool, "Swing": props.tool, "DrumEven": props.drum,
}  # fmt: skip
FRONTAL = ("WaveWide", "DrumEven", "LiftBarbell")  # families seen from the front
DECOYS = {"chair": 0.0, "box": 0.11, "cart": 0.0, "ball": 0.078, "drum": 0.0, "log": 0.0, "barbell": 0.125,
          "cases": 0.125}  # fmt: skip  # things that only lie about, and how high their middle is


def _first(name: str) -> str:
    """The class whose program and things stand for a family's: SitDown for StandUp, Swing for DigSnow."""
    if name in CROSSED:
        return "Swing"
    return next(pair[0] for pairs in PAIRS.values() for pair in pairs if name in pair)


def family(name: str) -> str:
    """The classes that share subjects with class `name`: "SitDown/StandUp", or "Swing/Dig"."""
    if name in CROSSED:
        return "Swing/Dig"
    return next("/".join(pair) for pairs in PAIRS.values() for pair in pairs if name in pair)


@dataclass(frozen=True)
class Clip:
    """What a name says."""

    action: str
    group: int
    number: int


def parse(name: str) -> Clip:
    """`v_SitDown_g01_c02` as class, group and clip; raises ValueError for any other name."""
    match = re.fullmatch(r"v_(\w+)_g(\d\d)_c(\d\d)", name)
    if match and match[1] in CLASSES and 1 <= int(match[2]) <= GROUPS and 1 <= int(match[3]) <= CLIPS:
        return Clip(match[1], int(match[2]), int(match[3]))
    raise ValueError(f"{name!r} is not in {WORLD}: write v_<class>_gNN_cNN, groups 1-25, clips 1-4")


def names(size: str = "laptop") -> list[str]:
    """The videos of a size: `quick` has one short clip of groups 1, 8, 15 and 22; the others have all."""
    if size not in ("quick", "laptop", "full"):
        raise ValueError(f"size={size!r} is not a size: use quick, laptop or full")
    groups, clips = ((1, 8, 15, 22), 1) if size == "quick" else (range(1, GROUPS + 1), CLIPS)
    return [f"v_{c}_g{g:02d}_c{n:02d}" for c in CLASSES for g in groups for n in range(1, clips + 1)]


def path(root: Path, name: str) -> Path:
    return root / parse(name).action / f"{name}.avi"


def lists(names: list[str], facts: dict[str, dict]) -> dict[str, str]:
    """classInd.txt and the three splits, in the layout of UCF101's own."""
    out = {"classInd.txt": "".join(f"{i} {action}\n" for i, action in enumerate(CLASSES, 1))}
    for split, tested in TESTED.items():
        clips = [(parse(name), name) for name in names]
        test = [f"{c.action}/{name}.avi\n" for c, name in clips if c.group in tested]
        train = [f"{c.action}/{name}.avi {CLASSES.index(c.action) + 1}\n" for c, name in clips
                 if c.group not in tested]  # fmt: skip
        out |= {f"testlist0{split}.txt": "".join(test), f"trainlist0{split}.txt": "".join(train)}
    return {f"ucfTrainTestlist/{file}": text for file, text in out.items()}


def subject(kin: str, group: int, seed: int = 0) -> tuple[Person, people.Colours]:
    """Who acts in a group of a family, and the colours of their clothes."""
    rng = generator(WORLD, seed, "subject", kin, group)
    return people.person(group, rng), people.colours(rng)


def shot(name: str, seed: int = 0, size: str = "laptop", camera: float = 1.0, idle: float = 1.0) -> Shot:
    """Plan one video. camera: strength of pan, zoom and shake; idle: length of the rest. 1 is natural."""
    if min(camera, idle) < 0:
        raise ValueError(f"camera={camera}, idle={idle}: a dial is 0 (none), 1 (natural) or more")
    clip, k = parse(name), 2 if size == "full" else 1
    kin, first = family(clip.action), _first(clip.action)
    who, colours = subject(kin, clip.group, seed)
    shared = generator(WORLD, seed, "group", kin, clip.group)
    kind, tints = str(shared.choice(places.KINDS_VIDEO)), props.any_tints(shared)
    if clip.action in CROSSED:
        kind = clip.action.removeprefix("Swing").removeprefix("Dig").lower()
    rng = generator(WORLD, seed, name, "clip")
    when = _when(rng, size == "quick", idle)
    side = int(rng.choice([-1, 1]))
    turned = rng.uniform(0.05, 0.5) if first not in FRONTAL else np.pi / 2 + rng.uniform(-0.35, 0.35)
    view = View(side, float(turned))
    act = _program(clip.action)(who, rng, when, view)
    lens = _lens(rng, when.frames, k, camera, ahead=0.22 * side if first == "PushCart" else 0.0)
    room = places.place(kind, generator(WORLD, seed, name, "place"), (160 * k, 120 * k))
    actors = [Actor(who, who.outfits[0], colours, act.pose, lens, room.light)]
    things = _things(
        clip.action, first, act, view, lens, tints, generator(WORLD, seed, "load", kin, clip.group)
    )
    extra = generator(WORLD, seed, name, "extra")
    lying, decoy = _decoy(extra, lens)
    other = _bystander(extra, when, lens, room.light)
    note = {"group": clip.group, "place": kind, "side": side, "active": [when.start, when.stop],
            "decoy": decoy, "bystander": bool(other)}  # fmt: skip
    return Shot(name, CLASSES.index(clip.action), actors + other, lying + things, room, lens.camera,
                (WORLD, seed, name), (160 * k, 120 * k), note)  # fmt: skip


def _program(action: str) -> motions.Program:
    """The motion of a class: that of its first word where place or object tell the rest."""
    words = re.findall("[A-Z][a-z]+", action)
    return PROGRAMS[action] if action in PROGRAMS else PROGRAMS[words[0]]


def _when(rng: np.random.Generator, quick: bool, idle: float) -> When:
    """How long the clip is (40-64 frames), and when it happens (for 26-42 of them, whatever the class)."""
    count = int(rng.integers(22, 27) if quick else rng.integers(40, 65))
    acting = int(min(rng.uniform(26, 42), 0.85 * count))
    spare = round(idle * (count - acting))
    start = round(spare * rng.uniform(0.1, 0.9))
    return When(acting + spare, start, start + acting)


def _lens(rng: np.random.Generator, frames: int, k: int, strength: float, ahead: float) -> Lens:
    """A body 66 to 82 % as tall as the picture, off its middle, seen by a hand-held camera.

    ahead: how far (heights, to the right) the middle of the scene lies from the body: a cart takes room.
    """
    tall, aside, ground = rng.uniform(0.66, 0.82) * 120, rng.uniform(-20, 20), rng.uniform(106, 113)
    x = 80 + aside - ahead * tall
    return Lens(k * x, k * ground, k * tall, cameras.path(rng, frames, (160 * k, 120 * k), strength))


def _things(action: str, first: str, act: Act, view: View, lens: Lens, tints: Tints, rng: np.random.Generator
            ) -> list[Prop]:  # fmt: skip
    """What the person handles."""
    if first == "LiftBarbell":
        return props.load({"LiftBarbell": "barbell", "LiftCase": "cases"}[action], act.at, lens, rng)
    return THINGS[first](act.at, view, lens, tints) if first in THINGS else []


def _aside(rng: np.random.Generator) -> float:
    """To the left or the right of the person, in heights."""
    return float(rng.uniform(0.42, 0.85) * rng.choice([-1, 1]))


def _decoy(rng: np.random.Generator, lens: Lens) -> tuple[list[Prop], str]:
    """Now and then a thing that lies about, of whatever kind."""
    here, kind = rng.random() < DECOY, str(rng.choice(list(DECOYS)))
    tints, x = props.any_tints(rng), _aside(rng)
    if not here:
        return [], ""
    point = np.tile([x, rng.uniform(0.2, 0.5), DECOYS[kind]], (len(lens.camera.matrix), 1))
    frame = props.facing(lens, point)
    return [props.build(props.VIDEO[kind], frame, tints, front=False)], kind


def _bystander(rng: np.random.Generator, when: When, lens: Lens, light: float) -> list[Actor]:
    """Now and then somebody who only stands there, farther away."""
    here, who, colours = rng.random() < BYSTANDER, people.person(0, rng), people.colours(rng)
    x, view = _aside(rng), View(int(rng.choice([-1, 1])), float(rng.uniform(0.2, 2.2)))
    if not here:
        return []
    small = float(rng.uniform(0.72, 0.88))
    behind = Lens(
        lens.x + x * lens.height, lens.ground - 0.06 * lens.height, small * lens.height, lens.camera
    )
    pose = motions.rest(who, rng, when, view).pose
    return [Actor(who, who.outfits[0], colours, pose, behind, light)]
