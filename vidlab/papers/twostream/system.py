"""Simonyan & Zisserman 2014, to use: one stream, trained on a user's videos, saved and read again."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from vidlab import transforms, weights
from vidlab.flow.storage import QUALITY, recorded, unpack
from vidlab.nets.cnn_m import CNNM2048
from vidlab.papers.twostream import streams
from vidlab.papers.twostream.data import METHOD, SIDE, Flows, Frames, Material, Source, Task
from vidlab.papers.twostream.streams import RECIPES, Shape
from vidlab.videos.benchmark import Split

SYSTEM = "twostream2014"
SMALL = Shape(width=0.25, crop=56, side=SIDE, norm=True)
BATCH = RECIPES["small-flow-1"].batch
KINDS = ("spatial", "temporal")


@dataclass(frozen=True)
class Stream:
    """A trained network, which stream it is ("spatial" or "temporal"), its classes and its size."""

    net: CNNM2048
    kind: str
    classes: tuple[str, ...]
    shape: Shape

    def source(self, data: Material) -> Source:
        """The stream's inputs, from the videos of a data set."""
        return data.frames() if self.kind == "spatial" else data.flows()

    def label(self, data: Material, videos: np.ndarray) -> np.ndarray:
        """Class probabilities (V, K) of videos by their number: 25 positions x 10 crops (Sec. 5)."""
        return streams.label_videos(self.net, self.source(data), videos, self.shape.crop, frames=25)

    def predict(self, frames: np.ndarray) -> np.ndarray:
        """RGB frames (T, H, W, 3) uint8 of one video -> class probabilities (K,)."""
        if self.kind == "spatial":
            source: Source = Frames([transforms.shrunk(frames, self.shape.side)])
        else:
            source = Flows([unpack(recorded(frames, METHOD, self.shape.side, False, QUALITY)[:-1])])
        return streams.label_videos(self.net, source, [0], self.shape.crop, frames=25)[0]

    def save(self, path: Path) -> None:
        """Weights, and what is needed to make the network again, in one file."""
        notes = {"kind": self.kind, "shape": asdict(self.shape), "classes": self.classes}
        told = {"system": SYSTEM, "stream": json.dumps(notes)}
        weights.write(path, weights.of(self.net, "net"), told)


def untrained(kind: str, classes: tuple[str, ...], shape: Shape = SMALL, seed: int = 0) -> Stream:
    """A stream before training; ValueError for a kind that does not exist."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no stream: spatial or temporal")
    torch.manual_seed(seed)
    temporal = kind == "temporal"
    net = shape.net(20 if temporal else 3, len(classes), 0.5, temporal)
    return Stream(net, kind, classes, shape)


def train(kind: str, data: Material, split: Split, samples: int, seed: int = 0, *, device: str = "cpu",
          checkpoint: Path | None = None) -> Stream:  # fmt: skip
    """Train one stream from scratch on `samples` random samples of a split's training videos."""
    stream = untrained(kind, data.benchmark.classes, seed=seed)
    recipe, known = RECIPES["small-flow-1" if kind == "temporal" else "small-rgb-1"], np.array(split.train)
    recipe = replace(recipe, epochs=min(recipe.epochs, samples // recipe.batch))
    task = Task(stream.source(data), known, data.labels(known))
    each, crop = samples // recipe.epochs, stream.shape.crop
    streams.train_on(stream.net, [task], recipe, each, crop, seed=seed, checkpoint=checkpoint, device=device)
    stream.net.cpu()
    return stream


def of_file(path: Path, tensors: dict[str, torch.Tensor], notes: dict[str, str]) -> Stream:
    """The stream that a file of weights holds. Raises ValueError, naming it, where it holds none."""
    try:
        told = json.loads(notes["stream"])
        stream = untrained(told["kind"], tuple(told["classes"]), Shape(**told["shape"]))
        weights.load_into(stream.net, "net", tensors)
    except (KeyError, TypeError, RuntimeError, ValueError) as error:
        reason = f"holds no stream of {SYSTEM} ({error})"
        raise ValueError(f"{path}: {reason}: give a file that `vidlab train` wrote") from error
    return stream
