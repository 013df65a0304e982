"""Chats as token batches: length-sorted, loss on the assistant's words only."""
import torch

from .drills import Drills
from .kit import OPENED, UNSAID
from .mix import render


class Ids:
    def __init__(self, tokenizer):
        self.assistant, self.end, self.pad = (tokenizer.token_to_id(f"<|{n}|>") for n in ("assistant", "end", "pad"))
        self.decisive = {self.end, tokenizer.encode("\n", add_special_tokens=False).ids[0]}
        self.unsaid, self.opened = (tokenizer.encode(mark, add_special_tokens=False).ids[0] for mark in (UNSAID, OPENED))

    def read(self, row):
        """The tokens of a row without marks, and for each whether it is to be predicted: after <|assistant|>, up to and
        with <|end|>, but in what another said and in what the prompt opens."""
        kept, flags, inside, begun = [], [], False, 0
        for token in row:
            if token == self.unsaid and inside and kept[-1] == self.assistant:
                inside = False
                continue
            if token == self.opened and inside:
                flags[begun:] = [False] * (len(flags) - begun)
                continue
            kept.append(token)
            flags.append(inside)
            if token == self.assistant:
                inside, begun = True, len(kept)
            elif token == self.end:
                inside = False
        return kept, flags


def encode(tokenizer, texts):
    return [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]


# So many tokens at the beginning of an answer weigh so much, for there it is decided what answer it is; and so do ends of lines
# and of answers, where one more item or none is decided.
FIRST, WEIGHT = 3, 3.


def weights(targets, flags, decisive):
    """For each token that counts, its weight."""
    found, run = [], 0
    for token, flag in zip(targets, flags):
        run = run + 1 if flag else 0
        if flag:
            found.append(WEIGHT if run <= FIRST or token in decisive else 1.)
    return found


def collate(rows, ids, multiple=8):
    """Inputs, targets, the flat positions that count and what each weighs; the length is rounded up."""
    rows = [ids.read(row) for row in rows]
    length = -(-(max(len(kept) for kept, _ in rows) - 1) // multiple) * multiple
    x = torch.full((len(rows), length), ids.pad)
    y = torch.full((len(rows), length), ids.pad)
    counted = torch.zeros((len(rows), length), dtype=torch.bool)
    heavy = []
    for i, (row, flags) in enumerate(rows):
        n, flags = len(row) - 1, flags[1:]
        x[i, :n] = torch.tensor(row[:-1])
        y[i, :n] = torch.tensor(row[1:])
        counted[i, :n] = torch.tensor(flags)
        heavy += weights(row[1:], flags, ids.decisive)
    return x, y, counted.flatten().nonzero().squeeze(1), torch.tensor(heavy)


def positions(length, rng, farthest, share):
    """Positions 0, 1, 2 ..., or in this share of the batches with one to three gaps, as if much stood between."""
    if rng.random() >= share:
        return torch.arange(length)
    steps = [1] * length
    for _ in range(rng.randint(1, 3)):
        room = farthest - sum(steps) - 1
        if room > 1:
            steps[rng.randrange(1, length)] += int(room ** rng.random())
    return torch.tensor(steps).cumsum(0) - 1


def batches(mixture, tokenizer, rng, tokens, longest, shares=lambda: (None, 0.), pool=3000, order=None):
    """Endless batches of about `tokens` tokens; every chat is new. `shares` gives the mixture of the
    moment and the part of the rows that are drills. Workers with the same `order` (a Random) have rows of
    about the same length in every step, so that none waits for the other."""
    order = order or rng
    ids = Ids(tokenizer)
    used = encode(tokenizer, [render(mixture.chat(rng)[1]) for _ in range(400)])
    drills = Drills(tokenizer, [t for row in used for t in row])
    while True:
        now, drilled = shares()
        rows = encode(tokenizer, [render(mixture.chat(rng, shares=now)[1]) for _ in range(int(pool * (1 - drilled)))])
        rows += [drills.row(rng) for _ in range(int(pool * drilled))]
        rows = sorted((r for r in rows if len(r) <= longest), key=lambda r: len(r) + rng.random() * 6)
        cut, batch = [], []
        for row in rows:
            if batch and len(row) * (len(batch) + 1) > tokens:
                cut.append(batch)
                batch = []
            batch.append(row)
        cut.append(batch)
        count = min(len(cut), max(1, pool * 130 // tokens))         # the same for all workers; a few batches are left out
        for place in order.sample(range(count), count):
            yield collate(cut[int((place + .5) / count * len(cut))], ids)
