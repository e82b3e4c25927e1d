"""From networks to Scores, from Scores to one row a video: predictions are data, protocols are functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import softmax
from sklearn.svm import LinearSVC
from torch import Tensor, nn


@dataclass(frozen=True)
class Scores:
    """Probabilities of n crops of clips of videos, over K classes.

    video, clip, crop: (n,) indices; probabilities: (n, K), each row a distribution; labels: (n,).
    """

    video: np.ndarray
    clip: np.ndarray
    crop: np.ndarray
    probabilities: np.ndarray
    labels: np.ndarray

    def __post_init__(self):
        n = len(self.probabilities)
        for name in ("video", "clip", "crop", "labels"):
            if len(getattr(self, name)) != n:
                raise ValueError(f"Scores.{name} has {len(getattr(self, name))} entries, probabilities {n}")


def of_windows(video: np.ndarray, probabilities: np.ndarray, labels: np.ndarray) -> Scores:
    """Scores of n windows, each a single crop: the video and the label of each (n,), probabilities (n, K)."""
    n = len(video)
    return Scores(video, np.arange(n), np.zeros(n, int), probabilities, labels)


def probabilities(
    net: nn.Module, batches: Iterable[Tensor], device: str | torch.device = "cpu"
) -> np.ndarray:
    """Softmax of the network's logits over batches of inputs: (n, ..., K) float32."""
    net.eval()
    with torch.inference_mode():
        rows = [net(batch.to(device)).softmax(-1).float().cpu() for batch in batches]
    return torch.cat(rows).numpy()


def _sum_by_video(scores: Scores, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of `rows` (n, K) over each video's entries: (V, K), and how many there were: (V, 1)."""
    _, place = np.unique(scores.video, return_inverse=True)
    total = np.zeros((place.max() + 1, rows.shape[1]))
    np.add.at(total, place, rows)
    return total, np.bincount(place)[:, None]


def mean(scores: Scores) -> np.ndarray:
    """Mean of the probabilities over all clips and crops of a video: (V, K)."""
    total, count = _sum_by_video(scores, scores.probabilities)
    return total / count


def vote(scores: Scores) -> np.ndarray:
    """Majority vote of the windows (Sec. 3 of Baccouche 2011): share of votes a class, (V, K).

    A tie goes to the class with the larger summed probability: half a vote is shared out by mean probability,
    which can never overturn a whole vote.
    """
    ballots = np.eye(scores.probabilities.shape[1])[scores.probabilities.argmax(1)]
    votes, count = _sum_by_video(scores, ballots)
    return (votes + 0.5 * mean(scores)) / (count + 0.5)


def average(*streams: np.ndarray) -> np.ndarray:
    """Late fusion by averaging the rows (V, K) of several streams (Simonyan & Zisserman 2014, Sec. 2)."""
    return np.mean(streams, axis=0)


def normalised(*streams: np.ndarray) -> np.ndarray:
    """The rows (V, K) of several streams, each scaled to length 1, side by side: (V, K * streams)."""
    return np.hstack([rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in streams])


def svm(known: np.ndarray, truth: np.ndarray, new: np.ndarray, classes: int, c: float = 1.0) -> np.ndarray:
    """Late fusion by a multi-class linear SVM on stacked, L2-normalised scores (Sec. 2): rows (V, K).

    known: `normalised` scores of training videos, best of networks that never saw them (scores of an
    over-fitted network on its own training videos are near one-hot, and teach the SVM little); new: those of
    the test videos. The margins pass through a softmax, so that the rows are distributions.
    """
    machine = LinearSVC(C=c, multi_class="crammer_singer", max_iter=20_000, random_state=0).fit(known, truth)
    margins = machine.decision_function(new)
    if margins.ndim == 1:  # two classes have one margin between them
        margins = np.stack([-margins, margins], 1)
    rows = np.zeros((len(new), classes))
    rows[:, machine.classes_] = softmax(margins, axis=1)
    return rows


def hit(rows: np.ndarray, truth: np.ndarray, k: int) -> float:
    """Hit@k (top-k accuracy): share of rows (V, K) whose label is among the k most probable classes."""
    return float((np.argsort(-rows, axis=1)[:, :k] == truth[:, None]).any(1).mean())


def labels(scores: Scores) -> np.ndarray:
    """The label of each video: (V,)."""
    _, first = np.unique(scores.video, return_index=True)
    return scores.labels[first]


def accuracy(rows: np.ndarray, truth: np.ndarray) -> float:
    """Top-1 accuracy of rows (V, K) against labels (V,)."""
    return float((rows.argmax(1) == truth).mean())


def confusion(predicted: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Counts (K, K): rows are the truth, columns the prediction."""
    return np.bincount(truth * classes + predicted, minlength=classes**2).reshape(classes, classes)


def in_steps(said: np.ndarray, truth: np.ndarray, alike: Sequence[Sequence[str]]) -> tuple[float, float]:
    """An answer in two steps, where some classes look alike: names (V,) said and meant, groups of such names.

    Of the videos of such classes the share that was put into the right group; and of those the share of the
    right one within it, where a coin has 0.5 if groups are pairs. NaN where there is none to count.
    """
    number = {name: n for n, group in enumerate(alike) for name in group}
    asked, right = np.isin(truth, list(number)), said == truth
    same = [number.get(a) == number.get(b) for a, b in zip(said, truth, strict=True)]
    found = asked & np.array(same, bool)
    group, member = (float(of.mean()) if of.size else float("nan") for of in (found[asked], right[found]))
    return group, member
