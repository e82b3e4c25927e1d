"""Each check: a stub is not done yet, a right answer is correct, a wrong one is told what was expected."""

import numpy as np
import pytest

from vidlab import exercises


def chance(labels):
    return np.bincount(labels).max() / len(labels)


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


def parameters(kernel, inputs):
    return sum(inputs) * kernel[0] * kernel[1] * kernel[2] + len(inputs)


def receptive_field(layers):
    seen, jump = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * jump
        jump *= stride
    return seen


def vote(probabilities):
    votes = np.eye(probabilities.shape[1])[probabilities.argmax(1)].sum(0)
    return int(np.argmax(votes + 1e-3 * probabilities.sum(0)))


def lcn(clip):
    def mean(x):
        padded = np.pad(x, 1, mode="edge")
        return np.lib.stride_tricks.sliding_window_view(padded, (3, 3, 3)).mean((-3, -2, -1))

    v = clip - mean(clip)
    sigma = np.sqrt(mean(v**2))
    return v / np.maximum(sigma, sigma.mean())


def lstm_step(x, h, c, W, U, b):
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    n = len(h)
    drive = W @ x + U @ h + b
    c = c + sigmoid(drive[:n]) * np.tanh(drive[2 * n :])
    return sigmoid(drive[n : 2 * n]) * np.tanh(c), c


CHAPTER_01 = (stretches, windows, split, seen)
CHAPTER_02 = (parameters, receptive_field, vote, lcn, lstm_step)
RIGHT = {f.__name__: f for f in (chance, *CHAPTER_01, *CHAPTER_02)}
WRONG = {
    "chance": lambda labels: 1 / (max(labels) + 1),
    "stretches": lambda text: [[int(n) for n in part.split("-")] for part in text.split(",")],
    "seen": lambda groups, train, test: len(set(train) & set(test)) / len(test),
    "windows": lambda length, size, hop: length // hop,
    "split": lambda groups, held_out: ([0], [1]),
    "parameters": lambda kernel, inputs: sum(inputs) * int(np.prod(kernel)),
    "receptive_field": lambda layers: sum(kernel for kernel, _ in layers),
    "vote": lambda probabilities: int(probabilities.sum(0).argmax()),
    "lcn": lambda clip: (clip - clip.mean()) / clip.std(),
    "lstm_step": lambda x, h, c, W, U, b: (h, c),
}


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
    def broken(labels):
        return labels[99]

    assert exercises.check_chance(broken) is False
    assert "raised IndexError" in capsys.readouterr().out


def test_arguments_that_are_changed_do_not_spoil_the_next_case():
    def lcn_in_place(clip):
        result = lcn(clip)
        clip[:] = 0
        return result

    assert exercises.check_lcn(lcn_in_place) is True
    assert exercises.check_lcn(lcn) is True


def test_a_wrong_shape_is_named(capsys):
    assert exercises.check_lcn(lambda clip: lcn(clip)[0]) is False
    assert "shape (3, 4, 4) is expected, got (4, 4)" in capsys.readouterr().out


def test_a_wrong_place_is_named(capsys):
    def nearly(clip):
        result = lcn(clip)
        result[1, 2, 3] += 1
        return result

    assert exercises.check_lcn(nearly) is False
    assert "at [1, 2, 3]" in capsys.readouterr().out


def test_torch_answers_count():
    import torch

    assert exercises.check_lcn(lambda clip: torch.from_numpy(lcn(clip))) is True


def test_the_count_of_c2_is_the_papers():
    assert parameters((3, 5, 5), [1] * 14 + [2] * 21) == 4235
    assert exercises._receptive_field([(5, 1), (3, 1), (3, 1)]) == 9


def test_the_step_is_the_packages():
    import torch

    from vidlab.nets.baccouche import LSTMCell

    cell = LSTMCell(4, 3)
    x, h, c = torch.randn(1, 4), torch.randn(1, 3), torch.randn(1, 3)
    with torch.no_grad():
        expected = cell.step(cell.from_input(x), h, c)
    weights = (cell.from_input.weight, cell.from_cells.weight, cell.from_input.bias)
    got = exercises._lstm_step(*(t[0].numpy() for t in (x, h, c)), *(w.detach().numpy() for w in weights))
    assert all(np.allclose(a, b[0], atol=1e-5) for a, b in zip(got, expected, strict=True))
