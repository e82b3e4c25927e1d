"""What drifts through a scene: flakes and bubbles, rain, leaves, the drops of a fountain.

Lengths are in units, the pixels of a 160x120 picture, and `k` is how many pixels of the drawn picture make
one. Everything lies in the scene and is seen through the camera. A snowfall and bubbles are one drawing with
two directions, and so are leaves that tremble on their twigs and leaves that fall: a single frame does not
tell them apart.
"""

import colorsys

import cv2
import numpy as np

from .camera import Camera
from .draw import PROP, SHIFT
from .stage import Prop

Colour = tuple[float, float, float]  # red, green, blue
LOW, HIGH = np.array([-48.0, -48.0]), np.array([208.0, 168.0])  # where things drift, beyond what is seen


class Moving(Prop):
    """A thing that has no outline of its own: it is painted by code.

    drift: its mean motion in the scene, units a frame, right and down; zero where it has none.
    """

    def __init__(self, camera: Camera, k: float, drift: tuple[float, float] = (0.0, 0.0)) -> None:
        super().__init__([], np.zeros((len(camera.matrix), 2, 2)))
        self.camera, self.k, self.drift = camera, k, np.array(drift)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        """Where it changes a black or a white picture."""
        black = np.zeros((*shape, 3), np.uint8)
        white = ~black
        self.paint(black, t)
        self.paint(white, t)
        changed = (black.max(-1) > 40) | (white.min(-1) < 215)
        return changed.astype(np.uint8) * PROP

    def moved(self, t: int, part: int, points: np.ndarray, grow: float) -> np.ndarray:
        return self.camera.step(t, points) + self.drift * self.k * self.camera.zoom[t + 1]


class Veil(Moving):
    """Small shapes that let a little of the picture through: `opacity` 0 … 1."""

    opacity = 1.0

    def paint(self, frame: np.ndarray, t: int) -> None:
        veil = frame.copy()
        self.fill(veil, t)
        cv2.addWeighted(veil, self.opacity, frame, 1 - self.opacity, 0, dst=frame)

    def fill(self, frame: np.ndarray, t: int) -> None:
        """Paint the shapes of frame `t` over `frame`, opaque."""
        raise NotImplementedError


def shade(hue: float, light: float, vivid: float) -> Colour:
    """A colour: hue 0 … 1, lightness 0 … 255, vividness 0 … 1."""
    r, g, b = colorsys.hls_to_rgb(hue % 1, light / 255, vivid)
    return 255 * r, 255 * g, 255 * b


def fine(at: np.ndarray) -> np.ndarray:
    """Picture pixels as OpenCV takes them with `shift=SHIFT`."""
    return np.rint(at * (1 << SHIFT)).astype(np.int32)


def drifting(rng: np.random.Generator, speed: np.ndarray, frames: int) -> np.ndarray:
    """Places (T, N, 2) of things that start anywhere and go on at `speed` (N, 2) units a frame; whatever
    leaves the region at one side comes back at the other, out of sight."""
    start = rng.uniform(LOW, HIGH, speed.shape)
    at = start + np.arange(frames)[:, None, None] * speed
    return LOW + np.mod(at - LOW, HIGH - LOW)


def swaying(rng: np.random.Generator, count: int, frames: int, reach: float) -> np.ndarray:
    """Shifts (T, N, 2) to and fro, mostly sideways, each at a pace of its own; `reach` in units."""
    t, turn = np.arange(frames)[:, None], rng.uniform(0, 2 * np.pi, count)
    phase = turn + 2 * np.pi * t / rng.uniform(24, 44, count)
    return reach * np.stack([np.sin(phase), 0.3 * np.sin(2 * phase)], -1)


ROUND = np.stack([f(np.linspace(0, 2 * np.pi, 10, endpoint=False)) for f in (np.cos, np.sin)], -1)
LEAF = np.array([(-1, 0), (-0.45, -0.42), (0.25, -0.40), (1, 0), (0.25, 0.40), (-0.45, 0.42)])


class Discs(Veil):
    """Round things: places `at` (T, N, 2) in units, radius (N,) in units, colours (N,)."""

    opacity = 0.8

    def __init__(self, at: np.ndarray, radius: np.ndarray, colours: list[Colour], camera: Camera, k: float,
                 drift: tuple[float, float] = (0.0, 0.0)) -> None:  # fmt: skip
        super().__init__(camera, k, drift)
        self.corners = fine(camera.see(k * (at[:, :, None] + radius[:, None, None] * ROUND)))
        self.colours = colours

    def fill(self, frame: np.ndarray, t: int) -> None:
        for corners, colour in zip(self.corners[t], self.colours, strict=True):
            cv2.fillConvexPoly(frame, corners, colour, cv2.LINE_AA, SHIFT)


def _flakes(rng: np.random.Generator, camera: Camera, k: float, down: int) -> list[Prop]:
    frames, count = len(camera.matrix), int(rng.integers(170, 300))
    near = np.sort(rng.uniform(0.35, 1, count) ** 1.5)  # far ones first: nearer ones are painted over them
    wind, pace = rng.uniform(-0.5, 0.5), rng.uniform(2.2, 3.4)
    speed = near[:, None] * [wind, down * pace]
    at = drifting(rng, speed, frames) + swaying(rng, count, frames, 1.6)
    radius = np.maximum(rng.uniform(2.2, 3.2) * near * rng.uniform(0.8, 1.2, count), 0.6)
    hue = rng.uniform(0.5, 0.7)
    colours = [shade(hue, 205 + 45 * n, 0.5) for n in near]
    return [Discs(at, radius, colours, camera, k, (wind * near.mean(), down * pace * near.mean()))]


def snowfall(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """Pale flakes, nearer ones larger and faster, fall."""
    return _flakes(rng, camera, k, 1)


def bubbles(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """The same pale discs rise."""
    return _flakes(rng, camera, k, -1)


class Streaks(Veil):
    """Drops that fall so fast that each is a line: lower ends `at` (T, N, 2), the line's `tail` (N, 2)."""

    opacity = 0.65

    def __init__(self, at: np.ndarray, tail: np.ndarray, colour: Colour, camera: Camera, k: float,
                 drift: tuple[float, float]) -> None:  # fmt: skip
        super().__init__(camera, k, drift)
        self.ends = fine(camera.see(k * np.stack([at, at + tail], 2)))
        self.colour = colour

    def fill(self, frame: np.ndarray, t: int) -> None:
        cv2.polylines(frame, list(self.ends[t]), False, self.colour, round(self.k), cv2.LINE_AA, SHIFT)


def rain(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """Slanted streaks that fall along themselves."""
    count, pace, slant = int(rng.integers(170, 280)), rng.uniform(9, 13), rng.uniform(-0.45, 0.45)
    near = rng.uniform(0.5, 1, count)
    speed = pace * near[:, None] * [slant, 1]
    at = drifting(rng, speed, len(camera.matrix))
    mean = pace * float(near.mean())
    colour = shade(rng.uniform(0.5, 0.65), rng.uniform(205, 245), 0.4)
    return [Streaks(at, -0.95 * speed, colour, camera, k, (slant * mean, mean))]


class Leaves(Moving):
    """Leaves with a lighter half: corners (T, N, 6, 2) in units, two colours each; twigs (M, P, 2) behind."""

    def __init__(self, corners: np.ndarray, colours: list[tuple[Colour, Colour]], twigs: np.ndarray,
                 camera: Camera, k: float, drift: tuple[float, float] = (0.0, 0.0)) -> None:  # fmt: skip
        super().__init__(camera, k, drift)
        self.corners, self.colours = fine(camera.see(k * corners)), colours
        self.twigs = fine(camera.see(k * np.broadcast_to(twigs, (len(corners), *twigs.shape))))

    def paint(self, frame: np.ndarray, t: int) -> None:
        wood, width = list(self.twigs[t]), round(self.k)
        cv2.polylines(frame, wood, False, (92, 74, 60), width, cv2.LINE_AA, SHIFT)
        for leaf, (dark, light) in zip(self.corners[t], self.colours, strict=True):
            cv2.fillConvexPoly(frame, leaf, dark, cv2.LINE_AA, SHIFT)
            cv2.fillConvexPoly(frame, leaf[:4], light, cv2.LINE_AA, SHIFT)


def _leaves(rng: np.random.Generator, camera: Camera, k: float, falls: bool) -> list[Prop]:
    frames, count = len(camera.matrix), int(rng.integers(260, 380))
    pace, wind = rng.uniform(1.3, 2.2), rng.uniform(-0.7, 0.7)
    each = rng.uniform(0.7, 1.3, (count, 1)) * [wind, pace]
    at = drifting(rng, each * falls, frames)
    sway = swaying(rng, count, frames, rng.uniform(2.2, 3.4))
    turn = rng.uniform(0, 2 * np.pi, count) + 0.16 * sway[..., 0]
    flat = 0.75 + 0.25 * np.sin(rng.uniform(0, 6.3, count) + 0.9 * sway[..., 1])  # how broad it is seen
    size = rng.uniform(3.6, 5.6) * rng.uniform(0.75, 1.25, count)
    leaf = size[:, None, None] * LEAF * np.stack([np.ones_like(flat), flat], -1)[:, :, None]
    cos, sin = np.cos(turn)[..., None], np.sin(turn)[..., None]
    corners = np.stack([cos * leaf[..., 0] - sin * leaf[..., 1], sin * leaf[..., 0] + cos * leaf[..., 1]], -1)
    hue = rng.uniform(0.03, 0.33)
    colours = [_two_sides(hue + rng.normal(0, 0.02), rng.uniform(70, 120)) for _ in range(count)]
    moved = (at + sway)[:, :, None] + corners
    drift = (float(falls * wind), float(falls * pace))
    return [Leaves(moved, colours, _twigs(rng), camera, k, drift)]


def _two_sides(hue: float, light: float) -> tuple[Colour, Colour]:
    return shade(hue, light, 0.62), shade(hue, light + 26, 0.62)


def _twigs(rng: np.random.Generator) -> np.ndarray:
    """Bent twigs (M, 9, 2) that hang into the scene from above, each with shoots to both sides."""
    s, out = np.linspace(0, 1, 9), []
    for x in np.arange(-30, 191, 27) + rng.uniform(-10, 10, 9):
        bend, lean, long = rng.uniform(-14, 14), rng.uniform(-30, 30), rng.uniform(90, 190)
        twig = np.stack([x + lean * s + bend * np.sin(3 * s), -48 + long * s], -1)
        out.append(twig)
        for start in range(2, 8):
            side, reach = rng.choice([-1, 1]), rng.uniform(12, 26)
            out.append(twig[start] + np.stack([side * reach * s, 0.5 * reach * s**1.5], -1))
    return np.stack(out)


def foliage(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """Leaves before twigs tremble where they are."""
    return _leaves(rng, camera, k, falls=False)


def leaf_fall(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """The same leaves come down, to and fro."""
    return _leaves(rng, camera, k, falls=True)


def fountain(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """Jets of drops that rise from one nozzle, bow outwards and fall into a basin."""
    frames, x, y = len(camera.matrix), rng.uniform(55, 105), rng.uniform(94, 104)
    wide, high, gravity = rng.uniform(38, 54), rng.uniform(50, 80), rng.uniform(0.22, 0.4)
    jets = np.linspace(-1, 1, int(rng.choice([3, 5, 7])))
    jet = np.repeat(jets, 420 // len(jets))
    rise = np.sqrt(2 * gravity * high * (1 - rng.uniform(0.2, 0.6) * np.abs(jet)))
    rise *= rng.normal(1, 0.025, len(jet))
    life = 2 * rise / gravity
    aside = 0.8 * wide * jet / life + rng.normal(0, 0.07, len(jet))
    age = np.mod(np.arange(frames)[:, None] + rng.uniform(0, 1, len(jet)) * life, life)
    at = np.stack([x + aside * age, y - rise * age + gravity * age**2 / 2], -1)
    hue = rng.uniform(0.5, 0.62)
    colours = [shade(hue, light, 0.6) for light in rng.uniform(185, 250, len(jet))]
    drops = Discs(at, rng.uniform(0.7, 1.5, len(jet)), colours, camera, k)
    rim, pool = shade(rng.uniform(0, 1), rng.uniform(120, 170), 0.12), shade(hue, 120, 0.4)
    return [Basin(x, y, wide, (rim, pool), camera, k), drops]


class Basin(Moving):
    """A round basin with water in it, at rest; colours: of its stone, of its water."""

    def __init__(self, x: float, y: float, wide: float, colours: tuple[Colour, Colour], camera: Camera,
                 k: float) -> None:  # fmt: skip
        super().__init__(camera, k)
        turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
        ring = np.stack([np.cos(turn), 0.22 * np.sin(turn)], -1)
        foot = np.array([[-0.99, 0], [0.99, 0], [0.86, 0.30], [0.5, 0.42], [-0.5, 0.42], [-0.86, 0.30]])
        dark = (0.75 * colours[0][0], 0.75 * colours[0][1], 0.75 * colours[0][2])
        shapes = ((foot, dark), (ring, colours[0]), (0.88 * ring, colours[1]))
        frames = len(camera.matrix)
        self.shapes = [
            (fine(camera.see(k * np.broadcast_to((x, y) + wide * c, (frames, *c.shape)))), colour)
            for c, colour in shapes
        ]

    def paint(self, frame: np.ndarray, t: int) -> None:
        for corners, colour in self.shapes:
            cv2.fillConvexPoly(frame, corners[t], colour, cv2.LINE_AA, SHIFT)
