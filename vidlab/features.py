"""Descriptors of videos and what Tran et al. 2015 do with them (Secs. 3.3 to 7): averages, linear SVMs,
compactness, pairs, scenes and objects. Nothing here trains a network.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from scipy.special import rel_entr
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances, roc_auc_score
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from torch import Tensor

from vidlab.videos.reading import written_whole

LAYERS = ("prob", "fc7", "fc6", "pool5")  # of Sec. 5; elsewhere the descriptor is fc6
COSTS = (0.1, 1.0, 10.0, 100.0)  # of the SVM, chosen on training groups
Rows = Mapping[str, np.ndarray]  # by layer


# --- one video, many videos ---------------------------------------------------------------------------------


@torch.inference_mode()
def described(net, batches: Iterable[Tensor], layers: Sequence[str] = ("fc6",), device: str = "cpu"
              ) -> dict[str, np.ndarray]:  # fmt: skip
    """One video: the mean of each layer over its clips, (d,) float32 by layer.

    batches: clips (n, 3, T, H, W), as many at once as fit; only sums are kept. Not yet of length 1: `unit`.
    Raises ValueError for a video without clips.
    """
    net.eval()
    sums: dict[str, Tensor] = {}
    count = 0
    for batch in batches:
        told = net.described(batch.to(device))
        for layer in layers:
            sums[layer] = sums.get(layer, torch.zeros(())) + told[layer].float().sum(0).cpu()
        count += len(batch)
    if not count:
        raise ValueError("a video without clips has no descriptor")
    return {layer: (total / count).numpy() for layer, total in sums.items()}


def extract(folder: Path, count: int, made_of: str, describe: Callable[[int], Rows]) -> dict[str, np.ndarray]:
    """Descriptors of `count` videos, (count, d) by layer, memory-mapped; `describe(number)` gives one's.

    Rows go to the disk one by one, so memory does not grow with the number of videos, and an interrupted
    extraction goes on where it was; a second process waits for the first. made_of stands for network, videos
    and layers: where it has changed, all is extracted anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        return _extracted(folder, count, made_of, describe)


def _extracted(folder: Path, count: int, made_of: str, describe: Callable[[int], Rows]
               ) -> dict[str, np.ndarray]:  # fmt: skip
    told = folder / "made_of.json"
    wanted = json.dumps([made_of, count])
    if not told.exists() or told.read_text() != wanted:
        _begin(folder, count, describe(0) if count else {})
        with written_whole(told) as aside:  # last: without it the folder counts as empty
            aside.write_text(wanted)
    done = np.load(folder / "done.npy", mmap_mode="r+")
    rows = {path.stem: np.load(path, mmap_mode="r+") for path in sorted(folder.glob("*.rows.npy"))}
    for number in np.flatnonzero(~done):
        for layer, row in describe(int(number)).items():
            rows[f"{layer}.rows"][number] = row
            rows[f"{layer}.rows"].flush()
        done[number] = True  # only when its rows are on the disk
        done.flush()
    return {name.removesuffix(".rows"): np.asarray(table) for name, table in rows.items()}


def _begin(folder: Path, count: int, first: Rows) -> None:
    """Empty tables of the right width, the first row filled in."""
    for old in (*folder.glob("*.rows.npy"), folder / "made_of.json"):
        old.unlink(missing_ok=True)
    for layer, row in first.items():
        table = np.lib.format.open_memmap(folder / f"{layer}.rows.npy", "w+", np.float32, (count, len(row)))
        table[0] = row
        table.flush()
    done = np.zeros(count, bool)
    done[:1] = True
    np.save(folder / "done.npy", done)


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows (n, d), each scaled to length 1; a row of zeros stays one (L2 normalisation, Sec. 3.3)."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def joined(*tables: np.ndarray) -> np.ndarray:
    """Descriptors of several networks side by side, each of length 1: (n, d1 + d2 + ...) (Sec. 4)."""
    return np.hstack([unit(table) for table in tables])


# --- a linear SVM on top ------------------------------------------------------------------------------------


def svm(known: np.ndarray, truth: np.ndarray, groups: Sequence[str], costs: Sequence[float] = COSTS,
        folds: int = 4) -> LinearSVC:  # fmt: skip
    """A multi-class linear SVM (one against the rest) on rows (n, d), its C chosen on the training groups.

    The paper prints no C. With fewer than two groups, or a single cost, there is nothing to choose.
    """
    if len(set(truth.tolist())) < 2:
        raise ValueError(f"all {len(truth)} videos to train on are of one class: an SVM takes two")
    folds = min(folds, len(set(groups)))
    machine = LinearSVC(C=costs[len(costs) // 2], dual=False, max_iter=5000, random_state=0)
    if folds < 2 or len(costs) < 2:
        return machine.fit(known, truth)
    search = GridSearchCV(machine, {"C": list(costs)}, cv=GroupKFold(folds))
    return search.fit(known, truth, groups=list(groups)).best_estimator_


def margins(machine: LinearSVC, new: np.ndarray, classes: int) -> np.ndarray:
    """The SVM's margins (n, classes); classes that it never met get -inf."""
    found = machine.decision_function(new)
    if found.ndim == 1:  # two classes have one margin between them
        found = np.stack([-found, found], 1)
    rows = np.full((len(new), classes), -np.inf)
    rows[:, machine.classes_] = found
    return rows


def projected(known: np.ndarray, new: np.ndarray, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, d) and (m, d) in so many dimensions, or as many as there can be: PCA of the known (Fig. 5)."""
    most = min(dimensions, *known.shape)
    low = PCA(most, svd_solver="full", random_state=0).fit(known)
    return low.transform(known), low.transform(new)


def leave_one_out(rows: np.ndarray, labels: np.ndarray, groups: Sequence[str], cost: float = 10.0
                  ) -> np.ndarray:  # fmt: skip
    """Margins (n, classes) of each row (n, d), by an SVM that is trained on all other groups (Sec. 6).

    Scenes: each video is a group of its own. Objects: all windows of one video are a group. C is not chosen
    anew for each group, which would take twenty times as long.
    """
    told, names = np.zeros((len(labels), labels.max() + 1)), np.array(groups)
    for group in np.unique(names):
        out = names == group
        machine = svm(rows[~out], labels[~out], names[~out].tolist(), costs=(cost,))
        told[out] = margins(machine, rows[out], told.shape[1])
    return told


def nearest(rows: np.ndarray, labels: np.ndarray, groups: Sequence[str], count: int = 5) -> np.ndarray:
    """How many of the `count` nearest rows of *other* groups are of each class: shares (n, classes).

    A video's neighbours are often of the same person, which says little about its action: so not of its own
    group. Measures what a t-SNE picture only shows (Fig. 6).
    """
    names = np.array(groups)
    far = pairwise_distances(rows)
    far[names[:, None] == names] = np.inf
    if np.isinf(np.sort(far, axis=1)[:, count - 1]).any():
        raise ValueError(f"some row has fewer than {count} neighbours in other groups")
    closest = labels[np.argsort(far, axis=1, kind="stable")[:, :count]]
    return (closest[:, :, None] == np.arange(labels.max() + 1)).mean(1)


# --- pairs: same action or not? -----------------------------------------------------------------------------


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Twelve similarities and distances between rows (n, d) that are not negative: (n, 12).

    The paper takes "12 different distances provided by" the ASLAN benchmark and lists none; these are ours,
    of the same kinds: products, roots and sums that compare two histograms.
    """
    product, total, gap = a * b, a + b + 1e-12, a - b
    middle = total / 2
    columns = [
        product.sum(1), np.sqrt(product.sum(1)), np.sqrt(product).sum(1),
        np.sqrt((product / total).sum(1)), (unit(a) * unit(b)).sum(1), np.minimum(a, b).sum(1),
        np.abs(gap).sum(1), (gap**2).sum(1), np.abs(gap).max(1), (gap**2 / total).sum(1),
        ((np.sqrt(a) - np.sqrt(b)) ** 2).sum(1), (rel_entr(a, middle) + rel_entr(b, middle)).sum(1),
    ]  # fmt: skip
    return np.stack(columns, 1)


def pair_rows(rows: Rows, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Features (n, 12 x layers) of pairs of videos, by their numbers (n,); rows of length 1 in each layer."""
    return np.hstack([distances(unit(table[first]), unit(table[second])) for table in rows.values()])


def class_folds(labels: np.ndarray, folds: int, rng: np.random.Generator) -> list[np.ndarray]:
    """The classes cut into folds at random: no class of a test fold is ever trained on (ASLAN's rule)."""
    return np.array_split(rng.permutation(np.unique(labels)), folds)


def draw_pairs(labels: np.ndarray, classes: np.ndarray, count: int, rng: np.random.Generator
               ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """`count` pairs of different videos of these classes, half of one class: first, second and same, (n,).

    No pair comes twice; where there are too few of a kind, fewer of both are drawn. ValueError for none.
    """
    mine = np.flatnonzero(np.isin(labels, classes))
    first, second = mine[np.array(np.triu_indices(len(mine), 1))]  # all there are
    same = labels[first] == labels[second]
    most = min(count // 2, same.sum(), (~same).sum())
    if not most:
        raise ValueError("pairs need two classes at least, one of them with two videos")
    drawn = np.concatenate([rng.choice(np.flatnonzero(kind), most, replace=False) for kind in (same, ~same)])
    return first[drawn], second[drawn], same[drawn]


def similarity(rows: Rows, labels: np.ndarray, folds: int = 10, count: int = 400, seed: int = 0
               ) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:  # fmt: skip
    """Same action or not, for classes never seen (Table 4, Fig. 7): margins (n,), truth (n,), fold (n,), and
    the pairs' names.

    Each fold's pairs are told by a linear SVM on standardised pair features of all other folds' pairs.
    """
    rng = np.random.default_rng(seed)
    parts = [draw_pairs(labels, classes, count, rng) for classes in class_folds(labels, folds, rng)]
    inputs = [pair_rows(rows, first, second) for first, second, _ in parts]
    same = [part[2] for part in parts]
    told = []
    for fold in range(folds):
        others = [k for k in range(folds) if k != fold]
        machine = _scaled_svm().fit(
            np.vstack([inputs[k] for k in others]), np.concatenate([same[k] for k in others])
        )
        told.append(machine.decision_function(inputs[fold]))
    names = [f"{a}-{b}" for first, second, _ in parts for a, b in zip(first, second, strict=True)]
    return np.concatenate(told), np.concatenate(same), np.repeat(range(folds), [len(s) for s in same]), names


def _scaled_svm() -> Pipeline:
    return make_pipeline(StandardScaler(), LinearSVC(C=1.0, dual=False, max_iter=5000, random_state=0))


def similarity_scores(told: np.ndarray, same: np.ndarray, fold: np.ndarray) -> tuple[float, float]:
    """Mean accuracy over the folds, and the area under the ROC curve of all pairs."""
    right = [float(((told > 0) == same)[fold == k].mean()) for k in np.unique(fold)]
    return float(np.mean(right)), float(roc_auc_score(same, told))


# --- windows: one label for many frames ---------------------------------------------------------------------


def window_labels(frame_labels: np.ndarray, starts: np.ndarray, size: int = 16, least: int = 8) -> np.ndarray:
    """The label of each window (n,) of `size` frames: the most frequent among its frames, -1 where that one
    is on fewer than `least` of them (Sec. 6, objects). frame_labels: (T,), -1 for none; the smallest of a
    tie."""
    out = []
    for start in starts:
        there, counts = np.unique(frame_labels[start : start + size], return_counts=True)
        counts = np.where(there < 0, 0, counts)
        out.append(there[counts.argmax()] if counts.max() >= least else -1)
    return np.array(out, int)
