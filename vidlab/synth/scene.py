"""Procedural places, the camera that looks at them, and its noise. Pictures are grey, 160x120."""

from dataclasses import dataclass

import cv2
import numpy as np

WIDTH, HEIGHT = 160, 120
CANVAS = (330, 250)  # width, height: wide enough for a camera that zooms out to one half


@dataclass(frozen=True)
class Camera:
    """Weak perspective over time: `scale` (T,) pixels a body height, `zoom` (T,) relative to the place."""

    scale: np.ndarray
    zoom: np.ndarray
    ground: float  # row of the ground line at zoom 1
    pitch: float = 0.10

    def project(self, points: np.ndarray) -> np.ndarray:
        """World points (T, J, 3) in heights to pixels (T, J, 2), x then y."""
        up = np.cos(self.pitch) * points[..., 2] + np.sin(self.pitch) * points[..., 1]
        return np.stack([
            WIDTH / 2 + self.scale[:, None] * points[..., 0],
            HEIGHT / 2 + (self.zoom * (self.ground - HEIGHT / 2))[:, None] - self.scale[:, None] * up,
        ], -1)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A background `canvas` (uint8, CANVAS) and the light: side (-1 left, 1 right), shadow strength."""

    canvas: np.ndarray
    light: float
    shadow: float
    slant: float

    def view(self, zoom: float) -> np.ndarray:
        """The picture (HEIGHT, WIDTH) without people at `zoom` (1: one canvas pixel a picture pixel)."""
        matrix = np.array([[zoom, 0, WIDTH / 2 - zoom * CANVAS[0] / 2],
                           [0, zoom, HEIGHT / 2 - zoom * CANVAS[1] / 2]])  # fmt: skip
        return cv2.warpAffine(self.canvas, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR,
                              borderMode=cv2.BORDER_REFLECT)  # fmt: skip


def clouds(rng: np.random.Generator, cells: tuple[int, int]) -> np.ndarray:
    """Smooth noise of unit spread over the canvas, with about `cells` (x, y) blobs."""
    small = rng.standard_normal((max(cells[1], 2), max(cells[0], 2))).astype(np.float32)
    field = cv2.resize(small, CANVAS, interpolation=cv2.INTER_CUBIC)
    return field / max(float(field.std()), 1e-6)


def grain(rng: np.random.Generator, stretch: float) -> np.ndarray:
    """Fine noise of unit spread, `stretch` pixels long along the rows (grass blades, gravel)."""
    white = rng.standard_normal(CANVAS[::-1]).astype(np.float32)
    field = cv2.GaussianBlur(white, (0, 0), sigmaX=max(0.3, stretch), sigmaY=0.35)
    return field / float(field.std())


def outdoors(rng: np.random.Generator) -> Place:
    """Grass, sand or tarmac: bands, patches and grain, brighter or darker with distance."""
    width, height = CANVAS
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    level = rng.uniform(100, 168)
    rough = rng.uniform(5.5, 9.5)
    image = level + rng.uniform(-14, 8) * rows + rng.uniform(2, 6) * clouds(rng, (5, 9))
    image = image + rng.uniform(2.5, 5) * clouds(rng, (22, 50)) + rng.uniform(1.5, 4) * clouds(rng, (60, 125))
    band = np.exp(-(((rows - rng.uniform(-0.4, 0.5)) / rng.uniform(0.06, 0.2)) ** 2))
    image = image + band * (rng.uniform(-14, 14) + rng.uniform(2, 5) * clouds(rng, (30, 80)))
    image = image + rough * grain(rng, rng.uniform(0.45, 0.9)) * (1 + 0.25 * clouds(rng, (12, 24)))
    if rng.random() < 0.3:  # something far away: a hedge, a kerb, the edge of a road
        edge = height / 2 - rng.uniform(34, 54)
        top = np.clip((edge - np.arange(height, dtype=np.float32)[:, None]) / 2 + 0.5, 0, 1)
        image = image + top * (rng.uniform(-38, 30) + 4 * clouds(rng, (40, 30)))
    sunny = rng.random() < 0.4
    return Place(
        np.clip(image, 25, 235).astype(np.uint8),
        light=float(rng.choice([-1.0, 1.0])),
        shadow=float(rng.uniform(24, 45) if sunny else rng.uniform(7, 16)),
        slant=float(rng.uniform(0.5, 1.2) if sunny else 0.12),
    )


def indoors(rng: np.random.Generator) -> Place:
    """A plain wall with a skirting board, a pillar or a door frame, and a floor of another brightness."""
    width, height = CANVAS
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    wall = rng.uniform(125, 190)
    image = wall + rng.uniform(-16, 16) * (x / width - 0.5) + rng.uniform(1.5, 4) * clouds(rng, (5, 4))
    for _ in range(int(rng.integers(1, 4))):
        left = rng.uniform(60, 270)
        inside = (x > left) & (x < left + rng.uniform(4, 30))
        image = image + inside * rng.uniform(6, 24) * rng.choice([-1, 1])
    line = height / 2 + rng.uniform(26, 38)
    floor = y > line
    tone = rng.uniform(-45, 20)
    ground = wall + tone + rng.uniform(-12, 12) * (y - line) / 60 + 2 * clouds(rng, (12, 30))
    image = np.where(floor, ground, image)
    image = image - rng.uniform(10, 35) * (np.abs(y - line) < rng.uniform(0.8, 2.5))
    image = image + rng.uniform(1.5, 3.5) * grain(rng, 0.4)
    return Place(
        cv2.GaussianBlur(np.clip(image, 25, 235), (0, 0), 0.45).astype(np.uint8),
        light=float(rng.choice([-1.0, 1.0])),
        shadow=float(rng.uniform(10, 26)),
        slant=float(rng.uniform(0.15, 0.5)),
    )


class Noise:
    """Sensor noise: windows cut at random from one long row of Gaussian noise, as amounts up and down."""

    def __init__(self, rng: np.random.Generator, spread: float) -> None:
        pool = rng.normal(0, spread, 24 * WIDTH * HEIGHT).astype(np.float32)
        self.up = np.clip(np.rint(pool), 0, 255).astype(np.uint8)
        self.down = np.clip(np.rint(-pool), 0, 255).astype(np.uint8)
        self.starts = rng.integers(0, 23 * WIDTH * HEIGHT, 4096)

    def add(self, frame: np.ndarray, index: int) -> np.ndarray:
        """`frame` (uint8) with the noise of frame number `index`; clips at black and white."""
        start = int(self.starts[index % len(self.starts)])
        cut = slice(start, start + frame.size)
        frame = cv2.add(frame, self.up[cut].reshape(frame.shape))
        return cv2.subtract(frame, self.down[cut].reshape(frame.shape))
