"""From displacement fields to the input of the temporal network (Simonyan & Zisserman 2014, Sec. 3.1)."""

from collections.abc import Callable

import torch
from torch import Tensor

from vidlab.flow.sampling import pixel_grid, sampled

Stacking = Callable[[Tensor, bool], Tensor]


def stacked(fields: Tensor, subtract_mean: bool = True) -> Tensor:
    """Eq. 1: fields `(n, L, 2, H, W)` one behind the other as channels x1, y1, x2, y2, … `(n, 2L, H, W)`.

    subtract_mean: from each field its mean vector, which is mostly the camera's motion.
    """
    if subtract_mean:
        fields = fields - fields.mean((-2, -1), keepdim=True)
    return fields.flatten(1, 2)


def along_trajectories(fields: Tensor, subtract_mean: bool = True) -> Tensor:
    """Eq. 2: as `stacked`, but each pixel's vectors are those that it meets on its way.

    p_1 = (u, v), p_k = p_{k-1} + d(p_{k-1}); between pixels bilinear, beyond the border the nearest pixel.
    The way follows the raw flow; each field's mean is subtracted afterwards (the paper leaves both open).
    """
    place = pixel_grid(fields).expand_as(fields[:, 0])
    met = []
    for field in fields.unbind(1):
        met.append(sampled(field, place))
        place = place + met[-1]
    along = torch.stack(met, 1)
    if subtract_mean:
        along = along - fields.mean((-2, -1), keepdim=True)
    return along.flatten(1, 2)


def both_ways(forward: Tensor, backward: Tensor, stack: Stacking = stacked, subtract_mean: bool = True
              ) -> Tensor:  # fmt: skip
    """Bi-directional: L/2 fields on from frame tau, then L/2 back from it, each `(n, L/2, 2, H, W)`.

    forward: from tau to tau + 1, from tau + 1 to tau + 2, … backward: in the order of time, as they are
    stored; the last leads from tau to tau - 1. In the result `(n, 2L, H, W)` the first half of the channels
    goes forward from tau and the second half goes back from it, so that trajectories start at tau both ways.
    """
    halves = stack(forward, subtract_mean), stack(backward.flip(1), subtract_mean)
    return torch.cat(halves, 1)


def mirrored(stack: Tensor) -> Tensor:
    """A stack `(n, 2L, H, W)` as a mirror shows it: columns reversed, and what went right goes left."""
    out = stack.flip(-1)
    out[:, ::2].neg_()
    return out
