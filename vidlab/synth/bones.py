"""Which bone carries which part of a body, and where the points beside a bone go when it moves."""

import numpy as np

from .people import INDEX, SIDES

# Which joints carry a part: its motion is that of the bone between them.
BONES = {
    "torso": ("chest", "pelvis"),
    "head": ("head", "neck"),
    **{f"{s}_{part}": (f"{s}_{a}", f"{s}_{b}") for s in SIDES for part, a, b in (
        ("upper_arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"), ("hand", "wrist", "hand"),
        ("thigh", "hip", "knee"), ("shank", "knee", "ankle"), ("foot", "heel", "toe"))},
}  # fmt: skip


def bone(part: str, joints: np.ndarray) -> np.ndarray:
    """The two ends (..., 2, 2) of the bone of a part, from all joints (..., J, 2)."""
    return joints[..., [INDEX[joint] for joint in BONES[part]], :]


def follow(points: np.ndarray, now: np.ndarray, then: np.ndarray, scale: float) -> np.ndarray:
    """Where `points` (N, 2) go when their bone `now` (2, 2) becomes `then`: along it by share, across it by
    `scale`, how much larger everything is seen then."""
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
