"""Rounds the teacher to about 4 bits a weight without training (GPTQ), as the start of `qat.py`.

    python -m embed.gptq --work DIR        # writes gptq.pt, about a minute

Linear weights: 4 bits, symmetric, one scale for 64 inputs; each column's rounding error is moved
into the columns that are still to be rounded, weighted by the inverse second moment of the layer's
input (Frantar et al., 2022). Word embeddings: 4 bits through a 16-value Gaussian codebook (Lloyd-Max),
one scale a row. Positions: 8 bits, one scale a row. Layers are rounded in order, each on the
activations of the already rounded ones.
"""
import argparse
import time

import numpy as np
import torch

from . import bert

GROUP = 64
LOW, HIGH = -8, 7
LINEARS = ("qkv", "out", "up", "down")


def gaussian_codebook(levels=16, draws=200_000):
    """The Lloyd-Max quantiser of the unit Gaussian."""
    x = np.sort(np.random.RandomState(0).randn(draws))
    book = np.quantile(x, (np.arange(levels) + .5) / levels)
    for _ in range(60):
        cell = np.searchsorted((book[1:] + book[:-1]) / 2, x)
        book = np.array([x[cell == k].mean() for k in range(levels)])
    return torch.tensor(book, dtype=torch.float32)


def nearest_code(ratio, book):
    return torch.bucketize(ratio.contiguous(), (book[1:] + book[:-1]) / 2)


def row_scales(table, book, rounds=4):
    """One scale a row: codes for the scale, then the least-squares scale for the codes, repeated."""
    scale = table.pow(2).mean(1, keepdim=True).sqrt()
    for _ in range(rounds):
        value = book[nearest_code(table / scale, book)]
        scale = (table * value).sum(1, keepdim=True) / value.pow(2).sum(1, keepdim=True)
        scale = scale.clamp_min(1e-8).half().float()
    return scale


def round_rows_8bit(table):
    scale = (table.abs().amax(1, keepdim=True) / 127).half().float()
    return (table / scale).round().clamp(-127, 127) * scale


def best_scale(block):
    """Per row, the scale of least squared error among a few fractions of the largest value."""
    best_error = best = None
    for fraction in (1., .95, .9, .85, .8, .75, .7):
        scale = (block.abs().amax(1, keepdim=True) * fraction / HIGH).clamp_min(1e-8).half().float()
        error = (block - (block / scale).round().clamp(LOW, HIGH) * scale).pow(2).sum(1, keepdim=True)
        if best is None:
            best_error, best = error, scale
        else:
            better = error < best_error
            best_error = torch.where(better, error, best_error)
            best = torch.where(better, scale, best)
    return best[:, 0]


def gptq(weight, moment, group=GROUP, damping=.01):
    """Returns (rounded weight, scales [rows, groups])."""
    weight = weight.clone()
    size = weight.shape[1]
    moment = moment + torch.eye(size) * damping * moment.diag().mean()
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(moment.double()))
    factor = torch.linalg.cholesky((inverse + inverse.T) / 2, upper=True).float()
    rounded = torch.zeros_like(weight)
    scales = torch.zeros(weight.shape[0], size // group)
    for begin in range(0, size, group):
        end = begin + group
        block = weight[:, begin:end]
        scale = best_scale(block)
        scales[:, begin // group] = scale
        errors = torch.zeros_like(block)
        for j in range(group):
            column = begin + j
            value = (block[:, j] / scale).round().clamp(LOW, HIGH) * scale
            error = (block[:, j] - value) / factor[column, column]
            block[:, j + 1:] -= error[:, None] * factor[column, column + 1:end][None]
            rounded[:, column] = value
            errors[:, j] = error
        weight[:, end:] -= errors @ factor[begin:end, end:]
    return rounded, scales


@torch.no_grad()
def input_moment(model, linear, batches):
    """Sum of x x^T over all inputs of one linear layer."""
    size = linear.weight.shape[1]
    moment = torch.zeros(size, size)

    def collect(_, inputs, __):
        x = inputs[0].reshape(-1, size).float()
        with torch.autocast("cpu", enabled=False):      # bf16 sums would make the matrix indefinite
            moment.add_(x.T @ x)

    hook = linear.register_forward_hook(collect)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for ids in batches:
            model(ids, torch.ones_like(ids))
    hook.remove()
    return moment


def calibration_batches(tok, texts, size=64):
    """Batches of like length, cut to their shortest text so that no padding enters the moments."""
    rows = sorted(bert.token_ids(tok, texts, 256), key=len)
    return [torch.tensor([r[:len(rows[i])] for r in rows[i:i + size]]) for i in range(0, len(rows), size)]


@torch.no_grad()
def quantise(model, batches):
    """Rounds `model` in place; returns the scales by parameter name and the embedding codebook."""
    book = gaussian_codebook()
    table = model.words.weight.data
    scales = {"words.weight": row_scales(table, book)}
    model.words.weight.data = book[nearest_code(table / scales["words.weight"], book)] * scales["words.weight"]
    model.positions.weight.data = round_rows_8bit(model.positions.weight.data)
    for number, layer in enumerate(model.layers):
        for name in LINEARS:
            linear = getattr(layer, name)
            moment = input_moment(model, linear, batches)
            linear.weight.data, scale = gptq(linear.weight.data, moment)
            scales[f"layers.{number}.{name}.weight"] = scale
    return scales, book


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--texts", type=int, default=1500, help="calibration texts")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    begin = time.time()
    vocabulary = bert.kept_vocabulary()
    tok = bert.tokenizer(vocabulary)
    model = bert.load_teacher(vocabulary)
    latent_words = model.words.weight.data.clone()
    texts = [t for _, t in bert.read_lines(f"{args.work}/sample.jsonl")[-args.texts:]]
    scales, book = quantise(model, calibration_batches(tok, texts))
    torch.save({"model": model.state_dict(), "scales": scales, "book": book, "latent_words": latent_words,
                "vocabulary": vocabulary}, f"{args.work}/gptq.pt")
    print(f"vocabulary {len(vocabulary)}, {time.time() - begin:.0f} s")


if __name__ == "__main__":
    main()
