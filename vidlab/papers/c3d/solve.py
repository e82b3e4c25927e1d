"""Tran et al. 2015, one arm: train its network and label the test clips."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import nn

import vidlab
from vidlab import score
from vidlab.experiment import Experiment, Outcome
from vidlab.nets import c3d
from vidlab.nets.cnn_m import CNNM2048
from vidlab.papers.c3d import describe, table
from vidlab.papers.c3d.clips import Clips, LongClips, label_clips, train_on
from vidlab.papers.kept import Solved, once
from vidlab.papers.samples import Task
from vidlab.papers.worlds import SPORTS, Material, material
from vidlab.train import Recipe

EPOCH = 1728  # clips that count as an epoch of the small recipes: SynthUCF-1's training videos
QUICK = 64  # clips of a training that only shows that everything runs
PAPER_EPOCH = {"paper-search": 107_000, "paper-c3d": 4_380_000}  # clips (spec: 9,537 x 180 / 16; 877 K x 5)


def small(name: str, epochs: int) -> Recipe:
    """A recipe for a quarter of the width: chosen on training groups (data/README.md)."""
    return Recipe(name, epochs, batch=32, lr=1e-3, optimiser="adamw", weight_decay=1e-3)


RECIPES = {
    recipe.name: recipe
    for recipe in (
        small("small-search-1", 20),
        small("small-c3d-1", 20),
        small("small-fine-tune-clips-1", 20),
        # Sec. 3.1: divided by 10 after every 4 epochs of about 3,570 iterations; Sec. 3.3: halved every 150 K
        # biases, momentum and weight decay: the released definitions and solver, where the text is silent
        Recipe("paper-search", 16, batch=30, lr=3e-3, optimiser="caffe", weight_decay=5e-3, schedule="steps",
               drops=(14_280, 28_560, 42_840)),
        Recipe("paper-c3d", 13, batch=30, lr=3e-3, optimiser="caffe", weight_decay=5e-3, schedule="steps",
               drops=tuple(range(150_000, 1_900_000, 150_000)), factor=0.5),
    )
}  # fmt: skip


def train(experiment: Experiment, size: str = "laptop", device: str = "cpu") -> Outcome:
    """Train and test one arm; what it starts from is trained first, once for all arms.

    The search is tested clip by clip, as in Fig. 2; the other networks video by video, with the clips' hit@1
    among the extras (Table 2).
    """
    solver = Solver(size, device)
    found = solver.solve(experiment)
    data = solver.material(experiment).benchmark
    scores = solver.scores(experiment, found)
    rows, truth = score.mean(scores), score.labels(scores)
    extra: dict[str, Any] = {
        "clip_hit1": score.hit(scores.probabilities, scores.labels, 1),
        "video_hit1": score.hit(rows, truth, 1),
        "video_hit5": score.hit(rows, truth, 5),
        "own_seconds": round(found.seconds, 1),
        "parameters": c3d.parameters(found.net),
    }
    names = [data.videos[i].name for i in scores.video]
    if experiment.system == table.SEARCH:
        names = [f"{name}#{clip}" for name, clip in zip(names, scores.clip, strict=True)]
        groups = [data.videos[i].group for i in scores.video]
        rows, truth = scores.probabilities, scores.labels
    else:
        tested, total = np.unique(scores.video, return_counts=True)
        names, groups = ([getattr(data.videos[i], part) for i in tested] for part in ("name", "group"))
        right = scores.video[scores.probabilities.argmax(1) == scores.labels]
        extra["clips_right"] = [int((right == i).sum()) for i in tested]
        extra["clips_total"] = total.tolist()
    return Outcome(names, groups, truth, rows, rows.argmax(1), found.history, None,
                   extra, solver.showcase(experiment, found))  # fmt: skip


@dataclass(frozen=True)
class Solver:
    """Trains experiments on data of one size, on one device, and keeps what it has trained."""

    size: str
    device: str = "cpu"

    def material(self, experiment: Experiment) -> Material:
        return material(experiment.data, self.size, experiment.net.get("side", 128))

    def source(self, experiment: Experiment) -> Clips:
        """The clips of the experiment's videos."""
        pixels, options = self.material(experiment).pixels, experiment.net
        kind = LongClips if experiment.data == SPORTS else Clips
        return kind(pixels, options.get("frames", 16), options.get("shuffled", False))

    def sides(self, experiment: Experiment) -> tuple[np.ndarray, np.ndarray]:
        """Videos to train on and to test."""
        split = self.material(experiment).benchmark.split(experiment.split)
        return np.array(split.train), np.array(split.test)

    def recipe(self, experiment: Experiment) -> tuple[Recipe, int]:
        """The recipe, and the clips that count as an epoch of it."""
        recipe = RECIPES[experiment.recipe]
        if self.size == "quick":
            return replace(recipe, epochs=1), QUICK
        return recipe, PAPER_EPOCH.get(recipe.name, EPOCH)

    def solve(self, experiment: Experiment) -> Solved:
        """The trained network: from the disk when it was trained by this recipe on these videos before."""
        path = vidlab.generated("c3d") / f"{experiment.id}-{self.size}.safetensors"
        return once(path, self.made_of(experiment), lambda: self.network(experiment),
                    lambda checkpoint: self.trained(experiment, checkpoint))  # fmt: skip

    def made_of(self, experiment: Experiment) -> str:
        """A checksum of recipe, videos and networks below; not of the code."""
        below = [self.made_of(e) for e in table.needs(experiment)]
        text = f"{self.recipe(experiment)} {self.material(experiment).version} {below}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def trained(self, experiment: Experiment, checkpoint: Path) -> Solved:
        """Train the experiment's network; its test clips are labelled later."""
        data, net = self.material(experiment), self.network(experiment)
        for below in table.needs(experiment):
            start_from(net, self.solve(below).net)
        known, tested = self.sides(experiment)
        task = Task(self.source(experiment), known, data.labels(known))
        history = train_on(net, task, *self.recipe(experiment), crop_of(experiment), seed=experiment.seed,
                           checkpoint=checkpoint, device=self.device)  # fmt: skip
        spent = len(history["seconds"]) * float(np.median(history["seconds"]))  # a pause does not count
        return Solved(net.cpu(), tested, np.zeros((0, 0)), history, spent)

    def scores(self, experiment: Experiment, found: Solved) -> score.Scores:
        """What the network says of every test clip: 16 frames apart, centre crop."""
        labels = self.material(experiment).benchmark.labels[found.tested]
        return label_clips(found.net.to(self.device), self.source(experiment), found.tested.tolist(), labels,
                           crop_of(experiment), device=self.device)  # fmt: skip

    def network(self, experiment: Experiment) -> nn.Module:
        """The experiment's network before training."""
        torch.manual_seed(experiment.seed)
        return build(experiment, len(self.material(experiment).benchmark.classes))

    def showcase(self, experiment: Experiment, found: Solved) -> dict[str, torch.Tensor]:
        """Of the first run of some arms float16 weights, to look inside and to describe videos with: all up
        to fc6, since those of fc7 and fc8 would make the file too large."""
        if experiment not in [table.arm(name)[0] for name in table.SHOWCASES]:
            return {}
        kept = {k: t for k, t in found.net.state_dict().items() if not k.startswith(describe.ABOVE_FC6)}
        return {f"net.{name}": tensor.half() for name, tensor in kept.items()}


class OneFrame(nn.Module):
    """An image network that takes clips of one frame (N, 3, 1, H, W)."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, clips: torch.Tensor) -> torch.Tensor:
        return self.net(clips[:, :, 0].contiguous(memory_format=torch.channels_last))


def crop_of(experiment: Experiment) -> int:
    return experiment.net.get("crop", 112)


def build(experiment: Experiment, classes: int) -> nn.Module:
    """The network that an experiment trains, with its first weights."""
    sizes = ("width", "norm", "frames", "crop")
    options: dict[str, Any] = {k: experiment.net[k] for k in sizes if k in experiment.net}
    options["crop"] = crop_of(experiment)
    if experiment.system == table.C3D:
        return c3d.C3D(classes, **options)
    if experiment.system == table.VGG_A:
        return c3d.C3D(classes, depth=1, **options)
    if experiment.system == table.ALEXNET:
        return OneFrame(CNNM2048(3, classes, **{k: v for k, v in options.items() if k != "frames"}))
    return search_net(classes, experiment.net, options)


def search_net(classes: int, chosen: dict[str, Any], options: dict[str, Any]) -> c3d.SearchNet:
    """A network of the search; `matched` widens it until it has as many parameters as depth-3."""
    kinds = {k: chosen[k] for k in ("depths", "kernel", "stacked") if k in chosen}

    def build(width: float, **kind: Any) -> c3d.SearchNet:
        return c3d.SearchNet(classes=classes, **(options | {"width": width} | kind))

    width = options.get("width", 1.0)
    if chosen.get("matched"):
        with torch.device("meta"):
            wanted = c3d.parameters(build(width))
        width = c3d.matched_width(lambda w: build(w, **kinds), wanted)
    return build(width, **kinds)


def start_from(net: nn.Module, trained: nn.Module) -> None:
    """Copy all weights but the classifier's: fine-tuning starts here."""
    state, kept = net.state_dict(), trained.state_dict()
    net.load_state_dict({k: own if k.startswith("full.fc8") else kept[k] for k, own in state.items()})


# Minutes on one core. Of clip networks: samples are made in 4.5; a billion multiplications a clip take 27.
MINUTES = {table.VGG_A: 3.0, table.ALEXNET: 2.0, table.PROJECTED: 3.0, table.CLOCK: 2.0}
SAMPLING, BILLION = 4.5, 27.0


@lru_cache
def _billions(system: str, net: str) -> float:
    """Billions of multiplications a clip, of a network built without memory; `net` as JSON."""
    experiment = replace(table.arm("depth-3")[0], system=system, net=json.loads(net))
    with torch.device("meta"):
        return c3d.multiplications(cast(c3d.ClipNet, build(experiment, 24))) / 1e9


def minutes(experiment: Experiment, alone: bool = True) -> float:
    """About how long one run takes on one core, with the networks below it when it is `alone`."""
    own = MINUTES.get(experiment.system, 0.5)
    if experiment.system in (table.SEARCH, table.C3D):
        own = SAMPLING + BILLION * _billions(experiment.system, json.dumps(experiment.net))
    return own + (sum(minutes(e) for e in table.needs(experiment)) if alone else 0.0)
