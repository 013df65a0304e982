"""Every held-out figure of kindling-chat, from the packed files.

    python -m chat.eval --work DIR --model ../kindling-chat [--cases 60] [--json FILE]

lex: trained wordings, held-out words. phr: wordings written apart, held-out words. First whole chats (every assistant turn,
end mark included), for each capability; then the figures that the goals name; then free running: tool calls, turns that stop
by themselves, five hundred prompts of noise, hand-written documents, answered and silent reported together, hand-written
tools and records, and what developers type first.
"""
import argparse
import collections
import json
import random

import torch

from . import data, evaluate, first, hand, hand_tools, noise_prompts
from .decode import generate, text_of
from .export import load_packed, render as chat_text
from .kit import CALL
from .mix import Mixture, render
from .tasks_context import NOT_SAID

WINDOW = 4096
GOALS = {  # figure: (capabilities, goal for known and for fresh wordings)
    "recall of names and facts": (("name", "fact"), 98, 90), "answers from a context": (("context",), 95, 85), "refusals: context does not say": (("context_silent",), 95, 85),
    "never told, said so": (("untold",), None, None), "answers from documents": (("documents", "documents_mixed", "documents_real"), None, None), "refusals: documents do not say": (("documents_silent",), None, None),
    "answers from plain facts": (("relation",), None, None), "refusals: plain facts do not say": (("relation_silent",), None, None),
    "answers from natural texts": (("passage",), None, None), "refusals: natural texts do not say": (("passage_silent",), None, None),
    "schema extraction, exact": (("json",), 92, 80), "records of natural sentences, exact": (("record",), None, None), "wishes for natural tools, whole chats": (("wish",), None, None), "format": (("format",), 92, 80), "two-step loops": (("two_calls",), 90, 80), "summaries and rewriting": (("shorter",), None, None), "outside and noise, politely": (("outside",), None, None),
}


def first_calls(model, tokenizer, mixture, split, count):
    """Free-running first tool turns: (chats, right tool, the same with exact arguments)."""
    total = chosen = exact = 0
    for capability in ("tool", "tool_schema", "two_calls"):
        rng = random.Random(f"calls {split} {capability}")
        for _ in range(count):
            turns = mixture.chat(rng, split, capability)[1]
            first = next(i for i, (role, _) in enumerate(turns) if role == "assistant")
            got = text_of(tokenizer, generate(model, tokenizer, render(turns[:first]) + "<|assistant|>", 160)[0])
            total += 1
            exact += got == turns[first][1]
            chosen += names(got) == names(turns[first][1])
    return total, chosen, exact


def names(text):
    return [part.split('"')[3:4] for part in text.split(CALL)[1:]]


def needless_calls(model, tokenizer, mixture, split, count):
    """Chats with tools listed of which none is wanted, and how many of them begin with a call all the same."""
    rng, calls = random.Random(f"needless {split}"), 0
    for _ in range(count):
        turns = mixture.chat(rng, split, "no_tool")[1]
        first = next(i for i, (role, _) in enumerate(turns) if role == "assistant")
        calls += CALL in text_of(tokenizer, generate(model, tokenizer, render(turns[:first]) + "<|assistant|>", 1)[0])
    return calls


def stop_rate(model, tokenizer, mixture, count):
    """Free-running answers to the first user turn of random held-out chats."""
    stopped = total = 0
    for split in evaluate.SPLITS:
        for capability in mixture.makers:
            rng = random.Random(f"stop {split} {capability}")
            for _ in range(count):
                turns = mixture.chat(rng, split, capability)[1]
                first = next(i for i, (role, _) in enumerate(turns) if role == "assistant")
                _, ended = generate(model, tokenizer, render(turns[:first]) + "<|assistant|>", 256)
                stopped, total = stopped + ended, total + 1
    return stopped, total


def is_runaway(new):
    """Do the last tokens say the same three times and more over at least forty tokens?"""
    tail = new[-60:]
    return len(tail) == 60 and any(tail[-40:] == tail[-40 - period:-period] for period in range(1, 21))


def noise(model, tokenizer, mixture, most=256):
    """{kind: [prompts, ended by themselves, endless repetitions]}"""
    words = [w for text in mixture.prose.held["singles"][:2000] for w in text.split()]
    found = collections.defaultdict(lambda: [0, 0, 0])
    for kind, prompt in noise_prompts.prompts(words):
        ids = data.encode(tokenizer, [chat_text([{"role": "user", "content": prompt}])])[0]
        if len(ids) > WINDOW - most:                # as the server cuts: the beginning goes
            ids = ids[:1] + ids[most + 1 - WINDOW:]
        new, ended = generate(model, tokenizer, ids, most)
        row = found[kind]
        row[0], row[1], row[2] = row[0] + 1, row[1] + ended, row[2] + (not ended and is_runaway(new))
    return found


def hand_written(model, tokenizer, shown=6):
    """(right, of) for answered and for silent questions, and some failures."""
    hits = {True: [0, 0], False: [0, 0]}
    failures = []
    for count in (1, 3):
        for turns, answer in hand.cases(random.Random(count), count):
            got = text_of(tokenizer, generate(model, tokenizer, render(turns) + "<|assistant|>", 80)[0])
            known = answer != NOT_SAID
            hits[known][0] += got == answer
            hits[known][1] += 1
            if got != answer and len(failures) < shown * count:
                failures.append((turns[-1][1], answer, got))
    return hits, failures


def sdk_like(model, tokenizer):
    """Hand-written tools and schemas: [(asked, wanted, got, right)]"""
    rows = []
    for prompt, want, said in hand_tools.prompts():
        got = text_of(tokenizer, generate(model, tokenizer, prompt, 120)[0])
        rows.append((said, want, got, got == want if want else CALL not in got))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--stop-cases", type=int, default=8)
    parser.add_argument("--json")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model, tokenizer = load_packed(args.model)
    mixture = Mixture(f"{args.work}/prose.json")
    found = evaluate.cases(mixture, tokenizer, args.cases, seed=77)
    scores = evaluate.teacher_forced(model, tokenizer, found, bf16=False)
    print(f"{sum(map(len, found.values()))} held-out chats, {args.cases} for each cell\n\n| capability | lex | phr |\n|---|---|---|")
    for capability in mixture.makers:
        print(f"| {capability} | {100 * scores['lex', capability]:.0f} | {100 * scores['phr', capability]:.0f} |")
    means = {s: 100 * sum(scores[s, c] for c in mixture.makers) / len(mixture.makers) for s in evaluate.SPLITS}
    print(f"| mean | {means['lex']:.1f} | {means['phr']:.1f} |\n\n| figure | lex | phr | goal |\n|---|---|---|---|")
    figures = {}
    for name, (capabilities, known, fresh) in GOALS.items():
        figures[name] = [100 * sum(scores[s, c] for c in capabilities) / len(capabilities) for s in evaluate.SPLITS]
        print(f"| {name} | {figures[name][0]:.0f} | {figures[name][1]:.0f} | {f'{known} / {fresh}' if known else ''} |")
    calls = {split: first_calls(model, tokenizer, mixture, split, args.cases) for split in evaluate.SPLITS}
    needless = {split: needless_calls(model, tokenizer, mixture, split, 2 * args.cases) for split in evaluate.SPLITS}
    for name, at, goal in (("tool choice", 1, "97 / 92"), ("arguments exact", 2, "97 / 90")):
        figures[name] = [100 * calls[s][at] / calls[s][0] for s in evaluate.SPLITS]
        print(f"| {name} | {figures[name][0]:.0f} | {figures[name][1]:.0f} | {goal} |")
    figures["needless calls"] = [100 * needless[s] / (2 * args.cases) for s in evaluate.SPLITS]
    print(f"| needless calls | {figures['needless calls'][0]:.1f} | {figures['needless calls'][1]:.1f} | under 2 / 5 |")
    thought = evaluate.teacher_forced(model, tokenizer, evaluate.cases(mixture, tokenizer, args.stop_cases, seed=77, aloud=True), bf16=False)
    figures["whole chats with a thought"] = [100 * sum(thought[s, c] for c in mixture.makers) / len(mixture.makers) for s in evaluate.SPLITS]
    print("| mean of whole chats with a thought, {} a cell | {:.1f} | {:.1f} | |".format(args.stop_cases, *figures["whole chats with a thought"]))
    stopped = stop_rate(model, tokenizer, mixture, args.stop_cases)
    print(f"\nstopped by itself within 256 tokens: {stopped[0]} of {stopped[1]} ({100 * stopped[0] / stopped[1]:.1f} %; goal 99)")
    rows = noise(model, tokenizer, mixture)
    print("\n| noise | prompts | ended | endless repetition |\n|---|---|---|---|")
    rows["all"] = [sum(row[i] for row in rows.values()) for i in range(3)]
    for kind, (count, ended, runaway) in rows.items():
        print(f"| {kind} | {count} | {ended} | {runaway} |")
    hits, failures = hand_written(model, tokenizer)
    print(f"\nhand-written documents: answered {hits[True][0]} of {hits[True][1]}, silent {hits[False][0]} of {hits[False][1]}")
    for question, want, got in failures:
        print(f"  {question!r}\n    want {want!r}\n    got  {got!r}")
    sdk = sdk_like(model, tokenizer)
    print(f"\nhand-written tools and schemas, without a grammar: {sum(right for *_, right in sdk)} of {len(sdk)}")
    for said, want, got, right in sdk:
        if not right:
            print(f"  {said!r}\n    want {want!r}\n    got  {got!r}")
    typed = first.report(first.answered_by(model, tokenizer))
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"scores": {f"{s}/{c}": v for (s, c), v in scores.items()}, "means": means, "figures": figures, "noise": rows,
                       "hand": {"answered": hits[True], "silent": hits[False]}, "sdk": [sum(right for *_, right in sdk), len(sdk)], "first": typed, "stopped": stopped}, file, indent=1)


if __name__ == "__main__":
    main()
