"""Chapter 04: two streams (Simonyan and Zisserman 2014)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vidlab.exercises.judging import judge


def check_upside_down(function: Callable[..., Any]) -> bool:
    """`upside_down(stack)`: a stack of flow (n, 2L, H, W), channels x1, y1, x2, y2, …, stood on its head."""
    rng, cases = np.random.default_rng(0), []
    for n, length in ((1, 1), (2, 3)):
        stack = rng.integers(-9, 10, (n, 2 * length, 3, 4)).astype(float)
        x, y = stack[:, ::2, ::-1], -stack[:, 1::2, ::-1]
        cases.append(((stack,), np.stack([x, y], 2).reshape(stack.shape)))
    return judge(function, cases)


def check_two_head_loss(function: Callable[..., Any]) -> bool:
    """`two_head_loss(first, second, labels)`: logits (n, K1) and (n, K2), labels (n, 2): both losses.

    -100 in a label: the sample is not of that head's data set.
    """
    rng, cases = np.random.default_rng(0), []
    for labels in ([[2, -100], [0, -100], [-100, 1]], [[-100, 0], [-100, 2]]):
        first, second = (rng.normal(size=(len(labels), k)) for k in (3, 4))
        expected = sum(_loss(z, [row[h] for row in labels]) for h, z in enumerate((first, second)))
        cases.append(((first, second, np.array(labels)), expected))
    return judge(function, cases, 1e-6)


def _loss(logits: np.ndarray, labels: list[int]) -> float:
    """Mean cross-entropy over the samples with a label; 0 without any."""
    each = [np.log(np.exp(z).sum()) - z[k] for z, k in zip(logits, labels, strict=True) if k >= 0]
    return float(np.mean(each)) if each else 0.0


def check_fusion_weight(function: Callable[..., Any]) -> bool:
    """`fusion_weight(spatial, temporal, labels)`: of 0, 0.1 … 1 the best weight of the temporal rows (V, K).

    The spatial rows get the rest of 1. Of several that are equally good, the smallest.
    """
    rng, cases = np.random.default_rng(0), []
    for hint in ((0.1, 0.4), (0.5, 0.2), (0.0, 0.0)):
        labels = rng.integers(0, 4, 60)
        spatial, temporal = (rng.dirichlet(np.ones(4), 60) + h * np.eye(4)[labels] for h in hint)
        right = [((1 - w / 10) * spatial + w / 10 * temporal).argmax(1) == labels for w in range(11)]
        cases.append(((spatial, temporal, labels), int(np.argmax(np.mean(right, axis=1))) / 10))
    return judge(function, cases, 1e-6)
