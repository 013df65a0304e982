"""Small talk, names, facts told and asked for, things never told, and what lies outside."""
from . import babble
from . import phrasing as P
from . import phrasing_held as H
from . import values
from .lexicon import HOBBIES, JOBS
from .wordings import labels

ATTRIBUTE_NOUNS = ["code", "name", "number", "colour"]


def small_pair(kit, intent=None):
    known = [k for k in P.SMALL if not kit.fresh or k in H.SMALL]
    intent = intent or kit.pick(known)
    patterns, answer = P.SMALL[intent]
    return [kit.user(patterns, H.SMALL.get(intent)), ("assistant", answer)]


def small(kit):
    chat = kit.persona()
    if kit.chance(.12) and not kit.fresh:
        bot = kit.first_name()
        system = kit.text(P.NAMED_PERSONAS, bot=bot, org=kit.organisation())
        return [("system", system), kit.user(["{who|what} are you?", "what is your name?", "{tell me your name|introduce yourself|what's your name}[.|?]",
                                              "do you have a name?", "how {should|may|can} I call you?", "who am I {talking|speaking} to?"]),
                ("assistant", f"I am {bot}.")]
    for _ in range(kit.pick([1, 1, 2])):
        chat += small_pair(kit)
    return chat


def tell_name(kit, name):
    return [kit.user(P.TELL_NAME, H.TELL_NAME, v=name), ("assistant", f"Nice to meet you, {name}!")]


def name(kit):
    name = kit.name()
    chat = kit.persona(.35)
    if kit.split == "train" and kit.chance(.12):        # told and asked in one turn
        told = kit.say(P.TELL_NAME, v=name).strip(".!")
        asked = kit.say(P.ASK_NAME)
        return chat + [kit.user([f"{told}. {asked[:1].upper()}{asked[1:]}".replace("{", "").replace("[", "")]),
                       ("assistant", f"Your name is {name}.")]
    if kit.chance(.2):
        chat += small_pair(kit)
    chat += tell_name(kit, name)
    for _ in range(kit.pick([0, 0, 1, 2])):
        chat += small_pair(kit) if kit.chance(.6) else fact_pair(kit, draw_fact(kit))
    if kit.chance(.12):
        name = kit.name()
        chat += [kit.user(["{sorry|actually|no|correction}[,|] my name is <v>[.|]", "I meant <v>[.|]", "{please |}call me <v> {instead|from now on}[.|]"],
                          ["I prefer to be called <v>.", "Forget the old name, I'm <v>."], v=name), ("assistant", f"Nice to meet you, {name}!")]
    return chat + [kit.user(P.ASK_NAME, H.ASK_NAME), ("assistant", f"Your name is {name}.")]


def attribute(kit):
    name = kit.pick(P.ATTRIBUTES) if kit.chance(.7) else f"{kit.noun()} {kit.pick(ATTRIBUTE_NOUNS)}"
    return name.replace("avourite", "avorite").replace("olour", "olor") if kit.split == "train" and kit.chance(.5) else name


def draw_fact(kit, other_than=()):
    """(key, value, tell patterns, ask patterns, acknowledgement, answer, untold answer, held wordings)."""
    while True:
        if kit.chance(.6):
            a = attribute(kit)
            fact = dict(key=a, value=str(kit.value()), tell=P.TELL_ATTR, ask=P.ASK_ATTR, ack=f"Got it, your {a} is {{v}}.", answer=f"Your {a} is {{v}}.",
                        untold=f"You have not told me your {a}.", slots={"a": a}, held=(H.TELL_ATTR, H.ASK_ATTR))
        else:
            key, tell, ask, ack, answer, untold, kind = kit.pick([f for f in P.FACTS if not kit.fresh or f[0] in H.FACTS])
            draw = {"city": kit.city, "first": kit.first_name, "org": kit.organisation, "age": lambda: str(kit.number(5, 99)),
                    "thing": kit.thing, "language": lambda: kit.pick(P.LANGUAGES) if kit.chance(.6) else kit.syllables().capitalize(),
                    "job": lambda: kit.pick(JOBS) if kit.chance(.6) else kit.syllables(), "hobby": lambda: kit.pick(HOBBIES) if kit.chance(.6) else kit.syllables()}[kind]
            fact = dict(key=key, value=draw(), tell=tell, ask=ask, ack=ack, answer=answer, untold=untold, slots={}, held=H.FACTS.get(key, (None, None)))
        if fact["key"] not in other_than:
            return fact


def fact_pair(kit, fact, tell=None, fresh=None):
    return [kit.user(tell or fact["tell"], fresh or fact["held"][0], v=fact["value"], **fact["slots"]),
            ("assistant", fact["ack"].format(v=fact["value"]))]


def ask_fact(kit, fact, untold=False):
    answer = fact["untold"] if untold else fact["answer"].format(v=fact["value"])
    return [kit.user(fact["ask"], fact["held"][1], **fact["slots"]), ("assistant", answer)]


def fact(kit):
    """Some facts, perhaps one corrected, other talk between, then one or more questions; some of the questions
    are about things that were never told."""
    chat = kit.persona(.35)
    told = {}
    if kit.chance(.25):
        chat += tell_name(kit, kit.name())
    for _ in range(kit.pick([1, 2, 2, 3])):
        new = draw_fact(kit, told)
        told[new["key"]] = new
        chat += fact_pair(kit, new)
        if kit.chance(.12):
            chat += small_pair(kit)
    plain = [f for f in told.values() if "a" in f["slots"]]
    if plain and kit.chance(.25):
        fixed = kit.pick(plain)
        fixed["value"] = str(kit.value())
        chat += fact_pair(kit, fixed, P.CORRECT, H.CORRECT)
    asked = list(told.values())
    kit.rng.shuffle(asked)
    for f in asked[:kit.pick([1, 1, 2])]:
        chat += ask_fact(kit, f)
    return chat


def untold(kit):
    """Asked for a name or a fact that nobody told, perhaps among facts that were told."""
    chat = kit.persona(.35)
    told = {}
    for _ in range(kit.pick([0, 1, 1, 2])):
        new = draw_fact(kit, told)
        told[new["key"]] = new
        chat += fact_pair(kit, new)
    if kit.chance(.25):
        chat += small_pair(kit)
    if kit.chance(.3):
        return chat + [kit.user(P.ASK_NAME, H.ASK_NAME), ("assistant", "You have not told me your name.")]
    if kit.chance(.2):
        chat += tell_name(kit, kit.name())
    chat += ask_fact(kit, draw_fact(kit, told), untold=True)
    if told and kit.chance(.5):
        chat += ask_fact(kit, kit.pick(list(told.values())))
    return chat


def asked_outside(kit):
    """A question or a wish in natural words that only a large model can serve."""
    pattern = kit.pick(labels.OUTSIDE)
    return kit.user([pattern], **{name: values.draw(kit, name) for name in values.slots_of([pattern])})


def outside(kit, wishes=True):
    """Knowledge, writing, other languages, source code, noise: a fixed polite way out. `wishes`: also such as a tool might serve."""
    chat = kit.persona(.4)
    if wishes and kit.split == "train" and kit.chance(.3):
        return chat + [asked_outside(kit), ("assistant", P.OPEN_ANSWER)]
    if kit.chance(.2):
        chat += small_pair(kit)
    dice = kit.rng.random()
    if kit.split == "train" and kit.chance(.25):        # what has no end of its own makes an answer without one: much of it
        return chat + [("user", babble.repeated(kit)), ("assistant", P.GIBBERISH_ANSWER)]
    if dice < .52:
        return chat + [kit.user(P.OPEN_QUESTIONS, H.OPEN_QUESTIONS, city=kit.city(), name=kit.name(), thing=kit.thing(),
                                year=kit.year(), number=kit.number(1, 999)), ("assistant", P.OPEN_ANSWER)]
    if dice < .68:
        return chat + [("user", babble.foreign(kit)), ("assistant", P.FOREIGN_ANSWER)]
    if dice < .78:
        return chat + [("user", babble.code(kit)), ("assistant", P.OPEN_ANSWER)]
    return chat + [("user", babble.noise(kit)), ("assistant", P.GIBBERISH_ANSWER)]
