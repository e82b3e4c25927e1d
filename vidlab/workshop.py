"""Baccouche 2011 at the command line: train, test and predict on videos that a user has."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import vidlab
from vidlab import runs, score, videos
from vidlab.papers.baccouche import stages, system, table
from vidlab.papers.baccouche.data import Material, prepare
from vidlab.train import best_device
from vidlab.videos.benchmark import only


def train_on(
    kind: str,
    root: Path,
    split: str,
    windows: int,
    classes,
    seed: int,
    out: Path,
    net: str,
    partial: bool = False,
) -> str:
    """Train on one split of a data set, save the weights, and return the report of the test."""
    if net != table.PAPER:
        raise ValueError(f"--net {net}: this book trains {table.PAPER} so far")
    least = stages.convnet_recipe(windows).batch
    if windows < least:
        raise ValueError(f"--windows {windows}: give at least {least}, one batch")
    if out.is_dir():
        raise ValueError(f"--out {out}: a folder is there; name a file for the weights")
    data = _material(kind, root, classes, partial)
    chosen = data.benchmark.split(split or data.benchmark.splits[0].name)
    device = best_device()
    print(
        f"{len(chosen.train)} videos train on {device}: about {windows / 18_000 + 1:.0f} min on one CPU core"
    )
    checkpoint = out.with_name(f"{out.name}.checkpoint")
    trained = system.train(data, chosen, windows, seed, device=device, checkpoint=checkpoint)
    trained.save(out)
    checkpoint.unlink(missing_ok=True)
    return f"{_report(trained, data, chosen)}\nweights: {out}"


def evaluate_on(weights: Path, kind: str, root: Path, split: str, classes, partial: bool = False) -> str:
    """Test saved weights on one split of a data set."""
    trained = system.load(weights)
    data = _material(kind, root, classes, partial)
    if data.benchmark.classes != trained.classes:
        raise ValueError(
            f"{weights}: trained for {', '.join(trained.classes)}, "
            f"not for {', '.join(data.benchmark.classes)}"
        )
    return _report(trained, data, data.benchmark.split(split or data.benchmark.splits[0].name))


def predict_file(path: Path, weights: Path | None) -> str:
    """Class probabilities of one video, window by window and as a whole."""
    trained = system.load(weights) if weights else showcase()
    found = trained.predict(videos.read_frames(path, grey=True))
    rows = np.vstack([found.windows, found.voted, found.labelled])
    names = [*(f"{start}-{start + 8}" for start in found.starts), "vote", "LSTM"]
    answers = pd.DataFrame(rows, names, trained.classes)
    answers["->"] = [trained.classes[k] for k in rows.argmax(axis=1)]
    head = "frames: one window by the 3D-ConvNet; vote and LSTM: the whole video"
    return f"{head}\n{answers.to_string(float_format='%.2f')}"


def showcase() -> system.System:
    """The recorded system with weights: trained on 16 synthetic persons of SynthKTH-1, KTH1-shaped."""
    experiment = table.arm("kth1-lstm")[0]
    run = runs.find(experiment)
    if run is None or not run.tensors:
        raise ValueError(runs.not_recorded([experiment], "kth1-lstm"))
    return system.from_tensors(run.tensors, videos.kth.ACTIONS)


def _material(kind: str, root: Path, classes, partial: bool) -> Material:
    """A data set's videos, prepared under data/generated, with only the classes that are wanted.

    Videos that the data set lists and that are not there are an error, unless `partial`.
    """
    found = videos.load(kind, root)
    if found.missing and not partial:
        raise ValueError(
            f"{root}: {found.missing[0]} is the first of {len(found.missing)} missing; "
            "put all videos there, or give --partial"
        )
    if classes:
        found = only(found, classes)
    usable = [split for split in found.splits if split.train and split.test]
    if not usable:
        raise ValueError(f"{root}: no split has videos on both sides; it takes two people or groups")
    by_default = sorted(usable, key=lambda split: split.name == "holdout")  # first: leave one group out
    store = vidlab.generated("stores", f"{kind}-{root.resolve().name}-boxes")
    return prepare(replace(found, splits=tuple(by_default)), store)


def _report(trained: system.System, data: Material, split) -> str:
    """Accuracy by vote and by LSTM, and the LSTM's confusion matrix, with the number of videos."""
    labels, voted, labelled = system.evaluate(trained, data, np.array(split.test))
    counts = score.confusion(labelled.argmax(1), labels, len(trained.classes))
    vote, lstm = (100 * score.accuracy(rows, labels) for rows in (voted, labelled))
    lines = [
        f"{data.benchmark.name}, {split.name}: {len(split.train)} videos train, {len(labels)} are tested",
        *(f"note: {note}" for note in data.benchmark.notes),
        f"vote {vote:.1f} %, LSTM {lstm:.1f} %",
        "true classes by row, answers of the LSTM by column:",
        pd.DataFrame(counts, trained.classes, trained.classes).to_string(),
    ]
    return "\n".join(lines)
