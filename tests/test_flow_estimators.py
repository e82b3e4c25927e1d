"""Estimators of optical flow: shapes, signs, and errors on motions that are known exactly."""

import numpy as np
import pytest
import torch

from vidlab import flow, synth
from vidlab.flow import analytic, estimators
from vidlab.flow.horn_schunck import gradient, neighbours
from vidlab.flow.sampling import pixel_grid, sampled

METHODS = list(flow.METHODS)
SIZE = (60, 80)
# The mean end-point error in pixels that each method must keep under, on textures of 120 x 160 pixels.
BOUNDS = {
    ("small shift", "farneback"): 0.03, ("small shift", "dis"): 0.1, ("small shift", "brox"): 0.04,
    ("small shift", "horn-schunck"): 0.15,
    ("large shift", "farneback"): 0.06, ("large shift", "dis"): 0.14, ("large shift", "brox"): 0.04,
    ("rotation", "farneback"): 0.25, ("rotation", "dis"): 0.25, ("rotation", "brox"): 0.1,
    ("zoom", "farneback"): 0.25, ("zoom", "dis"): 0.2, ("zoom", "brox"): 0.1,
}  # fmt: skip


def error(method: str, frames: np.ndarray, truth: np.ndarray) -> float:
    return float(flow.end_point_error(flow.estimate(frames, method), truth).mean())


@pytest.mark.parametrize("motion, method", BOUNDS)
def test_a_known_motion_is_found(motion, method):
    assert error(method, *analytic.moved(motion)) < BOUNDS[motion, method]


def test_brox_finds_what_horn_and_schunck_cannot():
    frames, truth = analytic.moved("large shift", SIZE)
    assert error("horn-schunck", frames, truth) > 10 * error("brox", frames, truth)


@pytest.mark.parametrize("method", METHODS)
def test_still_pictures_have_no_flow(method):
    frames = np.repeat(analytic.moved("zoom", SIZE)[0][:1], 3, 0)
    assert np.abs(flow.estimate(frames, method)).max() < 0.1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(4, 40, 48), (4, 40, 48, 1), (4, 40, 48, 3)])
def test_every_kind_of_frames_gives_one_field_a_pair(method, shape):
    frames = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    fields = flow.estimate(frames, method)
    assert fields.shape == (3, 2, 40, 48) and fields.dtype == np.float32 and np.isfinite(fields).all()


@pytest.mark.parametrize("method", METHODS)
def test_colour_is_looked_at_as_grey(method):
    frames, _ = analytic.moved("zoom", SIZE)
    in_colour = np.repeat(frames[..., None], 3, -1)
    np.testing.assert_array_equal(flow.estimate(in_colour, method), flow.estimate(frames, method))


def test_backward_flow_leads_from_the_next_frame_to_this_one():
    frames, truth = analytic.moved("small shift", SIZE)
    three = np.concatenate([frames, frames[:1]])  # there and back again
    fields = flow.estimate(three, "brox", backward=True)
    assert flow.end_point_error(fields[0], -truth[0]).mean() < 0.1
    assert flow.end_point_error(fields[1], truth[0]).mean() < 0.1


def test_pairs_do_not_depend_on_their_batch(monkeypatch):
    frames = np.concatenate([analytic.moved(motion, SIZE)[0] for motion in analytic.MOTIONS])
    whole = flow.estimate(frames, "brox")
    monkeypatch.setattr(estimators, "BATCH", 3)
    np.testing.assert_allclose(flow.estimate(frames, "brox"), whole, atol=1e-3)


def test_brox_works_on_images_smaller_than_the_top_of_its_pyramid():
    assert flow.estimate(np.zeros((2, 9, 10), np.uint8), "brox").shape == (1, 2, 9, 10)


@pytest.mark.parametrize("frames", [
    np.zeros((3, 8, 8)), np.zeros((3, 8, 8, 2), np.uint8), np.zeros((1, 8, 8), np.uint8),
])  # fmt: skip
def test_what_is_no_video_is_refused(frames):
    with pytest.raises(ValueError, match="expected|at least 2"):
        flow.estimate(frames)


def test_an_unknown_method_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="'tvl1'.*farneback"):
        flow.estimate(np.zeros((2, 8, 8), np.uint8), "tvl1")


def test_people_s_flow_is_found():
    truth = synth.truth("SynthKTH-1", "person02_walking_d1", size="quick", frames=(30, 36))
    still = np.linalg.norm(truth.flow, axis=1)[truth.actor[:-1]].mean()
    for method in ("farneback", "dis", "brox"):
        found = flow.end_point_error(flow.estimate(truth.frames, method), truth.flow)
        assert found[truth.actor[:-1]].mean() < 0.7 * still, method


def test_the_analytic_flow_takes_each_point_to_its_place():
    frames, truth = analytic.moved("rotation", (90, 120))
    at = pixel_grid(torch.from_numpy(frames)) + torch.from_numpy(truth)
    back = sampled(torch.from_numpy(frames[1]).float()[None, None], at)[0, 0].numpy()
    inner = np.s_[12:-12, 12:-12]
    assert np.abs(back - frames[0])[inner].mean() < 2  # grey levels


def test_gradients_of_a_slope_are_its_steepness():
    y, x = torch.meshgrid(torch.arange(9.0), torch.arange(11.0), indexing="ij")
    found = gradient((3 * x - 2 * y)[None, None])[0, :, 0, 2:-2, 2:-2]
    assert torch.allclose(found, torch.tensor([3.0, -2.0])[:, None, None].expand_as(found), atol=1e-5)


def test_neighbours_are_weighted_as_in_the_paper():
    one = torch.zeros(1, 1, 5, 5)
    one[..., 2, 2] = 12
    expected = torch.tensor([[1.0, 2, 1], [2, 0, 2], [1, 2, 1]])
    assert torch.allclose(neighbours(one)[0, 0, 1:4, 1:4], expected, atol=1e-5)


def test_sampling_at_the_pixels_gives_the_pixels():
    images = torch.rand(2, 3, 5, 7)
    assert torch.allclose(sampled(images, pixel_grid(images).expand(2, 2, 5, 7)), images, atol=1e-5)


def test_end_point_errors_are_distances():
    assert flow.end_point_error(np.full((2, 1, 1), 3.0), np.array([0.0, 7.0])[:, None, None]).item() == 5
