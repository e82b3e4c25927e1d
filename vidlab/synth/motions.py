"""What people do in the worlds in colour: each program gives an `Act`, a pose over time and what is handled.

`sit(who, rng, when, view)` and so on: the subject's habits and the clip's own mood set tempo and reach; the
program rests before `when.start` and after `when.stop`. The second member of a time-reversed pair is the
first one's program played backwards, frame by frame, so that both hold exactly the same kinds of frames, and
only their order tells them apart. Lengths are in body heights; see `kinematics` for the axes.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from .actions import draw_gait, gait, mix
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
    outward,
    reverse,
    smooth,
    tempo,
    wrists,
)  # fmt: skip
from .people import Person, Pose, reach

Rng = np.random.Generator
Program = Callable[[Person, Rng, When, View], Act]


def rest(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Stands about."""
    sway = alive(when.frames, rng)
    hip = np.stack([0.01 * sway, np.full(when.frames, STANDING)], -1)
    lean = 0.03 + 0.02 * sway
    return Act(body(who, view, hip, lean, hanging(hip, lean)), {})


def sit(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Sits down on a chair that stands behind; `at["seat"]`."""
    s = smooth(when.halting(rng))
    back, low = mix(who, "reach", rng, (0.18, 0.22)), 0.285
    hip = along(s, [(0, 0, STANDING), (1, -back, low)])
    lean = 0.04 + mix(who, "lean", rng, (0.4, 0.65)) * np.sin(np.pi * s) + 0.02 * alive(when.frames, rng)
    lap = both(hip[:, 0] + 0.17, hip[:, 1] + 0.07, 0.07)
    pose = body(who, view, hip, lean, mixed(hanging(hip, lean), lap, smooth(1.4 * s - 0.3)), apart=0.08)
    return Act(pose, {"seat": _still(view, when, -back - 0.01, low - 0.045)})


def pick(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Bends to a box on the ground, takes it in both hands and stands up with it; `at["box"]`, its middle."""
    high, ahead, half = mix(who, "height", rng, (0.48, 0.58)), 0.255, 0.115
    share = when.halting(rng)
    keys = along(share, [(0, 0, STANDING, 0.03), (0.42, -0.12, 0.235, 0.95), (0.54, -0.12, 0.235, 0.95),
                              (1, -0.01, STANDING, -0.04)])  # fmt: skip
    hip, lean = keys[:, :2], keys[:, 2] + 0.015 * alive(when.frames, rng)
    box = along(share, [(0, ahead, half), (0.5, ahead, half), (1, 0.23, high)])
    hold = both(box[:, 0], box[:, 1] + 0.025, 0.12)
    pose = body(who, view, hip, lean, mixed(hanging(hip, lean), hold, smooth(share / 0.44)), apart=0.1)
    held = np.arange(when.frames) >= int(np.argmax(share > 0.48))
    middle = wrists(who, pose, "hand").mean(1)
    there = _still(view, when, ahead, half)
    there[:, 0] += middle[np.argmax(held)][0] - there[0, 0] if held.any() else 0
    path = np.where(held[:, None], middle - [0, 0, 0.025], there)
    return Act(pose, {"box": path})


def push(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Walks forward behind a cart, both hands on its handle; `at["handle"]`."""
    period = 26 * tempo(who, rng)
    phase = beats(when, period, rng, whole=0.5, halting=1.2)
    step = mix(who, "effort", rng, (0.32, 0.40))  # heights a cycle: small steps
    numbers = draw_gait("walking", who, rng)
    for joint in ("back", "front"):
        numbers[joint] *= 0.75
    lean = mix(who, "lean", rng, (0.10, 0.22))
    x = np.cos(view.yaw) * step * (phase - phase.mean())
    pose = gait(numbers | {"lean": lean, "twist": 0.05, "flight": 0.0}, phase, x,
                np.full(when.frames, view.yaw))  # fmt: skip
    for s, sign in enumerate((1, -1)):
        handle = np.tile([0.235, -sign * 0.01, -0.19], (when.frames, 1))
        pose.upper[:, s], pose.fore[:, s] = reach(handle, (-0.4, sign * 0.3, -1.0))
    handle = np.zeros((when.frames, 3))
    handle[:, 0] = x + wrists(who, pose)[:, :, 0].mean(1).mean() - x.mean()
    handle[:, 2] = wrists(who, pose, "hand")[:, :, 2].mean()
    return Act(pose, {"handle": handle})


def throw(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Throws a ball forward with both hands, out of sight; `at["ball"]`."""
    hold, out = mix(who, "height", rng, (0.62, 0.74)), mix(who, "reach", rng, (0.78, 0.92))
    share = when.halting(rng)
    keys = along(share, [(0, 0, 0.50, 0.02), (0.25, -0.03, 0.46, -0.08), (0.46, 0.05, 0.485, 0.20),
                              (0.65, 0.05, 0.49, 0.14), (1, 0, STANDING, 0.03)])  # fmt: skip
    hip, lean = keys[:, :2], keys[:, 2] + 0.015 * alive(when.frames, rng)
    path = along(share, [(0, 0.17, hold), (0.25, 0.13, hold + 0.05), (0.46, 0.37, out), (1, 0.36, 0.70)])
    hands = mixed(both(path[:, 0], path[:, 1], 0.06), hanging(hip, lean), smooth((share - 0.6) / 0.4))
    pose = body(who, view, hip, lean, hands, feet=(0.06, -0.06), poles=(-0.4, 0.8, -0.7))
    ball = wrists(who, pose, "hand").mean(1)
    ball[:, 0] += np.cos(view.yaw) * 0.03
    leaves = int(np.argmax(share >= 0.45))
    after = np.arange(1, when.frames - leaves)[:, None]
    speed, rise, fall = rng.uniform(0.055, 0.075), rng.uniform(0.012, 0.024), 0.0035
    flight = np.concatenate([np.cos(view.yaw) * speed * after, np.sin(view.yaw) * speed * after,
                             rise * after - fall * after**2 / 2], 1)  # fmt: skip
    ball[leaves + 1 :] = ball[leaves] + flight
    ball[:, 2] = np.maximum(ball[:, 2], 0.075)
    return Act(pose, {"ball": ball})


def crank(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Turns a crank with both hands, the top of the circle going forward; `at["axle"]`, `at["handle"]`."""
    phase = beats(when, 20 * tempo(who, rng), rng, halting=1.7)
    radius, high = mix(who, "reach", rng, (0.095, 0.115)), mix(who, "height", rng, (0.56, 0.64))
    forward, up = np.sin(2 * np.pi * phase), np.cos(2 * np.pi * phase)
    hip = np.stack([0.02 * forward, 0.49 + 0.012 * up], -1)
    lean = mix(who, "lean", rng, (0.10, 0.22)) + 0.07 * forward + 0.01 * alive(when.frames, rng)
    hands = both(0.245 + radius * forward, high + radius * up, 0.025)
    pose = body(who, view, hip, lean, hands, feet=(0.08, -0.08), apart=0.06)
    at = {"axle": _still(view, when, 0.31, high), "handle": wrists(who, pose, "hand").mean(1)}
    return Act(pose, at)


def chop(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Raises a long tool slowly and brings it down fast, again and again.

    `at["grip"]`, `at["tip"]`, `at["log"]`.
    """
    phase = beats(when, 26 * tempo(who, rng), rng, whole=1.0) % 1.0
    up = np.where(phase < 0.72, smooth(phase / 0.72), 1 - smooth((phase - 0.72) / 0.28))
    high = mix(who, "height", rng, (0.86, 0.95))
    keys = along(up, [(0, -0.05, 0.44, 0.50), (1, 0, STANDING, -0.05)])
    grip = along(up, [(0, 0.30, 0.37), (0.6, 0.24, 0.72), (1, 0.07, high)])
    angle = np.radians(-28 + 190 * up)
    hands = both(grip[:, 0], grip[:, 1], 0.025)
    hands[:, 1 - view.near, 0] -= 0.06 * np.cos(angle)
    hands[:, 1 - view.near, 2] -= 0.06 * np.sin(angle)
    lean = keys[:, 2] + 0.01 * alive(when.frames, rng)
    pose = body(who, view, keys[:, :2], lean, hands, feet=(0.09, -0.07), apart=0.08)
    at = _tool(who, pose, view, angle)
    return Act(pose, at | {"log": _still(view, when, 0.70, 0.0)})


def wave(who: Person, rng: Rng, when: When, view: View, short: bool = False) -> Act:
    """Waves both raised arms in wide slow arcs, or in short quick ones at the same speed of the hands."""
    quick = 11 / 24 if short else 1.0
    wide = mix(who, "spread", rng, (0.62, 0.80))
    phase = beats(when, 24 * quick * tempo(who, rng), rng)
    # The short arc lies anywhere within the wide one, so that one frame does not tell them apart.
    aside = (1 - quick) * wide * np.sin(2 * np.pi * rng.uniform()) if short else 0.0
    angle = mix(who, "height", rng, (0.80, 1.0)) + aside + quick * wide * np.sin(2 * np.pi * phase)
    sway = alive(when.frames, rng)
    hip = np.stack([0.01 * sway, np.full(when.frames, STANDING)], -1)
    lean = 0.02 + 0.015 * sway
    out, up = 0.106 + 0.29 * np.sin(angle), STANDING + 0.28 + 0.29 * np.cos(angle)
    raised = np.stack([np.stack([np.full(when.frames, 0.06), s * out, up], -1) for s in (1, -1)], 1)
    hands = mixed(hanging(hip, lean), raised, when.strength)
    return Act(body(who, view, hip, lean, hands, poles=(-0.3, 0.6, -0.8)), {})


def drum(who: Person, rng: Rng, when: When, view: View, double: bool = False) -> Act:
    """Strikes a drum with both sticks: evenly, or twice in quick succession and then a rest; `at["drum"]`.

    Each stroke is the same and the hands wait at the top, so that neither one frame nor the flow between two
    frames tells the rhythms apart: only the time between strokes does.
    """
    period, stroke = 17 * tempo(who, rng), 0.30  # frames; share of the period that one stroke takes
    phase = beats(when, period, rng)
    second = 0.30 if double else 0.5
    one, two = (np.minimum((phase - at) % 1.0 / stroke, 1) for at in (0.0, second))
    down = np.sin(np.pi * one) ** 2 + np.sin(np.pi * two) ** 2
    high, low = mix(who, "height", rng, (0.72, 0.84)), 0.55
    sway = alive(when.frames, rng)
    hip = np.stack([0.008 * sway, 0.495 - 0.02 * down], -1)
    hands = both(0.17 + 0.04 * down, high + (low - high) * down, 0.13)
    pose = body(who, view, hip, 0.04 + 0.01 * sway + 0.16 * down, hands, poles=(-0.5, 0.8, -0.7), apart=0.08)
    at = {"drum": _still(view, when, 0.33, 0.0)}
    fists = wrists(who, pose, "hand")
    rod = along(down, [(0, 0.45, 0.30, 0.80), (1, 0.65, -0.55, -0.40)])  # up and out; down and in
    for s, name in enumerate(("left", "right")):
        at[f"{name}_grip"] = fists[:, s]
        at[f"{name}_tip"] = fists[:, s] + 0.17 * outward(rod * [1, 1 - 2 * s, 1], view)
    return Act(pose, at)


def swing(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Swings a long tool to and fro in front of the body; `at["grip"]`, `at["tip"]`."""
    phase = beats(when, 20 * tempo(who, rng), rng)
    to = np.sin(2 * np.pi * phase)
    return _stick(who, rng, when, view, 0.17 * to, 0.035 + 0.05 * to**2)


def dig(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Moves the same tool round an ellipse, down in front and up near the body; `at["grip"]`, `at["tip"]`."""
    phase = beats(when, 20 * tempo(who, rng), rng)
    return _stick(
        who, rng, when, view, 0.15 * np.sin(2 * np.pi * phase), 0.06 - 0.10 * np.cos(2 * np.pi * phase)
    )


def lift(who: Person, rng: Rng, when: When, view: View) -> Act:
    """Lifts a load from the chest over the head with both hands and lowers it again; `at["load"]`."""
    phase = beats(when, 22 * tempo(who, rng), rng, whole=1.0)
    up = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
    low, high = mix(who, "height", rng, (0.60, 0.67)), mix(who, "reach", rng, (0.93, 1.0))
    hip = np.stack([np.zeros(when.frames), STANDING - 0.035 * (1 - up)], -1)
    lean = 0.02 - 0.04 * up + 0.01 * alive(when.frames, rng)
    hands = both(np.full(when.frames, 0.13), low + (high - low) * up, mix(who, "spread", rng, (0.15, 0.19)))
    pose = body(who, view, hip, lean, hands, apart=0.13, poles=(-0.2, 0.5, -1.0))
    return Act(pose, {"load": wrists(who, pose, "hand").mean(1)})


def backwards(program: Program) -> Program:
    """The same program played backwards, frame by frame."""

    def reversed_program(who: Person, rng: Rng, when: When, view: View) -> Act:
        return reverse(program(who, rng, when, view))

    return reversed_program


wave_short = partial(wave, short=True)  # quick arcs
drum_double = partial(drum, double=True)  # both strokes soon after each other
stand = backwards(sit)  # up from a chair
put = backwards(pick)  # a box on the ground
pull = backwards(push)  # walks backward and draws a cart along
catch = backwards(throw)  # a ball, with both hands
crank_back = backwards(crank)  # turns the crank the other way
toss = backwards(chop)  # throws the tool's end up fast and lowers it slowly


def _stick(who: Person, rng: Rng, when: When, view: View, ahead: np.ndarray, up: np.ndarray) -> Act:
    """A long tool held low in both hands, moved by `ahead` and `up` (T,); its slope follows `ahead`."""
    high = mix(who, "height", rng, (0.42, 0.48))
    hip = np.stack([0.12 * ahead, 0.475 - 0.05 * ahead], -1)
    lean = mix(who, "lean", rng, (0.26, 0.42)) + 0.35 * ahead + 0.01 * alive(when.frames, rng)
    angle = np.radians(-62) + 2.6 * ahead
    hands = both(0.20 + ahead, high + up, 0.025)
    hands[:, 1 - view.near, 0] -= 0.07 * np.cos(angle)
    hands[:, 1 - view.near, 2] -= 0.07 * np.sin(angle)
    pose = body(who, view, hip, lean, hands, feet=(0.10, -0.08), apart=0.07, twist=-0.8 * ahead * view.side)
    return Act(pose, _tool(who, pose, view, angle))


def _tool(who: Person, pose: Pose, view: View, angle: np.ndarray) -> dict[str, np.ndarray]:
    """Grip (the near hand) and tip of a tool .38 long that points `angle` (T,) above straight forward."""
    grip = wrists(who, pose, "hand")[:, view.near]
    rod = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], -1)
    return {"grip": grip, "tip": grip + 0.38 * outward(rod, view)}


def _still(view: View, when: When, forward: float, up: float) -> np.ndarray:
    """A point (T, 3) that stays where it is."""
    return outward(np.tile([forward, 0.0, up], (when.frames, 1)), view)
