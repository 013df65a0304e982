"""A third hundred of what developers type first, by another writer who saw nothing of the others or of what is trained on: see first.py."""


def s(text):
    return {"role": "system", "content": text}


def u(text):
    return {"role": "user", "content": text}


def a(text):
    return {"role": "assistant", "content": text}


STR = {"type": "string"}
INT = {"type": "integer"}
NUM = {"type": "number"}
BOOL = {"type": "boolean"}
STRS = {"type": "array", "items": {"type": "string"}}


def enum(*values):
    return {"type": "string", "enum": list(values)}


def d(kind_schema, description):
    out = dict(kind_schema)
    out["description"] = description
    return out


def obj(props, required=None):
    return {
        "type": "object",
        "properties": props,
        "required": list(props) if required is None else list(required),
        "additionalProperties": False,
    }


def tool(name, description, props=None, required=None):
    return {"name": name, "description": description, "parameters": obj(props or {}, required)}


def call(name, **arguments):
    return {"name": name, "arguments": arguments}


CASES = []


def add(kind, messages, want, never=(), tools=None, schema=None, lines=None):
    case = {
        "kind": kind,
        "messages": list(messages),
        "tools": tools,
        "schema": schema,
        "want": want,
        "never": list(never),
    }
    if lines is not None:
        case["lines"] = lines
    CASES.append(case)


HELPFUL = s("You are a helpful assistant.")

# ---------------------------------------------------------------- memory (10)

add("memory", [
    HELPFUL,
    u("Hi, my name is Marek."),
    a("Hello Marek! Nice to meet you."),
    u("What is my name?"),
], ["Marek"])

add("memory", [
    u("hey, i live in Porto"),
    a("Nice! How are you today?"),
    u("pretty good thanks"),
    a("Glad to hear that."),
    u("which city do i live in"),
], ["Porto"])

add("memory", [
    HELPFUL,
    u("I have a cat called Biscuit."),
    a("Biscuit is a lovely name for a cat."),
    u("She is sleeping on my keyboard right now."),
    a("That sounds cosy."),
    u("What's my cat's name again?"),
], ["Biscuit"])

add("memory", [
    u("My favourite colour is turquoise."),
    a("That is a nice colour."),
    u("Do you remember my favourite colour?"),
], ["turquoise"])

add("memory", [
    s("You are a friendly chat bot."),
    u("I work as a plumber"),
    a("That is useful work."),
    u("yes it keeps me busy"),
    a("I can imagine."),
    u("So what do I do for a living?"),
], ["plumber"])

add("memory", [
    u("Please remember this number: 4827"),
    a("Okay, I will remember it."),
    u("How are you?"),
    a("I am fine, thank you."),
    u("What number did I ask you to remember?"),
], ["4827"])

add("memory", [
    HELPFUL,
    u("The meeting is on Tuesday."),
    a("Okay, the meeting is on Tuesday."),
    u("Sorry, I was wrong, the meeting is on Thursday."),
    a("No problem, I have noted that."),
    u("When is the meeting?"),
], ["Thursday"], ["Tuesday"])

add("memory", [
    u("I'm Ingrid and I come from Bergen."),
    a("Nice to meet you, Ingrid!"),
    u("Tell me my name and where I come from."),
], ["Ingrid", "Bergen"])

add("memory", [
    HELPFUL,
    u("My brother Tobias plays the cello."),
    a("How nice!"),
    u("And my sister Helen plays the drums."),
    a("You have a musical family."),
    u("Which instrument does my brother play?"),
], ["cello"], ["drums"])

add("memory", [
    u("call me Ravi please. not Ravindra"),
    a("Sure, Ravi!"),
    u("my train leaves at 6:45 tomorrow"),
    a("That is early. Have a safe trip!"),
    u("when does my train leave?"),
], ["6:45"])

# --------------------------------------------------------------- context (16)

add("context", [
    s("Answer the question using only the context.\n\nContext: The Oakfield library is open from "
      "9 am to 6 pm on weekdays. On Saturdays it closes at 1 pm. It is closed on Sundays."),
    u("When does the library close on Saturdays?"),
], ["1 pm"], ["6 pm"])

add("context", [
    u("Context: The blue backpack costs 45 euros.\n\nQuestion: How much does the blue backpack cost?"),
], ["45"])

add("context", [
    s("You are a support assistant for Lumora lamps. Lumora lamps come with a warranty of 24 months. "
      "Returns are accepted within 30 days. Support can be reached at help@lumora.example."),
    u("how long is the warranty"),
], ["24 months"], ["30 days"])

add("context", [
    u("Dana baked a lemon cake for the party. Felix brought orange juice.\n\nWhat did Felix bring?"),
], ["orange juice"], ["lemon cake"])

add("context", [
    HELPFUL,
    u("Read this and answer the question.\n\nThe Tern is a small ferry built in 1987. It carries up to "
      "60 passengers and runs between Halden and Mossby. The captain is called Astrid Lund.\n\n"
      "Who is the captain of the Tern?"),
], ["Astrid Lund"])

add("context", [
    s("Context:\nThe wifi password at the Harbour Cafe is sunny-otter-22. Guests may stay as long as they like."),
    u("What's the wifi password?"),
], ["sunny-otter-22"])

add("context", [
    u("Based on the text below, where is the spare key?\n\nText: The front door key is with the neighbour. "
      "The spare key is under the flower pot."),
], ["under the flower pot"], ["neighbour"])

add("context", [
    s("Use the following information to answer. Pelican 2.4 was released on 12 March. It adds dark mode "
      "and fixes the login bug. Pelican 2.3 was released on 8 January."),
    u("When was Pelican 2.4 released?"),
], ["12 March"], ["8 January"])

add("context", [
    u("Samir is 34 years old. His daughter Leila is 7. how old is Leila?"),
], ["7"], ["34"])

add("context", [
    s("You are a helpful assistant. Answer from the context only.\nContext: Room 12 is the kitchen lab. "
      "Room 14 is the music room. Room 15 is used for storage."),
    u("Which room is the music room?"),
], ["14"], ["12", "15"])

add("context", [
    u("Context: Our office moved from Elm Street to Canal Road in May. The new office has a garden.\n"
      "Question: Where is the office now?\nAnswer:"),
], ["Canal Road"])

add("context", [
    s("The order 5531 contains two mugs and one teapot. It was shipped on Friday with SwiftParcel. "
      "Delivery takes three days."),
    u("Which company shipped the order?"),
], ["SwiftParcel"])

add("context", [
    HELPFUL,
    u("Here is a note: \"Gran's tomato soup needs four onions, a kilo of tomatoes and some basil. "
      "Cook it for 40 minutes.\" How long should I cook the soup?"),
], ["40 minutes"])

add("context", [
    s("Context: The workshop is led by Noor Haddad. Tickets cost 18 dollars. Coffee is free. "
      "The workshop takes place in the Granary. Please bring a laptop. Parking is behind the building."),
    u("what do I have to bring?"),
], ["laptop"], ["coffee"])

add("context", [
    u("The red team scored 11 points and the green team scored 9 points.\nHow many points did the green team score?"),
], ["9"], ["11"])

add("context", [
    s("Answer in a few words. Context: Willow is a grey donkey who lives on Birch Farm. "
      "Her best friend is a goat named Pepper."),
    u("Who is Willow's best friend?"),
], ["Pepper"])

# ---------------------------------------------------------------- silent (10)

add("silent", [
    s("Answer the question using only the context. If the answer is not there, say so.\n\n"
      "Context: The Riverside hotel has 40 rooms and a pool. Breakfast is served from 7 am."),
    u("How much does a room cost?"),
], ["not"], ["40 euros", "40 dollars", "$40", "costs 40"])

add("silent", [
    u("Context: Mina bought a bicycle in Leeds.\nQuestion: What colour is the bicycle?"),
], ["not"], ["is red", "is blue", "is green", "is black"])

add("silent", [
    s("You are a support bot. Only use this information: Parcels are delivered from Monday to Friday. "
      "Express delivery costs 9 euros."),
    u("do you deliver to Iceland?"),
], ["not"], ["yes"])

add("silent", [
    HELPFUL,
    u("Text: The bakery on Mill Lane sells bread and pies. The owner is called Gus.\n\n"
      "When was the bakery founded?"),
], ["not"], ["19", "18", "20"])

add("silent", [
    s("Context: Karl has two dogs. The brown dog is called Rusty. The dogs love the beach."),
    u("How old is Rusty?"),
], ["not"], ["two years", "2 years", "is two"])

add("silent", [
    u("Use only the text. If it is not in the text, say that the text does not say.\n\n"
      "The concert starts at 8 pm in the old church. Doors open at 7 pm.\n\nWho is playing?"),
], ["not"], ["8 pm", "7 pm"])

add("silent", [
    s("Context: The Zephyr phone has a 6 inch screen and 128 GB of storage. It comes in white and grey."),
    u("What is the battery life of the Zephyr?"),
], ["not"], ["128", "6 hours"])

add("silent", [
    u("Based on this: \"Olga sent the invoice to Pedro on Monday.\"\nwhat was the amount on the invoice"),
], ["not"], ["$", "euros", "Monday"])

add("silent", [
    s("Answer from the context.\nContext: The train to Norwich leaves from platform 3. "
      "The train to Bath leaves from platform 5."),
    u("Which platform does the train to Dover leave from?"),
], ["not"], ["platform 3", "platform 5"])

add("silent", [
    HELPFUL,
    u("Context: Yusuf studies medicine in Ghent. He shares a flat with Bram.\n\nQuestion: What does Bram study?"),
], ["not"], ["Bram studies medicine", "He studies medicine"])

# ------------------------------------------------------------------ json (14)

add("json", [
    u("Extract the data: Petra Novak is 41 years old."),
], {"name": "Petra Novak", "age": 41}, schema=obj({"name": STR, "age": INT}))

add("json", [
    s("Extract the contact as JSON."),
    u("You can reach Louis Grant at louis.grant@mailbox.example or 555-0182."),
], {"name": "Louis Grant", "email": "louis.grant@mailbox.example", "phone": "555-0182"},
    schema=obj({"name": STR, "email": STR, "phone": STR}))

add("json", [
    u("the walnut desk costs 249.50 and it is in stock"),
], {"product": "walnut desk", "price": 249.5, "in_stock": True},
    schema=obj({"product": STR, "price": NUM, "in_stock": BOOL}))

add("json", [
    HELPFUL,
    u("Please fill in the form from this message: I need 3 tickets to Lisbon."),
], {"destination": "Lisbon", "tickets": 3}, schema=obj({"destination": STR, "tickets": INT}))

add("json", [
    s("Turn the support message into a ticket."),
    u("Hi, this is Farah. The printer on floor 2 is broken. Priority is high."),
], {"reporter": "Farah", "device": "printer", "floor": 2, "priority": "high"},
    schema=obj({"reporter": STR, "device": STR, "floor": INT, "priority": enum("low", "medium", "high")}))

add("json", [
    u("Shopping list: milk, eggs, rice. Return it as JSON with the shop. The shop is Greenway."),
], {"shop": "Greenway", "items": ["milk", "eggs", "rice"]},
    schema=obj({"shop": STR, "items": STRS}))

add("json", [
    u("Order: 2 large pizzas with olives and mushrooms for Enzo."),
], {"customer": "Enzo", "quantity": 2, "size": "large", "toppings": ["olives", "mushrooms"]},
    schema=obj({
        "customer": d(STR, "Name of the customer"),
        "quantity": d(INT, "Number of pizzas"),
        "size": enum("small", "medium", "large"),
        "toppings": STRS,
    }))

add("json", [
    s("You extract structured data from text. Answer only with JSON."),
    u("The weather station in Tromso measured -4.5 degrees on Wednesday."),
], {"city": "Tromso", "temperature": -4.5, "day": "Wednesday"},
    schema=obj({"city": STR, "temperature": NUM, "day": STR}))

add("json", [
    u("book: The Quiet Lantern, author: Maud Ellery, year: 1998, pages: 312"),
], {"title": "The Quiet Lantern", "author": "Maud Ellery", "year": 1998, "pages": 312},
    schema=obj({"title": STR, "author": STR, "year": INT, "pages": INT}))

add("json", [
    u("What is the sentiment and the product in this review? \"I love my new Kestrel headphones!\""),
], {"product": "Kestrel headphones", "sentiment": "positive"},
    schema=obj({
        "product": d(STR, "Name of the product as written in the review"),
        "sentiment": enum("positive", "neutral", "negative"),
    }))

add("json", [
    s("Extract the event."),
    u("Team lunch with Sofia and Henrik on 2025-06-14 at 12:30 in the Maple Room"),
], {"title": "Team lunch", "date": "2025-06-14", "time": "12:30", "place": "Maple Room",
    "people": ["Sofia", "Henrik"]},
    schema=obj({"title": STR, "date": STR, "time": STR, "place": STR, "people": STRS}))

add("json", [
    u("My username is kiwi_77 and no, I don't want the newsletter."),
], {"username": "kiwi_77", "newsletter": False}, schema=obj({"username": STR, "newsletter": BOOL}))

add("json", [
    HELPFUL,
    u("Parse this: invoice A-1093 from Borden Tools, total 86.20 EUR, not paid"),
], {"invoice_number": "A-1093", "company": "Borden Tools", "total": 86.2, "currency": "EUR", "paid": False},
    schema=obj({
        "invoice_number": STR, "company": STR, "total": NUM,
        "currency": enum("EUR", "USD", "GBP"), "paid": BOOL,
    }))

add("json", [
    u("Jonas speaks German, Danish and Polish and lives in Aarhus."),
], {"name": "Jonas", "city": "Aarhus", "languages": ["German", "Danish", "Polish"]},
    schema=obj({"name": STR, "city": STR, "languages": STRS}))

# ------------------------------------------------------------------ tool (16)

WEATHER = tool("get_weather", "Get the current weather for a city.", {"city": d(STR, "Name of the city")})
ALARM = tool("set_alarm", "Set an alarm.", {"time": d(STR, "Time of the alarm, e.g. 07:30")})
TIMER = tool("start_timer", "Start a timer.", {"minutes": d(INT, "Length in minutes")})
LIGHT = tool("set_light", "Switch the light in a room on or off.", {
    "room": d(STR, "Name of the room"), "on": d(BOOL, "true to switch on, false to switch off")})
MAIL = tool("send_email", "Send an email.", {
    "to": d(STR, "Email address"), "subject": STR, "body": STR})
MESSAGE = tool("send_message", "Send a text message to a contact.", {
    "contact": d(STR, "Name of the contact"), "text": d(STR, "Text of the message")})
MUSIC = tool("play_music", "Play songs of an artist.", {"artist": STR})

add("tool", [u("What's the weather in Ghent?")], call("get_weather", city="Ghent"), tools=[WEATHER])

add("tool", [HELPFUL, u("wake me up at 06:15")], call("set_alarm", time="06:15"), tools=[WEATHER, ALARM])

add("tool", [u("Set a timer for 12 minutes please")], call("start_timer", minutes=12),
    tools=[ALARM, TIMER, MUSIC])

add("tool", [u("turn off the light in the kitchen")], call("set_light", room="kitchen", on=False),
    tools=[LIGHT, TIMER])

add("tool", [
    s("You are a phone assistant. Use the tools when they fit."),
    u("Send a message to Nadia: I am running late"),
], call("send_message", contact="Nadia", text="I am running late"), tools=[MESSAGE, WEATHER, ALARM])

add("tool", [u("play something by Velvet Harbor")], call("play_music", artist="Velvet Harbor"),
    tools=[MUSIC, LIGHT, WEATHER, TIMER])

add("tool", [
    u("Email omar@brightdesk.example with the subject \"Invoice\" and the body \"The invoice is paid.\""),
], call("send_email", to="omar@brightdesk.example", subject="Invoice", body="The invoice is paid."),
    tools=[MAIL, MESSAGE])

add("tool", [HELPFUL, u("Convert 250 USD to CHF")],
    call("convert_currency", amount=250, from_currency="USD", to_currency="CHF"),
    tools=[tool("convert_currency", "Convert an amount of money from one currency to another.", {
        "amount": NUM, "from_currency": d(STR, "Currency code"), "to_currency": d(STR, "Currency code")})])

add("tool", [u("Add oat milk to my shopping list")],
    call("add_item", item="oat milk"),
    tools=[
        tool("add_item", "Add an item to the shopping list.", {"item": STR}),
        tool("remove_item", "Remove an item from the shopping list.", {"item": STR}),
    ])

add("tool", [u("set the thermostat to 20.5 degrees in the bedroom")],
    call("set_temperature", room="bedroom", degrees=20.5),
    tools=[LIGHT, tool("set_temperature", "Set the temperature of a room.", {
        "room": STR, "degrees": d(NUM, "Temperature in degrees Celsius")})])

add("tool", [
    s("You are a booking assistant."),
    u("Book a table for 4 people at Casa Limone at 19:30."),
], call("book_table", restaurant="Casa Limone", people=4, time="19:30"),
    tools=[
        tool("book_table", "Book a table in a restaurant.", {
            "restaurant": STR, "people": d(INT, "Number of people"), "time": STR}),
        tool("cancel_booking", "Cancel a booking.", {"booking_id": STR}),
    ])

add("tool", [u("where is my order 90417?")], call("get_order_status", order_id="90417"),
    tools=[
        tool("get_order_status", "Look up the status of an order.", {"order_id": d(STR, "Number of the order")}),
        tool("search_products", "Search the shop for products.", {"query": STR}),
        tool("get_opening_hours", "Get the opening hours of a shop.", {"city": STR}),
    ])

add("tool", [u("Create a task called water the plants with high priority")],
    call("create_task", title="water the plants", priority="high"),
    tools=[tool("create_task", "Create a new task.", {
        "title": d(STR, "Title of the task"), "priority": enum("low", "medium", "high")})])

add("tool", [
    HELPFUL,
    u("Hi!"),
    a("Hello! How can I help you?"),
    u("Translate \"good evening\" into Italian"),
], call("translate", text="good evening", language="Italian"),
    tools=[WEATHER, tool("translate", "Translate a text into another language.", {
        "text": STR, "language": d(STR, "Target language")})])

add("tool", [u("Search for hiking boots")], call("search_products", query="hiking boots"),
    tools=[tool("search_products", "Search the shop for products.", {
        "query": d(STR, "What to search for"),
        "max_price": d(NUM, "Highest price, optional"),
    }, required=["query"]), tool("show_cart", "Show what is in the shopping cart.")])

add("tool", [u("set the volume of the radio to 35")], call("set_volume", device="radio", level=35),
    tools=[
        MUSIC,
        tool("set_volume", "Set the volume of a device.", {
            "device": enum("tv", "radio", "speaker"), "level": d(INT, "Volume from 0 to 100")}),
        TIMER,
    ])

# --------------------------------------------------------------- no_tool (8)

add("no_tool", [u("Hello, how are you?")], [], tools=[WEATHER])

add("no_tool", [HELPFUL, u("thanks, that was helpful!")], [], tools=[ALARM, TIMER])

add("no_tool", [u("Can you order me a taxi?")], [], tools=[WEATHER, MUSIC])

add("no_tool", [
    s("You are a home assistant. Use a tool only when it fits."),
    u("I had a really long day today"),
], [], tools=[LIGHT, TIMER, MUSIC])

add("no_tool", [u("what can you do?")], [], tools=[MESSAGE, ALARM, WEATHER, LIGHT])

add("no_tool", [u("Please water my garden")], [], tools=[TIMER, MESSAGE])

add("no_tool", [u("hi, I'm Beatriz")], [], tools=[
    tool("convert_currency", "Convert an amount of money from one currency to another.", {
        "amount": NUM, "from_currency": STR, "to_currency": STR})])

add("no_tool", [HELPFUL, u("Print my boarding pass")], [], tools=[
    WEATHER, tool("add_item", "Add an item to the shopping list.", {"item": STR})])

# ------------------------------------------------------------------ list (8)

add("list", [u("List three fruits.")], [], lines=3)

add("list", [u("Name 4 colours, one per line")], [], lines=4)

add("list", [u("Count from 1 to 7")], ["1", "2", "3", "4", "5", "6", "7"], ["8"])

add("list", [HELPFUL, u("Give me a list of five animals.")], [], lines=5)

add("list", [u("count to ten")], [], ["11", "eleven"])

add("list", [u("list the days of the week")],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])

add("list", [HELPFUL, u("Write down 6 vegetables, one on each line.")], [], lines=6)

add("list", [u("Count down from 5 to 1, one number per line.")], ["5", "4", "3", "2", "1"], ["6"], lines=5)

# ----------------------------------------------------------------- label (8)

add("label", [
    u("Classify the sentiment as positive or negative: \"The food was cold and the waiter was rude.\""),
], ["negative"], ["positive"])

add("label", [
    s("Label each message as spam or ham. Answer with the label only."),
    u("Congratulations! You won a free cruise, click here now!!!"),
], ["spam"], ["ham"])

add("label", [
    u("Is this a question, a request or a statement? Answer with one word.\n\nWhere did you park the car?"),
], ["question"], ["request", "statement"])

add("label", [
    s("You sort support mails into one of these categories: billing, shipping, technical."),
    u("My parcel still has not arrived."),
], ["shipping"], ["billing", "technical"])

add("label", [
    u("sentiment (positive, negative, neutral)?\n\"What a wonderful holiday, we loved every minute\""),
], ["positive"], ["negative", "neutral"])

add("label", [
    HELPFUL,
    u("Which category fits best: sports, music or food?\nText: The goalkeeper saved two penalties in the final match."),
], ["sports"], ["music", "food"])

add("label", [
    u("Label the emotion of this text with joy, anger or sadness: I miss my grandmother so much, I cried all night."),
], ["sadness"], ["joy", "anger"])

add("label", [
    s("Decide how urgent the message is. Allowed labels: urgent, normal."),
    u("The server room is on fire, please come immediately!"),
], ["urgent"], ["normal"])

# -------------------------------------------------------------- outside (10)

add("outside", [u("What is the capital of Mongolia?")], ["know"])

add("outside", [HELPFUL, u("who invented the telephone")], ["know"])

add("outside", [u("How tall is Mount Kilimanjaro?")], ["know"], ["metres", "meters", "feet"])

add("outside", [u("What is 348 times 27?")], [], ["the answer is", "= 9"])

add("outside", [HELPFUL, u("Write a Python function that reverses a string.")], [], ["def ", "```"])

add("outside", [u("what time is it right now?")], [], ["o'clock"])

add("outside", [u("When did the Roman Empire fall?")], ["know"], ["It fell in"])

add("outside", [
    s("You are a helpful assistant."),
    u("Who is the president of Brazil?"),
], ["know"], ["The president of Brazil is"])

add("outside", [u("write me a poem about the moon")], [])

add("outside", [u("Which planet is the largest in the solar system?")], ["know"])


if __name__ == "__main__":
    from collections import Counter

    EXPECT = {"memory": 10, "context": 16, "silent": 10, "json": 14, "tool": 16,
              "no_tool": 8, "list": 8, "label": 8, "outside": 10}
    TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}

    def fits(value, schema):
        assert set(schema["required"]) <= set(value) <= set(schema["properties"]), (value, schema)
        for key, item in value.items():
            prop = schema["properties"][key]
            assert isinstance(item, TYPES[prop["type"]]), (key, item)
            if prop["type"] in ("integer", "number"):
                assert not isinstance(item, bool), (key, item)
            assert "enum" not in prop or item in prop["enum"], (key, item)
            if prop["type"] == "array":
                assert all(isinstance(x, str) for x in item)

    counts = Counter(case["kind"] for case in CASES)
    assert dict(counts) == EXPECT and len(CASES) == 100, counts
    for case in CASES:
        assert case["messages"][-1]["role"] == "user", case
        assert all(isinstance(m["content"], str) and m["content"] for m in case["messages"])
        text = "\n".join(m["content"] for m in case["messages"])
        assert (case["tools"] is not None) == (case["kind"] in ("tool", "no_tool")), case
        assert (case["schema"] is not None) == (case["kind"] == "json"), case
        if case["kind"] == "json":
            assert 2 <= len(case["schema"]["properties"]) <= 5
            fits(case["want"], case["schema"])
            leaves = case["want"]
        elif case["kind"] == "tool":
            assert 1 <= len(case["tools"]) <= 4
            chosen = [t for t in case["tools"] if t["name"] == case["want"]["name"]]
            assert len(chosen) == 1, case
            fits(case["want"]["arguments"], chosen[0]["parameters"])
            leaves = case["want"]["arguments"]
        else:
            leaves = {}
            assert isinstance(case["want"], list) and all(isinstance(w, str) for w in case["want"])
            for w in case["want"]:
                for n in case["never"]:
                    assert n.lower() not in w.lower(), (w, n)
            if case["kind"] in ("memory", "context", "label"):
                assert case["want"] and all(w.lower() in text.lower() for w in case["want"]), case
            if case["kind"] == "silent":
                assert case["want"] == ["not"]
        for key, value in leaves.items():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, str) and item not in text:
                    print("not copied from the text:", key, item)
    users = [tuple((m["role"], m["content"]) for m in case["messages"]) for case in CASES]
    assert len(set(users)) == 100
    for kind, number in counts.items():
        print(kind, number)
    print("total", len(CASES))
