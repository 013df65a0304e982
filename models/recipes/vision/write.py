"""Trains the writer of captions on layouts without pictures: what a detector would have found, with its errors.

    python -m vision.write --work DIR --minutes 6
"""
import argparse
import os
import random
import signal
import time

import quick_mkl  # before torch

import torch
import torch.nn.functional as F

from muon import of_layers

from .model import MOST_OF_A_KIND, Writer
from .scene import LARGEST, SMALLEST, overlap, settled
from .words import COLOURED, NAMES, PALETTE, caption, pieces, vocabulary

LONGEST = 26
IDS = {word: n for n, word in enumerate(vocabulary())}


def layout(rng, most=3):
    """(objects, caption) as `scene` places them, without a picture."""
    groups, objects = [], []
    for _ in range(rng.choices(range(most + 1), [.04, .36, .38, .22][:most + 1])[0]):
        thing = rng.randrange(len(NAMES))
        if any(g[0] == thing for g in groups):
            continue
        count, colour = rng.choices([1, 2, 3], [.6, .25, .15])[0], rng.choice(COLOURED[thing])
        extent = rng.uniform(SMALLEST * .8, LARGEST if count == 1 else .38 if count == 2 else .3)
        upright = rng.random() < .33
        ratio = min(1., rng.uniform(.35, 1.3))
        wide = rng.random() < .5
        for _ in range(20):
            cx, cy = rng.uniform(extent / 2, 1 - extent / 2), rng.uniform(extent / 2, 1 - extent / 2)
            boxes = []
            for n in range(count):
                size = extent * rng.uniform(.85, 1)
                w, h = (size, size * ratio) if wide else (size * ratio, size)
                along, across = (n - (count - 1) / 2) * extent * rng.uniform(.95, 1.1), rng.uniform(-.05, .05)
                x, y = cx + (across if upright else along), cy + (along if upright else across)
                boxes.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
            mx, my = (sum((b[i] + b[i + 2]) / 2 for b in boxes) / count for i in (0, 1))
            if any(min(b[:2]) < -.01 or max(b[2:]) > 1.01 for b in boxes) or not settled(mx, my):
                continue
            if any(overlap(b, o[2:]) > .25 for b in boxes for o in objects):
                continue
            objects += [(thing, PALETTE.index(colour) if colour else -1, *b) for b in boxes]
            groups.append((thing, colour, count, mx, my))
            break
    groups.sort(key=lambda g: (round(g[3] * 3), g[4]))
    return objects, caption(groups)


def kinds(objects):
    """Rows of (thing, colour, count, x, y): the boxes of one thing together, their colour that of most of them."""
    rows = []
    for thing in dict.fromkeys(o[0] for o in objects):
        same = [o for o in objects if o[0] == thing]
        tints = [o[1] for o in same]
        x, y = (sum(o[i] + o[i + 2] for o in same) / 2 / len(same) for i in (2, 3))
        rows.append((thing, max(tints, key=tints.count), len(same), x, y))
    return rows


def seen(rng, objects):
    """What a detector makes of it: boxes that are a little off, in any order, and captions' missing colours as none."""
    off = [(thing, len(PALETTE) if colour < 0 else colour, *(edge + rng.gauss(0, .012) for edge in box)) for thing, colour, *box in objects]
    rng.shuffle(off)
    return kinds(off)


def batch(rng, n):
    rows, texts = [], []
    for _ in range(n):
        objects, text = layout(rng)
        rows.append(seen(rng, objects))
        texts.append([2] + [IDS[w] for w in pieces(text)] + [3])
    k = max(1, max(map(len, rows)))
    whole, places = torch.zeros(3, n, k, dtype=torch.long), torch.zeros(n, k, 2)
    mask = torch.zeros(n, k + 1, dtype=torch.long)
    mask[:, 0] = 1
    for i, row in enumerate(rows):
        for j, (thing, colour, count, x, y) in enumerate(row):
            whole[:, i, j] = torch.tensor([thing, colour, min(count, MOST_OF_A_KIND) - 1])
            places[i, j], mask[i, j + 1] = torch.tensor([x, y]), 1
    longest = max(map(len, texts))
    ids = torch.tensor([t + [0] * (longest - len(t)) for t in texts])
    return (*whole, places), mask, ids


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--work", required=True)
    add("--minutes", type=float, default=6, help="CPU minutes, those of earlier runs counted")
    add("--batch", type=int, default=48)
    add("--rate", type=float, default=.01, help="Muon's, of the layers' matrices")
    add("--adam-rate", type=float, default=3e-3)
    add("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    os.makedirs(args.work, exist_ok=True)
    path = f"{args.work}/writer.pt"
    model = Writer()
    optimiser = of_layers(model.text_decoder.bert.encoder.layer, list(model.parameters()), rate=args.rate, adam_rate=args.adam_rate)
    spent, steps = 0., 0
    if os.path.exists(path):
        state = torch.load(path, weights_only=False)
        model.load_state_dict(state["model"])
        optimiser.load(state["optimiser"])
        spent, steps = state["spent"], state["steps"]
    rng = random.Random(args.seed * 1000 + steps)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    last, losses = time.process_time(), []
    while spent < 60 * args.minutes and not stop:
        part = spent / (60 * args.minutes)
        what, mask, ids = batch(rng, args.batch)
        logits = model(model.tokens(*what), mask, ids[:, :-1])
        wanted = ids[:, 1:]
        loss = F.cross_entropy(logits[wanted != 0], wanted[wanted != 0])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
        optimiser.step(min(1, (steps + 1) / 60) * max(0, 1 - part))
        losses.append(loss.item())
        steps += 1
        now = time.process_time()
        spent, last = spent + now - last, now
        if steps % 100 == 0:
            print(f"{time.strftime('%H:%M:%S')} step {steps}, {spent / 60:.2f} min, loss {sum(losses) / len(losses):.4f}", flush=True)
            losses = []
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state(), "spent": spent, "steps": steps}, path)
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state(), "spent": spent, "steps": steps}, path)


if __name__ == "__main__":
    main()
