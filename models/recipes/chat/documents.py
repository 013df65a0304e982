"""Documents for the questions of tasks_docs.py: invented, natural, composed and real ones; and the pools of real text."""
import json
import re

from . import composed, dressing, invented, natural
from . import questions as Q
from .grammar import capital

NAME_ALONE = {"rule", "person", "town", "mountain", "company", "software", "policy", "material", "work", "sky", "craft", "ship", "river"}
TITLE_WORDS = re.compile(r"^(?:About|The life of|Recipe:|How to make:|How to grow|Biography of|Who is|What helps against|News from the|News from) ")
ODD = re.compile(r"[\\_=<>{}\[\]|*]|--|\b[A-Z] \d|\(\d?\)|\b[A-Z]{3,} [A-Z]{3,}|\.\w")


def plain(passages):
    """Passages without the marks of manual pages."""
    kept = [[s for s in sentences if not ODD.search(s)] for sentences in passages]
    return [sentences for sentences in kept if len(sentences) > 1] or passages


class Prose:
    """The pools of real text, loaded once."""

    def __init__(self, path):
        data = json.load(open(path))
        self.train, self.held = data["train"], data["held"]
        for part in (self.train, self.held):
            part["passages"] = plain(part["passages"])
        self.synonyms, self.verbs = data["synonyms"], set(data["verbs"])
        self.nouns = {name: [word for pos, word, _, rank in data[name]["entries"] if pos == "n" and rank >= (3 if name == "train" else 1)
                             and word.isalpha() and word.islower() and 3 <= len(word) <= 11] for name in ("train", "held")}

    def pool(self, kit):
        return self.held if kit.held else self.train


# A document is a dict: title, sentences; for invented ones also mention and facts used.

def is_natural(kind):
    return isinstance(kind, tuple)


def fits(kind):
    """Does every question of a fact fit every statement of it, and no other fact?"""
    return is_natural(kind) or kind in invented.PLAIN_FIT


def facts_of(kind):
    return (natural.row(kind) if is_natural(kind) else invented.SUBJECTS[kind])[1]


def blank(kit, kind=None):
    """An invented document without sentences; `numbers` are its possible facts in random order. Half of those trained on are natural ones."""
    if is_natural(kind) or kind is None and kit.split == "train" and kit.chance(.5):
        return natural.blank(kit, kind)
    kind = kind or kit.pick(invented.SUBJECT_NAMES)
    titles, facts = invented.SUBJECTS[kind]
    name = kit.syllables().capitalize() if kit.chance(.6) else kit.first_name() if kit.chance(.5) else kit.thing().capitalize()
    if kind == "person":
        name = f"{kit.first_name()} {kit.syllables().capitalize() if kit.chance(.6) else kit.of_surname()}"
    if kind == "material" and name.isalpha():
        name = name.lower()
    title = kit.text(titles, e=name, E=name[:1].upper() + name[1:])
    mention = name if kind in NAME_ALONE else re.sub(r": .*", "", TITLE_WORDS.sub("", title))
    mention = mention[:1].lower() + mention[1:] if mention.startswith("The ") else mention
    numbers = list(range(len(facts)))
    kit.rng.shuffle(numbers)
    return dict(kind=kind, title=title, mention=mention, name=name, sentences=[], facts=[], numbers=numbers)


def invented_document(kit, kind=None):
    document = blank(kit, kind)
    for number in document["numbers"][:kit.rng.randint(2, 8)]:
        tell(kit, document, number)
    return document


def tell(kit, document, number, dressed=1.):
    """One more fact, its sentence dressed up in this share of the cases."""
    sentence, slots = statement(kit, document, number)
    if dressed == 1. or kit.chance(dressed):
        sentence = dressing.dress(kit, sentence, f"{document['mention']} {' '.join(map(str, slots.values()))}")
    document["sentences"].append(sentence)
    document["facts"].append((number, slots))


def filled_up(kit, prose, document):
    """Sentences that tell nothing asked between those that do: idle ones, or real ones of one passage."""
    if kit.chance(.4):
        more = kit.rng.sample(dressing.IDLE, kit.rng.randint(1, 2)) if kit.chance(.5) else list(kit.pick(prose.pool(kit)["passages"]))[:kit.rng.randint(1, 3)]
        for text in more:
            at = kit.rng.randint(0, len(document["sentences"]))
            document["sentences"].insert(at, text)
            document["facts"].insert(at, None)
    return document


def composed_document(kit, prose):
    """Plain sentences about a few things; see composed.py."""
    nouns = composed.things(kit, prose.nouns["held" if kit.held else "train"])
    document = dict(kind="composed", title=composed.title(kit, nouns), mention=nouns[0], name=nouns[0], nouns=nouns, sentences=[], facts=[])
    for number in kit.rng.sample(range(len(composed.FORMS)), kit.rng.randint(2, 7)):
        sentence, slots = composed.sentence(kit, number, nouns)
        document["sentences"].append(dressing.dress(kit, sentence, f"{slots['name']} {' '.join(n for n in nouns if n[:1].isupper())}"))
        document["facts"].append((number, slots))
    return document


def statement(kit, document, number):
    if is_natural(document["kind"]):
        return natural.statement(kit, document, number)
    slots = {k: draw(kit) for k, draw in invented.SLOTS.items()}
    pattern = invented.SUBJECTS[document["kind"]][1][number][0]
    text = kit.text(pattern, e=document["mention"], E=capital(document["mention"]), **slots)
    text = re.sub(r"([A-Za-z])s's\b", r"\1s'", text)
    return text[:1].upper() + text[1:], slots


def real_document(kit, prose):
    pool = prose.pool(kit)
    dice = kit.rng.random()
    if dice < .6:
        sentences = list(kit.pick(pool["passages"]))
        start = kit.rng.randint(0, max(0, len(sentences) - 2))
        sentences = sentences[start:start + kit.rng.randint(2, 6)]
    elif dice < .8:
        sentences = [entry_sentence(kit, *kit.pick(pool["entries"])[:3]) for _ in range(kit.rng.randint(1, 4))]
    else:
        sentences = kit.rng.sample(pool["singles"], kit.rng.randint(2, 5))
    words = [w for s in sentences for w in re.findall(r"[A-Za-z]{4,}", s) if w.lower() not in Q.STOP]
    title = " ".join(kit.rng.sample(words, min(len(words), kit.pick([1, 2, 2, 3])))) or "Notes"
    return dict(kind=None, title=title[:1].upper() + title[1:], mention="", name="", sentences=sentences, facts=None)


def entry_sentence(kit, pos, word, definition):
    if pos == "v":
        return f"To {word} {kit.pick(['is to', 'means to'])} {definition}."
    first = "" if word[:1].isupper() else "An " if word[0] in "aeiou" else "A "
    text = f"{first}{word} {kit.pick(['is', 'is', 'means', 'denotes'])} {definition}."
    return text[:1].upper() + text[1:]


def told(document):
    return [fact for fact in document["facts"] or [] if fact]
