"""Brox, Bruhn, Papenberg and Weickert 2004: brightness and its gradient stay, outliers are forgiven, and
large motions are found on small images first.

The energy of a flow w = (u, v) is, summed over the pixels, with Psi(s²) = sqrt(s² + epsilon²):
Psi(|I2(x + w) - I1(x)|² + gamma |grad I2(x + w) - grad I1(x)|²) + alpha Psi(|grad u|² + |grad v|²).
Everything is batched over pairs of images, on the device where they are.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from vidlab.flow.horn_schunck import gradient
from vidlab.flow.sampling import pixel_grid, sampled

OVER = 1.9  # by how much SOR exaggerates each step: 1 would be Gauss-Seidel


def features(images: Tensor, gamma: float) -> Tensor:
    """What stays while it moves: brightness `(N, 1, H, W)` and, by the root of gamma, its gradient."""
    return torch.cat([images, gamma**0.5 * gradient(images)[:, :, 0]], 1)


def robust(square: Tensor, epsilon: float) -> Tensor:
    """The weight of an error whose square is `square`: the derivative of sqrt(s² + epsilon²) by s²."""
    return 0.5 * torch.rsqrt(square + epsilon**2)


def along(slope: Tensor, flow: Tensor) -> Tensor:
    """How features `(N, C, H, W)` of a slope `(N, 2, C, H, W)` change along a flow `(N, 2, H, W)`."""
    return (slope * flow[:, :, None]).sum(1)


def linearised(first: Tensor, second: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """The constancy of features `(N, C, H, W)` near `flow`: along(slope, w) + rest should be 0.

    `second` is warped back by the flow, so that only what is left to find must be small. Pixels that the flow
    takes out of the image say nothing.
    """
    at = pixel_grid(flow) + flow
    warped = sampled(second, at)
    slope = (gradient(first) + gradient(warped)) / 2
    rest = warped - first - along(slope, flow)
    last = pixel_grid(flow)[:, -1:, -1:]
    inside = ((at >= 0) & (at <= last)).all(1, keepdim=True)
    return slope * inside[:, None], rest * inside


def times(matrix: Tensor, vector: Tensor) -> Tensor:
    """Symmetric 2 x 2 matrices `(N, 3, H, W)`, entries xx, xy, yy, times vectors `(N, 2, H, W)`."""
    xx, xy, yy = matrix.unbind(1)
    u, v = vector.unbind(1)
    return torch.stack([xx * u + xy * v, xy * u + yy * v], 1)


def inverse(matrix: Tensor) -> Tensor:
    """Symmetric 2 x 2 matrices `(N, 3, H, W)`, inverted."""
    xx, xy, yy = matrix.unbind(1)
    return torch.stack([yy, -xy, xx], 1) / (xx * yy - xy * xy)[:, None]


def data_term(slope: Tensor, rest: Tensor, flow: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """Constancy as a linear system a pixel, `times(matrix, w) = target`, weighted by how well `flow` fits."""
    weight = robust(((along(slope, flow) + rest) ** 2).sum(1), epsilon)
    x, y = slope.unbind(1)
    matrix = torch.stack([(weight[:, None] * p).sum(1) for p in (x * x, x * y, y * y)], 1)
    target = -(weight[:, None, None] * slope * rest[:, None]).sum(2)
    return matrix, target


def smoothness_term(flow: Tensor, alpha: float, epsilon: float) -> tuple[Tensor, Tensor]:
    """How strongly each pixel is tied to the next one on its right `(N, 1, H, W - 1)` and below."""
    weight = alpha * robust((gradient(flow) ** 2).sum((1, 2)), epsilon)[:, None]
    return (weight[..., 1:] + weight[..., :-1]) / 2, (weight[..., 1:, :] + weight[..., :-1, :]) / 2


def solved(flow: Tensor, matrix: Tensor, target: Tensor, right: Tensor, down: Tensor, sweeps: int) -> Tensor:
    """The linear system of all pixels, by successive over-relaxation from `flow`.

    As on a chess board: a red pixel's neighbours are black, so all red ones may be set at once.
    """
    ties = F.pad(right, (0, 1)) + F.pad(right, (1, 0)) + F.pad(down, (0, 0, 0, 1)) + F.pad(down, (0, 0, 1, 0))
    solve = inverse(matrix + ties * torch.tensor([1.0, 0, 1], device=flow.device)[:, None, None])
    red = pixel_grid(flow).sum(0) % 2
    flow = flow.clone()
    for _ in range(sweeps):
        for turn in (OVER * red, OVER * (1 - red)):
            pull = target.clone()
            pull[..., :-1] += right * flow[..., 1:]
            pull[..., 1:] += right * flow[..., :-1]
            pull[..., :-1, :] += down * flow[..., 1:, :]
            pull[..., 1:, :] += down * flow[..., :-1, :]
            flow += turn * (times(solve, pull) - flow)
    return flow


def pyramid(images: Tensor, factor: float = 0.8, smallest: int = 12) -> Iterator[Tensor]:
    """Images `(N, 1, H, W)` from small to full size, each step smaller by `factor`."""
    height, width = images.shape[-2:]
    steps = 0
    while min(height, width) * factor ** (steps + 1) >= smallest:
        steps += 1
    for k in range(steps, -1, -1):
        size = round(height * factor**k), round(width * factor**k)
        yield F.interpolate(images, size, mode="bilinear", antialias=True)


def enlarged(flow: Tensor, height: int, width: int) -> Tensor:
    """The flow of a smaller image, for the same image at that size: its vectors grow, too."""
    scale = torch.tensor([width / flow.shape[-1], height / flow.shape[-2]], device=flow.device)
    return F.interpolate(flow, (height, width), mode="bilinear") * scale[:, None, None]


def brox(
    first: Tensor,
    second: Tensor,
    alpha: float = 0.197,
    gamma: float = 50.0,
    epsilon: float = 1e-3,
    factor: float = 0.8,
    rounds: int = 3,
    sweeps: int = 5,
) -> Tensor:
    """The flow `(N, 2, H, W)` that leads from images `first` to `second`, `(N, H, W)` float in 0 … 1.

    alpha, gamma and the pyramid's factor as in OpenCV's own example of its GPU implementation, which the
    two-stream paper used. rounds: how often the robust weights are renewed on a level; sweeps: of the solver.
    An epsilon of 1 makes the penalties quadratic, gamma 0 leaves brightness alone, factor 0 one level.
    """
    flow = torch.zeros_like(first[:, None, :1, :1]).repeat(1, 2, 1, 1)
    for a, b in zip(pyramid(first[:, None], factor), pyramid(second[:, None], factor), strict=True):
        flow = enlarged(flow, *a.shape[-2:])
        slope, rest = linearised(features(a, gamma), features(b, gamma), flow)
        for _ in range(rounds):
            right, down = smoothness_term(flow, alpha, epsilon)
            flow = solved(flow, *data_term(slope, rest, flow, epsilon), right, down, sweeps)
    return flow
