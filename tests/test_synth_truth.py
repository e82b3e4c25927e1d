"""Truth on request: masks, joints and flow agree with the frames."""

import cv2
import numpy as np
import pytest

from vidlab.synth import truth
from vidlab.synth.draw import PARTS


@pytest.fixture(scope="module")
def walk():
    return truth("SynthKTH-1", "person04_walking_d1", frames=(0, 130))


@pytest.fixture(scope="module")
def zoomed():
    return truth("SynthKTH-1", "person04_boxing_d2", frames=(0, 12))


def test_shapes(walk):
    assert walk.frames.shape == walk.actor.shape == walk.parts.shape == (130, 120, 160)
    assert walk.joints.shape == (130, len(walk.joint_names), 2)
    assert walk.flow.shape == (129, 2, 120, 160) and walk.flow.dtype == np.float32
    assert walk.part_names == PARTS and walk.frames.dtype == np.uint8


def test_the_actor_is_the_union_of_the_parts(walk):
    assert (walk.actor == (walk.parts > 0)).all()


def test_present_says_where_there_is_an_actor(walk):
    assert (walk.present == walk.actor.any((1, 2))).all()
    assert walk.present.any() and not walk.present.all()


def test_what_is_outside_the_actor_and_its_shadow_stays_still(walk):
    before, after = walk.frames[40].astype(int), walk.frames[41].astype(int)
    moved = np.abs(before - after)[:40]
    quiet = ~(walk.actor[40] | walk.actor[41])[:40]
    assert moved[quiet].mean() < 6 < moved[~quiet].mean()


def test_every_part_is_seen_in_a_frontal_view():
    wave = truth("SynthKTH-1", "person04_handwaving_d1", frames=(0, 30))
    assert set(np.unique(wave.parts)) == set(range(len(PARTS)))


def test_joints_lie_on_the_actor(walk):
    t = int(np.nonzero(walk.present)[0].mean())
    for name in ("pelvis", "chest", "left_knee", "right_knee"):
        x, y = np.rint(walk.joints[t, walk.joint_names.index(name)]).astype(int)
        assert walk.actor[t, y, x]


def test_flow_carries_parts_onto_themselves(walk):
    """Reading the next part mask at the flow's end points gives this frame's mask, nearly everywhere."""
    y, x = np.mgrid[0:120, 0:160].astype(np.float32)
    hits, still = [], []
    for t in range(30, 60):
        after = walk.parts[t + 1]
        there = cv2.remap(after, x + walk.flow[t, 0], y + walk.flow[t, 1], cv2.INTER_NEAREST)
        inside = walk.actor[t] & (x > 10) & (x < 150)
        hits.append((there == walk.parts[t])[inside].mean())
        still.append((after == walk.parts[t])[inside].mean())
    assert np.mean(hits) > 0.9 > np.mean(still) + 0.1


def test_the_background_flows_only_with_the_camera(walk, zoomed):
    assert (np.moveaxis(walk.flow, 1, -1)[~walk.actor[:-1]] == 0).all()
    corner = zoomed.flow[:, :, 2, 2]
    assert np.abs(corner).max() > 0.05
    assert np.sign(corner[0]) == pytest.approx(np.sign(zoomed.flow[0, :, -2, -2]) * -1)


def test_flow_has_no_jumps_where_the_person_comes_back(walk):
    assert np.abs(walk.flow).max() < 40


def test_ranges_are_cut_to_the_frames_asked_for():
    part = truth("SynthKTH-1", "person04_boxing_d1", frames=(10, 40))
    assert part.ranges == ((0, 30),) and part.first == 10


@pytest.mark.parametrize("frames", [(5, 5), (-1, 4), (0, 10**6)])
def test_frames_outside_the_video_are_refused(frames):
    with pytest.raises(ValueError, match="person04_boxing_d1"):
        truth("SynthKTH-1", "person04_boxing_d1", frames=frames)


def test_an_unknown_world_is_refused():
    with pytest.raises(ValueError, match="SynthKTH-1"):
        truth("KTH", "person04_boxing_d1")
