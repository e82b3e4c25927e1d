"""What flows through a scene: water, smoke and fog, fire. Smooth noise that is looked up, pixel by pixel, at
a place that moves.

A river, a lake and the sea are one drawing with three motions: sideways, in place, towards us. Smoke rises
where fog drifts. Lengths are in units, as in `weather`.
"""

import cv2
import numpy as np

from .camera import Camera
from .stage import Prop
from .weather import Colour, Moving, shade

TILE = 512  # pixels of a texture, which repeats without a seam


def noise(rng: np.random.Generator, x: float, y: float, grain: float = 0.0) -> np.ndarray:
    """Smooth noise (TILE, TILE) of unit spread with blobs of about `x` by `y` pixels; it repeats.

    grain: how much finer noise, of blobs 2.6 times smaller, is on it.
    """
    keep = _keep(x, y) + grain * _keep(x / 2.6, y / 2.6)
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((TILE, TILE))) * keep)
    return (field / field.std()).astype(np.float32)


def _keep(x: float, y: float) -> np.ndarray:
    """How much of each frequency of white noise is kept, so that blobs are `x` by `y` and the spread is 1."""
    down = np.exp(-0.5 * (np.pi * np.fft.fftfreq(TILE) * y / 1.5) ** 2)
    along = np.exp(-0.5 * (np.pi * np.fft.rfftfreq(TILE) * x / 1.5) ** 2)
    keep = down[:, None] * along
    return keep / np.sqrt(np.mean(keep**2))


def grained(rng: np.random.Generator, x: float, y: float) -> np.ndarray:
    """Noise with finer noise on it."""
    return noise(rng, x, y, grain=0.5)


def look_up(texture: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The texture's values at the places x, y (H, W)."""
    x, y = np.broadcast_arrays(x.astype(np.float32), y.astype(np.float32))
    return cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def ramp(*stops: tuple[float, Colour]) -> tuple[np.ndarray, np.ndarray]:
    """Colours between stops (value, colour): the values (S,) and the colours (S, 3)."""
    return np.array([value for value, _ in stops]), np.array([colour for _, colour in stops])


def paint_by(values: np.ndarray, colours: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Colours (H, W, 3) of values (H, W) on a ramp."""
    at, table = colours
    fine = np.linspace(at[0], at[-1], 256)
    lut = np.stack([np.interp(fine, at, table[:, c]) for c in range(3)], -1).astype(np.float32)
    return lut[np.clip((values - at[0]) / (at[-1] - at[0]) * 255, 0, 255).astype(np.uint8)]


class Field(Moving):
    """Something that has a colour and an opacity at each place of the scene."""

    def look(self, x: np.ndarray, y: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Colours (H, W, 3) and opacity (H, W), 0 … 1, at the columns x (1, W) and rows y (H, 1), units."""
        raise NotImplementedError

    def paint(self, frame: np.ndarray, t: int) -> None:
        share = self.camera.zoom[t] * self.k
        left, top = self.camera.matrix[t, :, 2]
        x = ((np.arange(frame.shape[1]) - left) / share)[None]
        y = ((np.arange(frame.shape[0]) - top) / share)[:, None]
        colour, opacity = self.look(x, y, t)
        frame[:] = np.clip(frame + opacity[..., None] * (colour - frame), 0, 255).astype(np.uint8)


class Water(Field):
    """A plane of ripples from a bank on. motion: river, lake or sea; pace: units a frame, near."""

    VANISH = 34.0  # the height at which the plane would end, far away

    def __init__(self, rng: np.random.Generator, camera: Camera, k: float, motion: str) -> None:
        self.motion, self.bank = motion, float(rng.uniform(58, 74))
        side, self.pace = int(rng.choice([-1, 1])), float(rng.uniform(1.8, 3.0))
        self.period, self.wobble = float(rng.uniform(16, 26)), noise(rng, 40, 40)[0]
        ways = {"river": (side * 1.0, 0.0), "lake": (0.0, 0.0), "sea": (0.0, 0.5)}
        self.way = ways[motion]
        super().__init__(camera, k, (0.8 * self.pace * self.way[0], 0.8 * self.pace * self.way[1]))
        long, high = rng.uniform(20, 30), rng.uniform(5.5, 8)
        self.textures = [grained(rng, long, high) for _ in range(2)]
        hue, light = rng.uniform(0.42, 0.62), rng.uniform(70, 110)
        self.colours = ramp((-2.2, shade(hue, 0.6 * light, 0.5)), (0.2, shade(hue, light, 0.5)),
                            (1.3, shade(hue, light + 50, 0.45)), (2.4, shade(hue, 235, 0.6)))  # fmt: skip

    def look(self, x: np.ndarray, y: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        near = np.clip((y - self.VANISH) / (120 - self.VANISH), 0.2, 2)
        across, away = (x - 80) / near, 90 * np.log(near) + 0 * x
        turn = 0.6435 + 2 * np.pi * t / self.period * (self.motion == "lake")
        shares = np.cos(turn), np.sin(turn)  # of the two textures: 0.8 and 0.6 unless they take turns
        height = np.zeros(across.shape, np.float32)
        for texture, share, speed in zip(self.textures, shares, (0.92, 1.12), strict=True):
            gone = speed * self.pace * t
            height += share * look_up(texture, across - self.way[0] * gone, away - self.way[1] * gone)
        bank = self.bank + 1.5 * np.interp(x, np.arange(-128, TILE - 128), self.wobble)
        return paint_by(height, self.colours), np.clip((y - bank) / 1.5, 0, 1)


def river(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """Ripples that flow to one side."""
    return [Water(rng, camera, k, "river")]


def lake(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """The same ripples, rising and sinking where they are."""
    return [Water(rng, camera, k, "lake")]


def sea(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """The same ripples come towards us."""
    return [Water(rng, camera, k, "sea")]


class Haze(Field):
    """Puffs that rise, or drift to one side, and change slowly; denser near the ground."""

    def __init__(self, rng: np.random.Generator, camera: Camera, k: float, rises: bool) -> None:
        side, slant, self.pace = rng.choice([-1.0, 1.0]), rng.uniform(-0.2, 0.2), float(rng.uniform(1.2, 2.2))
        self.way = way = (slant, -1.0) if rises else (side, slant)
        super().__init__(camera, k, (way[0] * self.pace, way[1] * self.pace))
        blob = rng.uniform(22, 34)
        self.textures = [grained(rng, blob, blob) for _ in range(2)]
        self.thin = float(rng.uniform(20, 60))  # the height, from above, at which they are densest
        hue, light = rng.uniform(0, 1), rng.uniform(150, 215)
        self.colours = ramp((-2, shade(hue, light - 50, 0.06)), (2, shade(hue, light + 35, 0.06)))

    def look(self, x: np.ndarray, y: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        first, second = (
            look_up(texture, x - self.way[0] * speed * self.pace * t, y - self.way[1] * speed * self.pace * t)
            for texture, speed in zip(self.textures, (1.0, 1.25), strict=True)
        )
        puffs = 0.8 * first + 0.6 * second
        ground = np.clip((y + 30) / (self.thin + 50), 0.25, 1)
        return paint_by(first - second, self.colours), 0.92 * ground * np.clip(0.5 * puffs + 0.6, 0, 1)


def smoke(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """Puffs that rise."""
    return [Haze(rng, camera, k, rises=True)]


def fog(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    """The same puffs drift to one side."""
    return [Haze(rng, camera, k, rises=False)]


class Fire(Field):
    """Flames over a stripe of ground: heat that thins out upwards, in tongues of noise that rise."""

    def __init__(self, rng: np.random.Generator, camera: Camera, k: float) -> None:
        self.x, self.base = float(rng.uniform(55, 105)), float(rng.uniform(98, 110))
        self.wide, self.high = float(rng.uniform(32, 58)), float(rng.uniform(55, 85))
        self.pace = float(rng.uniform(2.6, 4.0))
        super().__init__(camera, k, (0.0, -self.pace))
        self.tongues, self.flicker = grained(rng, 11, 24), noise(rng, 26, 40)
        hue = rng.uniform(0.0, 0.03)
        self.colours = ramp((0.1, shade(hue, 70, 0.8)), (0.35, shade(hue + 0.02, 112, 0.95)),
                            (0.65, shade(hue + 0.08, 128, 1)), (0.95, shade(hue + 0.13, 160, 1)),
                            (1.4, shade(0.15, 225, 1)))  # fmt: skip

    def look(self, x: np.ndarray, y: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        up = (self.base - y) / self.high
        gone = self.pace * t
        sway = 5 * np.clip(up, 0, 1) * look_up(self.flicker, 0 * x + 40, y + 0.8 * gone)
        tongues = look_up(self.tongues, x + sway, y + gone)
        blaze = look_up(self.flicker, x, y + 0.6 * gone)
        across = 1 - ((x + sway - self.x) / self.wide) ** 2
        heat = 1.1 * across - 1.25 * up + (0.12 + 0.34 * np.clip(up, 0, 1)) * (tongues + 0.5 * blaze)
        heat = np.where(up > 0, heat, heat + 5 * up)
        return paint_by(heat, self.colours), np.clip(5 * heat - 0.4, 0, 1)


def fire(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    return [Fire(rng, camera, k)]


class Waterfall(Field):
    """A curtain of falling water between rocks, with foam at its foot."""

    def __init__(self, rng: np.random.Generator, camera: Camera, k: float) -> None:
        self.x, self.half = float(rng.uniform(60, 100)), float(rng.uniform(16, 32))
        self.top, self.foot = float(rng.uniform(5, 25)), float(rng.uniform(92, 108))
        self.pace = float(rng.uniform(3.5, 6))
        super().__init__(camera, k, (0.0, self.pace))
        self.streaks, self.rock, self.spray = grained(rng, 4.5, 20), grained(rng, 16, 10), grained(rng, 9, 9)
        hue, stone = rng.uniform(0.5, 0.6), rng.uniform(0.03, 0.3)
        self.water = ramp((-1.8, shade(hue, 120, 0.35)), (0.3, shade(hue, 195, 0.4)),
                          (1.8, shade(hue, 250, 0.6)))  # fmt: skip
        light = rng.uniform(80, 125)
        self.stone = ramp((-2, shade(stone, light - 35, 0.2)), (2, shade(stone, light + 35, 0.2)))

    def look(self, x: np.ndarray, y: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        rock = look_up(self.rock, x, y)
        edge = 3 * rock
        beside = np.abs(x - self.x) - self.half * (0.8 + 0.2 * y / 120)
        colour = paint_by(rock, self.stone)
        cliff = np.clip((34 + edge - beside) / 1.5, 0, 1) * np.clip((y - self.top + 8 + edge) / 1.5, 0, 1)
        falls = paint_by(look_up(self.streaks, x, y - self.pace * t), self.water)
        wet = np.clip((0.5 * edge - beside) / 2, 0, 1) * np.clip((y - self.top) / 2, 0, 1)
        colour = colour + wet[..., None] * (falls - colour)
        boil = look_up(self.spray, x + 0.8 * t * np.sign(self.x - x), y + 1.2 * t)
        foam = np.clip(
            1 + 0.35 * boil - np.hypot((x - self.x) / (self.half + 16), (y - self.foot) / 11), 0, 1
        )
        foam = np.clip(2.2 * foam, 0, 1)
        pale = paint_by(1.2 + 0.6 * boil, self.water)
        colour = colour + foam[..., None] * (pale - colour)
        here = cliff * np.clip((self.foot + edge - y) / 1.5, 0, 1)
        return colour, np.maximum(here, foam)


def waterfall(rng: np.random.Generator, camera: Camera, k: float) -> list[Prop]:
    return [Waterfall(rng, camera, k)]
