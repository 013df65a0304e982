"""Plain factual prose about anything: advice, rules and facts over open-vocabulary nouns and verbs.

A form is (statements, questions) over shared slots, so that question and statement always fit. All
sentences of one document speak of the same few things, so the asked relation decides and not the noun.
"""
import re

from .grammar import capital

VERBS = """clean wash check replace repair paint fill empty open close cover turn move lift press pull push oil dry cool heat boil
cook bake peel chop mix stir pour water plant harvest trim store lock unlock start stop load unload pack order return sign stamp
print copy scan label count measure weigh test inspect adjust tighten loosen remove install connect charge attach polish sand glue
fold iron stretch warm brush wipe rinse soak scrub fasten mark renew update report cancel book reserve rent collect deliver feed
visit follow carry wrap seal drain pump switch mount fix clear cut share sort screw shake roll use touch save grease tie""".split()
IRREGULAR = {"feed": ("fed", "feeding"), "cut": ("cut", "cutting"), "stop": ("stopped", "stopping"), "trim": ("trimmed", "trimming"), "chop": ("chopped", "chopping"),
             "stir": ("stirred", "stirring"), "wrap": ("wrapped", "wrapping"), "scrub": ("scrubbed", "scrubbing"), "scan": ("scanned", "scanning"), "tie": ("tied", "tying"),
             "mix": ("mixed", "mixing"), "fix": ("fixed", "fixing"), "fill": ("filled", "filling"), "rent": ("rented", "renting")}
ADJECTIVES = """old new small large front rear left right upper lower wooden wet dry cold hot spare open broken heavy light red blue green
yellow black white main second first third last short long full empty clean dirty soft hard loose early late cheap thin thick young dead round""".split()
UNITS = "minutes hours days weeks months years".split()
MATERIALS = "oil water soap vinegar sand salt chalk wax alcohol paper cloth steam milk flour sugar paint glue wool clay ash".split()
PLACES = """in the cellar|under the roof|behind the door|in a cool place|near the window|beside the stairs|in the garden|at the front desk|on the top shelf|in the yard|
at the back|in the kitchen|on the ground floor|next to the gate|in the hall|by the river|in the blue box|under the seat""".replace("\n", "").split("|")
REASONS = """it rusts easily|it leaks|it breaks easily|the colour fades|it costs too much|children might be hurt|the smell stays|it gets too hot|the paper tears|nobody can reach it|
dirt collects there|the wind is strong|it wears out quickly|the neighbours complain|there is no light|the law asks for it|frost does harm|it saves time""".replace("\n", "").split("|")
PEOPLE = "the caretaker|the manager|a trained person|the owner|the treasurer|two people|the guard|the teacher|the captain|adults|members|the doctor|a neighbour|the cook".split("|")
EVENTS = "it rains|the light goes out|the alarm rings|a storm comes|the price rises|a guest arrives|it freezes|the bell rings|nothing happens|it smells of smoke|the noise gets louder|a letter is missing|the water boils".split("|")
EFFECTS = "wait|ask for help|start again|call the owner|go outside|turn it off|write it down|try once more|leave it alone|tell the office|close the window|take the stairs".split("|")

ACTS = [("open", "opens"), ("start", "starts"), ("begin", "begins"), ("leave", "leaves"), ("end", "ends"), ("close", "closes"), ("arrive", "arrives"), ("stop", "stops")]
FAILURES = "breaks|sticks|leaks|is lost|is missing|falls down|does not move|gets too hot|makes a noise|smells bad|does not start|stays dark|is dirty|is empty|comes loose".split("|")
DIMENSIONS = [("long", "metres"), ("high", "metres"), ("wide", "centimetres"), ("deep", "feet"), ("thick", "millimetres"), ("long", "miles"), ("tall", "inches"), ("far away", "kilometres")]

FORMS = [
    (["{The <n>|A <n>|Every <n>} {should|must|has to} be <ved> every <num> <unit>.", "<V> the <n> every <num> <unit>.", "The <n> is <ved> every <num> <unit>."],
     ["how often {should|must|do} {I|you|we} <v> the <n>?", "how often {should|must|does} {the|a} <n> [have to |]be <ved>?", "when {should|must} the <n> be <ved>?", "after how many <unit> {do I|should I} <v> the <n>?", "how many <unit> between <ving> the <n>?"]),
    (["Never <v> the <n> {while|when|if} <event>.", "The <n> must not be <ved> {while|when} <event>.", "Do not <v> the <n> when <event>."],
     ["{may|can|should|must} I <v> the <n> when <event>?", "when {may|must|should} I not <v> the <n>?", "{is it safe|is it allowed} to <v> the <n> when <event>?", "what must I not do when <event>?"]),
    (["The <n> {needs|takes|holds|requires} <num> {litres|grams|spoons|cups|drops} of <mat>.", "<num> {litres|grams|spoons|drops} of <mat> {are needed for|go into|are enough for} the <n>."],
     ["how much <mat> {does the <n> need|goes into the <n>|is needed for the <n>|does the <n> take|do I need for the <n>}?", "what does the <n> {need|take|hold}?", "how many {litres|grams|spoons|cups|drops} {of <mat>|does the <n> need}?", "what amount of <mat>[ for the <n>|]?"]),
    (["A{n|} <adj> <n> lasts [for |about |]<num> <unit>.", "With good care {a|the} <n> lasts <num> <unit>.", "{The|A} <n> {can be used|keeps} for <num> <unit>."],
     ["how long {does|will|can} {a|the} <n> {last|keep|be used}?", "{what is the life|how old gets} of a <n>?", "how many <unit> does a <n> last?", "for how long can I use {the|a} <n>?"]),
    (["<V> the <n> with <mat>, because <reason>.", "The <n> is <ved> with <mat>, because <reason>."],
     ["{with what|how} {do|should|can} I <v> the <n>?", "what {do|should|can} I <v> the <n> with?", "why {is|should} the <n> [be |]<ved> with <mat>?", "why {do I|should I} <v> the <n> with <mat>?", "what is <mat> {for|used for}?"]),
    (["{The|Each} <n> is <ved> by <person>.", "<Person> may <v> the <n>.", "Only <person> may <v> the <n>."],
     ["who {may <v>|may <v>|can <v>|is allowed to <v>|has to <v>} the <n>?", "by whom is the <n> <ved>?", "{may I|can anyone|can I} <v> the <n>[ myself|]?", "whose task is it to <v> the <n>?"]),
    (["If <event>, <v> the <n>.", "When <event>, <v> the <n>[ at once|].", "When <event>, the <n> {must|should} be <ved>."],
     ["what {should|must|do} I do {when|if} <event>?", "what {happens|is to be done|to do} {when|if} <event>?", "when {should|do|must} I <v> the <n>?", "<event>, what now?"]),
    (["If the <n> <fails>, <effect>.", "When the <n> <fails>, <effect>[ at once|]."],
     ["what {should|do|can|must} I do {when|if} {the|my} <n> <fails>?", "what {if|when} {the|my} <n> <fails>?", "{help, |}{the|my} <n> <fails>, what now?", "{the|my} <n> <fails>[, help|]?"]),
    (["{The <n>|A <n>|The <adj> <n>} costs <num> <cur>.", "You pay <num> <cur> for {a|the} <n>.", "The price of {a|the} <n> is <num> <cur>."],
     ["how much {is|does} {a|the} <n>[ cost|]?", "what {is the price of|do I pay for|does it cost for} {a|the} <n>?", "price of {a|the} <n>?", "how expensive is {a|the} <n>?"]),
    (["There are <num> <n>s {in|on|under|beside} the <m>.", "The <m> has <num> <n>s.", "<num> <n>s {belong to|lie in|stand around} the <m>."],
     ["how many <n>s {are there|does the <m> have|are in the <m>|has the <m>|belong to the <m>}?", "what is the number of <n>s?", "number of <n>s {in|of} the <m>?"]),
    (["The <n> is {kept|stored|found} <place>.", "You {find|will find} the <n> <place>.", "The <adj> <n> {stands|lies|hangs} <place>."],
     ["where {is|can I find|do I find|do you keep|should I look for} the <n>[ kept| stored|]?", "where does the <n> {stand|lie|hang|go}?", "in what place is the <n>?", "I {look for|cannot find|need} the <n>, where is it?"]),
    (["It takes <num> <unit> to <v> the <n>.", "<Ving> the <n> takes <num> <unit>.", "The <n> is <ved> within <num> <unit>."],
     ["how long does it take to <v> the <n>?", "how long does <ving> the <n> take?", "how much time {do I need|is needed} {to <v>|for <ving>} the <n>?", "how many <unit> does it take to <v> the <n>?"]),
    (["Before <ving> the <n>, <w> the <m>.", "<W> the <m> before you <v> the <n>.", "After <ving> the <n>, <w> the <m>."],
     ["what {should|must|do} I do {before|after} <ving> the <n>?", "when {should|do|must} I <w> the <m>?", "what comes {before|after} <ving> the <n>?", "{before|after} <ving> the <n>, what {do I do|then}?"]),
    (["The <n> is made of {wood|iron|glass|leather|stone|paper|copper|wool|plastic} and {wood|brass|cork|straw|silver|rubber}.", "The <n> {contains|consists of} <mat> and <mat2>."],
     ["what is the <n> made of?", "what does the <n> {contain|consist of}?", "{which|what} material is {the <n>|in the <n>}?", "of what is the <n> made?", "what is in the <n>?"]),
    (["The <n> <acts> at <time>.", "At <time> the <n> <acts>.", "The <n> <acts> at <time> {on weekdays|every day|on most days}."],
     ["{when|at what time|what time} does the <n> <act>?", "{when|at what time} will the <n> <act>?", "what time does the <n> <act>[ today| on Monday|]?", "until when must I wait for the <n> to <act>?"]),
    (["The <n> was <made> by <name>[ in <year>|].", "<name> <made> the <n>[ in <year>|]."], ["who <made> the <n>?", "by whom was the <n> <made>?", "who was it that <made> the <n>?", "<made> by whom?"]),
    (["The <n> was <made> in <year>.", "In <year> the <n> was <made>."], ["when was the <n> <made>?", "in which year was the <n> <made>?", "since when does the <n> exist?"]),
    (["{A|The} <n> is <num> <measure>[ <dim>|].", "The <adj> <n> is <num> <measure> <dim>."],
     ["how <dim> is {a|the} <n>?", "how many <measure> is the <n>?", "{is the <n>|is a <n>} <dim>?"]),
    (["{A|The} <n> weighs <num> {kilograms|grams|pounds|tons}.", "The weight of {a|the} <n> is <num> {kilograms|grams|pounds}."],
     ["how heavy is {a|the} <n>?", "what {does {a|the} <n> weigh|is the weight of the <n>}?", "how much does {a|the} <n> weigh?"]),
    (["The <n> is used to <v> the <m>.", "The <n> serves for <ving> the <m>.", "Use the <n> to <v> the <m>.", "With the <n> you <v> the <m>."],
     ["what is the <n> {for|used for|good for}?", "{with what|how} do I <v> the <m>?", "what do I need to <v> the <m>?", "which tool is for <ving> the <m>?", "what {can|do} I do with the <n>?"]),
    (["The <n> {counts|scores|is worth|gives} <num> points.", "You {get|lose|win} <num> points for {a|the} <n>."],
     ["how many points {is|does|do I get for} {a|the} <n>[ give| score| worth|]?", "what is {a|the} <n> worth?", "{what|how much} do I get for {a|the} <n>?"]),
    (["The <n> of the <m> is <color>.", "A <color> <n> means that the <m> is {full|empty|closed|ready|broken|free}."],
     ["what colour is the <n>?", "what does {a|the} <color> <n> mean?", "which colour has the <n>[ of the <m>|]?", "colour of the <n>?"]),
    (["{Keep|Leave|Stay} the <n> at <num> degrees.", "The <n> {should|must} not get {warmer|colder} than <num> degrees.", "The <n> likes <num> degrees."],
     ["how {warm|cold|hot} {should|must|can} the <n> be?", "{what temperature|how many degrees} {is right for|should} the <n>[ have|]?", "at what temperature do I keep the <n>?"]),
    (["{Ask|Call|Write to} <name> {about|for} the <n>.", "<name> {knows everything about|takes care of|is responsible for} the <n>.", "Questions about the <n> go to <name>."],
     ["{whom|who} {do|can|should} I {ask|call|write to|contact} about the <n>?", "who {takes care of|is responsible for|knows about} the <n>?", "where do questions about the <n> go?", "who is in charge of the <n>?"]),
]
TITLES = ["{The |About {the |}|}<n>{| and <m>|: {notes|rules|care|advice|questions}}", "{Care of|Notes on|Advice on|Rules for|All about|Working with} {the |}<n>", "<N>: {the basics|what to know|in short|how it works|first steps|rules}"]


def participle(verb):
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    stem = verb[:-1] if verb.endswith("e") else verb
    past = verb[:-1] + "ied" if verb.endswith("y") and verb[-2] not in "aeiou" else stem + "ed"
    return past, stem + "ing"


def slots_for(kit, nouns):
    """One value for each slot; `nouns` are the few things that the document is about."""
    verb, other = kit.pick(VERBS), kit.pick(VERBS)
    past, doing = participle(verb)
    thing = kit.pick(nouns[:2]) if kit.chance(.6) else kit.pick(nouns)
    mate = kit.pick([n for n in nouns if n != thing])
    person = kit.pick(PEOPLE)
    number = str(kit.number(2, 900)) if kit.chance(.45) else kit.pick("two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty sixty ninety hundred".split())
    act, fails, (dim, measure) = kit.pick(ACTS), kit.pick(FAILURES), kit.pick(DIMENSIONS)
    return dict(n=thing, m=mate, N=capital(thing), v=verb, ved=past, ving=doing, V=capital(verb), Ving=capital(doing), w=other, W=capital(other), adj=kit.pick(ADJECTIVES), num=number, unit=kit.pick(UNITS),
                mat=kit.pick(MATERIALS), mat2=kit.pick(MATERIALS), place=kit.pick(PLACES), reason=kit.pick(REASONS), person=person, Person=capital(person), event=kit.pick(EVENTS), effect=kit.pick(EFFECTS),
                cur=kit.pick("euros pounds dollars francs crowns".split()), time=kit.time() if kit.chance(.5) else kit.pick("noon midnight six seven eight nine ten".split()),
                act=act[0], acts=act[1], fails=fails, dim=dim, measure=measure, year=kit.year(), name=kit.name(), color=kit.color(), made=kit.pick("built bought painted found made repaired founded designed sold invented".split()))


def tidy(text):
    """a/an, plural after 'one', double s, capital at the start."""
    text = re.sub(r"\b([Aa])n? (?=[aeiou])", r"\1n ", text)
    text = re.sub(r"\b([Aa])n (?=[^aeiouAEIOU])", r"\1 ", text)
    text = re.sub(r"(\w)ys\b(?<!ays)(?<!eys)(?<!oys)", r"\1ies", text)
    text = re.sub(r"(sh|ch|x|ss)s\b", r"\1es", text)
    return text[:1].upper() + text[1:]


def things(kit, words):
    """Four nouns, some with an adjective, some invented."""
    found = []
    while len(found) < 4:
        word = kit.syllables() if kit.chance(.08) else kit.pick(words)
        if kit.chance(.25):
            word = f"{kit.pick(ADJECTIVES)} {word}"
        if word not in found:
            found.append(word)
    return found


def sentence(kit, number, nouns):
    """(text, slots)"""
    slots = slots_for(kit, nouns)
    return tidy(kit.text(FORMS[number][0], **slots)), slots


def question(kit, number, slots):
    text = tidy(kit.text(FORMS[number][1], **slots))
    return text[:1].lower() + text[1:]


def title(kit, nouns):
    return tidy(kit.text(TITLES, n=nouns[0], N=nouns[0][:1].upper() + nouns[0][1:], m=nouns[1]))
