"""Two-stream 2014: inputs, samples, losses, folds and the table of runs; the whole way at the quick size."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from vidlab import flow
from vidlab.flow.storage import pack, unpack
from vidlab.nets.cnn_m import CNNM2048
from vidlab.papers import twostream
from vidlab.papers.twostream import data, mistakes, solve, streams, table
from vidlab.train import IGNORED, Recipe, cross_entropy

SMALL = {"width": 0.05, "crop": 48}


def frames(lengths=(20, 6), height=50, width=60):
    rng = np.random.default_rng(0)
    return data.Frames([rng.integers(0, 256, (n, height, width, 3), dtype=np.uint8) for n in lengths])


def flows(lengths=(20, 6), **options):
    rng = np.random.default_rng(0)
    fields = [unpack(pack(rng.normal(size=(n, 2, 50, 60)).astype(np.float32))) for n in lengths]
    return data.Flows(fields, **options)


# --- inputs ----------------------------------------------------------------------------------


def test_rgb_inputs_are_centred_and_stacked_in_time():
    source = data.Frames(frames().pixels, depth=3)
    found = source.inputs([0], [4])
    assert source.channels == 9 and found.shape == (1, 9, 50, 60)
    for k in range(3):
        expected = (source.pixels[0][4 + k].astype(np.float32) - data.GREY) / data.SPREAD
        np.testing.assert_allclose(found[0, 3 * k : 3 * k + 3].permute(1, 2, 0), expected, rtol=1e-6)


def test_a_short_video_repeats_its_last_frame_and_its_last_field():
    rgb = data.Frames(frames().pixels, depth=11).inputs([1], [0])[0].unflatten(0, (11, 3))
    assert all(torch.equal(rgb[k], rgb[5]) for k in range(6, 11))
    fields = flows().inputs([1], [0])[0].unflatten(0, (10, 2))
    assert all(torch.equal(fields[k], fields[5]) for k in range(6, 10))


def test_plain_flow_is_equation_1():
    source = flows(subtract_mean=False)
    found, stored = source.inputs([0], [7])[0], source.forward[0].restored()
    for k in range(1, 11):
        torch.testing.assert_close(found[2 * k - 2], stored[7 + k - 1, 0])
        torch.testing.assert_close(found[2 * k - 1], stored[7 + k - 1, 1])


def test_bi_directional_flow_starts_at_its_middle_frame_both_ways():
    back = [unpack(pack(np.random.default_rng(1).normal(size=(20, 2, 50, 60)).astype(np.float32)))]
    source = data.Flows(flows().forward[:1], back, depth=4, subtract_mean=False)
    found = source.inputs([0], [3])[0].unflatten(0, (4, 2))
    forward, backward = source.forward[0].restored(), source.backward[0].restored()
    expected = torch.stack([forward[5], forward[6], backward[4], backward[3]])  # tau = frame 5
    torch.testing.assert_close(found, expected)


KINDS = {"rgb": frames(), "flow": flows(), "both": data.Both(frames(), flows())}


@pytest.mark.parametrize("source", KINDS.values(), ids=KINDS)
def test_a_mirror_is_its_own_inverse_and_turns_the_picture(source):
    inputs = source.inputs([0, 1], [2, 0])
    assert inputs.shape == (2, source.channels, 50, 60)
    torch.testing.assert_close(source.mirror(source.mirror(inputs)), inputs)
    last = source.mirror(inputs)[:, -1]  # a y channel, or blue
    torch.testing.assert_close(last, inputs[:, -1].flip(-1))


def test_positions_reach_from_the_first_to_the_last_stack():
    source = flows()
    assert source.starts(0, 25).min() == 0 and source.starts(0, 25).max() == 10
    rng = np.random.default_rng(0)
    assert {source.random_start(0, rng) for _ in range(300)} == set(range(11))
    assert source.random_start(1, rng) == 0


# --- samples ----------------------------------------------------------------------------------


def test_classes_are_drawn_equally_often_whatever_their_number_of_videos():
    source = frames((1,) * 11)
    task = data.Task(source, np.arange(11), np.array([[0]] * 10 + [[1]]))
    loader = data.SampleLoader([task], 48, 32, 640)
    labels = torch.cat([targets for _, targets in loader.epoch(0)])
    assert len(loader) == 20 and abs(labels.float().mean() - 0.5) < 0.06


def test_videos_of_several_sizes_share_a_batch():
    rng = np.random.default_rng(0)
    sizes = ((50, 60), (60, 50), (50, 60))
    source = data.Frames([rng.integers(0, 256, (3, *size, 3), dtype=np.uint8) for size in sizes])
    loader = data.SampleLoader([data.Task(source, np.arange(3), np.array([[0], [1], [2]]))], 48, 16, 16)
    inputs, targets = next(loader.epoch(0))
    assert inputs.shape == (16, 3, 48, 48) and set(targets.tolist()) == {0, 1, 2}


def test_only_rgb_changes_its_light():
    both = data.Both(frames(), flows())
    inputs = both.inputs([0], [0])
    change = (both.jitter(inputs, np.random.default_rng(0)) - inputs).abs().amax((0, 2, 3))
    assert (change[:3] > 0).all() and (change[3:] == 0).all()


def test_an_epoch_is_the_same_again_and_unlike_the_next():
    loader = data.SampleLoader([data.Task(flows(), np.arange(2), np.array([[0], [1]]))], 48, 4, 8)
    first, again, other = ([x for x, _ in loader.epoch(n)] for n in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def test_two_tasks_share_a_batch_and_keep_to_their_heads():
    here = data.Task(flows(), np.array([0]), np.array([[3, IGNORED]]))
    there = data.Task(flows(), np.array([1]), np.array([[IGNORED, 1]]))
    inputs, targets = next(data.SampleLoader([here, there], 48, 8, 8).epoch(0))
    assert inputs.shape == (8, 20, 48, 48)
    assert targets.tolist() == [[3, IGNORED]] * 4 + [[IGNORED, 1]] * 4


# --- networks ----------------------------------------------------------------------------------


def test_the_loss_of_two_heads_is_the_sum_of_their_own(seed=0):
    torch.manual_seed(seed)
    net = CNNM2048(20, (5, 3), second_norm=False, **SMALL)
    net.eval()
    x = torch.randn(4, 20, 48, 48)
    targets = torch.tensor([[0, IGNORED], [4, IGNORED], [IGNORED, 2], [IGNORED, 0]])
    first, second = net(x)
    expected = cross_entropy(first[:2], targets[:2, 0]) + cross_entropy(second[2:], targets[2:, 1])
    torch.testing.assert_close(streams.summed(streams.MultiTask(net)(x), targets), expected)


def test_a_head_learns_nothing_from_the_other_set():
    net = CNNM2048(20, (5, 3), second_norm=False, **SMALL)
    logits = streams.MultiTask(net)(torch.randn(2, 20, 48, 48))
    streams.summed(logits, torch.tensor([[1, IGNORED], [2, IGNORED]])).backward()
    assert net.full8[0].weight.grad.abs().sum() > 0
    assert net.full8[1].weight.grad is None or net.full8[1].weight.grad.abs().sum() == 0


def test_the_last_layer_alone_trains_and_batch_statistics_stay():
    net = CNNM2048(3, 4, norm=True, **SMALL)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    task = data.Task(frames(), np.arange(2), np.array([[0], [1]]))
    recipe = Recipe("t", epochs=1, batch=4, lr=0.1)
    streams.train_on(streams.LastLayer(net), [task], recipe, 8, 48)
    changed = {k for k, v in net.state_dict().items() if not torch.equal(v, before[k])}
    assert changed == {"full8.weight", "full8.bias"}


def test_fine_tuning_starts_from_all_but_the_classifier():
    torch.manual_seed(0)
    trained, net = CNNM2048(3, (4, 2), **SMALL), CNNM2048(3, 7, **SMALL)
    own = net.full8.weight.clone()
    streams.start_from(net, trained)
    assert torch.equal(net.conv3.weight, trained.conv3.weight) and torch.equal(net.full8.weight, own)
    with pytest.raises(RuntimeError, match="conv1"):
        streams.start_from(net, CNNM2048(20, 4, **SMALL))


def test_the_joint_stack_trains_only_its_own_layers():
    spatial, temporal = CNNM2048(3, 4, **SMALL), CNNM2048(20, 4, second_norm=False, **SMALL)
    net = streams.JointStack(spatial, temporal, 4)
    net.train()
    net(torch.randn(2, 23, 48, 48)).sum().backward()
    with_gradient = {name for name, p in net.named_parameters() if p.grad is not None}
    assert with_gradient and all(name.startswith("full.") for name in with_gradient)


class Brightness(nn.Module):
    """Two classes: the picture's left edge is brighter than its right edge, or not."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        left = x[..., 0].mean((1, 2)) > x[..., -1].mean((1, 2))
        return torch.stack([left, ~left], 1).float() * 100


def test_a_video_is_labelled_by_ten_crops_of_equally_spaced_frames():
    ramp = np.broadcast_to(np.linspace(0, 255, 60).astype(np.uint8)[:, None], (30, 50, 60, 3))
    rows = streams.label_videos(Brightness(), data.Frames([ramp.copy()]), [0], 48, frames=25)
    np.testing.assert_allclose(rows, [[0.5, 0.5]])  # five crops, and their five mirror images
    crops = streams.label_crops(Brightness(), data.Frames([ramp.copy()]), 0, 48, frames=25)
    assert crops.shape == (25, 10, 2) and (crops[:, :5, 1] > 0.9).all() and (crops[:, 5:, 0] > 0.9).all()


# --- the table of runs ----------------------------------------------------------------------------------


def test_every_arm_has_three_runs_and_what_it_needs():
    for name, listed in table.arms().items():
        assert len({(e.split, e.seed) for e in listed}) == 3, name
        for experiment in listed:
            streams_of = experiment.net.get("streams", [])
            assert len([e for e in table.needs(experiment) if "fold" not in e.net]) >= len(streams_of), name


def test_experiments_of_different_arms_differ():
    first = [listed[0] for name, listed in table.arms().items() if not name.startswith("t4-")]
    assert len({e.id for e in first}) == len(first)


def test_folds_cover_the_training_videos_once_and_keep_groups_together():
    found = data.material(data.UCF, "quick")
    experiment = table.arm("rgb-last-d5")[0]
    split, tested = found.benchmark.split("split1"), []
    for k in range(table.FOLDS):
        fold = solve.split_of(replace(experiment, net=experiment.net | {"fold": k}), found)
        tested += fold.test
        assert set(fold.train) | set(fold.test) == set(split.train)
    assert sorted(tested) == sorted(split.train)


def test_added_classes_are_those_that_the_other_set_does_not_have():
    here, there = data.material(data.HMDB, "quick"), data.material(data.UCF, "quick")
    names = [there.benchmark.classes[k] for k in solve.added_classes(here, there)]
    assert len(names) == 16 and "PullCart" in names and "SitDown" not in names
    assert set(here.benchmark.classes) | set(there.benchmark.classes) >= table.SHARED


QUICK = [
    "flow-l10",
    "rgb-scratch-d9",
    "rgb-last-d5",
    "rgb-stack",
    "flow-trajectory",
    "flow-both-ways",
    "flow-multitask",
    "hmdb-added",
    "hmdb-fine-tune",
    "fuse-svm",
    "fuse-joint",
    "nomotion-flow",
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Networks trained in these tests are kept apart from those of a user."""
    folder = tmp_path_factory.mktemp("twostream")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "scratch", lambda: folder)
        yield folder


@pytest.mark.parametrize("name", QUICK)
def test_an_arm_trains_and_labels_its_test_videos(name, scratch):
    experiment = twostream.arm(name)[0]
    found = twostream.train(experiment, "quick")
    classes = len(data.material(experiment.data, "quick").benchmark.classes)
    assert found.probabilities.shape == (len(found.video_names), classes)
    np.testing.assert_allclose(found.probabilities.sum(1), 1, rtol=1e-4)


def test_what_another_recipe_trained_is_trained_anew(scratch, monkeypatch):
    experiment = twostream.arm("flow-l10")[0]
    first = twostream.train(experiment, "quick")
    monkeypatch.setattr(solve, "QUICK", 96)
    assert not np.array_equal(twostream.train(experiment, "quick").probabilities, first.probabilities)


def test_the_joint_network_starts_alike_whether_its_streams_are_trained_or_read(scratch):
    solver, experiment = solve.Solver("quick"), twostream.arm("fuse-joint")[0]
    first, again = solver.network(experiment), solver.network(experiment)
    assert torch.equal(first.full[1].weight, again.full[1].weight)


def test_an_arm_at_the_papers_size_has_its_network_and_schedule():
    experiment = table.at_paper_size(twostream.arm("flow-l10")[0])
    shape, recipe = solve.shape_of(experiment), streams.RECIPES[experiment.recipe]
    net = shape.net(20, 101, 0.9, temporal=True)
    assert sum(p.numel() for p in net.parameters()) == 90_707_781
    assert (shape.side, recipe.batch, recipe.drops) == (256, 256, (50_000, 70_000))
    assert recipe.epochs * streams.samples_of(recipe) == 80_000 * 256


def test_at_the_papers_size_dropout_is_the_papers():
    """0.9 wherever it trains from scratch; Table 1a varies it for the spatial stream."""
    built = {}
    for name in ("flow-l10", "flow-l10-d9", "flow-l10-long", "rgb-stack", "rgb-scratch-d5", "rgb-last-d5"):
        experiment = table.at_paper_size(twostream.arm(name)[0])
        built[name] = (experiment.id, experiment.net.get("dropout"))
    assert built["flow-l10"] == built["flow-l10-d9"] == built["flow-l10-long"]
    assert [built[n][1] for n in ("flow-l10", "rgb-stack", "rgb-scratch-d5", "rgb-last-d5")] == [
        None, None, 0.5, 0.5]  # fmt: skip


def test_what_is_kept_of_other_flow_or_another_base_is_not_used(scratch, monkeypatch):
    solver, experiment = solve.Solver("quick"), twostream.arm("rgb-ft-d5")[0]
    before = solver.made_of(experiment)
    assert solver.made_of(experiment) == before
    monkeypatch.setitem(streams.RECIPES, "small-stills-1", replace(streams.RECIPES["small-stills-1"], lr=1.0))
    assert solver.made_of(experiment) != before
    monkeypatch.undo()
    monkeypatch.setattr(solve, "METHOD", "dis")
    assert solver.made_of(experiment) != before


def test_an_odd_stack_cannot_go_both_ways(tmp_path):
    with pytest.raises(ValueError, match="5 fields cannot be half forward, half backward"):
        data.Flows([], [None], depth=5).inputs([0], [0])


def test_a_showcase_keeps_what_each_crop_says(scratch):
    weights, found = (twostream.train(e, "quick") for e in twostream.arm("flow-l10")[:2])
    assert all(name.startswith("net.") for name in weights.tensors) and weights.tensors
    crops = found.tensors["crops"].float().numpy()
    assert crops.shape[1:3] == (2, 10)
    np.testing.assert_allclose(crops.mean((1, 2)), found.probabilities, atol=1e-3)


def test_a_fusion_at_the_papers_size_rests_on_networks_of_that_size():
    for name in ("fuse-svm", "rgb-ft-d5", "fuse-joint"):
        needed = table.needs(table.at_paper_size(twostream.arm(name)[0]))
        assert needed and all(solve.shape_of(e) == streams.Shape() for e in needed)
        assert {e.recipe for e in needed} <= {"paper-scratch", "paper-fine-tune"}


def test_a_fusion_reads_videos_at_the_size_of_its_streams():
    for name in ("fuse-svm", "fuse-svm-seen", "fuse-average", "fuse-joint"):
        assert solve.shape_of(twostream.arm(name)[0]) == solve.shape_of(twostream.arm("flow-l10")[0])
        whole = table.at_paper_size(twostream.arm(name)[0])
        assert solve.shape_of(whole) == streams.Shape()


def test_a_trained_network_is_read_from_the_disk_the_second_time(scratch, monkeypatch):
    experiment = twostream.arm("flow-l10")[0]
    first = twostream.train(experiment, "quick")
    monkeypatch.setattr(streams, "train_on", None)  # training again would fail
    np.testing.assert_array_equal(twostream.train(experiment, "quick").probabilities, first.probabilities)


def test_kinds_of_mistakes_are_told_apart():
    classes = ("ThrowBall", "CatchBall", "SwingCourt", "SwingSnow", "DigSnow")
    look, motion = mistakes.same_look(classes), mistakes.same_motion(classes)
    assert look.nonzero()[0].tolist() == [0, 1, 3, 4] and motion.nonzero()[0].tolist() == [2, 3]
    labels, rows = np.array([0, 1, 2, 3]), np.eye(5)
    spatial, temporal = rows[[1, 0, 2, 3]], rows[[0, 1, 3, 0]]
    found = mistakes.gaps(spatial, temporal, labels, classes)
    assert found == {"same_look_gap": 100.0, "same_motion_gap": 50.0}


def test_flow_mirrored_negates_x_only():
    stack = torch.randn(1, 4, 3, 5)
    turned = flow.mirrored(stack.clone())
    torch.testing.assert_close(turned[:, ::2], -stack[:, ::2].flip(-1))
    torch.testing.assert_close(turned[:, 1::2], stack[:, 1::2].flip(-1))
