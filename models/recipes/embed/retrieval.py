"""Passages under a title line with questions about them, for the last stage of training (`refine.py`).

    python -m embed.retrieval --work DIR/embed --prose DIR/prose.json      # about three minutes

The form is the one that a document search embeds: `Title` and, on the next line, a paragraph of 30 to
110 words. The passages come from the generators of kindling-chat (invented subjects, plain statements)
and from real neighbouring sentences of the corpus; each has one to three questions. The held-out part
has other seeds, held-out words and held-out corpus keys. Everything is labelled with the teacher's vectors.

Writes retrieval_{train,held}.jsonl (rows of [passage, [question, ...]]) and retrieval_{train,held}.npz
(`passages`, `questions`, and `owners`: the passage of each question), and for training `groups`:
lists of passages that are near one another for the teacher.
"""
import argparse
import json
import random
import re
import time

import numpy as np
import torch

from chat import asked, composed, documents, invented, kit as kits
from chat import questions as Q

from . import bert

SHORTEST, LONGEST = 30, 110         # words of a paragraph
GROUP = 6                           # near passages that go into a batch together
KINDS = ["invented"] * 9 + ["composed"] * 4 + ["real"] * 7


def words(sentences):
    return sum(len(s.split()) for s in sentences)


def invented_source(kit, theme):
    """A document about one invented thing, with more statements than the chat's documents have."""
    document = documents.invented_document(kit, theme)
    used = {number for number, _ in document["facts"]}
    free = [n for n in range(len(documents.facts_of(document["kind"]))) if n not in used]
    kit.rng.shuffle(free)
    for number in free:
        sentence, slots = documents.statement(kit, document, number)
        document["sentences"].append(sentence)
        document["facts"].append((number, slots))
    return document


def composed_source(kit, prose):
    document = documents.composed_document(kit, prose)
    free = [n for n in range(len(composed.FORMS)) if n not in {number for number, _ in document["facts"]}]
    for number in kit.rng.sample(free, kit.rng.randint(4, 9)):
        sentence, slots = composed.sentence(kit, number, document["nouns"])
        document["sentences"].append(sentence)
        document["facts"].append((number, slots))
    return document


def real_source(kit, prose):
    pool = prose.pool(kit)
    sentences = list(kit.pick(pool["passages"] if kit.chance(.8) else [[]]))
    while words(sentences) < SHORTEST:      # dictionary entries and short statements fill up
        if kit.chance(.5):
            sentences.append(documents.entry_sentence(kit, *kit.pick(pool["entries"])[:3]))
        else:
            sentences.append(kit.pick(pool["singles"]))
    keys = [w for s in sentences for w in re.findall(r"[A-Za-z]{4,}", s) if w.lower() not in Q.STOP]
    title = " ".join(kit.rng.sample(keys, min(len(keys), kit.pick([1, 2, 2, 3])))) or "Notes"
    return dict(kind=None, title=title[:1].upper() + title[1:], sentences=sentences, facts=None)


def question(kit, prose, document, at):
    sentence = document["sentences"][at]
    if document["kind"] is None:
        text = asked.ask_real(kit, prose, sentence)
    elif document["kind"] == "composed":
        text = composed.question(kit, *document["facts"][at])
    else:
        text = asked.ask_invented(kit, document, *document["facts"][at], sentence, kit.chance(.7))
    if not text:
        return None
    return text[:1].upper() + text[1:] if kit.chance(.75) else text


def passages_of(kit, prose, theme):
    """One or two passages of a new document, each (text, questions)."""
    kind = kit.pick(KINDS)
    document = (invented_source(kit, theme) if kind == "invented" else
                composed_source(kit, prose) if kind == "composed" else real_source(kit, prose))
    at, count = 0, len(document["sentences"])
    while at < count:
        want, end = kit.rng.randint(SHORTEST, LONGEST - 20), at
        while end < count and words(document["sentences"][at:end]) < want:
            end += 1
        paragraph = document["sentences"][at:end]
        if SHORTEST <= words(paragraph) <= LONGEST:
            asked = [question(kit, prose, document, i) for i in kit.rng.sample(range(at, end), min(end - at, 3))]
            asked = list(dict.fromkeys(q for q in asked if q))[:kit.pick([1, 2, 2, 3])]
            if asked:
                yield f"{document['title']}\n{' '.join(paragraph)}", asked
        at = end


def draw(prose, split, count, seed):
    kit = kits.Kit(random.Random(seed), split)
    rows, seen = [], set()
    while len(rows) < count:
        theme = kit.pick(invented.SUBJECT_NAMES)        # a few documents of one subject after another
        for _ in range(kit.rng.randint(1, 5)):
            for passage, questions in passages_of(kit, prose, theme):
                if passage not in seen:
                    seen.add(passage)
                    rows.append((passage, questions))
    return rows[:count]


def near_groups(vectors, rng, size=GROUP):
    """Every passage once, in groups of one and its nearest that are still free."""
    free = np.ones(len(vectors), bool)
    groups = []
    for first in rng.permutation(len(vectors)):
        if not free[first]:
            continue
        left = np.flatnonzero(free)
        scores = vectors[left] @ vectors[first]
        near = left[np.argsort(-scores)[:size]]
        free[near] = False
        groups.append(near)
    return np.array([g for g in groups if len(g) == size])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--prose", required=True, help="the file of chat.prose")
    parser.add_argument("--passages", type=int, default=8000)
    parser.add_argument("--held", type=int, default=800)
    parser.add_argument("--held-only", action="store_true", help="only what the evaluation needs")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=23)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    prose = documents.Prose(args.prose)
    teacher, tok = bert.load_teacher(), bert.tokenizer(bert.teacher_vocabulary())
    parts = [("held", "phr", args.held, args.seed + 1), ("train", "train", args.passages, args.seed)]
    for name, split, count, seed in parts[:1] if args.held_only else parts:
        begin = time.time()
        rows = draw(prose, split, count, seed)
        with open(f"{args.work}/retrieval_{name}.jsonl", "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        asked = [q for _, questions in rows for q in questions]
        owners = np.array([i for i, (_, questions) in enumerate(rows) for _ in questions])
        # The held-out set is compared with exact vectors; half precision is enough to train on.
        passages = bert.encode(teacher, tok, [p for p, _ in rows], budget=1536, bf16=name == "train")
        questions = bert.encode(teacher, tok, asked, budget=1536, bf16=name == "train")
        groups = near_groups(passages, np.random.RandomState(args.seed))
        np.savez(f"{args.work}/retrieval_{name}.npz", passages=passages, questions=questions, owners=owners, groups=groups)
        print(f"{name}: {len(rows)} passages, {len(asked)} questions, {len(groups)} groups, "
              f"{time.time() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
