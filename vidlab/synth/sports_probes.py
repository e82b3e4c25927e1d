"""Neutral probes of SynthSports-1, with the features and the classifier of `video_probes`.

A source to pre-train on needs fewer probes than a world on which claims are tested: that colours and camera
do not give its classes away, that one frame says something and motion more, and that order counts. Taken on
the videos to train on of another seed (CALIBRATION), seen classes only; folds by a video's number.
"""

from pathlib import Path

import numpy as np

from ..videos.reading import read_frames
from . import sports
from .probes import accuracy
from .sport_motions import LEGS, REVERSED
from .video_probes import CALIBRATION, Sample, describe, feature, shuffled

# Percent, (low, high); stated before the first measurement. 48 classes (chance 2) unless said.
BANDS = {
    "colour histogram": (0.0, 20.0),
    "camera path": (0.0, 5.0),
    "amount of motion": (0.0, 20.0),  # mean and spread of the flow's size alone
    "still": (5.0, 40.0),
    "flow": (25.0, 80.0),
    "still, reversed pairs": (40.0, 60.0),  # chance 50
    "flow, reversed pairs": (65.0, 97.0),
    "ordered - shuffled clip, reversed pairs": (8.0, 60.0),
}
PAIRS = [(one + k, other + k) for one, other in REVERSED for k in LEGS if one + k in sports.SEEN]


def collect(root: str | Path | None = None, names: list[str] | None = None, each: int = 4) -> list[Sample]:
    """Samples of the copy under `root` that was written with seed CALIBRATION, `each` moments of the first
    bout of a video. Without a root the same frames are drawn, before encoding."""
    out = []
    for name in names or [name for name in sports.names() if sports.parse(name).part == "train"]:
        plan = sports.shot(name, CALIBRATION)
        frames = sports.draw(plan) if root is None else read_frames(sports.path(Path(root), name))
        rng = np.random.default_rng([CALIBRATION, *name.encode()])
        start, stop = plan.note["active"][0]
        out.append(describe(frames, plan, rng.integers(start + 4, stop - 4, each)))
    return out


def told(samples: list[Sample], features: np.ndarray, among: tuple[str, ...] = sports.SEEN) -> float:
    """Percent right on unseen videos, of the classes `among`."""
    parsed, count = [sports.parse(sample.name) for sample in samples], features.shape[1]
    keep = np.array([n.action in among for n in parsed])
    _, labels = np.unique([n.action for n in parsed if n.action in among], return_inverse=True)
    numbers = np.array([n.number for n in parsed])[keep]
    rows = features[keep].reshape(keep.sum() * count, -1)
    return accuracy(rows, np.repeat(labels, count), np.repeat(numbers, count))


def pairs(samples: list[Sample], features: np.ndarray) -> float:
    """The mean of `told` over the reversed pairs."""
    return float(np.mean([told(samples, features, pair) for pair in PAIRS]))


def measure(samples: list[Sample]) -> dict[str, float]:
    """All probes, in percent: keys as in BANDS, and a few more for comparison."""
    flow, clip, still = (feature(samples, kind) for kind in ("flow", "clip", "still"))
    colour = np.concatenate([still, feature(samples, "colour") / 64], 2)
    out = {
        "colour histogram": told(samples, feature(samples, "histogram")),
        "camera path": told(samples, feature(samples, "camera")),
        "amount of motion": told(samples, feature(samples, "statistics")[:, :, 6:8]),
        "still": told(samples, still[:, :1]),
        "still in colour": told(samples, colour[:, :1]),
        "flow": told(samples, flow[:, :1]),
        "one field": told(samples, flow[:, :1, 2]),
        "still, reversed pairs": pairs(samples, still),
        "flow, reversed pairs": pairs(samples, flow),
        "ordered clip, reversed pairs": pairs(samples, clip),
        "shuffled clip, reversed pairs": pairs(samples, shuffled(clip)),
    }
    gain = out["ordered clip, reversed pairs"] - out["shuffled clip, reversed pairs"]
    return out | {"ordered - shuffled clip, reversed pairs": gain}
