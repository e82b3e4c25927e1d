"""Descriptors: averages that stream and resume, SVMs, compactness, pairs of never-seen classes, windows."""

import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vidlab import features
from vidlab.nets import C3D


def blobs(classes=4, each=12, width=20, apart=4.0, seed=0):
    """Rows of length 1, labels and groups: classes are Gaussian blobs of positive numbers."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    centres = rng.uniform(0, apart, (classes, width))
    rows = np.abs(centres[labels] + rng.normal(size=(len(labels), width)))
    return features.unit(rows), labels, [f"g{i % 6}" for i in range(len(labels))]


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return C3D(5, 40, 0.05, norm=True).eval()


@pytest.mark.parametrize("cut", [[7], [3, 4], [1, 1, 5]])
def test_a_videos_descriptor_is_the_mean_over_its_clips_however_they_come(net, cut):
    clips = torch.randn(7, 3, 16, 40, 40)
    told = features.described(net, clips.split(cut), features.LAYERS)
    with torch.no_grad():
        whole = net.described(clips)
    assert list(told) == list(features.LAYERS)
    for layer, row in told.items():
        np.testing.assert_allclose(row, whole[layer].mean(0), rtol=1e-4, atol=1e-6)


def test_a_video_without_clips_is_refused(net):
    with pytest.raises(ValueError, match="no descriptor"):
        features.described(net, [])


def rows_of(asked, stop=None):
    def describe(number):
        if number == stop:
            raise KeyboardInterrupt
        asked.append(number)
        return {"fc6": np.full(3, number), "prob": np.full(2, -number)}

    return describe


def test_extraction_goes_on_where_it_stopped(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        features.extract(tmp_path, 6, "net 1", rows_of([], stop=4))
    asked = []
    found = features.extract(tmp_path, 6, "net 1", rows_of(asked))
    assert asked == [4, 5]
    np.testing.assert_array_equal(found["fc6"][:, 0], range(6))
    np.testing.assert_array_equal(found["prob"][:, 1], [0, -1, -2, -3, -4, -5])


def test_an_interruption_at_the_first_video_leaves_nothing_that_counts(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        features.extract(tmp_path, 3, "net 1", rows_of([], stop=0))
    asked = []
    features.extract(tmp_path, 3, "net 1", rows_of(asked))
    assert asked == [0, 1, 2]


@pytest.mark.parametrize("change", [{"made_of": "net 2"}, {"count": 4}])
def test_another_network_or_more_videos_are_extracted_anew(tmp_path, change):
    features.extract(tmp_path, 3, "net 1", rows_of([]))
    asked = []
    features.extract(tmp_path, **({"count": 3, "made_of": "net 1"} | change), describe=rows_of(asked))
    assert asked[0] == 0 and len(asked) >= 3


def test_what_is_extracted_once_is_not_asked_for_again(tmp_path):
    features.extract(tmp_path, 3, "net 1", rows_of([]))
    asked = []
    features.extract(tmp_path, 3, "net 1", rows_of(asked))
    assert asked == []


def peak_of(count, folder, size=20_000):
    """The most bytes that were in use at once while `count` videos were extracted."""
    tracemalloc.start()
    features.extract(folder, count, "net", lambda number: {"fc6": np.full(size, number, np.float32)})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_number_of_videos(tmp_path):
    """Rows are on the disk: fifty videos take no more than five do. (A mapped file counts as no memory.)"""
    peak_of(1, tmp_path / "first")  # what is imported or prepared once counts for neither
    assert peak_of(50, tmp_path / "many") < 2 * peak_of(5, tmp_path / "few")


def test_unit_rows_have_length_one_and_zeros_stay():
    rows = features.unit(np.array([[3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0]])


def test_joined_descriptors_weigh_alike():
    both = features.joined(np.array([[3.0, 4.0]]), np.array([[0.0, 100.0]]))
    np.testing.assert_allclose(both, [[0.6, 0.8, 0, 1]])


def test_the_svm_tells_blobs_apart():
    rows, labels, groups = blobs()
    assert (features.svm(rows, labels, groups).predict(rows) == labels).mean() > 0.95


def rooms():
    """A noisy mark of the class in every row; and a faint one of the group's room, which tells the class of
    a group that is known, and nothing of another."""
    rng = np.random.default_rng(0)
    group = np.tile(np.arange(12), 6)
    mark = 2 * (group % 2) - 1 + rng.normal(size=len(group))
    return np.hstack([mark[:, None], 0.1 * rng.normal(size=(12, 30))[group]]), group % 2, group


def test_the_cost_is_chosen_for_groups_that_are_not_known():
    """Only a dear SVM learns faint rooms: it wins where videos of a known room are asked for."""
    rows, labels, group = rooms()
    assert features.svm(rows, labels, [f"g{k}" for k in group]).C == 0.1
    assert features.svm(rows, labels, [f"video {k}" for k in range(len(rows))]).C > 0.1


def test_the_same_cost_is_chosen_every_time():
    rng = np.random.default_rng(0)
    rows, labels, groups = (
        rng.normal(size=(40, 6)),
        rng.permutation(40) % 2,
        [f"g{k % 10}" for k in range(40)],
    )
    assert len({features.svm(rows, labels, groups).C for _ in range(8)}) == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("labels", "groups"),
    [([0, 1, 0, 1], "aaaa"), ([0, 0, 1, 1], "aabb"), ([0, 0, 1, 1, 2, 2], "aabbcc"), ([0, 1], "ab")],
    ids=["one group", "two classes of one group each", "three classes of one group each", "two videos"],
)
def test_where_nothing_can_be_chosen_the_cost_is_the_middle_one(labels, groups):
    rows = np.random.default_rng(0).uniform(size=(len(labels), 5))
    assert features.svm(rows, np.array(labels), list(groups)).C == 10.0


@pytest.mark.filterwarnings("error")
def test_folds_that_train_on_one_class_have_no_say_in_the_cost():
    """All videos of class 1 are of group c: who leaves it out trains on class 0 alone. The other folds need a
    dear SVM, since a cheap one takes all videos for the many of class 1."""
    labels, groups = np.array([0] * 5 + [1] * 8), list("aabb" + 9 * "c")
    assert features.svm(0.2 * np.eye(2)[labels], labels, groups).C > 0.1


def test_the_classes_are_spread_over_the_folds():
    """Groups of 6, 4, 3 and 1 videos: folds that were only of equal size would have one class each."""
    labels = np.array([0] * 6 + [1] * 4 + [1] * 3 + [0])
    assert features.svm(np.eye(2)[labels], labels, list("aaaaaabbbbcccd"), folds=2).C == 0.1


@pytest.mark.filterwarnings("error")
def test_a_class_of_one_video_is_learnt_without_a_warning():
    rows, labels, groups = blobs(classes=3)
    machine = features.svm(rows[:25], labels[:25], groups[:25])
    assert machine.classes_.tolist() == [0, 1, 2]


def test_margins_have_a_column_for_every_class():
    rows, labels, groups = blobs(classes=3)
    keep = labels != 1
    machine = features.svm(rows[keep], labels[keep], [g for g, k in zip(groups, keep, strict=True) if k])
    told = features.margins(machine, rows, 3)
    assert told.shape == (36, 3) and np.isneginf(told[:, 1]).all()
    assert (told[keep].argmax(1) == labels[keep]).mean() > 0.95


def test_two_processes_do_not_extract_the_same_rows(tmp_path):
    asked = []

    def slow(number):
        asked.append(number)
        time.sleep(0.02)
        return {"fc6": np.full(3, number, np.float32)}

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(features.extract, tmp_path, 5, "net", slow) for _ in range(2)]
    assert sorted(asked) == list(range(5))
    for job in jobs:
        assert job.result()["fc6"][:, 0].tolist() == list(range(5))


def test_a_projection_keeps_distances_when_it_keeps_all_dimensions():
    rows, *_ = blobs(classes=3, each=20, width=12)
    known, new = features.projected(rows[:40], rows[40:], 12)
    assert known.shape == (40, 12) and new.shape == (20, 12)
    np.testing.assert_allclose(
        np.linalg.norm(new[0] - new[1]), np.linalg.norm(rows[40] - rows[41]), rtol=1e-6
    )
    few, _ = features.projected(rows[:40], rows[40:], 2)
    np.testing.assert_allclose(np.abs(few), np.abs(known[:, :2]), atol=1e-8)
    assert features.projected(rows[:5], rows[40:], 500)[1].shape == (20, 5)


def test_a_projection_is_that_of_the_known_whatever_is_new():
    rows, *_ = blobs(classes=3, each=20, width=12)
    ours, _ = features.projected(rows[:40], rows[40:], 2)
    same, _ = features.projected(rows[:40], 100 * rows[40:, ::-1], 2)
    np.testing.assert_allclose(same, ours)


def test_leave_one_out_never_sees_the_group_it_labels():
    """Each video's own descriptor is the only one with its label's mark: nobody else can tell."""
    rows, labels = np.eye(6), np.array([0, 1, 2, 3, 4, 5])
    assert (features.leave_one_out(rows, labels, list("abcdef")).argmax(1) != labels).all()
    rows, labels, _ = blobs()
    alone = [str(i) for i in range(len(rows))]
    assert (features.leave_one_out(rows, labels, alone).argmax(1) == labels).mean() > 0.8
    whole = [str(label) for label in labels]  # a class in one group: it is never known where it is asked for
    assert not (features.leave_one_out(rows, labels, whole).argmax(1) == labels).any()


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_nearest_neighbours_are_of_other_groups(seed):
    rng = np.random.default_rng(seed)
    rows, labels, groups = rng.normal(size=(12, 3)), rng.permutation(12) % 3, [str(i // 3) for i in range(12)]
    told = features.nearest(rows, labels, groups, count=2)
    for i in range(12):
        others = [j for j in range(12) if groups[j] != groups[i]]
        near = sorted(others, key=lambda j: np.linalg.norm(rows[j] - rows[i]))[:2]
        np.testing.assert_allclose(told[i], np.bincount(labels[near], minlength=3) / 2)


def test_too_few_neighbours_are_said():
    with pytest.raises(ValueError, match="fewer than 3"):
        features.nearest(np.eye(4), np.array([0, 1, 0, 1]), ["a", "a", "b", "b"], count=3)


# --- pairs --------------------------------------------------------------------------------------------------


@given(st.integers(0, 1000))
@settings(max_examples=25)
def test_distances_are_symmetric_and_extreme_for_equal_rows(seed):
    rng = np.random.default_rng(seed)
    a, b = (features.unit(rng.uniform(0, 1, (3, 8))) for _ in range(2))
    there, back, same = features.distances(a, b), features.distances(b, a), features.distances(a, a)
    assert there.shape == (3, 12) and np.isfinite(there).all()
    np.testing.assert_allclose(there, back, atol=1e-9)
    assert (same[:, :6] >= there[:, :6] - 1e-9)[:, [0, 4, 5]].all()  # similarities
    assert (same[:, 6:] <= there[:, 6:] + 1e-9).all() and np.abs(same[:, 6:]).max() < 1e-5  # distances


def test_distances_of_empty_rows_are_finite():
    assert np.isfinite(features.distances(np.zeros((1, 4)), np.eye(4)[:1])).all()


def test_pairs_stand_on_videos_of_their_classes_half_and_half():
    labels = np.repeat(np.arange(6), 10)
    first, second, same = features.draw_pairs(labels, np.array([1, 4]), 60, np.random.default_rng(0))
    assert set(labels[first]) | set(labels[second]) == {1, 4}
    assert (first != second).all() and same.sum() == (~same).sum() == 30
    np.testing.assert_array_equal(same, labels[first] == labels[second])
    assert len({*zip(first, second, strict=True)}) == len(first) == 60
    few = features.draw_pairs(np.array([0, 0, 1]), np.array([0, 1]), 60, np.random.default_rng(0))
    assert sorted(few[2].tolist()) == [False, True]


def test_pairs_of_one_class_are_refused():
    with pytest.raises(ValueError, match="two classes at least"):
        features.draw_pairs(np.zeros(5, int), np.array([0]), 4, np.random.default_rng(0))


def test_folds_share_no_class():
    folds = features.class_folds(np.arange(32), 10, np.random.default_rng(0))
    assert sorted(np.concatenate(folds)) == list(range(32)) and {len(f) for f in folds} == {3, 4}


def test_similar_actions_are_told_for_classes_never_seen():
    rows, labels, _ = blobs(classes=20, each=8, width=40)
    told, same, fold, names = features.similarity({"fc6": rows, "prob": rows}, labels, folds=10, count=60)
    assert len(set(names)) == len(names) == len(told)
    accuracy, area = features.similarity_scores(told, same, fold)
    assert accuracy > 0.9 and area > 0.95
    rng = np.random.default_rng(0)
    nothing = features.similarity({"fc6": features.unit(rng.uniform(size=rows.shape))}, labels, count=60)
    assert abs(features.similarity_scores(*nothing[:3])[1] - 0.5) < 0.1


def test_pairs_are_told_by_what_other_folds_taught():
    """Random descriptors say nothing of new pairs; but 20 pairs with 48 features each are learnt by heart."""
    rng, labels = np.random.default_rng(0), np.repeat(np.arange(20), 4)
    rows = {layer: features.unit(rng.uniform(size=(80, 30))) for layer in features.LAYERS}
    told, same, fold, _ = features.similarity(rows, labels, folds=10, count=2)
    assert features.similarity_scores(told, same, fold)[0] < 0.8


# --- windows ------------------------------------------------------------------------------------------------


def test_a_window_takes_the_label_of_most_of_its_frames():
    frames = np.array([-1] * 10 + [3] * 12 + [5] * 12)
    told = features.window_labels(frames, np.array([0, 4, 10, 16, 18]))
    assert told.tolist() == [-1, 3, 3, 5, 5]


def test_a_window_with_too_few_labelled_frames_is_dropped():
    frames = np.array([-1] * 9 + [2] * 7)
    assert features.window_labels(frames, np.array([0])).tolist() == [-1]
    assert features.window_labels(frames, np.array([0]), least=7).tolist() == [2]
