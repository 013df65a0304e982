"""Every held-out figure of kindling-chat, from the packed files.

    python -m chat.eval --work DIR --model ../kindling-chat [--cases 60] [--json FILE]

lex: trained wordings, held-out words. phr: wordings written apart, held-out words. Exact match of
whole chats (every assistant turn, end mark included). Then free running: share of turns that stop by
themselves, and the hand-written documents, answered and silent reported together.
"""
import argparse
import json
import random

import torch

from . import evaluate, hand
from .export import generate, load_packed
from .mix import Mixture, render
from .tasks_docs import NOT_SAID


def stop_rate(model, tokenizer, mixture, count):
    """Free-running answers to the first user turn of random held-out chats."""
    stopped = total = 0
    for split in evaluate.SPLITS:
        for capability in mixture.makers:
            rng = random.Random(f"stop {split} {capability}")
            for _ in range(count):
                turns = mixture.chat(rng, split, capability)[1]
                first = next(i for i, (role, _) in enumerate(turns) if role == "assistant")
                _, ended = generate(model, tokenizer, render(turns[:first]) + "<|assistant|>", 100)
                stopped, total = stopped + ended, total + 1
    return stopped, total


def hand_written(model, tokenizer, shown=6):
    """(right, of) for answered and for silent questions, and some failures."""
    hits = {True: [0, 0], False: [0, 0]}
    failures = []
    for count in (1, 3):
        for turns, answer in hand.cases(random.Random(count), count):
            new, _ = generate(model, tokenizer, render(turns) + "<|assistant|>", 80)
            got = tokenizer.decode(new, skip_special_tokens=False).removesuffix("<|end|>")
            known = answer != NOT_SAID
            hits[known][0] += got == answer
            hits[known][1] += 1
            if got != answer and len(failures) < shown * count:
                failures.append((turns[-1][1], answer, got))
    return hits, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--stop-cases", type=int, default=5)
    parser.add_argument("--json")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, tokenizer = load_packed(args.model)
    mixture = Mixture(f"{args.work}/prose.json")
    found = evaluate.cases(mixture, tokenizer, args.cases, seed=77)
    scores = evaluate.teacher_forced(model, tokenizer, found, bf16=False)
    print(f"| capability | lex | phr |\n|---|---|---|")
    for capability in mixture.makers:
        print(f"| {capability} | {100 * scores['lex', capability]:.0f} | {100 * scores['phr', capability]:.0f} |")
    means = {s: 100 * sum(scores[s, c] for c in mixture.makers) / len(mixture.makers) for s in evaluate.SPLITS}
    print(f"| mean | {means['lex']:.1f} | {means['phr']:.1f} |")
    hits, failures = hand_written(model, tokenizer)
    print(f"hand-written documents: answered {hits[True][0]} of {hits[True][1]}, silent {hits[False][0]} of {hits[False][1]}")
    for question, want, got in failures:
        print(f"  {question!r}\n    want {want!r}\n    got  {got!r}")
    stopped, total = stop_rate(model, tokenizer, mixture, args.stop_cases)
    print(f"stopped by itself {stopped} of {total}")
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"scores": {f"{s}/{c}": v for (s, c), v in scores.items()}, "means": means,
                       "hand": {"answered": hits[True], "silent": hits[False]}, "stopped": [stopped, total]}, file, indent=1)


if __name__ == "__main__":
    main()
