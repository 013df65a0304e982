"""Tools that nobody has seen: a verb or a field and a noun, with drawn arguments. Only their schema tells how to call them."""
from . import phrasing_held_tasks as H
from . import tool_catalog
from .lexicon import COLORS, NOUNS
from .wordings import tools as wordings

# verb: (participle, other verbs with which people ask for it)
VERBS = {"archive": ("archived", ["archive", "put away", "file away"]), "delete": ("deleted", ["delete", "remove", "erase", "get rid of", "throw away"]), "open": ("opened", ["open", "open up"]), "close": ("closed", ["close", "shut"]),
         "approve": ("approved", ["approve", "accept", "give the green light to", "say yes to"]), "reject": ("rejected", ["reject", "decline", "turn down", "refuse"]), "cancel": ("cancelled", ["cancel", "call off"]), "print": ("printed", ["print", "print out", "put on paper"]),
         "share": ("shared", ["share"]), "lock": ("locked", ["lock", "lock up"]), "unlock": ("unlocked", ["unlock"]), "rename": ("renamed", ["rename", "give a new name to"]), "restore": ("restored", ["restore", "bring back", "recover"]), "publish": ("published", ["publish", "make public"]),
         "assign": ("assigned", ["assign", "hand over"]), "start": ("started", ["start", "launch", "begin", "kick off"]), "stop": ("stopped", ["stop", "halt", "end"]), "pause": ("paused", ["pause", "suspend", "put on hold"]), "export": ("exported", ["export"]), "import": ("imported", ["import", "load in"]),
         "review": ("reviewed", ["review", "look over", "go through"]), "verify": ("verified", ["verify", "confirm", "double-check"]), "renew": ("renewed", ["renew", "extend", "prolong"]), "update": ("updated", ["update", "bring up to date"]), "check": ("checked", ["check", "inspect", "examine"]),
         "move": ("moved", ["move", "shift"]), "send": ("sent", ["send", "dispatch"]), "copy": ("copied", ["copy", "duplicate", "clone"]), "hide": ("hidden", ["hide", "conceal"]), "repair": ("repaired", ["repair", "fix", "mend"]), "order": ("ordered", ["order", "buy"]), "return": ("returned", ["return", "give back", "send back"]),
         "schedule": ("scheduled", ["schedule", "plan"]), "block": ("blocked", ["block", "ban"]), "register": ("registered", ["register", "sign up"]), "merge": ("merged", ["merge", "join", "combine"]), "sign": ("signed", ["sign"]), "upload": ("uploaded", ["upload"]), "scan": ("scanned", ["scan"]), "clean": ("cleaned", ["clean", "clean up", "tidy"])}
FIELDS = {"status": (["status", "state"], lambda k: k.pick("open closed pending active done lost ready broken new late".split())), "price": (["price", "cost"], lambda k: k.number(1, 9999)), "owner": (["owner"], lambda k: k.name()), "date": (["date", "day"], lambda k: k.iso_date()),
          "address": (["address"], lambda k: f"{k.syllables().capitalize()} Road {k.number(1, 200)}"), "size": (["size"], lambda k: k.number(1, 999)), "phone": (["phone", "phone number"], lambda k: k.phone()), "total": (["total", "sum"], lambda k: k.number()),
          "balance": (["balance"], lambda k: k.number()), "location": (["location", "place"], lambda k: k.city()), "title": (["title"], lambda k: k.phrase(1, 2)), "author": (["author", "writer"], lambda k: k.name()), "version": (["version"], lambda k: f"{k.number(0, 20)}.{k.number(0, 20)}"),
          "rating": (["rating", "score"], lambda k: k.rng.randint(1, 5)), "colour": (["colour"], lambda k: k.color()), "weight": (["weight"], lambda k: k.number(1, 999)), "count": (["count", "number"], lambda k: k.number(1, 999)), "email": (["email", "mail address"], lambda k: k.email())}
GETTERS = ["get", "find", "lookup", "fetch", "read", "show", "query", "retrieve"]
MAKERS = {"create": "created", "add": "added", "new": "created", "make": "created", "insert": "added"}

# further arguments: (keys, type, descriptions, drawer, words that tell them)
EXTRA = {
    "date": (*tool_catalog.DATE, ["on <v>", "for <v>", "dated <v>", "as of <v>", "by <v>", "until <v>"]), "time": (*tool_catalog.TIME, ["at <v>", "around <v>", "starting at <v>"]),
    "city": (*tool_catalog.CITY, ["in <v>", "for <v>", "at the office in <v>"]), "email": (["email", "to", "recipient", "notify_email"], "string", ["Email address", "Who is told"], lambda k: k.email(), ["and tell <v>", "and mail <v>", "with the mail address <v>", "and notify <v>"]),
    "amount": tool_catalog.number(["amount", "price", "total", "value"], 1, 9999, "number", "{The|An} amount", "Amount in euros") + (["for <v> euros", "with the amount <v>", "costing <v> euros", "at <v> euros"],),
    "quantity": tool_catalog.number(["quantity", "count", "copies", "times", "pieces"], 1, 999, "integer", "How many", "{Number of|The} {copies|pieces}") + (["<v> times", "with <v> copies", "<v> pieces of it", "in <v> pieces"],),
    "person": (["person", "assignee", "user", "owner", "name_of_person"], "string", ["{Name of the|The} person", "Who is responsible"], lambda k: k.name(), ["for <v>", "on behalf of <v>", "and give it to <v>", "in the name of <v>", "as <v> asked"]),
    "note": tool_catalog.text(["note", "comment", "reason", "message", "text"], "{A|The} {note|comment|reason}", "Why") + (["with the note \"<v>\"", "saying \"<v>\"", "because \"<v>\"", "with the comment \"<v>\""],),
    "priority": tool_catalog.choice(["priority", "level", "urgency"], ["low", "normal", "high", "urgent"], "How urgent it is", "The priority") + (["with <v> priority", "with priority <v>", "(<v> priority)"],),
    "color": tool_catalog.choice(["color", "colour"], COLORS[:6], "The colour") + (["in <v>", "with the colour <v>", "coloured <v>"],),
    "format": tool_catalog.choice(["format", "type", "output"], ["pdf", "csv", "json", "html", "txt"], "{File|Output} format") + (["as <v>", "in the format <v>", "as a <v> file"],),
    "force": (["force", "urgent", "silent", "permanent", "confirm"], "boolean", ["Whether to {force|confirm} it", "true or false"], None, ["with {key} on#true", "with {key} set to true#true", "with {key} off#false", "without {key}#false", "and {key} it#true"]),
    "tags": (["tags", "labels", "keywords", "categories"], "array", ["A list of {tags|labels}", "Labels"], lambda k: [k.thing() for _ in range(k.rng.randint(1, 3))], ["with the tags <v>", "tagged <v>", "labelled <v>", "under <v>"]),
    "address": (["address", "place", "destination", "target"], "object", ["The address", "Where to"], lambda k: {"street": f"{k.syllables().capitalize()} Street {k.number(1, 99)}", "city": k.city()}, ["to <v>", "at <v>", "at the address <v>"]),
    "url": (["url", "link", "page", "website"], "string", ["The link", "Web address"], lambda k: f"https://{k.syllables(1, 2)}.{k.pick(['com', 'org', 'dev'])}/{k.syllables(1, 2)}", ["from <v>", "with the link <v>", "see <v>"]),
    "days": tool_catalog.number(["days", "duration_days", "period", "length"], 1, 365, "integer", "{Number of|How many} days", "Duration in days") + (["for <v> days", "over <v> days", "during <v> days"],),
}
ID_KEYS = [["id"], ["id"], ["<n>_id"], ["<n>Id"], ["name"], ["code"], ["<n>"], ["ref", "reference"], ["key"], ["number"], ["<n>_name"], ["identifier"]]


def camel(*words):
    return words[0] + "".join(w.capitalize() for w in words[1:])


def tool_name(kit, *words):
    style = kit.rng.random()
    if style < .5:
        return "_".join(words)
    if style < .85:
        return camel(*words)
    if style < .93:
        return "-".join(words)
    return "_".join((*words[1:], words[0]))


def identity(kit, noun):
    """(role id: names, type, descriptions, drawer)"""
    keys = [key.replace("<n>", noun) for key in kit.pick(ID_KEYS)]
    whole = ("id" in keys[0].lower() or keys == ["number"]) and kit.chance(.5)
    draw = (lambda k: k.number()) if whole else (lambda k: k.name()) if "name" in keys[0] else (lambda k: k.code())
    return keys, "number" if whole and kit.chance(.6) else "integer" if whole else "string", [f"{{The|Id of the|Which|Identifier of the}} {noun}", f"{noun.capitalize()} {{id|code|name|number}}"], draw


def extras(kit, most=3):
    names = kit.rng.sample(list(EXTRA), kit.pick([0, 0, 1, 1, 2, most]))
    return {name: EXTRA[name][:4] for name in names}, {name: [" " + w for w in EXTRA[name][4]] for name in names}


def doer(kit, verb=None, noun=None):
    """archive_ticket(id, ..): unseen pairs of verb and noun are held out."""
    verb, noun = (verb, noun) if verb else kit.keep(lambda: (kit.pick(list(VERBS)), kit.pick(NOUNS)))
    done, asked = VERBS[verb]
    more, optional = extras(kit)
    ask = kit.pick(asked)
    answer, gives = f"The {noun} {{id}} is {done}.", lambda k, a: {("status", "state", "result"): k.pick(["ok", "done", "success", done])}
    if kit.chance(.35):
        answer, gives = answer + " Reference: {reference}.", lambda k, a: {("reference", "ref", "receipt", "confirmation"): k.code()}
    asks = [f"DO: {ask} {{the |}}{noun} <id>", f"DO: {ask} {{the |}}{noun} <id>", f"DO: {ask} <id>, {{the|it is a|my}} {noun}", f"{noun} <id>: {ask} it[ please|]", f"<id> is the {noun} to {ask}", f"{ask} <id>, {{the|it is a|a}} {noun}",
            f"the {noun} <id> {{must|should|has to|needs to}} be {done}", f"{{I have|there is|we have}} a {noun} <id>, {{please |}}{ask} it", f"{{I want|I'd like|get}} {{the |}}{noun} <id> {done}", f"{{see that|make sure that}} {{the |}}{noun} <id> {{is|gets}} {done}"]
    held = H.filled(H.DOER, noun=noun, verb=verb, done=done)
    asks += H.filled(wordings.DOER, noun=noun, ask=ask, done=done)
    does = [f"{{{verb.capitalize()}|{verb.capitalize()}s|Lets you {verb}|Use it to {verb}|Can {verb}|Use this to {verb}|This will {verb}}} {{a|one|the given|an existing}} {noun}{{| by its {{id|name|code}}| in the system}}", f"{{Marks|Sets}} a {noun} as {done}"]
    return tool_catalog.tool([tool_name(kit, verb, noun)], does, {"id": identity(kit, noun), **more}, asks, gives, answer, held, optional), (ask, noun)


def getter(kit):
    """get_invoice_status(id): something is found out."""
    field, noun = kit.keep(lambda: (kit.pick(list(FIELDS)), kit.pick(NOUNS)))
    words, draw = FIELDS[field]
    shown, get = kit.pick(words), kit.pick(GETTERS)
    name = tool_name(kit, get, noun, field) if kit.chance(.7) else tool_name(kit, noun, field)
    asks = [f"NP: the {shown} of {{the |}}{noun} <id>", f"NP: the {shown} of {{the |}}{noun} <id>", f"WH: what the {shown} of {{the |}}{noun} <id> is", f"Q: what {shown} {{does|has}} {{the |}}{noun} <id>[ have|]", f"{noun} <id>, {shown}[ please|][?|]", f"DO: {{look up|find|check|get|find out}} the {shown} of {{the |}}{noun} <id>"]
    held = H.filled(H.GETTER, noun=noun, shown=shown)
    asks += H.filled(wordings.GETTER, noun=noun, shown=shown)
    does = [f"{{Get|Returns|Find|Looks up|Fetches|Tells|Query for}} the {field} of {{a|the given|one}} {noun}", f"{field.capitalize()} of a {noun}[ by id|]"]
    return tool_catalog.tool([name], does, {"id": identity(kit, noun)}, asks, lambda k, a: {(field, shown.replace(" ", "_"), "value", "result"): draw(k)}, f"The {shown} of {noun} {{id}} is {{{field}}}.", held), (field, noun)


def maker(kit):
    """create_ticket(title, ..): something new is made."""
    verb, noun = kit.keep(lambda: (kit.pick(list(MAKERS)), kit.pick(NOUNS)))
    more, optional = extras(kit)
    key = kit.pick([["title"], ["name"], ["subject"], ["label"], ["text"], ["description"], ["summary"]])
    title = (key, "string", [f"{{The|A}} {key[0]}", f"{key[0].capitalize()} of the {noun}"], lambda k: k.phrase(1, 3))
    ask = kit.pick(["create", "add", "make", "open", "set up", "enter", "write"])
    asks = [f"DO: {ask} {{a|a new|one more|another}} {noun} {{called|named|with the {key[0]}|titled}} \"<title>\"", f"DO: {ask} {{a|the}} {noun} \"<title>\"", f"{{new|another}} {noun}: \"<title>\"", f"{{I need|I want|we need|I would like}} {{a|a new}} {noun} {{called|titled|with the {key[0]}}} \"<title>\"", f"\"<title>\" {{should|must|has to}} {{become|be}} a {{new |}}{noun}"]
    held = H.filled(H.MAKER, noun=noun)
    asks += H.filled(wordings.MAKER, noun=noun)
    does = [f"{{Create|Creates|Add|Adds|Makes|Open}} {{a|a new}} {noun}", f"Use this to {{create|add}} a {noun}", f"New {noun}"]
    return tool_catalog.tool([tool_name(kit, verb, noun)], does, {"title": title, **more}, asks, lambda k, a: {("id", noun + "_id", "number", "key"): k.code()}, f"The {noun} is {MAKERS[verb]}, id {{id}}.", held, optional), ("create", noun)


# What one may want to know, of what kind of thing, and how the two are joined; every pair that makes sense is drawn.
WANTED = {"population": "city country", "capital": "country", "recipe": "dish", "lyrics": "song", "opening hours": "shop museum restaurant", "menu": "restaurant", "horoscope": "sign", "exchange rate": "currency", "traffic": "city street", "schedule": "team train day", "air quality": "city", "sunrise": "city day", "sunset": "city day", "rainfall": "city month", "temperature": "city room",
          "score": "team game", "biography": "person", "birthday": "person", "salary": "job person", "delivery date": "order parcel", "balance": "account card", "release date": "film game song", "director": "film", "cast": "film play", "summary": "book film document", "ingredients": "dish", "calories": "dish product", "side effects": "medicine", "dosage": "medicine", "synonyms": "word", "meaning": "word phrase",
          "spelling": "word name", "distance": "planet star city", "height": "mountain tower person", "depth": "lake", "age": "person tree", "stock level": "product", "discount": "product customer", "warranty": "product device", "battery level": "device phone car", "location": "device parcel car person", "tax rate": "country state", "holidays": "country month", "language": "country", "flag": "country team",
          "documentation": "library command", "version": "library app device", "license": "library app", "weather warning": "city country", "events": "city day", "hotels": "city", "flights": "city day", "translation": "word phrase", "transcript": "video call", "history": "account city device", "rules": "game", "winner": "game year", "members": "team project", "deadline": "project task", "progress": "project task order"}
SUBJECTS = {"city": lambda k: k.city(), "country": lambda k: k.pick("France Spain Japan Brazil Canada Egypt India Peru Kenya Norway Chile Poland".split()) if k.chance(.5) else k.syllables().capitalize(), "person": lambda k: k.name(), "name": lambda k: k.name(), "customer": lambda k: k.name(), "day": lambda k: k.pick("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()) if k.chance(.5) else k.iso_date(),
            "month": lambda k: k.pick("January February March April May June July August September October November December".split()), "year": lambda k: k.year(), "sign": lambda k: k.pick("Aries Taurus Gemini Cancer Leo Virgo Libra Scorpio Sagittarius Capricorn Pisces".split()), "currency": lambda k: k.pick(["USD", "EUR", "GBP", "JPY", "CHF", "SEK"]) if k.chance(.6) else "".join(k.pick("ABCDEFGHKLMNPRSTUZ") for _ in range(3)),
            "order": lambda k: k.code() if k.chance(.5) else f"order_{k.number()}", "parcel": lambda k: k.code(), "account": lambda k: k.code(), "card": lambda k: k.code(), "state": lambda k: k.syllables().capitalize(), "team": lambda k: k.syllables().capitalize() + k.pick(["", "", " United", " City", " Tigers"])}
JOINED = ["of", "of", "for", "for", "in"]


def asker(kit):
    """get_population(city): one thing about one other thing, with few words in common with any other tool."""
    field, subject = kit.keep(lambda: (lambda f: (f, kit.pick(WANTED[f].split())))(kit.pick(list(WANTED))))
    draw = SUBJECTS.get(subject, lambda k: k.phrase(1, 2).title() if k.chance(.5) else k.thing() if k.chance(.5) else k.syllables().capitalize())
    words, get, join = field.split(), kit.pick(GETTERS + ["get", "get", "check"]), kit.pick(JOINED)
    name = tool_name(kit, *kit.pick([[get, *words], [get, *words], [get, subject, *words], [*words], [subject, *words], [get, *words, "for", subject], [*words, "lookup"]]))
    keys = kit.pick([[subject], [subject], [subject + "_name"], [subject + "Name"], ["name"], ["query"], ["id"] if subject in ("order", "parcel", "account", "card") else ["title"], [subject + "_id"] if subject in ("order", "parcel", "account") else [subject], ["q"], ["target"]])
    about = [f"{{The|Name of the|Which|A}} {subject}", f"{{The |A |}}{subject} to {{look up|check|get the {field} for}}", f"{subject.capitalize()} {{name|to look at|in question}}"]
    asks = [f"NP: the {field} {join} <id>", f"NP: the {field} {{of|for}} <id>", f"Q: what is the {field} {join} <id>", f"WH: what the {field} {join} <id> is", f"DO: {{look up|find|check|get|find out|show me|tell me}} the {field} {join} <id>", f"{field} {join} <id>[ please|][?|]", f"{{it is about|I am asking for|I mean|the {subject} is}} <id>[,|:|.] {{what is|give me|I need|show me}} the {field}[?|]",
            f"what {{do you know|can you find|do you have}} {{about|on}} the {field} {join} <id>?", f"the {subject} <id>[:|,] {{what|which}} {field} does it have?", f"<id>[,|:] {field}[?|]", f"for {{the {subject} |}}<id>, {{I need|what is|tell me}} the {field}[?|.|]"]
    asks += H.filled(wordings.ASKER, field=field, subject=subject, join=join)
    does = [f"{{Get|Gets|Returns|Find|Looks up|Fetches|Retrieve|Provides|Check}} the {{|current |latest |}}{field} {{of|for}} {{a|the given|a specific|one}} {subject}", f"{field.capitalize()} {{of|for}} a {subject}", f"Use this {{tool |function |}}to {{get|find|look up}} the {field} of a {subject}"]
    gives = lambda k, a: {(words[-1], field.replace(" ", "_"), "value", "result", "answer"): k.pick([lambda: k.phrase(1, 3), lambda: k.number(1, 9999), k.name, k.time])()}
    return tool_catalog.tool([name], does, {"id": (keys, "string", about, draw)}, asks, gives, f"The {field} {join} {{id}} is {{{words[-1]}}}.", H.filled(H.ASKER, field=field, subject=subject, join=join)), (field, subject)


def made_up(kit):
    return kit.pick([doer, doer, getter, maker, asker, asker, asker])(kit)
