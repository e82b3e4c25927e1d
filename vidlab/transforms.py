"""From pixels at rest (uint8) to the input of a network: half size, person box, contrast."""

import cv2
import numpy as np
import torch
from scipy.ndimage import median_filter

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
        raise ValueError(f"expected grey frames (T, H, W, 1), got {frames.shape}: read with grey=True")
    grey = frames[..., 0]
    if grey.shape[1:] == (2 * GRID[0], 2 * GRID[1]):
        small = halve(grey)
    else:
        small = np.stack([cv2.resize(f, GRID[::-1], interpolation=cv2.INTER_AREA) for f in grey])
    return crop_box(small, person_box(small))


def person_box(frames: np.ndarray) -> np.ndarray:
    """Where the person is: centres `(T, 2)` float32 (x, y in pixels) in grey frames `(T, 60, 80)` uint8.

    Person-centred boxes "as in Jhuang" (Sec. 4), by background difference (`unlike_background`). x is
    where the picture is unlike the background over the greatest height: a standing body is tall, a shadow
    or a stretched arm is not. While nobody is there, the last box is held (the first one before that, the
    middle of the frame when nobody ever comes). A median over 5 frames smooths the track.
    """
    unlike = unlike_background(frames)
    columns, rows = np.arange(frames.shape[2]), np.arange(frames.shape[1])
    height = unlike.sum(1)  # (T, W): how many pixels of each column
    body = cv2.blur(height**2, (9, 1), borderType=cv2.BORDER_CONSTANT)
    peak = body.argmax(1)[:, None]
    around = height**2 * np.exp(-0.5 * ((columns - peak) / 5) ** 2)
    x = (around * columns).sum(1) / np.maximum(around.sum(1), 1e-6)
    beside = (np.abs(columns - x[:, None]) <= 8).astype(np.float32)
    below = np.matmul(unlike, beside[:, :, None])[..., 0].cumsum(1)
    share = below / np.maximum(below[:, -1:], 1e-6)
    y = ((share < 0.05).sum(1) + (share < 0.95).sum(1)) / 2  # between head and feet
    evidence = body.max(1)
    there = evidence > max(0.2 * np.quantile(evidence, 0.95), 1.0)
    if not there.any():
        return np.full((len(frames), 2), [columns.mean(), rows.mean()], np.float32)
    latest = np.maximum.accumulate(np.where(there, np.arange(len(frames)), there.argmax()))
    centres = np.stack([x, y], axis=1)[latest]
    return median_filter(centres, size=(5, 1), mode="nearest").astype(np.float32)


def unlike_background(frames: np.ndarray) -> np.ndarray:
    """How surely each pixel of grey frames `(T, H, W)` is not background: float32 in 0 … 1, same shape.

    Three backgrounds, because each fails somewhere:
    * the median of the pixel's *row* in its own frame: survives zoom, finds bodies that stand still, and
      fails where the scene has vertical edges (doors);
    * the median of the pixel over *time*: knows doors, but takes a still body for background. So it counts
      only in columns where movement is rare (`moving_share`);
    * the top of the pixel's *column*: doors reach it and people seldom do.
    A pixel has to differ from all of them by more than the usual noise.
    """
    grey = np.stack([cv2.GaussianBlur(frame, (3, 3), 0.8) for frame in frames]).astype(np.float32)
    grey -= np.median(grey, axis=2, keepdims=True)
    scene = np.median(grey[:: max(len(grey) // 100, 1)], axis=0)
    moving = (moving_share(grey) > 0.45).astype(np.float32)[None]  # columns of one who acts on the spot
    acting = cv2.morphologyEx(moving, cv2.MORPH_CLOSE, np.ones((1, 31)))  # and what is between two hands
    known = scene * (1 - cv2.blur(cv2.dilate(acting, np.ones((1, 11))), (5, 1)))
    unlike = np.minimum(np.abs(grey - known), np.abs(grey - np.median(scene[:5], axis=0)))
    usual = 3 * 1.4826 * np.median(unlike[::7])  # 3 standard deviations, measured robustly
    return ((unlike - usual - 3) / 16).clip(0, 1)


def moving_share(grey: np.ndarray, block: int = 12, lag: int = 3) -> np.ndarray:
    """In what share of the blocks of 12 frames each column of a float video `(T, H, W)` moves: `(W,)`.

    1 where the video is too short to tell.
    """
    change = np.abs(grey[lag:] - grey[:-lag])
    if len(change) == 0:
        return np.ones(grey.shape[2])
    noise = 4 * 1.4826 * np.median(change[::7]) + 2
    column = np.maximum(change - noise, 0).sum(1)
    starts = np.arange(0, max(len(column) - block, 0) + 1, block)
    mean = np.add.reduceat(column, starts) / np.diff([*starts, len(column)])[:, None]
    return (mean > 8).mean(0)


def local_contrast_normalise(clip: torch.Tensor, size: int = 7) -> torch.Tensor:
    """3-D local contrast normalisation (Jarrett 2009) of clips `(…, T, H, W)` over `size`^3 pixels.

    With Gaussian weights w (sum 1, standard deviation size/4, so 1.75 at 7):
    v = x - sum w x;  sigma = sqrt(sum w v^2);  y = v / max(c, sigma), c = the clip's mean sigma.
    Beyond the border the nearest pixel is repeated. A flat clip gives zeros. Feed whole sequences and
    cut windows afterwards: 7 frames of support in a window of 9 would be mostly border.

    Raises ValueError for an even size or fewer than three axes.
    """
    if clip.ndim < 3 or size % 2 == 0:
        raise ValueError(f"expected (…, T, H, W) and an odd size, got {tuple(clip.shape)} and size {size}")
    clip = clip if clip.is_floating_point() else clip.float()
    clip = clip - clip[..., :1, :1, :1]  # changes nothing but rounding: a flat clip is now exactly 0
    v = clip - _gaussian_mean(clip, size)
    sigma = _gaussian_mean(v * v, size).sqrt()
    c = sigma.mean(dim=(-3, -2, -1), keepdim=True)
    return v / torch.maximum(sigma, c).clamp_min(1e-12)


def _gaussian_mean(clip: torch.Tensor, size: int) -> torch.Tensor:
    """Gaussian-weighted mean over `size` neighbours along each of the last three axes in turn."""
    offsets = torch.arange(size, dtype=clip.dtype) - size // 2
    bell = torch.exp(-0.5 * (offsets / (size / 4)) ** 2)
    weights = (bell / bell.sum()).tolist()
    for axis in (-3, -2, -1):
        length = clip.shape[axis]
        inside = torch.arange(-(size // 2), length + size // 2, device=clip.device).clamp(0, length - 1)
        padded = clip.index_select(axis, inside)
        clip = sum(w * padded.narrow(axis, k, length) for k, w in enumerate(weights))
    return clip


def crops_at(batch: torch.Tensor, top: np.ndarray, left: np.ndarray, size: int) -> torch.Tensor:
    """Squares of `size` pixels out of a batch `(N, C, H, W)`, one each at rows top and columns left (N,)."""
    return torch.stack([
        picture[:, y : y + size, x : x + size]
        for picture, y, x in zip(batch, top.tolist(), left.tolist(), strict=True)
    ])  # fmt: skip


def random_crops(batch: torch.Tensor, size: int, rng: np.random.Generator, centre: bool = False
                 ) -> torch.Tensor:  # fmt: skip
    """A random square of each picture `(N, C, H, W)` -> `(N, C, size, size)`: from the whole frame
    (Simonyan & Zisserman 2014, Sec. 5), or, as in Krizhevsky 2012, only from its central square."""
    n, _, height, width = batch.shape
    _check_fits(size, height, width)
    side = min(height, width)
    down, right = ((height - side) // 2, (width - side) // 2) if centre else (0, 0)
    tall, wide = (side, side) if centre else (height, width)
    return crops_at(
        batch,
        down + rng.integers(0, tall - size + 1, n),
        right + rng.integers(0, wide - size + 1, n),
        size,
    )


def five_crops(batch: torch.Tensor, size: int) -> torch.Tensor:
    """The four corners and the centre of each picture `(N, C, H, W)` -> `(N, 5, C, size, size)`: with their
    mirror images the 10 inputs of a test frame (Sec. 5)."""
    height, width = batch.shape[-2:]
    _check_fits(size, height, width)
    y, x = height - size, width - size
    places = [(0, 0), (0, x), (y, 0), (y, x), (y // 2, x // 2)]
    return torch.stack([batch[..., i : i + size, j : j + size] for i, j in places], 1)


def _check_fits(size: int, height: int, width: int) -> None:
    if size > min(height, width):
        raise ValueError(f"a crop of {size} x {size} does not fit into frames of {height} x {width}")


def lighting(batch: torch.Tensor, rng: np.random.Generator, spread: float = 0.1) -> torch.Tensor:
    """RGB jitter after Krizhevsky 2012, Sec. 4.1: each picture `(N, 3 k, H, W)` moves along the principal
    axes of its own colours (there: those of all images), by Gaussian amounts of `spread` standard deviations.
    """
    pixels = batch.unflatten(1, (-1, 3)).transpose(1, 2).flatten(2)  # (N, 3, pixels)
    covariance = torch.stack([torch.cov(colours) for colours in pixels[:, :, ::11]])
    values, axes = torch.linalg.eigh(covariance)
    amounts = torch.from_numpy(rng.normal(0, spread, values.shape).astype(np.float32)).to(batch.device)
    shift = (axes * (amounts * values.clamp_min(0).sqrt())[:, None]).sum(-1)  # (N, 3)
    return batch + shift.repeat(1, batch.shape[1] // 3)[:, :, None, None]


def shrunk(frames: np.ndarray, side: int) -> np.ndarray:
    """Frames (T, H, W, C) with `side` pixels on the smaller side ("rescaled beforehand", Sec. 5)."""
    height, width = frames.shape[1:3]
    scale = side / min(height, width)
    size = (round(width * scale), round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, size, interpolation=how) for frame in frames])
