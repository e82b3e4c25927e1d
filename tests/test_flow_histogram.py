"""Claim ts-23 (Sec. 3.2): a histogram of flow is a convolution, a rectifier and a pooling."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

CELL, ANGLES = 2, [k * math.pi / 4 for k in range(8)]
fields = arrays(np.float64, (2, 6, 8), elements=st.floats(-8, 8))


def votes(x: float, y: float) -> np.ndarray:
    """What an arrow gives to eight directions each: its speed times a cosine, nothing beyond 90 degrees."""
    speed, direction = math.hypot(x, y), math.atan2(y, x)
    return np.array([speed * max(math.cos(direction - angle), 0.0) for angle in ANGLES])


def counted(arrows: np.ndarray) -> np.ndarray:
    """Arrows (2, H, W), one after the other, into cells: (8, H / 2, W / 2)."""
    out = np.zeros((8, arrows.shape[1] // CELL, arrows.shape[2] // CELL))
    for row in range(arrows.shape[1]):
        for column in range(arrows.shape[2]):
            out[:, row // CELL, column // CELL] += votes(*arrows[:, row, column])
    return out


def layers(field: np.ndarray, filters: torch.Tensor) -> np.ndarray:
    """A convolution, a rectifier, a pooling."""
    maps = F.relu(F.conv2d(torch.from_numpy(field)[None], filters))
    return CELL**2 * F.avg_pool2d(maps, CELL)[0].numpy()


@settings(max_examples=25)
@given(fields)
def test_a_histogram_of_flow_is_three_layers(field):
    filters = torch.tensor([[math.cos(a), math.sin(a)] for a in ANGLES], dtype=torch.float64)[..., None, None]
    np.testing.assert_allclose(layers(field, filters), counted(field), atol=1e-9)


@settings(max_examples=25)
@given(fields)
def test_a_histogram_of_motion_boundaries_is_three_layers(field):
    """Of the horizontal flow's gradient, by central differences: filters of 3 x 3."""
    across = torch.tensor([[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]], dtype=torch.float64)
    filters = torch.stack([math.cos(a) * across + math.sin(a) * across.T for a in ANGLES])[:, None]
    down, right = np.gradient(field[0])
    gradient = np.stack([right, down])[:, 1:-1, 1:-1]
    np.testing.assert_allclose(layers(field[:1], filters), counted(gradient), atol=1e-9)


def test_a_vote_that_is_linear_in_the_angle_is_out_of_reach_of_one_layer():
    """However many rectified projections are mixed: an answer less that to the opposite arrow is a cosine."""
    turned = np.linspace(-math.pi, math.pi, 721)
    linear = np.clip(1 - np.abs(turned) / (math.pi / 2), 0, 1)
    for count in (8, 64):
        mixed = np.cos(turned[:, None] - 2 * math.pi * np.arange(count) / count).clip(min=0)
        weights = np.linalg.lstsq(mixed, linear, rcond=None)[0]
        assert 0.05 < np.abs(mixed @ weights - linear).max() < 0.2
