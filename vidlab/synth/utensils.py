"""The outlines of things to hold up and look at: flat shapes of convex polygons, x to the right, y up.

Each is about one unit tall with what one holds it by at its lower end, and has fine marks (keys, teeth,
ticks, prongs) that a coarse picture loses: a phone and a calculator, a clock and a plate, a spoon and a fork
have much the same outline. Greys and slots are as in `shapes`.
"""

import numpy as np

from .shapes import Polygon, bar, block, fan_of

Point = tuple[float, float]


def oval(x: float, y: float, rx: float, ry: float, grey: float, slot: int = 0) -> Polygon:
    """An ellipse, rounder than that of `shapes`: these things are seen close up."""
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    return np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], -1), grey, slot


def ring(x: float, y: float, rx: float, ry: float, width: float, grey: float, slot: int = 0,
         turns: Point = (0.0, 1.0)) -> list[Polygon]:  # fmt: skip
    """A part of a ring, of short bars; turns: its part, 0 … 1, against the clock from the right."""
    around = 2 * np.pi * np.linspace(*turns, 15)
    at = np.stack([x + rx * np.cos(around), y + ry * np.sin(around)], -1)
    more = 0.2 * width * (at[1:] - at[:-1]) / np.linalg.norm(at[1:] - at[:-1], axis=1, keepdims=True)
    ends = np.concatenate([at[:-1] - more, at[1:] + more], 1).tolist()
    return [bar(x0, y0, x1, y1, width, grey, slot) for x0, y0, x1, y1 in ends]


def rays(x: float, y: float, count: int, inner: float, outer: float, width: float, grey: float,
         slot: int = 0) -> list[Polygon]:  # fmt: skip
    """Short bars around a middle."""
    turns = 2 * np.pi * np.arange(count) / count
    return [bar(x + inner * c, y + inner * s, x + outer * c, y + outer * s, width, grey, slot)
            for c, s in zip(np.cos(turns), np.sin(turns), strict=True)]  # fmt: skip


def keys(x: Point, y: Point, columns: int, rows: int, greys: tuple[float, ...], slot: int = 0
         ) -> list[Polygon]:  # fmt: skip
    """A grid of small blocks with gaps between, in these greys by turns."""
    wide, high = (x[1] - x[0]) / columns, (y[1] - y[0]) / rows
    return [
        block(x[0] + wide * (c + 0.14), y[0] + high * (r + 0.16), x[0] + wide * (c + 0.86),
              y[0] + high * (r + 0.84), greys[(c + 2 * r) % len(greys)], slot)
        for r in range(rows) for c in range(columns)
    ]  # fmt: skip


def case(wide: float, grey: float) -> list[Polygon]:
    """A flat case with round corners, one unit tall."""
    half, round_ = wide / 2, 0.05
    corners = [(half, 0.5 - round_), (half - round_, 0.5), (round_ - half, 0.5), (-half, 0.5 - round_)]
    return [fan_of([*corners, *((-x, -y) for x, y in corners)], grey)]


def bent(points: list[tuple[float, float, float]], grey: float, slot: int = 0) -> list[Polygon]:
    """A bent thing through (x, y, width) points, of one quadrangle between each two."""
    at = np.array(points)
    along = np.gradient(at[:, :2], axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], -1) / np.hypot(*along.T)[:, None] * at[:, 2:] / 2
    left, right = at[:, :2] + across, at[:, :2] - across
    return [
        (np.array([left[i], left[i + 1], right[i + 1], right[i]]), grey, slot) for i in range(len(at) - 1)
    ]


_BEND = [(0.46 * np.cos(a) - 0.2, 0.52 * np.sin(a), 0.24 * np.cos(0.9 * a) ** 0.6)
         for a in np.linspace(-1.25, 1.25, 13)]  # fmt: skip
_RIDGE = [(x - 0.02, y, 0.035) for x, y, _ in _BEND[1:-1]]

UTENSILS: dict[str, list[Polygon]] = {
    "apple": [
        oval(-0.14, -0.10, 0.30, 0.36, 125),
        oval(0.14, -0.10, 0.30, 0.36, 125),
        oval(-0.12, -0.06, 0.22, 0.27, 150),
        oval(-0.20, 0.04, 0.06, 0.10, 225),
        oval(0.0, 0.21, 0.11, 0.035, 75),
        bar(0.0, 0.20, 0.05, 0.42, 0.045, 60, 2),
        fan_of([(0.05, 0.34), (0.16, 0.46), (0.34, 0.46), (0.24, 0.34)], 120, 1),
        bar(0.06, 0.345, 0.30, 0.45, 0.018, 180, 1),
        *[oval(x, y, 0.014, 0.014, 205) for x, y in ((0.1, 0.0), (0.2, -0.12), (0.05, -0.2), (0.24, 0.06),
                                                     (0.0, -0.05), (0.14, -0.28), (-0.08, -0.32))],
    ],
    "banana": [
        *bent(_BEND, 165),
        *bent(_RIDGE, 125),
        block(-0.09, 0.44, 0.0, 0.54, 60, 2),
        block(-0.09, -0.54, -0.01, -0.47, 60, 2),
        *[oval(x, y, 0.018, 0.03, 75, 2) for x, y in ((0.3, 0.1), (0.17, -0.2), (0.29, -0.12), (0.2, 0.26))],
    ],
    "brush": [
        fan_of([(-0.05, -0.5), (0.05, -0.5), (0.075, -0.05), (-0.075, -0.05)], 120),
        bar(-0.02, -0.46, -0.03, -0.08, 0.03, 190),
        oval(0, -0.44, 0.02, 0.02, 30, 2),
        block(-0.15, -0.05, 0.15, 0.14, 165, 2),
        *[block(-0.15, y, 0.15, y + 0.025, 100, 2) for y in (-0.01, 0.07)],
        fan_of([(-0.15, 0.14), (0.15, 0.14), (0.19, 0.5), (-0.19, 0.5)], 90, 1),
        *[bar(0.85 * x, 0.15, x, 0.5, 0.018, 190, 1) for x in np.linspace(-0.17, 0.17, 7)],
    ],
    "calculator": [
        *case(0.62, 105),
        block(-0.25, 0.20, 0.25, 0.42, 60, 2),
        block(-0.23, 0.22, 0.23, 0.40, 200, 1),
        *[bar(x, 0.25, x + 0.01, 0.37, 0.03, 45, 2) for x in (-0.05, 0.04, 0.13, 0.19)],
        *keys((-0.27, 0.27), (-0.44, 0.14), 4, 5, (225, 225, 225, 60), 2),
    ],
    "clock": [
        oval(0, 0, 0.5, 0.5, 85),
        oval(0, 0, 0.42, 0.42, 225, 1),
        *rays(0, 0, 12, 0.32, 0.39, 0.035, 45, 2),
        bar(0, 0, 0.03, 0.28, 0.035, 40, 2),
        bar(0, 0, 0.18, -0.1, 0.045, 40, 2),
        oval(0, 0, 0.04, 0.04, 120),
    ],
    "fork": [
        fan_of([(-0.05, -0.5), (0.05, -0.5), (0.025, 0.05), (-0.025, 0.05)], 150),
        fan_of([(-0.025, 0.03), (0.025, 0.03), (0.11, 0.17), (0.11, 0.24), (-0.11, 0.24),
                (-0.11, 0.17)], 160),
        *[block(x - 0.014, 0.22, x + 0.014, 0.5, 165) for x in (-0.096, -0.032, 0.032, 0.096)],
        bar(0, -0.46, 0, -0.1, 0.02, 90),
        oval(0, -0.38, 0.022, 0.05, 90, 1),
    ],
    "glasses": [
        *[p for x in (-0.33, 0.33) for p in (oval(x, 0, 0.29, 0.25, 60), oval(x, 0, 0.235, 0.195, 190, 1),
                                             bar(x - 0.12, -0.08, x + 0.02, 0.12, 0.03, 240, 1),
                                             bar(x - 0.03, -0.10, x + 0.08, 0.05, 0.018, 240, 1))],
        *ring(0, 0.02, 0.09, 0.08, 0.05, 60, 0, (0.02, 0.48)),
        *[bar(s * 0.60, 0.08, s * 0.76, 0.16, 0.055, 75) for s in (-1, 1)],
        *[oval(s * 0.60, 0.08, 0.02, 0.02, 220, 2) for s in (-1, 1)],
    ],
    "hammer": [
        fan_of([(-0.055, -0.5), (0.055, -0.5), (0.035, 0.4), (-0.035, 0.4)], 120, 1),
        block(-0.058, -0.5, 0.058, -0.22, 70),
        *[block(-0.058, y, 0.058, y + 0.02, 130) for y in (-0.46, -0.40, -0.34, -0.28)],
        block(-0.13, 0.26, 0.20, 0.42, 120, 2),
        block(0.18, 0.23, 0.30, 0.45, 160, 2),
        fan_of([(-0.12, 0.42), (-0.12, 0.28), (-0.28, 0.24), (-0.34, 0.33)], 140, 2),
        fan_of([(-0.34, 0.33), (-0.28, 0.24), (-0.42, 0.12)], 140, 2),
        bar(-0.38, 0.17, -0.20, 0.33, 0.02, 50, 2),
        oval(0, 0.40, 0.03, 0.04, 60, 1),
    ],
    "key": [
        oval(0, -0.30, 0.20, 0.20, 150),
        oval(0, -0.30, 0.15, 0.15, 185),
        oval(0, -0.33, 0.07, 0.07, 40, 2),
        block(-0.045, -0.14, 0.045, 0.5, 150),
        bar(-0.012, -0.1, -0.012, 0.47, 0.022, 85),
        block(-0.075, -0.13, 0.075, -0.08, 120),
        *[block(0.04, y, x, y + 0.055, 150)
          for x, y in ((0.15, 0.43), (0.11, 0.33), (0.17, 0.24), (0.1, 0.15))],
    ],
    "mug": [
        *ring(0.28, -0.02, 0.19, 0.22, 0.08, 110, 0, (-0.25, 0.25)),
        fan_of([(-0.32, 0.36), (0.30, 0.36), (0.27, -0.42), (-0.29, -0.42)], 140),
        fan_of([(-0.28, 0.34), (-0.16, 0.34), (-0.16, -0.40), (-0.26, -0.40)], 185),
        oval(-0.01, 0.37, 0.31, 0.075, 190),
        oval(-0.01, 0.365, 0.26, 0.05, 50, 2),
        block(-0.305, -0.20, 0.285, -0.16, 205, 1),
        block(-0.30, -0.28, 0.28, -0.24, 205, 1),
        *[fan_of([(x, -0.02), (x + 0.06, 0.06), (x, 0.14), (x - 0.06, 0.06)], 215, 1)
          for x in (-0.2, -0.01, 0.18)],
    ],
    "pan": [
        bar(0, -0.5, 0, -0.1, 0.10, 60, 1),
        oval(0, -0.44, 0.02, 0.03, 200, 2),
        oval(0, 0.16, 0.36, 0.36, 75),
        oval(0, 0.16, 0.32, 0.32, 130),
        oval(0, 0.16, 0.25, 0.25, 105),
        *[ring_part for r in (0.07, 0.13, 0.19) for ring_part in ring(0, 0.16, r, r, 0.018, 140)],
        *[oval(x, -0.15, 0.018, 0.018, 230, 2) for x in (-0.03, 0.03)],
    ],
    "phone": [
        *case(0.56, 60),
        block(-0.24, -0.36, 0.24, 0.40, 165, 1),
        *keys((-0.22, 0.22), (-0.16, 0.26), 4, 4, (215, 90, 190, 55, 130), 0),
        block(-0.20, 0.30, 0.20, 0.36, 235, 2),
        block(-0.22, -0.34, 0.22, -0.22, 105, 1),
        *[oval(x, -0.28, 0.035, 0.035, 225, 2) for x in (-0.15, -0.05, 0.05, 0.15)],
        oval(0, -0.43, 0.035, 0.035, 130, 2),
        block(-0.07, 0.44, 0.07, 0.46, 160, 2),
    ],
    "plate": [
        oval(0, 0, 0.5, 0.5, 200),
        oval(0, 0, 0.47, 0.47, 225, 1),
        *[oval(0.40 * np.cos(a), 0.40 * np.sin(a), 0.04, 0.04, 100) for a in 2 * np.pi * np.arange(14) / 14],
        oval(0, 0, 0.31, 0.31, 165, 1),
        oval(0, 0, 0.29, 0.29, 235, 1),
        *rays(0, 0, 6, 0.03, 0.14, 0.06, 110),
        oval(0, 0, 0.045, 0.045, 70, 2),
    ],
    "scissors": [
        fan_of([(-0.02, 0.02), (0.05, -0.02), (0.17, 0.5)], 165, 2),
        fan_of([(0.02, 0.02), (-0.05, -0.02), (-0.17, 0.5)], 190, 2),
        bar(-0.02, 0.08, -0.14, 0.42, 0.014, 110, 2),
        bar(0.03, 0.03, -0.12, -0.20, 0.055, 120),
        bar(-0.03, 0.03, 0.12, -0.20, 0.055, 120),
        *[p for x in (-0.17, 0.17) for p in ring(x, -0.33, 0.115, 0.15, 0.06, 120)],
        oval(0, 0.01, 0.03, 0.03, 50, 2),
    ],
    "spoon": [
        fan_of([(-0.05, -0.5), (0.05, -0.5), (0.025, 0.12), (-0.025, 0.12)], 150),
        oval(0, 0.28, 0.145, 0.22, 130),
        oval(0.005, 0.27, 0.105, 0.175, 175),
        oval(-0.04, 0.33, 0.025, 0.07, 240),
        bar(0, -0.46, 0, -0.1, 0.02, 90),
        oval(0, -0.38, 0.022, 0.05, 90, 1),
    ],
    "teapot": [
        *ring(0.30, -0.03, 0.17, 0.20, 0.065, 105, 0, (-0.25, 0.25)),
        fan_of([(-0.22, -0.22), (-0.25, -0.02), (-0.44, 0.26), (-0.54, 0.26), (-0.42, -0.04)], 120),
        oval(0, -0.08, 0.34, 0.30, 140),
        oval(-0.10, -0.02, 0.16, 0.17, 180),
        block(-0.19, -0.42, 0.19, -0.35, 95),
        oval(0, 0.19, 0.19, 0.07, 110),
        oval(0, 0.22, 0.15, 0.05, 175, 1),
        oval(0, 0.31, 0.05, 0.055, 90, 1),
        *[oval(x, -0.12 + 0.5 * x * x, 0.035, 0.035, 225, 1) for x in np.linspace(-0.24, 0.24, 6)],
    ],
}  # fmt: skip
