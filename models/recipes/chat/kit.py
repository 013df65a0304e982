"""What every generator gets: words, wordings, noise and the split that it draws for.

Splits: `train`; `lex` = trained wordings with held-out words; `phr` = held-out wordings and words.
A chat is a list of (role, text) with roles system, user, assistant, tool; a tool call is an
assistant text that starts with CALL, and what another assistant said one that starts with UNSAID.
"""
import functools
import json

from . import frames, grammar, noise, phrasing, phrasing_held
from .lexicon import Words

CALL = "<|call|>"
UNSAID = "\x05"         # in front of an assistant's turn that stands in a history as another wrote it: it is read, and not learned
OPENED = "\x06"         # at the end of what the prompt has of an assistant's turn: only what follows is learned
MANY = 5000             # a pattern of so many wordings is a long text, which nobody writes twice


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@functools.lru_cache(maxsize=2_000)
def kept_out(patterns):
    """The wordings of the test, which training must not draw even by chance."""
    return frozenset(grammar.core(text) for pattern in patterns for text in grammar.every(pattern))


def apart(patterns, held):
    """Those of `patterns` of whose wordings none is one of the test's."""
    kept = kept_out(tuple(held))
    return [pattern for pattern in patterns if grammar.count(pattern) > MANY or kept.isdisjoint(map(grammar.core, grammar.every(pattern)))]


class Kit(Words):
    def __init__(self, rng, split="train"):
        super().__init__(rng, held=split != "train")
        self.split = split
        self.fresh = split == "phr"

    def say(self, patterns, fresh=None, **slots):
        """A wording with its slots marked: from `patterns`, or from `fresh` in the phr split. Elsewhere none of `fresh` ever comes."""
        if self.fresh and fresh:
            return frames.expand(frames.draw(fresh, self.rng), self.rng, **slots)
        kept = kept_out(tuple(fresh)) if fresh else ()
        while True:
            text = frames.expand(frames.draw(patterns, self.rng), self.rng, **slots)
            if not kept or grammar.core(text) not in kept:
                return text

    def user(self, patterns, fresh=None, quiet=False, **slots):
        """A user turn; noise is added while training only."""
        text = self.say(patterns, fresh, **slots)
        if self.split == "train" and not quiet:
            text = noise.disturb(text, self.rng)
            if not self.chance(.3):
                text = text[:1].upper() + text[1:] if self.chance(.5) else text
        return "user", grammar.unmark(text)

    def text(self, patterns, fresh=None, **slots):
        return grammar.unmark(self.say(patterns, fresh, **slots))

    def persona(self, share=.5):
        """A system message that says little, or none."""
        if not self.chance(share):
            return []
        return [("system", self.text(phrasing.PERSONAS, phrasing_held.PERSONAS, org=self.organisation(), city=self.city()))]

    def organisation(self):
        base = self.syllables().capitalize() if self.chance(.7) else self.of_surname()
        return self.pick(["{}", "{}", "{} Ltd", "{} Systems", "{} Bank", "{} Labs", "{} Foods", "Studio {}", "{} & Sons"]).format(base)

    def of_surname(self):
        from .lexicon import SURNAMES
        return self.of(SURNAMES)
