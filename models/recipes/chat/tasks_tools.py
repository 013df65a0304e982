"""Tool calls: the right tool of several, arguments copied under the schema's own names, several calls
at once, a second call where one result leads to it, the result used in the answer, and no call where
none fits or where something needed was not told.

The tools stand in the system message as the chat template writes them, one JSON line each.
"""
from . import grammar, tasks_talk, tool_catalog, tool_made_up, tool_natural
from . import phrasing_held_tasks as H
from .kit import CALL, dump, kept_out
from .phrasing import ASK_NAME
from .phrasing_held import ASK_NAME as HELD_ASK_NAME
from .tool_catalog import CHAINS, HELD_TOOLS, TOOLS
from .wordings import tools as wordings

NO_TOOL = "I have no tool for that."
DRAFTS = ["http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"]
ERRORS = ["not found", "timeout", "no access", "bad input", "server error", "invalid argument", "rate limit", "unknown id", "service down"]


class Tool:
    """One tool as this chat shows it: names chosen, schema rendered."""

    def __init__(self, kit, row, about):
        self.kit, self.row, self.about = kit, row, about
        self.name = kit.pick(row["names"])
        self.description = kit.text(row["does"])
        if kit.chance(.25) and self.description[-1] != ".":
            self.description += "."
        if kit.chance(.03):                 # a name that says nothing: the description must be read
            self.name = kit.syllables() + kit.pick(["", "_tool", "_v2", "Tool"])
        self.roles = dict(row["args"])
        self.optional = [r for r in row["optional"] if kit.chance(.6)]
        for role in row["optional"]:
            self.roles.pop(role, None)
        for role in self.optional:
            self.roles[role] = row["args"].get(role) or row["optional"][role][0]
        order = list(self.roles)
        if kit.chance(.2):
            kit.rng.shuffle(order)
        self.keys, used = {}, set()
        for role in order:
            free = [key for key in self.roles[role][0] if key not in used] or [f"{self.roles[role][0][0]}_2"]
            self.keys[role] = kit.pick(free)
            used.add(self.keys[role])
        self.told = [r for r in self.optional if kit.chance(.55) and not kit.fresh]
        self.must = [r for r in self.keys if r not in self.optional or (r in self.told and kit.chance(.5))]

    def plain(self):
        """Nothing optional is told, so nothing optional is required."""
        self.told = []
        self.must = [r for r in self.keys if r not in self.optional]

    def words_for(self, role):
        extra = self.row["optional"][role]
        return extra[1] if isinstance(extra, tuple) else extra

    def property(self, role):
        _, kind, about, _ = self.roles[role]
        if isinstance(kind, list):
            entry = {"type": "string", "enum": kind}
        elif kind == "array":
            entry = {"type": "array", "items": {"type": "string"}}
        elif kind == "object":
            entry = {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}, "required": ["street", "city"]}
        else:
            entry = {"type": kind}
        return entry, self.kit.text(about)

    def schema(self, style):
        described, first = self.kit.chance(style["described"]), self.kit.chance(.3)
        properties = {}
        for role, key in self.keys.items():
            entry, about = self.property(role)
            if described and self.kit.chance(.85):
                entry = {"description": about, **entry} if first else {**entry, "description": about}
            properties[key] = entry
        needed = [key for role, key in self.keys.items() if role in self.must]
        body = {"type": "object", "properties": properties}
        if style["required_last"]:
            body = {"properties": properties, "required": needed, "type": "object"}
        elif style["required"]:
            body["required"] = needed
        if style["closed"]:
            body["additionalProperties"] = False
        if style["draft"]:
            body = {"$schema": style["draft"], **body} if style["draft_first"] else {**body, "$schema": style["draft"]}
        entry = {"name": self.name, "description": self.description, "parameters": body}
        if style["strict"]:
            entry["strict"] = True
        if style["bare"]:
            entry.pop("description")
        return dump(entry)

    def draw(self):
        """Values by role, for what the user tells."""
        return {role: self.roles[role][3](self.kit) for role in self.keys if self.roles[role][3] and (role not in self.optional or role in self.told)}

    def request(self, values, patterns=None, held=None):
        """The user's wording, and the values with what the wording itself says."""
        kit, held = self.kit, held or self.row["held"]
        kept = () if kit.fresh or not held else kept_out(tuple(held))
        patterns = held if kit.fresh else [p for p in patterns or self.row["asks"] for _ in range(3 if p[:3] in ("DO:", "NP:", "WH:") else 1)]
        while True:
            pattern, _, facts = kit.pick(patterns).partition("#")
            said = {**values, **{role: {"true": True, "false": False}.get(said, said) for role, _, said in (fact.partition("=") for fact in facts.split("&") if fact)}}
            text = kit.say([pattern], **{role: spoken(v) for role, v in said.items()})
            if grammar.core(text) not in kept:
                break
        values = said
        tail = ""
        for role in self.told:
            words, _, truth = kit.pick(self.words_for(role)).partition("#")
            if truth:
                values[role] = truth == "true"
            tail += kit.say([words.replace("{key}", self.keys[role])], v=spoken(values[role]))
        end = text[len(text.rstrip(".?!")):]
        return text[:len(text) - len(end)] + tail + end, values

    def call(self, values):
        return CALL + dump({"name": self.name, "arguments": {key: values[role] for role, key in self.keys.items() if role in values}})

    def reply(self, values, fields=None):
        """(tool message, final answer)"""
        kit = self.kit
        if fields is None and kit.chance(.08):
            error = kit.pick(ERRORS)
            return kit.pick([dump({"error": error}), dump({"error": {"message": error}}), f"Error: {error}"]), f"The tool failed: {error}."
        fields = fields or self.row["gives"](kit, values)
        names = list(fields)
        if kit.chance(.12) and len(fields) == 1 and "{" in self.answer(values):     # some tools give a bare value
            value = fields[names[0]]
            shown = value if isinstance(value, str) and kit.chance(.7) else dump(value)
        else:
            record = {kit.pick(n): value for n, value in fields.items()}
            if kit.chance(.25):
                record.update({k: v for k, v in values.items() if kit.chance(.5) and k not in record})
            if kit.chance(.1) and "ok" not in record.values():
                record["status" if "status" not in record else "code"] = kit.pick(["ok", 200])
            if kit.chance(.2):
                record = {kit.pick(["result", "data", "output"]): record}
            shown = dump(record) if kit.chance(.7) else dump(record).replace('":', '": ').replace(',"', ', "')
        plain = {n[0]: value for n, value in fields.items()}
        return shown, self.answer({**values, **plain}, True)

    def answer(self, values, filled=False):
        return self.row["answer"].format(**values) if filled else self.row["answer"]


def spoken(value):
    if isinstance(value, list):
        return value[0] if len(value) == 1 else ", ".join(value[:-1]) + " and " + value[-1]
    if isinstance(value, dict):
        return ", ".join(value.values())
    return value


def known_tool(kit, name):
    return Tool(kit, TOOLS[name], name)


def natural_tool(kit):
    return Tool(kit, *tool_natural.drawn(kit))


def any_tool(kit, known_share=.4):
    """A third of those trained on are natural ones."""
    if kit.split == "train" and kit.chance(.35):
        return natural_tool(kit)
    if kit.chance(known_share):
        return known_tool(kit, kit.pick(HELD_TOOLS if kit.fresh else list(TOOLS)))
    return Tool(kit, *tool_made_up.made_up(kit))


def draw_style(kit):
    """How one SDK writes its tools; the same for all tools of a chat."""
    closed = kit.chance(.4)
    return dict(described=kit.pick([0., 0., .5, 1., 1.]), required=kit.chance(.9), required_last=kit.chance(.12), closed=closed, draft=kit.pick(DRAFTS) if closed and kit.chance(.6) else None, draft_first=kit.chance(.5), strict=kit.chance(.08), bare=kit.chance(.04))


def with_tools(kit, must, most=4, other=any_tool):
    """The system message that lists `must` and some other tools in random order."""
    tools, names, abouts = list(must), {t.name for t in must}, [t.about for t in must]
    want = kit.rng.choices([1, 2, 3, most], [3, 4, 3, 1])[0]
    while len(tools) < want:
        near = kit.chance(.3) and isinstance(must[0].about, tuple) if must else False
        if near and must[0].about[1] in tool_made_up.NOUNS:        # another thing done to the same noun
            verb = kit.pick(list(tool_made_up.VERBS))
            extra = Tool(kit, *tool_made_up.doer(kit, verb, must[0].about[1]))
        else:
            extra = other(kit)
        if extra.name not in names and not any(alike(extra.about, about) for about in abouts):
            tools.append(extra)
            names.add(extra.name)
            abouts.append(extra.about)
    kit.rng.shuffle(tools)
    style = draw_style(kit)
    persona = kit.text(TOOL_PERSONAS) if kit.chance(.15) else "".join(text for _, text in kit.persona(.35))
    return tools, ("system", (persona + "\n" if persona else "") + "Tools:\n" + "\n".join(t.schema(style) for t in tools))


TOOL_PERSONAS = ["You are a {helpful|friendly|} assistant {with tools|that can use tools|who may call tools}. {Use them when needed|Call one if it helps|Use the tools to answer}.", "{Use|Call} {the tools|a tool|the functions} {when needed|if it helps|to answer|where they fit}.",
                 "You have access to {tools|these tools|functions}.", "{Answer with the tools|Help the user with the tools}. {Do not guess|Be brief|Never invent data}."]


INFORMATION = {"weather", "clock", "stock", "define", "news", "person", "price", "route", "translate"} | tool_natural.INFORMATION


def is_information(about):
    """Is it something that a search might find?"""
    return about in INFORMATION or isinstance(about, tuple) and (about[0] in tool_made_up.WANTED or about[0] in tool_made_up.FIELDS)


def alike(one, other):
    """Would a wish for one tool fit the other?"""
    if one == other or "search" in (one, other) and any(is_information(about) for about in (one, other)):
        return True
    near = [{"weather", "forecast", "temperature", "rainfall", "weather warning"}, {"meaning", "define", "translation", "translate", "synonyms", "spelling"}, {"clock", "sunrise", "sunset", "schedule", "opening hours"}, {"price", "convert", "exchange rate", "discount"}, {"ship", "location", "delivery date", "progress"}, {"person", "location"}, {"hotel", "hotels"}, {"flight", "flights"}, {"news", "events", "search"},
            {"reminder", "alarm", "timer", "todo", "event", "note"}, {"agenda", "freeslot", "event"}, {"mail", "sms", "chatmessage", "call"}, {"flight", "flightsearch"}, {"search", "knowledge", "vectorsearch", "notesearch", "webpage"}, {"ticketcreate", "issue"},
            {"person", "customer", "userlookup"}, {"restaurantsearch", "table"}, {"read", "grep", "dirlist"}, {"random", "dice"}, {"ship", "orders"}, {"logs", "serverstatus", "uptime"}, {"sum", "splitbill", "calculator", "product", "percentage"}, {"distance", "route"}, {"light", "vacuum"}]
    topics = {x[0] if isinstance(x, tuple) else x for x in (one, other)}
    if any(topics <= group for group in near) or len(topics) == 1 and topics & set(tool_made_up.WANTED):
        return True
    if isinstance(one, tuple) and isinstance(other, tuple) and one[1] == other[1]:
        groups = [set(words) for _, words in tool_made_up.VERBS.values()]
        return any(one[0] in g and other[0] in g for g in groups)
    return {one, other} <= {"mail", "sms"} or {one, other} <= {"sum", "calculator", "product"} or {one, other} <= {"todo", "note", "event"} or {one, other} <= {"weather", "forecast"} or {one, other} <= {"search", "define", "news"}


def asked(kit, tool):
    """(user turn, call, values)"""
    text, values = tool.request(tool.draw())
    return as_user(kit, text), tool.call(values), values


def as_user(kit, text):
    from . import noise
    if kit.split == "train":
        text = noise.disturb(text, kit.rng)
    if not kit.split == "train" or kit.chance(.35):
        text = text[:1].upper() + text[1:]
    return "user", grammar.unmark(text)


def one_call(kit, tool, answered=True):
    user, call, values = asked(kit, tool)
    turns = [user, ("assistant", call)]
    if answered:
        result, answer = tool.reply(values)
        turns += [("tool", result), ("assistant", answer)]
    return turns


def tool(kit, known_share=.85):
    wanted = any_tool(kit, known_share)
    twice = kit.chance(.1) and not kit.fresh
    if twice:
        wanted.plain()
    tools, system = with_tools(kit, [wanted])
    if twice:
        return [system] + parallel(kit, wanted)
    turns = one_call(kit, wanted, kit.chance(.6))
    if not turns[-1][1].startswith(CALL):
        turns += further(kit, tools)
    return [system] + turns


def further(kit, tools):
    """While training the chat goes on: wishes that a tool serves and such as need none, for the same list."""
    turns = []
    for _ in range(kit.pick([0, 1, 1, 2, 3]) if kit.split == "train" else 0):
        dice = kit.rng.random()
        turns += one_call(kit, kit.pick(tools)) if dice < .45 else unserved(kit, tools) if dice < .8 else idle(kit, tools)
    if kit.split == "train" and kit.chance(.2):
        turns += one_call(kit, kit.pick(tools), False)
    return turns


def parallel(kit, wanted):
    """The same tool for two things at once: two calls in one turn."""
    first, second = wanted.draw(), wanted.draw()
    core = [p for p in wanted.row["asks"] if p[:3] in ("DO:", "NP:", "WH:") and "#" not in p]
    if not core:
        return one_call(kit, wanted)
    first, second = ({r: v for r, v in values.items() if r not in wanted.optional} for values in (first, second))
    one, other = (wanted.request(values, [kit.pick(core)])[0].rstrip(".?!") for values in (first, second))
    if kit.chance(.5) and len(first) == 1:
        role = next(iter(first))
        text = kit.say([kit.pick(core)], **{role: f"{spoken(first[role])}{kit.pick([' and ', ' and for ', ' and also ', ', then '])}{spoken(second[role])}"})
    else:
        text = one + kit.pick([", and ", ". And ", "; also ", " and then ", ". Then "]) + other + kit.pick([".", "", "?"])
    results = [wanted.reply(values, wanted.row["gives"](kit, values)) for values in (first, second)]
    return [as_user(kit, text), ("assistant", wanted.call(first) + wanted.call(second)), ("tool", results[0][0]), ("tool", results[1][0]), ("assistant", f"{results[0][1]} {results[1][1]}")]


def tool_schema(kit):
    return tool(kit, .1)


def wish(kit):
    """A wish in natural words for one of some natural tools, or for one that is not among them."""
    wanted = natural_tool(kit)
    served = kit.chance(.75)
    tools, system = with_tools(kit, [wanted] if served else [], other=natural_tool)
    turns = one_call(kit, wanted, kit.chance(.4)) if served else unserved(kit, tools, natural_tool)
    if not turns[-1][1].startswith(CALL):
        turns += further(kit, tools)
    return [system] + turns


def missing(kit, wanted):
    """The wish without what the tool needs: the names of what is missing are asked for."""
    values = wanted.draw()
    needed = [role for role in wanted.must if role in values]
    verbs = {"flight": ["book a flight", "reserve a flight", "I want to fly"], "mail": ["send a mail", "write an email", "send an email for me"], "weather": ["how is the weather?", "what's the weather?", "weather please"], "timer": ["set a timer", "start a timer"],
             "clock": ["what time is it there?", "tell me the local time"], "convert": ["convert some money", "change money for me"], "event": ["plan a meeting", "add an event to my calendar"], "table": ["book a table", "reserve a table for us"], "hotel": ["book a hotel", "I need a hotel room"],
             "user": ["create a user", "make a new account"], "sms": ["send an SMS", "text someone"], "ship": ["where is my parcel?", "track my package"], "route": ["show me the way", "find a route"], "stock": ["get a stock price", "how is the stock doing?"], "translate": ["translate something", "I need a translation"]}
    if wanted.about in verbs:
        text = kit.text([v if v[-1] == "?" or " want" in v or " need" in v else "DO: " + v for v in [kit.pick(verbs[wanted.about])]])
    elif isinstance(wanted.about, tuple) and "id" in values:
        text = kit.text([f"DO: {wanted.about[0]} {{a|the|my|some|one}} {wanted.about[1]}"] if "NP" not in wanted.row["asks"][0] else [f"NP: the {wanted.about[0]} of {{a|the|my|some}} {wanted.about[1]}"])
    else:
        return None
    return [as_user(kit, text), ("assistant", "Please tell me: " + ", ".join(wanted.keys[r] for r in needed) + ".")]


def no_tool(kit):
    """Tools are listed, but the turn is small talk, a told fact, a wish that none of them serves, or one that lacks something."""
    if kit.chance(.1) and not kit.fresh:
        wanted = any_tool(kit, .7)
        tools, system = with_tools(kit, [wanted], 2)
        turns = missing(kit, wanted)
        if turns:
            return [system] + turns
    tools, system = with_tools(kit, [])
    first = unserved if kit.split == "train" and kit.chance(.5) else idle
    return [system] + first(kit, tools) + further(kit, tools)


def idle(kit, tools):
    """Turns that need no call."""
    dice = kit.rng.random()
    if dice < .3:
        return tasks_talk.small_pair(kit)
    if dice < .8:
        return unserved(kit, tools)
    if dice < .86:
        return [t for t in tasks_talk.outside(kit, False) if t[0] != "system"]
    if dice < .92:
        name = kit.name()
        return tasks_talk.tell_name(kit, name) + [kit.user(ASK_NAME, HELD_ASK_NAME), ("assistant", f"Your name is {name}.")]
    fact = tasks_talk.draw_fact(kit)
    return tasks_talk.fact_pair(kit, fact) + tasks_talk.ask_fact(kit, fact)


def unserved(kit, tools, some=any_tool):
    """A wish for a tool that is not there; sometimes for another deed with the thing of one that is."""
    nouns = [t.about[1] for t in tools if isinstance(t.about, tuple) and t.about[1] in tool_made_up.NOUNS]
    while True:
        other = Tool(kit, *tool_made_up.doer(kit, kit.pick(list(tool_made_up.VERBS)), kit.pick(nouns))) if nouns and kit.chance(.25) else some(kit)
        if other.name not in [t.name for t in tools] and not any(alike(other.about, t.about) for t in tools):
            return one_call(kit, other, False)[:1] + [("assistant", NO_TOOL)]


FINDERS = [("order", "orders"), ("ticket", "tickets"), ("invoice", "bills"), ("account", "user"), ("booking", "trips"), ("parcel", "post"), ("contract", "papers")]


def found_then_done(kit):
    """find_ticket gives an id, with which something is done: (first, second, gives, takes, requests, held)"""
    noun = kit.pick(FINDERS)[0]
    verb = kit.pick(list(tool_made_up.VERBS))
    done, asks = tool_made_up.VERBS[verb]
    ask = kit.pick(asks)
    person = (["customer", "name", "person", "owner", "client"], "string", ["{Name of the|The} {customer|person}"], lambda k: k.name())
    get = kit.pick(["find", "get", "lookup", "search"])
    row = tool_catalog.tool([tool_made_up.tool_name(kit, get, noun)], [f"{{Find|Look up|Search|Get}} the {noun} of a {{person|customer}}", f"{{Returns|Finds}} the {noun} {{id |}}by {{name|customer}}"], {"customer": person}, [], lambda k, a: {("id", noun + "_id", "number", noun): k.code()}, "")
    first, (second, about) = Tool(kit, row, ("find", noun)), tool_made_up.doer(kit, verb, noun)
    second["optional"] = {}
    second["args"] = {"id": second["args"]["id"]}
    second["args"]["id"] = (second["args"]["id"][0], "string", *second["args"]["id"][2:])
    asks = [f"DO: {ask} the {noun} of <customer>", f"DO: {{find|look up|get}} the {noun} of <customer> and {ask} it", f"the {noun} of <customer> {{must|should|has to}} be {done}[.|]", f"<customer> wants {{the|a}} {noun} to be {done}[.|]", f"DO: {ask} {{what is|}} <customer>'s {noun}"]
    asks += H.filled(wordings.FOUND_THEN_DONE, noun=noun, done=done, ask=ask)
    return first, Tool(kit, second, about), "id", "id", asks, H.filled(H.FOUND_THEN_DONE, noun=noun, done=done, ask=ask)


def two_calls(kit):
    if kit.chance(.5):
        usable = [c for c in CHAINS if c[:2] in H.CHAINS] if kit.fresh else CHAINS
        first_name, second_name, (gives, takes), requests = kit.pick(usable)
        held = H.CHAINS.get((first_name, second_name))
        first, second = known_tool(kit, first_name), known_tool(kit, second_name)
    else:
        first, second, gives, takes, requests, held = found_then_done(kit)
    for each in (first, second):
        each.plain()
    _, system = with_tools(kit, [first, second], 3)
    values, more = first.draw(), {role: v for role, v in second.draw().items() if role != takes}
    values = {r: v for r, v in values.items() if r in first.row["args"]}
    more = {r: v for r, v in more.items() if r in second.row["args"]}
    text = kit.say(requests, held, **{role: spoken(v) for role, v in {**values, **more}.items()})
    fields = first.row["gives"](kit, values)
    passed = next(v for names, v in fields.items() if names[0] == gives)
    kind = second.roles[takes][1]
    if kind == "string":
        passed = str(passed)
    second_values = {**more, takes: passed}
    result, answer = second.reply(second_values)
    record = {kit.pick(n): v for n, v in fields.items()}
    if kit.chance(.3):
        record = {kit.pick(list(values)): kit.pick(list(values.values())), **record}
    return [system, as_user(kit, text), ("assistant", first.call(values)), ("tool", dump(record)), ("assistant", second.call(second_values)), ("tool", result), ("assistant", answer)]
