"""What the frozen worlds' probes said: inside the stated bands, but for those that their cards name."""

import json
import re

import pytest

from vidlab.synth import calibration
from vidlab.synth.probes import outside

MISSED = {
    "SynthUCF-1": {"global flow", "flow, rhythm pair"},
    "SynthHMDB-1": {"global flow"},
    "SynthSports-1": {"ordered - shuffled clip, reversed pairs"},
}


@pytest.fixture(params=list(calibration.PROBES))
def world(request):
    return request.param


def frozen(world: str) -> dict[str, float]:
    return json.loads(calibration.kept(world).read_text())


def test_only_the_bands_that_the_card_names_are_missed(world):
    bands = calibration.PROBES[world].BANDS
    assert bands.keys() <= frozen(world).keys()
    assert {line.split(":")[0] for line in outside(frozen(world), bands)} == MISSED[world]


def test_the_card_prints_what_was_measured(world):
    """Each band stands in the card's table with its measured value in the last column."""
    card = calibration.kept(world).with_suffix(".md").read_text()
    printed = [float(cell) for cell in re.findall(r"\| ([\d.]+) \|$", card, re.MULTILINE)]
    for probe in calibration.PROBES[world].BANDS:
        assert frozen(world)[probe] in printed, f"{probe}: {frozen(world)[probe]} is not in the card's table"


def test_the_card_marks_what_is_missed(world):
    card = calibration.kept(world).with_suffix(".md").read_text()
    assert len(re.findall(r"^\| \*\*", card, re.MULTILINE)) == len(MISSED[world])
