"""Faces seen close up: what moves when, and that everything stays where a face has it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.synth import camera, expressions, faces, hands
from vidlab.synth.draw import PARTS
from vidlab.synth.kinematics import When
from vidlab.synth.portrait import Head

SIZE = (160, 120)
WHEN = When(48, 6, 44)
SEEDS = range(20)


def head(does: faces.Expression, seed: int = 0) -> Head:
    still = camera.path(np.random.default_rng(0), len(does.yaw), SIZE, 0.0)
    return Head(faces.face(np.random.default_rng(seed)), does, (80, 55), 78, 1.0, still)


def picture(of: Head, t: int = 0) -> np.ndarray:
    frame = np.full((120, 160, 3), 128, np.uint8)
    of.paint(frame, t)
    return frame


def scenes(action: str) -> list[expressions.Scene]:
    return [expressions.ACTS[action](np.random.default_rng([7, s]), WHEN, 0.0) for s in SEEDS]


def turns(values: np.ndarray) -> int:
    """How often a curve changes its direction."""
    steps = np.sign(np.diff(values))
    steps = steps[steps != 0]
    return int((steps[1:] != steps[:-1]).sum())


def test_the_same_seed_draws_the_same_face():
    assert faces.face(np.random.default_rng(3)) == faces.face(np.random.default_rng(3))


def test_faces_differ():
    rest = faces.Expression.rest(1)
    pictures = [picture(head(rest, seed)) for seed in range(6)]
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert np.abs(one.astype(int) - other).mean() > 3


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(-0.4, 0.4))
def test_a_head_fills_the_height_it_is_given(seed, yaw):
    does = faces.Expression.rest(1)
    does.yaw += yaw
    rows = np.nonzero((head(does, seed).mask(0, (120, 160)) == PARTS.index("head")).any(1))[0]
    assert rows.min() < 55 - 0.42 * 78 and rows.max() > 55 + 0.42 * 78


def test_the_jaw_moves_the_chin_and_leaves_the_eyes():
    does = faces.Expression.rest(2)
    does.jaw[1] = 1
    frames = [picture(head(does), t).astype(int) for t in (0, 1)]
    changed = np.abs(frames[1] - frames[0]).max(-1) > 20
    assert changed[80:].any() and not changed[:65].any()


def test_lips_part_as_far_as_they_are_told():
    does = faces.Expression.rest(2)
    does.gap[1] = 1
    _, upper, lower = head(does).lips()
    apart = (lower - upper)[:, 6]
    assert apart[0] == 0 and apart[1] == pytest.approx(0.16)


def test_closed_lids_hide_the_white_of_the_eyes():
    does = faces.Expression.rest(2)
    does.lids[1] = 1
    bright = [(picture(head(does), t)[50:62].min(-1) > 190).sum() for t in (0, 1)]
    assert bright[0] > 8 and bright[1] < 0.3 * bright[0]


def test_truth_of_a_still_head_is_no_motion():
    of = head(faces.Expression.rest(2))
    points = np.array([[80.0, 50.0], [80.0, 90.0]])
    assert of.moved(0, PARTS.index("head"), points, 1.0) == pytest.approx(points)


def test_the_chin_s_truth_follows_the_jaw():
    does = faces.Expression.rest(2)
    does.jaw[1] = 1
    of = head(does)
    forehead, chin = of.moved(0, PARTS.index("head"), np.array([[80.0, 30.0], [80.0, 92.0]]), 1.0)
    assert forehead == pytest.approx([80, 30], abs=1.0) and chin[1] > 96


@pytest.mark.parametrize("action", expressions.ACTS)
def test_acts_leave_the_range_of_faces_alone(action):
    for scene in scenes(action):
        e = scene.face
        assert np.abs(e.yaw).max() <= 0.42 and e.gap.min() >= 0 and e.gap.max() <= 1.1
        assert len(e.jaw) == WHEN.frames and np.isfinite(e.jaw).all()


def test_a_smile_comes_and_a_laugh_shakes():
    smiles, laughs = ([turns(s.face.lift + s.face.jaw) for s in scenes(a)] for a in ("smile", "laugh"))
    assert np.median(laughs) > np.median(smiles) + 5


def test_smile_and_laugh_show_the_same_mouths():
    for action in ("smile", "laugh"):
        assert np.mean([s.face.curl.max() for s in scenes(action)]) == pytest.approx(1.15, abs=0.15)


def test_talk_is_quicker_than_chewing():
    quick, slow = (np.median([turns(s.face.jaw) for s in scenes(a)]) for a in ("talk", "chew"))
    assert quick > 1.4 * slow


@pytest.mark.parametrize("action", ["eat", "smoke", "drink"])
def test_the_hand_comes_to_the_mouth_once(action):
    for scene in scenes(action):
        near = scene.reach.near > 0.9
        assert near.any() and (np.diff(near.astype(int)) == 1).sum() <= 1


@pytest.mark.parametrize("action", ["smile", "laugh", "chew", "talk"])
def test_some_hold_what_others_use_and_nobody_brings_it_to_the_mouth(action):
    held = [s for s in scenes(action) if s.holds not in (None, "nothing")]
    assert held and min(s.reach.beside[0] for s in held) > 0.2


def test_smoke_leaves_the_mouth_after_the_hand():
    for scene in scenes("smoke"):
        assert len(scene.drawn) == 0 or scene.drawn.min() > np.argmax(scene.reach.near)


@pytest.mark.parametrize("holds", hands.HOLDS)
def test_what_is_held_is_seen_at_the_mouth(holds):
    of = head(faces.Expression.rest(1))
    hand = hands.Hand(of, holds, hands.Reach(np.ones(1), np.zeros(1), (0.5, 0.7)), 1, (200, 60, 60))
    mask = np.max([prop.mask(0, (120, 160)) for prop in hand.props()], 0)
    assert (mask[60:100, 70:130] > 0).sum() > 60
