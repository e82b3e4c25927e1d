"""Baccouche 2011, the two stages: train the 3D-ConvNet, then label whole sequences from its 120 numbers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from vidlab import score
from vidlab.experiment import Outcome
from vidlab.nets.baccouche import ConvNet3D, OneStepModel, SequenceLSTM
from vidlab.papers.baccouche.data import (
    ClipSequenceLoader,
    Material,
    SequenceLoader,
    WindowLoader,
    Windows,
    pad,
)
from vidlab.train import Recipe, fit
from vidlab.videos.benchmark import Split

EPOCH = 3000  # windows that count as one epoch of the 3D-ConvNet


def convnet_recipe(windows: int) -> Recipe:
    """SGD with momentum on small batches (the paper's is online: batches of one), `windows` shown in all."""
    return Recipe(f"convnet-1-{windows}", epochs=max(1, round(windows / EPOCH)), batch=4, lr=0.003)


LSTM = Recipe("lstm-1", epochs=25, batch=16, lr=3e-3, optimiser="adam", clip=1.0)
ONE_STEP = Recipe("one-step-1", epochs=6, batch=4, lr=1e-3, optimiser="adam", clip=1.0)


@dataclass(frozen=True)
class Features:
    """What the 3D-ConvNet makes of n windows: features (n, 120), probabilities (n, K), and the windows."""

    values: np.ndarray
    probabilities: np.ndarray
    windows: Windows

    def sequences(self, order: np.ndarray, key: np.ndarray) -> list[np.ndarray]:
        """The features of each sequence in `order`, in time: `key` (n,) names each window's sequence."""
        return [self.values[key == s] for s in order]


def outcome(
    data: Material, tested: np.ndarray, rows: np.ndarray, history: dict[str, list], **more
) -> Outcome:
    """Rows of probabilities (n, K) with the names, persons and labels of the n videos they are about."""
    videos = [data.benchmark.videos[i] for i in tested]
    by_epoch = history.get("test_correct")
    return Outcome(
        video_names=[v.name for v in videos],
        groups=[v.group for v in videos],
        labels=data.benchmark.labels[tested],
        probabilities=rows,
        predictions=rows.argmax(1),
        history={name: values for name, values in history.items() if name != "test_correct"},
        test_correct_by_epoch=None if by_epoch is None else np.array(by_epoch, np.uint8),
        **more,
    )


def _tested(epoch: int, rows: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """What a training logs of its test sequences, from rows (n, K): for bac-5 only, never to choose by."""
    return {"test_epoch": epoch + 1, "test_correct": (rows.argmax(1) == labels).astype(int).tolist()}


def train_convnet(
    data: Material,
    split: Split,
    windows: int,
    *,
    frames: int = 9,
    rectify: bool = True,
    seed: int = 0,
    test_every: int = 0,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> tuple[ConvNet3D, dict[str, list]]:
    """Stage 1 (Sec. 2): train the 3D-ConvNet on random windows of the training persons, `windows` in all.

    `test_every` n logs the vote on the test persons every n epochs.
    """
    torch.manual_seed(seed)
    net, recipe = ConvNet3D(len(data.benchmark.classes), frames, rectify), convnet_recipe(windows)
    loader = WindowLoader(data, split.train, frames, recipe.batch, windows // recipe.epochs, seed)
    test = data.windows(frames).of(split.test)

    def log(net: Any, epoch: int) -> dict[str, Any]:
        if not test_every or (epoch + 1) % test_every:
            return {}
        scores = score.of_windows(test.video, extract(net, data, test).probabilities, test.label)
        return _tested(epoch, score.vote(scores), score.labels(scores))

    return net, fit(net, loader, recipe, seed=seed, each_epoch=log, checkpoint=checkpoint, device=device)


def device_of(net: nn.Module) -> torch.device:
    """Where a network's weights are."""
    return next(net.parameters()).device


def extract(net: ConvNet3D, data: Material, windows: Windows, batch: int = 128) -> Features:
    """The 120 features and the probabilities of every window."""
    net.eval()
    values, probabilities = [], []
    with torch.inference_mode():
        for at in range(0, len(windows.index), batch):
            clips = data.take(windows.index[at : at + batch])
            features = net.features(clips.to(device_of(net)))
            values.append(features.cpu())
            probabilities.append(net.N2(net.N1(features)).softmax(1).cpu())
    return Features(torch.cat(values).numpy(), torch.cat(probabilities).numpy(), windows)


def train_lstm(
    sequences: list[np.ndarray],
    labels: np.ndarray,
    classes: int,
    *,
    cells: int = 50,
    forget_gate: bool = False,
    shuffled: bool = False,
    recipe: Recipe = LSTM,
    seed: int = 0,
    test: tuple[list[np.ndarray], np.ndarray] | None = None,
    device: str = "cpu",
) -> tuple[SequenceLSTM, dict[str, list]]:
    """Stage 2 (Sec. 3): train the LSTM on sequences of features, with the label as target at every step.

    `test`, sequences and their labels, logs which of them are right after each epoch.
    """
    torch.manual_seed(seed)
    net = SequenceLSTM(sequences[0].shape[1], cells, classes, forget_gate)
    loader = SequenceLoader(sequences, labels, recipe.batch, seed, shuffled)

    def log(net: nn.Module, epoch: int) -> dict[str, Any]:
        return _tested(epoch, label_sequences(net, test[0]), test[1]) if test else {}

    return net, fit(net, loader, recipe, seed=seed, each_epoch=log, device=device)


def label_sequences(net: nn.Module, sequences: list[np.ndarray], batch: int = 64) -> np.ndarray:
    """Probabilities (n, K) of whole sequences: the LSTM's outputs, summed over the steps and shared out."""
    net.eval()
    rows: list[Tensor] = []
    with torch.inference_mode():
        for at in range(0, len(sequences), batch):
            part = sequences[at : at + batch]
            p = net(pad(part).to(device_of(net))).softmax(-1).cpu()
            rows.extend(row[: len(s)].mean(0) for row, s in zip(p, part, strict=True))
    return torch.stack(rows).numpy()


def logistic(train: list[np.ndarray], labels: np.ndarray, test: list[np.ndarray], classes: int) -> np.ndarray:
    """A control without time: logistic regression on the mean feature of each sequence -> (n, K)."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(np.stack([s.mean(0) for s in train]), labels)
    rows = np.zeros((len(test), classes))
    rows[:, model.classes_] = model.predict_proba(np.stack([s.mean(0) for s in test]))
    return rows


def train_one_step(
    data: Material, split: Split, seed: int, checkpoint: Path, device: str
) -> tuple[OneStepModel, dict[str, list]]:
    """The paper's future work: ConvNet and LSTM trained as one, on sequences of windows of pixels."""
    torch.manual_seed(seed)
    net = OneStepModel(len(data.benchmark.classes))
    loader = ClipSequenceLoader(data, data.windows(), np.array(split.train), ONE_STEP.batch, seed)
    return net, fit(net, loader, ONE_STEP, seed=seed, checkpoint=checkpoint, device=device)


def label_clips(net: OneStepModel, data: Material, videos) -> np.ndarray:
    """Probabilities (n, K) that the one-step model gives whole sequences."""
    net.eval()
    windows = data.windows().of(videos)
    rows: list[Tensor] = []
    with torch.inference_mode():
        for video in videos:
            clips = data.take(windows.index[windows.video == video]).to(device_of(net))
            rows.append(net(clips[None, :, 0]).softmax(-1)[0].mean(0).cpu())
    return torch.stack(rows).numpy()
