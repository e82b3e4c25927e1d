"""Tran et al. 2015, one descriptor on many tasks: what a linear SVM makes of it (Tables 3-5, Fig. 5, Sec. 6).

Each task is an Experiment: `net["features"]` names the descriptors, side by side; `dims` how many dimensions
are left of them.
"""

import numpy as np
from scipy.special import expit, softmax
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score

from vidlab import features
from vidlab.experiment import Experiment, Outcome
from vidlab.papers.c3d import table
from vidlab.papers.c3d.descriptors import TRAJECTORIES, Descriptors
from vidlab.papers.worlds import Material, material

FOLDS, PAIRS_A_FOLD = 10, 200
LAYERS_OF_PAIRS = ("prob", "fc7", "fc6", "pool5")


def train(experiment: Experiment, size: str, device: str = "cpu") -> Outcome:
    """Describe the videos, fit the SVM, and name the test videos (or pairs)."""
    found = material(experiment.data, size, table.SMALL["side"])
    task = {table.SVM: actions, table.PAIRS: pairs, table.LEAVE_ONE_OUT: left_out,
            table.NEAREST: neighbours}[experiment.system]  # fmt: skip
    return task(experiment, found, Descriptors(size, device, table.of_paper_size(experiment)))


def described(experiment: Experiment, source: Descriptors, known: np.ndarray | None = None
              ) -> np.ndarray:  # fmt: skip
    """The experiment's descriptors side by side, (V, d), each of length 1. In trajectories alone each
    channel's words sum to the same (Sec. 4): one factor brings the rows of `known`, the videos to train on
    (all, where each is left out in turn), to a mean length of 1."""
    tables = [source.rows(kind, experiment.seed, experiment.data, experiment.split)["fc6"]
              for kind in experiment.net["features"]]  # fmt: skip
    if experiment.net["features"] == [TRAJECTORIES]:
        return tables[0] / np.linalg.norm(tables[0] if known is None else tables[0][known], axis=1).mean()
    return features.joined(*tables)


def actions(experiment: Experiment, found: Material, source: Descriptors) -> Outcome:
    """A linear SVM on a split of the target set (Table 3), after PCA where `dims` says so (Fig. 5)."""
    benchmark = found.benchmark
    split = benchmark.split(experiment.split)
    known, tested = np.array(split.train), np.array(split.test)
    rows = described(experiment, source, known)
    inputs, new = rows[known], rows[tested]
    if dims := experiment.net.get("dims"):
        inputs, new = features.projected(inputs, new, dims)
    groups = [benchmark.groups[i] for i in known]
    machine = features.svm(inputs, benchmark.labels[known], groups)
    margins = features.margins(machine, new, len(benchmark.classes))
    videos = [benchmark.videos[i] for i in tested]
    return _outcome([v.name for v in videos], [v.group for v in videos], benchmark.labels[tested],
                    softmax(margins, axis=1), {"cost": machine.C})  # fmt: skip


def left_out(experiment: Experiment, found: Material, source: Descriptors) -> Outcome:
    """Each group's videos are named by an SVM that is trained on all other groups (scenes, objects)."""
    rows, benchmark = described(experiment, source), found.benchmark
    groups, labels = list(benchmark.groups), benchmark.labels
    margins = features.leave_one_out(rows, labels, groups)
    names = [f"{v.name}@{v.start}" for v in benchmark.videos]
    return _outcome(names, groups, labels, softmax(margins, axis=1), {})


def neighbours(experiment: Experiment, found: Material, source: Descriptors) -> Outcome:
    """Each test video is named by its five nearest neighbours among all videos of other groups (Fig. 6).

    Near in the space of the descriptors, or (`map`) in a t-SNE map. extra: the silhouette of the classes.
    """
    rows, benchmark = described(experiment, source), found.benchmark
    if experiment.net.get("map"):
        rows = in_two_dimensions(rows, experiment.seed)
    shares = features.nearest(rows, benchmark.labels, benchmark.groups)
    told = {"silhouette": float(silhouette_score(rows, benchmark.labels))}
    tested = np.array(benchmark.split(experiment.split).test)
    videos = [benchmark.videos[i] for i in tested]
    return _outcome([v.name for v in videos], [v.group for v in videos], benchmark.labels[tested],
                    shares[tested], told)  # fmt: skip


def in_two_dimensions(rows: np.ndarray, seed: int = 0) -> np.ndarray:
    """A t-SNE map (n, 2) of rows (n, d): neighbours stay neighbours, distances further off mean little."""
    perplexity = min(30.0, (len(rows) - 1) / 3)
    return TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(rows)


def pairs(experiment: Experiment, found: Material, source: Descriptors) -> Outcome:
    """Same action or not, for classes that no network has seen (Table 4, Fig. 7): a row a pair."""
    told = source.rows(experiment.net["features"][0], experiment.seed, experiment.data)
    rows = {layer: told[layer] for layer in LAYERS_OF_PAIRS if layer in told}
    folds = min(FOLDS, len(set(found.benchmark.labels.tolist())) // 2)  # at least two classes each
    # The folds and pairs are the same for every seed of the network, as ASLAN's are prescribed.
    margins, same, fold, names = features.similarity(rows, found.benchmark.labels, folds, PAIRS_A_FOLD)
    chance = expit(margins)
    accuracy, area = features.similarity_scores(margins, same, fold)
    groups = [f"fold {k}" for k in fold]
    return _outcome(names, groups, same.astype(int), np.stack([1 - chance, chance], 1),
                    {"mean_accuracy": 100 * accuracy, "area": 100 * area})  # fmt: skip


def _outcome(
    names: list[str], groups: list[str], labels: np.ndarray, rows: np.ndarray, extra: dict
) -> Outcome:
    return Outcome(names, groups, labels, rows, rows.argmax(1), {}, None, extra)
