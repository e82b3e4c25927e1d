"""Simonyan & Zisserman 2014, the runs: every arm of Tables 1 to 4 as a list of Experiments.

An Experiment's `net` names what departs from the paper's default, and the size. A fusion names the arms of
its two streams: it is computed from what they say of the same videos, on the same split, with the same seed.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from vidlab.experiment import Experiment, named
from vidlab.papers.twostream.data import HMDB, NO_APPEARANCE, NO_MOTION, STILL, UCF

PAPER = "twostream2014"
SMALL = {"width": 0.25, "crop": 56, "side": 60, "norm": True}  # departures that every table names
SPATIAL, TEMPORAL, STACK = "spatial stream", "temporal stream", "stack of RGB frames"
AVERAGE, SVM, JOINT = "fusion by averaging", "fusion by SVM", "joint FC layers"
STILLS_NET, SOURCE_NET = "pre-training on still images", "pre-training on the other set"
SEEDS = tuple(("split1", seed) for seed in range(3))
SPLITS = tuple((f"split{k + 1}", k) for k in range(3))  # Table 4: a training a split
FOLDS = 2  # of the training groups, for the SVM
RECIPE = {
    SPATIAL: "small-rgb-1", STACK: "small-rgb-1", TEMPORAL: "small-flow-1", SOURCE_NET: "small-flow-1",
    STILLS_NET: "small-stills-1", JOINT: "small-joint-1",
}  # fmt: skip
PAPER_FUSION = "paper-fusion"  # of networks at the paper's size
FINE_TUNE, LAST = "fine-tune", "last layer"
SHOWCASES = ("rgb-last-d5", "flow-l10", "flow-multitask")  # the first run of each also keeps its weights
CROPS_KEPT = ("rgb-last-d5", "flow-l10")  # the second run of each keeps what each crop says: a file for each
# Classes that both worlds have under some name, and which cannot be added to each other.
SHARED = {
    "SitDown", "StandUp", "PickUp", "ThrowBall", "CatchBall", "PushCart", "WaveWide", "WaveShort",
    "sit", "stand", "pick", "throw", "catch", "push", "wave",
}  # fmt: skip


def runs_of(system: str, data: str = UCF, over: Iterable[tuple[str, int]] = SEEDS, recipe: str = "",
            **net: Any) -> list[Experiment]:  # fmt: skip
    """One arm: a training for each (split, seed)."""
    recipe = recipe or ("small-fine-tune-1" if net.get("start") else RECIPE.get(system, "fusion-1"))
    size = SMALL if system in RECIPE else {}
    return [Experiment(PAPER, system, data, split, recipe, seed, size | net) for split, seed in over]


@lru_cache(maxsize=1)
def arms() -> dict[str, list[Experiment]]:
    """Every arm by name, the most wanted first: the order in which they are recorded."""
    last: dict[str, Any] = {"start": LAST, "dropout": 0.5}
    both: dict[str, Any] = {"extra": "multi-task"}
    table = {
        "flow-l10": runs_of(TEMPORAL),
        "rgb-scratch-d5": runs_of(SPATIAL, dropout=0.5),
        "rgb-last-d5": runs_of(SPATIAL, **last),
        "fuse-average": fused(AVERAGE, "rgb-last-d5", "flow-l10"),
        "rgb-ft-d5": runs_of(SPATIAL, start=FINE_TUNE, dropout=0.5),
        "rgb-scratch-d9": runs_of(SPATIAL, dropout=0.9),
        "flow-l10-raw": runs_of(TEMPORAL, subtract_mean=False),
        "flow-l1": runs_of(TEMPORAL, depth=1),
        "flow-l5": runs_of(TEMPORAL, depth=5),
        "rgb-ft-d9": runs_of(SPATIAL, start=FINE_TUNE, dropout=0.9),
        "rgb-last-d9": runs_of(SPATIAL, start=LAST, dropout=0.9),
        "rgb-stack": runs_of(STACK, depth=11, dropout=0.5),
        "hmdb-alone": runs_of(TEMPORAL, HMDB),
        "hmdb-multitask": runs_of(TEMPORAL, HMDB, **both),
        "hmdb-fine-tune": runs_of(TEMPORAL, HMDB, start=FINE_TUNE),
        "hmdb-added": runs_of(TEMPORAL, HMDB, extra="added classes"),
        "flow-multitask": runs_of(TEMPORAL, **both),
        "fuse-multitask": fused(AVERAGE, "rgb-last-d5", "flow-multitask"),
        "fuse-joint": fused(JOINT, "rgb-last-d5", "flow-l10"),
        "flow-trajectory": runs_of(TEMPORAL, trajectory=True),
        "flow-both-ways": runs_of(TEMPORAL, both_ways=True),
        "fuse-both-ways": fused(AVERAGE, "rgb-last-d5", "flow-both-ways"),
        "fuse-two-flows": fused(AVERAGE, "flow-both-ways", "flow-l10"),
        "fuse-fine-tuned": fused(AVERAGE, "rgb-ft-d5", "flow-l10"),
        "still-l10": runs_of(TEMPORAL, STILL),
        "still-l10-raw": runs_of(TEMPORAL, STILL, subtract_mean=False),
        "nomotion-rgb": runs_of(SPATIAL, NO_MOTION, dropout=0.5),
        "nomotion-flow": runs_of(TEMPORAL, NO_MOTION),
        "noappearance-rgb": runs_of(SPATIAL, NO_APPEARANCE, **last),
        "noappearance-flow": runs_of(TEMPORAL, NO_APPEARANCE),
        "noappearance-average": fused(AVERAGE, "noappearance-rgb", "noappearance-flow", NO_APPEARANCE),
        "flow-trajectory-raw": runs_of(TEMPORAL, trajectory=True, subtract_mean=False),
        "rgb-ft-d5-centre": runs_of(SPATIAL, start=FINE_TUNE, dropout=0.5, centre_crops=True),
        "flow-l10-d9": runs_of(TEMPORAL, dropout=0.9),
        "flow-l10-long": runs_of(TEMPORAL, recipe="small-flow-80"),
        "flow-multitask-long": runs_of(TEMPORAL, recipe="small-flow-80", **both),
        "hmdb-multitask-long": runs_of(TEMPORAL, HMDB, recipe="small-flow-80", **both),
        "fuse-svm": fused(SVM, "rgb-last-d5", "flow-multitask"),
        "fuse-svm-seen": fused(SVM, "rgb-last-d5", "flow-multitask", seen=True),
    }
    for name, data in (("ucf", UCF), ("hmdb", HMDB)):
        table |= {
            f"t4-{name}-spatial": runs_of(SPATIAL, data, SPLITS, **last),
            f"t4-{name}-temporal": runs_of(TEMPORAL, data, SPLITS, **both),
        }
        streams: Any = (f"t4-{name}-spatial", f"t4-{name}-temporal", data, SPLITS)
        table |= {f"t4-{name}-average": fused(AVERAGE, *streams), f"t4-{name}-svm": fused(SVM, *streams)}
    return table


def fused(system: str, first: str, second: str, data: str = UCF, over=SEEDS, **net: Any
          ) -> list[Experiment]:  # fmt: skip
    """An arm that puts two others together."""
    return runs_of(system, data, over, streams=[first, second], **net)


def arm(name: str) -> list[Experiment]:
    """The Experiments of one arm; a KeyError names the arms that exist."""
    return named(arms(), name)


def at_paper_size(experiment: Experiment) -> Experiment:
    """The same run with the paper's network, frames and schedule: for a GPU, on videos of size "full".

    Its dropout of 0.9 is that of every network that is trained from scratch, but where Table 1a varies it; so
    `flow-l10-d9` and the arms called *long* come to the same as those that they vary.
    """
    kept = {k: v for k, v in experiment.net.items() if k not in SMALL}
    if experiment.system in (TEMPORAL, STACK):
        kept.pop("dropout", None)  # `Solver.network` knows the paper's
    if experiment.system not in RECIPE:
        return replace(experiment, recipe=PAPER_FUSION)
    recipe = "paper-fine-tune" if "start" in experiment.net else "paper-scratch"
    return replace(experiment, net=kept, recipe=recipe)


def needs(experiment: Experiment) -> list[Experiment]:
    """The trainings that an experiment rests on, of its own size: its streams, or the network from which it
    starts."""
    needed = _needs(experiment)
    return [at_paper_size(e) for e in needed] if experiment.recipe.startswith("paper") else needed


def _needs(experiment: Experiment) -> list[Experiment]:
    net = experiment.net
    if "streams" in net:
        over = [(experiment.split, experiment.seed)]
        streams = [e for name in net["streams"] for e in arm(name) if (e.split, e.seed) in over]
        folds = range(FOLDS) if experiment.system == SVM and not net.get("seen") else ()
        return streams + [replace(s, net=s.net | {"fold": k}) for k in folds for s in streams]
    if net.get("start") and experiment.system == SPATIAL:
        return runs_of(STILLS_NET, "SynthStills-1", [("all", experiment.seed)])
    if net.get("start"):
        return runs_of(SOURCE_NET, UCF, [("all", experiment.seed)])
    return []


def convnet_of(experiment: Experiment) -> Experiment:
    """What an experiment shares with others, so that one process makes it once: what it rests on first."""
    below = needs(experiment)
    return convnet_of(below[-1]) if below else experiment


MINUTES = {SPATIAL: 1.2, STACK: 5.4, TEMPORAL: 2.8, JOINT: 1.6, STILLS_NET: 1.8, SOURCE_NET: 2.2}


def minutes(experiment: Experiment, alone: bool = True) -> float:
    """About how long one run takes on one core, with the networks below it when it is `alone`."""
    own = MINUTES.get(experiment.system, 0.1) * (2 if experiment.recipe == "small-flow-80" else 1)
    return own + (sum(minutes(e) for e in needs(experiment)) if alone else 0.0)
