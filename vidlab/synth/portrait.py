"""A face's polygons: shoulders, neck, head, eyes, brows, nose, cheeks, mouth and hair, from back to front."""

import cv2
import numpy as np

from .bones import follow
from .camera import Camera
from .draw import PARTS, SHIFT, Piece, ellipse, limb, stroke
from .faces import Colour, Expression, Face, Surface, blend, fill, front, ribbon, shade
from .places import Place

HEAD, TORSO = PARTS.index("head"), PARTS.index("torso")


class Head(Surface):
    """A face doing something, ready to be cut into polygons.

    centre (2,): the head's middle at rest, in pixels; size: pixels a head height; light -1 or 1: the side it
    comes from; camera: what looks at it. `pieces`: its polygons from back to front. It can act in a
    `stage.Shot`; the neck counts as torso, since it does not move with the jaw.
    """

    def __init__(self, who: Face, does: Expression, centre: tuple[float, float], size: float, light: float,
                 camera: Camera) -> None:  # fmt: skip
        super().__init__(who, does, centre, size, light, camera)
        self.pieces = self._body() + self._skull() + self._mouth()
        self.joints = np.zeros((self.frames, 0, 2))
        x, upper, lower = self.lips()
        lip = self.at(x[:, 6:7], upper[:, 6:7])[:, 0]
        chin = self.at(0, (0.47 + 0.1 * does.jaw)[:, None])[:, 0]
        self.axis = np.stack([self.at(0, -0.45, 0.1)[:, 0], lip, chin], 1)
        self.trunk = self.body(np.array([0.0, 0.0]), np.array([0.9, 1.5]))

    def shade(self, frame: np.ndarray, t: int, place: Place) -> np.ndarray:
        """The ground is out of sight, and with it the shadow."""
        return frame

    def paint(self, frame: np.ndarray, t: int) -> None:
        """Paint shoulders and head as they are in frame `t` over `frame`, in place."""
        for piece in self.pieces:
            piece.paint(frame, t)

    def mask(self, t: int, shape: tuple[int, int]) -> np.ndarray:
        """Where torso and head are in frame `t`: indices into PARTS."""
        return part_mask(self.pieces, t, shape)

    def moved(self, t: int, part: int, points: np.ndarray, grow: float) -> np.ndarray:
        """Where points (N, 2) of torso or head go: above the lips with the skull, below with the jaw."""
        if part == TORSO:
            return follow(points, self.trunk[t], self.trunk[t + 1], grow)
        now, then = self.axis[t], self.axis[t + 1]
        below = (points - now[1]) @ (now[1] - now[0]) > 0
        jaw = follow(points, now[1:], then[1:], grow)
        return np.where(below[:, None], jaw, follow(points, now[:2], then[:2], grow))

    def _body(self) -> list[Piece]:
        """Hair that falls behind, shoulders and neck."""
        who = self.who
        out = []
        if who.style in ("long", "bob"):
            low = 0.75 if who.style == "long" else 0.40
            out.append(self.spot(0, (low - 0.45) / 2, 0.47 * who.width, (low + 0.45) / 2 + 0.06,
                                 shade(who.hair, 0.8), HEAD, -0.15))  # fmt: skip
        xs = np.array([-0.30, -0.62, -0.86, -1.0, 1.0, 0.86, 0.62, 0.30])
        ys = np.array([0.64, 0.70, 0.82, 1.7, 1.7, 0.82, 0.70, 0.64])
        out.append(fill(self.body(xs, ys), shade(who.shirt, 0.86), TORSO))
        out.append(fill(self.body(0.72 * xs + 0.14 * self.light, ys + 0.05), who.shirt))
        for side in (-1, 1):  # folds that run to the armpits
            a, b = self.body(np.array([0.62 * side, 0.50 * side]), np.array([0.95, 1.35])).swapaxes(0, 1)
            out.append(fill(stroke(a, b, 0.012 * self.scale), shade(who.shirt, 0.74)))
        base = self.body(np.array([0.0]), np.array([0.72 if who.collar == "vee" else 0.57]))[:, 0]
        top = self.at(0, 0.30, -0.08)[:, 0]
        wide = 0.21 * self.scale * (0.5 + 0.5 * who.jaw)
        out.append(fill(limb(top, base, wide, 1.08 * wide), shade(who.skin, 0.76), TORSO))
        lit = np.stack([self.light * 0.25 * wide, 0.9 * wide], -1)
        out.append(fill(limb(top + lit, base + lit, 0.5 * wide, 0.6 * wide), shade(who.skin, 0.86)))
        return out + self._collar()

    def _collar(self) -> list[Piece]:
        who = self.who
        dark = shade(who.shirt, 0.7)
        if who.collar == "vee":
            cut = self.body(np.array([-0.25, 0.25, 0.0]), np.array([0.67, 0.67, 1.02]))
            return [fill(cut, shade(who.skin, 0.84), TORSO)]
        if who.collar == "shirt":
            out = []
            for side in (-1, 1):
                xs, ys = np.array([0.27, 0.02, 0.12, 0.36]) * side, np.array([0.60, 0.82, 0.94, 0.74])
                out.append(fill(self.body(xs, ys), shade(who.shirt, 1.18), TORSO))
            return out
        arc = np.linspace(-1, 1, 9)
        top = self.body(0.30 * arc, 0.635 + 0.14 * (1 - arc**2))
        return ribbon(top, top + self.down(0.06), dark, TORSO)

    def outline(self, scale: float, aside: float = 0.0) -> np.ndarray:
        """Corners (T, N, 2) of the face from hairline to chin; the chin follows the jaw."""
        who, e = self.who, self.does
        right = np.array([(0.20, -0.325), (0.285, -0.27), (0.345, -0.12), (0.358, 0.02), (0.342, 0.15),
                          (0.300 * who.jaw, 0.29), (0.215 * who.jaw * who.chin, 0.405),
                          (0.105 * who.chin, 0.475)])  # fmt: skip
        drop = np.clip((right[:, 1] - 0.1) / 0.4, 0, 1)
        cheek = np.exp(-(((right[:, 1] - 0.24) / 0.12) ** 2))
        sides = []
        for side, puff in ((1, e.puff_right), (-1, e.puff_left)):
            x = (
                side * right[:, 0] * who.width
                + 0.035 * side * cheek * puff[:, None]
                + drop * 0.5 * e.skew[:, None]
            )
            sides.append((x, right[:, 1] + 0.10 * drop * e.jaw[:, None]))
        (xr, yr), (xl, yl) = sides
        x, y = np.concatenate([xr, xl[:, ::-1]], 1), np.concatenate([yr, yl[:, ::-1]], 1)
        return self.at(scale * x + aside, 0.04 + scale * (y - 0.04), 0.11 + 0.18 * np.clip(y, 0, 0.5))

    def _skull(self) -> list[Piece]:
        """Head, ears, face and hair, eyes, brows and nose."""
        who = self.who
        skin, hair = who.skin, who.hair
        out = []
        bald = who.style == "bald"
        if who.style == "bun":
            out.append(self.spot(0, -0.56, 0.17, 0.13, shade(hair, 0.9), HEAD, -0.15))
        if who.style == "curly":
            for angle in np.linspace(-np.pi * 1.08, 0.08 * np.pi, 11):
                x, y = 0.35 * who.width * np.cos(angle), -0.12 + 0.38 * np.sin(angle)
                out.append(
                    self.spot(x, y, 0.12, 0.12, shade(hair, 0.9 + 0.12 * np.cos(5 * angle)), HEAD, -0.1)
                )
        out += self._cranium(shade(skin, 0.9) if bald else shade(hair, 0.85))
        out += self._ears()
        out.append(fill(self.outline(1.0), shade(skin, 0.88), HEAD))
        out.append(fill(self.outline(0.88, 0.028 * self.light), shade(skin, 0.96)))
        out.append(fill(self.outline(0.62, 0.05 * self.light), skin))
        if bald:
            out.append(self.spot(0.06 * self.light, -0.28, 0.20, 0.13, shade(skin, 1.0)))
        out.append(self.spot(0.05 * self.light, -0.2, 0.15, 0.06, shade(skin, 1.05)))
        out += self._cheeks() + self._beard()
        for side in (-1, 1):
            out += self._eye(side)
        return out + self._nose() + self._hair() + self._glasses()

    def _cranium(self, colour: Colour) -> list[Piece]:
        e, who = self.does, self.who
        middle = self.at(0, -0.085, -0.06)[:, 0]
        rx = self.scale * np.hypot(0.388 * who.width * np.cos(e.yaw), 0.45 * np.sin(e.yaw))
        ry = 0.425 * self.scale
        up = np.stack([self.light * 0.18 * rx, -0.22 * ry], -1)
        return [fill(ellipse(middle, rx, ry, e.roll), colour, HEAD),
                fill(ellipse(middle + up, 0.66 * rx, 0.68 * ry, e.roll), shade(colour, 1.15))]  # fmt: skip

    def _ears(self) -> list[Piece]:
        if self.who.style in ("long", "bob"):
            return []
        out = []
        for side in (-1, 1):
            x = 0.365 * self.who.width * side
            out.append(self.spot(x, 0.04, 0.055, 0.095, shade(self.who.skin, 0.86), HEAD, 0.0))
            out.append(self.spot(x + 0.008 * side, 0.045, 0.028, 0.055, shade(self.who.skin, 0.74), 0, 0.0))
        return out

    def _cheeks(self) -> list[Piece]:
        """Blush, cheeks that rise in a smile or bulge over food, and the lines beside nose and mouth."""
        who, e = self.who, self.does
        rosy = blend(who.skin, (216, 96, 84), 0.10 + 0.12 * who.blush)
        out = []
        for side, puff in ((-1, e.puff_left), (1, e.puff_right)):
            y = 0.16 - 0.035 * e.raised
            out.append(self.spot(0.205 * side, y, 0.085 + 0.01 * e.raised, 0.06 + 0.015 * e.raised, rosy))
            ball = np.maximum(puff, 0) + 1e-3
            out.append(self.spot(0.215 * side, 0.265, 0.10 * ball, 0.085 * ball, shade(who.skin, 0.93)))
            out.append(self.spot(0.205 * side + 0.012 * self.light, 0.250, 0.085 * ball, 0.070 * ball,
                                 shade(who.skin, 1.03)))  # fmt: skip
            deep = e.raised * who.lines
            xs = [0.085 * side, (0.125 + 0.02 * e.raised) * side, (0.155 + 0.04 * e.raised) * side]
            line = self.line(xs, [0.185, 0.235, 0.30 - 0.01 * e.raised], 0.007, shade(who.skin, 0.78))
            for piece in line:  # a line that is not there is as dark as the skin
                piece.grey = np.asarray(piece.grey) * (1 + 0.24 * (1 - np.clip(deep, 0, 1)))
            out += line
        return out

    def _beard(self) -> list[Piece]:
        who, e = self.who, self.does
        if who.beard in ("none", "moustache"):
            return []
        colour = blend(who.skin, shade(who.hair, 0.9), 0.30 if who.beard == "stubble" else 0.85)
        us = np.linspace(-1, 1, 13)
        drop = 0.10 * e.jaw[:, None]
        low = 0.315 * who.jaw * who.width * us + 0.5 * e.skew[:, None]
        edge = 0.20 + 0.285 * np.sqrt(np.clip(1 - us**2 * 0.96, 0, 1)) + drop
        top = np.minimum(0.16 + 0.16 * (1 - us**2) ** 0.7, 0.27) + 0.2 * drop
        z = 0.08 + 0.10 * (1 - us**2)
        return ribbon(self.at(low, top, z), self.at(low, edge, z), colour, HEAD)

    def _eye(self, side: int) -> list[Piece]:
        who, e = self.who, self.does
        x0, half = 0.163 * side * who.apart, 0.076 * who.eyes
        tall = 0.040 * who.eyes
        us = np.linspace(-1, 1, 9)
        bow = (1 - us**2) ** 0.8
        lids = np.clip(e.lids, 0, 1)[:, None]
        upper = -tall * (1 - 1.35 * lids) * bow
        lower = tall * (0.72 - 0.55 * np.clip(e.squint, 0, 1)[:, None]) * bow
        upper = np.minimum(upper, lower)
        out = [self.spot(x0, -0.012, 1.22 * half, 1.5 * tall, shade(who.skin, 0.9))]
        xs = x0 + half * us
        out += ribbon(self.at(xs, upper), self.at(xs, lower), (238, 234, 228))
        opened = np.maximum(lower[:, 4] - upper[:, 4], 1e-3)
        middle = 0.5 * (lower[:, 4] + upper[:, 4])
        x = x0 + 0.028 * e.look
        for r, colour in ((0.040, who.iris), (0.021, (14, 12, 12))):
            wide = r * who.eyes
            out.append(
                self.spot(x, middle, np.minimum(wide, 2 * opened), np.minimum(wide, 0.55 * opened), colour)
            )
        glint = np.minimum(0.009, 0.2 * opened)
        out.append(self.spot(x + 0.012 * self.light, middle - 0.2 * opened, 0.009, glint, (250, 250, 250)))
        lash = self.at(xs, upper)
        out += ribbon(lash - self.down(0.013), lash + self.down(0.006), blend(who.hair, (20, 14, 12), 0.8))
        fold = self.at(xs, lower + 0.02)  # the lower lid
        out += ribbon(fold[:, 2:7], fold[:, 2:7] + self.down(0.008), shade(who.skin, 0.82))
        raise_by = 0.045 * e.brows[:, None]
        bx = side * np.array([0.070, 0.115, 0.170, 0.225, 0.262]) * who.apart
        by = -0.108 - 0.022 * who.arch * np.array([0.0, 0.55, 1.0, 0.75, 0.1]) - raise_by
        thick = 0.017 * who.brow * np.array([0.8, 1.0, 0.95, 0.7, 0.35])
        dark = blend(shade(who.hair, 0.75), shade(who.skin, 0.5), 0.25)
        return out + ribbon(self.at(bx, by - thick), self.at(bx, by + thick), dark)

    def _nose(self) -> list[Piece]:
        who, n = self.who, self.who.nose
        dark = -self.light  # the side away from the light
        wing = 0.062 * n
        corners = self.at([0.022 * dark, 0.035 * dark, wing * dark, 0.0], [-0.05, -0.05, 0.165, 0.17],
                          [0.33, 0.33, 0.36, 0.46])  # fmt: skip
        out = [fill(corners, shade(who.skin, 0.88))]
        out.append(self.spot(0, 0.165, 1.12 * wing, 0.036, shade(who.skin, 0.9), 0, 0.38))
        out.append(self.spot(0.008 * self.light, 0.148, 0.62 * wing, 0.038, shade(who.skin, 1.04), 0, 0.45))
        for side in (-1, 1):
            out.append(self.spot(0.034 * n * side, 0.186, 0.018 * n, 0.010, shade(who.skin, 0.5), 0, 0.40))
        return out

    def _hair(self) -> list[Piece]:
        """What lies in front of the face: the hairline, a fringe, strands at the sides."""
        who = self.who
        hair = who.hair
        if who.style == "bald":
            return []
        us = np.linspace(-1, 1, 11)
        top = self.at(0.30 * who.width * us, -0.36 - 0.03 * (1 - us**2), 0.16)
        parting = {"swept": 0.5, "bob": 0.0, "long": -0.25, "bun": 0.3}.get(who.style, 0.15)
        fall = {"swept": 0.12, "bob": 0.16, "long": 0.10, "bun": 0.03, "curly": 0.09}.get(who.style, 0.05)
        low = -0.325 + fall * np.clip(np.abs(us - parting), 0, 1.2) + (0.08 if who.style == "bob" else 0)
        out = ribbon(top, self.at(0.325 * who.width * us, low, 0.2), hair, HEAD)
        if who.style in ("short", "swept", "bun", "curly"):  # in front of the ears
            for side in (-1, 1):
                xs = side * who.width * np.array([0.30, 0.372, 0.372, 0.345])
                out.append(fill(self.at(xs, [-0.30, -0.24, 0.0, 0.03], 0.06), shade(hair, 0.95), HEAD))
        if who.style in ("long", "bob"):
            end = 0.72 if who.style == "long" else 0.40
            for side in (-1, 1):
                inner = who.width * side * np.array([0.20, 0.315, 0.335, 0.330, 0.31 + 0.1 * (end < 0.5)])
                outer = who.width * side * np.array([0.30, 0.42, 0.455, 0.475, 0.45])
                ys = np.array([-0.34, -0.15, 0.1, 0.32, end])
                out += ribbon(self.at(inner, ys, 0.06), self.at(outer, ys, -0.02), shade(hair, 0.95), HEAD)
        shine = self.at(0.22 * us + 0.08 * self.light, -0.40 - 0.02 * (1 - us**2), 0.12)
        return out + ribbon(shine[:, 2:9], shine[:, 2:9] + self.down(0.03), shade(hair, 1.28))

    def _glasses(self) -> list[Piece]:
        if not self.who.glasses:
            return []
        out = []
        for side in (-1, 1):
            around = np.linspace(0, 2 * np.pi, 13)
            xs = 0.165 * side * self.who.apart + 0.118 * np.cos(around)
            p = self.at(xs, 0.005 + 0.085 * np.sin(around), 0.37)
            half = 0.008 * self.scale
            out += [fill(stroke(p[:, i], p[:, i + 1], half), (40, 34, 34)) for i in range(12)]
        return out + self.line([-0.05, 0.05], [-0.005, -0.005], 0.008, (40, 34, 34))

    def _mouth(self) -> list[Piece]:
        """Chin, the dark of the mouth, tongue, teeth, lips; moustache."""
        who, e, us = self.who, self.does, np.linspace(-1, 1, 13)
        x, upper, lower = self.lips()
        z = front(x, upper) + 0.02
        chin_y = 0.425 + 0.10 * e.jaw
        out = []
        if who.beard not in ("full", "stubble"):
            out.append(self.spot(0.02 * self.light + 0.5 * e.skew, chin_y, 0.080 * who.chin, 0.032,
                                 shade(who.skin, 1.03), 0, 0.22))  # fmt: skip
        under = self.at(x[:, 3:10], lower[:, 3:10] + 0.055)
        out += ribbon(under, under + self.down(0.016), shade(who.skin, 0.86))
        out += ribbon(self.at(x, upper, z), self.at(x, lower, z), (66, 22, 26))
        gap = lower - upper
        tongue = np.clip(e.gap * 1.6 - 0.5, 0, 1)[:, None] * gap
        out += ribbon(self.at(0.7 * x, lower - 0.36 * tongue, z), self.at(0.7 * x, lower, z), (182, 82, 84))
        show = np.clip(e.teeth, 0, 1)[:, None] * np.minimum(gap, 0.045) * (np.abs(us) < 0.93)
        out += ribbon(self.at(x, upper, z)[:, 1:12], self.at(x, upper + show, z)[:, 1:12], (240, 236, 226))
        lip = blend(who.skin, (176, 66, 74), 0.42)
        thin = 1 / (1 + 0.35 * np.clip(e.width, -0.6, 1.2))[:, None]
        cupid = (1 - us**2) ** 0.6 * (1 - 0.22 * np.exp(-((us / 0.16) ** 2)))
        top = upper - 0.034 * who.lips * thin * cupid
        low = lower + 0.046 * who.lips * thin * (1 - us**2) ** 0.6
        out += ribbon(self.at(x, top, z), self.at(x, upper + 0.004, z), shade(lip, 0.86), HEAD)
        out += ribbon(self.at(x, lower - 0.004, z), self.at(x, low, z), lip, HEAD)
        line = self.at(x, upper, z)
        out += ribbon(line - self.down(0.006), line + self.down(0.006), shade(lip, 0.45))
        if who.beard in ("moustache", "full"):
            band = self.at(0.95 * x, top - 0.045 * (1 - 0.6 * us**2), z)
            colour = blend(shade(who.hair, 0.95), who.skin, 0.1)
            out += ribbon(band, self.at(1.02 * x, top + 0.012, z), colour, HEAD)
        return out


def part_mask(pieces: list[Piece], t: int, shape: tuple[int, int]) -> np.ndarray:
    """Which part each pixel of frame `t` shows, from the polygons that show one: uint8 (H, W)."""
    out = np.zeros(shape, np.uint8)
    for piece in pieces:
        if piece.part:
            cv2.fillConvexPoly(out, piece.corners[t], piece.part, cv2.LINE_8, SHIFT)
    return out
