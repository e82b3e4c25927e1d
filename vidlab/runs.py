"""Recorded runs: an Experiment and what came of it, one committed file each. Finding never trains."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed

import vidlab
from vidlab import weights
from vidlab.experiment import Experiment, Outcome
from vidlab.papers import baccouche, c3d, twostream

UNKNOWN = "unknown"  # the commit of code that is not in git
PAPERS = {"baccouche2011": baccouche, "twostream2014": twostream, "c3d2015": c3d}
STORED_AS = {
    "labels": np.uint8, "predictions": np.uint8, "probabilities": np.float16,
    "test_correct_by_epoch": np.uint8,
}  # fmt: skip


class NotCommitted(RuntimeError):
    """The code that would make a run is in no commit, so the run could not name it."""


@dataclass(frozen=True, kw_only=True)
class Run(Outcome):
    """The Outcome of one Experiment, and how it was recorded."""

    experiment: Experiment
    seconds: float
    commit: str
    hardware: str
    versions: dict[str, str]
    size: str

    @property
    def correct(self) -> np.ndarray:
        """(n,) bool: which sequences are right."""
        return self.predictions == self.labels

    @property
    def accuracy(self) -> float:
        """Share of sequences that are right."""
        return float(self.correct.mean())


def folder(paper: str) -> Path:
    """Where the recorded runs of a paper are committed."""
    return vidlab.project_folder() / "data" / "runs" / paper


def path_of(experiment: Experiment) -> Path:
    return folder(experiment.paper) / f"{experiment.id}.safetensors"


def find(experiment: Experiment) -> Run | None:
    """The recorded run, or None. `VIDLAB_RUN_LOG` names a file that collects the ids that were asked for."""
    if log := os.environ.get("VIDLAB_RUN_LOG"):
        with open(log, "a") as file:
            file.write(f"{experiment.paper}/{experiment.id}\n")
    path = path_of(experiment)
    return load(path) if path.exists() else None


def load(path: Path) -> Run:
    """Read one recorded run. Raises ValueError for a file that is none."""
    try:
        tensors, notes = weights.read(path)
        described = json.loads(notes["run"])
    except Exception as error:
        raise ValueError(f"{path}: not a recorded run ({error}): restore it with `git checkout`") from error
    by_epoch = tensors.pop("test_correct_by_epoch", None)
    return Run(
        experiment=Experiment(**described.pop("experiment")),
        labels=tensors.pop("labels").numpy().astype(int),
        probabilities=tensors.pop("probabilities").float().numpy(),
        predictions=tensors.pop("predictions").numpy().astype(int),
        test_correct_by_epoch=None if by_epoch is None else by_epoch.numpy(),
        tensors=tensors,
        **described,
    )


def store(run: Run) -> Path:
    """Write a run: float16 probabilities, everything else as it is."""
    described, path = asdict(run), path_of(run.experiment)
    tensors = described.pop("tensors")
    for name, kind in STORED_AS.items():
        values = described.pop(name)
        if values is not None:
            tensors[name] = torch.from_numpy(values.astype(kind))
    weights.write(path, tensors, {"run": json.dumps(described)})
    return path


def train(experiment: Experiment, size: str = "laptop", device: str = "cpu") -> Run:
    """Train the experiment, saying first how long that will take, and return its Run (not stored)."""
    paper = PAPERS[experiment.paper]
    cost = f": about {paper.minutes(experiment):.0f} min on one core" if size == "laptop" else ""
    print(f"{experiment.system} on {experiment.data}, {experiment.split}{cost}")
    start = time.perf_counter()
    found = paper.train(experiment, size, device)
    return Run(
        **vars(found),
        experiment=experiment,
        seconds=round(time.perf_counter() - start, 1),
        commit=commit(),
        hardware=hardware(device),
        versions=versions(),
        size=size,
    )


def experiments(paper: str, arms: Iterable[str] | None = None) -> list[Experiment]:
    """All experiments of these arms of a paper, in the order in which they are recorded."""
    return [e for listed in _table(paper, arms).values() for e in listed]


def _table(paper: str, arms: Iterable[str] | None) -> dict[str, list[Experiment]]:
    """The experiments of these arms by name, all arms by default. ValueError for what does not exist."""
    if paper not in PAPERS:
        raise ValueError(f"{paper!r} is no paper of this book so far: {', '.join(PAPERS)}")
    table = PAPERS[paper].arms()
    unknown = [name for name in arms or () if name not in table]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no arm of {paper}; there are {', '.join(table)}")
    return {name: table[name] for name in arms or table}


def plan(paper: str, arms: Iterable[str] | None = None) -> str:
    """The table of runs: arm, runs, how many are recorded, and the minutes that are left, in Markdown."""
    rows = ["| arm | runs | recorded | minutes left, one core |", "|---|---|---|---|"]
    seen: set[str] = set()
    for name, listed in _table(paper, arms).items():
        todo = missing(listed)
        rows.append(f"| {name} | {len(listed)} | {len(listed) - len(todo)} | {_minutes(todo, seen):.0f} |")
    return "\n".join(rows)


def _minutes(experiments: Iterable[Experiment], seen: set[str]) -> float:
    """What they cost together on one core; a 3D-ConvNet that is `seen` costs nothing again."""
    cost = 0.0
    for experiment in experiments:
        module = PAPERS[experiment.paper]
        base = module.convnet_of(experiment).id
        cost += module.minutes(experiment, alone=base not in seen)
        seen.add(base)
    return cost


def missing(experiments: Iterable[Experiment]) -> list[Experiment]:
    """Those that have no recorded run yet, each once, in order."""
    return [e for e in dict.fromkeys(experiments) if not path_of(e).exists()]


def at_size(experiments: Sequence[Experiment], size: str) -> list[Experiment]:
    """The same runs at a size: "full" is the papers' own networks, frames and schedules."""
    return [PAPERS[e.paper].at_paper_size(e) if size == "full" else e for e in experiments]


def record(
    experiments: Sequence[Experiment], jobs: int = 1, device: str = "cpu", size: str = "laptop"
) -> int:
    """Train and store all that is missing; returns how many. What is stored already is never trained again.

    size: of the videos, "laptop" or "full"; the experiments must be of it, too (`at_size`).
    Runs that share a 3D-ConvNet go to one process, one after the other. Raises NotCommitted on a dirty tree
    and outside git: a recorded run must name the commit that made it, the one at which this call began.
    """
    made_by = commit()
    if made_by == UNKNOWN or dirty():
        told = "the checkout has uncommitted changes, or is not in git: commit first, so that the run can"
        raise NotCommitted(f"{told} name its commit")
    todo = missing(experiments)
    able = [e for e in todo if e.net.get("device", device) == device]  # a GPU's clock waits for a GPU
    if len(able) < len(todo):
        print(f"{len(todo) - len(able)} runs are for another device: give --device for them")
    families: dict[str, list[Experiment]] = {}
    for experiment in able:
        families.setdefault(PAPERS[experiment.paper].convnet_of(experiment).id, []).append(experiment)
    Parallel(n_jobs=jobs)(
        delayed(_record_family)(family, made_by, device, size) for family in families.values()
    )
    return sum(map(len, families.values()))


def _record_family(family: list[Experiment], made_by: str, device: str, size: str) -> None:
    torch.set_num_threads(1)
    for experiment in family:
        store(replace(train(experiment, size, device), commit=made_by))


# --- what a chapter shows of them ----------------------------------------------------------------


def of_arm(paper: str, arm: str) -> list[Run]:
    """The recorded runs of an arm, in the order of its table; those that nobody has recorded are left out."""
    return [run for run in map(find, experiments(paper, [arm])) if run]


def lost(paper: str, arms: Sequence[str]) -> list[str]:
    """Those of the arms that have no run yet; prints one line that says how to record them."""
    without = [arm for arm in arms if len(missing(listed := experiments(paper, [arm]))) == len(listed)]
    if without:
        print(not_recorded(experiments(paper, without), " --arm ".join(without), paper))
    return without


def not_recorded(experiments: Sequence[Experiment], arm: str, paper: str | None = None) -> str:
    """What a chapter prints in the place of a run that nobody has recorded yet.

    paper: in whose table the arm is; by default the one of the experiments (a paper may borrow another's).
    """
    cost = max(1, _minutes(missing(experiments), set()))
    own = paper or experiments[0].paper
    return f"not recorded here: vidlab record {own} --arm {arm}, about {cost:.0f} min"


def written(values: Sequence[float], places: int = 1) -> str:
    """Mean, standard deviation (from two on) and how many, as a table says them: "54.1 ± 1.2 (3)"."""
    if not len(values):
        return "not recorded"
    spread = f" ± {np.std(values, ddof=1):.{places}f}" if len(values) > 1 else ""
    return f"{np.mean(values):.{places}f}{spread} ({len(values)})"


# --- how a run was recorded ----------------------------------------------------------------------


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=vidlab.project_folder(), capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def commit() -> str:
    """The commit of the checkout, or "unknown" outside git."""
    return _git("rev-parse", "HEAD") or UNKNOWN


def dirty() -> bool:
    """True when a tracked file other than a recorded run has changed since the commit."""
    changed = _git("status", "--porcelain", "--untracked-files=no").splitlines()
    return any("data/runs/" not in line for line in changed)


def hardware(device: str = "cpu") -> str:
    """Processor and threads, or the GPU when that is the device."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name()
    return f"{_processor()}, {torch.get_num_threads()} of {os.cpu_count()} cores"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Of what can change a number."""
    return {
        "vidlab": vidlab.__version__,
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
