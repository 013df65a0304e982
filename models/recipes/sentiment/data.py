"""Draws labelled texts for kindling-sentiment: remarks written by hand, sentences around words of known feeling, glosses of WordNet."""
import json
import random
import re

from .bank import NOUNS_GOOD_BAD, REMARKS
from .events import EVENTS
from .lexicon import BAD, GOOD
from .more import MORE
from .wider import WIDER

CHOICE = re.compile(r"\{([^{}]*)\}")
DEGREE = ["very ", "really ", "so ", "absolutely ", "truly ", "quite ", "extremely ", "incredibly ", "rather ", "a bit ", "pretty ", "just ", "simply ", "kind of ", "", "", "", "", "", ""]
OPEN = ["", "", "", "", "", "", "honestly, ", "to be honest, ", "overall, ", "in short, ", "I must say ", "I think ", "in my opinion ", "well, ", "wow, ", "update: ", "so, ",
        "all in all, ", "as always, ", "frankly, ", "I have to admit that ", "my verdict: ", "personally, "]
NEUTRAL = """I bought it last month. We went there on Tuesday. It comes in three colours. This is my second review. I ordered the blue one. It was a gift from my brother.
We stayed for two nights. I read it on the train. It's about a family in Norway. We were a group of six. I used it for a week. We sat by the window. I saw it yesterday.
The shop is near the station. It has two buttons and a lid. They open at nine. I drove there with a friend. We paid by card. It was raining outside. The film is set in the fifties.
It took place in the town hall. My sister came along. I downloaded it last night. There are twelve chapters.""".replace("\n", " ").split(". ")


def choose(rng, text):
    while True:
        found = CHOICE.search(text)
        if not found:
            return " ".join(text.split())
        text = text[:found.start()] + rng.choice(found[1].split("|")) + text[found.end():]


def article(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


class Source:
    def __init__(self, work, held=()):
        lexicon = json.load(open(f"{work}/lexicon.json"))
        self.remarks = {True: [], False: []}
        self.events = {True: [], False: []}
        for place, text in ((self.remarks, REMARKS), (self.events, EVENTS + MORE + WIDER)):
            for line in filter(None, text.splitlines()):
                place[line[0] == "+"].append(line[2:])
        # One line in twelve is for looking on while training.
        self.dev = []
        for place in (self.remarks, self.events):
            for good, lines in place.items():
                self.dev += [(line, good) for line in lines[5::12]]
                del lines[5::12]
        self.nouns = sorted({n.strip() for n in NOUNS_GOOD_BAD.replace("\n", " ").split(",") if n.strip()})
        hand = {True: set(GOOD.split()) - set(BAD.split()), False: set(BAD.split()) - set(GOOD.split())}
        self.words = {}
        for pos in "anvr":
            for good in (True, False):
                rows = [(w, abs(s)) for w, s in lexicon[pos] if (s > 0) == good]
                self.words[pos, good] = ([w for w, _ in rows if w in hand[good]], [w for w, _ in rows if w not in hand[good]],
                                         [s for w, s in rows if w not in hand[good]])
        self.glosses = {good: [t for t, s in lexicon["gloss"] if (s > 0) == good] for good in (True, False)}
        self.held = {t.lower().strip(" .!?") for t in held}

    def word(self, rng, pos, good):
        seeds, more, weights = self.words[pos, good]
        if seeds and rng.random() < .6:
            return rng.choice(seeds)
        return rng.choices(more, weights)[0]

    def thing(self, rng):
        return rng.choice(["the", "the", "the", "this", "my", "our", "their", "your", "that", "her"]) + " " + rng.choice(self.nouns)

    def described(self, rng, good):
        """One clause around an adjective, noun or verb."""
        a, degree, thing = self.word(rng, "a", good), rng.choice(DEGREE), self.thing(rng)
        be = rng.choice(["is", "was", "is", "was", "looks", "seems", "turned out to be", "has been", "felt"])
        dice = rng.random()
        if dice < .30:
            return f"{thing} {be} {degree}{a}"
        if dice < .42:
            other = self.word(rng, "a", good)
            return f"{thing} {be} {degree}{a} and {other}"
        if dice < .54:
            noun = rng.choice(self.nouns)
            lead = rng.choice(["what {}", "such {}", "it is {}", "it was {}", "this is {}", "we had {}", "I call it {}", "{}", "simply {}"])
            return lead.format(article(f"{a} {noun}"))
        if dice < .66:
            opposite = self.word(rng, "a", not good)
            no = rng.choice(["is not", "isn't", "was not", "wasn't", "is never", "is hardly", "is by no means", "was anything but", "is far from"])
            return f"{thing} {no} {rng.choice(['', '', 'very ', 'at all ', 'exactly '] if 'but' not in no and 'far' not in no else [''])}{opposite}"
        if dice < .76:
            noun = self.word(rng, "n", good)
            return rng.choice(["a {0} of {1}", "full of {0}", "nothing but {0}", "{2} brings {0}", "it was pure {0}", "what {3}", "{2} is {3}", "I felt {0}", "so much {0}", "{2} gave us {0}"]) \
                .format(noun, rng.choice(["joy", "taste", "style"]) if good else rng.choice(["errors", "pain", "trash"]), thing, article(noun))
        if dice < .82:
            verb, adverb = self.word(rng, "v", good), self.word(rng, "r", good)
            return rng.choice([f"I {verb} {thing}", f"{thing} will {verb} you", f"{thing} works {adverb}", f"they {adverb} {verb} {thing}", f"we {verb} it", f"{adverb}, {thing} arrived",
                               f"{thing} made me {verb}", f"it is made {adverb}"])
        if dice < .9:
            lack = rng.choice(["no", "not any", "without", "lacks", "hardly any", "has no", "zero", "free of", "not a trace of"])
            return f"{thing}: {lack} {self.word(rng, 'n', not good)}" if rng.random() < .3 else f"{lack} {self.word(rng, 'n', not good)}"
        things = rng.sample(self.nouns, 2)
        return f"{a} {things[0]}, {self.word(rng, 'a', good)} {things[1]}"

    def remark(self, rng, good):
        dice = rng.random()
        if dice < .32:
            return choose(rng, rng.choice(self.remarks[good]))
        if dice < .72:
            return choose(rng, rng.choice(self.events[good]))
        return self.described(rng, good)

    def text(self, rng, good):
        dice = rng.random()
        if dice < .06:
            return rng.choice(self.glosses[good])
        if dice < .58:
            text = rng.choice(OPEN) + self.remark(rng, good)
        elif dice < .74:
            first, second = self.remark(rng, good), self.remark(rng, good)
            text = first + rng.choice([". ", ", and ", " and ", "! ", ", also ", "; ", " - ", "... ", " because ", ". Plus, "]) + second
        elif dice < .88:
            # What comes after "but" decides, and so does what does not follow "although".
            first, second = self.remark(rng, not good), self.remark(rng, good)
            text = rng.choice(["{0}, but {1}", "{0} but {1}", "although {0}, {1}", "even though {0}, {1}", "{0}. However, {1}", "{0}, yet {1}", "{1}, even if {0}",
                               "{1}, although {0}", "they say {0}, but {1}", "at first {0}, but in the end {1}", "{0}, still {1}"]).format(first, second)
        else:
            parts = [self.remark(rng, good) for _ in range(rng.choice([1, 2, 3]))]
            parts.insert(rng.randrange(len(parts) + 1), rng.choice(NEUTRAL).strip())
            if rng.random() < .25 and len(parts) > 3:
                parts[rng.randrange(len(parts) - 1)] = self.remark(rng, not good)
            text = rng.choice([". ", ". ", "! "]).join(p.rstrip(".").capitalize() if rng.random() < .8 else p for p in parts)
        return text

    def draw(self, rng):
        """(text, is positive)."""
        while True:
            good = rng.random() < .5
            text = self.text(rng, good).strip()
            if rng.random() < .7:
                text = text[:1].upper() + text[1:]
            if rng.random() < .6 and text[-1] not in ".!?":
                text += rng.choice(["."] * 6 + ["!", "!", "!!", "..."])
            if text.lower().strip(" .!?") not in self.held and len(text) < 400:
                return text, good


if __name__ == "__main__":
    import sys
    from .held import rows
    source, rng = Source(sys.argv[1], [t for t, *_ in rows()]), random.Random(3)
    for _ in range(40):
        print(*source.draw(rng)[::-1])
