"""Truth on request: one video drawn again, with everything that is known about it.

No real benchmark can offer this: explanations and optical flow can be measured here and not only looked at.
"""

from dataclasses import dataclass

import numpy as np

from . import kth
from .bones import bone, follow
from .draw import PARTS
from .export import check_dials, module
from .people import JOINTS
from .scene import HEIGHT, WIDTH
from .stage import PART_NAMES, Shot


@dataclass(frozen=True)
class Truth:
    """What is known about T frames of H x W pixels of one video.

    frames: uint8 (T, H, W, 3), of SynthKTH (T, H, W), before encoding. actor: bool (T, H, W). parts: uint8
    (T, H, W), an index into part_names (0 is the background). joints: (T, J, 2) pixels, x then y, named by
    joint_names (also where they lie outside the frame; J is 0 in a close-up). flow: float32 (T - 1, 2, H, W),
    x then y, in pixels a frame, from each frame to the next; a body's follows the bone under each pixel.
    present: bool (T,): somebody is seen. ranges: [start, stop) of the repetitions within these frames (none
    but in SynthKTH). first: the number of the first frame.
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
    at = module(world)
    plan = at.shot(name, seed, size, **check_dials(world, dials))
    start, stop = (0, plan.length) if frames is None else frames
    if not 0 <= start < stop <= plan.length:
        raise ValueError(f"{name}: frames {start}:{stop} are not within its {plan.length} frames")
    parts, joints, flow = (_of_kth if world == kth.WORLD else _of_stage)(plan, start, stop)
    names = PARTS if world == kth.WORLD else PART_NAMES
    actor = (parts > 0) & (parts < len(PARTS))
    return Truth(
        name=plan.name,
        first=start,
        frames=at.draw(plan, start, stop),
        actor=actor,
        parts=parts,
        part_names=names,
        joints=joints,
        joint_names=JOINTS[: joints.shape[1]],
        flow=flow,
        present=np.any(actor, axis=(1, 2)),
        ranges=tuple(
            (max(a, start) - start, min(b, stop) - start)
            for a, b in plan.note.get("ranges", ())
            if a < stop and b > start
        ),
    )


Known = tuple[np.ndarray, np.ndarray, np.ndarray]  # parts, joints, flow


def _of_stage(plan: Shot, start: int, stop: int) -> Known:
    parts = np.stack([plan.parts(t) for t in range(start, stop)])
    flow = np.zeros((stop - start - 1, 2, *parts.shape[1:]), np.float32)
    for i in range(len(flow)):
        flow[i] = plan.flow(start + i)
    joints = plan.actors[0].joints[start:stop] if plan.actors else np.zeros((stop - start, 0, 2))
    return parts, joints, flow


def _of_kth(plan: kth.Shot, start: int, stop: int) -> Known:
    parts = np.zeros((stop - start, HEIGHT, WIDTH), np.uint8)
    for t in range(start, stop):
        if plan.visible[t]:
            parts[t - start] = plan.painter.mask(t, (HEIGHT, WIDTH))
    return parts, plan.points[start:stop], _flow_of_kth(plan, parts, start)


def _flow_of_kth(plan: kth.Shot, parts: np.ndarray, start: int) -> np.ndarray:
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
            rows, columns = np.nonzero(parts[i] == part)
            now, then = bone(PARTS[part], plan.points[t : t + 2])
            here = np.stack([columns, rows], -1)
            scale = plan.camera.scale[t + 1] / plan.camera.scale[t]
            out[i, :, rows, columns] = (follow(here, now, then, scale) - here).astype(np.float32)
    return out
