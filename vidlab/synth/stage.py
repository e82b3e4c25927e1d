"""One coloured scene: people and things in a place, seen through a moving camera, drawn frame by frame."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import cv2
import numpy as np

from . import people
from .bones import bone, follow
from .camera import Camera
from .draw import PARTS, PROP, SHIFT, Painter, Piece, masked
from .people import INDEX, SIDES, Colours, Outfit, Person, Pose
from .places import Place

PART_NAMES = (*PARTS, "prop")
NOISE, LENS = 3.0, 0.45  # grey levels; the lens's blur in pixels of a 160x120 picture
PITCH = 0.10  # how steeply the camera looks down, radians


def generator(*key: int | str) -> np.random.Generator:
    """A generator of its own for each key; strings count by their checksum."""
    return np.random.default_rng([k if isinstance(k, int) else zlib.crc32(k.encode()) for k in key])


@dataclass(frozen=True)
class Lens:
    """From the world to the picture: where a body stands (x and ground line, pixels of the picture at
    rest), how tall a body height is (pixels), and the camera that looks at it."""

    x: float
    ground: float
    height: float
    camera: Camera

    @property
    def scale(self) -> np.ndarray:
        """(T,) pixels a body height."""
        return self.height * self.camera.zoom

    def project(self, world: np.ndarray) -> np.ndarray:
        """World points (T, ..., 3) in body heights (X right, Y away, Z up) -> picture pixels (T, ..., 2)."""
        up = np.cos(PITCH) * world[..., 2] + np.sin(PITCH) * world[..., 1]
        at = np.stack([self.x + self.height * world[..., 0], self.ground - self.height * up], -1)
        return self.camera.see(at)


class Layer(Protocol):
    """What a shot can hold: something that is painted, and of which is known what each pixel shows."""

    def paint(self, frame: np.ndarray, t: int) -> None:
        """Paint it as it is in frame `t` over `frame` (uint8 RGB), in place."""

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        """Which part (index into PART_NAMES) each pixel of frame `t` shows, 0 elsewhere: uint8 (H, W)."""

    def moved(self, t: int, part: int, points: np.ndarray, grow: float) -> np.ndarray:
        """Where the points (N, 2) of a part in frame `t` are in frame `t` + 1; all has grown `grow`-fold."""


class Figure(Layer, Protocol):
    """A person: a layer that throws a shadow and may have joints."""

    def shade(self, frame: np.ndarray, t: int, place: Place) -> np.ndarray:
        """`frame` with the person's shadow on the ground."""

    @property
    def joints(self) -> np.ndarray:
        """Pixels (T, J, 2), x then y, in the order of people.JOINTS; (T, 0, 2) where nothing is known."""


@dataclass(eq=False)
class Prop:
    """A thing: its polygons in picture pixels, two points (T, 2, 2) that move with it, and when it is."""

    pieces: list[Piece]
    anchors: np.ndarray
    front: bool = True  # painted over the actor, or behind
    visible: np.ndarray | None = None

    def shown(self, t: int) -> bool:
        return self.visible is None or bool(self.visible[t])

    def outlines(self, t: int) -> list[np.ndarray]:
        """The corners (N, 2) of its polygons in frame `t`, in picture pixels."""
        return [piece.corners[t] / (1 << SHIFT) for piece in self.pieces]

    def paint(self, frame: np.ndarray, t: int) -> None:
        for piece in self.pieces:
            piece.paint(frame, t)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        return masked(self.pieces, t, shape, PROP)

    def moved(self, t: int, part: int, points: np.ndarray, grow: float) -> np.ndarray:
        return follow(points, self.anchors[t], self.anchors[t + 1], grow)


class Actor:
    """A person in a pose, seen through a lens. hands: once more, to close over what they hold."""

    def __init__(self, who: Person, outfit: Outfit, colours: Colours, pose: Pose, lens: Lens, light: float
                 ) -> None:  # fmt: skip
        self.lens = lens
        self.world = people.joints(who, pose)
        self.joints = lens.project(self.world)
        self.painter = Painter(who, outfit, self.joints, self.world, pose.yaw, lens.scale, light, colours)
        self.hands = Hands(self)

    def shade(self, frame: np.ndarray, t: int, place: Place) -> np.ndarray:
        return self.painter.shade(frame, t, place.shadow, place.slant, PITCH)

    def paint(self, frame: np.ndarray, t: int) -> None:
        self.painter.paint(frame, t)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        return self.painter.mask(t, shape)

    def moved(self, t: int, part: int, points: np.ndarray, grow: float) -> np.ndarray:
        now, then = bone(PARTS[part], self.joints[t : t + 2])
        return follow(points, now, then, grow)


class Hands:
    """The hands of an actor that are on this side of the body."""

    def __init__(self, actor: Actor) -> None:
        self.moved = actor.moved
        depth = actor.world[..., 1]
        self.near = {side: depth[:, INDEX[f"{side}_hand"]] < depth[:, INDEX["chest"]] for side in SIDES}
        self.pieces = actor.painter.hands

    def paint(self, frame: np.ndarray, t: int) -> None:
        for piece in self._seen(t):
            piece.paint(frame, t)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        return masked(self._seen(t), t, shape)

    def _seen(self, t: int) -> list[Piece]:
        return [piece for side in SIDES if self.near[side][t] for piece in self.pieces[side]]


@dataclass(frozen=True)
class Shot:
    """One video before drawing. The first actor is the one who acts; others stand behind.

    seed: keys of the sensor noise. note: what else is known, as plain JSON values: `world.json` keeps it.
    """

    name: str
    label: int
    actors: Sequence[Figure]
    props: Sequence[Prop]
    place: Place
    camera: Camera
    seed: tuple[int | str, ...]
    size: tuple[int, int]  # width, height
    note: dict[str, Any] = field(default_factory=dict)

    @property
    def length(self) -> int:
        return len(self.camera.matrix)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        """The frames from `start` to `stop`, uint8 (height, width, 3) RGB, before encoding."""
        for t in range(start, self.length if stop is None else stop):
            yield self._noisy(self.clean(t), t)

    def clean(self, t: int) -> np.ndarray:
        """Frame `t` without the sensor's noise."""
        frame = self.place.view(self.camera.matrix[t], self.size)
        for actor in self.actors:
            frame = actor.shade(frame, t, self.place)
        for layer in self._layers(t):
            layer.paint(frame, t)
        return cv2.GaussianBlur(frame, (0, 0), LENS * self.size[1] / 120)

    def parts(self, t: int) -> np.ndarray:
        """What each pixel of frame `t` shows, an index into PART_NAMES: uint8 (height, width). People who
        only stand behind count as background."""
        out = np.zeros(self.size[::-1], np.uint8)
        others = self.actors[1:]
        for layer in self._layers(t):
            mask = layer.mask(t, out.shape)
            out[mask > 0] = 0 if any(layer is other for other in others) else mask[mask > 0]
        return out

    def flow(self, t: int) -> np.ndarray:
        """Where each pixel of frame `t` goes until frame `t` + 1: float32 (2, height, width), x then y.

        The background follows the camera, bodies their bones, things their two anchors.
        """
        grid = np.stack(np.meshgrid(*(np.arange(n, dtype=float) for n in self.size)), -1)
        there = self.camera.step(t, grid)
        grow = float(self.camera.zoom[t + 1] / self.camera.zoom[t])
        for layer in self._layers(t):
            mask = layer.mask(t, grid.shape[:2])
            for part in np.unique(mask[mask > 0]):
                here = mask == part
                there[here] = layer.moved(t, int(part), grid[here], grow)
        return np.moveaxis(there - grid, -1, 0).astype(np.float32)

    def _layers(self, t: int) -> list[Layer]:
        """What is painted in frame `t`, from back to front."""
        shown = [prop for prop in self.props if prop.shown(t)]
        behind, front = ([p for p in shown if p.front is side] for side in (False, True))
        hands = [a.hands for a in self.actors[:1] if front and isinstance(a, Actor)]
        return [*self.actors[1:], *behind, *self.actors[:1], *front, *hands]

    @cached_property
    def _grain(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sensor noise: amounts up and down, wider than the picture, and where each frame cuts its own."""
        rng = generator(*self.seed, "noise")
        pool = rng.normal(0, NOISE, (self.size[1] + 64, self.size[0] + 64))
        up, down = (np.clip(np.rint(side), 0, 255).astype(np.uint8) for side in (pool, -pool))
        return cv2.merge([up] * 3), cv2.merge([down] * 3), rng.integers(0, 64, (4096, 2))

    def _noisy(self, frame: np.ndarray, t: int) -> np.ndarray:
        up, down, corners = self._grain
        y, x = corners[t % len(corners)]
        cut = slice(y, y + self.size[1]), slice(x, x + self.size[0])
        return cv2.subtract(cv2.add(frame, up[cut]), down[cut])


class Filmed(Protocol):
    """What every world's shot can do: be drawn."""

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        """Its frames from `start` to `stop`, uint8, before encoding."""


def draw(plan: Filmed, start: int = 0, stop: int | None = None) -> np.ndarray:
    """The frames of a planned video, uint8 (T, height, width) or (T, height, width, 3), before encoding."""
    return np.stack(list(plan.frames(start, stop)))
