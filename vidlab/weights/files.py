"""Files of weights: tensors with notes in one safetensors file, which cannot run code.

What others publish in another form is converted to one of these, once, and checked while it is read.
"""

import hashlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Protocol, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from vidlab import generated
from vidlab.videos.reading import DiskError, written_whole


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


# --- published weights --------------------------------------------------------------------------------------


class Writable(Protocol):
    """A network with weights that somebody else trained, which writes itself as a safetensors file."""

    def write(self, path: Path) -> None: ...


Made = TypeVar("Made", bound=Writable)


def once(path: Path, kind: str, convert: Callable[[Path], Made], read_back: Callable[[Path], Made]) -> Made:
    """What `convert(path)` makes of published weights; it is kept on the disk, and read back the next time.

    The kept file is named by kind and by the original's SHA-256, so an original that has changed is converted
    anew; so is one whose kept file is damaged. kind ends in a number: count it up where `convert` changes.
    """
    kept = generated("weights", f"{kind}-{sha256_of(path)}.safetensors")
    if _is_whole(kept):
        return read_back(kept)
    made = convert(path)
    _keep(made, kept)
    return made


def _is_whole(kept: Path) -> bool:
    """Whether a kept file is what was written: safetensors itself does not see a changed weight."""
    noted = kept.with_suffix(".sha256")
    return kept.is_file() and noted.is_file() and noted.read_bytes() == sha256_of(kept).encode()


def _keep(made: Writable, kept: Path) -> None:
    """Write a converted file, then its SHA-256; where that fails the weights are of use all the same."""
    try:
        made.write(kept)
        with written_whole(kept.with_suffix(".sha256")) as aside:
            aside.write_text(sha256_of(kept))
    except (OSError, DiskError, SafetensorError) as error:
        told = " ".join(str(error).split())
        warnings.warn(f"converted weights are not kept, but converted every time: {told}", stacklevel=2)


def unpickled(path: Path) -> dict[str, Tensor]:
    """Tensors by name of a file for PyTorch, also those inside a training program's `state_dict`.

    Read with `weights_only=True`, which runs no code. Raises ValueError where it holds anything else.
    """
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, MemoryError):  # not the file's fault
        raise
    except UnpicklingError:
        raise ValueError("it is no file of weights, or holds more than tensors") from None
    except Exception as error:  # torch has no one error for files that are damaged or of another kind
        raise ValueError(f"it cannot be read as a file of weights ({error})") from None
    found = found.get("state_dict", found) if isinstance(found, dict) else found
    if not isinstance(found, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in found.items()
    ):
        raise ValueError("it holds no dictionary of tensors")
    return found


@contextmanager
def one_line(path: Path, wanted: str) -> Iterator[None]:
    """What goes wrong in the block becomes a ValueError of one line: the file, the reason, what to give."""
    try:
        yield
    except KeyError as error:
        raise ValueError(f"{path}: it has no {error.args[0]}; {wanted}") from None
    except (ValueError, RuntimeError, SafetensorError) as error:
        told = " ".join(str(error).split())[:200]
        raise ValueError(f"{path}: {told}; {wanted}") from None


def sha256_of(path: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_file(path: Path, sha256: str | None, wanted: str) -> None:
    """Raise ValueError, one line, where the file is not there or has another SHA-256 than asked for."""
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file; {wanted}")
    if sha256 is not None and (found := sha256_of(path)) != sha256.lower():
        raise ValueError(f"{path}: its SHA-256 is {found}, not {sha256}; fetch it again")
