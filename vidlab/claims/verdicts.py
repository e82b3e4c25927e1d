"""Claims, the arms that test them, their recorded runs, and one row of verdict a comparison."""

import importlib
import json
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from vidlab import project_folder
from vidlab.claims.statistic import (
    FAILS,
    HOLDS,
    UNCLEAR,
    bootstrap,
    contrast,
    counts,
    decide,
    final_against_best,
    holm,
    interval,
    p_value,
    power,
    spread,
)

MODULES = {"baccouche2011": "vidlab.papers.baccouche"}
LEAST_RUNS = 3  # fewer say nothing about how much a run differs from the next
COEFFICIENTS = {2: (1, -1), 4: (1, -1, -1, 1)}


@dataclass(frozen=True)
class Measured:
    """A statistic on recorded runs: its value, its draws and what it rests on."""

    estimate: float
    draws: np.ndarray
    videos: int
    groups: int
    runs: int


@dataclass(frozen=True)
class Row:
    """One comparison of one claim, reported beside measured. Numbers are None where nothing was measured."""

    claim: str
    test: str
    paper: str
    source: str
    statement: str
    comparison: str
    reported: str
    verdict: str
    reported_value: float | None = None
    measured: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = "points"
    videos: int = 0
    groups: int = 0
    runs: int = 0
    power: float | None = None
    control: bool = False
    note: str = ""


@cache
def load_claims() -> tuple[dict[str, Any], ...]:
    """All claims of `data/claims.toml`, in the papers' order."""
    with open(project_folder() / "data" / "claims.toml", "rb") as file:
        return tuple(tomllib.load(file)["claim"])


@cache
def load_reported() -> dict[str, dict[str, Any]]:
    """The reported numbers of `data/reported.json` by id."""
    with open(project_folder() / "data" / "reported.json", encoding="utf-8") as file:
        return {record["id"]: record for record in json.load(file)}


def reported(name: str) -> float:
    """One reported number by its id, e.g. `reported("bac-lstm-kth1")` is 94.39."""
    if name not in load_reported():
        raise KeyError(f"{name!r} is not an id of data/reported.json")
    return float(load_reported()[name]["value"])


def recorded(experiments: Iterable[Any], find: Callable[[Any], Any]) -> dict[tuple[str, int], Any]:
    """The recorded runs of an arm by (split, seed); experiments without a run are left out."""
    found = {(e.split, e.seed): find(e) for e in experiments}
    return {key: run for key, run in found.items() if run is not None}


def line_up(arms: Sequence[dict[tuple[str, int], Any]]) -> tuple[list[list[Any]], list[str]]:
    """The runs that all arms share, one list an arm in the same order, and all groups.

    Raises ValueError when two arms on the same data were tested on different videos.
    """
    keys = [key for key in arms[0] if all(key in arm for arm in arms)]
    lined = [[arm[key] for key in keys] for arm in arms]
    for runs in zip(*lined, strict=True):
        for other in runs[1:]:
            same = other.experiment.data == runs[0].experiment.data
            if same and sorted(other.video_names) != sorted(runs[0].video_names):
                split = runs[0].experiment.split
                raise ValueError(f"split {split}: arms tested on different videos; record them again")
    return lined, sorted({group for runs in lined for run in runs for group in run.groups})


def measure(test: dict[str, Any], arms: list[dict[tuple[str, int], Any]], times: int = 10_000) -> Measured:
    """The statistic of one test of `data/claims.toml` on the recorded runs of its arms."""
    lined, groups = line_up(arms)
    first, kind = lined[0], test.get("measure", "accuracy")
    if kind == "final-epoch":
        first = _with_curves(first)
        groups = sorted({group for run in first for group in run.groups})
    names = {name for run in first for name in run.video_names}
    size = (len(names), len(groups), len(first))
    if kind == "accuracy":
        tables = np.stack([counts([(r.groups, r.correct) for r in runs], groups) for runs in lined])
        by = COEFFICIENTS[len(arms)]
    elif kind == "final-epoch":
        pairs = final_against_best([np.asarray(run.test_correct_by_epoch, bool) for run in first])
        sides = [[(run.groups, p[side]) for run, p in zip(first, pairs, strict=True)] for side in (0, 1)]
        tables, by = np.stack([counts(side, groups) for side in sides]), (1, -1)
    elif kind in ("split-sd", "best-minus-worst"):
        # One run a split, the lowest seed: more would mix the spread over seeds into that over splits.
        one = {run.experiment.split: run for run in sorted(first, key=lambda run: -run.experiment.seed)}
        levels = np.array([100 * run.accuracy for run in one.values()])
        found, draws = spread(levels, 5 if kind == "best-minus-worst" else 0, times)
        return Measured(found, draws, *size[:2], len(one))
    else:
        values = np.array([run.extra[test["key"]] for run in first], float)
        drawn = np.random.default_rng(0).choice(values, (times, len(values))).mean(axis=1)
        return Measured(float(values.mean()), drawn, *size)
    return Measured(contrast(tables, by), bootstrap(tables, by, times), *size)


def _with_curves(runs: Iterable[Any]) -> list[Any]:
    """Those runs that keep which test videos were right after each epoch."""
    return [run for run in runs if run.test_correct_by_epoch is not None]


def _not_measured(test: dict[str, Any], arms: list[dict[tuple[str, int], Any]]) -> str | None:
    """Why this test cannot be measured from what is recorded, or None when it can."""
    for name, runs in zip(test["arms"], arms, strict=True):
        if not runs:
            return f"no run of {name} is recorded"
    shared = sum(all(key in arm for arm in arms) for key in arms[0])
    if not shared:
        return "the arms share no recorded split and seed"
    if shared < LEAST_RUNS:
        return f"only {shared} of its runs {'is' if shared == 1 else 'are'} recorded"
    kind = test.get("measure", "accuracy")
    first = list(arms[0].values())
    if kind == "final-epoch" and len(_with_curves(first)) < 2:
        return "test accuracy by epoch is recorded for fewer than 2 runs"
    splits = {split for split, _ in arms[0]}
    if kind in ("split-sd", "best-minus-worst") and len(splits) < test.get("splits", 5):
        return f"{len(splits)} of {test.get('splits', 5)} splits are recorded"
    if kind == "extra" and any(test["key"] not in run.extra for run in first):
        return f"{test['key']} is not stored with the runs"
    return None


def reported_text(claim: dict[str, Any], test: dict[str, Any]) -> tuple[str, float | None]:
    """What the paper printed for a comparison, as text and as a difference where there is one."""
    numbers = [reported(name) for name in test.get("reported", [])]
    if len(numbers) == 2:
        return f"{numbers[0]:g} v {numbers[1]:g} ({numbers[0] - numbers[1]:+.2f})", numbers[0] - numbers[1]
    if len(numbers) == 1:
        return f"{numbers[0]:+g}", numbers[0]
    return claim["magnitude"] if not test else "no number", None


def _row(claim: dict, test: dict, found: Measured | str, level: float, planned: int) -> Row:
    """One row: `found` is the measurement, or the reason why there is none."""
    text, value = reported_text(claim, test)
    reason = found if isinstance(found, str) else ""
    row = Row(
        claim=claim["id"],
        test=test.get("name", ""),
        paper=claim["paper"],
        source=claim["source"],
        statement=claim["statement"],
        comparison=test.get("comparison") or " − ".join(test.get("arms", [])),
        reported=text,
        reported_value=value,
        unit=test.get("unit", claim["unit"]),
        power=test.get("power"),
        control=bool(test.get("control", False)),
        verdict=reason if reason.startswith("not run here") else f"not run here, because {reason}",
        note=claim.get("limits", ""),
    )
    return row if isinstance(found, str) else _measured_row(row, test, found, level, planned)


def _measured_row(row: Row, test: dict, found: Measured, level: float, planned: int) -> Row:
    """The row with its numbers, verdict and notes."""
    low, high = interval(found.draws, level)
    sign = "" if test["rule"] in ("above", "below") else "+"
    form = f"{sign}.1f" if row.unit == "points" else f"{sign}.2f"
    notes = [test.get("note", "")]
    if found.runs < planned:
        notes.append(f"{found.runs} of {planned} runs recorded")
    if row.control:
        notes.append("control: its interval is not corrected for the number of comparisons")
    return replace(
        row,
        measured=f"{found.estimate:{form}} [{low:{form}}, {high:{form}}]",
        estimate=found.estimate,
        low=low,
        high=high,
        videos=found.videos,
        groups=found.groups,
        runs=found.runs,
        verdict=decide(low, high, test["rule"], test["margin"], test.get("bound", 0.0)),
        note="; ".join(filter(None, notes)),
    )


def verdicts(
    paper: str | None = None,
    arm: Callable[[str], Sequence[Any]] | None = None,
    find: Callable[[Any], Any] | None = None,
    times: int = 10_000,
) -> list[Row]:
    """Every claim (of one paper) with what was reported, what recorded runs show, and the verdict.

    `arm(name)` lists the experiments of an arm and `find(experiment)` returns its recorded run or None; by
    default they are the paper's module and `vidlab.runs.find`. Nothing is trained. Tests without runs keep
    their place in Holm's correction (p = 1), so a verdict does not depend on what else is recorded.
    """
    rows: list[Row] = []
    papers = dict.fromkeys(claim["paper"] for claim in load_claims())
    if paper is not None and paper not in papers:
        raise ValueError(f"{paper!r} is not a paper of data/claims.toml: {', '.join(papers)}")
    for name in [paper] if paper else papers:
        chosen = [claim for claim in load_claims() if claim["paper"] == name]
        rows += _verdicts_of(chosen, arm, find, times)
    return rows


def _verdicts_of(claims: Sequence[dict[str, Any]], arm: Any, find: Any, times: int) -> list[Row]:
    """The rows of one paper, corrected together."""
    if any(claim.get("test") for claim in claims):
        arm = arm or importlib.import_module(MODULES[claims[0]["paper"]]).arm
        find = find or importlib.import_module("vidlab.runs").find
    jobs: list[tuple[dict, dict, Measured | str, int]] = []
    for claim in claims:
        if "status" in claim:
            jobs.append((claim, {}, claim["status"], 0))
        for test in claim.get("test", []):
            experiments = [list(arm(name)) for name in test["arms"]]
            arms = [recorded(listed, find) for listed in experiments]
            found = _not_measured(test, arms) or measure(test, arms, times)
            jobs.append((claim, test, found, _planned(test, experiments)))
    counted = [i for i, (_, test, _, _) in enumerate(jobs) if test and not test.get("control")]
    levels = np.full(len(jobs), 0.05)
    if counted:
        levels[counted] = holm([_p(jobs[i][1], jobs[i][2]) for i in counted])
    return [_row(*job[:3], level, job[3]) for job, level in zip(jobs, levels, strict=True)]


def _planned(test: dict[str, Any], experiments: Sequence[Sequence[Any]]) -> int:
    """How many runs the comparison rests on once everything is recorded."""
    keys = set.intersection(*({(e.split, e.seed) for e in listed} for listed in experiments))
    spread = test.get("measure") in ("split-sd", "best-minus-worst")
    return len({split for split, _ in keys}) if spread else len(keys)


def _p(test: dict[str, Any], found: Measured | str) -> float:
    if isinstance(found, str):
        return 1.0
    return p_value(found.draws, test["rule"], test["margin"], test.get("bound", 0.0))


def planned_power(test: dict[str, Any]) -> float | None:
    """The power of a test under the assumptions written with it, or None where none are."""
    if "expected" not in test:
        return None
    names = ("videos", "group_sd", "run_sd", "splits", "margin", "rule")
    options = {name: test[name] for name in names if name in test}
    return power(test["expected"], test["disagreement"], **options)


def overall(rows: Iterable[Row]) -> dict[str, str]:
    """One verdict a claim from its main comparisons: it holds only where all of them do."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if not row.control:
            found.setdefault(row.claim, []).append(row.verdict)
    return {claim: max(said, key=_severity) for claim, said in found.items()}


def _severity(verdict: str) -> int:
    order = (HOLDS, UNCLEAR, FAILS)
    return order.index(verdict) if verdict in order else len(order)


def to_table(rows: Iterable[Row]):
    """The rows as a pandas DataFrame, in the words a reader needs."""
    import pandas

    columns = {
        "claim": "claim", "test": "on", "comparison": "comparison", "reported": "reported",
        "measured": "measured", "unit": "unit", "videos": "videos", "groups": "persons", "runs": "runs",
        "verdict": "verdict", "note": "note",
    }  # fmt: skip
    return pandas.DataFrame([{new: getattr(r, old) for old, new in columns.items()} for r in rows])


def to_json(rows: Iterable[Row]) -> str:
    """The rows as JSON, one object a row."""
    return json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)
