"""Tools as a chat lists them: the row of a tool with its names chosen and its schema written, and lists of which no two serve the same wish."""
from . import grammar, tool_made_up, tool_natural
from .kit import CALL, dump, kept_out
from .tool_catalog import HELD_TOOLS, TOOLS

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
    """The system message that lists `must` and some other tools, if there are `other` ones, in random order."""
    tools, names, abouts = list(must), {t.name for t in must}, [t.about for t in must]
    want = kit.rng.choices([1, 2, 3, most], [3, 4, 3, 1])[0]
    while other and len(tools) < want:
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
            {"person", "customer", "userlookup"}, {"restaurantsearch", "table", "nearby"}, {"tableschema", "rowcount"}, {"compound", "loan"}, {"recipe", "mealplan"}, {"train", "route"}, {"read", "grep", "dirlist"}, {"random", "dice"}, {"ship", "orders"}, {"logs", "serverstatus", "uptime"}, {"sum", "splitbill", "calculator", "product", "percentage"}, {"distance", "route"}, {"light", "vacuum"}]
    topics = {x[0] if isinstance(x, tuple) else x for x in (one, other)}
    if any(topics <= group for group in near) or len(topics) == 1 and topics & set(tool_made_up.WANTED):
        return True
    if isinstance(one, tuple) and isinstance(other, tuple) and one[1] == other[1]:
        groups = [set(words) for _, words in tool_made_up.VERBS.values()]
        return any(one[0] in g and other[0] in g for g in groups)
    return {one, other} <= {"mail", "sms"} or {one, other} <= {"sum", "calculator", "product"} or {one, other} <= {"todo", "note", "event"} or {one, other} <= {"weather", "forecast"} or {one, other} <= {"search", "define", "news"}
