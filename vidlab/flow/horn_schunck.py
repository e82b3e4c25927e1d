"""Horn and Schunck 1981: brightness stays, and neighbours move alike."""

import torch
import torch.nn.functional as F
from torch import Tensor

AROUND = (
    torch.tensor([[1.0, 2, 1], [2, 0, 2], [1, 2, 1]]) / 12
)  # the mean of the neighbours, without the pixel


def derivatives(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How brightness changes to the right, downwards and in time, between two images `(N, H, W)`: each the same."""
    mean = F.pad((first + second)[:, None] / 2, (1, 1, 1, 1), mode="replicate")[:, 0]
    right = (mean[:, 1:-1, 2:] - mean[:, 1:-1, :-2]) / 2
    down = (mean[:, 2:, 1:-1] - mean[:, :-2, 1:-1]) / 2
    return right, down, second - first


def neighbours(flow: Tensor) -> Tensor:
    """The mean of the eight neighbours in each component of `(N, 2, H, W)`; at the border its pixels repeat."""
    kernel = AROUND.to(flow).expand(2, 1, 3, 3)
    return F.conv2d(F.pad(flow, (1, 1, 1, 1), mode="replicate"), kernel, groups=2)


def horn_schunck(first: Tensor, second: Tensor, alpha: float = 0.05, steps: int = 200) -> Tensor:
    """The flow `(N, 2, H, W)` from images `first` to `second`, `(N, H, W)` float in 0 … 1.

    Minimises the sum of (Ix u + Iy v + It)² + alpha² (|grad u|² + |grad v|²), by `steps` steps of the paper's
    iteration: the neighbours' mean, less what brightness constancy has against it.
    """
    right, down, change = derivatives(first, second)
    flow = torch.zeros_like(torch.stack([first, first], 1))
    for _ in range(steps):
        mean = neighbours(flow)
        wrong = right * mean[:, 0] + down * mean[:, 1] + change
        wrong = wrong / (alpha**2 + right**2 + down**2)
        flow = mean - wrong[:, None] * torch.stack([right, down], 1)
    return flow
