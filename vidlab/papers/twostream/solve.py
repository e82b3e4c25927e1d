"""Simonyan & Zisserman 2014, one arm: train what it needs, train it, and label the test videos."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import vidlab
from vidlab import score, weights
from vidlab.experiment import Experiment, Outcome
from vidlab.explain import structured
from vidlab.papers.twostream import mistakes, streams, table
from vidlab.papers.twostream.data import Both, Material, Source, Task, material, still_images
from vidlab.papers.twostream.streams import RECIPES, Shape
from vidlab.train import Recipe
from vidlab.videos.benchmark import Split

OTHER = {table.UCF: table.HMDB, table.HMDB: table.UCF}


@dataclass(frozen=True)
class Solved:
    """A trained network (none for a fusion) and what it says: rows (n, K) for the `tested` videos (n,)."""

    net: Any
    tested: np.ndarray
    rows: np.ndarray
    history: dict[str, list]


def train(experiment: Experiment, size: str = "laptop", device: str = "cpu") -> Outcome:
    """Train and test one arm; what it needs is trained first, once for all arms."""
    found = solve(experiment, size, device)
    data = material(experiment.data, size)
    videos = [data.benchmark.videos[i] for i in found.tested]
    return Outcome(
        video_names=[v.name for v in videos],
        groups=[v.group for v in videos],
        labels=data.benchmark.labels[found.tested],
        probabilities=found.rows,
        predictions=found.rows.argmax(1),
        history=found.history,
        extra=measured(experiment, found, size, device),
        tensors=showcase(experiment, found),
    )


def measured(experiment: Experiment, found: Solved, size: str, device: str) -> dict[str, float]:
    """Measured beside accuracy: derivatives among the flow filters (ts-20), kinds of mistakes (ts-21)."""
    if experiment.system == table.TEMPORAL and experiment.net.get("length", 10) > 1:
        filters = [net.conv1.weight.detach() for net in (found.net, _network(experiment, size, device))]
        return structured(*filters)
    if experiment.system == table.AVERAGE and experiment.data == table.UCF:
        spatial, temporal = (solve(e, size, device).rows for e in table.needs(experiment))
        benchmark = material(experiment.data, size).benchmark
        return mistakes.gaps(spatial, temporal, benchmark.labels[found.tested], benchmark.classes)
    return {}


def showcase(experiment: Experiment, found: Solved) -> dict[str, torch.Tensor]:
    """Float16 weights of the first run of each stream: to look at filters, and to label videos with."""
    shown = [table.arm(name)[0] for name in table.SHOWCASES]
    if experiment not in shown or found.net is None:
        return {}
    return {name: t.half() for name, t in weights.of(found.net, "net").items()}


def scratch() -> Path:
    """Where trained networks wait for the arms that need them: never committed, made again when missing."""
    return vidlab.generated("twostream")


def solve(experiment: Experiment, size: str, device: str) -> Solved:
    """What an experiment comes to: from the disk when it has been trained here before."""
    if experiment.system in (table.AVERAGE, table.SVM):
        return _late_fusion(experiment, size, device)
    path = scratch() / f"{experiment.id}-{size}.safetensors"
    if path.exists():
        kept, notes = weights.read(path)
        net = _network(experiment, size, device)
        weights.load_into(net, "net", kept)
        return Solved(net, kept["tested"].numpy(), kept["rows"].numpy(), json.loads(notes["history"]))
    found = _train(experiment, size, device, path.with_suffix(".checkpoint"))
    kept = {"tested": torch.from_numpy(found.tested), "rows": torch.from_numpy(found.rows)}
    weights.write(path, weights.of(found.net, "net") | kept, {"history": json.dumps(found.history)})
    return found


def _train(experiment: Experiment, size: str, device: str, checkpoint: Path) -> Solved:
    if experiment.system == table.STILLS_NET:
        return _pretrain(experiment, size, device, checkpoint)
    options, data = experiment.net, material(experiment.data, size)
    split, shape = split_of(experiment, data), shape_of(experiment)
    tasks, source = _tasks(experiment, data, split, size)
    net = _network(experiment, size, device)
    for below in table.needs(experiment) if options.get("start") else ():
        streams.start_from(net, solve(below, size, device).net)
    model = streams.LastLayer(net) if options.get("start") == table.LAST else net
    centre = options.get("centre", False)
    history = streams.train_on(model, tasks, *recipe_of(experiment, size), shape.crop, seed=experiment.seed,
                               centre=centre, checkpoint=checkpoint, device=device)  # fmt: skip
    checkpoint.unlink(missing_ok=True)
    tested = np.array(split.test, int)
    rows = streams.label_videos(net, source, tested, shape.crop, frames=positions(size), centre=centre)
    return Solved(net.cpu(), tested, _own(rows, data), history)


def _own(rows: np.ndarray, data: Material) -> np.ndarray:
    """Probabilities of a data set's own classes, where others were added to them."""
    own = rows[:, : len(data.benchmark.classes)]
    return own / own.sum(1, keepdims=True)


def _pretrain(experiment: Experiment, size: str, device: str, checkpoint: Path) -> Solved:
    """Pre-training on still images, by object, place and pose; rows: the objects of the held images."""
    data, shape, net = still_images(size), shape_of(experiment), _network(experiment, size, device)
    seen, held = np.flatnonzero(~data.held), np.flatnonzero(data.held)
    task = Task(data.frames(), seen, data.labels[seen])
    history = streams.train_on(net, [task], *recipe_of(experiment, size), shape.crop, seed=experiment.seed,
                               checkpoint=checkpoint, device=device)  # fmt: skip
    checkpoint.unlink(missing_ok=True)
    rows = streams.label_videos(net, data.frames(), held, shape.crop, frames=1)
    right = score.accuracy(rows, data.labels[held, 0])
    return Solved(net.cpu(), held, rows, history | {"held_accuracy": [right]})


def recipe_of(experiment: Experiment, size: str) -> tuple[Recipe, int]:
    """The recipe, and the samples that count as an epoch; `quick` only shows that everything runs."""
    recipe = RECIPES[experiment.recipe]
    return (replace(recipe, epochs=1), 64) if size == "quick" else (recipe, streams.PER_EPOCH)


def positions(size: str) -> int:
    """How many positions of a test video are looked at."""
    return 2 if size == "quick" else streams.TEST_FRAMES


def shape_of(experiment: Experiment) -> Shape:
    return Shape(**{k: experiment.net[k] for k in ("width", "crop", "norm") if k in experiment.net})


def split_of(experiment: Experiment, data) -> Split:
    """The experiment's split: "all" trains on every video and tests none; a `fold` (of the training groups)
    is tested by a network trained on the other folds."""
    groups = data.benchmark.groups
    if experiment.split == "all":
        return Split("all", tuple(range(len(groups))), (), groups)
    split, fold = data.benchmark.split(experiment.split), experiment.net.get("fold")
    if fold is None:
        return split
    names = sorted({groups[i] for i in split.train})
    out = {name for place, name in enumerate(names) if place % table.FOLDS == fold}
    sides = [tuple(i for i in split.train if (groups[i] in out) == test) for test in (False, True)]
    return Split(f"{split.name}, fold {fold}", sides[0], sides[1], groups)


def source_of(experiment: Experiment, data) -> Source:
    """The inputs of the experiment's network, made of a data set's videos."""
    options = experiment.net
    if experiment.system in (table.SPATIAL, table.STACK):
        return data.frames(options.get("depth", 1))
    if experiment.system == table.JOINT:
        return Both(data.frames(), data.flows())
    names = ("length", "trajectory", "subtract_mean", "both_ways")
    return data.flows(**{k: options[k] for k in names if k in options})


def _tasks(experiment: Experiment, data, split: Split, size: str) -> tuple[list[Task], Source]:
    """What to learn from, and the source of the videos that are tested."""
    source, train, extra = source_of(experiment, data), np.array(split.train), experiment.net.get("extra")
    if not extra:
        return [Task(source, train, data.labels(train))], source
    other = material(OTHER[experiment.data], size)
    more = np.arange(len(other.benchmark.videos))  # "full data, all splits combined" (Sec. 6)
    if extra == "multi-task":
        return [Task(source, train, data.labels(train, 0, 2)),
                Task(source_of(experiment, other), more, other.labels(more, 1, 2))], source  # fmt: skip
    kept = added_classes(data, other)
    place = {k: len(data.benchmark.classes) + i for i, k in enumerate(kept)}
    more = more[np.isin(other.benchmark.labels, kept)]
    labels = np.array([[place[k]] for k in other.benchmark.labels[more]])
    return [Task(source, train, data.labels(train)), Task(source_of(experiment, other), more, labels)], source


def added_classes(data: Material, other: Material) -> list[int]:
    """The other set's classes that this one does not have (78 of UCF-101's 101 for HMDB-51, Sec. 6)."""
    shared = {c for pair in table.SHARED for c in pair}
    return [k for k, name in enumerate(other.benchmark.classes) if name not in shared]


def _network(experiment: Experiment, size: str, device: str) -> Any:
    """The experiment's network before training."""
    torch.manual_seed(experiment.seed)
    shape, options = shape_of(experiment), experiment.net
    if experiment.system == table.STILLS_NET:
        return shape.net(3, still_images(size).heads, 0.5, temporal=False)
    data = material(experiment.data, size)
    own = len(data.benchmark.classes)
    classes: int | tuple[int, ...] = own
    if experiment.system == table.JOINT:
        spatial, temporal = (solve(e, size, device).net for e in table.needs(experiment))
        return streams.JointStack(spatial, temporal, own)
    if options.get("extra"):
        other = material(OTHER[experiment.data], size)
        more = len(other.benchmark.classes)
        both = options["extra"] == "multi-task"
        classes = (own, more) if both else own + len(added_classes(data, other))
    temporal = experiment.system in (table.TEMPORAL, table.SOURCE_NET)
    dropout = options.get("dropout", 0.9 if temporal else 0.5)
    return shape.net(source_of(experiment, data).channels, classes, dropout, temporal)


def _late_fusion(experiment: Experiment, size: str, device: str) -> Solved:
    """Average the two streams' rows, or let an SVM learn from rows of training videos how to weigh them."""
    below = [solve(e, size, device) for e in table.needs(experiment)]
    first, second = below[:2]
    if experiment.system == table.AVERAGE:
        return Solved(None, first.tested, score.average(first.rows, second.rows), {})
    data = material(experiment.data, size)
    if experiment.net.get("seen"):
        split = data.benchmark.split(experiment.split)
        seen = [_again(e, split.train, size, device) for e in table.needs(experiment)]
        known, videos = score.normalised(*seen), np.array(split.train)
    else:
        pairs = list(zip(below[2::2], below[3::2], strict=True))
        known = np.vstack([score.normalised(a.rows, b.rows) for a, b in pairs])
        videos = np.concatenate([a.tested for a, _ in pairs])
    new = score.normalised(first.rows, second.rows)
    rows = score.svm(known, data.benchmark.labels[videos], new, len(data.benchmark.classes))
    return Solved(None, first.tested, rows, {})


def _again(experiment: Experiment, videos: Sequence[int], size: str, device: str) -> np.ndarray:
    """What a trained network says of the videos that it was trained on."""
    found, data = solve(experiment, size, device), material(experiment.data, size)
    net, crop = found.net, shape_of(experiment).crop
    rows = streams.label_videos(net, source_of(experiment, data), videos, crop, frames=positions(size))
    return _own(rows, data)
