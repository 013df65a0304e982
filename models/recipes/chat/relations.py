"""What everyday texts tell of a thing: relations, each told, asked for and answered in words of its own; and the things' names.

The answer is a sentence that begins with what was asked and ends with the value: to say what is looked for first makes
the place easy to find, where a copied sentence must be found before its first word.
"""
import dataclasses
import re

from . import phrasing_held_relations as held
from . import values
from .kit import apart
from .wordings import (relations_everyday, relations_office, relations_office_more, relations_people, relations_people_more, relations_places, relations_places_more, relations_trade,
                       relations_trade_more, relations_world, relations_world_more)


@dataclasses.dataclass(frozen=True)
class Relation:
    label: str
    kind: str
    value: str
    told: tuple
    asked: tuple
    answer: str
    source: str         # relations of one writer are told apart by their questions

    def shown(self, value, currency, sign):
        """The value as a table shows it: as the answer does, with its unit."""
        return priced(self.answer[self.answer.index("<v>"):].rstrip("."), sign).replace("<v>", str(value)).replace("<cur>", currency)


def catalogue(modules, kept_apart=()):
    """Prices are written with the currency behind them; `priced` puts signs before some."""
    plain = lambda patterns: tuple(pattern.replace("$<v>", "<v> <cur>") for pattern in patterns)
    found = {}
    for module in modules:
        for label, kind, value, told, asked, answer in module.RELATIONS:
            key = label, kind, "|" if "|" in value else value
            known = found.get(key)                          # two writers' wordings of one relation: one answer
            told, asked = (tuple(apart(plain(patterns), plain(kept_apart))) for patterns in (told, asked))
            found[key] = (dataclasses.replace(known, told=known.told + told, asked=known.asked + asked) if known else
                          Relation(label, kind, value, told, asked, plain([answer])[0], module.__name__))
    return list(found.values())


HELD = catalogue([held])
WRITERS = [relations_everyday, relations_trade, relations_people, relations_places, relations_office, relations_world, relations_trade_more, relations_people_more, relations_places_more, relations_office_more, relations_world_more]
TRAINED = [relation for relation in catalogue(WRITERS, [wording for _, _, _, told, asked, _ in held.RELATIONS for wording in [*told, *asked]])
           if len(relation.asked) > 2 and len(relation.told) > 1]

VENUES = "Hotel Cafe Museum Library Restaurant Gallery Theatre Cinema Bakery Bookshop Gym Pool Clinic Market Hostel Zoo Bar Pharmacy Garden Salon".split()
BUILDINGS = "tower bridge library museum castle church station town hall lighthouse mill school theatre palace dam windmill".replace("town hall", "town-hall").split()
PLANS = "Basic Starter Team Pro Gold Silver Plus Premium Family Student Business Enterprise Free Solo Standard Personal Large Small Monthly Yearly".split()
EVENTS = "workshop|party|concert|meeting|fair|festival|tour|race|auction|lesson|dinner|conference|exhibition|market day|open day|quiz night|book club|film night|match|sale|retreat|parade".split("|")
GOODS = "lamp kettle chair drill camera watch heater tent backpack phone headset keyboard mixer scooter printer speaker desk jacket mattress radio blender router helmet knife".split()
SUBJECTS = "Spanish maths pottery cooking history yoga painting first-aid chess guitar sewing physics drawing biology dance Python photography swimming".split()
TEAMS = "Frogs Moles Wolves Hawks Lions Tigers Rovers Stars Bears Sharks Ravens Bulls Falcons Giants".split()
PETS = "dog cat horse parrot rabbit hamster pony tortoise goat canary".split()
VEHICLES = "van truck bus car bicycle scooter tractor ferry tram boat motorbike taxi minibus".split()
DISHES = "soup stew cake pie salad curry pasta bread risotto omelette casserole pudding lasagne porridge dumplings".split()
MACHINES = "printer pump dishwasher coffee-machine boiler lathe generator copier mower scanner oven compressor freezer projector lift".split()
PLANTS = "fern rose lily orchid cactus palm ivy moss fig herb tulip maple".split()
SINGULAR = {"company", "venue", "town", "product", "plan", "event", "work", "course", "vehicle", "dish", "software", "project", "machine", "plant", "building"}


def word(kit):
    """A name's first part: an invented one, a surname, a thing or a colour."""
    return kit.pick([lambda: kit.syllables().capitalize(), lambda: kit.syllables().capitalize(), kit.of_surname, lambda: kit.thing().capitalize(), lambda: kit.color().capitalize()])()


def titled(kit):
    title = " ".join(w.capitalize() for w in kit.phrase(1, 3).split())
    title = f"The {title}" if kit.chance(.4) else title
    return f'"{title}"' if kit.chance(.5) else title


NAMES = {
    "person": lambda k: k.first_name() if k.chance(.4) else f"{k.first_name()} {k.of_surname() if k.chance(.6) else k.syllables().capitalize()}",
    "company": lambda k: k.organisation(),
    "venue": lambda k: k.pick(["Hotel {w}", "Cafe {w}", "the {w} {K}", "the {w} {K}", "{w} {K}", "the {k}"]).format(w=word(k), K=(kind := k.pick(VENUES)), k=kind.lower()),
    "town": lambda k: k.city(),
    "product": lambda k: k.pick(["the {w} {k}", "the {w} {n}", "the {w} {n} {k}", "{w} {n}", "the {k}", "the {c} {k}"]).format(w=word(k), n=k.number(1, 900), k=k.pick(GOODS), c=k.color()),
    "plan": lambda k: f"the {k.pick(PLANS) if k.chance(.8) else word(k)} {k.pick(['plan', 'plan', 'plan', 'tier', 'package'])}",
    "event": lambda k: k.pick(["the {k}", "the {w} {k}", "the {a} {k}"]).format(k=k.pick(EVENTS), w=word(k), a=k.pick("summer spring autumn winter first second yearly Friday Monday".split())),
    "work": titled,
    "course": lambda k: f"the {k.pick(SUBJECTS)} {k.pick(['course', 'class', 'course'])}",
    "team": lambda k: k.pick(["{w} United", "FC {w}", "the {w} {t}", "{w} Rovers", "the {t}"]).format(w=word(k), t=k.pick(TEAMS)),
    "pet": lambda k: k.pick(["{n}", "{n}", "the {p} {n}", "{n} the {p}"]).format(n=k.first_name(), p=k.pick(PETS)),
    "vehicle": lambda k: k.pick(["the {c} {v}", "the {v}", "{v} {n}", "the {w} {v}"]).format(c=k.color(), v=k.pick(VEHICLES), n=k.number(1, 99), w=word(k)),
    "dish": lambda k: k.pick(["the {x} {d}", "{w}'s {d}", "the {d}"]).format(x=k.thing(), w=k.first_name(), d=k.pick(DISHES)),
    "software": lambda k: values.draw(k, "prod"),
    "project": lambda k: k.pick(["Project {w}", "the {w} project", "{w}"]).format(w=word(k)),
    "machine": lambda k: k.pick(["the {m}", "the {w} {m}", "the {c} {m}", "{m} {n}"]).format(m=k.pick(MACHINES).replace("-", " "), w=word(k), c=k.color(), n=k.number(1, 20)),
    "plant": lambda k: k.pick(["the {c} {p}", "the {w} {p}", "the {p}"]).format(c=k.color(), w=word(k), p=k.pick(PLANTS)),
    "building": lambda k: k.pick(["the {w} {b}", "the {b}", "the old {b}", "{w} {B}"]).format(w=word(k), b=(b := k.pick(BUILDINGS).replace("-", " ")), B=b.title()),
}


def of_kind(relation, relations):
    """Those that can be told of the same thing."""
    return [other for other in relations if other.kind == relation.kind and other.source == relation.source]


def named(kit, relation, taken=()):
    """A thing of the relation's kind; no name is part of another."""
    for _ in range(50):
        name = NAMES[relation.kind](kit) if relation.kind in NAMES else values.draw(kit, relation.kind)
        plain = plain_name(name).lower()
        if not any(plain in other or other in plain for other in (plain_name(thing).lower() for thing in taken)):
            return name
    return None


def plain_name(thing):
    """As a table or a record has it."""
    return thing.removeprefix("the ").strip('"')


def priced(pattern, sign):
    return re.sub("<v> <cur>", f"{sign}<v>", pattern) if sign else pattern
