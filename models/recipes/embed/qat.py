"""Quantisation-aware distillation: trains the rounded model to give the teacher's vectors.

    python -m embed.qat --work DIR --presentations 200000     # resumes from qat_state.pt

The forward pass always uses the rounded weights; the gradient passes through the rounding to hidden
full-precision copies, and also reaches the group scales, the norms and the biases. The grid of the
codes (`grid`) stays where GPTQ put it; only the value of a grid step (`step`) is trained.
Loss: 1 - cosine to the teacher + 2 x squared error of the similarities inside a batch.
"""
import argparse
import os
import random
import time

import quick_mkl  # before torch

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from . import bert, gptq


class RoundedLinear(nn.Module):
    def __init__(self, linear, scales):
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self.register_buffer("grid", scales[:, :, None].clone())
        self.step = nn.Parameter(scales[:, :, None].clone())
        self.frozen = None

    def rounded(self):
        ratio = self.weight.view(self.weight.shape[0], -1, gptq.GROUP) / self.grid
        ratio = ratio.clamp(gptq.LOW, gptq.HIGH)
        return (self.step * (ratio + (ratio.round() - ratio).detach())).view_as(self.weight)

    def forward(self, x):
        return F.linear(x, self.rounded() if self.training else self.frozen, self.bias)


class RoundedEmbedding(nn.Module):
    """Only the rows that a batch uses are rounded."""

    def __init__(self, latent, scale, book):
        super().__init__()
        self.weight = nn.Parameter(latent.clone())
        self.register_buffer("scale", scale)
        self.register_buffer("book", book)
        self.frozen = None

    def rounded(self, rows, scale):
        return self.book[gptq.nearest_code(rows / scale, self.book)] * scale

    def forward(self, ids):
        if not self.training:
            return F.embedding(ids, self.frozen)
        used, place = torch.unique(ids, return_inverse=True)
        rows = self.weight[used]
        value = self.rounded(rows.detach(), self.scale[used])
        return F.embedding(place, rows + (value - rows).detach())


def build(start):
    """The trainable model from the file that gptq.py wrote."""
    model = bert.Encoder(len(start["vocabulary"]))
    model.load_state_dict(start["model"])
    model.words = RoundedEmbedding(start["latent_words"], start["scales"]["words.weight"], start["book"])
    for number, layer in enumerate(model.layers):
        for name in gptq.LINEARS:
            scales = start["scales"][f"layers.{number}.{name}.weight"]
            setattr(layer, name, RoundedLinear(getattr(layer, name), scales))
    return model


@torch.no_grad()
def freeze(model):
    """Prepares `model` for inference: keeps the rounded weights."""
    for module in model.modules():
        if isinstance(module, RoundedLinear):
            module.frozen = module.rounded().clone()
        elif isinstance(module, RoundedEmbedding):
            module.frozen = module.rounded(module.weight, module.scale)
    return model.eval()


def batches(rows, rng, budget, most):
    """Endless lists of indices: like lengths together, but only inside a random pool."""
    order = list(range(len(rows)))
    while True:
        rng.shuffle(order)
        pool_size = 3000
        for begin in range(0, len(order), pool_size):
            pool = sorted(order[begin:begin + pool_size], key=lambda i: len(rows[i]))
            cut, batch = [], []
            for i in pool:
                if batch and (len(batch) >= most or (len(batch) + 1) * len(rows[i]) > budget):
                    cut.append(batch)
                    batch = []
                batch.append(i)
            cut.append(batch)
            rng.shuffle(cut)
            yield from (b for b in cut if len(b) > 3)


def parameter_groups(model, rate):
    groups = {"words": [], "steps": [], "rest": []}
    for name, p in model.named_parameters():
        groups["words" if name.startswith("words") else "steps" if name.endswith(".step") else "rest"].append(p)
    return [{"params": groups["words"], "lr": 2 * rate}, {"params": groups["steps"], "lr": .15 * rate},
            {"params": groups["rest"], "lr": rate}]


def load_labels(work):
    names = sorted(n for n in os.listdir(work) if n.startswith("labels_") and n.endswith(".npy") and "tmp" not in n)
    return np.concatenate([np.load(f"{work}/{n}") for n in names])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--presentations", type=int, default=200_000, help="texts shown in all (the schedule's end)")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--budget", type=int, default=2600, help="tokens a batch")
    parser.add_argument("--most", type=int, default=144, help="texts a batch")
    parser.add_argument("--save-seconds", type=int, default=180)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    model = build(torch.load(f"{args.work}/gptq.pt", weights_only=False))
    tok = bert.tokenizer(bert.kept_vocabulary())
    labels = load_labels(args.work)
    texts = [t for _, t in bert.read_lines(f"{args.work}/sample.jsonl")][:len(labels)]
    rows = bert.token_ids(tok, texts, 320)
    optimiser = torch.optim.AdamW(parameter_groups(model, args.rate), betas=(.9, .98), weight_decay=0., fused=True)
    rates = [g["lr"] for g in optimiser.param_groups]
    path, seen, steps, epoch_seed = f"{args.work}/qat_state.pt", 0, 0, args.seed
    if os.path.exists(path):
        state = torch.load(path, weights_only=False)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        seen, steps = state["seen"], state["steps"]
        epoch_seed = args.seed + steps          # another order after a resume, not the same texts again
        print(f"resumed at {seen} texts", flush=True)
    stream = batches(rows, random.Random(epoch_seed), args.budget, args.most)

    def save():
        state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "seen": seen, "steps": steps}
        torch.save(state, path + ".tmp")
        os.replace(path + ".tmp", path)

    begin = last_save = time.time()
    shown, losses = 0, []
    model.train()
    while seen < args.presentations:
        batch = next(stream)
        factor = min(1., (steps + 1) / 60, max(.02, 1 - seen / args.presentations))
        for group, rate in zip(optimiser.param_groups, rates):
            group["lr"] = rate * factor
        ids, mask = bert.pad([rows[i] for i in batch])
        target = torch.from_numpy(labels[batch]).float()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = model(ids, mask)
        cosine = (vectors * target).sum(1).mean()
        similarity = F.mse_loss(vectors @ vectors.T, target @ target.T)
        loss = 1 - cosine + 2 * similarity
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        seen, steps, shown = seen + len(batch), steps + 1, shown + len(batch)
        losses.append(1 - cosine.item())
        if steps % 100 == 0:
            print(f"{seen} texts, 1 - cos {sum(losses[-100:]) / 100:.5f}, {shown / (time.time() - begin):.0f}/s", flush=True)
        if time.time() - last_save > args.save_seconds:
            save()
            last_save = time.time()
    save()
    print("done", flush=True)


if __name__ == "__main__":
    main()
