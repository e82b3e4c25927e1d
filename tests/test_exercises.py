"""Each check: a stub is not done yet, a right answer is correct, a wrong one is told what was expected."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from vidlab import exercises, features, score
from vidlab.exercises import baccouche
from vidlab.explain.deconvolution import signals_rectified
from vidlab.nets.c3d import SearchNet, parameters


def stretches(text):
    pairs = [part.split("-") for part in text.split(",")]
    return [(int(first) - 1, int(last)) for first, last in pairs]


def windows(length, size, hop):
    return max(0, length - size) // hop + 1


def split(groups, held_out):
    inside = np.isin(groups, held_out)
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def seen(groups, train, test):
    return np.isin([groups[i] for i in test], [groups[i] for i in train]).mean()


def receptive_field(layers):
    seen, jump = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * jump
        jump *= stride
    return seen


def vote(probabilities):
    votes = np.eye(probabilities.shape[1])[probabilities.argmax(1)].sum(0)
    return int(np.argmax(votes + 1e-3 * probabilities.sum(0)))


def lstm_step(x, h, c, W, U, b):
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    n = len(h)
    drive = W @ x + U @ h + b
    c = c + sigmoid(drive[:n]) * np.tanh(drive[2 * n :])
    return sigmoid(drive[n : 2 * n]) * np.tanh(c), c


def normal_flow(ix, iy, it):
    square = ix**2 + iy**2
    return -it / np.where(square > 0, square, 1) * np.stack([ix, iy])


def to_bytes(field):
    low, high = field.min((1, 2)), field.max((1, 2))
    levels = np.rint(255 * (field - low[:, None, None]) / (high - low)[:, None, None])
    return levels, np.stack([low, high], 1)


def follow(fields, x, y):
    places = [np.array([x, y], float)]
    last = np.array(fields.shape[:1:-1]) - 1
    for field in fields:
        column, row = np.rint(places[-1]).astype(int).clip(0, last)
        places.append(places[-1] + field[:, row, column])
    return np.stack(places)


def divergence_kernel():
    kernel = np.zeros((2, 3, 3))
    kernel[0, 1] = kernel[1, :, 1] = [-0.5, 0, 0.5]
    return kernel


def upside_down(stack):
    turned = stack[:, :, ::-1].copy()
    turned[:, 1::2] *= -1
    return turned


def two_head_loss(first, second, labels):
    total = 0.0
    for logits, wanted in zip((first, second), labels.T, strict=True):
        own = wanted >= 0
        chances = np.exp(logits[own]) / np.exp(logits[own]).sum(1, keepdims=True)
        total -= np.log(chances[np.arange(own.sum()), wanted[own]]).mean() if own.any() else 0.0
    return total


def fusion_weight(spatial, temporal, labels):
    weights = np.arange(11) / 10
    rows = [w * temporal + (1 - w) * spatial for w in weights]
    return weights[np.argmax([(r.argmax(1) == labels).sum() for r in rows])]


def two_accuracies(probabilities, video, labels):
    found = score.of_windows(np.unique(video, return_inverse=True)[1], probabilities, labels)
    truth = labels[np.unique(video, return_index=True)[1]]
    return (probabilities.argmax(1) == labels).mean(), (score.mean(found).argmax(1) == truth).mean()


def search_parameters(depths, crop, classes):
    with torch.device("meta"):
        return parameters(SearchNet(depths, crop, classes))


def step_back(signal, row):  # as the package does it, in PyTorch
    net = nn.Sequential(nn.ReLU(), nn.MaxPool1d(2))
    signal, row = (torch.tensor(values, dtype=torch.float32)[None] for values in (signal, row))
    with signals_rectified(net):
        (below,) = torch.autograd.grad(net(row.requires_grad_()), row, signal)
    return below[0]


def same_to_depth_1(order):
    blocks = [set(order[at : at + size]) for size in (2, 4, 8) for at in range(0, 16, size)]
    return all(max(block) // len(block) == min(block) // len(block) for block in blocks)


def video_descriptor(clips):
    mean = clips.mean(axis=0)
    length = np.linalg.norm(mean)
    return mean / length if length > 0 else mean


def ceiling_by_look(labels, alike):
    groups = [*alike, *({name} for name in set(labels) - set().union(*alike))]
    return sum(max(map(labels.count, group)) for group in groups) / len(labels)


def area_under_roc(margins, same):
    above = margins[same][:, None] - margins[~same]
    return np.mean((above > 0) + 0.5 * (above == 0))


def variance_kept(rows, dims):
    spread = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2
    return spread[:dims].sum() / spread.sum()


CHAPTER_01 = (stretches, windows, split, seen)
CHAPTER_02 = (receptive_field, vote, lstm_step)
CHAPTER_03 = (normal_flow, to_bytes, follow, divergence_kernel)
CHAPTER_04 = (upside_down, two_head_loss, fusion_weight)
CHAPTER_05 = (two_accuracies, search_parameters, step_back, same_to_depth_1)
CHAPTER_06 = (video_descriptor, ceiling_by_look, area_under_roc, variance_kept)
CHAPTERS = (CHAPTER_01, CHAPTER_02, CHAPTER_03, CHAPTER_04, CHAPTER_05, CHAPTER_06)
RIGHT = {f.__name__: f for chapter in CHAPTERS for f in chapter}
WRONG = {
    "stretches": lambda text: [[int(n) for n in part.split("-")] for part in text.split(",")],
    "seen": lambda groups, train, test: len(set(train) & set(test)) / len(test),
    "windows": lambda length, size, hop: length // hop,
    "split": lambda groups, held_out: ([0], [1]),
    "receptive_field": lambda layers: sum(kernel for kernel, _ in layers),
    "vote": lambda probabilities: int(probabilities.sum(0).argmax()),
    "lstm_step": lambda x, h, c, W, U, b: (h, c),
    "normal_flow": lambda ix, iy, it: -it * np.stack([ix, iy]),
    "to_bytes": lambda field: (np.floor(255 * (field - field.min()) / np.ptp(field)), np.zeros((2, 2))),
    "follow": lambda fields, x, y: np.cumsum(np.array([[x, y], *fields[:, :, y, x]]), 0),
    "divergence_kernel": lambda: np.ones((2, 3, 3)),
    "upside_down": lambda stack: stack[:, :, ::-1],
    "two_head_loss": lambda first, second, labels: 0.0,
    "fusion_weight": lambda spatial, temporal, labels: 0.5,
    "two_accuracies": lambda probabilities, video, labels: (0.5, 0.5),
    "search_parameters": lambda depths, crop, classes: 9 * sum(depths) * 960,
    "step_back": lambda signal, row: np.repeat(signal, 2),
    "same_to_depth_1": lambda order: order in (list(range(16)), list(range(16))[::-1]),
    "video_descriptor": lambda clips: features.unit(features.unit(clips).mean(0)),
    "ceiling_by_look": lambda labels, alike: 1.0,
    "area_under_roc": lambda margins, same: (margins[same][:, None] > margins[~same]).mean(),
    "variance_kept": lambda rows, dims: _share(np.linalg.svd(rows, compute_uv=False) ** 2, dims),
}


def _share(values, dims):
    return values[:dims].sum() / values.sum()


def check(name, function):
    return getattr(exercises, f"check_{name}")(function)


def stub(*arguments): ...


def unfinished(*arguments):
    raise NotImplementedError


def dots(*arguments):
    return ...


def test_every_check_is_tried_here():
    assert {name.removeprefix("check_") for name in dir(exercises) if name.startswith("check_")} == set(RIGHT)


@pytest.mark.parametrize("function", [stub, unfinished, dots])
@pytest.mark.parametrize("name", RIGHT)
def test_a_stub_is_not_done_yet(name, function, capsys):
    assert check(name, function) is False
    assert capsys.readouterr().out == "not done yet\n"


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_is_correct(name, capsys):
    assert check(name, RIGHT[name]) is True
    assert capsys.readouterr().out == "correct\n"


@pytest.mark.parametrize("name", RIGHT)
def test_a_wrong_answer_is_told_what_was_expected(name, capsys):
    assert check(name, WRONG[name]) is False
    said = capsys.readouterr().out
    assert "expected" in said and "got" in said


@pytest.mark.parametrize("name", RIGHT)
def test_an_answer_of_another_kind_is_wrong(name, capsys):
    assert check(name, lambda *arguments: "hello") is False
    assert "expected" in capsys.readouterr().out


def test_an_error_is_named(capsys):
    def broken(text):
        return [][99]

    assert exercises.check_stretches(broken) is False
    assert "raised IndexError" in capsys.readouterr().out


def test_arguments_that_are_changed_do_not_spoil_the_next_case():
    def spoiling(numbers, names):
        total = numbers.sum() + len(names)
        numbers[:] = 0
        names.clear()
        return total

    arguments = (np.ones((2, 3)), ["a"])
    assert exercises.judge(spoiling, [(arguments, 7), (arguments, 7)]) is True


def test_a_wrong_shape_is_named(capsys):
    case = ((np.zeros((3, 4, 4)),), np.zeros((3, 4, 4)))
    assert exercises.judge(lambda clip: clip[0], [case]) is False
    assert "shape (3, 4, 4) is expected, got (4, 4)" in capsys.readouterr().out


def test_a_wrong_place_is_named(capsys):
    def nearly(clip):
        clip[1, 2, 3] += 1
        return clip

    assert exercises.judge(nearly, [((np.zeros((3, 4, 4)),), np.zeros((3, 4, 4)))]) is False
    assert "at [1, 2, 3] 0 is expected, got 1" in capsys.readouterr().out


def test_not_a_number_is_wrong(capsys):
    assert exercises.judge(lambda: [0.0, np.nan], [((), [0.0, 0.0])]) is False
    assert "at [1] 0 is expected, got nan" in capsys.readouterr().out


def test_torch_answers_count():
    import torch

    def in_torch(*arguments):
        h, c = lstm_step(*arguments)
        return torch.from_numpy(h), torch.from_numpy(c)

    assert exercises.check_lstm_step(in_torch) is True


def test_the_receptive_field_in_time_is_the_papers():
    assert baccouche._receptive_field([(5, 1), (3, 1), (3, 1)]) == 9


def test_the_step_is_the_packages():
    import torch

    from vidlab.nets.baccouche import LSTMCell

    cell = LSTMCell(4, 3)
    x, h, c = torch.randn(1, 4), torch.randn(1, 3), torch.randn(1, 3)
    with torch.no_grad():
        expected = cell.step(cell.from_input(x), h, c)
    weights = (cell.from_input.weight, cell.from_cells.weight, cell.from_input.bias)
    got = baccouche._lstm_step(*(t[0].numpy() for t in (x, h, c)), *(w.detach().numpy() for w in weights))
    assert all(np.allclose(a, b[0], atol=1e-5) for a, b in zip(got, expected, strict=True))


@pytest.mark.parametrize("expected, got, said", [
    (17444965, 17444965.0 - 5157, "got      17439808\n  (off by -5157)"),  # counts in full
    (True, False, "expected True\n  got      False\n"),
    (3, "3", "str is not a number"),
    (np.array([0.5, 0.9939]), np.array([0.5, 0.99391]), "0.9939 is expected, got 0.9939, off by 1e-05)"),
])  # fmt: skip
def test_a_wrong_answer_shows_where_the_difference_is(expected, got, said, capsys):
    assert exercises.judge(lambda: got, [((), expected)]) is False
    assert said in capsys.readouterr().out


def test_a_path_without_return_is_not_a_stub(capsys):
    assert exercises.judge(lambda n: n or None, [((1,), 1), ((0,), 0)]) is False
    assert "expected 0\n  got      None (does every path return something?)" in capsys.readouterr().out


def test_a_function_without_a_name_is_tried():
    assert exercises.judge(partial(int, "3"), [((), 3)]) is True
