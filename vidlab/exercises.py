"""The checks that chapters call: `check_NAME(function)` tries the reader's function and says how it went.

Each prints "not done yet" for a stub, what was expected and what was got for a wrong answer, "correct"
otherwise, and returns whether it was correct. Expected values are worked out here, case by case, so that the
answer does not stand in the chapter.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

Case = tuple[tuple[Any, ...], Any]


def judge(function: Callable[..., Any], cases: Sequence[Case], tolerance: float = 0.0) -> bool:
    """Call `function` on the arguments of each case and compare with what is expected; print the outcome.

    A function that returns None or ..., or raises NotImplementedError, is a stub.
    """
    for arguments, expected in cases:
        call = f"{function.__name__}({', '.join(map(_brief, arguments))})"
        try:
            got = function(*deepcopy(arguments))  # it may change them; the next case must not notice
        except NotImplementedError:
            got = None
        except Exception as error:
            print(f"not yet right: {call} raised {type(error).__name__}: {error}")
            return False
        if got is None or got is Ellipsis:
            print("not done yet")
            return False
        wrong = _difference(got, expected, tolerance)
        if wrong is not None:
            print(f"not yet right: {call}\n  expected {_brief(expected)}\n  got      {_brief(got)}{wrong}")
            return False
    print("correct")
    return True


def _difference(got: Any, expected: Any, tolerance: float) -> str | None:
    """None where the two agree, else a hint on where they differ (maybe an empty one)."""
    if isinstance(expected, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            return f"\n  ({len(expected)} results are expected)"
        parts = [_difference(g, e, tolerance) for g, e in zip(got, expected, strict=True)]
        return next((part for part in parts if part is not None), None)
    try:
        found, wanted = np.asarray(got, float), np.asarray(expected, float)
    except (TypeError, ValueError):
        return f"\n  ({type(got).__name__} is not a number or an array of numbers)"
    if found.shape != wanted.shape:
        return f"\n  (shape {wanted.shape} is expected, got {found.shape})"
    wrong = ~np.isclose(found, wanted, rtol=0, atol=tolerance)
    if not wrong.any():
        return None
    if wanted.ndim == 0:
        return ""
    first = tuple(np.argwhere(wrong)[0].tolist())
    return f"\n  (at {list(first)} {wanted[first]:.4g} is expected, got {found[first]:.4g})"


def _brief(value: Any) -> str:
    """A value in at most a short line; large arrays by their shape."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_brief, value))})"
    shape = getattr(value, "shape", ())
    if np.prod(shape) > 12:
        return f"<array of shape {tuple(shape)}>"
    if shape:
        numbers: Any = {"float_kind": lambda number: f"{number:.3g}"}
        return np.array2string(np.asarray(value), separator=", ", formatter=numbers).replace("\n", "")
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)


# Chapter 01


def check_stretches(function: Callable[..., Any]) -> bool:
    """`stretches(text)`: "1-95, 96-185" to [(0, 95), (95, 185)], in the order of the list."""
    cases: list[Case] = []
    for pairs in ([(1, 95), (96, 185)], [(7, 7)], [(1, 64), (270, 332), (194, 264)]):
        text = ", ".join(f"{first}-{last}" for first, last in pairs)
        cases.append(((text,), np.array(pairs) - [1, 0]))
    return judge(function, cases)


def check_windows(function: Callable[..., Any]) -> bool:
    """`windows(length, size, hop)`: how many whole windows a video has, at least 1."""
    cases = [(9, 9, 9), (100, 9, 9), (26, 9, 1), (26, 9, 3), (18, 9, 9), (5, 9, 9)]
    return judge(function, [(c, len(range(0, max(c[0] - c[1], 0) + 1, c[2]))) for c in cases])


def check_split(function: Callable[..., Any]) -> bool:
    """`split(groups, held_out)`: indices of the videos to train on, and of those to test on, in order."""
    cases: list[Case] = []
    for groups, held_out in ((["a", "b", "a", "c"], ["a"]), (["p1", "p2", "p10", "p1"], ["p1", "p2"])):
        tested = np.isin(groups, held_out)
        cases.append(((groups, held_out), (np.flatnonzero(~tested), np.flatnonzero(tested))))
    return judge(function, cases)


def check_seen(function: Callable[..., Any]) -> bool:
    """`seen(groups, train, test)`: the share of the test videos whose group is also trained on, 0 … 1."""
    groups = ["p1", "p1", "p2", "p3", "p3", "p10"]
    cases: list[Case] = []
    for train, test in (([0, 2, 3], [1, 4, 5]), ([0, 1], [2, 3, 5]), ([5, 2, 0], [4, 1])):
        trained = {groups[i] for i in train}
        cases.append(((groups, train, test), sum(groups[i] in trained for i in test) / len(test)))
    return judge(function, cases, 1e-9)


# Chapter 02


def check_receptive_field(function: Callable[..., Any]) -> bool:
    """`receptive_field(layers)`: input positions that one output sees; layers are (kernel, stride)."""
    stacks = [
        [(5, 1), (3, 1), (3, 1)],
        [(7, 1), (2, 2), (5, 1), (2, 2), (3, 1)],
        [(3, 2), (3, 2), (3, 2)],
    ]
    return judge(function, [((layers,), _receptive_field(layers)) for layers in stacks])


def _receptive_field(layers: list[tuple[int, int]]) -> int:
    """From the top down: n outputs in a row need (n - 1) * stride + kernel inputs."""
    needed = 1
    for kernel, stride in reversed(layers):
        needed = (needed - 1) * stride + kernel
    return needed


def check_vote(function: Callable[..., Any]) -> bool:
    """`vote(probabilities)`: (n, K) to the class with most votes, ties by summed probability."""
    tables = [
        [[0.6, 0.4, 0.0], [0.5, 0.3, 0.2], [0.0, 0.0, 1.0]],  # two votes beat a surer one
        [[0.6, 0.4, 0.0], [0.1, 0.9, 0.0]],  # a tie: class 1 has the larger sum
        [[0.5, 0.45, 0.05], [0.5, 0.45, 0.05], [0.05, 0.45, 0.5], [0.1, 0.4, 0.5]],  # class 1 has no vote
    ]
    return judge(function, [((np.array(table),), _vote(np.array(table))) for table in tables])


def _vote(probabilities: np.ndarray) -> int:
    votes = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    return max(range(len(votes)), key=lambda k: (votes[k], probabilities[:, k].sum()))


def check_lstm_step(function: Callable[..., Any]) -> bool:
    """`lstm_step(x, h, c, W, U, b)`: one step of cells without a forget gate, to the new (h, c).

    W (3n, inputs), U (3n, n) and b (3n,) hold the input gate's n rows, then the output gate's, then the
    candidate's.
    """
    rng = np.random.default_rng(0)
    cases: list[Case] = []
    for inputs, cells in ((2, 1), (4, 3)):
        x, h, c = rng.normal(size=inputs), rng.normal(size=cells), 3 * rng.normal(size=cells)
        W, U = rng.normal(size=(3 * cells, inputs)), rng.normal(size=(3 * cells, cells))
        b = rng.normal(size=3 * cells)
        cases.append(((x, h, c, W, U, b), _lstm_step(x, h, c, W, U, b)))
    return judge(function, cases, 1e-6)


def _lstm_step(x, h, c, W, U, b) -> tuple[np.ndarray, np.ndarray]:
    i, o, g = np.split(W @ x + U @ h + b, 3)
    c = c + np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c) / (1 + np.exp(-o)), c


# Chapter 03


def check_normal_flow(function: Callable[..., Any]) -> bool:
    """`normal_flow(ix, iy, it)`: the shortest arrows that satisfy ix u + iy v + it = 0, as (2, H, W)."""
    ix, iy, it = np.random.default_rng(0).normal(size=(3, 4, 5))
    flat = ix.copy(), iy.copy(), it
    flat[0][1:3], flat[1][1:3] = 0, 0
    cases: list[Case] = []
    for slopes in ((ix, iy, it), flat):
        fitted = [np.linalg.pinv([[a, b]]) @ [-c] for a, b, c in zip(*map(np.ravel, slopes), strict=True)]
        cases.append((slopes, np.transpose(fitted).reshape(2, 4, 5)))
    return judge(function, cases, 1e-6)


def check_to_bytes(function: Callable[..., Any]) -> bool:
    """`to_bytes(field)`: (2, H, W) to whole levels from 0 to 255 and [[x_min, x_max], [y_min, y_max]]."""
    rng, cases = np.random.default_rng(0), []
    for reach in ([3.0, 0.2], [0.5, 9.0]):
        field = rng.normal(size=(2, 3, 4)) * np.reshape(reach, (2, 1, 1))
        ranges = np.array([[component.min(), component.max()] for component in field])
        levels = [np.interp(c, r, [0, 255]).round() for c, r in zip(field, ranges, strict=True)]
        cases.append(((field,), (np.array(levels), ranges)))
    return judge(function, cases, 1e-6)


def check_follow(function: Callable[..., Any]) -> bool:
    """`follow(fields, x, y)`: (L, 2, H, W) and a start to the places on the way, (L + 1, 2), x then y."""
    rng, cases = np.random.default_rng(0), []
    for fields, x, y in (
        (rng.uniform(-2, 2, (4, 2, 5, 7)), 3, 2),
        (np.full((6, 2, 4, 4), [[[0.4]], [[-0.3]]]), 1, 3),
    ):
        places = [(float(x), float(y))]
        for field in fields:
            column, row = (
                int(np.clip(np.rint(at), 0, n - 1))
                for at, n in zip(places[-1], field.shape[:0:-1], strict=True)
            )
            places.append((places[-1][0] + field[0, row, column], places[-1][1] + field[1, row, column]))
        cases.append(((fields, x, y), np.array(places)))
    return judge(function, cases, 1e-6)


def check_divergence_kernel(function: Callable[..., Any]) -> bool:
    """`divergence_kernel()`: (2, 3, 3), which laid over u and v sums their central differences in x and y."""
    difference = np.array([-0.5, 0, 0.5])
    across, middle = np.outer([0, 1, 0], difference), np.outer(difference, [0, 1, 0])
    return judge(function, [((), np.stack([across, middle]))], 1e-6)


# Chapter 04


def check_upside_down(function: Callable[..., Any]) -> bool:
    """`upside_down(stack)`: a stack of flow (n, 2L, H, W), channels x1, y1, x2, y2, …, stood on its head."""
    rng, cases = np.random.default_rng(0), []
    for n, length in ((1, 1), (2, 3)):
        stack = rng.integers(-9, 10, (n, 2 * length, 3, 4)).astype(float)
        x, y = stack[:, ::2, ::-1], -stack[:, 1::2, ::-1]
        cases.append(((stack,), np.stack([x, y], 2).reshape(stack.shape)))
    return judge(function, cases)


def check_two_head_loss(function: Callable[..., Any]) -> bool:
    """`two_head_loss(first, second, labels)`: logits (n, K1) and (n, K2), labels (n, 2): both losses.

    -100 in a label: the sample is not of that head's data set.
    """
    rng, cases = np.random.default_rng(0), []
    for labels in ([[2, -100], [0, -100], [-100, 1]], [[-100, 0], [-100, 2]]):
        first, second = (rng.normal(size=(len(labels), k)) for k in (3, 4))
        expected = sum(_loss(z, [row[h] for row in labels]) for h, z in enumerate((first, second)))
        cases.append(((first, second, np.array(labels)), expected))
    return judge(function, cases, 1e-6)


def _loss(logits: np.ndarray, labels: list[int]) -> float:
    """Mean cross-entropy over the samples with a label; 0 without any."""
    each = [np.log(np.exp(z).sum()) - z[k] for z, k in zip(logits, labels, strict=True) if k >= 0]
    return float(np.mean(each)) if each else 0.0


def check_fusion_weight(function: Callable[..., Any]) -> bool:
    """`fusion_weight(spatial, temporal, labels)`: of 0, 0.1 … 1 the best weight of the temporal rows (V, K).

    The spatial rows get the rest of 1. Of several that are equally good, the smallest.
    """
    rng, cases = np.random.default_rng(0), []
    for hint in ((0.1, 0.4), (0.5, 0.2), (0.0, 0.0)):
        labels = rng.integers(0, 4, 60)
        spatial, temporal = (rng.dirichlet(np.ones(4), 60) + h * np.eye(4)[labels] for h in hint)
        right = [((1 - w / 10) * spatial + w / 10 * temporal).argmax(1) == labels for w in range(11)]
        cases.append(((spatial, temporal, labels), int(np.argmax(np.mean(right, axis=1))) / 10))
    return judge(function, cases, 1e-6)


# Chapter 05


def check_useful_taps(function: Callable[..., Any]) -> bool:
    """`useful_taps(depth, frames)`: taps of a padded kernel over time that ever meet a frame."""
    cases: list[Case] = []
    for depth, frames in ((3, 16), (7, 2), (5, 1), (1, 4), (7, 4)):
        places = {f - at + depth // 2 for at in range(frames) for f in range(frames)}
        cases.append(((depth, frames), len(places & set(range(depth)))))
    return judge(function, cases)


def check_search_parameters(function: Callable[..., Any]) -> bool:
    """`search_parameters(depths, crop, classes)`: what a network of the search learns, biases and all."""
    cases: list[Case] = []
    for depths, crop, classes in (([3] * 5, 112, 101), ([1] * 5, 112, 101), ([3, 3, 5, 5, 7], 56, 24)):
        maps = (3, 64, 128, 256, 256, 256)
        total = sum(9 * d * a * b + b for d, a, b in zip(depths, maps, maps[1:], strict=False))
        inputs = maps[-1] * int(np.ceil(crop / 32)) ** 2
        total += (inputs + 1) * 2048 + 2049 * 2048 + 2049 * classes
        cases.append(((depths, crop, classes), total))
    return judge(function, cases)


def check_unpooled(function: Callable[..., Any]) -> bool:
    """`unpooled(signal, row)`: a signal (n,) goes back to where pairs of a row (2n,) had their maximum."""
    rng, cases = np.random.default_rng(0), []
    for n in (1, 5):
        row, signal = rng.permutation(2 * n).astype(float), rng.normal(size=n)
        expected = np.zeros(2 * n)
        expected[[2 * i + int(row[2 * i + 1] > row[2 * i]) for i in range(n)]] = signal
        cases.append(((signal, row), expected))
    return judge(function, cases, 1e-9)


def check_same_to_depth_1(function: Callable[..., Any]) -> bool:
    """`same_to_depth_1(order)`: whether depth-1 answers alike when 16 frames come in another order."""
    frames = list(range(16))
    swapped = [1, 0, *frames[2:]]
    same = [frames, frames[::-1], swapped, frames[8:] + frames[:8], frames[4:8] + frames[:4] + frames[8:]]
    other = [frames[1:] + frames[:1], [0, 2, 1, *frames[3:]], frames[::2] + frames[1::2]]
    return judge(function, [((order,), float(order in same)) for order in [*same[:2], *other, *same[2:]]])
