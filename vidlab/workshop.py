"""Baccouche 2011 at the command line: train, test and predict on videos that a user has."""

from dataclasses import replace
from pathlib import Path

import numpy as np

import vidlab
from vidlab import runs, score, videos
from vidlab.papers.baccouche import system, table
from vidlab.papers.baccouche.data import Material, prepare
from vidlab.videos.benchmark import Benchmark, leave_one_group_out


def train_on(kind: str, root: Path, split: str, windows: int, classes, seed: int, out: Path, net: str) -> str:
    """Train on one split of a data set, save the weights, and return the report of the test."""
    if net != table.PAPER:
        raise ValueError(f"--net {net}: this book trains {table.PAPER} so far")
    data = _material(kind, root, classes)
    chosen = data.benchmark.split(split or data.benchmark.splits[0].name)
    trained = system.train(data, chosen, windows, seed)
    trained.save(out)
    return f"{_report(trained, data, chosen)}\nweights: {out}"


def evaluate_on(weights: Path, kind: str, root: Path, split: str, classes) -> str:
    """Test saved weights on one split of a data set."""
    trained = system.load(weights)
    data = _material(kind, root, classes)
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
    width = max(map(len, trained.classes))
    lines = ["frames      " + "  ".join(f"{c:>{width}}" for c in trained.classes) + "   (3D-ConvNet)"]
    for start, row in zip(found.starts, found.windows, strict=True):
        lines.append(f"{start:4d}-{start + 8:4d}   " + "  ".join(f"{p:{width}.2f}" for p in row))
    for name, row in (("vote", found.voted), ("LSTM", found.labelled)):
        lines.append(
            f"{name:9}   "
            + "  ".join(f"{p:{width}.2f}" for p in row)
            + f"   -> {trained.classes[row.argmax()]}"
        )
    return "\n".join(lines)


def showcase() -> system.System:
    """The recorded system with weights: trained on 16 synthetic persons of SynthKTH-1, KTH1-shaped."""
    experiment = table.arm("kth1-lstm")[0]
    run = runs.find(experiment)
    if run is None or not run.tensors:
        raise ValueError(runs.not_recorded([experiment], "kth1-lstm"))
    return system.from_tensors(run.tensors, videos.kth.ACTIONS)


def _material(kind: str, root: Path, classes) -> Material:
    """A data set's videos, prepared under data/generated, with only the classes that are wanted."""
    found = videos.load(kind, root)
    if classes:
        found = _only(found, classes)
    if kind == "folder":
        found = replace(found, splits=(*leave_one_group_out(found), *found.splits))
    store = vidlab.data_folder() / "generated" / "stores" / f"{kind}-{root.resolve().name}-boxes"
    return prepare(found, store)


def _only(benchmark: Benchmark, classes) -> Benchmark:
    """The benchmark with only some of its classes; splits are made anew by the caller."""
    unknown = sorted(set(classes) - set(benchmark.classes))
    if unknown:
        raise ValueError(
            f"{', '.join(unknown)}: no class of {benchmark.name}; it has {', '.join(benchmark.classes)}"
        )
    kept = [v for v in benchmark.videos if benchmark.classes[v.label] in classes]
    names = tuple(c for c in benchmark.classes if c in classes)
    renumbered = tuple(replace(v, label=names.index(benchmark.classes[v.label])) for v in kept)
    return replace(benchmark, classes=names, videos=renumbered, splits=())


def _report(trained: system.System, data: Material, split) -> str:
    """Accuracy by vote and by LSTM, and the LSTM's confusion matrix, with the number of videos."""
    labels, voted, labelled = system.evaluate(trained, data, np.array(split.test))
    counts = score.confusion(labelled.argmax(1), labels, len(trained.classes))
    width = max(map(len, trained.classes))
    lines = [
        f"{data.benchmark.name}, {split.name}: {len(split.train)} videos train, {len(labels)} are tested"
    ]
    lines += [f"note: {note}" for note in data.benchmark.notes]
    lines.append(
        f"vote {100 * score.accuracy(voted, labels):.1f} %, "
        f"LSTM {100 * score.accuracy(labelled, labels):.1f} %"
    )
    lines.append(
        " " * width + "  " + "  ".join(f"{c:>{width}}" for c in trained.classes) + "   (columns: LSTM says)"
    )
    lines += [
        f"{c:>{width}}  " + "  ".join(f"{n:{width}d}" for n in row)
        for c, row in zip(trained.classes, counts, strict=True)
    ]
    return "\n".join(lines)
