"""Simonyan & Zisserman 2014, one arm: train what it needs, train it, and label the test videos."""

import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import vidlab
from vidlab import score, weights
from vidlab.experiment import Experiment, Outcome
from vidlab.explain import structured
from vidlab.flow.storage import QUALITY
from vidlab.papers.kept import Solved, once
from vidlab.papers.twostream import mistakes, streams, table
from vidlab.papers.twostream.data import METHOD, Both, Material, Source, Stills, Task, material, still_images
from vidlab.papers.twostream.streams import Shape
from vidlab.train import Recipe
from vidlab.videos.benchmark import Split

OTHER = {table.UCF: table.HMDB, table.HMDB: table.UCF}
QUICK = 64  # samples of a training that only shows that everything runs


def train(experiment: Experiment, size: str = "laptop", device: str = "cpu") -> Outcome:
    """Train and test one arm; what it needs is trained first, once for all arms."""
    solver = Solver(size, device)
    found, data = solver.solve(experiment), solver.material(experiment)
    videos = [data.benchmark.videos[i] for i in found.tested]
    return Outcome(
        video_names=[v.name for v in videos],
        groups=[v.group for v in videos],
        labels=data.benchmark.labels[found.tested],
        probabilities=found.rows,
        predictions=found.rows.argmax(1),
        history=found.history,
        extra=solver.measured(experiment, found) | {"own_seconds": round(found.seconds, 1)},
        tensors=solver.showcase(experiment, found),
    )


def scratch() -> Path:
    """Where trained networks wait for the arms that need them: never committed, made again when missing."""
    return vidlab.generated("twostream")


def shape_of(experiment: Experiment) -> Shape:
    """The size of an experiment's network and frames; of a late fusion that of its streams."""
    net = experiment.net if experiment.system in table.RECIPE else table.needs(experiment)[0].net
    return Shape(**{k: net[k] for k in table.SMALL if k in net})


def added_classes(data: Material, other: Material) -> list[int]:
    """The other set's classes that this one does not have (78 of UCF-101's 101 for HMDB-51, Sec. 6)."""
    return [k for k, name in enumerate(other.benchmark.classes) if name not in table.SHARED]


def split_of(experiment: Experiment, data: Material) -> Split:
    """The experiment's split: "all" trains on every video and tests none; a `fold` (of the training groups)
    is tested by a network that is trained on the other folds."""
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


@dataclass(frozen=True)
class Solver:
    """Trains experiments on data of one size, on one device, and keeps what it has trained."""

    size: str
    device: str = "cpu"

    def material(self, experiment: Experiment) -> Material:
        return material(experiment.data, self.size, shape_of(experiment).side)

    def other(self, experiment: Experiment) -> Material:
        """The set that the experiment's own is joined with."""
        return material(OTHER[experiment.data], self.size, shape_of(experiment).side)

    def stills(self, experiment: Experiment) -> Stills:
        return still_images(self.size, shape_of(experiment).side)

    def recipe(self, experiment: Experiment) -> tuple[Recipe, int]:
        """The recipe, and the samples that count as an epoch of it."""
        recipe = streams.RECIPES[experiment.recipe]
        if self.size == "quick":
            return replace(recipe, epochs=1), QUICK
        return recipe, streams.samples_of(recipe)

    def positions(self) -> int:
        """How many positions of a test video are looked at."""
        return {"quick": 2, "laptop": streams.TEST_FRAMES}.get(self.size, 25)

    # --- from the disk, or trained -------------------------------------------------------------------------

    def solve(self, experiment: Experiment) -> Solved:
        """What an experiment comes to: from the disk when this code has trained it on these videos before."""
        if experiment.system in (table.AVERAGE, table.SVM):
            return self.late_fusion(experiment)
        path = scratch() / f"{experiment.id}-{self.size}.safetensors"
        return once(path, self.made_of(experiment), lambda: self.network(experiment),
                    lambda checkpoint: self.trained(experiment, checkpoint))  # fmt: skip

    def made_of(self, experiment: Experiment) -> str:
        """A checksum of all that a network is made of: what is kept of another recipe, world or flow, or
        rests on another network, is not used."""
        stills = experiment.system == table.STILLS_NET
        videos = [self.stills(experiment).version if stills else self.material(experiment).version]
        if experiment.net.get("extra"):
            videos.append(self.other(experiment).version)
        below = [self.made_of(e) for e in table.needs(experiment)]
        text = f"{self.recipe(experiment)} {self.positions()} {METHOD} {QUALITY} {videos} {below}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def trained(self, experiment: Experiment, checkpoint: Path) -> Solved:
        """Train the experiment's network and label its test videos."""
        shape, net, options = shape_of(experiment), self.network(experiment), experiment.net
        tasks, source, tested = self.lesson(experiment)
        for below in table.needs(experiment) if "start" in options else ():
            streams.start_from(net, self.solve(below).net)
        start, centre = time.perf_counter(), options.get("centre_crops", False)
        model = streams.LastLayer(net) if options.get("start") == table.LAST else net
        history = streams.train_on(model, tasks, *self.recipe(experiment), shape.crop, seed=experiment.seed,
                                   centre=centre, checkpoint=checkpoint, device=self.device)  # fmt: skip
        rows = self.labelled(experiment, net, source, tested)
        if experiment.system == table.STILLS_NET:
            truth = self.stills(experiment).labels[tested, 0]
            history["held_accuracy"] = [score.accuracy(rows, truth)]
        return Solved(net.cpu(), tested, rows, history, time.perf_counter() - start)

    def labelled(self, experiment: Experiment, net: Any, source: Source, videos: np.ndarray) -> np.ndarray:
        """Probabilities (n, K) of a data set's own classes, where others were added to them."""
        crop = shape_of(experiment).crop
        rows = streams.label_videos(net, source, videos, crop, frames=self.positions())
        if experiment.net.get("extra") == "added classes":
            rows = rows[:, : len(self.material(experiment).benchmark.classes)]
            rows = rows / rows.sum(1, keepdims=True)
        return rows

    def source(self, experiment: Experiment, data: Material) -> Source:
        """The inputs of the experiment's network, made of a data set's videos."""
        options = experiment.net
        if experiment.system in (table.SPATIAL, table.STACK):
            return data.frames(options.get("depth", 1))
        if experiment.system == table.JOINT:
            return Both(data.frames(), data.flows())
        names = ("depth", "trajectory", "subtract_mean", "both_ways")
        return data.flows(**{k: options[k] for k in names if k in options})

    def lesson(self, experiment: Experiment) -> tuple[list[Task], Source, np.ndarray]:
        """What to learn from, and the source and numbers of the videos that are tested."""
        if experiment.system == table.STILLS_NET:
            images = self.stills(experiment)
            seen, frames = np.flatnonzero(~images.held), images.frames()
            return [Task(frames, seen, images.labels[seen])], frames, np.flatnonzero(images.held)
        data, extra = self.material(experiment), experiment.net.get("extra")
        split, source = split_of(experiment, data), self.source(experiment, data)
        known, tested = np.array(split.train), np.array(split.test, int)
        if not extra:
            return [Task(source, known, data.labels(known))], source, tested
        other = self.other(experiment)
        more = np.arange(len(other.benchmark.videos))  # "full data, all splits combined" (Sec. 6)
        if extra == "multi-task":
            labels, theirs = data.labels(known, 0, 2), other.labels(more, 1, 2)
        else:
            added = added_classes(data, other)
            more = more[np.isin(other.benchmark.labels, added)]
            place = len(data.benchmark.classes) + np.searchsorted(added, other.benchmark.labels[more])
            labels, theirs = data.labels(known), place[:, None]
        second = Task(self.source(experiment, other), more, theirs)
        return [Task(source, known, labels), second], source, tested

    def network(self, experiment: Experiment) -> Any:
        """The experiment's network before training."""
        shape, options = shape_of(experiment), experiment.net
        below = (
            [self.solve(e).net for e in table.needs(experiment)] if experiment.system == table.JOINT else []
        )
        torch.manual_seed(experiment.seed)
        if experiment.system == table.STILLS_NET:
            return shape.net(3, self.stills(experiment).heads, 0.5, temporal=False)
        data = self.material(experiment)
        own = len(data.benchmark.classes)
        if experiment.system == table.JOINT:
            return streams.JointStack(below[0], below[1], own)
        classes: int | tuple[int, ...] = own
        if options.get("extra") == "multi-task":
            classes = (own, len(self.other(experiment).benchmark.classes))
        elif options.get("extra"):
            classes = own + len(added_classes(data, self.other(experiment)))
        temporal = experiment.system in (table.TEMPORAL, table.SOURCE_NET)
        scratch = temporal or experiment.system == table.STACK
        dropout = options.get("dropout", 0.9 if shape == Shape() and scratch else 0.5)
        return shape.net(self.source(experiment, data).channels, classes, dropout, temporal)

    # --- fusion ----------------------------------------------------------------------------------------

    def late_fusion(self, experiment: Experiment) -> Solved:
        """Average the rows of two streams, or let an SVM learn from training videos how to weigh them.

        The SVM learns from networks that did not see the video (folds) or, `seen`, from those that did.
        """
        needed = table.needs(experiment)
        first, second, *folds = (self.solve(e) for e in needed)
        if experiment.system == table.AVERAGE:
            return Solved(None, first.tested, score.average(first.rows, second.rows), {})
        data = self.material(experiment)
        if experiment.net.get("seen"):
            known = np.array(data.benchmark.split(experiment.split).train)
            folds = [replace(f, tested=known, rows=self.labelled(e, f.net, self.source(e, data), known))
                     for e, f in zip(needed, (first, second), strict=True)]  # fmt: skip
        pairs = [pair for pair in zip(folds[::2], folds[1::2], strict=True) if len(pair[0].tested)]
        known = np.concatenate([a.tested for a, _ in pairs])
        rows = np.vstack([score.normalised(a.rows, b.rows) for a, b in pairs])
        new = score.normalised(first.rows, second.rows)
        classes = len(data.benchmark.classes)
        fused = score.svm(rows, data.benchmark.labels[known], new, classes)
        return Solved(None, first.tested, fused, {})

    def showcase(self, experiment: Experiment, found: Solved) -> dict[str, torch.Tensor]:
        """Of the first run of each stream float16 weights, to look at filters and to label videos with.

        Of the second run of the two plain streams what each crop says: "crops" (V, positions, 10, K)."""
        if experiment in [table.arm(name)[0] for name in table.SHOWCASES]:
            return {name: tensor.half() for name, tensor in weights.of(found.net, "net").items()}
        if experiment not in [table.arm(name)[1] for name in table.CROPS_KEPT]:
            return {}
        source = self.source(experiment, self.material(experiment))
        crop, frames = shape_of(experiment).crop, self.positions()
        crops = [streams.label_crops(found.net, source, video, crop, frames) for video in found.tested]
        return {"crops": torch.from_numpy(np.stack(crops)).half()}

    def measured(self, experiment: Experiment, found: Solved) -> dict[str, float]:
        """Measured beside accuracy: derivatives among the flow filters (ts-20), kinds of mistakes (ts-21)."""
        plain = experiment.net.keys() <= {*table.SMALL, "dropout"}
        if experiment.system == table.TEMPORAL and plain:
            return structured(found.net.conv1.weight.detach())
        fused = table.arm("fuse-average")[experiment.seed]
        if experiment in (fused, table.at_paper_size(fused)):
            spatial, temporal = (self.solve(e).rows for e in table.needs(experiment))
            benchmark = self.material(experiment).benchmark
            return mistakes.gaps(spatial, temporal, benchmark.labels[found.tested], benchmark.classes)
        return {}
