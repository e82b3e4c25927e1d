"""Chapters 05 and 06: C3D and what its descriptor is good for (Tran et al. 2015)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vidlab.exercises.judging import Case, judge

# Chapter 05


def check_two_accuracies(function: Callable[..., Any]) -> bool:
    """`two_accuracies(probabilities, video, labels)`: clip hit@1 and video hit@1, shares from 0 to 1.

    probabilities (n, K), a row a clip; video (n,), labels (n,): each clip's video and its class. A video's
    answer is the class with the largest mean over its clips.
    """
    rng, cases = np.random.default_rng(0), []
    doubtful = np.array([[0.6, 0.4], [0.6, 0.4], [0.6, 0.4], [0.1, 0.9], [0.7, 0.3]])  # votes: 0, mean: 1
    sure = np.array([[0.97, 0.03], [0.2, 0.8], [0.2, 0.8]])  # largest, product: 0, mean: 1
    three = np.array([[0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.1, 0.5, 0.4]])  # squares: 0, mean: 1
    several = rng.dirichlet(np.ones(3), 14)
    mixed = rng.permutation([7] * 8 + [2] * 3 + [30] * 2 + [4]).tolist()
    for rows, video, truth in (
        (doubtful, [0, 0, 0, 0, 1], {0: 1, 1: 0}),
        (sure, [5, 5, 5], {5: 1}),
        (three, [5, 5, 5], {5: 1}),
        (several, mixed, {7: 0, 2: 2, 30: 1, 4: 2}),
    ):
        labels = [truth[v] for v in video]
        clips = [row.argmax() == label for row, label in zip(rows, labels, strict=True)]
        sums = {v: sum(row for row, own in zip(rows, video, strict=True) if own == v) for v in truth}
        videos = [total.argmax() == truth[v] for v, total in sums.items()]
        wanted = (sum(clips) / len(clips), sum(videos) / len(videos))
        cases.append(((rows, np.array(video), np.array(labels)), wanted))
    return judge(function, cases, 1e-6)


def check_search_parameters(function: Callable[..., Any]) -> bool:
    """`search_parameters(depths, crop, classes)`: what a network of the search learns, biases and all."""
    cases: list[Case] = []
    for depths, crop, classes in (([3] * 5, 112, 101), ([1] * 5, 224, 101), ([3, 3, 5, 5, 7], 72, 24)):
        maps = (3, 64, 128, 256, 256, 256)
        total = sum(9 * d * a * b + b for d, a, b in zip(depths, maps, maps[1:], strict=False))
        inputs = maps[-1] * int(np.ceil(crop / 32)) ** 2
        total += (inputs + 1) * 2048 + 2049 * 2048 + 2049 * classes
        cases.append(((depths, crop, classes), total))
    return judge(function, cases)


def check_step_back(function: Callable[..., Any]) -> bool:
    """`step_back(signal, row)`: a signal (n,) goes back through a pooling in pairs and a rectifier to the
    row (2n,) that a convolution gave, by the deconvnet's rule.
    """
    rng = np.random.default_rng(0)
    row = rng.uniform(-3, 1, size=(6, 2))
    row[range(6), [0, 1, 1, 0, 1, 0]] = rng.uniform(1, 2, size=6)  # of each pair the larger is positive
    cases: list[Case] = []
    for signal, numbers in (
        (np.array([0.5, -1.0]), np.array([-5.0, 2.0, 3.0, 1.0])),
        (rng.permutation([-2.0, -1.0, 0.5, 1.0, 2.0, 3.0]), row.ravel()),
    ):
        expected = np.zeros(len(numbers))
        for i, value in enumerate(signal):
            expected[2 * i + int(numbers[2 * i + 1] > numbers[2 * i])] = max(value, 0)
        cases.append(((signal, numbers), expected))
    return judge(function, cases, 1e-6)


def check_same_to_depth_1(function: Callable[..., Any]) -> bool:
    """`same_to_depth_1(order)`: whether depth-1 answers alike when 16 frames come in another order."""
    frames = list(range(16))
    swapped, turned = [1, 0, *frames[2:]], [14, 15, 12, 13, 9, 8, 10, 11, 5, 4, 7, 6, 2, 3, 0, 1]
    same = [swapped, frames[8:] + frames[:8], frames[4:8] + frames[:4] + frames[8:], turned]
    broken = [  # a pair, a pair of the second half, pairs, pairs, a four, an eight
        frames[1:] + frames[:1], [*frames[:9], 10, 9, *frames[11:]], [0, 2, 1, *frames[3:]],
        frames[::2] + frames[1::2],
        [0, 1, 4, 5, 2, 3, *frames[6:]], [*frames[:4], *frames[8:12], *frames[4:8], *frames[12:]],
    ]  # fmt: skip
    first = [((frames,), True), ((frames[::-1],), True)]
    return judge(function, [*first, *(((o,), False) for o in broken), *(((o,), True) for o in same)])


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


def check_ceiling_by_look(function: Callable[..., Any]) -> bool:
    """`ceiling_by_look(labels, alike)`: the largest share of videos that a rule can name which sees the look
    only. labels: each video's class; alike: groups of classes of one look, all others have their own.
    """
    lakes = ["Lake"] * 3 + ["River"] + ["Sea"] * 2
    cases: list[Case] = []
    for labels, alike in (
        (["Sit", "Sit", "Stand", "Run"], [("Sit", "Stand")]),
        (["Sit", "Run", "Stand"] * 4, [("Sit", "Stand")]),
        ([*lakes, "Fire", "Fog"], [("Lake", "River", "Sea"), ("Fog", "Smoke"), ("Rain", "Hail")]),
        (lakes, []),
        (lakes[::-1], [("Sea", "River", "Lake")]),
    ):
        look = {name: group for group in alike for name in group}
        looks = [look.get(name, (name,)) for name in labels]
        best = sum(max(labels.count(name) for name in group) for group in set(looks))
        cases.append(((labels, alike), best / len(labels)))
    return judge(function, cases, 1e-6)


def check_area_under_roc(function: Callable[..., Any]) -> bool:
    """`area_under_roc(margins, same)`: the share of pairs, one same and one different, in right order.

    margins (n,), same (n,) bool; right: the same one has the larger margin. Equal margins count one half.
    """
    rng, cases = np.random.default_rng(0), []
    few = rng.permutation(np.arange(30) < 6)  # of one kind, so that pairs are not a quarter of n * n
    for margins, same in (
        (np.array([1.0, 1.0, 0.0]), np.array([True, False, False])),
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
    by_hand = np.array([[0.0, 1.0], [4.0, 1.0], [2.0, 2.0], [2.0, 0.0]])  # 8 + 2
    for rows, dims in (
        (by_hand, 1),
        (mixed, 1),
        (mixed, 3),
        (mixed, 5),
        (line, 1),
        (rng.normal(size=(4, 9)), 2),
    ):
        centred = rows - rows.mean(axis=0)
        variances = sorted(np.linalg.eigvalsh(centred.T @ centred), reverse=True)
        cases.append(((rows, dims), sum(variances[:dims]) / sum(variances)))
    return judge(function, cases, 1e-6)
