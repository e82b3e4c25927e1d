"""Networks that several arms need are trained once and wait on the disk, never committed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock

from vidlab import weights


@dataclass(frozen=True)
class Solved:
    """A trained network (none for a fusion) and what it says: rows (n, K) for the `tested` videos (n,).

    seconds: for this network alone, without those that it rests on.
    """

    net: Any
    tested: np.ndarray
    rows: np.ndarray
    history: dict[str, list]
    seconds: float = 0.0


def once(path: Path, made_of: str, network: Callable[[], Any], trained: Callable[[Path], Solved]) -> Solved:
    """What `path` keeps, if it was made of the same; else what `trained(checkpoint)` comes to, kept there.

    made_of: a checksum of all that the network is made of (recipe, videos, networks below). An interrupted
    training goes on from its checkpoint; a second process waits for the first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        return _found(path, made_of, network) or _made(path, made_of, trained)


def _found(path: Path, made_of: str, network: Callable[[], Any]) -> Solved | None:
    if not path.exists():
        return None
    kept, notes = weights.read(path)
    if notes["made of"] != made_of:
        return None
    net = network()
    weights.load_into(net, "net", kept)
    history, seconds = json.loads(notes["history"]), float(notes["seconds"])
    return Solved(net, kept["tested"].numpy(), kept["rows"].numpy(), history, seconds)


def _made(path: Path, made_of: str, trained: Callable[[Path], Solved]) -> Solved:
    checkpoint = path.with_suffix(f".{made_of}.checkpoint")
    found = trained(checkpoint)
    rows = {"tested": torch.from_numpy(found.tested), "rows": torch.from_numpy(found.rows)}
    notes = {"made of": made_of, "history": json.dumps(found.history), "seconds": str(found.seconds)}
    weights.write(path, weights.of(found.net, "net") | rows, notes)
    checkpoint.unlink(missing_ok=True)
    return found
