"""From pixels at rest (uint8) to the input of a network: half size, person box, contrast, flips."""

import cv2
import numpy as np
import torch

GRID = (60, 80)  # height and width of the frames on which the person is looked for
BOX = (54, 34)  # height and width of the person-centred crop (Baccouche 2011, Sec. 2)


def halve(frames: np.ndarray) -> np.ndarray:
    """Frames `(T, H, W)` uint8 at half their height and width: the rounded mean of each 2x2 block.

    The paper's first step (Sec. 4). Raises ValueError for an odd height or width.
    """
    length, height, width = frames.shape
    if height % 2 or width % 2:
        raise ValueError(f"halve wants an even height and width, got {height} x {width}")
    tall = np.ascontiguousarray(frames).reshape(length * height, width)  # all frames as one tall picture
    half = cv2.resize(tall, (width // 2, length * height // 2), interpolation=cv2.INTER_AREA)
    return half.reshape(length, height // 2, width // 2)


def crop_box(frames: np.ndarray, centres: np.ndarray, size: tuple[int, int] = BOX) -> np.ndarray:
    """Cut a box of `size` (height, width) around centres `(T, 2)` (x, y in pixels): → `(T, *size)`.

    The box is moved inside the frame rather than filled up: copied borders would leave streaks.
    Raises ValueError when the box is larger than the frame.
    """
    length, height, width = frames.shape
    if size[0] > height or size[1] > width:
        raise ValueError(f"a box of {size[0]} x {size[1]} does not fit into frames of {height} x {width}")
    corner = np.rint(centres - np.array([size[1] - 1, size[0] - 1]) / 2).astype(np.int64)
    left = corner[:, 0].clip(0, width - size[1])
    top = corner[:, 1].clip(0, height - size[0])
    rows = (top[:, None] + np.arange(size[0]))[:, :, None]
    columns = (left[:, None] + np.arange(size[1]))[:, None, :]
    return frames[np.arange(length)[:, None, None], rows, columns]


def baccouche_clip(frames: np.ndarray) -> np.ndarray:
    """A whole grey video `(T, H, W, 1)` uint8 → its person-centred crops `(T, 54, 34)` uint8 (Sec. 4).

    Half size, person box, crop; contrast is normalised later, on the crops (`local_contrast_normalise`),
    so that what is stored stays uint8. KTH's frames are 120 x 160; others are resized to 60 x 80 at once.
    Raises ValueError for frames that are not grey.
    """
    if frames.ndim != 4 or frames.shape[3] != 1:
        raise ValueError(f"baccouche_clip wants grey frames (T, H, W, 1), got {frames.shape}: read with grey=True")
    grey = frames[..., 0]
    if grey.shape[1:] == (2 * GRID[0], 2 * GRID[1]):
        small = halve(grey)
    else:
        small = np.stack([cv2.resize(f, GRID[::-1], interpolation=cv2.INTER_AREA) for f in grey])
    return crop_box(small, person_box(small))


def person_box(frames: np.ndarray) -> np.ndarray:
    """Where the person is: centres `(T, 2)` (x, y in pixels) in grey frames `(T, H, W)` uint8."""
    grey = frames.astype(np.float32)
    away = np.abs(grey - np.median(grey, axis=2, keepdims=True))
    away = np.maximum(away - 12, 0)
    columns = cv2.blur(away.sum(1), (21, 1))
    rows = away.sum(2).cumsum(1)
    x = columns.argmax(1)
    y = (rows < rows[:, -1:] / 2).sum(1)
    return np.stack([x, y], 1).astype(np.float32)


def local_contrast_normalise(clip: torch.Tensor, size: int = 7) -> torch.Tensor:
    """3-D local contrast normalisation of clips `(…, T, H, W)` over `size`^3 pixels (Jarrett 2009): same shape.

    With Gaussian weights w (sum 1, standard deviation size/4, so 1.75 at 7):
    v = x - sum w x;  sigma = sqrt(sum w v^2);  y = v / max(c, sigma), c = the clip's mean sigma.
    Beyond the border the nearest pixel is repeated. A flat clip gives zeros. Feed whole sequences and
    cut windows afterwards: 7 frames of support in a window of 9 would be mostly border.

    Raises ValueError for an even size or fewer than three axes.
    """
    if clip.ndim < 3 or size % 2 == 0:
        raise ValueError(f"expected (…, T, H, W) and an odd size, got {tuple(clip.shape)} and size {size}")
    clip = clip.float() if not clip.is_floating_point() else clip
    clip = clip - clip[..., :1, :1, :1]  # changes nothing but rounding: a flat clip is now exactly 0
    v = clip - _gaussian_mean(clip, size)
    sigma = _gaussian_mean(v * v, size).sqrt()
    c = sigma.mean(dim=(-3, -2, -1), keepdim=True)
    return v / torch.maximum(sigma, c).clamp_min(1e-12)


def _gaussian_mean(clip: torch.Tensor, size: int) -> torch.Tensor:
    """Gaussian-weighted mean over `size` neighbours along each of the last three axes, one after the other."""
    offsets = torch.arange(size, dtype=clip.dtype) - size // 2
    weights = torch.exp(-0.5 * (offsets / (size / 4)) ** 2)
    weights = (weights / weights.sum()).tolist()
    for axis in (-3, -2, -1):
        length = clip.shape[axis]
        inside = torch.arange(-(size // 2), length + size // 2, device=clip.device).clamp(0, length - 1)
        padded = clip.index_select(axis, inside)
        clip = sum(w * padded.narrow(axis, k, length) for k, w in enumerate(weights))
    return clip


def flip_left_right(clip: torch.Tensor) -> torch.Tensor:
    """Mirror clips `(…, H, W)`: one of the paper's two extra copies of each training sample (Sec. 4)."""
    return clip.flip(-1)


def flip_up_down(clip: torch.Tensor) -> torch.Tensor:
    """Turn clips `(…, H, W)` upside down: the paper's other extra copy. No test sample is ever upside down."""
    return clip.flip(-2)
