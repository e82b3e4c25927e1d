"""The outlines of things: flat shapes of a few convex polygons, in body heights.

x goes forward or along, y up. Each polygon has a grey level and a slot in the thing's colours. Shapes of
things to hold have their origin where the hand is; those of things that stand have it on the ground; rods go
from x = 0 to x = 1. What a still picture may show (OBJECTS_STILLS) never appears in a video.
"""

import numpy as np

Polygon = tuple[np.ndarray, float, int]  # corners (N, 2) in heights, grey, slot


def block(x0: float, y0: float, x1: float, y1: float, grey: float, slot: int = 0) -> Polygon:
    """A rectangle."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]), grey, slot


def disc(x: float, y: float, rx: float, ry: float, grey: float, slot: int = 0) -> Polygon:
    """An ellipse."""
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], -1), grey, slot


def bar(x0: float, y0: float, x1: float, y1: float, width: float, grey: float, slot: int = 0) -> Polygon:
    """A straight bar from one point to another."""
    along = np.array([x1 - x0, y1 - y0])
    across = np.array([-along[1], along[0]]) * width / 2 / np.hypot(*along)
    a, b = np.array([x0, y0]), np.array([x1, y1])
    return np.stack([a + across, b + across, b - across, a - across]), grey, slot


def fan_of(corners: list[tuple[float, float]], grey: float, slot: int = 0) -> Polygon:
    """Any convex polygon."""
    return np.array(corners, float), grey, slot


def _weight(x: float) -> list[Polygon]:
    """One end of what is lifted: a pair of plates seen from their edge, or a case."""
    edge = [(-0.075, -0.09), (-0.05, -0.115), (0.05, -0.115), (0.075, -0.09)]
    outline = [(x + u, v) for u, v in edge] + [(x + u, -v) for u, v in reversed(edge)]
    return [
        fan_of(outline, 85),
        block(x - 0.055, -0.09, x - 0.006, 0.09, 135),
        block(x + 0.006, -0.09, x + 0.055, 0.09, 135, 1),
    ]


# Barbell and cases have the same outline and the same greys: only colour tells them apart.
_LOAD = [block(-0.36, -0.016, 0.36, 0.016, 130, 2), *_weight(-0.30), *_weight(0.30)]
VIDEO: dict[str, list[Polygon]] = {
    "chair": [
        bar(-0.10, 0, -0.10, 0.52, 0.028, 70),
        bar(0.10, 0, 0.10, 0.24, 0.028, 70),
        bar(-0.10, 0.40, -0.10, 0.54, 0.045, 130),
        block(-0.125, 0.215, 0.125, 0.255, 150),
        bar(-0.10, 0.10, 0.10, 0.10, 0.018, 60),
    ],
    "box": [
        block(-0.13, -0.11, 0.13, 0.11, 135),
        block(-0.13, 0.055, 0.13, 0.11, 165),
        block(-0.025, -0.11, 0.025, 0.11, 95, 1),
    ],
    "cart": [
        bar(0, 0.62, 0.10, 0.30, 0.026, 60, 1),
        bar(-0.03, 0.62, 0.03, 0.62, 0.034, 60, 1),
        block(0.08, 0.10, 0.50, 0.16, 80, 1),
        block(0.09, 0.14, 0.49, 0.40, 140),
        block(0.09, 0.33, 0.49, 0.40, 175),
        bar(0.22, 0.14, 0.22, 0.40, 0.014, 90),
        bar(0.36, 0.14, 0.36, 0.40, 0.014, 90),
    ],
    "wheel": [
        disc(0, 0, 0.065, 0.065, 45, 1),
        disc(0, 0, 0.040, 0.040, 150, 1),
        bar(-0.05, 0, 0.05, 0, 0.022, 50, 1),
    ],
    "ball": [
        disc(0, 0, 0.078, 0.078, 120),
        disc(-0.012, 0.014, 0.056, 0.054, 165),
        bar(-0.075, 0, 0.075, 0, 0.016, 70, 1),
    ],
    "stand": [
        fan_of([(-0.10, 0), (0.10, 0), (0.035, 1), (-0.035, 1)], 95),
        fan_of([(-0.05, 0), (0.05, 0), (0.02, 1), (-0.02, 1)], 135),
    ],
    "disc": [disc(0, 0, 0.155, 0.155, 80, 1), disc(0, 0, 0.125, 0.125, 150), disc(0, 0, 0.030, 0.030, 55, 1)],
    "arm": [block(-0.05, -0.020, 1.05, 0.020, 60, 1), disc(1, 0, 0.10, 0.030, 190, 1)],
    "tool": [
        block(-0.45, -0.017, 1.0, 0.017, 60, 1),
        fan_of([(0.78, -0.05), (1.08, -0.075), (1.08, 0.075), (0.78, 0.05)], 120),
        fan_of([(0.84, -0.03), (1.05, -0.05), (1.05, 0.03), (0.84, 0.03)], 170),
    ],
    "log": [block(-0.13, 0, 0.13, 0.13, 95), disc(0.0, 0.13, 0.13, 0.028, 150)],
    "drum": [
        bar(-0.13, 0, -0.06, 0.25, 0.024, 50, 1),
        bar(0.13, 0, 0.06, 0.25, 0.024, 50, 1),
        block(-0.17, 0.23, 0.17, 0.47, 125),
        block(-0.17, 0.23, -0.06, 0.47, 150),
        block(-0.17, 0.43, 0.17, 0.47, 70, 1),
        disc(0, 0.47, 0.17, 0.040, 215, 1),
    ],
    "drumstick": [block(-0.25, -0.013, 1.0, 0.013, 175), disc(1.0, 0, 0.09, 0.022, 200)],
    "barbell": _LOAD,
    "cases": _LOAD,
}
STILLS: dict[str, list[Polygon]] = {  # the hand is at the origin
    "umbrella": [
        bar(0, -0.10, 0, 0.32, 0.016, 70, 1),
        fan_of([(-0.24, 0.28), (0.24, 0.28), (0.16, 0.38), (0, 0.43), (-0.16, 0.38)], 120),
        fan_of([(-0.08, 0.28), (0.08, 0.28), (0, 0.43)], 175),
    ],
    "guitar": [
        disc(-0.10, -0.06, 0.11, 0.095, 125),
        disc(0.05, -0.01, 0.085, 0.075, 140),
        disc(-0.03, -0.035, 0.035, 0.035, 40, 1),
        bar(0.08, 0, 0.36, 0.12, 0.032, 70, 1),
        bar(0.34, 0.11, 0.41, 0.14, 0.055, 50, 1),
    ],
    "broom": [
        bar(-0.06, 0.38, 0.04, -0.22, 0.020, 150, 1),
        fan_of([(-0.04, -0.22), (0.12, -0.22), (0.18, -0.38), (-0.08, -0.38)], 150),
        block(-0.04, -0.25, 0.12, -0.21, 80, 1),
    ],
    "lantern": [
        bar(0, 0.0, 0, -0.07, 0.014, 60, 1),
        fan_of([(-0.05, -0.07), (0.05, -0.07), (0.08, -0.12), (-0.08, -0.12)], 60, 1),
        block(-0.07, -0.27, 0.07, -0.12, 215),
        block(-0.03, -0.25, 0.03, -0.14, 250),
        block(-0.08, -0.30, 0.08, -0.27, 60, 1),
    ],
    "suitcase": [
        bar(-0.05, 0, 0.05, 0, 0.018, 50, 1),
        bar(-0.05, 0, -0.05, -0.05, 0.016, 50, 1),
        bar(0.05, 0, 0.05, -0.05, 0.016, 50, 1),
        block(-0.16, -0.28, 0.16, -0.05, 115),
        block(-0.16, -0.28, -0.12, -0.05, 70),
        block(0.12, -0.28, 0.16, -0.05, 70),
    ],
    "kite": [
        fan_of([(0, 0.40), (0.14, 0.22), (0, 0.04), (-0.14, 0.22)], 150),
        fan_of([(0, 0.40), (0.14, 0.22), (0, 0.22)], 195, 1),
        fan_of([(0, 0.04), (0, 0.22), (-0.14, 0.22)], 195, 1),
        bar(0, 0.04, 0, -0.02, 0.010, 90, 1),
    ],
    "basket": [
        bar(-0.12, -0.14, -0.05, 0, 0.018, 90),
        bar(0.12, -0.14, 0.05, 0, 0.018, 90),
        bar(-0.05, 0, 0.05, 0, 0.018, 90),
        fan_of([(-0.14, -0.14), (0.14, -0.14), (0.10, -0.28), (-0.10, -0.28)], 130),
        block(-0.14, -0.17, 0.14, -0.13, 170),
        disc(-0.06, -0.12, 0.035, 0.03, 150, 1),
        disc(0.05, -0.12, 0.04, 0.035, 165, 1),
    ],
    "bottle": [
        block(-0.045, -0.10, 0.045, 0.08, 100),
        block(-0.018, 0.08, 0.018, 0.16, 110),
        block(-0.022, 0.15, 0.022, 0.18, 200, 1),
        block(-0.045, -0.05, 0.045, 0.03, 215, 1),
    ],
    "book": [
        fan_of([(0, -0.07), (-0.15, -0.04), (-0.15, 0.13), (0, 0.10)], 120),
        fan_of([(0, -0.07), (0.15, -0.04), (0.15, 0.13), (0, 0.10)], 120),
        fan_of([(0, -0.05), (-0.13, -0.02), (-0.13, 0.115), (0, 0.09)], 235, 1),
        fan_of([(0, -0.05), (0.13, -0.02), (0.13, 0.115), (0, 0.09)], 225, 1),
    ],
    "fan": [
        fan_of([(0, 0), (-0.20, 0.12), (-0.15, 0.20), (-0.06, 0.24)], 140),
        fan_of([(0, 0), (-0.06, 0.24), (0.06, 0.24)], 185, 1),
        fan_of([(0, 0), (0.20, 0.12), (0.15, 0.20), (0.06, 0.24)], 140),
        bar(0, -0.05, 0, 0.03, 0.024, 60, 1),
    ],
    "ladder": [
        bar(-0.09, -0.44, -0.09, 0.42, 0.022, 150),
        bar(0.09, -0.44, 0.09, 0.42, 0.022, 150),
        *[bar(-0.09, y, 0.09, y, 0.022, 120) for y in (-0.34, -0.2, -0.06, 0.08, 0.22, 0.36)],
    ],
    "watering can": [
        block(-0.09, -0.19, 0.07, -0.05, 130),
        bar(0.06, -0.16, 0.21, 0.0, 0.032, 110),
        disc(0.215, 0.01, 0.035, 0.045, 165),
        bar(-0.07, -0.05, 0, 0.01, 0.02, 85),
        bar(0, 0.01, 0.07, -0.05, 0.02, 85),
    ],
    "racket": [
        bar(0, -0.07, 0, 0.14, 0.030, 60, 1),
        disc(0, 0.27, 0.105, 0.145, 95),
        disc(0, 0.27, 0.078, 0.118, 225, 1),
        bar(0, 0.15, 0, 0.39, 0.008, 130, 1),
        bar(-0.08, 0.27, 0.08, 0.27, 0.008, 130, 1),
    ],
    "flag": [
        bar(0, -0.16, 0, 0.40, 0.018, 170, 1),
        block(0.01, 0.30, 0.27, 0.40, 120),
        block(0.01, 0.20, 0.27, 0.30, 215, 1),
        block(0.01, 0.20, 0.27, 0.23, 120),
    ],
}
OBJECTS_VIDEO = ("chair", "box", "cart", "ball", "crank", "tool", "drum", "barbell", "cases")
OBJECTS_STILLS = tuple(STILLS)
# The usual colours of what stills show: hue in degrees and vividness, for slot 0 and slot 1.
USUAL = {
    "umbrella": (350, 0.8, 0, 0.1), "guitar": (28, 0.7, 25, 0.3), "broom": (48, 0.7, 35, 0.4),
    "lantern": (52, 0.9, 220, 0.2), "suitcase": (300, 0.5, 30, 0.2), "kite": (200, 0.9, 320, 0.8),
    "basket": (35, 0.6, 5, 0.9), "bottle": (130, 0.7, 60, 0.2), "book": (230, 0.8, 50, 0.1),
    "fan": (310, 0.8, 60, 0.5), "ladder": (55, 0.3, 0, 0.0), "watering can": (170, 0.8, 0, 0.0),
    "racket": (15, 0.9, 90, 0.3), "flag": (265, 0.8, 80, 0.8),
}  # fmt: skip
