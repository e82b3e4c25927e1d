"""Baccouche 2011, baseline B (Sec. 4): an LSTM over Harris-3D points and HOF instead of learned features."""

import os
from pathlib import Path

import numpy as np

import vidlab
from vidlab import handcrafted
from vidlab.experiment import Experiment, Outcome
from vidlab.papers.baccouche.data import WORLD, Material
from vidlab.papers.baccouche.stages import label_sequences, outcome, train_lstm
from vidlab.videos.reading import read_frames

POINTS = 60  # at most so many a sequence, spread evenly over it: keeps an LSTM's minutes in bounds


def describe_file(path: Path, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Times (n,) and HOF descriptors (n, 90) of one file's points; kept on the disk."""
    kept = folder / f"{path.stem}.npz"
    if not kept.exists():
        times, descriptors = handcrafted.describe(read_frames(path, grey=True))
        aside = folder / f"{path.stem}.{os.getpid()}.part.npz"
        np.savez(aside, times=times, descriptors=descriptors.astype(np.float16))
        aside.replace(kept)
    with np.load(kept) as found:
        return found["times"], found["descriptors"].astype(np.float32)


def describe_all(data: Material, size: str) -> dict[Path, tuple[np.ndarray, np.ndarray]]:
    """The points of every file of the benchmark, resumable file by file."""
    folder = vidlab.generated("stores", f"{WORLD}-{size}-harris")
    folder.mkdir(parents=True, exist_ok=True)
    return {
        path: describe_file(path, folder) for path in dict.fromkeys(v.path for v in data.benchmark.videos)
    }


def sequence(times: np.ndarray, descriptors: np.ndarray, start: int, stop: int) -> np.ndarray:
    """The descriptors of one stretch in order of time, at most POINTS; a row of zeros where there is none."""
    inside = np.flatnonzero((times >= start) & (times < stop))
    if len(inside) > POINTS:
        inside = inside[np.linspace(0, len(inside) - 1, POINTS).round().astype(int)]
    return descriptors[inside] if len(inside) else np.zeros((1, descriptors.shape[1]), np.float32)


def train(experiment: Experiment, data: Material, size: str, device: str = "cpu") -> Outcome:
    """The same LSTM, with the same recipe, on hand-crafted features of the same sequences."""
    points = describe_all(data, size)
    split, labels = data.benchmark.split(experiment.split), data.benchmark.labels
    train_on, test_on = np.array(split.train), np.array(split.test)
    every = [
        sequence(*points[v.path], v.start, v.start + int(n))
        for v, n in zip(data.benchmark.videos, data.length, strict=True)
    ]
    known = np.concatenate([every[i] for i in train_on])
    centre, spread = known.mean(0), known.std(0) + 1e-3
    every = [(s - centre) / spread for s in every]
    net, history = train_lstm(
        [every[i] for i in train_on],
        labels[train_on],
        len(data.benchmark.classes),
        seed=experiment.seed,
        device=device,
    )
    rows = label_sequences(net, [every[i] for i in test_on])
    extra = {"points_per_sequence": float(np.mean([len(s) for s in every]))}
    return outcome(data, test_on, rows, history, extra=extra)
