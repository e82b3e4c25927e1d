"""What the places of the video worlds look like: one short drawing for each kind, on a `Sketch`.

The horizon is where the ground begins; people stand 25 to 55 units below it.
"""

from collections.abc import Callable

from .sketch import Sketch

WHITE, BLACK = (240, 240, 236), (40, 38, 42)


def court(s: Sketch) -> None:
    s.sky((110, 165, 230), (190, 215, 240))
    s.band(-24, 0, (60, 120, 90))
    for x in s.every(7, 9):
        s.line(x, -24, x, 0, 0.8, (120, 160, 140))
    s.floor((206, 88, 46))
    for y in (5, 20, 42):
        s.band(y, y + 1.6, WHITE)
    s.fan(5, 1.6, WHITE, 5)
    for x in s.anywhere(2):
        s.line(x, 2, x, -40, 2, BLACK)
        s.box(x - 9, -46, 18, 13, WHITE)
        s.box(x - 4, -34, 8, 1.6, (220, 60, 30))


def snow(s: Sketch) -> None:
    s.sky((120, 170, 225), (205, 222, 240))
    for x in s.anywhere(4):
        high, wide = s.rng.uniform(18, 42), s.rng.uniform(30, 60)
        s.shape([(x - wide, 0), (x, -high), (x + wide, 0)], (150, 170, 205))
        s.shape(
            [(x - 0.35 * wide, -0.65 * high), (x, -high), (x + 0.35 * wide, -0.65 * high)], (245, 248, 252)
        )
    s.floor((222, 234, 252))
    for x in s.anywhere(9):
        y, high = s.rng.uniform(0, 5), s.rng.uniform(12, 26)
        for step in (0, 0.3, 0.6):
            half, low = 0.3 * high * (1 - step), y - step * high
            s.shape([(x - half, low), (x, low - 0.5 * high), (x + half, low)], (40, 100, 84))
        s.shape([(x - 0.1 * high, y - 0.85 * high), (x, y - 1.1 * high), (x + 0.1 * high, y - 0.85 * high)],
                (248, 250, 252))  # fmt: skip
    for x in s.anywhere(4):
        s.blob(x, s.rng.uniform(14, 60), s.rng.uniform(20, 40), 2.5, (190, 208, 236))


def beach(s: Sketch) -> None:
    s.sky((70, 160, 230), (170, 215, 240), -14)
    s.band(-15, 1, (20, 110, 190))
    for y in (-10, -6, -2.5):
        for x in s.anywhere(6):
            s.box(x, y, s.rng.uniform(8, 22), 1, (150, 210, 235))
    s.floor((236, 205, 130))
    s.band(0, 2.5, (240, 245, 240))
    for x in s.anywhere(3):
        y, colour = s.rng.uniform(6, 14), s.one_of((225, 60, 60), (250, 190, 40), (50, 90, 200))
        s.line(x, y, x, y - 26, 1.2, (150, 110, 70))
        s.dome(x, y - 22, 15, 9, colour)
        s.shape([(x - 5, y - 22), (x, y - 31), (x + 5, y - 22)], WHITE)
        s.shape([(x + 6, y), (x + 24, y), (x + 21, y + 4), (x + 4, y + 4)], (60, 170, 170), 20)


def gym(s: Sketch) -> None:
    s.band(s.top, 0, (228, 214, 160))
    for x in s.every(52, 70):
        s.box(x, -58, 26, 54, (150, 95, 50))
        for y in range(-56, -6, 5):
            s.box(x + 2, y, 22, 1.7, (215, 165, 95))
        s.box(x + 31, -38, 15, 36, (40, 90, 175), 14)
    s.floor((204, 148, 84))
    s.fan(13, 0.7, (170, 115, 62))
    s.band(7, 8.6, (200, 50, 50))
    s.band(26, 27.8, (40, 90, 190))


def street(s: Sketch) -> None:
    s.sky((160, 180, 205), (200, 205, 212))
    x = -s.rng.uniform(0, 30)
    while x < s.width:
        wide, high = s.rng.uniform(36, 62), s.rng.uniform(60, 110)
        wall = s.one_of((168, 84, 64), (205, 170, 110), (150, 150, 160), (190, 130, 100))
        s.box(x, -high, wide - 1, high, wall)
        for y in range(int(-high) + 8, -18, 17):
            for dx in range(5, int(wide) - 10, 13):
                s.box(x + dx, y, 7, 10, (90, 130, 175), 16)
        s.box(x + 0.3 * wide, -15, 0.4 * wide, 15, (70, 50, 60), 16)
        x += wide
    s.floor((112, 112, 120))
    s.band(0, 9, (170, 168, 164))
    s.band(9, 10.5, (205, 203, 196))
    for x in s.every(30, 40):
        s.box(x, 34, 17, 2.2, (235, 215, 120))
    for x in s.anywhere(2):
        paint = s.one_of((200, 40, 40), (40, 80, 170), (235, 190, 40))
        s.shape([(x + 6, 3), (x + 12, -5), (x + 28, -5), (x + 35, 3)], (80, 110, 140))
        s.box(x, 2, 42, 9, paint)
        s.blob(x + 9, 11, 4.5, 4.5, BLACK)
        s.blob(x + 33, 11, 4.5, 4.5, BLACK)


def park(s: Sketch) -> None:
    s.sky((105, 170, 235), (195, 225, 240))
    for x in s.anywhere(12):
        s.dome(x, 2, s.rng.uniform(14, 26), s.rng.uniform(9, 20), (70, 130, 64))
    s.floor((112, 172, 66))
    s.shape([(-5, 14), (s.width + 5, s.rng.uniform(6, 20)), (s.width + 5, 28), (-5, 24)], (216, 190, 140))
    for x in s.anywhere(5):
        s.tree(x, s.rng.uniform(2, 8), s.rng.uniform(38, 62), (104, 72, 44), (44, 118, 46))
    for x in s.anywhere(2):
        s.box(x, -4, 24, 2.4, (150, 92, 46))
        s.box(x, 1, 24, 2.4, (150, 92, 46))
        s.box(x + 2, 3, 2, 5, BLACK)
        s.box(x + 20, 3, 2, 5, BLACK)


def hall(s: Sketch) -> None:
    s.band(s.top, 0, (150, 56, 74))
    for x in s.every(44, 60):
        s.dome(x + 26, -34, 12, 16, (96, 34, 60))
        s.box(x + 14, -34, 24, 34, (96, 34, 60))
        s.box(x, s.top, 8, -s.top + 2, (232, 210, 176))
        s.box(x - 2, -4, 12, 6, (212, 188, 150))
    s.floor((206, 178, 186))
    s.fan(11, 1.2, (140, 80, 110))
    for y in (3, 9, 18, 32, 54):
        s.band(y, y + 1.2, (140, 80, 110))


def kitchen(s: Sketch) -> None:
    s.band(s.top, 0, (190, 226, 222))
    for x in s.every(9, 10):
        s.line(x, s.top, x, 0, 0.7, (232, 246, 244))
    for y in range(-70, 0, 9):
        s.band(y, y + 0.7, (232, 246, 244))
    for x in s.every(34, 40):
        s.box(x, -84, 32, 26, (236, 196, 120))
        s.blob(x + 28, -64, 1.2, 1.2, BLACK)
        s.box(x, -30, 33, 32, (232, 186, 108))
        s.box(x + 12, -26, 9, 2, (110, 100, 96))
    s.band(-33, -29, (120, 76, 60))
    for x in s.anywhere(3):
        pot = s.one_of((200, 50, 50), (40, 110, 190), (110, 180, 70))
        s.box(x, -43, 13, 10, pot)
        s.box(x - 3, -41, 19, 2, pot)
    x = s.anywhere(1)[0]
    s.box(x, -62, 26, 64, (232, 236, 240))
    s.box(x, -40, 26, 1.4, (150, 156, 160))
    s.floor((232, 224, 204))
    s.fan(15, 1.6, (200, 92, 74))
    for y in (2, 8, 17, 30, 48):
        s.band(y, y + 1.6, (200, 92, 74))


def workshop(s: Sketch) -> None:
    s.band(s.top, 0, (196, 158, 104))
    for x in s.every(11, 15):
        metal = s.one_of((150, 160, 172), (210, 60, 40), (240, 190, 40), (60, 70, 90))
        long = s.rng.uniform(10, 22)
        s.box(x, -66, 3, long, (110, 66, 34))
        s.box(x - 3, -66 + long, 9, 5, metal)
    s.band(-30, -25, (124, 82, 44))
    for x in s.every(40, 56):
        s.box(x, -25, 5, 30, (104, 70, 40))
        s.box(x + 12, -16, 20, 20, s.one_of((190, 50, 40), (50, 90, 150), (70, 120, 70)))
        s.box(x + 12, -40, 12, 10, (100, 110, 124), 20)
    s.floor((140, 140, 136))
    s.band(12, 15, (240, 196, 40))
    for x in s.every(9, 10):
        s.shape([(x, 12), (x + 4, 12), (x + 2, 15), (x - 2, 15)], BLACK)


def garden(s: Sketch) -> None:
    s.sky((150, 200, 235), (215, 232, 238))
    for x in s.every(6, 7):
        s.shape([(x, 2), (x, -28), (x + 2.5, -31), (x + 5, -28), (x + 5, 2)], (226, 220, 205))
    s.band(-20, -17, (206, 198, 180))
    for x in s.anywhere(11):
        s.dome(x, 5, s.rng.uniform(11, 19), s.rng.uniform(12, 21), (58, 128, 62))
    s.dots(46, -10, 4, 2.0, ((230, 60, 110), (245, 210, 60), (240, 240, 240), (150, 70, 190)))
    s.floor((128, 178, 74))
    s.band(4, 7, (126, 88, 58))
    for x in s.every(22, 30):
        s.shape([(x, 30), (x + 17, 30), (x + 20, 38), (x - 2, 38)], (190, 182, 172))


PLACES: tuple[Callable[[Sketch], None], ...] = (
    court, snow, beach, gym, street, park, hall, kitchen, workshop, garden,
)  # fmt: skip
