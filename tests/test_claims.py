"""Claims: the statistic against slow and obvious versions, and verdicts on simulated runs."""

import json
import zlib
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.power import power as simulated_power
from vidlab import claims
from vidlab.claims import statistic
from vidlab.claims.verdicts import measure, reported_text

NAMES: dict[str, list[str]] = {
    claim["id"]: [test["name"] for test in claim.get("test", [])] for claim in claims.load_claims()
}


# ---- the statistic


def tables(seed=0, arms=2, runs=4, groups=6, videos=8):
    rng = np.random.default_rng(seed)
    tested = np.tile(rng.integers(1, videos, (runs, groups)), (arms, 1, 1))
    return np.stack([rng.binomial(tested, 0.7), tested], axis=1).astype(float)


def test_counts_are_per_run_and_group():
    table = claims.counts([(["a", "b", "a"], np.array([True, False, False]))], ["a", "b", "c"])
    assert table.tolist() == [[[1, 0, 0]], [[2, 1, 0]]]


def test_the_bootstrap_agrees_with_a_loop():
    data = tables()
    fast = claims.bootstrap(data, (1, -1), times=50, seed=3)
    rng = np.random.default_rng(3)
    v, w = rng.multinomial(4, [1 / 4] * 4, 50), rng.multinomial(6, [1 / 6] * 6, 50)
    for draw in range(50):
        accuracy = []
        for correct, tested in data:
            right = sum(v[draw, r] * w[draw, g] * correct[r, g] for r in range(4) for g in range(6))
            total = sum(v[draw, r] * w[draw, g] * tested[r, g] for r in range(4) for g in range(6))
            accuracy.append(right / total)
        assert fast[draw] == pytest.approx(100 * (accuracy[0] - accuracy[1]))


@given(st.integers(0, 1000), st.integers(0, 5))
@settings(max_examples=20)
def test_an_arm_right_on_k_more_of_every_ten_differs_by_ten_k_points(seed, k):
    base = np.random.default_rng(seed).integers(0, 5, (3, 5)).astype(float)
    tested = np.full((3, 5), 10.0)
    data = np.stack([np.stack([base + k, tested]), np.stack([base, tested])])
    assert claims.contrast(data, (1, -1)) == pytest.approx(10 * k)
    assert np.allclose(claims.bootstrap(data, (1, -1), times=20), 10 * k)


@given(st.permutations(range(6)), st.permutations(range(4)))
@settings(max_examples=20)
def test_the_order_of_persons_and_runs_does_not_matter(persons, runs):
    data = tables(arms=4)
    shuffled = data[:, :, list(runs)][..., list(persons)]
    by = (1, -1, -1, 1)
    assert claims.contrast(shuffled, by) == pytest.approx(claims.contrast(data, by))


@given(st.integers(0, 100))
@settings(max_examples=10)
def test_swapping_the_arms_changes_the_sign(seed):
    data = tables(seed)
    assert np.allclose(claims.bootstrap(data, (1, -1), 30), -claims.bootstrap(data[::-1], (1, -1), 30))


def test_an_interaction_is_the_difference_of_two_differences():
    data = tables(arms=4)
    first, second = claims.contrast(data[:2], (1, -1)), claims.contrast(data[2:], (1, -1))
    assert claims.contrast(data, (1, -1, -1, 1)) == pytest.approx(first - second)


def test_the_interval_covers_a_known_effect():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(100):
        effect = 3 + 4 * rng.standard_normal(20) + 2 * rng.standard_normal((6, 1))
        tested = np.full((6, 20), 24.0)
        net = rng.binomial(24, (20 + effect) / 200) - rng.binomial(24, (20 - effect) / 200)
        draws = claims.bootstrap(np.stack([net, tested])[None], (1,), times=300)
        low, high = claims.interval(draws)
        covered += low <= 3 <= high
    assert covered >= 90


def test_power_grows_with_the_effect_and_meets_mcnemar():
    one_run = partial(simulated_power, videos=460, groups=460, test_groups=460, splits=1, trials=100)
    power = [one_run(d, 15, group_sd=0, run_sd=0) for d in (0, 5, 10)]
    assert power[0] < 0.12
    assert power[1] == pytest.approx(0.8, abs=0.12)
    assert power[2] > 0.95


def slow_holm(p_values, alpha):
    """Reject the smallest p while it is at most alpha / (number left); stop at the first that is not."""
    rejected, left = set(), dict(enumerate(p_values))
    while left:
        smallest = min(left, key=lambda i: left[i])
        if left[smallest] > alpha / len(left):
            break
        rejected.add(smallest)
        del left[smallest]
    return rejected


@given(st.lists(st.floats(0, 0.1), min_size=1, max_size=12))
def test_holm_rejects_what_the_slow_version_rejects(p_values):
    levels = claims.holm(p_values, 0.05)
    assert {i for i, p in enumerate(p_values) if p <= levels[i]} == slow_holm(p_values, 0.05)


def test_holm_leaves_one_test_alone_and_keeps_a_later_one_at_the_stop():
    assert claims.holm([0.2]).tolist() == [0.05]
    assert claims.holm([0.001, 0.03, 0.04]).tolist() == pytest.approx([0.05 / 3, 0.05 / 2, 0.05 / 2])


@given(st.floats(-5, 5), st.sampled_from(["greater", "not-worse", "equivalent", "differs", "above", "below"]))
@settings(max_examples=50)
def test_a_claim_that_holds_has_a_small_p(shift, rule):
    draws = np.random.default_rng(0).normal(shift, 0.7, 2000)
    low, high = claims.interval(draws)
    if claims.decide(low, high, rule, 1.0, 0.5) == claims.HOLDS:
        assert claims.p_value(draws, rule, 1.0, 0.5) <= 0.052


@pytest.mark.parametrize(
    ("low", "high", "rule", "verdict"),
    [
        (0.1, 2, "greater", claims.HOLDS),
        (-2, 0.9, "greater", claims.FAILS),
        (-1, 3, "greater", claims.UNCLEAR),
        (-0.9, 3, "not-worse", claims.HOLDS),
        (-3, -1.1, "not-worse", claims.FAILS),
        (-0.9, 0.9, "equivalent", claims.HOLDS),
        (1.1, 4, "equivalent", claims.FAILS),
        (0.5, 1.5, "equivalent", claims.UNCLEAR),
        (-4, -0.1, "differs", claims.HOLDS),
        (-0.5, 0.5, "differs", claims.FAILS),
        (2.1, 3, "above", claims.HOLDS),
        (1, 1.9, "above", claims.FAILS),
        (1, 1.9, "below", claims.HOLDS),
        (1.5, 2.5, "below", claims.UNCLEAR),
    ],
)
def test_the_verdict_follows_from_the_interval(low, high, rule, verdict):
    assert claims.decide(low, high, rule, margin=1.0, bound=2.0) == verdict


def test_the_spread_over_splits_is_the_standard_deviation():
    values = np.array([90.0, 92.0, 94.0, 91.0, 88.0])
    found, draws = claims.spread(values)
    assert found == pytest.approx(np.std(values, ddof=1))
    assert np.quantile(draws, 0.975) / found == pytest.approx(2.87, rel=0.1)  # chi-square, 4 degrees


def test_best_minus_worst():
    assert claims.spread(np.arange(30.0), take=5)[0] == 25
    with pytest.raises(ValueError, match="too few"):
        claims.spread(np.arange(3.0), take=5)


def test_the_best_epoch_is_chosen_on_the_other_runs():
    one = np.array([[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 0, 0]], bool)
    two = np.array([[0, 0, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]], bool)
    (last, best), (_, best_of_two) = statistic.final_against_best([one, two])
    assert last.tolist() == one[2].tolist()
    assert best.tolist() == one[1].tolist()
    assert best_of_two.tolist() == two[0].tolist()


# ---- verdicts on simulated runs


@dataclass(frozen=True)
class FakeExperiment:
    arm: str
    split: str
    seed: int
    data: str


@dataclass
class FakeRun:
    experiment: FakeExperiment
    video_names: list
    groups: list
    correct: np.ndarray
    test_correct_by_epoch: np.ndarray | None = None
    extra: dict = field(default_factory=dict)

    @property
    def accuracy(self):
        return float(self.correct.mean())


def arm(name):
    data = "world/KTH2" if name.startswith("kth2") else "world/KTH1"
    if name.endswith("15splits"):
        return [FakeExperiment(name, f"random{k}", k % 3, data) for k in range(15)]
    return [FakeExperiment(name, f"random{k}", seed, data) for k in range(5) for seed in range(3)]


def finder(gain=0.15, level=0.7, **others):
    """Simulated runs: every arm is right with probability `level`, arms with "lstm" with level + gain."""

    def find(experiment):
        rng = np.random.default_rng(zlib.crc32(repr(experiment).encode()))
        split = np.random.default_rng(int(experiment.split[6:]))
        persons = [f"person{p:02d}" for p in sorted(split.choice(25, 9, replace=False))]
        groups = [p for p in persons for _ in range(24)]
        names = [f"{p}_{i}" for i, p in enumerate(groups)]
        chance = level + gain * ("lstm" in experiment.arm)
        correct = rng.random(len(names)) < chance
        return FakeRun(
            experiment,
            names,
            groups,
            correct,
            np.tile(correct, (3, 1)),
            {"c1_mask_auc": 0.8, "c1_mask_auc_gain": 0.2},
        )

    return find


@pytest.fixture(scope="module")
def rows():
    return claims.verdicts("baccouche2011", arm=arm, find=finder(), times=2000)


def verdict(rows, claim, test):
    return next(row for row in rows if (row.claim, row.test) == (claim, test))


def test_a_large_gain_is_found(rows):
    row = verdict(rows, "bac-1", "KTH1-shaped")
    assert row.verdict == claims.HOLDS
    assert row.low < 15 < row.high
    assert row.runs == 15
    assert row.reported == "94.39 v 91.04 (+3.35)"


def test_no_gain_is_not_called_one():
    found = claims.verdicts("baccouche2011", arm=arm, find=finder(gain=0.0), times=2000)
    assert verdict(found, "bac-1", "KTH1-shaped").verdict in (claims.FAILS, claims.UNCLEAR)


def test_a_loss_does_not_hold():
    found = claims.verdicts("baccouche2011", arm=arm, find=finder(gain=-0.2), times=2000)
    assert verdict(found, "bac-1", "KTH1-shaped").verdict == claims.FAILS


def test_equal_epochs_are_equivalent(rows):
    assert verdict(rows, "bac-5", NAMES["bac-5"][0]).verdict == claims.HOLDS


def test_runs_without_a_curve_by_epoch_are_left_out():
    whole = finder()

    def find(experiment):
        run = whole(experiment)
        if experiment.seed:
            run.test_correct_by_epoch = None
        return run

    row = verdict(claims.verdicts("baccouche2011", arm, find, times=200), "bac-5", NAMES["bac-5"][0])
    assert (row.runs, row.verdict) == (5, claims.HOLDS)
    assert "5 of 15 runs recorded" in row.note


def test_a_stored_measure_is_read(rows):
    row = verdict(rows, "bac-8", NAMES["bac-8"][0])
    assert (row.estimate, row.verdict) == (pytest.approx(0.2), claims.HOLDS)


def test_a_mean_of_few_runs_has_students_interval():
    found, draws = statistic.mean_of_runs(np.array([1.0, 2.0, 4.0]))
    mean, error = 7 / 3, np.std([1, 2, 4], ddof=1) / np.sqrt(3)
    assert found == pytest.approx(mean)
    # 4.303 and 14.09: two-sided 5 % and .5 % of Student's t with two degrees of freedom, from a printed table
    assert statistic.interval(draws, 0.05) == pytest.approx(
        (mean - 4.303 * error, mean + 4.303 * error), rel=1e-2
    )
    assert statistic.interval(draws, 0.005) == pytest.approx(
        (mean - 14.09 * error, mean + 14.09 * error), rel=2e-2
    )


def test_spreads_use_one_run_a_split(rows):
    assert verdict(rows, "bac-4", NAMES["bac-4"][0]).runs == 15
    assert verdict(rows, "bac-4", NAMES["bac-4"][1]).runs == 5


def test_videos_are_compared_with_their_clips_and_resampled_by_group():
    test = {"arms": ["a"], "measure": "clips", "rule": "greater", "margin": 3.0}
    extra = {"clips_right": [2, 3, 0, 1], "clips_total": [4, 4, 2, 2]}
    correct, names = np.array([True, True, False, True]), ["v", "w", "x", "y"]
    run = FakeRun(FakeExperiment("a", "s", 0, "d"), names, ["g", "g", "h", "h"], correct, extra=extra)
    found = measure(test, [{("s", 0): run}], times=500)
    assert found.estimate == pytest.approx(100 * (3 / 4 - 6 / 12))
    assert (found.videos, found.groups) == (4, 2)
    assert set(found.draws.round(6)) == {37.5, 25.0}  # group g alone; group h in it


def test_clips_of_a_video_count_as_one_video():
    test = {"arms": ["a", "b"], "rule": "greater", "margin": 3.0}
    names, groups = ["v#0", "v#1", "w#0"], ["v", "v", "w"]
    one, other = FakeExperiment("a", "s", 0, "d"), FakeExperiment("b", "s", 0, "d")
    first = FakeRun(one, names, groups, np.array([True, True, True]))
    second = FakeRun(other, names, groups, np.array([True, False, True]))
    assert measure(test, [{("s", 0): first}, {("s", 0): second}], times=50).videos == 2


def test_a_share_of_what_is_right_is_resampled_by_run_and_group():
    test = {"arms": ["a"], "measure": "share", "rule": "above", "margin": 5.0, "bound": 50.0}
    names, groups = ["v", "w"], ["g", "h"]
    found = {
        ("s", n): FakeRun(FakeExperiment("a", "s", n, "d"), names, groups, np.array([True, n > 0]))
        for n in range(3)
    }
    found = measure(test, [found], times=2000)
    assert found.estimate == pytest.approx(100 * 5 / 6)
    assert set(found.draws.round()) == {0, 33, 50, 67, 83, 100}


def test_ratios_are_reported_as_times():
    text, value = reported_text(
        {"unit": "ratio"}, {"reported": ["c3d-t7-net-128-time", "c3d-t7-net-64-time"]}
    )
    assert text == "270 v 92 (2.9 times)" and value == pytest.approx(270 / 92)
    printed = reported_text({"unit": "ratio"}, {"reported": ["c3d-t6-idt-cpu-slower"]})
    assert printed == ("91.4 times", 91.4)


def test_controls_are_not_widened(rows):
    main = verdict(rows, "bac-1", "KTH1-shaped")
    control = verdict(rows, "bac-1", "KTH1-shaped, against the mean of probabilities")
    assert control.control and not main.control
    assert "control" in control.note


def test_what_is_not_recorded_says_so():
    found = claims.verdicts("baccouche2011", arm=arm, find=lambda experiment: None, times=50)
    assert all(row.verdict.startswith("not run here, because ") for row in found)
    assert "kth1-lstm" in verdict(found, "bac-1", "KTH1-shaped").verdict


def test_a_table_recorded_in_part_says_so():
    whole = finder()
    found = claims.verdicts("baccouche2011", arm, lambda e: whole(e) if e.seed == 0 else None, times=50)
    row = verdict(found, "bac-1", "KTH1-shaped")
    assert (row.runs, row.note) == (5, "5 of 15 runs recorded")


def test_arms_tested_on_different_videos_are_refused():
    whole = finder()

    def find(experiment):
        run = whole(experiment)
        if experiment.arm == "kth1-lstm":
            run.video_names[0] = "another"
        return run

    with pytest.raises(ValueError, match="different videos"):
        claims.verdicts("baccouche2011", arm=arm, find=find, times=50)


def test_later_chapters_say_that_they_are_not_built():
    found = claims.verdicts("fstcn2015")
    assert len(found) == 16
    assert {row.verdict for row in found} == {"not run here, because its chapter is not built"}


def test_an_unknown_paper_is_named():
    with pytest.raises(ValueError, match="resnet2015"):
        claims.verdicts("resnet2015")


def test_the_table_and_the_json_have_one_entry_a_row(rows):
    assert len(claims.to_table(rows)) == len(rows)
    assert [entry["verdict"] for entry in json.loads(claims.to_json(rows))] == [row.verdict for row in rows]


def test_fewer_than_three_runs_give_no_verdict():
    whole = finder()

    def find(experiment):
        return whole(experiment) if experiment.split in ("random1",) and experiment.seed < 2 else None

    row = verdict(claims.verdicts("baccouche2011", arm, find, times=200), "bac-1", "KTH1-shaped")
    assert row.verdict == "not run here, because only 2 of its runs are recorded"
