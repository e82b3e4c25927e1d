"""Published weights are converted once: what is kept of them, and when they are converted anew."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from vidlab import weights
from vidlab.weights.files import once


@dataclass(frozen=True)
class Toy:
    """A network of one weight."""

    weight: float

    def write(self, path: Path) -> None:
        weights.write(path, {"weight": torch.tensor([self.weight])}, {})


@dataclass
class Reader:
    """Reads a number in a text file as a network, and remembers what was converted."""

    original: Path
    kind: str = "toy-1"
    converted: list[float] = field(default_factory=list)

    def weight(self) -> float:
        return once(self.original, self.kind, self.convert, self.read_back).weight

    def convert(self, path: Path) -> Toy:
        self.converted.append(float(path.read_text()))
        return Toy(self.converted[-1])

    def read_back(self, path: Path) -> Toy:
        return Toy(weights.read(path)[0]["weight"].item())


@pytest.fixture
def reader(tmp_path, monkeypatch):
    monkeypatch.setenv("VIDLAB_DATA", str(tmp_path / "data"))
    (tmp_path / "original.txt").write_text("1.5")
    return Reader(tmp_path / "original.txt")


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "data" / "generated" / "weights"


def test_the_second_reading_converts_nothing(reader):
    assert [reader.weight(), reader.weight()] == [1.5, 1.5]
    assert reader.converted == [1.5]


def test_an_original_that_has_changed_is_converted_anew(reader):
    reader.weight()
    reader.original.write_text("2.5")
    assert reader.weight() == 2.5


def test_a_copy_elsewhere_is_the_same_original(reader, tmp_path):
    reader.weight()
    reader.original = reader.original.rename(tmp_path / "moved.txt")
    assert reader.weight() == 1.5 and reader.converted == [1.5]


def test_another_conversion_converts_anew(reader):
    reader.weight()
    reader.kind = "toy-2"
    reader.weight()
    assert reader.converted == [1.5, 1.5]


def damage(kept: Path, how: str) -> None:
    (file,), (checksum,) = kept.glob("*.safetensors"), kept.glob("*.sha256")
    content = file.read_bytes()
    if how == "truncated":
        file.write_bytes(content[:-2])
    elif how == "a weight has changed":
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "no checksum":
        checksum.unlink()
    else:
        checksum.write_bytes(b"\xff\xfe")


@pytest.mark.parametrize(
    "how", ["truncated", "a weight has changed", "no checksum", "no text in the checksum"]
)
def test_a_damaged_file_is_converted_anew_and_mended(reader, kept, how):
    reader.weight()
    damage(kept, how)
    assert [reader.weight(), reader.weight()] == [1.5, 1.5]
    assert reader.converted == [1.5, 1.5]


def test_nothing_is_kept_of_what_cannot_be_converted(reader, kept):
    reader.original.write_text("no number")
    with pytest.raises(ValueError, match="no number"):
        reader.weight()
    assert not kept.exists()


def test_where_nothing_can_be_kept_the_weights_are_read_and_it_is_said(reader, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match="not kept, but converted every time: .*data"):
        assert reader.weight() == 1.5


def test_a_write_that_breaks_off_leaves_nothing_behind(reader, kept, monkeypatch):
    def broken(tensors, path, notes):
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(weights.files, "save_file", broken)
    with pytest.warns(UserWarning, match="the disk is full"):
        reader.weight()
    assert list(kept.iterdir()) == []
