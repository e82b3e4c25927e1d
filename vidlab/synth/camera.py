"""A hand-held camera: pan, zoom and shake over time, the same for every class of action."""

from dataclasses import dataclass

import numpy as np

PAN, PERIOD = 6.0, (40, 110)  # mean amplitude in pixels of a 160x120 picture, frames a cycle
ZOOM, SHAKE = 0.04, 0.45  # share; standard deviation in pixels


@dataclass(frozen=True)
class Camera:
    """Where a point of the scene is seen, frame by frame: matrix (T, 2, 3) maps scene to picture pixels."""

    matrix: np.ndarray

    @property
    def zoom(self) -> np.ndarray:
        """(T,) how much larger than at rest."""
        return self.matrix[:, 0, 0]

    def see(self, points: np.ndarray) -> np.ndarray:
        """Scene points (T, ..., 2) in picture pixels."""
        shape = (-1,) + (1,) * (points.ndim - 2) + (2,)
        return points * self.zoom.reshape(shape[:-1] + (1,)) + self.matrix[:, :, 2].reshape(shape)

    def step(self, t: int, points: np.ndarray) -> np.ndarray:
        """Where picture points (..., 2) of a thing at rest in frame `t` are seen in frame `t` + 1."""
        grow = self.zoom[t + 1] / self.zoom[t]
        return (points - self.matrix[t, :, 2]) * grow + self.matrix[t + 1, :, 2]


def path(rng: np.random.Generator, frames: int, size: tuple[int, int], strength: float = 1.0) -> Camera:
    """Draw a path for pictures of `size` (width, height). strength 1: natural; 0: the camera stands still."""
    t = np.arange(frames)
    unit = size[1] / 120 * strength

    def wave(amplitude: float) -> np.ndarray:
        turns = t / rng.uniform(*PERIOD) + rng.uniform()
        return amplitude * rng.uniform(0.3, 1.7) * np.sin(2 * np.pi * turns)

    pan = np.stack([wave(PAN * unit), wave(0.4 * PAN * unit)], -1)
    zoom = np.exp(wave(ZOOM * strength))
    jolts = rng.normal(0, SHAKE * unit, (frames + 4, 2))
    shake = sum(w * jolts[i : i + frames] for i, w in enumerate((0.2, 0.5, 0.7, 0.5, 0.2)))
    centre = np.array(size) / 2
    matrix = np.zeros((frames, 2, 3))
    matrix[:, 0, 0] = matrix[:, 1, 1] = zoom
    matrix[:, :, 2] = centre * (1 - zoom[:, None]) - pan + shake
    return Camera(matrix)
