"""Chapter 02: 3D convolutions and LSTM cells (Baccouche et al. 2011)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vidlab.exercises.judging import Case, judge


def check_receptive_field(function: Callable[..., Any]) -> bool:
    """`receptive_field(layers)`: input positions that one output sees; layers are (kernel, stride)."""
    stacks = [
        [(5, 1), (3, 1), (3, 1)],
        [(7, 1), (2, 2), (5, 1), (2, 2), (3, 1)],
        [(3, 2), (3, 2), (3, 2)],
    ]
    return judge(function, [((layers,), _receptive_field(layers)) for layers in stacks])


def _receptive_field(layers: list[tuple[int, int]]) -> int:
    """From the top down: n outputs in a row need (n - 1) * stride + kernel inputs."""
    needed = 1
    for kernel, stride in reversed(layers):
        needed = (needed - 1) * stride + kernel
    return needed


def check_vote(function: Callable[..., Any]) -> bool:
    """`vote(probabilities)`: (n, K) to the class with most votes, ties by summed probability."""
    tables = [
        [[0.6, 0.4, 0.0], [0.5, 0.3, 0.2], [0.0, 0.0, 1.0]],  # two votes beat a surer one
        [[0.6, 0.4, 0.0], [0.1, 0.9, 0.0]],  # a tie: class 1 has the larger sum
        [[0.5, 0.45, 0.05], [0.5, 0.45, 0.05], [0.05, 0.45, 0.5], [0.1, 0.4, 0.5]],  # class 1 has no vote
    ]
    return judge(function, [((np.array(table),), _vote(np.array(table))) for table in tables])


def _vote(probabilities: np.ndarray) -> int:
    votes = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    return max(range(len(votes)), key=lambda k: (votes[k], probabilities[:, k].sum()))


def check_lstm_step(function: Callable[..., Any]) -> bool:
    """`lstm_step(x, h, c, W, U, b)`: one step of cells without a forget gate, to the new (h, c).

    W (3n, inputs), U (3n, n) and b (3n,) hold the input gate's n rows, then the output gate's, then the
    candidate's.
    """
    rng = np.random.default_rng(0)
    cases: list[Case] = []
    for inputs, cells in ((2, 1), (4, 3)):
        x, h, c = rng.normal(size=inputs), rng.normal(size=cells), 3 * rng.normal(size=cells)
        W, U = rng.normal(size=(3 * cells, inputs)), rng.normal(size=(3 * cells, cells))
        b = rng.normal(size=3 * cells)
        cases.append(((x, h, c, W, U, b), _lstm_step(x, h, c, W, U, b)))
    return judge(function, cases, 1e-6)


def _lstm_step(x, h, c, W, U, b) -> tuple[np.ndarray, np.ndarray]:
    i, o, g = np.split(W @ x + U @ h + b, 3)
    c = c + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c
