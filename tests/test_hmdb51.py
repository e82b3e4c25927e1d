"""HMDB51's official lists: awkward names, marks, sources, and what is missing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.video_files import real_folder
from vidlab.videos import VideoError, hmdb51, load

TAIL = "f_cm_np1_fr_med_0"
KICKS = {f"Goal_kick_{TAIL}": 1, f"-(#1)_[_NEW_]_&+;!@~_kick_{TAIL}": 2, f"_kick_out_kick_{TAIL}": 0}
BALLS = {f"Goal_kick_ball_{TAIL}": 2, f"#7_kick_ball_{TAIL}": 1}


def a_set(root: Path, classes: dict[str, dict[str, int]], number: int = 1, end=" \n", there=None) -> Path:
    """An HMDB51 folder with the lists of one split and empty files for its videos (or those of `there`)."""
    lists = root / hmdb51.LISTS
    lists.mkdir(parents=True, exist_ok=True)
    for action, marks in classes.items():
        rows = "".join(f"{stem}.avi {mark}{end}" for stem, mark in marks.items())
        (lists / f"{action}_test_split{number}.txt").write_bytes(rows.encode())
        (root / action).mkdir(exist_ok=True)
        for stem in marks:
            if there is None or stem in there:
                (root / action / f"{stem}.avi").write_bytes(b"x")
    return root


@pytest.mark.parametrize("end", [" \n", " \r\n", "\n", "  \r\n\r\n"])
def test_marks_are_train_test_and_neither(tmp_path, end):
    benchmark = load("hmdb51", a_set(tmp_path, {"kick_ball": BALLS, "kick": KICKS}, end=end))
    assert (benchmark.name, benchmark.classes) == ("HMDB51", ("kick", "kick_ball"))
    rows = {v.name: (v.label, v.group) for v in benchmark.videos}
    assert rows == {
        f"Goal_kick_{TAIL}": (0, "kick: Goal"),
        f"-(#1)_[_NEW_]_&+;!@~_kick_{TAIL}": (0, "kick: -(#1)_[_NEW_]_&+;!@~"),
        f"_kick_out_kick_{TAIL}": (0, "kick: _kick_out"),
        f"Goal_kick_ball_{TAIL}": (1, "kick_ball: Goal"),
        f"#7_kick_ball_{TAIL}": (1, "kick_ball: #7"),
    }
    split, names = benchmark.split("split1"), [v.name for v in benchmark.videos]
    assert {names[i] for i in split.train} == {f"Goal_kick_{TAIL}", f"#7_kick_ball_{TAIL}"}
    assert {names[i] for i in split.test} == {f"-(#1)_[_NEW_]_&+;!@~_kick_{TAIL}", f"Goal_kick_ball_{TAIL}"}


def test_the_class_is_the_lists_and_a_folder_in_brackets_is_no_pattern(tmp_path):
    root = tmp_path / "[a]"
    assert len(load("hmdb51", a_set(root, {"kick": KICKS})).videos) == 3


def test_lists_may_lie_beside_the_videos(tmp_path):
    a_set(tmp_path / "videos", {"kick": KICKS})
    (tmp_path / "videos" / hmdb51.LISTS).rename(tmp_path / hmdb51.LISTS)
    assert len(load("hmdb51", tmp_path / "videos").videos) == 3


def test_splits_share_their_videos(tmp_path):
    a_set(tmp_path, {"kick": KICKS})
    others = dict(zip(KICKS, (2, 0, 1), strict=True))
    benchmark = load("hmdb51", a_set(tmp_path, {"kick": others}, number=2))
    assert len(benchmark.videos) == 3 and [s.name for s in benchmark.splits] == ["split1", "split2"]


def test_what_is_listed_but_absent_is_said(tmp_path):
    benchmark = load("hmdb51", a_set(tmp_path, {"kick": KICKS}, there=[f"Goal_kick_{TAIL}"]))
    assert len(benchmark.missing) == 2 and benchmark.notes == ("1 of the 3 listed videos are here",)


def test_a_source_of_a_class_is_on_one_side(tmp_path):
    shared = {f"Goal_kick_{TAIL}": 1, f"Goal_kick_{TAIL[:-1]}1": 2}
    with pytest.raises(ValueError, match="split1: kick: Goal on both sides"):
        load("hmdb51", a_set(tmp_path, {"kick": shared}))


def test_a_set_that_keeps_whole_sources_apart_can_say_so(tmp_path):
    root = a_set(tmp_path, {"kick": KICKS, "kick_ball": BALLS})  # Goal trains kick and tests kick_ball
    with pytest.raises(ValueError, match="split1: Goal on both sides"):
        load("hmdb51", root, name="SynthHMDB-1", group=lambda action, source: source)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Goal_punch_f_cm_np1_fr_med_0.avi 1", "is not like <source>_kick_"),
        (f"Goal_kick_{TAIL}.avi 3", "is not like <source>_kick_"),
        (f"Goal_kick_{TAIL}.avi", "is not like <source>_kick_"),
        (f"Goal_kick_{TAIL}.avi 1", "is listed twice"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path, line, reason):
    path = a_set(tmp_path, {"kick": KICKS}) / hmdb51.LISTS / "kick_test_split1.txt"
    path.write_text(path.read_text() + f"\n{line}\n")
    with pytest.raises(VideoError) as caught:
        load("hmdb51", tmp_path)
    assert str(caught.value).startswith(f"{path}: line 5: ") and reason in str(caught.value)


def test_no_lists_a_list_too_few_and_a_video_in_two_classes(tmp_path):
    with pytest.raises(VideoError, match="no folder with the official lists"):
        load("hmdb51", tmp_path)
    (tmp_path / hmdb51.LISTS).mkdir()
    with pytest.raises(VideoError, match="no list like kick_test_split1.txt"):
        load("hmdb51", tmp_path)
    both = f"a_kick_b_punch_{TAIL}"
    a_set(tmp_path, {"kick": KICKS | {both: 1}, "punch": {both: 1}})
    with pytest.raises(VideoError, match="is in a list of another class, too"):
        load("hmdb51", tmp_path)
    a_set(tmp_path, {"kick": KICKS}, number=2)
    (tmp_path / hmdb51.LISTS / "punch_test_split1.txt").write_text("")
    (tmp_path / hmdb51.LISTS / "kick_test_split1.txt").write_text(f"{next(iter(KICKS))}.avi 1 \n")
    with pytest.raises(VideoError, match="punch_test_split2.txt: there is no such list"):
        load("hmdb51", tmp_path)


SOURCE = st.text("abcABC019-_()[]#!&+;~@,'=", min_size=1, max_size=20)
ACTION = st.text("abc_", min_size=1, max_size=8)


@settings(max_examples=60)
@given(ACTION, st.dictionaries(SOURCE, st.sampled_from([0, 1, 2]), min_size=1, max_size=8))
def test_any_names_come_back(tmp_path_factory, action, marks):
    marks = {s: m for s, m in marks.items() if sum(s.lower() == other.lower() for other in marks) == 1}
    if not marks:
        return
    videos = {f"{source}_{action}_{TAIL}": mark for source, mark in marks.items()}
    benchmark = load("hmdb51", a_set(tmp_path_factory.mktemp("hmdb"), {action: videos}))
    assert {v.name for v in benchmark.videos} == set(videos)
    if f"_{action}_" not in f"_{action}_{TAIL}_"[1:]:  # else the name can be read in two ways
        assert {v.group for v in benchmark.videos} == {f"{action}: {source}" for source in marks}
    split = benchmark.split("split1")
    by_side = [{benchmark.videos[i].name for i in side} for side in (split.train, split.test)]
    assert by_side == [{s for s, mark in videos.items() if mark == side} for side in (1, 2)]


def test_the_real_lists_whole(tmp_path):
    for path in real_folder(hmdb51.LISTS).glob("*_split*.txt"):
        action = path.name.rpartition("_test_split")[0]
        marks = {stem: int(mark) for stem, (_, mark) in hmdb51.read_list(path, action).items()}
        a_set(tmp_path, {action: marks}, number=int(path.stem[-1]))
    benchmark = load("hmdb51", tmp_path)
    assert len(benchmark.videos) == 6766 and len(benchmark.classes) == 51 and benchmark.missing == ()
    assert [(len(s.train), len(s.test)) for s in benchmark.splits] == [(3570, 1530)] * 3
    shared = []
    for split in benchmark.splits:  # whole sources are not kept apart, only those of one class
        sources = [
            {benchmark.groups[i].split(": ", 1)[1] for i in side} for side in (split.train, split.test)
        ]
        shared.append(len(sources[0] & sources[1]))
    assert shared == [133, 149, 144]
