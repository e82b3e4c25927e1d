"""World SynthHMDB-1: 17 actions named as in HMDB51, among them seven of faces, in HMDB51's layout.

A video is named as there, `<film>_<class>_<f|u|h>_<cm|nm>_np1_<fr|le|ri|ba>_<goo|med|bad>_<n>`. A film has a
cast of three, and each of them does every action once, in one kind of place: neither the person nor the
place tells the action. No film is on both sides of a split. Everything follows from (world, seed, name).
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from . import camera, expressions, faces, hands, motions, people, props, strikes
from .actions import FPS, draw_gait, gait
from .faces import Colour, Face
from .kinematics import Act, View, When
from .people import Colours, Person
from .places import KINDS_VIDEO, Place, place
from .portrait import Head
from .stage import Actor, Lens, Prop, Shot, draw, generator

__all__ = ["DIALS", "WORLD", "draw", "lists", "names", "path", "shot"]

WORLD = "SynthHMDB-1"
DIALS = {"camera": 1.0, "idle": 1.0}
FACES = ("smile", "laugh", "chew", "talk", "eat", "smoke", "drink")
SHARED = ("sit", "stand", "pick", "throw", "catch", "push", "wave")  # SynthUCF has them, too
OWN = ("kick", "punch", "jump")
CLASSES = tuple(sorted((*FACES, *SHARED, *OWN)))
# Made-up films, with the signs that real names hold: quoting, patterns and options must survive them.
FILMS = (
    "-_STREET_DAYS_-_Part_One", "#12_Corner_Cafe", "(HQ)_The_Long_Lunch", "Tea_&_Toast", "Harbour_Lights_1",
    "Re-_Re-_Show_us_how!", "Kitchen_Table_[_NEW_AUDIO_]", "One+One", "Old;Friends",
    "_Late_Show__second_half", "Winter_Sun", "~Sunday~", "me@home", "Prize_Fight_(1952)", "HowTo!_Step_3",
    "Grandmother_s_Garden", "LONG_WAY_HOME", "The_Lodger", "Two_Rooms_and_a_Yard", "[Trailer]_Blue_Door",
    "Harbour_Lights_2", "Nightshift", "-Rehearsal-", "A_Walk_In_The_Park",
)  # fmt: skip
TAKES = 3  # videos of one action in one film: one for each of its cast
TRAIN, TEST = 13, 10  # films a split; the one left over is marked 0, as some videos are in HMDB51
SPLITS = (1, 2, 3)
FOLDER = "testTrainMulti_7030_splits"
STRENGTH = {"cm": 2.0, "nm": 0.35}  # of the camera, SynthUCF's being 1
BLUR = {"goo": 0.0, "med": 0.6, "bad": 1.1}  # pixels of a 160x120 picture, beyond the lens's own
PASSER_BY = 0.35  # share of the clips
ACTS = {
    "sit": (motions.sit, props.chair), "stand": (motions.stand, props.chair),
    "pick": (motions.pick, props.box), "push": (motions.push, props.cart),
    "throw": (motions.throw, props.ball), "catch": (motions.catch, props.ball),
    "wave": (motions.wave, None), "kick": (strikes.kick, None),
    "punch": (strikes.punch, None), "jump": (strikes.jump, None),
}  # fmt: skip


@dataclass(frozen=True)
class Name:
    """What a video's name says: film, action, visible part, camera, view, quality, member of the cast."""

    film: str
    action: str
    part: str
    motion: str
    view: str
    quality: str
    take: int

    def __str__(self) -> str:
        return (f"{self.film}_{self.action}_{self.part}_{self.motion}_np1_{self.view}_{self.quality}_"
                f"{self.take}")  # fmt: skip


@dataclass(frozen=True)
class Soft(Shot):
    """A shot through a worse lens: `blur` pixels beyond the usual."""

    blur: float = 0.0

    def clean(self, t: int) -> np.ndarray:
        frame = super().clean(t)
        return cv2.GaussianBlur(frame, (0, 0), self.blur) if self.blur else frame


@lru_cache(maxsize=1)
def _all() -> dict[str, Name]:
    """Every video of the world. View, camera and quality are drawn without regard to the action, but that
    faces are never seen from behind; they follow from the world alone, so that names have no seed."""
    out = {}
    for action in CLASSES:
        for film in FILMS:
            for take in range(TAKES):
                rng = generator(WORLD, film, action, take)
                view = str(rng.choice(["fr", "le", "ri", "ba"], p=[0.34, 0.28, 0.28, 0.10]))
                view = "fr" if action in FACES and view == "ba" else view
                part, motion = _part(action, rng), str(rng.choice(["cm", "nm"], p=[0.75, 0.25]))
                quality = str(rng.choice(["goo", "med", "bad"], p=[0.35, 0.5, 0.15]))
                name = Name(film, action, part, motion, view, quality, take)
                out[str(name)] = name
    return out


def _part(action: str, rng: np.random.Generator) -> str:
    """What is seen: the head, the upper body (where legs do not matter), all of it."""
    upper = rng.random() < 0.3 and action in ("wave", "punch", "throw", "catch")
    return "h" if action in FACES else "u" if upper else "f"


def names(size: str = "laptop") -> list[str]:
    """The videos of a size: `quick` has four films and one of their cast, the others have them all."""
    if size not in ("quick", "laptop", "full"):
        raise ValueError(f"size={size!r} is not a size: use quick, laptop or full")
    few = [_order()[i] for i in (3, 5, 13, 21)]  # on both sides of every split
    return [str(n) for n in _all().values() if size != "quick" or (n.film in few and n.take == 0)]


def parse(name: str) -> Name:
    """What a name says; raises ValueError for one that is not in the world."""
    known = _all().get(name)
    if known is None:
        raise ValueError(
            f"{name!r} is not in {WORLD}: write <film>_<class>_h_cm_np1_fr_goo_<n> as names() does"
        )
    return known


def path(root: Path, name: str) -> Path:
    return Path(root) / parse(name).action / f"{name}.avi"


def _order() -> list[str]:
    """The films in the order in which splits take them."""
    return [FILMS[i] for i in generator(WORLD, "splits").permutation(len(FILMS))]


def mark(film: str, split: int) -> int:
    """1: the film trains in this split (1 to 3), 2: it tests, 0: neither. Every film tests once or twice."""
    at = (_order().index(film) - 8 * (split - 1)) % len(FILMS)
    return 2 if at < TEST else 0 if at == TEST else 1


def lists(names: list[str], facts: dict) -> dict[str, str]:
    """The split lists: for each class and split a line `name.avi mark `, with HMDB51's blank at its end."""
    lines: dict[str, list[str]] = {}
    for name in names:
        n = parse(name)
        for split in SPLITS:
            file = f"{FOLDER}/{n.action}_test_split{split}.txt"
            lines.setdefault(file, []).append(f"{name}.avi {mark(n.film, split)} \n")
    return {file: "".join(sorted(found)) for file, found in lines.items()}


@dataclass(frozen=True)
class Member:
    """One of a film's cast: face, body and clothes, and the kind of place where he or she is seen."""

    face: Face
    person: Person
    colours: Colours
    kind: str


def member(film: str, take: int, seed: int = 0) -> Member:
    """The film's member of the cast who appears in `take`. Face and body share skin, hair and shirt."""
    rng = generator(WORLD, seed, "cast", film, take)
    body, colours = people.person(take + 1, rng), people.colours(rng)
    shirt = np.clip(body.outfits[0].shirt * np.array(colours.shirt), 20, 235)
    face = faces.face(rng, (float(shirt[0]), float(shirt[1]), float(shirt[2])))
    body = replace(body, skin=max(face.skin), hair=max(face.hair), long_hair=face.style in ("long", "bob"))
    colours = replace(colours, skin=_tint(face.skin), hair=_tint(face.hair))
    return Member(face, body, colours, str(rng.choice(KINDS_VIDEO)))


def _tint(colour: Colour) -> Colour:
    r, g, b = np.array(colour) / max(colour)
    return float(r), float(g), float(b)


def shot(name: str, seed: int = 0, size: str = "laptop", camera: float = 1.0, idle: float = 1.0) -> Shot:
    """Plan one video. camera: 1 as its name says, 0 still. idle: 1 natural, 0 only the action."""
    for dial, value in (("camera", camera), ("idle", idle)):
        if value < 0:
            raise ValueError(f"{dial}={value} is negative: 1 is natural, 0 is none")
    n = parse(name)
    picture = (320, 240) if size == "full" else (160, 120)
    rng = generator(WORLD, seed, name)
    length = int(rng.integers(22, 27)) if size == "quick" else int(rng.integers(32, 65))
    when = _when(length, idle, rng)
    who = member(n.film, n.take, seed)
    where = place(who.kind, generator(WORLD, seed, name, "place"), picture)
    path = camera_path(n, seed, when.frames, picture, camera)
    actors, things, side = (_close_up if n.action in FACES else _whole)(
        n, who, when, where, path, picture, rng
    )
    actors += _passer_by(generator(WORLD, seed, name, "extra"), when, where, path, picture)
    return Soft(name, CLASSES.index(n.action), actors, things, where, path, (WORLD, seed, name), picture,
                note={"film": n.film, "place": who.kind, "side": side, "active": [when.start, when.stop]},
                blur=BLUR[n.quality] * picture[1] / 120)  # fmt: skip


def camera_path(n: Name, seed: int, frames: int, picture: tuple[int, int], dial: float) -> camera.Camera:
    """The camera's way, whatever the action."""
    return camera.path(generator(WORLD, seed, str(n), "camera"), frames, picture, dial * STRENGTH[n.motion])


def _when(length: int, idle: float, rng: np.random.Generator) -> When:
    """When something happens: for a second or more, whatever it is; about a third of the clip is rest."""
    busy = round(min(rng.uniform(24, 42), 0.88 * length))
    spare = round(idle * (length - busy))
    start = round(spare * rng.uniform())
    return When(busy + spare, start, start + busy)


Cast = tuple[list, list, int]  # figures, things, and the side (-1 left, 1 right) to which somebody faces


def _close_up(n: Name, who: Member, when: When, where: Place, path: camera.Camera, picture: tuple[int, int],
              rng: np.random.Generator) -> Cast:  # fmt: skip
    """A head that fills 55 to 75 % of the picture's height."""
    k = picture[1] / 120
    yaw = {"fr": 0.0, "le": -0.30, "ri": 0.30}[n.view]
    scene = expressions.ACTS[n.action](rng, when, yaw)
    size = rng.uniform(66, 88)
    centre = (80 + np.clip(rng.normal(0, 9), -20, 20), rng.uniform(8, 14) + 0.5 * size)
    head = Head(who.face, scene.face, (centre[0] * k, centre[1] * k), size * k, where.light, path)
    things: list[Prop] = []
    if scene.holds and scene.reach:
        side = -1 if rng.random() < 0.5 else 1
        hand = hands.Hand(head, scene.holds, scene.reach, side, _any_colour(rng))
        things += hand.props()
        if scene.holds == "cigarette":
            wisp = np.arange(0, when.frames, 2)
            things += hands.smoke(rng, head, hand.ember(), wisp, (0.0, -0.016), (0.012, 0.035), 20)
    if len(scene.drawn):
        lips = head.unseen(head.at(0, 0.32)[:, 0])
        gone = (-1 if rng.random() < 0.5 else 1) * rng.uniform(0.012, 0.02)
        born = np.repeat(scene.drawn, 2)
        things += hands.smoke(rng, head, lips, born, (gone, 0.004), (0.03, 0.15), 26)
    return [head], things, 1


def _any_colour(rng: np.random.Generator) -> Colour:
    r, g, b = rng.uniform(50, 225, 3)
    return float(r), float(g), float(b)


def _whole(n: Name, who: Member, when: When, where: Place, path: camera.Camera, picture: tuple[int, int],
           rng: np.random.Generator) -> Cast:  # fmt: skip
    """A body from head to foot, or from the hips up."""
    k = picture[1] / 120
    side = {"le": -1, "ri": 1}.get(n.view, -1 if rng.random() < 0.5 else 1)
    turned = {"fr": rng.uniform(0.75, 1.35), "ba": -rng.uniform(0.5, 0.9)}.get(
        n.view, rng.uniform(0.05, 0.45)
    )
    if n.action == "wave":  # at somebody: half way to the camera, or away from it
        turned += 0.4 * np.sign(turned)
    view = View(side, float(turned))
    program, thing = ACTS[n.action]
    act: Act = program(who.person, rng, when, view)
    height = rng.uniform(130, 160) if n.part == "u" else rng.uniform(60, 94)
    ground = 60 + 0.62 * height if n.part == "u" else min(rng.uniform(0.5, 1) * (116 - height) + height, 114)
    x = 80 - 18 * side * (n.action in ("throw", "catch", "push")) + rng.uniform(-14, 14)
    lens = Lens(x * k, ground * k, height * k * who.person.stature, path)
    actors = [Actor(who.person, who.person.outfits[0], who.colours, act.pose, lens, where.light)]
    tints = props.any_tints(rng)
    return actors, thing(act.at, view, lens, tints) if thing else [], side


def _passer_by(rng: np.random.Generator, when: When, where: Place, path: camera.Camera,
               picture: tuple[int, int]) -> list[Actor]:  # fmt: skip
    """Now and then somebody walks through the picture behind whoever acts."""
    here, who, colours = rng.random() < PASSER_BY, people.person(0, rng), people.colours(rng)
    k, side, tall = picture[1] / 120, int(rng.choice([-1, 1])), rng.uniform(48, 66)
    numbers = draw_gait("walking", who, rng)
    cycles = rng.uniform() + numbers["cadence"] / FPS * np.arange(when.frames)
    ahead = numbers["speed"] / FPS * (np.arange(when.frames) - rng.uniform(0, when.frames))
    if not here:
        return []
    pose = gait(numbers, cycles, side * ahead, np.full(when.frames, 0.0 if side > 0 else np.pi))
    lens = Lens(k * rng.uniform(50, 110), k * rng.uniform(94, 104), k * tall, path)
    return [Actor(who, who.outfits[0], colours, pose, lens, where.light)]
