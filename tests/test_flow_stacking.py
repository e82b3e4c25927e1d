"""Stacking against slow versions that say what the equations say, pixel by pixel."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab import flow


def random_fields(seed: int, length: int, height: int, width: int, spread: float = 2.0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(0, spread, (2, length, 2, height, width)).astype(np.float32))


sizes = st.tuples(st.integers(0, 999), st.integers(1, 4), st.integers(1, 7), st.integers(1, 7))


def at(field: np.ndarray, x: float, y: float) -> np.ndarray:
    """The vector of a field (2, H, W) at a place: bilinear, the place clamped to the border."""
    height, width = field.shape[1:]
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    i, j = min(int(y), max(height - 2, 0)), min(int(x), max(width - 2, 0))
    a, b = y - i, x - j
    below, right = min(i + 1, height - 1), min(j + 1, width - 1)
    upper = (1 - b) * field[:, i, j] + b * field[:, i, right]
    lower = (1 - b) * field[:, below, j] + b * field[:, below, right]
    return (1 - a) * upper + a * lower


def slow(fields: np.ndarray, subtract_mean: bool, follow: bool) -> np.ndarray:
    """Equations (1) and (2), with k counted from 1 as in the paper."""
    n, length, _, height, width = fields.shape
    volume = np.zeros((n, 2 * length, height, width))
    for video, v, u in np.ndindex(n, height, width):
        p = np.array([u, v], float)
        for k in range(1, length + 1):
            vector = at(fields[video, k - 1], *(p if follow else (u, v)))
            mean = fields[video, k - 1].mean((1, 2)) if subtract_mean else 0
            volume[video, 2 * k - 2 : 2 * k, v, u] = vector - mean  # channels 2k - 1 and 2k
            p = p + vector
    return volume


@settings(max_examples=30)
@given(sizes, st.booleans())
def test_plain_stacking_is_equation_1(size, subtract_mean):
    fields = random_fields(*size)
    expected = slow(fields.numpy(), subtract_mean, follow=False)
    np.testing.assert_allclose(flow.stacked(fields, subtract_mean), expected, atol=1e-5)


@settings(max_examples=30)
@given(sizes, st.booleans())
def test_trajectory_stacking_is_equation_2(size, subtract_mean):
    fields = random_fields(*size)
    expected = slow(fields.numpy(), subtract_mean, follow=True)
    np.testing.assert_allclose(flow.along_trajectories(fields, subtract_mean), expected, atol=2e-3)


def test_the_channels_are_x1_y1_x2_y2():
    fields = torch.arange(6.0).reshape(1, 3, 2, 1, 1).expand(1, 3, 2, 4, 5)
    assert flow.stacked(fields, subtract_mean=False)[0, :, 0, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_both_stackings_agree_where_all_pixels_move_alike():
    fields = torch.tensor([3.0, -1.0])[:, None, None].expand(1, 5, 2, 6, 7)
    assert torch.allclose(flow.along_trajectories(fields, False), flow.stacked(fields, False), atol=1e-5)


@pytest.mark.parametrize("stack", [flow.stacked, flow.along_trajectories])
def test_mean_subtraction_takes_each_field_s_own_mean(stack):
    shift = torch.tensor([[[5.0, -3.0], [2.0, 1.0]]])[..., None, None].expand(1, 2, 2, 6, 7)
    assert stack(shift).abs().max() < 1e-5


def test_both_ways_goes_on_from_the_frame_and_then_back_from_it():
    forward = torch.tensor([10.0, 11, 12])[None, :, None, None, None].expand(1, 3, 2, 4, 4)
    backward = torch.tensor([7.0, 8, 9])[None, :, None, None, None].expand(1, 3, 2, 4, 4)
    channels = flow.both_ways(forward, backward, subtract_mean=False)[0, ::2, 0, 0]
    assert channels.tolist() == [10, 11, 12, 9, 8, 7]


def test_both_ways_follows_trajectories_away_from_the_frame():
    forward, backward = random_fields(0, 2, 5, 6), random_fields(1, 2, 5, 6)
    got = flow.both_ways(forward, backward, flow.along_trajectories, subtract_mean=False)
    expected = slow(backward.flip(1).numpy(), subtract_mean=False, follow=True)
    np.testing.assert_allclose(got[:, 4:], expected, atol=2e-3)


@settings(max_examples=20)
@given(sizes)
def test_mirroring_twice_changes_nothing(size):
    stack = flow.stacked(random_fields(*size))
    assert torch.equal(flow.mirrored(flow.mirrored(stack)), stack)


@settings(max_examples=20)
@given(sizes)
def test_mirroring_reverses_columns_and_negates_x_alone(size):
    stack = flow.stacked(random_fields(*size))
    expected = stack.numpy()[..., ::-1].copy()
    expected[:, 0::2] *= -1
    np.testing.assert_array_equal(flow.mirrored(stack), expected)


def test_mirroring_leaves_its_argument_alone():
    stack = torch.ones(1, 2, 3, 4)
    flow.mirrored(stack)
    assert (stack == 1).all()


def test_the_flow_of_a_mirrored_video_is_the_mirrored_flow():
    from vidlab.flow.analytic import moved

    frames, _ = moved("large shift", (48, 64))
    mirror = flow.estimate(np.ascontiguousarray(frames[:, :, ::-1]), "brox")
    direct = torch.from_numpy(flow.estimate(frames, "brox"))
    assert np.abs(flow.mirrored(direct).numpy() - mirror).mean() < 0.05


def test_trajectories_keep_the_gradient_s_device_and_type():
    fields = random_fields(3, 2, 4, 5).requires_grad_()
    flow.along_trajectories(fields).sum().backward()
    assert fields.grad is not None and fields.grad.dtype == torch.float32
