"""What the places of the still images look like: other kinds than those of the videos, drawn the same way."""

from collections.abc import Callable

from .sketch import Sketch

WHITE, BLACK = (240, 240, 236), (40, 38, 42)


def desert(s: Sketch) -> None:
    s.sky((230, 140, 90), (250, 214, 150))
    s.blob(s.anywhere(1)[0], -34, 9, 9, (255, 240, 190))
    for x in s.anywhere(4):
        s.dome(x, 4, s.rng.uniform(45, 75), s.rng.uniform(10, 22), (214, 138, 72))
    s.floor((228, 168, 98))
    for x in s.anywhere(5):
        s.blob(x, s.rng.uniform(8, 60), s.rng.uniform(25, 50), 2, (206, 140, 76))
    for x in s.anywhere(4):
        y, high = s.rng.uniform(2, 9), s.rng.uniform(18, 34)
        s.box(x, y - high, 5, high, (62, 120, 70))
        s.box(x - 7, y - 0.7 * high, 3.4, 0.35 * high, (62, 120, 70))
        s.box(x - 7, y - 0.4 * high, 8, 3.4, (62, 120, 70))
        s.box(x + 8.6, y - 0.85 * high, 3.4, 0.35 * high, (62, 120, 70))
        s.box(x + 4, y - 0.55 * high, 8, 3.4, (62, 120, 70))


def harbour(s: Sketch) -> None:
    s.sky((150, 180, 200), (220, 225, 220), -12)
    s.band(-14, 4, (40, 110, 120))
    for x in s.anywhere(5):
        hull = s.one_of((200, 50, 40), (40, 70, 140), (240, 240, 236), (60, 130, 90))
        mast = s.rng.uniform(34, 60)
        s.line(x + 17, -8, x + 17, -8 - mast, 1.3, (110, 76, 50))
        if s.rng.random() < 0.6:
            s.shape([(x + 19, -11), (x + 19, -6 - mast), (x + 33, -11)], (246, 240, 222))
        s.shape([(x, -9), (x + 36, -9), (x + 31, 1), (x + 5, 1)], hull)
    s.floor((158, 152, 146))
    s.band(4, 8, (116, 110, 106))
    for x in s.every(34, 46):
        s.box(x, 2, 7, 7, (50, 48, 56))
        s.box(x - 1.5, 0, 10, 3, (50, 48, 56))
    s.fan(9, 0.9, (126, 122, 118), 8)


def library(s: Sketch) -> None:
    s.band(s.top, 0, (92, 58, 38))
    for y in range(-104, 4, 21):
        x = 0.0
        while x < s.width:
            wide, high = s.rng.uniform(3, 6), s.rng.uniform(12, 17)
            spine = s.one_of((150, 40, 44), (40, 80, 60), (44, 66, 120), (205, 170, 80), (110, 60, 100))
            s.box(x, y - high - 2, wide - 0.6, high, spine, 16)
            x += wide
        s.band(y - 2, y + 2, (138, 92, 56))
    for x in s.every(48, 60):
        s.box(x, s.top, 5, -s.top + 2, (138, 92, 56))
    s.floor((150, 98, 58))
    s.shape([(10, 14), (s.width - 10, 14), (s.width, 70), (0, 70)], (130, 36, 44))
    s.band(17, 19, (220, 180, 90))


def vineyard(s: Sketch) -> None:
    s.sky((170, 190, 235), (240, 226, 210))
    for x in s.anywhere(3):
        s.dome(x, 3, s.rng.uniform(50, 80), s.rng.uniform(12, 26), (130, 150, 110))
    s.floor((166, 124, 80))
    for x in s.every(15, 19):
        s.line(x, 6, x, -15, 1.4, (120, 86, 56))
        for y in (-11, -5):
            s.blob(x + 7, y, 8.5, 5, (104, 140, 40), 14)
        for dx in (2, 8):
            s.shape([(x + dx, -4), (x + dx + 5, -4), (x + dx + 2.5, 4)], (104, 44, 120), 14)
    s.fan(7, 4, (118, 146, 58), 10)


def quarry(s: Sketch) -> None:
    s.sky((190, 205, 220), (226, 226, 220))
    for i, y in enumerate((-52, -38, -25, -12)):
        step = s.rng.uniform(0, 40)
        shade = (226 - 14 * i, 206 - 14 * i, 176 - 12 * i)
        s.shape([(-5, y), (step + 50, y), (step + 62, y + 6), (s.width - 40, y + 2), (s.width + 5, y - 6),
                 (s.width + 5, 4), (-5, 4)], shade)  # fmt: skip
        s.band(y + 10, y + 11.5, (150 - 8 * i, 132 - 8 * i, 116))
    s.floor((190, 172, 146))
    s.dots(34, 2, 60, 2.6, ((150, 140, 128), (210, 196, 172), (128, 116, 108)))
    x = s.anywhere(1)[0]
    s.box(x, -14, 26, 11, (245, 180, 20))
    s.box(x + 2, -26, 12, 13, (245, 180, 20))
    s.box(x + 4, -24, 8, 7, (90, 130, 160))
    s.line(x + 22, -10, x + 40, -30, 3, (245, 180, 20))
    s.line(x + 40, -30, x + 48, -8, 3, (245, 180, 20))
    s.box(x - 2, -3, 30, 7, BLACK)


def platform(s: Sketch) -> None:
    s.band(s.top, 0, (70, 84, 96))
    s.band(-96, -74, (120, 128, 132))
    s.band(-64, 2, (196, 204, 210))
    s.band(-22, -16, (206, 36, 44))
    for x in s.every(25, 29):
        s.box(x, -54, 18, 24, (44, 60, 84))
        s.shape([(x + 3, -54), (x + 8, -54), (x + 4, -30), (x, -30)], (96, 120, 150))
    for x in s.every(88, 110):
        s.box(x, -58, 22, 58, (150, 160, 170))
        s.line(x + 11, -58, x + 11, 0, 1, BLACK)
    s.floor((150, 146, 142))
    s.band(5, 10, (244, 206, 40))
    s.fan(11, 0.8, (118, 114, 112), 10)


def meadow(s: Sketch) -> None:
    s.sky((70, 150, 240), (180, 215, 250))
    for x in s.anywhere(3):
        for dx in (-10, 0, 11):
            s.blob(x + dx, s.top + 42 + abs(dx) / 3, 13, 6, (246, 248, 252), 4)
    for x in s.anywhere(4):
        s.dome(x, 4, s.rng.uniform(40, 70), s.rng.uniform(10, 24), (96, 176, 80))
    s.floor((146, 206, 70))
    s.dots(70, 4, 66, 1.7, ((250, 226, 50), (250, 250, 246), (180, 80, 200), (240, 90, 60)))


def aquarium(s: Sketch) -> None:
    s.band(s.top, 0, (20, 96, 176))
    for x in s.anywhere(11):
        s.line(x, 0, x + s.rng.uniform(-7, 7), -s.rng.uniform(12, 40), 3, (30, 140, 80))
    for x in s.anywhere(10):
        y, r, way = s.rng.uniform(-80, -14), s.rng.uniform(4, 8), s.rng.choice([-1, 1])
        fish = s.one_of((250, 140, 30), (250, 220, 50), (230, 70, 90), (200, 230, 240))
        s.shape(
            [(x - way * 0.7 * r, y), (x - way * 1.8 * r, y - 0.7 * r), (x - way * 1.8 * r, y + 0.7 * r)], fish
        )
        s.blob(x, y, 1.1 * r, 0.65 * r, fish)
        s.blob(x + 0.6 * way * r, y - 0.15 * r, 0.16 * r, 0.16 * r, BLACK)
    for x in s.every(70, 88):
        s.box(x, s.top, 7, -s.top + 2, (24, 34, 70))
    s.band(-4, 2, (24, 34, 70))
    s.floor((34, 60, 120))
    s.band(12, 20, (46, 84, 150))


def stage(s: Sketch) -> None:
    s.band(s.top, 0, (120, 16, 40))
    for i, x in enumerate(s.every(10, 14)):
        s.shape([(x, s.top), (x + 6, s.top), (x + 7, 0), (x - 1, 0)], ((164, 24, 52), (92, 10, 44))[i % 2])
    for x in s.every(30, 36):
        s.dome(x + 15, s.top + 52, 18, -16, (210, 160, 50))
    for x in s.anywhere(3):
        lean = s.rng.uniform(-30, 30)
        colour = s.one_of((250, 220, 130), (190, 90, 220), (80, 200, 220))
        s.shape([(x, s.top), (x + 4, s.top), (x + lean + 22, 4), (x + lean - 18, 4)], colour)
    s.floor((140, 84, 50))
    s.fan(13, 0.9, (104, 58, 34))


def orchard(s: Sketch) -> None:
    s.sky((170, 210, 240), (228, 236, 238))
    for x in s.anywhere(9):
        s.dome(x, 2, 20, s.rng.uniform(8, 14), (150, 184, 110))
    s.floor((154, 186, 88))
    for x in s.every(36, 46):
        s.tree(x, 6, 50, (126, 92, 62), (96, 150, 62))
        for _ in range(9):
            s.blob(x + s.rng.uniform(-16, 16), s.rng.uniform(-44, -18), 2, 2, (222, 44, 36))
        s.shape([(x + 12, 2), (x + 24, 2), (x + 22, 10), (x + 14, 10)], (190, 140, 80))
        s.dome(x + 18, 2.5, 5, 4, (222, 44, 36))


def ferry(s: Sketch) -> None:
    s.sky((120, 180, 225), (220, 232, 240), -18)
    s.band(-18, 2, (30, 90, 150))
    for x in s.anywhere(5):
        s.box(x, s.rng.uniform(-15, -3), s.rng.uniform(10, 24), 1, (140, 190, 220))
    for x in s.anywhere(4):
        y = s.rng.uniform(-60, -34)
        s.shape([(x - 6, y - 3), (x, y), (x + 6, y - 3), (x, y + 2)], WHITE)
    s.floor((110, 150, 130))
    for y in (-22, -12, -2):
        s.band(y, y + 2, WHITE)
    for i, x in enumerate(s.every(24, 30)):
        s.box(x, -23, 2.4, 28, WHITE)
        if i % 2:
            s.blob(x + 13, -9, 8.5, 8.5, (244, 110, 30))
            s.blob(x + 13, -9, 4.2, 4.2, (110, 160, 200))
    s.fan(15, 0.8, (84, 120, 104))


PLACES: tuple[Callable[[Sketch], None], ...] = (
    desert, harbour, library, vineyard, quarry, platform, meadow, aquarium, stage, orchard, ferry,
)  # fmt: skip
