"""Reading the fields that a list of keys or a JSON schema asks for out of a text; null where the text does not tell."""
from . import phrasing_held_tasks as H
from .kit import dump
from .lexicon import COLORS, JOBS

STATES = ["urgent", "normal", "low"]
# field: (names of the key, ways to say it oneself, held-out ways, ways to say it of another, drawer, JSON type)
FIELDS = {
    "name": (["name", "name", "name", "customer", "full_name", "fullName", "person", "user", "customer_name", "contact"], ["my name is <v>", "I am <v>", "this is <v>", "<v> here", "it's <v>", "<v> is my name", "I'm called <v>", "they call me <v>", "<v> speaking", "name: <v>", "you can call me <v>"], ["you are talking to <v>", "signed, <v>"], ["<v> {called|wrote|contacted us|placed the request|came by|asked for help}", "the {customer|person|client|guest} is {called |named |}<v>", "{Mr|Ms|a certain} <v> {wrote|called}"], lambda k: k.name(), "string"),
    "city": (["city", "city", "city", "town", "location", "place", "home_city"], ["I live in <v>", "I am from <v>", "my city is <v>", "I am based in <v>", "I am writing from <v>", "<v> is my home", "city: <v>", "we are in <v>", "I moved to <v>", "I am at home in <v>"], ["greetings from <v>", "my home is <v>"], ["{lives|is based|is at home|resides} in <v>", "the {city|town} is <v>", "it {happened|took place} in <v>"], lambda k: k.city(), "string"),
    "age": (["age", "age", "years", "age_years"], ["I am <v> years old", "my age is <v>", "I turned <v>", "I'm <v> now", "aged <v>", "age: <v>", "I just had my birthday number <v>", "I am <v>, by the way"], ["I have seen <v> summers", "my years: <v>"], ["{is|turned} <v> years old", "the age is <v>", "aged <v>"], lambda k: k.number(1, 99), "integer"),
    "email": (["email", "email", "mail", "email_address", "emailAddress", "contact_email"], ["my email is <v>", "write to <v>", "{you can reach|reach} me at <v>", "mail: <v>", "send it to <v>", "email: <v>", "my mail address is <v>", "answers go to <v>", "drop me a line at <v>"], ["use <v> for mail", "my inbox is <v>"], ["{can be reached|is reachable} at <v>", "the {email|mail} is <v>", "mail goes to <v>"], lambda k: k.email(), "string"),
    "order": (["order", "order_id", "order_number", "orderId", "reference", "ticket"], ["my order is <v>", "it is about order <v>", "order number <v>", "regarding the order <v>", "I ordered under <v>", "the order is <v>", "order: <v>", "my reference is <v>"], ["my purchase has the number <v>", "see order <v>"], ["the order {is|has the number|number is} <v>", "it concerns order <v>", "the reference is <v>"], lambda k: k.code(), "string"),
    "amount": (["amount", "amount", "total", "price", "cost", "sum"], ["I paid <v> euros", "the amount is <v> euros", "it cost <v> euros", "total <v> euros", "the price was <v> euros", "they took <v> euros", "amount: <v>", "for <v> dollars", "I was billed <v> dollars"], ["<v> euros were charged", "I spent <v> euros"], ["{paid|spent} <v> {euros|dollars}", "the {total|price|amount} {is|was} <v> {euros|dollars}", "it cost <v> {euros|pounds}"], lambda k: k.number(1, 9999), "number"),
    "date": (["date", "date", "day", "when", "start_date", "due_date"], ["it was on <v>", "the date is <v>", "on <v>", "dated <v>", "it happened on <v>", "date: <v>", "it is due on <v>", "I come on <v>", "from <v>"], ["mark <v> in the calendar", "as of <v>"], ["the date is <v>", "{it is due|it happened|it takes place} on <v>", "on <v>"], lambda k: k.iso_date(), "string"),
    "color": (["color", "colour", "color"], ["I want it in <v>", "the color is <v>", "make it <v>", "colored <v>", "please in <v>", "color: <v>", "I prefer <v>", "it should be <v>"], ["<v> would be nice", "my choice of color is <v>"], ["the colour is <v>", "it {is|should be} <v>", "{ordered|wanted} in <v>"], lambda k: k.pick(COLORS), "string"),
    "item": (["item", "product", "thing", "article", "item_name"], ["I bought a <v>", "I need a <v>", "the item is a <v>", "I look for a <v>", "I ordered a <v>", "item: <v>", "I would like a <v>", "send me a <v>"], ["it concerns the <v>", "a <v> is what I want"], ["{ordered|bought|wants|needs|returned} a <v>", "the {item|product} is a <v>"], lambda k: k.thing(), "string"),
    "phone": (["phone", "phone_number", "tel", "phoneNumber", "mobile"], ["my phone is <v>", "call me at <v>", "my number is <v>", "phone <v>", "tel. <v>", "you can call <v>", "my mobile is <v>"], ["ring <v>", "I answer on <v>"], ["the {phone|number} is <v>", "can be called at <v>", "phone <v>"], lambda k: k.phone(), "string"),
    "company": (["company", "organization", "employer", "firm", "company_name"], ["I work for <v>", "my company is <v>", "I am with <v>", "writing on behalf of <v>", "company: <v>", "we at <v> need this", "I represent <v>"], ["<v> employs me", "greetings from the team of <v>"], ["{works for|represents|is with} <v>", "the company is <v>"], lambda k: k.organisation(), "string"),
    "quantity": (["quantity", "count", "pieces", "qty", "number_of_items"], ["I need <v> pieces", "send me <v> of them", "<v> pieces, please", "quantity <v>", "quantity: <v>", "I take <v> pieces", "<v> units", "in total <v> pieces"], ["make that <v> units", "how about <v> of those"], ["<v> {pieces|units}[ in total|]", "the quantity is <v>"], lambda k: k.number(1, 999), "integer"),
    "job": (["job", "profession", "occupation", "role", "job_title"], ["I work as a <v>", "I am a <v>", "my job is <v>", "job: <v>", "by profession I am a <v>"], ["I make my living as a <v>"], ["{works as|is} a <v>", "the profession is <v>"], lambda k: k.pick(JOBS) if k.chance(.5) else k.syllables(), "string"),
    "time": (["time", "time", "hour", "start_time", "at"], ["at <v>", "the time is <v>", "I come at <v>", "it starts at <v>", "time: <v>", "around <v>"], ["be there at <v>"], ["{starts|begins|is} at <v>", "the time is <v>"], lambda k: f"{k.rng.randint(0, 23)}:{k.rng.randint(0, 59):02d}", "string"),
    "priority": (["priority", "urgency"], ["the priority is <v>", "priority: <v>", "priority <v>", "please treat it as <v>", "it is <v>"], ["mark it <v>"], ["the priority is <v>", "priority <v>"], lambda k: k.pick(STATES), "enum"),
    "paid": (["paid", "is_paid", "isPaid"], ["I have {already |}paid|true", "it is paid|true", "I have not paid|false", "it is not paid yet|false", "paid: yes|true", "paid: no|false"], ["the payment is made|true", "the payment is still open|false"], ["{the bill is paid|it is paid}|true", "{the bill is not paid|nothing was paid}|false"], None, "boolean"),
    "member": (["member", "is_member", "subscribed"], ["I am a member|true", "I am not a member|false", "member: yes|true", "member: no|false", "I have a membership|true", "I have no membership|false"], ["I belong to the club|true", "I do not belong to the club|false"], ["{is a member|has a membership}|true", "{is not a member|has no membership}|false"], None, "boolean"),
    "tags": (["tags", "items", "list", "topics", "ingredients", "products"], ["my list: <v>", "the items are <v>", "I need <v>", "please send <v>", "items: <v>", "I would like <v>"], ["on my list there are <v>"], ["the {items|list|topics} {are|is:} <v>", "it is about <v>"], lambda k: [k.thing() for _ in range(k.rng.randint(2, 4))], "array"),
}
BOOLEAN = [f for f, row in FIELDS.items() if row[5] == "boolean"]
DO = ["DO: {extract|get|pull out|find|read|collect|give me|return|list|determine|parse|fetch} [the fields |the keys |the values of |the data: |]<f> {as JSON|in JSON|as a JSON object|from the text as JSON|from this message as JSON|from it as JSON|and answer in JSON}", "DO: {turn|convert|transform|parse|put|change} {this|the text|the message|it|the note|this mail} into {JSON|a JSON object|a JSON record} with {the keys |the fields |}<f>",
      "DO: {return|give|output|write|make|create|produce|build|answer with|reply with} a JSON {object|record|document} {with|having|of|containing} [the fields |the keys |the properties |]<f>", "DO: fill {in |}{the JSON fields|the keys|a JSON object with the keys|this form:} <f>"]
ASKS = DO * 2 + ["{Extract|Get|Pull out|Find} [the fields |]<f> as JSON.", "{Return|Give|Output|Write} a JSON object with [the fields |the keys |]<f>.", "Extract [the fields |]<f> and {answer|reply} with JSON only.", "{Give me|I need|I want|I'd like} <f> as JSON.",
        "{Output|Respond with|Answer in|Reply in} JSON with <f>.", "Read the message and reply in JSON with <f>.", "You turn {text|messages|mails} into JSON with these keys: <f>.", "JSON keys: <f>.", "Fill in the JSON fields <f>{.| from the text.}",
        "{Extract|Get} <f>. {Answer|Reply} {only with|in} JSON.", "What are <f>? Answer as JSON.", "{Keys|Fields|Wanted fields}: <f>. {Use null for what is missing.|JSON only.|Missing values are null.}", "You are a {parser|data extractor|form filler}. {Output|Return} JSON with <f>.[ Unknown values are null.|]", "<f> {as JSON|in JSON}[ please|].", "{Which|What} <f> does the text tell? {JSON please|Answer in JSON}."]
SDK = "JSON schema:\n<s>\nYou MUST answer with a JSON object that matches the JSON schema above."
SCHEMA_ASKS = [SDK, SDK, SDK, "{Answer|Reply|Respond} with JSON that {matches|follows|fits|obeys} this schema: <s>", "Extract the data as JSON by this schema:\n<s>", "{Schema|JSON schema|Format|Output schema|Expected output}:{ |\n}<s>", "{Output|Return|Produce} {a JSON object|JSON} {according to|following|for} the {JSON |}schema {below|given}[.|:]\n<s>", "{Here is the JSON schema|The schema is|Use this schema}[ for your answer|]:\n<s>\n{Answer only with JSON.|No other text.|Use null for missing values.|}",
               "DO: {extract the data by this schema|fill this schema|answer in this format|read the fields of this schema}:\n<s>"]
TEXT_MARKS = [" Text: ", "\n", " Message: ", "\n\n", " ", "\n\nText:\n", "\nInput: ", "\n\"\"\"\n", "\n---\n", " The text: "]


EMPTY = {"string": "", "enum": STATES[0], "number": 0, "integer": 0, "boolean": False, "array": []}


def schema(kit, keys, values):
    """(schema, answer): what the text does not tell is null where the schema allows null, else empty, as a grammar forces it."""
    properties, answer = {}, {}
    for key, field in keys:
        kind = FIELDS[field][5]
        nullable = kit.chance(.2 if field in values else .75) and kind not in ("enum", "array")
        answer[key] = values[field] if field in values else None if nullable else EMPTY[kind]
        entry = {"enum": {"type": "string", "enum": STATES}, "array": {"type": "array", "items": {"type": "string"}}}.get(kind) or {"type": kind if kind != "integer" or kit.chance(.5) else "number"}
        if nullable:
            entry = {"type": [entry["type"], "null"]} if kit.chance(.5) else {"anyOf": [entry, {"type": "null"}]}
        if kit.chance(.2):
            entry["description"] = kit.pick([f"The {key.replace('_', ' ')}", f"{field} of the person", f"{key.replace('_', ' ')} or null", f"What the text says about the {field}"])
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
    return shown, answer


def told_as(kit, name, own):
    """(what the text says, the value)"""
    row = FIELDS[name]
    if name in BOOLEAN:
        pattern = kit.pick(row[2] if kit.fresh else row[1] if own else row[3])
        text, _, truth = pattern.rpartition("|")
        return kit.text([text]), truth == "true"
    value = row[4](kit)
    shown = ", ".join(value[:-1]) + " and " + value[-1] if isinstance(value, list) else value
    return kit.text(row[1] if own else row[3], row[2], v=shown), value


def message(kit, names, own):
    parts, values = [], {}
    for name in names:
        text, values[name] = told_as(kit, name, own)
        parts.append(text)
    if kit.chance(.25):
        parts.insert(kit.rng.randint(0, len(parts)), kit.text(["{the weather is fine|sorry for the trouble|I hope you are well|it is a long story|thanks in advance|I waited long|please help|all is well here|nothing else to say|as we said on the phone|see you soon}"]))
    text = kit.pick([", ", ". ", " and ", "; ", ". ", "\n", ", and ", " - "]).join(parts) + kit.pick([".", ".", "", "!"])
    if not any(text.startswith(str(v)) for v in values.values()):           # a value keeps its own case
        text = text[:1].upper() + text[1:]
    if kit.chance(.2):
        text = kit.pick(["Hello, ", "Hi! ", "Dear team, ", "Good morning. ", "Hey, ", "To whom it may concern: ", "Note: "]) + text
    if kit.chance(.12):
        text += kit.pick([" Thanks!", " Best regards.", " Bye", "\nKind regards"])
    return text, values


def json_extraction(kit):
    names = list(FIELDS)
    kit.rng.shuffle(names)
    told = names[:kit.rng.randint(1, 5)]
    own = kit.fresh or kit.chance(.7)
    text, values = message(kit, told, own)
    asked = [n for n in told if kit.chance(.85)] or told[:1]
    asked += names[len(told):][:kit.pick([0, 0, 1, 1, 2])]
    kit.rng.shuffle(asked)
    keys, used = [], set()
    for n in asked:
        key = kit.pick(FIELDS[n][0])
        if key not in used:
            used.add(key)
            keys.append((key, n))
    answer = dump({key: values.get(n) for key, n in keys})
    if kit.chance(.5):
        shown, answer = schema(kit, keys, values)
        answer = dump(answer)
        order = kit.text(SCHEMA_ASKS, H.SCHEMA_ASKS, s=shown)
    else:
        shown = ", ".join(key for key, _ in keys)
        if len(keys) > 1 and kit.chance(.4):
            shown = ", ".join(key for key, _ in keys[:-1]) + " and " + keys[-1][0]
        order = kit.text(ASKS, H.JSON_ASKS, f=shown)
        order = order[:1].upper() + order[1:]
    place = kit.rng.random()
    if place < .5:
        persona = "".join(text + kit.pick(["\n\n", "\n\n", "\n"]) for _, text in kit.persona(.4))
        lead = kit.text(["", "", "{Text|Message|Input|Here it is}: ", "{extract|Extract} the data{: | from this: |.\n}", "{Please read this|Next message|Process this}: "])
        return [("system", persona + order), ("user", lead + text), ("assistant", answer)]
    if place < .62:
        return kit.persona(.3) + [("user", text + kit.pick(["\n\n", "\n", "\n---\n"]) + order), ("assistant", answer)]
    return kit.persona(.3) + [("user", order + kit.pick(TEXT_MARKS) + text), ("assistant", answer)]
