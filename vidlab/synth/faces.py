"""A head and shoulders seen close up: who it is (`Face`), what it does over time (`Expression`), its polygons.

Lengths are in head heights, from the chin (y .5) to the crown (y -.5): x to the right of the picture, y down,
z towards the camera. Points lie on a rounded front that turns, nods and tilts as one; jaw, lips, lids, brows
and cheeks move on it.
"""

from dataclasses import dataclass, fields

import numpy as np

from .draw import PARTS, Piece, ellipse, limb, stroke

HEAD, TORSO = PARTS.index("head"), PARTS.index("torso")
Colour = tuple[float, float, float]

SKINS: tuple[Colour, ...] = ((236, 200, 176), (222, 180, 150), (204, 158, 122), (178, 128, 94), (146, 102, 74),
                             (112, 78, 58))  # fmt: skip
HAIRS: tuple[Colour, ...] = ((34, 28, 26), (62, 42, 30), (98, 66, 42), (188, 150, 92), (140, 72, 40),
                             (150, 148, 146))  # fmt: skip
IRISES: tuple[Colour, ...] = ((74, 48, 30), (52, 34, 26), (82, 112, 140), (88, 116, 80), (110, 116, 120))
STYLES = ("short", "swept", "long", "bob", "curly", "bun", "bald")


@dataclass(frozen=True)
class Face:
    """One drawn person: colours (red, green, blue) and proportions around 1."""

    skin: Colour
    hair: Colour
    iris: Colour
    shirt: Colour
    style: str
    beard: str  # none, stubble, moustache, full
    glasses: bool
    width: float
    jaw: float
    chin: float
    eyes: float
    apart: float
    brow: float
    arch: float
    nose: float
    mouth: float
    lips: float
    blush: float
    lines: float
    collar: str  # round, vee, shirt


def face(rng: np.random.Generator, shirt: Colour | None = None) -> Face:
    """Draw a face from `rng`: skin, hair and proportions are independent of each other."""

    def near(colour: Colour, spread: float) -> Colour:
        shift = rng.normal(0, spread) + rng.normal(0, spread / 3, 3)
        r, g, b = np.clip(np.array(colour) + shift, 8, 245)
        return float(r), float(g), float(b)

    skin, hair = near(SKINS[rng.integers(len(SKINS))], 7), near(HAIRS[rng.integers(len(HAIRS))], 7)
    soft = bool(rng.random() < 0.5)  # softer jaw, fuller lips, more often long hair; never a beard
    styles = (
        ("long", "bob", "bun", "curly", "swept") if soft else ("short", "swept", "curly", "short", "bald")
    )
    return Face(
        skin=skin, hair=hair, iris=IRISES[rng.integers(len(IRISES))],
        shirt=shirt or near(tuple(rng.uniform(40, 205, 3)), 1),
        style=str(rng.choice(styles)),
        beard="none" if soft else str(rng.choice(["none", "none", "stubble", "moustache", "full"])),
        glasses=bool(rng.random() < 0.16),
        width=float(rng.uniform(0.92, 1.08)), jaw=float(rng.uniform(0.84, 0.94) + (0 if soft else 0.1)),
        chin=float(rng.uniform(0.85, 1.15)), eyes=float(rng.uniform(0.92, 1.12) + 0.08 * soft),
        apart=float(rng.uniform(0.94, 1.06)), brow=float(rng.uniform(0.7, 1.1) + (0 if soft else 0.25)),
        arch=float(rng.uniform(0.5, 1.5)), nose=float(rng.uniform(0.82, 1.2)),
        mouth=float(rng.uniform(0.9, 1.12)), lips=float(rng.uniform(0.75, 1.1) + 0.25 * soft),
        blush=float(rng.uniform(0.2, 1)), lines=float(rng.uniform(0.4, 1)),
        collar=str(rng.choice(["round", "vee", "shirt"])),
    )  # fmt: skip


@dataclass
class Expression:
    """What a face does over T frames: each an array (T,). Angles in radians, shifts in head heights.

    yaw (right), pitch (up), roll; x, y of the head; lift of the shoulders; jaw, gap (of the lips), width (of
    the mouth: 0 rest, 1 broad, -1 pursed), curl (corners up), teeth, skew (jaw sideways), left and right
    cheek puffed, cheeks raised, lids (1 closed), squint, brows raised, look (gaze to the right).
    """

    yaw: np.ndarray
    pitch: np.ndarray
    roll: np.ndarray
    x: np.ndarray
    y: np.ndarray
    lift: np.ndarray
    jaw: np.ndarray
    gap: np.ndarray
    width: np.ndarray
    curl: np.ndarray
    teeth: np.ndarray
    skew: np.ndarray
    puff_left: np.ndarray
    puff_right: np.ndarray
    raised: np.ndarray
    lids: np.ndarray
    squint: np.ndarray
    brows: np.ndarray
    look: np.ndarray

    @classmethod
    def rest(cls, frames: int) -> "Expression":
        return cls(**{f.name: np.zeros(frames) for f in fields(cls)})


def shade(colour: Colour, by: float) -> Colour:
    r, g, b = np.clip(np.array(colour) * by, 4, 250)
    return float(r), float(g), float(b)


def blend(a: Colour, b: Colour, share: float) -> Colour:
    r, g, bl = (1 - share) * np.array(a) + share * np.array(b)
    return float(r), float(g), float(bl)


def fill(corners: np.ndarray, colour: Colour, part: int = 0) -> Piece:
    """A polygon over time in one colour."""
    grey = max(max(colour), 4.0)
    tint = (colour[0] / grey, colour[1] / grey, colour[2] / grey)
    return Piece(corners, np.full(len(corners), grey), part, tint)


def ribbon(top: np.ndarray, bottom: np.ndarray, colour: Colour, part: int = 0) -> list[Piece]:
    """The stretch between two curves (T, N, 2), as N - 1 quadrangles (a bent shape is not convex)."""
    quads = [np.stack([top[:, i], top[:, i + 1], bottom[:, i + 1], bottom[:, i]], 1)
             for i in range(top.shape[1] - 1)]  # fmt: skip
    return [fill(quad, colour, part) for quad in quads]


def front(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far the face's front lies before the head's axis at (x, y)."""
    return 0.36 * np.sqrt(np.clip(1 - (x / 0.45) ** 2, 0, 1)) - 0.18 * (y - 0.05) ** 2
