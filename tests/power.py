"""The power of a planned comparison, by simulation: the chance that it ends with "holds".

It stands with the main comparisons of `data/claims.toml`, for the number of runs that is planned.
"""

from typing import Any

import numpy as np

from vidlab.claims import HOLDS, bootstrap, decide, interval


def power(
    difference: float,
    disagreement: float,
    *,
    rule: str = "greater",
    margin: float = 1.0,
    videos: int = 216,
    groups: int = 25,
    test_groups: int = 9,
    splits: int = 5,
    group_sd: float = 3.0,
    run_sd: float = 1.0,
    level: float = 0.05,
    trials: int = 200,
    seed: int = 0,
) -> float:
    """The chance that a planned comparison ends with "holds".

    difference, disagreement: true gain in points, and percent of videos on which exactly one arm is right.
    Each of `splits` runs tests `videos` videos of `test_groups` persons out of `groups`; the true gain
    varies between persons and runs by the two standard deviations (points). Before Holm's correction.
    """
    rng = np.random.default_rng(seed)
    each = max(1, videos // test_groups)
    won = 0
    for trial in range(trials):
        tested = np.zeros((splits, groups))
        for persons in tested:
            persons[rng.permutation(groups)[:test_groups]] = each
        gain = difference + group_sd * rng.standard_normal(groups) + run_sd * rng.standard_normal((splits, 1))
        up = np.clip((disagreement + gain) / 200, 0, 1)
        down = np.clip((disagreement - gain) / 200, 0, 1 - up)
        outcomes = rng.multinomial(each, np.stack([up, down, 1 - up - down], -1))
        net = np.where(tested > 0, outcomes[..., 0] - outcomes[..., 1], 0)
        draws = bootstrap(np.stack([net, tested])[None], (1,), times=400, seed=trial)
        won += decide(*interval(draws, level), rule, margin) == HOLDS
    return won / trials


def planned_power(test: dict[str, Any]) -> float:
    """The power of a test under the assumptions written with it in `data/claims.toml`."""
    names = ("videos", "groups", "test_groups", "group_sd", "run_sd", "splits", "margin", "rule")
    options = {name: test[name] for name in names if name in test}
    return power(test["expected"], test["disagreement"], **options)
