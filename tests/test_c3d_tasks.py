"""Tran 2015, one descriptor on many tasks: which videos, which rows, and what each task returns."""

from dataclasses import replace

import numpy as np
import pytest

from vidlab import features
from vidlab.papers import c3d as paper
from vidlab.papers import worlds
from vidlab.papers.c3d import descriptors, table, tasks
from vidlab.synth import objects, scenes, sports


@pytest.fixture
def marked(monkeypatch):
    """Descriptors that carry their video's label, so that every task can be solved."""

    def rows(self, kind, seed, data, split=""):
        labels = worlds.material(data, "quick").benchmark.labels
        noise = np.random.default_rng([seed, len(kind)]).uniform(0, 0.3, (len(labels), labels.max() + 1))
        told = noise + np.eye(labels.max() + 1)[labels]
        return {layer: told for layer in features.LAYERS}

    monkeypatch.setattr(descriptors.Descriptors, "rows", rows)


def outcome(name: str):
    return tasks.train(paper.arm(name)[0], "quick")


def test_scenes_are_left_out_one_by_one(marked):
    found = outcome("scenes-c3d")
    assert len(found.labels) == len(scenes.names("quick")) == len(set(found.groups))
    assert (found.predictions == found.labels).mean() > 0.9
    np.testing.assert_allclose(found.probabilities.sum(1), 1)


def test_objects_are_windows_of_labelled_frames_in_the_group_of_their_video():
    benchmark = worlds.material(worlds.OBJECTS, "quick").benchmark
    assert {v.stop - v.start for v in benchmark.videos} == {16}
    assert set(benchmark.groups) == set(objects.names("quick"))
    for video in benchmark.videos[:5]:
        seen = objects.shot(video.group, size="quick").note["seen"]
        kind = benchmark.classes[video.label]
        shown = sum(min(stop, video.stop) - max(start, video.start) for start, stop, k in seen if k == kind
                    and start < video.stop and stop > video.start)  # fmt: skip
        assert shown >= 8


def test_windows_of_objects_reach_to_the_end_of_a_video():
    benchmark = worlds.material(worlds.OBJECTS, "quick").benchmark
    frames = objects.FRAMES["quick"]
    for group in set(benchmark.groups):
        named = [-1] * frames
        for start, stop, kind in objects.shot(group, size="quick").note["seen"]:
            named[start:stop] = [kind] * (stop - start)
        windows = {start: named[start : start + 16] for start in range(0, frames - 15, 8)}
        expected = {
            start for start, seen in windows.items() if any(seen.count(k) >= 8 for k in set(seen) - {-1})
        }
        assert {video.start for video in benchmark.videos if video.group == group} == expected


def test_no_video_of_an_object_is_on_both_sides(marked, monkeypatch):
    asked = []
    whole = features.svm
    monkeypatch.setattr(features, "svm", lambda rows, labels, groups, **o: asked.append(set(groups)) or whole(
        rows, labels, groups, **o))  # fmt: skip
    found = outcome("objects-image")
    names = sorted(set(found.groups))
    assert asked == [set(names) - {name} for name in names]


def test_pairs_stand_on_classes_that_no_network_saw(marked):
    found = outcome("pairs-c3d")
    assert set(worlds.material(worlds.NEVER_SEEN, "quick").benchmark.classes) <= set(sports.UNSEEN)
    assert set(np.unique(found.labels)) == {0, 1} and len(set(found.groups)) <= tasks.FOLDS
    assert found.extra["area"] > 95 and found.extra["mean_accuracy"] > 90


def test_pairs_are_the_same_for_every_seed(marked):
    first, second = (tasks.train(paper.arm("pairs-c3d")[seed], "quick") for seed in (0, 1))
    assert first.video_names == second.video_names and first.groups == second.groups
    assert first.labels.mean() == 0.5


def test_an_image_network_describes_as_many_layers_as_c3d():
    from vidlab.nets import CNNM2048

    net = CNNM2048(3, (5, 4, 3), width=0.05, crop=56, norm=True).eval()
    frames = np.random.default_rng(0).integers(0, 255, (40, 60, 80, 3), dtype=np.uint8)
    told = descriptors.described_frames(net, frames, 56)
    assert set(told) == set(features.LAYERS) and told["prob"].shape == (12,)
    assert told["prob"].sum() == pytest.approx(3, rel=1e-4)
    one = descriptors.described_frames(net, frames[:1], 56)
    both = descriptors.described_frames(net, frames[[0, 0]], 56)
    np.testing.assert_allclose(one["fc6"], both["fc6"], rtol=1e-3, atol=1e-5)


def test_actions_are_named_after_a_projection(marked):
    whole, flat = outcome("svm-three"), outcome("pca-2-c3d")
    assert len(whole.labels) == len(flat.labels) == 24
    assert (whole.predictions == whole.labels).mean() > (flat.predictions == flat.labels).mean()


def test_actions_are_learnt_from_the_training_side_by_its_groups(marked, monkeypatch):
    asked, svm = [], features.svm

    def listening(rows, labels, groups):
        asked.append((labels.tolist(), groups))
        return svm(rows, labels, groups)

    monkeypatch.setattr(features, "svm", listening)
    outcome("svm-three")
    benchmark = worlds.material(worlds.UCF, "quick").benchmark
    videos = [benchmark.videos[i] for i in benchmark.split("split1").train]
    assert asked == [([video.label for video in videos], [video.group for video in videos])]


def test_the_cost_that_was_chosen_is_told(marked, monkeypatch):
    svm = features.svm
    monkeypatch.setattr(features, "svm", lambda *known: svm(*known, costs=(7.0,)))
    assert outcome("svm-three").extra["cost"] == 7.0


def test_several_descriptors_stand_side_by_side(marked):
    three = tasks.described(paper.arm("svm-three")[0], descriptors.Descriptors("quick"))
    one = tasks.described(paper.arm("svm-c3d")[0], descriptors.Descriptors("quick"))
    assert three.shape[1] == 3 * one.shape[1]
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1)


def test_a_task_rests_on_the_networks_of_its_descriptors():
    needed = table.needs(paper.arm("svm-three")[1])
    assert [e.seed for e in needed] == [1, 1, 1] and {e.system for e in needed} == {table.C3D}
    assert table.needs(paper.arm("svm-trajectories")[0]) == []


def test_at_the_papers_size_tasks_rest_on_networks_of_that_size():
    small = paper.arm("svm-three")[0]
    whole = table.at_paper_size(small)
    assert whole.id != small.id and table.of_paper_size(whole) and not table.of_paper_size(small)
    assert table.needs(whole) == [table.at_paper_size(e) for e in table.needs(small)]


def test_neighbours_name_a_video_in_the_space_and_in_the_map(marked):
    for name in ("nearest-c3d", "map-c3d"):
        found = outcome(name)
        assert len(found.labels) == 24 and set(found.probabilities.ravel()) <= {0, 0.2, 0.4, 0.6, 0.8, 1}
        assert found.extra["silhouette"] > 0
    assert paper.arm("nearest-c3d")[0].id != paper.arm("map-c3d")[0].id


def test_an_untrained_network_and_trajectories_describe_videos(tmp_path, monkeypatch):
    monkeypatch.setattr(descriptors.vidlab, "generated", lambda *names: tmp_path.joinpath(*names))
    monkeypatch.setattr(descriptors, "WORDS", 4)
    data = worlds.material(worlds.SCENES, "quick")
    few = replace(data, benchmark=replace(data.benchmark, videos=data.benchmark.videos[:3]))
    known = worlds.material(worlds.UCF, "quick")  # codebooks come from its training videos
    monkeypatch.setattr(descriptors, "material", lambda name, *_: few if name == worlds.SCENES else known)
    monkeypatch.setattr(
        "vidlab.papers.c3d.solve.material", lambda *_: worlds.material(worlds.SPORTS, "quick")
    )
    source = descriptors.Descriptors("quick")
    told = source.rows(descriptors.UNTRAINED, 0, worlds.SCENES)
    assert told["fc6"].shape[0] == 3 and told["prob"].sum(1) == pytest.approx(1, rel=1e-4)
    words = source.rows(descriptors.TRAJECTORIES, 0, worlds.SCENES)["fc6"]
    assert words.shape == (3, 20) and set(np.rint(words.reshape(3, 5, 4).sum(-1)).ravel()) <= {0, 1}
    monkeypatch.setattr(descriptors, "trajectories", None)  # followed once, for every seed
    assert not np.array_equal(source.rows(descriptors.TRAJECTORIES, 1, worlds.SCENES)["fc6"], words)
