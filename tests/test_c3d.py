"""Tran 2015: which frames make a clip, what the arms of the search are, and how clips make a label."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from vidlab import score
from vidlab.nets import c3d
from vidlab.papers import c3d as paper
from vidlab.papers import worlds
from vidlab.papers.c3d import clips, solve, table
from vidlab.synth import sports, ucf


def ramps(*lengths: int, height=12, width=16) -> list[np.ndarray]:
    """Videos whose frame t is t everywhere, uint8 (T, H, W, 3)."""
    return [
        np.tile(np.arange(n, dtype=np.uint8)[:, None, None, None], (1, height, width, 3)) for n in lengths
    ]


def frame_numbers(stacks: torch.Tensor) -> np.ndarray:
    """Which frames stacks (n, 3T, H, W) of ramps hold: (n, T)."""
    return np.rint(stacks[:, ::3, 0, 0].numpy() * 60 + 114).astype(int)


def test_clips_of_the_search_do_not_overlap():
    source, rng = clips.Clips(ramps(70)), np.random.default_rng(0)
    assert {source.random_start(0, rng) for _ in range(200)} == {0, 16, 32, 48}
    assert frame_numbers(source.inputs([0], [16])).tolist() == [list(range(16, 32))]


def test_a_short_video_repeats_its_last_frame():
    source = clips.Clips(ramps(10))
    assert source.random_start(0, np.random.default_rng(0)) == 0
    assert frame_numbers(source.inputs([0], [0]))[0].tolist() == [*range(10), *[9] * 6]


def test_long_videos_are_seen_through_five_stretches_of_two_seconds():
    source, rng = clips.LongClips(ramps(250, 250)), np.random.default_rng(0)
    starts = sorted({source.random_start(0, rng) for _ in range(3000)})
    runs = 1 + sum(b - a > 1 for a, b in itertools.pairwise(starts))
    assert runs <= 5 and len(starts) <= 5 * 35
    assert starts[-1] + 16 <= 250
    begin = np.random.default_rng(0).integers(0, 201, 5)
    assert set(starts) <= {int(b) + k for b in begin for k in range(35)}
    assert sorted({source.random_start(1, rng) for _ in range(3000)}) != starts


def test_shuffled_clips_hold_the_same_frames_in_a_new_order_each_time_but_in_testing():
    source, rng = clips.Clips(ramps(40, 40), shuffled=True), np.random.default_rng(0)
    plain = source.inputs([0, 0], [0, 0])
    seen = frame_numbers(source.jitter(plain, rng))
    assert all(sorted(row) == list(range(16)) for row in seen.tolist())
    assert (seen[0] != seen[1]).any() and seen[0].tolist() != list(range(16))
    tested, again = (frame_numbers(source.inputs([0, 0], [0, 16])) for _ in range(2))
    assert (tested == again).all() and sorted(tested[1].tolist()) == list(range(16, 32))
    assert torch.equal(clips.Clips(ramps(40)).jitter(plain, rng), plain)


def test_stacks_become_clips_frame_by_frame():
    stacks = torch.arange(2 * 48 * 4.0).view(2, 48, 2, 2)
    whole = clips.in_time(stacks, 16)
    assert whole.shape == (2, 3, 16, 2, 2)
    assert torch.equal(whole[1, 2, 5], stacks[1, 5 * 3 + 2])


class FirstFrame(nn.Module):
    """Says class t // 16 with certainty, t being the number of the clip's first frame."""

    def forward(self, x):
        number = (x[:, 0, 0].mean((1, 2)) * 60 + 114).round().long() // 16
        return 30 * nn.functional.one_hot(number, 5).float()


def test_test_clips_are_whole_and_sixteen_frames_apart():
    source = clips.Clips(ramps(70, 31, 9))
    scores = clips.label_clips(FirstFrame(), source, [0, 1, 2], np.array([3, 0, 0]), crop=8)
    assert scores.video.tolist() == [0, 0, 0, 0, 1, 2]
    assert scores.clip.tolist() == [0, 1, 2, 3, 0, 0]
    assert scores.probabilities.argmax(1).tolist() == [0, 1, 2, 3, 0, 0]
    assert scores.labels.tolist() == [3, 3, 3, 3, 0, 0]
    halves = clips.label_clips(FirstFrame(), source, [0], np.array([3]), crop=8, hop=8)
    assert len(halves.clip) == 7


def test_the_mean_over_clips_labels_a_video():
    scores = clips.label_clips(FirstFrame(), clips.Clips(ramps(70)), [0], np.array([3]), crop=8)
    np.testing.assert_allclose(score.mean(scores)[0], [0.25, 0.25, 0.25, 0.25, 0], atol=1e-3)


# --- the arms ----------------------------------------------------------------------------------------------


def built(name: str, whole: bool = False) -> int:
    """Parameters of an arm's network with 101 classes, at its own size or (whole) the paper's."""
    experiment = table.at_paper_size(paper.arm(name)[0]) if whole else paper.arm(name)[0]
    sizes = {k: experiment.net[k] for k in ("width", "norm", "frames") if k in experiment.net}
    with torch.device("meta"):
        net = solve.search_net(101, experiment.net, sizes | {"crop": solve.crop_of(experiment)})
    return c3d.parameters(net)


@pytest.mark.parametrize(
    ("name", "count"),
    [("depth-3", 17_444_965), ("depth-1", 14_344_933), ("depth-7", 23_645_029), ("increasing", 21_573_733),
     ("decreasing", 18_189_157), ("net-28", 11_153_509), ("net-112", 34_746_469)],
)  # fmt: skip
def test_at_the_papers_size_arms_have_the_papers_parameters(name, count):
    assert built(name, whole=True) == count


def test_half_the_width_is_half_of_the_papers_too():
    assert table.at_paper_size(paper.arm("depth-3-half-width")[0]).net["width"] == 0.5
    whole = [table.at_paper_size(e) for listed in paper.arms().values() for e in listed]
    assert len({e.id for e in whole}) == len(whole)


@pytest.mark.parametrize("name", ["depth-1-matched", "stacked"])
@pytest.mark.parametrize("whole", [False, True])
def test_controls_of_capacity_have_as_many_parameters_as_depth_3(name, whole):
    assert built(name, whole) == pytest.approx(built("depth-3", whole), rel=0.01)


def test_every_run_stands_once_in_the_table_with_three_seeds_an_arm():
    every = [e for listed in paper.arms().values() for e in listed]
    assert len({e.id for e in every}) == len(every)
    assert {len(listed) for listed in paper.arms().values()} == {3}


def test_small_arms_keep_the_floors_of_the_book():
    trained = [listed for listed in paper.arms().values() if listed[0].system in table.RECIPE]
    for listed in trained:
        assert listed[0].net["norm"] is True
        assert listed[0].net["width"] >= 0.25 or listed == paper.arm("depth-3-half-width")
        assert listed[0].net["crop"] >= 56 or listed == paper.arm("net-28")


def test_schedules_are_the_papers():
    search, whole = solve.RECIPES["paper-search"], solve.RECIPES["paper-c3d"]
    assert search.optimiser == whole.optimiser == "caffe"  # biases: twice the rate, no decay
    assert (search.lr, search.batch, search.epochs) == (3e-3, 30, 16)
    epoch = solve.PAPER_EPOCH["paper-search"] / search.batch
    assert [drop / epoch for drop in search.drops] == pytest.approx([4, 8, 12], rel=0.01)
    assert (whole.factor, whole.drops[:2], len(whole.drops)) == (0.5, (150_000, 300_000), 12)
    assert whole.epochs * solve.PAPER_EPOCH["paper-c3d"] / whole.batch == pytest.approx(1.9e6, rel=0.01)


def test_sources_to_pre_train_on_share_no_class_with_the_target():
    assert not set(sports.CLASSES) & set(ucf.CLASSES)
    other = worlds.material(worlds.OTHER_VIDEOS, "quick").benchmark
    assert set(other.classes) == {
        "smile",
        "laugh",
        "chew",
        "talk",
        "eat",
        "smoke",
        "drink",
        "kick",
        "punch",
        "jump",
    }


def test_without_reversed_pairs_no_class_is_another_backwards():
    left = worlds.material(worlds.NO_REVERSED, "quick").benchmark.classes
    assert len(left) == 12 and not set(left) & {name for pair in ucf.PAIRS["reversed"] for name in pair}


def test_seen_and_never_seen_sports_are_two_sets():
    seen, never = (worlds.material(name, "quick").benchmark for name in (worlds.SPORTS, worlds.NEVER_SEEN))
    assert not set(seen.classes) & set(never.classes)
    assert len(seen.split("official").train) > 0 and not never.split("official").train


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    monkeypatch.setattr(solve.vidlab, "generated", lambda *names: tmp_path.joinpath(*names))


@pytest.mark.parametrize("name", ["depth-3", "sports-alexnet", "other-c3d"])
def test_an_arm_trains_and_is_read_from_the_disk_the_second_time(name, scratch, monkeypatch):
    experiment = paper.arm(name)[0]
    data = worlds.material(experiment.data, "quick", experiment.net["side"])
    monkeypatch.setattr(solve, "material", lambda *_: data)
    first = paper.train(experiment, "quick")
    assert len(first.labels) == len(first.video_names) == len(first.groups) == len(first.probabilities)
    assert len(set(first.video_names)) == len(first.video_names)
    np.testing.assert_allclose(first.probabilities.sum(1), 1, rtol=1e-4)
    monkeypatch.setattr(solve, "train_on", None)
    np.testing.assert_array_equal(paper.train(experiment, "quick").probabilities, first.probabilities)


def test_fine_tuning_starts_from_everything_but_the_classifier():
    torch.manual_seed(0)
    trained, net = c3d.C3D(4, 40, 0.05), c3d.C3D(6, 40, 0.05)
    own = net.full.fc8.weight.clone()
    solve.start_from(net, trained)
    assert torch.equal(net.conv3b.weight, trained.conv3b.weight) and torch.equal(net.full.fc8.weight, own)


def test_minutes_grow_with_the_work_of_a_network():
    own = {name: paper.minutes(paper.arm(name)[0], alone=False) for name in ("depth-1", "depth-3", "depth-7")}
    assert own["depth-1"] < own["depth-3"] < own["depth-7"]
    small, large = (
        paper.minutes(paper.arm(name)[0], alone=False) - solve.SAMPLING for name in ("depth-3", "net-112")
    )
    assert large == pytest.approx(4 * small, rel=0.1)  # four times the pixels
