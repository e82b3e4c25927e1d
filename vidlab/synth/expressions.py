"""What faces do: seven programs that give an `Expression` and the way of a hand over time.

All share the same restless head, blinks and glances, and every program rests before `when.start` and after
`when.stop`. A smile and a laugh, chewing, talking and eating pass through the same mouths, so that one frame
says little; hands with a cup or a cigarette also rest before people who only talk.
"""

from dataclasses import dataclass

import numpy as np

from .faces import Expression
from .hands import Reach
from .kinematics import When, smooth

Rng = np.random.Generator
# Shapes of the mouth in speech: how far the lips are apart, how broad they are.
OPEN = ((0.35, 0.25), (0.60, 0.1), (0.45, -0.6), (0.50, 0.35), (0.30, -0.3))
CLOSED = ((0.0, 0.0), (0.08, 0.35), (0.10, -0.8), (0.15, 0.1))


@dataclass
class Scene:
    """One face doing something. holds: what the hand holds (None: no hand); drawn: the frames in which smoke
    leaves the mouth."""

    face: Expression
    holds: str | None
    reach: Reach | None
    drawn: np.ndarray


def wander(rng: Rng, frames: int, size: float) -> np.ndarray:
    """Slow random movement (T,) of about `size`."""
    t = np.arange(frames)
    waves = [np.sin(2 * np.pi * (t / rng.uniform(*span) + rng.uniform())) for span in ((26, 48), (55, 120))]
    return size * (0.45 * waves[0] + 0.75 * waves[1])


def at_rest(rng: Rng, frames: int, yaw: float) -> Expression:
    """Nobody keeps still: the head sways, eyes blink and glance; `yaw` is where the face looks."""
    e = Expression.rest(frames)
    e.yaw = np.clip(yaw + rng.normal(0, 0.05) + wander(rng, frames, 0.08), -0.42, 0.42)
    e.pitch, e.roll = rng.normal(0, 0.04) + wander(rng, frames, 0.05), wander(rng, frames, 0.05)
    e.x, e.y = wander(rng, frames, 0.035), wander(rng, frames, 0.018)
    e.curl, e.width = e.curl + rng.uniform(-0.05, 0.35), e.width + rng.uniform(-0.12, 0.2)
    e.lids = np.full(frames, rng.uniform(0.02, 0.22))
    e.brows = rng.uniform(-0.1, 0.25) + np.maximum(wander(rng, frames, 0.25), 0)
    e.look = np.repeat(rng.uniform(-1, 1, frames // 18 + 1), 18)[:frames] * (rng.random() < 0.6)
    for at in rng.integers(-6, frames, int(rng.poisson(frames / 45))):
        e.lids = np.maximum(e.lids, np.clip(1.4 - np.abs(np.arange(frames) - at) / 2.2, 0, 1))
    nod = rng.choice([0.0, rng.uniform(0.3, 1.0)], p=[0.6, 0.4])  # some nod, or shake their heads
    wave = np.sin(2 * np.pi * (np.arange(frames) / rng.uniform(6, 13) + rng.uniform()))
    wave = (
        nod * wave * smooth(np.sin(2 * np.pi * (np.arange(frames) / rng.uniform(30, 60) + rng.uniform())) * 2)
    )
    if rng.random() < 0.65:
        e.pitch, e.y = e.pitch + 0.06 * wave, e.y + 0.016 * wave
    else:
        e.yaw = np.clip(e.yaw + 0.09 * wave, -0.42, 0.42)
    return e


def grin(e: Expression, share: np.ndarray, broad: float, teeth: float) -> None:
    """Pull the mouth of `e` into a smile by `share` (T,), in place: corners and cheeks up, eyes narrow."""
    e.width = e.width * (1 - share) + broad * share
    e.curl = e.curl * (1 - share) + (0.8 + 0.35 * broad) * share
    e.raised, e.squint = e.raised + share, e.squint + 0.55 * share
    e.gap, e.teeth = e.gap + teeth * share, np.maximum(e.teeth, np.minimum(share * 2, 1))


def smile(rng: Rng, when: When, yaw: float) -> Scene:
    """The face goes from rest to a smile that stays, swells and may fade."""
    e = at_rest(rng, when.frames, yaw)
    rise = rng.uniform(9, 20)
    t = np.arange(when.frames)
    stay = 1 + 0.10 * np.sin(2 * np.pi * (t / rng.uniform(24, 50) + rng.uniform()))
    share = smooth((t - when.start) / rise) * smooth((when.stop + 8 - t) / 14) * stay
    grin(
        e,
        np.clip(share, 0, 1),
        rng.uniform(0.65, 1.1),
        rng.choice([0.0, rng.uniform(0.12, 0.4)], p=[0.4, 0.6]),
    )
    e.pitch = e.pitch + rng.uniform(-0.04, 0.06) * share
    e.jaw = 0.5 * e.gap
    return plain(rng, e, when)


def laugh(rng: Rng, when: When, yaw: float) -> Scene:
    """A smile that breaks open in bursts: jaw, shoulders and head shake four or five times a second."""
    e = at_rest(rng, when.frames, yaw)
    t = np.arange(when.frames)
    share = smooth((t - when.start + 2) / rng.uniform(6, 12)) * smooth((when.stop + 6 - t) / 12)
    grin(e, share, rng.uniform(0.65, 1.1), rng.uniform(0.10, 0.3))
    burst, pause = rng.uniform(11, 22), rng.uniform(4, 12)
    local = (t - when.start + rng.uniform(0, 4)) % (burst + pause)
    force = share * smooth(local / 4) * smooth((burst - local) / 6)
    shake = 0.5 - 0.5 * np.cos(2 * np.pi * (t / rng.uniform(5.0, 7.4) + rng.uniform()))
    strength = rng.uniform(0.4, 1.1)
    e.gap = e.gap + force * strength * (0.16 + 0.36 * shake)
    e.jaw = 0.5 * e.gap + 0.55 * force * strength * shake
    shrug = strength * force * shake
    e.lift, e.y = e.lift + 0.034 * shrug, e.y - 0.026 * shrug
    e.pitch = e.pitch + (0.05 + rng.uniform(-0.02, 0.10)) * force + 0.035 * force * shake
    e.squint = np.clip(e.squint + 0.35 * force, 0, 1)
    return plain(rng, e, when)


def chewing(rng: Rng, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Jaw (0 … 1) and its way sideways (-1 … 1) of somebody who chews, both (T,)."""
    pace = 1 / rng.uniform(12, 18) * (1 + 0.12 * np.sin(2 * np.pi * (np.arange(frames) / 37 + rng.uniform())))
    phase = 2 * np.pi * (np.cumsum(pace) + rng.uniform())
    return 0.5 - 0.5 * np.cos(phase), np.sin(phase + 0.6)


def munch(rng: Rng, e: Expression, share: np.ndarray) -> None:
    """Chew by `share` (T,), in place: the jaw grinds round behind closed lips and one cheek bulges."""
    jaw, aside = chewing(rng, len(share))
    full = rng.uniform(0.6, 1.0)
    open_by = rng.choice([0.0, rng.uniform(0.08, 0.25)], p=[0.6, 0.4])  # not everybody keeps the lips shut
    e.jaw = e.jaw + share * rng.uniform(0.7, 1.05) * jaw
    e.skew = e.skew + share * 0.030 * aside
    e.gap = e.gap + share * open_by * jaw
    e.width = e.width - share * (0.22 - 0.12 * jaw)
    left = rng.random() < 0.5
    e.puff_left = e.puff_left + share * full * (0.8 * left + 0.35 * (1 - jaw))
    e.puff_right = e.puff_right + share * full * (0.8 * (not left) + 0.35 * (1 - jaw))
    e.raised = e.raised + 0.12 * share * (1 - jaw)


def chew(rng: Rng, when: When, yaw: float) -> Scene:
    """Chews with closed lips, a little more than one stroke each half second."""
    e = at_rest(rng, when.frames, yaw)
    munch(rng, e, when.strength)
    return plain(rng, e, when)


def speak(rng: Rng, e: Expression, share: np.ndarray) -> None:
    """Talk by `share` (T,), in place: lips go from one sound's shape to the next, five or six a second."""
    frames, keys, at = len(share), [(0.0, 0.0)], [0.0]
    while at[-1] < frames:
        at.append(at[-1] + rng.uniform(2.0, 4.0))
        shapes = OPEN if len(at) % 2 else CLOSED
        keys.append(CLOSED[0] if rng.random() < 0.08 else shapes[rng.integers(len(shapes))])
    t = np.arange(frames)
    i = np.clip(np.searchsorted(at, t, side="right") - 1, 0, len(at) - 2)
    a, b, table = np.array(at)[i], np.array(at)[i + 1], np.array(keys)
    part = smooth((t - a) / (b - a))[:, None]
    gap, width = ((1 - part) * table[i] + part * table[i + 1]).T
    e.gap, e.width = e.gap + share * 0.95 * gap, e.width * (1 - share) + share * width
    e.jaw = e.jaw + share * 0.75 * gap
    e.teeth = np.maximum(e.teeth, 0.6 * share)
    e.brows = e.brows + share * np.maximum(wander(rng, frames, 0.5), 0)
    e.pitch = e.pitch + share * (0.04 * np.sin(2 * np.pi * (t / rng.uniform(13, 24) + rng.uniform())))


def talk(rng: Rng, when: When, yaw: float) -> Scene:
    """Talks, and nods a little with the words; a hand may underline them."""
    e = at_rest(rng, when.frames, yaw)
    speak(rng, e, when.strength)
    return plain(rng, e, when)


def plain(rng: Rng, e: Expression, when: When) -> Scene:
    """Most who do nothing with their hands still hold something, move it about, or touch their chin."""
    nothing = np.zeros(0, int)
    chance = rng.random()
    if chance < 0.3:
        return Scene(e, None, None, nothing)
    t = np.arange(when.frames)
    holds = (
        str(rng.choice(["cup", "glass", "cigarette", "sandwich", "spoon"])) if chance < 0.75 else "nothing"
    )
    low = (
        float(rng.uniform(0.40, 0.60)),
        float(rng.choice([rng.uniform(0.62, 0.82), rng.uniform(0.95, 1.15)])),
    )
    up = rng.uniform(-6, 0.6 * when.frames)
    down = up + rng.uniform(18, 44)
    raised = smooth((t - up) / rng.uniform(8, 17)) * smooth((down - t) / rng.uniform(8, 17))
    moves = rng.random() < 0.75
    near = (0.86 if holds == "nothing" else 1.0 if moves else 0.2) * raised
    near = np.clip(near + np.abs(wander(rng, when.frames, 0.06)), 0, 1)
    beside = (
        (0.0, 0.0) if holds == "nothing" else (float(rng.uniform(0.24, 0.42)), float(rng.uniform(-0.1, 0.2)))
    )
    return Scene(e, holds, Reach(near, 0.1 + wander(rng, when.frames, 0.08), low, beside), nothing)


@dataclass
class Visit:
    """A hand's way to the mouth: near (T,) 0 to 1, and the frames in which it arrives and leaves."""

    near: np.ndarray
    arrives: float
    leaves: float


def visit(rng: Rng, when: When, hold: tuple[float, float]) -> Visit:
    """Bring something to the mouth once within `when`, keep it there for `hold` frames, take it away."""
    room = when.stop - when.start
    pace = min(1.0, room / 46)
    up, stay, down = (rng.uniform(*span) * pace for span in ((8, 17), hold, (8, 17)))
    start = when.start + rng.uniform(0, max(room - up - stay - down, 1))
    t = np.arange(when.frames)
    near = np.minimum(smooth((t - start) / up), smooth((start + up + stay + down - t) / down))
    return Visit(near, start + up, start + up + stay)


def _low(rng: Rng) -> tuple[float, float]:
    """Where the hand rests: before the chest, or just out of sight."""
    return float(rng.uniform(0.40, 0.60)), float(
        rng.choice([rng.uniform(0.62, 0.82), rng.uniform(0.95, 1.15)])
    )


def drink(rng: Rng, when: When, yaw: float) -> Scene:
    """Lifts a cup or a glass, tips it with the head, swallows, sets it down."""
    e = at_rest(rng, when.frames, yaw)
    way = visit(rng, when, (9, 20))
    t = np.arange(when.frames)
    tip = smooth((t - way.arrives + 5) / 9) * smooth((way.leaves + 2 - t) / 8)
    e.pitch = e.pitch + rng.uniform(0.12, 0.26) * tip
    sip = 0.5 - 0.5 * np.cos(2 * np.pi * t / rng.uniform(8, 11))
    e.gap, e.width = e.gap + 0.22 * tip, e.width - 0.35 * tip
    e.jaw = e.jaw + tip * 0.28 * sip
    after = smooth((t - way.leaves - 2) / 4) * smooth((way.leaves + 16 - t) / 5)
    e.jaw = e.jaw + 0.35 * after * sip
    e.lids = np.maximum(e.lids, 0.55 * tip)
    reach = Reach(way.near, 0.12 + rng.uniform(0.7, 1.05) * tip, _low(rng))
    return Scene(e, str(rng.choice(["cup", "glass"])), reach, np.zeros(0, int))


def eat(rng: Rng, when: When, yaw: float) -> Scene:
    """Opens the mouth for a sandwich or a spoon, takes the bite and chews it, as the one before."""
    e = at_rest(rng, when.frames, yaw)
    way = visit(rng, when, (6, 15))
    t = np.arange(when.frames)
    bite = smooth((t - way.arrives + 6) / 6) * smooth((way.leaves - 1 - t) / 4)
    before = smooth((way.arrives - 9 - t) / 5) * (rng.random() < 0.6)
    munch(rng, e, np.maximum(before, smooth((t - way.leaves) / 5)) * smooth((when.stop + 6 - t) / 6))
    e.gap, e.jaw = e.gap + 0.62 * bite, e.jaw + 0.6 * bite
    e.pitch, e.y = e.pitch - 0.07 * bite, e.y + 0.015 * bite
    holds = str(rng.choice(["sandwich", "spoon"]))
    return Scene(e, holds, Reach(way.near, 0.05 + 0.1 * way.near, _low(rng)), np.zeros(0, int))


def smoke(rng: Rng, when: When, yaw: float) -> Scene:
    """Draws at a cigarette with hollow cheeks, takes it away and blows the smoke out."""
    e = at_rest(rng, when.frames, yaw)
    way = visit(rng, when, (7, 17))
    t = np.arange(when.frames)
    draw = smooth((t - way.arrives + 3) / 5) * smooth((way.leaves + 1 - t) / 4)
    out = smooth((t - way.leaves - 4) / 4) * smooth((way.leaves + 24 - t) / 6)
    e.width = e.width - 0.7 * draw - 0.8 * out
    e.gap, e.jaw = e.gap + 0.05 * draw + 0.20 * out, e.jaw + 0.15 * out
    e.puff_left, e.puff_right = e.puff_left - 0.8 * draw, e.puff_right - 0.8 * draw
    e.lids = np.maximum(e.lids, 0.35 * draw)
    e.pitch = e.pitch + rng.uniform(0.0, 0.12) * out
    reach = Reach(way.near, 0.05 + 0 * t, _low(rng))
    return Scene(e, "cigarette", reach, np.nonzero(out > 0.5)[0])


ACTS = {
    "smile": smile,
    "laugh": laugh,
    "chew": chew,
    "talk": talk,
    "eat": eat,
    "smoke": smoke,
    "drink": drink,
}
