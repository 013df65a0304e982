"""Names and facts out of a history that another assistant had part in: what was told is not said back there, and comes
several things in a turn, about the user or about a thing of theirs, or in the system message."""
from . import phrasing as P
from . import phrasing_held as H
from . import values
from .kit import UNSAID, apart
from .tasks_talk import ask_fact, attribute, draw_fact, small_pair
from .wordings import history as more

# What other assistants answer; <n> is the user's name.
ACKNOWLEDGED = ["Got it.", "{Okay|OK|Alright|Sure|Great|Perfect|Noted|Understood}{.|!}", "{Okay|Sure|Alright}, {noted|I will remember that|I'll remember that|I'll keep that in mind|got it}.", "Thanks for {telling me|sharing|letting me know|the information}{.|!}", "{Good|Nice} to know{.|!}",
                "{I'll|I will} {remember that|keep that in mind|note that down|make a note of that}.", "That's {nice|great|wonderful|interesting}{.|!}", "{How|What} can I {help you with|do for you}[ today|]?", "{Got it|Okay|Noted}! {Anything else|Is there anything else|What else can I do for you}?", "I have {noted|saved|stored} that.",
                "{Cool|Lovely|Wonderful|Excellent}{.|!}", "Thank you{.|!} {How can I help you|What would you like to know}?", "{I see|Right|Yes}{.|, thanks.}", "{Done|Saved|Stored}."]
GREETED = ["{Hello|Hi|Hey|Welcome|Hello there}[,|] <n>[.|!]{| How can I help you[ today|]?| What can I do for you[ today|]?| Nice to meet you.}", "{Nice|Good|Pleased|Great|It's nice} to meet you, <n>{.|!}{| How can I help you[ today|]?| How can I assist you[ today|]?}", "<n>, {nice to meet you|what can I do for you|how can I help}{.|?|!}"]
KNOWN_NAME = ["The user's name is <v>.", "The user is called <v>.", "The name of the user is <v>.", "You are {talking|speaking} {to|with} <v>.", "You are {the assistant of|helping|assisting} <v>.", "User: <v>", "{Name of the user|User name|Customer}: <v>", "The {customer|person you talk to} is <v>."]
KNOWN_ATTRIBUTE = ["The user's <a> is <v>.", "The <a> of the user is <v>.", "What is known of the user: <a>: <v>", "About the user: the <a> is <v>.", "User profile:\n<a>: <v>", "The user has told you before that the <a> is <v>."]
TELL_THE = [p.replace("my <a>", "the <a>") for p in P.TELL_ATTR if "my <a>" in p] + ["{remember|note|keep in mind|save} {this|the following} <a>: <v>", "the <a> {is|will be|has to be} <v>[.|]", "the <a> was set to <v>[.|]", "we {have|chose|agreed on} <v> as the <a>[.|]"]
ASK_THE = [p.replace("my <a>", "the <a>") for p in P.ASK_ATTR if "my <a>" in p] + ["{what|which} <a> did I {ask you to remember|tell you|give you|mention}?", "{which|what} <a> {was|did we say it was|should you remember}?", "when I mentioned the <a>, what was it?"]
HELD_ASKS = H.ASK_NAME + H.ASK_ATTR + [p for _, asks in H.FACTS.values() for p in asks]
HELD_TELLS = H.TELL_NAME + H.TELL_ATTR + [p for tells, _ in H.FACTS.values() for p in tells]
THINGS = [(key, apart(tells, HELD_TELLS), apart(asks, HELD_ASKS), answer, kind) for key, tells, asks, answer, kind in more.THINGS if key != "own_name"]          # that is name_fact
ACKNOWLEDGED += more.ACKS
ALIKE = [{"home", "address", "city", "street", "house", "live"}, {"birthplace", "birth", "birthday", "origin", "from"}, {"employer", "company", "office", "work", "org"}, {"pet", "dog", "cat"}, {"partner", "wife", "husband", "spouse"}, {"trip", "travel", "holiday", "vacation", "departure"}, {"allergy", "diet", "dislike"}, {"order", "ticket", "booking"}]
COMMON = set("name number date day time year colour color fav favourite favorite code the".split())


def alike(one, other):
    """Might a question for one thing be meant for the other? So it is where their keys are the same, have a telling word in common, or words of one kind."""
    if one == other:
        return True
    one, other = (set(key.replace("'s", "").replace("_", " ").split()) - COMMON for key in (one, other))
    return bool(one & other) or any(one & group and other & group for group in ALIKE)


def thing_fact(kit):
    """One of many particular things; nobody says in one fixed way that it is noted, or was not told."""
    key, tells, asks, answer, kind = kit.pick(THINGS)
    return dict(key=key, value=str(values.draw(kit, kind)), tell=tells, ask=asks, ack=None, answer=answer, slots={}, held=(None, None))


def the_fact(kit):
    """Not the user's own: the deadline, the code."""
    a = attribute(kit)
    return dict(key=f"the {a}", value=str(kit.value()), tell=TELL_THE, ask=ASK_THE, ack=f"Got it, the {a} is {{v}}.", answer=f"The {a} is {{v}}.", untold=f"You have not told me the {a}.", slots={"a": a}, held=(None, None))


def name_fact(kit):
    return dict(key="name", value=kit.name(), tell=P.TELL_NAME, ask=P.ASK_NAME, ack="Nice to meet you, {v}!", answer="Your name is {v}.", untold="You have not told me your name.", slots={}, held=(H.TELL_NAME, H.ASK_NAME))


def drawn(kit, told, untold=False):
    """A fact of a kind that was not told."""
    while True:
        dice = kit.rng.random()
        fact = name_fact(kit) if dice < .3 else the_fact(kit) if dice < .5 and not kit.fresh else draw_fact(kit)
        if kit.split == "train" and not untold and kit.chance(.5):
            fact = thing_fact(kit)
        if not any(alike(fact["key"], key) for key in told):
            return fact


def telling(kit, facts):
    """One turn of the user that tells them."""
    texts = [kit.user(f["tell"], f["held"][0], v=f["value"], **f["slots"])[1] for f in facts]
    joint = kit.pick([" and ", ". ", ", and ", ". ", "; ", "\n"])
    later = [text[:1].lower() + text[1:] if "and" in joint and text.startswith(("My ", "The ")) else text for text in texts[1:]]
    return "user", joint.join([texts[0].rstrip(".!") if later else texts[0]] + later)


def answered(kit, facts):
    """What came back: one's own words for a single fact, or another's."""
    if len(facts) == 1 and facts[0]["ack"] and kit.chance(.25):
        return "assistant", facts[0]["ack"].format(v=facts[0]["value"])
    name = next((f["value"] for f in facts if f["key"] == "name"), None)
    return "assistant", UNSAID + (kit.text(GREETED, n=name) if name and kit.chance(.7) else kit.text(ACKNOWLEDGED))


def history(kit):
    told, chat = {}, kit.persona(.4)
    for _ in range(kit.pick([1, 1, 2, 2, 3, 4])):
        fact = drawn(kit, told)
        told[fact["key"]] = fact
    facts = list(told.values())
    known = next((f for f in facts if f["key"] == "name" or f["ask"] is P.ASK_ATTR), None)
    if known and kit.chance(.2):
        facts.remove(known)
        text = kit.text(KNOWN_NAME if known["key"] == "name" else KNOWN_ATTRIBUTE, v=known["value"], **known["slots"])
        chat = [("system", kit.pick(["\n", " ", "\n\n"]).join([text_of for _, text_of in chat] + [text]))]
    while facts:
        group = [facts.pop() for _ in range(min(len(facts), kit.pick([1, 1, 2])))]
        chat += [telling(kit, group), answered(kit, group)]
        if kit.chance(.15):
            asked, (_, said) = small_pair(kit)
            chat += [asked, ("assistant", UNSAID + said)]
    asked = list(told.values())
    kit.rng.shuffle(asked)
    for fact in asked[:kit.pick([1, 1, 2, 3])]:
        chat += ask_fact(kit, fact)
    if kit.chance(.25):
        chat += ask_fact(kit, drawn(kit, told, True), untold=True)
    return chat
