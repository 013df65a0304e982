"""Last stage of the distillation: goes on from `qat_state.pt` with passages and questions of retrieval.py.

    python -m embed.refine --work DIR --minutes 29        # resumes from refine_state.pt
    python -m embed.refine --work DIR --minutes 5 --rate 2e-5 --settle

Every second step is one of qat.py on the old texts. The others take a few groups of near passages with
all their questions: 1 - cosine to the teacher, the squared error of all similarities in the batch, and
the divergence of the ranking (softmax of the similarities of each question to the batch's passages)
from the teacher's. The rate falls linearly to nothing over the given time.

The mean of the weights before and after is better than either, on old and new texts alike. `--settle`
goes on from that mean at a low rate, so that the rounding fits it, and writes settle_state.pt.
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

from . import bert, qat

TEMPERATURE = .1        # of the ranking's softmax
GROUPS = 4              # groups of near passages in a batch


def load_retrieval(work, name, tok):
    """Token rows, vectors, the questions of each passage and the groups."""
    rows = bert.read_lines(f"{work}/retrieval_{name}.jsonl")
    with np.load(f"{work}/retrieval_{name}.npz") as file:
        stored = {key: file[key] for key in file}
    asked = [[] for _ in rows]
    for number, owner in enumerate(stored["owners"]):
        asked[owner].append(number)
    return {"passages": bert.token_ids(tok, [p for p, _ in rows], 320),
            "questions": bert.token_ids(tok, [q for _, questions in rows for q in questions], 320),
            "passage_vectors": stored["passages"], "question_vectors": stored["questions"],
            "asked": asked, "groups": stored["groups"]}


def group_batches(groups, rng):
    """Endless lists of passages, each a few groups."""
    order = list(range(len(groups)))
    while True:
        rng.shuffle(order)
        for begin in range(0, len(order) - GROUPS + 1, GROUPS):
            yield [int(p) for g in order[begin:begin + GROUPS] for p in groups[g]]


def forward(model, rows):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return model(*bert.pad(rows))


def similarity_loss(vectors, target):
    return F.mse_loss(vectors @ vectors.T, target @ target.T)


def retrieval_loss(model, data, passages, weight):
    questions = [q for p in passages for q in data["asked"][p]]
    ours_p = forward(model, [data["passages"][p] for p in passages])
    ours_q = forward(model, [data["questions"][q] for q in questions])
    theirs_p = torch.from_numpy(data["passage_vectors"][passages])
    theirs_q = torch.from_numpy(data["question_vectors"][questions])
    ours, theirs = torch.cat([ours_p, ours_q]), torch.cat([theirs_p, theirs_q])
    distance = 1 - (ours * theirs).sum(1).mean()
    ranking = F.kl_div((ours_q @ ours_p.T / TEMPERATURE).log_softmax(1),
                       (theirs_q @ theirs_p.T / TEMPERATURE).softmax(1), reduction="batchmean")
    return distance + weight * similarity_loss(ours, theirs) + ranking, distance.item(), ranking.item()


def text_loss(model, rows, labels, weight):
    vectors, target = forward(model, rows), torch.from_numpy(labels).float()
    distance = 1 - (vectors * target).sum(1).mean()
    return distance + weight * similarity_loss(vectors, target), distance.item()


def mean_weights(one, other):
    return {name: (value + other[name]) / 2 if value.is_floating_point() else value for name, value in one.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--minutes", type=float, default=29, help="length of the schedule")
    parser.add_argument("--settle", action="store_true", help="the second part, from the mean of before and after")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--similarity", type=float, default=10, help="weight of the similarity error")
    parser.add_argument("--budget", type=int, default=2600, help="tokens a batch of old texts")
    parser.add_argument("--most", type=int, default=144, help="old texts a batch")
    parser.add_argument("--save-seconds", type=int, default=180)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=29)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = qat.build(torch.load(f"{args.work}/gptq.pt", weights_only=False))
    tok = bert.tokenizer(bert.kept_vocabulary())
    data = load_retrieval(args.work, "train", tok)
    labels = qat.load_labels(args.work)
    rows = bert.token_ids(tok, [t for _, t in bert.read_lines(f"{args.work}/sample.jsonl")][:len(labels)], 320)
    optimiser = torch.optim.AdamW(qat.parameter_groups(model, args.rate), betas=(.9, .98), weight_decay=0., fused=True)
    rates = [g["lr"] for g in optimiser.param_groups]
    path, before = (f"{args.work}/{name}_state.pt" for name in (("settle", "refine") if args.settle else ("refine", "qat")))
    steps, spent, shown = 0, 0., [0, 0]
    state = torch.load(path if os.path.exists(path) else before, weights_only=False)
    if args.settle and not os.path.exists(path):
        state["model"] = mean_weights(torch.load(f"{args.work}/qat_state.pt", weights_only=False)["model"], state["model"])
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    if os.path.exists(path):
        steps, spent, shown = state["steps"], state["spent"], state["shown"]
        print(f"resumed after {steps} steps, {spent / 60:.1f} minutes", flush=True)
    del state
    rng = random.Random(args.seed + steps + args.settle)
    texts = qat.batches(rows, rng, args.budget, args.most)
    groups = group_batches(data["groups"], rng)
    begin = last_save = time.time()
    spent_before = spent
    losses = []

    def save():
        saved = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "steps": steps, "spent": spent,
                 "shown": shown}
        torch.save(saved, path + ".tmp")
        os.replace(path + ".tmp", path)

    model.train()
    while spent < args.minutes * 60:
        factor = min((steps + 1) / 40, max(.003, 1 - spent / (args.minutes * 60)))
        for group, rate in zip(optimiser.param_groups, rates):
            group["lr"] = rate * factor
        if steps % 2:
            batch = next(texts)
            loss, distance = text_loss(model, [rows[i] for i in batch], labels[batch], args.similarity)
            shown[1] += len(batch)
            losses.append((distance,))
        else:
            batch = next(groups)
            loss, *parts = retrieval_loss(model, data, batch, args.similarity)
            shown[0] += len(batch)
            losses.append(parts)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        steps, spent = steps + 1, spent_before + time.time() - begin
        if steps % 40 == 0:
            pairs, old = losses[-40::2], losses[-39::2]
            print(f"{steps} steps, {spent / 60:.1f} minutes, {shown[0]} passages and {shown[1]} texts; 1 - cos "
                  f"{np.mean([p[0] for p in pairs]):.5f} (ranking {np.mean([p[1] for p in pairs]):.5f}), "
                  f"texts {np.mean([p[0] for p in old]):.5f}", flush=True)
        if time.time() - last_save > args.save_seconds:
            save()
            last_save = time.time()
    save()
    print("done", flush=True)


if __name__ == "__main__":
    main()
