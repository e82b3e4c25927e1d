"""KTH's names, its list with all its quirks, and its splits."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.video_files import broken, moving_square, real_folder
from vidlab.videos import PreparationError, VideoError, kth, load, prepare, write_frames

ODD_LIST = """Frames are 1-based. Training:   person11 …
person01_boxing_d1\t\tframes\t1-95, 96-185, 186-245, 246-360\r
\r
person07_handclapping_d2    \tframes\t1-10,  11-20 \r
person07_jogging_d4\tframes\t1-64, 270-332, 194-264, 490-570
person11_boxing_d4    \t\tframes\t1-106, 107-194, 195-250\t
person13_handclapping_d3\t*missing*\r
person16_handwaving_d4\tframes\t207-311, 212-456
"""


def a_list(folder: Path, text: str) -> Path:
    path = folder / kth.SEQUENCES
    path.write_bytes(text.encode())
    return path


def a_set(folder: Path, *stems: str, sequences: str = "", length: int = 20) -> Path:
    """A KTH folder with those videos, one folder an action."""
    for stem in stems:
        path = folder / stem.split("_")[1] / f"{stem}_uncomp.avi"
        path.parent.mkdir(exist_ok=True)
        write_frames(path, moving_square(length))
    if sequences:
        a_list(folder, sequences)
    return folder


def test_the_list_is_read_with_its_quirks(tmp_path):
    sequences = kth.read_sequences(a_list(tmp_path, ODD_LIST))
    assert sequences == {
        "person01_boxing_d1": [(0, 95), (95, 185), (185, 245), (245, 360)],
        "person07_handclapping_d2": [(0, 10), (10, 20)],
        "person07_jogging_d4": [(0, 64), (269, 332), (193, 264), (489, 570)],
        "person11_boxing_d4": [(0, 106), (106, 194), (194, 250)],
        "person16_handwaving_d4": [(206, 311), (211, 456)],
    }


@pytest.mark.parametrize(
    "line, reason",
    [
        ("person01_boxing_d1 frames 95-1", "'95-1' is not a range"),
        ("person01_boxing_d1 frames 0-10", "'0-10' is not a range"),
        ("person01_boxing_d1 frames 1-10 11-20", "'1-10 11-20' is not a range"),
        ("person01_boxing_d1 frames ,", "has no range"),
        ("person01_boxing_d1 frames", "is not 'name frames"),
        ("person01_boxing_d1 1-10", "is not 'name frames"),
        ("person01_dancing_d1 frames 1-10", "'dancing' is not one of KTH's actions"),
        ("person26_boxing_d1 frames 1-10", "is not a name like"),
        ("person01_boxing_d5 frames 1-10", "is not a name like"),
        ("person02_boxing_d1 frames 1-10", "listed twice"),
    ],
)
def test_a_bad_line_is_named_by_its_number(line, reason, tmp_path):
    path = a_list(tmp_path, f"person02_boxing_d1 frames 1-9\n\n{line}\n")
    with pytest.raises(VideoError) as caught:
        kth.read_sequences(path)
    assert str(caught.value).startswith(f"{path}: line 3: ") and reason in str(caught.value)


NAMES = st.builds(
    "person{:02d}_{}_d{}".format, st.integers(1, 25), st.sampled_from(kth.ACTIONS), st.integers(1, 4)
)
RANGES = st.lists(
    st.tuples(st.integers(0, 900), st.integers(1, 400)).map(lambda p: (p[0], p[0] + p[1])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=50)
@given(
    st.dictionaries(NAMES, RANGES, max_size=12),
    st.sampled_from(["\t", " ", "    \t\t"]),
    st.sampled_from(["\n", "\r\n", " \r\n\r\n"]),
)
def test_any_list_comes_back(tmp_path_factory, sequences, tab, end):
    lines = [
        f"{name}{tab}frames{tab}" + ", ".join(f"{start + 1}-{stop}" for start, stop in ranges)
        for name, ranges in sequences.items()
    ]
    folder = tmp_path_factory.mktemp("list")
    assert kth.read_sequences(a_list(folder, end.join(["header", *lines]))) == sequences


TWO = "person01_boxing_d1 frames 1-5, 8-20\nperson22_walking_d2 frames 1-20\n"


def test_whole_videos_and_ranges_of_the_same_files(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d1", "person22_walking_d2", sequences=TWO)
    whole, cut = load("kth", root), load("kth", root, cut="ranges")
    assert (whole.name, cut.name, whole.classes) == ("KTH1", "KTH2", kth.ACTIONS)
    assert [(v.name, v.label, v.group) for v in whole.videos] == [
        ("person01_boxing_d1_uncomp", 0, "person01"),
        ("person22_walking_d2_uncomp", 5, "person22"),
    ]
    assert [(v.start, v.stop) for v in cut.videos] == [(0, 5), (7, 20), (0, 20)]
    assert whole.split("official").train == (0,) and whole.split("official").test == (1,)
    assert cut.split("official").train == (0, 1) and cut.split("official").test == (2,)


def test_files_may_lie_in_one_folder_and_whole_videos_need_no_list(tmp_path):
    write_frames(tmp_path / "person03_running_d1_uncomp.avi", moving_square(4))
    assert [v.name for v in kth.load(tmp_path).videos] == ["person03_running_d1_uncomp"]
    with pytest.raises(VideoError, match="no list of sequences"):
        kth.load(tmp_path, "ranges")


def test_another_set_in_the_same_layout_keeps_its_own_name(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d1", sequences=TWO)
    assert kth.load(root, name="SynthKTH-1/KTH1").name == "SynthKTH-1/KTH1"


def test_what_is_listed_but_absent_is_said(tmp_path):
    benchmark = kth.load(a_set(tmp_path, "person01_boxing_d1", sequences=TWO))
    assert benchmark.missing == ("person22_walking_d2",)
    assert benchmark.notes == ("1 of the 2 videos of 00sequences.txt are here",)


def test_a_file_that_the_list_calls_missing_is_left_out_and_said(tmp_path):
    root = a_set(
        tmp_path,
        "person13_handclapping_d3",
        "person13_handclapping_d2",
        sequences="person13_handclapping_d2 frames 1-9\nperson13_handclapping_d3 *missing*\n",
    )
    benchmark = kth.load(root)
    assert len(benchmark.videos) == 1
    assert any("person13_handclapping_d3" in note and "left out" in note for note in benchmark.notes)


def test_videos_are_left_out_by_name(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d1", "person22_walking_d2", sequences=TWO)
    benchmark = kth.load(root, exclude=["person01_boxing_d1"])
    assert [v.group for v in benchmark.videos] == ["person22"] and benchmark.missing == ()
    assert "left out on request" in benchmark.notes[0]
    with pytest.raises(ValueError, match="no person01_boxing to leave out"):
        kth.load(root, exclude=["person01_boxing"])


def test_all_bad_names_come_in_one_error(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d1")
    for name in (
        "holiday.avi",
        "person01_dancing_d1_uncomp.avi",
        "boxing/person01_walking_d1_uncomp.avi",
        "person01_boxing_d1_uncomp.avi",
    ):
        (root / name).write_bytes(b"x")
    with pytest.raises(PreparationError) as caught:
        kth.load(root)
    lines = str(caught.value).splitlines()
    assert len(lines) == 5 and all(str(root) in line for line in lines[1:])
    for part in ("'holiday' is not a name", "'dancing' is not one of", "its name says walking", "same video"):
        assert part in str(caught.value)


def test_half_written_and_hidden_files_are_no_videos(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d1")
    (root / "boxing" / "person01_boxing_d2_uncomp.part.avi").write_bytes(b"x")
    (root / "boxing" / "._person01_boxing_d3_uncomp.avi").write_bytes(b"x")
    assert len(kth.load(root).videos) == 1


def test_no_folder_no_video_and_another_cut(tmp_path):
    with pytest.raises(VideoError, match="no such folder"):
        kth.load(tmp_path / "nowhere")
    with pytest.raises(VideoError, match="no KTH video in it"):
        kth.load(tmp_path)
    with pytest.raises(ValueError, match="cut must be"):
        kth.load(tmp_path, "clips")


def test_a_file_of_another_size_is_named_when_prepared(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d1")
    wrong = write_frames(root / "boxing" / "person02_boxing_d1_uncomp.avi", moving_square(5, (64, 80)))
    with pytest.raises(PreparationError, match="80x64, not 160x120") as caught:
        prepare(kth.load(root), tmp_path / "store", "plain", grey=True, jobs=1)
    assert [error.path for error in caught.value.errors] == [wrong]


def truncated_set(folder: Path) -> Path:
    """The damage of the published person01_boxing_d4: the header promises more than can be read."""
    root = a_set(
        folder,
        "person01_boxing_d1",
        sequences=("person01_boxing_d1 frames 1-20\nperson01_boxing_d4 frames 1-8, 9-40\n"),
    )
    broken("truncated", folder).rename(root / "boxing" / "person01_boxing_d4_uncomp.avi")
    (folder / "whole.avi").unlink()
    return root


def test_the_truncated_file_is_kept_as_far_as_it_goes_and_said(tmp_path):
    benchmark = kth.load(truncated_set(tmp_path))
    store = prepare(benchmark, tmp_path / "store", "plain", grey=True, jobs=1)
    frames = store[benchmark.videos[1]]
    assert 8 <= len(frames) < 38
    assert benchmark.notes[0] == (
        f"person01_boxing_d4_uncomp.avi: its header promises 40 frames, {len(frames)} can be read; "
        "it is kept as far as it goes"
    )


def test_a_range_past_the_end_of_the_truncated_file_is_left_out_and_said(tmp_path):
    benchmark = kth.load(truncated_set(tmp_path), "ranges")
    assert [(v.group, v.start, v.stop) for v in benchmark.videos] == [("person01", 0, 20), ("person01", 0, 8)]
    assert "its range 9-40 goes past its end and is left out" in benchmark.notes[1]


def test_the_same_name_whole_is_taken_whole(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d4", sequences="person01_boxing_d4 frames 1-10, 11-20\n")
    benchmark = kth.load(root, "ranges")
    assert len(benchmark.videos) == 2 and benchmark.notes == ()


def test_any_other_truncated_file_is_an_error(tmp_path):
    root = a_set(tmp_path, "person01_boxing_d1")
    broken("truncated", tmp_path).rename(root / "boxing" / "person02_boxing_d4_uncomp.avi")
    (tmp_path / "whole.avi").unlink()
    with pytest.raises(PreparationError, match="person02_boxing_d4_uncomp.avi: its header promises 40"):
        prepare(kth.load(root), tmp_path / "store", "plain", jobs=1)


def test_the_official_sides_are_those_of_the_list():
    assert len(kth.TRAIN_PEOPLE + kth.VALIDATION_PEOPLE) == 16 and len(kth.TEST_PEOPLE) == 9
    assert sorted(kth.TRAIN_PEOPLE + kth.VALIDATION_PEOPLE + kth.TEST_PEOPLE) == list(range(1, 26))


def test_the_real_list_whole():
    sequences = kth.read_sequences(real_folder("KTH", kth.SEQUENCES))
    assert len(sequences) == 599 and sum(map(len, sequences.values())) == 2391
    assert "person13_handclapping_d3" not in sequences
    assert sorted(name for name, ranges in sequences.items() if len(ranges) == 3) == [
        "person11_boxing_d4",
        "person13_handwaving_d3",
        "person14_handwaving_d3",
        "person15_boxing_d4",
        "person22_boxing_d1",
    ]
    assert sequences["person07_jogging_d4"] == [(0, 64), (269, 332), (193, 264), (489, 570)]
    assert sequences["person12_handclapping_d4"][1:3] == [(133, 238), (236, 344)]
    assert sequences["person01_boxing_d4"][-1] == (245, 370)
    assert sequences["person23_running_d1"][0] == (0, 26)


def test_the_real_clip(tmp_path):
    benchmark = kth.load(real_folder("KTH"), "ranges")
    assert len(benchmark.missing) == 598
    store = prepare(benchmark, tmp_path, "plain", grey=True, jobs=1)
    assert [store[video].shape for video in benchmark.videos] == [
        (length, 120, 160, 1) for length in (95, 90, 60, 115)
    ]
