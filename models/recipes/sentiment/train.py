"""Trains kindling-sentiment: all-MiniLM-L6-v2 under a classification head, in DistilBERT's layout.

    python -m sentiment.train --work DIR --minutes 8        # minutes of processor time

The word vectors and the lower three layers stay as they are, rounded to 4 bits from the start, so that words that no training text has keep
their place among those that one has; the upper three learn. In the last 40 % their matrices are rounded in the forward pass, too
(straight-through). The state is saved every minute.
"""
import argparse
import math
import os
import random
import time

import quick_mkl  # before torch

import torch
import torch.nn.functional as F
from torch import nn

from embed import bert
from . import data, held
from .data import choose

LAYERS, KEPT, GROUP, LONGEST = 6, 3, 32, 96


def round_groups(weight, top=7):
    """Values on the grid of 4 bits, one scale for each 32 inputs."""
    blocks = weight.reshape(-1, GROUP)
    scale = (blocks.abs().amax(1, keepdim=True) / top).half().float().clamp_min(1e-8)
    return ((blocks / scale).round().clamp(-top - 1, top) * scale).reshape(weight.shape)


class Linear(nn.Linear):
    rounds = False

    def forward(self, x):
        weight = self.weight
        if Linear.rounds and weight.shape[0] > 2 and weight.requires_grad:
            weight = weight + (round_groups(weight) - weight).detach()
        return F.linear(x, weight, self.bias)


class Layer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.out = (Linear(width, width) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.up, self.down = Linear(width, inner), Linear(inner, width)

    def forward(self, x, mask):
        batch, length, width = x.shape
        q, k, v = (f(x).view(batch, length, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        scores = q @ k.transpose(-1, -2) * (width // self.heads) ** -.5 + mask
        x = self.norm1(x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Classifier(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.words = nn.Embedding(words, bert.WIDTH)
        self.positions = nn.Embedding(128, bert.WIDTH)
        self.norm = nn.LayerNorm(bert.WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(bert.WIDTH, bert.HEADS, bert.INNER) for _ in range(LAYERS))
        self.pre, self.classifier = Linear(bert.WIDTH, bert.WIDTH), Linear(bert.WIDTH, 2)

    def forward(self, ids, mask, drop=0.):
        x = self.words(ids) + self.positions.weight[:ids.shape[1]]
        x = F.dropout(self.norm(x), drop)
        bias = (1 - mask[:, None, None, :].float()) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return self.classifier(F.dropout(F.relu(self.pre(x[:, 0])), drop))


def fold_segments(t):
    return t["embeddings.position_embeddings.weight"] + t["embeddings.token_type_embeddings.weight"][0]


def from_teacher(vocabulary):
    t = bert.teacher_weights()
    row = {token: i for i, token in enumerate(bert.teacher_vocabulary())}
    model = Classifier(len(vocabulary))
    with torch.no_grad():
        model.words.weight.copy_(t["embeddings.word_embeddings.weight"][[row[token] for token in vocabulary]])
        model.positions.weight.copy_(fold_segments(t)[:128])
        names = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "out": "attention.output.dense",
                 "norm1": "attention.output.LayerNorm", "up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm"}
        for part in ("weight", "bias"):
            getattr(model.norm, part).copy_(t[f"embeddings.LayerNorm.{part}"])
            for i, layer in enumerate(model.layers):
                for ours, theirs in names.items():
                    getattr(getattr(layer, ours), part).copy_(t[f"encoder.layer.{i}.{theirs}.{part}"])
        model.words.weight.copy_(round_groups(model.words.weight))
        for module in model.layers[:KEPT].modules():
            if isinstance(module, Linear):
                module.weight.copy_(round_groups(module.weight))
    for part in (model.words, model.positions, model.norm, *model.layers[:KEPT]):
        part.requires_grad_(False)
    return model


def vocabulary(source, most=8000):
    """Special tokens, single signs, the most frequent words, and what the training texts use."""
    whole = bert.kept_vocabulary()
    tok, rng = bert.tokenizer(whole), random.Random(11)
    used = {}
    for _ in range(14000):
        for token in tok.encode(source.draw(rng)[0]).tokens:
            used[token] = used.get(token, 0) + 1
    single = [t for t in whole if t in bert.SPECIALS or len(t.removeprefix("##")) == 1]
    keep = set(single) | set([t for t in whole if t.isascii() and t.strip("#").isalpha()][:5200])
    for token in sorted(used, key=lambda t: -used[t]):
        if len(keep) >= most:
            break
        keep.add(token)
    return [t for t in whole if t in keep]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--work", required=True)
    add("--minutes", type=float, default=8)
    add("--until", default="")
    add("--batch", type=int, default=32)
    add("--rate", type=float, default=1.5e-4)
    add("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    source = data.Source(args.work, [t for t, *_ in held.rows()])
    path = f"{args.work}/sentiment.state.pt"
    state = torch.load(path, weights_only=False) if os.path.exists(path) else None
    words = state["vocabulary"] if state else vocabulary(source)
    tok = bert.tokenizer(words)
    model = from_teacher(words)
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=args.rate, weight_decay=.01, foreach=True)
    steps, before = 0, 0.
    if state:
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        steps, before = state["steps"], state["spent"]
    rng = random.Random(args.seed * 1000 + steps)
    dev_rng = random.Random(5)
    dev = [(choose(dev_rng, line), good) for line, good in source.dev for _ in range(4)]
    print(len(words), "tokens,", sum(p.numel() for p in model.parameters()), "parameters,", len(dev), "texts to look on", flush=True)

    def right(rows):
        ids, mask = bert.pad(bert.token_ids(tok, [t for t, _ in rows], LONGEST))
        with torch.inference_mode():
            picks = model(ids, mask).argmax(1)
        return sum(int(p) == int(good) for p, (_, good) in zip(picks, rows)) / len(rows)

    begin_cpu, begin = time.process_time(), time.time()
    deadline = begin + 1e9
    if args.until:
        now, (hour, minute) = time.localtime(), map(int, args.until.split(":"))
        deadline = begin + (hour - now.tm_hour) * 3600 + (minute - now.tm_min) * 60
    last, losses = time.process_time(), []
    while True:
        spent = before + time.process_time() - begin_cpu
        gone = max(spent / (args.minutes * 60), (time.time() - begin) / (deadline - begin))
        if gone >= 1:
            break
        Linear.rounds = gone > .6
        for group in optimiser.param_groups:
            group["lr"] = args.rate * min(1, (steps + 1) / 60) * max(.01, .5 * (1 + math.cos(math.pi * gone)))
        rows = [source.draw(rng) for _ in range(args.batch * 4)]
        ids = bert.token_ids(tok, [t for t, _ in rows], LONGEST)
        order = sorted(range(len(rows)), key=lambda i: len(ids[i]))
        batches = [order[i:i + args.batch] for i in range(0, len(rows), args.batch)]
        rng.shuffle(batches)
        for batch in batches:
            x, mask = bert.pad([ids[i] for i in batch])
            # Lost words make every word count.
            lost = (torch.rand(x.shape) < .06) & (x > 4)
            x = torch.where(lost, torch.full_like(x, 1), x)
            loss = F.cross_entropy(model(x, mask, .1), torch.tensor([int(rows[i][1]) for i in batch]), label_smoothing=.05)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
            optimiser.step()
            optimiser.zero_grad()
            steps += 1
            losses.append(loss.item())
        if time.process_time() - last > 60:
            last = time.process_time()
            print(f"{time.strftime('%H:%M')} {spent / 60:.1f} min, {steps} steps, loss {sum(losses[-100:]) / len(losses[-100:]):.3f}, looked on {right(dev):.3f}", flush=True)
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "steps": steps, "spent": spent, "vocabulary": words}, path + ".tmp")
            os.replace(path + ".tmp", path)
    Linear.rounds = True
    torch.save({"model": model.state_dict(), "vocabulary": words, "steps": steps}, f"{args.work}/sentiment.final.pt")
    print(f"done: {steps} steps, looked on {right(dev):.3f}", flush=True)


if __name__ == "__main__":
    main()
