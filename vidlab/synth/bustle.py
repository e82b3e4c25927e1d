"""What people put into a scene: flags in the wind, vehicles on a road, a crowd on its way.

Lengths are in units, as in `weather`; outlines are those of `shapes`, with y upwards.
"""

import numpy as np

from . import people
from .actions import FPS, draw_gait, gait
from .camera import Camera
from .draw import PROP, Piece
from .props import Tints, tint
from .shapes import Polygon, block, disc, fan_of
from .stage import Actor, Lens, Prop

LEFT, WIDE = -60.0, 280.0  # where vehicles and people come and go, well beyond what is seen


def laid(shape: list[Polygon], at: np.ndarray, size: tuple[float, float], tints: Tints, camera: Camera,
         k: float) -> Prop:  # fmt: skip
    """A shape whose origin is at `at` (T, 2), units; size: units that its x and its y count."""
    pieces = [Piece(camera.see(k * (at[:, None] + corners * [size[0], -size[1]])), np.full(len(at), grey),
                    PROP, tints[slot]) for corners, grey, slot in shape]  # fmt: skip
    return Prop(pieces, camera.see(k * np.stack([at, at + [size[0], 0.0]], 1)))


def resting(x: float, y: float, frames: int) -> np.ndarray:
    """A place (T, 2) that does not change."""
    return np.tile([x, y], (frames, 1))


def any_tint(rng: np.random.Generator, low: float, high: float) -> people.Tint:
    return tint(rng.uniform(0, 360), rng.uniform(low, high))


def flags(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """Striped flags on poles, rippling in one wind."""
    frames, count = len(camera.matrix), int(rng.integers(2, 5))
    side, pace = int(rng.choice([-1, 1])), rng.uniform(0.28, 0.5)
    places = 80 + (np.arange(count) - (count - 1) / 2) * 150 / count - 10 * side
    out = []
    for x in places + rng.uniform(-5, 5, count):
        top, wide = rng.uniform(10, 40), rng.uniform(0.75, 0.95) * 170 / count
        pole = [block(-1.2, -130, 1.2, 0, 150), disc(0, 1.5, 2.4, 2.4, 205)]
        out.append(laid(pole, resting(x, top, frames), (1, 1), (tint(45, 0.2),), camera, k))
        size = side * min(wide, 62.0), min(wide, 62.0) * rng.uniform(0.55, 0.7)
        out.append(_cloth(rng, x, top + 3, size, pace * rng.uniform(0.9, 1.1), camera, k))
    return out


def _cloth(rng: np.random.Generator, x: float, top: float, size: tuple[float, float], pace: float,
           camera: Camera, k: float) -> Prop:  # fmt: skip
    """A flag of three stripes, 15 columns each: waves run from the pole to the free end, and the light
    follows their slope. pace: radians a frame."""
    t, columns = np.arange(len(camera.matrix))[:, None], np.linspace(0, 1, 16)
    colours = [any_tint(rng, 0.3, 0.8) for _ in range(3)]
    bright, upright = rng.uniform(95, 190, 3), rng.random() < 0.4
    phase = rng.uniform(0, 6.3) + rng.uniform(6, 9) * columns - pace * t
    wave = 0.17 * size[1] * columns**0.7 * np.sin(phase)
    light = 1 + 0.22 * columns**0.5 * np.cos(phase)
    across = x + size[0] * columns * (1 - 0.04 * np.cos(phase))
    pieces = []
    for row in range(3):
        for c in range(15):
            edges = [(c, row), (c + 1, row), (c + 1, row + 1), (c, row + 1)]
            corners = [np.stack([across[:, i], top + size[1] * j / 3 + wave[:, i]], -1) for i, j in edges]
            stripe = c // 5 if upright else row
            at = camera.see(k * np.stack(corners, 1))
            pieces.append(Piece(at, bright[stripe] * light[:, c], PROP, colours[stripe]))
    ends = [np.stack([across[:, i], top + size[1] / 2 + wave[:, i]], -1) for i in (0, 15)]
    return Prop(pieces, camera.see(k * np.stack(ends, 1)))


WHEELS = [disc(x, 0.08, r, r, grey, 1) for x in (0.24, 0.76) for r, grey in ((0.085, 40), (0.04, 165))]
# Vehicles head to the right, one unit long; slot 0 is the paint, slot 1 grey, slot 2 glass.
VEHICLES: dict[str, list[Polygon]] = {
    "car": [
        fan_of([(0.16, 0.24), (0.30, 0.40), (0.64, 0.40), (0.80, 0.24)], 120),
        fan_of([(0.22, 0.25), (0.32, 0.37), (0.45, 0.37), (0.45, 0.25)], 95, 2),
        fan_of([(0.49, 0.25), (0.49, 0.37), (0.62, 0.37), (0.73, 0.25)], 95, 2),
        fan_of([(0.0, 0.08), (0.01, 0.24), (0.96, 0.25), (1.0, 0.18), (1.0, 0.08)], 140),
        block(0.0, 0.08, 1.0, 0.12, 95),
        block(0.95, 0.17, 1.0, 0.22, 235, 1),
        *WHEELS,
    ],
    "van": [
        fan_of([(0.0, 0.08), (0.0, 0.52), (0.72, 0.52), (0.94, 0.28), (1.0, 0.24), (1.0, 0.08)], 140),
        fan_of([(0.60, 0.29), (0.60, 0.46), (0.71, 0.46), (0.87, 0.29)], 95, 2),
        block(0.0, 0.08, 1.0, 0.13, 90),
        block(0.08, 0.30, 0.50, 0.44, 180),
        *WHEELS,
    ],
    "bus": [
        block(0.0, 0.07, 1.0, 0.48, 140),
        *[block(x, 0.27, x + 0.12, 0.42, 95, 2) for x in (0.04, 0.20, 0.36, 0.52, 0.68)],
        block(0.86, 0.12, 0.97, 0.42, 85, 2),
        block(0.0, 0.07, 1.0, 0.12, 85),
        *WHEELS,
    ],
    "lorry": [
        block(0.0, 0.12, 0.70, 0.52, 165),
        block(0.0, 0.44, 0.70, 0.52, 120),
        fan_of([(0.73, 0.08), (0.73, 0.44), (0.90, 0.44), (0.99, 0.26), (1.0, 0.08)], 130),
        fan_of([(0.80, 0.27), (0.80, 0.40), (0.89, 0.40), (0.95, 0.27)], 95, 2),
        block(0.0, 0.07, 1.0, 0.12, 60, 1),
        *WHEELS,
    ],
}
LENGTH = {"car": 38.0, "van": 42.0, "bus": 66.0, "lorry": 60.0}  # units, near


def traffic(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """A road of two lanes; vehicles pass, on each lane one way."""
    frames, top = len(camera.matrix), rng.uniform(64, 72)
    dark = rng.uniform(78, 105)
    road = [block(-140, -44, 140, 0, dark), block(-140, -1.5, 140, 0, 175), block(-140, -44, 140, -42, 170)]
    road += [block(x, -20, x + 9, -18.6, 200) for x in range(-136, 136, 19)]
    out = [laid(road, resting(80, top, frames), (1, 1), (tint(40, 0.04),), camera, k)]
    side = int(rng.choice([-1, 1]))
    for lane, (y, share, way) in enumerate(((15, 0.82, side), (38, 1.0, -side))):
        pace = way * rng.uniform(2.0, 4.0) * share
        start, count = rng.uniform(0, WIDE), int(rng.integers(3, 5))
        for i in range(count):
            kind = str(rng.choice(list(VEHICLES), p=[0.55, 0.2, 0.1, 0.15]))
            x = start + i * WIDE / count + rng.uniform(-4, 4) + pace * np.arange(frames)
            at = np.stack([LEFT + np.mod(x, WIDE), np.full(frames, top + y + lane)], -1)
            tints = any_tint(rng, 0.2, 0.85), tint(220, 0.05), tint(210, 0.25)
            size = share * LENGTH[kind] * rng.uniform(0.92, 1.08)
            out.append(laid(VEHICLES[kind], at, (way * size, size), tints, camera, k))
    return out


def crowd(rng: np.random.Generator, camera: Camera, k: float, light: float) -> list[Actor]:
    """People who walk by, to the left and to the right; the nearest first."""
    frames, count = len(camera.matrix), int(rng.integers(7, 11))
    walkers = []
    for ground in np.sort(rng.uniform(74, 117, count))[::-1]:
        who, colours, side = people.person(0, rng), people.colours(rng), int(rng.choice([-1, 1]))
        tall = 0.62 * ground * rng.uniform(0.95, 1.05)
        numbers = draw_gait("walking", who, rng)
        t = np.arange(frames)
        cycles = rng.uniform() + numbers["cadence"] / FPS * t
        ahead = numbers["speed"] / FPS * (t - frames / 2)
        pose = gait(numbers, cycles, side * ahead, np.full(frames, 0.0 if side > 0 else np.pi))
        lens = Lens(k * rng.uniform(0, 160), k * ground, k * tall * who.stature, camera)
        walkers.append(Actor(who, who.outfits[0], colours, pose, lens, light))
    return walkers[:1] + walkers[:0:-1]  # a shot paints its first actor last, the others in their order
