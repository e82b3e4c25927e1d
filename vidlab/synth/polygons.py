"""Polygons over time: the pieces that everything is drawn of, and what part of a person each shows.

Everything that can be is computed for all frames at once; the loop over frames only fills polygons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from .people import SIDES, WHITE, Tint

PARTS = (
    "background", "torso", "head",
    *(f"{side}_{part}" for side in SIDES
      for part in ("upper_arm", "forearm", "hand", "thigh", "shank", "foot")),
)  # fmt: skip
HEAD = PARTS.index("head")
PROP = len(PARTS)  # the part of a thing that is no person
SHIFT = 4  # polygon corners are given in 1/16 pixel


@dataclass
class Piece:
    """One polygon over time: corners (T, N, 2) in pixels, grey (T,), the part it shows (0: paint only).

    tint: red, green and blue at grey 1, so that the same shading serves grey and coloured pictures.
    """

    corners: np.ndarray
    grey: np.ndarray
    part: int = 0
    tint: Tint = WHITE

    def __post_init__(self) -> None:
        self.corners = np.rint(self.corners * (1 << SHIFT)).astype(np.int32)
        self.greys = np.clip(self.grey, 3, 252).tolist()

    @cached_property
    def colours(self) -> list[list[float]]:
        """Red, green, blue of each frame."""
        return np.clip(np.asarray(self.grey)[:, None] * np.array(self.tint), 3, 252).tolist()

    def paint(self, frame: np.ndarray, t: int) -> None:
        """Fill the polygon of frame `t` into a grey (H, W) or a coloured (H, W, 3) picture, in place."""
        colour = self.greys[t] if frame.ndim == 2 else self.colours[t]
        cv2.fillConvexPoly(frame, self.corners[t], colour, cv2.LINE_AA, SHIFT)

    def tucked(self, when: np.ndarray, at: np.ndarray) -> "Piece":
        """Itself, in the frames `when` (T,) shrunk to a point `at` (T, 2) that something covers."""
        spot = np.rint(at * (1 << SHIFT)).astype(np.int32)[:, None]
        self.corners = np.where(when[:, None, None], spot, self.corners)
        return self


def masked(pieces: Iterable[Piece], t: int, shape: tuple[int, int], part: int = 0) -> np.ndarray:
    """Which part each pixel of frame `t` shows: uint8 of `shape`; `part`: show all pieces as this one."""
    out = np.zeros(shape, np.uint8)
    for piece in pieces:
        if part or piece.part:
            cv2.fillConvexPoly(out, piece.corners[t], part or piece.part, cv2.LINE_8, SHIFT)
    return out


def limb(a: np.ndarray, b: np.ndarray, ra: np.ndarray, rb: np.ndarray) -> np.ndarray:
    """Corners (T, 12, 2) of a tapered limb with round ends from `a` to `b` (T, 2), radii (T,) in pixels."""
    along = np.arctan2(b[:, 1] - a[:, 1], b[:, 0] - a[:, 0])[:, None]
    cap = np.linspace(-np.pi / 2, np.pi / 2, 6)[None, :]
    far = b[:, None] + rb[:, None, None] * np.stack([np.cos(along + cap), np.sin(along + cap)], -1)
    near = a[:, None] - ra[:, None, None] * np.stack([np.cos(along + cap), np.sin(along + cap)], -1)
    return np.concatenate([far, near], 1)


def stroke(a: np.ndarray, b: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Corners (T, 4, 2) of a straight line from `a` to `b` (T, 2), half its width (T,) in pixels."""
    along = b - a
    across = np.stack([-along[:, 1], along[:, 0]], -1)
    across *= (half / np.maximum(np.hypot(*across.T), 1e-6))[:, None]
    return np.stack([a + across, b + across, b - across, a - across], 1)


def ellipse(centre: np.ndarray, rx: np.ndarray, ry: np.ndarray, tilt: np.ndarray) -> np.ndarray:
    """Corners (T, 16, 2) of an ellipse, radii (T,) in pixels, `tilt` (T,) radians."""
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)[None, :]
    x, y = rx[:, None] * np.cos(angle), ry[:, None] * np.sin(angle)
    cos, sin = np.cos(tilt)[:, None], np.sin(tilt)[:, None]
    return centre[:, None] + np.stack([cos * x - sin * y, sin * x + cos * y], -1)
