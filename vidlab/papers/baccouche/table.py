"""Baccouche 2011, the runs: every arm of the comparisons as a list of Experiments, and how one is trained.

An Experiment's `net` names only what departs from the paper's reconstruction, so {} is the paper.
"""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

import vidlab
from vidlab import score, weights
from vidlab.experiment import Experiment, Outcome, named
from vidlab.nets.baccouche import ConvNet3D
from vidlab.papers.baccouche import harris, maps, stages
from vidlab.papers.baccouche.data import WORLD, Material, Windows, material
from vidlab.papers.baccouche.stages import Features, outcome

PAPER = "baccouche2011"
WINDOWS = 72_000  # shown to the 3D-ConvNet in training: chosen on training persons (data/README.md)
EQUAL = 8  # windows a sequence when all sequences are equally long
CONVNET_OPTIONS = ("frames", "rectify", "lcn", "windows")
VOTE, MEAN, LSTM = "3D-ConvNet + voting", "3D-ConvNet + mean", "3D-ConvNet + LSTM"
LOGISTIC, HARRIS = "3D-ConvNet + logistic regression", "Harris-3D + LSTM"
ONE_STEP = "3D-ConvNet and LSTM trained as one"
SHOWCASES = ("kth1-lstm", "kth2-lstm")  # the first run of each also keeps weights and scores of windows


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
    both = (("vote", VOTE), ("lstm", LSTM))
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
    for kind, system in (("vote", VOTE), ("mean", MEAN), ("lstm", LSTM), ("logistic", LOGISTIC)):
        table[f"noidle-{kind}"] = runs_of(system, "KTH1 without idle stretches")
    for share in (0.5, 0.25, 0.0):
        for kind, system in both:
            table[f"kth1-{kind}-idle-{share:g}"] = runs_of(system, "KTH1", idle=share)
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
        for kind, system in both:
            table[f"kth1-{kind}-{name}"] = runs_of(system, "KTH1", splits, **net)
    for thousands in (6, 18, 36, 144, 288):
        table[f"kth1-mean-{thousands}k"] = runs_of(MEAN, "KTH1", 3, windows=thousands * 1000)
    for kind, system in both:
        table[f"kth1-{kind}-15splits"] = runs_of(system, "KTH1", splits=15)
    return table


def arm(name: str) -> list[Experiment]:
    """The Experiments of one arm; a KeyError names the arms that exist."""
    return named(arms(), name)


def at_paper_size(experiment: Experiment) -> Experiment:
    """The same run: networks and frames are the paper's own already."""
    return experiment


def convnet_of(experiment: Experiment) -> Experiment:
    """The 3D-ConvNet under an arm: trained once and shared by all arms that read its features."""
    cut = "KTH2" if "KTH2" in experiment.data or "without idle" in experiment.data else "KTH1"
    net = {k: v for k, v in experiment.net.items() if k in CONVNET_OPTIONS}
    recipe = stages.convnet_recipe(net.get("windows", WINDOWS)).name
    return Experiment(PAPER, "3D-ConvNet", f"{WORLD}/{cut}", experiment.split, recipe, experiment.seed, net)


def minutes(experiment: Experiment, alone: bool = True) -> float:
    """About how long one run takes on one core, with its 3D-ConvNet when it is the first to need it."""
    second = {LSTM: 0.3, HARRIS: 4.0, ONE_STEP: 5.0}.get(experiment.system, 0.05)
    if not alone or experiment.system in (HARRIS, ONE_STEP):
        return second
    return second + (experiment.net.get("windows", WINDOWS) / 18_000 + 0.8)


# --- training one arm -----------------------------------------------------------------------------------


loaded = lru_cache(maxsize=2)(material)


def scratch(name: str) -> Path:
    """Where features and checkpoints wait between two arms: never committed, made again when missing."""
    return vidlab.generated("features", name)


def convnet(
    base: Experiment, data: Material, size: str, hop: int, device: str
) -> tuple[ConvNet3D, Features, dict[str, list]]:
    """A trained 3D-ConvNet with its features of every window, from the disk when they are there."""
    frames, rectify = base.net.get("frames", 9), base.net.get("rectify", True)
    windows = data.windows(frames, hop)
    path = scratch(f"{base.id}-{size}-hop{hop}.safetensors")
    if path.exists():
        kept, notes = weights.read(path)
        net = ConvNet3D(len(data.benchmark.classes), frames, rectify)
        weights.load_into(net, "net", kept)
        features = Features(kept["values"].numpy(), kept["probabilities"].numpy(), windows)
        return net, features, json.loads(notes["history"])
    checkpoint = scratch(f"{base.id}-{size}.checkpoint")
    if hop != 9:
        net, _, history = convnet(base, data, size, 9, device)
    else:
        net, history = stages.train_convnet(
            data,
            data.benchmark.split(base.split),
            base.net.get("windows", WINDOWS),
            frames=frames,
            rectify=rectify,
            seed=base.seed,
            test_every=6 if not base.net and int(base.split.removeprefix("random")) <= 5 else 0,
            device=device,
            checkpoint=checkpoint,
        )
    features = stages.extract(net, data, windows)
    values, probabilities = torch.from_numpy(features.values), torch.from_numpy(features.probabilities)
    kept = weights.of(net.cpu(), "net") | {"values": values, "probabilities": probabilities}
    weights.write(path, kept, {"history": json.dumps(history)})
    checkpoint.unlink(missing_ok=True)
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
    base, options = convnet_of(experiment), experiment.net
    data = loaded(base.data.split("/")[1], size, base.net.get("lcn", True))
    net, features, history = convnet(base, data, size, options.get("hop", 9), device)
    key = keys(experiment, data, features.windows)
    benchmark = data.benchmark
    split, labels, classes = benchmark.split(experiment.split), benchmark.labels, len(benchmark.classes)
    train_on, test_on = np.intersect1d(split.train, key), np.intersect1d(split.test, key)
    if experiment.system in (VOTE, MEAN):
        keep = np.isin(key, test_on)
        scores = score.of_windows(key[keep], features.probabilities[keep], features.windows.label[keep])
        extra = {"window_accuracy": score.accuracy(scores.probabilities, scores.labels)}
        if experiment.system == VOTE and not options:
            extra |= maps.mask_auc(net, benchmark, split.test, size, experiment.seed)
        if experiment.system == MEAN or options or key is not features.windows.video:
            history = {k: v for k, v in history.items() if not k.startswith("test_")}  # the plain vote's
        rows = score.vote(scores) if experiment.system == VOTE else score.mean(scores)
        return outcome(data, test_on, rows, history, extra=extra)
    known, new = features.sequences(train_on, key), features.sequences(test_on, key)
    if experiment.system == LOGISTIC:
        return outcome(data, test_on, stages.logistic(known, labels[train_on], new, classes), {})
    shuffled = options.get("shuffled", False)
    if shuffled:
        rng = np.random.default_rng(experiment.seed)
        new = [s[rng.permutation(len(s))] for s in new]
    lstm, history = stages.train_lstm(
        known,
        labels[train_on],
        classes,
        cells=options.get("cells", 50),
        forget_gate=options.get("forget_gate", False),
        shuffled=shuffled,
        seed=experiment.seed,
        test=(new, labels[test_on]),
        device=device,
    )
    rows = stages.label_sequences(lstm, new)
    shown = any(experiment == arm(name)[0] for name in SHOWCASES)
    tensors = showcase(net, lstm.cpu(), features, split.test) if shown else {}
    return outcome(data, test_on, rows, history, tensors=tensors)


def _train_one_step(experiment: Experiment, data: Material, size: str, device: str) -> Outcome:
    split, checkpoint = data.benchmark.split(experiment.split), scratch(f"{experiment.id}-{size}.checkpoint")
    net, history = stages.train_one_step(data, split, experiment.seed, checkpoint, device)
    test_on = np.array(split.test)
    return outcome(data, test_on, stages.label_clips(net, data, test_on), history)


def showcase(net: ConvNet3D, lstm: nn.Module, features: Features, test, sample: int = 1500) -> dict:
    """Float16 weights of both stages, the window scores of the test persons, a sample of their features.

    `vidlab predict` and the figures use them.
    """
    windows = features.windows
    chosen = np.flatnonzero(np.isin(windows.video, test))
    some = np.sort(np.random.default_rng(0).choice(chosen, min(sample, len(chosen)), replace=False))
    both = weights.of(net, "convnet") | weights.of(lstm, "lstm")
    return {name: t.half() for name, t in both.items()} | {
        "window.video": torch.from_numpy(windows.video[chosen].astype(np.int32)),
        "window.probabilities": torch.from_numpy(features.probabilities[chosen]).half(),
        "sample.features": torch.from_numpy(features.values[some]).half(),
        "sample.video": torch.from_numpy(windows.video[some].astype(np.int32)),
        "sample.label": torch.from_numpy(windows.label[some].astype(np.int32)),
        "sample.idle": torch.from_numpy(windows.idle[some]),
    }
