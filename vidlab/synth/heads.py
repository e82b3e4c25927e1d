"""The head of a body seen from some way off: skull, hair, face, hat."""

from dataclasses import dataclass

import numpy as np

from .people import GREY, Colours, Outfit, Person
from .polygons import HEAD, Piece, ellipse


@dataclass
class Head:
    """Whose head, and where: head and neck (T, 2) in pixels; forward (T, 2), the way the body faces (X, Y:
    negative Y looks at the camera); scale (T,), pixels a body height; light -1 or 1, where it comes from."""

    who: Person
    outfit: Outfit
    colours: Colours
    head: np.ndarray
    neck: np.ndarray
    forward: np.ndarray
    scale: np.ndarray
    light: float

    def long_hair(self) -> list[Piece]:
        """Hair that falls behind neck and shoulders."""
        if not self.who.long_hair:
            return []
        size, f_x = self.scale * self.who.head, self.forward[:, 0]
        at = self.head + np.stack([-0.034 * f_x * size, 0.030 * size], -1)
        shape = ellipse(at, size * (0.056 - 0.022 * np.abs(f_x)), size * 0.066, np.zeros(len(at)))
        return [Piece(shape, np.full(len(at), self.who.hair), HEAD, self.colours.hair)]

    def pieces(self) -> list[Piece]:
        """All of it, from back to front."""
        who, c, size = self.who, self.colours, self.scale * self.who.head
        head, neck = self.head, self.neck
        tilt = np.arctan2(head[:, 0] - neck[:, 0], neck[:, 1] - head[:, 1]) * 0.6
        f_x = self.forward[:, 0]
        profile = np.abs(f_x)
        ones = np.ones(len(head))
        skull = ellipse(head + np.stack([0.012 * f_x * size, 0 * size], -1), size * (0.046 + 0.006 * profile),
                        size * 0.067, tilt)  # fmt: skip
        face_at = head + np.stack([0.018 * f_x * size, 0.010 * size], -1)
        cap_at = head + np.stack([-0.008 * f_x * size, -0.041 * size], -1)
        back_at = head + np.stack([-0.026 * f_x * size, -0.012 * size], -1)
        hair, skin = who.hair * ones, who.skin * ones
        pieces = [Piece(ellipse(back_at, size * 0.040, size * 0.048, tilt), hair, HEAD, c.hair),
                  Piece(skull, 0.84 * skin, HEAD, c.skin)]  # fmt: skip
        lit = face_at + np.stack([self.light * 0.010 * size + 0.004 * f_x * size, 0.006 * size], -1)
        face = [Piece(ellipse(lit, size * 0.026, size * 0.044, tilt), 1.02 * skin, tint=c.skin)]
        eyes = face_at + np.stack([0.010 * f_x * size, -0.014 * size], -1)
        if c is GREY:
            across = size * (0.030 - 0.012 * profile)
            face.append(Piece(ellipse(eyes, across, size * 0.007, tilt), 0.45 * skin, tint=c.skin))
        else:
            face += self._features(face_at, eyes, tilt)
        nose = np.stack([face_at + np.stack([0.026 * f_x * size, y * size], -1) for y in (-0.014, 0.024)]
                        + [face_at + np.stack([0.050 * f_x * size, 0.014 * size], -1)], 1)  # fmt: skip
        face.append(Piece(nose, 0.95 * skin, tint=c.skin))
        if c is not GREY:  # of who looks away, the back of the head is seen: hair under the cap of hair
            away = self.forward[:, 1] > 0.3
            face = [piece.tucked(away, cap_at) for piece in face]
            nape = ellipse(head - np.stack([0 * size, 0.008 * size], -1), size * 0.047, size * 0.055, tilt)
            face.append(Piece(nape, hair, tint=c.hair).tucked(~away, cap_at))
        pieces += face
        top = ellipse(cap_at, size * (0.041 + 0.010 * profile), size * 0.034, tilt)
        pieces.append(Piece(top, hair, HEAD, c.hair))
        shine = ellipse(cap_at + [[self.light * 1.2, -0.6]], size * 0.022, size * 0.016, tilt)
        pieces.append(Piece(shine, 1.2 * hair + 8, tint=c.hair))
        if self.outfit.hat:
            felt = self.outfit.shoes * ones
            brim = head + np.stack([0.016 * f_x * size, -0.030 * size], -1)
            cap = head + np.stack([-0.004 * f_x * size, -0.044 * size], -1)
            pieces.append(Piece(ellipse(cap, size * 0.058, size * 0.034, tilt), felt, tint=c.shoes))
            shape = ellipse(brim, size * (0.056 + 0.016 * profile), size * 0.011, tilt)
            pieces.append(Piece(shape, 0.8 * felt, tint=c.shoes))
        return pieces

    def _features(self, face_at: np.ndarray, eyes: np.ndarray, tilt: np.ndarray) -> list[Piece]:
        """Two eyes, seen apart from the front and as one from the side, and a mouth."""
        size, (f_x, f_y) = self.scale * self.who.head, self.forward.T
        dark, red = 30 * np.ones(len(eyes)), 0.62 * self.who.skin * np.ones(len(eyes))
        apart = np.stack([0.019 * f_y * size, 0 * size], -1)
        out = [Piece(ellipse(eyes + s * apart, size * 0.0085, size * 0.0095, tilt), dark) for s in (-1, 1)]
        mouth = face_at + np.stack([0.016 * f_x * size, 0.032 * size], -1)
        lips = ellipse(mouth, size * (0.018 - 0.008 * np.abs(f_x)), size * 0.006, tilt)
        r, g, b = self.colours.skin
        return [*out, Piece(lips, red, tint=(1.25 * r, 0.85 * g, 0.9 * b))]
