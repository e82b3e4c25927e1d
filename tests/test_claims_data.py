"""The claims' data file: complete, and every name in it resolves."""

import re

import numpy as np
import pytest

import vidlab
from tests.power import planned_power
from vidlab import claims, runs
from vidlab.claims import statistic

IDS = {
    *(f"bac-{i}" for i in range(1, 10)),
    *(f"ts-{i}" for i in range(1, 24)),
    *(f"c3d-{i}" for i in range(1, 22)),
    *(f"fst-{i}" for i in range(1, 17)),
    *(f"hus-{i}" for i in range(1, 12)),
}
TESTS = [(claim, test) for claim in claims.load_claims() for test in claim.get("test", [])]
LABELS = [f"{claim['id']}: {test['name']}" for claim, test in TESTS]
every_test = pytest.mark.parametrize(("claim", "test"), TESTS, ids=LABELS)


def test_every_claim_is_entered_once():
    listed = [claim["id"] for claim in claims.load_claims()]
    assert sorted(listed) == sorted(IDS)


@pytest.mark.parametrize("claim", claims.load_claims(), ids=lambda c: c["id"])
def test_a_claim_is_complete(claim):
    texts = ("paper", "source", "statement", "magnitude", "needs", "unit", "kind")
    assert all(isinstance(claim[name], str) and claim[name] for name in texts)
    assert claim["margin"] > 0
    assert ("test" in claim) != ("status" in claim), "tested, or said why not"


def test_a_test_that_a_claim_names_exists():
    named = {name for c in claims.load_claims() for name in re.findall(r"tests/\w+\.py", c.get("status", ""))}
    assert named and all((vidlab.project_folder() / name).is_file() for name in named)


@pytest.mark.parametrize("claim", claims.load_claims(), ids=lambda c: c["id"])
def test_reported_numbers_exist(claim):
    tests = claim.get("test", [])
    for name in [*claim["reported"], *(name for test in tests for name in test.get("reported", []))]:
        assert np.isfinite(claims.reported(name))


@every_test
def test_a_comparison_states_its_rule_and_margin(claim, test):
    assert statistic.edges(test["rule"], test["margin"], test.get("bound", 0.0))
    assert test["margin"] > 0
    assert len(test["arms"]) in (1, 2, 4)
    assert (len(test["arms"]) == 1) == (test.get("measure", "accuracy") != "accuracy")


@pytest.mark.parametrize("test", [t for _, t in TESTS if "expected" in t], ids=lambda t: t["name"])
def test_the_stated_power_can_be_computed_again(test):
    assert test["power"] == pytest.approx(planned_power(test), abs=0.1)


@every_test
def test_a_comparison_states_its_power_or_why_not(claim, test):
    assert test.get("control") or ("power" in test) != ("no_power" in test)
    assert ("power" in test) == ("expected" in test), "power rests on assumptions"


@every_test
def test_the_arms_exist(claim, test):
    experiments = [runs.PAPERS[claim["paper"]].arm(name) for name in test["arms"]]
    assert set.intersection(*({(e.split, e.seed) for e in listed} for listed in experiments))


def test_a_reported_id_that_does_not_exist_is_named():
    with pytest.raises(KeyError, match="bac-nothing"):
        claims.reported("bac-nothing")
