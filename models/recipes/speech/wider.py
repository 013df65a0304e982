"""Many more sentences to be spoken than `texts` collects: no text comes twice, so that none can be learned by heart.

    python -m speech.wider --texts texts.json --out wider.json [--count 120000]

A network that hears the same sentences again learns how they end, and then hears those endings everywhere. Half of these are sentences as they
are (made, or of the dictionary); the rest have words where nobody expects them, so that listening is the only way to know them: sentences with
some of their words changed for others, and rows of words that mean nothing. Nothing of what `texts` holds out is among them.
"""
import argparse
import collections
import json
import random
import re

from embed import everyday, sources
from embed.corpus import is_held

from . import texts

PIECE = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
LEAST = 8                   # sentences in which a word must stand to be one of those that are put in
PLAIN = 12                  # and in a definition that is said
MIXED, ROWS, REAL = .25, .2, .3        # parts of the whole; the rest is made


def definitions():
    """Clauses of WordNet's definitions of what is not held out."""
    for _, key, _, definition, _, _ in sources.wordnet_synsets():
        if is_held(key):
            continue
        for clause in re.split(r"[;:()]", definition):
            text = texts.tidy(clause)
            if text and 3 <= len(texts.words(text)) <= 12 and len(text) <= 75:
                yield text


def made(rng):
    dice = rng.random()
    if dice < .5:
        make = rng.choice([everyday.one_remark, everyday.event, everyday.event, everyday.joined_remarks])
    else:
        make = texts.counted if dice < .7 else texts.asked
    text = texts.tidy(make(rng))
    return text if text and len(texts.words(text)) <= 16 and len(text) <= 90 else None


def vocabulary(sentences):
    """(words, how often each is drawn, the common ones): less often than it stands there, so that rare ones come, too."""
    known = collections.Counter()
    for sentence in sentences:
        # The first word's capital says nothing of how it is written elsewhere.
        known.update(set(PIECE.findall(sentence)[1:]))
    words = sorted(word for word, times in known.items() if times >= LEAST and (len(word) > 1 or word in "aI"))
    return words, [known[word] ** .6 for word in words], {word.lower() for word in words if known[word] >= PLAIN}


def collect(first, count, seed=1):
    """`count` texts beside the list `first`."""
    rng = random.Random(seed)
    real = [text for text, held in texts.dictionary() if not held]
    told = list(definitions())
    words, odds, common = vocabulary(real + told + first)
    told = [text for text in told if all(word in common for word in texts.words(text)[1:])]
    draw = lambda n: rng.choices(words, odds, k=n)
    never = set(texts.HAND) | set(first) | {text for text, held in texts.dictionary() if held}
    found = {}

    def add(most, make):
        while len(found) < most:
            text = make()
            if text and text not in never:
                found[text] = True

    def changed():
        text = made(rng) if rng.random() < .4 else rng.choice(real)
        places = list(PIECE.finditer(text))[1:] if text else []
        for place in sorted(rng.sample(places, min(len(places), rng.randint(1, 3))), key=lambda p: -p.start()):
            text = text[:place.start()] + draw(1)[0] + text[place.end():]
        return text

    def row():
        text = " ".join(draw(rng.randint(2, 7)))
        return text[0].upper() + text[1:] + "."

    add(int(count * MIXED), changed)
    add(int(count * (MIXED + ROWS)), row)
    sentences = [text for text in dict.fromkeys(real + told) if text not in never and text not in found]
    rng.shuffle(sentences)
    found.update(dict.fromkeys(sentences[:int(count * REAL)], True))
    add(count, lambda: made(rng))
    every = list(found)
    rng.shuffle(every)
    return every, len(words)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", required=True, help="what `speech.texts` wrote")
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=120000)
    options = parser.parse_args()
    with open(options.texts) as file:
        given = json.load(file)
    every, size = collect(given["train"], options.count)
    with open(options.out, "w") as file:
        json.dump(given | {"train": every}, file)
    print(f"{len(every)} texts, {size} words that are put in")
