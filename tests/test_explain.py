"""First-layer filters: known derivatives are named as such, and random filters are none."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vidlab import explain

L, K = 10, 7


def filters(time, rows, columns, component=0):
    """One filter (1, 2L, K, K): the product of three profiles, on x (0) or y (1)."""
    w = np.zeros((1, L, 2, K, K))
    w[0, :, component] = np.einsum("t,y,x->tyx", time, rows, columns)
    return torch.from_numpy(w.reshape(1, 2 * L, K, K))


FLAT, EVEN = np.ones(K), np.ones(L)
RAMP, LATER = np.linspace(-1, 1, K), np.linspace(-1, 1, L)


@pytest.mark.parametrize("component", [0, 1])
@pytest.mark.parametrize(
    ("w", "place"),
    [
        ((EVEN, FLAT, FLAT), 0),
        ((LATER, FLAT, FLAT), 1),
        ((EVEN, RAMP, FLAT), 2),
        ((EVEN, FLAT, RAMP), 2),
    ],
)
def test_a_pure_filter_is_all_of_its_kind(w, place, component):
    np.testing.assert_allclose(explain.filter_shares(filters(*w, component)), np.eye(3)[[place]], atol=1e-9)


@given(st.integers(0, 99), st.floats(0.01, 100))
def test_shares_ignore_size_and_never_exceed_the_whole(seed, size):
    w = np.random.default_rng(seed).normal(size=(4, 2 * L, K, K))
    shares = explain.filter_shares(w)
    assert (shares >= 0).all() and (shares.sum(1) <= 1 + 1e-9).all()
    np.testing.assert_allclose(explain.filter_shares(size * w), shares, rtol=1e-6)


def test_a_mixture_is_shared_out():
    half = filters(LATER, FLAT, FLAT) / np.linalg.norm(LATER) + filters(EVEN, FLAT, FLAT) / np.linalg.norm(
        EVEN
    )
    np.testing.assert_allclose(explain.filter_shares(half), [[0.5, 0.5, 0]], atol=1e-9)


def test_one_field_has_no_derivative_over_time():
    assert explain.filter_shares(np.random.default_rng(0).normal(size=(3, 2, K, K)))[:, 1].max() == 0


def test_structured_counts_filters_beyond_chance():
    trained = np.random.default_rng(1).normal(size=(100, 2 * L, K, K))
    trained[:30] += 3 * filters(LATER, FLAT, FLAT).numpy()
    found = explain.structured(trained)
    assert found["filters_temporal"] == pytest.approx(0.335, abs=0.05)  # 30 %, and 5 % of the others
    assert found["filters_spatial"] < 0.15
