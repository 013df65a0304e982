"""What people's typing does to a sentence: fillers, lost words, other words, slips, casing, no punctuation.

Only text outside of marked slot values and quotations is touched, so whatever must be copied stays whole.
"""
import re

from . import grammar

BEFORE = ["please ", "Please, ", "hey, ", "so ", "ok, ", "now ", "could you tell me: ", "quick question: ", "I wonder, ",
          "um, ", "well, ", "and ", "can you help? ", "one thing: ", "I would like to know: ", "tell me, ", "hi, ", "hello, ",
          "hmm, ", "ah, ", "right, ", "sorry, ", "just one more question: ", "actually, ", "look, ", "do you know, ",
          "next: ", "also ", "then ", "oh and ", "question: ", "Q: "]
AFTER = [" please", " thanks", "?", " ok?", " now", "!", " for me", " thank you", " again", " right now", " if you can", ".",
         "...", " pls", " thx", "??", " :)", " then", " exactly", " really"]
DROPPED = set("the a an of is my me please what do you can to for with does was in are it at have give tell that by this did "
              "there be will i".split())
OTHER_WORDS = {
    "tell": ["say", "show", "give"], "what": ["which", "whats"], "give": ["tell", "show"], "remember": ["recall", "know"],
    "find": ["locate", "look up", "get"], "cost": ["go for", "sell for"], "price": ["cost"], "city": ["town", "place"],
    "where": ["in what place"], "when": ["at what time", "on which day"], "make": ["create", "write", "do"],
    "write": ["make", "put"], "runs": ["leads", "heads"], "please": ["kindly", "pls"], "can": ["could", "would", "may"],
    "want": ["need", "wish", "would like"], "located": ["situated"], "current": ["present"], "extract": ["pull out", "get"],
    "fields": ["keys", "values"], "return": ["output", "give"], "founded": ["started", "created"], "manager": ["boss"],
    "use": ["take"], "hi": ["hey", "hello"], "items": ["things"], "three": ["3"], "is": ["is", "'s"], "you": ["u", "you"],
    "are": ["r", "are"], "your": ["ur", "your"], "big": ["large"], "large": ["big"], "start": ["begin"], "begin": ["start"],
    "quickly": ["fast"], "allowed": ["permitted"], "must": ["have to"], "buy": ["get", "purchase"], "many": ["much"],
    "help": ["assist"], "does": ["do", "will"], "needed": ["required"], "required": ["needed"], "often": ["frequently"],
    "long": ["much time"], "people": ["persons"], "happens": ["occurs"], "change": ["alter"], "about": ["on", "regarding"],
}
PIECES = re.compile(f'({grammar.OPEN}[^{grammar.CLOSE}]*{grammar.CLOSE}|"[^"]*"|\\s+)')


def slip(word, rng):
    """One typing slip inside of a word: two letters swapped, one lost, one doubled, one wrong."""
    if len(word) < 4:
        return word
    at = rng.randint(1, len(word) - 2)
    kind = rng.random()
    if kind < .35:
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind < .65:
        return word[:at] + word[at + 1:]
    if kind < .85:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice("abcdefghiklmnoprstuw") + word[at + 1:]


def disturb(text, rng, clean_share=.35):
    """`text` with marks -> a noisier wording, still with marks."""
    if rng.random() < clean_share:
        return text
    out = []
    drop, slips = rng.random() < .5, rng.random() < .25
    for piece in PIECES.split(text):
        if not piece or piece[0] in grammar.OPEN + '"' or piece.isspace():
            out.append(piece)
            continue
        bare = piece.strip(".,?!:;").lower()
        if bare in DROPPED and drop and rng.random() < .15:
            continue
        if bare in OTHER_WORDS and rng.random() < .2:
            piece = piece.lower().replace(bare, rng.choice(OTHER_WORDS[bare]))
        elif slips and piece.isalpha() and rng.random() < .12:
            piece = slip(piece, rng)
        out.append(piece)
    noisy = re.sub(r" {2,}", " ", "".join(out)).strip(" ")
    if not noisy or noisy in ".?!":
        return text
    if rng.random() < .2:
        noisy = noisy.rstrip(".?!")
    if rng.random() < .2 and noisy[0].isalpha():
        noisy = rng.choice(BEFORE) + noisy[0].lower() + noisy[1:]
    if rng.random() < .12 and noisy[-1].isalnum():
        noisy += rng.choice(AFTER)
    return recase(noisy, rng)


def recase(text, rng):
    """All lower case, all capitals, or the first letter only; marked values and quotations stay."""
    way = rng.random()
    if way < .72:
        return text
    parts = [p for p in PIECES.split(text) if p]
    if way < .94:
        return "".join(p if p[0] in grammar.OPEN + '"' else p.lower() for p in parts)
    if way < .96:
        return "".join(p if p[0] in grammar.OPEN + '"' else p.upper() for p in parts)
    return text[0].upper() + text[1:]
