"""Joints to pixels: limbs as tapered polygons with a lit core, sorted from far to near, and their masks."""

import cv2
import numpy as np

from .heads import Head
from .people import GREY, INDEX, SIDES, WHITE, Colours, Outfit, Person, Tint
from .polygons import HEAD, PARTS, PROP, SHIFT, Piece, ellipse, limb, masked, stroke

__all__ = ["HEAD", "PARTS", "PROP", "SHIFT", "Painter", "Piece", "ellipse", "limb", "masked", "stroke"]


class Painter:
    """A person in one outfit, ready to be painted frame by frame.

    points (T, J, 2) pixels, world (T, J, 3) heights, yaw (T,), scale (T,) pixels a height,
    light -1 or 1: the side from which the light comes; colours: of clothes, skin and hair.
    """

    def __init__(self, who: Person, outfit: Outfit, points: np.ndarray, world: np.ndarray,
                 yaw: np.ndarray, scale: np.ndarray, light: float, colours: Colours = GREY
                 ) -> None:  # fmt: skip
        self.colours = colours
        self.who, self.outfit, self.points, self.world = who, outfit, points, world
        self.scale, self.light = scale, light
        self.forward = np.stack([np.cos(yaw), np.sin(yaw)], -1)  # X, Y: negative Y looks at the camera
        self.fat = scale * who.girth
        self.marks = np.random.default_rng(outfit.marks)
        self.groups: dict[str, list[Piece]] = {}
        self.hands: dict[str, list[Piece]] = {}
        for side in SIDES:
            self.groups[f"{side}_leg"] = self._leg(side)
        head = Head(who, outfit, colours, self.at("head"), self.at("neck"), self.forward, scale, light)
        self.groups["trunk"] = head.long_hair() + self._torso() + head.pieces()
        for side in SIDES:
            self.groups[f"{side}_arm"] = self._arm(side)
        self.order = self._order()

    def at(self, joint: str) -> np.ndarray:
        return self.points[:, INDEX[joint]]

    def _depth(self, *joints: str) -> np.ndarray:
        """Distance (T,) from the camera relative to the trunk, in heights; positive is behind."""
        return np.mean([self.world[:, INDEX[j], 1] for j in joints], 0) - self.world[:, INDEX["chest"], 1]

    def _order(self) -> list[list[str]]:
        """For each frame the groups from far to near. Shirts hang over trousers, so legs come first."""
        left_leg_first = self._depth("left_hip", "left_knee") > self._depth("right_hip", "right_knee")
        arms = {s: self._depth(f"{s}_elbow", f"{s}_wrist") for s in SIDES}
        order = []
        raised = {s: self._depth(f"{s}_hip", f"{s}_knee") < -0.08 for s in SIDES}  # of one who sits
        for t in range(len(self.points)):
            legs = ["left_leg", "right_leg"] if left_leg_first[t] else ["right_leg", "left_leg"]
            ahead = [leg for leg in legs if self.colours is not GREY and raised[leg[:-4]][t]]
            far_first = sorted(SIDES, key=lambda s: -arms[s][t])
            behind = [f"{s}_arm" for s in far_first if arms[s][t] > 0.05]
            front = [f"{s}_arm" for s in far_first if arms[s][t] <= 0.05]
            order.append(behind + [leg for leg in legs if leg not in ahead] + ["trunk"] + ahead + front)
        return order

    def _dim(self, depth: np.ndarray) -> np.ndarray:
        """Limbs on the far side get less light: a factor (T,)."""
        return 1 - 0.2 * np.clip(depth / 0.08, 0, 1)

    def _tube(self, a: np.ndarray, b: np.ndarray, ra: float, rb: float, grey: np.ndarray, part: str,
              folds: int = 2, tint: Tint = WHITE) -> tuple[list[Piece], list[Piece]]:  # fmt: skip
        """A limb's dark base, and its lighter core with a few folds; ra, rb in heights."""
        ra_px, rb_px = ra * self.fat, rb * self.fat
        base = [Piece(limb(a, b, ra_px, rb_px), 0.84 * grey, PARTS.index(part), tint)]
        aside = np.stack([self.light * 0.28 * np.maximum(ra_px, rb_px), -0.1 * ra_px], -1)
        core = [Piece(limb(a + aside, b + aside, 0.62 * ra_px, 0.62 * rb_px), 1.04 * grey + 2, tint=tint)]
        axis = b - a
        across = np.stack([-axis[:, 1], axis[:, 0]], -1)
        across = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-6)
        for _ in range(folds):
            f0, f1 = self.marks.uniform(0.05, 0.95), self.marks.uniform(-0.2, 0.2)
            s0, s1 = self.marks.uniform(-0.7, 0.2), self.marks.uniform(-0.1, 0.7)
            shade = float(self.marks.choice([0.82, 0.88, 1.09, 1.15]))
            thick = np.minimum(ra_px, rb_px)[:, None]
            p = a + f0 * axis + s0 * thick * across
            q = a + np.clip(f0 + f1, 0, 1) * axis + s1 * thick * across
            core.append(Piece(stroke(p, q, 0.007 * self.scale), shade * grey, tint=tint))
        return base, core

    def _leg(self, side: str) -> list[Piece]:
        o, c = self.outfit, self.colours
        dim = self._dim(self._depth(f"{side}_hip", f"{side}_knee"))
        cloth, loose = o.trousers * dim, 0.5 + 0.5 * o.looseness
        shin = (self.who.skin * 0.85 if o.short_trousers else o.trousers) * dim
        hip, knee, ankle = (self.at(f"{side}_{j}") for j in ("hip", "knee", "ankle"))
        heel, toe = self.at(f"{side}_heel"), self.at(f"{side}_toe")
        thigh = self._tube(hip, knee, 0.055 * loose, 0.041 * loose, cloth, f"{side}_thigh", 3, c.trousers)
        thin = 0.85 if o.short_trousers else loose
        folds = 0 if thin < 0.9 else 3
        shank = self._tube(knee, ankle, 0.040 * thin, 0.027 * thin, shin, f"{side}_shank", folds,
                           c.skin if o.short_trousers else c.trousers)  # fmt: skip
        foot = self._tube(heel, toe, 0.023, 0.017, o.shoes * dim, f"{side}_foot", 0, c.shoes)
        return foot[0] + shank[0] + thigh[0] + foot[1] + shank[1] + thigh[1]

    def _arm(self, side: str) -> list[Piece]:
        o, c = self.outfit, self.colours
        dim = self._dim(self._depth(f"{side}_shoulder", f"{side}_elbow"))
        sleeve = o.shirt * dim * 0.97
        bare = self.who.skin * dim
        names = ("shoulder", "elbow", "wrist", "hand")
        shoulder, elbow, wrist, hand = (self.at(f"{side}_{name}") for name in names)
        loose = 0.4 + 0.6 * o.looseness
        upper = self._tube(shoulder, elbow, 0.037 * loose, 0.030 * loose, sleeve, f"{side}_upper_arm", 2,
                           c.shirt)  # fmt: skip
        fore = self._tube(elbow, wrist, (0.027 if o.short_sleeves else 0.029 * loose), 0.021,
                          bare * 0.92 if o.short_sleeves else sleeve, f"{side}_forearm",
                          0 if o.short_sleeves else 2, c.skin if o.short_sleeves else c.shirt)  # fmt: skip
        big = 1.0 if c is GREY else 1.2
        mitt = self._tube(wrist + 0.25 * (hand - wrist), hand - 0.25 * (hand - wrist), 0.024 * big,
                          0.021 * big, np.clip(bare * 1.12, 0, 240), f"{side}_hand", 0, c.skin)  # fmt: skip
        self.hands[side] = [*mitt[0], *mitt[1]]
        return mitt[0] + fore[0] + upper[0] + mitt[1] + fore[1] + upper[1]

    def _half(self, across: float, deep: float) -> np.ndarray:
        """Half the width in pixels (T,) of a slice of the body, from its half-axes (sideways, forward)."""
        return self.fat * np.hypot(across * self.forward[:, 1], deep * self.forward[:, 0])

    def _torso(self) -> list[Piece]:
        o, c, girth = self.outfit, self.colours, 0.6 + 0.4 * self.outfit.looseness
        neck, chest, pelvis = self.at("neck"), self.at("chest"), self.at("pelvis")
        axis = pelvis - chest
        tilt = 0.5 * (self.at("left_shoulder") + self.at("right_shoulder")) - chest
        levels = [(-0.10, 0.042, 0.045), (-0.02, 0.092, 0.060), (0.14, 0.107, 0.074), (0.45, 0.100, 0.074),
                  (0.75, 0.093, 0.072), (1.0, 0.097, 0.074), (1.0 + o.hem / 0.295, 0.097, 0.076)]  # fmt: skip
        fs = [level[0] for level in levels]
        centres, halves = [], []
        for f, across, deep in levels:
            centres.append(chest + f * axis + (1 - np.clip(f, 0, 1)) * 0.3 * tilt)
            halves.append(self._half(across * self.who.shoulders * girth, deep * girth))
        slope = np.arctan2(axis[:, 0], axis[:, 1])
        side = np.stack([np.cos(slope), -np.sin(slope)], -1)

        def edge(fraction: float, s: float) -> np.ndarray:
            """The point `s` (-1 left … 1 right edge of the picture) across the torso, at a level."""
            i = int(np.clip(np.searchsorted(fs, fraction) - 1, 0, len(fs) - 2))
            w = (fraction - fs[i]) / (fs[i + 1] - fs[i])
            centre = (1 - w) * centres[i] + w * centres[i + 1]
            half = (1 - w) * halves[i] + w * halves[i + 1]
            return centre + (s * half)[:, None] * side

        outline = np.stack([edge(f, -1) for f in fs] + [edge(f, 1) for f in reversed(fs)], 1)
        core = np.stack([edge(f, -0.55 + 0.28 * self.light) for f in fs]
                        + [edge(f, 0.62 + 0.28 * self.light) for f in reversed(fs)], 1)  # fmt: skip
        shirt = np.full(len(neck), o.shirt)
        throat = limb(chest, self.at("head"), 0.040 * self.fat, 0.036 * self.fat)
        pieces = [Piece(throat, 0.75 * np.full(len(neck), self.who.skin), PARTS.index("head"), c.skin),
                  Piece(outline, 0.85 * shirt, PARTS.index("torso"), c.shirt),
                  Piece(core, 1.03 * shirt, tint=c.shirt)]  # fmt: skip
        for f0, f1, s0, s1, grey in self._pattern():
            corners = np.stack([edge(f0, s0), edge(f0, s1), edge(f1, s1), edge(f1, s0)], 1)
            pieces.append(Piece(corners, np.full(len(neck), grey), tint=c.pattern))
        for _ in range(7):  # folds
            f, s = self.marks.uniform(0.1, 0.95), self.marks.uniform(-0.85, 0.6)
            df, ds = self.marks.uniform(-0.14, 0.14), self.marks.uniform(0.1, 0.45)
            shade = float(self.marks.choice([0.80, 0.87, 1.09, 1.16])) * o.shirt
            ends = [(f, s), (f + 0.022, s), (f + df + 0.022, s + ds), (f + df, s + ds)]
            corners = np.stack([edge(*end) for end in ends], 1)
            pieces.append(Piece(corners, np.full(len(neck), shade), tint=c.shirt))
        if o.bag:
            strap = np.stack([edge(0.0, -0.6), edge(0.06, -0.45), edge(0.95, 0.9), edge(0.87, 0.95)], 1)
            pieces.append(Piece(strap, np.full(len(neck), 255.0 - o.shirt) * 0.6 + 20))
        return pieces

    def _pattern(self) -> list[tuple[float, float, float, float, float]]:
        """Patches of the shirt: (level from, to, across from, to, grey)."""
        o = self.outfit
        other = float(np.clip(o.shirt + o.contrast, 12, 235))
        if o.pattern == "stripes":
            step = float(self.marks.uniform(0.14, 0.24))
            return [(f, f + 0.45 * step, -0.97, 0.97, other) for f in np.arange(0.06, 0.95, step)]
        if o.pattern == "panel":
            top = float(self.marks.uniform(0.02, 0.4))
            return [(top, top + float(self.marks.uniform(0.2, 0.5)), -0.98, 0.98, other)]
        if o.pattern == "patches":
            spans = ((-0.9, -0.5), (0.0, 0.4))
            return [(f, f + 0.12, s, s + 0.5, other) for f in (0.12, 0.42, 0.7)
                    for s in (float(self.marks.uniform(*span)) for span in spans)]  # fmt: skip
        return []

    def paint(self, frame: np.ndarray, t: int) -> None:
        """Paint the person of frame `t` over `frame` (uint8), in place."""
        for group in self.order[t]:
            for piece in self.groups[group]:
                piece.paint(frame, t)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        """Which part (index into PARTS) each pixel of frame `t` shows: uint8 of `shape`."""
        return masked([piece for group in self.order[t] for piece in self.groups[group]], t, shape)

    def shade(self, frame: np.ndarray, t: int, strength: float, slant: float, pitch: float) -> np.ndarray:
        """`frame` darkened where the shadow falls: the skeleton laid flat on the ground, blurred."""
        feet = [INDEX[f"{s}_{j}"] for s in SIDES for j in ("heel", "toe")]
        ground = self.points[t, feet, 1].max() - 0.2 * self.scale[t] * 0.05
        flat = np.array([-self.light * slant, -0.25 * slant - pitch * 0.3])
        up = self.world[t, :, 2] - self.world[t, feet, 2].min()
        cast = np.stack([self.points[t, :, 0] + flat[0] * up * self.scale[t],
                         ground + flat[1] * up * self.scale[t] * 0.4], -1)  # fmt: skip
        dark: np.ndarray = np.zeros(frame.shape[:2], np.uint8)
        width = max(1, round(float(self.scale[t]) * 0.05))
        at = np.clip(np.rint(cast), -400, 600).astype(int).tolist()
        for a, b, w in SHADOW_BONES:
            cv2.line(dark, at[a], at[b], strength, max(1, int(w * width)), cv2.LINE_8)
        dark = cv2.blur(dark, (5, 3))
        return cv2.subtract(frame, dark if frame.ndim == 2 else cv2.merge([dark] * 3))


SHADOW_BONES = tuple(
    (INDEX[a], INDEX[b], w) for a, b, w in (
        ("pelvis", "chest", 3.0), ("chest", "head", 1.6),
        *((f"{s}_{a}", f"{s}_{b}", w) for s in SIDES for a, b, w in (
            ("shoulder", "elbow", 1.0), ("elbow", "wrist", 1.0), ("hip", "knee", 1.5), ("knee", "ankle", 1.0),
            ("heel", "toe", 1.0))),
    )
)  # fmt: skip
