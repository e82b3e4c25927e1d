"""Coloured places behind the actors. They differ by colour and not by brightness or texture: flow reads
brightness, and would otherwise tell the place from the camera's motion over it (the cards say more)."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from . import scenery, scenery_stills
from .sketch import Sketch

MARGIN = 40  # pixels beyond each side of a 160x120 picture, for the camera to look at
CONTRAST = 0.06  # what is left of a place's own brightness contrast
BETWEEN = 0.35  # and of the contrast between the brightness of places
TEXTURE = 8.0  # grey levels of fine texture, the same everywhere
LUMA = np.array([0.299, 0.587, 0.114], np.float32)

KINDS_VIDEO = tuple(draw.__name__ for draw in scenery.PLACES)
KINDS_STILLS = tuple(draw.__name__ for draw in scenery_stills.PLACES)
DRAW = {draw.__name__: draw for draw in (*scenery.PLACES, *scenery_stills.PLACES)}


@dataclass(frozen=True)
class Place:
    """A background: canvas uint8 (H + 2 margin, W + 2 margin, 3); the light's side (-1 left, 1 right), the
    shadow's strength in grey levels and its slant; margin in pixels."""

    kind: str
    canvas: np.ndarray
    margin: int
    light: float
    shadow: float
    slant: float

    def view(self, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """The picture (height, width, 3) that a camera `matrix` (2, 3) sees; size: width, height."""
        matrix = matrix.copy()
        matrix[:, 2] -= matrix[:, :2] @ np.full(2, self.margin)
        seen = cv2.warpAffine(self._four, matrix, size, flags=cv2.INTER_LINEAR,
                              borderMode=cv2.BORDER_REFLECT)  # fmt: skip
        return cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB)

    @cached_property
    def _four(self) -> np.ndarray:
        """The canvas with an idle fourth channel: OpenCV warps four in a third of its time for three."""
        return cv2.cvtColor(self.canvas, cv2.COLOR_RGB2RGBA)


def place(kind: str, rng: np.random.Generator, size: tuple[int, int] = (160, 120)) -> Place:
    """Draw one place of a kind, for pictures of `size` (width, height). No two draws are alike."""
    k = size[1] / 120
    margin = round(MARGIN * k)
    canvas = size[0] + 2 * margin, size[1] + 2 * margin
    horizon = MARGIN + 120 * rng.uniform(0.50, 0.68)
    sketch = Sketch(rng, canvas, horizon, k)
    DRAW[kind](sketch)
    image = cv2.GaussianBlur(sketch.image, (0, 0), 0.6 * k).astype(np.float32) + rng.normal(0, 6, 3)
    light = float(rng.choice([-1.0, 1.0]))
    return Place(kind, _flattened(image.astype(np.float32), rng, k), margin, light,
                 float(rng.uniform(8, 26)), float(rng.uniform(0.12, 0.7)))  # fmt: skip


def _flattened(image: np.ndarray, rng: np.random.Generator, k: float) -> np.ndarray:
    """Keep the colours, compress the brightness, and give every place the same kind of texture."""
    luma = image @ LUMA
    level = 128 + BETWEEN * (luma.mean() - 128) + rng.uniform(-14, 14)
    wanted = level + CONTRAST * (luma - luma.mean())
    wanted += TEXTURE * (0.4 * _clouds(rng, luma.shape, 9 * k) + _clouds(rng, luma.shape, 1.1 * k))
    return np.clip(image + (wanted - luma)[..., None], 8, 247).astype(np.uint8)


def _clouds(rng: np.random.Generator, shape: tuple[int, ...], pixels: float) -> np.ndarray:
    """Smooth noise of unit spread with blobs of about `pixels`."""
    small = rng.standard_normal((round(shape[0] / pixels) + 2, round(shape[1] / pixels) + 2))
    field = cv2.resize(small.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return field / field.std()
