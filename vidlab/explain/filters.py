"""First-layer filters: what of each is an average, what a derivative."""

import numpy as np
from torch import Tensor

DERIVATIVES = ("average", "over time", "over space")


def filter_shares(filters: Tensor | np.ndarray) -> np.ndarray:
    """Shares (F, 3) of each filter's energy in DERIVATIVES, for filters (F, 2L, k, k) over stacked flow.

    Each filter is projected onto simple ones, for x and for y: the same weight everywhere (average), a weight
    that grows evenly from the first field to the last (the derivative over time), and one that grows evenly
    across the window or down it (the derivatives over space, as in MBH). The rest of its energy is of other
    shapes. Simonyan & Zisserman 2014, Sec. 3.3, see such filters in Fig. 4; the numbers are ours. A random
    filter has 2, 2 and 4 parts in 2L k k there, so next to nothing.
    """
    w = np.asarray(filters, np.float64)
    count, channels, size, _ = w.shape
    length = channels // 2
    w = w.reshape(count, length, 2, size, size)
    time, space = (np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in (length, size))
    flat, ones = np.ones(size), np.ones(length)
    shapes = ((ones, flat, flat), (time, flat, flat), (ones, space, flat), (ones, flat, space))
    energy = (w**2).sum((1, 2, 3, 4)) + 1e-12
    shares = []
    for t, y, x in shapes:  # they are orthogonal to each other
        norm = np.sqrt((t**2).sum() * (y**2).sum() * (x**2).sum()) + 1e-12
        along = np.einsum("ntcyx,t,y,x->nc", w, t, y, x) / norm
        shares.append((along**2).sum(1) / energy)
    average, over_time, down, across = shares
    return np.stack([average, over_time, down + across], 1)


def structured(filters: Tensor | np.ndarray) -> dict[str, float]:
    """Share of filters (F, 2L, k, k) that are more of a derivative than 95 % of Gaussian ones, over time and
    over space."""
    untrained = np.random.default_rng(0).normal(size=(4000, *filters.shape[1:]))
    limits = np.quantile(filter_shares(untrained), 0.95, axis=0)
    above = (filter_shares(filters) > limits).mean(0)
    return {"filters_temporal": float(above[1]), "filters_spatial": float(above[2])}
