"""The six KTH actions as joint-angle programs: parameters in, `Pose` over time out.

Gaits follow the human cycle (0 = heel strike): hip and knee angles through their extremes, arms against the
legs, a flight phase where both feet are off the ground. Hand actions move the wrists, or swing straight arms.
"""

from dataclasses import dataclass

import numpy as np

from .people import SHOULDER, Person, Pose, reach

ACTIONS = ("boxing", "handclapping", "handwaving", "jogging", "running", "walking")
GAITS = ("jogging", "running", "walking")
FPS = 25.0


@dataclass(frozen=True)
class Gait:
    """Ranges (low, high) of one gait. Cadence: strides a second; speed: body heights a second; degrees."""

    cadence: tuple[float, float]
    speed: tuple[float, float]
    hip: tuple[float, float]  # the cycle's extremes: behind, in front
    knee: tuple[float, float]  # bend in stance, in swing
    elbow: tuple[float, float]
    arm: float  # swing of the upper arm, plus and minus
    lean: tuple[float, float]
    toe_off: float  # share of the cycle
    flight: float  # height of the flight phase, body heights


# Overlapping on purpose: a fast walker moves like a slow jogger, a fast jogger like a slow runner.
GAIT = {
    "walking": Gait((0.84, 1.04), (0.58, 0.85), (-14, 31), (17, 66), (12, 78), 26, (1, 7), 0.60, 0.0),
    "jogging": Gait((1.12, 1.42), (0.85, 1.30), (-15, 41), (32, 90), (40, 100), 29, (2, 10), 0.43, 0.022),
    "running": Gait((1.30, 1.65), (1.25, 1.85), (-17, 48), (36, 102), (52, 105), 34, (4, 13), 0.38, 0.033),
}


def mix(who: Person, habit: str, rng: np.random.Generator, span: tuple[float, float]) -> float:
    """A value in (about) `span`: the subject's habit, plus this video's own mood; 15 % may lie outside."""
    unit = np.clip(1.5 * (0.6 * who.habits[habit] + 0.4 * rng.uniform(-1, 1)), -1.15, 1.15)
    return float(span[0] + (span[1] - span[0]) * (0.5 + 0.5 * unit))


def through(phase: np.ndarray, keys: list[tuple[float, float]]) -> np.ndarray:
    """A periodic curve through its extremes: `keys` are (phase in [0, 1), value), joined by half cosines."""
    phase = np.mod(phase, 1.0)
    keys = sorted(keys)
    at = np.array([keys[-1][0] - 1, *(k[0] for k in keys), keys[0][0] + 1])
    value = np.array([keys[-1][1], *(k[1] for k in keys), keys[0][1]])
    i = np.clip(np.searchsorted(at, phase, side="right") - 1, 0, len(at) - 2)
    part = (phase - at[i]) / (at[i + 1] - at[i])
    return value[i] + (value[i + 1] - value[i]) * (0.5 - 0.5 * np.cos(np.pi * part))


def _hanging(angle: np.ndarray, outward: np.ndarray | float, sign: int) -> np.ndarray:
    """Unit vector of an arm segment: `angle` forward of straight down, `outward` away from the body."""
    side = np.broadcast_to(sign * np.sin(outward), angle.shape)
    flat = np.sqrt(1 - side**2)
    return np.stack([flat * np.sin(angle), side, -flat * np.cos(angle)], -1)


def draw_gait(name: str, who: Person, rng: np.random.Generator) -> dict[str, float]:
    """The numbers of one subject's gait in one video; angles in radians. Effort moves speed and cadence."""
    g = GAIT[name]
    effort = 0.6 * who.habits["effort"] + 0.4 * rng.uniform(-1, 1)
    own = 0.6 * who.habits["cadence"] + 0.4 * rng.uniform(-1, 1)

    def at(span: tuple[float, float], unit: float) -> float:
        return span[0] + (span[1] - span[0]) * (0.5 + 0.5 * float(np.clip(1.5 * unit, -1.1, 1.1)))

    speed, cadence = at(g.speed, effort), at(g.cadence, 0.55 * effort + 0.45 * own)
    middle = np.mean(g.speed) / np.mean(g.cadence)
    stride = np.clip(speed / cadence / middle, 0.75, 1.3)  # longer steps need wider hips and knees
    angles = {
        "back": g.hip[0] * stride,
        "front": g.hip[1] * stride,
        "stance": g.knee[0] * mix(who, "knee", rng, (0.7, 1.3)),
        "swing": g.knee[1] * mix(who, "knee", rng, (0.82, 1.18)),
        "elbow": mix(who, "elbow", rng, g.elbow),
        "arm": g.arm * mix(who, "arm", rng, (0.6, 1.4)),
        "lean": mix(who, "lean", rng, g.lean),
        "twist": mix(who, "twist", rng, (4, 12)),
    }
    out = {key: float(np.radians(value)) for key, value in angles.items()}
    return out | {
        "speed": float(speed),
        "cadence": float(cadence),
        "toe_off": g.toe_off,
        "flight": g.flight * mix(who, "bounce", rng, (0.7, 1.3)),
    }


def gait(p: dict[str, float], phase: np.ndarray, x: np.ndarray, yaw: np.ndarray) -> Pose:
    """Walk, jog or run: `phase` (T,) in cycles of the left leg, `x` (T,) in heights, `yaw` (T,)."""
    legs = np.stack([phase, phase + 0.5], -1)
    off = p["toe_off"]
    hip = through(legs, [(off - 0.04, p["back"]), (min(off + 0.33, 0.88), p["front"])])
    knee_in_stance = min(0.15, 0.4 * off)
    bend = p["stance"]
    knee = through(legs, [(0.0, 0.5 * bend), (knee_in_stance, bend), (0.68 * off, 0.35 * bend),
                          (off + 0.14, p["swing"]), (0.95, 0.1)])  # fmt: skip
    push = -np.radians(52 if off > 0.5 else 78)
    foot = through(legs, [(0.0, 0.25), (0.12, 0.0), (0.6 * off, -0.04), (off + 0.06, push), (0.9, 0.2)])
    swing = -p["arm"] * np.cos(2 * np.pi * (legs - 0.92)) + 0.05
    elbow = p["elbow"] + 0.18 * np.sin(swing / max(p["arm"], 1e-3) * 1.2)
    folded = np.minimum(swing + elbow, 2.3)  # no fist above the chin
    upper = np.stack([_hanging(swing[:, s], 0.12, sign) for s, sign in enumerate((1, -1))], 1)
    fore = np.stack([_hanging(folded[:, s], -0.12, sign) for s, sign in enumerate((1, -1))], 1)
    half = np.mod(legs[:, 0], 0.5)  # both legs are in the air between toe-off and the other's strike
    air = np.clip((half - off) / (0.5 - off), 0, 1) if off < 0.5 else np.zeros_like(half)
    return Pose(
        yaw=yaw, lean=np.full_like(x, p["lean"]), twist=-p["twist"] * np.cos(2 * np.pi * (phase - 0.92)),
        hip=hip, knee=knee, foot=foot, spread=np.full_like(hip, 0.02), upper=upper, fore=fore, x=x,
        lift=p["flight"] * 4 * air * (1 - air), sway=0.012 * np.cos(2 * np.pi * phase),
    )  # fmt: skip


def _standing(count: int, who: Person, rng: np.random.Generator, yaw: float, stagger: float) -> Pose:
    """Somebody who stands, shifting their weight a little; arms are filled in by the action."""
    t = np.arange(count) / FPS
    drift = 0.012 * np.sin(2 * np.pi * t * rng.uniform(0.15, 0.4) + rng.uniform(0, 6))
    bend = np.radians(rng.uniform(2, 7)) + 0.03 * np.sin(2 * np.pi * t * rng.uniform(0.2, 0.5))
    apart = np.radians(mix(who, "stance", rng, (2, 10)))
    hips = np.stack([bend + stagger, bend - stagger], -1)
    return Pose(
        yaw=yaw + 0.05 * np.sin(2 * np.pi * t * 0.13 + rng.uniform(0, 6)),
        lean=np.full(count, np.radians(mix(who, "lean", rng, (0, 6)))),
        twist=np.zeros(count), hip=hips, knee=np.maximum(2 * bend, 0.05)[:, None] + 0 * hips,
        foot=np.zeros((count, 2)), spread=np.full((count, 2), apart),
        upper=np.zeros((count, 2, 3)), fore=np.zeros((count, 2, 3)),
        x=drift, lift=np.zeros(count), sway=0.5 * drift,
    )  # fmt: skip


def rhythm(count: int, beat: float, rng: np.random.Generator, jitter: float = 0.08) -> np.ndarray:
    """Phase (T,) in cycles at about `beat` Hz whose tempo wanders: nobody is a metronome."""
    knots = 1 + jitter * rng.standard_normal(max(count // 12, 1) + 3)
    pace = np.interp(np.arange(count) / 12.0, np.arange(len(knots)), knots)
    return rng.uniform(0, 1) + np.cumsum(beat / FPS * pace)


def boxing(count: int, who: Person, rng: np.random.Generator) -> Pose:
    """Punches, left and right in turn, mostly seen from the side."""
    facing = 0.0 if rng.random() < 0.5 else np.pi
    off_profile = np.radians(mix(who, "turn", rng, (-8, 34)))  # towards the camera
    yaw = -off_profile if facing == 0.0 else np.pi + off_profile
    lead = 1 if who.left_handed else -1
    stagger = lead * np.radians(mix(who, "stance", rng, (2, 13)))
    pose = _standing(count, who, rng, yaw, stagger)
    phase = rhythm(count, mix(who, "tempo", rng, (0.75, 1.35)), rng)
    guard = np.array([mix(who, "reach", rng, (0.10, 0.17)), 0.0, mix(who, "height", rng, (-0.09, 0.05))])
    hit = np.array([mix(who, "reach", rng, (0.255, 0.315)), 0.0, mix(who, "height", rng, (-0.05, 0.06))])
    sharp = rng.uniform(1.0, 1.8)
    force = 1 + 0.10 * rng.standard_normal(int(np.ptp(phase)) + 3)
    for s, sign in enumerate((1, -1)):
        turn_phase = phase + 0.5 * s
        out = (0.5 - 0.5 * np.cos(2 * np.pi * turn_phase)) ** sharp
        out = out * np.clip(force[(turn_phase - turn_phase.min()).astype(int)], 0.6, 1.1)
        target = guard + (hit - guard) * out[:, None]
        target = target + np.array([0.0, -sign * 1.0, 0.0]) * (0.03 + 0.05 * out)[:, None]
        pose.upper[:, s], pose.fore[:, s] = reach(target, (-0.2, sign * 0.35, -1.0))
        pose.twist = pose.twist - sign * np.radians(mix(who, "twist", rng, (6, 16))) * out
    pose.lift = pose.lift + 0.0
    pose.lean = pose.lean + 0.03 * np.sin(2 * np.pi * 2 * phase)
    return pose


def handclapping(count: int, who: Person, rng: np.random.Generator) -> Pose:
    """Arms open to the sides and meet in front of the chest, seen from the front."""
    yaw = -np.pi / 2 + np.radians(mix(who, "turn", rng, (-22, 22)))
    pose = _standing(count, who, rng, yaw, 0.0)
    phase = rhythm(count, mix(who, "tempo", rng, (0.95, 1.75)), rng)
    wide = mix(who, "spread", rng, (0.12, 0.30))
    height = mix(who, "height", rng, (-0.11, 0.03))
    ahead = mix(who, "reach", rng, (0.20, 0.28))
    opening = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    opening = opening ** rng.uniform(0.7, 1.1)
    inward = SHOULDER * who.shoulders - 0.012
    for s, sign in enumerate((1, -1)):
        across = sign * (-inward + (wide + inward) * opening)
        forward = ahead - 0.45 * (ahead - 0.06) * opening * wide / 0.25
        rise = height + 0.03 * opening
        target = np.stack([forward, across, rise], -1)
        pose.upper[:, s], pose.fore[:, s] = reach(target, (-0.25, sign * 0.6, -1.0))
    return pose


def handwaving(count: int, who: Person, rng: np.random.Generator) -> Pose:
    """Both arms swing in wide arcs between the sides and above the head, seen from the front."""
    yaw = -np.pi / 2 + np.radians(mix(who, "turn", rng, (-22, 22)))
    pose = _standing(count, who, rng, yaw, 0.0)
    phase = rhythm(count, mix(who, "tempo", rng, (0.62, 1.15)), rng)
    low = np.radians(mix(who, "spread", rng, (100, 60)))
    high = np.radians(mix(who, "height", rng, (148, 176)))
    bend = np.radians(mix(who, "elbow", rng, (4, 38)))
    for s, sign in enumerate((1, -1)):
        lag = 0.03 * sign * who.habits["arm"]
        rise = low + (high - low) * (0.5 - 0.5 * np.cos(2 * np.pi * (phase + lag)))
        curl = bend * (0.6 + 0.4 * np.sin(2 * np.pi * phase))
        ahead = np.full(count, 0.10)
        pose.upper[:, s] = np.stack([ahead, sign * np.sin(rise), -np.cos(rise)], -1)
        pose.fore[:, s] = np.stack([ahead + 0.05, sign * np.sin(rise + curl), -np.cos(rise + curl)], -1)
    return pose


STANDING = {"boxing": boxing, "handclapping": handclapping, "handwaving": handwaving}
