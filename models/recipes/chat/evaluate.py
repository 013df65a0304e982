"""Held-out chats and exact match on them, under teacher forcing.

Greedy decoding gives the reference exactly when the most likely token is the reference at every
target position, so no decoding loop is needed. A chat counts when EVERY assistant turn of it is right.
"""
import random

import torch
import torch.nn.functional as F

from . import data
from .mix import render

SPLITS = ("lex", "phr")


def cases(mixture, tokenizer, count, seed=5, aloud=False):
    """{(split, capability): token rows}, the same for every run with the same seed; with `aloud`, of chats with a thought before the last answer."""
    found = {}
    for split in SPLITS:
        for capability in mixture.makers:
            rng = random.Random(f"{seed} {split} {capability}")
            texts = [render(mixture.chat(rng, split, capability, aloud=aloud)[1]) for _ in range(count)]
            found[split, capability] = data.encode(tokenizer, texts)
    return found


@torch.no_grad()
def right(model, rows, ids, device="cpu", bf16=True):
    """For each row, whether all target tokens are the most likely ones."""
    x, y, counted, _ = (t.to(device) for t in data.collate(rows, ids))
    with torch.autocast(device, torch.bfloat16, enabled=bf16):
        hidden = model.hidden(x, torch.bfloat16 if bf16 else torch.float32)
    logits = F.linear(hidden.flatten(0, 1)[counted].float(), model.embedding)
    wrong = torch.zeros(x.numel(), dtype=torch.bool, device=device)
    wrong[counted] = logits.argmax(-1) != y.flatten()[counted]
    return (~wrong.view(x.shape).any(1)).tolist()


def teacher_forced(model, tokenizer, found, device="cpu", batch=24, bf16=True):
    """{(split, capability): share of chats that are right}"""
    ids = data.Ids(tokenizer)
    flat = sorted(((key, row) for key, rows in found.items() for row in rows if len(row) <= 1000), key=lambda item: len(item[1]))
    hits = {key: [] for key in found}
    for at in range(0, len(flat), batch):
        part = flat[at:at + batch]
        for (key, _), ok in zip(part, right(model, [row for _, row in part], ids, device, bf16)):
            hits[key].append(ok)
    return {key: sum(values) / len(values) for key, values in hits.items()}
