"""Chapter 03: optical flow."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vidlab.exercises.judging import Case, judge


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
