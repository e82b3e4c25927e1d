"""What bodies do in SynthSports-1: any pattern of the hands on top of any pattern of the legs.

A sport is a pattern of the hands (HANDS), one of the legs (LEGS) and a thing that is held. Hands are paths of
both wrists in body heights, forward, left and up, over a phase in cycles; legs are a pose. Those of
REVERSED are one path run one way and the other: only the order of frames tells them apart.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .actions import draw_gait, gait, mix
from .kinematics import (
    STANDING,
    Act,
    View,
    When,
    alive,
    beats,
    body,
    hanging,
    mixed,
    smooth,
    tempo,
    wrists,
)  # fmt: skip
from .people import Person, Pose

Rng = np.random.Generator
Hands = Callable[[np.ndarray], np.ndarray]  # phase (T,) in cycles -> both wrists (T, 2, 3), left first
SIGNS = (1, -1)  # left is positive


@dataclass(frozen=True)
class Bouts(When):
    """A long video: several stretches in which something happens, and rests between them."""

    bouts: tuple[tuple[int, int], ...] = ()

    @property
    def strength(self) -> np.ndarray:
        """1 during a bout, 0 at rest, with soft ends of five frames (T,)."""
        t = np.arange(self.frames)
        return np.max([smooth(np.minimum(t - a, b - t) / 5) for a, b in self.bouts], axis=0)


def stroke(phase: np.ndarray, out: float) -> np.ndarray:
    """0 to 1 and back in each cycle; the way out takes the share `out` of it."""
    phase = phase % 1.0
    return np.where(phase < out, smooth(phase / out), 1 - smooth((phase - out) / (1 - out)))


def wave(phase: np.ndarray) -> np.ndarray:
    """0 to 1 and back, evenly."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * phase)


def at(forward, left, up) -> np.ndarray:
    """One wrist's path (T, 3)."""
    return np.stack(np.broadcast_arrays(forward, left, up), -1).astype(float)


def pair(one: Callable[[int, int], np.ndarray]) -> np.ndarray:
    """Both wrists: `one(number, sign)` for the left (0, 1) and the right (1, -1)."""
    return np.stack([one(s, sign) for s, sign in enumerate(SIGNS)], 1)


# --- hands -------------------------------------------------------------------------------------------------


def jab(p: np.ndarray) -> np.ndarray:
    """Fists shoot forward in turn and come back slowly."""
    return pair(lambda s, sign: at(0.10 + 0.21 * stroke(p + s / 2, 0.28), 0.07 * sign, 0.74))


def curl(p: np.ndarray) -> np.ndarray:
    """Fists rise to the shoulders in turn."""

    def one(s: int, sign: int) -> np.ndarray:
        bend = np.pi * (0.1 + 0.75 * wave(p + s / 2))
        return at(0.03 + 0.20 * np.sin(bend), 0.14 * sign, 0.66 - 0.16 * np.cos(bend))

    return pair(one)


def circle(p: np.ndarray) -> np.ndarray:
    """Hands part upward and meet downward: two circles in the plane of the chest."""
    turn = 2 * np.pi * p
    return pair(lambda s, sign: at(0.16, sign * (0.16 + 0.10 * np.sin(turn)), 0.70 + 0.13 * np.cos(turn)))


def paddle(p: np.ndarray) -> np.ndarray:
    """A bar is dipped left, then right."""
    turn = 2 * np.pi * p
    return pair(
        lambda s, sign: at(0.18 + 0.07 * np.cos(turn) * sign, 0.15 * sign, 0.66 + 0.14 * sign * np.sin(turn))
    )


def pole(p: np.ndarray) -> np.ndarray:
    """Both hands reach forward and up slowly and are driven down behind the hips, as on skis."""
    far = stroke(p, 0.68)
    return pair(lambda s, sign: at(-0.10 + 0.36 * far, 0.12 * sign, 0.47 + 0.37 * far**1.5))


def jack(p: np.ndarray) -> np.ndarray:
    """Straight arms rise sideways until the hands meet above the head."""
    angle = np.pi * (0.06 + 0.88 * wave(p))
    return pair(lambda s, sign: at(0.03, sign * (0.08 + 0.28 * np.sin(angle)), 0.80 - 0.28 * np.cos(angle)))


def sweep(p: np.ndarray) -> np.ndarray:
    """Both hands together from one side to the other at the height of the belly."""
    aside = np.sin(2 * np.pi * p)
    return pair(lambda s, sign: at(0.22 - 0.06 * aside**2, 0.20 * aside + 0.03 * sign, 0.62))


def juggle(p: np.ndarray) -> np.ndarray:
    """Small circles before the hips, one hand half a turn after the other."""

    def one(s: int, sign: int) -> np.ndarray:
        turn = 2 * np.pi * (p + s / 2)
        return at(0.20, sign * (0.11 + 0.05 * np.cos(turn)), 0.58 + 0.07 * np.sin(turn))

    return pair(one)


def draw_bow(p: np.ndarray) -> np.ndarray:
    """One fist stands out in front; the other draws back from it slowly and snaps forward."""
    back = stroke(p, 0.75)
    return np.stack([at(0.29 + 0 * back, 0.02, 0.78), at(0.24 - 0.24 * back, -0.03 - 0.05 * back, 0.78)], 1)


def climb(p: np.ndarray) -> np.ndarray:
    """Hands reach above the head in turn and pull down."""
    return pair(lambda s, sign: at(0.15, 0.10 * sign, 0.70 + 0.34 * wave(p + s / 2)))


def dribble(p: np.ndarray) -> np.ndarray:
    """One hand pushes down beside the knee, the other is held out."""
    return np.stack([at(0.16, 0.20, 0.60 + 0 * p), at(0.17, -0.12, 0.38 + 0.20 * stroke(p, 0.5) ** 1.5)], 1)


def row(p: np.ndarray) -> np.ndarray:
    """Both hands are drawn from far in front to the belly, and go back."""
    return pair(lambda s, sign: at(0.08 + 0.23 * wave(p), 0.09 * sign, 0.60 + 0.03 * wave(p)))


def backwards(hands: Hands) -> Hands:
    """The same path run the other way."""
    return lambda p: hands(-p)


# Path, and frames a cycle. Partners stand two places apart, so that on one pattern of the legs both are seen
# in pre-training or neither is (the colours of the chessboard in `sports`).
HANDS: dict[str, tuple[Hands, float]] = {
    "Jab": (jab, 20), "Pole": (pole, 24), "Snatch": (backwards(jab), 20), "Scoop": (backwards(pole), 24),
    "Draw": (draw_bow, 26), "Open": (circle, 22), "Loose": (backwards(draw_bow), 26),
    "Close": (backwards(circle), 22), "Curl": (curl, 22), "Paddle": (paddle, 24), "Jack": (jack, 22),
    "Sweep": (sweep, 20), "Juggle": (juggle, 16), "Climb": (climb, 24), "Dribble": (dribble, 14),
    "Row": (row, 24),
}  # fmt: skip


REVERSED = (("Jab", "Snatch"), ("Pole", "Scoop"), ("Draw", "Loose"), ("Open", "Close"))


# --- legs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stance:
    """How hips and feet move: hip forward and height, and how far the legs are spread, as functions of a wave
    from 0 to 1; where the feet stand; frames a cycle; lean in radians; how high it leaps, in heights."""

    feet: tuple[float, float] = (0.03, -0.03)
    period: float = 24
    sink: float = 0.0
    ahead: float = 0.0
    spread: tuple[float, float] = (0.06, 0.06)
    lean: float = 0.05
    leap: float = 0.0


LEGS: dict[str, Stance | None] = {  # None: runs on the spot
    "Stand": Stance(),
    "Squat": Stance(sink=0.17, spread=(0.16, 0.20), lean=0.25, period=26),
    "Lunge": Stance(feet=(0.22, -0.20), ahead=0.13, sink=0.07, lean=0.12, period=28),
    "Straddle": Stance(spread=(0.05, 0.38), period=22),
    "Hop": Stance(sink=0.05, leap=0.10, period=15),
    "Run": None,
}


def sport(hands: str, legs: str, who: Person, rng: Rng, when: When, view: View) -> Act:
    """One sport over time; `at["left"]`, `at["right"]`: the hands (T, 3), for what they hold."""
    path, period = HANDS[hands]
    phase = beats(when, period * tempo(who, rng), rng)
    stance, slow = LEGS[legs], tempo(who, rng)
    if stance is None:
        pose = _running(who, rng, when, view, path(phase))
    else:
        pose = _standing(stance, who, rng, when, view, path(phase), beats(when, stance.period * slow, rng))
    fists = wrists(who, pose, "hand")
    return Act(pose, {"left": fists[:, 0], "right": fists[:, 1]})


def _standing(stance: Stance, who: Person, rng: Rng, when: When, view: View, hands: np.ndarray,
              phase: np.ndarray) -> Pose:  # fmt: skip
    """Feet on their place, or leaping from it: hips, legs and hands follow their patterns while it lasts."""
    low, at_work = wave(phase), when.strength
    depth = stance.sink * mix(who, "effort", rng, (0.8, 1.15))
    hip = np.stack([stance.ahead * low * at_work, STANDING - depth * low * at_work], -1)
    lean = 0.03 + (stance.lean * (0.4 + 0.6 * low)) * at_work + 0.012 * alive(when.frames, rng)
    moved = hands + np.stack([hip[:, 0], 0 * low, hip[:, 1] - STANDING], -1)[:, None]
    wrist = mixed(hanging(hip, lean), moved, at_work)
    pose = body(who, view, hip, lean, wrist, stance.feet, apart=stance.spread[0])
    narrow, wide = stance.spread
    apart = narrow + (wide - narrow) * low * at_work
    air = np.clip(np.sin(2 * np.pi * phase + np.pi / 2), 0, 1) * at_work  # up while the hips are high
    return replace(pose, spread=np.stack([apart, apart], -1), lift=stance.leap * air)


def _running(who: Person, rng: Rng, when: When, view: View, hands: np.ndarray) -> Pose:
    """Runs on the spot, the arms doing something else; stands at rest."""
    numbers = draw_gait("jogging", who, rng) | {"lean": 0.08, "twist": 0.03}
    stand = np.stack([np.zeros(when.frames), np.full(when.frames, STANDING)], -1)
    still = body(who, view, stand, np.full(when.frames, 0.03), mixed(hanging(stand), hands, when.strength))
    phase = beats(when, 18 * tempo(who, rng), rng)
    legs = gait(numbers, phase, np.zeros(when.frames), np.full(when.frames, view.yaw))
    share = when.strength
    parts = ("lean", "hip", "knee", "foot", "spread", "lift", "twist")
    blend = {name: mixed(getattr(still, name), getattr(legs, name), share) for name in parts}
    return replace(still, **blend)
