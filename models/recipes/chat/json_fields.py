"""The fields that texts tell and JSON asks for: known ones, and made-up ones whose names must be read.

A field is a row: names of the key, ways to say it oneself, ways to say it of another, drawer, JSON type.
"""
from .lexicon import COLORS, JOBS
from .tool_made_up import camel
from .wordings import fields as more

STATES = ["urgent", "normal", "low"]
FIELDS = {
    "name": (["name", "name", "name", "customer", "full_name", "fullName", "person", "user", "customer_name", "contact"], ["my name is <v>", "I am <v>", "this is <v>", "<v> here", "it's <v>", "<v> is my name", "I'm called <v>", "they call me <v>", "<v> speaking", "name: <v>", "you can call me <v>", "you are talking to <v>", "signed, <v>"], ["<v> {called|wrote|contacted us|placed the request|came by|asked for help}", "the {customer|person|client|guest} is {called |named |}<v>", "{Mr|Ms|a certain} <v> {wrote|called}"], lambda k: k.name(), "string"),
    "city": (["city", "city", "city", "town", "location", "place", "home_city"], ["I live in <v>", "I am from <v>", "my city is <v>", "I am based in <v>", "I am writing from <v>", "<v> is my home", "city: <v>", "we are in <v>", "I moved to <v>", "I am at home in <v>", "greetings from <v>", "my home is <v>"], ["{lives|is based|is at home|resides} in <v>", "the {city|town} is <v>", "it {happened|took place} in <v>"], lambda k: k.city(), "string"),
    "age": (["age", "age", "years", "age_years"], ["I am <v> years old", "my age is <v>", "I turned <v>", "I'm <v> now", "aged <v>", "age: <v>", "I just had my birthday number <v>", "I am <v>, by the way", "I have seen <v> summers", "my years: <v>"], ["{is|turned} <v> years old", "the age is <v>", "aged <v>"], lambda k: k.number(1, 99), "integer"),
    "email": (["email", "email", "mail", "email_address", "emailAddress", "contact_email"], ["my email is <v>", "write to <v>", "{you can reach|reach} me at <v>", "mail: <v>", "send it to <v>", "email: <v>", "my mail address is <v>", "answers go to <v>", "drop me a line at <v>", "use <v> for mail", "my inbox is <v>"], ["{can be reached|is reachable} at <v>", "the {email|mail} is <v>", "mail goes to <v>"], lambda k: k.email(), "string"),
    "order": (["order", "order_id", "order_number", "orderId", "reference", "ticket"], ["my order is <v>", "it is about order <v>", "order number <v>", "regarding the order <v>", "I ordered under <v>", "the order is <v>", "order: <v>", "my reference is <v>", "my purchase has the number <v>", "see order <v>"], ["the order {is|has the number|number is} <v>", "it concerns order <v>", "the reference is <v>"], lambda k: k.code(), "string"),
    "amount": (["amount", "amount", "total", "price", "cost", "sum"], ["I paid <v> euros", "the amount is <v> euros", "it cost <v> euros", "total <v> euros", "the price was <v> euros", "they took <v> euros", "amount: <v>", "for <v> dollars", "I was billed <v> dollars", "<v> euros were charged", "I spent <v> euros"], ["{paid|spent} <v> {euros|dollars}", "the {total|price|amount} {is|was} <v> {euros|dollars}", "it cost <v> {euros|pounds}"], lambda k: k.number(1, 9999), "number"),
    "date": (["date", "date", "day", "when", "start_date", "due_date"], ["it was on <v>", "the date is <v>", "on <v>", "dated <v>", "it happened on <v>", "date: <v>", "it is due on <v>", "I come on <v>", "from <v>", "mark <v> in the calendar", "as of <v>"], ["the date is <v>", "{it is due|it happened|it takes place} on <v>", "on <v>"], lambda k: k.iso_date(), "string"),
    "color": (["color", "colour", "color"], ["I want it in <v>", "the color is <v>", "make it <v>", "colored <v>", "please in <v>", "color: <v>", "I prefer <v>", "it should be <v>", "<v> would be nice", "my choice of color is <v>"], ["the colour is <v>", "it {is|should be} <v>", "{ordered|wanted} in <v>"], lambda k: k.pick(COLORS), "string"),
    "item": (["item", "product", "thing", "article", "item_name"], ["I bought a <v>", "I need a <v>", "the item is a <v>", "I look for a <v>", "I ordered a <v>", "item: <v>", "I would like a <v>", "send me a <v>", "it concerns the <v>", "a <v> is what I want"], ["{ordered|bought|wants|needs|returned} a <v>", "the {item|product} is a <v>"], lambda k: k.thing(), "string"),
    "phone": (["phone", "phone_number", "tel", "phoneNumber", "mobile"], ["my phone is <v>", "call me at <v>", "my number is <v>", "phone <v>", "tel. <v>", "you can call <v>", "my mobile is <v>", "ring <v>", "I answer on <v>"], ["the {phone|number} is <v>", "can be called at <v>", "phone <v>"], lambda k: k.phone(), "string"),
    "company": (["company", "organization", "employer", "firm", "company_name"], ["I work for <v>", "my company is <v>", "I am with <v>", "writing on behalf of <v>", "company: <v>", "we at <v> need this", "I represent <v>", "<v> employs me", "greetings from the team of <v>"], ["{works for|represents|is with} <v>", "the company is <v>"], lambda k: k.organisation(), "string"),
    "quantity": (["quantity", "count", "pieces", "qty", "number_of_items"], ["I need <v> pieces", "send me <v> of them", "<v> pieces, please", "quantity <v>", "quantity: <v>", "I take <v> pieces", "<v> units", "in total <v> pieces", "make that <v> units", "how about <v> of those"], ["<v> {pieces|units}[ in total|]", "the quantity is <v>"], lambda k: k.number(1, 999), "integer"),
    "job": (["job", "profession", "occupation", "role", "job_title"], ["I work as a <v>", "I am a <v>", "my job is <v>", "job: <v>", "by profession I am a <v>", "I make my living as a <v>"], ["{works as|is} a <v>", "the profession is <v>"], lambda k: k.pick(JOBS) if k.chance(.5) else k.syllables(), "string"),
    "time": (["time", "time", "hour", "start_time", "at"], ["at <v>", "the time is <v>", "I come at <v>", "it starts at <v>", "time: <v>", "around <v>", "be there at <v>"], ["{starts|begins|is} at <v>", "the time is <v>"], lambda k: f"{k.rng.randint(0, 23)}:{k.rng.randint(0, 59):02d}", "string"),
    "priority": (["priority", "urgency"], ["the priority is <v>", "priority: <v>", "priority <v>", "please treat it as <v>", "it is <v>", "mark it <v>"], ["the priority is <v>", "priority <v>"], lambda k: k.pick(STATES), "enum"),
    "paid": (["paid", "is_paid", "isPaid"], ["I have {already |}paid|true", "it is paid|true", "I have not paid|false", "it is not paid yet|false", "paid: yes|true", "paid: no|false", "the payment is made|true", "the payment is still open|false"], ["{the bill is paid|it is paid}|true", "{the bill is not paid|nothing was paid}|false"], None, "boolean"),
    "member": (["member", "is_member", "subscribed"], ["I am a member|true", "I am not a member|false", "member: yes|true", "member: no|false", "I have a membership|true", "I have no membership|false", "I belong to the club|true", "I do not belong to the club|false"], ["{is a member|has a membership}|true", "{is not a member|has no membership}|false"], None, "boolean"),
    "tags": (["tags", "items", "list", "topics", "ingredients", "products"], ["my list: <v>", "the items are <v>", "I need <v>", "please send <v>", "items: <v>", "I would like <v>", "on my list there are <v>"], ["the {items|list|topics} {are|is:} <v>", "it is about <v>"], lambda k: [k.thing() for _ in range(k.rng.randint(2, 4))], "array"),
}
for _name, _patterns in more.OWN.items():
    FIELDS[_name][1].extend(_patterns)
for _name, _patterns in more.OTHER.items():
    FIELDS[_name][2].extend(_patterns)
BOOLEAN = [f for f, row in FIELDS.items() if row[4] == "boolean"]

# Named by any two words or by syllables: the text names them as the key does, more or less.
KINDS_OF = "main old new first last next home work best local total daily second spare backup public private internal final real open".split()
SAID = ["{my|the|our} <n> is <v>", "<n>: <v>", "<n> <v>", "{as|for} the <n>{,| I have| we have| take| put} <v>", "<v> is {my|the|our} <n>", "with <v> as the <n>", "the <n> {would be|was|has to be|will be|shall be|must be} <v>", "<n> = <v>", "{I|we} {chose|have|took|got|use|gave} <v> {as|for} the <n>",
        "{set|put|note|write|enter} <v> {as|for|under} <n>", "{about|regarding} the <n>: <v>", "{it has|there is|with} the <n> <v>", "<n> - <v>", "<v> (<n>)", "the <n>, which is <v>", "{I was|he was|she was|they were} given <v> as <n>"]


def made_up(kit):
    """A field that no other chat has."""
    words = [kit.noun() if kit.chance(.6) else kit.syllables(1, 2)]
    if kit.chance(.5):
        words.insert(0, kit.pick(KINDS_OF) if kit.chance(.6) else kit.noun())
    if kit.chance(.2):
        words.append(kit.pick(["code", "name", "number", "type", "size", "date"]))
    keys = ["_".join(words), "_".join(words), camel(*words), "-".join(words), "".join(w.capitalize() for w in words), words[-1]]
    said = [p.replace("<n>", " ".join(words)) for p in SAID]
    kind, draw = kit.pick([("string", lambda k: str(k.value())), ("string", lambda k: k.syllables()), ("string", lambda k: k.phrase(1, 2)), ("integer", lambda k: k.number(1, 9999)), ("number", lambda k: k.number(1, 999))])
    return keys, said, said, draw, kind


def drawn(kit):
    """The fields of one chat by name, in random order; the test has the known ones alone."""
    fields = dict(FIELDS)
    if not kit.fresh:
        fields.update(kit.rng.sample(list(MORE.items()), 12))
        if kit.chance(.4):
            fields = dict(kit.rng.sample(list(fields.items()), kit.rng.randint(0, 4)))
            fields.update((f"made up {number}", made_up(kit)) for number in range(kit.rng.randint(2, 6)))
    return dict(kit.rng.sample(list(fields.items()), len(fields)))


MORE = {name: (keys, own, other, (lambda k: k.number(1, 99)) if name in more.NUMERIC else lambda k: str(k.value()), "integer" if name in more.NUMERIC else "string")
        for name, (keys, own, other) in more.MORE_FIELDS.items()}
