"""UCF101's official lists: classes, groups, what is missing, and every way in which copies differ."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.video_files import real_folder
from vidlab import workshop
from vidlab.videos import VideoError, load, prepare, ucf101
from vidlab.videos.benchmark import only

CLASSES = ("Archery", "HandstandPushups", "HandstandWalking", "YoYo")  # not what sorted() makes of real ones
TRAIN = ("Archery/v_Archery_g08_c01", "HandstandPushups/v_HandStandPushups_g08_c01", "YoYo/v_YoYo_g09_c01")
TEST = ("Archery/v_Archery_g01_c01", "HandstandPushups/v_HandStandPushups_g01_c02")


def a_set(
    root: Path, train=TRAIN, test=TEST, classes=CLASSES, end="\n", videos: Path | None = None, there=None
) -> Path:
    """A UCF101 folder with the lists of one split and empty files for its videos."""
    lists = root / ucf101.LISTS
    lists.mkdir(parents=True)
    names = {name.lower(): k for k, name in enumerate(classes, 1)}
    texts = {
        "classInd": [f"{k} {name}" for k, name in enumerate(classes, 1)],
        "trainlist01": [f"{stem}.avi {names[stem.split('/')[0].lower()]}" for stem in train],
        "testlist01": [f"{stem}.avi" for stem in test],
    }
    for name, rows in texts.items():
        (lists / f"{name}.txt").write_bytes("".join(row + end for row in rows).encode())
    for stem in [*train, *test] if there is None else there:
        path = (videos or root) / f"{stem}.avi"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


@pytest.mark.parametrize("end", ["\n", "\r\n", "  \r\n\r\n", " \n"])
def test_lists_are_read_whatever_ends_their_lines(tmp_path, end):
    benchmark = load("ucf101", a_set(tmp_path, end=end))
    assert (benchmark.name, benchmark.classes) == ("UCF101", CLASSES)
    assert [(v.name, v.label, v.group) for v in benchmark.videos] == [
        ("v_Archery_g01_c01", 0, "Archery_g01"),
        ("v_Archery_g08_c01", 0, "Archery_g08"),
        ("v_HandStandPushups_g01_c02", 1, "HandstandPushups_g01"),
        ("v_HandStandPushups_g08_c01", 1, "HandstandPushups_g08"),
        ("v_YoYo_g09_c01", 3, "YoYo_g09"),
    ]
    split = benchmark.split("split1")
    assert (split.train, split.test) == ((1, 3, 4), (0, 2))
    assert benchmark.missing == () and benchmark.notes == ()


def test_class_numbers_are_those_of_classInd_and_not_of_sorted_folders(tmp_path):
    benchmark = load("ucf101", a_set(tmp_path, classes=CLASSES[::-1]))
    assert {v.path.parent.name: v.label for v in benchmark.videos} == {
        "YoYo": 0,
        "HandstandPushups": 2,
        "Archery": 3,
    }


@pytest.mark.parametrize("where", ["UCF-101", "."])
def test_videos_may_lie_in_a_folder_of_their_own(tmp_path, where):
    assert len(load("ucf101", a_set(tmp_path, videos=tmp_path / where)).videos) == 5


def test_lists_may_lie_beside_the_videos(tmp_path):
    a_set(tmp_path, videos=tmp_path / "UCF-101")
    assert len(load("ucf101", tmp_path / "UCF-101").videos) == 5


def test_capitals_in_file_names_do_not_matter(tmp_path):
    there = ["HandstandPushups/v_HandstandPushups_g08_c01", "archery/V_archery_g01_c01"]
    benchmark = load("ucf101", a_set(tmp_path, there=there))
    assert [v.label for v in benchmark.videos] == [0, 1] and len(benchmark.missing) == 3


def test_unpacked_into_one_folder_works_too(tmp_path):
    there = [stem.split("/")[1] for stem in TRAIN + TEST]
    assert load("ucf101", a_set(tmp_path, there=there)).missing == ()


def test_what_is_listed_but_absent_is_said(tmp_path):
    benchmark = load("ucf101", a_set(tmp_path, there=TRAIN[:2]))
    assert benchmark.missing == ("v_Archery_g01_c01", "v_HandStandPushups_g01_c02", "v_YoYo_g09_c01")
    assert benchmark.notes == ("2 of the 5 listed videos are here",)
    assert benchmark.split("split1").train == (0, 1) and benchmark.split("split1").test == ()


def test_what_is_there_but_not_listed_is_left_out_and_said(tmp_path):
    benchmark = load("ucf101", a_set(tmp_path, there=[*TRAIN, *TEST, "YoYo/v_YoYo_g30_c01"]))
    assert len(benchmark.videos) == 5
    assert benchmark.notes == ("1 videos here are in no list and are left out (first: v_yoyo_g30_c01)",)


def test_videos_are_left_out_by_name(tmp_path):
    root = a_set(tmp_path, there=TRAIN)
    benchmark = load("ucf101", root, exclude=["v_archery_g01_c01", "v_HandStandPushups_g01_c02"])
    assert len(benchmark.videos) == 3 and benchmark.missing == ()
    assert benchmark.notes[1] == "v_archery_g01_c01 was left out on request"
    with pytest.raises(ValueError, match="UCF101 has no v_Archery to leave out"):
        load("ucf101", root, exclude=["v_Archery"])


def test_a_group_of_a_class_is_on_one_side(tmp_path):
    with pytest.raises(ValueError, match="split1: Archery_g01 on both sides"):
        load("ucf101", a_set(tmp_path, train=[*TRAIN, "Archery/v_Archery_g01_c07"]))


def test_another_class_may_use_the_same_group_number_on_the_other_side(tmp_path):
    assert load("ucf101", a_set(tmp_path, train=[*TRAIN, "YoYo/v_YoYo_g01_c01"])).split("split1").train


def test_a_set_whose_classes_share_people_can_name_its_groups(tmp_path):
    root = a_set(tmp_path, train=[*TRAIN, "YoYo/v_YoYo_g01_c01"])
    with pytest.raises(ValueError, match="split1: any g01 on both sides"):
        load("ucf101", root, name="SynthUCF-1", group=lambda action, number: f"any {number}")


@pytest.mark.parametrize(
    ("list_name", "line", "reason"),
    [
        ("classInd", "5 Archery", "is not '5 <a new class>'"),
        ("classInd", "6 Diving", "is not '5 <a new class>'"),
        ("classInd", "Diving", "is not '5 <a new class>'"),
        ("trainlist01", "Diving/v_Diving_g01_c01.avi 5", "'Diving' is no class of classInd.txt"),
        ("trainlist01", "YoYo/v_YoYo_g10_c01.avi 3", "YoYo is 3 here and 4 in classInd.txt"),
        ("trainlist01", "YoYo/v_YoYo_g09_c01.avi 4", "v_YoYo_g09_c01 is listed twice"),
        ("testlist01", "v_YoYo_g10_c01.avi", "is not like"),
        ("testlist01", "YoYo/YoYo.avi", "is not like"),
        ("testlist01", "YoYo/v_YoYo_g10_c01", "is not like"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path, list_name, line, reason):
    path = a_set(tmp_path) / ucf101.LISTS / f"{list_name}.txt"
    number = len(path.read_text().splitlines()) + 2
    path.write_text(path.read_text() + f"\n{line}\n")
    with pytest.raises(VideoError) as caught:
        load("ucf101", tmp_path)
    assert str(caught.value).startswith(f"{path}: line {number}: ") and reason in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_the_same_video_twice_is_an_error(tmp_path):
    root = a_set(tmp_path, there=[*TRAIN, "v_YoYo_g09_c01"])
    with pytest.raises(VideoError, match="is the same video; take one of them out"):
        load("ucf101", root)


def test_no_lists_a_list_too_few_and_no_videos(tmp_path):
    with pytest.raises(VideoError, match="no folder with the official lists"):
        load("ucf101", tmp_path)
    with pytest.raises(VideoError, match="not one of the 5 listed videos"):
        load("ucf101", a_set(tmp_path, there=[]))
    (tmp_path / ucf101.LISTS / "testlist01.txt").unlink()
    with pytest.raises(VideoError, match="testlist01.txt: there is no such list"):
        load("ucf101", tmp_path)


WORD = st.text("ABCdef09_", min_size=1, max_size=12)
VIDEOS = st.sets(st.tuples(st.integers(0, 4), st.integers(1, 25), st.integers(1, 9)), min_size=1, max_size=20)


@settings(max_examples=40)
@given(st.lists(WORD, min_size=5, max_size=5, unique_by=str.lower), VIDEOS)
def test_any_names_come_back(tmp_path_factory, classes, videos):
    """Also classes with underscores and digits; groups up to 7 are tested, the others train."""
    stems = [f"{classes[k]}/v_{classes[k]}_g{g:02d}_c{c:02d}" for k, g, c in videos]
    groups = [g for _, g, _ in videos]
    train, test = ([s for s, g in zip(stems, groups, strict=True) if (g <= 7) == side] for side in (0, 1))
    benchmark = load("ucf101", a_set(tmp_path_factory.mktemp("ucf"), train, test, classes))
    assert {(v.label, v.group, v.name) for v in benchmark.videos} == {
        (k, f"{classes[k]}_g{g:02d}", f"v_{classes[k]}_g{g:02d}_c{c:02d}") for k, g, c in videos
    }
    split = benchmark.split("split1")
    assert {benchmark.videos[i].name for i in split.test} == {s.split("/")[1] for s in test}
    assert len(split.train) == len(train)


def test_the_real_lists_whole():
    lists = real_folder(ucf101.LISTS)
    classes = ucf101.read_classes(lists / "classInd.txt")
    assert len(classes) == 101 and classes[0] == "ApplyEyeMakeup" and classes[100] == "YoYo"
    assert list(classes) == sorted(classes, key=str.lower) != sorted(classes)
    sizes = []
    for number in (1, 2, 3):
        train, test = (ucf101.read_list(lists / f"{s}list0{number}.txt", classes) for s in ("train", "test"))
        sizes.append((len(train), len(test)))
        assert len(train | test) == 13_320
        assert not {v.group for v in train.values()} & {v.group for v in test.values()}
        assert {v.group[-3:] for v in test.values()} == {f"g{7 * number - k:02d}" for k in range(7)}
    assert sizes == [(9537, 3783), (9586, 3734), (9624, 3696)]
    odd = {v.label for v in (train | test).values() if classes[v.label] not in v.stem}
    assert odd == {classes.index("HandstandPushups")}


def test_the_real_clips_all_decode_and_stand_on_their_sides(tmp_path):
    benchmark = load("ucf101", real_folder("UCF-101").parent)
    assert len(benchmark.videos) == 50 and len(benchmark.missing) == 13_320 - 50
    sides = {s.name: (len(s.train), len(s.test)) for s in benchmark.splits}
    assert sides == {"split1": (37, 13), "split2": (39, 11), "split3": (34, 16)}
    small = prepare(benchmark, tmp_path, "tiny", lambda frames: frames[:, ::40, ::40], jobs=1)
    assert {small[video].shape[1:] for video in benchmark.videos} == {(6, 8, 3)}


def test_the_real_clips_train_a_temporal_stream(tmp_path):
    """The command of the README, as short as it gets: nothing is claimed from it but that it runs."""
    root = real_folder("UCF-101").parent
    found = only(workshop.benchmark("ucf101", root, None, partial=True), ["Biking", "BoxingSpeedBag"])
    report = workshop.train_on("temporal", found, tmp_path / "store", "split1", 32, 0, tmp_path / "w")
    tested = len(found.split("split1").test)
    assert f"of {tested} videos" in report and "top-5" in report and "of the 13320" in report
