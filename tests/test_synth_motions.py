"""Motion programs: what people do, in body heights, before anything is drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.synth import motions, people
from vidlab.synth.kinematics import View, When, reverse, smooth
from vidlab.synth.people import FOREARM, INDEX, SHANK, THIGH, UPPER_ARM

PROGRAMS = [motions.sit, motions.pick, motions.push, motions.throw, motions.crank, motions.chop, motions.wave,
            motions.drum, motions.swing, motions.dig, motions.lift, motions.rest]  # fmt: skip
REVERSED = [(motions.sit, motions.stand), (motions.pick, motions.put), (motions.push, motions.pull),
            (motions.throw, motions.catch), (motions.crank, motions.crank_back),
            (motions.chop, motions.toss)]  # fmt: skip
WHEN = When(54, 9, 45)


def act(program, seed=0, when=WHEN, view=None):
    rng = np.random.default_rng(seed)
    who = people.person(1, rng)
    view = view or View(1, 0.2)
    return who, program(who, rng, when, view)


def points(program, seed=0, **how):
    who, done = act(program, seed, **how)
    return people.joints(who, done.pose), done


@settings(max_examples=40)
@given(st.sampled_from(PROGRAMS), st.integers(0, 10_000), st.sampled_from([-1, 1]), st.floats(0, 1.6))
def test_bodies_stay_whole_and_on_the_ground(program, seed, side, turned):
    world, _ = points(program, seed, view=View(side, turned))
    assert np.isfinite(world).all()
    assert world[..., 2].min() > 0
    for a, b, length in (("hip", "knee", THIGH), ("knee", "ankle", SHANK), ("shoulder", "elbow", UPPER_ARM),
                         ("elbow", "wrist", FOREARM)):  # fmt: skip
        for s in ("left", "right"):
            bone = np.linalg.norm(world[:, INDEX[f"{s}_{a}"]] - world[:, INDEX[f"{s}_{b}"]], axis=1)
            assert bone == pytest.approx(length, rel=0.06)


@settings(max_examples=40)
@given(st.sampled_from(PROGRAMS), st.integers(0, 10_000))
def test_nobody_jumps_between_frames(program, seed):
    world, _ = points(program, seed)
    # The fastest of ten thousand chops moves its hands by 0.33 body heights from one frame to the next.
    assert np.abs(np.diff(world, axis=0)).max() < 0.4


@pytest.mark.parametrize(("forward", "backward"), REVERSED, ids=[forward.__name__ for forward, _ in REVERSED])
def test_the_second_of_a_reversed_pair_is_the_first_played_backwards(forward, backward):
    world, done = points(forward, 3)
    mirrored, undone = points(backward, 3)
    assert np.allclose(mirrored, world[::-1])
    assert done.at.keys() == undone.at.keys()
    assert all(np.allclose(undone.at[key], path[::-1]) for key, path in done.at.items())


@pytest.mark.parametrize("program", [motions.sit, motions.pick, motions.throw], ids=lambda p: p.__name__)
def test_reversing_twice_changes_nothing(program):
    _, done = act(program)
    again = reverse(reverse(done))
    assert (again.pose.hip == done.pose.hip).all() and (again.pose.x == done.pose.x).all()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_before_and_after_there_is_rest(program):
    world, _ = points(program, 5, when=When(60, 20, 44))
    speed = np.abs(np.diff(world, axis=0)).max((1, 2))
    assert max(speed[:18].max(), speed[46:].max()) < 0.012


def test_sitting_ends_on_the_chair():
    world, done = points(motions.sit)
    pelvis = world[:, INDEX["pelvis"]]
    assert pelvis[0, 2] > 0.48 and pelvis[-1, 2] < 0.33
    assert np.abs(pelvis[-1] - done.at["seat"][-1]).max() < 0.08


def test_the_box_leaves_the_ground_with_the_hands():
    world, done = points(motions.pick)
    box, hands = done.at["box"], world[:, [INDEX["left_hand"], INDEX["right_hand"]]].mean(1)
    assert box[0, 2] == pytest.approx(0.115) and box[-1, 2] > 0.4
    assert np.linalg.norm(box[-1] - hands[-1]) < 0.05
    assert np.abs(np.diff(box, axis=0)).max() < 0.09


@pytest.mark.parametrize("side", [-1, 1])
def test_a_pushed_cart_goes_where_the_person_faces(side):
    _, done = act(motions.push, 2, view=View(side, 0.1))
    assert side * (done.at["handle"][-1, 0] - done.at["handle"][0, 0]) > 0.2


def test_a_thrown_ball_flies_out_of_reach():
    world, done = points(motions.throw)
    assert np.linalg.norm(done.at["ball"][0] - world[0, INDEX["right_hand"]]) < 0.15
    assert done.at["ball"][-1, 0] > 1.0


def test_the_crank_goes_round_forward():
    _, done = act(motions.crank)
    spoke = done.at["handle"] - done.at["axle"]
    assert np.unwrap(np.arctan2(spoke[:, 2], spoke[:, 0]))[-1] < -4  # clockwise, seen facing right


def test_a_chop_falls_faster_than_it_rises():
    fall, rise = (np.abs(step[sign * step > 0.004]).mean() for step, sign in (
        (np.diff(act(motions.chop)[1].at["grip"][:, 2]), s) for s in (-1, 1)))  # fmt: skip
    assert fall > 1.5 * rise


def test_short_waves_are_as_fast_as_wide_ones():
    speeds = []
    for program in (motions.wave, motions.wave_short):
        paths = [
            points(program, seed, when=When(60, 0, 60))[0][10:50, INDEX["left_hand"]] for seed in range(30)
        ]
        speeds.append(np.mean([np.linalg.norm(np.diff(path, axis=0), axis=1).mean() for path in paths]))
    assert speeds[0] == pytest.approx(speeds[1], rel=0.1)


def test_drum_rhythms_have_the_same_strokes_at_other_times():
    gaps = []
    for program in (motions.drum, motions.drum_double):
        height = points(program, 1, when=When(100, 0, 100))[0][10:90, INDEX["left_hand"], 2]
        low = height < np.quantile(height, 0.5) - 0.03
        hits = np.flatnonzero((height[1:-1] < height[:-2]) & (height[1:-1] <= height[2:]) & low[1:-1])
        gaps.append(np.diff(hits))
    assert gaps[0].mean() == pytest.approx(gaps[1].mean(), rel=0.2)
    assert gaps[0].std() < 0.25 * gaps[0].mean() < gaps[1].std()


def test_smooth_rests_at_both_ends():
    assert smooth(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist() == [0, 0, 0.5, 1, 1]
