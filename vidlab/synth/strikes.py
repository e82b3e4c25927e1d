"""Three more programs of whole bodies, in the manner of `motions`: kick, punch, jump."""

import numpy as np

from .actions import mix
from .kinematics import (
    STANDING,
    Act,
    View,
    When,
    alive,
    along,
    beats,
    body,
    both,
    hanging,
    mixed,
    smooth,
    tempo,
)
from .motions import Rng
from .people import SHOULDER, Person


def kick(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Draws one leg back, swings it forward and up, and sets it down; once or again."""
    phase = beats(when, rng.uniform(25, 40) * tempo(who, rng), rng, whole=1.0) % 1.0
    high, leg = mix(who, "height", rng, (1.00, 1.65)), int(rng.integers(2))
    keys = along(phase, [(0, 0, 0, 0, 0), (0.22, -0.55, 0.75, 0.10, 0.2), (0.38, 0.55, 1.2, -0.05, 0.6),
                         (0.50, high, 0.12, -0.30, 1), (0.62, 0.75, 0.9, -0.12, 0.6),
                         (0.85, 0.02, 0.1, 0, 0.1), (1, 0, 0, 0, 0)])  # fmt: skip
    sway = alive(when.frames, rng)
    hip = np.stack([0.03 * keys[:, 3], np.full(when.frames, STANDING - 0.012)], -1)
    lean = 0.06 + keys[:, 2] + 0.02 * sway
    guard = both(0.15 + 0.03 * sway, 0.70 - 0.05 * keys[:, 3], 0.12)
    guard[:, 1 - leg, 0] += 0.10 * keys[:, 3]
    guard[:, leg, 0] -= 0.14 * keys[:, 3]
    hands = mixed(hanging(hip, lean), guard, when.strength)
    pose = body(who, view, hip, lean, hands, apart=0.06, poles=(-0.5, 0.6, -1.0))
    pose.hip[:, leg] = pose.hip[:, leg] + keys[:, 0]
    pose.knee[:, leg] = pose.knee[:, leg] + keys[:, 1]
    pose.foot[:, leg] = 0.5 * np.maximum(keys[:, 0], 0) - 0.5 * np.maximum(-keys[:, 0], 0)
    return Act(pose, {})


def punch(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Strikes forward with one fist and with the other, from a guard before the chin."""
    period = rng.uniform(13, 21) * tempo(who, rng)
    phase = beats(when, period, rng)
    far, high = mix(who, "reach", rng, (0.36, 0.42)), mix(who, "height", rng, (0.70, 0.80))
    guard = both(np.full(when.frames, 0.16), np.full(when.frames, 0.72), 0.07)
    out = np.zeros((when.frames, 2))
    for s in (0, 1):
        local = (phase + 0.5 * s) % 1.0
        out[:, s] = np.where(local < 0.5, np.sin(2 * np.pi * local), 0.0) ** 1.3 * (when.strength > 0)
        guard[:, s, 0] += (far - 0.16) * out[:, s]
        guard[:, s, 2] += (high - 0.72) * out[:, s]
    sway = alive(when.frames, rng)
    hip = np.stack([0.03 * out.sum(1), 0.485 + 0.008 * np.sin(4 * np.pi * phase)], -1)
    lean = 0.10 + 0.10 * out.sum(1) + 0.02 * sway
    hands = mixed(hanging(hip, lean), guard, when.strength)
    twist = 0.35 * (out[:, 1] - out[:, 0])
    pose = body(
        who, view, hip, lean, hands, feet=(0.11, -0.10), apart=0.08, twist=twist, poles=(-0.5, 0.5, -1.0)
    )
    return Act(pose, {})


def jump(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Crouches, leaves the ground with arms thrown up, lands softly; once or again."""
    phase = beats(when, rng.uniform(25, 40) * tempo(who, rng), rng, whole=1.0) % 1.0
    high, deep = mix(who, "effort", rng, (0.06, 0.19)), mix(who, "knee", rng, (0.09, 0.15))
    keys = along(phase, [(0, 0, 0, 0), (0.28, -deep, 0.45, -0.7), (0.42, 0.0, 0.0, 0.6),
                         (0.56, 0.0, -0.02, 1.0), (0.72, 0.0, 0.06, 0.4),
                         (0.82, -0.75 * deep, 0.36, 0.1), (1, 0, 0, 0)])  # fmt: skip
    air = np.clip((phase - 0.42) / 0.30, 0, 1)
    sway = alive(when.frames, rng)
    hip = np.stack([0.35 * np.minimum(keys[:, 0], 0), STANDING + keys[:, 0]], -1)
    lean = 0.03 + keys[:, 1] + 0.015 * sway
    arms = keys[:, 2]
    top = STANDING + keys[:, 0] + 0.28
    reached = both(0.20 * np.cos(1.4 * arms) + 0.02, top + 0.27 * np.sin(1.4 * arms), SHOULDER + 0.04)
    back = both(-0.16 - 0 * arms, hip[:, 1] + 0.06, SHOULDER + 0.04)
    hands = mixed(hanging(hip, lean), reached, smooth(np.maximum(arms, 0) * 2.2))
    hands = mixed(hands, back, smooth(-arms * 1.3))
    pose = body(who, view, hip, lean, hands, apart=0.07, poles=(-0.4, 0.6, -0.8))
    pose.lift = high * 4 * air * (1 - air)
    tuck = np.sin(np.pi * air) * mix(who, "spread", rng, (0.1, 0.7))
    pose.hip = pose.hip + 0.6 * tuck[:, None]
    pose.knee = pose.knee + 1.1 * tuck[:, None]
    pose.foot = pose.foot - 0.7 * np.sin(np.pi * air)[:, None]
    return Act(pose, {})
