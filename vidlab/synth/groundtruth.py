"""Truth on request: one video drawn again, with everything that is known about it.

No real benchmark can offer this: explanations and optical flow can be measured here and not only looked at.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from . import kth
from .draw import PARTS
from .people import INDEX, JOINTS, SIDES
from .scene import HEIGHT, WIDTH

# Which joints carry a part: its motion is that of the bone between them.
BONES = {
    "torso": ("chest", "pelvis"),
    "head": ("head", "neck"),
    **{f"{s}_{part}": (f"{s}_{a}", f"{s}_{b}") for s in SIDES for part, a, b in (
        ("upper_arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"), ("hand", "wrist", "hand"),
        ("thigh", "hip", "knee"), ("shank", "knee", "ankle"), ("foot", "heel", "toe"))},
}  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """What is known about T frames of one video.

    frames: uint8 (T, 120, 160) before encoding. actor: bool (T, 120, 160). parts: uint8 (T, 120, 160), an
    index into part_names (0 is the background). joints: (T, J, 2) pixels, x then y, named by joint_names
    (also where they lie outside the frame). flow: float32 (T - 1, 2, 120, 160), x then y, in pixels a
    frame, from each frame to the next; the actor's follows the bone under each pixel. present: bool
    (T,). ranges: [start, stop) of the repetitions within these frames. first: the number of the first frame.
    """

    name: str
    first: int
    frames: np.ndarray
    actor: np.ndarray
    parts: np.ndarray
    part_names: tuple[str, ...]
    joints: np.ndarray
    joint_names: tuple[str, ...]
    flow: np.ndarray
    present: np.ndarray
    ranges: tuple[tuple[int, int], ...]


def truth(world: str, name: str, seed: int = 0, size: str = "laptop",
          frames: tuple[int, int] | None = None, **dials: float) -> Truth:  # fmt: skip
    """Draw video `name` (as `person01_boxing_d1`) of `world` again; `frames` = (start, stop) keeps a stretch.

    The same seed, size and dials as in `write` give the same frames that were encoded there.
    """
    if world != kth.WORLD:
        raise ValueError(f"{world!r} is not a world: ask for {kth.WORLD}")
    plan = kth.shot(name, seed, size, **dials)
    start, stop = (0, plan.length) if frames is None else frames
    if not 0 <= start < stop <= plan.length:
        raise ValueError(f"{name}: frames {start}:{stop} are not within its {plan.length} frames")
    parts = _parts(plan, start, stop)
    return Truth(
        name=plan.name,
        first=start,
        frames=kth.draw(plan, start, stop),
        actor=parts > 0,
        parts=parts,
        part_names=PARTS,
        joints=plan.points[start:stop],
        joint_names=JOINTS,
        flow=_flow(plan, parts, start),
        present=np.any(parts, axis=(1, 2)),
        ranges=tuple(
            (max(a, start) - start, min(b, stop) - start) for a, b in plan.ranges if a < stop and b > start
        ),  # fmt: skip
    )


def _parts(plan: kth.Shot, start: int, stop: int) -> np.ndarray:
    out = np.zeros((stop - start, HEIGHT, WIDTH), np.uint8)
    for t in range(start, stop):
        if plan.visible[t]:
            out[t - start] = plan.painter.mask(t, (HEIGHT, WIDTH))
    return out


def _flow(plan: kth.Shot, parts: np.ndarray, start: int) -> np.ndarray:
    """Background: the camera's zoom. Actor: the bone's shift, turn and stretch between the two frames."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    out = np.zeros((len(parts) - 1, 2, HEIGHT, WIDTH), np.float32)
    for i in range(len(out)):
        t = start + i
        grow = plan.camera.zoom[t + 1] / plan.camera.zoom[t] - 1
        out[i, 0], out[i, 1] = grow * (x - WIDTH / 2), grow * (y - HEIGHT / 2)
        if np.abs(plan.world[t + 1] - plan.world[t]).max() > 1:
            continue  # the person leaves at one side and comes back at another
        for part in np.unique(parts[i])[1:]:
            a, b = (INDEX[j] for j in BONES[PARTS[part]])
            rows, columns = np.nonzero(parts[i] == part)
            now, then = plan.points[t, [a, b]], plan.points[t + 1, [a, b]]
            here = np.stack([columns, rows], -1)
            scale = plan.camera.scale[t + 1] / plan.camera.scale[t]
            out[i, :, rows, columns] = (_follow(here, now, then, scale) - here).astype(np.float32)
    return out


def _follow(points: np.ndarray, now: np.ndarray, then: np.ndarray, scale: float) -> np.ndarray:
    """Where `points` (N, 2) go when their bone `now` (2, 2) becomes `then`: along it by share."""
    axis, new_axis = now[1] - now[0], then[1] - then[0]
    length, new_length = np.linalg.norm(axis), np.linalg.norm(new_axis)
    if min(length, new_length) < 1.0:  # seen end on: it only shifts
        return points + then.mean(0) - now.mean(0)
    along = (points - now[0]) @ axis / length**2
    normal, new_normal = (np.array([-v[1], v[0]]) / n for v, n in ((axis, length), (new_axis, new_length)))
    across = (points - now[0]) @ normal * scale
    inside = np.clip(along, 0, 1)
    beyond = (along - inside) * length * scale  # the round ends keep their size
    moved = np.outer(inside, new_axis) + np.outer(beyond, new_axis / new_length)
    return then[0] + moved + np.outer(across, new_normal)


def contour(mask: np.ndarray) -> list[np.ndarray]:
    """Outlines of a mask (H, W) as lists of points (N, 2), for drawing it over a frame."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [c[:, 0] for c in found]
