"""Dense trajectories, the rival of Tran 2015: points followed for 15 frames, and what they see on the way.

Wang et al., "Action recognition by dense trajectories" (CVPR 2011; IJCV 2013), and of its improved variant
(Wang & Schmid, ICCV 2013: iDT, the baseline of Tran et al. 2015) what matters most: the camera's motion is
estimated and cancelled, but only with `stabilise=True`. Its detector of people, which keeps them out of
that estimate, is left out: where a person fills the frame, the camera is taken to move with the person.

The original is a C++ program, so it is written anew here. Departures: flow is estimated once, at full size,
and shrunk to the other scales; a descriptor is normalised as a whole (there: each frame by itself).
"""

import math
from dataclasses import dataclass, fields

import cv2
import numpy as np

from vidlab.flow import estimate
from vidlab.flow.estimators import grey
from vidlab.handcrafted.harris import STILL

LENGTH = 15  # steps of a trajectory, one a frame (L)
STEP = 5  # pixels from one point of the grid to the next (W)
QUALITY = 0.001  # of the frame's largest eigenvalue: a point needs more, or there is nothing to follow
SCALES = 8  # at most so many, each smaller than the last by the square root of 2
PATCH = 32  # pixels: side of the volume around a trajectory (N)
CELLS = (3, 2, 2)  # cells of that volume over time, y, x
BINS = {"hog": 8, "hof": 9, "mbh_x": 8, "mbh_y": 8}  # directions; the last of HOF's is "still"
CHANNELS = {"trajectory": 2 * LENGTH} | {name: bins * math.prod(CELLS) for name, bins in BINS.items()}
LEAST = 3**0.5  # pixels: standard deviation below which a path counts as static (the original program's)
JUMP = 0.7  # of the whole path's length: no step may be longer
MATCHES = 25  # corners that have to agree on a camera's motion before it is believed (the program's)


@dataclass(frozen=True)
class Trajectories:
    """The n trajectories of a video, by scale, then in order of time; all float32 but `start`.

    points (n, 16, 2): x, y in pixels of the original frame; start (n,): frame of the first one; scale (n,):
    pixels of the original frame per pixel of the one it was followed in (1, 1.41, 2, …). The others are
    descriptors: trajectory (n, 30), hog (n, 96), hof (n, 108), mbh_x and mbh_y (n, 96).
    """

    points: np.ndarray
    start: np.ndarray
    scale: np.ndarray
    trajectory: np.ndarray
    hog: np.ndarray
    hof: np.ndarray
    mbh_x: np.ndarray
    mbh_y: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


def dense_trajectories(
    frames: np.ndarray, stabilise: bool = False, flow: np.ndarray | None = None
) -> Trajectories:
    """The trajectories of frames `(T, H, W[, 1 or 3])` uint8, with their five descriptors.

    stabilise: displacements, HOF and MBH are those that remain when the camera's motion is cancelled, and
    HOG, HOF and MBH are divided by their sum, then square-rooted (RootSIFT: Wang & Schmid 2013); otherwise
    each is divided by its length (Wang et al. 2011). Points follow the flow as it is, either way.
    flow: `(T - 1, 2, H, W)`, pixels a frame, where it is known; otherwise it is estimated (Farnebäck).
    Fewer than 16 frames, frames smaller than 32 pixels, and frames without motion give n = 0.
    Raises ValueError for frames of another kind.
    """
    if len(frames) <= LENGTH or min(frames.shape[1:3]) < PATCH:
        return _none()
    images = grey(frames)
    flow = estimate(images) if flow is None else flow
    own = without_camera(images, flow) if stabilise else flow
    scales = [2 ** (i / 2) for i in range(SCALES) if min(images.shape[1:]) >= PATCH * 2 ** (i / 2)]
    parts = [_at_scale(images, flow, own, scale, stabilise) for scale in scales]
    columns = [np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Trajectories)]
    return Trajectories(*columns)


def track(images: np.ndarray, flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Follow points through grey frames `(T, H, W)`: points `(n, 16, 2)` x, y, and start `(n,)`.

    CVPR 2011, Eq. 1: a point moves by the median of the 3 x 3 flow vectors around it. A trajectory ends
    after 15 steps; one that leaves the frame, or is unfinished at the end of the video, is dropped.
    """
    points, start = np.zeros((0, LENGTH + 1, 2), np.float32), np.zeros(0, np.int64)
    done = [(points, start)]
    last = np.array(images.shape[:0:-1]) - 1
    for t, field in enumerate(flow):
        new = new_points(images[t], points[np.arange(len(points)), t - start])
        points = np.concatenate([points, np.repeat(new[:, None], LENGTH + 1, 1)])
        start = np.concatenate([start, np.full(len(new), t)])
        each, age = np.arange(len(points)), t - start
        here = points[each, age]
        points[each, age + 1] = there = here + _vectors(_median(field), here)
        inside = ((there >= 0) & (there <= last)).all(1)
        full = inside & (age + 1 == LENGTH)
        done.append((points[full], start[full]))
        points, start = points[inside & ~full], start[inside & ~full]
    return np.concatenate([p for p, _ in done]), np.concatenate([s for _, s in done])


def new_points(image: np.ndarray, followed: np.ndarray) -> np.ndarray:
    """Where to start in a frame `(H, W)`: `(n, 2)` x, y, the middles of cells of 5 x 5 pixels.

    A cell gets a point if none of those followed `(m, 2)` is in it, and if the smaller eigenvalue of the
    structure tensor says that there is something to follow (IJCV 2013, "Dense sampling").
    """
    eigenvalue = cv2.cornerMinEigenVal(image, 3, ksize=3)
    good = eigenvalue[STEP // 2 :: STEP, STEP // 2 :: STEP] > QUALITY * eigenvalue.max()
    free = np.ones(np.array(image.shape) // STEP + 1, bool)
    column, row = np.rint(followed).astype(int).T // STEP
    free[row, column] = False
    rows, columns = np.nonzero(good & free[: good.shape[0], : good.shape[1]])
    return np.stack([columns, rows], 1).astype(np.float32) * STEP + STEP // 2


def displacements(flow: np.ndarray, points: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The steps `(n, 15, 2)` along trajectories: what a flow `(T - 1, 2, H, W)` says at their points."""
    smooth = np.stack([_median(field) for field in flow])
    column, row = np.rint(points[:, :LENGTH]).astype(int).transpose(2, 0, 1)
    return smooth[start[:, None] + np.arange(LENGTH), :, row, column]


def worth_keeping(steps: np.ndarray) -> np.ndarray:
    """Which paths of steps `(n, 15, 2)`, in pixels of the original frame, are neither static nor jump.

    Static: the standard deviation of x and that of y are below 1.7 pixels. A jump: one step makes more than
    70 % of the path, which is mostly an error of the flow (IJCV 2013, "Trajectories"). Where the camera's
    motion is cancelled, this judges what is left; Wang & Schmid 2013 ask for one step of a pixel there.
    """
    path = np.pad(steps, ((0, 0), (1, 0), (0, 0))).cumsum(1)
    lengths = np.linalg.norm(steps, axis=2)
    return (path.std(1) >= LEAST).any(1) & (lengths.max(1) <= JUMP * lengths.sum(1))


def histograms(images: np.ndarray, flow: np.ndarray, points: np.ndarray, start: np.ndarray) -> np.ndarray:
    """What pixels around trajectories vote for: `(n, 3, 2, 2, 33)` over t, y, x and all BINS, not normalised.

    IJCV 2013, "Motion and structure descriptors": a patch of 32 x 32 pixels moves along with the point. Each
    frame's votes are summed once, from its corner on; the sum over any box is then four look-ups.
    """
    total = np.zeros((len(points), *CELLS, sum(BINS.values())), np.float32)
    at = np.rint(points).astype(int)
    for t, field in enumerate(flow):
        now = np.flatnonzero((start <= t) & (t < start + LENGTH))
        if not len(now):
            continue
        age = t - start[now]
        table = cv2.integral(frame_votes(images[t], field))
        total[now, age // (LENGTH // CELLS[0])] += patch_sums(table, at[now, age])
    return total


def frame_votes(image: np.ndarray, field: np.ndarray) -> np.ndarray:
    """The votes `(H, W, 33)` of a frame `(H, W)` and its flow `(2, H, W)`: HOG, HOF, MBHx, MBHy.

    HOG: the gradient of grey. HOF: the flow; slower than 0.4 pixels a frame is one vote for "still". MBH
    (motion boundaries): the gradients of the flow's x and of its y, which do not see even motion.
    """
    x, y = field
    moving = np.hypot(x, y) > STILL
    return np.concatenate(
        [
            votes(*_gradient(image)),
            votes(x * moving, y * moving),
            ~moving[..., None],
            votes(*_gradient(x)),
            votes(*_gradient(y)),
        ],
        axis=2,
        dtype=np.float32,
    )


def votes(x: np.ndarray, y: np.ndarray, bins: int = 8) -> np.ndarray:
    """Vectors `(H, W)`, `(H, W)` → `(H, W, bins)`: lengths, shared between the two nearest directions.

    Bin 0 is right, bin 2 down (y points down): a full circle, so that dark-bright is not bright-dark.
    """
    length, angle = cv2.cartToPolar(x.ravel(), y.ravel())
    turn = angle.ravel() * (bins / (2 * np.pi))
    first = turn.astype(int)
    second_share = (turn - first) * length.ravel()
    shared = np.zeros((x.size, bins), np.float32)
    each = np.arange(x.size)
    shared[each, first % bins] = length.ravel() - second_share
    shared[each, (first + 1) % bins] = second_share
    return shared.reshape(*x.shape, bins)


def patch_sums(table: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Sums over the 2 x 2 cells of patches around centres `(n, 2)`, whole x, y: `(n, 2, 2, bins)`.

    table `(H + 1, W + 1, bins)`: sums of all above and to the left. At the border a patch is moved inside.
    """
    room = np.array(table.shape[1::-1]) - 1 - PATCH
    corner = (centres - PATCH // 2).clip(0, room)
    x, y = (corner[:, None] + np.linspace(0, PATCH, CELLS[1] + 1, dtype=int)[:, None]).transpose(2, 0, 1)
    up_to = table[y[:, :, None], x[:, None, :]]
    return np.diff(np.diff(up_to, axis=1), axis=2)


def without_camera(images: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """The flow `(T - 1, 2, H, W)` of grey frames `(T, H, W)` less that of the camera (Wang & Schmid 2013).

    There the second frame is warped back and flow estimated again; here the homography's motion is taken
    away from the flow, which is the same for small motions, and one estimate less.
    """
    height, width = images.shape[1:]
    place = np.stack(np.meshgrid(np.arange(width), np.arange(height)), 2).astype(np.float32)
    own = np.empty_like(flow)
    for t, field in enumerate(flow):
        moved = cv2.perspectiveTransform(place, camera_motion(images[t], field))
        own[t] = field - (moved - place).transpose(2, 0, 1)
    return own


def camera_motion(image: np.ndarray, field: np.ndarray) -> np.ndarray:
    """The homography `(3, 3)` that most corners of a frame `(H, W)` follow by its flow `(2, H, W)`.

    Found by RANSAC with 1 pixel of tolerance; the identity where fewer than 25 corners agree. (The original
    matches SURF points as well, and leaves people out.)
    """
    corners = cv2.goodFeaturesToTrack(image, 1000, QUALITY, 3)
    if corners is None or len(corners) < MATCHES:
        return np.eye(3)
    before = corners.reshape(-1, 2)
    matrix, agreed = cv2.findHomography(before, before + _vectors(field, before), cv2.RANSAC, 1.0)
    return matrix if matrix is not None and agreed.sum() >= MATCHES else np.eye(3)


def _at_scale(
    images: np.ndarray, flow: np.ndarray, own: np.ndarray, scale: float, stabilise: bool
) -> Trajectories:
    """The trajectories at one scale. own: the flow to describe, where `flow` is the one to follow."""
    full = np.array(images.shape[:0:-1])
    size = np.rint(full / scale).astype(int)
    ratio = (full / size).astype(np.float32)  # x, y: sizes are whole numbers, so not quite the scale
    images, flow, own = _resized(images, size), _shrunk(flow, size), _shrunk(own, size)
    points, start = track(images, flow)
    steps = displacements(own, points, start) * ratio
    kept = worth_keeping(steps)
    points, start, steps = points[kept], start[kept], steps[kept]
    cells = np.split(histograms(images, own, points, start), np.cumsum(list(BINS.values()))[:-1], axis=-1)
    return Trajectories(
        (points + 0.5) * ratio - 0.5,
        start,
        np.full(len(points), scale, np.float32),
        (steps / np.linalg.norm(steps, axis=2).sum(1)[:, None, None]).reshape(-1, 2 * LENGTH),
        *(normalised(part, root=stabilise) for part in cells),
    )


def normalised(cells: np.ndarray, root: bool = False) -> np.ndarray:
    """Histograms `(n, …)` as descriptors `(n, d)` of length 1; one without any vote stays 0.

    root: by their sum, then the square root of each number (RootSIFT), which has length 1, too.
    """
    flat = cells.reshape(len(cells), math.prod(cells.shape[1:])).clip(0)
    if root:
        return np.sqrt(flat / np.maximum(flat.sum(1, keepdims=True), 1e-12))
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)


def _none() -> Trajectories:
    """No trajectories, in arrays of the right widths."""
    places = np.zeros((0, LENGTH + 1, 2), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32)
    return Trajectories(*places, *(np.zeros((0, width), np.float32) for width in CHANNELS.values()))


def _vectors(field: np.ndarray, at: np.ndarray) -> np.ndarray:
    """A field `(2, H, W)` at the pixels nearest to the places `(n, 2)`, x then y: `(n, 2)`."""
    x, y = np.rint(at).astype(int).T
    return field[:, y, x].T


def _median(field: np.ndarray) -> np.ndarray:
    """The median of 3 x 3 pixels, of x and of y each: `(2, H, W)`."""
    return np.stack([cv2.medianBlur(np.ascontiguousarray(part), 3) for part in field])


def _gradient(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Differences of the pixels to the right and left, below and above `(H, W)`: x, y; 0 at the border."""
    return cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=1)


def _resized(images: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Images `(n, H, W)` at another size, x then y: means of the pixels that fall together."""
    small = (int(size[0]), int(size[1]))
    return np.stack([cv2.resize(image, small, interpolation=cv2.INTER_AREA) for image in images])


def _shrunk(flow: np.ndarray, size: np.ndarray) -> np.ndarray:
    """A flow `(n, 2, H, W)` at another size, x then y, in pixels of that size."""
    height, width = flow.shape[2:]
    small = _resized(flow.reshape(-1, height, width), size).reshape(len(flow), 2, size[1], size[0])
    return small * (size / [width, height]).astype(np.float32)[:, None, None]
