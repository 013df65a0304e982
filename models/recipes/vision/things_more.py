"""More drawings for training: shapes that differ from those of `things.py` as a new one would, so that a thing is more than two outlines.

The held-out pictures draw from `things.py` and `things_held.py` alone, so they stay what they were.
"""
import math

from .pen import any_colour, bent, colour, shade, smooth, turned
from .things import BLACK, DRAWINGS, WHITE, face, flowers, hands, octagon, write

GLASSES = [(170, 215, 240), (60, 75, 90), (200, 225, 235)]


def banana_upright(pen, rng, c):
    thick = rng.uniform(.35, .6)
    outer, inner = bent(.75, .9, 100, 265, x=.45), bent(.75 - thick, .82, 265, 100, x=.4)
    pen.polygon(outer + inner, c)
    for place in (outer[0], outer[-1]):
        pen.oval(*place, .08, .08, shade(c, rng.uniform(.3, .6)), False)
    for _ in range(rng.choice([0, 5])):
        t = math.radians(rng.uniform(110, 255))
        r = .75 - thick / 2
        pen.oval(.45 + r * math.cos(t), .85 * math.sin(t), .04, .03, shade(c, .5), False)


def apple_round(pen, rng, c):
    pen.oval(0, .12, .9, rng.uniform(.75, .84), c)
    pen.pie(0, -.72, .3, 20, 160, shade(c, .7))
    pen.stroke([(0, -.55), (rng.uniform(-.2, .2), -.97)], rng.uniform(.06, .12), (85, 55, 30))
    if rng.random() < .4:
        pen.oval(.3, -.82, .24, .1, (70, 150, 60), False)
    if rng.random() < .5:
        pen.oval(-.4, -.15, .2, .28, shade(c, 1.3), False)


def apple_half(pen, rng, c):
    shape = smooth([(0, -.6), (.45, -.75), (.92, -.25), (.75, .5), (.3, .92), (-.3, .92), (-.75, .5), (-.92, -.25), (-.45, -.75), (0, -.6)])
    pen.polygon(shape, c)
    pen.polygon([(x * .86, y * .86 + .02) for x, y in shape], (250, 243, 215), False)
    pen.oval(0, .1, .22, .32, (230, 215, 165), False)
    for s in (-1, 1):
        pen.oval(.09 * s, .12, .05, .1, (70, 40, 20), False)
    pen.stroke([(0, -.6), (.06, -.95)], .07, (90, 60, 30))


def pizza_cut(pen, rng, c):
    """A round one with slices gone."""
    start = rng.uniform(0, 360)
    end = start + rng.uniform(225, 320)
    pen.pie(0, 0, .97, start, end, rng.choice([(200, 140, 70), (185, 120, 55), (215, 160, 90)]))
    pen.pie(0, 0, .82, start, end, rng.choice([(245, 205, 95), (240, 190, 80), (225, 110, 60)]))
    for _ in range(rng.randint(7, 12)):
        t, r = math.radians(rng.uniform(start + 10, end - 10)), rng.uniform(.25, .7)
        pen.oval(r * math.cos(t), r * math.sin(t), .11, .11, rng.choice([(180, 45, 35), (180, 45, 35), (70, 120, 50), (245, 235, 205)]), False)


def pizza_pan(pen, rng, c):
    crust = rng.choice([(200, 140, 70), (185, 120, 55)])
    pen.box(-.95, -.75, .95, .75, crust, .08)
    pen.box(-.83, -.63, .83, .63, (245, 200, 95), .04, False)
    for k in range(4):
        for m in range(3):
            pen.oval(-.6 + .4 * k + rng.uniform(-.06, .06), -.4 + .4 * m + rng.uniform(-.06, .06), .12, .12, rng.choice([(180, 45, 35), (190, 50, 40), (80, 130, 60)]), False)


def umbrella_beach(pen, rng, c):
    pen.stroke([(0, -.5), (0, .97)], .07, rng.choice([(200, 180, 150), WHITE, (90, 70, 50)]))
    top, wide, low = -.9, .97, rng.uniform(-.15, .15)
    n = rng.choice([4, 5, 6])
    xs = [-wide + 2 * wide * k / n for k in range(n + 1)]
    for k in range(n):
        pen.polygon(smooth([(0, top), (xs[k] * .8, (top + low) / 2 - .12), (xs[k], low)], 1) + [(xs[k + 1], low)] +
                    smooth([(xs[k + 1], low), (xs[k + 1] * .8, (top + low) / 2 - .12), (0, top)], 1), c if k % 2 == 0 or rng.random() < .5 else shade(c, .75), False)


def umbrella_side(pen, rng, c):
    """Held to a side, seen a little from below."""
    pen.stroke([(.1, -.2), (.55, .95)], .07, shade(any_colour(rng), .4))
    pen.polygon(bent(.95, rng.uniform(.6, .8), 160, 350, x=-.02, y=-.05), c)
    pen.polygon(bent(.93, .2, 0, 360, x=0, y=-.08), shade(c, .6))
    pen.stroke([(-.15, -.75), (-.2, -.95)], .07, shade(c, .4))


def clock_mantel(pen, rng, c):
    pen.polygon(bent(.8, .85, 180, 360, y=-.1) + [(.8, .75), (-.8, .75)], c)
    pen.box(-.95, .75, .95, .95, shade(c, .7))
    pen.oval(0, -.05, .58, .58, shade(WHITE, rng.uniform(.9, 1)), False)
    hands(pen, rng, BLACK, .52)


def clock_hung(pen, rng, c):
    """With a frame of corners, and a face that may be dark."""
    n = rng.choice([5, 6, 8, 12])
    pen.polygon(octagon(.98, n), c)
    is_dark = rng.random() < .3
    pen.polygon(octagon(.8, n), (30, 32, 40) if is_dark else shade(WHITE, rng.uniform(.88, 1)), False)
    hands(pen, rng, WHITE if is_dark else BLACK, .66)


def stop_sign_close(pen, rng, c):
    pen.polygon(octagon(rng.uniform(.98, 1.05)), rng.choice([WHITE, WHITE, shade(c, .5)]))
    pen.polygon(octagon(rng.uniform(.86, .93)), c, False)
    high = rng.uniform(.2, .4)
    write(pen, "STOP", -.8, .8, -high, high, rng.uniform(.09, .14), shade(WHITE, rng.uniform(.9, 1)))


def cup_bowl(pen, rng, c):
    deep, wide = rng.uniform(.8, 1.2), rng.uniform(.6, .78)
    pen.ring(wide - .05, -.2, .26, .3, .12, shade(c, .9))
    pen.polygon(bent(wide, deep, 0, 180, y=-.45, x=-.1), c)
    pen.oval(-.1, -.45, wide, rng.uniform(.1, .2), shade(c, .7))
    if rng.random() < .6:
        pen.oval(-.1, -.44, wide * .85, .1, rng.choice([(90, 50, 25), (160, 95, 40), (235, 225, 205)]), False)
    if rng.random() < .6:
        pen.box(-.4, deep - .6, .2, deep - .5, shade(c, .8))


def cup_steaming(pen, rng, c):
    pen.ring(-.6, .3, .3, .3, .12, c)
    pen.polygon([(-.6, -.2), (.75, -.2), (.6, .75), (.45, .85), (-.3, .85), (-.45, .75)], c)
    for x in (-.2, .1, .4):
        pen.stroke(smooth([(x, -.35), (x + .1, -.5), (x - .1, -.7), (x, -.9)]), .04, (225, 225, 225))


def vase_amphora(pen, rng, c):
    belly = rng.uniform(.45, .62)
    for s in (-1, 1):
        pen.ring(.3 * s, -.4, .28, .35, .08, shade(c, .85))
    pen.polygon(turned(smooth([(.3, -.92), (.18, -.7), (.2, -.4), (belly, 0), (belly * .8, .5), (.2, .85)]) + [(.34, .97)]), c)
    for y in (-.05, .12)[:rng.choice([0, 2])]:
        pen.stroke([(-belly * .85, y), (belly * .85, y)], .05, rng.choice([shade(c, .5), WHITE]))


def vase_square(pen, rng, c):
    flowers(pen, rng)
    low = rng.uniform(.25, .55)
    pen.polygon([(-.5, -.3), (.5, -.3), (low, .97), (-low, .97)], c)
    pen.box(-.56, -.38, .56, -.24, shade(c, .85))


def teddy_sitting(pen, rng, c):
    light = shade(c, 1.35)
    pen.oval(0, .4, .58, .5, c)
    pen.oval(0, .45, .34, .32, light, False)
    for s in (-1, 1):
        pen.polygon(bent(.32, .18, 0, 360, x=.66 * s, y=.1 + rng.uniform(-.15, .1)), c)
        pen.oval(.62 * s, .8, .3, .17, c)
        pen.oval(.82 * s, .8, .1, .12, light, False)
        pen.oval(.4 * s, -.72, .2, .2, shade(c, .85))
    face(pen, rng, c, light, -.42, rng.uniform(.4, .5))


def teddy_standing(pen, rng, c):
    light = shade(c, 1.3)
    up = rng.uniform(-.25, .3)
    for s in (-1, 1):
        pen.stroke([(.35 * s, .1), (.78 * s, .1 + up)], .26, c)
        pen.stroke([(.25 * s, .6), (.32 * s, .84)], .28, c)
        pen.oval(.33 * s, -.82, .16, .16, c)
        pen.oval(.33 * s, -.82, .08, .08, light, False)
    pen.oval(0, .25, .45, .48, c)
    if rng.random() < .5:
        pen.oval(0, .3, .25, .28, light, False)
    if rng.random() < .4:
        pen.polygon([(0, -.08), (.3, -.2), (.3, .06), (-.3, -.2), (-.3, .06)], any_colour(rng))
    face(pen, rng, c, light, -.46, .42)


def bottle_flask(pen, rng, c):
    w, low = rng.uniform(.45, .62), rng.uniform(-.4, -.1)
    pen.box(-.13, -.93, .13, low + .2, c)
    pen.polygon(turned(smooth([(.13, low), (w, low + .3), (w, .6), (w * .85, .97)])), c)
    pen.box(-.16, -.98, .16, -.82, rng.choice([shade(c, .4), (190, 150, 60), (150, 110, 70)]))
    if rng.random() < .7:
        pen.box(-w * .7, .2, w * .7, .7, shade((240, 230, 205), rng.uniform(.9, 1)), rng.choice([0, .1]), False)


def bottle_square(pen, rng, c):
    w = rng.uniform(.28, .45)
    pen.box(-.11, -.95, .11, -.3, c)
    pen.box(-w, -.4, w, .97, c, rng.choice([.03, .1]))
    pen.box(-.15, -.98, .15, -.8, rng.choice([shade(c, .4), BLACK, (200, 200, 205)]))
    pen.box(-w * .8, 0, w * .8, .6, rng.choice([WHITE, (235, 225, 190), shade(c, 1.4)]), 0, False)


def bus_front(pen, rng, c):
    pen.box(-.75, -.95, .75, .75, c, .1)
    pen.box(-.62, -.65, .62, .05, rng.choice(GLASSES), .04, False)
    pen.box(-.5, -.88, .5, -.74, rng.choice([BLACK, WHITE, (250, 200, 60)]), 0, False)
    for s in (-1, 1):
        pen.oval(.5 * s, .42, .13, .13, (255, 245, 190))
        pen.box(.45 * s - .14, .75, .45 * s + .14, .97, (25, 25, 28))
    pen.box(-.25, .3, .25, .55, shade(c, .5), 0, False)


def bus_nosed(pen, rng, c):
    """With an engine before it, and a roof that is round or not."""
    nose = rng.uniform(.5, .75)
    pen.polygon([(-.97, -.6), (nose, -.65), (nose, -.1), (.97, .02), (.97, .48), (-.97, .48)], c)
    glass, n = rng.choice(GLASSES), rng.choice([3, 4, 5])
    for k in range(n):
        x = -.88 + (nose + .7) * k / n
        pen.box(x, -.45, x + (nose + .45) / n, -.08, glass, .02, False)
    pen.stroke([(-.95, .12), (.95, .12)], .05, rng.choice([BLACK, shade(c, .6)]))
    for x in (-.6, .6):
        pen.oval(x, .48, .21, .21, (25, 25, 28))
        pen.oval(x, .48, .1, .1, (175, 175, 180), False)


def airplane_side(pen, rng, c):
    wing = shade(c, rng.uniform(.65, .85))
    tail = rng.uniform(.5, .8)
    pen.polygon([(-.55, -.05), (-.9, -tail), (-.72, -tail), (-.3, -.08)], wing)
    pen.polygon(smooth([(-.95, -.05), (-.5, -.14), (.7, -.16), (.97, .03), (.7, .14), (-.4, .16), (-.95, -.05)], 2), c)
    pen.polygon([(.2, .02), (-.2, .5), (-.38, .5), (-.12, .02)], wing)
    pen.oval(.0, .3, .16, .08, shade(wing, .8))
    if rng.random() < .5:
        pen.stroke([(-.5, -.02), (.6, -.03)], .045, (60, 80, 110))
    else:
        pen.polygon([(.68, -.12), (.82, -.1), (.8, -.02), (.66, -.03)], (60, 80, 110), False)


def airplane_front(pen, rng, c):
    wing = shade(c, .8)
    pen.polygon([(-.98, -.1), (-.1, .1), (.1, .1), (.98, -.1), (.98, -.02), (.1, .28), (-.1, .28), (-.98, -.02)], wing)
    pen.polygon([(-.04, -.75), (.04, -.75), (.08, -.1), (-.08, -.1)], wing)
    pen.oval(0, .1, .26, .27, c)
    pen.polygon([(-.16, .02), (.16, .02), (.12, .12), (-.12, .12)], (60, 80, 110), False)
    for s in (-1, 1):
        pen.oval(.48 * s, .2, .12, .12, shade(c, .65))


def airplane_banking(pen, rng, c):
    """From behind a corner, with swept wings of different lengths."""
    wing = shade(c, .78)
    pen.polygon([(.15, 0), (-.35, -.62), (-.5, -.6), (-.15, .02)], wing)
    pen.polygon([(-.7, .05), (-.93, -.35), (-.8, -.38), (-.5, .02)], wing)
    pen.polygon(smooth([(-.95, .1), (-.6, -.02), (.55, -.14), (.95, -.06), (.6, .12), (-.6, .18), (-.95, .1)], 2), c)
    pen.polygon([(.2, .06), (.25, .8), (.05, .85), (-.15, .1)], shade(c, .9))
    for k in range(rng.choice([0, 7])):
        pen.oval(-.4 + .13 * k, .03 - .012 * k, .025, .025, (50, 70, 100), False)


def boat_one(pen, rng, c):
    hull = rng.choice([(120, 75, 40), (150, 40, 40), (40, 60, 110), (60, 60, 60), any_colour(rng)])
    x = rng.uniform(-.3, .2)
    pen.stroke([(x, -.97), (x, .5)], .06, (80, 60, 40))
    pen.polygon([(x + .06, -.9), (.9, .35), (x + .06, .35)], c)
    if rng.random() < .4:
        pen.polygon([(x, -.97), (x - .3, -.88), (x, -.8)], any_colour(rng))
    pen.polygon([(-.97, .48), (.97, .48), (.7, .9), (-.6, .9)], hull)


def boat_curved(pen, rng, c):
    hull = rng.choice([(110, 70, 35), (130, 40, 40), (235, 235, 235), any_colour(rng)])
    pen.stroke([(-.05, -.95), (-.05, .5)], .05, (70, 50, 30))
    pen.polygon(smooth([(-.12, -.85), (-.5, -.2), (-.85, .3), (-.12, .3)], 2) + [(-.12, -.85)], shade(c, rng.uniform(.8, 1)))
    pen.polygon(smooth([(.02, -.92), (.55, -.35), (.7, .35), (.02, .25)], 2) + [(.02, -.92)], c)
    pen.polygon(bent(.95, .5, 0, 180, y=.42), hull)


def phone_bare(pen, rng, c):
    """Screen to its edges, in rounded corners."""
    w = rng.uniform(.42, .55)
    pen.box(-w, -.97, w, .97, c, .18)
    screen = rng.choice([(40, 60, 110), (60, 110, 180), (90, 160, 220), (30, 110, 110), any_colour(rng)])
    pen.box(-w + .05, -.91, w - .05, .91, screen, .14, False)
    pen.oval(0, -.82, .05, .05, BLACK, False)
    if rng.random() < .6:
        for y in (-.5, -.25, 0):
            pen.stroke([(-.3, y), (rng.uniform(0, .3), y)], .07, shade(screen, rng.choice([.5, 1.6])))


def phone_back(pen, rng, c):
    pen.box(-.48, -.96, .48, .96, c, .13)
    pen.box(-.4, -.88, -.02, -.45, shade(c, .7), .06)
    for y in (-.77, -.56):
        pen.oval(-.21, y, .09, .09, (20, 20, 25))
    pen.oval(0, .1, .12, .12, shade(c, .6) if sum(c) > 200 else (130, 130, 130), False)


def broccoli_leafy(pen, rng, c):
    g = shade(colour(rng, "green"), rng.uniform(.6, .85))
    pen.polygon(smooth([(-.25, .1), (-.2, .6), (-.3, .97), (.3, .97), (.2, .6), (.25, .1)], 2), (170, 205, 120))
    for row, (y, n, r) in enumerate(((-.05, 5, .28), (-.35, 4, .3), (-.62, 3, .27))):
        for k in range(n):
            pen.oval((k - (n - 1) / 2) * .38, y + rng.uniform(-.05, .05), r, r * .85, shade(g, rng.uniform(.8, 1.15)))


def wine_glass_wide(pen, rng, c):
    glass = (210, 224, 236)
    wine = rng.choice([(130, 20, 45), (235, 215, 120), (230, 140, 150)])
    wide = rng.uniform(.5, .75)
    pen.polygon(bent(wide, rng.uniform(.6, .95), 0, 180, y=-.85), glass)
    pen.polygon(bent(wide * .88, .5, 0, 180, y=-.6), wine, False)
    pen.box(-.05, -.2, .05, .88, glass)
    pen.oval(0, .88, .42, .1, glass)


def laptop_side(pen, rng, c):
    lean = rng.uniform(-.2, .2)
    pen.polygon([(-.65 + lean, -.8), (.65 + lean, -.8), (.72, .3), (-.72, .3)], c)
    screen = rng.choice([(60, 110, 180), (30, 35, 45), (235, 240, 245), any_colour(rng)])
    pen.polygon([(-.56 + lean, -.7), (.56 + lean, -.7), (.62, .2), (-.62, .2)], screen, False)
    pen.polygon([(-.72, .32), (.72, .32), (.9, .8), (-.9, .8)], shade(c, .8))
    for k in range(3):
        pen.stroke([(-.6 - .05 * k, .42 + .1 * k), (.6 + .05 * k, .42 + .1 * k)], .05, shade(c, .4))


def ball_spots(pen, rng, c):
    dark = rng.choice([BLACK, (30, 40, 90), (150, 30, 30)])
    pen.oval(0, 0, .96, .96, c)
    for x, y, r in ((0, 0, .26), (-.7, -.35, .2), (.7, -.35, .2), (-.45, .65, .2), (.45, .65, .2), (0, -.8, .18)):
        pen.polygon([(x + r * px, y + r * py) for px, py in octagon(1, rng.choice([5, 6]))], dark, False)
        pen.stroke([(x * .3, y * .3), (x * .8, y * .8)], .04, dark)


MORE = {
    "banana": [banana_upright], "apple": [apple_round, apple_half], "pizza": [pizza_cut, pizza_cut, pizza_pan],
    "umbrella": [umbrella_beach, umbrella_side], "clock": [clock_mantel, clock_hung], "stop sign": [stop_sign_close],
    "cup": [cup_bowl, cup_bowl, cup_steaming], "vase": [vase_amphora, vase_square], "teddy bear": [teddy_sitting, teddy_standing],
    "bottle": [bottle_flask, bottle_flask, bottle_square], "bus": [bus_front, bus_nosed], "airplane": [airplane_side, airplane_front, airplane_banking],
    "boat": [boat_one, boat_curved], "phone": [phone_bare, phone_back], "broccoli": [broccoli_leafy], "wine glass": [wine_glass_wide],
    "laptop": [laptop_side], "ball": [ball_spots],
}
EVERY = {name: rows + MORE.get(name, []) for name, rows in DRAWINGS.items()}
