"""Neutral probes: what a small, fixed classifier can read from a world, before any network is trained on it.

The world may be adjusted by these numbers alone, on training persons alone, and is then frozen. All probes
use one classifier, kernel ridge regression with a Gaussian kernel, on fixed features; persons are disjoint.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ..videos.reading import read_frames
from . import kth
from .actions import ACTIONS, GAITS

TRAINING_PERSONS = (1, 4, *range(11, 22), 23, 24, 25)  # the official training and validation persons
FOLDS = 4  # persons are probed in four groups of four, each with a classifier fitted on the other twelve
WINDOW = 9
BOX = (54, 34)

# Percent, (low, high); stated before the first measurement.
BANDS = {
    "histogram": (0.0, 30.0),  # six actions from the grey levels; chance 17
    "still, gaits": (0.0, 62.0),  # one frame must not tell walking, jogging, running apart; chance 33
    "ordered, gaits": (60.0, 92.0),  # nine frames in order must, and leave headroom
    "ordered - still, gaits": (6.0, 60.0),
    "ordered": (60.0, 94.0),  # six actions
    "timing, gaits": (33.0, 95.0),  # from "somebody is visible" alone: a leak that KTH shares
}


@dataclass(frozen=True)
class Samples:
    """Windows of people: crops (n, 9, 54, 34), grey histograms (n, 32), action and person (n,)."""

    crops: np.ndarray
    histograms: np.ndarray
    actions: np.ndarray
    persons: np.ndarray


def collect(root: str | Path | None = None, persons: tuple[int, ...] = TRAINING_PERSONS, each: int = 6,
            seed: int = 0, scenarios: tuple[int, ...] = (1, 2, 3, 4)) -> Samples:  # fmt: skip
    """Take `each` windows of visible people from every video of `persons`.

    From the encoded files under `root`; without it the same frames are drawn, before encoding.
    """
    crops, histograms, actions, who = [], [], [], []
    for name in kth.names("laptop"):
        number, action, d = kth.parse(name)
        if number not in persons or d not in scenarios:
            continue
        plan = kth.shot(name, seed)
        video = None
        if root is not None:
            video = read_frames(Path(root) / action / f"{name}_uncomp.avi", grey=True)[..., 0]
        rng = np.random.default_rng([seed, *name.encode()])
        for start in rng.choice(_starts(plan), each, replace=False):
            stop = start + WINDOW
            frames = kth.draw(plan, start, stop) if video is None else video[start:stop]
            crops.append(centred(frames, kth.pelvis(plan)[start:stop]))
            histograms.append(np.histogram(frames, 32, (0, 256), density=True)[0])
            actions.append(ACTIONS.index(action))
            who.append(number)
    return Samples(np.stack(crops), np.stack(histograms), np.array(actions), np.array(who))


def _starts(plan: kth.Shot) -> np.ndarray:
    """First frames of windows in which the pelvis stays inside the picture."""
    x = kth.pelvis(plan)[:, 0]
    inside = (x > 10) & (x < 150)
    return np.array([t for t in range(plan.length - WINDOW) if inside[t : t + WINDOW].all()])


def centred(frames: np.ndarray, pelvis: np.ndarray) -> np.ndarray:
    """Half-size pictures cut to 54x34 around the person (true position), clamped inside the frame."""
    out = np.empty((len(frames), *BOX), np.uint8)
    for i, (frame, (x, _)) in enumerate(zip(frames, pelvis, strict=True)):
        half = cv2.resize(frame, (80, 60), interpolation=cv2.INTER_AREA)
        left = int(np.clip(round(x / 2) - BOX[1] // 2, 0, 80 - BOX[1]))
        out[i] = half[4 : 4 + BOX[0], left : left + BOX[1]]
    return out


def gradients(crops: np.ndarray) -> np.ndarray:
    """Histograms of unsigned gradient orientation: (n, T, 54, 34) to (n, T, 9 * 6 * 6), square roots."""
    x = crops.astype(np.float32)
    gy, gx = np.gradient(x, axis=(-2, -1))
    size, angle = np.hypot(gx, gy), np.mod(np.arctan2(gy, gx), np.pi)
    bins = np.minimum((angle / np.pi * 6).astype(int), 5)
    out = []
    for b in range(6):
        part = np.pad(np.where(bins == b, size, 0), ((0, 0), (0, 0), (0, 0), (1, 1)))
        out.append(part.reshape(*x.shape[:2], 9, 6, 6, 6).sum((3, 5)))
    cells = np.stack(out, -1).reshape(*x.shape[:2], -1)
    return np.sqrt(cells / (cells.sum(-1, keepdims=True) + 1e-6))


def accuracy(features: np.ndarray, labels: np.ndarray, persons: np.ndarray) -> float:
    """Percent right on unseen persons: kernel ridge (Gaussian, median width), FOLDS groups of persons."""
    features = features.reshape(len(features), -1).astype(np.float64)
    features = (features - features.mean(0)) / (features.std(0) + 1e-6)
    squares = (features**2).sum(1)
    distance = (squares[:, None] + squares[None] - 2 * features @ features.T).clip(0)
    kernel = np.exp(-distance / np.median(distance))
    targets = np.eye(labels.max() + 1)[labels]
    groups = np.unique(persons)
    right = np.zeros(len(labels), bool)
    for fold in range(FOLDS):
        test = np.isin(persons, groups[fold::FOLDS])
        fit = kernel[np.ix_(~test, ~test)] + 0.05 * np.eye((~test).sum())
        scores = kernel[np.ix_(test, ~test)] @ np.linalg.solve(fit, targets[~test])
        right[test] = scores.argmax(1) == labels[test]
    return float(100 * right.mean())


def timing(persons: tuple[int, ...] = TRAINING_PERSONS, seed: int = 0) -> float:
    """Gait accuracy from the lengths of the visible and the empty stretches of whole videos alone."""
    features, labels, who = [], [], []
    for name in kth.names("laptop"):
        number, action, _ = kth.parse(name)
        if number in persons and action in GAITS:
            plan = kth.shot(name, seed)
            seen = np.array([b - a for a, b in plan.ranges])
            empty = np.array([a - b for (_, b), (a, _) in zip(plan.ranges, plan.ranges[1:], strict=False)])
            features.append(np.log([seen.mean(), seen.min(), seen.max(), empty.mean(), plan.length]))
            labels.append(GAITS.index(action))
            who.append(number)
    return accuracy(np.array(features), np.array(labels), np.array(who))


def measure(samples: Samples, seed: int = 0) -> dict[str, float]:
    """All probes but `timing`, in percent: keys as in BANDS, and the shuffled window for comparison."""
    hog = gradients(samples.crops)
    rng = np.random.default_rng(seed)
    shuffled = np.stack([window[rng.permutation(WINDOW)] for window in hog])
    gaits = np.isin(samples.actions, [ACTIONS.index(a) for a in GAITS])
    views: dict[str, Callable[[np.ndarray], np.ndarray]] = {"": lambda x: x, ", gaits": lambda x: x[gaits]}
    out = {"histogram": accuracy(samples.histograms, samples.actions, samples.persons)}
    for kind, features in (("still", hog[:, 4]), ("shuffled", shuffled[:, ::2]), ("ordered", hog[:, ::2])):
        for suffix, keep in views.items():
            _, labels = np.unique(keep(samples.actions), return_inverse=True)
            out[kind + suffix] = accuracy(keep(features), labels, keep(samples.persons))
    out["ordered - still, gaits"] = out["ordered, gaits"] - out["still, gaits"]
    return out


def outside(measured: dict[str, float], bands: dict[str, tuple[float, float]]) -> list[str]:
    """One line for each probe outside its band."""
    return [f"{k}: {measured[k]:.1f} is outside {low:.0f}-{high:.0f}" for k, (low, high) in bands.items()
            if k in measured and not low <= measured[k] <= high]  # fmt: skip
