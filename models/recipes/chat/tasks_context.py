"""Short answers from a given context, and "The context does not say." when it does not.

Half of the questions cannot be answered: the thing is not in the context, or it is but the context
does not tell that about it.
"""
NOT_SAID = "The context does not say."

# (statements, questions, held-out questions, answer, drawer of the value)
RELATIONS = {
    "price": (["<e> costs <v> euros.", "The price of <e> is <v> euros.", "<e> is sold for <v> euros.", "You {can buy|get} <e> for <v> euros.", "For <e> you pay <v> euros.", "A {ticket|visit} for <e> is <v> euros."],
              ["how much {is|does} <e>[ cost|]?", "what is the {price|cost} of <e>?", "what does <e> cost?", "{price|cost} of <e>?", "how {expensive|dear} is <e>?", "what {do I|must I|does one} pay for <e>?", "how {many|much} {euros|money} {for|is} <e>?"],
              ["What would I have to spend on <e>?", "For what amount is <e> sold?", "Name the price of <e>."], "{e} costs {v} euros.", lambda k: str(k.number(1, 9999))),
    "opens": (["<e> opens at <v>.", "The doors of <e> open at <v>.", "<e> is open from <v>.", "At <v> <e> opens.", "<e> {starts|begins} its day at <v>.", "Visitors can enter <e> from <v>."],
              ["{when|at what time|what time} {does|will} <e> open?", "from when is <e> open?", "{when|what time} {do the doors of <e> open|can I enter <e>}?", "opening {time|hour|hours} of <e>?", "how early {can I visit|does} <e>[ open|]?"],
              ["What's the earliest I can get into <e>?", "At which hour do they unlock <e>?", "When do they let people into <e>?"], "{e} opens at {v}.", lambda k: k.time()),
    "closes": (["<e> closes at <v>.", "The doors of <e> close at <v>.", "<e> is open until <v>.", "At <v> <e> shuts.", "<e> ends its day at <v>."],
               ["{when|at what time|what time} {does|will} <e> {close|shut|end}?", "until when is <e> open?", "closing {time|hour} of <e>?", "how {long|late} is <e> open?", "when {must I leave|is the end of the day at} <e>?"],
               ["What's the latest I can stay at <e>?", "At which hour does <e> lock up?", "When is <e> shut for the night?"], "{e} closes at {v}.", lambda k: k.time()),
    "place": (["<e> is {located|found|situated} in <v>.", "<e> is in <v>.", "You find <e> in <v>.", "The {city|home|seat} of <e> is <v>.", "<e> stands in <v>.", "In <v> there is <e>."],
              ["where is <e>[ located| found|]?", "[in |]{which|what} {city|town|place} is <e>[ in|]?", "where can I {find|visit|see} <e>?", "{location|place|city} of <e>?", "where {do I|must I} go for <e>?"],
              ["What's the whereabouts of <e>?", "To which city do I travel to see <e>?", "Name the town of <e>."], "{e} is in {v}.", lambda k: k.city()),
    "leader": (["<e> is {run|led|managed|headed} by <v>.", "The {manager|head|director|boss} of <e> is <v>.", "<v> {runs|leads|manages} <e>.", "<v> is {in charge|the head} of <e>."],
               ["who {runs|leads|manages|heads} <e>?", "who is {the manager|the head|the boss|the director|in charge} of <e>?", "{manager|head|boss|director} of <e>?", "by whom is <e> {run|led|managed}?", "what is the name of the {manager|head|boss} of <e>?"],
               ["Which person directs <e>?", "Who's responsible for <e>?", "Who calls the shots at <e>?"], "{e} is run by {v}.", lambda k: k.name()),
    "founded": (["<e> was {founded|created|established|started} in <v>.", "<e> {exists|has existed} since <v>.", "In <v> <e> was founded.", "The {founding|first} year of <e> is <v>.", "The history of <e> goes back to <v>."],
                ["{when|in which year|in what year} was <e> {founded|created|established|started|built}?", "since when does <e> exist?", "how old is <e>?", "{founding|first} year of <e>?", "when did <e> {start|begin}?"],
                ["From what year does <e> date?", "In what year did the story of <e> begin?", "How long has <e> been around?"], "{e} was founded in {v}.", lambda k: k.year()),
    "code": (["The code {of|for} <e> is <v>.", "<e> has the code <v>.", "Use the code <v> for <e>.", "For <e> the code is <v>.", "<e> {opens|works} with the code <v>."],
             ["what is the code {of|for} <e>?", "{which|what} code {does <e> have|do I need for <e>|is for <e>}?", "[please |]give me the code {of|for} <e>[.|]", "code {of|for} <e>?", "with {which|what} code does <e> {open|work}?"],
             ["Which code must I type in for <e>?", "How is <e> coded?", "I need the code belonging to <e>."], "The code of {e} is {v}.", lambda k: k.code()),
    "color": (["The colour of <e> is <v>.", "<e> is painted <v>.", "<e> has the colour <v>.", "<v> is the colour of <e>.", "They painted <e> <v>."],
              ["{what|which} colour {is <e>|does <e> have}?", "what is the colour of <e>?", "how is <e> painted?", "colour of <e>?", "in {which|what} colour is <e>[ painted|]?"],
              ["What's the paint on <e>?", "What hue does <e> have?", "Tell the colour in which <e> was painted."], "The colour of {e} is {v}.", lambda k: k.color()),
    "phone": (["The {phone|telephone} number of <e> is <v>.", "Call <e> at <v>.", "<e> can be {reached|called} at <v>.", "The number of <e> is <v>."],
              ["{what is|tell me} the {phone|telephone|} number of <e>[?|.]", "how {can|do} I {call|reach|phone} <e>?", "{phone|telephone|number} of <e>?", "{which|what} number {do I call for <e>|does <e> have}?"],
              ["I'd like to ring <e>, what do I dial?", "On what number does <e> pick up?", "How does one contact <e> by phone?"], "The number of {e} is {v}.", lambda k: k.phone()),
    "size": (["<e> has <v> {rooms|seats}.", "There are <v> {rooms|seats} in <e>.", "<e> offers <v> {rooms|seats}.", "The number of {rooms|seats} in <e> is <v>."],
             ["how many {rooms|seats|places} {does <e> have|are there in <e>|are in <e>}?", "how {big|large} is <e>?", "number of {rooms|seats} {in|of} <e>?", "what is the size of <e>?"],
             ["What's the capacity of <e>?", "Count of places at <e>, please?", "How many fit into <e>?"], "{e} has {v} places.", lambda k: str(k.number(2, 9999))),
    "day": (["<e> is closed on <v>.", "On <v> <e> stays closed.", "<v> is the closing day of <e>.", "<e> {takes a break|rests} on <v>."],
            ["{on which|which|what|on what} day is <e> closed?", "when is <e> closed?", "closing day of <e>?", "{on which|which} day {can't I visit|should I not go to} <e>?"],
            ["What's the rest day of <e>?", "Which weekday is <e> not open?", "When in the week does <e> stay shut?"], "{e} is closed on {v}.", lambda k: k.pick("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())),
    "known": (["<e> is {known|famous} for its <v>.", "<e> {sells|makes|offers} <v>.", "People {visit|go to} <e> for the <v>.", "The {speciality|pride} of <e> is <v>."],
              ["what is <e> {known|famous} for?", "what does <e> {sell|make|offer}?", "why do people {visit|go to} <e>?", "what is the {speciality|pride} of <e>?", "what {can I get|is there} at <e>?"],
              ["For what does one come to <e>?", "What do guests praise at <e>?", "Name the thing <e> is renowned for."], "{e} is known for its {v}.", lambda k: k.thing()),
}
SYSTEMS = ["{Answer|Reply} from this {context|text} only[.|:]\n<c>", "{Context|Information|Facts|Text|Background|Notes}: <c>", "{Context|Information|Facts|Text|Background|Notes}:\n<c>", "Use {only|just} this {context|text|information} to answer: <c>",
           "<c>\n{Answer from the context|Use only this text|Answer questions about this text}.", "You answer questions about {this|the following} text[.|:]\n<c>", "Here is what you know: <c>",
           "You are a {helpful|friendly} assistant. {Use the context|Answer from the context|Answer only from this text}.\n{Context: |}<c>", "{Answer|Help} the {user|customer|guest} with {this|the following} {context|information}: <c>",
           "The following {facts|information|context} {is given|is true}: <c>", "You know {only |}this: <c>", "<c>"]
SYSTEMS_HELD = ["Base your replies on the passage below.\n<c>", "Here are the facts you may use.\n<c>", "Passage: <c>", "Reply using nothing but the following.\n\n<c>", "Knowledge:\n<c>"]
IN_TURN = ["{Context|Text|Information}: <c>\n\n{Question: |}<q>", "{Context|Information}:\n<c>\n\n{Question|Q}: <q>\n{Answer|A}:", "<c>\n\n<q>", "{Use|Read} the {context|text|following} {to answer|and answer}.\n\n<c>\n\n{Question: |}<q>",
           "{Given|From} this {context|text}: <c>\n{Answer|Tell me}: <q>"]
IN_TURN_HELD = ["Passage:\n<c>\n\nMy question: <q>", "Please read: <c>\nNow answer: <q>", "<c> - so, <q>"]
ENTITY_FORMS = ["{}", "{}", "Hotel {}", "Cafe {}", "{} Museum", "Project {}", "Bar {}", "{} Tower", "the {} {n}", "{}'s {n}", "{} Library", "{} Park", "the {} bridge", "{} School", "Restaurant {}", "the {} theatre", "{} Station"]


def entity(kit):
    base = kit.syllables().capitalize() if kit.chance(.75) else kit.first_name()
    return kit.pick(ENTITY_FORMS).format(base, n=kit.noun())


def sentence_case(text):
    return text[:1].upper() + text[1:]


def facts_and_text(kit):
    entities = [entity(kit) for _ in range(kit.pick([1, 1, 2, 2, 3]))]
    facts = {}
    want = kit.rng.randint(len(entities), len(entities) + 3)
    while len(facts) < want:
        e = entities[len(facts)] if len(facts) < len(entities) else kit.pick(entities)
        relation = kit.pick(list(RELATIONS))
        if (e, relation) not in facts:
            facts[e, relation] = RELATIONS[relation][4](kit)
    order = list(facts.items())
    kit.rng.shuffle(order)
    text = " ".join(sentence_case(kit.text(RELATIONS[r][0], e=e, v=v)) for (e, r), v in order)
    return entities, facts, text


def question_and_answer(kit, entities, facts, answerable):
    if answerable:
        e, relation = kit.pick(list(facts))
        answer = sentence_case(RELATIONS[relation][3].format(e=e, v=facts[e, relation]))
    else:
        while True:
            e = kit.pick(entities) if kit.chance(.55) else entity(kit)
            relation = kit.pick(list(RELATIONS))
            if (e, relation) not in facts:
                break
        answer = NOT_SAID
    return kit.user(RELATIONS[relation][1], RELATIONS[relation][2], e=e)[1], answer


def chat(kit, answerable):
    entities, facts, text = facts_and_text(kit)
    if kit.chance(.2):
        question, answer = question_and_answer(kit, entities, facts, answerable)
        return kit.persona(.3) + [("user", kit.text(IN_TURN, IN_TURN_HELD, c=text, q=question)), ("assistant", answer)]
    out = [("system", kit.text(SYSTEMS, SYSTEMS_HELD, c=text))]
    for number in range(kit.pick([1, 1, 2, 3]) if kit.split == "train" else 1):
        question, answer = question_and_answer(kit, entities, facts, answerable if number == 0 else kit.chance(.5))
        out += [("user", question), ("assistant", answer)]
    return out


def context(kit):
    return chat(kit, True)


def context_silent(kit):
    return chat(kit, False)
