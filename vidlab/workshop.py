"""The command line on videos that a user has: train, test and predict with each paper's system."""

import hashlib
import shlex
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import SafetensorError

import vidlab
from vidlab import features, runs, score, videos, weights
from vidlab.nets import C3D
from vidlab.papers import c3d, twostream
from vidlab.papers.baccouche import stages, system, table
from vidlab.papers.baccouche.data import prepare
from vidlab.papers.c3d import describe
from vidlab.papers.c3d.describe import Describer
from vidlab.papers.worlds import Material
from vidlab.train import best_device
from vidlab.videos.benchmark import Benchmark, Split, only
from vidlab.videos.folder import MOST_GROUPS
from vidlab.videos.reading import PreparationError, VideoError, written_whole

NETS = (table.PAPER, "spatial", "temporal")
DESCRIBED_BY = ("c3d", "vgg19")


def train_on(net: str, found: Benchmark, store: Path, split: str, shown: int, seed: int, out: Path) -> str:
    """Train on one split of a data set, save the weights, and return the report of the test.

    `shown`: windows for the 3D-ConvNet, samples for a stream of the two-stream networks.
    """
    if net not in NETS:
        raise ValueError(f"--net {net}: this book trains {', '.join(NETS)} so far")
    if out.is_dir():
        raise ValueError(f"--out {out}: a folder is there; name a file for the weights")
    least = stages.convnet_recipe(shown).batch if net == table.PAPER else twostream.system.BATCH
    if shown < least:
        raise ValueError(f"--samples {shown}: give at least {least}, one batch")
    chosen = found.split(split or found.splits[0].name)
    device, speed = best_device(), 18_000 if net == table.PAPER else 24_000
    print(f"{len(chosen.train)} videos train on {device}: about {shown / speed + 1:.0f} min on one CPU core")
    learnt = [found.name, found.classes, [str(found.videos[i].path) for i in chosen.train], shown, seed, net]
    told = hashlib.sha256(repr(learnt).encode()).hexdigest()[:8]  # so that it never goes on from other videos
    checkpoint = out.with_name(f"{out.name}.{told}.checkpoint")
    if net == table.PAPER:
        data = prepare(found, store / "boxes")
        both = system.train(data, chosen, shown, seed, device=device, checkpoint=checkpoint)
        both.save(out)
        report = _report_both(both, data, chosen)
    else:
        videos_of = Material(found, store)
        stream = twostream.system.train(net, videos_of, chosen, shown, seed, device=device,
                                        checkpoint=checkpoint)  # fmt: skip
        stream.save(out)
        report = _report_stream(stream, videos_of, chosen)
    checkpoint.unlink(missing_ok=True)
    return f"{report}\nweights: {out}"


def saved(path: Path) -> system.System | twostream.system.Stream:
    """What `vidlab train` wrote. Raises ValueError, naming the file, when it holds anything else."""
    try:
        tensors, notes = weights.read(path)
    except (OSError, SafetensorError) as error:
        told = f"{path}: cannot be read ({error}): give a file that `vidlab train` wrote"
        raise ValueError(told) from error
    if notes.get("system") == twostream.system.SYSTEM:
        return twostream.system.of_file(path, tensors, notes)
    return system.load(path)


def evaluate_on(path: Path, found: Benchmark, store: Path, split: str) -> str:
    """Test saved weights on one split of a data set."""
    trained, chosen = saved(path), found.split(split or found.splits[0].name)
    if found.classes != trained.classes:
        raise ValueError(
            f"{path}: trained for {', '.join(trained.classes)}, not for {', '.join(found.classes)}"
        )
    if isinstance(trained, system.System):
        return _report_both(trained, prepare(found, store / "boxes"), chosen)
    return _report_stream(trained, Material(found, store), chosen)


def predict_file(path: Path, weights_file: Path | None) -> str:
    """Class probabilities of one video."""
    trained = saved(weights_file) if weights_file else showcase()
    if not isinstance(trained, system.System):
        rows = trained.predict(videos.read_frames(path))
        best = pd.Series(rows, trained.classes).sort_values(ascending=False)[:5]
        return f"{trained.kind} stream, whole video:\n{best.to_string(float_format='%.2f')}"
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


def describer(net: str, weights_file: Path | None, mean: Path | None = None) -> Describer:
    """C3D or VGG-19 with published weights; or the recorded small C3D of SynthSports-1 (synthetic)."""
    if net not in DESCRIBED_BY:
        raise ValueError(f"--net {net}: this book describes videos by {' and '.join(DESCRIBED_BY)} so far")
    if net == "vgg19":
        if weights_file is None:
            raise ValueError("--net vgg19: give --weights, torchvision's vgg19-dcbb9e9d.pth")
        return describe.published_images(weights_file)
    if weights_file:
        return describe.published(weights_file, mean)
    experiment = c3d.arm("sports-c3d")[0]
    run = runs.find(experiment)
    if run is None or not run.tensors:
        raise ValueError(f"{runs.not_recorded([experiment], 'sports-c3d')}; or give --weights")
    sizes = {k: experiment.net[k] for k in ("crop", "width", "norm")}
    small = C3D(len(run.probabilities[0]), **sizes)
    return describe.showcase(small, run.tensors, experiment.net["side"], f"run {experiment.id}")


def describe_to(net: str, found: Benchmark, store: Path, out: Path, layers: list[str],
                weights_file: Path | None, mean: Path | None = None) -> str:  # fmt: skip
    """Describe all videos of a data set and write the rows to an .npz file, whole or not at all."""
    if out.suffix != ".npz":
        raise ValueError(f"--out {out}: name a file that ends in .npz")
    folder = store / f"features-{net}-{'-'.join(layers)}"
    rows = _rows(describer(net, weights_file, mean), found, folder, layers)
    names = np.array([video.name for video in found.videos])
    with written_whole(out, out.suffix) as aside, open(aside, "wb") as file:
        np.savez(file, names=names, classes=np.array(found.classes), labels=found.labels, **rows)  # type: ignore[arg-type]
    shapes = ", ".join(f"{layer} {table.shape}" for layer, table in rows.items())
    return "\n".join(
        [*(f"note: {note}" for note in found.notes), f"{len(names)} videos: {shapes}", f"in {out}"]
    )


def classify_on(net: str, found: Benchmark, store: Path, split: str, weights_file: Path | None,
                mean: Path | None = None) -> str:  # fmt: skip
    """Frozen features and a linear SVM, tested on a split, or, where none is named, on all videos in turn."""
    chosen = found.split(split) if split else None
    by = describer(net, weights_file, mean)
    table = _rows(by, found, store / f"features-{net}-fc6", ["fc6"])["fc6"]
    answers, tested, head = _answers(features.unit(table), found, chosen)
    right, names = 100 * np.mean(answers == found.labels[tested]), np.array(found.classes)
    counts = pd.crosstab(names[found.labels[tested]], names[answers], rownames=[""], colnames=[""])
    told = f"frozen fc6 of {net} and a linear SVM: {right:.1f} % of {len(tested)} videos"
    return "\n".join([*head, told, "true classes by row, answers by column:", counts.to_string()])


def _rows(by: Describer, found: Benchmark, folder: Path, layers: list[str]) -> dict[str, np.ndarray]:
    """Rows (V, d) a layer of all videos. Raises PreparationError, with how to go on without the bad ones."""
    if not found.videos:
        raise ValueError(f"{found.name}: there is no video left to describe")
    try:
        return by.extract(found, folder, layers, best_device())
    except PreparationError as error:
        stems = [video.path.stem for video in found.videos]
        alike = {stem for stem in stems if stems.count(stem) > 1}
        told = []
        for bad in error.errors:
            name = f"{bad.path.parent.name}/{bad.path.stem}" if bad.path.stem in alike else bad.path.stem
            told.append(VideoError(bad.path, bad.reason, f"{bad.remedy} (--exclude {shlex.quote(name)})"))
        raise PreparationError(told) from error


def _answers(rows: np.ndarray, found: Benchmark, split: Split | None
             ) -> tuple[np.ndarray, np.ndarray, list[str]]:  # fmt: skip
    """Labels that an SVM gives, the indices of the videos that it gives them to, and what to say of them."""
    groups_of = [{v.group for v in found.videos if v.label == label} for label in range(len(found.classes))]
    two_left = len(found.classes) > 2 or min(map(len, groups_of)) > 1  # whichever group is left out
    if split is None and two_left and len(set(found.groups)) <= MOST_GROUPS:
        told = features.leave_one_out(rows, found.labels, found.groups).argmax(1)
        head = f"{found.name}: each group's videos are named by an SVM that is trained on all other groups"
        alone = [name for name, of_it in zip(found.classes, groups_of, strict=True) if len(of_it) == 1]
        never = f"all videos of {', '.join(alone)} are of one group: no SVM that names them has met the class"
        notes = [*found.notes, never] if alone else found.notes
        return told, np.arange(len(told)), [head, *(f"note: {note}" for note in notes)]
    split = split or found.split("holdout")
    known, tested = np.array(split.train), np.array(split.test)
    groups = [found.groups[i] for i in known]
    told = features.svm(rows[known], found.labels[known], groups).predict(rows[tested])
    return told, tested, _head(found, split)


def dataset(kind: str, root: Path, classes, partial: bool, exclude: Iterable[str] = ()) -> Benchmark:
    """A data set's videos, with only the classes that are wanted and without the files of these names.

    Videos that the data set lists and that are not there are an error, unless `partial`.
    """
    if kind == "kth":  # whose files are named person01_boxing_d1_uncomp, without the last part in its lists
        exclude = [name.removesuffix("_uncomp") for name in exclude]
    found = videos.load(kind, root, exclude=exclude)
    if found.missing and not partial:
        raise ValueError(
            f"{root}: {found.missing[0]} is the first of {len(found.missing)} missing; "
            "put all videos there, or give --partial"
        )
    return only(found, classes) if classes else found


def benchmark(kind: str, root: Path, classes, partial: bool, exclude: Iterable[str] = ()) -> Benchmark:
    """A `dataset` that can be split into two sides, the split to use by default first."""
    found = dataset(kind, root, classes, partial, exclude)
    usable = [split for split in found.splits if split.train and split.test]
    if not usable:
        raise ValueError(f"{root}: no split has videos on both sides; it takes two people or groups")
    by_default = sorted(usable, key=lambda split: split.name == "holdout")  # first: leave one group out
    return replace(found, splits=tuple(by_default))


def store_of(kind: str, root: Path) -> Path:
    """Where what is decoded from a user's videos is kept."""
    return vidlab.generated("stores", f"{kind}-{root.resolve().name}")


def _head(found: Benchmark, split: Split) -> list[str]:
    counts = f"{len(split.train)} videos train, {len(split.test)} are tested"
    return [f"{found.name}, {split.name}: {counts}", *(f"note: {note}" for note in found.notes)]


def _report_stream(stream: twostream.system.Stream, data: Material, split: Split) -> str:
    """Top-1 and top-5 accuracy and the confusion matrix of the classes that occur."""
    tested = np.array(split.test)
    rows, truth = stream.label(data, tested), data.benchmark.labels[tested]
    answers = rows.argmax(1)
    top = [100 * score.hit(rows, truth, k) for k in (1, 5)]
    names = np.array(stream.classes)
    counts = pd.crosstab(names[truth], names[answers], rownames=[""], colnames=[""])
    lines = [
        *_head(data.benchmark, split),
        f"{stream.kind} stream: top-1 {top[0]:.1f} %, top-5 {top[1]:.1f} % of {len(tested)} videos",
        "true classes by row, answers by column:",
        counts.to_string(),
    ]
    return "\n".join(lines)


def _report_both(trained: system.System, data, split: Split) -> str:
    """Accuracy by vote and by LSTM, and the LSTM's confusion matrix, with the number of videos."""
    labels, voted, labelled = system.evaluate(trained, data, np.array(split.test))
    counts = score.confusion(labelled.argmax(1), labels, len(trained.classes))
    vote, lstm = (100 * score.accuracy(rows, labels) for rows in (voted, labelled))
    lines = [
        *_head(data.benchmark, split),
        f"vote {vote:.1f} %, LSTM {lstm:.1f} %",
        "true classes by row, answers of the LSTM by column:",
        pd.DataFrame(counts, trained.classes, trained.classes).to_string(),
    ]
    return "\n".join(lines)
