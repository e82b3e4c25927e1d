"""Chapter 01: what is in the data sets, and how it is split."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vidlab.exercises.judging import Case, judge


def check_stretches(function: Callable[..., Any]) -> bool:
    """`stretches(text)`: "1-95, 96-185" to [(0, 95), (95, 185)], in the order of the list."""
    cases: list[Case] = []
    for pairs in ([(1, 95), (96, 185)], [(7, 7)], [(1, 64), (270, 332), (194, 264)]):
        text = ", ".join(f"{first}-{last}" for first, last in pairs)
        cases.append(((text,), np.array(pairs) - [1, 0]))
    return judge(function, cases)


def check_windows(function: Callable[..., Any]) -> bool:
    """`windows(length, size, hop)`: how many whole windows a video has, at least 1."""
    cases = [(9, 9, 9), (100, 9, 9), (26, 9, 1), (26, 9, 3), (18, 9, 9), (5, 9, 9)]
    return judge(function, [(c, len(range(0, max(c[0] - c[1], 0) + 1, c[2]))) for c in cases])


def check_split(function: Callable[..., Any]) -> bool:
    """`split(groups, held_out)`: indices of the videos to train on, and of those to test on, in order."""
    cases: list[Case] = []
    for groups, held_out in ((["a", "b", "a", "c"], ["a"]), (["p1", "p2", "p10", "p1"], ["p1", "p2"])):
        tested = np.isin(groups, held_out)
        cases.append(((groups, held_out), (np.flatnonzero(~tested), np.flatnonzero(tested))))
    return judge(function, cases)


def check_seen(function: Callable[..., Any]) -> bool:
    """`seen(groups, train, test)`: the share of the test videos whose group is also trained on, 0 … 1."""
    groups = ["p1", "p1", "p2", "p3", "p3", "p10"]
    cases: list[Case] = []
    for train, test in (([0, 2, 3], [1, 4, 5]), ([0, 1], [2, 3, 5]), ([5, 2, 0], [4, 1])):
        trained = {groups[i] for i in train}
        cases.append(((groups, train, test), sum(groups[i] in trained for i in test) / len(test)))
    return judge(function, cases, 1e-9)
