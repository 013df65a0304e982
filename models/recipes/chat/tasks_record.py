"""Fields read out of natural sentences, which tell several of them at once and in any place."""
import functools
import re

from . import grammar, phrasing_held_records, relations, tasks_json, values
from .kit import apart
from .wordings import records_first, records_people, records_trade

TYPED = re.compile(r"<(\w+):(\w+)(\*?)>")
BARE = re.compile(r"<(\w+)>")
SET = re.compile(r"#(\w+)=([\w-]+)")
HELD = phrasing_held_records.RECORDS
HELD_TEXTS = [SET.sub("", text) for text, _ in HELD]
RECORDS = [row for row in records_first.RECORDS + records_people.RECORDS + records_trade.RECORDS if apart([SET.sub("", row[0])], HELD_TEXTS)]
ELSEWHERE = {"phone": ("ph", ["phone", "phone_number", "tel"]), "email": ("em", ["email", "mail", "email_address"]), "website": ("url", ["url", "website", "homepage"]), "color": ("col", ["color", "colour"]), "language": ("lang", ["language"]),
             "job": ("job", ["job", "profession", "occupation"]), "country": ("land", ["country"]), "share": ("pc", ["percentage", "share"]), "street": ("str", ["street", "address"]), "month": ("mo", ["month"]), "company": ("o", ["company", "employer"])}


@functools.cache
def typed(pattern):
    """{key: (type, whether it is a list)}"""
    return {key: (kind, bool(many)) for key, kind, many in TYPED.findall(pattern)}


@functools.cache
def told_by_words(pattern):
    """{key: the values that the wording itself may tell}"""
    found = {}
    for key, value in SET.findall(pattern):
        if value not in found.setdefault(key, []):
            found[key].append(value)
    return found


def told(kit, pattern):
    """(text, what it tells): one wording of a record."""
    drawn, slots = {}, {}
    for key, (kind, many) in typed(pattern).items():
        drawn[key] = [str(values.draw(kit, kind)) for _ in range(kit.pick([2, 2, 3, 4]))] if many else values.draw(kit, kind)
        slots[f"{key}:{kind}{'*' if many else ''}"] = ", ".join(drawn[key][:-1]) + " and " + drawn[key][-1] if many else drawn[key]
    for name in BARE.findall(pattern):
        slots[name] = values.draw(kit, name)
    marked = kit.say(values.signed(kit, [pattern]), **{name: f"\x03{name}\x04{value}" for name, value in slots.items()})
    present = {name.partition(":")[0] for name in re.findall("\x03([^\x04]*)\x04", marked)}
    text = re.sub("\x03[^\x04]*\x04|[\x01\x02]", "", marked)
    if marked[0] != grammar.OPEN:           # a value keeps its own case
        text = grammar.capital(text)
    record = {key: value for key, value in drawn.items() if key in present}
    for key, value in SET.findall(text):
        record[key] = {"true": True, "false": False}.get(value, value)
    return re.sub(r" {2,}", " ", SET.sub("", text)).strip(), record


def kinds_of(kit, pattern):
    """The JSON type of each key, or the values of an enum."""
    kinds = {key: "array" if many else values.TYPES[kind][1] for key, (kind, many) in typed(pattern).items()}
    for key, options in told_by_words(pattern).items():
        kinds[key] = "boolean" if set(options) <= {"true", "false"} else kit.rng.sample(options, len(options))
    return kinds


def named(kit, names, used):
    """A key's name in the schema; the first one is the likeliest."""
    free = [name for name in names if name not in used]
    return (free[0] if kit.chance(.4) else kit.pick(free)) if free else None


CALLED = {"person": ["name", "person", "full_name", "fullName"], "company": ["company", "name", "company_name"], "product": ["product", "name", "product_name", "item"], "event": ["event", "name", "event_name", "eventName"], "work": ["title", "title", "name"],
          "town": ["city", "town", "name"], "plan": ["plan", "plan_name", "name"], "team": ["team", "team_name", "name"], "dish": ["dish", "name"], "venue": ["name", "place", "venue"], "project": ["project", "project_name", "name"]}
CASES = [lambda label: label.replace(" ", "_"), lambda label: label.replace(" ", "_"), lambda label: re.sub(" (.)", lambda m: m[1].upper(), label), lambda label: label]


def of_relations(kit):
    """Fields of a thing as relations.py tells them, its name among them."""
    first = kit.pick(relations.TRAINED)
    alike = relations.of_kind(first, relations.TRAINED)
    rows = {r.label: r for r in kit.rng.sample(alike, min(len(alike), kit.pick([1, 2, 2, 3, 4])))}
    others = [r for r in alike if not set(r.label.split()) & set(" ".join(rows).split())]
    case = kit.pick(CASES)
    name = kit.pick(CALLED.get(first.kind, ["name"]))
    keys = [(name, "a name")] * ("|" not in first.kind and kit.chance(.7)) + [(case(r.label), r.label) for r in [*rows.values(), *kit.rng.sample(others, min(len(others), kit.pick([0, 0, 0, 1, 1, 2])))] if case(r.label) != name]
    if not keys:
        return record(kit)
    if kit.chance(.3):
        kit.rng.shuffle(keys)
    kinds = {"a name": "string", **{r.label: values.json_type(r.value) for r in alike}}
    sign, currency = kit.pick(["", "", "$", "€", "£"]), str(values.draw(kit, "cur"))

    def drawn():
        thing = relations.named(kit, first)
        found = {label: values.draw(kit, r.value) for label, r in rows.items()}
        told = [grammar.capital(kit.text([relations.priced(p, sign) for p in r.told if not p.startswith("<v>")], e=thing, v=found[label], cur=currency)) for label, r in rows.items()]
        if first.kind in relations.SINGULAR:
            told[1:] = [re.sub(f"^{re.escape(grammar.capital(thing))} ", "It ", text) for text in told[1:]]
        text, name = " ".join(told), relations.plain_name(thing)
        return text, {"a name": name if name in text else grammar.capital(name), **found}

    def again(empty):
        text, found = drawn()
        return [("user", kit.text(tasks_json.LEADS) + text), ("assistant", tasks_json.read(keys, found, empty))]

    text, found = drawn()
    return tasks_json.asked_for(kit, kinds, keys, text, found, again)


def record(kit):
    if kit.split == "train" and kit.chance(.4):
        return of_relations(kit)
    pattern, names = kit.pick(HELD if kit.fresh else RECORDS)
    text, found = told(kit, pattern)
    kinds = kinds_of(kit, pattern)
    fields = [key for key in kinds if key in found or kit.chance(.5)]
    if kit.chance(.4):
        fields = kit.rng.sample(fields, kit.rng.randint(1, len(fields))) if fields else list(found)[:1]
    if kit.chance(.3):
        kit.rng.shuffle(fields)
    keys, used = [], set()
    for field in fields:
        key = named(kit, names[field], used)
        if key:
            keys.append((key, field))
            used.add(key)
    types, known = {kind for kind, _ in typed(pattern).values()}, {name for all_names in names.values() for name in all_names}
    absent = [field for field, (kind, others) in ELSEWHERE.items() if kind not in types and not known & set(others) and field not in kinds]
    for field in kit.rng.sample(absent, kit.pick([0, 0, 0, 1, 1, 2])):
        kinds[field] = "string"
        keys.insert(kit.rng.randint(0, len(keys)), (kit.pick(ELSEWHERE[field][1]), field))
    one_of = any(isinstance(kinds[field], list) for _, field in keys)           # only a schema says which values there are
    return tasks_json.asked_for(kit, kinds, keys, text, found, lambda empty: again(kit, pattern, keys, empty), one_of)


def again(kit, pattern, keys, empty):
    """The same kind of text once more, with other values."""
    text, found = told(kit, pattern)
    return [("user", kit.text(tasks_json.LEADS) + text), ("assistant", tasks_json.read(keys, found, empty))]
