"""Tran et al. 2015, the runs: the search, its controls, and the networks of which descriptors are made.

An Experiment's `net` names what departs from the paper's default, and the size.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from vidlab.experiment import Experiment, named
from vidlab.papers import twostream
from vidlab.papers.worlds import (
    NEVER_SEEN,
    NO_MOTION,
    NO_REVERSED,
    OBJECTS,
    OTHER_VIDEOS,
    SCENES,
    SPORTS,
    UCF,
)

PAPER = "c3d2015"
SMALL = {"width": 0.25, "crop": 56, "side": 60, "norm": True}  # departures that every table names
SEARCH, C3D, VGG_A, ALEXNET = "search network", "C3D", "VGG-A on one frame", "CNN-M on one frame"
RECIPE = {SEARCH: "small-search-1", C3D: "small-c3d-1", VGG_A: "small-c3d-1", ALEXNET: "small-c3d-1"}
SVM, PAIRS, LEAVE_ONE_OUT = "linear SVM on descriptors", "pairs of never-seen classes", "leave one out"
NEAREST = "nearest neighbours of other groups"
TASKS = (SVM, PAIRS, LEAVE_ONE_OUT, NEAREST)
PROJECTED, CLOCK = "back-projections", "run time"
TUNED, OTHER = "sports-c3d-tuned", "other-c3d"  # the paper's I380K -> Sports-1M, and I380K alone
DIMENSIONS = (2, 5, 10, 50, 100, 500)
SEEDS = (0, 1, 2)
DEPTH_1, DEPTH_3 = [1] * 5, [3] * 5
SHOWCASES = ("depth-3", "sports-c3d")  # the first run of each also keeps its weights


def runs_of(system: str, data: str = UCF, split: str = "split1", seeds: Iterable[int] = SEEDS, **net: Any
            ) -> list[Experiment]:  # fmt: skip
    """One arm: a training for each seed."""
    recipe = "small-fine-tune-clips-1" if net.get("start") else RECIPE[system]
    return [Experiment(PAPER, system, data, split, recipe, seed, SMALL | net) for seed in seeds]


def task(system: str, data: str, *kinds: str, split: str = "", **net: Any) -> list[Experiment]:
    """An arm that trains no network: an SVM, or neighbours, on descriptors of these kinds side by side."""
    chosen = {"features": list(kinds), **net}
    return [Experiment(PAPER, system, data, split, "svm-1", seed, chosen) for seed in SEEDS]


def looked(system: str, **net: Any) -> list[Experiment]:
    """An arm that only looks: at back-projections of a trained network, or at the clock."""
    return [Experiment(PAPER, system, UCF, "split1", "none", seed, net) for seed in SEEDS]


def searched(depths: list[int] = DEPTH_3, data: str = UCF, **net: Any) -> list[Experiment]:
    """An arm of the search (Sec. 3.1)."""
    return runs_of(SEARCH, data, depths=depths, **net)


@lru_cache(maxsize=1)
def arms() -> dict[str, list[Experiment]]:
    """Every arm by name, the most wanted first: the order in which they are recorded."""
    on_sports: dict[str, Any] = {"data": SPORTS, "split": "official"}
    return (
        {
            "depth-3": searched(),
            "depth-1": searched(DEPTH_1),
            "depth-1-matched": searched(DEPTH_1, matched=True),
            "sports-c3d": runs_of(C3D, **on_sports),
            "stacked": searched(stacked=True, matched=True),
            "nomotion-depth-3": searched(data=NO_MOTION),
            "nomotion-depth-1": searched(DEPTH_1, NO_MOTION),
            "sports-vgg-a": runs_of(VGG_A, **on_sports, frames=1),
            "sports-alexnet": runs_of(ALEXNET, **on_sports, frames=1),
            "depth-5": searched([5] * 5),
            "increasing": searched([3, 3, 5, 5, 7]),
            "decreasing": searched([7, 5, 5, 3, 3]),
            "depth-7": searched([7] * 5),
            "noorder-depth-3": searched(data=NO_REVERSED),
            "noorder-depth-1": searched(DEPTH_1, NO_REVERSED),
            "nomotion-stacked": searched(data=NO_MOTION, stacked=True, matched=True),
            "noorder-stacked": searched(data=NO_REVERSED, stacked=True, matched=True),
            "other-c3d": runs_of(C3D, OTHER_VIDEOS),
            "sports-c3d-tuned": runs_of(C3D, **on_sports, start="fine-tune"),
            "depth-3-shuffled": searched(shuffled=True),
            "net-28": searched(crop=28, side=30),
            "kernel-5-depth-3": searched(kernel=5),
            "kernel-5-depth-1": searched(DEPTH_1, kernel=5),
            "depth-3-8-frames": searched(frames=8),
            "depth-3-half-width": searched(width=0.125),
            "ucf-c3d": runs_of(C3D),
            "net-112": searched(crop=112, side=120),
        }
        | task_arms()
        | looked_into()
    )


@lru_cache(maxsize=1)
def task_arms() -> dict[str, list[Experiment]]:
    """The arms of chapter 06: descriptors on many tasks. "C3D" was trained on other videos first, then on
    SynthSports-1, as "C3D (1 net)" by our reading of Sec. 4."""
    c3d, three = TUNED, ("sports-c3d", TUNED, OTHER)
    mixtures = {
        "c3d": (c3d,), "image": ("image",), "trajectories": ("trajectories",), "sports": ("sports-c3d",),
        "other": (OTHER,), "untrained": ("untrained C3D",), "three": three,
        "c3d-trajectories": (c3d, "trajectories"), "three-trajectories": (*three, "trajectories"),
        "c3d-image": (c3d, "image"), "three-image": (*three, "image"),
    }  # fmt: skip
    table = {f"svm-{name}": task(SVM, UCF, *kinds, split="split1") for name, kinds in mixtures.items()}
    for name in ("c3d", "image", "trajectories"):
        table |= {
            f"pca-{d}-{name}": task(SVM, UCF, *mixtures[name], split="split1", dims=d) for d in DIMENSIONS
        }
        table[f"pairs-{name}"] = task(PAIRS, NEVER_SEEN, *mixtures[name])
        table[f"scenes-{name}"] = task(LEAVE_ONE_OUT, SCENES, *mixtures[name])
    for name in ("c3d", "image"):
        table[f"objects-{name}"] = task(LEAVE_ONE_OUT, OBJECTS, *mixtures[name])
    # Without SynthHMDB-1, which draws the kinds of place of SynthUCF-1; images: other kinds only.
    for job, system, data in (("pairs", PAIRS, NEVER_SEEN), ("scenes", LEAVE_ONE_OUT, SCENES),
                              ("objects", LEAVE_ONE_OUT, OBJECTS)):  # fmt: skip
        table[f"{job}-sports"] = task(system, data, *mixtures["sports"])
    for d in (5, 500):
        table[f"pca-{d}-sports"] = task(SVM, UCF, *mixtures["sports"], split="split1", dims=d)
    for name in ("c3d", "image", "sports"):
        table[f"nearest-{name}"] = task(NEAREST, UCF, *mixtures[name], split="split1")
        table[f"map-{name}"] = task(NEAREST, UCF, *mixtures[name], split="split1", map=True)
    return table


def looked_into() -> dict[str, list[Experiment]]:
    """What is measured without any training; and, of another paper, the temporal stream (Sec. 4)."""
    return {
        "projected-moving": looked(PROJECTED, features=["sports-c3d"], asks="moving"),
        "projected-later": looked(PROJECTED, features=["sports-c3d"], asks="later"),
        "projected-moving-untrained": looked(PROJECTED, features=["untrained C3D"], asks="moving"),
        "projected-later-untrained": looked(PROJECTED, features=["untrained C3D"], asks="later"),
        "run-time": looked(CLOCK, table="6"),
        "step-time": looked(CLOCK, table="7"),
        "run-time-gpu": looked(CLOCK, table="6", device="cuda"),
        "step-time-gpu": looked(CLOCK, table="7", device="cuda"),
        "temporal-stream": twostream.arm("flow-l10"),
    }


def arm(name: str) -> list[Experiment]:
    """The Experiments of one arm; a KeyError names the arms that exist."""
    return named(arms(), name)


def at_paper_size(experiment: Experiment) -> Experiment:
    """The same run with the paper's network, frames and schedule: for a GPU, on videos of size "full".

    Crops of 28, 56 and 112 of the small runs are 56, 112 and 224 there (App. A).
    """
    if experiment.paper != PAPER:
        return twostream.at_paper_size(experiment)
    if experiment.system == CLOCK:  # its networks have the paper's size already
        return experiment
    if experiment.system not in RECIPE:
        return replace(experiment, net=experiment.net | {"size": "paper"})
    kept = {k: v for k, v in experiment.net.items() if k not in SMALL}
    if (width := experiment.net["width"]) != SMALL["width"]:  # half the width is half of the paper's
        kept["width"] = width / SMALL["width"]
    if crop := {28: 56, 112: 224}.get(experiment.net["crop"]):
        kept |= {"crop": crop, "side": {56: 64, 224: 256}[crop]}
    recipe = "paper-search" if experiment.system == SEARCH else "paper-c3d"
    return replace(experiment, net=kept, recipe=recipe)


def needs(experiment: Experiment) -> list[Experiment]:
    """The trainings on which an experiment rests, of its own size."""
    names = [name for name in experiment.net.get("features", ()) if name in arms()]
    if experiment.net.get("start"):
        names = ["other-c3d"]
    below = [e for name in names for e in arm(name) if e.seed == experiment.seed]
    return [at_paper_size(e) for e in below] if of_paper_size(experiment) else below


def of_paper_size(experiment: Experiment) -> bool:
    """Whether an experiment has the paper's networks, or descriptors from them."""
    return experiment.recipe.startswith("paper") or experiment.net.get("size") == "paper"


def convnet_of(experiment: Experiment) -> Experiment:
    """What an experiment shares with others, so that one process makes it once."""
    below = needs(experiment)
    return convnet_of(below[-1]) if below else experiment
