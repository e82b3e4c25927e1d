"""C3D as it is used: on real clips of UCF-101, where there are any, and with the recorded weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.video_files import real_folder
from vidlab import workshop
from vidlab.nets import C3D
from vidlab.papers import c3d as paper
from vidlab.papers.c3d import describe
from vidlab.videos.reading import read_frames


@pytest.fixture
def small(monkeypatch):
    """A tiny C3D in the place of the recorded one: nothing is claimed from it but that it runs."""
    torch.manual_seed(0)
    by = describe.recorded(C3D(5, 40, 0.05, norm=True), 44, "small")
    monkeypatch.setattr(workshop, "describer", lambda *_: by)
    monkeypatch.setattr(workshop, "best_device", lambda: "cpu")
    return by


@pytest.fixture
def real():
    """Two real clips of each of two classes: the fewest of which each can be named by all others."""
    root = real_folder("UCF-101").parent
    found = workshop.benchmark("ucf101", root, ["Biking", "Diving"], True)
    some = [video for k in (0, 1) for video in [v for v in found.videos if v.label == k][:2]]
    return replace(found, videos=tuple(some), splits=())


def test_real_clips_are_described(small, real, tmp_path):
    told = workshop.describe_to("c3d", real, tmp_path / "store", tmp_path / "f.npz", ["fc6"], None)
    assert "4 videos: fc6 (4, 205)" in told and "of the 13320" in told
    kept = np.load(tmp_path / "f.npz")
    assert kept["names"].tolist() == [video.name for video in real.videos]
    assert kept["labels"].tolist() == [0, 0, 1, 1]
    for video, row in zip(real.videos, kept["fc6"], strict=True):
        expected = small.described(read_frames(video.path))["fc6"]
        np.testing.assert_allclose(row, expected, rtol=1e-3, atol=1e-5)


def test_real_clips_are_named_by_an_svm_of_the_others(small, real, tmp_path):
    told = workshop.classify_on("c3d", real, tmp_path / "store", "", None)
    assert "trained on all other groups" in told and "% of 4 videos" in told
    table = [line.split() for line in told.splitlines()[-2:]]
    assert [row[0] for row in table] == ["Biking", "Diving"]
    assert [sum(map(int, row[1:])) for row in table] == [2, 2]


@pytest.fixture(scope="module")
def recorded():
    return workshop.describer("c3d", None)


def noise(seed):
    return np.random.default_rng(seed).integers(0, 256, (20, 120, 160, 3), np.uint8)


def test_without_weights_of_ones_own_the_recorded_run_describes(recorded):
    assert paper.arm("sports-c3d")[0].id in recorded.name


def test_the_recorded_weights_make_a_descriptor(recorded):
    row = recorded.described(noise(0))["fc6"]
    assert row.shape == (1024,) and np.isfinite(row).all() and np.ptp(row) > 0


def test_the_recorded_weights_tell_videos_apart(recorded):
    one, other = (recorded.described(frames)["fc6"] for frames in (noise(0), noise(0) // 2))
    assert not np.allclose(one, other, rtol=0.05)
