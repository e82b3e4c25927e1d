"""Coloured places and people: every draw is another, places differ by colour and not by brightness."""

import numpy as np
import pytest

from vidlab.synth import people, places
from vidlab.synth.places import KINDS_STILLS, KINDS_VIDEO, LUMA
from vidlab.synth.stage import generator

KINDS = (*KINDS_VIDEO, *KINDS_STILLS)
REST = np.eye(3)[:2]


def view(kind, key=0, size=(160, 120)):
    return places.place(kind, generator("place", kind, key), size).view(REST, size)


def test_videos_and_stills_share_no_kind():
    assert not set(KINDS_VIDEO) & set(KINDS_STILLS)
    assert len(set(KINDS_VIDEO)) >= 9 and len(set(KINDS_STILLS)) == 11


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_is_a_picture_of_its_own(kind):
    one, same, other = view(kind), view(kind), view(kind, 1)
    assert one.shape == (120, 160, 3) and one.dtype == np.uint8
    assert (one == same).all() and np.abs(one.astype(int) - other).mean() > 4


@pytest.mark.parametrize("kind", KINDS)
def test_brightness_varies_little_and_never_clips(kind):
    luma = view(kind).astype(np.float32) @ LUMA
    assert 6 < luma.std() < 32 and 70 < luma.mean() < 190
    assert view(kind).min() > 0 and (view(kind) == 247).mean() < 0.05


def test_fine_brightness_is_the_same_everywhere():
    """What flow holds on to: the spread of differences between neighbours, over the kinds."""
    rough = [np.abs(np.diff(view(kind).astype(np.float32) @ LUMA, axis=1)).mean() for kind in KINDS_VIDEO]
    assert max(rough) < 1.5 * min(rough)


def test_the_kinds_of_videos_are_told_apart_by_their_colours():
    """The nearest mean colour of upper and lower half, over ten draws a kind, is that of the same kind."""

    def colours(kind, keys):
        seen = [view(kind, key).astype(float) for key in keys]
        return [np.r_[v[:50].mean((0, 1)), v[70:].mean((0, 1))] for v in seen]

    known = np.array([np.mean(colours(kind, range(10)), 0) for kind in KINDS_VIDEO])
    right = [
        np.argmin(((known - found) ** 2).sum(1)) == i
        for i, kind in enumerate(KINDS_VIDEO)
        for found in colours(kind, range(10, 16))
    ]
    assert np.mean(right) > 0.6


def test_a_camera_at_rest_sees_the_middle_of_the_canvas():
    place = places.place("park", generator("p"))
    margin = place.margin
    assert (place.view(REST, (160, 120)) == place.canvas[margin:-margin, margin:-margin]).all()


def test_a_pan_moves_the_place():
    place = places.place("park", generator("p"))
    panned = place.view(np.array([[1.0, 0, -7], [0, 1, 3]]), (160, 120))
    assert (panned[3:, :-7] == place.view(REST, (160, 120))[:-3, 7:]).all()


# --- people in colour ---


def test_skin_goes_from_light_to_dark_and_is_never_blue():
    seen = []
    for i in range(60):
        rng = generator("who", i)
        who, colours = people.person(i, rng), people.colours(rng)
        seen.append(np.clip(who.skin * np.array(colours.skin), 0, 255))
    luma = np.array(seen) @ LUMA
    assert luma.min() < 65 and luma.max() > 190
    assert all(red > green > blue for red, green, blue in seen)


def test_clothes_have_all_hues_at_the_brightness_of_the_outfit():
    tints = np.array([people.colours(generator("cloth", i)).shirt for i in range(60)])
    assert tints @ LUMA == pytest.approx(np.ones(60), abs=1e-3)
    assert set(tints.argmax(1)) == set(tints.argmin(1)) == {0, 1, 2}


def test_the_same_generator_dresses_people_alike():
    assert people.colours(generator("a")) == people.colours(generator("a")) != people.colours(generator("b"))
