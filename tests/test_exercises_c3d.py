"""Exercises of chapters 05 and 06: nearly right answers are wrong, and the package's own are right."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from tests.test_exercises import (
    area_under_roc,
    ceiling_by_look,
    check,
    same_to_depth_1,
    search_parameters,
    two_accuracies,
    variance_kept,
)
from vidlab import exercises, features


def _scaled(row, least):
    return row / max(np.linalg.norm(row), least)


def _in_groups(labels, alike):
    return np.mean([any(name in group for group in alike) for name in labels])


def _by_coin(labels, alike):
    sizes = [next((len(group) for group in alike if name in group), 1) for name in labels]
    return np.mean(1 / np.array(sizes))


def _videos_by(answer):
    """`two_accuracies` with another answer for a video than its mean: answer(rows of its clips) -> class."""

    def counted(rows, video, labels):
        hits = [answer(rows[video == v]) == labels[video == v][0] for v in np.unique(video)]
        return (rows.argmax(1) == labels).mean(), np.mean(hits)

    return counted


def _blocks(*sizes):
    """`same_to_depth_1` by blocks of these sizes only."""

    def told(order):
        blocks = [order[at : at + size] for size in sizes for at in range(0, 16, size)]
        return all(max(block) // len(block) == min(block) // len(block) for block in blocks)

    return told


def _stepped(switches, rule):
    """`step_back` with other switches, or another rule at the rectifier."""

    def stepped(signal, row):
        below = np.zeros((len(signal), 2))
        below[np.arange(len(signal)), switches(row.reshape(-1, 2))] = rule(signal)
        return below.ravel()

    return stepped


def _rounded(rounding):
    """`search_parameters` with another rule for the cells that fc6 sees."""

    def counted(depths, crop, classes):
        right = search_parameters(depths, crop, classes)
        return right + 256 * 2048 * (rounding(crop) ** 2 - (-(-crop // 32)) ** 2)

    return counted


def _share(values, dims):
    return values[:dims].sum() / values.sum()


NEARLY = [  # wrong in one way each, that a case must tell
    ("two_accuracies", _videos_by(lambda rows: np.bincount(rows.argmax(1)).argmax())),
    ("two_accuracies", _videos_by(lambda rows: rows[0].argmax())),  # the first clip
    ("two_accuracies", _videos_by(lambda rows: rows.max(0).argmax())),
    ("two_accuracies", _videos_by(lambda rows: rows.prod(0).argmax())),
    ("two_accuracies", _videos_by(lambda rows: (rows**2).mean(0).argmax())),
    ("two_accuracies", lambda *a: two_accuracies(*a)[::-1]),
    ("two_accuracies", lambda *a: tuple(100 * share for share in two_accuracies(*a))),  # percent
    ("search_parameters", _rounded(lambda crop: crop // 32)),
    ("search_parameters", _rounded(lambda crop: round(crop / 32))),
    ("search_parameters", _rounded(lambda crop: crop // 28)),
    ("search_parameters", _rounded(lambda crop: crop // 32 + 1)),
    ("search_parameters", _rounded(lambda crop: round(crop / 28))),
    ("search_parameters", lambda *a: search_parameters(*a) - 64 - 128 - 3 * 256),  # biases forgotten
    ("step_back", _stepped(lambda p: p.argmax(1), lambda signal: signal)),
    ("step_back", _stepped(lambda p: p.argmin(1), lambda signal: signal.clip(0))),
    ("step_back", _stepped(lambda p: abs(p).argmax(1), lambda signal: signal.clip(0))),
    ("step_back", _stepped(lambda p: p.argmax(1), lambda signal: abs(signal))),
    ("same_to_depth_1", _blocks(2)),
    ("same_to_depth_1", _blocks(2, 4)),
    ("same_to_depth_1", _blocks(2, 8)),
    ("same_to_depth_1", _blocks(4, 8)),
    ("same_to_depth_1", lambda order: same_to_depth_1([*order[:8], *range(8, 16)])),  # half of it
    ("same_to_depth_1", lambda order: all(abs(a - b) == 1 for a, b in zip(*[iter(order)] * 2, strict=True))),
    ("same_to_depth_1", lambda order: same_to_depth_1(order) or None),  # a path without return
    ("video_descriptor", lambda clips: clips.mean(0)),  # length 1 forgotten
    ("video_descriptor", lambda clips: _scaled(clips.mean(0), 1)),  # never made longer
    ("video_descriptor", lambda clips: clips[0] if len(clips) < 2 else _scaled(clips.mean(0), 1e-12)),
    ("video_descriptor", lambda clips: clips.mean(0) / max(np.abs(clips.mean(0)).sum(), 1e-12)),  # sum 1
    ("ceiling_by_look", _by_coin),  # a coin for each video
    ("ceiling_by_look", lambda labels, alike: 1 - _in_groups(labels, alike) / 2),  # all groups are pairs
    ("ceiling_by_look", lambda labels, alike: 1 - _in_groups(labels, alike)),  # none of the alike is told
    ("ceiling_by_look", lambda labels, alike: ceiling_by_look(labels, [g[:2] for g in alike])),
    ("area_under_roc", lambda margins, same: (margins[same][:, None] >= margins[~same]).mean()),
    ("area_under_roc", lambda margins, same: 1 - area_under_roc(margins, same)),
    ("area_under_roc", lambda margins, same: ((margins > 0) == same).mean()),
    ("variance_kept", lambda rows, dims: _share(np.linalg.svd(rows - rows.mean(0))[1], dims)),  # no squares
    ("variance_kept", lambda rows, dims: _share(rows.var(0), dims)),  # columns, not components
    ("variance_kept", lambda rows, dims: 1 - variance_kept(rows, rows.shape[1] - dims)),  # the last ones
]


@pytest.mark.parametrize("name, function", NEARLY)
def test_a_nearly_right_answer_is_wrong(name, function, capsys):
    assert check(name, function) is False
    assert "expected" in capsys.readouterr().out  # not that it raised


def test_chapter_06_agrees_with_the_package_and_with_scikit_learn():
    def variance_kept(rows, dims):
        return PCA(dims, svd_solver="full").fit(rows).explained_variance_ratio_.sum()

    assert exercises.check_video_descriptor(lambda clips: features.unit(clips.mean(0)))
    assert exercises.check_area_under_roc(lambda margins, same: roc_auc_score(same, margins))
    assert exercises.check_variance_kept(variance_kept)
