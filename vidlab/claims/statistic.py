"""The one statistic: a contrast of accuracies, resampled over persons and runs, and the verdict on it.

Every comparison is

    sum over arms of  coefficient * correct / tested,

computed on the same runs, the same persons and (within one data set) the same videos. Persons and runs
are resampled together, with replacement, so the interval answers "would it come out so with other people
and another training run?". Within a paper the intervals are widened by Holm's step-down rule.

Arrays in, arrays out: nothing here knows what a claim or a run is. Built in chapter 02.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import t as student

HOLDS, FAILS, UNCLEAR = "holds", "does not hold", "too small to tell here"


def counts(videos: Sequence[tuple[Sequence[str], np.ndarray]], groups: Sequence[str]) -> np.ndarray:
    """Correct and tested videos of each run and group: float (2, runs, groups).

    `videos` holds, for each run, the group of every tested video and whether it was classified correctly.
    """
    column = {group: j for j, group in enumerate(groups)}
    table = np.zeros((2, len(videos), len(groups)))
    for r, (names, correct) in enumerate(videos):
        where = [column[name] for name in names]
        np.add.at(table[0, r], where, np.asarray(correct, float))
        np.add.at(table[1, r], where, 1.0)
    return table


def contrast(tables: np.ndarray, coefficients: Sequence[float]) -> float:
    """The contrast in points: `tables` is (arms, 2, runs, groups), one coefficient an arm."""
    correct, tested = tables.sum(axis=(2, 3)).T
    return float(100 * np.dot(coefficients, correct / tested))


def bootstrap(
    tables: np.ndarray, coefficients: Sequence[float], times: int = 10_000, seed: int = 0
) -> np.ndarray:
    """`times` values of the contrast, with runs and groups resampled with replacement: (times,) points.

    The same resampled persons and runs serve every arm, which is what makes the comparison paired.
    """
    rng = np.random.default_rng(seed)
    _, _, runs, groups = tables.shape
    v = rng.multinomial(runs, np.full(runs, 1 / runs), size=times).astype(float)
    w = rng.multinomial(groups, np.full(groups, 1 / groups), size=times).astype(float)
    total = np.zeros(times)
    for coefficient, (correct, tested) in zip(coefficients, tables, strict=True):
        with np.errstate(invalid="ignore"):
            total += coefficient * ((v @ correct) * w).sum(1) / ((v @ tested) * w).sum(1)
    # A draw in which no drawn run tested a drawn person says nothing (possible with very few runs).
    return 100 * total[np.isfinite(total)]


def spread(values: np.ndarray, take: int = 0, times: int = 10_000, seed: int = 0) -> tuple[float, np.ndarray]:
    """How far runs on different splits lie apart, and `times` draws of what it may be.

    take=0: standard deviation; take=5: mean of the best five minus mean of the worst five. Both grow in
    proportion to the standard deviation, so both get its chi-square interval (normal splits assumed).
    """
    values = np.sort(np.asarray(values, float))
    if len(values) < 2 or len(values) < 2 * take:
        raise ValueError(f"{len(values)} splits are too few for this spread")
    found = float(values[-take:].mean() - values[:take].mean()) if take else float(values.std(ddof=1))
    freedom = len(values) - 1
    return found, found * np.sqrt(freedom / np.random.default_rng(seed).chisquare(freedom, times))


def mean_of_runs(values: np.ndarray, times: int = 10_000) -> tuple[float, np.ndarray]:
    """The mean of a number that each run has one of, and `times` values of what it may be.

    Student's t with n - 1 degrees of freedom, at even steps. To draw three numbers anew gives nothing beyond
    the largest of the three, however certain one asks to be.
    """
    values = np.asarray(values, float)
    found, error = float(values.mean()), values.std(ddof=1) / np.sqrt(len(values))
    return found, found + error * student.ppf((np.arange(times) + 0.5) / times, len(values) - 1)


def final_against_best(curves: Sequence[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each run: correctness (n,) after the last epoch, and after the epoch best on the *other* runs.

    `curves[r]` is bool (epochs, videos), for two runs or more. Choosing the epoch elsewhere keeps the choice
    from being flattered by the videos on which it is then judged.
    """
    means = np.array([curve.mean(axis=1) for curve in curves])
    best = [np.delete(means, r, axis=0).mean(axis=0).argmax() for r in range(len(curves))]
    return [(curve[-1], curve[epoch]) for curve, epoch in zip(curves, best, strict=True)]


# ------------------------------------------------------------------------------------- from draws to verdict


def edges(rule: str, margin: float, bound: float = 0.0) -> tuple[float, ...]:
    """The values that the interval must lie clear of for the claim to hold."""
    return {
        "greater": (0.0,),
        "not-worse": (-margin,),
        "equivalent": (-margin, margin),
        "differs": (0.0,),
        "above": (bound,),
        "below": (bound,),
    }[rule]


def p_value(draws: np.ndarray, rule: str, margin: float, bound: float = 0.0) -> float:
    """Two-sided bootstrap p-value: the largest error at which the interval still touches an edge."""
    tails = [min(np.sum(draws <= edge), np.sum(draws >= edge)) for edge in edges(rule, margin, bound)]
    return min(1.0, 2 * (max(tails) + 1) / (len(draws) + 1))


def holm(p_values: Sequence[float], alpha: float = 0.05) -> np.ndarray:
    """The share of `alpha` that each of m tests may spend: alpha/m for the smallest p, then alpha/(m-1) …

    From the first test that fails on, all remaining ones stay at the level at which it failed.
    """
    levels = np.empty(len(p_values))
    spent = None
    for rank, i in enumerate(np.argsort(p_values, kind="stable")):
        level = spent or alpha / (len(p_values) - rank)
        levels[i] = level
        if p_values[i] > level:
            spent = level
    return levels


def interval(draws: np.ndarray, level: float = 0.05) -> tuple[float, float]:
    """The percentile interval that leaves level/2 of the draws on each side."""
    low, high = np.quantile(draws, [level / 2, 1 - level / 2])
    return float(low), float(high)


def decide(low: float, high: float, rule: str, margin: float, bound: float = 0.0) -> str:
    """The verdict for an interval. `margin` is the smallest difference that would matter, in the unit.

    greater: holds above 0, fails below the margin · not-worse: holds above -margin, fails below it ·
    equivalent: holds inside ±margin, fails outside · differs: holds clear of 0, fails inside ±margin ·
    above, below: on which side of `bound` the interval lies.
    """
    inside = -margin < low and high < margin
    holds, fails = {
        "greater": (low > 0, high < margin),
        "not-worse": (low > -margin, high < -margin),
        "equivalent": (inside, low > margin or high < -margin),
        "differs": (low > 0 or high < 0, inside),
        "above": (low > bound, high < bound),
        "below": (high < bound, low > bound),
    }[rule]
    return HOLDS if holds else FAILS if fails else UNCLEAR
