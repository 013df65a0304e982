"""Scenes: things on backgrounds, with boxes, colours and the caption; pictures of one thing for classification."""
import io
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .pen import SIDE, any_colour, shade
from .textures import TEXTURES
from .things import DRAWINGS, draw
from .words import COLOURED, NAMES, PALETTE, caption, place

# Extents in parts of the picture.
SMALLEST, LARGEST = .26, .62


class Stock:
    """Drawings made beforehand; a call hands out one at random."""

    def __init__(self, seed, each, drawings=DRAWINGS, fallback=True, side=96, bends=0., odds=None):
        """`fallback`: things without a drawing among `drawings` get one that training knows. `side`: pixels of a drawing. `bends`: the part that is bent.

        `odds`: how much more often than others a thing is shown."""
        rng = random.Random(seed)
        self.odds = odds and [odds.get(name, 1) for name in NAMES]
        self.of = []
        for thing, name in enumerate(NAMES):
            rows = {}
            source = drawings if name in drawings else DRAWINGS
            for n in range(each if name in drawings or fallback else 0):
                colour = COLOURED[thing][n % len(COLOURED[thing])]
                image = draw(rng, name, colour, source)
                if bends and rng.random() < bends:
                    image = bent(rng, image)
                rows.setdefault(colour, []).append(image.resize((side, side), Image.BOX if side < SIDE else Image.BICUBIC))
            self.of.append(rows)

    def thing(self, rng):
        """What is shown next."""
        return rng.choices(range(len(NAMES)), self.odds)[0] if self.odds else rng.randrange(len(NAMES))

    def pick(self, rng, thing, colour=None):
        rows = self.of[thing]
        colour = rng.choice(list(rows)) if colour is None else colour
        return rng.choice(rows[colour]), colour


def bent(rng, image, by=.11):
    """With its corners and its middle drawn to other places, so that no outline comes twice."""
    w, h = image.size
    places = [(x, y) for y in (0, h / 2, h) for x in (0, w / 2, w)]
    moved = [(x + rng.gauss(0, by / 2) * w, y + rng.gauss(0, by / 2) * h) for x, y in places]
    pieces = []
    for row in (0, 1):
        for column in (0, 1):
            a = 3 * row + column
            corners = [moved[n] for n in (a, a + 3, a + 4, a + 1)]
            box = tuple(round(v) for v in (column * w / 2, row * h / 2, (column + 1) * w / 2, (row + 1) * h / 2))
            pieces.append((box, tuple(v for corner in corners for v in corner)))
    return image.transform(image.size, Image.MESH, pieces, Image.BILINEAR)


def backdrop(rng, w, h):
    base = Image.new("RGB", (w, h), any_colour(rng))
    draw_on = ImageDraw.Draw(base)
    kind = rng.randrange(9 + len(TEXTURES))
    if kind <= 1:
        return base
    if kind == 2:
        grid = np.random.default_rng(rng.getrandbits(32)).integers(0, 256, (rng.choice([2, 3]), rng.choice([2, 3]), 3), dtype=np.uint8)
        return Image.fromarray(grid).resize((w, h), Image.BICUBIC)
    if kind == 3:
        grid = np.random.default_rng(rng.getrandbits(32)).integers(0, 256, (rng.choice([4, 8, 16]),) * 2 + (3,), dtype=np.uint8)
        return Image.blend(base, Image.fromarray(grid).resize((w, h), Image.BICUBIC), rng.uniform(.2, .7))
    other = any_colour(rng) if rng.random() < .4 else shade(base.getpixel((0, 0)), rng.uniform(.6, 1.4))
    step = rng.uniform(.06, .25)
    if kind >= 9:
        part = TEXTURES[kind - 9](np.random.default_rng(rng.getrandbits(32)), w, h)[..., None]
        if rng.random() < .4:
            part = part.round()
        one, two = (np.array(colour, np.float32) for colour in (base.getpixel((0, 0)), other))
        return Image.fromarray((one + (two - one) * part).clip(0, 255).astype(np.uint8))
    if kind == 4:
        y = round(h * rng.uniform(.3, .75))
        draw_on.rectangle((0, y, w, h), fill=other)
    elif kind == 5:
        for n in range(int(1 / step) + 1):
            x = 2 * n * step * w
            draw_on.rectangle((x, 0, x + step * w, h), fill=other)
        if rng.random() < .5:
            base = base.transpose(Image.ROTATE_90).resize((w, h))
    elif kind == 6:
        for n in range(int(1 / step) + 1):
            for m in range(int(1 / step) + 1):
                if (n + m) % 2:
                    draw_on.rectangle((n * step * w, m * step * h, (n + 1) * step * w, (m + 1) * step * h), fill=other)
    elif kind == 7:
        for _ in range(rng.randint(5, 30)):
            x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(.01, .08) * w
            draw_on.ellipse((x - r, y - r, x + r, y + r), fill=other)
    else:
        for _ in range(rng.randint(3, 9)):
            points = [(rng.uniform(-.2, 1.2) * w, rng.uniform(-.2, 1.2) * h) for _ in range(rng.choice([3, 4]))]
            draw_on.polygon(points, fill=any_colour(rng))
    return base


def clutter(rng, image, most=4):
    """Shapes that are none of the things."""
    w, h = image.size
    pen = ImageDraw.Draw(image)
    for _ in range(rng.randint(0, most)):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(.03, .14) * w
        kind, fill = rng.randrange(4), any_colour(rng)
        if kind == 0:
            pen.rectangle((x - r, y - r * rng.uniform(.3, 1), x + r, y + r), fill=fill)
        elif kind == 1:
            pen.polygon([(x + rng.uniform(-r, r), y + rng.uniform(-r, r)) for _ in range(rng.choice([3, 4, 5]))], fill=fill)
        elif kind == 2:
            pen.line([(x + rng.uniform(-3, 3) * r, y + rng.uniform(-3, 3) * r) for _ in range(3)], fill=fill, width=max(1, int(r / 4)))
        else:
            pen.arc((x - r, y - r, x + r, y + r), rng.uniform(0, 360), rng.uniform(0, 360), fill=fill, width=max(1, int(r / 4)))


def fitted(rng, sprite, w, h, tilt, stretches=(.85, 1.18)):
    """The drawing turned, flipped, cut to what is drawn of it and made to fit w x h; wider by one of `stretches`."""
    if rng.random() < .5:
        sprite = sprite.transpose(Image.FLIP_LEFT_RIGHT)
    sprite = sprite.rotate(rng.gauss(0, tilt), Image.BILINEAR, expand=True)
    box = sprite.getchannel("A").point(lambda a: 255 if a > 60 else 0).getbbox()
    sprite = sprite.crop(box)
    scale = min(w / sprite.width, h / sprite.height)
    stretch = rng.uniform(*stretches)
    size = (max(4, round(sprite.width * scale * stretch ** .5)), max(4, round(sprite.height * scale / stretch ** .5)))
    return sprite.resize(size, Image.BILINEAR, reducing_gap=2.0)


def put(rng, image, sprite, x, y):
    """Pasted with its corner at (x, y), with a shadow at times."""
    x, y = round(x), round(y)
    if rng.random() < .25:
        dark = sprite.getchannel("A").point(lambda a: a * 2 // 5)
        image.paste((0, 0, 0), (x + max(1, sprite.width // 14), y + max(1, sprite.height // 14)), dark)
    image.paste(sprite, (x, y), sprite)


def weather(rng, image, jpeg=.0):
    """Light, blur, noise."""
    if rng.random() < .25:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(.3, .9) * image.width / 96))
    pixels = np.asarray(image, dtype=np.float32)
    pixels = (pixels - 128) * rng.uniform(.8, 1.15) + 128 + rng.uniform(-20, 20)
    if rng.random() < .5:
        noise = np.random.default_rng(rng.getrandbits(32))
        pixels = pixels + noise.standard_normal(pixels.shape, dtype=np.float32) * rng.uniform(1, 14)
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if rng.random() < jpeg:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=rng.randint(40, 90))
        image = Image.open(file).convert("RGB")
    return image


def overlap(a, b):
    """The part of the smaller box that the other covers."""
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    small = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return max(0, w) * max(0, h) / small if small else 1


def scene(rng, stock, w=96, h=96, most=3, background=backdrop, jpeg=.0, stretches=(.85, 1.18)):
    """(image, objects, caption): objects are (thing, colour index or -1, x0, y0, x1, y1), the box in parts of the picture."""
    image = background(rng, w, h)
    clutter(rng, image)
    groups, objects = [], []
    for _ in range(rng.choices(range(most + 1), [.04, .4, .38, .18][:most + 1])[0]):
        thing = stock.thing(rng)
        if any(g[0] == thing for g in groups):
            continue
        count = rng.choices([1, 2, 3], [.7, .2, .1])[0]
        extent = rng.uniform(SMALLEST, LARGEST if count == 1 else .38 if count == 2 else .3)
        first, colour = stock.pick(rng, thing)
        # The members of a group stand side by side or one below the other.
        upright, sprites = rng.random() < .33, []
        for n in range(count):
            drawing = first if n == 0 or rng.random() < .5 else stock.pick(rng, thing, colour)[0]
            sprite = fitted(rng, drawing, extent * w * rng.uniform(.85, 1), extent * h * rng.uniform(.85, 1), 12, stretches)
            sprites.append((sprite, (n - (count - 1) / 2) * extent * rng.uniform(.95, 1.1), rng.uniform(-.05, .05)))
        for _ in range(30):
            cx, cy = rng.uniform(extent / 2, 1 - extent / 2), rng.uniform(extent / 2, 1 - extent / 2)
            boxes = []
            for sprite, along, across in sprites:
                x0 = cx - sprite.width / w / 2 + (across if upright else along)
                y0 = cy - sprite.height / h / 2 + (along if upright else across)
                boxes.append((x0, y0, x0 + sprite.width / w, y0 + sprite.height / h))
            if any(b[0] < -.01 or b[1] < -.01 or b[2] > 1.01 or b[3] > 1.01 for b in boxes):
                continue
            if any(overlap(b, o[2:]) > .2 for b in boxes for o in objects):
                continue
            mx, my = (sum((b[i] + b[i + 2]) / 2 for b in boxes) / count for i in (0, 1))
            if not settled(mx, my):
                continue
            for (sprite, _, _), box in zip(sprites, boxes):
                put(rng, image, sprite, box[0] * w, box[1] * h)
                objects.append((thing, PALETTE.index(colour) if colour else -1, *box))
            groups.append((thing, colour, count, mx, my))
            break
    if rng.random() < .3 and objects:
        occlude(rng, image, objects, w, h)
    groups.sort(key=lambda g: (round(g[3] * 3), g[4]))
    return weather(rng, image, jpeg), objects, caption(groups)


def settled(x, y, margin=.025):
    """No place near the border of two places: what is said of it shall be plain."""
    return len({place(x + dx, y + dy) for dx in (-margin, margin) for dy in (-margin, margin)}) == 1


def occlude(rng, image, objects, w, h):
    """A bar or a shape over a corner of one thing."""
    _, _, x0, y0, x1, y1 = rng.choice(objects)
    cx, cy = rng.choice((x0, x1)) * w, rng.choice((y0, y1)) * h
    r = .22 * min((x1 - x0) * w, (y1 - y0) * h) * rng.uniform(.6, 1.3)
    pen = ImageDraw.Draw(image)
    (pen.ellipse if rng.random() < .5 else pen.rectangle)((cx - r, cy - r, cx + r, cy + r), fill=any_colour(rng))


def single(rng, stock, w=64, h=64, background=backdrop, jpeg=.0, stretches=(.85, 1.18)):
    """(image, thing): one thing that takes most of the picture."""
    image = background(rng, w, h)
    clutter(rng, image, 3)
    thing = stock.thing(rng)
    sprite, _ = stock.pick(rng, thing)
    extent = rng.uniform(.45, 1)
    sprite = fitted(rng, sprite, extent * w, extent * h, 18, stretches)
    put(rng, image, sprite, rng.uniform(-.06, 1.06) * (w - sprite.width), rng.uniform(-.06, 1.06) * (h - sprite.height))
    if rng.random() < .3:
        pen = ImageDraw.Draw(image)
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(.05, .16) * w
        (pen.ellipse if rng.random() < .5 else pen.rectangle)((x - r, y - r, x + r, y + r), fill=any_colour(rng))
    return weather(rng, image, jpeg), thing
