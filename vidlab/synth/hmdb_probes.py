"""Neutral probes of SynthHMDB-1, in the manner of `video_probes`: small, fixed, on seed CALIBRATION, after
encoding, on unseen films. The world may be adjusted by these numbers alone, then it is frozen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..videos.reading import read_frames
from . import hmdb
from .people import INDEX
from .portrait import Head
from .probes import accuracy
from .stage import Actor, Shot
from .video_probes import CALIBRATION, CLIP, FIELDS, colours, farneback, gradients, orientations, statistics

SIDE = 60  # of the square crop around the true place of head or body, pixels

# Percent, (low, high); stated before the first measurement. "Mouths": chew, talk, eat; "reversed": sit and
# stand, throw and catch, read pair by pair; "hands": eat, smoke, drink.
BANDS = {
    "colour histogram": (0.0, 25.0),  # 17 actions, chance 6
    "colour histogram, faces": (0.0, 32.0),  # 7, chance 14
    "camera path": (0.0, 10.0),  # chance 6
    "global flow": (0.0, 40.0),  # chance 6; missed: the card says why
    "still, faces": (20.0, 55.0),  # one frame must say something, and not much
    "still, smile or laugh": (45.0, 72.0),  # chance 50
    "still, mouths": (30.0, 62.0),  # chance 33
    "still, reversed": (40.0, 60.0),  # chance 50
    "still, bodies": (25.0, 75.0),  # 10, chance 10
    "flow, faces": (35.0, 85.0),
    "flow, smile or laugh": (65.0, 97.0),
    "flow, mouths": (50.0, 92.0),
    "flow, reversed": (65.0, 97.0),
    "flow, bodies": (40.0, 90.0),
    "flow": (35.0, 85.0),
    "flow - still, faces": (5.0, 60.0),  # motion must say more than one frame
    "ordered - shuffled clip, reversed": (8.0, 60.0),
}


@dataclass(frozen=True)
class Sample:
    """Fixed features of one moment of one video; see `describe`."""

    name: str
    histogram: np.ndarray  # colours of the whole video
    camera: np.ndarray  # the true path
    statistics: np.ndarray  # flow of the whole picture, over time
    still: np.ndarray  # one frame: gradients
    flow: np.ndarray  # (5, cells) ten fields in pairs
    clip: np.ndarray  # (6, cells) gradients of six of 16 frames


def describe(frames: np.ndarray, plan: Shot, rng: np.random.Generator) -> Sample:
    """The features of a video, uint8 (T, H, W, 3), around one moment of its action."""
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    small = np.stack([cv2.resize(g, (80, 60), interpolation=cv2.INTER_AREA) for g in grey])
    fields = np.stack([farneback(a, b) for a, b in zip(small, small[1:], strict=False)])
    start, stop = plan.note["active"]
    moment = int(rng.integers(start, stop))
    box, side = square(plan, moment), plan.note["side"]
    first = int(np.clip(moment - FIELDS // 2, 0, len(fields) - FIELDS))
    moved = np.stack([cut(np.moveaxis(f, 0, -1), box / 2, side) for f in fields[first : first + FIELDS]])
    moved = (moved - np.median(moved, axis=(1, 2), keepdims=True)) * [side, 1]
    window = np.clip(np.arange(moment - CLIP // 2, moment + CLIP // 2, 3), 0, len(frames) - 1)
    path = plan.camera.matrix[np.linspace(0, plan.length - 1, 24).round().astype(int)]
    return Sample(
        name=plan.name,
        histogram=colours(frames[:, ::2, ::2]),
        camera=np.concatenate([path[:, 0, 0], path[:, 0, 2], path[:, 1, 2]]),
        statistics=statistics(fields - np.median(fields, axis=(2, 3), keepdims=True)),
        still=gradients(cut(grey[moment], box, side)[None]),
        flow=np.sqrt(orientations(moved).reshape(FIELDS // 2, 2, -1).sum(1)),
        clip=gradients(np.stack([cut(grey[t], box, side) for t in window])),
    )


def square(plan: Shot, t: int) -> np.ndarray:
    """Middle x, middle y and half the side of a square around the head or the body, in pixels."""
    figure = plan.actors[0]
    if isinstance(figure, Head):
        x, y = figure.at(0, 0.12)[t, 0]
        return np.array([x, y, 0.8 * figure.scale[t]])
    assert isinstance(figure, Actor)
    x, y = figure.joints[t, INDEX["pelvis"]]
    return np.array([x, y, 0.62 * figure.lens.scale[t]])


def cut(picture: np.ndarray, box: np.ndarray, side: int) -> np.ndarray:
    """The square `box` of a picture (H, W, ...), SIDE pixels wide, mirrored where somebody faces left."""
    x, y, half = box
    zoom = SIDE / (2 * half)
    matrix = np.array([[zoom * side, 0, SIDE / 2 - zoom * side * x], [0, zoom, SIDE / 2 - zoom * y]])
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REPLICATE)  # fmt: skip


def collect(root: str | Path | None = None, names: Iterable[str] = (), each: int = 2) -> list[Sample]:
    """Samples of the calibration copy under `root`, `each` a video; without it drawn, before encoding."""
    out = []
    for name in names or hmdb.names():
        plan = hmdb.shot(name, CALIBRATION)
        frames = hmdb.draw(plan) if root is None else read_frames(hmdb.path(Path(root), name))
        rng = np.random.default_rng([CALIBRATION, *name.encode()])
        out += [describe(frames, plan, rng) for _ in range(each)]
    return out


SETS = {"": hmdb.CLASSES, ", faces": hmdb.FACES, ", smile or laugh": ("smile", "laugh"),
        ", mouths": ("chew", "talk", "eat"), ", hands": ("eat", "smoke", "drink"),
        ", bodies": (*hmdb.SHARED, *hmdb.OWN), ", sit or stand": ("sit", "stand"),
        ", throw or catch": ("throw", "catch")}  # fmt: skip


def told(samples: list[Sample], features: np.ndarray, among: Iterable[str]) -> float:
    """Percent right on unseen films when the actions `among` are told from features (n, ...)."""
    parsed = [hmdb.parse(s.name) for s in samples]
    action, film = np.array([n.action for n in parsed]), np.array([hmdb.FILMS.index(n.film) for n in parsed])
    keep = np.isin(action, list(among))
    _, labels = np.unique(action[keep], return_inverse=True)
    return accuracy(features[keep], labels, film[keep])


def feature(samples: list[Sample], kind: str) -> np.ndarray:
    """One kind of feature of all samples: (n, ...)."""
    return np.stack([getattr(s, kind) for s in samples]).astype(np.float32)


def measure(samples: list[Sample]) -> dict[str, float]:
    """All probes, in percent: keys as in BANDS, and more for comparison."""
    rng = np.random.default_rng(0)
    clip, flow = feature(samples, "clip"), feature(samples, "flow")
    mixed = np.stack([c[rng.permutation(len(c))] for c in clip])
    views = {"still": feature(samples, "still"), "flow": flow, "one field": flow[:, 2], "ordered clip": clip,
             "shuffled clip": mixed, "colour histogram": feature(samples, "histogram"),
             "camera path": feature(samples, "camera"),
             "global flow": feature(samples, "statistics")}  # fmt: skip
    out = {
        kind + suffix: told(samples, seen, among)
        for kind, seen in views.items()
        for suffix, among in SETS.items()
    }
    for kind in views:
        out[f"{kind}, reversed"] = (out[f"{kind}, sit or stand"] + out[f"{kind}, throw or catch"]) / 2
    out["flow - still, faces"] = out["flow, faces"] - out["still, faces"]
    out["ordered - shuffled clip, reversed"] = out["ordered clip, reversed"] - out["shuffled clip, reversed"]
    return out
