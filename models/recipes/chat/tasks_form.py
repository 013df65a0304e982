"""Form rather than content: JSON extraction, short format instructions, copying."""
from .kit import dump
from .lexicon import COLORS

# field: (other names of the key, ways to say it, held-out ways, drawer, JSON type)
FIELDS = {
    "name": (["name", "name", "customer", "full_name", "person", "user"], ["my name is <v>", "I am <v>", "this is <v>", "<v> here", "it's <v>", "<v> is my name"], ["you are talking to <v>", "signed, <v>"], lambda k: k.name(), "string"),
    "city": (["city", "city", "town", "location"], ["I live in <v>", "I am from <v>", "my city is <v>", "I am based in <v>", "I am writing from <v>"], ["greetings from <v>", "my home is <v>"], lambda k: k.city(), "string"),
    "age": (["age", "age", "years"], ["I am <v> years old", "my age is <v>", "I turned <v>", "I'm <v> now", "aged <v>"], ["I have seen <v> summers", "my years: <v>"], lambda k: k.number(1, 99), "number"),
    "email": (["email", "email", "mail", "email_address"], ["my email is <v>", "write to <v>", "{you can reach|reach} me at <v>", "mail: <v>", "send it to <v>"], ["use <v> for mail", "my inbox is <v>"], lambda k: k.email(), "string"),
    "order": (["order", "order_id", "order_number", "reference"], ["my order is <v>", "it is about order <v>", "order number <v>", "regarding the order <v>", "I ordered under <v>"], ["my purchase has the number <v>", "see order <v>"], lambda k: k.code(), "string"),
    "amount": (["amount", "amount", "total", "price"], ["I paid <v> euros", "the amount is <v> euros", "it cost <v> euros", "total <v> euros", "the price was <v> euros"], ["<v> euros were charged", "I spent <v> euros"], lambda k: k.number(1, 9999), "number"),
    "date": (["date", "date", "day", "when"], ["it was on <v>", "the date is <v>", "on <v>", "dated <v>", "it happened on <v>"], ["mark <v> in the calendar", "as of <v>"], lambda k: k.iso_date(), "string"),
    "color": (["color", "colour", "color"], ["I want it in <v>", "the color is <v>", "make it <v>", "colored <v>", "please in <v>"], ["<v> would be nice", "my choice of color is <v>"], lambda k: k.pick(COLORS), "string"),
    "item": (["item", "product", "thing", "article"], ["I bought a <v>", "I need a <v>", "the item is a <v>", "I look for a <v>", "I ordered a <v>"], ["it concerns the <v>", "a <v> is what I want"], lambda k: k.thing(), "string"),
    "phone": (["phone", "phone_number", "tel"], ["my phone is <v>", "call me at <v>", "my number is <v>", "phone <v>"], ["ring <v>", "I answer on <v>"], lambda k: k.phone(), "string"),
    "company": (["company", "organization", "employer"], ["I work for <v>", "my company is <v>", "I am with <v>", "writing on behalf of <v>"], ["<v> employs me", "greetings from the team of <v>"], lambda k: k.organisation(), "string"),
    "quantity": (["quantity", "count", "pieces"], ["I need <v> pieces", "send me <v> of them", "<v> pieces, please", "quantity <v>"], ["make that <v> units", "how about <v> of those"], lambda k: k.number(1, 999), "number"),
}
ASKS = ["{Extract|Get|Pull out|Find} [the fields |]<f> as JSON.", "{Return|Give|Output|Write} a JSON object with [the fields |the keys |]<f>.", "Extract [the fields |]<f> and {answer|reply} with JSON only.", "{Give me|I need} <f> as JSON.",
        "{Output|Respond with|Answer in} JSON with <f>.", "Read the message and reply in JSON with <f>.", "You turn {text|messages} into JSON with these keys: <f>.", "JSON keys: <f>.", "Fill in the JSON fields <f>{.| from the text.}",
        "{Extract|Get} <f>. {Answer|Reply} {only with|in} JSON.", "What are <f>? Answer as JSON."]
ASKS_HELD = ["Turn this into a JSON record holding <f>.", "I want a JSON with the properties <f>.", "Convert to JSON, keys <f>, nothing else.", "Parse the text; produce JSON having <f>."]
SCHEMA_ASKS = ["JSON schema:\n<s>\nYou MUST answer with a JSON object that matches the JSON schema above.", "Answer with JSON that {matches|follows|fits} this schema: <s>", "Extract the data as JSON by this schema:\n<s>", "Schema: <s>"]
SCHEMA_HELD = ["Your reply must validate against this JSON schema.\n<s>", "Conform to: <s>"]


def schema(kit, fields):
    properties = {key: {"type": FIELDS[field][4]} for key, field in fields}
    body = {"type": "object", "properties": properties, "required": [key for key, _ in fields]}
    if kit.chance(.3):
        body["additionalProperties"] = False
    if kit.chance(.2):
        body = {"$schema": "http://json-schema.org/draft-07/schema#", **body}
    return dump(body) if kit.chance(.5) else dump(body).replace(",", ", ").replace(":{", ": {").replace('":', '": ').replace("  ", " ")


def json_extraction(kit):
    names = list(FIELDS)
    kit.rng.shuffle(names)
    told = names[:kit.rng.randint(1, 4)]
    values = {n: FIELDS[n][3](kit) for n in told}
    asked = [n for n in told if kit.chance(.85)] or told[:1]
    asked += names[len(told):][:kit.pick([0, 0, 1])]
    kit.rng.shuffle(asked)
    keys = [(kit.pick(FIELDS[n][0]), n) for n in asked]
    parts = [kit.text(FIELDS[n][1], FIELDS[n][2], v=values[n]) for n in told]
    text = kit.pick([", ", ". ", " and ", "; "]).join(parts) + kit.pick([".", ".", ""])
    if not text.startswith(str(values[told[0]])):           # a value keeps its own case
        text = text[:1].upper() + text[1:]
    if kit.chance(.2):
        text = kit.pick(["Hello, ", "Hi! ", "Dear team, ", "Good morning. "]) + text
    answer = dump({key: values.get(n) for key, n in keys})
    if kit.chance(.35):
        order = kit.text(SCHEMA_ASKS, SCHEMA_HELD, s=schema(kit, keys))
    else:
        shown = ", ".join(key for key, _ in keys)
        if len(keys) > 1 and kit.chance(.4):
            shown = ", ".join(key for key, _ in keys[:-1]) + " and " + keys[-1][0]
        order = kit.text(ASKS, ASKS_HELD, f=shown)
    if kit.chance(.55):
        persona = kit.text(["You are a helpful assistant.\n\n", "", ""]) if kit.chance(.3) else ""
        return [("system", persona + order), ("user", text), ("assistant", answer)]
    return kit.persona(.3) + [("user", order + kit.pick([" Text: ", "\n", " Message: ", "\n\n", " "]) + text), ("assistant", answer)]


FORMATS = {
    "exact": (["Say exactly: <v>", "{Reply|Answer|Respond} {only|just} with <v>[.|]", "Repeat[ after me|]: <v>", "Answer with just <v>", "{Say|Write|Print|Output|Echo} <v>", "{just|only} say <v>[ please|]", "say \"<v>\""],
              ["Please utter the following: <v>", "Your whole reply must be: <v>", "Type <v> and nothing else"]),
    "bullets": (["{Write|Show|Give|Print} as bullets: <l>", "{Make|Give me|Create} a {bullet|bulleted} list {of|from} <l>[.|]", "bullets[ please|]: <l>", "Turn this into bullets: <l>", "List these with dashes: <l>", "Bullet {points|list}: <l>"],
                ["Put <l> into bullet points", "As a dashed list, please: <l>"]),
    "numbered": (["{Write|Show|Give} as a numbered list: <l>", "Number these[ items|]: <l>", "numbered list of <l>", "Make a numbered list: <l>", "{Enumerate|Count through}: <l>", "List with numbers: <l>"],
                 ["Give each a number: <l>", "An ordered list of <l>, please"]),
    "array": (["{Write|Give|Return} as a JSON array: <l>", "JSON array of <l>", "Give <l> as a JSON list", "Turn into a JSON array: <l>", "{Convert|Change} to a JSON {array|list}: <l>"], ["I need <l> in a JSON array", "Encode as JSON list: <l>"]),
    "member": (["Is <q> in the list <l>? Answer yes or no.", "Yes or no: {does the list <l> contain <q>|is <q> in <l>}?", "Does <l> {include|contain} <q>? {yes or no|Answer yes or no.}", "Answer yes or no. Is <q> one of <l>?"],
               ["Look for <q> in <l>. yes or no", "Given <l>: is there <q>? Yes or no only"]),
    "count": (["How many {items|things|words}[ are there|]: <l>? Number only.", "Count the {items|things|words}: <l>", "number of {items|things} in <l>", "Count: <l>", "how many {items|things} {in|are in} <l>?"], ["<l> - how long is this list?", "Give the number of entries of <l>"]),
    "thrice": (["{Write|Say|Repeat|Print} <o> three times[.|]", "three times <o>[ please|]", "<o>, three times[.|]"], ["Triple this: <o>", "I want to read <o> three times"]),
    "twice": (["{Write|Say|Repeat|Print} <o> {twice|two times}[.|]", "{two times|twice} <o>[ please|]"], ["Double this: <o>"]),
    "first": (["What is the first {item|thing|word} of <l>? One word.", "Give the first item: <l>", "first item of <l>", "Only the first one: <l>"], ["Which comes first in <l>?", "The one that leads <l>?"]),
    "last": (["What is the last {item|thing|word} of <l>? One word.", "Give the last item: <l>", "last item of <l>", "Only the last one: <l>"], ["Which comes last in <l>?", "The one that ends <l>?"]),
}


def formats(kit):
    kind = kit.pick(list(FORMATS))
    items = [kit.thing() if kit.chance(.85) else kit.name() for _ in range(kit.rng.randint(2, 6))]
    listed = ", ".join(items)
    if kit.chance(.2):
        listed = ", ".join(items[:-1]) + " and " + items[-1]
    value = str(kit.value()) if kit.chance(.5) else kit.phrase(1, 5)
    asked = kit.pick(items) if kit.chance(.5) else kit.thing()
    answer = {
        "exact": value, "bullets": "\n".join("- " + i for i in items), "numbered": "\n".join(f"{n}. {i}" for n, i in enumerate(items, 1)),
        "array": dump(items), "member": "yes" if asked in items else "no", "count": str(len(items)), "thrice": " ".join([items[0]] * 3),
        "twice": " ".join([items[0]] * 2), "first": items[0], "last": items[-1]}[kind]
    return kit.persona(.35) + [kit.user(*FORMATS[kind], quiet=kit.chance(.7), v=value, l=listed, q=asked, o=items[0]), ("assistant", answer)]


def copy(kit, prose=None):
    """Strings, or a whole English sentence, said back."""
    if prose and kit.chance(.4):
        value = kit.pick(kit.pick(prose.pool(kit)["passages"]))
    else:
        value = " ".join(str(kit.value()) for _ in range(kit.rng.randint(1, 6)))
    return [kit.user(["Say exactly: <v>", "Repeat[ after me|]: <v>", "{Copy|Echo}[ this|]: <v>", "{Print|Write|Say} this: <v>"], ["Mirror the text: <v>", "Send back <v>"], quiet=True, v=value), ("assistant", value)]
