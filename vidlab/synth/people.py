"""Synthetic people: who they are (build, clothes, habits) and where their joints lie for a given pose.

Lengths are in body heights. Body axes: forward, left, up. World axes: X to the right of the picture,
Y away from the camera, Z up; so a person who faces right (yaw 0) has the left side away from the camera,
and one who faces the camera has yaw -90 degrees.
"""

from dataclasses import dataclass, field

import numpy as np

SIDES = ("left", "right")
JOINTS = (
    "pelvis", "chest", "neck", "head",
    *(f"{side}_{joint}" for side in SIDES for joint in ("shoulder", "elbow", "wrist", "hand")),
    *(f"{side}_{joint}" for side in SIDES for joint in ("hip", "knee", "ankle", "heel", "toe")),
)  # fmt: skip
INDEX = {name: i for i, name in enumerate(JOINTS)}

THIGH, SHANK, ANKLE = 0.245, 0.235, 0.040
UPPER_ARM, FOREARM, HAND = 0.172, 0.145, 0.062
SHOULDER = 0.106  # half the distance between the shoulder joints
HIP_TO_SHOULDER, SHOULDER_TO_HEAD = 0.295, 0.115

# Habits: each is a number in [-1, 1] that an action program turns into an angle, a tempo or a reach.
HABITS = (
    "effort", "cadence", "elbow", "arm", "lean", "knee", "bounce", "twist",
    "tempo", "reach", "height", "spread", "stance", "turn",
)  # fmt: skip


@dataclass(frozen=True)
class Outfit:
    """Grey levels (0-255) and cut of one set of clothes. `marks` seeds folds and patterns."""

    shirt: float
    trousers: float
    shoes: float
    pattern: str  # plain, stripes, panel, patches
    contrast: float  # grey levels between the pattern and the shirt
    short_sleeves: bool
    short_trousers: bool
    hem: float  # how far the shirt hangs below the hip joint
    looseness: float
    hat: bool
    bag: bool
    marks: int


Tint = tuple[float, float, float]  # red, green and blue at grey 1
WHITE: Tint = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Colours:
    """Tints of a person's clothes, skin and hair; by default there is no colour, as in KTH."""

    shirt: Tint = WHITE
    pattern: Tint = WHITE
    trousers: Tint = WHITE
    shoes: Tint = WHITE
    skin: Tint = WHITE
    hair: Tint = WHITE


GREY = Colours()


@dataclass(frozen=True)
class Person:
    """One synthetic subject. `outfits`: the usual clothes and those of scenario d3."""

    number: int
    stature: float
    girth: float
    shoulders: float
    head: float
    skin: float
    hair: float
    long_hair: bool
    left_handed: bool
    habits: dict[str, float]
    outfits: tuple[Outfit, Outfit]


@dataclass
class Pose:
    """Joint angles over time (radians, (T,) or (T, 2) for left and right) and arm directions (T, 2, 3)."""

    yaw: np.ndarray
    lean: np.ndarray
    twist: np.ndarray
    hip: np.ndarray
    knee: np.ndarray
    foot: np.ndarray
    spread: np.ndarray
    upper: np.ndarray
    fore: np.ndarray
    x: np.ndarray
    lift: np.ndarray  # height of the lower foot above the ground: the flight phase
    sway: np.ndarray = field(default_factory=lambda: np.zeros(1))


def _outfit(rng: np.random.Generator, warm: bool) -> Outfit:
    """Draw clothes: dark and light shirts and trousers in any combination; `warm` adds layers (d3)."""
    shirt = rng.choice([rng.uniform(28, 75), rng.uniform(75, 125), rng.uniform(160, 225)])
    legs = [rng.uniform(20, 55), rng.uniform(55, 100), rng.uniform(140, 190)]
    trousers = rng.choice(legs, p=[0.6, 0.27, 0.13])
    pattern = rng.choice(["plain", "stripes", "panel", "patches"], p=[0.4, 0.2, 0.2, 0.2])
    return Outfit(
        shirt=float(shirt),
        trousers=float(trousers),
        shoes=float(rng.choice([rng.uniform(18, 50), rng.uniform(150, 210)], p=[0.7, 0.3])),
        pattern=str(pattern),
        contrast=float(rng.uniform(22, 60) * (-1 if shirt > 110 else 1)),
        short_sleeves=bool(rng.random() < (0.0 if warm else 0.35)),
        short_trousers=bool(rng.random() < (0.0 if warm else 0.12)),
        hem=float(rng.uniform(0.05, 0.16) if warm else rng.uniform(0.01, 0.06)),
        looseness=float(rng.uniform(1.12, 1.32) if warm else rng.uniform(0.95, 1.15)),
        hat=bool(rng.random() < (0.3 if warm else 0.05)),
        bag=bool(rng.random() < (0.35 if warm else 0.0)),
        marks=int(rng.integers(2**31)),
    )


def person(number: int, rng: np.random.Generator) -> Person:
    """Draw subject `number` (1-25) from `rng`, which should depend on the world, the seed and the number."""
    return Person(
        number=number,
        stature=float(rng.uniform(0.93, 1.07)),
        girth=float(rng.uniform(0.90, 1.14)),
        shoulders=float(rng.uniform(0.93, 1.1)),
        head=float(rng.uniform(0.95, 1.1)),
        skin=float(rng.uniform(118, 200)),
        hair=float(rng.choice([rng.uniform(18, 50), rng.uniform(70, 120)], p=[0.75, 0.25])),
        long_hair=bool(rng.random() < 0.25),
        left_handed=bool(rng.random() < 0.15),
        habits={name: float(rng.uniform(-1, 1)) for name in HABITS},
        outfits=(_outfit(rng, warm=False), _outfit(rng, warm=True)),
    )


def _hue(rng: np.random.Generator, vivid: tuple[float, float], hue: float | None = None) -> Tint:
    """A tint of brightness 1: `vivid` is how far it may be from grey (0 … 1), `hue` in radians (any)."""
    angle, share = rng.uniform(0, 2 * np.pi) if hue is None else hue, rng.uniform(*vivid)
    return _tint(1 + share * np.cos(angle - np.array([0, 2, 4]) * np.pi / 3))


def _tint(colour: np.ndarray, brightness: float | None = None) -> Tint:
    """The tint of a colour: at brightness 1, or else divided by `brightness`."""
    red, green, blue = colour / (colour @ [0.299, 0.587, 0.114] if brightness is None else brightness)
    return float(red), float(green), float(blue)


# Skin from light to dark and hair from black to fair, as red, green, blue.
SKINS = ((242, 208, 184), (228, 184, 152), (206, 160, 122), (176, 128, 92), (140, 98, 70), (104, 72, 54),
         (74, 52, 42))  # fmt: skip
HAIRS = ((1.0, 0.95, 0.92), (1.2, 0.95, 0.72), (1.55, 1.05, 0.62), (1.75, 0.95, 0.55), (1.9, 1.55, 0.95))
DENIM = 2 * np.pi * 0.61


def colours(rng: np.random.Generator) -> Colours:
    """Draw the colours of somebody's clothes, skin and hair; the subject's own greys vary them further."""
    i = rng.uniform(0, len(SKINS) - 1)  # anywhere between two neighbours
    skin = (1 - i % 1) * np.array(SKINS[int(i)]) + i % 1 * np.array(SKINS[int(i) + 1])
    denim = rng.random() < 0.4
    return Colours(
        shirt=_hue(rng, (0.1, 0.6)),
        pattern=_hue(rng, (0.1, 0.6)),
        trousers=_hue(rng, (0.25, 0.5), DENIM) if denim else _hue(rng, (0.0, 0.4)),
        shoes=_hue(rng, (0.0, 0.3)),
        skin=_tint(skin * rng.normal(1, 0.02, 3), 172.0),  # a person's own skin grey is 118 to 200
        hair=HAIRS[int(rng.integers(len(HAIRS)))],
    )


def turn(vectors: np.ndarray, yaw: np.ndarray) -> np.ndarray:
    """Rotate (T, ..., 3) body vectors (forward, left, up) by yaw (T,) into world axes (X, Y, Z)."""
    shape = (-1,) + (1,) * (vectors.ndim - 2)
    cos, sin = np.cos(yaw).reshape(shape), np.sin(yaw).reshape(shape)
    forward, left = vectors[..., 0], vectors[..., 1]
    return np.stack([cos * forward - sin * left, sin * forward + cos * left, vectors[..., 2]], axis=-1)


def reach(target: np.ndarray, pole: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Directions of upper arm and forearm that bring the wrist to `target` (T, 3), seen from the shoulder.

    Two-link inverse kinematics: the elbow lies on the side of `pole`. Targets out of reach are approached.
    """
    distance = np.clip(np.linalg.norm(target, axis=-1, keepdims=True), 0.06, 0.995 * (UPPER_ARM + FOREARM))
    towards = target / np.linalg.norm(target, axis=-1, keepdims=True)
    side = np.asarray(pole, float) - (towards * pole).sum(-1, keepdims=True) * towards
    side /= np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-6)
    cosine = (UPPER_ARM**2 + distance**2 - FOREARM**2) / (2 * UPPER_ARM * distance)
    cosine = np.clip(cosine, -1, 1)
    upper = cosine * towards + np.sqrt(1 - cosine**2) * side
    fore = (distance * towards - UPPER_ARM * upper) / FOREARM
    return upper, fore / np.linalg.norm(fore, axis=-1, keepdims=True)


def joints(who: Person, pose: Pose) -> np.ndarray:
    """World positions (T, J, 3) of JOINTS; the lower foot stands on Z = 0, plus `pose.lift`."""
    frames = len(pose.x)
    out = np.zeros((frames, len(JOINTS), 3))
    lean = np.stack([np.sin(pose.lean), np.broadcast_to(pose.sway, (frames,)), np.cos(pose.lean)], -1)
    chest = HIP_TO_SHOULDER * lean
    out[:, INDEX["chest"]] = chest
    out[:, INDEX["neck"]] = chest + 0.045 * lean
    nod = np.array([0.022, 0.0, 0.0])
    out[:, INDEX["head"]] = chest + SHOULDER_TO_HEAD * lean * [0.75, 0.75, 1.0] + nod
    for s, side in enumerate(SIDES):
        sign = 1 - 2 * s
        across = np.zeros((frames, 3))
        across[:, 1] = sign * SHOULDER * who.shoulders
        shoulder = chest + turn(across, pose.twist) - [0.0, 0.0, 0.012]
        elbow = shoulder + UPPER_ARM * turn(pose.upper[:, s], pose.twist)
        fore = turn(pose.fore[:, s], pose.twist)
        _put(out, side, ("shoulder", "elbow", "wrist", "hand"),
             (shoulder, elbow, elbow + FOREARM * fore, elbow + (FOREARM + HAND) * fore))  # fmt: skip
        across[:, 1] = sign * 0.045
        hip = turn(across, -0.6 * pose.twist)
        knee = hip + THIGH * _leg(pose.hip[:, s], sign * pose.spread[:, s])
        ankle = knee + SHANK * _leg(pose.hip[:, s] - pose.knee[:, s], sign * pose.spread[:, s])
        pitch = pose.foot[:, s]
        along = np.stack([np.cos(pitch), np.full(frames, sign * 0.18), np.sin(pitch)], -1)
        sole = np.stack([np.sin(pitch), np.zeros(frames), -np.cos(pitch)], -1) * 0.025
        _put(out, side, ("hip", "knee", "ankle", "heel", "toe"),
             (hip, knee, ankle, ankle + sole - 0.035 * along, ankle + sole + 0.092 * along))  # fmt: skip
    feet = [INDEX[f"{side}_{joint}"] for side in SIDES for joint in ("heel", "toe")]
    ground = out[:, feet, 2].min(axis=1) - 0.014
    out = turn(out, pose.yaw)
    out[..., 2] += (pose.lift - ground)[:, None]
    out[..., 0] += pose.x[:, None]
    return out


def _leg(angle: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Unit vector of a leg segment: `angle` forward of straight down, `spread` outwards (left positive)."""
    return np.stack([np.sin(angle), np.sin(spread), -np.cos(angle)], -1)


def _put(out: np.ndarray, side: str, names: tuple[str, ...], values: tuple[np.ndarray, ...]) -> None:
    for name, value in zip(names, values, strict=True):
        out[:, INDEX[f"{side}_{name}"]] = value
