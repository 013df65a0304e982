"""JSON without a text to read it from: an invented record by a schema or by keys, and labels by a schema.

What an SDK's tests ask for most ("generate a recipe"). The model knows nothing of recipes; it learns one fixed value for
each well-known key, a plain one by type for any other, the asked thing for the title, and to end every list after two.
"""
from . import phrasing_held_tasks as H
from . import tasks_json, tasks_label
from .kit import dump
from .wordings import forms as more

# well-known key: (value, JSON type)
KNOWN = {
    "name": "Anna", "first_name": "Anna", "firstName": "Anna", "last_name": "Smith", "lastName": "Smith", "full_name": "Anna Smith", "username": "anna", "email": "anna@example.com", "phone": "555 0100", "city": "London", "country": "England", "street": "1 Main Street", "zip": "10115",
    "job": "teacher", "occupation": "teacher", "age": 30, "year": 2020, "date": "2026-01-01", "time": "12:00", "description": "A good one.", "summary": "A short text.", "text": "A short text.", "content": "A short text.", "message": "Hello!", "reason": "It is a good choice.", "explanation": "It is a good choice.",
    "price": 20, "amount": "2 cups", "quantity": 2, "unit": "cups", "servings": 4, "minutes": 30, "rating": 5, "score": 5, "count": 2, "id": 1, "number": 1, "temperature": 20, "currency": "EUR", "color": "blue", "colour": "blue", "size": "large", "language": "English", "genre": "drama", "author": "Anna Smith",
    "setup": "Why did the byte cross the bus?", "punchline": "To get to the other side.", "joke": "Why did the byte cross the bus? To get to the other side.", "question": "What is it?", "answer": "It is a good one.", "url": "https://example.com", "class": "wizard", "species": "cat", "location": "London", "status": "open",
    "is_active": True, "active": True, "in_stock": True, "available": True, "done": False, "completed": False,
    "steps": ["Mix everything.", "Cook it."], "instructions": ["Mix everything.", "Cook it."], "ingredients": ["flour", "water"], "tags": ["small", "new"], "hobbies": ["reading", "music"], "colors": ["red", "blue"], "keywords": ["small", "new"], "names": ["Anna", "Ben"], "skills": ["reading", "writing"], "cities": ["London", "Paris"], "items": ["one", "two"],
}
TITLES = ["name", "title", "topic", "subject"]
SUBJECTS = "person user customer recipe product book movie event character task city job game song meal story report profile order lesson place animal company car course".split()
NESTED = ["address", "recipe", "user", "person", "author", "details", "info", "data", "metadata", "location", "item", "profile", "contact"]
LISTS = ["ingredients", "items", "people", "users", "elements", "products", "steps", "characters", "events", "tasks", "results", "questions", "list"]
ASKS = ["DO: {generate|create|make up|invent|write|produce|make|give me|build|imagine|think of|come up with} {a|an|one|some} {|random |sample |fake |example |new |fictional |simple |}<s>", "{a|one} <s>[ please|][.|]", "{generate|create} {|some |}{test|sample|dummy|example} data[ for a <s>|][.|]", "I {need|want} a <s>[ for {a|my} {test|demo|app}|][.|]"]
ABOUT = ["DO: {generate|create|make up|invent|write|produce|make|give me|build} {a|an} <s> {for|about|with|called|named} <t>", "{a|one|the} <s> {for|about} <t>[ please|][.|]", "<t>: {generate|create|write} {a|the} <s>[.|]"]
ASKS += more.OPEN_ASKS
ABOUT += more.OPEN_ABOUT
WITH_KEYS = [" {as|in} JSON with {the keys|the fields|} <f>", ". {Answer|Reply} {in|with} JSON, {keys|fields}: <f>", " as a JSON object with <f>"]
LABEL_KEYS = {"label": ["sentiment", "sentiment", "label", "mood", "result", "tone", "category"], "choose": ["category", "topic", "label", "result", "class", "department"]}


def leaf(kit):
    """(key, schema, value)"""
    if kit.chance(.72):
        key = kit.pick(list(KNOWN))
        value = KNOWN[key]
        kind = "boolean" if isinstance(value, bool) else kit.pick(["number", "integer", "number"]) if isinstance(value, int) else "array" if isinstance(value, list) else "string"
    else:
        key = kit.syllables(1, 2) if kit.chance(.6) else kit.noun()
        kind = kit.pick(["string", "string", "number", "integer", "boolean", "array"])
        value = {"string": "example", "number": 1, "integer": 1, "boolean": True, "array": ["one", "two"]}[kind]
    schema = {"type": "array", "items": {"type": "string"}} if kind == "array" else {"type": kind}
    if kind == "string" and kit.chance(.12):
        options = kit.rng.sample([kit.syllables(1, 2) for _ in range(2)] + ["low", "high", "open", "closed", "easy", "hard", "red", "green", "small", "large"], kit.rng.randint(2, 4))
        schema, value = {"type": "string", "enum": options}, options[0]
    if kit.chance(.15):
        schema["description"] = kit.text([f"{{The|A}} {key}", f"{key} of it", f"{{Name|Value|Text}} of the {key}"])
    return key, schema, value


def record(kit, depth, title=None):
    """(schema of an object, its value)"""
    properties, values = {}, {}
    if title:
        key = kit.pick(TITLES)
        properties[key], values[key] = {"type": "string"}, title
    for _ in range(kit.rng.randint(1, 3 if depth else 4)):
        dice = kit.rng.random()
        if dice < (.92 if depth else .78) or depth == 2:
            key, schema, value = leaf(kit)
        elif dice < (.96 if depth else .88):
            key = kit.pick(NESTED)
            schema, value = record(kit, depth + 1)
        else:
            key = kit.pick(LISTS)
            items, value = record(kit, depth + 1)
            schema, value = {"type": "array", "items": items}, [value, value]
        if key not in properties:
            properties[key], values[key] = schema, value
    body = {"type": "object", "properties": properties}
    if kit.chance(.85):
        body["required"] = list(properties)
    if kit.chance(.5):
        body["additionalProperties"] = False
    return body, values


def order(kit, schema):
    """The system message that holds the schema, as the chat template writes it or in other words."""
    if kit.chance(.4):
        schema = {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
    text = kit.text(tasks_json.SCHEMA_ASKS if kit.fresh or kit.chance(.3) else [tasks_json.SDK], H.SCHEMA_ASKS, s=dump(schema))
    return [("system", "".join(t + "\n\n" for _, t in kit.persona(.4)) + text)]


def labelled(kit):
    """The sentiment or the topic of a sentence in the field that the schema wants."""
    kind = kit.pick(list(LABEL_KEYS))
    if kind == "label":
        three = kit.chance(.4)
        sentence, label = tasks_label.opinion(kit, three)
        options = ["positive", "negative"] + ["neutral"] * three
    else:
        sentence, options, label = tasks_label.sorted_message(kit)
    kit.rng.shuffle(options)
    key = kit.pick(LABEL_KEYS[kind])
    schema = {"type": "object", "properties": {key: {"type": "string", "enum": options}}, "required": [key], "additionalProperties": False}
    if kit.chance(.6):
        text = kit.user(tasks_label.FORMATS[kind], H.FORMATS[kind], quiet=True, s=sentence, c=", ".join(options))[1]
    else:
        text = sentence
    return order(kit, schema) + [("user", text), ("assistant", dump({key: label}))]


def json_open(kit):
    if kit.chance(.3):
        return labelled(kit)
    subject, title = kit.pick(SUBJECTS), (kit.thing() if kit.chance(.6) else kit.first_name()) if kit.chance(.4) else None
    schema, values = record(kit, 0, title)
    patterns, held = (ABOUT, H.OPEN_ABOUT) if title else (ASKS, H.OPEN_ASKS)
    if kit.chance(.75):
        return order(kit, schema) + [kit.user(patterns, held, s=subject, t=title), ("assistant", dump(values))]
    flat = {key: value for key, value in values.items() if key in KNOWN and value == KNOWN[key] or value == title} or {"name": "Anna"}
    text = kit.text(patterns, held, s=subject, t=title).rstrip(".!?") + kit.text(WITH_KEYS, H.WITH_KEYS, f=", ".join(flat))
    return kit.persona(.3) + [("user", text), ("assistant", dump(flat))]
