"""Draws every picture of the sample, always the same ones.

Usage: pip install pillow && python3 draw.py      (from examples/gazette)

Pictures of the posts go to media/, pictures of the pages they cite to web/.
"""

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).resolve().parent / "media"
WEB = HERE.parent / "web"
FINE = 2  # drawn larger, then made smaller, so that edges are smooth


class Sheet:
    """A picture in the making. Coordinates are those of the finished picture."""

    def __init__(self, width, height, top, bottom=None, seed=1):
        self.width, self.height = width, height
        self.random = random.Random(seed)
        self.image = Image.new("RGB", (width * FINE, height * FINE), top)
        self.draw = ImageDraw.Draw(self.image, "RGBA")
        if bottom:
            self.wash(0, height, top, bottom)

    def wash(self, y0, y1, top, bottom):
        """A vertical gradient."""
        a, b = rgb(top), rgb(bottom)
        for y in range(int(y0 * FINE), int(y1 * FINE)):
            t = (y - y0 * FINE) / max(1, (y1 - y0) * FINE)
            self.draw.line([(0, y), (self.width * FINE, y)], tuple(round(p + (q - p) * t) for p, q in zip(a, b)))

    def shape(self, points, fill):
        self.draw.polygon([(x * FINE, y * FINE) for x, y in points], fill)

    def line(self, points, fill, width=1.0):
        self.draw.line([(x * FINE, y * FINE) for x, y in points], fill, max(1, round(width * FINE)), joint="curve")

    def box(self, x0, y0, x1, y1, fill, round_by=0):
        self.draw.rounded_rectangle([x0 * FINE, y0 * FINE, x1 * FINE, y1 * FINE], round_by * FINE, fill)

    def disc(self, x, y, r, fill):
        self.draw.ellipse([(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE], fill)

    def ring(self, x, y, r, colour, width):
        box = [(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE]
        self.draw.ellipse(box, outline=colour, width=round(width * FINE))

    def text(self, x, y, words, fill, size, anchor="la"):
        font = ImageFont.load_default(size * FINE)
        self.draw.text((x * FINE, y * FINE), words, fill, font, anchor=anchor)

    def glow(self, x, y, r, colour, strength=120, flat=1.0):
        """Soft light around a point; `flat` below 1 makes it wider than high."""
        layer = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(layer).ellipse(
            [(x - r) * FINE, (y - r * flat) * FINE, (x + r) * FINE, (y + r * flat) * FINE], fill=strength
        )
        layer = layer.filter(ImageFilter.GaussianBlur(r * FINE * 0.38))
        self.image.paste(Image.new("RGB", self.image.size, colour), (0, 0), layer)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def land(self, y, rise, fill, rough=1.0, from_x=0.0, to_x=None):
        """A far shore: a few slow waves added up."""
        to_x = self.width if to_x is None else to_x
        waves = [(self.random.uniform(0.002, 0.012) * rough, self.random.uniform(0, 6.3), rise / (n + 1)) for n in range(4)]
        points = []
        for x in range(int(from_x), int(to_x) + 1, 4):
            ease = min(1, (x - from_x) / 120 if from_x > 0 else 1, (to_x - x) / 120 if to_x < self.width else 1)
            points.append((x, y - ease * max(0, rise * 0.5 + sum(h * math.sin(f * x + p) for f, p, h in waves) * 0.5)))
        self.shape([(from_x, y + 2), *points, (to_x, y + 2)], fill)

    def ripples(self, y0, y1, colour, count, alpha=70, x0=0, x1=None):
        """Short level strokes, longer and further apart towards the eye."""
        x1 = self.width if x1 is None else x1
        for _ in range(count):
            t = self.random.random() ** 1.4
            y = y0 + (y1 - y0) * t
            length = 12 + 110 * t * self.random.random()
            x = self.random.uniform(x0 - 20, x1)
            self.line([(x, y), (x + length, y)], (*rgb(colour), int(alpha * self.random.uniform(0.4, 1))), 0.6 + 1.6 * t)

    def gull(self, x, y, size, colour):
        """Two wings, seen from the quay."""
        left = [(x - size + size * t, y - math.sin(t * 2.6) * size * 0.34 + 0.10 * size) for t in steps(10)]
        right = [(x + size * t, y - math.sin((1 - t) * 2.6) * size * 0.34 + 0.10 * size) for t in steps(10)]
        self.line(left, colour, max(1, size * 0.075))
        self.line(right, colour, max(1, size * 0.075))

    def save(self, path, quality=80):
        path.parent.mkdir(parents=True, exist_ok=True)
        image = self.image.resize((self.width, self.height), Image.LANCZOS)
        if path.suffix == ".png":
            image.quantize(160, dither=Image.Dither.NONE).save(path, optimize=True)
        else:
            image.save(path, quality=quality, optimize=True, progressive=True)


def rgb(colour):
    if isinstance(colour, str):
        return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return colour


def steps(count):
    return [n / count for n in range(count + 1)]


# The posts' pictures


def barrier():
    """The gate at Marsh End at night, one leaf not quite home."""
    s = Sheet(1200, 680, "#131d33", "#4b5d73", seed=6)
    s.glow(905, 135, 150, "#dfe3d8", 70)
    s.disc(905, 135, 34, "#f0eedd")
    for _ in range(60):
        s.disc(s.random.uniform(0, 1200), s.random.uniform(0, 240), s.random.uniform(0.5, 1.1), (236, 236, 220, 130))
    s.land(382, 44, "#27364a")
    s.land(390, 22, "#1c2a3d", rough=1.8)
    for x in (96, 131, 150, 212, 260, 1040, 1076, 1130, 1168):
        s.glow(x, 381, 10, "#f4c978", 190)
        s.disc(x, 381, 1.8, "#ffe3a6")
    s.wash(390, 680, "#3b4d62", "#111b2b")
    for n in range(44):  # the moon on the water
        y = 396 + n * 6.2
        half = 7 + n * 1.35 * s.random.uniform(0.5, 1)
        s.line([(905 - half, y), (905 + half, y)], (238, 234, 214, 120 - n * 2), 1.7)
    s.ripples(396, 680, "#8ea3b5", 230, 52)
    for x, lean in ((330, -1), (780, 1)):  # the two towers
        s.shape([(x - 44, 505), (x - 36, 208), (x + 36, 208), (x + 44, 505)], "#0f1826")
        s.shape([(x - 52, 214), (x - 30, 168), (x + 30, 168), (x + 52, 214)], "#0a121d")
        s.box(x - 15, 240, x + 15, 272, "#f1c670", 2)
        s.line([(x, 240), (x, 272)], "#0f1826", 2)
        s.glow(x, 257, 52, "#f1c670", 70)
        s.line([(x + lean * -36, 236), (x + lean * -36, 480)], (90, 108, 128, 160), 2)
    s.box(366, 196, 744, 206, "#0f1826")  # footbridge
    for x in range(378, 744, 18):
        s.line([(x, 178), (x, 196)], "#0f1826", 1.5)
    s.line([(366, 178), (744, 178)], "#0f1826", 2.2)
    for left, right, low in ((366, 548, 436), (558, 744, 478)):  # the leaves; the left one stands high
        s.box(left, low - 176, right, low, "#2c3d50")
        for x in range(left + 22, right, 32):
            s.line([(x, low - 176), (x, low)], (16, 26, 40, 190), 3)
        for y in (low - 130, low - 78, low - 26):
            s.line([(left, y), (right, y)], (16, 26, 40, 210), 4)
        s.line([(left, low - 176), (right, low - 176)], (150, 168, 184, 150), 2)
    s.ripples(438, 505, "#c9d3d6", 46, 150, 366, 548)
    for n in range(15):  # windows' light on the water
        for x in (330, 780):
            half = 20 - n * 0.8
            s.line([(x - half, 512 + n * 9), (x + half, 512 + n * 9)], (241, 198, 112, 95 - n * 5), 2.2)
    s.save(HERE / "barrier-night.jpg", 76)


def ferry():
    """The morning boat in mid-crossing."""
    s = Sheet(1200, 640, "#f3dcc0", "#e9b98c", seed=5)
    s.wash(0, 300, "#b9cbd0", "#f5dfc2")
    s.glow(300, 268, 190, "#fff2cf", 200)
    s.disc(300, 262, 30, "#fff6df")
    s.land(306, 46, "#a9b3ad")
    s.land(312, 26, "#87988f", rough=1.7)
    s.wash(312, 640, "#d9cdb4", "#557180")
    for n in range(40):
        y = 318 + n * 7.4
        half = 8 + n * 2.2 * s.random.uniform(0.4, 1)
        s.line([(300 - half, y), (300 + half, y)], (255, 244, 214, 150 - n * 3), 2)
    s.ripples(320, 640, "#f6ead2", 240, 80)
    x, y = 720, 404  # the boat
    s.shape([(x - 210, y - 30), (x + 222, y - 30), (x + 184, y + 24), (x - 184, y + 24)], "#28475a")
    s.shape([(x - 202, y - 2), (x + 204, y - 2), (x + 184, y + 24), (x - 184, y + 24)], "#a34a35")
    s.line([(x - 210, y - 30), (x + 222, y - 30)], "#f4ead6", 4)
    s.box(x - 150, y - 78, x + 128, y - 31, "#f4ead6", 4)
    for wx in range(x - 136, x + 112, 32):
        s.box(wx, y - 66, wx + 20, y - 48, "#3c5767", 2)
    s.box(x - 44, y - 116, x + 52, y - 78, "#f4ead6", 3)
    s.box(x - 36, y - 109, x + 44, y - 92, "#3c5767", 2)
    s.box(x - 96, y - 122, x - 70, y - 78, "#28475a", 2)
    s.box(x - 96, y - 112, x - 70, y - 102, "#e0a844")
    s.line([(x + 4, y - 116), (x + 4, y - 176)], "#28475a", 3)
    s.shape([(x + 5, y - 174), (x + 42, y - 165), (x + 5, y - 155)], "#a34a35")
    for n in range(26):  # wake
        t = n / 26
        s.line([(x - 190 - 330 * t, y + 22 + 30 * t), (x - 150 - 320 * t, y + 22 + 30 * t)], (255, 250, 236, int(170 * (1 - t))), 3)
    s.ripples(y + 16, y + 34, "#fff8e6", 30, 170, x - 200, x + 200)
    for gx, gy, size in ((470, 205, 22), (522, 236, 15), (438, 252, 12), (985, 152, 18)):
        s.gull(gx, gy, size, "#5a6a70")
    for px in (60, 92, 124):  # the landing, near
        s.box(px, 452, px + 13, 640, "#41392f", 3)
    s.shape([(0, 470), (196, 470), (212, 486), (0, 486)], "#5a4c3c")
    s.line([(0, 471), (196, 471)], "#8d7a60", 2)
    s.save(HERE / "ferry-morning.jpg", 76)


def crossing():
    """A chart of the crossing, with the two channels."""
    s = Sheet(960, 560, "#eef1ea", seed=3)
    north = [(0, 0), (960, 0), (960, 96), (850, 120), (730, 92), (610, 132), (470, 150), (330, 116), (190, 158), (80, 132), (0, 150)]
    south = [(0, 560), (960, 560), (960, 402), (840, 424), (700, 386), (590, 420), (450, 446), (300, 408), (170, 440), (60, 420), (0, 436)]
    s.shape([(0, 0), (960, 0), (960, 560), (0, 560)], "#d5e3e4")
    s.shape([(0, 218), (240, 232), (520, 246), (760, 214), (960, 196), (960, 300), (740, 322), (500, 340), (220, 330), (0, 330)], "#b4cfd4")
    s.shape([(0, 258), (260, 270), (520, 282), (770, 250), (960, 236), (960, 266), (770, 286), (520, 310), (250, 300), (0, 292)], "#93b9c2")
    s.shape([(480, 330), (570, 314), (690, 328), (668, 360), (580, 378), (500, 366)], "#e6dfc2")
    for shore in (north, south):
        s.shape(shore, "#e9e2cf")
        s.line(shore[2:], "#9a8d6f", 2)
    a, b = (330, 120), (590, 418)

    def dashed(points, colour):
        for n in range(0, len(points) - 1, 2):
            s.line([points[n], points[n + 1]], colour, 3.4)

    direct = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for t in steps(30)]
    winter = [((1 - t) ** 2 * a[0] + 2 * t * (1 - t) * 200 + t * t * b[0], (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * 350 + t * t * b[1]) for t in steps(38)]
    dashed(direct, "#a34a35")
    dashed(winter, "#28475a")
    for (x, y), name, dy in ((a, "SANDHOLM", -30), (b, "MARSH END", 14)):
        s.disc(x, y, 9, "#28475a")
        s.disc(x, y, 4.5, "#eef1ea")
        s.text(x, y + dy, name, "#2c3b40", 19, "ma")
    s.text(486, 222, "direct, 17 min", "#a34a35", 18)
    s.text(112, 352, "by the deep channel, 24 min", "#28475a", 18)
    s.text(614, 338, "Oxbar bank", "#7d7350", 14, "ma")
    s.text(850, 262, "RIVER ALDER", "#547a83", 15, "ma")
    s.line([(40, 526), (160, 526)], "#2c3b40", 2)
    for x in (40, 100, 160):
        s.line([(x, 520), (x, 532)], "#2c3b40", 2)
    s.text(100, 498, "500 metres", "#2c3b40", 15, "ma")
    s.line([(910, 520), (910, 452)], "#2c3b40", 2)
    s.shape([(902, 466), (910, 444), (918, 466)], "#2c3b40")
    s.text(910, 524, "N", "#2c3b40", 16, "ma")
    s.save(HERE / "crossing.png")


def tram():
    """Car 9 on the swing bridge, at dusk."""
    s = Sheet(1200, 640, "#e7d9c9", "#c9a58c", seed=4)
    s.wash(0, 420, "#8fa6ad", "#efd8bb")
    s.land(420, 60, "#9a9c93")
    x = -40
    while x < 1240:  # roofs
        w, h = s.random.randint(56, 118), s.random.randint(86, 190)
        tone = s.random.choice(["#7b7f7c", "#868378", "#70787b", "#8c8577"])
        s.box(x, 430 - h, x + w, 432, tone)
        s.shape([(x - 4, 430 - h), (x + w / 2, 430 - h - s.random.randint(14, 34)), (x + w + 4, 430 - h)], "#5d6466")
        for wy in range(int(430 - h) + 16, 414, 30):
            for wx in range(int(x) + 10, int(x + w) - 14, 24):
                s.box(wx, wy, wx + 10, wy + 15, "#f3d594" if s.random.random() < 0.3 else "#5f696c")
        x += w + s.random.randint(-2, 16)
    s.wash(430, 640, "#b8a791", "#4b5b60")
    s.ripples(470, 640, "#eadcc3", 130, 70)
    s.box(0, 428, 1200, 446, "#3a4144")  # bridge
    for x in range(-60, 1260, 120):
        s.line([(x, 446), (x + 60, 492), (x + 120, 446)], "#3a4144", 6)
    s.line([(0, 492), (1200, 492)], "#3a4144", 5)
    s.box(560, 492, 640, 640, "#5d5a52", 4)
    s.line([(0, 128), (1200, 112)], "#4a5052", 1.6)
    for x in (130, 1060):
        s.line([(x, 428), (x, 96)], "#3a4144", 6)
        s.line([(x, 120), (x + 66, 120)], "#3a4144", 3)
    x0, x1, y = 330, 850, 428  # the car
    s.box(x0, 208, x1, y - 22, "#7c2f2b", 16)
    s.box(x0 + 8, 200, x1 - 8, 224, "#ded2b8", 10)
    s.box(x0, 300, x1, 316, "#e8d9b4")
    s.box(x0 + 2, 236, x1 - 2, 298, "#ead9ae", 4)
    for n in range(9):
        wx = x0 + 16 + n * 55.5
        s.box(wx, 240, wx + 45, 294, "#fbe7ae", 5)
        if n in (1, 3, 4, 6, 7):
            s.disc(wx + 22, 272, 8, "#5b4a3d")
            s.box(wx + 10, 280, wx + 35, 296, "#5b4a3d", 8)
    s.text(590, 336, "4", "#e8d9b4", 46, "mt")
    s.text(396, 348, "9", "#e8d9b4", 24, "mt")
    for wx in (430, 520, 660, 750):
        s.disc(wx, y - 12, 20, "#23282a")
        s.disc(wx, y - 12, 8, "#70716a")
    s.line([(590, 200), (700, 118)], "#33383a", 4)
    s.disc(842, 356, 10, "#fff1c2")
    s.glow(866, 356, 60, "#ffedb5", 120)
    s.save(HERE / "line-4.jpg", 76)


def library():
    """The reading room seen from the quay, late."""
    s = Sheet(1200, 640, "#16202f", "#33415a", seed=8)
    for _ in range(70):
        s.disc(s.random.uniform(0, 1200), s.random.uniform(0, 200), s.random.uniform(0.5, 1.2), (230, 232, 224, 120))
    s.land(452, 50, "#202c3e")
    s.box(240, 176, 960, 470, "#3a4152")
    s.shape([(216, 180), (600, 84), (984, 180)], "#2b3242")
    s.box(216, 176, 984, 190, "#4a5163")
    s.ring(600, 142, 19, "#f0cd85", 3)
    s.line([(600, 142), (600, 129)], "#f0cd85", 2.4)  # eleven o'clock
    s.line([(600, 142), (594.5, 133)], "#f0cd85", 2.8)
    for n in range(7):
        x = 276 + n * 96
        s.glow(x + 36, 320, 70, "#f4c469", 90)
    for n in range(7):
        x = 276 + n * 96
        lit = n != 5
        s.box(x, 236, x + 72, 452, "#f5cf7e" if lit else "#566070")
        s.draw.pieslice([x * FINE, 204 * FINE, (x + 72) * FINE, 272 * FINE], 180, 360, "#f5cf7e" if lit else "#566070")
        for y in (300, 350, 400):
            for b in range(9):
                h = s.random.randint(20, 34)
                tone = s.random.choice(["#7b4a36", "#54607a", "#8a6a3d", "#5e6f5d", "#6d4a58"])
                s.box(x + 5 + b * 7, y - h, x + 10.4 + b * 7, y, tone if lit else "#454f5f")
            s.line([(x, y + 1), (x + 72, y + 1)], "#6b4d33" if lit else "#3c4655", 3)
        s.line([(x + 36, 206), (x + 36, 452)], "#3a4152", 4)
        s.line([(x, 262), (x + 72, 262)], "#3a4152", 4)
    for x, lean in ((400, 0), (690, 1)):  # two readers
        s.disc(x, 412, 10, "#2a2a33")
        s.box(x - 16, 422, x + 16, 456, "#2a2a33", 10)
    s.box(0, 462, 1200, 486, "#4d4f55")
    s.wash(486, 640, "#2d394d", "#101824")
    for n in range(7):
        if n == 5:
            continue
        x = 312 + n * 96
        for k in range(19):
            half = (30 - k) * s.random.uniform(0.6, 1.1)
            s.line([(x - half, 494 + k * 7.4), (x + half, 494 + k * 7.4)], (245, 207, 126, 118 - k * 5), 2.4)
    s.ripples(490, 640, "#93a2b6", 90, 50)
    for x in (120, 1080):
        s.line([(x, 470), (x, 330)], "#11161f", 5)
        s.glow(x, 322, 56, "#f8dfa2", 150)
        s.disc(x, 322, 10, "#fff0c4")
    s.save(HERE / "library-night.jpg", 76)


def gulls():
    """Roofs, chimneys, and who sits on them."""
    s = Sheet(1200, 620, "#cfdde0", "#f1eadb", seed=9)
    s.glow(240, 170, 210, "#fffaf0", 130)
    s.land(430, 40, "#a9b9bb")
    s.wash(430, 470, "#b3c6c8", "#c4cfc8")
    for x, top, width, tone in ((-20, 424, 300, "#8d5a49"), (250, 388, 330, "#7a4f45"), (560, 436, 280, "#94604b"), (810, 400, 420, "#84543f")):
        s.shape([(x, 620), (x, top + 70), (x + width / 2, top), (x + width, top + 70), (x + width, 620)], tone)
        for y in range(int(top) + 20, 620, 15):
            span = min(width / 2, (y - top) / 70 * width / 2)
            s.line([(x + width / 2 - span, y), (x + width / 2 + span, y)], (60, 34, 28, 60), 1.4)
    for x, y in ((92, 372), (386, 330), (700, 376), (1010, 340)):  # chimneys, nests, birds
        s.box(x, y, x + 58, y + 96, "#6b463b")
        s.box(x - 6, y, x + 64, y + 12, "#57382f")
        s.box(x + 8, y - 20, x + 22, y, "#a5694d")
        s.box(x + 36, y - 20, x + 50, y, "#a5694d")
    for x, y, way in ((124, 340, 1), (415, 298, -1), (660, 418, 1), (1042, 308, -1), (300, 432, 1)):
        s.draw.ellipse([(x - 30) * FINE, (y - 13) * FINE, (x + 26) * FINE, (y + 15) * FINE], "#f8f7f2")
        s.shape([(x - way * 38, y + 1), (x - way * 2, y - 11), (x + way * 10, y + 5), (x - way * 16, y + 10)], "#94a3ab")
        s.shape([(x - way * 48, y + 5), (x - way * 28, y - 3), (x - way * 24, y + 7)], "#363c40")
        s.disc(x + way * 24, y - 16, 11, "#f8f7f2")
        s.shape([(x + way * 12, y - 12), (x + way * 31, y - 10), (x + way * 24, y + 6), (x + way * 8, y + 6)], "#f8f7f2")
        s.shape([(x + way * 33, y - 17), (x + way * 46, y - 12), (x + way * 33, y - 11)], "#e2a93b")
        s.disc(x + way * 27, y - 18, 1.8, "#32383c")
        s.line([(x - 4, y + 14), (x - 4, y + 22)], "#c98b6a", 2)
        s.line([(x + 6, y + 14), (x + 6, y + 22)], "#c98b6a", 2)
    for _ in range(17):
        s.gull(s.random.uniform(430, 1180), s.random.uniform(40, 250), s.random.uniform(9, 26), (84, 98, 106))
    s.save(HERE / "gulls.jpg", 76)


def gull_chart():
    """Pairs counted, eight springs."""
    years, town, cliff = list(range(2018, 2026)), [212, 230, 241, 268, 301, 322, 347, 361], [540, 522, 497, 488, 451, 437, 420, 412]
    s = Sheet(960, 500, "#fbf9f3")
    left, right, top, low = 86, 800, 60, 430
    at = lambda n, v: (left + (right - left) * n / 7, low - (low - top) * v / 600)
    for v in range(0, 601, 100):
        y = at(0, v)[1]
        s.line([(left, y), (right, y)], "#ded9cb", 1)
        s.text(left - 14, y, str(v), "#6b6a63", 16, "rm")
    for n, year in enumerate(years):
        s.text(at(n, 0)[0], low + 12, str(year), "#6b6a63", 16, "ma")
    for values, colour, name in ((cliff, "#46707f", "on the cliffs"), (town, "#a34a35", "on the roofs")):
        points = [at(n, v) for n, v in enumerate(values)]
        s.line(points, colour, 3.4)
        for x, y in points:
            s.disc(x, y, 5.4, colour)
            s.disc(x, y, 2.4, "#fbf9f3")
        s.text(points[-1][0] + 16, points[-1][1], f"{values[-1]} {name}", colour, 16, "lm")
    s.text(left, 22, "Breeding pairs, Alder estuary", "#2c3b40", 19)
    s.save(HERE / "gull-count.png")


def lamp():
    """Hallow Head, the beam on a winter evening."""
    s = Sheet(1200, 700, "#22304a", "#c58f74", seed=2)
    s.wash(0, 480, "#1f2c46", "#d59f7c")
    beam = Image.new("L", s.image.size, 0)
    pen = ImageDraw.Draw(beam)
    pen.polygon([(752 * FINE, 176 * FINE), (-40 * FINE, 60 * FINE), (-40 * FINE, 250 * FINE)], fill=112)
    pen.polygon([(752 * FINE, 176 * FINE), (1240 * FINE, 122 * FINE), (1240 * FINE, 216 * FINE)], fill=78)
    beam = beam.filter(ImageFilter.GaussianBlur(9 * FINE))
    s.image.paste(Image.new("RGB", s.image.size, "#fff0c8"), (0, 0), beam)
    s.draw = ImageDraw.Draw(s.image, "RGBA")
    s.land(486, 30, "#6c6273")
    s.wash(486, 700, "#8b7682", "#24344b")
    s.ripples(490, 700, "#eac9a8", 190, 85)
    s.shape([(520, 700), (560, 600), (600, 560), (640, 500), (690, 470), (830, 462), (900, 486), (1000, 520), (1110, 590), (1200, 612), (1200, 700)], "#232a34")
    s.shape([(640, 500), (690, 470), (830, 462), (900, 486), (860, 492), (700, 500)], "#39424a")
    s.shape([(716, 468), (728, 214), (776, 214), (788, 468)], "#ece6d8")
    for y0, y1 in ((262, 314), (366, 418)):
        a, b = 12 * (468 - y0) / 254, 12 * (468 - y1) / 254
        s.shape([(716 + a, y0), (788 - a, y0), (788 - b, y1), (716 + b, y1)], "#8f3f34")
    s.shape([(758, 214), (776, 214), (788, 468), (764, 468)], (20, 26, 40, 60))
    s.box(718, 204, 786, 215, "#2b323c")
    s.box(734, 154, 770, 204, "#ffedb8")
    for x in (734, 746, 758, 770):
        s.line([(x, 154), (x, 204)], "#2b323c", 2.2)
    s.line([(734, 179), (770, 179)], "#2b323c", 1.6)
    s.shape([(728, 156), (752, 130), (776, 156)], "#2b323c")
    s.line([(752, 132), (752, 112)], "#2b323c", 2)
    s.glow(752, 178, 62, "#fff4d2", 220)
    s.box(806, 424, 884, 470, "#d8d0bf")
    s.shape([(798, 426), (845, 396), (892, 426)], "#5a3b38")
    s.box(830, 438, 842, 454, "#f4c978")
    s.box(858, 438, 870, 454, "#3a4450")
    s.save(HERE / "hallow-head.jpg", 78)


def lens():
    """How the rings of a lens bend the light of one small lamp into a beam."""
    s = Sheet(960, 440, "#f6f2e7")
    cx, cy = 210, 220
    for k in range(-9, 10):
        y = cy + k * 19
        s.line([(cx, cy), (470, y)], (196, 150, 62, 150), 1.5)
        s.line([(470, y), (930, y)], (196, 150, 62, 190), 1.5)
    for k in range(-9, 10):  # prisms, steeper to the edge
        y, slope = cy + k * 19, k * 2.0
        s.shape([(462, y - 9), (478 - slope * 0.6 + 6, y - 9), (478 + slope * 0.6 + 6, y + 9), (462, y + 9)], "#7fa5ad")
        s.line([(462, y - 9), (462, y + 9)], "#46707f", 1.6)
    s.glow(cx, cy, 26, "#ffd97e", 240)
    s.disc(cx, cy, 7, "#b4792a")
    s.text(cx, cy + 44, "lamp, 35 watts", "#55503f", 17, "ma")
    s.text(470, 412, "lens, nineteen rings", "#2c4a54", 17, "ma")
    s.text(790, 412, "beam, 21 sea miles", "#7a5a1c", 17, "ma")
    s.save(HERE / "lens.png")


# Pictures of the pages that the posts cite


def tide_curve():
    """The gauge's evening, as its office draws it."""
    s = Sheet(760, 320, "#ffffff")
    left, right, top, low = 58, 736, 24, 270
    at = lambda h, v: (left + (right - left) * (h - 18) / 6, low - (low - top) * (v - 3) / 3)
    for v in (3, 4, 5, 6):
        s.line([at(18, v), at(24, v)], "#dbe4ee", 1)
        s.text(left - 8, at(18, v)[1], f"{v}.0", "#51657c", 13, "rm")
    for h in range(18, 25):
        s.line([at(h, 3), at(h, 6)], "#eef3f8", 1)
        s.text(at(h, 3)[0], low + 8, f"{h:02}.00", "#51657c", 12, "ma")
    curve = [(18 + 6 * t, 5.31 - 1.9 * (1 - math.cos((18 + 6 * t - 21.667) * math.pi / 6.2)) / 2 * (1.25 if t < 0.61 else 1)) for t in steps(120)]
    s.line([at(18, 5.2), at(24, 5.2)], "#c2452d", 1.4)
    s.text(at(18.05, 5.2)[0], at(18, 5.2)[1] - 18, "closing level 5.20", "#c2452d", 12)
    s.line([at(h, v) for h, v in curve], "#1d5b9c", 3)
    s.disc(*at(21.667, 5.31), 5, "#1d5b9c")
    s.text(at(21.667, 5.31)[0], at(21.667, 5.31)[1] - 24, "5.31 at 21.40", "#1d5b9c", 13, "ma")
    s.save(WEB / "hydrographic-service.example/curve.png")


def posters():
    s = Sheet(480, 360, "#2b3242", "#40506b", seed=11)  # the librarian's talk
    for n in range(4):
        for b in range(26):
            h = s.random.randint(34, 62)
            s.box(20 + b * 17, 82 + n * 76 - h, 33 + b * 17, 82 + n * 76, s.random.choice(["#7b4a36", "#54607a", "#8a6a3d", "#5e6f5d", "#6d4a58", "#a58a5b"]), 1)
        s.line([(10, 84 + n * 76), (470, 84 + n * 76)], "#1d222d", 5)
    s.glow(240, 330, 120, "#f4c469", 170, 0.7)
    s.disc(240, 214, 34, "#2a211e")
    s.shape([(168, 360), (186, 272), (240, 250), (294, 272), (312, 360)], "#2a211e")
    s.save(WEB / "www.youtube.com/library-talk.jpg", 74)

    s = Sheet(480, 360, "#a8a69a", "#d9cfb9", seed=12)  # the driver's film, brown with age
    s.land(210, 40, "#8a8576")
    s.box(0, 226, 480, 240, "#57534a")
    s.box(120, 120, 372, 222, "#6b5a47", 12)
    s.box(126, 114, 366, 130, "#c9bea3", 6)
    for n in range(6):
        s.box(134 + n * 39, 140, 164 + n * 39, 174, "#e6dcc0", 3)
    for x in (170, 214, 284, 328):
        s.disc(x, 226, 13, "#3a362f")
    s.text(246, 184, "4", "#e6dcc0", 26, "mt")
    for x in range(10, 480, 24):
        s.box(x, 6, x + 12, 16, "#efe7d3", 2)
        s.box(x, 344, x + 12, 354, "#efe7d3", 2)
    s.wash(240, 340, "#8f8a7b", "#6d685c")
    s.save(WEB / "www.youtube.com/last-run.jpg", 74)

    s = Sheet(640, 360, "#14263f", "#2d4d70", seed=13)  # the lecture
    s.box(60, 50, 420, 252, "#e9eef2", 4)
    s.shape([(170, 252), (186, 96), (214, 96), (230, 252)], "#8f3f34")
    s.box(184, 74, 216, 98, "#f0cd85")
    s.shape([(200, 86), (420, 60), (420, 118)], "#f6e6b8")
    s.disc(520, 176, 24, "#d9c2a8")
    s.shape([(470, 292), (486, 212), (520, 200), (554, 212), (570, 292)], "#1a1f2a")
    s.box(458, 268, 582, 360, "#6b4d33", 3)
    s.save(WEB / "www.c-span.org/coastal-lights.jpg", 74)

    s = Sheet(720, 400, "#dfe6e2", "#c7bfa8", seed=14)  # the newsletter
    s.wash(210, 400, "#b9ab90", "#8b7d66")
    for n in range(9):
        y = 226 + n * 19
        s.line([(x, y + 6 * math.sin(x / (60 - n * 3) + n)) for x in range(0, 721, 8)], (225, 232, 228, 170 - n * 10), 2 + n * 0.5)
    for x in (150, 182, 440, 470, 505, 600):
        s.gull(x, 90 + (x * 7) % 80, 16, "#55636a")
    for k in range(12):
        s.line([(330 + k * 14, 330 + (k % 2) * 10), (334 + k * 14, 326 + (k % 2) * 10)], "#5f5442", 3)
    s.save(WEB / "tidelines.substack.com/mud.jpg", 74)

    s = Sheet(720, 440, "#efeae0", seed=15)  # the controller handle
    s.shape([(90, 360), (640, 360), (600, 400), (130, 400)], "#ddd4c2")
    s.glow(370, 372, 210, "#a2937b", 150, 0.14)
    s.box(354, 210, 386, 356, "#7d6a3f", 10)
    s.disc(370, 212, 44, "#94804e")
    s.disc(370, 212, 17, "#efeae0")
    s.line([(370, 190), (560, 120)], "#b3934e", 22)
    s.line([(372, 184), (556, 116)], "#d8bd78", 5)
    s.disc(570, 116, 27, "#3a2a20")
    s.disc(563, 108, 8, "#6b5140")
    s.save(WEB / "transport-collection.example/handle.jpg", 74)

    s = Sheet(160, 160, "#2f6f8f")  # the pilot's channel
    s.shape([(30, 104), (130, 104), (112, 128), (48, 128)], "#f4ead6")
    s.box(60, 72, 100, 104, "#f4ead6", 3)
    s.box(67, 79, 93, 91, "#2f6f8f", 2)
    s.line([(80, 72), (80, 36)], "#f4ead6", 4)
    s.shape([(82, 38), (108, 48), (82, 58)], "#c2452d")
    s.save(WEB / "t.me/pilot.jpg", 80)


def emblems():
    s = Sheet(120, 120, "#12395b")  # harbour office
    s.ring(60, 30, 11, "#f3f1e6", 5)
    s.line([(60, 41), (60, 100)], "#f3f1e6", 6)
    s.line([(38, 54), (82, 54)], "#f3f1e6", 5)
    s.line([(22, 74), (34, 94), (60, 102), (86, 94), (98, 74)], "#f3f1e6", 6)
    s.save(WEB / "harbour-office.example/anchor.png")

    s = Sheet(560, 220, "#e8f0f2", "#bcd0d6", seed=16)  # the ferry company's banner
    s.wash(130, 220, "#6f9aa8", "#3f6a7b")
    s.ripples(134, 220, "#dfeaea", 60, 90)
    s.shape([(190, 118), (392, 118), (372, 146), (208, 146)], "#a34a35")
    s.box(226, 92, 352, 118, "#f8f4e8", 3)
    s.box(262, 70, 312, 92, "#f8f4e8", 3)
    s.save(WEB / "estuary-ferries.example/banner.jpg", 76)

    s = Sheet(420, 300, "#f4f7f4", seed=17)  # where the birds were counted
    s.shape([(0, 0), (420, 0), (420, 84), (300, 110), (180, 92), (60, 120), (0, 110)], "#dfe6d4")
    s.shape([(0, 300), (420, 300), (420, 206), (280, 224), (150, 202), (0, 226)], "#dfe6d4")
    s.shape([(0, 110), (60, 120), (180, 92), (300, 110), (420, 84), (420, 206), (280, 224), (150, 202), (0, 226)], "#cfe0e6")
    for _ in range(46):
        x, y = s.random.uniform(20, 400), s.random.choice([s.random.uniform(50, 100), s.random.uniform(215, 270)])
        s.disc(x, y, s.random.uniform(2, 5), (163, 74, 53, 190))
    s.text(210, 150, "River Alder", "#46707f", 15, "mm")
    s.save(WEB / "estuary-birds.example/map.png")


if __name__ == "__main__":
    for picture in (barrier, ferry, crossing, tram, library, gulls, gull_chart, lamp, lens, tide_curve, posters, emblems):
        picture()
