"""SynthSports-1: which classes there are, what they share, long videos with rests, and the rule of P."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab import synth
from vidlab.synth import hmdb, kth, objects, people, places, scenes, shapes, sport_motions, sports, ucf
from vidlab.synth.kinematics import View, When
from vidlab.synth.stage import Actor

A = "JabStand_01"
TESTED = (ucf, hmdb, scenes, objects)  # in which networks are tested that this world has trained


@pytest.fixture(scope="module")
def shots():
    """Some videos of this world and of those that are tested, as they are drawn."""
    found = {m: [m.shot(name) for name in m.names()[:: len(m.names()) // 16]] for m in TESTED}
    return found | {sports: [sports.shot(f"{c}_{n:02d}") for c in sports.CLASSES[::8] for n in (1, 2, 9)]}


def test_seen_and_unseen_classes_are_apart_and_use_the_same_patterns():
    assert (len(sports.SEEN), len(sports.UNSEEN)) == (48, 32)
    assert not set(sports.SEEN) & set(sports.UNSEEN)
    for side in (0, 1):
        seen, unseen = ({sports.patterns(c)[side] for c in part} for part in (sports.SEEN, sports.UNSEEN))
        assert seen == unseen == set((sport_motions.HANDS, sport_motions.LEGS)[side])


@pytest.mark.parametrize(("one", "other"), sport_motions.REVERSED)
def test_with_the_same_legs_reversed_partners_share_side_thing_and_places(one, other):
    for legs in sport_motions.LEGS:
        assert (one + legs in sports.SEEN) == (other + legs in sports.SEEN)
        assert sports.thing(one + legs) == sports.thing(other + legs)
        assert sports.usual_places(one + legs) == sports.usual_places(other + legs)


def test_no_class_place_or_thing_is_of_a_world_that_is_tested():
    assert not set(sports.CLASSES) & {*ucf.CLASSES, *hmdb.CLASSES}
    assert {p for c in sports.CLASSES for p in sports.usual_places(c)} <= set(places.KINDS_STILLS)
    assert not set(places.KINDS_STILLS) & set(places.KINDS_VIDEO)
    assert not set(sports.HELD) & {*shapes.OBJECTS_VIDEO, *shapes.OBJECTS_STILLS}


# --- P: the source shares nothing with a test ---


def marks(plans):
    """The seeds of the clothes' folds and patterns: whoever is drawn from the same key has the same."""
    return [actor.painter.outfit.marks for plan in plans for actor in plan.actors if isinstance(actor, Actor)]


def test_nobody_appears_twice(shots):
    mine = marks(shots[sports])
    assert len(set(mine)) == len(mine) == len(shots[sports])


def test_nobody_is_of_a_world_that_is_tested(shots):
    """Nor of KTH's, which is not tested after this world, but could be."""
    subjects = [ucf.subject(kin, g)[0] for kin in {ucf.family(c) for c in ucf.CLASSES} for g in range(1, 26)]
    subjects += [hmdb.member(film, take).person for film in hmdb.FILMS for take in range(hmdb.TAKES)]
    subjects += [kth.subject(number) for number in range(1, 26)]
    theirs = {outfit.marks for who in subjects for outfit in who.outfits}
    theirs |= {mark for module in TESTED for mark in marks(shots[module])}
    assert not theirs & set(marks(shots[sports]))


def texture(plan):
    """What is fine in a place's brightness: unit length, mean 0, flat."""
    luma = cv2.cvtColor(plan.place.canvas, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = (luma - cv2.GaussianBlur(luma, (0, 0), 3)).ravel()
    return (fine - fine.mean()) / np.linalg.norm(fine - fine.mean())


@pytest.mark.parametrize("module", TESTED, ids=lambda module: module.WORLD)
def test_no_texture_is_of_a_world_that_is_tested(shots, module):
    """Not even in part: textures drawn apart correlate by 0.02 at most, in the same kind of place, too."""
    mine, theirs = (np.stack([texture(plan) for plan in shots[world]]) for world in (sports, module))
    assert np.abs(mine @ theirs.T).max() < 0.1


def test_no_place_is_of_a_kind_that_actions_are_tested_in(shots):
    mine, theirs = ({plan.place.kind for world in worlds for plan in shots[world]}
                    for worlds in ((sports,), (ucf, hmdb)))  # fmt: skip
    assert len(mine) > 8 and not mine & theirs


def test_scenes_and_objects_are_compared_in_the_same_kinds_of_places(shots):
    """These two worlds have all kinds, so that the textures above are not apart by their kind alone."""
    mine = {plan.place.kind for plan in shots[sports]}
    assert all(mine & {plan.place.kind for plan in shots[world]} for world in (scenes, objects))


# --- videos ---


@pytest.mark.parametrize("name", ["JabStand_00", "JabStand_29", "JabSquat_11", "Jab_01", "JabStand_1", "x"])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match="is not in SynthSports-1: write <class>_NN, such as"):
        sports.parse(name)


def test_parts_are_apart():
    parts = {}
    for name in sports.names():
        parts.setdefault(sports.parse(name).part, []).append(name)
    assert {part: len(found) for part, found in parts.items()} == {"train": 960, "test": 384, "pairs": 320}
    assert {sports.parse(n).action for n in parts["pairs"]} == set(sports.UNSEEN)


def test_the_same_seed_gives_the_same_frames_and_another_gives_others():
    first, again, other = (sports.draw(sports.shot(A, seed), 40, 43) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert first.shape == (3, 120, 160, 3) and not np.array_equal(first, other)
    assert np.array_equal(sports.draw(sports.shot(A), 41, 42)[0], first[1])


def test_videos_are_long_with_two_bouts_and_rests_between():
    lengths = []
    for name in sports.names()[::97]:
        shot = sports.shot(name)
        if sports.parse(name).part != "pairs":
            (a, b), (c, d) = shot.note["active"]
            assert 0 < a < b < c < d < shot.length
            lengths.append(shot.length)
    assert 90 < np.median(lengths) < 140


def test_without_idle_time_the_sport_fills_the_video():
    shot = sports.shot(A, idle=0.0)
    (a, b), (c, d) = shot.note["active"]
    assert (a, b, d) == (0, c, shot.length)


def test_the_camera_stands_still_at_zero():
    assert np.ptp(sports.shot(A, camera=0.0).camera.matrix, axis=0).max() == 0


def test_full_is_the_same_video_with_four_times_the_pixels():
    small, large = sports.shot(A), sports.shot(A, size="full")
    assert large.length == small.length and large.size == (320, 240)


@given(st.sampled_from(sorted(sport_motions.HANDS)), st.floats(0, 1))
@settings(max_examples=60)
def test_hands_stay_within_reach_and_their_paths_close(name, phase):
    path, period = sport_motions.HANDS[name]
    here, later = path(np.array([phase, phase + 1.0]))
    np.testing.assert_allclose(here, later, atol=1e-9)
    shoulder = np.array([[0.0, sign * 0.106, 0.79] for sign in (1, -1)])
    assert np.linalg.norm(here - shoulder, axis=-1).max() < 0.46
    assert 10 <= period <= 30


@pytest.mark.parametrize(("one", "other"), sport_motions.REVERSED)
def test_reversed_pairs_are_one_path_run_the_other_way(one, other):
    phase = np.linspace(0, 1, 41)
    there, back = sport_motions.HANDS[one][0](phase), sport_motions.HANDS[other][0](phase)
    np.testing.assert_allclose(there, back[::-1], atol=1e-9)
    assert not np.allclose(there, back, atol=0.02)


@pytest.mark.parametrize("legs", sport_motions.LEGS)
def test_at_rest_everybody_stands(legs):
    rng = np.random.default_rng(0)
    who, when = people.person(1, rng), sport_motions.Bouts(40, 20, 36, ((20, 36),))
    act = sport_motions.sport("Jab", legs, who, rng, when, View())
    moved = sum(np.abs(np.diff(getattr(act.pose, part), axis=0)).max(1) for part in ("hip", "spread"))
    assert moved[:18].max() < 0.02
    assert moved[22:34].max() > 0.02 or legs == "Stand"
    assert act.pose.lift[:18].max() == 0


@pytest.mark.parametrize("legs", sport_motions.LEGS)
def test_nobody_bends_a_limb_the_wrong_way(legs):
    rng = np.random.default_rng(1)
    who, when = people.person(2, rng), When(60, 0, 60)
    for hands in sport_motions.HANDS:
        pose = sport_motions.sport(hands, legs, who, rng, when, View()).pose
        assert all(np.isfinite(getattr(pose, name)).all() for name in ("hip", "knee", "upper", "fore"))
        assert pose.knee.min() > -0.1


def test_lists_name_every_video_once(tmp_path):
    root = synth.write(sports.WORLD, tmp_path, "quick", jobs=1)
    assert (root / "labels.txt").read_text().split() == list(sports.CLASSES)
    listed = [line.split() for part in ("train", "test", "pairs")
              for line in (root / f"{part}_partition.txt").read_text().splitlines()]  # fmt: skip
    assert len({p for p, _ in listed}) == len(listed) == len(sports.names("quick"))
    for relative, label in listed:
        assert (root / relative).is_file() and relative.split("/")[1] == sports.CLASSES[int(label)]
