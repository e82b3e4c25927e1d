"""The paper's protocol: windows, batches, sequences, arms; on a small made-up material."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vidlab.papers.baccouche import arm, arms, convnet_of, data, maps, stages, system, table
from vidlab.train import IGNORED, Recipe
from vidlab.videos.benchmark import Benchmark, Video, random_splits

PERSONS = 25


def small_material(seed=0):
    """25 persons x 2 classes, 20 to 40 frames each; class 1 is brighter."""
    rng = np.random.default_rng(seed)
    videos, frames, first, length = [], [], [], []
    for person in range(PERSONS):
        for label in range(2):
            n, path = int(rng.integers(20, 41)), Path(f"person{person:02d}_{label}.avi")
            videos.append(Video(path, label, f"person{person:02d}"))
            first.append(sum(map(len, frames)))
            length.append(n)
            frames.append((rng.normal(label, 0.1, (n, 54, 34))).astype(np.float16))
    benchmark = Benchmark("Small", ("dark", "bright"), tuple(videos))
    benchmark = replace(benchmark, splits=random_splits(benchmark, 5))
    total = np.concatenate(frames)
    idle = np.arange(len(total)) % 40 < 10
    return data.Material(benchmark, total, np.array(first), np.array(length), np.arange(len(videos)), idle)


@pytest.fixture(scope="module")
def material():
    return small_material()


def test_windows_stay_inside_their_video(material):
    windows = material.windows(9, 9)
    first, last = (
        material.first[windows.video],
        material.first[windows.video] + material.length[windows.video],
    )
    assert (windows.index >= first[:, None]).all() and (windows.index < last[:, None]).all()
    assert (np.diff(windows.index, axis=1) == 1).all()  # no video here is shorter than a window


def test_a_batch_shows_all_classes_and_three_orientations(material):
    split = material.benchmark.splits[0]
    loader = data.WindowLoader(material, split.train, batch=30, per_epoch=300)
    labels = torch.cat([y for _, y in loader.epoch(0)])
    assert len(labels) == 300
    assert 0.35 < labels.float().mean() < 0.65


def test_flipped_windows_are_flips_of_training_windows(material):
    split = material.benchmark.splits[0]
    loader = data.WindowLoader(material, split.train, batch=60, per_epoch=60)
    inputs, _ = next(loader.epoch(0))
    flat = material.take(loader.index)[:, 0].flatten(1)
    kinds = Counter()
    for clip in inputs[:, 0]:
        for name, turned in (("as it is", clip), ("mirrored", clip.flip(-1)), ("upside down", clip.flip(-2))):
            if (flat - turned.flatten()).abs().amax(1).min() == 0:
                kinds[name] += 1
    assert sum(kinds.values()) == 60 and min(kinds.values()) > 5


def test_an_epochs_batches_depend_on_seed_and_number_alone(material):
    videos = material.benchmark.splits[0].train
    a, b = (data.WindowLoader(material, videos, per_epoch=8, seed=3) for _ in range(2))
    for (x, y), (u, v) in zip(a.epoch(5), b.epoch(5), strict=True):
        assert torch.equal(x, u) and torch.equal(y, v)
    assert not torch.equal(next(a.epoch(0))[0], next(a.epoch(1))[0])


@pytest.mark.parametrize("shuffled", [False, True])
def test_sequences_are_padded_and_only_real_steps_have_targets(shuffled):
    sequences = [
        np.full((n, 3), n, np.float32) + np.arange(n, dtype=np.float32)[:, None] / 10 for n in (2, 5, 3)
    ]
    loader = data.SequenceLoader(sequences, np.array([0, 1, 2]), batch=3, shuffled=shuffled)
    inputs, targets = next(loader.epoch(0))
    assert inputs.shape == (3, 5, 3)
    for row, goal in zip(inputs, targets, strict=True):
        n = int((goal != IGNORED).sum())
        assert sorted(row[:n, 0].tolist()) == sorted(sequences[[2, 5, 3].index(n)][:, 0].tolist())
        assert (row[n:] == 0).all() and (goal[n:] == IGNORED).all() and len(set(goal[:n].tolist())) == 1


def test_label_sequences_averages_over_real_steps_only():
    net = system.SequenceLSTM(3, 4, 2)
    sequences = [
        np.random.default_rng(i).normal(size=(n, 3)).astype(np.float32) for i, n in enumerate((4, 1, 7))
    ]
    rows = stages.label_sequences(net, sequences, batch=3)
    for row, s in zip(rows, sequences, strict=True):
        alone = net(torch.from_numpy(s)[None]).softmax(-1)[0].mean(0)
        np.testing.assert_allclose(row, alone.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_both_stages_learn_what_is_easy(material):
    split = material.benchmark.splits[0]
    trained = system.train(
        material, split, windows=300, lstm=Recipe("quick", epochs=4, batch=8, lr=0.01, optimiser="adam")
    )
    labels, voted, labelled = system.evaluate(trained, material, np.array(split.test))
    assert (voted.argmax(1) == labels).mean() > 0.9 and (labelled.argmax(1) == labels).mean() > 0.9


def test_a_saved_system_says_the_same(material, tmp_path):
    trained = system.System(system.ConvNet3D(2), system.SequenceLSTM(classes=2), ("dark", "bright"))
    trained.save(tmp_path / "w.safetensors")
    again = system.load(tmp_path / "w.safetensors")
    frames = np.random.default_rng(0).integers(0, 255, (20, 120, 160, 1), dtype=np.uint8)
    for a, b in zip(
        vars(trained.predict(frames)).values(), vars(again.predict(frames)).values(), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_a_file_that_holds_no_weights_is_named(tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match=r"w\.safetensors: cannot be read"):
        system.load(path)


def test_idle_windows_are_left_out_by_share(material):
    windows = material.windows()
    all_of, half, none = (
        table.keys(replace(arm("kth1-vote")[0], net={"idle": share}), material, windows)
        for share in (1.0, 0.5, 0.0)
    )
    assert (all_of >= 0).all()
    assert ((none < 0) == windows.idle).all()
    assert 0 < (half < 0).sum() < windows.idle.sum() and not (half < 0)[~windows.idle].any()


def test_equal_lengths_keep_the_first_windows_of_each_video(material):
    windows = material.windows(hop=1)
    key = table.keys(arm("kth1-equal-vote")[0], material, windows)
    assert max(Counter(key[key >= 0].tolist()).values()) == table.EQUAL


def test_joined_actions_are_one_sequence_a_file(material):
    joined = replace(material, file=np.arange(len(material.file)) // 2)
    windows = joined.windows()
    key = table.keys(arm("noidle-vote")[0], joined, windows)
    assert set(key.tolist()) == set(range(0, len(joined.file), 2))


def test_every_run_has_an_id_of_its_own():
    ids = Counter(e.id for experiments in arms().values() for e in experiments)
    shared = {e.id for name in ("kth1-vote-15splits", "kth1-lstm-15splits") for e in arm(name)}
    assert {i for i, n in ids.items() if n > 1} <= shared  # the first five of the fifteen are the main arm's


def test_main_arms_are_the_five_splits_of_the_protocol():
    for name in ("kth1-vote", "kth1-lstm", "kth2-vote", "kth2-lstm"):
        assert [e.split for e in arm(name)] == [f"random{k}" for k in range(1, 6)]


@pytest.mark.parametrize("name", sorted(arms()))
def test_arms_have_at_least_three_seeds(name):
    assert len({e.seed for e in arm(name)}) >= 3


def test_second_stages_share_their_convnet():
    assert (
        convnet_of(arm("kth1-lstm")[1])
        == convnet_of(arm("kth1-lstm-cells-10")[1])
        == convnet_of(arm("kth1-vote")[1])
    )
    assert (
        convnet_of(arm("noidle-lstm")[0])
        == convnet_of(arm("kth2-lstm")[0])
        != convnet_of(arm("kth1-lstm")[0])
    )


def test_an_unknown_arm_is_named():
    with pytest.raises(KeyError, match="kth3"):
        arm("kth3")


def test_c1_maps_are_compared_with_the_mask_pixel_by_pixel(monkeypatch):
    """A first layer that shows its input in one map, and an input that is the mask: area 1 for that map."""
    net = system.ConvNet3D()
    with torch.no_grad():
        for p in (net.C1[0].weight, net.C1[0].bias):
            p.zero_()
        net.C1[0].weight[2, 0, 2, 3, 3] = 1

    def made_up(name, size, at):
        mask = np.random.default_rng(at).random((9, 54, 34)) > 0.7
        return torch.from_numpy(mask).float(), mask

    monkeypatch.setattr(maps, "window_with_mask", made_up)
    videos = tuple(Video(Path(f"person01_{a}_d1_uncomp.avi"), 0, "person01") for a in maps.ACTIONS)
    found = maps.mask_auc(net, Benchmark("B", ("a",), videos), range(4), "quick")
    assert found["c1_mask_auc"] == 1.0
    assert 0.5 < found["c1_mask_auc_untrained"] < 1.0
    assert found["c1_mask_auc_gain"] == pytest.approx(1.0 - found["c1_mask_auc_untrained"])


def test_the_true_mask_lies_on_the_person():
    clip, mask = maps.window_with_mask("person01_boxing_d1", "quick", at=30)
    assert clip.shape == mask.shape == (9, 54, 34)
    assert 0.1 < mask.mean() < 0.6
    assert clip.abs().numpy()[mask].mean() > clip.abs().numpy()[~mask].mean()
