"""Harris-3D interest points and histograms of flow, against slow obvious versions and known motions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab import handcrafted
from vidlab.handcrafted import describe, flow_field, flow_votes, harris3d, harris_response, hof, local_maxima


def textured(length, height, width, seed=0):
    """A smooth random video in 0 … 1."""
    video = np.random.default_rng(seed).random((length, height, width), dtype=np.float32)
    return handcrafted.gaussian(video, 1.0, 1.0)


def moving_square(positions, side=24, size=(64, 80), top=20):
    """A bright square, its left edge at each of `positions` in turn, as uint8 frames."""
    frames = np.full((len(positions), *size), 60, np.uint8)
    for frame, left in zip(frames, positions, strict=True):
        frame[top : top + side, left : left + side] = 200
    return frames


def there_and_back(turn=20, length=41, first=20):
    return [first + turn - abs(turn - t) for t in range(length)]


def response_slowly(video, at, sigma2, tau2, k):
    """H at one point: full 3-D windows, one pixel at a time, straight from Laptev 2005, Sec. 2.2."""

    def window(space, time):
        r, rt = int(np.ceil(3 * space**0.5)), int(np.ceil(3 * time**0.5))
        weights = {
            (t, y, x): np.exp(-(x * x + y * y) / (2 * space) - t * t / (2 * time))
            for t in range(-rt, rt + 1)
            for y in range(-r, r + 1)
            for x in range(-r, r + 1)
        }
        total = sum(weights.values())
        return {offset: w / total for offset, w in weights.items()}

    def mean(volume, point, weights):
        """Weighted mean around a point; beyond the border the nearest value counts."""
        last = np.array(volume.shape) - 1
        offsets = np.array(list(weights))
        inside = np.clip(offsets + point, 0, last)
        return (np.array(list(weights.values())) * volume[*inside.T].T).T.sum(0)

    local = window(sigma2, tau2)
    smooth = np.array([mean(video, p, local) for p in np.ndindex(*video.shape)]).reshape(video.shape)
    slopes = np.zeros((*video.shape, 3))
    for p in np.ndindex(*video.shape):
        for axis in range(3):
            if 0 < p[axis] < video.shape[axis] - 1:
                ahead, behind = list(p), list(p)
                ahead[axis], behind[axis] = p[axis] + 1, p[axis] - 1
                slopes[p][axis] = (smooth[tuple(ahead)] - smooth[tuple(behind)]) / 2
    slopes *= np.array([tau2, sigma2, sigma2]) ** 0.5
    wide = window(2 * sigma2, 2 * tau2)
    products = slopes[..., :, None] * slopes[..., None, :]
    last = np.array(video.shape) - 1
    mu = sum(w * products[tuple(np.clip(np.add(at, offset), 0, last))] for offset, w in wide.items())
    return np.linalg.det(mu) - k * np.trace(mu) ** 3


@pytest.mark.parametrize("at", [(4, 5, 6), (1, 1, 8)])
@pytest.mark.parametrize(("sigma2", "tau2"), [(1.0, 2.0), (2.0, 1.0)])
def test_the_response_equals_its_definition(at, sigma2, tau2):
    video = textured(9, 10, 11)
    slow = response_slowly(video.astype(float), at, sigma2, tau2, 0.0005)
    assert harris_response(video, sigma2, tau2)[at] == pytest.approx(slow, rel=1e-3)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), levels=st.integers(1, 6))
def test_local_maxima_are_those_of_a_plain_search(seed, levels):
    h = np.random.default_rng(seed).integers(0, levels + 1, (5, 6, 7)).astype(np.float32)
    expected = []
    for t, y, x in np.ndindex(3, 4, 5):
        block = h[t : t + 3, y : y + 3, x : x + 3].ravel()
        here = block[13]
        if here > 0 and (here > block[:13]).all() and (here >= block[14:]).all():
            expected.append([t + 1, y + 1, x + 1])
    assert local_maxima(h, 0).tolist() == expected


def test_a_corner_fires_where_its_velocity_reverses():
    points = harris3d(moving_square(there_and_back()))
    corners = [(y, x) for y in (20, 44) for x in (40, 64)]
    assert len(points)
    for t, y, x, *_ in points[points[:, 3] < 3]:
        distance = min(np.hypot(y - cy, x - cx) for cy, cx in corners)
        assert abs(t - 20) <= 2 and distance <= 8


def test_steady_motion_answers_far_less_than_a_reversal():
    steady = harris_response(moving_square(range(41)).astype(np.float32) / 255, 4, 2)[10:-10]
    turning = harris_response(moving_square(there_and_back()).astype(np.float32) / 255, 4, 2)[10:-10]
    assert steady.max() < 0.1 * turning.max()


@settings(max_examples=10)
@given(later=st.integers(0, 20), down=st.integers(0, 2), right=st.integers(-1, 2))
def test_points_move_with_the_video(later, down, right):
    """Any number of frames; whole steps of the coarsest grid (8 pixels) in space."""
    plain = moving_square([40] * 20 + there_and_back(10, 21, 40) + [40] * 40, size=(96, 128), top=32)
    moved = np.full_like(plain, 60)
    moved[:, 8 * down :, :] = np.roll(plain, 8 * right, axis=2)[:, : 96 - 8 * down, :]
    moved = np.concatenate([moved[:1]] * later + [moved])[: len(plain)]
    few = (4.0, 8.0)
    expected = harris3d(plain, sigma2=few) + np.array([later, 8 * down, 8 * right, 0, 0])
    np.testing.assert_allclose(harris3d(moved, sigma2=few), expected)


def test_a_constant_video_has_no_points():
    times, descriptors = describe(np.full((30, 120, 160, 1), 99, np.uint8))
    assert times.shape == (0,) and descriptors.shape == (0, 90)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_shortest_videos_are_described_without_complaint(length):
    noise = np.random.default_rng(0).integers(0, 256, (length, 120, 160, 1), dtype=np.uint8)
    times, descriptors = describe(noise)
    assert descriptors.shape == (len(times), 90)


def test_points_come_in_order_of_time_and_the_strongest_stay():
    noise = np.random.default_rng(0).integers(0, 256, (120, 48, 64), dtype=np.uint8)
    everything = harris3d(noise, threshold=0, most=10**6)
    few = harris3d(noise, threshold=0, most=7)
    for points in (everything, few):
        assert (np.diff(points[:, 0]) >= 0).all()
    assert (few[:, 0] < 100).sum() == 7 and (few[:, 0] >= 100).sum() == 7
    assert {tuple(p) for p in few} <= {tuple(p) for p in everything}


def test_a_description_gives_one_time_and_ninety_numbers_a_point():
    frames = moving_square(there_and_back(), size=(120, 160))[..., None]
    times, descriptors = describe(frames)
    assert len(times) > 0
    assert descriptors.shape == (len(times), 90) and descriptors.dtype == np.float32


@given(angle=st.floats(0, 360), speed=st.floats(0.5, 20))
def test_a_pixel_shares_its_speed_between_the_two_nearest_directions(angle, speed):
    turn = np.deg2rad(angle)
    flow = np.array([np.cos(turn), np.sin(turn)], np.float32).reshape(1, 2, 1, 1) * speed
    votes = flow_votes(flow)[0, 0, 0]
    expected = np.zeros(5)
    first = int(angle // 90)
    expected[first % 4] = 1 - (angle / 90 - first)
    expected[(first + 1) % 4] += angle / 90 - first
    np.testing.assert_allclose(votes, expected * speed, atol=1e-4 * speed)


def test_a_slow_pixel_votes_for_still():
    flow = np.full((1, 2, 1, 1), 0.2, np.float32)
    assert flow_votes(flow)[0, 0, 0].tolist() == [0, 0, 0, 0, 1]


def test_histograms_of_one_motion_have_one_bin():
    points = np.array([[10, 60, 80, 2, 2**0.5]])
    for direction, (x, y) in enumerate([(3, 0), (0, 3), (-3, 0), (0, -3), (0, 0)]):
        flow = np.broadcast_to(np.array([x, y], np.float32)[:, None, None], (20, 2, 60, 80))
        cells = hof(np.zeros((20, 120, 160), np.uint8), points, flow).reshape(2, 3, 3, 5)
        np.testing.assert_allclose(cells[..., direction], 1)


def test_cells_are_ordered_by_time_then_y_then_x():
    flow = np.zeros((40, 2, 60, 80), np.float32)
    flow[20:, 0, :30, :40] = 5  # later, above, on the left: to the right
    points = np.array([[19.5, 59.5, 79.5, 2, 2.0]])
    cells = hof(np.zeros((40, 120, 160), np.uint8), points, flow).reshape(2, 3, 3, 5)
    assert cells[1, 0, 0].tolist() == [1, 0, 0, 0, 0]
    assert (cells[0, :, :, 4] == 1).all()
    assert (cells[1, 2, :, 4] == 1).all() and (cells[1, :, 2, 4] == 1).all()
    assert 0 < cells[1, 1, 1, 0] < 1  # the middle cell is partly in it


def hof_slowly(flow, point):
    """Pixel by pixel: each finds its cell by itself. Video and flow of one size."""
    t0, y0, x0, sigma, tau = point
    votes = flow_votes(flow)
    cells = np.zeros((2, 3, 3, 5))
    for p in np.ndindex(*votes.shape[:3]):
        cell = []
        for i, c, side, n in zip(p, (t0, y0, x0), (8 * tau, 18 * sigma, 18 * sigma), (2, 3, 3), strict=True):
            edges = [np.rint(c + 0.5 + side * (j / n - 0.5)) for j in range(n + 1)]
            cell.append(sum(i >= e for e in edges) - 1)
        if all(0 <= c < n for c, n in zip(cell, (2, 3, 3), strict=True)):
            cells[tuple(cell)] += votes[p]
    total = cells.sum(-1, keepdims=True)
    return np.divide(cells, total, out=np.zeros_like(cells), where=total > 0).ravel()


@settings(max_examples=10)
@given(t=st.integers(0, 14), y=st.integers(0, 29), x=st.integers(0, 39), tau=st.sampled_from([2**0.5, 2.0]))
def test_histograms_equal_a_count_pixel_by_pixel(t, y, x, tau):
    flow = np.random.default_rng(0).normal(0, 1, (15, 2, 30, 40)).astype(np.float32)
    point = np.array([t, y, x, 1.3, tau])
    fast = hof(np.zeros((15, 30, 40), np.uint8), point[None], flow)[0]
    np.testing.assert_allclose(fast, hof_slowly(flow, point), atol=1e-5)


@given(t=st.floats(0, 19), y=st.floats(0, 119), x=st.floats(0, 159), sigma=st.sampled_from([2.0, 4.0, 11.3]))
@settings(max_examples=20)
def test_a_cell_sums_to_one_or_lies_outside(t, y, x, sigma):
    flow = np.zeros((20, 2, 60, 80), np.float32)
    point = np.array([[t, y, x, sigma, 2.0]])
    sums = hof(np.zeros((20, 120, 160), np.uint8), point, flow).reshape(18, 5).sum(1)
    assert np.isin(sums.round(5), [0, 1]).all() and sums.any()


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, -2), (-4, 2)])
def test_flow_is_in_pixels_of_the_full_size_frame(right, down):
    still = (255 * textured(1, 120, 160)[0]).clip(0, 255)
    still = ((still - still.min()) / np.ptp(still) * 255).astype(np.uint8)
    frames = np.stack([np.roll(still, (down * t, right * t), (0, 1)) for t in range(3)])
    flow = flow_field(frames)
    assert flow.shape == (3, 2, 60, 80) and flow.dtype == np.float32
    middle = np.median(flow[:, :, 15:-15, 15:-15], axis=(2, 3))
    np.testing.assert_allclose(middle, [[right, down]] * 3, atol=0.25)
