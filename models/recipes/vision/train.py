"""Trains the eyes of the three stand-ins of vision together, on scenes that are drawn meanwhile; stops and resumes at will.

    python -m vision.train --work DIR --minutes 30 [--from ..]

`--minutes` are of CPU time of this process. Muon steps the convolutions, each as a matrix of one row per output, and AdamW the rest; the rates
fall linearly to nothing, and the statistics of the batch norms are held over the last 20 %, so that the weights end with the norms that they
are exported with. `--from` begins with the weights of the checkpoints there instead of random numbers. The convolutions compute in bfloat16, where
the processor does, in five eighths of the time.
"""
import argparse
import os
import random
import signal
import time

import quick_mkl  # before torch

import numpy as np
import torch
import torch.nn.functional as F

from muon import Muon

from . import offline
from .export import BOLDNESS
from .model import SIDE, STRIDE, CLASSIFY_SIDE, Vision, normalised
from .scene import Stock, scene, single
from .things_more import EVERY
from .words import NAMES

GRID = SIDE // STRIDE
# A picture is squeezed to a square, whatever its shape.
STRETCHES = (.62, 1.35)
# What looks most like something else is shown more often: fifteen of the first checkpoint's sixteen errors were these.
ODDS = {"cup": 2.5, "vase": 2, "bottle": 1.7, "boat": 1.3, "laptop": 1.3, "umbrella": 1.2}


def targets(objects):
    """Heat map, boxes and colours of a scene, per cell."""
    heat = np.zeros((len(NAMES), GRID, GRID), np.float32)
    sides = np.zeros((4, GRID, GRID), np.float32)
    held = np.zeros((GRID, GRID), np.float32)
    colours = np.full((GRID, GRID), -1, np.int64)
    ys, xs = np.mgrid[:GRID, :GRID] + .5
    for thing, colour, *box in objects:
        x0, y0, x1, y1 = (v * GRID for v in box)
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        i, j = min(GRID - 1, max(0, int(cy))), min(GRID - 1, max(0, int(cx)))
        spread_x, spread_y = max(.5, (x1 - x0) / 8), max(.5, (y1 - y0) / 8)
        bump = np.exp(-((xs - j - .5) / spread_x) ** 2 / 2 - ((ys - i - .5) / spread_y) ** 2 / 2)
        heat[thing] = np.maximum(heat[thing], bump)
        for a in range(max(0, i - 1), min(GRID, i + 2)):
            for b in range(max(0, j - 1), min(GRID, j + 2)):
                if held[a, b] and (a, b) != (i, j):
                    continue
                sides[:, a, b] = (b + .5 - x0, a + .5 - y0, x1 - b - .5, y1 - a - .5)
                held[a, b], colours[a, b] = 1, colour
    return heat, sides.clip(.05), held, colours


def detection_loss(out, heat, sides, held, colours):
    logits, found, shades = out
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    centre = heat > .999
    loss = -torch.where(centre, (1 - p) ** 2 * p.log(), (1 - heat) ** 4 * p ** 2 * (1 - p).log()).sum() / centre.sum().clamp_min(1)
    found = F.softplus(found)
    l, t, r, b = torch.minimum(found, sides).unbind(1)
    inside = (l + r) * (t + b)
    area = lambda s: (s[:, 0] + s[:, 2]) * (s[:, 1] + s[:, 3])
    iou = inside / (area(found) + area(sides) - inside).clamp_min(1e-6)
    box = ((1 - iou) * held).sum() / held.sum().clamp_min(1)
    known = colours >= 0
    tint = F.cross_entropy(shades.permute(0, 2, 3, 1)[known], colours[known]) if known.any() else 0.
    return loss + 2 * box + .5 * tint, box


class Source:
    """Scenes in a ring that is renewed a part a step: drawing costs as much as a step on them."""

    def __init__(self, seed, each, ring, fresh):
        self.rng, self.fresh = random.Random(seed), fresh
        self.stock = Stock(seed, each, EVERY, side=128, bends=.7, odds=ODDS)
        self.ring, self.size, self.next = [], ring, 0
        self.alone, self.turn = [], 0

    def make(self):
        image, objects, _ = scene(self.rng, self.stock, SIDE, SIDE, stretches=STRETCHES)
        return np.asarray(image), *targets(objects)

    def scenes(self, n):
        for _ in range(max(1, round(n * self.fresh)) if len(self.ring) > 4 * n else n):
            if len(self.ring) < self.size:
                self.ring.append(self.make())
            else:
                self.ring[self.next] = self.make()
                self.next = (self.next + 1) % self.size
        rows = self.rng.sample(self.ring, n)
        image, heat, sides, held, colours = (np.stack(column) for column in zip(*rows))
        return normalised(image), *(torch.from_numpy(a) for a in (heat, sides, held, colours))

    def singles(self, n):
        for _ in range(max(1, round(n * self.fresh)) if len(self.alone) > 4 * n else n):
            image, thing = single(self.rng, self.stock, CLASSIFY_SIDE, CLASSIFY_SIDE, stretches=STRETCHES)
            row = np.asarray(image), thing
            if len(self.alone) < self.size:
                self.alone.append(row)
            else:
                self.alone[self.turn] = row
                self.turn = (self.turn + 1) % self.size
        rows = self.rng.sample(self.alone, n)
        return normalised(np.stack([r[0] for r in rows])), torch.tensor([r[1] for r in rows])


def begun_with(model, folder):
    """The weights of the checkpoints in `folder`, without what the export adds."""
    for name in ("kindling-classify", "kindling-detect"):
        offline.load(f"{folder}/{name}", model)
    with torch.no_grad():
        model.detector.out.bias[:len(NAMES)] -= BOLDNESS


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--work", required=True)
    add("--minutes", type=float, default=30, help="CPU minutes, those of earlier runs counted")
    add("--until", help="HH:MM, where that comes first")
    add("--batch", type=int, default=32)
    add("--singles", type=int, default=32)
    add("--each", type=int, default=240, help="drawings of each thing")
    add("--ring", type=int, default=5000)
    add("--fresh", type=float, default=.4)
    add("--rate", type=float, default=.02, help="Muon's, of the convolutions")
    add("--adam-rate", type=float, default=3e-3)
    add("--seed", type=int, default=1)
    add("--from", dest="start", help="folder of the checkpoints to begin with")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    halves = torch.cpu._is_avx512_bf16_supported()
    os.makedirs(args.work, exist_ok=True)
    path = f"{args.work}/state.pt"
    model = Vision().to(memory_format=torch.channels_last)
    # The first convolution has three inputs, the last one's outputs are of different kinds: both are AdamW's.
    kept = {id(p) for p in (*model.resnet.embedder.parameters(), *model.detector.out.parameters())}
    heavy = [p for p in model.parameters() if p.dim() == 4 and id(p) not in kept]
    heavy_ids = {id(p) for p in heavy}
    optimiser = Muon([(p, None) for p in heavy], [p for p in model.parameters() if id(p) not in heavy_ids], rate=args.rate, adam_rate=args.adam_rate)
    spent, steps = 0., 0
    if os.path.exists(path):
        state = torch.load(path, weights_only=False)
        model.load_state_dict(state["model"])
        optimiser.load(state["optimiser"])
        spent, steps = state["spent"], state["steps"]
    elif args.start:
        begun_with(model, args.start)
    source = Source(args.seed * 1000 + steps, args.each, args.ring, args.fresh)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))

    def save():
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state(), "spent": spent, "steps": steps}, path + ".tmp")
        os.replace(path + ".tmp", path)

    begun, deadline = time.time(), float("inf")
    if args.until:
        now, (hour, minute) = time.localtime(), map(int, args.until.split(":"))
        deadline = begun + (hour - now.tm_hour) * 3600 + (minute - now.tm_min) * 60 - now.tm_sec
    last_cpu, last_save, sums, count, drawing, start = time.process_time(), time.time(), np.zeros(4), 0, 0., spent
    while spent < 60 * args.minutes and time.time() < deadline and not stop:
        if steps % 20 == 0 and os.path.exists(f"{args.work}/minutes"):      # a change of mind, without a restart
            with open(f"{args.work}/minutes") as file:
                args.minutes = float(file.read() or args.minutes)
        part = min(1., max(spent / (60 * args.minutes), (time.time() - begun) / (deadline - begun)))
        factor = min(1, (steps + 1) / 60) * (1 - part)
        model.train()
        if part > .8:
            for module in model.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.eval()
        begin = time.process_time()
        pixels, heat, sides, held, colours = source.scenes(args.batch)
        alone, things = source.singles(args.singles)
        drawing += time.process_time() - begin
        with torch.autocast("cpu", torch.bfloat16, enabled=halves):
            stages = model.stages(pixels)
            found = model.detector(stages, model.neck(stages))
            guessed = model.classify(alone)
        guessed = guessed.float()
        detection, box = detection_loss([out.float() for out in found], heat, sides, held, colours)
        naming = F.cross_entropy(guessed, things, label_smoothing=.05)
        (detection + naming).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 4.)
        optimiser.step(factor)
        right = (guessed.argmax(1) == things).float().mean().item()
        sums += (detection.item(), box.item(), naming.item(), right)
        count, steps = count + 1, steps + 1
        now = time.process_time()
        spent, last_cpu = spent + now - last_cpu, now
        if count == 100:
            d, b, n, r = sums / count
            print(f"{time.strftime('%H:%M:%S')} step {steps}, {spent / 60:.1f} min, detect {d:.3f} (1 - IoU {b:.3f}), class {n:.3f} ({100 * r:.1f} %), "
                  f"drawing {100 * drawing / (spent - start):.0f} %", flush=True)
            sums, count = np.zeros(4), 0
        if time.time() - last_save > 120:
            save()
            last_save = time.time()
    save()


if __name__ == "__main__":
    main()
