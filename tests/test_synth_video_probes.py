"""What a frame, and what motion says of SynthUCF-1 stays inside the bands (data/cards/SynthUCF-1.md)."""

import numpy as np
import pytest

from vidlab.synth import ucf
from vidlab.synth import video_probes as probes
from vidlab.synth.probes import outside

PAIR, LOADS = ("PickUp", "PutDown"), ("LiftBarbell", "LiftCase")


@pytest.fixture(scope="module")
def samples():
    """A reversed pair and the object pair, one clip a group, before encoding, so that it takes seconds."""
    return probes.collect(names=[f"v_{c}_g{g:02d}_c01" for c in PAIR + LOADS for g in range(1, 26)], each=4)


def told(samples, features, pair):
    return probes.told(samples, features, {name: name for name in pair})


def test_flow_tells_a_reversed_pair_and_one_frame_does_not(samples):
    assert 65 <= told(samples, probes.feature(samples, "flow"), PAIR) <= 100
    assert 36 <= told(samples, probes.feature(samples, "still"), PAIR) <= 64


def test_only_colour_tells_what_is_lifted(samples):
    assert told(samples, probes.feature(samples, "colour"), LOADS) > 70
    assert 36 <= told(samples, probes.feature(samples, "flow"), LOADS) <= 64


def test_the_order_of_a_clip_matters(samples):
    clip = probes.feature(samples, "clip")
    assert told(samples, clip, PAIR) - told(samples, probes.shuffled(clip), PAIR) > 8


def test_colours_do_not_tell_a_pair(samples):
    assert told(samples, probes.feature(samples, "histogram"), PAIR) < 64


def test_shuffling_keeps_the_frames_of_a_clip():
    clip = np.arange(48.0).reshape(2, 2, 6, 2)
    assert (np.sort(probes.shuffled(clip), axis=2) == clip).all() and (probes.shuffled(clip) != clip).any()


def test_what_is_outside_its_band_is_named():
    inside = {probe: (low + high) / 2 for probe, (low, high) in probes.BANDS.items()}
    assert outside(inside, probes.BANDS) == []
    assert outside(inside | {"camera path": 9.0}, probes.BANDS) == ["camera path: 9.0 is outside 0-7"]


def test_probes_are_taken_on_a_seed_that_no_split_shows():
    people = [ucf.subject("Chop/Toss", 1, seed)[0] for seed in (0, probes.CALIBRATION)]
    assert people[0] != people[1]
