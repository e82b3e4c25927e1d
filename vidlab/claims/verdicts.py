"""Claims, the arms that test them, their recorded runs, and one row of verdict a comparison."""

import json
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from vidlab import project_folder, runs
from vidlab.claims.statistic import (
    bootstrap,
    contrast,
    counts,
    decide,
    final_against_best,
    holm,
    interval,
    mean_of_runs,
    p_value,
    spread,
)

LEAST_RUNS = 3  # fewer say nothing about how much a run differs from the next
COEFFICIENTS = {1: (1,), 2: (1, -1), 4: (1, -1, -1, 1)}
SPREADS = {"split-sd": 0, "best-minus-worst": 5}  # measures over splits, and what `spread` takes of them
Recorded = dict[tuple[str, int], Any]  # the recorded runs of an arm by (split, seed)


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


def verdicts(
    paper: str | None = None,
    arm: Callable[[str], Sequence[Any]] | None = None,
    find: Callable[[Any], Any] = runs.find,
    times: int = 10_000,
) -> list[Row]:
    """Every claim (of one paper) with what was reported, what recorded runs show, and the verdict.

    `arm(name)` lists the experiments of an arm and `find(experiment)` returns its recorded run or None; by
    default they are the paper's module and `vidlab.runs.find`. Nothing is trained. Tests without runs keep
    their place in Holm's correction (p = 1), so a verdict does not depend on what else is recorded.
    """
    papers = dict.fromkeys(claim["paper"] for claim in load_claims())
    if paper is not None and paper not in papers:
        raise ValueError(f"{paper!r} is not a paper of data/claims.toml: {', '.join(papers)}")
    rows: list[Row] = []
    for name in [paper] if paper else papers:
        chosen = [claim for claim in load_claims() if claim["paper"] == name]
        rows += _verdicts_of(chosen, arm, find, times)
    return rows


def _verdicts_of(claims: Sequence[dict[str, Any]], arm: Any, find: Any, times: int) -> list[Row]:
    """The rows of one paper, corrected together."""
    jobs: list[tuple[dict, dict, Measured | str, int]] = []
    for claim in claims:
        if "status" in claim:
            jobs.append((claim, {}, claim["status"], 0))
        for test in claim.get("test", []):
            experiments = [(arm or runs.PAPERS[claim["paper"]].arm)(name) for name in test["arms"]]
            arms = [recorded(listed, find) for listed in experiments]
            reason = _not_measured(test, arms)
            found = f"not run here, because {reason}" if reason else measure(test, arms, times)
            jobs.append((claim, test, found, _planned(test, experiments)))
    corrected = [i for i, (_, test, _, _) in enumerate(jobs) if test and not test.get("control")]
    levels = np.full(len(jobs), 0.05)
    levels[corrected] = holm([_p(*jobs[i][1:3]) for i in corrected])
    return [_row(*job, level) for job, level in zip(jobs, levels, strict=True)]


def _p(test: dict[str, Any], found: Measured | str) -> float:
    return 1.0 if isinstance(found, str) else p_value(found.draws, *_rule(test))


def _rule(test: dict[str, Any]) -> tuple[str, float, float]:
    return test["rule"], test["margin"], test.get("bound", 0.0)


def _planned(test: dict[str, Any], experiments: Sequence[Sequence[Any]]) -> int:
    """How many runs the comparison rests on once everything is recorded."""
    keys = set.intersection(*({(e.split, e.seed) for e in listed} for listed in experiments))
    return len({split for split, _ in keys}) if test.get("measure") in SPREADS else len(keys)


# --- from recorded runs to a measurement -----------------------------------------------------------------


def recorded(experiments: Iterable[Any], find: Callable[[Any], Any]) -> Recorded:
    """The recorded runs of an arm; experiments without a run are left out."""
    found = {(e.split, e.seed): find(e) for e in experiments}
    return {key: run for key, run in found.items() if run is not None}


def _not_measured(test: dict[str, Any], arms: Sequence[Recorded]) -> str | None:
    """Why this test cannot be measured from what is recorded, or None when it can."""
    for name, runs_of_arm in zip(test["arms"], arms, strict=True):
        if not runs_of_arm:
            return f"no run of {name} is recorded"
    shared = sum(all(key in arm for arm in arms) for key in arms[0])
    if not shared:
        return "the arms share no recorded split and seed"
    if shared < LEAST_RUNS:
        return f"only {shared} of its runs {'is' if shared == 1 else 'are'} recorded"
    kind, first = test.get("measure"), list(arms[0].values())
    if kind == "final-epoch" and len(_with_curves(first)) < 2:
        return "test accuracy by epoch is recorded for fewer than 2 runs"
    splits = len({split for split, _ in arms[0]})
    if kind in SPREADS and splits < test["splits"]:
        return f"{splits} of {test['splits']} splits are recorded"
    key = "clips_right" if kind == "clips" else test.get("key")
    if key and any(key not in run.extra for run in first):
        return f"{key} is not stored with the runs"
    return None


def _with_curves(found: Iterable[Any]) -> list[Any]:
    """Those runs that keep which test videos were right after each epoch."""
    return [run for run in found if run.test_correct_by_epoch is not None]


def line_up(arms: Sequence[Recorded]) -> list[list[Any]]:
    """The runs that all arms share, one list an arm in the same order.

    Raises ValueError when two arms on the same data were tested on different videos.
    """
    keys = [key for key in arms[0] if all(key in arm for arm in arms)]
    lined = [[arm[key] for key in keys] for arm in arms]
    for first, *others in zip(*lined, strict=True):
        for other in others:
            same = other.experiment.data == first.experiment.data
            if same and sorted(other.video_names) != sorted(first.video_names):
                split = first.experiment.split
                raise ValueError(f"split {split}: arms tested on different videos; record them again")
    return lined


def measure(test: dict[str, Any], arms: Sequence[Recorded], times: int = 10_000) -> Measured:
    """The statistic of one test of `data/claims.toml` on the recorded runs of its arms."""
    lined, kind = line_up(arms), test.get("measure", "accuracy")
    if kind == "final-epoch":
        lined = [_with_curves(lined[0])]
    first = lined[0]
    groups = sorted({group for side in lined for run in side for group in run.groups})
    videos = len({name.partition("#")[0] for run in first for name in run.video_names})  # name#clip
    if kind in SPREADS:
        # One run a split, the lowest seed: more would mix the spread over seeds into that over splits.
        one = {run.experiment.split: run for run in sorted(first, key=lambda run: -run.experiment.seed)}
        found, draws = spread(np.array([100 * run.accuracy for run in one.values()]), SPREADS[kind], times)
        return Measured(found, draws, videos, len(groups), len(one))
    if kind == "extra":
        values = np.array([run.extra[test["key"]] for run in first], float)
        found, draws = mean_of_runs(values, times)
        return Measured(found, draws, videos, len(groups), len(first))
    if kind == "final-epoch":
        pairs = final_against_best([np.asarray(run.test_correct_by_epoch, bool) for run in first])
        sides = [
            [(run.groups, pair[side]) for run, pair in zip(first, pairs, strict=True)] for side in (0, 1)
        ]
    elif kind == "clips":
        sides = [[(run.groups, run.correct) for run in first], [clip_by_clip(run) for run in first]]
    else:
        sides = [[(run.groups, run.correct) for run in side] for side in lined]
    tables, by = np.stack([counts(side, groups) for side in sides]), COEFFICIENTS[len(sides)]
    return Measured(contrast(tables, by), bootstrap(tables, by, times), videos, len(groups), len(first))


def clip_by_clip(run: Any) -> tuple[list[str], np.ndarray]:
    """Group of each clip and whether the clip alone is right, of a run that was tested video by video."""
    right, total = np.array(run.extra["clips_right"]), np.array(run.extra["clips_total"])
    correct = np.concatenate([np.arange(n) < k for k, n in zip(right, total, strict=True)])
    return np.repeat(run.groups, total).tolist(), correct


# --- from a measurement to a row -------------------------------------------------------------------------


def reported_text(claim: dict[str, Any], test: dict[str, Any]) -> tuple[str, float | None]:
    """What the paper printed for a comparison, as text and as a difference where there is one."""
    numbers = [reported(name) for name in test.get("reported", [])]
    if claim["unit"] == "ratio" and len(numbers) == 2:
        ratio = numbers[0] / numbers[1]
        times = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
        return f"{numbers[0]:g} v {numbers[1]:g} ({times} times)", ratio
    if len(numbers) == 2:
        return f"{numbers[0]:g} v {numbers[1]:g} ({numbers[0] - numbers[1]:+.2f})", numbers[0] - numbers[1]
    if len(numbers) == 1:
        return f"{numbers[0]:g} times" if claim["unit"] == "ratio" else f"{numbers[0]:+g}", numbers[0]
    return claim["magnitude"] if not test else "no number", None


def _row(claim: dict, test: dict, found: Measured | str, planned: int, level: float) -> Row:
    """One row: `found` is the measurement, or the sentence that says why there is none."""
    text, value = reported_text(claim, test)
    row = Row(
        claim=claim["id"],
        test=test.get("name", ""),
        paper=claim["paper"],
        source=claim["source"],
        statement=claim["statement"],
        comparison=test.get("comparison") or " − ".join(test.get("arms", [])),
        reported=text,
        reported_value=value,
        unit=claim["unit"],
        power=test.get("power"),
        control=test.get("control", False),
        verdict=found if isinstance(found, str) else "",
        note=claim.get("limits", ""),
    )
    return row if isinstance(found, str) else _measured_row(row, test, found, planned, level)


def _measured_row(row: Row, test: dict, found: Measured, planned: int, level: float) -> Row:
    """The row with its numbers, verdict and notes."""
    low, high = interval(found.draws, level)
    sign = "" if test["rule"] in ("above", "below") else "+"
    form = f"{sign}.1f" if row.unit == "points" else f"{sign}.2f"
    notes = [test.get("note", ""), "" if row.control else row.note]
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
        verdict=decide(low, high, *_rule(test)),
        note="; ".join(filter(None, notes)),
    )


def to_table(rows: Iterable[Row]):
    """The rows as a pandas DataFrame, in the words a reader needs."""
    import pandas

    columns = [
        "claim", "test", "comparison", "reported", "measured", "unit", "videos", "groups", "runs", "verdict",
        "note",
    ]  # fmt: skip
    table = pandas.DataFrame([asdict(row) for row in rows], columns=columns)
    return table.rename(columns={"test": "on", "groups": "persons"})


def to_json(rows: Iterable[Row]) -> str:
    """The rows as JSON, one object a row."""
    return json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)
