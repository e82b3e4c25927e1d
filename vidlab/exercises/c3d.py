"""Chapters 05 and 06: C3D and what its descriptor is good for (Tran et al. 2015)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vidlab.exercises.judging import Case, judge

# Chapter 05


def check_useful_taps(function: Callable[..., Any]) -> bool:
    """`useful_taps(depth, frames)`: taps of a padded kernel over time that ever meet a frame."""
    cases: list[Case] = []
    for depth, frames in ((3, 16), (7, 2), (5, 1), (1, 4), (7, 4)):
        places = {f - at + depth // 2 for at in range(frames) for f in range(frames)}
        cases.append(((depth, frames), len(places & set(range(depth)))))
    return judge(function, cases)


def check_search_parameters(function: Callable[..., Any]) -> bool:
    """`search_parameters(depths, crop, classes)`: what a network of the search learns, biases and all."""
    cases: list[Case] = []
    for depths, crop, classes in (([3] * 5, 112, 101), ([1] * 5, 112, 101), ([3, 3, 5, 5, 7], 56, 24)):
        maps = (3, 64, 128, 256, 256, 256)
        total = sum(9 * d * a * b + b for d, a, b in zip(depths, maps, maps[1:], strict=False))
        inputs = maps[-1] * int(np.ceil(crop / 32)) ** 2
        total += (inputs + 1) * 2048 + 2049 * 2048 + 2049 * classes
        cases.append(((depths, crop, classes), total))
    return judge(function, cases)


def check_unpooled(function: Callable[..., Any]) -> bool:
    """`unpooled(signal, row)`: a signal (n,) goes back to where pairs of a row (2n,) had their maximum."""
    rng, cases = np.random.default_rng(0), []
    for n in (1, 5):
        row, signal = rng.permutation(2 * n).astype(float), rng.normal(size=n)
        expected = np.zeros(2 * n)
        expected[[2 * i + int(row[2 * i + 1] > row[2 * i]) for i in range(n)]] = signal
        cases.append(((signal, row), expected))
    return judge(function, cases, 1e-9)


def check_same_to_depth_1(function: Callable[..., Any]) -> bool:
    """`same_to_depth_1(order)`: whether depth-1 answers alike when 16 frames come in another order."""
    frames = list(range(16))
    swapped = [1, 0, *frames[2:]]
    same = [frames, frames[::-1], swapped, frames[8:] + frames[:8], frames[4:8] + frames[:4] + frames[8:]]
    other = [frames[1:] + frames[:1], [0, 2, 1, *frames[3:]], frames[::2] + frames[1::2]]
    return judge(function, [((order,), float(order in same)) for order in [*same[:2], *other, *same[2:]]])


# Chapter 06


def check_video_descriptor(function: Callable[..., Any]) -> bool:
    """`video_descriptor(clips)`: rows (n, d) of a video's clips to (d,): their mean, then scaled to length 1.

    A mean of zeros stays zeros.
    """
    rng, cases = np.random.default_rng(0), []
    loud_and_quiet = np.array([[9.0, 0.0], [0.0, 1.0]])  # tells "mean, then length 1" from the reverse
    cancelled = np.array([[1.0, -2.0, 0.5], [-1.0, 2.0, -0.5]])
    one, several = rng.normal(size=(1, 4)), rng.normal(size=(5, 3))
    for clips in (loud_and_quiet, one, several, cancelled, np.zeros((2, 3))):
        mean = [sum(column) / len(clips) for column in clips.T]
        length = sum(value**2 for value in mean) ** 0.5
        cases.append(((clips,), np.array([value / length if length else 0.0 for value in mean])))
    return judge(function, cases, 1e-6)


def check_window_label(function: Callable[..., Any]) -> bool:
    """`window_label(frames)`: a list of 16 labels, -1 for none, to the most frequent that is not -1.

    Of a tie the smallest; -1 where it is on fewer than 8 frames.
    """
    windows = [
        [3] * 16,
        [-1] * 8 + [4] * 8,  # frames without a label never win
        [-1] * 9 + [2] * 7,
        [5] * 8 + [2] * 8,
        [6] * 5 + [1] * 6 + [9] * 5,  # all have a label, none has 8 frames
        [7] * 3 + [0] * 8 + [-1] * 5,
        [-1] * 16,
        np.random.default_rng(0).permutation([1] * 5 + [8] * 9 + [-1] * 2).tolist(),
    ]
    cases: list[Case] = []
    for frames in windows:
        counts = {label: frames.count(label) for label in frames if label != -1}
        most = max(counts.values(), default=0)
        winners = [label for label, count in counts.items() if count == most]
        cases.append(((frames,), min(winners) if most >= 8 else -1))
    return judge(function, cases)


def check_area_under_roc(function: Callable[..., Any]) -> bool:
    """`area_under_roc(margins, same)`: the share of pairs, one same and one different, in right order.

    margins (n,), same (n,) bool; right: the same one has the larger margin. Equal margins count one half.
    """
    rng, cases = np.random.default_rng(0), []
    few = rng.permutation(np.arange(30) < 6)  # of one kind, so that pairs are not a quarter of n * n
    for margins, same in (
        (np.array([-1.0, 2.0, 0.5, 0.1]), np.array([False, True, False, True])),
        (rng.normal(size=30) + few, few),
        (np.round(rng.normal(size=30) + few), few),  # many are equal
        (np.zeros(5), np.arange(5) < 2),
        (np.arange(5.0), np.arange(5) < 2),
    ):
        pairs = [(a, b) for a in margins[same] for b in margins[~same]]
        right = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs)
        cases.append(((margins, same), right / len(pairs)))
    return judge(function, cases, 1e-6)


def check_variance_kept(function: Callable[..., Any]) -> bool:
    """`variance_kept(rows, dims)`: what the first principal components keep of the variance of rows (n, d).

    A share, 0 … 1; the rows are centred first.
    """
    rng, cases = np.random.default_rng(0), []
    mixed = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5)) + 3  # far from zero: centring matters
    line = np.outer(np.arange(6.0), [1.0, 2.0, -1.0]) + 3
    for rows, dims in ((mixed, 1), (mixed, 3), (mixed, 5), (line, 1), (rng.normal(size=(4, 9)), 2)):
        centred = rows - rows.mean(axis=0)
        variances = sorted(np.linalg.eigvalsh(centred.T @ centred), reverse=True)
        cases.append(((rows, dims), sum(variances[:dims]) / sum(variances)))
    return judge(function, cases, 1e-6)
