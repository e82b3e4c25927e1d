"""What one frame and what motion say of SynthHMDB-1 stays inside the bands (data/cards/SynthHMDB-1.md)."""

import pytest

from vidlab.synth import hmdb
from vidlab.synth import hmdb_probes as probes
from vidlab.synth.probes import outside


@pytest.fixture(scope="module")
def samples():
    """Smiles and laughs of two in three of the cast, before encoding, so that it takes seconds."""
    names = [n for n in hmdb.names() if hmdb.parse(n).action in ("smile", "laugh") and hmdb.parse(n).take < 2]
    return probes.collect(names=names, each=1)


@pytest.mark.parametrize("kind", ["still", "flow"])
def test_motion_tells_a_smile_from_a_laugh_and_one_frame_does_not(samples, kind):
    low, high = probes.BANDS[f"{kind}, smile or laugh"]
    assert low <= probes.told(samples, probes.feature(samples, kind), ("smile", "laugh")) <= high


def test_colours_do_not_tell_a_smile_from_a_laugh(samples):
    assert probes.told(samples, probes.feature(samples, "histogram"), ("smile", "laugh")) < 62


def test_what_is_outside_its_band_is_named():
    inside = {probe: (low + high) / 2 for probe, (low, high) in probes.BANDS.items()}
    assert outside(inside, probes.BANDS) == []
    assert outside(inside | {"still, faces": 99.0}, probes.BANDS) == ["still, faces: 99.0 is outside 20-55"]


def test_probes_are_taken_on_a_seed_that_no_split_shows():
    assert probes.CALIBRATION != 0
