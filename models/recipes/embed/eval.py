"""Every held-out figure of kindling-embed, against the teacher.

    python -m embed.eval --work DIR --model models/kindling-embed [--json FILE]

cos, p5: mean and 5th percentile of the cosine to the teacher's vector of the same text.
rand, near: Spearman correlation with the teacher's similarities, over random pairs and over each
text's ten nearest neighbours (the hard one). nn1: how often the nearest neighbour is the same.
retr: held-out questions whose own passage is first / among the first five, by class and in all.
topics: everyday questions against short passages, hits and mean margin to the best wrong one.
titled: the held-out passages under a title and their questions, of retrieval.py: mean cosine to the
teacher, how often the same passage is first, ours and the teacher's hits on the question's own
passage, and the error of the score differences between the first passage of the teacher and its next four.
"""
import argparse
import json
import os

import numpy as np
import torch
from tokenizers import Tokenizer

import kindling_format

from . import bert
from .topics import TOPICS


def ranks(values):
    out = np.empty(len(values))
    out[np.argsort(values, kind="stable")] = np.arange(len(values))
    return out


def spearman(a, b):
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def similarity_figures(ours, teacher):
    cosine = (ours * teacher).sum(1)
    rng = np.random.RandomState(0)
    left, right = rng.randint(0, len(ours), (2, 100_000))
    left, right = left[left != right], right[left != right]
    theirs = teacher @ teacher.T
    np.fill_diagonal(theirs, -1)
    mine = ours @ ours.T
    np.fill_diagonal(mine, -1)
    near = np.argpartition(-theirs, 10, axis=1)[:, :10]
    row = np.arange(len(ours))[:, None]
    return {
        "cos": float(cosine.mean()), "p5": float(np.percentile(cosine, 5)),
        "rand": spearman(mine[left, right], theirs[left, right]),
        "near": spearman(mine[row, near].ravel(), theirs[row, near].ravel()),
        "nn1": float((mine.argmax(1) == theirs.argmax(1)).mean()),
    }


def retrieval_figures(questions, passages, kinds):
    """Each class of pairs is ranked in its own pool; `retr` pools the hits of all classes."""
    out, hits1, hits5 = {}, 0., 0.
    for kind in dict.fromkeys(kinds):
        pick = [i for i, k in enumerate(kinds) if k == kind]
        scores = questions[pick] @ passages[pick].T
        better = (scores > np.diag(scores)[:, None]).sum(1)
        out["retr " + kind] = [float((better < 1).mean()), float((better < 5).mean()), len(pick)]
        hits1 += (better < 1).sum()
        hits5 += (better < 5).sum()
    out["retr"] = [float(hits1 / len(kinds)), float(hits5 / len(kinds)), len(kinds)]
    return out


def topic_figures(encode):
    passages = encode([passage for passage, _ in TOPICS])
    owner = np.array([i for i, (_, asked) in enumerate(TOPICS) for _ in asked])
    scores = encode([q for _, asked in TOPICS for q in asked]) @ passages.T
    wrong = scores.copy()
    wrong[np.arange(len(owner)), owner] = -1
    margin = scores[np.arange(len(owner)), owner] - wrong.max(1)
    return {"topics": [int((scores.argmax(1) == owner).sum()), len(owner), float(margin.mean())]}


def titled_figures(encode, work):
    """Held-out generated passages and questions; empty where retrieval.py has not run."""
    if not os.path.exists(f"{work}/retrieval_held.npz"):
        return {}
    rows = bert.read_lines(f"{work}/retrieval_held.jsonl")
    with np.load(f"{work}/retrieval_held.npz") as file:
        teacher_p, teacher_q, owners = file["passages"], file["questions"], file["owners"]
    passages, questions = encode([p for p, _ in rows]), encode([q for _, asked in rows for q in asked])
    ours, theirs = questions @ passages.T, teacher_q @ teacher_p.T
    best = np.argsort(-theirs, axis=1)[:, :5]
    ours_best, theirs_best = (np.take_along_axis(scores, best, 1) for scores in (ours, theirs))
    error = (ours_best[:, :1] - ours_best[:, 1:]) - (theirs_best[:, :1] - theirs_best[:, 1:])
    return {"cos titled": [float((passages * teacher_p).sum(1).mean()), float((questions * teacher_q).sum(1).mean())],
            "titled nn1": float((ours.argmax(1) == theirs.argmax(1)).mean()),
            "titled own": [float((ours.argmax(1) == owners).mean()), float((theirs.argmax(1) == owners).mean()), len(owners)],
            "titled margin": float(np.sqrt((error ** 2).mean()))}


def figures(encode, work):
    """All figures of an encoder, given as a function from texts to unit vectors."""
    held = bert.read_lines(f"{work}/held_sample.jsonl")
    teacher = np.load(f"{work}/held_vectors.npy").astype(np.float32)
    ours = encode([t for _, t in held])
    out = similarity_figures(ours, teacher)
    long = [i for i, (kind, _) in enumerate(held) if kind == "long"]
    out["cos long texts"] = float((ours[long] * teacher[long]).sum(1).mean())
    pairs = bert.read_lines(f"{work}/pairs_sample.jsonl")
    kinds = ["docs" if p[0] == "doc" else p[0] for p in pairs]
    out.update(retrieval_figures(encode([p[1] for p in pairs]), encode([p[2] for p in pairs]), kinds))
    out.update(topic_figures(encode))
    out.update(titled_figures(encode, work))
    return out


def packed_encoder(folder, bf16=True):
    model = bert.load_encoder(kindling_format.load(f"{folder}/model.safetensors"))
    tok = Tokenizer.from_file(f"{folder}/tokenizer.json")
    return lambda texts: bert.encode(model, tok, texts, bf16=bf16)


def teacher_encoder():
    model, tok = bert.load_teacher(), bert.tokenizer(bert.teacher_vocabulary())
    return lambda texts: bert.encode(model, tok, texts)


def show(name, out):
    print(name)
    for key, value in out.items():
        shown = " / ".join(f"{v:.3f}" if isinstance(v, float) else str(v) for v in value) \
            if isinstance(value, list) else f"{value:.4f}"
        print(f"  {key:16} {shown}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--teacher", action="store_true", help="the teacher's own figures too")
    parser.add_argument("--json", help="write the figures here as well")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = {"model": figures(packed_encoder(args.model), args.work)}
    show("packed model", result["model"])
    if args.teacher:
        result["teacher"] = figures(teacher_encoder(), args.work)
        show("teacher", result["teacher"])
    if args.json:
        with open(args.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
