"""World SynthKTH-1: what happens in each of its videos, drawn frame by frame.

What every world's module offers, see `export.module`: WORLD, DIALS, names, shot, path, lists and draw.

A video is named as in KTH, `personNN_action_dN`. Everything in it follows from (world, seed, person, action,
scenario), so that any video can be drawn alone: the subject from (world, seed, person), the place from
(world, seed, person, scenario), whatever the action, so that a background does not give the action away.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from . import people, scene
from .actions import ACTIONS, FPS, GAITS, STANDING, draw_gait, gait
from .draw import Painter
from .people import INDEX, Person, Pose
from .scene import WIDTH, Camera, Noise, Place
from .stage import draw, generator

__all__ = ["DIALS", "WORLD", "draw", "lists", "names", "path", "shot"]

WORLD = "SynthKTH-1"
DIALS = {"idle": 1.0}  # 1: empty stretches of natural length; 0: none
PERSONS, SCENARIOS = 25, 4
NOISE = 3.0  # grey levels before encoding
LENS = 0.45  # the lens's blur, standard deviation in pixels


@dataclass(frozen=True)
class Shot:
    """One video before drawing. `ranges`: 0-based [start, stop) of the repetitions; `visible` (T,)."""

    name: str
    person: Person
    action: str
    scenario: int
    place: Place
    camera: Camera
    pose: Pose
    world: np.ndarray  # joints in heights (T, J, 3)
    points: np.ndarray  # joints in pixels (T, J, 2)
    visible: np.ndarray
    ranges: list[tuple[int, int]]
    seed: tuple[int, ...]

    @property
    def length(self) -> int:
        return len(self.visible)

    @property
    def note(self) -> dict[str, Any]:
        """What `world.json` keeps of it."""
        return {"ranges": self.ranges}

    @cached_property
    def painter(self) -> Painter:
        outfit = self.person.outfits[1 if self.scenario == 3 else 0]
        return Painter(self.person, outfit, self.points, self.world, self.pose.yaw, self.camera.scale,
                       self.place.light)  # fmt: skip

    @cached_property
    def noise(self) -> Noise:
        return Noise(generator(*self.seed, "noise"), NOISE)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[np.ndarray]:
        """The video's frames from `start` to `stop`, uint8 (120, 160), before encoding."""
        zooming = bool(np.ptp(self.camera.zoom) > 0)
        still = None if zooming else self.place.view(float(self.camera.zoom[0]))
        for t in range(start, self.length if stop is None else stop):
            frame = self.place.view(float(self.camera.zoom[t])) if still is None else still.copy()
            if self.visible[t]:
                frame = self.painter.shade(frame, t, self.place.shadow, self.place.slant, self.camera.pitch)
                self.painter.paint(frame, t)
            yield self.noise.add(cv2.GaussianBlur(frame, (3, 3), LENS), t)


def names(size: str = "laptop") -> list[str]:
    """The videos of a size: `quick` has one scenario a person and action, the others have all four."""
    if size not in ("quick", "laptop", "full"):
        raise ValueError(f"size={size!r} is not a size: use quick, laptop or full")
    out = []
    for person in range(1, PERSONS + 1):
        for a, action in enumerate(ACTIONS):
            scenarios = [1 + (person + a) % SCENARIOS] if size == "quick" else range(1, SCENARIOS + 1)
            out += [f"person{person:02d}_{action}_d{d}" for d in scenarios]
    return out


def parse(name: str) -> tuple[int, str, int]:
    """(person, action, scenario) of a video's name."""
    try:
        who, action, scenario = name.removesuffix("_uncomp").split("_")
        person, d = int(who.removeprefix("person")), int(scenario.removeprefix("d"))
    except ValueError:
        raise ValueError(f"{name!r} is not a name of {WORLD}: write personNN_action_dN") from None
    if not (1 <= person <= PERSONS and 1 <= d <= SCENARIOS and action in ACTIONS):
        raise ValueError(f"{name!r} is not in {WORLD}: persons 1-25, actions {', '.join(ACTIONS)}, d1-d4")
    return person, action, d


def path(root: Path, name: str) -> Path:
    """Where a video lies, as in KTH."""
    return root / parse(name)[1] / f"{name}_uncomp.avi"


def lists(names: list[str], facts: dict[str, dict]) -> dict[str, str]:
    """The world's text files: 00sequences.txt, whose ranges are 1-based with both ends inclusive."""
    lines = [
        f"{name}\t\tframes\t" + ", ".join(f"{a + 1}-{b}" for a, b in facts[name]["ranges"]) for name in names
    ]
    return {"00sequences.txt": "".join(f"{line}\n" for line in lines)}


def subject(number: int, seed: int = 0) -> Person:
    """Subject `number` (1-25) of the world: build, two outfits, habits."""
    return people.person(number, generator(WORLD, seed, "person", number))


def shot(name: str, seed: int = 0, size: str = "laptop", idle: float = 1.0) -> Shot:
    """Plan one video. `idle`: 1 leaves the empty stretches their natural length, 0 removes them."""
    if idle < 0:
        raise ValueError(f"idle={idle} is negative: 1 is natural, 0 removes the empty stretches")
    number, action, d = parse(name)
    who = subject(number, seed)
    key = (zlib.crc32(WORLD.encode()), seed, number, ACTIONS.index(action), d)
    rng = generator(*key, "action")
    place = _place(number, d, seed)
    repeats = 2 if size == "quick" else (3 if rng.random() < 0.1 else 4)
    if action in GAITS:
        empty = idle * (0.3 if size == "quick" else 1.0)
        pose, camera, ranges = _crossings(action, who, rng, d, repeats, empty)
    else:
        mean = 48 if size == "quick" else 104
        pose, camera, ranges = _on_the_spot(action, who, rng, d, repeats, mean)
    world = people.joints(who, pose)
    points = camera.project(world)
    inside = (points[..., 0] > -4) & (points[..., 0] < WIDTH + 4)
    stem = f"person{number:02d}_{action}_d{d}"
    visible = np.any(inside, axis=1)
    return Shot(stem, who, action, d, place, camera, pose, world, points, visible, ranges, key)


def _place(number: int, d: int, seed: int) -> Place:
    """Outdoors for d1 to d3, where each scenario has its own spot; indoors for d4."""
    rng = generator(WORLD, seed, "place", number, d)
    return scene.indoors(rng) if d == 4 else scene.outdoors(rng)


def _camera(who: Person, rng: np.random.Generator, d: int, count: int) -> Camera:
    """How large the person is seen over `count` frames; in d2 the camera zooms in and out."""
    base = 82 * rng.uniform(0.88, 1.10)
    zoom = np.ones(count)
    if d == 2:
        t = np.arange(count) / FPS
        wave = np.sin(2 * np.pi * t / rng.uniform(5.0, 10.0) + rng.uniform(0, 2 * np.pi))
        zoom = np.exp(rng.uniform(-0.32, -0.16) + rng.uniform(0.16, 0.30) * wave)
    return Camera(scale=base * who.stature * zoom, zoom=zoom, ground=rng.uniform(107, 114))


def _on_the_spot(action: str, who: Person, rng: np.random.Generator, d: int, repeats: int, mean: int
                 ) -> tuple[Pose, Camera, list[tuple[int, int]]]:  # fmt: skip
    """Boxing, clapping, waving: the repetitions follow each other without a gap, as in KTH."""
    lengths = np.rint(mean * rng.uniform(0.85, 1.2, repeats)).astype(int)
    ends = np.cumsum(lengths)
    count = int(ends[-1])
    camera = _camera(who, rng, d, count)
    pose = STANDING[action](count, who, rng)
    pose.x = pose.x + rng.uniform(-0.22, 0.22)
    return pose, camera, [(int(e - n), int(e)) for e, n in zip(ends, lengths, strict=True)]


def _crossings(action: str, who: Person, rng: np.random.Generator, d: int, repeats: int, idle: float
               ) -> tuple[Pose, Camera, list[tuple[int, int]]]:  # fmt: skip
    """Across the frame, out of it, and back. How long the frame stays empty does not depend on the action."""
    camera = _camera(who, rng, d, 3000)
    numbers = draw_gait(action, who, rng)
    margin = 0.34  # heights: an arm or a leg in front of the pelvis
    direction = 1 if rng.random() < 0.5 else -1
    start, xs, yaws, phases, ranges = 0, [], [], [], []
    for _ in range(repeats):
        speed = numbers["speed"] * rng.uniform(0.96, 1.04) / FPS
        half = WIDTH / 2 / camera.scale
        x = -(half[start] + margin) + speed * np.arange(len(half) - start)
        stop = int(np.argmax(x > half[start:] + margin))  # the first frame behind the other edge
        gap = int(round(idle * rng.uniform(*((16, 44) if d == 4 else (38, 92)))))
        count = stop + gap
        cycles = rng.uniform(0, 1) + numbers["cadence"] / FPS * np.arange(count)
        xs.append(direction * np.where(np.arange(count) < stop + 2, x[:count], 50.0))
        yaws.append(np.full(count, (0.0 if direction > 0 else np.pi) + rng.uniform(-0.14, 0.14)))
        phases.append(cycles)
        ranges.append((start, start + stop))
        start, direction = start + count, -direction
    camera = Camera(camera.scale[:start], camera.zoom[:start], camera.ground, camera.pitch)
    pose = gait(numbers, np.concatenate(phases), np.concatenate(xs), np.concatenate(yaws))
    return pose, camera, ranges


def pelvis(plan: Shot) -> np.ndarray:
    """Pelvis (T, 2) in pixels; meaningful where `plan.visible`."""
    return plan.points[:, INDEX["pelvis"]]
