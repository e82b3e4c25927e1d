"""One file to frames and back: all that is promised, or one clear line."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.video_files import FIXTURES, broken, moving_square, real_folder
from vidlab.videos import reading
from vidlab.videos.reading import DiskError, VideoError, read_frames, read_prefix, stream_frames, write_frames

KINDS = {
    "missing": "no such file",
    "folder": "is a folder",
    "empty": "the file is empty",
    "garbage": "not a video that can be opened",
    "text": "not a video that can be opened",
    "wrong suffix": "not a video's suffix",
    "truncated": "its header promises 40 frames but",
    "header only": "not one frame can be read",
    "index gone": "not a video that can be opened",
    "corrupt h264": "its header promises 60 frames but 11 can be read",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_gives_one_line_with_file_reason_and_remedy(kind, tmp_path, capfd):
    path = broken(kind, tmp_path)
    with pytest.raises(VideoError) as caught:
        read_frames(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ") and KINDS[kind] in line and "; " in line and "\n" not in line
    assert capfd.readouterr().err == "", "the decoder wrote to stderr"


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_says_of_a_broken_file_what_reading_says(kind, tmp_path):
    path = broken(kind, tmp_path)
    with pytest.raises(VideoError) as read:
        read_frames(path)
    with pytest.raises(VideoError) as streamed:
        list(stream_frames(path))
    assert str(streamed.value) == str(read.value)


def test_a_stream_gives_the_frames_of_the_whole_file(tmp_path):
    path = write_frames(tmp_path / "a.avi", moving_square(9))
    np.testing.assert_array_equal(list(stream_frames(path)), read_frames(path))


def test_a_stream_of_a_file_cut_at_its_source_is_its_prefix(tmp_path):
    path = broken("truncated", tmp_path)
    np.testing.assert_array_equal(list(stream_frames(path, truncated=True)), read_prefix(path)[0])


def test_what_is_written_is_read_in_order_and_in_colour(tmp_path):
    square = moving_square()
    frames = np.concatenate([square, square // 2, 255 - square], axis=-1)
    read = read_frames(write_frames(tmp_path / "a.avi", frames))
    assert read.dtype == np.uint8 and read.shape == frames.shape
    error = np.abs(read.astype(int) - frames).mean(axis=(1, 2, 3))
    assert error.max() < 8, "RGB came back as another order, or frames moved"


def test_grey_frames_come_back_grey(tmp_path):
    frames = moving_square(20)
    path = write_frames(tmp_path / "a.avi", frames)
    grey = read_frames(path, grey=True)
    assert grey.shape == frames.shape
    assert np.abs(grey.astype(int) - frames).mean() < 4
    assert read_frames(path).shape == (20, 120, 160, 3)


def test_grey_frames_may_have_no_channel_axis(tmp_path):
    assert read_frames(write_frames(tmp_path / "a.avi", moving_square(5)[..., 0])).shape == (5, 120, 160, 3)


def test_h264_reads_whole():
    assert read_frames(FIXTURES / "square_h264.mp4").shape == (60, 60, 80, 3)


@pytest.mark.parametrize("lie, fails", [(-3, True), (-2, False), (2, False), (3, True)])
def test_header_and_frames_may_differ_by_two(lie, fails, tmp_path):
    path = write_frames(tmp_path / "a.avi", moving_square(40))
    data = bytearray(path.read_bytes())
    for chunk, offset in ((b"avih", 8 + 16), (b"strh", 8 + 32)):
        at = data.index(chunk) + offset
        data[at : at + 4] = (40 + lie).to_bytes(4, "little")
    path.write_bytes(data)
    assert reading.promised_frames(path) == 40 + lie
    if fails:
        with pytest.raises(VideoError, match=f"promises {40 + lie} frames"):
            read_frames(path)
    else:
        assert len(read_frames(path)) == 40


def test_a_wrong_size_is_said_both_ways(tmp_path):
    path = write_frames(tmp_path / "a.avi", moving_square(5, (64, 80)))
    with pytest.raises(VideoError, match="its frames are 80x64, not 160x120"):
        read_frames(path, size=(120, 160))


def test_a_prefix_says_how_far_it_goes(tmp_path):
    frames, promised = read_prefix(broken("truncated", tmp_path), grey=True)
    assert promised == 40 and 1 <= len(frames) < 38
    assert np.abs(frames.astype(int) - moving_square()[: len(frames)]).mean() < 4


@pytest.mark.parametrize("kind", ["missing", "empty", "garbage", "header only"])
def test_a_prefix_of_nothing_is_an_error(kind, tmp_path):
    with pytest.raises(VideoError):
        read_prefix(broken(kind, tmp_path))


def test_names_with_awkward_characters(tmp_path):
    path = tmp_path / "-_(a)[_NEW_]!#&+;~@ é.avi"
    assert len(read_frames(write_frames(path, moving_square(5)))) == 5


def test_errors_survive_pickling():
    error = pickle.loads(pickle.dumps(VideoError("a.avi", "reason", "remedy")))
    assert str(error) == "a.avi: reason; remedy"


@pytest.mark.parametrize(
    "frames", [np.zeros((4, 8, 8), np.float32), np.zeros((8, 8), np.uint8), np.zeros((4, 8, 8, 2), np.uint8)]
)
def test_only_uint8_frames_are_written(frames, tmp_path):
    with pytest.raises(ValueError, match="uint8"):
        write_frames(tmp_path / "a.avi", frames)


def test_no_frames_make_no_file(tmp_path):
    with pytest.raises(VideoError, match="no frame to write"):
        write_frames(tmp_path / "a.avi", np.zeros((0, 8, 8), np.uint8))
    assert list(tmp_path.iterdir()) == []


def test_writing_into_no_folder_is_said(tmp_path, capfd):
    with pytest.raises(DiskError, match="does the folder exist"):
        write_frames(tmp_path / "no" / "a.avi", moving_square(5))
    assert capfd.readouterr().err == ""


def test_a_full_disk_leaves_the_old_video(tmp_path, monkeypatch):
    path = write_frames(tmp_path / "a.avi", moving_square(5))
    monkeypatch.setattr(reading, "count_frames", lambda path: 3)  # what a full disk leaves
    with pytest.raises(DiskError, match="only 3 of 9 frames were written; is the disk full"):
        write_frames(path, moving_square(9))
    assert [p.name for p in tmp_path.iterdir()] == ["a.avi"] and len(read_frames(path)) == 5


def test_writing_aside_leaves_nothing_half_done(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), reading.written_whole(path) as aside:
        aside.write_text("ne")
        raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"] and path.read_text() == "old"


@settings(max_examples=15)
@given(length=st.integers(1, 30), height=st.integers(8, 40), width=st.integers(8, 40), grey=st.booleans())
def test_any_length_and_size_comes_back(length, height, width, grey, tmp_path_factory):
    shape = (length, 2 * height, 2 * width, 1 if grey else 3)
    path = tmp_path_factory.mktemp("v") / "a.avi"
    frames = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    assert read_frames(write_frames(path, frames), grey=grey).shape == shape


def test_real_clips_read_whole():
    """XviD with packed B-frames among them: header and frames differ by one."""
    root = real_folder("UCF-101")
    paths = sorted(root.glob("*/*.avi"))
    assert paths
    for path in paths:
        frames = read_frames(path, size=(240, 320))
        assert abs(len(frames) - reading.promised_frames(path)) <= 2
