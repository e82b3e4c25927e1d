"""Things that people handle: the flat outlines of `shapes`, placed in the scene frame by frame."""

from dataclasses import dataclass

import numpy as np

from .draw import PROP, Piece
from .kinematics import View
from .people import Tint
from .shapes import STILLS, USUAL, VIDEO, Polygon
from .stage import Lens, Prop

Tints = tuple[Tint, ...]


def tint(hue: float, vivid: float) -> Tint:
    """A tint of brightness 1: `hue` in degrees, `vivid` 0 (grey) to 1."""
    wave = 1 + vivid * np.cos(np.radians(hue) - np.array([0, 2, 4]) * np.pi / 3)
    red, green, blue = wave / (wave @ [0.299, 0.587, 0.114])
    return float(red), float(green), float(blue)


def any_tints(rng: np.random.Generator) -> Tints:
    """Colours for one thing: a vivid one, a pale or dark one, steel."""
    return (tint(rng.uniform(0, 360), rng.uniform(0.3, 0.8)), tint(rng.uniform(0, 360), rng.uniform(0, 0.3)),
            tint(220, 0.05))  # fmt: skip


def usual_tints(kind: str, rng: np.random.Generator) -> Tints:
    """The usual colours of an object of OBJECTS_STILLS, jittered."""
    hue, vivid, other, pale = USUAL[kind]
    return tint(hue + rng.uniform(-18, 18), vivid), tint(other + rng.uniform(-18, 18), pale), tint(220, 0.05)


@dataclass(frozen=True)
class Frame:
    """Where a shape lies, in picture pixels (T, 2): its origin, and one height along its x and its y."""

    origin: np.ndarray
    right: np.ndarray
    up: np.ndarray


def upright(lens: Lens, point: np.ndarray, yaw: float, angle: np.ndarray | float = 0.0) -> Frame:
    """A shape that stands in the plane of `yaw` at `point` (T, 3), turned by `angle` (radians) within it."""
    forward = np.array([np.cos(yaw), np.sin(yaw), 0.0])
    cos, sin = (np.broadcast_to(f(angle), len(point))[:, None] for f in (np.cos, np.sin))
    up = np.array([0.0, 0.0, 1.0])
    origin = lens.project(point)
    right = lens.project(point + cos * forward + sin * up) - origin
    return Frame(origin, right, lens.project(point + cos * up - sin * forward) - origin)


def facing(lens: Lens, point: np.ndarray, angle: np.ndarray | float = 0.0) -> Frame:
    """A shape that faces the camera at `point` (T, 3), turned by `angle` (radians)."""
    return upright(lens, point, 0.0, angle)


def spanned(lens: Lens, a: np.ndarray, b: np.ndarray) -> Frame:
    """A shape whose x goes from 0 at `a` to 1 at `b` (T, 3), and whose y keeps its size."""
    start = lens.project(a)
    right = lens.project(b) - start
    long = np.maximum(np.linalg.norm(right, axis=1, keepdims=True), 1e-6)
    up = np.stack([right[:, 1], -right[:, 0]], -1) / long * lens.scale[:, None]
    return Frame(start, right, up)


def build(shape: list[Polygon], frame: Frame, tints: Tints, front: bool = True,
          visible: np.ndarray | None = None) -> Prop:  # fmt: skip
    """The shape as polygons over time; its anchors are the frame's origin and one height along its x."""
    pieces = []
    for corners, grey, slot in shape:
        at = (
            frame.origin[:, None] + corners[:, :1] * frame.right[:, None] + corners[:, 1:] * frame.up[:, None]
        )
        pieces.append(Piece(at, np.full(len(at), grey), PROP, tints[slot]))
    anchors = np.stack([frame.origin, frame.origin + frame.right], 1)
    return Prop(pieces, anchors, front, visible)


def held(kind: str, lens: Lens, hand: np.ndarray, tints: Tints, mirror: int = 1, angle: float = 0.0) -> Prop:
    """An object of OBJECTS_STILLS at `hand` (T, 3), facing the camera; mirror -1: its other side."""
    frame = facing(lens, hand, angle)
    return build(STILLS[kind], Frame(frame.origin, mirror * frame.right, frame.up), tints)


At = dict[str, np.ndarray]


def chair(at: At, view: View, lens: Lens, tints: Tints) -> list[Prop]:
    """A chair under `seat`."""
    return [build(VIDEO["chair"], upright(lens, at["seat"] * [1, 1, 0], view.yaw), tints, front=False)]


def box(at: At, view: View, lens: Lens, tints: Tints) -> list[Prop]:
    return [build(VIDEO["box"], upright(lens, at["box"], view.yaw), tints)]


def cart(at: At, view: View, lens: Lens, tints: Tints) -> list[Prop]:
    """A cart whose handle is at `handle`; its wheels roll."""
    ground = at["handle"] * [1, 1, 0]
    forward = np.array([np.cos(view.yaw), np.sin(view.yaw), 0])
    roll = -(ground @ forward) / 0.065
    hubs = [ground + x * forward + [0, 0, 0.065] for x in (0.16, 0.42)]
    wheels = [build(VIDEO["wheel"], upright(lens, hub, view.yaw, roll), tints, front=False) for hub in hubs]
    return [build(VIDEO["cart"], upright(lens, ground, view.yaw), tints, front=False), *wheels]


def ball(at: At, view: View, lens: Lens, tints: Tints) -> list[Prop]:
    return [build(VIDEO["ball"], facing(lens, at["ball"]), tints)]


def crank(at: At, view: View, lens: Lens, tints: Tints) -> list[Prop]:
    """A post with a wheel and an arm that the hands turn."""
    axle, flat = at["axle"], np.array([1, 1, 0])
    post = spanned(lens, axle * flat, axle)
    post = Frame(post.origin, -post.up, post.right)  # the shape's y goes up the post
    return [build(VIDEO["stand"], post, tints, front=False),
            build(VIDEO["disc"], facing(lens, axle), tints, front=False),
            build(VIDEO["arm"], spanned(lens, axle, at["handle"]), tints, front=False)]  # fmt: skip


def tool(at: At, view: View, lens: Lens, tints: Tints) -> list[Prop]:
    """A long tool, and the block that it strikes if there is one."""
    things = [build(VIDEO["tool"], spanned(lens, at["grip"], at["tip"]), tints)]
    if "log" in at:
        things = [build(VIDEO["log"], upright(lens, at["log"], view.yaw), tints, front=False), *things]
    return things


def drum(at: At, view: View, lens: Lens, tints: Tints) -> list[Prop]:
    """A drum that stands in front, and two sticks."""
    sticks = [build(VIDEO["drumstick"], spanned(lens, at[f"{s}_grip"], at[f"{s}_tip"]), tints)
              for s in ("left", "right")]  # fmt: skip
    return [build(VIDEO["drum"], facing(lens, at["drum"]), tints), *sticks]


def load(kind: str, at: At, lens: Lens, rng: np.random.Generator) -> list[Prop]:
    """A barbell of blue iron or two cases of brown leather on a pole: one outline, two colours."""
    hue, vivid = (215, 0.65) if kind == "barbell" else (25, 0.75)
    tints = tuple(tint(hue + rng.uniform(-25, 25), vivid * rng.uniform(0.75, 1.1)) for _ in range(2))
    return [build(VIDEO[kind], facing(lens, at["load"]), (*tints, tint(220, 0.05)))]
