"""Protocols are pure functions from Scores to one row a video."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlab import score
from vidlab.experiment import Experiment


def scores_of(video, probabilities, labels=None):
    n = len(video)
    labels = np.zeros(n, int) if labels is None else labels
    return score.Scores(
        np.array(video), np.arange(n), np.zeros(n, int), np.array(probabilities, float), labels
    )


def test_vote_counts_windows_and_mean_weighs_them():
    s = scores_of([0, 0, 0], [[0.4, 0.6, 0], [0.4, 0.6, 0], [1, 0, 0]])
    assert score.vote(s).argmax(1).tolist() == [1]
    assert score.mean(s).argmax(1).tolist() == [0]


def test_a_tie_goes_to_the_larger_sum():
    s = scores_of([3, 3], [[0.6, 0.4], [0.1, 0.9]])
    assert score.vote(s).argmax(1).tolist() == [1]


@given(st.integers(1, 30), st.integers(1, 5), st.integers(2, 6), st.integers(0, 999))
def test_vote_equals_a_slow_count_and_is_a_distribution(n, videos, classes, seed):
    rng = np.random.default_rng(seed)
    video, p = rng.integers(0, videos, n), rng.dirichlet(np.ones(classes), n)
    rows = score.vote(scores_of(video, p))
    np.testing.assert_allclose(rows.sum(1), 1)
    for row, v in zip(rows, np.unique(video), strict=True):
        counts = np.bincount(p[video == v].argmax(1), minlength=classes)
        best = np.flatnonzero(counts == counts.max())
        assert row.argmax() == best[p[video == v].sum(0)[best].argmax()]


def test_missing_entries_are_named():
    with pytest.raises(ValueError, match="labels has 1"):
        scores_of([0, 0], [[1, 0], [1, 0]], labels=np.zeros(1, int))


def test_confusion_rows_are_the_truth():
    table = score.confusion(np.array([1, 1, 0]), np.array([0, 1, 0]), 2)
    assert table.tolist() == [[1, 1], [0, 1]]


def test_experiment_id_is_stable_across_sessions_and_option_order():
    a = Experiment("p", "s", "d-1/x", "random-1", "r-1", 0, {"cells": 50, "lcn": True})
    b = Experiment("p", "s", "d-1/x", "random-1", "r-1", 0, {"lcn": True, "cells": 50})
    assert a.id == b.id == "2d88634c4029" and hash(a) == hash(b)


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"data": "d-2/x"}, {"recipe": "r-2"}, {"net": {"cells": 10}}]
)
def test_every_field_changes_the_id(change):
    base = {"paper": "p", "system": "s", "data": "d-1/x", "split": "random-1", "recipe": "r-1", "seed": 0}
    assert Experiment(**base).id != Experiment(**{**base, **change}).id


def test_fusion_by_averaging_is_the_mean_of_the_rows():
    a, b = np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])
    np.testing.assert_allclose(score.average(a, b), [[0.55, 0.45]])


def test_scores_of_each_stream_have_length_one_before_the_svm():
    rows = score.normalised(np.array([[0.6, 0.8], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.3, 0.4]]))
    assert rows.shape == (2, 4)
    np.testing.assert_allclose(np.linalg.norm(rows[:, :2], axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(rows[:, 2:], axis=1), 1)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_svm_learns_which_stream_to_believe(classes):
    rng = np.random.default_rng(0)
    truth = np.arange(80) % classes
    good, bad = np.eye(classes)[truth], rng.dirichlet(np.full(classes, 0.3), 80)
    stacked = score.normalised(good + 1e-3, bad)
    rows = score.svm(stacked[:40], truth[:40], stacked[40:], classes)
    np.testing.assert_allclose(rows.sum(1), 1)
    assert score.accuracy(rows, truth[40:]) == 1


def test_the_svm_gives_no_probability_to_a_class_that_it_never_saw():
    known = np.eye(4)[[0, 1, 0, 1]]
    assert (score.svm(known, np.array([0, 1, 0, 1]), known, 3)[:, 2] == 0).all()


@given(st.integers(1, 20), st.integers(2, 6), st.integers(0, 99))
def test_hit_at_k_equals_a_slow_count(n, classes, seed):
    rng = np.random.default_rng(seed)
    rows, truth = rng.dirichlet(np.ones(classes), n), rng.integers(0, classes, n)
    for k in range(1, classes + 1):
        slow = np.mean([t in sorted(range(classes), key=lambda c: -row[c])[:k] for row, t in
                        zip(rows, truth, strict=True)])  # fmt: skip
        assert score.hit(rows, truth, k) == pytest.approx(slow)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), min_size=1))
def test_the_two_steps_of_an_answer_equal_a_slow_count(answers):
    alike = ["ab", "cde"]  # f looks like no other
    asked = [(said, true) for said, true in answers if true != "f"]
    found = [(said, true) for said, true in asked if any({said, true} <= set(group) for group in alike)]
    said, truth = (np.array(column) for column in zip(*answers, strict=True))
    group, member = score.in_steps(said, truth, alike)
    nan = float("nan")
    assert group == pytest.approx(len(found) / len(asked) if asked else nan, nan_ok=True)
    right = sum(said == true for said, true in found)
    assert member == pytest.approx(right / len(found) if found else nan, nan_ok=True)
