"""Motions that are known exactly: textures made of waves, moved by a formula."""

import numpy as np

# Where a point goes that is (x, y) pixels away from the image's middle: a 2 x 2 matrix, and a shift.
MOTIONS = {
    "small shift": (np.eye(2), np.array([0.7, -0.4])),
    "large shift": (np.eye(2), np.array([6.3, 3.6])),
    "rotation": (np.array([[np.cos(0.05), -np.sin(0.05)], [np.sin(0.05), np.cos(0.05)]]), np.zeros(2)),
    "zoom": (1.05 * np.eye(2), np.zeros(2)),
}


def waves(at: np.ndarray, seed: int = 0, count: int = 80) -> np.ndarray:
    """A texture at any places `(…, 2)`, in pixels: uint8 `(…)`, with 4 to 40 pixels from crest to crest."""
    rng = np.random.default_rng(seed)
    length, angle, phase = rng.uniform([np.log(4), 0, 0], [np.log(40), 2 * np.pi, 2 * np.pi], (count, 3)).T
    length = np.exp(length)
    crests = 2 * np.pi / length * np.stack([np.cos(angle), np.sin(angle)])
    height = np.sqrt(length) / np.sqrt(length.sum() / 2)
    grey = 128 + 45 * (np.cos(at @ crests + phase) @ height)
    return np.rint(grey.clip(0, 255)).astype(np.uint8)


def moved(motion: str, size: tuple[int, int] = (120, 160), seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A texture before and after one of MOTIONS, `(2, H, W)` uint8, and its flow `(1, 2, H, W)` float32."""
    turn, shift = MOTIONS[motion]
    y, x = np.mgrid[: size[0], : size[1]]
    here = np.stack([x, y], -1) - (np.array(size[::-1]) - 1) / 2
    there = here @ turn.T + shift
    from_where = (here - shift) @ np.linalg.inv(turn).T
    frames = np.stack([waves(here, seed), waves(from_where, seed)])
    return frames, (there - here).transpose(2, 0, 1)[None].astype(np.float32)
