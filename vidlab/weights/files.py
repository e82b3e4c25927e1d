"""Files of weights: tensors with notes in one safetensors file, which cannot run code."""

import hashlib
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from vidlab.videos.reading import written_whole


def write(path: Path, tensors: dict[str, Tensor], notes: dict[str, str]) -> None:
    """Write a file whole or not at all: nobody ever reads half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as aside:
        save_file({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, aside, notes)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the notes of a file. Raises OSError or SafetensorError where it is none."""
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118


def of(net: nn.Module, name: str) -> dict[str, Tensor]:
    """A network's weights, each called `name.` and what the network calls it: several share one file."""
    return {f"{name}.{key}": value for key, value in net.state_dict().items()}


def load_into(net: nn.Module, name: str, tensors: dict[str, Tensor]) -> None:
    """Give a network the tensors that `of(net, name)` named; it keeps its own precision."""
    start = f"{name}."
    net.load_state_dict({key.removeprefix(start): t for key, t in tensors.items() if key.startswith(start)})


def check_file(path: Path, sha256: str | None, wanted: str) -> None:
    """Raise ValueError, one line, where the file is not there or has another SHA-256 than asked for."""
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file; {wanted}")
    if sha256 is None:
        return
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        raise ValueError(f"{path}: its SHA-256 is {found}, not {sha256}; fetch it again")
