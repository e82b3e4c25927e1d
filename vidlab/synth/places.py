"""Coloured places behind the actors. They differ by colour and not by brightness or texture: flow reads
brightness, and would otherwise tell the place from the camera's motion over it (the card says more)."""

from dataclasses import dataclass

import cv2
import numpy as np

MARGIN = 40  # pixels beyond each side of a 160x120 picture, for the camera to look at
CONTRAST = 0.30  # what is left of a place's own brightness contrast
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Look:
    """Colours (red, green, blue) of a kind of place above and below the horizon, and of the things in it."""

    upper: tuple[int, int, int]
    lower: tuple[int, int, int]
    things: tuple[int, int, int]
    shape: str  # what stands there: trees, boards, windows, hills, lines, shelves, posts, waves


LOOKS = {
    # places of the video worlds
    "court": Look((120, 140, 190), (196, 92, 52), (240, 240, 235), "lines"),
    "snow": Look((150, 180, 220), (215, 228, 250), (90, 120, 150), "hills"),
    "beach": Look((95, 175, 215), (228, 200, 130), (40, 120, 190), "waves"),
    "gym": Look((200, 190, 120), (170, 120, 70), (60, 90, 160), "boards"),
    "street": Look((150, 150, 165), (110, 110, 118), (190, 70, 60), "windows"),
    "park": Look((130, 190, 230), (90, 160, 70), (40, 110, 50), "trees"),
    "hall": Look((170, 130, 150), (120, 80, 100), (220, 190, 210), "posts"),
    "kitchen": Look((225, 215, 170), (150, 175, 185), (90, 150, 150), "shelves"),
    "workshop": Look((140, 115, 90), (105, 95, 90), (200, 150, 40), "shelves"),
    "garden": Look((180, 215, 190), (120, 150, 60), (200, 80, 120), "trees"),
    # places of the still images
    "desert": Look((230, 190, 140), (215, 160, 90), (160, 100, 60), "hills"),
    "harbour": Look((120, 150, 170), (60, 100, 130), (200, 60, 50), "posts"),
    "library": Look((120, 70, 45), (90, 60, 50), (180, 140, 60), "shelves"),
    "vineyard": Look((190, 200, 235), (130, 120, 50), (100, 60, 110), "lines"),
    "quarry": Look((190, 195, 200), (165, 150, 140), (120, 115, 110), "hills"),
    "platform": Look((90, 105, 120), (140, 135, 125), (235, 200, 40), "boards"),
    "meadow": Look((110, 160, 235), (150, 200, 80), (240, 220, 90), "hills"),
    "aquarium": Look((20, 80, 140), (30, 60, 110), (80, 200, 210), "windows"),
    "stage": Look((70, 30, 80), (120, 40, 60), (230, 60, 120), "posts"),
    "orchard": Look((200, 225, 235), (140, 170, 90), (210, 70, 50), "trees"),
    "ferry": Look((170, 205, 215), (225, 225, 225), (30, 60, 120), "waves"),
}
KINDS_STILLS = ("desert", "harbour", "library", "vineyard", "quarry", "platform", "meadow", "aquarium",
                "stage", "orchard", "ferry")  # fmt: skip
KINDS_VIDEO = tuple(kind for kind in LOOKS if kind not in KINDS_STILLS)


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
        return cv2.warpAffine(self.canvas, matrix, size, flags=cv2.INTER_LINEAR,
                              borderMode=cv2.BORDER_REFLECT)  # fmt: skip


def place(kind: str, rng: np.random.Generator, size: tuple[int, int] = (160, 120)) -> Place:
    """Draw one place of a kind, for pictures of `size` (width, height). No two draws are alike."""
    look, k = LOOKS[kind], size[1] / 120
    margin = round(MARGIN * k)
    width, height = size[0] + 2 * margin, size[1] + 2 * margin
    jitter = rng.normal(0, 15, 3)
    horizon = margin + size[1] * rng.uniform(0.45, 0.68)
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = np.clip((rows - horizon) / k + 0.5, 0, 1)[..., None]
    image = np.array(look.upper) * (1 - below) + np.array(look.lower) * below + jitter
    image = np.broadcast_to(image, (height, width, 3)).astype(np.float32)
    mask = _things(look.shape, rng, (width, height), horizon, k)[..., None]
    colour = np.array(look.things) + 0.5 * jitter + rng.normal(0, 12, 3)
    image = image * (1 - mask) + colour.astype(np.float32) * mask
    light = float(rng.choice([-1.0, 1.0]))
    return Place(kind, _flattened(image, rng, k), margin, light, float(rng.uniform(8, 26)),
                 float(rng.uniform(0.12, 0.7)))  # fmt: skip


def _flattened(image: np.ndarray, rng: np.random.Generator, k: float) -> np.ndarray:
    """Keep the colours, compress the brightness, and give every place the same kind of texture."""
    luma = image @ LUMA
    level = rng.uniform(105, 150)
    wanted = level + CONTRAST * (luma - luma.mean()) + 5 * _clouds(rng, luma.shape, 9 * k)
    wanted = wanted + 5 * _clouds(rng, luma.shape, 1.1 * k)
    return np.clip(image + (wanted - luma)[..., None], 12, 243).astype(np.uint8)


def _clouds(rng: np.random.Generator, shape: tuple[int, ...], pixels: float) -> np.ndarray:
    """Smooth noise of unit spread with blobs of about `pixels`."""
    small = rng.standard_normal((round(shape[0] / pixels) + 2, round(shape[1] / pixels) + 2))
    field = cv2.resize(small.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return field / field.std()


def _things(shape: str, rng: np.random.Generator, size: tuple[int, int], horizon: float, k: float
            ) -> np.ndarray:  # fmt: skip
    """Where the things of a place stand: float32 (height, width) in 0 … 1."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    line = round(horizon)

    def box(x0: float, y0: float, x1: float, y1: float) -> None:
        cv2.rectangle(mask, (round(x0), round(y0)), (round(x1), round(y1)), 255, -1)

    if shape == "trees":
        for x in rng.uniform(0, width, 7):
            top, radius = line - k * rng.uniform(18, 42), k * rng.uniform(9, 20)
            box(x - 1.5 * k, top, x + 1.5 * k, line)
            cv2.circle(mask, (round(x), round(top)), round(radius), 255, -1, cv2.LINE_AA)
    elif shape == "hills":
        for x in rng.uniform(0, width, 4):
            axes = (round(k * rng.uniform(30, 70)), round(k * rng.uniform(8, 28)))
            cv2.ellipse(mask, (round(x), line), axes, 0, 180, 360, 255, -1, cv2.LINE_AA)
    elif shape == "waves":
        for y in line - k * np.cumsum(rng.uniform(5, 10, 4)):
            box(0, y, width, y + k * rng.uniform(2, 4))
        box(0, line - 9 * k, width, line)
    elif shape == "lines":
        for y in line + k * np.cumsum(rng.uniform(8, 16, 4)):
            box(0, y, width, y + 1.5 * k)
        for x in rng.uniform(0, width, 3):
            cv2.line(mask, (round(x), line), (round(x + k * rng.uniform(-40, 40)), height), 255, round(2 * k))
    elif shape == "windows":
        for x in np.arange(rng.uniform(0, 20 * k), width, k * rng.uniform(24, 34)):
            for y in np.arange(line - 20 * k, 0, -24 * k):
                box(x, y - 12 * k, x + 12 * k, y)
    elif shape == "boards":
        for x in np.arange(rng.uniform(0, 30 * k), width, k * rng.uniform(40, 60)):
            box(x, line - k * rng.uniform(30, 60), x + k * rng.uniform(14, 30), line - 8 * k)
    elif shape == "shelves":
        for y in line - k * np.array([12, 32, 52, 72]):
            box(0, y, width, y + 2 * k)
            for x in rng.uniform(0, width, 12):
                box(x, y - k * rng.uniform(4, 13), x + k * rng.uniform(4, 12), y)
    elif shape == "posts":
        for x in np.arange(rng.uniform(0, 30 * k), width, k * rng.uniform(24, 44)):
            box(x, 0, x + k * rng.uniform(3, 7), line + 6 * k)
    return cv2.GaussianBlur(mask, (0, 0), 0.7 * k).astype(np.float32) / 255
