"""Collects real English prose for the document questions, from the corpus of kindling-embed.

    python -m chat.prose --corpus DIR/embed --out DIR/prose.json

Passages (neighbouring sentences of one document) and dictionary entries, split by the corpus's own
held-out keys. Also WordNet synonyms, with which questions are put in other words than the text.
"""
import argparse
import collections
import json
import re

from embed import sources
from embed.corpus import is_held

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|Mr|Mrs|Dr|cf|No|St|approx)\.$")


def good_sentence(text):
    words = text.split()
    if not 5 <= len(words) <= 26 or not text.isascii() or not text[0].isupper() or text[-1] not in ".!":
        return False
    if ABBREVIATION.search(text) or text.count('"') % 2 or text.count("(") != text.count(")"):
        return False
    return sum(c.isalpha() or c in " ,.'" for c in text) / len(text) > .93


def passages(path, limit):
    """Runs of 2 to 7 good sentences that stood together."""
    found = []
    for line in open(path):
        kind, text = json.loads(line)
        if kind in ("long", "man", "rustbooks", "node", "text_docs", "pydoc", "misc_html", "gcide", "ruststd"):
            sentences = [s for s in SENTENCE_END.split(text) if good_sentence(s)]
            if len(sentences) >= (3 if kind == "long" else 2):
                found.append(sentences[:7])
        if len(found) >= limit:
            break
    return found


def single_sentences(path, limit):
    found = []
    for line in open(path):
        kind, text = json.loads(line)
        if kind in ("everyday", "wn_example") and 5 <= len(text.split()) <= 18 and text.isascii():
            text = text[0].upper() + text[1:].rstrip(".") + "."
            if good_sentence(text):
                found.append(text)
        if len(found) >= limit:
            break
    return found


def entries():
    """(word, definition) of plain nouns and verbs, by split."""
    split = {"train": [], "held": []}
    for pos, key, lemmas, definition, _, rank in sources.wordnet_synsets():
        if pos in "nv" and 4 <= len(definition.split()) <= 16 and definition.isascii() and '"' not in definition \
                and ";" not in definition and "(" not in definition and lemmas[0].isascii():
            split["held" if is_held(key) else "train"].append((pos, lemmas[0], definition, rank))
    return split


def synonyms():
    """word -> other words of its commonest sense, single lower-case words only."""
    best = {}
    for pos, _, lemmas, _, _, rank in sources.wordnet_synsets():
        plain = [w for w in lemmas if w.isalpha() and w.islower() and len(w) > 2]
        if len(plain) > 1 and rank:
            for word in plain:
                if rank > best.get(word, (0,))[0]:
                    best[word] = (rank, [w for w in plain if w != word][:3])
    return {word: others for word, (_, others) in best.items()}


def verbs():
    """Base forms of verbs with a use count."""
    count = collections.Counter()
    for pos, _, lemmas, _, _, rank in sources.wordnet_synsets():
        if pos == "v":
            for word in lemmas:
                if word.isalpha() and word.islower():
                    count[word] += rank
    return sorted(w for w, n in count.items() if n > 1 and len(w) > 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    split = entries()
    data = {
        "train": {"passages": passages(f"{args.corpus}/train.jsonl", 60_000), "entries": split["train"],
                  "singles": single_sentences(f"{args.corpus}/train.jsonl", 60_000)},
        "held": {"passages": passages(f"{args.corpus}/held.jsonl", 6_000), "entries": split["held"],
                 "singles": single_sentences(f"{args.corpus}/held.jsonl", 4_000)},
        "synonyms": synonyms(), "verbs": verbs(),
    }
    with open(args.out, "w") as file:
        json.dump(data, file)
    for name in ("train", "held"):
        print(name, {k: len(v) for k, v in data[name].items()})
    print(f"synonyms {len(data['synonyms'])}, verbs {len(data['verbs'])}")


if __name__ == "__main__":
    main()
