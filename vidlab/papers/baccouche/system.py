"""Baccouche 2011 as one thing to use: a video in, probabilities out; saved to and read from one file."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor

from vidlab import clips, score, transforms, weights
from vidlab.nets.baccouche import ConvNet3D, SequenceLSTM
from vidlab.papers.baccouche import stages
from vidlab.papers.baccouche.data import Material
from vidlab.train import Recipe
from vidlab.videos.benchmark import Split


@dataclass(frozen=True)
class Prediction:
    """starts (n,): first frame of each window; windows (n, K): the ConvNet's probabilities; steps (n, K): the
    LSTM's, at each window; voted, labelled (K,): those of the whole video by vote and by LSTM."""

    starts: np.ndarray
    windows: np.ndarray
    steps: np.ndarray
    voted: np.ndarray
    labelled: np.ndarray


@dataclass(frozen=True)
class System:
    """Both trained stages and the names of their classes."""

    convnet: ConvNet3D
    lstm: SequenceLSTM
    classes: tuple[str, ...]

    def predict(self, frames: np.ndarray) -> Prediction:
        """Grey frames (T, H, W, 1) uint8 of one video -> what both stages say of it."""
        boxes = torch.from_numpy(transforms.baccouche_clip(frames)).float()
        clip = transforms.local_contrast_normalise(boxes)
        starts = clips.windows(len(clip))
        inputs = clips.take(clip, starts)[:, None]
        with torch.inference_mode():
            features = self.convnet.eval().features(inputs)
            windows = self.convnet.N2(self.convnet.N1(features)).softmax(1).numpy()
            steps = self.lstm.eval()(features[None])[0].softmax(1).numpy()
        one = np.zeros(len(starts), int)  # all windows are of one video, whose label nobody knows
        scores = score.of_windows(one, windows, one)
        return Prediction(starts, windows, steps, score.vote(scores)[0], steps.mean(0))

    def save(self, path: Path) -> None:
        """Weights and class names in one file."""
        tensors = weights.of(self.convnet, "convnet") | weights.of(self.lstm, "lstm")
        weights.write(path, tensors, {"system": "baccouche2011", "classes": json.dumps(self.classes)})


def from_tensors(tensors: dict[str, Tensor], classes: tuple[str, ...]) -> System:
    """The system whose weights a showcase run, or a saved file, holds."""
    rows, cells = tensors["lstm.lstm.from_cells.weight"].shape
    convnet, lstm = ConvNet3D(len(classes)), SequenceLSTM(120, cells, len(classes), rows == 4 * cells)
    weights.load_into(convnet, "convnet", tensors)
    weights.load_into(lstm, "lstm", tensors)
    return System(convnet, lstm, classes)


def load(path: Path) -> System:
    """Read a saved system. Raises ValueError, naming the file, when it holds anything else."""
    try:
        tensors, notes = weights.read(path)
    except (OSError, SafetensorError) as error:
        told = f"{path}: cannot be read ({error}): give a file that `vidlab train` wrote"
        raise ValueError(told) from error
    if notes.get("system") != "baccouche2011":
        raise ValueError(f"{path}: holds no weights of baccouche2011: give a file that `vidlab train` wrote")
    return from_tensors(tensors, tuple(json.loads(notes["classes"])))


def train(
    data: Material,
    split: Split,
    windows: int,
    seed: int = 0,
    lstm: Recipe = stages.LSTM,
    device: str = "cpu",
    checkpoint: Path | None = None,
) -> System:
    """Both stages, one after the other, on the training videos of a split.

    With a `checkpoint` the long first stage goes on where it was interrupted.
    """
    convnet, _ = stages.train_convnet(data, split, windows, seed=seed, device=device, checkpoint=checkpoint)
    features = stages.extract(convnet, data, data.windows())
    known = np.array(split.train)
    sequences = features.sequences(known, features.windows.video)
    labels = data.benchmark.labels[known]
    net, _ = stages.train_lstm(
        sequences, labels, len(data.benchmark.classes), recipe=lstm, seed=seed, device=device
    )
    return System(convnet.cpu(), net.cpu(), data.benchmark.classes)


def evaluate(system: System, data: Material, videos) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Videos by index -> their labels (n,) and the probabilities by vote and by LSTM, (n, K) each."""
    windows = data.windows().of(videos)
    features = stages.extract(system.convnet, data, windows)
    scores = score.of_windows(windows.video, features.probabilities, windows.label)
    order = np.unique(windows.video)
    rows = stages.label_sequences(system.lstm, features.sequences(order, windows.video))
    return data.benchmark.labels[order], score.vote(scores), rows
