"""Tool calls: the right tool of several, arguments copied under the schema's own names, a second
call where one result leads to it, the result used in the answer, and no call where none fits.
"""
from .kit import CALL, dump
from .lexicon import CURRENCIES, NOUNS

SKIES = "sunny cloudy rainy windy foggy snowy stormy clear".split()
NO_TOOL = "I have no tool for that."
# One family: tool names, descriptions, arguments {role: (names, type, drawer)}, requests, held-out requests,
# result drawer (gets the values by role), answer. Argument names and result keys vary from chat to chat.
TOOLS = {
    "weather": (["get_weather", "weather", "getWeather", "current_weather", "weather_lookup", "get_current_weather"], ["Get the {weather|current weather} {for|in|at} a {city|location|place}", "{Current weather|Weather report} {in|of} a city", "Tells the weather"],
                {"city": (["city", "location", "place", "town"], "string", lambda k: k.city())},
                ["{what|how} is the weather in <city>[ today| now|]?", "[what's the |]weather {in|for|at} <city>[ please|][?|]", "is it {raining|sunny|cold|warm|windy} in <city>?", "{do I need an umbrella|what should I wear} in <city>[ today|]?", "{tell me|show me|get|check} the weather {in|for} <city>[.|]", "how {cold|warm|hot} is it in <city>?"],
                ["What's it like outside in <city>?", "Forecast for <city>, please", "Will I get wet in <city>?"], lambda k, a: {("temp", "temperature", "degrees"): k.number(1, 40), ("sky", "condition", "weather"): k.pick(SKIES)}, "In {city} it is {sky} and {temp} degrees."),
    "clock": (["get_time", "local_time", "getTime", "current_time", "time_in"], ["Get the {local|current} time in a city", "{Current|Local} time {in|of} a {place|city}"], {"city": (["city", "location", "place", "zone"], "string", lambda k: k.city())},
              ["what time is it in <city>[ now|]?", "{tell|give} me the time in <city>[.|]", "[current |local |]time in <city>[?|]", "how late is it in <city>?", "what's the {time|local time} in <city>?"],
              ["What does the clock say in <city>?", "Is it late in <city>? Give the time", "Time at <city>?"], lambda k, a: {("time", "local_time", "now"): f"{k.rng.randint(0, 23)}:{k.rng.randint(0, 59):02d}"}, "It is {time} in {city}."),
    "sum": (["add", "sum", "add_numbers", "plus"], ["Add two numbers", "{Sum|Total} of two numbers"], {"a": (["a", "x", "first", "left"], "number", lambda k: k.number()), "b": (["b", "y", "second", "right"], "number", lambda k: k.number())},
            ["what is <a> {plus|and|+} <b>?", "add <a> {and|to} <b>[.|]", "<a> {+|plus} <b>[ = ?| is what?|]", "{compute|calculate|give me} the sum of <a> and <b>[.|]", "how much is <a> {plus|+} <b>?"], ["Total of <a> and <b>?", "Put <a> and <b> together, what is it?"],
            lambda k, a: {("result", "sum", "value"): a["a"] + a["b"]}, "The result is {result}."),
    "product": (["multiply", "times", "mul", "product"], ["Multiply two numbers", "Product of two numbers"], {"a": (["a", "x", "first", "left"], "number", lambda k: k.number(1, 999)), "b": (["b", "y", "second", "right"], "number", lambda k: k.number(1, 999))},
                ["what is <a> {times|multiplied by|*|x} <b>?", "multiply <a> {by|and|with} <b>[.|]", "<a> {*|times} <b>[ = ?|]", "{compute|calculate} the product of <a> and <b>[.|]"], ["<a> lots of <b> make how many?", "Product, please: <a> and <b>"],
                lambda k, a: {("result", "product", "value"): a["a"] * a["b"]}, "The result is {result}."),
    "mail": (["send_email", "send_mail", "sendEmail", "email"], ["Send an email", "{Sends|Send} a message by {email|mail}"], {"to": (["to", "recipient", "address", "email"], "string", lambda k: k.email()), "subject": (["subject", "title", "topic"], "string", lambda k: k.phrase())},
             ["send {an email|a mail|a message} to <to> {with the subject|about|titled} \"<subject>\"[.|]", "{email|mail} <to> about \"<subject>\"[.|]", "write {a mail|an email} to <to>, subject \"<subject>\"[.|]", "mail <to>: \"<subject>\""], ["Drop <to> a line concerning \"<subject>\"", "<to> should get my mail \"<subject>\""],
             lambda k, a: {("id", "message_id", "ref"): k.code()}, "The email to {to} was sent with id {id}."),
    "search": (["search", "web_search", "searchWeb", "find_pages", "lookup"], ["Search the web", "Find pages on the web", "{Web|Internet} search"], {"query": (["query", "q", "text", "terms"], "string", lambda k: k.phrase())},
               ["search [the web |the internet |online |]for \"<query>\"[.|]", "look up \"<query>\"[ online|]", "google \"<query>\"", "find \"<query>\" on the web[.|]", "what does the internet say about \"<query>\"?"], ["Hunt down \"<query>\" on the net", "Any web pages on \"<query>\"?"],
               lambda k, a: {("title", "result", "page"): k.phrase()}, "I found: {title}."),
    "timer": (["set_timer", "start_timer", "timer", "setTimer"], ["Set a timer {in|for some} minutes", "Start a countdown[ timer|]"], {"minutes": (["minutes", "duration", "mins"], "number", lambda k: k.number(1, 999))},
              ["set a timer {for|of|to} <minutes> minutes[.|]", "timer <minutes> {minutes|min}", "start a [countdown|timer] of <minutes> minutes[.|]", "wake me in <minutes> minutes[.|]", "remind me in <minutes> minutes[.|]"], ["Ring after <minutes> minutes", "Count down <minutes> minutes for me"],
              lambda k, a: {("status",): "ok"}, "The timer for {minutes} minutes is set."),
    "flight": (["book_flight", "bookFlight", "reserve_flight", "flight_booking"], ["Book a flight[ between two cities|]", "{Reserves|Books} a flight"], {"from": (["from", "origin", "departure", "start"], "string", lambda k: k.city()), "to": (["to", "destination", "arrival", "target"], "string", lambda k: k.city()), "date": (["date", "day", "when"], "string", lambda k: k.iso_date())},
               ["book [me |]a flight from <from> to <to> {on|for} <date>[.|]", "I {want|need|would like} to fly from <from> to <to> on <date>[.|]", "flight <from> to <to> on <date>", "on <date> I {need a flight|fly} from <from> to <to>[.|]", "get me from <from> to <to> on <date>[ by plane|][.|]"], ["Plane tickets please: <from> to <to>, <date>", "I'm leaving <from> for <to> by air on <date>"],
               lambda k, a: {("booking", "code", "confirmation"): k.code()}, "Your flight to {to} is booked, code {booking}."),
    "stock": (["get_stock", "stock_price", "quote", "getQuote"], ["Get a stock price", "Price of a share", "Stock quote"], {"symbol": (["symbol", "ticker", "share"], "string", lambda k: "".join(k.pick("ABCDEFGHIKLMNOPRSTUVWXZ") for _ in range(k.rng.randint(3, 4))))},
              ["what is the {stock price|share price|price} of <symbol>?", "price of <symbol> {shares|stock}[?|]", "how is <symbol> {trading|doing}[ today|]?", "quote for <symbol>", "how much is {a share|one share} of <symbol>?"], ["<symbol> on the stock market?", "At what does <symbol> stand?"],
              lambda k, a: {("price", "value", "last"): k.number(1, 9999)}, "{symbol} trades at {price}."),
    "convert": (["convert", "convert_currency", "exchange", "convertMoney"], ["Convert money between currencies", "Currency {conversion|exchange}"], {"amount": (["amount", "value", "sum"], "number", lambda k: k.number()), "to": (["to", "currency", "target"], "string", lambda k: k.pick(CURRENCIES))},
                ["convert <amount> [euros |dollars |]{to|into} <to>[.|]", "how much is <amount> in <to>?", "<amount> in <to>[?|]", "change <amount> {into|to} <to>[.|]", "what {do I get for|is} <amount> in <to>?"], ["Swap <amount> for <to>", "Express <amount> as <to>"],
                lambda k, a: {("value", "result", "converted"): k.number()}, "That is {value} {to}."),
    "note": (["add_note", "save_note", "create_note", "note"], ["{Save|Store|Create} a note", "Keeps a note"], {"text": (["text", "note", "content", "body"], "string", lambda k: k.phrase())},
             ["make a note[:| of] \"<text>\"", "note down \"<text>\"[.|]", "{save|create|add|store} a note \"<text>\"[.|]", "write down \"<text>\"[.|]", "{remember|keep} this note: \"<text>\""], ["Jot down \"<text>\"", "Put \"<text>\" into my notes"],
             lambda k, a: {("id", "note_id", "number"): k.number()}, "Saved as note {id}."),
    "person": (["find_city", "person_city", "where_lives", "lookup_person"], ["Find the city where a person lives", "{Home city|Place} of a person"], {"person": (["person", "name", "who"], "string", lambda k: k.name())},
               ["where does <person> live?", "in {which|what} city does <person> live?", "[what is the |]home city of <person>?", "find the city of <person>[.|]"], ["Which town is home to <person>?", "Where has <person> settled?"],
               lambda k, a: {("city", "home", "place"): k.city()}, "{person} lives in {city}."),
    "orders": (["find_order", "get_order", "order_of", "lookup_order"], ["Find the order of a customer", "Look up an order by customer"], {"customer": (["customer", "name", "client"], "string", lambda k: k.name())},
               ["what did <customer> order?", "find the order of <customer>[.|]", "which order belongs to <customer>?", "look up the order of <customer>[.|]", "{show|get} the order of <customer>[.|]"], ["I need the order that <customer> placed", "Has <customer> bought something? Look it up"],
               lambda k, a: {("order", "order_id", "number"): k.code()}, "The order of {customer} is {order}."),
    "price": (["get_price", "price_of", "product_price", "getPrice"], ["Get the price of a product", "Product price[ lookup|]"], {"product": (["product", "item", "article", "name"], "string", lambda k: k.thing())},
              ["what does {a|the} <product> cost?", "price of {a|the} <product>[?|]", "how much {is|for} {a|the} <product>?", "what is the price of {a|the} <product>?"], ["For how much do you sell the <product>?", "<product>: the price?"],
              lambda k, a: {("price", "cost", "amount"): k.number(1, 9999)}, "A {product} costs {price}."),
}
VERBS = {"archive": "archived", "delete": "deleted", "open": "opened", "close": "closed", "approve": "approved", "reject": "rejected", "cancel": "cancelled", "print": "printed", "share": "shared", "lock": "locked", "unlock": "unlocked",
         "rename": "renamed", "restore": "restored", "publish": "published", "assign": "assigned", "start": "started", "stop": "stopped", "pause": "paused", "export": "exported", "import": "imported", "review": "reviewed", "verify": "verified",
         "renew": "renewed", "update": "updated", "check": "checked", "move": "moved", "remove": "removed", "send": "sent", "copy": "copied", "hide": "hidden"}


class Tool:
    """One tool as this chat shows it: names chosen, schema rendered."""

    def __init__(self, kit, names, descriptions, arguments, requests, held, result, answer):
        self.kit, self.name = kit, kit.pick(names)
        self.description = kit.text(descriptions)
        self.keys = {role: kit.pick(options) for role, (options, _, _) in arguments.items()}
        self.types = {role: kind for role, (_, kind, _) in arguments.items()}
        self.drawers = {role: draw for role, (_, _, draw) in arguments.items()}
        self.requests, self.held, self.result, self.answer = requests, held, result, answer

    def signature(self):
        arguments = ", ".join(f"{self.keys[r]}: {self.types[r]}" for r in self.keys)
        return f"{self.name}({arguments}) {self.description}"

    def schema(self):
        properties = {}
        for role, key in self.keys.items():
            properties[key] = {"type": self.types[role]}
            if self.kit.chance(.25):
                properties[key]["description"] = self.kit.pick([f"The {role}", f"{role} of the request", key.replace("_", " "), f"Which {role}"])
        body = {"type": "object", "properties": properties, "required": list(properties)}
        if self.kit.chance(.2):
            body.pop("required")
        entry = {"name": self.name, "description": self.description, "parameters": body}
        if self.kit.chance(.15):
            entry = {"type": "function", "function": entry}
        if self.kit.chance(.2):
            entry = dict(sorted(entry.items()))
        return dump(entry) if self.kit.chance(.6) else dump(entry).replace('":', '": ').replace(',"', ', "')

    def call(self, values):
        return "assistant", CALL + dump({"name": self.name, "arguments": {self.keys[r]: v for r, v in values.items()}})

    def reply(self, values, fields=None):
        """(tool message, final answer)"""
        if fields is None and self.kit.chance(.1):
            error = self.kit.pick(["not found", "timeout", "no access", "bad input", "server error"])
            return ("tool", dump({"error": error})), ("assistant", f"The tool failed: {error}.")
        fields = fields or self.result(self.kit, values)
        shown = {self.kit.pick(names): value for names, value in fields.items()}
        if self.kit.chance(.1) and "ok" not in shown.values():
            shown["status"] = "ok"
        plain = {names[0]: value for names, value in fields.items()}
        return ("tool", dump(shown)), ("assistant", self.answer.format(**{**values, **plain}))


def known_tool(kit, family):
    return Tool(kit, *TOOLS[family])


def made_up_tool(kit, verb=None, noun=None):
    """verb_noun; unseen pairs are held out."""
    verb, noun = (verb, noun) if verb else kit.keep(lambda: (kit.pick(list(VERBS)), kit.pick(NOUNS)))
    key = kit.pick([["id"], [noun + "_id"], ["name"], ["code"], [noun], ["ref", "reference"]])
    number = "id" in key[0] and kit.chance(.5)
    draw = (lambda k: k.number()) if number else (lambda k: k.name()) if key == ["name"] else (lambda k: k.code())
    with_reference = kit.chance(.4)

    def result(k, values):
        return {("reference", "ref", "receipt"): k.code()} if with_reference else {("status",): k.pick(["ok", "done", "success"])}
    answer = f"The {noun} {{id}} is {VERBS[verb]}." + (" Reference: {reference}." if with_reference else "")
    camel = verb + "".join(p.capitalize() for p in noun.split())
    return Tool(kit, [f"{verb}_{noun}", f"{verb}_{noun}", camel], [f"{{{verb.capitalize()}|{verb.capitalize()}s|Lets you {verb}|Use it to {verb}}} {{a|one|the given}} {noun}"],
                {"id": (key, "number" if number else "string", draw)},
                [f"[please |can you |could you |I want to |I need you to |]{verb} [the |]{noun} <id>[ please| now|][.|?|]", f"{noun} <id>: {verb} it[ please|][.|]", f"<id> is the {noun} to {verb}[.|]", f"{verb} <id>, {{the|it is a|a}} {noun}[.|]"],
                [f"The {noun} <id> needs you to {verb} it.", f"Would you {verb} my {noun} <id>?", f"Time to {verb} {noun} <id>"], result, answer)


def any_tool(kit):
    return known_tool(kit, kit.pick(list(TOOLS))) if kit.chance(.5) else made_up_tool(kit)


def with_tools(kit, must, style=None):
    """The system message that lists `must` and some other tools in random order."""
    style = style or ("signatures" if kit.chance(.4) else "schemas")
    tools = list(must)
    want = kit.pick([1, 2, 3, 4] if style == "signatures" else [1, 1, 2, 3])
    while len(tools) < want:
        extra = any_tool(kit)
        if extra.name not in [t.name for t in tools] and not any(extra.requests is t.requests for t in tools):
            tools.append(extra)
    kit.rng.shuffle(tools)
    listed = "\n".join(t.signature() if style == "signatures" else t.schema() for t in tools)
    persona = kit.persona(.35)
    return tools, ("system", (persona[0][1] + "\n" if persona else "") + "Tools:\n" + listed)


def one_call(kit, tool, answered=True):
    values = {role: draw(kit) for role, draw in tool.drawers.items()}
    turns = [kit.user(tool.requests, tool.held, **values), tool.call(values)]
    return turns + list(tool.reply(values)) if answered else turns


def tool(kit, style=None):
    wanted = any_tool(kit)
    tools, system = with_tools(kit, [wanted], style)
    turns = one_call(kit, wanted, kit.chance(.75))
    if kit.chance(.2):
        turns += one_call(kit, kit.pick(tools), False) if turns[-1][0] == "assistant" and not turns[-1][1].startswith(CALL) else []
    return [system] + turns


def tool_schema(kit):
    return tool(kit, "schemas")


def no_tool(kit):
    """Tools are listed, but the turn is small talk, a told fact, or a wish that none of them serves."""
    from . import tasks_talk
    tools, system = with_tools(kit, [])
    dice = kit.rng.random()
    if dice < .4:
        return [system] + tasks_talk.small_pair(kit)
    if dice < .75:
        while True:
            other = any_tool(kit)
            if other.name not in [t.name for t in tools] and not any(other.requests is t.requests for t in tools):
                break
        return [system] + one_call(kit, other, False)[:1] + [("assistant", NO_TOOL)]
    if dice < .88:
        name = kit.name()
        from .phrasing import ASK_NAME
        from .phrasing_held import ASK_NAME as HELD
        return [system] + tasks_talk.tell_name(kit, name) + [kit.user(ASK_NAME, HELD), ("assistant", f"Your name is {name}.")]
    fact = tasks_talk.draw_fact(kit)
    return [system] + tasks_talk.fact_pair(kit, fact) + tasks_talk.ask_fact(kit, fact)


CHAINS = [  # first family, second family, what the first gives to the second, requests, held-out requests
    ("person", "weather", ("city", "city"), ["{what|how} is the weather {where <person> lives|in the city of <person>|at the home of <person>}?", "weather {at|in} the {home|city|home town} of <person>[?|]", "does <person> have {nice|good} weather?"], ["Is <person> getting rain at home?"]),
    ("person", "clock", ("city", "city"), ["what time is it {where <person> lives|in the city of <person>}?", "[what is the |]time {at the home of|in the city of} <person>?", "how late is it {at|for} <person>[ at home|]?"], ["What's on the clock where <person> is at home?"]),
    ("price", "convert", ("price", "amount"), ["what does a <product> cost in <to>?", "price of a <product> in <to>[?|]", "how much is {a|the} <product> in <to>?", "tell me the price of the <product> in <to>[.|]"], ["In <to>, what would I pay for the <product>?"]),
]


def two_calls(kit):
    if kit.chance(.7):
        first_family, second_family, (gives, takes), requests, held = kit.pick(CHAINS)
        first, second = known_tool(kit, first_family), known_tool(kit, second_family)
    else:
        verb = kit.pick(list(VERBS))
        first, second = known_tool(kit, "orders"), made_up_tool(kit, verb, "order")
        gives, takes = "order", "id"
        requests = [f"{verb} the order of <customer>[.|]", f"[please |]find the order of <customer> and {verb} it[.|]", f"can you {verb} what <customer> ordered?", f"{verb} the order that <customer> made[.|]"]
        held = [f"<customer> wants the order to be {VERBS[verb]}"]
    _, system = with_tools(kit, [first, second], "signatures" if kit.chance(.6) else "schemas")
    values = {role: draw(kit) for role, draw in first.drawers.items()}
    more = {role: draw(kit) for role, draw in second.drawers.items() if role != takes}
    fields = first.result(kit, values)
    result, _ = first.reply(values, fields)
    passed = next(v for names, v in fields.items() if names[0] == gives)
    second_values = {role: (passed if role == takes else more[role]) for role in second.keys}
    return [system, kit.user(requests, held, **values, **more), first.call(values), result, second.call(second_values),
            *second.reply(second_values, second.result(kit, second_values))]
