"""World SynthHMDB-1: names, lists and splits in HMDB51's manner, and what its videos hold."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.synth import hmdb, truth, write
from vidlab.videos import hmdb51

NAMES = hmdb.names("laptop")
OF = {action: [n for n in NAMES if hmdb.parse(n).action == action] for action in hmdb.CLASSES}


def marks(action: str, split: int) -> dict[str, int]:
    text = hmdb.lists(NAMES, {})[f"{hmdb.FOLDER}/{action}_test_split{split}.txt"]
    return {line.rsplit(" ", 2)[0]: int(line.rsplit(" ", 2)[1]) for line in text.splitlines()}


def test_every_class_has_72_videos_under_their_own_names():
    assert len(hmdb.CLASSES) == 17 and len(set(NAMES)) == 1224
    assert all(len(names) == 72 for names in OF.values())


def test_names_are_built_like_hmdb51_s():
    form = re.compile(r".+_[a-z]+_[fuh]_(cm|nm)_np1_(fr|le|ri|ba)_(goo|med|bad)_\d")
    assert all(form.fullmatch(name) for name in NAMES)


def test_names_hold_the_signs_that_real_names_hold():
    everything = "".join(NAMES)
    assert all(sign in everything for sign in "!#&()+;@[]~") and any(n.startswith("-") for n in NAMES)
    assert not any(sign in everything for sign in "/ .'\\")


def test_faces_are_heads_and_never_seen_from_behind():
    for name in map(hmdb.parse, NAMES):
        assert (name.part == "h") == (name.action in hmdb.FACES)
        assert name.action not in hmdb.FACES or name.view != "ba"


@pytest.mark.parametrize("split", hmdb.SPLITS)
@pytest.mark.parametrize("action", ["chew", "kick"])
def test_a_class_has_39_30_and_3_videos_of_each_mark(action, split):
    assert [list(marks(action, split).values()).count(m) for m in (1, 2, 0)] == [39, 30, 3]


@pytest.mark.parametrize("split", hmdb.SPLITS)
def test_no_film_is_on_both_sides(split):
    sides: dict[int, set[str]] = {0: set(), 1: set(), 2: set()}
    for action in hmdb.CLASSES:
        for name, mark in marks(action, split).items():
            sides[mark].add(hmdb.parse(name.removesuffix(".avi")).film)
    assert not sides[1] & sides[2] and len(sides[1]) == 13 and len(sides[2]) == 10


def test_every_film_tests_at_least_once():
    assert all(any(hmdb.mark(film, s) == 2 for s in hmdb.SPLITS) for film in hmdb.FILMS)


def test_each_line_ends_with_a_blank_as_in_hmdb51():
    for text in hmdb.lists(NAMES, {}).values():
        assert all(line.endswith(" ") for line in text.splitlines())


def test_view_camera_and_quality_do_not_tell_the_action():
    for action in hmdb.CLASSES:
        parsed = [hmdb.parse(name) for name in OF[action]]
        assert 0.6 < np.mean([n.motion == "cm" for n in parsed]) < 0.9
        assert np.mean([n.quality == "bad" for n in parsed]) < 0.3


@pytest.mark.parametrize("name", ["clip", "", "Tea_&_Toast_fly_h_cm_np1_fr_goo_1"])
def test_a_name_that_is_not_in_the_world_is_refused_in_one_line(name):
    with pytest.raises(ValueError, match="SynthHMDB-1") as error:
        hmdb.shot(name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("dial", ["camera", "idle"])
def test_a_negative_dial_is_refused(dial):
    with pytest.raises(ValueError, match=dial):
        hmdb.shot(NAMES[0], **{dial: -1.0})


def test_another_size_is_refused():
    with pytest.raises(ValueError, match="huge"):
        hmdb.names("huge")


@settings(max_examples=25)
@given(st.sampled_from(NAMES))
def test_videos_are_as_long_as_stated(name):
    assert 32 <= hmdb.shot(name).length <= 64
    assert 22 <= hmdb.shot(name, size="quick").length <= 26


@settings(max_examples=10)
@given(st.sampled_from(NAMES))
def test_a_stretch_equals_the_same_stretch_of_the_whole(name):
    assert (hmdb.draw(hmdb.shot(name), 3, 6) == hmdb.draw(hmdb.shot(name))[3:6]).all()


def test_another_seed_draws_other_people():
    a, b = (hmdb.draw(hmdb.shot(OF["talk"][5], seed=s), 0, 1).astype(int) for s in (0, 1))
    assert np.abs(a - b).mean() > 5


def test_one_member_of_the_cast_does_every_action_in_one_kind_of_place():
    plans = [hmdb.shot(OF[action][4]) for action in hmdb.CLASSES]
    assert len({(plan.note["film"], plan.place.kind) for plan in plans}) == 1


def test_every_clip_has_a_background_of_its_own():
    one, other = (hmdb.shot(OF[action][4]).place.canvas for action in ("smile", "laugh"))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", [OF["drink"][0], OF["jump"][0]])
def test_camera_zero_stands_still(name):
    matrix = hmdb.shot(name, camera=0.0).camera.matrix
    assert (matrix == matrix[0]).all()


def test_cm_moves_more_than_nm():
    moved = {"cm": [], "nm": []}
    for name in NAMES[::12]:
        moved[hmdb.parse(name).motion].append(np.ptp(hmdb.shot(name).camera.matrix[:, 0, 2]))
    assert np.mean(moved["cm"]) > 3 * np.mean(moved["nm"])


def test_full_size_shows_the_same_at_twice_the_size():
    small, large = (hmdb.shot(OF["wave"][7], size=size) for size in ("laptop", "full"))
    assert large.size == (320, 240)
    assert large.actors[0].joints == pytest.approx(2 * small.actors[0].joints, abs=1.5)


@pytest.mark.parametrize("action", ["sit", "pick"])
def test_bodies_go_down_or_up_once(action):
    for name in OF[action][:12]:
        pelvis = hmdb.shot(name).actors[0].world[:, 0, 2]
        assert np.ptp(pelvis) > 0.15


def test_jumpers_leave_the_ground_and_kickers_lift_a_foot():
    for name in OF["jump"][:12]:
        assert hmdb.shot(name).actors[0].world[:, :, 2].min(1).max() > 0.06
    for name in OF["kick"][:12]:
        feet = hmdb.shot(name).actors[0].world[:, [16, 21], 2]
        assert feet.max() > 0.2 and feet.min(1).max() < 0.1


def test_truth_of_a_close_up_has_parts_and_flow_and_no_joints():
    known = truth(hmdb.WORLD, OF["eat"][2], frames=(10, 13))
    assert known.frames.shape == (3, 120, 160, 3) and known.flow.shape == (2, 2, 120, 160)
    assert known.joints.shape == (3, 0, 2) and 0.15 < known.actor.mean() < 0.8


@pytest.mark.parametrize("n", range(4))
def test_flow_leads_from_one_frame_to_the_next(n):
    """Warping the next frame back by the truth explains most of what changed, noise aside."""
    import cv2

    name = [x for x in OF["talk"] if hmdb.parse(x).motion == "cm"][n]
    known = truth(hmdb.WORLD, name, frames=(12, 14))
    grid = np.stack(np.meshgrid(np.arange(160), np.arange(120)), -1).astype(np.float32)
    there = grid + np.moveaxis(known.flow[0], 0, -1)
    smooth = [cv2.GaussianBlur(f, (0, 0), 1.5).astype(int) for f in known.frames]
    back = cv2.remap(known.frames[1], there, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    back = cv2.GaussianBlur(back, (0, 0), 1.5).astype(int)
    inside = (slice(10, -10), slice(10, -10))
    assert np.abs(back - smooth[0])[inside].mean() < 0.7 * np.abs(smooth[1] - smooth[0])[inside].mean() + 0.4


def test_quick_is_written_and_read_as_hmdb51_is(tmp_path):
    """With films as groups, which a split would refuse to have on both sides."""
    root = write(hmdb.WORLD, tmp_path / "world", "quick", jobs=1)
    found = hmdb51.load(root, name=hmdb.WORLD, group=lambda action, film: film)
    assert len(found.videos) == 68 and found.classes == hmdb.CLASSES and not found.missing
    assert all(len(split.train) and len(split.test) for split in found.splits)


# Mean grey of frames 8-13, before encoding. When one of these moves, the world has changed: that needs a new
# version of the world, and new runs (data/cards/SynthHMDB-1.md).
FROZEN = {
    ("chew", 7): 112.253,
    ("drink", 14): 122.761,
    ("kick", 35): 160.673,
    ("laugh", 42): 124.601,
    ("push", 63): 115.434,
    ("sit", 70): 113.538,
    ("smoke", 12): 144.794,
    ("throw", 33): 119.903,
    ("wave", 40): 136.488,
}


@pytest.mark.parametrize(("action", "number"), FROZEN)
def test_the_world_is_frozen(action, number):
    frames = hmdb.draw(hmdb.shot(OF[action][number]), 8, 14)
    assert frames.mean() == pytest.approx(FROZEN[action, number], abs=0.02)
