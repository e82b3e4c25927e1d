"""Videos, splits and the rule that nobody is on both sides."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidlab.videos import Benchmark, Split, Video, load
from vidlab.videos.benchmark import leave_one_group_out, random_splits


def people(number: int, videos_each: int = 2) -> Benchmark:
    videos = tuple(
        Video(Path(f"p{p}_{k}.avi"), k % 2, f"person{p:02d}")
        for p in range(number)
        for k in range(videos_each)
    )
    return Benchmark("toy", ("a", "b"), videos)


def sides(benchmark: Benchmark, split: Split) -> list[set[str]]:
    return [{benchmark.groups[i] for i in side} for side in (split.train, split.test)]


def test_a_video_is_named_by_its_stretch():
    assert Video(Path("x/a.avi"), 0, "g").name == "a"
    assert Video(Path("x/a.avi"), 0, "g", 3, 9).name == "a[3:9]"
    assert Video(Path("x/a.avi"), 0, "g", 3).name == "a[3:]"


@pytest.mark.parametrize("start, stop", [(-1, None), (5, 5), (5, 4)])
def test_an_impossible_stretch_is_refused(start, stop):
    with pytest.raises(ValueError, match="a.avi"):
        Video(Path("a.avi"), 0, "g", start, stop)


def test_a_group_on_both_sides_is_refused_by_name():
    with pytest.raises(ValueError, match="person02 on both sides"):
        Split("bad", (0, 1), (2,), ["person01", "person02", "person02"])


@pytest.mark.parametrize("train, test", [((0, 0), (1,)), ((0,), (0,))])
def test_a_video_listed_twice_is_refused(train, test):
    with pytest.raises(ValueError, match="listed twice"):
        Split("bad", train, test, ["a", "b"])


@pytest.mark.parametrize("index", [-1, 2])
def test_an_index_outside_is_refused(index):
    with pytest.raises(ValueError, match="outside"):
        Split("bad", (0,), (index,), ["a", "b"])


def test_an_unknown_label_is_refused():
    with pytest.raises(ValueError, match="a.avi.*no class 2"):
        Benchmark("toy", ("a", "b"), (Video(Path("a.avi"), 2, "g"),))


def test_labels_and_groups_follow_the_videos():
    benchmark = people(2)
    assert benchmark.labels.tolist() == [0, 1, 0, 1] and benchmark.labels.dtype == np.int64
    assert benchmark.groups == ("person00", "person00", "person01", "person01")


def test_an_unknown_split_lists_those_that_exist():
    groups = ["a", "b"]
    split = Split("random1", (0,), (1,), groups)
    benchmark = Benchmark("toy", ("x",), tuple(Video(Path(g), 0, g) for g in groups), (split,))
    assert benchmark.split("random1") is split
    with pytest.raises(ValueError, match="no split 'official'; it has random1"):
        benchmark.split("official")


def test_25_people_are_split_16_and_9_and_each_seed_is_another():
    benchmark = people(25)
    splits = random_splits(benchmark, 5)
    assert [split.name for split in splits] == [f"random{k}" for k in range(1, 6)]
    assert all([len(side) for side in sides(benchmark, split)] == [16, 9] for split in splits)
    assert len({split.test for split in splits}) == 5
    assert splits == random_splits(benchmark, 5) != random_splits(benchmark, 5, seed=1)


def test_split_k_does_not_depend_on_how_many_are_asked_for():
    assert random_splits(people(25), 9)[:5] == random_splits(people(25), 5)


@given(groups=st.integers(2, 60), each=st.integers(1, 4), seed=st.integers(0, 99))
def test_random_splits_are_disjoint_and_whole(groups, each, seed):
    benchmark = people(groups, each)
    for split in random_splits(benchmark, 3, seed=seed):
        train, test = sides(benchmark, split)
        assert train and test and not train & test
        assert sorted(split.train + split.test) == list(range(groups * each))


@given(groups=st.integers(2, 12), each=st.integers(1, 4))
def test_each_group_is_left_out_once(groups, each):
    benchmark = people(groups, each)
    splits = leave_one_group_out(benchmark)
    tested = [i for split in splits for i in split.test]
    assert len(splits) == groups and sorted(tested) == list(range(groups * each))
    assert all(len(sides(benchmark, split)[1]) == 1 for split in splits)


@pytest.mark.parametrize("split", [random_splits, leave_one_group_out])
def test_one_group_cannot_be_split(split):
    with pytest.raises(ValueError, match="1 group"):
        split(people(1))


def test_an_unknown_loader_lists_what_can_be_loaded():
    with pytest.raises(
        ValueError, match="no loader for 'ucf'; there are 'kth', 'ucf101', 'hmdb51', 'folder'"
    ):
        load("ucf", "nowhere")
