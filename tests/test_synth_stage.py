"""The coloured stage: what is drawn follows the camera, the bodies and the things, and the truth says how."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.synth import actions, camera, people, places, stage
from vidlab.synth.bones import follow
from vidlab.synth.draw import PARTS, Piece, ellipse
from vidlab.synth.stage import PART_NAMES, Actor, Lens, Prop, Shot, generator

SIZE = (160, 120)
PROP = PART_NAMES.index("prop")


def scene(key=0, frames=24, strength=1.0, thing=True, kind="court", size=SIZE, action=actions.handwaving):
    """Somebody waves; a disc rises and turns beside the body."""
    rng, k = generator("test", key), size[1] / 120
    who, colours = people.person(1, rng), people.colours(rng)
    path = camera.path(rng, frames, size, strength)
    lens = Lens(80 * k, 110 * k, 90 * k, path)
    pose = action(frames, who, rng)
    place = places.place(kind, rng, size)
    actor = Actor(who, who.outfits[0], colours, pose, lens, place.light)
    things = [disc(lens, frames)] if thing else []
    return Shot("test", 0, [actor], things, place, path, ("test", key), size)


def disc(lens, frames):
    t = np.arange(frames)
    centre = lens.project(np.stack([0.6 + 0 * t, -0.5 + 0 * t, 0.2 + 0.02 * t], -1))
    arm = lens.scale[:, None] * 0.1 * np.stack([np.cos(0.05 * t), np.sin(0.05 * t)], -1)
    shape = ellipse(centre, 0.1 * lens.scale, 0.1 * lens.scale, 0 * t)
    return Prop([Piece(shape, np.full(frames, 200.0), PROP)], np.stack([centre, centre + arm], 1))


@pytest.fixture(scope="module")
def shot():
    return scene()


# --- frames ---


@pytest.mark.parametrize("size", [(160, 120), (320, 240)])
def test_frames_are_in_colour_and_of_the_size_asked_for(size):
    frames = stage.draw(scene(frames=3, size=size))
    assert frames.shape == (3, size[1], size[0], 3) and frames.dtype == np.uint8
    assert np.ptp(frames.astype(int), axis=-1).max() > 40


def test_the_same_keys_draw_the_same_frames(shot):
    assert (stage.draw(shot, 3, 6) == stage.draw(scene(), 3, 6)).all()


def test_a_stretch_equals_the_same_stretch_of_the_whole(shot):
    assert (stage.draw(shot)[5:9] == stage.draw(shot, 5, 9)).all()


def test_other_keys_draw_somebody_else_elsewhere(shot):
    assert np.abs(stage.draw(shot, 0, 1).astype(int) - stage.draw(scene(1), 0, 1)).mean() > 8


def test_noise_is_new_in_each_frame_and_as_strong_as_stated():
    still = scene(strength=0, thing=False)
    noise = [next(still.frames(t, t + 1)).astype(float)[:20] - still.clean(t)[:20] for t in (0, 1)]
    assert np.std(noise[0]) == pytest.approx(stage.NOISE, rel=0.1)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.05


def test_twice_the_size_shows_the_same_scene():
    """Body and thing lie where they lay, at twice the pixels (the place is drawn anew at each size)."""
    small, large = scene().parts(4), scene(size=(320, 240)).parts(4)
    assert ((large[::2, ::2] > 0) == (small > 0)).mean() > 0.98


# --- parts ---


def test_every_part_and_the_thing_are_seen(shot):
    assert set(np.unique(shot.parts(3))) == set(range(len(PART_NAMES)))


def test_a_thing_is_seen_only_while_it_is_there():
    plan = scene()
    plan.props[0].visible = np.arange(24) < 10
    assert (plan.parts(9) == PROP).any() and not (plan.parts(10) == PROP).any()
    assert (plan.clean(10) == scene(thing=False).clean(10)).all()


def test_a_bystander_counts_as_background():
    plan, other = scene(thing=False), scene(5, thing=False).actors[0]
    crowd = Shot("two", 0, [plan.actors[0], other], [], plan.place, plan.camera, ("x",), SIZE)
    assert (crowd.parts(2) == plan.parts(2)).all()
    assert (crowd.clean(2) != plan.clean(2)).any()


def test_a_near_hand_closes_over_what_it_holds():
    plan = scene(thing=False, frames=4, strength=0)
    actor = plan.actors[0]
    at = actor.joints[:, people.INDEX["left_hand"]]
    ball = Piece(ellipse(at, np.full(4, 12.0), np.full(4, 12.0), np.zeros(4)), np.full(4, 99.0), PROP)
    held = Shot(
        "h", 0, [actor], [Prop([ball], np.stack([at, at + 5], 1))], plan.place, plan.camera, (0,), SIZE
    )
    x, y = np.rint(at[1]).astype(int)
    assert PART_NAMES[held.parts(1)[y, x]] == "left_hand"


def test_who_looks_away_shows_no_face():
    """The skin between crown and chin is covered by hair."""
    shown = {}
    for yaw in (-np.pi / 2, np.pi / 2):

        def turned(count, who, rng, yaw=yaw):
            pose = actions.handwaving(count, who, rng)
            pose.yaw = np.full(count, yaw)
            return pose

        plan = scene(3, 2, 0, thing=False, action=turned, size=(640, 480))
        x, y = np.rint(plan.actors[0].joints[0, people.INDEX["head"]]).astype(int)
        shown[yaw] = plan.clean(0)[y, x].astype(int)
    assert shown[-np.pi / 2].sum() > shown[np.pi / 2].sum() + 60


# --- the camera ---


def test_strength_zero_is_exactly_still():
    path = camera.path(generator("c"), 30, SIZE, 0.0)
    assert (path.matrix == path.matrix[0]).all() and (path.zoom == 1).all()


def test_a_stronger_camera_moves_more():
    far = [
        np.ptp(camera.path(generator("c", 1), 60, SIZE, s).matrix[..., 2], axis=0).sum() for s in (0.5, 1, 2)
    ]
    assert far[0] < far[1] < far[2]


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0, 2))
def test_the_camera_never_looks_beyond_the_canvas(seed, strength):
    path = camera.path(np.random.default_rng(seed), 64, SIZE, strength)
    corners = np.array([[0.0, 0.0], [160.0, 120.0]])
    seen = (corners[None] - path.matrix[:, None, :, 2]) / path.zoom[:, None, None]
    assert seen.min() > -places.MARGIN and (seen - [160, 120]).max() < places.MARGIN


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_one_step_leads_from_where_a_point_is_seen_to_where_it_is_seen_next(seed):
    path = camera.path(np.random.default_rng(seed), 5, SIZE)
    points = np.random.default_rng(seed).uniform(0, 120, (5, 7, 2))
    points[:] = points[0]
    seen = path.see(points)
    assert path.step(2, seen[2]) == pytest.approx(seen[3])


# --- flow ---


def warped_back(after, flow):
    y, x = np.mgrid[0 : after.shape[0], 0 : after.shape[1]].astype(np.float32)
    return cv2.remap(after, x + flow[0], y + flow[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize(("part", "error"), [(0, 1.5), (PARTS.index("torso"), 4.0), (PROP, 3.0)])
def test_reading_the_next_frame_along_the_flow_gives_this_frame(shot, part, error):
    """Without noise, in the interior of what is seen in both frames; standing still would miss by more."""
    errors, still = [], []
    for t in range(4, 16):
        before, after = shot.clean(t).astype(np.float32), shot.clean(t + 1).astype(np.float32)
        here, there = shot.parts(t), shot.parts(t + 1)
        inside = cv2.erode(((here == part) & (there == part)).astype(np.uint8), np.ones((7, 7))) > 0
        inside[105:] = False  # the shadow on the ground moves as it likes
        inside[:, :8] = inside[:, -8:] = inside[:8] = False
        errors.append(np.abs(warped_back(after, shot.flow(t)) - before)[inside].mean())
        still.append(np.abs(after - before)[inside].mean())
    assert np.mean(errors) < error
    assert part == PROP or np.mean(errors) < 0.7 * np.mean(still)  # the disc has one colour


def test_flow_carries_parts_onto_themselves(shot):
    hits, still = [], []
    for t in range(4, 20):
        here, there = shot.parts(t), shot.parts(t + 1)
        y, x = np.mgrid[0:120, 0:160].astype(np.float32)
        flow = shot.flow(t)
        moved = cv2.remap(there, x + flow[0], y + flow[1], cv2.INTER_NEAREST)
        hits.append((moved == here)[here > 0].mean())
        still.append((there == here)[here > 0].mean())
    assert np.mean(hits) > 0.93 > np.mean(still)


def test_nothing_flows_before_a_still_camera_but_body_and_thing():
    plan = scene(strength=0)
    flow, parts = plan.flow(5), plan.parts(5)
    assert flow.shape == (2, 120, 160) and flow.dtype == np.float32
    assert (flow[:, parts == 0] == 0).all() and np.abs(flow[:, parts == PROP]).mean() > 0.5


def test_a_thing_flows_as_its_anchors_move():
    plan = scene(strength=0)
    anchors = plan.props[0].anchors
    mean = plan.flow(5)[:, plan.parts(5) == PROP].mean(1)
    assert mean == pytest.approx(anchors[6, 0] - anchors[5, 0], abs=0.15)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.floats(-3, 3), st.floats(0.8, 1.25))
def test_a_bone_that_only_shifts_turns_and_grows_carries_its_points_rigidly(seed, angle, grow):
    rng = np.random.default_rng(seed)
    points, now = rng.uniform(0, 50, (6, 2)), np.array([[10.0, 10.0], [30.0, 14.0]])
    turn = grow * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = rng.uniform(-9, 9, 2)
    assert follow(points, now, now @ turn.T + shift, grow) == pytest.approx(points @ turn.T + shift)
