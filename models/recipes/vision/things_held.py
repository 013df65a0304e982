"""Drawings that training cannot draw: for the figures only."""
import math

from .pen import any_colour, bent, shade, smooth
from .things import BLACK, WHITE, face, write


def banana_peeled(pen, rng, c):
    pen.polygon(smooth([(-.2, -.9), (.05, -.95), (.15, -.3), (-.1, .1), (-.4, .1), (-.3, -.4), (-.2, -.9)]), (250, 240, 200))
    pen.polygon(bent(.9, .95, 60, 175, y=-.05, x=.1) + bent(.75, .55, 170, 65, y=-.05, x=.15), c)
    pen.polygon(smooth([(-.45, 0), (-.95, -.05), (-.85, .35), (-.5, .25)]), shade(c, .9))


def apple_leafless(pen, rng, c):
    for s in (-1, 1):
        pen.oval(.3 * s, .1, .62, .78, c, False)
    pen.oval(0, -.6, .22, .1, shade(c, .6), False)
    pen.stroke([(0, -.6), (-.12, -.95)], .07, (80, 50, 25))


def umbrella_low(pen, rng, c):
    pen.polygon([(0, -.75), (.98, .15), (.6, .05), (.2, .18), (-.2, .18), (-.6, .05), (-.98, .15)], c)
    pen.stroke([(0, .1), (0, .8)], .05, BLACK)
    pen.stroke([(0, .8), (.14, .88), (.24, .75)], .05, BLACK)
    pen.stroke([(0, -.72), (0, -.95)], .05, BLACK)


def clock_square(pen, rng, c):
    pen.box(-.9, -.9, .9, .9, c, .05)
    pen.oval(0, 0, .74, .74, shade(WHITE, .97), False)
    for k in range(12):
        x, y = math.cos(k * math.pi / 6), math.sin(k * math.pi / 6)
        pen.oval(.6 * x, .6 * y, .05, .05, BLACK, False)
    pen.stroke([(0, .1), (rng.uniform(-.4, .4), -.4)], .06, BLACK)
    pen.stroke([(0, 0), (.3, rng.uniform(-.2, .2))], .09, BLACK)


def cup_tea(pen, rng, c):
    pen.oval(0, .82, .9, .14, shade(c, .9))
    pen.ring(.62, -.1, .28, .28, .1, c)
    pen.polygon(bent(.72, 1.05, 0, 180, y=-.35), c)
    pen.oval(0, -.35, .72, .14, shade(c, .75))
    pen.oval(0, -.34, .6, .09, (150, 85, 30), False)


def vase_round(pen, rng, c):
    pen.box(-.16, -.8, .16, 0, c)
    pen.oval(0, -.8, .3, .08, shade(c, .7))
    pen.oval(0, .3, .68, .62, c)
    pen.box(-.36, .82, .36, .97, shade(c, .8))


def teddy_side(pen, rng, c):
    light = shade(c, 1.3)
    pen.oval(0, .42, .62, .5, c)
    for s in (-1, 1):
        pen.oval(.34 * s, -.78, .17, .17, c)
        pen.polygon([(.4 * s, .1), (.95 * s, -.12), (.98 * s, .1), (.5 * s, .4)], c)
        pen.polygon([(.1 * s, .7), (.75 * s, .75), (.8 * s, .98), (.15 * s, .98)], c)
    face(pen, rng, c, light, -.4, .44)


def bus_short(pen, rng, c):
    pen.polygon([(-.95, -.6), (.7, -.6), (.85, -.5), (.97, .05), (.97, .5), (-.95, .5)], c)
    pen.box(-.82, -.42, .25, .0, (90, 120, 150), 0, False)
    for x in (-.47, -.11):
        pen.stroke([(x, -.42), (x, 0)], .05, c)
    pen.box(.38, -.42, .7, .45, (150, 190, 215), 0, False)
    for x in (-.55, .5):
        pen.oval(x, .5, .22, .22, (20, 20, 20))
        pen.oval(x, .5, .13, .13, (200, 200, 205), False)


def airplane_steep(pen, rng, c):
    pen.polygon(smooth([(-.9, .1), (-.5, -.02), (.7, -.12), (.95, .02), (.7, .16), (-.5, .2), (-.9, .1)]), c)
    pen.polygon([(.1, .12), (-.1, .7), (-.3, .72), (-.2, .15)], shade(c, .7))
    pen.polygon([(-.6, .02), (-.85, -.5), (-.65, -.5), (-.35, 0)], shade(c, .7))
    pen.polygon([(.05, -.03), (-.1, -.4), (-.22, -.4), (-.2, 0)], shade(c, .85))
    pen.stroke([(-.4, .07), (.6, .0)], .03, (60, 80, 110))


def boat_two(pen, rng, c):
    pen.stroke([(.1, -.95), (.1, .5)], .05, (70, 50, 30))
    pen.polygon([(.15, -.9), (.8, .38), (.15, .38)], c)
    pen.polygon([(.05, -.9), (-.8, .45), (.05, .2)], shade(c, .9))
    pen.polygon([(-.95, .5), (.9, .5), (.55, .88), (-.6, .88)], any_colour(rng))


def pizza_half(pen, rng, c):
    pen.pie(0, -.35, .97, 0, 180, (195, 130, 65))
    pen.pie(0, -.35, .8, 0, 180, (248, 210, 100))
    for x, y in ((-.5, -.12), (0, .2), (.45, -.1), (-.15, -.2), (.3, .15), (-.4, .2)):
        pen.oval(x, y, .12, .12, (180, 45, 35))


def stop_sign_bold(pen, rng, c):
    pen.polygon([(x * .98, y * .98) for x, y in ((.4, -1), (1, -.4), (1, .4), (.4, 1), (-.4, 1), (-1, .4), (-1, -.4), (-.4, -1))], c)
    write(pen, "STOP", -.85, .85, -.35, .35, .12, WHITE)


def bottle_round(pen, rng, c):
    pen.box(-.12, -.95, .12, -.3, c)
    pen.oval(0, .3, .6, .62, c)
    pen.box(-.14, -.98, .14, -.86, shade(c, .4))
    pen.oval(0, .35, .35, .3, (240, 230, 200), False)


def phone_dark(pen, rng, c):
    pen.box(-.5, -.95, .5, .95, c, .16)
    pen.box(-.44, -.88, .44, .88, (60, 90, 160), .12, False)
    for k in range(4):
        pen.box(-.36 + .19 * k, .66, -.22 + .19 * k, .8, any_colour(rng), .03, False)


HELD = {"banana": [banana_peeled], "apple": [apple_leafless], "umbrella": [umbrella_low], "clock": [clock_square], "cup": [cup_tea], "vase": [vase_round],
        "teddy bear": [teddy_side], "bus": [bus_short], "airplane": [airplane_steep], "boat": [boat_two], "pizza": [pizza_half],
        "stop sign": [stop_sign_bold], "bottle": [bottle_round], "phone": [phone_dark]}
