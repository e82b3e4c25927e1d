"""Dense trajectories and bags of words: known motions, slow obvious versions, and the papers' sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab.flow import analytic
from vidlab.handcrafted import dense_trajectories, trajectories
from vidlab.handcrafted.bag import bag, codebook, histogram, sample
from vidlab.handcrafted.trajectories import BINS, CHANNELS, Trajectories

SIZE = (96, 128)
PLACE = np.stack(np.meshgrid(np.arange(SIZE[1]), np.arange(SIZE[0])), -1).astype(float)
VELOCITIES = {0: (2, 0), 1: (1.5, 1.5), 2: (0, 2), 4: (-2, 0), 7: (1.5, -1.5)}  # by their bin of HOF


def texture(at, seed=0):
    """What a texture looks like at places `(…, 2)`; of few waves, so that tests are quick."""
    return analytic.waves(at, seed, count=15)


def pan(velocity, length=20):
    """All that is seen moves by a velocity, x and y in pixels a frame: `(length, H, W)` uint8."""
    return np.stack([texture(PLACE - t * np.array(velocity)) for t in range(length)])


def moving_square(velocity, length=18, side=60):
    """A textured square on grey, in the middle halfway; and where its middle is, `(length, 2)`."""
    middle = (np.array(SIZE[::-1]) - 1) / 2 + (np.arange(length) - length / 2)[:, None] * velocity
    frames = np.full((length, *SIZE), 120, np.uint8)
    for frame, at in zip(frames, middle, strict=True):
        inside = (np.abs(PLACE - at) < side / 2).all(-1)
        frame[inside] = texture(PLACE - at, seed=1)[inside]
    return frames, middle


def deep_inside(found, middle, margin=18):
    """Which trajectories stay so near to the square's middle that its edge is out of the flow's sight."""
    path = middle[found.start[:, None] + np.arange(16)]
    return (np.abs(found.points - path) < margin).all((1, 2))


def from_actor(found, middle):
    """How near each trajectory comes to the actor's middle, in x or y, whichever is further."""
    return np.abs(found.points - middle[found.start[:, None] + np.arange(16)]).max(2).min(1)


def constant_flow(velocity, length, size=SIZE):
    return np.broadcast_to(np.float32(velocity)[:, None, None], (length, 2, *size)).copy()


def cells(found, name):
    """A descriptor by its cells: `(n, 3, 2, 2, bins)`."""
    return getattr(found, name).reshape(len(found), 3, 2, 2, BINS[name])


@pytest.fixture(scope="module")
def panned():
    return dense_trajectories(pan((1.5, -1)))


@pytest.mark.parametrize("direction", VELOCITIES)
def test_a_moving_square_is_followed_and_its_direction_seen(direction):
    frames, middle = moving_square(VELOCITIES[direction])
    found = dense_trajectories(frames)
    inside = deep_inside(found, middle)
    assert inside.sum() > 20
    steps = np.diff(found.points[inside], axis=1)
    assert np.abs(steps - VELOCITIES[direction]).max() < 0.3
    seen = cells(found, "hof")[inside].sum((0, 1, 2, 3))
    assert seen.argmax() == direction and seen[direction] > 0.6 * seen.sum()
    shape = found.trajectory[inside].reshape(-1, 15, 2)
    speed = np.linalg.norm(VELOCITIES[direction])
    np.testing.assert_allclose(
        shape.mean(1), np.array([VELOCITIES[direction]] * len(shape)) / speed / 15, atol=0.01
    )


@pytest.mark.parametrize("stabilise", [False, True])
def test_what_does_not_move_has_no_trajectories(stabilise):
    assert len(dense_trajectories(pan((0, 0)), stabilise)) == 0
    assert len(dense_trajectories(np.full((20, *SIZE), 99, np.uint8), stabilise)) == 0


def test_a_pan_of_the_camera_is_cancelled(panned):
    stable = dense_trajectories(pan((1.5, -1)), stabilise=True)
    assert len(panned) > 400 and len(stable) < 0.02 * len(panned)


@pytest.fixture(scope="module")
def actor_in_a_pan():
    """Trajectories of an actor who goes left while the picture goes right, as they are and stabilised."""
    frames = pan((1.5, 0), 16)
    middle = np.stack([64 - 2 * (np.arange(16) - 8), np.full(16, 48)], 1)
    for frame, at in zip(frames, middle, strict=True):
        here = (np.abs(PLACE - at) < 16).all(-1)
        frame[here] = texture(PLACE - at, seed=3)[here]
    return middle, dense_trajectories(frames), dense_trajectories(frames, stabilise=True)


def test_under_a_pan_only_the_actor_is_left(actor_in_a_pan):
    middle, plain, stable = actor_in_a_pan
    assert (from_actor(plain, middle) > 40).sum() > 100
    assert (from_actor(stable, middle) > 40).sum() == 0
    near = from_actor(stable, middle) < 6
    assert near.sum() > 3 and (stable.trajectory.reshape(-1, 15, 2)[near].sum(1)[:, 0] < 0).all()


def test_stabilised_descriptors_are_square_roots(actor_in_a_pan):
    _, plain, stable = actor_in_a_pan
    row = {points.tobytes(): i for i, points in enumerate(plain.points)}
    pairs = [(row[p.tobytes()], i) for i, p in enumerate(stable.points) if p.tobytes() in row]
    assert len(pairs) > 20
    before, after = np.array(pairs).T
    shares = plain.hog[before] / plain.hog[before].sum(1, keepdims=True)
    np.testing.assert_allclose(stable.hog[after], np.sqrt(shares), atol=1e-3)


def test_the_camera_is_found_beside_what_moves_by_itself():
    image = texture(PLACE)
    turn = np.array([[1, -0.03, 2.0], [0.03, 1, -1.0], [0, 0, 1]])
    moved = np.concatenate([PLACE, np.ones((*SIZE, 1))], -1) @ turn.T
    field = (moved[..., :2] - PLACE).transpose(2, 0, 1).astype(np.float32)
    actor = (slice(None), slice(30, 60), slice(50, 80))
    field[actor] += np.array([-4, 3], np.float32)[:, None, None]
    np.testing.assert_allclose(trajectories.camera_motion(image, field), turn, atol=0.02)
    own = trajectories.without_camera(image[None], field[None])[0]
    np.testing.assert_allclose(own[actor].mean((1, 2)), [-4, 3], atol=0.1)
    own[actor] = 0
    assert np.abs(own).max() < 0.1


def test_without_corners_the_camera_stands_still():
    flat = np.full(SIZE, 99, np.uint8)
    np.testing.assert_array_equal(trajectories.camera_motion(flat, constant_flow((2, 1), 1)[0]), np.eye(3))


def test_sizes_are_the_papers(panned):
    assert CHANNELS == {"trajectory": 30, "hog": 96, "hof": 108, "mbh_x": 96, "mbh_y": 96}
    for name, width in CHANNELS.items():
        values = getattr(panned, name)
        assert (
            values.shape == (len(panned), width) and values.dtype == np.float32 and np.isfinite(values).all()
        )
    assert panned.points.shape == (len(panned), 16, 2)
    np.testing.assert_allclose(np.unique(panned.scale), 2 ** (np.arange(4) / 2), rtol=1e-6)
    assert (panned.start >= 0).all() and (panned.start <= 20 - 16).all()
    assert (panned.points > -1).all() and (panned.points < np.array(SIZE[::-1])).all()


def test_colour_and_a_last_axis_of_one_are_looked_at_as_grey():
    frames = pan((2, 0), 16)
    expected = dense_trajectories(frames).points
    assert len(expected)
    for other in (frames[..., None], np.repeat(frames[..., None], 3, -1)):
        np.testing.assert_array_equal(dense_trajectories(other).points, expected)


@pytest.mark.parametrize("shape", [(0, 96, 128, 3), (1, 96, 128), (15, 96, 128, 3), (20, 31, 128)])
def test_too_short_or_small_a_video_gives_no_rows(shape):
    frames = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    found = dense_trajectories(frames)
    assert len(found) == 0 and found.points.shape == (0, 16, 2) and found.scale.shape == (0,)
    assert {name: getattr(found, name).shape[1] for name in CHANNELS} == CHANNELS


def test_frames_of_another_kind_are_refused():
    with pytest.raises(ValueError, match="uint8"):
        dense_trajectories(np.zeros((20, *SIZE), np.float32))


def test_every_step_is_needed():
    frames = pan((2, 0), 16)
    assert len(dense_trajectories(frames)) > 0
    assert len(dense_trajectories(frames[:15])) == 0


def test_a_cell_that_becomes_free_gets_a_new_point():
    image = texture(PLACE)
    points, start = trajectories.track(np.repeat(image[None], 31, 0), constant_flow((0, 0), 30))
    assert np.unique(start).tolist() == [0, 15]
    assert np.array_equal(points[start == 0], points[start == 15])


def test_points_leave_with_the_frame():
    flow = constant_flow((3.2, 0), 15)  # some would leave with the last step
    points, _ = trajectories.track(np.repeat(texture(PLACE)[None], 16, 0), flow)
    assert len(points) and points[..., 0].max() <= SIZE[1] - 1
    steps = np.diff(points, axis=1)
    np.testing.assert_allclose(steps, np.broadcast_to([3.2, 0], steps.shape), atol=1e-4)


def test_the_median_overrules_single_wild_vectors():
    flow = constant_flow((1, 0), 15)
    flow[:, :, 2::5, 4::5] = 30  # on the way of every point
    points, _ = trajectories.track(np.repeat(texture(PLACE)[None], 16, 0), flow)
    assert len(points) > 100
    np.testing.assert_allclose(np.diff(points, axis=1), np.broadcast_to([1, 0], (len(points), 15, 2)))


def test_points_start_in_free_cells_with_structure():
    image = texture(PLACE)
    image[:, 64:] = 120
    everywhere = trajectories.new_points(image, np.zeros((0, 2)))
    assert (everywhere % 5 == 2).all() and (everywhere[:, 0] < 66).all()
    assert len(everywhere) > 0.9 * (96 // 5) * (64 // 5)
    followed = everywhere[::3] + [2, -2]  # the same cell, another corner of it
    expected = {tuple(p) for p in everywhere} - {tuple(p) for p in everywhere[::3]}
    assert {tuple(p) for p in trajectories.new_points(image, followed)} == expected


def test_static_paths_and_jumps_are_left_out():
    steady = np.tile([1.0, 0.0], (15, 1))
    trembling = steady * np.where(np.arange(15) % 2, 1, -1)[:, None]
    jump = 0.1 * steady
    jump[7] = 10
    keep = trajectories.worth_keeping(np.stack([steady, 0.1 * steady, trembling, jump, 0 * steady]))
    assert keep.tolist() == [True, False, False, False, False]


def test_whether_a_path_is_static_is_told_in_pixels_of_the_video():
    found = dense_trajectories(pan((0, 0), 16), flow=constant_flow((0.5, 0), 15))
    assert len(np.unique(found.scale)) == 4
    assert len(dense_trajectories(pan((0, 0), 16), flow=constant_flow((0.3, 0), 15))) == 0


def shared_slowly(x, y, bins):
    """One vector's votes: its length, between the two directions it lies between."""
    turn = (np.arctan2(y, x) % (2 * np.pi)) / (2 * np.pi) * bins
    out = np.zeros(bins)
    out[int(turn) % bins] += np.hypot(x, y) * (1 - turn % 1)
    out[(int(turn) + 1) % bins] += np.hypot(x, y) * (turn % 1)
    return out


def test_votes_equal_a_count_vector_by_vector():
    x, y = np.random.default_rng(0).normal(0, 2, (2, 9, 11)).astype(np.float32)
    x[0, :4], y[0, :4] = [1, 0, -1, 0], [0, 1, 0, -1]
    slow = np.array([shared_slowly(a, b, 8) for a, b in zip(x.ravel(), y.ravel(), strict=True)])
    np.testing.assert_allclose(trajectories.votes(x, y).reshape(-1, 8), slow, atol=0.02)
    assert trajectories.votes(np.zeros((2, 3), np.float32), np.zeros((2, 3), np.float32)).sum() == 0


def histogram_slowly(images, flow, path, start):
    """One trajectory's histograms, pixel by pixel: each finds its cell by itself."""
    height, width = images.shape[1:]
    total = np.zeros((3, 2, 2, 33))
    for age in range(15):
        seen = trajectories.frame_votes(images[start + age], flow[start + age])
        x, y = np.rint(path[age]).astype(int)
        left, top = min(max(x - 16, 0), width - 32), min(max(y - 16, 0), height - 32)
        for row in range(top, top + 32):
            for column in range(left, left + 32):
                total[age // 5, (row - top) // 16, (column - left) // 16] += seen[row, column]
    return total


def test_histograms_equal_a_count_pixel_by_pixel():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (18, 40, 48), dtype=np.uint8)
    flow = rng.normal(0, 0.5, (17, 2, 40, 48)).astype(np.float32)
    points = rng.uniform(0, [47, 39], (3, 16, 2))
    start = np.array([0, 2, 2])
    fast = trajectories.histograms(images, flow, points, start)
    for row, path, first in zip(fast, points, start, strict=True):
        np.testing.assert_allclose(row, histogram_slowly(images, flow, path, first), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("bin_, image", [
    (0, PLACE[..., 0]), (2, PLACE[..., 1]), (4, 200 - PLACE[..., 0]), (6, 200 - PLACE[..., 1]),
    (1, PLACE.sum(-1)),
])  # fmt: skip
def test_a_gradient_has_one_direction(bin_, image):
    frames = np.repeat(image.astype(np.uint8)[None], 16, 0)
    points = np.full((1, 16, 2), 48.0)
    counts = trajectories.histograms(frames, constant_flow((0, 0), 15), points, np.zeros(1, int))
    hog = counts[..., :8].sum((0, 1, 2, 3))
    assert hog[bin_] == pytest.approx(hog.sum(), rel=0.01) and hog.sum() > 0


def test_slow_pixels_vote_for_still():
    counts = trajectories.frame_votes(np.zeros(SIZE, np.uint8), constant_flow((0.3, 0), 1)[0])
    assert (counts[..., 16] == 1).all() and counts[..., 8:16].sum() == 0
    counts = trajectories.frame_votes(np.zeros(SIZE, np.uint8), constant_flow((0.5, 0), 1)[0])
    assert counts[..., 16].sum() == 0 and np.allclose(counts[..., 8], 0.5)


def test_motion_boundaries_do_not_see_even_motion():
    images = np.repeat(texture(PLACE)[None], 16, 0)
    points, first = np.full((1, 16, 2), 48.0), np.zeros(1, int)
    expanding = np.repeat(0.05 * (PLACE - [64, 48]).transpose(2, 0, 1)[None], 15, 0).astype(np.float32)
    even = trajectories.histograms(images, constant_flow((2, 1), 15), points, first)[..., 17:]
    grows = trajectories.histograms(images, expanding, points, first)[..., 17:]
    assert even.sum() < 1e-3 * grows.sum()
    # Where all grows, x increases to the right, and y downwards.
    assert grows[..., :8].sum((0, 1, 2, 3)).argmax() == 0 and grows[..., 8:].sum((0, 1, 2, 3)).argmax() == 2


def test_a_video_twice_the_size_is_the_same_at_twice_the_scale():
    frames = pan((1.5, -1), 16)
    flow = constant_flow((1.5, -1), 15)
    flow += np.random.default_rng(0).normal(0, 0.1, flow.shape).astype(np.float32)
    twice = frames.repeat(2, 1).repeat(2, 2), 2 * flow.repeat(2, 2).repeat(2, 3)
    small, large = dense_trajectories(frames, flow=flow), dense_trajectories(twice[0], flow=twice[1])
    one, two = small.scale == 1, np.isclose(large.scale, 2)
    assert one.sum() > 100 and one.sum() == two.sum()
    np.testing.assert_allclose(large.points[two], 2 * small.points[one] + 0.5, atol=1e-3)
    for name in CHANNELS:
        np.testing.assert_allclose(getattr(large, name)[two], getattr(small, name)[one], atol=1e-4)


def test_descriptors_do_not_see_contrast_or_speed():
    frames = pan((2, 0), 16)
    flow = constant_flow((1, 0), 15)
    flow[:, 0] += np.linspace(0, 1, 128, dtype=np.float32)
    plain = trajectories.histograms(frames, flow, np.full((1, 16, 2), 48.0), np.zeros(1, int))
    strong = trajectories.histograms(frames // 2, 2 * flow, np.full((1, 16, 2), 48.0), np.zeros(1, int))
    for part in (slice(0, 8), slice(8, 17), slice(17, 25)):
        one, other = (trajectories.normalised(counts[..., part]) for counts in (plain, strong))
        np.testing.assert_allclose(one, other, atol=0.02)


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=20)
def test_descriptors_have_length_one_or_are_zero(seed, root):
    counts = np.random.default_rng(seed).exponential(5, (4, 3, 2, 2, 8)).astype(np.float32)
    counts[2] = 0
    rows = trajectories.normalised(counts, root)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 0, 1], rtol=1e-5)
    exponent = 2 if root else 1
    ratio = rows[0] ** exponent / counts[0].ravel()
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)


def made_up(first, count):
    """Trajectories whose every number is their own serial number."""
    serial = np.arange(first, first + count, dtype=np.float32)
    rows = (np.repeat(serial[:, None], width, 1) for width in CHANNELS.values())
    return Trajectories(np.zeros((count, 16, 2)), np.zeros(count, int), np.ones(count), *rows)


def test_a_sample_is_bounded_and_keeps_channels_together():
    videos = (made_up(first, count) for first, count in [(0, 5), (5, 0), (5, 40), (45, 3)])
    drawn = sample(videos, np.random.default_rng(0), most=12)
    assert drawn.keys() == CHANNELS.keys()
    serial = drawn["hog"][:, 0]
    assert len(set(serial)) == 12 and serial.max() < 48
    for name, rows in drawn.items():
        np.testing.assert_array_equal(rows, np.repeat(serial[:, None], CHANNELS[name], 1))


def test_a_sample_of_few_is_all_of_them():
    drawn = sample([made_up(0, 3), made_up(3, 4)], np.random.default_rng(0), most=100)
    assert drawn["trajectory"][:, 0].tolist() == list(range(7))


def test_every_trajectory_is_as_likely_to_be_drawn():
    """Of 40 trajectories 10 are drawn, 400 times: each 100 times, give or take five standard deviations."""
    rng = np.random.default_rng(0)
    videos = [made_up(0, 12), made_up(12, 1), made_up(13, 27)]
    drawn = np.concatenate([sample(videos, rng, most=10)["trajectory"][:, 0] for _ in range(400)])
    count = np.bincount(drawn.astype(int), minlength=40)
    assert np.abs(count - 100).max() < 5 * (400 * 0.25 * 0.75) ** 0.5


def test_a_codebook_finds_what_lies_together():
    rng = np.random.default_rng(0)
    truth = 10 * rng.normal(size=(6, 8))
    rows = (truth[rng.integers(0, 6, 600)] + 0.1 * rng.normal(size=(600, 8))).astype(np.float32)
    centres = codebook(rows, 6, np.random.default_rng(1))
    assert centres.shape == (6, 8) and centres.dtype == np.float32
    apart = np.linalg.norm(truth[:, None] - centres, axis=2)
    assert (apart.min(1) < 0.1).all()
    np.testing.assert_array_equal(centres, codebook(rows, 6, np.random.default_rng(1)))


def test_a_codebook_needs_as_many_descriptors_as_words():
    with pytest.raises(ValueError, match="5 words"):
        codebook(np.zeros((4, 8), np.float32), 5, np.random.default_rng(0))


def test_a_histogram_counts_the_nearest_words():
    rng = np.random.default_rng(0)
    rows, centres = rng.normal(size=(50, 7)).astype(np.float32), rng.normal(size=(9, 7)).astype(np.float32)
    slow = np.zeros(9)
    for row in rows:
        slow[np.argmin([np.linalg.norm(row - centre) for centre in centres])] += 1 / 50
    np.testing.assert_allclose(histogram(rows, centres), slow, atol=1e-6)
    assert histogram(rows[:0], centres).tolist() == [0] * 9


def test_a_bag_holds_five_histograms_that_sum_to_one(panned):
    rng = np.random.default_rng(0)
    drawn = sample([panned], rng, most=200)
    codebooks = {name: codebook(rows, 10, rng) for name, rows in drawn.items()}
    features = bag(panned, codebooks)
    assert features.shape == (50,) and features.dtype == np.float32
    np.testing.assert_allclose(features.reshape(5, 10).sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(features[10:20], histogram(panned.hog, codebooks["hog"]))
    assert not bag(dense_trajectories(pan((0, 0), 16)), codebooks).any()
