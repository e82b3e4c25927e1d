"""The world stays inside the bands that were stated before it was measured (data/cards/SynthKTH-1.md)."""

import numpy as np
import pytest

from vidlab.synth import probes


@pytest.fixture(scope="module")
def measured():
    """On half the videos and before encoding, so that it takes seconds; the card has it all."""
    return probes.measure(probes.collect(each=4, scenarios=(1, 4)))


@pytest.mark.parametrize("probe", sorted(set(probes.BANDS) - {"timing, gaits"}))
def test_probe_is_inside_its_band(measured, probe):
    assert not probes.outside({probe: measured[probe]}, probes.BANDS)


def test_timing_is_inside_its_band():
    assert not probes.outside({"timing, gaits": probes.timing()}, probes.BANDS)


def test_probes_use_training_persons_only():
    official_test = {2, 3, 5, 6, 7, 8, 9, 10, 22}
    assert set(probes.TRAINING_PERSONS) == set(range(1, 26)) - official_test


def test_the_classifier_learns_what_is_there_and_nothing_from_noise():
    rng = np.random.default_rng(0)
    persons = np.repeat(np.arange(16), 20)
    labels = rng.integers(0, 3, len(persons))
    noise = rng.standard_normal((len(persons), 5))
    assert probes.accuracy(noise, labels, persons) < 50
    assert probes.accuracy(noise + 4 * np.eye(3)[labels][:, [0, 1, 2, 0, 1]], labels, persons) > 95


def test_outside_names_the_probe_its_value_and_its_band():
    assert probes.outside({"histogram": 55.0}, probes.BANDS) == ["histogram: 55.0 is outside 0-30"]
