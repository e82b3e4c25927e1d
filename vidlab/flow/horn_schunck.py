"""Horn and Schunck 1981: brightness stays, and neighbours move alike."""

import torch
import torch.nn.functional as F
from torch import Tensor


def gradient(images: Tensor) -> Tensor:
    """How images `(N, C, H, W)` change to the right and downwards, a pixel: `(N, 2, C, H, W)`.

    Differences over five pixels, weights (1, -8, 0, 8, -1) / 12; beyond the border its pixels repeat.
    """
    wide = F.pad(images, (2, 2, 2, 2), mode="replicate")
    x, y = wide[..., 2:-2, :], wide[..., 2:-2]
    right = 8 * (x[..., 3:-1] - x[..., 1:-3]) - (x[..., 4:] - x[..., :-4])
    down = 8 * (y[..., 3:-1, :] - y[..., 1:-3, :]) - (y[..., 4:, :] - y[..., :-4, :])
    return torch.stack([right, down], 1) / 12


def neighbours(flow: Tensor) -> Tensor:
    """The mean of the eight neighbours of each pixel of `(N, C, H, W)`; those at the corners count half."""
    wide = F.pad(flow, (1, 1, 1, 1), mode="replicate")
    rows = wide[..., :-2, :] + 2 * wide[..., 1:-1, :] + wide[..., 2:, :]
    both = rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]
    return (both - 4 * flow) / 12


def horn_schunck(first: Tensor, second: Tensor, alpha: float = 0.05, steps: int = 200) -> Tensor:
    """The flow `(N, 2, H, W)` that leads from images `first` to `second`, `(N, H, W)` float in 0 … 1.

    Makes the sum of (Ix u + Iy v + It)² + alpha² (|grad u|² + |grad v|²) small: `steps` times, each pixel
    takes over the mean of its neighbours, less what brightness constancy has against it.
    """
    slope = gradient((first + second)[:, None] / 2)[:, :, 0]
    change = second - first
    flow = torch.zeros_like(slope)
    for _ in range(steps):
        mean = neighbours(flow)
        wrong = (slope * mean).sum(1) + change
        flow = mean - slope * (wrong / (alpha**2 + (slope**2).sum(1)))[:, None]
    return flow
