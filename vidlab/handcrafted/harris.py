"""The hand-crafted rival of Baccouche 2011: Harris-3D interest points and histograms of optical flow.

Points: Laptev, "On space-time interest points" (2005), on a fixed set of scales as in his STIP program.
Descriptors: HOF of Laptev et al. (2008). The standard settings are those of Wang et al. (2009): sigma^2 in
4 … 128, tau^2 in 2, 4, k = 0.0005; a volume of 18 sigma x 18 sigma x 8 tau in 3 x 3 x 2 cells of 5 bins.
The original is a binary, so it is written anew here: the threshold, the cap on points, the half-size
flow and the votes of a histogram are ours, and each is said where it is made.
"""

import cv2
import numpy as np

SIGMA2 = (4.0, 8.0, 16.0, 32.0, 64.0, 128.0)  # variance in space, pixels^2
TAU2 = (2.0, 4.0)  # variance in time, frames^2
CELLS = (2, 3, 3)  # cells of a descriptor over time, y, x
BINS = 5  # right, down, left, up, still
K = 0.0005  # weight of the trace in H
STILL = 0.4  # pixels a frame: below, a pixel counts as still


def harris3d(
    frames: np.ndarray, sigma2: tuple[float, ...] = SIGMA2, threshold: float = 1e-12, most: int = 100
) -> np.ndarray:
    """Space-time interest points of a grey video `(T, H, W)` or `(T, H, W, 1)` uint8.

    Returns `(n, 5)` float32 in order of time: t (frame), y, x (pixels), sigma (pixels), tau (frames).
    Points are the local maxima, over 3 x 3 x 3 neighbours, of H = det(mu) - k trace(mu)^3 (Laptev 2005,
    Sec. 2.2) above `threshold` (grey values in 0 … 1), at each pair of scales by itself. H grows with the
    sixth power of contrast: a high threshold would leave people on a background of their own grey without
    a point. So it lies just above sensor noise, and of each 100 frames the strongest `most` points are
    kept (by H of scale-normalised gradients, so that scales compare). Points within 5 pixels of the border
    or 3 tau of either end are left out: the repeated border makes events of its own there.

    Each sigma is computed on frames halved until it measures 1 to 2 pixels there: at 160 x 120 the
    finest grid is 80 x 60, and points lie on it (a departure, 4 times as fast).
    """
    points, strength = [], []
    for octave, variances in _octaves(sigma2).items():
        small = _shrink(frames, octave)
        step = 2**octave
        for variance in variances:
            for t2 in TAU2:
                h = harris_response(small, variance / step**2 - _box_variance(octave), t2)
                t, y, x = _inside(local_maxima(h, threshold), h.shape, step, t2**0.5).T
                scales = np.full((2, len(t)), [[variance**0.5], [t2**0.5]])
                centre = (step - 1) / 2  # of the block of pixels behind one small pixel
                points.append(np.stack([t, y * step + centre, x * step + centre, *scales], axis=1))
                strength.append(h[t, y, x])
    return _strongest(np.concatenate(points).astype(np.float32), np.concatenate(strength), most)


def harris_response(video: np.ndarray, sigma2: float, tau2: float) -> np.ndarray:
    """H of a float video `(T, H, W)` at variances sigma2 and tau2 (pixels^2, frames^2): same shape.

    mu is the second-moment matrix of the scale-normalised gradient, averaged by a Gaussian of twice
    these variances (Laptev 2005, Sec. 2.2, with s = 2).
    """
    dt, dy, dx = gradient(gaussian(video, sigma2, tau2))
    dt, dy, dx = dt * tau2**0.5, dy * sigma2**0.5, dx * sigma2**0.5
    xx, yy, tt, xy, xt, yt = (
        gaussian(a * b, 2 * sigma2, 2 * tau2)
        for a, b in ((dx, dx), (dy, dy), (dt, dt), (dx, dy), (dx, dt), (dy, dt))
    )
    determinant = xx * (yy * tt - yt * yt) - xy * (xy * tt - yt * xt) + xt * (xy * yt - yy * xt)
    trace = xx + yy + tt
    return determinant - K * trace * trace * trace


def gaussian(video: np.ndarray, sigma2: float, tau2: float) -> np.ndarray:
    """Gaussian mean over space and time of a float32 video `(T, H, W)`; the border repeats the last pixel."""
    in_space, in_time, nothing = _kernel(sigma2), _kernel(tau2), np.ones(1, np.float32)
    out = np.empty_like(video)
    for source, target in zip(video, out, strict=True):
        cv2.sepFilter2D(source, -1, in_space, in_space, dst=target, borderType=cv2.BORDER_REPLICATE)
    flat = out.reshape(len(out), -1)  # one row a frame: filtering its columns is filtering time
    return cv2.sepFilter2D(flat, -1, nothing, in_time, borderType=cv2.BORDER_REPLICATE).reshape(video.shape)


def gradient(video: np.ndarray) -> list[np.ndarray]:
    """Central differences along t, y and x; 0 on the outermost frames and pixels."""
    derivatives = []
    for axis in range(3):
        d = np.zeros_like(video)
        values, inside = np.moveaxis(video, axis, 0), np.moveaxis(d, axis, 0)[1:-1]
        np.subtract(values[2:], values[:-2], out=inside)
        inside *= 0.5
        derivatives.append(d)
    return derivatives


def local_maxima(h: np.ndarray, threshold: float) -> np.ndarray:
    """Indices `(n, 3)` of what exceeds the threshold and is the largest of its 3 x 3 x 3 neighbours.

    The outermost frames and pixels are left out: they have no such neighbourhood.
    """
    if min(h.shape) < 3:
        return np.empty((0, 3), np.int64)
    candidates = np.argwhere(h[1:-1, 1:-1, 1:-1] > threshold) + 1
    for step in np.ndindex(3, 3, 3):
        if step == (1, 1, 1):
            continue
        here, there = candidates.T, (candidates + step - 1).T
        # Of equal neighbours the first one in reading order stays, so that a plateau gives one point.
        first = step > (1, 1, 1)
        keep = h[*here] >= h[*there] if first else h[*here] > h[*there]
        candidates = candidates[keep]
    return candidates


def flow_field(frames: np.ndarray) -> np.ndarray:
    """Farneback's optical flow of a grey video `(T, H, W)` uint8: `(T, 2, H/2, W/2)` float32, x then y.

    Computed on half-size frames (a departure, 5 times as fast) and given in pixels of the full-size
    frame per frame. The last frame, which has no next one, repeats the field before it.
    """
    small = _shrink(frames, 1)
    flow = np.zeros((len(small), 2, *small.shape[1:]), np.float32)
    grey = np.rint(small * 255).astype(np.uint8)
    field = np.zeros((*small.shape[1:], 2), np.float32)
    for t in range(len(grey) - 1):
        cv2.calcOpticalFlowFarneback(grey[t], grey[t + 1], field, 0.5, 4, 11, 2, 5, 1.1, 0)
        flow[t] = 2 * field.transpose(2, 0, 1)
    if len(flow) > 1:
        flow[-1] = flow[-2]
    return flow


def flow_votes(flow: np.ndarray) -> np.ndarray:
    """What each pixel of a flow `(T, 2, H, W)` votes for: `(T, H, W, 5)` right, down, left, up, still.

    A pixel slower than 0.4 pixels a frame gives one vote to "still"; any other gives its speed, shared
    between the two directions nearest to its own (as dense trajectories do: Wang et al. 2011).
    """
    x, y = flow[:, 0], flow[:, 1]
    speed = np.sqrt(x * x + y * y)
    turn = np.arctan2(y, x) * (2 / np.pi)  # quarter turns from "right" towards "down" (y points down)
    moving = speed >= STILL
    votes = np.empty((*speed.shape, BINS), np.float32)
    for direction in range(4):
        apart = np.abs((turn - direction + 2) % 4 - 2)
        votes[..., direction] = np.where(moving, speed * np.maximum(1 - apart, 0), 0)
    votes[..., 4] = ~moving
    return votes


def hof(frames: np.ndarray, points: np.ndarray, flow: np.ndarray | None = None) -> np.ndarray:
    """Histograms of optical flow `(n, 90)` around points `(n, 5)`: 2 x 3 x 3 cells (t, y, x) of 5 bins.

    A point's volume measures 18 sigma x 18 sigma x 8 tau; what lies outside the video is left out.
    Each cell sums to 1, or is 0 where it lies outside altogether. flow: what `flow_field` returned.
    """
    votes = flow_votes(flow_field(frames) if flow is None else flow)
    step = frames.shape[2] / votes.shape[2]  # pixels of the video per pixel of the flow
    descriptors = np.zeros((len(points), *CELLS, BINS), np.float32)
    for row, (t, y, x, sigma, tau) in zip(descriptors, points, strict=True):
        at = (t, y / step, x / step)
        side = (8 * tau, 18 * sigma / step, 18 * sigma / step)
        edges = [_edges(c, s, n, m) for c, s, n, m in zip(at, side, CELLS, votes.shape, strict=False)]
        for cell in np.ndindex(*CELLS):
            box = tuple(slice(e[i], e[i + 1]) for e, i in zip(edges, cell, strict=True))
            row[cell] = votes[box].sum((0, 1, 2))
    total = descriptors.sum(-1, keepdims=True)
    return (descriptors / np.maximum(total, 1e-12)).reshape(len(points), 90)


def describe(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A grey video `(T, H, W, 1)` uint8 → times `(n,)` in frames, descriptors `(n, 90)`, in time order."""
    grey = frames[..., 0]
    points = harris3d(grey)
    return points[:, 0], hof(grey, points)


def _octaves(sigma2: tuple[float, ...]) -> dict[int, list[float]]:
    """Variances by how often the frames are halved for them: sigma then measures 1 to 2 pixels."""
    octaves: dict[int, list[float]] = {}
    for variance in sigma2:
        octaves.setdefault(max(int(np.log2(variance) / 2), 0), []).append(variance)
    return octaves


def _shrink(frames: np.ndarray, octave: int) -> np.ndarray:
    """Grey frames as float32 in 0 … 1, halved `octave` times (means of blocks; a rest at the border goes)."""
    step = 2**octave
    length, height, width = frames.shape[0], frames.shape[1] // step, frames.shape[2] // step
    whole = frames.reshape(frames.shape[:3])[:, : height * step, : width * step]
    tall = (whole.astype(np.float32) / 255).reshape(-1, width * step)  # all frames as one tall picture
    small = cv2.resize(tall, (width, length * height), interpolation=cv2.INTER_AREA)
    return small.reshape(length, height, width)


def _box_variance(octave: int) -> float:
    """Variance, in small pixels^2, of the block mean that `_shrink` has already applied."""
    return (1 - 0.25**octave) / 12


def _inside(found: np.ndarray, shape: tuple[int, ...], step: int, tau: float) -> np.ndarray:
    """Those of the indices `(n, 3)` that keep their distance from the border of a grid of `step` pixels."""
    margin = np.array([3 * tau, 5 / step, 5 / step])
    return found[((found >= margin) & (found <= np.array(shape) - 1 - margin)).all(1)]


def _kernel(variance: float) -> np.ndarray:
    """A sampled Gaussian, cut at 3 standard deviations, that sums to 1."""
    radius = int(np.ceil(3 * variance**0.5))
    weights = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * variance))
    return (weights / weights.sum()).astype(np.float32)


def _strongest(points: np.ndarray, strength: np.ndarray, most: int, stretch: int = 100) -> np.ndarray:
    """The `most` strongest points of each stretch of frames, in order of time (then y, x, scales)."""
    part = points[:, 0] // stretch
    order = np.lexsort((-strength, part))
    rank = np.arange(len(order)) - np.searchsorted(part[order], part[order])
    kept = points[order[rank < most]]
    return kept[np.lexsort(kept.T[::-1])]


def _edges(centre: float, side: float, cells: int, length: int) -> np.ndarray:
    """Where the cells of a volume begin and end along one axis: `(cells + 1,)` indices inside the video."""
    edges = centre + 0.5 + side * (np.arange(cells + 1) / cells - 0.5)
    return np.rint(edges).astype(int).clip(0, length)
