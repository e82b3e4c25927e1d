"""A hand before a face: it brings a cup, a cigarette, a sandwich or a spoon to the mouth, or comes empty.

Lengths are in head heights. A thing lies in its own plane: x away from the face, y down, and the point
that touches the lips at (0, 0).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from .draw import PARTS, PROP, Piece, limb
from .faces import Colour, Numbers, blend, fill, shade
from .portrait import Head, part_mask
from .stage import Prop

HOLDS = ("cup", "glass", "cigarette", "sandwich", "spoon", "nothing")


@dataclass
class Reach:
    """How a hand moves over T frames. near (T,): 0 where it rests, 1 at the mouth; tilt (T,) radians of the
    thing it holds; rest: where it rests, from the head's middle (x away from the face, y down); beside: how
    far from the lips it goes instead of to them, when it only underlines what is said."""

    near: np.ndarray
    tilt: np.ndarray
    rest: tuple[float, float]
    beside: tuple[float, float] = (0.0, 0.0)


@dataclass(eq=False)
class Part(Prop):
    """Polygons that know which part of the person they show, where they show one."""

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        return part_mask(self.pieces, t, shape)


@dataclass(eq=False)
class Haze(Prop):
    """Smoke: polygons that let the picture through. It hides nothing, so it has no mask."""

    def paint(self, frame: np.ndarray, t: int) -> None:
        veil = frame.copy()
        super().paint(veil, t)
        cv2.addWeighted(frame, 0.72, veil, 0.28, 0, dst=frame)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        return np.zeros(shape, np.uint8)


class Hand:
    """One hand and what it holds, ready as props. side: -1 left or 1 right of the picture."""

    def __init__(self, head: Head, holds: str, reach: Reach, side: int, colour: Colour) -> None:
        self.head, self.reach, self.side, self.colour = head, reach, side, colour
        self.part = PARTS.index("left_hand" if side > 0 else "right_hand")
        self.arm_part = PARTS.index("left_forearm" if side > 0 else "right_forearm")
        x, upper, lower = head.lips()
        lips = head.at(x[:, 6:7], 0.5 * (upper + lower)[:, 6:7])[:, 0]
        lips = head.unseen(lips)  # back into head heights, without the camera
        lips = lips + [side * reach.beside[0], reach.beside[1]]
        near = reach.near[:, None]
        rest = np.array([side * reach.rest[0], reach.rest[1]])
        bow = np.array([0.10 * side, 0.0]) * np.sin(np.pi * near)
        self.tip = rest + near * (lips - rest) + bow
        self.skin = head.who.skin
        self.thing: list[Piece] = []
        self.fingers: list[Piece] = []
        self.palm = (0.22, 0.18)
        getattr(self, f"_{holds}")()

    def at(self, x: Numbers, y: Numbers) -> np.ndarray:
        """Picture pixels (T, N, 2) of points in the thing's own plane, (N,)."""
        x, y = np.broadcast_arrays(np.atleast_1d(x).astype(float), np.atleast_1d(y).astype(float))
        cos, sin = np.cos(self.reach.tilt)[:, None], np.sin(self.reach.tilt)[:, None]
        turned = np.stack([self.side * (x * cos + y * sin), y * cos - x * sin], -1)
        return self.head.scene(self.tip[:, None] + turned)

    def _limb(self, a: tuple[float, float], b: tuple[float, float], ra: float, rb: float, colour: Colour,
              part: int = 0) -> Piece:  # fmt: skip
        p = self.at([a[0], b[0]], [a[1], b[1]])
        return fill(limb(p[:, 0], p[:, 1], ra * self.head.scale, rb * self.head.scale), colour, part)

    def _finger(self, *points: tuple[float, float], r: float = 0.030) -> None:
        """A finger through its joints: a dark rim, then the lit skin."""
        for a, b in zip(points, points[1:], strict=False):
            self.fingers.append(self._limb(a, b, r, 0.92 * r, shade(self.skin, 0.80), self.part))
        for a, b in zip(points, points[1:], strict=False):
            self.fingers.append(self._limb(a, b, 0.72 * r, 0.66 * r, shade(self.skin, 1.0)))

    def _quad(self, corners: list[tuple[float, float]], colour: Colour) -> None:
        xs, ys = (np.array(v) for v in zip(*corners, strict=True))
        self.thing.append(fill(self.at(xs, ys), colour, PROP))

    def _oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        around = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        self.thing.append(fill(self.at(x + rx * np.cos(around), y + ry * np.sin(around)), colour, PROP))

    def _cup(self) -> None:
        c = self.colour
        around = np.linspace(0.15 * np.pi, 1.85 * np.pi, 7)
        ring = [(0.29 - 0.06 * np.cos(a), 0.17 + 0.075 * np.sin(a)) for a in around]
        for a, b in zip(ring, ring[1:], strict=False):
            self.thing.append(self._limb(a, b, 0.017, 0.017, shade(c, 0.85), PROP))
        self._quad([(-0.03, 0.0), (0.25, 0.0), (0.23, 0.31), (-0.01, 0.31)], shade(c, 0.88))
        self._quad([(0.02, 0.0), (0.15, 0.0), (0.145, 0.31), (0.03, 0.31)], shade(c, 1.08))
        self._oval(0.11, 0.0, 0.14, 0.032, shade(c, 1.2))
        self._oval(0.11, 0.004, 0.115, 0.022, shade(c, 0.5))
        self._grip(0.34, (0.10, 0.16, 0.22, 0.28), 0.10)

    def _glass(self) -> None:
        c = self.colour
        self._quad([(-0.02, 0.0), (0.20, 0.0), (0.18, 0.34), (0.0, 0.34)], (206, 216, 220))
        self._quad([(-0.01, 0.11), (0.19, 0.11), (0.175, 0.325), (0.005, 0.325)], c)
        self._quad([(0.02, 0.0), (0.05, 0.0), (0.055, 0.34), (0.03, 0.34)], (240, 244, 246))
        self._oval(0.09, 0.0, 0.11, 0.024, (228, 234, 236))
        self._grip(0.28, (0.14, 0.195, 0.25, 0.30), 0.07)

    def _grip(self, wrist: float, rows: tuple[float, ...], tips: float) -> None:
        """Four fingers around the front of a vessel."""
        self.palm = (wrist - 0.05, float(np.mean(rows)) + 0.02)
        for i, y in enumerate(rows):
            self._finger((wrist - 0.07, y + 0.012), (wrist - 0.16, y), (tips + 0.015 * (i == 3), y + 0.01))

    def _cigarette(self) -> None:
        self.thing.append(self._limb((0.0, 0.0), (0.25, 0.075), 0.017, 0.017, (246, 244, 240), PROP))
        self.thing.append(self._limb((0.0, 0.0), (0.07, 0.021), 0.018, 0.018, (214, 150, 84), PROP))
        self.thing.append(self._limb((0.243, 0.073), (0.258, 0.077), 0.017, 0.016, (228, 84, 40), PROP))
        self.palm = (0.25, 0.33)
        self._finger((0.30, 0.27), (0.26, 0.16), (0.145, 0.012))
        self._finger((0.24, 0.26), (0.19, 0.17), (0.085, 0.045))
        self._finger((0.22, 0.30), (0.15, 0.26), (0.19, 0.22))
        self._finger((0.22, 0.36), (0.16, 0.34), (0.20, 0.31))

    def _sandwich(self) -> None:
        crust, crumb = (178, 122, 66), (232, 200, 148)
        for y0, y1, colour in ((-0.10, -0.03, crust), (-0.085, -0.035, crumb), (0.025, 0.10, crust),
                               (0.035, 0.085, crumb)):  # fmt: skip
            self._quad([(0.0, y0), (0.30, y0), (0.32, y1), (0.0, y1)], colour)
        self._quad([(-0.005, -0.035), (0.325, -0.035), (0.33, 0.0), (-0.005, 0.0)], (112, 160, 66))
        self._quad([(0.0, -0.005), (0.32, -0.005), (0.32, 0.035), (0.0, 0.035)], self.colour)
        self.palm = (0.33, 0.17)
        for i in range(4):
            self._finger((0.35 - 0.02 * i, 0.18), (0.30 - 0.055 * i, 0.14), (0.285 - 0.06 * i, 0.05))
        self._finger((0.38, 0.12), (0.36, -0.02), (0.24, -0.075))

    def _spoon(self) -> None:
        steel = (196, 200, 206)
        self.thing.append(self._limb((0.06, 0.01), (0.46, 0.10), 0.014, 0.020, steel, PROP))
        self._oval(0.02, 0.0, 0.075, 0.036, shade(steel, 0.85))
        self._oval(0.02, -0.014, 0.062, 0.026, self.colour)
        self.palm = (0.40, 0.19)
        for i in range(3):
            self._finger(
                (0.38 + 0.04 * i, 0.20),
                (0.32 + 0.04 * i, 0.14 + 0.02 * i),
                (0.35 + 0.05 * i, 0.08 + 0.012 * i),
            )
        self._finger((0.40, 0.15), (0.34, 0.09), (0.27, 0.055))

    def _nothing(self) -> None:
        self.palm = (0.17, 0.26)
        for i in range(4):
            x = 0.04 + 0.062 * i
            self._finger((0.09 + 0.05 * i, 0.20), (x + 0.01, 0.10), (x - 0.01, 0.02 - 0.02 * (i in (1, 2))))
        self._finger((0.09, 0.30), (0.0, 0.22), (-0.03, 0.13))

    def _arm(self) -> list[Piece]:
        """Forearm in its sleeve, and the palm."""
        head, (px, py) = self.head, self.palm
        palm = self.at(px, py)[:, 0]
        wrist = self.at(px + 0.07, py + 0.10)[:, 0]
        away = 0.25 * (self.tip - [self.side * 0.5, 0.9])
        elbow = head.scene(np.array([self.side * 0.82, 1.55]) + away)
        cuff = wrist + 0.18 * (elbow - wrist)
        s, shirt = head.scale, head.who.shirt
        out = [fill(limb(wrist, elbow, 0.075 * s, 0.12 * s), shade(self.skin, 0.84), self.arm_part)]
        out.append(fill(limb(cuff, elbow, 0.105 * s, 0.16 * s), shade(shirt, 0.80), self.arm_part))
        lit = np.stack([0.02 * head.light * s, 0 * s], -1)
        out.append(fill(limb(cuff + lit, elbow + lit, 0.07 * s, 0.11 * s), shade(shirt, 0.97)))
        out.append(fill(limb(palm, wrist, 0.105 * s, 0.075 * s), shade(self.skin, 0.84), self.part))
        out.append(fill(limb(palm + lit, wrist, 0.075 * s, 0.05 * s), shade(self.skin, 0.96)))
        return out

    def props(self) -> list[Prop]:
        """Arm, thing and fingers, from back to front; each moves with the thing's plane."""
        px, py = self.palm
        grip = self.at([px, px + 0.07], [py, py + 0.10])
        lips = self.at([0.0, 0.25], [0.0, 0.1])
        layers: list[Prop] = [Part(self._arm(), grip)]
        if self.thing:
            layers.append(Part(self.thing, lips))
        return [*layers, Part(self.fingers, grip)]

    def ember(self) -> np.ndarray:
        """The burning end of a cigarette (T, 2), in head heights from the head's middle at rest."""
        return self.head.unseen(self.at(0.26, 0.078)[:, 0])


def smoke(rng: np.random.Generator, head: Head, source: np.ndarray, born: np.ndarray,
          speed: tuple[float, float], size: tuple[float, float], life: int) -> list[Prop]:  # fmt: skip
    """Puffs that leave `source` (T, 2) in the frames `born`, drift and grow, in one thin veil for each third.

    speed: right and down, head heights a frame. size: radius at first and at the end of `life` frames.
    """
    t = np.arange(head.frames)
    veils: list[list[Piece]] = [[], [], []]
    around = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    for n, start in enumerate(born):
        age = t - start
        part = np.clip(age / life, 0, 1)
        drift = np.array(speed) * rng.uniform(0.7, 1.3) + rng.normal(0, 0.0025, 2)
        sway = 0.03 * part * np.sin(0.25 * age + rng.uniform(0, 6.3))
        slow = age / (1 + 0.6 * part)
        at = source[start] + slow[:, None] * drift + np.stack([sway, -0.10 * part**2], -1)
        r = (size[0] + (size[1] - size[0]) * part**0.7) * rng.uniform(0.7, 1.2)
        r = np.where((age < 0) | (age >= life), 0, r * np.clip(3.2 * (1 - part), 0, 1))
        at = np.where((r > 0)[:, None], at, -9.0)  # not there: outside the picture
        bumps = 1 + 0.25 * rng.uniform(-1, 1, 10)
        rim = r[:, None, None] * np.stack([np.cos(around) * bumps, np.sin(around) * bumps], -1)
        veils[n % 3].append(
            fill(head.scene(at[:, None] + rim), blend((206, 206, 210), (236, 236, 238), part.mean()))
        )
    still = head.body(np.array([0.0, 0.0]), np.array([0.0, 0.5]))
    return [Haze(veil, still) for veil in veils if veil]
