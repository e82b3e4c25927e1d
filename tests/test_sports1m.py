"""Lists in the way of Sports-1M: sides, labels, and what is wrong with a list."""

import pytest

from vidlab import synth
from vidlab.synth import sports
from vidlab.videos import VideoError, sports1m


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return synth.write(sports.WORLD, tmp_path_factory.mktemp("sports"), "quick", jobs=1)


def test_the_world_is_read_as_it_was_written(world):
    found = sports1m.load(world, sports.WORLD)
    assert found.classes == sports.CLASSES and not found.missing
    assert len(found.videos) == len(sports.names("quick"))
    for video in found.videos:
        assert found.classes[video.label] == sports.parse(video.path.stem).action
    split, part = found.split("official"), {v.path.stem: sports.parse(v.path.stem).part for v in found.videos}
    for side in ("train", "test"):
        assert {part[found.videos[i].path.stem] for i in getattr(split, side)} == {side}


def test_a_missing_video_is_named(tmp_path):
    (tmp_path / "labels.txt").write_text("Row\n")
    (tmp_path / "train_partition.txt").write_text("a b.avi 0\n")
    found = sports1m.load(tmp_path)
    assert found.missing == ("a b.avi",) and found.videos[0].path.name == "a b.avi"


@pytest.mark.parametrize("line", ["a.avi 1", "a.avi x", "a.avi", "a.avi -1"])
def test_a_wrong_line_is_named(tmp_path, line):
    (tmp_path / "labels.txt").write_text("Row\n")
    (tmp_path / "test_partition.txt").write_text(f"b.avi 0\n{line}\n")
    with pytest.raises(VideoError, match="test_partition.txt: line 2 is"):
        sports1m.load(tmp_path)


def test_a_folder_without_lists_is_refused(tmp_path):
    with pytest.raises(VideoError, match="labels.txt: cannot be read"):
        sports1m.load(tmp_path)
