"""A folder of classes, groups read from names, and its splits."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.video_files import real_folder
from vidlab.videos import Benchmark, Video, VideoError, folder, load


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_sub_folders_are_classes_in_order(tmp_path):
    root = touch(
        tmp_path / "mine",
        "wave/b.mp4",
        "wave/a.AVI",
        "jump/c.mov",
        "wave/notes.txt",
        "docs/readme.md",
        "jump/half.part.avi",
        "jump/._c.mov",
        "loose.avi",
    )
    benchmark = load("folder", root)
    assert (benchmark.name, benchmark.classes) == ("mine", ("jump", "wave"))
    assert [(v.path.name, v.label) for v in benchmark.videos] == [("c.mov", 0), ("a.AVI", 1), ("b.mp4", 1)]
    assert benchmark.notes == ("the folder docs holds no video and is no class",)


def test_awkward_folder_names_are_read(tmp_path):
    benchmark = folder.load(touch(tmp_path, "[_NEW_]/-a(1).avi", "#b/c!.avi"))
    assert len(benchmark.videos) == 2


@pytest.mark.parametrize(
    "name, group",
    [("v_Archery_g02_c04.avi", "g02"), ("person07_walking_d1_uncomp.avi", "person07"), ("x.avi", "c/x.avi")],
)
def test_groups_come_from_names(name, group, tmp_path):
    assert folder.load(touch(tmp_path, f"c/{name}")).groups == (group,)


def test_leave_one_group_out_and_holdout(tmp_path):
    names = [f"{c}/v_{c}_g{g:02d}_c01.avi" for c in ("A", "B") for g in range(1, 6)]
    benchmark = folder.load(touch(tmp_path, *names))
    assert [s.name for s in benchmark.splits] == ["holdout", *(f"without-g{g:02d}" for g in range(1, 6))]
    assert benchmark.split("without-g03").test == (2, 7)


def test_too_many_groups_give_the_holdout_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "MOST_GROUPS", 3)
    benchmark = folder.load(touch(tmp_path, "A/1.avi", "A/2.avi", "B/3.avi", "B/4.avi"))
    assert [split.name for split in benchmark.splits] == ["holdout"]


def test_files_are_left_out_by_name(tmp_path):
    root = touch(tmp_path, "A/1.avi", "A/2.avi")
    benchmark = folder.load(root, exclude=["1"])
    assert len(benchmark.videos) == 1 and benchmark.notes == ("A/1.avi was left out on request",)
    with pytest.raises(ValueError, match="no 3 to leave out"):
        folder.load(root, exclude=["3"])


def test_of_files_of_one_name_only_the_one_that_is_meant_is_left_out(tmp_path):
    root = touch(tmp_path, "A/1.avi", "A/2.avi", "B/1.avi")
    benchmark = folder.load(root, exclude=["A/1"])
    assert [f"{v.path.parent.name}/{v.path.stem}" for v in benchmark.videos] == ["A/2", "B/1"]
    with pytest.raises(ValueError, match="several classes have a 1; say A/1"):
        folder.load(root, exclude=["1"])


def test_no_folder_and_no_class(tmp_path):
    with pytest.raises(VideoError, match="no such folder; correct the path"):
        folder.load(tmp_path / "nowhere")
    touch(tmp_path, "loose.avi")
    with pytest.raises(VideoError, match="no sub-folder holds a video; make one"):
        folder.load(tmp_path)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=2, max_size=40), st.integers(0, 9))
def test_the_holdout_trains_and_where_it_can_tests_every_class(pairs, seed):
    videos = tuple(Video(Path(f"{i}.avi"), label, f"g{group}") for i, (label, group) in enumerate(pairs))
    benchmark = Benchmark("toy", ("a", "b", "c", "d"), videos)
    split = folder.holdout(benchmark, seed)
    assert {label for label, _ in pairs} == {pairs[i][0] for i in split.train}
    assert sorted(split.train + split.test) == list(range(len(pairs)))
    assert split == folder.holdout(benchmark, seed)


def test_real_clips():
    benchmark = load("folder", real_folder("UCF-101"))
    assert all(video.group.startswith("g") for video in benchmark.videos)
    assert all(split.test for split in benchmark.splits)
