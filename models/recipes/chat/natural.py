"""Natural texts as documents: subjects with facts, each told and asked for in many ways that all fit one another."""
import functools

from . import phrasing_held_passages, values
from .grammar import capital
from .kit import apart
from .wordings import passages_days, passages_firms, passages_plain, passages_towns, passages_world

# Kinds of several writers may have the same name.
HELD = {("held", kind): row for kind, row in phrasing_held_passages.SUBJECTS.items()}
HELD_QUESTIONS = [question for _, facts in HELD.values() for _, asked in facts for question in asked]
SUBJECTS = {(source.__name__, kind): (titles, [(told, apart(asked, HELD_QUESTIONS)) for told, asked in facts])
            for source in (passages_days, passages_firms, passages_plain, passages_towns, passages_world) for kind, (titles, facts) in source.SUBJECTS.items()}
KINDS, HELD_KINDS = list(SUBJECTS), list(HELD)


def row(kind):
    return SUBJECTS.get(kind) or HELD[kind]


@functools.cache
def slots(kind, number):
    return [name for name in values.slots_of(sum(row(kind)[1][number], [])) if name != "e"]


def blank(kit, kind=None):
    """A document of documents.py without sentences yet; its name stands for it in every sentence."""
    kind = kind or kit.pick(HELD_KINDS if kit.fresh else KINDS)
    titles, facts = row(kind)
    name = kit.syllables().capitalize() if kit.chance(.6) else kit.of_surname() if kit.chance(.5) else kit.thing().capitalize()
    numbers = list(range(len(facts)))
    kit.rng.shuffle(numbers)
    drawn = {slot: values.draw(kit, slot) for slot in values.slots_of(titles) if slot != "e"}
    return dict(kind=kind, title=kit.text(titles, e=name, **drawn), mention=name, name=name, sentences=[], facts=[], numbers=numbers)


def statement(kit, document, number):
    """(a sentence that tells the fact, the values that it tells)"""
    drawn = {name: values.draw(kit, name) for name in slots(document["kind"], number)}
    return capital(kit.text(values.signed(kit, row(document["kind"])[1][number][0]), e=document["mention"], **drawn)), drawn


def question(kit, document, number, drawn):
    return kit.text(row(document["kind"])[1][number][1], e=document["mention"], **drawn)
