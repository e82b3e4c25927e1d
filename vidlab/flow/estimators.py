"""Optical flow of a whole video: one interface to four ways of estimating it.

Each takes frames `(T, H, W[, 1 or 3])` uint8, looks at their brightness alone, and returns `(T - 1, 2, H, W)`
float32: x then y, in pixels a frame, from each frame to the next.
"""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import torch

from vidlab.flow.brox import brox as _brox
from vidlab.flow.horn_schunck import horn_schunck as _horn_schunck

BATCH = 16  # pairs that the methods in torch work on at once


def grey(frames: np.ndarray) -> np.ndarray:
    """Frames `(T, H, W)`, `(T, H, W, 1)` or `(T, H, W, 3)` RGB, uint8 → `(T, H, W)` uint8.

    Raises ValueError for anything else, and for fewer than two frames.
    """
    if frames.dtype != np.uint8 or frames.ndim not in (3, 4) or frames.shape[3:] not in ((), (1,), (3,)):
        raise ValueError(f"expected uint8 frames (T, H, W[, 1 or 3]), got {frames.dtype} {frames.shape}")
    if len(frames) < 2:
        raise ValueError(f"optical flow needs at least 2 frames, got {len(frames)}")
    if frames.ndim == 3:
        return frames
    if frames.shape[3] == 1:
        return frames[..., 0]
    return np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])


def farneback(frames: np.ndarray) -> np.ndarray:
    """Farnebäck 2003, OpenCV's: a quadratic polynomial around each pixel, and where it has moved to.

    The default: on flat backgrounds, where there is nothing to see, it says 0.
    """
    images = grey(frames)
    fields = [
        cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 5, 21, 3, 5, 1.1, 0)  # type: ignore[call-overload]
        for a, b in zip(images, images[1:], strict=False)
    ]
    return np.stack(fields).transpose(0, 3, 1, 2)


def dis(frames: np.ndarray) -> np.ndarray:
    """Kroeger et al. 2016, OpenCV's "medium" preset: patches are matched, then the field is refined."""
    images = grey(frames)
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    fields = [method.calc(a, b, None) for a, b in zip(images, images[1:], strict=False)]  # type: ignore[call-overload]
    return np.stack(fields).transpose(0, 3, 1, 2)


def brox(frames: np.ndarray, device: str = "cpu") -> np.ndarray:
    """Brox et al. 2004, the method of the two-stream paper, written here (`vidlab.flow.brox`)."""
    return _in_batches(_brox, frames, device)


def horn_schunck(frames: np.ndarray, device: str = "cpu") -> np.ndarray:
    """Horn and Schunck 1981, for motions of about a pixel, written here (`vidlab.flow.horn_schunck`)."""
    return _in_batches(_horn_schunck, frames, device)


METHODS: dict[str, Callable[..., np.ndarray]] = {
    "farneback": farneback, "dis": dis, "brox": brox, "horn-schunck": horn_schunck,
}  # fmt: skip
IN_TORCH = ("brox", "horn-schunck")


def estimate(frames: np.ndarray, method: str = "farneback", backward: bool = False, device: str = "cpu"
             ) -> np.ndarray:  # fmt: skip
    """The flow of frames `(T, H, W[, C])`, `(T - 1, 2, H, W)`, by one of METHODS.

    backward: field t leads from frame t + 1 to frame t. device: of the methods in torch, Brox and
    Horn-Schunck; OpenCV's know the CPU only. Raises ValueError for a method that there is not.
    """
    if method not in METHODS:
        raise ValueError(f"{method!r} is no way to estimate flow: choose one of {', '.join(METHODS)}")
    run = partial(METHODS[method], device=device) if method in IN_TORCH else METHODS[method]
    return run(frames[::-1])[::-1] if backward else run(frames)


def end_point_error(flow: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """How far the tips of the arrows are apart: `(…, 2, H, W)` and the same → `(…, H, W)`, in pixels."""
    return np.linalg.norm(flow - truth, axis=-3)


def _in_batches(method: Callable[..., torch.Tensor], frames: np.ndarray, device: str) -> np.ndarray:
    images = torch.from_numpy(np.ascontiguousarray(grey(frames)))
    fields = []
    for start in range(0, len(images) - 1, BATCH):
        some = images[start : start + BATCH + 1].to(device).float() / 255
        fields.append(method(some[:-1], some[1:]).cpu())
    return torch.cat(fields).numpy()
