"""Windows over a video: where they start, and what they hold."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vidlab.clips import equally_spaced, stream, take, windows

small = st.integers(1, 60)


@given(length=small, size=st.integers(1, 20), hop=st.integers(1, 20))
def test_windows_are_all_the_whole_ones(length, size, hop):
    starts = windows(length, size, hop)
    whole = [s for s in range(0, length, hop) if s + size <= length]
    assert starts.dtype == np.int64
    assert starts.tolist() == (whole or [0])


@given(length=small, size=st.integers(1, 20), hop=st.integers(1, 20))
def test_take_gives_each_window_its_frames(length, size, hop):
    frames = np.arange(length)
    starts = windows(length, size, hop)
    clips = take(frames, starts, size)
    assert clips.shape == (len(starts), size)
    for start, clip in zip(starts, clips, strict=True):
        assert clip.tolist() == [min(start + k, length - 1) for k in range(size)]


@given(length=small, size=st.integers(1, 20), hop=st.integers(1, 20), count=st.integers(1, 5))
def test_a_stream_has_the_windows_of_the_whole_video(length, size, hop, count):
    frames = np.arange(length * 2).reshape(length, 2)
    batches = list(stream(iter(frames), size, hop, count))
    assert {len(batch) for batch in batches[:-1]} <= {count} and 1 <= len(batches[-1]) <= count
    np.testing.assert_array_equal(np.concatenate(batches), take(frames, windows(length, size, hop), size))


def test_a_stream_reads_no_further_than_its_windows():
    frames = iter(np.arange(100))
    next(stream(frames, 16, 8, 4))
    assert next(frames) == 16 + 3 * 8


def test_a_stream_without_frames_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        list(stream(iter(()), 16, 8, 4))


def test_a_short_video_repeats_its_last_frame():
    assert take(np.arange(4), windows(4, 9), 9).tolist() == [[0, 1, 2, 3, 3, 3, 3, 3, 3]]


def test_take_works_on_torch_tensors():
    frames = torch.arange(40).reshape(20, 2)
    assert torch.equal(take(frames, [0, 3], 2), torch.stack([frames[0:2], frames[3:5]]))


@pytest.mark.parametrize("arguments", [(0, 9, 9), (9, 0, 9), (9, 9, 0)])
def test_nothing_to_window_is_refused(arguments):
    with pytest.raises(ValueError, match="at least 1"):
        windows(*arguments)


def test_a_start_outside_the_video_is_refused():
    with pytest.raises(ValueError, match="0 … 4"):
        take(np.arange(5), [5], 2)
    with pytest.raises(ValueError, match="0 … 4"):
        take(np.arange(5), [-1], 2)


@given(st.integers(1, 300), st.integers(1, 20), st.integers(1, 30))
def test_equally_spaced_clips_span_the_video(length, size, count):
    starts = equally_spaced(length, size, count)
    assert len(starts) == count and starts[0] == 0
    assert starts.max() <= max(length - size, 0)
    assert count == 1 or starts[-1] == max(length - size, 0)
    steps = np.diff(starts)
    assert len(steps) == 0 or steps.max() - steps.min() <= 1  # equal but for rounding


def test_equally_spaced_refuses_a_video_without_frames():
    with pytest.raises(ValueError, match="at least 1"):
        equally_spaced(0, 1)
