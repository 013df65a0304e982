"""Reading the fields that a list of keys or a JSON schema asks for out of a text; null where the text does not tell."""
from . import grammar
from . import phrasing_held_tasks as H
from .json_fields import BOOLEAN, STATES, drawn
from .kit import dump, kept_out
from .phrasing_held_fields import FIELDS as HELD
from .wordings import fields as more

DO = ["DO: {extract|get|pull out|find|read|collect|give me|return|list|determine|parse|fetch} [the fields |the keys |the values of |the data: |]<f> {as JSON|in JSON|as a JSON object|from the text as JSON|from this message as JSON|from it as JSON|and answer in JSON}", "DO: {turn|convert|transform|parse|put|change} {this|the text|the message|it|the note|this mail} into {JSON|a JSON object|a JSON record} with {the keys |the fields |}<f>",
      "DO: {return|give|output|write|make|create|produce|build|answer with|reply with} a JSON {object|record|document} {with|having|of|containing} [the fields |the keys |the properties |]<f>", "DO: fill {in |}{the JSON fields|the keys|a JSON object with the keys|this form:} <f>"]
ASKS = DO * 2 + ["{Extract|Get|Pull out|Find} [the fields |]<f> as JSON.", "{Return|Give|Output|Write} a JSON object with [the fields |the keys |]<f>.", "Extract [the fields |]<f> and {answer|reply} with JSON only.", "{Give me|I need|I want|I'd like} <f> as JSON.",
        "{Output|Respond with|Answer in|Reply in} JSON with <f>.", "Read the message and reply in JSON with <f>.", "You turn {text|messages|mails} into JSON with these keys: <f>.", "JSON keys: <f>.", "Fill in the JSON fields <f>{.| from the text.}",
        "{Extract|Get} <f>. {Answer|Reply} {only with|in} JSON.", "What are <f>? Answer as JSON.", "{Keys|Fields|Wanted fields}: <f>. {Use null for what is missing.|JSON only.|Missing values are null.}", "You are a {parser|data extractor|form filler}. {Output|Return} JSON with <f>.[ Unknown values are null.|]", "<f> {as JSON|in JSON}[ please|].", "{Which|What} <f> does the text tell? {JSON please|Answer in JSON}."]
ASKS += more.ASKS
SDK = "JSON schema:\n<s>\nYou MUST answer with a JSON object that matches the JSON schema above."
TEMPLATE_MARK = SDK.partition("<s>")[0]
SCHEMA_ASKS = [SDK, SDK, SDK, "{Answer|Reply|Respond} with JSON that {matches|follows|fits|obeys} this schema: <s>", "Extract the data as JSON by this schema:\n<s>", "{Schema|JSON schema|Format|Output schema|Expected output}:{ |\n}<s>", "{Output|Return|Produce} {a JSON object|JSON} {according to|following|for} the {JSON |}schema {below|given}[.|:]\n<s>", "{Here is the JSON schema|The schema is|Use this schema}[ for your answer|]:\n<s>\n{Answer only with JSON.|No other text.|Use null for missing values.|}",
               "DO: {extract the data by this schema|fill this schema|answer in this format|read the fields of this schema}:\n<s>"]
SCHEMA_ASKS += more.SCHEMA_ASKS
TEXT_MARKS = [" Text: ", "\n", " Message: ", "\n\n", " ", "\n\nText:\n", "\nInput: ", "\n\"\"\"\n", "\n---\n", " The text: "]


EMPTY = {"string": "", "number": 0, "integer": 0, "boolean": False, "array": []}


def schema(kit, kinds, keys, values):
    """(schema, absent): what stands for a key that a text does not tell is null where the schema allows null, else empty, as a grammar forces it.

    `kinds`: the JSON type of each field, or the values that an enum has; `keys`: pairs of a key and its field."""
    properties, absent = {}, {}
    for key, field in keys:
        kind = kinds[field]
        one_of = isinstance(kind, list)
        nullable = kit.chance(.2 if field in values else .75) and not one_of and kind != "array"
        absent[key] = None if nullable else kind[0] if one_of else EMPTY[kind]
        if one_of:
            entry = {"type": "string", "enum": kind}
        elif kind == "array":
            entry = {"type": "array", "items": {"type": "string"}}
        else:
            entry = {"type": kind if kind != "integer" or kit.chance(.5) else "number"}
        if nullable:
            entry = {"type": [entry["type"], "null"]} if kit.chance(.5) else {"anyOf": [entry, {"type": "null"}]}
        if kit.chance(.2):
            entry["description"] = kit.pick([f"The {key.replace('_', ' ')}", f"{key} of the person", f"{key.replace('_', ' ')} or null", f"What the text says about the {key.replace('_', ' ')}"])
        properties[key] = entry
    body = {"type": "object", "properties": properties}
    if kit.chance(.85):
        body["required"] = list(properties)
    if kit.chance(.45):
        body["additionalProperties"] = False
    if kit.chance(.35):
        body = {"$schema": kit.pick(["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"]), **body}
    if kit.chance(.1):
        body = {"title": kit.pick(["Record", "Person", "Answer", "Data"]), **body}
    if kit.chance(.1):
        body = dict(name=kit.pick(["record", "answer", "data"]), schema=body)
    shown = dump(body) if kit.chance(.7) else dump(body).replace(",", ", ").replace(":{", ": {").replace('":', '": ').replace("  ", " ")
    return shown, absent


def told_as(kit, fields, name, own):
    """(what the text says, the value)"""
    _, own_ways, other_ways, draw, _ = fields[name]
    ways, held = own_ways if own else other_ways, HELD.get(name)
    if name in BOOLEAN:
        return told_truth(kit, ways, held)
    value = draw(kit)
    shown = ", ".join(value[:-1]) + " and " + value[-1] if isinstance(value, list) else value
    return kit.text(ways, held, v=shown), value


def told_truth(kit, ways, held):
    """A wording that ends in |true or |false, and which of them."""
    if kit.fresh:
        ways = held
    kept = () if kit.fresh else kept_out(tuple(pattern.rpartition("|")[0] for pattern in held))
    while True:
        pattern, _, truth = kit.pick(ways).rpartition("|")
        text = kit.text([pattern])
        if grammar.core(text) not in kept:
            return text, truth == "true"


def message(kit, fields, names, own):
    parts, values = [], {}
    for name in names:
        text, values[name] = told_as(kit, fields, name, own)
        parts.append(text)
    if kit.chance(.25):
        parts.insert(kit.rng.randint(0, len(parts)), kit.text(["{the weather is fine|sorry for the trouble|I hope you are well|it is a long story|thanks in advance|I waited long|please help|all is well here|nothing else to say|as we said on the phone|see you soon}"]))
    text = kit.pick([", ", ". ", " and ", "; ", ". ", "\n", ", and ", " - "]).join(parts) + kit.pick([".", ".", "", "!"])
    if not any(text.startswith(str(v[0] if isinstance(v, list) else v)) for v in values.values()):           # a value keeps its own case
        text = text[:1].upper() + text[1:]
    if kit.chance(.2):
        text = kit.pick(["Hello, ", "Hi! ", "Dear team, ", "Good morning. ", "Hey, ", "To whom it may concern: ", "Note: "]) + text
    if kit.chance(.12):
        text += kit.pick([" Thanks!", " Best regards.", " Bye", "\nKind regards"])
    return text, values


def read(keys, values, absent):
    """The answer for a text that tells `values`."""
    return dump({key: values.get(field, absent.get(key)) for key, field in keys})


LEADS = ["", "", "{Text|Message|Input|Here it is}: ", "{extract|Extract} the data{: | from this: |.\n}", "{Please read this|Next message|Process this}: "]


def another(kit, fields, keys, absent):
    """A further message for the same keys, which tells others of them."""
    names = [field for _, field in keys if kit.chance(.6)] + kit.rng.sample(list(fields), kit.pick([0, 0, 1]))
    names = list(dict.fromkeys(names)) or [keys[0][1]]
    kit.rng.shuffle(names)
    text, values = message(kit, fields, names, kit.chance(.7))
    return [("user", kit.text(LEADS) + text), ("assistant", read(keys, values, absent))]


def json_extraction(kit):
    """Parts of a message that each tell one field."""
    fields = drawn(kit)
    names = list(fields)
    told = names[:kit.rng.randint(1, 5)]
    own = kit.fresh or kit.chance(.7)
    text, values = message(kit, fields, told, own)
    asked = [n for n in told if kit.chance(.85)] or told[:1]
    asked += names[len(told):][:kit.pick([0, 0, 1, 1, 2])]
    kit.rng.shuffle(asked)
    keys, used = [], set()
    for n in asked:
        key = kit.pick(fields[n][0])
        if key not in used:
            used.add(key)
            keys.append((key, n))
    kinds = {n: STATES if row[4] == "enum" else row[4] for n, row in fields.items()}
    return asked_for(kit, kinds, keys, text, values, lambda absent: another(kit, fields, keys, absent))


def asked_for(kit, kinds, keys, text, values, another, by_schema=False):
    """The chat that asks for `keys` of a text that tells `values`, `by_schema` or by either way; while training it may go on with `another(absent)`."""
    absent = {}
    if by_schema or kit.chance(.5):
        shown, absent = schema(kit, kinds, keys, values)
        # Half by the sentence that the template writes, or it would be known from inventing alone (tasks_open.py).
        by_template = kit.split == "train" and kit.chance(.5)
        order = SDK.replace("<s>", shown) if by_template else kit.text(SCHEMA_ASKS, H.SCHEMA_ASKS, s=shown)
    else:
        shown = ", ".join(key for key, _ in keys)
        if len(keys) > 1 and kit.chance(.4):
            shown = ", ".join(key for key, _ in keys[:-1]) + " and " + keys[-1][0]
        order = kit.text(ASKS, H.JSON_ASKS, f=shown)
        order = order[:1].upper() + order[1:]
    answer = read(keys, values, absent)
    place = 0 if order.startswith(TEMPLATE_MARK) and kit.split == "train" else kit.rng.random()
    if place < .5:
        persona = "".join(text + kit.pick(["\n\n", "\n\n", "\n"]) for _, text in kit.persona(.4))
        chat = [("system", persona + order), ("user", kit.text(LEADS) + text), ("assistant", answer)]
        for _ in range(kit.pick([0, 1, 1, 2, 3]) if kit.split == "train" else 0):
            chat += another(absent)
        return chat
    if place < .62:
        return kit.persona(.3) + [("user", text + kit.pick(["\n\n", "\n", "\n---\n"]) + order), ("assistant", answer)]
    return kit.persona(.3) + [("user", order + kit.pick(TEXT_MARKS) + text), ("assistant", answer)]
