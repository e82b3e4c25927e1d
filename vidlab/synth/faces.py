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


class Head:
    """A face doing something, ready to be cut into polygons.

    centre (2,): the head's middle at rest, in pixels; size: pixels a head height; light -1 or 1.
    `body`, `skull` and `mouth` list their polygons from back to front.
    """

    def __init__(self, who: Face, does: Expression, centre: tuple[float, float], size: float, light: float
                 ) -> None:  # fmt: skip
        self.who, self.does, self.size, self.light = who, does, size, light
        self.centre = np.array(centre, float)
        self.frames = len(does.yaw)
        self.body, self.skull, self.mouth = self._body(), self._skull(), self._mouth()

    def at(self, x: np.ndarray | float, y: np.ndarray | float, z: np.ndarray | float | None = None
           ) -> np.ndarray:  # fmt: skip
        """Pixels (T, N, 2) of points given as numbers, (N,) or (T, N); without z they lie on the face."""
        x, y = np.broadcast_arrays(np.atleast_1d(x).astype(float), np.atleast_1d(y).astype(float))
        z = front(x, y) if z is None else np.broadcast_to(z, x.shape)
        e = self.does
        cos, sin = np.cos(e.yaw)[:, None], np.sin(e.yaw)[:, None]
        x, z = x * cos + z * sin, z * cos - x * sin
        y = y * np.cos(e.pitch)[:, None] - z * np.sin(e.pitch)[:, None]
        cos, sin = np.cos(e.roll)[:, None], np.sin(e.roll)[:, None]
        x, y = x * cos - (y - 0.55) * sin, 0.55 + x * sin + (y - 0.55) * cos
        return self.centre + self.size * np.stack([x + e.x[:, None], y + e.y[:, None]], -1)

    def spot(self, x: np.ndarray | float, y: np.ndarray | float, rx: np.ndarray | float,
             ry: np.ndarray | float, colour: Colour, part: int = 0, z: float | None = None) -> Piece:  # fmt: skip
        """An ellipse on the face; it narrows as the head turns."""
        around = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        x, y, rx, ry = (np.broadcast_to(v, self.frames)[:, None] for v in (x, y, rx, ry))
        xs, ys = x + rx * np.cos(around), y + ry * np.sin(around)
        return fill(self.at(xs, ys, z), colour, part)

    def line(self, xs: list[float], ys: list[np.ndarray | float], half: float, colour: Colour) -> list[Piece]:
        """A thin line through points of the face."""
        x = np.stack([np.broadcast_to(v, self.frames) for v in xs], 1)
        y = np.stack([np.broadcast_to(v, self.frames) for v in ys], 1)
        p = self.at(x, y)
        width = np.full(self.frames, half * self.size)
        return [fill(stroke(p[:, i], p[:, i + 1], width), colour) for i in range(len(xs) - 1)]

    def _trunk(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Pixels (T, N, 2) of points of the body, which follows the head a little."""
        e = self.does
        shift = np.stack([0.35 * e.x + 0.05 * np.sin(e.roll), 0.3 * e.y - e.lift], -1)
        return self.centre + self.size * (np.stack([x, y], -1)[None] + shift[:, None])

    def _body(self) -> list[Piece]:
        """Hair that falls behind, shoulders and neck."""
        who, e = self.who, self.does
        out = []
        if who.style in ("long", "bob"):
            low = 0.75 if who.style == "long" else 0.40
            out.append(self.spot(0, (low - 0.45) / 2, 0.47 * who.width, (low + 0.45) / 2 + 0.06,
                                 shade(who.hair, 0.8), HEAD, -0.15))  # fmt: skip
        xs = np.array([-0.30, -0.62, -0.86, -1.0, 1.0, 0.86, 0.62, 0.30])
        ys = np.array([0.70, 0.77, 0.90, 1.6, 1.6, 0.90, 0.77, 0.70])
        out.append(fill(self._trunk(xs, ys), shade(who.shirt, 0.86), TORSO))
        out.append(fill(self._trunk(0.72 * xs + 0.14 * self.light, ys + 0.05), who.shirt))
        for side in (-1, 1):  # folds that run to the armpits
            a, b = self._trunk(np.array([0.62 * side, 0.50 * side]), np.array([0.95, 1.35])).swapaxes(0, 1)
            out.append(fill(stroke(a, b, np.full(self.frames, 0.012 * self.size)), shade(who.shirt, 0.74)))
        base = self._trunk(np.array([0.0]), np.array([0.80]))[:, 0]
        top = self.at(0, 0.30, -0.08)[:, 0]
        wide = np.full(self.frames, 0.20 * self.size * (0.5 + 0.5 * who.jaw))
        out.append(fill(limb(top, base, wide, 1.08 * wide), shade(who.skin, 0.76), HEAD))
        lit = np.stack([self.light * 0.25 * wide, 0.9 * wide], -1)
        out.append(fill(limb(top + lit, base + lit, 0.5 * wide, 0.6 * wide), shade(who.skin, 0.86)))
        return out + self._collar()

    def _collar(self) -> list[Piece]:
        who = self.who
        dark = shade(who.shirt, 0.7)
        if who.collar == "vee":
            cut = self._trunk(np.array([-0.25, 0.25, 0.0]), np.array([0.74, 0.74, 1.08]))
            return [fill(cut, shade(who.skin, 0.84), HEAD)]
        if who.collar == "shirt":
            out = []
            for side in (-1, 1):
                xs, ys = np.array([0.27, 0.02, 0.12, 0.36]) * side, np.array([0.66, 0.88, 1.0, 0.80])
                out.append(fill(self._trunk(xs, ys), shade(who.shirt, 1.18), TORSO))
            return out
        arc = np.linspace(-1, 1, 9)
        top = self._trunk(0.30 * arc, 0.70 + 0.13 * (1 - arc**2))
        return ribbon(top, top + [0, 0.06 * self.size], dark, TORSO)

    def outline(self, scale: float, aside: float = 0.0) -> np.ndarray:
        """Corners (T, N, 2) of the face from hairline to chin; the chin follows the jaw."""
        who, e = self.who, self.does
        right = np.array([(0.20, -0.325), (0.285, -0.27), (0.345, -0.12), (0.358, 0.02), (0.342, 0.15),
                          (0.300 * who.jaw, 0.29), (0.215 * who.jaw * who.chin, 0.405),
                          (0.105 * who.chin, 0.475)])  # fmt: skip
        drop = np.clip((right[:, 1] - 0.1) / 0.4, 0, 1)
        cheek = np.exp(-(((right[:, 1] - 0.24) / 0.12) ** 2))
        sides = []
        for side, puff in ((1, e.puff_right), (-1, e.puff_left)):
            x = (
                side * right[:, 0] * who.width
                + 0.035 * side * cheek * puff[:, None]
                + drop * 0.5 * e.skew[:, None]
            )
            sides.append((x, right[:, 1] + 0.10 * drop * e.jaw[:, None]))
        (xr, yr), (xl, yl) = sides
        x, y = np.concatenate([xr, xl[:, ::-1]], 1), np.concatenate([yr, yl[:, ::-1]], 1)
        return self.at(scale * x + aside, 0.04 + scale * (y - 0.04), 0.06 + 0.5 * np.clip(y, 0, 1) * 0.3)

    def _skull(self) -> list[Piece]:
        """Head, ears, face and hair, eyes, brows and nose."""
        who = self.who
        skin, hair = who.skin, who.hair
        out = []
        bald = who.style == "bald"
        if who.style == "bun":
            out.append(self.spot(0, -0.56, 0.17, 0.13, shade(hair, 0.9), HEAD, -0.15))
        if who.style == "curly":
            for angle in np.linspace(-np.pi * 1.08, 0.08 * np.pi, 11):
                out.append(self.spot(0.35 * who.width * np.cos(angle), -0.12 + 0.38 * np.sin(angle), 0.12, 0.12,
                                     shade(hair, 0.9 + 0.12 * np.cos(5 * angle)), HEAD, -0.1))  # fmt: skip
        out += self._cranium(shade(skin, 0.9) if bald else shade(hair, 0.85))
        out += self._ears()
        out.append(fill(self.outline(1.0), shade(skin, 0.88), HEAD))
        out.append(fill(self.outline(0.88, 0.028 * self.light), shade(skin, 0.96)))
        out.append(fill(self.outline(0.62, 0.05 * self.light), skin))
        if bald:
            out.append(self.spot(0.06 * self.light, -0.28, 0.20, 0.13, shade(skin, 1.0)))
        out.append(self.spot(0.05 * self.light, -0.2, 0.15, 0.06, shade(skin, 1.05)))
        out += self._cheeks() + self._beard()
        for side in (-1, 1):
            out += self._eye(side)
        return out + self._nose() + self._hair() + self._glasses()

    def _cranium(self, colour: Colour) -> list[Piece]:
        e, who = self.does, self.who
        middle = self.at(0, -0.085, -0.06)[:, 0]
        rx = self.size * np.hypot(0.388 * who.width * np.cos(e.yaw), 0.45 * np.sin(e.yaw))
        ry = np.full(self.frames, 0.425 * self.size)
        up = np.stack([self.light * 0.18 * rx, -0.22 * ry], -1)
        return [fill(ellipse(middle, rx, ry, e.roll), colour, HEAD),
                fill(ellipse(middle + up, 0.66 * rx, 0.68 * ry, e.roll), shade(colour, 1.15))]  # fmt: skip

    def _ears(self) -> list[Piece]:
        if self.who.style in ("long", "bob"):
            return []
        out = []
        for side in (-1, 1):
            x = 0.365 * self.who.width * side
            out.append(self.spot(x, 0.04, 0.055, 0.095, shade(self.who.skin, 0.86), HEAD, 0.0))
            out.append(self.spot(x + 0.008 * side, 0.045, 0.028, 0.055, shade(self.who.skin, 0.74), 0, 0.0))
        return out
