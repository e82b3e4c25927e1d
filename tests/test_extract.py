"""Extraction: it goes on past broken videos, keeps what is done, and rows are those of the whole video."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.video_files import broken, moving_square
from vidlab import features
from vidlab.nets import C3D
from vidlab.papers.c3d import describe
from vidlab.videos.benchmark import Benchmark, Video
from vidlab.videos.reading import DiskError, PreparationError, VideoError, read_frames, write_frames

LENGTHS = (5, 16, 17, 21, 24, 43)  # shorter than a clip, one clip, a clip and a bit, two clips, …


def row(name: str) -> dict[str, np.ndarray]:
    return {"fc6": np.full(3, ord(name), np.float32), "prob": np.full(2, -ord(name), np.float32)}


def extract(folder: Path, names: str, asked: list, bad: str = "", made_of: str = "net") -> str:
    """Extract the videos of these one-letter names; the names that the rows found were made from."""

    def one(number: int) -> dict[str, np.ndarray]:
        asked.append(names[number])
        if names[number] in bad:
            raise VideoError(f"{names[number]}.avi", "it is broken", "leave it out")
        return row(names[number])

    found = features.extract(folder, len(names), made_of, one, names)
    np.testing.assert_array_equal(found["prob"][:, 1], -found["fc6"][:, 0])
    return "".join(map(chr, found["fc6"][:, 0].astype(int)))


@pytest.mark.parametrize("bad", ["a", "bd", "abcd"])
def test_all_bad_videos_are_told_at_the_end_and_the_others_are_kept(tmp_path, bad):
    asked: list[str] = []
    with pytest.raises(PreparationError) as told:
        extract(tmp_path, "abcd", asked, bad)
    assert "".join(asked) == "abcd"
    assert [error.path.stem for error in told.value.errors] == list(bad)
    assert all(f"{name}.avi: it is broken; leave it out" in str(told.value) for name in bad)
    again: list[str] = []
    assert extract(tmp_path, "abcd", again) == "abcd" and "".join(again) == bad


def test_bad_videos_do_not_stop_an_extraction_whose_videos_have_no_names(tmp_path):
    asked: list[int] = []

    def one(number: int) -> dict[str, np.ndarray]:
        asked.append(number)
        if len(asked) == 1:
            raise VideoError("a.avi", "it is broken", "leave it out")
        return {"fc6": np.full(3, number, np.float32)}

    with pytest.raises(PreparationError, match="1 video cannot be used"):
        features.extract(tmp_path, 3, "net", one)
    assert features.extract(tmp_path, 3, "net", one)["fc6"][:, 0].tolist() == [0, 1, 2]
    assert asked == [0, 1, 2, 0]


def test_a_full_disk_stops_at_once(tmp_path):
    asked: list[int] = []

    def one(number: int):
        asked.append(number)
        raise DiskError("a.npy", "the disk is full", "make room")

    with pytest.raises(DiskError):
        features.extract(tmp_path, 3, "net", one)
    assert asked == [0]


@pytest.mark.parametrize(
    ("then", "new"), [("acd", ""), ("dcba", ""), ("abcde", "e"), ("xbcy", "xy"), ("aab", "")]
)
def test_videos_come_and_go_and_only_new_ones_are_described(tmp_path, then, new):
    extract(tmp_path, "abcd", [])
    asked: list[str] = []
    assert extract(tmp_path, then, asked) == then and "".join(asked) == new
    asked.clear()
    assert extract(tmp_path, "abcd", asked) == "abcd" and asked == []


def test_another_network_describes_all_anew(tmp_path):
    extract(tmp_path, "abcd", [])
    asked: list[str] = []
    assert extract(tmp_path, "abc", asked, made_of="net 2") == "abc" and "".join(asked) == "abc"


def test_an_interruption_while_tables_grow_loses_nothing(tmp_path, monkeypatch):
    extract(tmp_path, "abcd", [])
    grow, calls = features._lengthened, []

    def stop_at_the_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        grow(*arguments)

    monkeypatch.setattr(features, "_lengthened", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        extract(tmp_path, "abcdefgh", [])
    monkeypatch.undo()
    asked: list[str] = []
    assert extract(tmp_path, "abcdx", asked) == "abcdx" and asked == ["x"]


def test_what_is_returned_can_be_changed_without_changing_the_disk(tmp_path):
    found = features.extract(tmp_path, 2, "net", lambda number: row("ab"[number]), "ab")
    found["fc6"][:] = 0
    assert extract(tmp_path, "ab", []) == "ab"


def test_every_video_has_a_name_or_none_has(tmp_path):
    with pytest.raises(ValueError, match="3 videos are known by 2 names"):
        features.extract(tmp_path, 3, "net", lambda number: row("a"), "ab")


def test_no_videos_have_no_rows(tmp_path):
    assert features.extract(tmp_path, 0, "net", lambda number: row("a")) == {}


# --- videos of all lengths, and broken ones -----------------------------------------------------------------


@pytest.fixture(scope="module")
def describer():
    torch.manual_seed(0)
    return describe.recorded(C3D(5, 40, 0.05, norm=True).eval(), 44, "net")


@pytest.fixture
def found(tmp_path):
    """Videos of several lengths, one class."""
    (tmp_path / "videos").mkdir()
    paths = [tmp_path / "videos" / f"v{length}.avi" for length in LENGTHS]
    for path, length in zip(paths, LENGTHS, strict=True):
        write_frames(path, moving_square(length, (48, 64), shift=length))
    return Benchmark("Small", ("one",), tuple(Video(path, 0, path.stem) for path in paths))


def by_hand(describer: describe.Describer, frames: np.ndarray) -> np.ndarray:
    """fc6 of each clip of 16 frames, 8 apart, and their mean; a short video is filled up with its last."""
    frames = np.concatenate([frames, *[frames[-1:]] * (16 - len(frames))])
    clips = [frames[start : start + 16] for start in range(0, len(frames) - 15, 8)]
    with torch.no_grad():
        rows = [describer.net.described(describer.inputs(clip[None]))["fc6"][0] for clip in clips]
    return torch.stack(rows).mean(0).numpy()


def test_rows_of_files_are_those_of_all_their_clips_whatever_their_length(describer, found, tmp_path):
    rows = describer.extract(found, tmp_path / "rows")["fc6"]
    for row, video in zip(rows, found.videos, strict=True):
        np.testing.assert_allclose(row, by_hand(describer, read_frames(video.path)), rtol=1e-4, atol=1e-6)


def test_a_stretch_is_described_and_one_past_the_end_is_told(describer, found, tmp_path):
    long = found.videos[-1]
    stretches = (replace(long, start=3, stop=40), replace(long, start=3, stop=45))  # 2 late, as headers do
    rows = describer.extract(replace(found, videos=stretches), tmp_path / "rows")["fc6"]
    np.testing.assert_allclose(
        rows[0], by_hand(describer, read_frames(long.path)[3:40]), rtol=1e-4, atol=1e-6
    )
    late = (replace(long, start=43), replace(long, start=3, stop=46))
    with pytest.raises(PreparationError, match="2 videos cannot be used") as told:
        describer.extract(replace(found, videos=late), tmp_path / "rows")
    assert "its frames 3 to 46 (0-based, stop exclusive) go past its end at 43" in str(told.value)


def test_a_file_known_to_be_cut_short_is_used_as_far_as_it_goes(describer, tmp_path):
    video = Video(broken("truncated", tmp_path), 0, "one")
    one = Benchmark("Small", ("one",), (video,))
    with pytest.raises(PreparationError, match="its header promises"):
        describer.extract(one, tmp_path / "rows")
    rows = describer.extract(replace(one, videos=(replace(video, truncated=True),)), tmp_path / "rows")
    assert rows["fc6"].shape == (1, 205)


def test_broken_files_are_told_and_once_mended_only_they_are_described(
    describer, found, tmp_path, monkeypatch
):
    bad = [found.videos[0].path, found.videos[3].path]
    whole = bad[0].read_bytes()
    bad[0].write_bytes(whole[:300])
    bad[1].unlink()
    with pytest.raises(PreparationError) as told:
        describer.extract(found, tmp_path / "rows")
    assert [error.path for error in told.value.errors] == bad
    read: list[Path] = []
    stream = describe.stream_frames
    monkeypatch.setattr(describe, "stream_frames", lambda path, *how: read.append(path) or stream(path, *how))
    good = replace(found, videos=tuple(v for v in found.videos if v.path not in bad))
    assert len(describer.extract(good, tmp_path / "rows")["fc6"]) == 4 and read == []
    for path in bad:
        path.write_bytes(whole)
    assert len(describer.extract(found, tmp_path / "rows")["fc6"]) == 6 and read == bad
