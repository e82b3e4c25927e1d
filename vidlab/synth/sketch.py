"""A canvas to draw a place on: plain shapes in colour, each a little different every time."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

Colour = tuple[int, int, int]  # red, green, blue
FINE = 4  # corners are given in 1/16 pixel


class Sketch:
    """Shapes in pixels of a 160x120 picture: x from the canvas's left edge, y down from the horizon.

    image: uint8 (height, width, 3); width, top, bottom: the canvas's extent; k: its pixels a unit.
    """

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], horizon: float, k: float) -> None:
        self.rng, self.k, self.horizon = rng, k, horizon
        self.width, self.top, self.bottom = size[0] / k, -horizon, size[1] / k - horizon
        self.image = np.zeros((size[1], size[0], 3), np.uint8)

    def near(self, colour: Colour, spread: float = 9) -> tuple[float, ...]:
        """A colour like this one."""
        off = self.rng.normal(0, spread) + self.rng.normal(0, spread / 2, 3)
        return tuple(np.clip(np.array(colour) + off, 4, 251).tolist())

    def one_of(self, *colours: Colour) -> Colour:
        """Any of these colours."""
        return colours[int(self.rng.integers(len(colours)))]

    def anywhere(self, count: int) -> np.ndarray:
        """About `count` places along x, spread out over the width but in no order that repeats."""
        step = self.width / count
        return (np.arange(count) + self.rng.uniform(0.05, 0.95, count)) * step

    def every(self, low: float, high: float) -> Iterator[float]:
        """Places along x with equal steps of some length between `low` and `high`, from a random start."""
        step = self.rng.uniform(low, high)
        return iter(np.arange(self.rng.uniform(-step, 0), self.width, step).tolist())

    def shape(self, corners: Sequence[tuple[float, float]] | np.ndarray, colour: Colour, spread: float = 9
              ) -> None:  # fmt: skip
        """A polygon."""
        at = (np.array(corners) + [0, self.horizon]) * self.k * (1 << FINE)
        cv2.fillPoly(self.image, [np.rint(at).astype(np.int32)], self.near(colour, spread), cv2.LINE_AA, FINE)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, spread: float = 9) -> None:
        """A rectangle from its upper left corner."""
        self.shape([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour, spread)

    def band(self, y0: float, y1: float, colour: Colour, spread: float = 4) -> None:
        """A stripe over the whole width."""
        self.box(-2, y0, self.width + 4, y1 - y0, colour, spread)

    def sky(self, high: Colour, low: Colour, y: float = 0) -> None:
        """From `high` at the top to `low` at `y`, in steps too small to see."""
        edges = np.linspace(self.top, y, 13)
        for i in range(12):
            mixed = [round(h + (w - h) * i / 11) for h, w in zip(high, low, strict=True)]
            self.band(edges[i], edges[i + 1] + 1, (mixed[0], mixed[1], mixed[2]), 0)

    def floor(self, colour: Colour) -> None:
        """All below the horizon."""
        self.band(0, self.bottom + 1, colour)

    def blob(self, x: float, y: float, rx: float, ry: float, colour: Colour, spread: float = 9) -> None:
        """An ellipse."""
        turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        self.shape(np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], -1), colour, spread)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float, colour: Colour) -> None:
        """A straight line."""
        along = np.array([x1 - x0, y1 - y0])
        across = np.array([-along[1], along[0]]) / max(np.hypot(*along), 1e-6) * width / 2
        a, b = np.array([x0, y0]), np.array([x1, y1])
        self.shape(np.stack([a + across, b + across, b - across, a - across]), colour, 4)

    def dome(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """The upper half of an ellipse: a hill, a bush, an arch."""
        turn = np.linspace(np.pi, 2 * np.pi, 14)
        self.shape(np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], -1), colour)

    def tree(self, x: float, y: float, height: float, trunk: Colour, crown: Colour) -> None:
        """A tree with a round crown, three blobs wide."""
        self.box(x - 0.05 * height, y - 0.6 * height, 0.1 * height, 0.6 * height, trunk)
        for dx, dy, r in ((-0.18, -0.62, 0.22), (0.18, -0.6, 0.22), (0.0, -0.78, 0.26)):
            self.blob(x + dx * height, y + dy * height, r * height, 0.9 * r * height, crown)

    def dots(self, count: int, y0: float, y1: float, radius: float, colours: Sequence[Colour]) -> None:
        """Small round things strewn over a stripe."""
        for x in self.anywhere(count):
            self.blob(x, self.rng.uniform(y0, y1), radius, radius, self.one_of(*colours))

    def fan(self, count: int, width: float, colour: Colour, away: float = 0.0) -> None:
        """Lines on the ground that run from `away` below the horizon towards the camera, fanning out."""
        middle = self.rng.uniform(0.3, 0.7) * self.width
        for slope in np.linspace(-3.2, 3.2, count) + self.rng.uniform(-0.2, 0.2):
            reach = self.bottom + 30
            self.line(middle + slope * (away + 30), away, middle + slope * (reach + 30), reach, width, colour)
