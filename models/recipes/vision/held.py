"""Pictures for the figures: other seeds, sizes, colours of backgrounds, and for most things also drawings that training cannot draw.

    python -m vision.held --out DIR        # 200 pictures of one thing, 100 scenes, and pictures.json with what is on them
"""
import argparse
import json
import os
import random

import numpy as np
from PIL import Image

from .pen import any_colour, shade
from .scene import Stock, scene, single
from .things import DRAWINGS
from .things_held import HELD
from .words import NAMES, PALETTE, THINGS

SIZES = [(160, 160), (200, 150), (240, 180), (320, 240), (256, 256), (300, 320)]


def backdrop(rng, w, h):
    """Waves, rings, wood, tiles and dusk: none of them among training's backgrounds."""
    ys, xs = np.mgrid[:h, :w].astype(np.float32)
    xs, ys = xs / w, ys / h
    kind, a, b = rng.randrange(5), np.array(any_colour(rng), np.float32), None
    b = np.array(any_colour(rng) if rng.random() < .3 else shade(tuple(int(v) for v in a), rng.uniform(.6, 1.4)), np.float32)
    if kind == 0:
        part = .5 + .5 * np.sin(20 * (xs * rng.uniform(-1, 1) + ys * rng.uniform(-1, 1)) + 2 * np.sin(5 * ys))
    elif kind == 1:
        part = .5 + .5 * np.sin(rng.uniform(20, 60) * np.hypot(xs - rng.random(), ys - rng.random()))
    elif kind == 2:
        a, b = np.array((150, 105, 60), np.float32), np.array((120, 80, 45), np.float32)
        part = .5 + .5 * np.sin(40 * ys + 3 * np.sin(6 * xs + rng.uniform(0, 6)))
    elif kind == 3:
        side = rng.uniform(.1, .25)
        part = (((xs + (np.floor(ys / side) % 2) * side / 2) % side < .012) | (ys % side < .012)).astype(np.float32)
    else:
        part = ys ** rng.uniform(.5, 2)
    return Image.fromarray((a + (b - a) * part[..., None]).clip(0, 255).astype(np.uint8))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--singles", type=int, default=200)
    parser.add_argument("--scenes", type=int, default=100)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    rng = random.Random(args.seed)
    known = Stock(args.seed + 1, 24, DRAWINGS, side=160)
    new = Stock(args.seed + 2, 24, HELD, side=160)
    rows = {"singles": [], "scenes": []}

    def save(image, name):
        ending = rng.choice(["png", "jpg"])
        image.save(f"{args.out}/{name}.{ending}", **({"quality": rng.randint(70, 95)} if ending == "jpg" else {}))
        return f"{name}.{ending}"

    for n in range(args.singles):
        w, h = rng.choice(SIZES)
        is_new = n % 3 == 0
        image, thing = single(rng, new if is_new else known, w, h, backdrop)
        rows["singles"].append({"file": save(image, f"single{n:03}"), "thing": NAMES[thing], "label": THINGS[thing][1], "new_drawing": is_new and NAMES[thing] in HELD})
    for n in range(args.scenes):
        w, h = rng.choice(SIZES)
        is_new = n % 3 == 0
        objects = []
        while not objects:
            image, objects, caption = scene(rng, new if is_new else known, w, h, background=backdrop)
        rows["scenes"].append({"file": save(image, f"scene{n:03}"), "size": [w, h], "caption": caption, "new_drawings": is_new and any(NAMES[o[0]] in HELD for o in objects),
                               "objects": [{"thing": NAMES[t], "label": THINGS[t][2], "colour": PALETTE[c] if c >= 0 else "", "box": b} for t, c, *b in objects]})
    with open(f"{args.out}/pictures.json", "w") as file:
        json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
