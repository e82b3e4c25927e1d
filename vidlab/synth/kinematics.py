"""Hands and feet to joint angles: a pose over time from where hips, ankles and wrists are.

Lengths are in body heights. A program thinks in its own frame: forward, left and up from the ground under the
person's first stand; `Act.at` is in world axes (X to the right, Y away from the camera, Z up), with X from
the same point.
"""

from dataclasses import dataclass, fields

import numpy as np

from . import people
from .people import ANKLE, HIP_TO_SHOULDER, INDEX, SHANK, SHOULDER, SIDES, THIGH, Person, Pose, reach, turn

STANDING = 0.505  # height of the hips of somebody who stands
SOLE = ANKLE - 0.001  # height of an ankle above the ground


@dataclass(frozen=True)
class Act:
    """A pose over T frames, and named points (T, 3) that things follow; a ball that has left is NaN."""

    pose: Pose
    at: dict[str, np.ndarray]


@dataclass(frozen=True)
class When:
    """How many frames there are, and the stretch [start, stop) in which something happens."""

    frames: int
    start: int
    stop: int

    @property
    def share(self) -> np.ndarray:
        """How much of the stretch has gone by: (T,), 0 before it, 1 after it."""
        return np.clip((np.arange(self.frames) - self.start) / max(self.stop - self.start, 1), 0, 1)

    def halting(self, rng: np.random.Generator) -> np.ndarray:
        """`share`, but as people do it: they hesitate, and now and then go back a little (T,)."""
        every, depth = rng.uniform(9, 14), rng.uniform(0.5, 1.7)
        turns = 2 * np.pi * (np.arange(self.frames) / every + rng.uniform())
        wobble = depth * every / (2 * np.pi) / max(self.stop - self.start, 1) * np.sin(turns)
        ends = np.minimum(self.share, 1 - self.share)
        return np.clip(self.share + wobble * smooth(ends / 0.12), 0, 1)

    @property
    def strength(self) -> np.ndarray:
        """1 while it happens, 0 at rest, with soft ends of five frames (T,)."""
        t = np.arange(self.frames)
        return smooth(np.minimum(t - self.start, self.stop - t) / 5)


@dataclass(frozen=True)
class View:
    """Where somebody faces: `side` 1 right, -1 left; `turned` radians to the camera (pi / 2: frontal)."""

    side: int = 1
    turned: float = 0.2

    @property
    def yaw(self) -> float:
        return -self.turned if self.side > 0 else np.pi + self.turned

    @property
    def near(self) -> int:
        """The hand nearer to the camera: index into SIDES."""
        return 1 if self.side > 0 else 0


def smooth(x: np.ndarray) -> np.ndarray:
    """Smoothstep: 0 below 0, 1 above 1, at rest at both ends."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def along(share: np.ndarray, keys: list[tuple[float, ...]]) -> np.ndarray:
    """A path (T, n) through `keys` (share, value ...), joined by smoothsteps."""
    table = np.array(keys, float)
    i = np.clip(np.searchsorted(table[:, 0], share, side="right") - 1, 0, len(table) - 2)
    part = smooth((share - table[i, 0]) / (table[i + 1, 0] - table[i, 0]))[:, None]
    return table[i, 1:] + part * (table[i + 1, 1:] - table[i, 1:])


def beats(when: When, period: float, rng: np.random.Generator, whole: float | None = None,
          halting: float = 0.0) -> np.ndarray:  # fmt: skip
    """Phase in cycles (T,): still at rest, else about one cycle each `period` frames; nobody is a metronome.

    halting: how much it hesitates; above 1 it now and then goes back a little.
    `whole`: start at phase 0 and stop after a multiple of `whole` cycles; else the first phase is random.
    """
    wander = 1 + 0.06 * rng.standard_normal(when.frames // 8 + 3)
    pace = np.interp(np.arange(when.frames) / 8, np.arange(len(wander)), wander) * when.strength
    if halting:
        turns = np.arange(when.frames) / rng.uniform(9, 14) + rng.uniform()
        pace = pace * (1 + rng.uniform(0.3, 1.0) * halting * np.sin(2 * np.pi * turns))
    phase = np.cumsum(pace) / period
    if whole is None:
        return phase + rng.uniform(0, 1)
    count = max(round(phase[-1] / whole), 1) * whole
    return phase * count / phase[-1]


def tempo(who: Person, rng: np.random.Generator) -> float:
    """How slowly this clip goes, about 1: the subject's tempo times the clip's."""
    return float((1 - 0.12 * who.habits["tempo"]) * np.exp(rng.uniform(-0.26, 0.26)))


def reverse(act: Act) -> Act:
    """The same act with time running backwards."""
    flipped = {f.name: getattr(act.pose, f.name)[::-1].copy() for f in fields(Pose)}
    return Act(Pose(**flipped), {name: path[::-1].copy() for name, path in act.at.items()})


def body(who: Person, view: View, hip: np.ndarray, lean: np.ndarray, hands: np.ndarray,
         feet: tuple[float, float] = (0.0, 0.0), apart: float = 0.05, twist: np.ndarray | float = 0.0,
         poles: tuple[float, float, float] = (-0.35, 0.45, -1.0)) -> Pose:  # fmt: skip
    """A pose whose feet stand still while hips and hands move.

    hip (T, 2): forward and height. lean (T,): radians. hands (T, 2, 3): left and right wrist. feet: where the
    left and the right ankle stand, forward. poles: where the elbows point (forward, outward, up).
    """
    count = len(hip)
    down = hip[:, 1] - SOLE
    ahead = np.stack([np.full(count, f) for f in feet], -1) - hip[:, :1]
    longest = 0.998 * (THIGH + SHANK)
    down = np.minimum(down, np.sqrt(np.maximum(longest**2 - ahead**2, 0.01)).min(1))
    distance = np.hypot(ahead, down[:, None])
    inner = np.clip((THIGH**2 + distance**2 - SHANK**2) / (2 * THIGH * distance), -1, 1)
    thigh = np.arctan2(ahead, down[:, None]) + np.arccos(inner)
    shank = np.arcsin(np.clip((ahead - THIGH * np.sin(thigh)) / SHANK, -1, 1))
    twist = np.broadcast_to(np.asarray(twist, float), (count,))
    upper, fore = np.zeros((count, 2, 3)), np.zeros((count, 2, 3))
    chest = np.stack([hip[:, 0] + HIP_TO_SHOULDER * np.sin(lean), np.zeros(count),
                      down + SOLE + HIP_TO_SHOULDER * np.cos(lean) - 0.012], -1)  # fmt: skip
    for s, sign in enumerate((1, -1)):
        across = np.tile([0.0, sign * SHOULDER * who.shoulders, 0.0], (count, 1))
        target = turn(hands[:, s] - chest - turn(across, twist), -twist)
        upper[:, s], fore[:, s] = reach(target, (poles[0], sign * poles[1], poles[2]))
    zeros = np.zeros(count)
    return Pose(
        yaw=np.full(count, view.yaw), lean=lean, twist=twist + zeros, hip=thigh, knee=thigh - shank,
        foot=np.zeros((count, 2)), spread=np.full((count, 2), apart), upper=upper, fore=fore,
        x=np.cos(view.yaw) * hip[:, 0], lift=zeros, sway=zeros.copy(),
    )  # fmt: skip


def alive(count: int, rng: np.random.Generator) -> np.ndarray:
    """The small slow movement of somebody who stands still, about -1 to 1 (T,)."""
    t = np.arange(count) / 25
    return 0.6 * np.sin(2 * np.pi * t * rng.uniform(0.2, 0.45) + rng.uniform(0, 6)) + 0.4 * np.sin(
        2 * np.pi * t * rng.uniform(0.5, 0.9) + rng.uniform(0, 6)
    )


def hanging(hip: np.ndarray, lean: np.ndarray | float = 0.0) -> np.ndarray:
    """Wrists (T, 2, 3) of arms that hang beside the hips (T, 2)."""
    ahead = hip[:, 0] + 0.25 * np.sin(lean) + 0.03
    return np.stack([np.stack([ahead, 0 * ahead + sign * 0.14, hip[:, 1] - 0.03], -1) for sign in (1, -1)], 1)


def both(forward: np.ndarray, up: np.ndarray, apart: float) -> np.ndarray:
    """Two wrists (T, 2, 3) side by side, `apart` from the middle."""
    return np.stack([np.stack([forward, 0 * forward + s * apart, up], -1) for s in (1, -1)], 1)


def mixed(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
    """From `a` to `b`, both (T, ...), as `share` (T,) goes from 0 to 1."""
    share = share.reshape(-1, *([1] * (a.ndim - 1)))
    return a + share * (b - a)


def wrists(who: Person, pose: Pose, part: str = "wrist") -> np.ndarray:
    """World positions (T, 2, 3) of both wrists (or another part: "hand"), left first."""
    world = people.joints(who, pose)
    return world[:, [INDEX[f"{side}_{part}"] for side in SIDES]]


def outward(points: np.ndarray, view: View) -> np.ndarray:
    """Points (T, 3) of the program's frame in world axes."""
    return turn(points, np.full(len(points), view.yaw))
