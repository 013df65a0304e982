"""Builds the text corpus of kindling-embed: train.jsonl, held.jsonl and pairs.json.

    python -m embed.corpus --work DIR

Only text that is already installed is used (WordNet, GCIDE, documentation, manual pages, package
descriptions) plus template sentences about everyday life. About half a minute on one core.
"""
import argparse
import collections
import hashlib
import itertools
import json
import os
import random
import re
import time

from . import everyday, sources

HELD_PERCENT = 4


def hash_of(text):
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16)


def is_held(key):
    """True for the 4 % of keys whose texts are never trained on."""
    return hash_of(key) % 100 < HELD_PERCENT


def is_prose(text, shortest, longest=700):
    """English prose, more or less: mostly letters and spaces, nearly all ASCII."""
    if not shortest <= len(text) <= longest:
        return False
    letters = sum(c.isalpha() or c == " " for c in text)
    foreign = sum(ord(c) > 127 for c in text)
    return letters / len(text) > .8 and foreign <= len(text) * .03


class Corpus:
    def __init__(self, rng, most=None):
        self.rng, self.most = rng, most
        self.texts = collections.defaultdict(list)      # kind -> [(text, held)]
        self.pairs = []                                 # held-out (kind, question, passage, rank)
        self.recent = []                                # paragraphs of one document, for long passages
        self.recent_key = None

    def add(self, kind, key, text, shortest=12, longest=700):
        text = sources.clean(text)
        if is_prose(text, shortest, longest):
            self.texts[kind].append((text, is_held(key)))

    def add_paragraph(self, kind, key, paragraph):
        """Adds a paragraph whole, or cut into runs of one to three sentences, and keeps it for a
        long passage made of neighbouring paragraphs of the same document."""
        paragraph = sources.clean(paragraph)
        if len(paragraph) < 25:
            return
        self.add_long(key, paragraph)
        way = hash_of(paragraph) % 10
        if way < 3 and len(paragraph) < 600:
            self.add(kind, key, paragraph)
            return
        sentences = re.split(r'(?<=[.!?])\s+(?=[A-Z"])', paragraph)
        at = 0
        while at < len(sentences):
            take = 1 if way < 7 else self.rng.choice([1, 2, 3])
            self.add(kind, key, " ".join(sentences[at:at + take]))
            at += take

    def add_long(self, key, paragraph):
        if key != self.recent_key:
            self.recent, self.recent_key = [], key
        if is_prose(paragraph, 60, 900):
            self.recent.append(paragraph)
        passage = " ".join(self.recent)
        if len(passage) > 600:
            self.recent = []
            if len(passage) < 1300:
                self.add("long", key, passage, 400, 1300)

    def some(self, items, share=1):
        """All of a source, or in a try its beginning."""
        return itertools.islice(items, self.most and self.most // share)

    def add_dictionaries(self):
        for kind, key, text in self.some(sources.wordnet(self.rng)):
            self.add(kind, key, text, shortest=4 if kind in ("wn_question", "wn_terms") else 12)
        for headword, text in self.some(sources.gcide()):
            self.add("gcide", "gcide " + headword.lower(), text)

    def add_documentation(self):
        for kind, files in sources.html_files():
            for path in self.some(sorted(files), 100):
                heading = None
                for is_heading, text in sources.html_blocks(path):
                    if is_heading:
                        heading = text
                        self.add(kind + "_title", path, text, shortest=5)
                        continue
                    self.add_paragraph(kind, path, text)
                    self.note_heading_pair(path, heading, text)
                    heading = None
        for path, paragraph in self.some(sources.text_docs()):
            if is_prose(paragraph, 12):
                self.add_paragraph("text_docs", path, paragraph)
        for path, paragraph in self.some(sources.docstrings()):
            self.add_paragraph("pydoc", path, paragraph)
        for path, paragraph in self.some(sources.man_pages(self.rng)):
            if len(paragraph) > 40:
                self.add_paragraph("man", path, paragraph)
        for kind, key, text in self.some(sources.package_descriptions()):
            if kind == "deb_short":
                self.add(kind, key, text)
            else:
                self.add_paragraph(kind, key, text)

    def note_heading_pair(self, path, heading, text):
        if not heading or not is_held(path):
            return
        if 10 < len(heading) < 80 and len(heading.split()) > 1 and is_prose(heading, 5) and is_prose(text, 60, 600):
            self.pairs.append(("doc", heading, text, 0))

    def add_retrieval_pairs(self):
        """Held-out question and passage pairs whose passage does not contain the word itself."""
        forms = {"n": sources.NOUN_QUESTIONS[:6], "v": sources.VERB_QUESTIONS[:5], "a": sources.OTHER_QUESTIONS}
        for pos, key, lemmas, definition, examples, rank in self.some(sources.wordnet_synsets()):
            if pos not in forms or not is_held(key):
                continue
            word = lemmas[0]
            named = any(w.lower() in definition.lower() for w in lemmas)
            if rank and len(definition) > 25 and not named:
                question = self.rng.choice(forms[pos]).format(w=word, a=sources.article(word))
                self.pairs.append(("wn_" + pos, question, definition, rank))
            if examples and len(examples[0]) > 20 and pos in "nv":
                self.pairs.append(("wn_ex", definition, examples[0], rank))

    def deduplicated(self):
        seen, train, held = set(), [], []
        for kind, items in self.texts.items():
            for text, out in items:
                letters = re.sub(r"\W+", " ", text.lower())
                if letters not in seen:
                    seen.add(letters)
                    (held if out else train).append((kind, text))
        self.rng.shuffle(train)
        self.rng.shuffle(held)
        return train, held


def write_lines(path, rows):
    with open(path, "w") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True, help="folder of the work data")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--most", type=int, help="so much of each source only, for a try")
    args = parser.parse_args()
    begin = time.time()
    os.makedirs(args.work, exist_ok=True)
    corpus = Corpus(random.Random(args.seed), args.most)
    corpus.add_dictionaries()
    print(f"dictionaries {time.time() - begin:.0f} s", flush=True)
    corpus.add_documentation()
    print(f"documentation {time.time() - begin:.0f} s", flush=True)
    for sentence in everyday.sentences(args.most or 90_000, corpus.rng):
        corpus.add("everyday", sentence, sentence)
    corpus.add_retrieval_pairs()
    train, held = corpus.deduplicated()
    write_lines(f"{args.work}/train.jsonl", train)
    write_lines(f"{args.work}/held.jsonl", held)
    write_lines(f"{args.work}/pairs.jsonl", corpus.pairs)
    counts = collections.Counter(kind for kind, _ in train)
    for kind, count in counts.most_common():
        print(f"{kind:16} {count:8}")
    print(f"train {len(train)}, held out {len(held)}, pairs {len(corpus.pairs)}, {time.time() - begin:.0f} s")


if __name__ == "__main__":
    main()
