"""Hands that hold a thing up before the eyes of who holds it: they come from below, and so does the thing.

Lengths are in units, the pixels of a 160x120 picture, `k` is how many pixels of the drawn one make a unit.
"""

from dataclasses import dataclass

import numpy as np

from . import people
from .camera import Camera
from .draw import PARTS, PROP, Piece, limb
from .hands import Part
from .people import Tint
from .props import Tints
from .shapes import Polygon
from .stage import Prop

LIFT = 6  # frames in which a thing comes up, or goes down
SLIM = 0.4  # a thing less than twice as broad or as tall as this, in sizes, is held with one hand


Paint = tuple[float, Tint]  # a grey and its tint


@dataclass(frozen=True)
class Wearer:
    """Whose hands they are: greys and tints of skin and sleeve, the hand's size (units), the side of the hand
    that holds on alone (-1 left, 1 right), and how bare the forearm is (0 … 1)."""

    skin: Paint
    sleeve: Paint
    size: float
    side: int
    bare: float


def wearer(rng: np.random.Generator) -> Wearer:
    """Draw somebody."""
    who, colours = people.person(0, rng), people.colours(rng)
    side = -1 if rng.random() < 0.4 else 1
    return Wearer((who.skin, colours.skin), (max(who.outfits[0].shirt, 45), colours.shirt),
                  float(rng.uniform(9.5, 11.5)), side, float(rng.choice([0.15, 0.6])))  # fmt: skip


@dataclass(frozen=True)
class Hold:
    """How a thing is held over T frames.

    at: where its middle is (T, 2), units; tilt (T,), radians; size (T,), units; broad (T,): how broad it is
    seen, 1 or less when it is turned away; up (T,): whether it is held up; both: with both hands; mirror: -1
    for its other side.
    """

    at: np.ndarray
    tilt: np.ndarray
    size: np.ndarray
    broad: np.ndarray
    up: np.ndarray
    both: bool
    mirror: int

    def see(self, points: np.ndarray) -> np.ndarray:
        """Points (N, 2) of the thing, in sizes, x to its right and y up -> places (T, N, 2) in the scene."""
        x, y = self.mirror * self.broad[:, None] * points[:, 0], points[:, 1]
        cos, sin = np.cos(self.tilt)[:, None], np.sin(self.tilt)[:, None]
        turned = np.stack([x * cos + y * sin, x * sin - y * cos], -1)
        return self.at[:, None] + self.size[:, None, None] * turned


def hold(rng: np.random.Generator, who: Wearer, start: int, stop: int, frames: int) -> Hold:
    """A thing that comes up at frame `start`, is turned and moved a little, and is gone at `stop`."""
    t = np.arange(frames)

    def slow(reach: float) -> np.ndarray:
        return reach * np.sin(2 * np.pi * (t / rng.uniform(30, 70) + rng.uniform()))

    def shake(reach: float) -> np.ndarray:
        return np.convolve(rng.normal(0, reach, frames + 4), (0.2, 0.5, 0.7, 0.5, 0.2), "valid")

    size = 120 * rng.uniform(0.40, 0.58) * np.exp(slow(0.04))
    part = np.clip(np.minimum(t - start, stop - 1 - t) / LIFT, 0, 1)
    part = part * part * (3 - 2 * part)
    both = rng.random() < 0.35
    aside = 0.0 if both else 14.0 * who.side
    middle = 80 + rng.normal(0, 9) + aside * rng.uniform(0, 1.5) + slow(5) + shake(0.5)
    height = 54 + rng.normal(0, 5) + slow(4) + shake(0.5)
    low = 150 + 0.5 * size
    at = np.stack([middle + (1 - part) * 1.2 * aside, low + (height - low) * part], -1)
    tilt = rng.uniform(-0.3, 0.3) + slow(0.16) + 0.5 * (1 - part) * who.side
    broad = np.cos(slow(0.6) + rng.uniform(-0.25, 0.25))
    up = (t >= start) & (t < stop)
    return Hold(at, tilt, size, broad, up, both, int(rng.choice([-1, 1])))


def centred(shape: list[Polygon]) -> list[Polygon]:
    """A shape about its middle, one unit tall, or 1.25 wide where that is more."""
    corners = np.concatenate([c for c, _, _ in shape])
    low, high = corners.min(0), corners.max(0)
    share = 1 / max(high[1] - low[1], (high[0] - low[0]) / 1.25)
    return [((c - (low + high) / 2) * share, grey, slot) for c, grey, slot in shape]


def shown(shape: list[Polygon], how: Hold, tints: Tints, who: Wearer, camera: Camera, k: float
          ) -> tuple[Prop, list[Prop]]:  # fmt: skip
    """The thing; and all there is to paint from back to front: arms, thing, fingers."""
    shape = centred(shape)
    pieces = [Piece(camera.see(k * how.see(corners)), np.full(len(how.at), grey), PROP, tints[slot])
              for corners, grey, slot in shape]  # fmt: skip
    half, low = np.abs(np.concatenate([c for c, _, _ in shape])).max(0) * [1, -1]
    both = how.both and min(half, -low) > SLIM
    sides = (-1, 1) if both else (who.side,)
    grips = [((side * 0.9 * half, 0.45 * low) if both else (0.0, 0.92 * low)) for side in sides]
    arms: list[Prop] = []
    fingers: list[Prop] = []
    for side, grip in zip(sides, grips, strict=True):
        points = np.array([grip]) * [how.mirror, 1]
        hand = Hand(who, how.see(points)[:, 0], side, camera, k)
        arms.append(Part(hand.arm(), hand.anchors, visible=how.up))
        fingers.append(Part(hand.fingers(), hand.anchors, visible=how.up))
    ends = camera.see(k * how.see(np.array([(0.0, 0.0), (0.0, 0.4)])))
    thing = Prop(pieces, ends, visible=how.up)
    return thing, [*arms, thing, *fingers]


class Hand:
    """One hand at `grip` (T, 2), with its forearm: it points from an elbow below the picture to the thing."""

    def __init__(self, who: Wearer, grip: np.ndarray, side: int, camera: Camera, k: float) -> None:
        self.who, self.grip, self.side, self.camera, self.k = who, grip, side, camera, k
        self.elbow = np.stack([80 + 0.35 * (grip[:, 0] - 80) + 42 * side, grip[:, 1] + 105], -1)
        along = grip - self.elbow
        self.up = along / np.linalg.norm(along, axis=1, keepdims=True)
        self.right = np.stack([-self.up[:, 1], self.up[:, 0]], -1)
        self.anchors = camera.see(k * self.at([(0.0, -2.0), (0.0, 0.0)]))

    def at(self, points: list[tuple[float, float]]) -> np.ndarray:
        """Points of the hand, in its sizes, x away from the thumb and y along the fingers -> (T, N, 2)."""
        x, y = self.who.size * np.array(points).T[..., None]
        return self.grip[:, None] + self.side * x * self.right[:, None] + y * self.up[:, None]

    def _limbs(self, joints: np.ndarray, radii: tuple[float, ...], colour: Paint, part: str) -> list[Piece]:
        """Limbs through `joints` (T, J, 2) with a radius (hand sizes) at each, and their lit cores."""
        joints = self.camera.see(self.k * joints)
        wide = self.k * self.who.size * self.camera.zoom[:, None] * radii
        number = PARTS.index(f"{'left' if self.side < 0 else 'right'}_{part}")
        grey, tint = colour
        return [
            Piece(limb(joints[:, i], joints[:, i + 1], share * wide[:, i], share * wide[:, i + 1]),
                  np.full(len(joints), light * grey), number, tint)
            for share, light in ((1.0, 0.80), (0.70, 1.0)) for i in range(len(radii) - 1)
        ]  # fmt: skip

    def arm(self) -> list[Piece]:
        """Forearm, sleeve and palm."""
        wrist, elbow = self.at([(0.0, -1.9)]), self.elbow[:, None]
        cuff = wrist + (0.05 + 0.5 * self.who.bare) * (elbow - wrist)
        return [
            *self._limbs(np.concatenate([wrist, elbow], 1), (0.70, 1.3), self.who.skin, "forearm"),
            *self._limbs(np.concatenate([cuff, elbow], 1), (1.0, 1.6), self.who.sleeve, "forearm"),
            *self._limbs(self.at([(0.0, -0.75), (0.0, -1.7)]), (0.95, 0.80), self.who.skin, "hand"),
        ]

    def fingers(self) -> list[Piece]:
        """Four fingers and a thumb that close over the thing's rim."""
        rows = ((0.72, 0.42), (0.28, 0.62), (-0.17, 0.66), (-0.60, 0.52))
        chains = [[(x, -0.55), (1.08 * x, 0.15), (0.80 * x, tip)] for x, tip in rows]
        chains.append([(-0.75, -1.1), (-1.12, -0.45), (-0.95, 0.10)])
        radii = (0.24, 0.225, 0.21)
        return [p for chain in chains for p in self._limbs(self.at(chain), radii, self.who.skin, "hand")]
