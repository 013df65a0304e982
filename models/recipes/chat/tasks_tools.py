"""Tool calls: the right tool of several, arguments copied under the schema's own names, several calls
at once, a second call where one result leads to it, the result used in the answer, and no call where
none fits or where something needed was not told.

The tools stand in the system message as the chat template writes them, one JSON line each.
"""
from . import grammar, noise, tasks_talk, tool_catalog, tool_families, tool_made_up
from . import phrasing_held_tasks as H
from .kit import CALL, dump
from .phrasing import ASK_NAME
from .phrasing_held import ASK_NAME as HELD_ASK_NAME
from .tool_catalog import CHAINS
from .tool_list import Tool, alike, any_tool, known_tool, natural_tool, spoken, with_tools
from .wordings import tools as wordings

NO_TOOL = "I have no tool for that."


def asked(kit, tool):
    """(user turn, call, values)"""
    text, values = tool.request(tool.draw())
    return as_user(kit, text), tool.call(values), values


def as_user(kit, text):
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
    if kit.split == "train" and kit.chance(.4):
        return siblings(kit)
    wanted = natural_tool(kit)
    served = kit.chance(.75)
    tools, system = with_tools(kit, [wanted] if served else [], other=natural_tool)
    turns = one_call(kit, wanted, kit.chance(.4)) if served else unserved(kit, tools, natural_tool)
    if not turns[-1][1].startswith(CALL):
        turns += further(kit, tools)
    return [system] + turns


def siblings(kit):
    """A list of one family's tools, and wishes for those that are listed or are not."""
    tools, others = tool_families.some(kit)
    _, system = with_tools(kit, tools, other=None)
    turns, count = [], kit.pick([1, 2, 3, 4])
    for n in range(count):
        if others and kit.chance(.2):
            turns += one_call(kit, kit.pick(others), False)[:1] + [("assistant", NO_TOOL)]
        else:
            turns += one_call(kit, kit.pick(tools), n < count - 1 or kit.chance(.3))
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
