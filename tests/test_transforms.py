"""Half size, crops, flips and local contrast normalisation, each against a slow obvious version."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.transforms import (
    baccouche_clip,
    crop_box,
    flip_left_right,
    flip_up_down,
    halve,
    local_contrast_normalise,
)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def normalise_slowly(clip, size=7):
    """Pixel by pixel, straight from the definition."""
    half = size // 2
    g = np.exp(-0.5 * ((np.arange(size) - half) / (size / 4)) ** 2)
    weights = g[:, None, None] * g[:, None] * g
    weights /= weights.sum()

    def mean(x):
        padded = np.pad(x, half, mode="edge")
        out = np.empty_like(x)
        for t, y, z in np.ndindex(*x.shape):
            out[t, y, z] = (weights * padded[t : t + size, y : y + size, z : z + size]).sum()
        return out

    v = clip - mean(clip)
    sigma = np.sqrt(mean(v * v))
    return v / np.maximum(sigma, sigma.mean())


def test_halve_is_the_mean_of_two_by_two():
    frames = noise(3, 8, 12)
    means = frames.reshape(3, 4, 2, 6, 2).astype(float).mean((2, 4))
    assert np.abs(halve(frames) - means).max() <= 0.5


def test_halve_keeps_frames_apart():
    frames = np.stack([np.full((6, 4), value, np.uint8) for value in (10, 200, 30)])
    assert halve(frames)[:, 0, 0].tolist() == [10, 200, 30]


def test_halve_refuses_odd_frames():
    with pytest.raises(ValueError, match="even"):
        halve(noise(2, 5, 6))


@given(x=st.floats(-20, 100), y=st.floats(-20, 80))
def test_the_crop_is_a_piece_of_its_frame_as_near_as_the_border_allows(x, y):
    rows, columns = np.mgrid[0:60, 0:80]
    frame = (rows * 80 + columns)[None]
    crop = crop_box(frame, np.array([[x, y]]))[0]
    top, left = divmod(int(crop[0, 0]), 80)
    assert np.array_equal(crop, frame[0, top : top + 54, left : left + 34])
    nearest_left = np.clip(x - 16.5, 0, 80 - 34)
    nearest_top = np.clip(y - 26.5, 0, 60 - 54)
    assert abs(left - nearest_left) <= 0.5 and abs(top - nearest_top) <= 0.5


def test_each_frame_has_its_own_crop():
    frames = noise(5, 60, 80)
    centres = np.array([[17 + 8 * t, 30] for t in range(5)], float)
    together = crop_box(frames, centres)
    for t in range(5):
        assert np.array_equal(together[t], crop_box(frames[t : t + 1], centres[t : t + 1])[0])


def test_a_box_larger_than_the_frame_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        crop_box(noise(1, 40, 80), np.array([[20.0, 20.0]]))


@settings(max_examples=15, deadline=None)
@given(shape=st.tuples(st.integers(1, 9), st.integers(3, 9), st.integers(3, 9)), seed=st.integers(0, 1000))
def test_normalisation_equals_its_definition(shape, seed):
    clip = noise(*shape, seed=seed).astype(np.float64)
    fast = local_contrast_normalise(torch.from_numpy(clip)).numpy()
    np.testing.assert_allclose(fast, normalise_slowly(clip), atol=1e-8)


@given(gain=st.floats(0.1, 10), offset=st.floats(-100, 100))
@settings(max_examples=25, deadline=None)
def test_normalisation_ignores_gain_and_offset(gain, offset):
    clip = torch.from_numpy(noise(9, 12, 10).astype(np.float64))
    torch.testing.assert_close(
        local_contrast_normalise(gain * clip + offset), local_contrast_normalise(clip), atol=1e-8, rtol=0
    )


@pytest.mark.parametrize("value", [0, 3, 77, 255])
def test_a_flat_clip_gives_zeros(value):
    assert not local_contrast_normalise(torch.full((9, 54, 34), value, dtype=torch.uint8)).any()


def test_each_clip_of_a_batch_is_normalised_by_itself():
    clips = (
        torch.from_numpy(noise(3, 1, 9, 12, 10).astype(np.float32))
        * torch.tensor([1.0, 0.1, 5.0])[:, None, None, None, None]
    )
    together = local_contrast_normalise(clips)
    for clip, expected in zip(clips, together, strict=True):
        torch.testing.assert_close(local_contrast_normalise(clip), expected)


def test_normalisation_leaves_its_input_alone():
    clip = torch.from_numpy(noise(9, 12, 10).astype(np.float32))
    before = clip.clone()
    local_contrast_normalise(clip)
    assert torch.equal(clip, before)


def test_normalisation_refuses_what_is_no_clip():
    with pytest.raises(ValueError, match="odd size"):
        local_contrast_normalise(torch.zeros(5, 5))
    with pytest.raises(ValueError, match="odd size"):
        local_contrast_normalise(torch.zeros(5, 5, 5), size=6)


def test_flips_turn_one_axis_each():
    clip = torch.arange(24).reshape(2, 3, 4)
    assert flip_left_right(clip)[1, 2].tolist() == [23, 22, 21, 20]
    assert flip_up_down(clip)[1, :, 0].tolist() == [20, 16, 12]


def test_the_stored_clip_is_small_and_grey():
    clip = baccouche_clip(noise(4, 120, 160, 1))
    assert clip.shape == (4, 54, 34) and clip.dtype == np.uint8


def test_the_stored_clip_accepts_other_sizes_of_frame():
    assert baccouche_clip(noise(4, 240, 320, 1)).shape == (4, 54, 34)


def test_the_stored_clip_refuses_colour():
    with pytest.raises(ValueError, match="grey=True"):
        baccouche_clip(noise(4, 120, 160, 3))
