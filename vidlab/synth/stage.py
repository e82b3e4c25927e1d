"""One coloured scene: people and things in a place, seen through a moving camera, drawn frame by frame."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from . import people
from .camera import Camera
from .draw import PARTS, PROP, SHIFT, Painter, Piece
from .people import Colours, Outfit, Person, Pose
from .places import Place

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


@dataclass
class Prop:
    """A thing: its polygons in picture pixels, two points (T, 2, 2) that move with it, and when it is."""

    pieces: list[Piece]
    anchors: np.ndarray
    front: bool = True  # painted over the actor, or behind
    visible: np.ndarray | None = None

    def shown(self, t: int) -> bool:
        return self.visible is None or bool(self.visible[t])

    def paint(self, frame: np.ndarray, t: int) -> None:
        for piece in self.pieces:
            piece.paint(frame, t)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        """Where the thing is in frame `t`: uint8 (H, W), PROP or 0."""
        out = np.zeros(shape, np.uint8)
        for piece in self.pieces:
            cv2.fillConvexPoly(out, piece.corners[t], PROP, cv2.LINE_8, SHIFT)
        return out


class Actor:
    """A person in a pose, seen through a lens."""

    def __init__(self, who: Person, outfit: Outfit, colours: Colours, pose: Pose, lens: Lens, light: float
                 ) -> None:  # fmt: skip
        self.lens = lens
        self.world = people.joints(who, pose)
        self.points = lens.project(self.world)
        self.painter = Painter(who, outfit, self.points, self.world, pose.yaw, lens.scale, light, colours)


@dataclass(frozen=True)
class Shot:
    """One video before drawing. The first actor is the one who acts; others stand behind."""

    name: str
    label: int
    actors: list[Actor]
    props: list[Prop]
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
        blur = LENS * self.size[1] / 120
        for t in range(start, self.length if stop is None else stop):
            frame = self.place.view(self.camera.matrix[t], self.size)
            for actor in self.actors:
                frame = actor.painter.shade(frame, t, self.place.shadow, self.place.slant, PITCH)
            for layer in self._layers(t):
                layer.paint(frame, t)
            yield self._noise(cv2.GaussianBlur(frame, (0, 0), blur), t)

    def _layers(self, t: int) -> list[Painter | Prop]:
        """What is painted in frame `t`, from back to front."""
        shown = [prop for prop in self.props if prop.shown(t)]
        others, actor = [a.painter for a in self.actors[1:]], [a.painter for a in self.actors[:1]]
        return [*others, *(p for p in shown if not p.front), *actor, *(p for p in shown if p.front)]

    @cached_property
    def _grain(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sensor noise: amounts up and down, wider than the picture, and where each frame cuts its own."""
        rng = generator(*self.seed, "noise")
        pool = rng.normal(0, NOISE, (self.size[1] + 64, self.size[0] + 64))
        up, down = (np.clip(np.rint(side), 0, 255).astype(np.uint8) for side in (pool, -pool))
        return cv2.merge([up] * 3), cv2.merge([down] * 3), rng.integers(0, 64, (4096, 2))

    def _noise(self, frame: np.ndarray, t: int) -> np.ndarray:
        up, down, corners = self._grain
        y, x = corners[t % len(corners)]
        cut = slice(y, y + self.size[1]), slice(x, x + self.size[0])
        return cv2.subtract(cv2.add(frame, up[cut]), down[cut])

    def parts(self, t: int) -> np.ndarray:
        """Which part of the acting person (index into PARTS), or PROP, each pixel of frame `t` shows."""
        out = np.zeros(self.size[::-1], np.uint8)
        for layer in self._layers(t):
            mask = layer.mask(t, self.size[::-1])
            if layer in [a.painter for a in self.actors[1:]]:
                mask = np.where(mask > 0, 0, out)  # somebody else: background
                out = mask
            else:
                out = np.where(mask > 0, mask, out)
        return out


PART_NAMES = (*PARTS, "prop")
