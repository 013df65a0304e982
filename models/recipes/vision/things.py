"""How each thing can be drawn for training: a list of drawings for every name, each with many free measures."""
import math

from .pen import Pen, any_colour, bent, colour, shade, smooth, turned

WHITE, BLACK = (245, 245, 242), (25, 25, 28)


def banana(pen, rng, c):
    a = rng.uniform(.28, .45)
    outer = bent(.95, .8, 20, 160, y=-.3)
    inner = bent(.9, .8 - a * 1.3, 160, 20, y=-.32)
    pen.polygon(outer + inner, c)
    pen.stroke([outer[0], (outer[0][0] + .03, outer[0][1] - .16)], .1, shade(c, .5))
    if rng.random() < .6:
        pen.stroke(bent(.88, .8 - a * .5, 35, 145, y=-.3), .03, shade(c, .75))


def bananas(pen, rng, c):
    for n in range(rng.choice([2, 3])):
        w = .8 - .22 * n
        pen.polygon(bent(w + .1, .85, 15, 155, y=-.35) + bent(w, .45 - .05 * n, 155, 15, y=-.33), shade(c, 1 - .1 * n))
    pen.stroke([(.85, -.2), (.92, -.45)], .12, shade(c, .45))


def citrus(pen, rng, c):
    pen.oval(0, 0, .95, rng.uniform(.85, .95), c)
    for _ in range(rng.choice([0, 20, 40])):
        t, r = rng.uniform(0, 6.3), rng.uniform(0, .8)
        pen.oval(r * math.cos(t), r * math.sin(t), .02, .02, shade(c, .82), False)
    if rng.random() < .5:
        pen.oval(-.3, -.35, .22, .16, shade(c, 1.35), False)
    pen.oval(.02, -.78, .07, .05, (70, 110, 40), False)
    if rng.random() < .6:
        pen.polygon(smooth([(.02, -.8), (.3, -1), (.6, -.85), (.3, -.72), (.02, -.8)]), (50, 140, 50))


def citrus_half(pen, rng, c):
    pen.oval(0, 0, .95, .95, c)
    pen.oval(0, 0, .84, .84, (255, 235, 190))
    n = rng.choice([8, 9, 10])
    for k in range(n):
        pen.pie(0, 0, .77, 360 * k / n + 3, 360 * (k + 1) / n - 3, shade(c, 1.15))


def apple(pen, rng, c):
    w = rng.uniform(.42, .52)
    body = smooth([(0, -.5), (w, -.72), (.95, -.3), (.85, .4), (.4, .95), (0, .82), (-.4, .95), (-.85, .4), (-.95, -.3), (-w, -.72), (0, -.5)])
    pen.polygon(body, c)
    if rng.random() < .6:
        pen.oval(-.45, -.25, .14, .24, shade(c, 1.45), False)
    pen.stroke([(0, -.5), (rng.uniform(-.05, .15), -.95)], .08, (90, 60, 30))
    if rng.random() < .6:
        pen.polygon(smooth([(.08, -.7), (.3, -1), (.65, -.9), (.4, -.65), (.08, -.7)]), (60, 150, 60))


def apple_bitten(pen, rng, c):
    pen.polygon(smooth([(0, -.55), (.5, -.7), (.9, -.2), (.7, .6), (.25, .9), (-.25, .9), (-.7, .6), (-.9, -.2), (-.5, -.7), (0, -.55)]), c)
    pen.oval(.85, -.05, .3, .32, (255, 240, 205), False)
    pen.stroke([(0, -.55), (.08, -.95)], .08, (90, 60, 30))


def broccoli(pen, rng, c):
    g, stem = colour(rng, "green"), (150, 190, 100)
    g = shade(g, .8)
    pen.polygon([(-.2, 0), (.2, 0), (.26, .95), (-.26, .95)], stem)
    pen.polygon([(-.1, .4), (-.55, -.1), (-.4, -.15), (0, .2)], stem)
    pen.polygon([(.1, .4), (.55, -.1), (.4, -.15), (0, .2)], stem)
    for _ in range(rng.randint(9, 14)):
        t = rng.uniform(0, 6.3)
        r = rng.uniform(.2, .32)
        x, y = .58 * math.cos(t), -.38 + .32 * math.sin(t)
        pen.oval(x, y, r, r * .9, shade(g, rng.uniform(.75, 1.15)))
    for _ in range(40):
        t, r = rng.uniform(0, 6.3), rng.random() ** .5
        pen.oval(.75 * r * math.cos(t), -.4 + .45 * r * math.sin(t), .04, .04, shade(g, rng.uniform(.6, 1.3)), False)


def broccoli_plain(pen, rng, c):
    g = shade(colour(rng, "green"), .75)
    pen.box(-.2, -.1, .2, .95, (165, 200, 110), .1)
    for x, y, r in ((-.55, -.2, .4), (.55, -.2, .4), (0, -.5, .48), (-.3, -.4, .4), (.3, -.4, .4), (0, -.1, .38)):
        pen.oval(x, y, r, r, shade(g, rng.uniform(.85, 1.15)))


def pizza(pen, rng, c):
    cheese, crust = (245, 205, 95), (200, 140, 70)
    pen.oval(0, 0, .97, .97, crust)
    pen.oval(0, 0, .83, .83, (200, 60, 35) if rng.random() < .5 else cheese, False)
    pen.oval(0, 0, .78, .78, cheese, False)
    for _ in range(rng.randint(7, 11)):
        t, r = rng.uniform(0, 6.3), .65 * rng.random() ** .5
        pen.oval(r * math.cos(t), r * math.sin(t), .14, .14, (185, 40, 30))
    for _ in range(rng.choice([0, 8])):
        t, r = rng.uniform(0, 6.3), .65 * rng.random() ** .5
        pen.oval(r * math.cos(t), r * math.sin(t), .09, .04, (60, 120, 50), False)
    if rng.random() < .6:
        for k in range(4):
            x, y = .95 * math.cos(k * math.pi / 4), .95 * math.sin(k * math.pi / 4)
            pen.stroke([(x, y), (-x, -y)], .025, shade(crust, .7))


def slice_of_pizza(pen, rng, c):
    w = rng.uniform(.55, .8)
    pen.polygon([(0, .95), (-w, -.55), (w, -.55)], (245, 205, 95))
    pen.box(-w - .12, -.85, w + .12, -.5, (200, 140, 70), .12)
    for x, y in ((-.3, -.2), (.25, -.25), (0, .15), (.05, .5)):
        pen.oval(x + rng.uniform(-.06, .06), y, .14, .14, (190, 45, 30))


def umbrella(pen, rng, c):
    h = rng.uniform(.75, 1)
    pen.stroke([(0, -.2), (0, .72)], .07, shade(any_colour(rng), .4))
    pen.ring(.15, .72, .18, .2, .08, shade(any_colour(rng), .4), 0, 180)
    n = rng.choice([3, 4, 5])
    lower = []
    for k in range(n):
        x0, x1 = .97 - 1.94 * k / n, .97 - 1.94 * (k + 1) / n
        lower += bent((x0 - x1) / 2, .13, 0, -180, 8, (x0 + x1) / 2, .12)
    pen.polygon(bent(.97, h, 180, 360, y=.1) + lower, c)
    if rng.random() < .7:
        for k in range(1, n):
            x = -.97 + 1.94 * k / n
            pen.stroke(smooth([(x, .05), (x * .75, -.5), (0, .1 - h)]), .02, shade(c, .65))
    pen.stroke([(0, .1 - h), (0, 0 - h)], .06, shade(c, .4))


def umbrella_striped(pen, rng, c):
    pen.stroke([(0, 0), (0, .95)], .06, (90, 70, 50))
    second = WHITE if rng.random() < .5 else shade(c, .6)
    for k in range(6):
        a = 180 + 30 * k
        pen.polygon([(0, -.9)] + bent(.97, .98, a, a + 30, 6, y=.1), c if k % 2 == 0 else second, False)
    pen.stroke([(0, -.88), (0, -.98)], .06, (60, 60, 60))


def clock(pen, rng, c):
    face = shade(WHITE, rng.uniform(.9, 1))
    pen.oval(0, 0, .96, .96, c)
    pen.oval(0, 0, rng.uniform(.74, .84), rng.uniform(.74, .84), face, False)
    hands(pen, rng, BLACK)


def hands(pen, rng, ink, r=.7):
    ticks = rng.choice([4, 12, 12])
    for k in range(ticks):
        x, y = math.cos(6.2832 * k / ticks), math.sin(6.2832 * k / ticks)
        pen.stroke([(r * x, r * y), (r * .85 * x, r * .85 * y)], .05, ink)
    for length, width in ((r * .55, .09), (r * .8, .06)):
        t = rng.uniform(0, 6.3)
        pen.stroke([(0, 0), (length * math.cos(t), length * math.sin(t))], width, ink)
    pen.oval(0, 0, .06, .06, ink, False)


def clock_alarm(pen, rng, c):
    for s in (-1, 1):
        pen.oval(.55 * s, -.72, .26, .22, shade(c, .8))
        pen.stroke([(.45 * s, .6), (.65 * s, .93)], .13, shade(c, .6))
    pen.oval(0, 0, .86, .86, c)
    pen.oval(0, 0, .7, .7, shade(WHITE, .97), False)
    hands(pen, rng, BLACK, .6)


def traffic_light(pen, rng, c):
    w = rng.uniform(.34, .44)
    body = rng.choice([(35, 35, 38), (60, 62, 60), (225, 180, 30), (40, 70, 50)])
    pen.box(-w, -.97, w, .97, body, rng.choice([.02, .12]))
    lit = rng.choice([0, 1, 2, 3])
    for n, (y, light) in enumerate(((-.62, (235, 40, 35)), (0, (250, 190, 40)), (.62, (50, 200, 90)))):
        pen.oval(0, y, .26, .26, light if lit in (n, 3) else shade(light, .45))
        if rng.random() < .4:
            pen.ring(0, y, .3, .3, .05, (15, 15, 15), 180, 360)


def traffic_light_pole(pen, rng, c):
    pen.box(-.06, .3, .06, .99, (110, 110, 115))
    pen.box(-.33, -.98, .33, .5, (30, 32, 32), .08)
    for n, (y, light) in enumerate(((-.72, (240, 50, 40)), (-.25, (250, 200, 50)), (.22, (60, 210, 100)))):
        pen.oval(0, y, .2, .2, light)


STROKES = {"S": [[(.9, .1), (.5, 0), (.1, .15), (.2, .45), (.8, .55), (.9, .85), (.5, 1), (.1, .9)]], "T": [[(0, 0), (1, 0)], [(.5, 0), (.5, 1)]],
           "O": [[(.5, 0), (.1, .2), (.1, .8), (.5, 1), (.9, .8), (.9, .2), (.5, 0)]], "P": [[(.15, 1), (.15, 0), (.8, .05), (.9, .3), (.7, .52), (.15, .55)]]}


def write(pen, text, x0, x1, y0, y1, width, ink):
    step = (x1 - x0) / len(text)
    for n, letter in enumerate(text):
        for line in STROKES[letter]:
            pen.stroke([(x0 + (n + .12 + .76 * x) * step, y0 + y * (y1 - y0)) for x, y in line], width, ink)


def octagon(r, n=8):
    return [(r * math.cos(math.pi * (2 * k + 1) / n), r * math.sin(math.pi * (2 * k + 1) / n)) for k in range(n)]


def stop_sign(pen, rng, c):
    pen.polygon(octagon(1.02), WHITE)
    pen.polygon(octagon(rng.uniform(.9, .96)), c, False)
    write(pen, "STOP", -.75, .75, -.28, .28, rng.uniform(.07, .1), WHITE)


def stop_sign_post(pen, rng, c):
    pen.box(-.06, .2, .06, .99, (130, 130, 130))
    points = [(x * .72, y * .72 - .27) for x, y in octagon(1)]
    pen.polygon(points, WHITE)
    pen.polygon([(x * .65, y * .65 - .27) for x, y in octagon(1)], c, False)
    write(pen, "STOP", -.54, .54, -.46, -.07, .07, WHITE)


def cup(pen, rng, c):
    low = rng.uniform(.4, .6)
    pen.ring(.55, .05, .38, rng.uniform(.35, .45), .14, shade(c, .85))
    pen.polygon([(-.75, -.7), (.6, -.7), (low, .85), (-low - .12, .85)], c)
    pen.oval(-.075, -.7, .675, .16, shade(c, .75))
    if rng.random() < .6:
        pen.oval(-.075, -.68, .58, .11, (80, 45, 25), False)
    if rng.random() < .4:
        pen.box(-.62, -.1, .48, .15, rng.choice([WHITE, shade(c, .6)]), 0, False)


def cup_mug(pen, rng, c):
    pen.ring(.55, 0, .36, .42, .16, c)
    pen.box(-.8, -.85, .55, .9, c, .12)
    pen.box(-.8, -.85, .55, -.7, shade(c, .75), .05)
    if rng.random() < .5:
        pen.oval(-.12, .08, .3, .3, rng.choice([WHITE, shade(c, .6), any_colour(rng)]), False)


def ball(pen, rng, c):
    dark = rng.choice([BLACK, BLACK, (30, 40, 90)])
    pen.oval(0, 0, .95, .95, c)
    turn = rng.uniform(0, 6.3)
    pen.polygon([(.3 * math.cos(turn + 1.2566 * k), .3 * math.sin(turn + 1.2566 * k)) for k in range(5)], dark, False)
    for k in range(5):
        t = turn + 1.2566 * k
        pen.stroke([(.3 * math.cos(t), .3 * math.sin(t)), (.65 * math.cos(t), .65 * math.sin(t))], .035, dark)
        pen.polygon([(.62 * math.cos(t), .62 * math.sin(t)), (.88 * math.cos(t - .28), .88 * math.sin(t - .28)), (.93 * math.cos(t), .93 * math.sin(t)),
                     (.88 * math.cos(t + .28), .88 * math.sin(t + .28))], dark, False)
    if not pen.line:
        pen.ring(0, 0, .95, .95, .03, shade(c, .6))


def ball_seams(pen, rng, c):
    dark = shade(c, .25)
    pen.oval(0, 0, .95, .95, c)
    pen.stroke([(-.93, 0), (.93, 0)], .045, dark)
    pen.stroke([(0, -.93), (0, .93)], .045, dark)
    pen.stroke(bent(.5, .85, -80, 80, x=-.88), .045, dark)
    pen.stroke(bent(.5, .85, 100, 260, x=.88), .045, dark)
    pen.ring(0, 0, .95, .95, .04, dark)


def wine_glass(pen, rng, c):
    glass = shade((215, 228, 238), rng.uniform(.88, 1.02))
    wine = rng.choice([(130, 20, 45), (150, 30, 50), (235, 215, 120), (230, 140, 150)])
    w = rng.uniform(.4, .55)
    bowl = smooth([(w * .8, -.95), (w, -.5), (w * .75, -.05), (.06, .12)])
    pen.polygon(bowl + [(-x, y) for x, y in reversed(bowl)], glass)
    fill = [(x * .9, y) for x, y in bowl if y > rng.uniform(-.65, -.4)]
    pen.polygon(fill + [(-x, y) for x, y in reversed(fill)], wine, False)
    pen.box(-.045, .08, .045, .85, glass)
    pen.oval(0, .88, .4, .09, glass)
    if rng.random() < .5:
        pen.stroke([(-w * .6, -.8), (-w * .7, -.5)], .05, (255, 255, 255))


def wine_glass_flute(pen, rng, c):
    glass = (210, 222, 235)
    wine = rng.choice([(240, 215, 110), (140, 25, 50)])
    pen.polygon([(-.45, -.95), (.45, -.95), (.06, .15), (-.06, .15)], glass)
    pen.polygon([(-.32, -.6), (.32, -.6), (.05, .1), (-.05, .1)], wine, False)
    pen.box(-.045, .1, .045, .85, glass)
    pen.oval(0, .88, .42, .08, glass)


def laptop(pen, rng, c):
    screen = rng.choice([(60, 110, 180), (30, 35, 45), (120, 170, 220), (240, 240, 240), any_colour(rng)])
    pen.box(-.72, -.75, .72, .3, c, .06)
    pen.box(-.63, -.66, .63, .2, screen, 0, False)
    for _ in range(rng.choice([0, 3])):
        y = rng.uniform(-.5, .1)
        pen.stroke([(-.5, y), (rng.uniform(-.2, .5), y)], .04, shade(screen, rng.choice([.5, 1.5])))
    pen.polygon([(-.72, .32), (.72, .32), (.97, .7), (-.97, .7)], shade(c, .85))
    pen.polygon([(-.62, .37), (.62, .37), (.72, .52), (-.72, .52)], shade(c, .45), False)
    pen.polygon([(-.18, .56), (.18, .56), (.2, .66), (-.2, .66)], shade(c, .65), False)


def laptop_flat(pen, rng, c):
    pen.box(-.85, -.95, .85, .02, c, .05)
    pen.box(-.76, -.87, .76, -.06, rng.choice([(70, 120, 190), (35, 40, 50), any_colour(rng)]), 0, False)
    pen.box(-.85, .04, .85, .9, shade(c, .9), .05)
    for row in range(4):
        for k in range(9):
            pen.box(-.73 + .165 * k, .12 + .11 * row, -.6 + .165 * k, .2 + .11 * row, shade(c, .4), 0, False)
    pen.box(-.25, .62, .25, .83, shade(c, .7), 0, False)


def vase(pen, rng, c):
    neck, belly = rng.uniform(.18, .35), rng.uniform(.55, .75)
    flowers(pen, rng) if rng.random() < .6 else None
    pen.polygon(turned(smooth([(neck + .15, -.35), (neck, -.15), (belly, .3), (belly * .8, .7), (.35, .97)])), c)
    if rng.random() < .5:
        pen.polygon(turned([(belly * .93, .25), (belly * .93, .42)]), rng.choice([WHITE, shade(c, .6), shade(c, 1.4)]), False)
    if rng.random() < .4:
        pen.stroke([(-belly * .6, .2), (-belly * .55, .5)], .07, shade(c, 1.5))


def flowers(pen, rng):
    for _ in range(rng.randint(2, 4)):
        x, y = rng.uniform(-.6, .6), rng.uniform(-.85, -.6)
        pen.stroke([(0, -.2), (x, y)], .035, (60, 130, 60))
        petal = rng.choice([(230, 60, 90), (250, 210, 60), (240, 240, 240), (170, 90, 200), (250, 140, 60)])
        for k in range(5):
            pen.oval(x + .1 * math.cos(1.2566 * k), y + .1 * math.sin(1.2566 * k), .08, .08, petal, False)
        pen.oval(x, y, .05, .05, (250, 200, 60), False)


def vase_tall(pen, rng, c):
    flowers(pen, rng) if rng.random() < .5 else None
    top = rng.uniform(.3, .45)
    pen.polygon(turned(smooth([(top, -.45), (.2, -.2), (.3, .3), (.42, .7), (.28, .97)])), c)
    for _ in range(rng.choice([0, 2])):
        y = rng.uniform(.1, .8)
        pen.stroke([(-.28, y), (.28, y)], .04, shade(c, .6))


def teddy(pen, rng, c):
    light = shade(c, 1.3)
    for s in (-1, 1):
        pen.oval(.38 * s, -.8, .19, .19, c)
        pen.oval(.38 * s, -.8, .1, .1, light, False)
        pen.oval(.58 * s, .2, .18, .32, c)
        pen.oval(.36 * s, .78, .26, .2, c)
        pen.oval(.36 * s, .8, .13, .11, light, False)
    pen.oval(0, .3, .52, .55, c)
    pen.oval(0, .35, .3, .33, light, False)
    face(pen, rng, c, light, -.45, .46)


def face(pen, rng, c, light, y, r):
    pen.oval(0, y, r, r * .92, c)
    pen.oval(0, y + r * .3, r * .45, r * .38, light, False)
    for s in (-1, 1):
        pen.oval(r * .38 * s, y - r * .15, r * .1, r * .12, (20, 15, 15), False)
    pen.oval(0, y + r * .18, r * .15, r * .11, (30, 20, 20), False)
    pen.ring(0, y + r * .3, r * .2, r * .16, .03, (30, 20, 20), 20, 160)


def teddy_head(pen, rng, c):
    light = shade(c, 1.3)
    for s in (-1, 1):
        pen.oval(.62 * s, -.6, .32, .32, c)
        pen.oval(.62 * s, -.6, .18, .18, light, False)
    face(pen, rng, c, light, .1, .82)


def bottle(pen, rng, c):
    w, neck = rng.uniform(.3, .4), rng.uniform(.1, .14)
    pen.polygon(turned(smooth([(neck, -.95), (neck, -.4), (w, -.15), (w, .3)]) + [(w, .92), (w * .9, .98)]), c)
    pen.box(-neck - .02, -.98, neck + .02, -.82, rng.choice([shade(c, .4), (190, 150, 60), (160, 30, 40)]), 0)
    if rng.random() < .8:
        pen.box(-w * .96, .15, w * .96, .65, shade(rng.choice([(245, 235, 210), WHITE, (220, 190, 110)]), rng.uniform(.9, 1)), 0, False)
    if rng.random() < .5:
        pen.stroke([(-w * .6, -.05), (-w * .6, .85)], .04, shade(c, 1.4))


def bottle_beer(pen, rng, c):
    pen.polygon(turned(smooth([(.13, -.95), (.13, -.6), (.2, -.3), (.34, 0), (.34, .4)]) + [(.34, .97)]), c)
    pen.box(-.16, -.99, .16, -.88, rng.choice([(200, 170, 60), (190, 40, 40), (220, 220, 225)]))
    pen.oval(0, .42, .27, .25, rng.choice([WHITE, (230, 200, 90), (190, 40, 40)]), False)


def bus(pen, rng, c):
    windows = rng.choice([(170, 215, 240), (60, 75, 90), (200, 225, 235)])
    pen.box(-.97, -.55, .97, .45, c, rng.choice([.04, .14]))
    n = rng.choice([4, 5, 6])
    for k in range(n):
        x = -.88 + 1.76 * k / n
        pen.box(x, -.4, x + 1.5 / n, -.05, windows, .02, False)
    if rng.random() < .6:
        pen.stroke([(-.95, .15), (.95, .15)], .05, rng.choice([BLACK, WHITE, shade(c, .6)]))
    for x in (-.55, .55):
        pen.oval(x, .45, .2, .2, (30, 30, 32))
        pen.oval(x, .45, .09, .09, (170, 170, 175), False)
    pen.oval(.92, .3, .05, .05, (255, 240, 170), False)


def bus_double(pen, rng, c):
    pen.box(-.8, -.9, .85, .65, c, .08)
    for y in (-.75, -.1):
        for k in range(4):
            pen.box(-.72 + .39 * k, y, -.42 + .39 * k, y + .38, (175, 210, 235), .02, False)
    for x in (-.45, .5):
        pen.oval(x, .68, .2, .2, (28, 28, 30))
        pen.oval(x, .68, .08, .08, (180, 180, 180), False)


def airplane(pen, rng, c):
    wing = shade(c, .8)
    pen.polygon([(.1, -.1), (-.3, -.85), (-.52, -.85), (-.25, -.1)], wing)
    pen.polygon(smooth([(-.9, -.08), (-.6, -.16), (.6, -.17), (.97, 0), (.6, .15), (-.6, .12), (-.92, .02), (-.9, -.08)]), c)
    pen.polygon([(-.62, -.1), (-.95, -.55), (-.8, -.58), (-.42, -.12)], rng.choice([wing, any_colour(rng)]))
    pen.polygon([(.15, .06), (-.35, .85), (-.58, .85), (-.25, .06)], wing)
    for k in range(rng.choice([6, 9])):
        pen.oval(-.4 + .12 * k, -.06, .025, .03, (50, 70, 100), False)


def airplane_above(pen, rng, c):
    wing = shade(c, .85)
    sweep = rng.uniform(.1, .45)
    pen.polygon([(.12, -.25), (.98, sweep), (.98, sweep + .16), (.1, .2)], wing)
    pen.polygon([(-.12, -.25), (-.98, sweep), (-.98, sweep + .16), (-.1, .2)], wing)
    pen.polygon([(.05, .6), (.4, .9), (.4, .98), (-.4, .98), (-.4, .9), (-.05, .6)], wing)
    pen.polygon(turned(smooth([(.01, -.99), (.12, -.75), (.13, .3), (.04, .98)])), c)
    for s in (-1, 1):
        pen.box(.42 * s - .05, 0, .42 * s + .05, .2, shade(c, .55), .03)


def boat(pen, rng, c):
    hull = rng.choice([(120, 75, 40), (150, 40, 40), (40, 60, 110), (235, 235, 235), (60, 60, 60)])
    pen.stroke([(0, -.98), (0, .5)], .05, (90, 65, 40))
    pen.polygon(smooth([(.05, -.95), (.45, -.3), (.75, .4)], 2) + [(.05, .4)], c)
    if rng.random() < .75:
        pen.polygon([(-.06, -.75), (-.06, .4), (-.65, .4)], shade(c, .85))
    pen.polygon(smooth([(-.9, .5), (-.65, .9), (0, .95), (.65, .9), (.95, .5)], 2), hull)


def boat_square(pen, rng, c):
    hull = rng.choice([(110, 70, 35), (60, 60, 65), (130, 40, 40)])
    pen.stroke([(0, -.98), (0, .5)], .06, (80, 55, 35))
    pen.polygon(smooth([(-.6, -.85), (.6, -.85), (.75, -.3), (.6, .3)], 2) + [(-.6, .3), (-.45, -.3)], c)
    if rng.random() < .5:
        pen.stroke([(-.48, -.28), (.72, -.28)], .1, shade(c, .6))
    pen.polygon([(-.95, .42), (.95, .42), (.7, .92), (-.7, .92)], hull)


def phone(pen, rng, c):
    w = rng.uniform(.44, .52)
    screen = rng.choice([(40, 60, 110), (90, 160, 220), (25, 25, 30), (235, 235, 240), any_colour(rng)])
    pen.box(-w, -.97, w, .97, c, .1)
    pen.box(-w + .07, -.82, w - .07, rng.choice([.72, .82]), screen, 0, False)
    pen.stroke([(-.1, -.9), (.1, -.9)], .04, shade(c, .5) if sum(c) > 200 else (110, 110, 110))
    if rng.random() < .6:
        for k in range(12):
            x, y = -w + .17 + .22 * (k % 3) * w / .45, -.65 + .33 * (k // 3)
            pen.box(x, y, x + .15, y + .17, any_colour(rng), .03, False)
    else:
        pen.oval(0, .89, .05, .05, shade(c, .5) if sum(c) > 200 else (110, 110, 110), False)


def phone_keys(pen, rng, c):
    pen.box(-.42, -.85, .42, .97, c, .12)
    pen.stroke([(.28, -.8), (.28, -.98)], .1, shade(c, .7))
    pen.box(-.3, -.7, .3, -.15, (165, 195, 160), 0, False)
    for k in range(12):
        x, y = -.3 + .22 * (k % 3), 0 + .22 * (k // 3)
        pen.box(x, y, x + .16, y + .14, (225, 225, 225) if sum(c) < 450 else (60, 60, 65), .03, False)


DRAWINGS = {
    "banana": [banana, banana, bananas], "orange": [citrus, citrus, citrus_half], "apple": [apple, apple, apple_bitten],
    "broccoli": [broccoli, broccoli_plain], "pizza": [pizza, slice_of_pizza], "umbrella": [umbrella, umbrella, umbrella_striped],
    "clock": [clock, clock, clock_alarm], "traffic light": [traffic_light, traffic_light_pole], "stop sign": [stop_sign, stop_sign_post],
    "cup": [cup, cup_mug], "ball": [ball, ball_seams], "wine glass": [wine_glass, wine_glass, wine_glass_flute],
    "laptop": [laptop, laptop_flat], "vase": [vase, vase, vase_tall], "teddy bear": [teddy, teddy, teddy_head], "bottle": [bottle, bottle_beer],
    "bus": [bus, bus, bus_double], "airplane": [airplane, airplane_above], "boat": [boat, boat, boat_square], "phone": [phone, phone, phone_keys],
}


def draw(rng, name, colour_name, drawings=DRAWINGS):
    """A drawing as an RGBA image."""
    pen = Pen(rng)
    c = colour(rng, colour_name) if colour_name else (128, 128, 128)
    rng.choice(drawings[name])(pen, rng, c)
    return pen.done()
