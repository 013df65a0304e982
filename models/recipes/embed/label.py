"""Samples the corpus and computes the teacher's vectors, which are all that training needs.

    python -m embed.label --work DIR --texts 120000

Writes sample.jsonl, labels_NN.npy (float16, 10,000 texts each; finished parts are kept when the
run is started again), and the held-out set with its vectors.
"""
import argparse
import json
import os
import random
import time

import numpy as np
import torch

from . import bert

# Relative weight of each kind of text in the sample; the held-out set uses the same shares.
SHARES = dict(wn_def=70, wn_word_def=32, wn_question=35, wn_rev_question=14, wn_example=41, wn_terms=8, gcide=36,
              rustbooks=15, rustbooks_title=3, ruststd=6, ruststd_title=2, node=8, node_title=1, misc_html=7,
              misc_html_title=1, text_docs=9, pydoc=9, man=26, deb_short=24, everyday=28, long=16)
PAIR_LIMITS = [("wn_n", 350), ("wn_ex", 250), ("wn_v", 120), ("wn_a", 80), ("doc", 200)]
PART = 10_000


def sample(rows, count, rng):
    """At most `share` of each kind, in random order."""
    unit = count / sum(SHARES.values())
    room = {kind: int(share * unit) for kind, share in SHARES.items()}
    taken = []
    for kind, text in rows:
        if room.get(kind, 0) > 0:
            room[kind] -= 1
            taken.append((kind, text))
    rng.shuffle(taken)
    return taken


def pick_pairs(pairs, rng):
    """The commonest words of each class of question, so that they are ones a person could ask."""
    rng.shuffle(pairs)
    picked = []
    for prefix, limit in PAIR_LIMITS:
        group = sorted((p for p in pairs if p[0].startswith(prefix)), key=lambda p: -p[3])
        picked += group[:limit]
    return picked


def save_rows(path, rows):
    with open(path, "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--texts", type=int, default=120_000)
    parser.add_argument("--held", type=int, default=4_400)
    parser.add_argument("--held-only", action="store_true", help="only what the evaluation needs")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rng = random.Random(args.seed)
    teacher = bert.load_teacher()
    tok = bert.tokenizer(bert.teacher_vocabulary())

    def vectors(texts):
        return bert.encode(teacher, tok, texts, budget=1536).astype(np.float16)

    if not os.path.exists(f"{args.work}/pairs_vectors.npy"):
        held = sample(bert.read_lines(f"{args.work}/held.jsonl"), args.held, rng)
        save_rows(f"{args.work}/held_sample.jsonl", held)
        np.save(f"{args.work}/held_vectors.npy", vectors([t for _, t in held]))
        pairs = pick_pairs(bert.read_lines(f"{args.work}/pairs.jsonl"), rng)
        save_rows(f"{args.work}/pairs_sample.jsonl", pairs)
        np.save(f"{args.work}/pairs_vectors.npy",
                np.stack([vectors([p[1] for p in pairs]), vectors([p[2] for p in pairs])]))
        print(f"held out {len(held)}, pairs {len(pairs)}", flush=True)
    if args.held_only:
        return
    path = f"{args.work}/sample.jsonl"
    if not os.path.exists(path):
        save_rows(path, sample(bert.read_lines(f"{args.work}/train.jsonl"), args.texts, random.Random(args.seed + 1)))
    texts = [t for _, t in bert.read_lines(path)]
    begin, done = time.time(), 0
    for first in range(0, len(texts), PART):
        out = f"{args.work}/labels_{first // PART:03d}.npy"
        if os.path.exists(out):
            continue
        part = texts[first:first + PART]
        np.save(out + ".tmp.npy", vectors(part))
        os.rename(out + ".tmp.npy", out)
        done += len(part)
        print(f"{first + len(part)} of {len(texts)}, {done / (time.time() - begin):.0f} texts/s", flush=True)


if __name__ == "__main__":
    main()
