"""A head and shoulders seen close up: who it is (`Face`), what it does over time (`Expression`).

Lengths are in head heights, from the chin (y .5) to the crown (y -.5): x to the right of the picture, y down,
z towards the camera. Points lie on a rounded front that turns, nods and tilts as one; jaw, lips, lids, brows
and cheeks move on it.
"""

from dataclasses import dataclass, fields

import numpy as np

from .camera import Camera
from .draw import Piece, stroke

Colour = tuple[float, float, float]
Numbers = np.ndarray | list[float] | float

SKINS: tuple[Colour, ...] = ((236, 200, 176), (222, 180, 150), (204, 158, 122), (178, 128, 94),
                             (146, 102, 74), (112, 78, 58))  # fmt: skip
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


class Surface:
    """Where points of a face and its shoulders are seen, frame by frame.

    centre (2,): the head's middle at rest, in pixels; size: pixels a head height; light -1 or 1: the side it
    comes from; camera: what looks at it.
    """

    def __init__(self, who: Face, does: Expression, centre: tuple[float, float], size: float, light: float,
                 camera: Camera) -> None:  # fmt: skip
        self.who, self.does, self.size, self.light, self.camera = who, does, size, light, camera
        self.scale = size * camera.zoom
        self.centre = np.array(centre, float)
        self.frames = len(does.yaw)

    def at(self, x: Numbers, y: Numbers, z: Numbers | None = None
           ) -> np.ndarray:  # fmt: skip
        """Pixels (T, N, 2) of points given as numbers, (N,) or (T, N); without z they lie on the face."""
        a, b = np.broadcast_arrays(np.atleast_1d(x).astype(float), np.atleast_1d(y).astype(float))
        c = front(a, b) if z is None else np.broadcast_to(np.asarray(z, float), a.shape)
        e = self.does
        cos, sin = np.cos(e.yaw)[:, None], np.sin(e.yaw)[:, None]
        a, c = a * cos + c * sin, c * cos - a * sin
        b = b * np.cos(e.pitch)[:, None] - c * np.sin(e.pitch)[:, None] - 0.55
        cos, sin = np.cos(e.roll)[:, None], np.sin(e.roll)[:, None]
        a, b = a * cos - b * sin + e.x[:, None], a * sin + b * cos + e.y[:, None]
        return self.scene(np.stack([a, 0.55 + b], -1))

    def scene(self, points: np.ndarray) -> np.ndarray:
        """Picture pixels of points (T, ..., 2) given in head heights from the head's middle at rest."""
        return self.camera.see(self.centre + self.size * points)

    def down(self, by: float) -> np.ndarray:
        """A shift downwards by head heights, in pixels (T, 1, 2)."""
        return np.stack([0 * self.scale, by * self.scale], -1)[:, None]

    def unseen(self, pixels: np.ndarray) -> np.ndarray:
        """The inverse of `scene` for one point over time: picture pixels (T, 2) to head heights."""
        offset = self.camera.matrix[:, :, 2]
        return ((pixels - offset) / self.camera.zoom[:, None] - self.centre) / self.size

    def spot(self, x: np.ndarray | float, y: np.ndarray | float, rx: np.ndarray | float,
             ry: np.ndarray | float, colour: Colour, part: int = 0, z: float | None = None
             ) -> Piece:  # fmt: skip
        """An ellipse on the face; it narrows as the head turns."""
        around = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        x, y, rx, ry = (np.broadcast_to(v, self.frames)[:, None] for v in (x, y, rx, ry))
        xs, ys = x + rx * np.cos(around), y + ry * np.sin(around)
        return fill(self.at(xs, ys, z), colour, part)

    def line(self, xs: list, ys: list, half: float, colour: Colour) -> list[Piece]:
        """A thin line through points of the face."""
        x = np.stack([np.broadcast_to(v, self.frames) for v in xs], 1)
        y = np.stack([np.broadcast_to(v, self.frames) for v in ys], 1)
        p = self.at(x, y)
        width = half * self.scale
        return [fill(stroke(p[:, i], p[:, i + 1], width), colour) for i in range(len(xs) - 1)]

    def body(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Pixels (T, N, 2) of points of the body, which follows the head a little."""
        e = self.does
        shift = np.stack([0.35 * e.x + 0.05 * np.sin(e.roll), 0.3 * e.y - e.lift], -1)
        return self.scene(np.stack([x, y], -1)[None] + shift[:, None])

    def lips(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The mouth's line: x (T, 13), the edges of the upper and the lower lip where they part (T, 13)."""
        e, us = self.does, np.linspace(-1, 1, 13)
        half = 0.128 * self.who.mouth * (1 + 0.36 * np.clip(e.width, -1, 1.2))
        x = half[:, None] * us + 0.8 * e.skew[:, None]
        corner = -0.058 * (e.curl + 0.12)[:, None] * (us**2 - 0.35)
        bow = (1 - us**2) ** 0.75
        gap = 0.16 * np.clip(e.gap, 0, 1.2)[:, None]
        middle = 0.312 + 0.012 * e.jaw[:, None]
        return x, middle + corner - 0.22 * gap * bow, middle + corner + 0.78 * gap * bow


def front(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far the face's front lies before the head's axis at (x, y)."""
    return 0.36 * np.sqrt(np.clip(1 - (x / 0.45) ** 2, 0, 1)) - 0.18 * (y - 0.05) ** 2
