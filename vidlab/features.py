"""Descriptors of videos and what Tran et al. 2015 do with them (Secs. 3.3 to 7): averages, linear SVMs,
compactness, pairs, scenes and objects. Nothing here trains a network.
"""

import json
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from scipy.special import rel_entr
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances, roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from torch import Tensor

from vidlab.videos.reading import DiskError, PreparationError, VideoError, written_whole

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


def extract(folder: Path, count: int, made_of: str, describe: Callable[[int], Rows],
            known_by: Sequence[str] = ()) -> dict[str, np.ndarray]:  # fmt: skip
    """Descriptors of `count` videos, (count, d) by layer, memory-mapped; `describe(number)` gives one's.

    Rows go to the disk one by one, so memory does not grow with the number of videos, and an interrupted
    extraction goes on where it was; a second process waits for the first. made_of stands for network, layers
    and videos: where it or their number has changed, all is extracted anew. With `known_by`, a text for each
    video, it need not stand for the videos: whichever come or go, rows of the others stay. (Where only some
    of a folder's videos are asked for, their rows are copied to memory.)

    Raises PreparationError at the end, with every video for which `describe` raised a VideoError; the rows of
    all others are kept.
    """
    if known_by and len(known_by) != count:
        raise ValueError(f"{count} videos are known by {len(known_by)} names")
    if not count:
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        return _extracted(folder, _places(folder, count, made_of, known_by), describe)


def _extracted(folder: Path, places: list[int], describe: Callable[[int], Rows]) -> dict[str, np.ndarray]:
    """Describe the videos whose rows are not there yet, and go on past those that cannot be."""
    done = np.load(folder / "done.npy", mmap_mode="r+")
    errors = []
    for number, place in enumerate(places):
        if done[place]:
            continue
        try:
            rows = describe(number)
        except DiskError:  # it is not the video's fault, and the next would fail, too
            raise
        except VideoError as error:
            errors.append(error)
            continue
        _keep(folder, place, rows, len(done))
        done[place] = True  # only when its rows are on the disk
        done.flush()
    if errors:
        raise PreparationError(errors)
    tables = {path: np.load(path, mmap_mode="c") for path in sorted(folder.glob("*.rows.npy"))}
    return {path.name.removesuffix(".rows.npy"): _rows_at(places, table) for path, table in tables.items()}


def _rows_at(places: list[int], table: np.ndarray) -> np.ndarray:
    """Rows of a mapped table: the map itself where they are all of them, else a copy."""
    return np.asarray(table if places == list(range(len(table))) else table[places])


def _places(folder: Path, count: int, made_of: str, known_by: Sequence[str]) -> list[int]:
    """Each video's row in the folder's tables, which are begun anew, or made longer, where they must be."""
    told = folder / "made_of.json"
    before, held = json.loads(told.read_text()) if told.exists() else (None, None)
    known = held if known_by and before == made_of and isinstance(held, list) else []
    names = list(dict.fromkeys([*known, *known_by]))
    wanted = names or count
    if (before, held) != (made_of, wanted):
        if not known:
            for old in (told, *folder.glob("*.npy")):  # told first: without it the folder counts as empty
                old.unlink(missing_ok=True)
        _make_room(folder, len(names) or count)
        with written_whole(told) as aside:
            aside.write_text(json.dumps([made_of, wanted]))
    place = {name: number for number, name in enumerate(names)}
    return [place[name] for name in known_by] or list(range(count))


def _make_room(folder: Path, count: int) -> None:
    """Tables of at least `count` rows: after an interruption they may be longer, which does no harm."""
    if not (folder / "done.npy").exists():
        _new_table(folder / "done.npy", bool, (count,))
    for path in folder.glob("*.npy"):
        if len(np.load(path, mmap_mode="r")) < count:
            with written_whole(path) as aside:
                _lengthened(path, aside, count)


def _new_table(path: Path, kind: type, shape: tuple[int, ...]) -> None:
    with written_whole(path) as aside:
        np.lib.format.open_memmap(aside, "w+", kind, shape).flush()


def _lengthened(path: Path, aside: Path, count: int) -> None:
    """Write a table to another file, with empty rows behind it. A function, so that it leaves none open."""
    before = np.load(path, mmap_mode="r")
    after = np.lib.format.open_memmap(aside, "w+", before.dtype, (count, *before.shape[1:]))
    after[: len(before)] = before
    after.flush()


def _keep(folder: Path, place: int, rows: Rows, count: int) -> None:
    """Write one video's rows to their place; the first video's make the tables, of `count` rows each."""
    for layer, row in rows.items():
        path = folder / f"{layer}.rows.npy"
        if not path.exists():
            _new_table(path, np.float32, (count, len(row)))
        table = np.load(path, mmap_mode="r+")
        table[place] = row
        table.flush()


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

    The paper prints no C. Where nothing can be chosen it is the middle cost: there is a single cost or group,
    or no fold tests a class that it trains beside another. Raises ValueError for one class.
    """
    if len(set(truth.tolist())) < 2:
        raise ValueError(f"all {len(truth)} videos to train on are of one class: an SVM takes two")
    folds = min(folds, len(set(groups)), np.unique(truth, return_counts=True)[1].max())
    machine = LinearSVC(C=costs[len(costs) // 2], dual=False, max_iter=5000, random_state=0)
    if folds < 2 or len(costs) < 2:
        return machine.fit(known, truth)
    with warnings.catch_warnings(action="ignore"):  # a class may be in fewer videos than folds
        cuts = list(StratifiedGroupKFold(folds).split(known, truth, groups))
    usable = [(rest, out) for rest, out in cuts
              if len(set(truth[rest])) > 1 and np.isin(truth[out], truth[rest]).any()]  # fmt: skip
    search = GridSearchCV(machine, {"C": list(costs)}, cv=usable)
    return search.fit(known, truth).best_estimator_ if usable else machine.fit(known, truth)


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

    Scenes: each video is a group of its own. Objects: all windows of one video are a group (ours; the paper
    has a split). C is not chosen anew for each group, which would take seventeen times as long.
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

    The paper takes "the 12 different distances provided in" ASLAN's paper and lists none; these are ours,
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
