"""Values between the pixels: where a point moves to is seldom the middle of a pixel."""

import torch
import torch.nn.functional as F
from torch import Tensor


def pixel_grid(like: Tensor) -> Tensor:
    """The place of every pixel of images `(…, H, W)`: `(2, H, W)`, x then y, on the same device."""
    height, width = like.shape[-2:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([x, y]).to(like.device, torch.float32)


def sampled(images: Tensor, at: Tensor) -> Tensor:
    """Images `(N, C, H, W)` at the places `at` `(N, 2, H, W)`, x then y in pixels: bilinear, `(N, C, H, W)`.

    Outside the image the nearest pixel of its border counts.
    """
    height, width = images.shape[-2:]
    last = torch.tensor([max(width - 1, 1), max(height - 1, 1)], device=images.device)
    grid = at.movedim(1, -1) * (2 / last) - 1  # grid_sample counts from -1 to 1
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=True)
