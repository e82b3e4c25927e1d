"""What was run, as data: a frozen description with a stable name, and what came of it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from torch import Tensor


@dataclass(frozen=True)
class Experiment:
    """One training or evaluation, described whole. How it is trained, papers/ knows.

    paper: "baccouche2011"; system: what the tables call it; net: options of network and method;
    data: world or data set with its version and cut, "SynthKTH-1/KTH2"; split: "random1";
    recipe: name with version; seed. The id holds nothing else: no profile, no path, no decoded byte.
    """

    paper: str
    system: str
    data: str
    split: str
    recipe: str
    seed: int
    net: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """12 hexadecimal digits, the same on every machine and in every session."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def __hash__(self) -> int:
        return int(self.id, 16)


def named(arms: dict[str, list[Experiment]], name: str) -> list[Experiment]:
    """The Experiments of one arm of a paper's table; a KeyError names the arms that exist."""
    if name not in arms:
        paper = next(iter(arms.values()))[0].paper
        raise KeyError(f"{name!r} is no arm of {paper}: {', '.join(arms)}")
    return arms[name]


@dataclass(frozen=True)
class Outcome:
    """What an experiment's network says of the n test sequences.

    video_names, groups: (n,); labels, predictions: (n,) int; probabilities: (n, K); test_correct_by_epoch:
    (E, n) or None; extra: other numbers; tensors: weights and scores, in showcase runs only.
    """

    video_names: list[str]
    groups: list[str]
    labels: np.ndarray
    probabilities: np.ndarray
    predictions: np.ndarray
    history: dict[str, list] = field(default_factory=dict)
    test_correct_by_epoch: np.ndarray | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)
