"""Values by type: what stands in the typed slots `<city:c>` or `<c2>` of natural texts, and of what JSON type it is."""
import re

from . import invented
from .lexicon import JOBS
from .tool_catalog import LANGUAGES, ROOMS

LANDS = """France Germany Italy Spain Portugal Austria Switzerland Poland Norway Sweden Finland Denmark Iceland Ireland Greece Turkey Egypt Morocco Kenya Ghana Nigeria India Nepal Japan China Vietnam Thailand Indonesia Australia Canada Mexico
Brazil Chile Peru Argentina Cuba Jamaica Hungary Romania Croatia Estonia Latvia Israel Jordan Qatar Iran Bolivia Uruguay England Scotland Wales Belgium""".split()
WHENS = ["tomorrow", "today", "tonight", "next week", "on <d>", "at <t>", "tomorrow at <t>", "on <d> at <t>", "in <n> minutes", "in <n> hours", "next <d>", "on <date>", "this evening", "in the morning", "at noon"]
DOINGS = "buy call clean fix check feed water pick up send order pay for wash find return paint carry print pack look for".replace("pick up", "pick-up").replace("pay for", "pay-for").replace("look for", "look-for").split()
QUALITIES = "fast small cheap red old new local modern simple open free large wooden easy quiet Italian best rust python classic electric spare used".split()
TOPICS = "databases recipes hotels news jobs reviews tutorials shoes music games maps prices museums books events restaurants laptops trains ideas tools bicycles flights poems parts".split()
SENTENCES = ["the meeting is moved to <t>", "I will be late", "see you on <d>", "dinner is ready", "please call me back", "the <x> has arrived", "thank you for the <x>", "we need more <x>s", "the report is done", "happy birthday", "<w> is here", "I am on my way", "the server is down again", "can we talk on <d>?", "lunch at <t>?"]
FOODS = "pizza pasta soup salad sushi curry burger noodles pancakes tacos rice bread cake lasagna omelette stew risotto dumplings sandwich pie".split()
GENRES = "jazz rock pop techno blues classical folk reggae metal soul funk house opera country".split()


def filled(kit, pattern):
    return re.sub(r"<(\w+)>", lambda m: str(draw(kit, m[1])), pattern)


def _decimal(kit):
    """Written as JSON writes it: no zero at the end."""
    whole = kit.number(0, 9999)
    return whole if kit.chance(.6) else float(f"{whole}.{kit.rng.randint(0, 9)}{kit.rng.randint(1, 9)}" if kit.chance(.6) else f"{whole}.{kit.rng.randint(1, 9)}")


def full_name(kit):
    """More often of two words than in the talks, for texts name people so."""
    name = kit.first_name()
    return f"{name} {kit.of_surname() if kit.chance(.5) else kit.syllables().capitalize()}" if kit.chance(.45) else name


TYPES = {  # name: (drawer, JSON type)
    "w": (full_name, "string"), "c": (lambda k: k.city(), "string"), "land": (lambda k: k.of(LANDS) if k.chance(.6) else k.syllables().capitalize(), "string"), "o": (lambda k: k.organisation(), "string"),
    "yr": (lambda k: int(k.year()), "integer"), "n": (lambda k: k.number(2, 99), "integer"), "m": (lambda k: k.number(100, 99999), "integer"), "int": (lambda k: k.number(1, 99), "integer"), "big": (lambda k: k.number(2, 99999), "integer"),
    "num": (_decimal, "number"), "p": (_decimal, "number"), "cur": (lambda k: k.pick(["euros", "dollars", "pounds", "francs", "crowns"]), "string"), "t": (lambda k: k.time(), "string"), "d": (invented.SLOTS["d"], "string"), "mo": (invented.SLOTS["mo"], "string"),
    "date": (lambda k: k.date(), "string"), "ph": (lambda k: k.phone(), "string"), "em": (lambda k: k.email(), "string"), "url": (lambda k: f"{k.pick(['https://', 'www.', ''])}{k.syllables(1, 2)}.{k.pick(['com', 'org', 'dev', 'net'])}{k.pick(['', '', '/' + k.syllables(1, 2)])}", "string"),
    "x": (lambda k: k.thing(), "string"), "prod": (lambda k: k.syllables().capitalize() + k.pick(["", "", "", " Pro", " X", " Cloud", f" {k.rng.randint(2, 9)}"]), "string"), "col": (lambda k: k.color(), "string"), "job": (lambda k: k.of(JOBS), "string"), "code": (lambda k: k.code(), "string"),
    "pc": (lambda k: f"{k.number(1, 99)}%", "string"), "lang": (lambda k: k.of(LANGUAGES) if k.chance(.7) else k.syllables().capitalize(), "string"), "str": (lambda k: f"{k.syllables().capitalize()} {k.pick(['Street', 'Road', 'Lane', 'Avenue'])} {k.number(1, 300)}" if k.chance(.5) else f"{k.number(1, 300)} {k.syllables().capitalize()} {k.pick(['Street', 'Road', 'Lane', 'Avenue'])}", "string"),
    "to": (lambda k: f"{k.pick(DOINGS).replace('-', ' ')} {k.pick(['the', 'the', 'a', 'my', 'some'])} {k.thing()}", "string"), "when": (lambda k: filled(k, k.pick(WHENS)), "string"), "sentence": (lambda k: filled(k, k.pick(SENTENCES)), "string"),
    "words": (lambda k: k.phrase(2, 3) if k.chance(.4) else f"{k.pick(QUALITIES)} {k.thing()} {k.pick(TOPICS)}" if k.chance(.5) else f"{k.thing()} {k.pick(TOPICS)}" if k.chance(.6) else f"{k.pick(QUALITIES)} {k.pick(TOPICS)} in {k.city()}", "string"),
    "room": (lambda k: k.pick(ROOMS), "string"), "file": (lambda k: k.pick(["", "/", "src/", "docs/", "/tmp/"]) + k.syllables(1, 2) + k.pick([".txt", ".md", ".rs", ".json", ".py", ".csv", ".pdf", ".png"]), "string"),
    "user": (lambda k: k.syllables() + k.pick(["", "", "42", "_dev", str(k.number(1, 99))]) if k.chance(.7) else k.first_name().lower(), "string"), "tick": (lambda k: "".join(k.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(k.rng.randint(2, 4))), "string"),
    "food": (lambda k: k.pick(FOODS) if k.chance(.7) else k.thing(), "string"), "genre": (lambda k: k.pick(GENRES), "string"), "song": (lambda k: " ".join(w.capitalize() for w in k.phrase(1, 3).split()), "string"),
}
SIGNS = ["$", "$", "€", "£"]
PRICE = re.compile(r"(<(?:\w+:)?p\d?>) <cur>")


def signed(kit, patterns):
    """The same prices with a sign in front of them, in some texts."""
    if not kit.chance(.4):
        return patterns
    sign = kit.pick(SIGNS)
    return [PRICE.sub(rf"{sign}\1", pattern) for pattern in patterns]


SLOT = re.compile(r"<(\w+)>")


def draw(kit, slot):
    """A value for a slot that is named after its type, with a digit or without; or one of "some|given|choices"."""
    if "|" in slot:
        return kit.pick(slot.split("|"))
    return TYPES[slot if slot in TYPES else slot.rstrip("0123456789")][0](kit)


def json_type(slot):
    """What `draw` gives is of this type in JSON."""
    return "string" if "|" in slot else TYPES[slot if slot in TYPES else slot.rstrip("0123456789")][1]


def slots_of(patterns):
    return sorted({name for pattern in patterns for name in SLOT.findall(pattern)})
