"""The reported numbers: every record says what it is and where it was printed."""

import json
from collections import Counter

import pytest

from vidlab import claims, project_folder

RECORDS = json.loads((project_folder() / "data" / "reported.json").read_text(encoding="utf-8"))
FIELDS = {"id", "paper", "source", "dataset", "split", "metric", "method", "setting", "value", "of"}


def test_ids_are_unique():
    assert max(Counter(record["id"] for record in RECORDS).values()) == 1


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r["id"])
def test_a_record_has_its_fields(record):
    assert set(record) - {"note"} == FIELDS
    assert all(record[name] for name in ("id", "paper", "source", "metric", "method", "of"))
    assert isinstance(record["value"], int | float)


def test_percentages_are_percentages():
    values = [record["value"] for record in RECORDS if record["metric"].endswith("_percent")]
    assert all(0 <= value <= 100 for value in values)


def test_every_paper_has_claims_and_numbers():
    papers = {claim["paper"] for claim in claims.load_claims()}
    assert papers == {record["paper"] for record in RECORDS}


def test_the_reported_gain_is_the_difference_of_the_reported_levels():
    gain = claims.reported("bac-lstm-kth1") - claims.reported("bac-voting-kth1")
    assert gain == pytest.approx(claims.reported("bac-lstm-gain-kth1"))
