"""Baccouche 2011, the runs: every arm of the comparisons as a list of Experiments, and how one is trained.

An Experiment's `net` names only what departs from the paper's reconstruction, so {} is the paper.
"""

import json
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

import vidlab
from vidlab import score
from vidlab.experiment import Experiment
from vidlab.nets.baccouche import ConvNet3D
from vidlab.papers.baccouche import harris, maps, stages
from vidlab.papers.baccouche.data import WORLD, Material, Windows, material
from vidlab.papers.baccouche.stages import Features, Outcome

PAPER = "baccouche2011"
WINDOWS = 72_000  # shown to the 3D-ConvNet in training: chosen on training persons (data/README.md)
EQUAL = 8  # windows a sequence when all sequences are equally long
CONVNET_OPTIONS = ("frames", "rectify", "lcn", "windows")
VOTE, MEAN, LSTM = "3D-ConvNet + voting", "3D-ConvNet + mean", "3D-ConvNet + LSTM"
LOGISTIC, HARRIS = "3D-ConvNet + logistic regression", "Harris-3D + LSTM"
ONE_STEP = "3D-ConvNet and LSTM trained as one"


def runs_of(system: str, cut: str, splits: int = 5, **net) -> list[Experiment]:
    """One arm: one training a split, with seeds 0, 1, 2 in turn."""
    windows = net.get("windows", WINDOWS)
    recipe = {
        LSTM: f"convnet-1-{windows} + {stages.LSTM.name}",
        HARRIS: f"harris-1 + {stages.LSTM.name}",
        ONE_STEP: stages.ONE_STEP.name,
    }.get(system, f"convnet-1-{windows}")
    return [
        Experiment(PAPER, system, f"{WORLD}/{cut}", f"random{k + 1}", recipe, k % 3, net)
        for k in range(splits)
    ]


def arms() -> dict[str, list[Experiment]]:
    """Every arm by name, the most wanted first: the order in which they are recorded."""
    table: dict[str, list[Experiment]] = {}
    for cut, data in (("kth1", "KTH1"), ("kth2", "KTH2")):
        table |= {
            f"{cut}-vote": runs_of(VOTE, data),
            f"{cut}-mean": runs_of(MEAN, data),
            f"{cut}-lstm": runs_of(LSTM, data),
            f"{cut}-logistic": runs_of(LOGISTIC, data),
            f"{cut}-lstm-shuffled": runs_of(LSTM, data, shuffled=True),
            f"{cut}-lstm-forget": runs_of(LSTM, data, forget_gate=True),
            f"{cut}-equal-vote": runs_of(VOTE, f"{data} equal lengths"),
            f"{cut}-equal-lstm": runs_of(LSTM, f"{data} equal lengths"),
        }
    for cells in (5, 10, 25, 100):
        table[f"kth1-lstm-cells-{cells}"] = runs_of(LSTM, "KTH1", cells=cells)
    for system, name in ((VOTE, "vote"), (MEAN, "mean"), (LSTM, "lstm"), (LOGISTIC, "logistic")):
        table[f"noidle-{name}"] = runs_of(system, "KTH1 without idle stretches")
    for share in (0.5, 0.25, 0.0):
        for system, name in ((VOTE, "vote"), (LSTM, "lstm")):
            table[f"kth1-{name}-idle-{share:g}"] = runs_of(system, "KTH1", idle=share)
    table["kth2-harris-lstm"] = runs_of(HARRIS, "KTH2")
    table["kth2-one-step"] = runs_of(ONE_STEP, "KTH2")
    for name, splits, net in (
        ("norectify", 5, {"rectify": False}),
        ("nolcn", 5, {"lcn": False}),
        ("norectify-nolcn", 5, {"rectify": False, "lcn": False}),
        ("6k", 3, {"windows": 6_000}),
        ("18k", 3, {"windows": 18_000}),
        ("36k", 3, {"windows": 36_000}),
        ("144k", 3, {"windows": 144_000}),
        ("288k", 3, {"windows": 288_000}),
        ("frames-1", 3, {"frames": 1}),
        ("frames-5", 3, {"frames": 5}),
        ("frames-13", 3, {"frames": 13}),
        ("hop-3", 3, {"hop": 3}),
    ):
        table[f"kth1-vote-{name}"] = runs_of(VOTE, "KTH1", splits, **net)
        table[f"kth1-lstm-{name}"] = runs_of(LSTM, "KTH1", splits, **net)
    for thousands in (144, 288):
        table[f"kth1-mean-{thousands}k"] = runs_of(MEAN, "KTH1", 3, windows=thousands * 1000)
    table["kth1-vote-15splits"] = runs_of(VOTE, "KTH1", splits=15)
    table["kth1-lstm-15splits"] = runs_of(LSTM, "KTH1", splits=15)
    return table


def arm(name: str) -> list[Experiment]:
    """The Experiments of one arm; a KeyError names the arms that exist."""
    table = arms()
    if name not in table:
        raise KeyError(f"{name!r} is no arm of {PAPER}: {', '.join(table)}")
    return table[name]


def convnet_of(experiment: Experiment) -> Experiment:
    """The 3D-ConvNet under an arm: trained once and shared by all arms that read its features."""
    cut = "KTH2" if "KTH2" in experiment.data or "without idle" in experiment.data else "KTH1"
    net = {k: v for k, v in experiment.net.items() if k in CONVNET_OPTIONS}
    recipe = stages.convnet_recipe(net.get("windows", WINDOWS)).name
    return Experiment(PAPER, "3D-ConvNet", f"{WORLD}/{cut}", experiment.split, recipe, experiment.seed, net)


def minutes(experiment: Experiment, alone: bool = True) -> float:
    """About how long one run takes on one core, with its 3D-ConvNet when it is the first to need it."""
    convnet = (
        0.0 if experiment.system in (HARRIS, ONE_STEP) else experiment.net.get("windows", WINDOWS) / 18_000
    )
    second = {LSTM: 0.3, HARRIS: 4.0, ONE_STEP: 5.0}.get(experiment.system, 0.05)
    return second + (convnet + 0.8 if alone and convnet else 0.0)


# --- training one arm -----------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def loaded(cut: str, size: str, lcn: bool = True) -> Material:
    return material(cut, size, lcn)


def scratch(name: str) -> Path:
    """Where features and checkpoints wait between two arms: never committed, made again when missing."""
    return vidlab.data_folder() / "generated" / "features" / name


def convnet(
    base: Experiment, size: str, hop: int = 9, device: str = "cpu"
) -> tuple[ConvNet3D, Features, dict[str, list]]:
    """A trained 3D-ConvNet with its features of every window, from the disk when they are there."""
    data = loaded(base.data.split("/")[1], size, base.net.get("lcn", True))
    frames = base.net.get("frames", 9)
    windows = data.windows(frames, hop)
    path = scratch(f"{base.id}-{size}-hop{hop}.safetensors")
    if path.exists():
        with safe_open(path, "pt") as file:
            kept = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            history = json.loads(file.metadata()["history"])
        net = ConvNet3D(len(data.benchmark.classes), frames, base.net.get("rectify", True))
        net.load_state_dict({n.removeprefix("net."): t for n, t in kept.items() if n.startswith("net.")})
        return net, Features(kept["values"].numpy(), kept["probabilities"].numpy(), windows), history
    if hop != 9:
        net, _, history = convnet(base, size, device=device)
    else:
        net, history = stages.train_convnet(
            data,
            data.benchmark.split(base.split),
            recipe=stages.convnet_recipe(base.net.get("windows", WINDOWS)),
            frames=frames,
            rectify=base.net.get("rectify", True),
            seed=base.seed,
            test_every=6 if not base.net and int(base.split.removeprefix("random")) <= 5 else 0,
            device=device,
            checkpoint=scratch(f"{base.id}-{size}.checkpoint"),
        )
    features = stages.extract(net, data, windows)
    keep = {f"net.{n}": t for n, t in net.cpu().state_dict().items()}
    keep |= {
        "values": torch.from_numpy(features.values),
        "probabilities": torch.from_numpy(features.probabilities),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(keep, f"{path}.part", {"history": json.dumps(history)})
    os.replace(f"{path}.part", path)
    scratch(f"{base.id}-{size}.checkpoint").unlink(missing_ok=True)
    return net, features, history


def keys(experiment: Experiment, data: Material, windows: Windows) -> np.ndarray:
    """Which sequence each window belongs to (n,), -1 for a window that this arm leaves out.

    A sequence is named by a video of the benchmark: the first one of its file when all are joined.
    """
    share = experiment.net.get("idle", 1.0)
    if share == 1 and experiment.data.endswith(("/KTH1", "/KTH2")):
        return windows.video
    key = windows.video.copy()
    if "without idle" in experiment.data:
        first = {f: v for v, f in reversed(list(enumerate(data.file)))}
        key = np.array([first[data.file[v]] for v in windows.video])
    if share < 1:
        rng = np.random.default_rng(0)
        key[windows.idle & (rng.random(len(key)) >= share)] = -1
    if "equal lengths" in experiment.data:
        place = np.concatenate([np.arange(n) for n in np.bincount(windows.video)])
        key[place >= EQUAL] = -1
    return key


def train(experiment: Experiment, size: str = "laptop", device: str = "cpu") -> Outcome:
    """Train and test one arm. The 3D-ConvNet that it needs is trained first, once for all arms."""
    if experiment.system == HARRIS:
        return harris.train(experiment, loaded("KTH2", size), size, device)
    if experiment.system == ONE_STEP:
        return _train_one_step(experiment, loaded("KTH2", size), size, device)
    base = convnet_of(experiment)
    data = loaded(base.data.split("/")[1], size, base.net.get("lcn", True))
    net, features, history = convnet(base, size, experiment.net.get("hop", 9), device)
    key = keys(experiment, data, features.windows)
    split = data.benchmark.split(experiment.split)
    train_on, test_on = np.intersect1d(split.train, key), np.intersect1d(split.test, key)
    if experiment.system in (VOTE, MEAN):
        keep = np.isin(key, test_on)
        scores = stages.flat_scores(_where(features, keep), key[keep], features.windows.label[keep])
        rows = score.vote(scores) if experiment.system == VOTE else score.mean(scores)
        if experiment.system == MEAN or experiment.net or key is not features.windows.video:
            history = {k: v for k, v in history.items() if not k.startswith("test_")}  # the plain vote's
        extra = {"window_accuracy": score.accuracy(scores.probabilities, scores.labels)}
        if experiment.system == VOTE and not experiment.net:
            extra |= maps.mask_auc(net, data.benchmark, split.test, size, experiment.seed)
        return outcome(data, test_on, rows, history, extra)
    labels = data.benchmark.labels
    known, new = features.sequences(train_on, key), features.sequences(test_on, key)
    if experiment.system == LOGISTIC:
        return outcome(
            data, test_on, stages.logistic(known, labels[train_on], new, len(data.benchmark.classes)), {}
        )
    shuffled = experiment.net.get("shuffled", False)
    if shuffled:
        rng = np.random.default_rng(experiment.seed)
        new = [s[rng.permutation(len(s))] for s in new]
    lstm, history = stages.train_lstm(
        known,
        labels[train_on],
        classes=len(data.benchmark.classes),
        cells=experiment.net.get("cells", 50),
        forget_gate=experiment.net.get("forget_gate", False),
        shuffled=shuffled,
        seed=experiment.seed,
        test=(new, labels[test_on]),
        device=device,
    )
    found = outcome(data, test_on, stages.label_sequences(lstm, new), history)
    if is_showcase(experiment):
        found.tensors = showcase(net, lstm.cpu(), features, split.test)
    return found


def _where(features: Features, keep: np.ndarray) -> Features:
    return Features(features.values[keep], features.probabilities[keep], features.windows)


def outcome(
    data: Material, test_on: np.ndarray, rows: np.ndarray, history: dict[str, list], extra=None
) -> Outcome:
    """Rows of probabilities with the names, persons and labels they are about."""
    history = dict(history)
    by_epoch = history.pop("test_correct", None)
    videos = [data.benchmark.videos[i] for i in test_on]
    return Outcome(
        [v.name for v in videos],
        [v.group for v in videos],
        data.benchmark.labels[test_on],
        rows,
        rows.argmax(1),
        history,
        None if by_epoch is None else np.array(by_epoch, np.uint8),
        extra or {},
    )


def _train_one_step(experiment: Experiment, data: Material, size: str, device: str) -> Outcome:
    split = data.benchmark.split(experiment.split)
    checkpoint = scratch(f"{experiment.id}-{size}.checkpoint")
    net, history = stages.train_one_step(
        data, split, seed=experiment.seed, checkpoint=checkpoint, device=device
    )
    test_on = np.array(split.test)
    return outcome(data, test_on, stages.label_clips(net, data, test_on), history)


def is_showcase(experiment: Experiment) -> bool:
    """The runs that also keep weights and window-level scores: what `vidlab predict` and the figures use."""
    return experiment in (arm("kth1-lstm")[0], arm("kth2-lstm")[0])


def showcase(net: ConvNet3D, lstm: nn.Module, features: Features, test, sample: int = 1500) -> dict:
    """Float16 weights of both stages, the window scores of the test persons, a sample of their features."""
    chosen = np.flatnonzero(np.isin(features.windows.video, test))
    some = np.sort(np.random.default_rng(0).choice(chosen, min(sample, len(chosen)), replace=False))
    tensors = {f"convnet.{n}": t.half() for n, t in net.state_dict().items()}
    tensors |= {f"lstm.{n}": t.half() for n, t in lstm.state_dict().items()}
    return tensors | {
        "window.video": torch.from_numpy(features.windows.video[chosen].astype(np.int32)),
        "window.probabilities": torch.from_numpy(features.probabilities[chosen]).half(),
        "sample.features": torch.from_numpy(features.values[some]).half(),
        "sample.video": torch.from_numpy(features.windows.video[some].astype(np.int32)),
        "sample.label": torch.from_numpy(features.windows.label[some].astype(np.int32)),
        "sample.idle": torch.from_numpy(features.windows.idle[some]),
    }
