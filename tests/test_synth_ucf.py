"""World SynthUCF-1: what its videos hold, what they share, and that everything follows from the seed."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.synth import places, props, shapes, ucf
from vidlab.synth.draw import PROP

NAMES = st.sampled_from(ucf.names("laptop"))

# Mean red, green and blue of frames 10-19, before encoding. When one of these moves, the world has changed:
# that needs a new version of the world, and new runs (data/cards/SynthUCF-1.md).
FROZEN = {
    "v_SitDown_g01_c01": (131.939, 149.179, 131.302),
    "v_CatchBall_g09_c02": (168.962, 113.283, 117.629),
    "v_PullCart_g17_c03": (127.773, 144.526, 166.33),
    "v_CrankBackward_g05_c04": (127.169, 146.822, 128.537),
    "v_Toss_g22_c01": (104.637, 148.978, 109.253),
    "v_WaveShort_g13_c02": (166.3, 132.54, 108.027),
    "v_DrumDouble_g03_c03": (136.52, 143.925, 161.223),
    "v_DigSnow_g11_c01": (127.142, 140.641, 173.794),
    "v_LiftCase_g20_c04": (159.208, 133.188, 110.799),
}


def frames(name, **how):
    return np.stack(list(ucf.shot(name, **how).frames(10, 20)))


@pytest.mark.parametrize("name", FROZEN)
def test_the_world_is_frozen(name):
    assert frames(name).mean((0, 1, 2)) == pytest.approx(FROZEN[name], abs=0.02)


def test_the_same_seed_gives_the_same_frames_and_another_seed_others():
    name = "v_PickUp_g03_c02"
    assert (frames(name) == frames(name)).all()
    assert not (frames(name, seed=1)[0] == frames(name)[0]).all()


def test_noise_differs_from_frame_to_frame():
    clean = ucf.shot("v_DrumEven_g03_c01", camera=0, idle=1)
    noisy = np.stack(list(clean.frames(0, 2))).astype(int)
    assert 2 < np.std(noisy[1] - noisy[0]) < 12


@pytest.mark.parametrize(("size", "count"), [("quick", 96), ("laptop", 2400), ("full", 2400)])
def test_sizes(size, count):
    assert len(set(ucf.names(size))) == count


def test_there_are_24_classes_and_each_has_its_role():
    assert len(ucf.CLASSES) == 24 and list(ucf.CLASSES) == sorted(ucf.CLASSES)
    assert set(ucf.MOTION_ONLY) | set(ucf.APPEARANCE) == set(ucf.CLASSES)
    assert not set(ucf.MOTION_ONLY) & set(ucf.APPEARANCE)
    assert len(ucf.PAIRS["reversed"]) == 6


@pytest.mark.parametrize("name", ["v_SitDown_g26_c01", "v_SitDown_g01_c05", "v_Yoga_g01_c01", "clip", ""])
def test_a_name_that_is_not_in_the_world_is_refused_in_one_line(name):
    with pytest.raises(ValueError, match="SynthUCF-1") as error:
        ucf.shot(name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("change", [{"size": "huge"}, {"idle": -1}, {"camera": -0.5}])
def test_a_wrong_size_or_dial_is_refused(change):
    with pytest.raises(ValueError):
        ucf.names(change["size"]) if "size" in change else ucf.shot("v_SitDown_g01_c01", **change)


@pytest.mark.parametrize("split", [1, 2, 3])
def test_the_lists_are_ucf101s(split):
    lists = ucf.lists(ucf.names("laptop"), {})
    train = lists[f"ucfTrainTestlist/trainlist0{split}.txt"].splitlines()
    test = lists[f"ucfTrainTestlist/testlist0{split}.txt"].splitlines()
    assert (len(train), len(test)) == (1728, 672)
    classes = dict(reversed(line.split()) for line in lists["ucfTrainTestlist/classInd.txt"].splitlines())
    for line in train:
        path, label = line.split()
        assert re.fullmatch(r"(\w+)/v_\1_g\d\d_c\d\d\.avi", path) and classes[path.split("/")[0]] == label
    groups = [{re.search(r"_(g\d\d)_", line)[1] for line in side} for side in (train, test)]
    assert not groups[0] & groups[1] and len(groups[1]) == 7


def test_quick_has_a_group_to_test_in_each_split():
    lists = ucf.lists(ucf.names("quick"), {})
    assert all(len(lists[f"ucfTrainTestlist/testlist0{n}.txt"].splitlines()) == 24 for n in (1, 2, 3))


@settings(max_examples=25)
@given(NAMES, st.sampled_from(["quick", "laptop", "full"]))
def test_lengths_and_pictures(name, size):
    plan = ucf.shot(name, size=size)
    low, high = (22, 26) if size == "quick" else (40, 64)
    assert low <= plan.length <= high
    assert plan.size == ((320, 240) if size == "full" else (160, 120))
    assert plan.label == ucf.CLASSES.index(ucf.parse(name).action)
    start, stop = plan.note["active"]
    assert 0 <= start < stop <= plan.length


@settings(max_examples=25)
@given(NAMES)
def test_bodies_are_large_and_in_the_picture(name):
    plan = ucf.shot(name, camera=0)
    body = plan.actors[0].joints
    assert 0.66 * 120 <= plan.actors[0].lens.height <= 0.82 * 120
    assert body[..., 0].min() > -25 and body[..., 0].max() < 185
    assert body[..., 1].min() > -4 and body[..., 1].max() < 118


def test_full_is_the_same_scene_twice_as_large():
    one, two = (ucf.shot("v_Chop_g04_c01", size=size, camera=0) for size in ("laptop", "full"))
    assert two.actors[0].joints == pytest.approx(2 * one.actors[0].joints)


@pytest.mark.parametrize(("a", "b"), [pair for pairs in ucf.PAIRS.values() for pair in pairs])
def test_a_pair_shares_subject_and_place_but_no_background(a, b):
    one, two = (ucf.shot(f"v_{name}_g05_c01") for name in (a, b))
    assert ucf.family(a) == ucf.family(b) == f"{a}/{b}"
    assert one.note["place"] == two.note["place"]
    assert one.actors[0].painter.outfit == two.actors[0].painter.outfit
    assert not (one.place.canvas == two.place.canvas).all()


def test_another_family_shows_other_people_in_the_same_group():
    one, two = (ucf.subject(ucf.family(name), 5)[0] for name in ("SitDown", "PickUp"))
    assert one != two


def test_clips_of_a_group_show_one_person_before_different_backgrounds():
    one, two = (ucf.shot(f"v_SitDown_g05_c0{n}") for n in (1, 2))
    assert one.actors[0].painter.who == two.actors[0].painter.who
    assert not (one.place.canvas == two.place.canvas).all()


@pytest.mark.parametrize("name", ucf.CROSSED)
def test_crossed_classes_are_named_by_their_place(name):
    kinds = {ucf.shot(f"v_{name}_g{group:02d}_c01").note["place"] for group in (1, 9, 17)}
    assert kinds == {name.removeprefix("Swing").removeprefix("Dig").lower()}


def test_places_are_shared_across_classes():
    kinds = {ucf.shot(f"v_SitDown_g{group:02d}_c01").note["place"] for group in range(1, 26)}
    assert len(kinds) >= 6 and kinds <= set(places.KINDS_VIDEO)


def test_camera_zero_stands_still():
    matrix = ucf.shot("v_Toss_g02_c01", camera=0).camera.matrix
    assert np.ptp(matrix, axis=0).max() == 0
    assert np.ptp(ucf.shot("v_Toss_g02_c01").camera.matrix, axis=0).max() > 1


def test_idle_zero_leaves_only_the_action():
    short, long = (ucf.shot("v_SitDown_g02_c01", idle=idle) for idle in (0, 1))
    assert short.note["active"] == [0, short.length]
    assert short.length == np.diff(long.note["active"])[0] < long.length


@pytest.fixture(scope="module")
def notes():
    """What is known about fourteen clips of each class."""
    return {c: [ucf.shot(f"v_{c}_g{g:02d}_c0{n}").note for g in range(1, 26, 4) for n in (1, 3)]
            for c in ucf.CLASSES}  # fmt: skip


def test_what_is_around_does_not_depend_on_the_class(notes):
    of_all = [note for per_class in notes.values() for note in per_class]
    assert np.mean([note["bystander"] for note in of_all]) == pytest.approx(ucf.BYSTANDER, abs=0.06)
    assert np.mean([note["decoy"] != "" for note in of_all]) == pytest.approx(ucf.DECOY, abs=0.06)
    assert np.mean([note["side"] for note in of_all]) == pytest.approx(0, abs=0.15)
    for per_class in notes.values():
        assert sum(note["decoy"] != "" for note in per_class) < 11 > sum(n["bystander"] for n in per_class)


def test_timing_does_not_depend_on_the_class(notes):
    acting = [np.mean([np.diff(note["active"])[0] for note in per_class]) for per_class in notes.values()]
    assert max(acting) - min(acting) < 6


def test_lifted_things_have_one_outline_and_other_colours():
    one, two = (ucf.shot(f"v_{c}_g06_c01") for c in ("LiftBarbell", "LiftCase"))
    assert shapes.VIDEO["barbell"] is shapes.VIDEO["cases"]
    assert one.props[-1].pieces[2].tint != two.props[-1].pieces[2].tint


def test_stills_show_no_object_of_the_videos():
    assert len(props.STILLS) >= 10
    assert not set(shapes.OBJECTS_VIDEO) & set(shapes.OBJECTS_STILLS)
    assert not set(places.KINDS_VIDEO) & set(places.KINDS_STILLS)


@pytest.mark.parametrize("name", ["SitDown", "PickUp", "PushCart", "CrankForward", "Chop", "DrumEven",
                                  "SwingSnow", "LiftCase"])  # fmt: skip
def test_things_are_in_the_picture(name):
    plan = ucf.shot(f"v_{name}_g07_c02")
    seen = [np.mean(plan.parts(t) == PROP) for t in range(0, plan.length, 8)]
    assert min(seen) > 0.004


def test_the_flow_of_a_flying_ball_is_known():
    plan = ucf.shot("v_ThrowBall_g03_c01", camera=0)
    ball = plan.props[-1].anchors[:, 0]
    t = int(np.argmax(np.abs(np.diff(ball[:, 0])) > 4.5)) + 1
    column, row = np.rint(ball[t]).astype(int)
    assert plan.flow(t)[:, row, column] == pytest.approx(ball[t + 1] - ball[t], abs=0.1)
