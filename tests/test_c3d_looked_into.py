"""Tran 2015, what is measured without training: back-projections against the true motion, and the clock."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vidlab import flow
from vidlab.nets import C3D
from vidlab.papers import c3d as paper
from vidlab.papers import worlds
from vidlab.papers.c3d import clock, projected, solve


@pytest.fixture(scope="module")
def few():
    """Three test videos of the quick world, of 60 pixels."""
    found = worlds.material(worlds.UCF, "quick")
    split = found.benchmark.split("split1")
    first = SimpleNamespace(test=split.test[:3])
    few = SimpleNamespace(name=worlds.UCF, videos=found.benchmark.videos, split=lambda name: first)
    return SimpleNamespace(benchmark=few, pixels=found.pixels, side=found.side)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return C3D(5, 56, 0.1, norm=True).eval()


def test_each_map_is_met_where_it_is_strongest(few, net):
    found = projected.tops(net, few, "split1")
    assert len({channel for channel, *_ in found}) == len(found) <= 51
    channel, video, cell = found[0]
    clips = {v: projected.centre_crops(projected.Clips(few.pixels), v, [projected.middle(few, v)], 56)
             for v in few.benchmark.split("split1").test}  # fmt: skip
    with torch.no_grad():
        maps = {v: projected.activations(net, clip, net.relu5b)[0, channel] for v, clip in clips.items()}
    assert maps[video][cell] == max(m.max() for m in maps.values())


def test_moving_pixels_are_those_that_leave_the_background_behind():
    actor = np.zeros((2, 120, 160), bool)
    actor[:, 40:60, 70:80] = True
    rows, columns = np.indices((120, 160))
    flow = np.stack([2 + 0.05 * (columns - 80), -1 + 0.05 * (rows - 60)])[None]  # the camera pans and zooms
    flow[0, 0, 45:50, 70:80] += 0.6
    flow[0, 0, 50:60, 70:80] += 0.4
    mask = projected.moving(flow, actor, 0.5)
    assert mask.shape == (2, 120, 160) and mask[:, 45:50, 70:80].all() and mask.sum() == 2 * 50


def test_masks_are_cut_as_frames_are():
    masks = np.zeros((1, 120, 160), bool)
    masks[0, 60:, 80:] = True
    cut = projected.cropped(masks, 60, 56)
    assert cut.shape == (1, 56, 56) and cut[0, 28:, 28:].all() and cut.sum() == 28 * 28


def test_what_moves_is_compared_with_its_share_of_the_area(few, net, monkeypatch):
    """A back-projection that is everywhere alike lies on moving pixels as much as chance has it."""
    monkeypatch.setattr(projected, "deconvolution", lambda net, clip, *_, **__: torch.ones_like(clip))
    video = few.benchmark.split("split1").test[0]
    row = projected.measured(net, few, "quick", 0, video, (0, 0, 0))
    assert row["gains"] == pytest.approx([1.0, 1.0])
    np.testing.assert_allclose(row["energy"], 1 / 16)
    np.testing.assert_allclose(row["on_moving"], row["chance_moving"])


@pytest.mark.parametrize("arm", ["projected-moving", "projected-later"])
def test_maps_are_counted_that_say_yes(arm, few, net, monkeypatch):
    rows = [{"name": f"map {k}", "gains": gains} | dict.fromkeys(projected.CURVES, np.ones(16))
            for k, gains in enumerate([[1.0, 2.0], [3.0, 2.0], [np.nan, 2.0], [0.2, 0.4]])]  # fmt: skip
    monkeypatch.setattr(solve.Solver, "solve", lambda self, e: SimpleNamespace(net=net))
    monkeypatch.setattr(projected, "tops", lambda *_: [(k,) for k in range(4)])
    monkeypatch.setattr(projected, "measured", lambda net, found, size, k: rows[k])
    found = paper.train(paper.arm(arm)[0], "quick")
    assert found.video_names == [f"map {k}" for k in range(51)]  # of which 47 never fire
    moving = arm == "projected-moving"
    expected = [1, 1, 1, 0] if moving else [1, 0, 0, 1]
    assert found.predictions.tolist() == expected + 47 * [0]  # the third has no energy in its first frames
    assert found.extra["unknown"] == (0 if moving else 1)
    assert found.extra["gains"] == [1.0, 2.0] and found.extra["fire"] == 4
    assert len(found.extra["energy"]) == 16


def test_the_control_looks_into_the_same_network_before_training(few, net, monkeypatch):
    asked = []
    monkeypatch.setattr(solve.Solver, "network", lambda self, e: asked.append(e) or net)
    monkeypatch.setattr(projected, "tops", lambda *_: [(0,)])
    row = {"name": "map 0", "gains": [1.0, 2.0]} | dict.fromkeys(projected.CURVES, np.ones(16))
    monkeypatch.setattr(projected, "measured", lambda *_: row)
    paper.train(paper.arm("projected-later-untrained")[2], "quick")
    assert asked == [paper.arm("sports-c3d")[2]]


def test_the_first_call_is_not_counted_and_the_median_of_the_others_is(monkeypatch):
    now = [0.0]
    took = iter([90.0, 3.0, 50.0, 2.0, 4.0, 1.0])
    monkeypatch.setattr(clock.time, "perf_counter", lambda: now[0])

    def work():
        now[0] += next(took)

    assert clock.seconds(work, "cpu") == 3.0 and next(took, None) is None


def test_table_6_is_timed_on_frames_as_large_as_those_of_ucf101():
    frames = clock.some_frames("quick", 0)
    assert frames.shape == (48, 240, 320, 3) and frames.dtype == np.uint8


def test_every_method_of_table_6_is_timed_at_work_on_the_same_frames(monkeypatch):
    """Each really does what it is timed for, here on 17 frames of a sixteenth of the size."""
    done, whole = [], clock.some_frames
    monkeypatch.setattr(clock, "C3D", lambda: C3D(5, 56, 0.05))
    monkeypatch.setattr(clock, "some_frames", lambda *a: whole(*a)[:17, ::4, ::4])
    monkeypatch.setattr(clock, "seconds", lambda work, device: done.append(work()) or 0.5)
    found = paper.train(paper.arm("run-time")[0], "quick").extra
    told = dict(zip(found, done, strict=False))  # the ratios come last
    assert list(told) == ["C3D", "trajectories", *flow.METHODS] and len(done) == len(told)
    assert told["C3D"]["fc6"].shape == (205,)
    assert told["trajectories"].points.shape[1:] == (16, 2) and len(told["trajectories"].points)
    assert {told[method].shape for method in flow.METHODS} == {(16, 2, 60, 80)}


def test_rates_are_frames_a_second_and_ratios_those_of_rates(monkeypatch):
    took = iter([0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
    monkeypatch.setattr(clock, "C3D", lambda: C3D(5, 56, 0.05))
    monkeypatch.setattr(clock, "seconds", lambda work, device: next(took))
    found = paper.train(paper.arm("run-time")[0], "quick").extra
    assert [found[name] for name in ("C3D", "trajectories", *flow.METHODS)] == [96, 48, 24, 12, 6, 3]
    for name in ("trajectories", "farneback", "brox"):
        assert found[f"c3d_over_{name}"] == found["C3D"] / found[name]


def test_a_step_is_timed_at_the_three_sizes_of_the_paper(monkeypatch):
    asked = []
    monkeypatch.setattr(clock, "one_step", lambda crop, *_: crop)
    monkeypatch.setattr(clock, "seconds", lambda work, device: asked.append(work) or work**2)
    found = paper.train(paper.arm("step-time")[0], "quick").extra
    assert asked == [56, 112, 224]
    assert found["56_to_112"] == 4 and found["112_to_224"] == 4 and found["seconds_56"] == 56**2 / 2


@pytest.mark.parametrize(("arm", "device"), [("step-time", "cpu"), ("step-time-gpu", "cuda")])
def test_a_clock_runs_on_the_device_that_it_is_of(arm, device, monkeypatch):
    asked = []
    monkeypatch.setattr(clock, "step_seconds", lambda size, seed, where: asked.append(where) or {})
    assert paper.at_paper_size(paper.arm(arm)[0]) == paper.arm(arm)[0]
    paper.train(paper.arm(arm)[0], "quick", "cuda" if device == "cpu" else "cpu")
    assert asked == [device]


def test_a_step_trains():
    step = clock.one_step(56, 1, 0, "cpu")
    step()
