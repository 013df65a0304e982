"""A pen for drawings in the square from -1 to 1, y downward, onto a transparent canvas that is drawn large and shrunk."""
import colorsys
import math

from PIL import Image, ImageDraw

SIDE = 160          # what a drawing is handed on as
FINE = 2            # so much larger it is drawn

# Hue, saturation and value ranges of the colours that captions name.
COLOURS = {
    "red": ((.97, 1.015), (.75, 1), (.6, .95)), "orange": ((.06, .085), (.85, 1), (.88, 1)), "yellow": ((.135, .165), (.75, 1), (.88, 1)),
    "green": ((.27, .4), (.55, .95), (.4, .8)), "blue": ((.57, .655), (.65, .95), (.5, .95)), "purple": ((.74, .8), (.5, .85), (.4, .8)),
    "pink": ((.88, .94), (.3, .5), (.92, 1)), "brown": ((.055, .08), (.55, .75), (.32, .55)), "black": ((0, 1), (0, .1), (.06, .17)),
    "white": ((0, 1), (0, .04), (.93, 1)), "grey": ((0, 1), (0, .06), (.45, .66)),
}


def colour(rng, name):
    h, s, v = (rng.uniform(*span) for span in COLOURS[name])
    return tuple(round(255 * c) for c in colorsys.hsv_to_rgb(h % 1, s, v))


def any_colour(rng):
    return tuple(round(255 * c) for c in colorsys.hsv_to_rgb(rng.random(), rng.random(), rng.random()))


def shade(rgb, factor):
    """Darker below 1, towards white above."""
    if factor <= 1:
        return tuple(round(c * factor) for c in rgb)
    return tuple(round(255 - (255 - c) * max(0., 2 - factor)) for c in rgb)


class Pen:
    def __init__(self, rng, line=None):
        self.rng = rng
        self.size = SIDE * FINE
        self.image = Image.new("RGBA", (self.size, self.size), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        # Some drawings have outlines, of a thickness of their own.
        self.line = (rng.uniform(.02, .05) if rng.random() < .4 else 0) if line is None else line
        self.ink = (shade(any_colour(rng), .2) if rng.random() < .7 else (15, 15, 15))

    def at(self, x, y):
        return ((x * .94 + 1) * self.size / 2, (y * .94 + 1) * self.size / 2)

    def thick(self, w):
        return max(1, round(w * .94 * self.size / 2))

    def polygon(self, points, fill, outline=True):
        places = [self.at(*p) for p in points]
        self.draw.polygon(places, fill=fill + (255,))
        if outline and self.line:
            self.draw.line(places + places[:2], fill=self.ink + (255,), width=self.thick(self.line), joint="curve")

    def oval(self, x, y, rx, ry, fill, outline=True):
        box = (*self.at(x - rx, y - ry), *self.at(x + rx, y + ry))
        lined = outline and self.line
        self.draw.ellipse(box, fill=None if fill is None else fill + (255,), outline=self.ink + (255,) if lined else None, width=self.thick(self.line) if lined else 0)

    def box(self, x0, y0, x1, y1, fill, round_by=0., outline=True):
        lined = outline and self.line
        self.draw.rounded_rectangle((*self.at(x0, y0), *self.at(x1, y1)), radius=round_by * self.size / 2, fill=None if fill is None else fill + (255,),
                                    outline=self.ink + (255,) if lined else None, width=self.thick(self.line) if lined else 0)

    def stroke(self, points, width, fill):
        places = [self.at(*p) for p in points]
        self.draw.line(places, fill=fill + (255,), width=self.thick(width), joint="curve")
        r = self.thick(width) / 2
        for x, y in (places[0], places[-1]):
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=fill + (255,))

    def ring(self, x, y, rx, ry, width, fill, start=0, end=360):
        self.draw.arc((*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)), start, end, fill=fill + (255,), width=self.thick(width))

    def pie(self, x, y, r, start, end, fill):
        self.draw.pieslice((*self.at(x - r, y - r), *self.at(x + r, y + r)), start, end, fill=fill + (255,))

    def done(self):
        return self.image.resize((SIDE, SIDE), Image.BOX)


def bent(rx, ry, start, end, steps=24, x=0., y=0.):
    """Points of an elliptical arc, degrees clockwise from the right."""
    return [(x + rx * math.cos(math.radians(start + (end - start) * n / steps)), y + ry * math.sin(math.radians(start + (end - start) * n / steps)))
            for n in range(steps + 1)]


def turned(points):
    """A profile of (half width, y) pairs from top to bottom, as the closed outline of a thing turned on a lathe."""
    return [(w, y) for w, y in points] + [(-w, y) for w, y in reversed(points)]


def smooth(points, rounds=3):
    """Chaikin's corner cutting of an open line."""
    for _ in range(rounds):
        new = [points[0]]
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            new += [(.75 * x0 + .25 * x1, .75 * y0 + .25 * y1), (.25 * x0 + .75 * x1, .25 * y0 + .75 * y1)]
        points = new + [points[-1]]
    return points
