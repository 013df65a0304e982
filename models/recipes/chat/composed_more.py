"""Further forms of composed.py: what everyday contexts tell (roles, hours, prices, people), asked in the sentence's own words.

Most questions on a context share a word with the sentence that answers them, and that word may be any. So here the telling word
is drawn from long lists, and a question keeps it.
"""
from . import values

ROLES = """CEO|director|founder|owner|manager|chairman|president|mayor|headmistress|treasurer|secretary|coach|captain|chef|gardener|architect|designer|librarian|pharmacist|receptionist|caretaker|trainer|curator|conductor|producer|
editor|author|host|sponsor|landlord|supplier|inspector|coordinator|organiser|spokesperson|principal|lawyer|accountant|dentist|vet|pilot|engineer|head teacher|lead developer|product manager|team lead|contact person""".replace("\n", "").split("|")
TRAITS = """best-selling dish|motto|mascot|main product|nickname|default region|official language|emblem|theme|slogan|signature dish|code name|main export|logo|entry code|default port|file format|main ingredient|main attraction|house wine|dress code|
top speed|battery type|screen size|serial number|model name|working title|brand colour|meeting room|table number|gate|platform|parking area|coupon code|currency|licence|programming language|build tool|database|release name|time zone|email subject|
favourite song|favourite food|favourite colour|favourite book|hobby|star sign|middle name|team name|first prize|second prize|topic|password hint|delivery method|payment method|shipping partner|head office|birthplace|home town|home stadium|rate limit|storage limit|size limit""".replace("\n", "").split("|")
HANDLED = "accepted allowed refunded stored kept delivered processed checked answered reviewed shipped cancelled renewed collected exchanged repaired reserved published deleted archived".split()
PLURALS = "returns|orders|tickets|requests|payments|books|refunds|parcels|applications|complaints|bookings|invoices|messages|backups|logs|coupons|points|prescriptions|keys|bags|bikes|laptops|samples|reports|files|entries|subscriptions".split("|")
DEEDS = [("buy", "bought"), ("find", "found"), ("lose", "lost"), ("sell", "sold"), ("order", "ordered"), ("paint", "painted"), ("repair", "repaired"), ("bring", "brought"), ("build", "built"), ("break", "broke"), ("borrow", "borrowed"),
         ("win", "won"), ("design", "designed"), ("invent", "invented"), ("draw", "drew"), ("hide", "hid"), ("steal", "stole"), ("choose", "chose"), ("rent", "rented"), ("return", "returned"), ("see", "saw"), ("take", "took"), ("send", "sent")]
WHENS = ["last week", "on Monday", "on Friday", "yesterday", "in May", "in the summer", "two days ago", "this morning", "last year"]
HAPPENINGS = "meeting|budget review|workshop|party|lesson|interview|exam|concert|delivery|lunch|team call|training|dinner|match|tour|rehearsal|release|demo|webinar|planning session|design review|board meeting|yoga class|auction|election".split("|")
PLANS = "Pro Team Basic Free Starter Enterprise Premium Standard Family Student Gold Silver Plus Business Personal Solo".split()
GOODS = "Parking Breakfast Wifi Delivery Entry Shipping Coffee Support Admission Water Training Installation Lunch Transport Storage Membership".split()
FAVOURED = "visitors members children students guests customers employees pensioners residents everyone families subscribers".split()
CROWDS = [("visitors", "come to"), ("cars", "cross"), ("people", "visit"), ("people", "use"), ("users", "open"), ("students", "attend"), ("tourists", "see"), ("customers", "order"), ("readers", "read"), ("trains", "pass")]
KIN = "sister|brother|mother|father|aunt|uncle|cousin|grandmother|wife|husband|daughter|son|best friend".split("|")
PETS = "cat dog horse parrot rabbit hamster boat car company band bakery shop teddy goat donkey daughter son street".split()
LIKED = "food colour color song book sport film animal season city drink game dish band subject".split()
KEYS = "API key|base URL|time limit|log level|region|port|user name|cache|theme|language|token|password|proxy|timeout|output folder|batch size".split("|")
WAYS = ["the header", "the variable", "the option", "the flag", "the field"]
KINDS = "Cafe Bridge Hotel Library Museum School Club Tower Garden Shop Bakery Clinic Festival Station Theatre Foundation Institute Farm Street Gallery Pool Market Project Bank Church Lake Park Bar".split()

FORMS = [
    (["The <role> of the <n> is <who>.", "<who> is the <role> of the <n>.", "The <n>'s <role> is <who>.", "<who> is its <role>."], ["who is {the|its} <role>?", "who is the <role> of the <n>?", "what is the name of {the|its} <role>?", "who is the <n>'s <role>?", "name of the <role>?", "<role> of the <n>?"]),
    (["The <trait> of the <n> is <val>.", "The <n>'s <trait> is <val>.", "Its <trait> is <val>.", "<val> is the <trait> of the <n>."], ["what is {the|its} <trait>?", "what is the <trait> of the <n>?", "what is the <n>'s <trait>?", "which <trait> does the <n> have?", "{tell me|I need} the <trait>", "<trait>?"]),
    (["The <n> is open from <hour> to <hour2>.", "The <n> is open {Monday to Friday|on weekdays|every day|daily} from <hour> to <hour2>."], ["when is the <n> open?", "what are the opening hours[ of the <n>|]?", "from when to when is the <n> open?", "is the <n> open at noon?", "opening hours?"]),
    (["<Things> are <handled> {within|for|after|in} <num> <unit>.", "<Things> can be <handled> {for|within} <num> <unit>."], ["how long are <things> <handled>?", "when are <things> <handled>?", "{within|after|for} how many <unit> are <things> <handled>?", "how long can <things> be <handled>?", "how fast are <things> <handled>?"]),
    (["<who> <did> {a|the} <adj> <m>[ <when>|]."], ["what did <who> <do>?", "who <did> {the|a} <m>?", "who <did> the <adj> <m>?", "which <m> did <who> <do>?"]),
    (["<who> {works|worked} {at|for} <org>.", "<who> is employed {at|by} <org>."], ["where {does|did} <who> work?", "who {works|worked} {at|for} <org>?", "{what|which} company {does|did} <who> work for?", "who is <who>'s employer?", "what is <who>'s workplace?"]),
    (["<who> lives in <city>[ with <kin>|].", "<who> {has lived|is living} in <city>[ for <num> years|]."], ["where does <who> live?", "in which {city|town} does <who> live?", "who lives in <city>?", "what city does <who> live in?"]),
    (["<who>'s <pet> is {called|named} <called>.", "The name of <who>'s <pet> is <called>.", "<who> has a <pet> {called|named} <called>."], ["what is <who>'s <pet> called?", "what is the name of <who>'s <pet>?", "who is <called>?", "name of <who>'s <pet>?", "what is the <pet>'s name?"]),
    (["The <happening> is on <day>[ at <hour>|].", "The <happening> {was moved|has been moved|is moved} to <day>.", "The <happening> {takes place|will be} on <day>."], ["when is the <happening>?", "{which|what} day is the <happening>?", "on {which|what} day is the <happening>?", "to which day was the <happening> moved?", "what is the day of the <happening>?"]),
    (["The <plan> plan costs <money>[ {per|a} {month|year}|].", "The price of the <plan> plan is <money>[ {per|a} {month|year}|].", "You pay <money> for the <plan> plan."], ["how much {does the <plan> plan cost|is the <plan> plan}?", "what {is the price of|does one pay for|do I pay for} the <plan> plan?", "price of the <plan> plan?", "what does the <plan> plan cost?"]),
    (["{Today the|The} <n> is used as a <m>.", "The <n> is now a <m>."], ["what is the <n> used {for|as}[ today|]?", "what is the <n> now?", "as what is the <n> used?"]),
    (["<who>'s favourite <liked> is <val>.", "<val> is <who>'s favourite <liked>."], ["what is <who>'s favourite <liked>?", "which <liked> does <who> like best?", "favourite <liked> of <who>?", "what <liked> does <who> like most?"]),
    (["{Support|Customer service|The front desk|The help desk} can be {reached|contacted} at <email>.", "You can {reach|contact} {us|support|the team} at <email>.", "{Write|Send an email} to <email> for help."], ["how can I {reach|contact} {you|support|the team}?", "what is {the|your} email address?", "where can I write to?", "{email|email address|contact}?", "to which address do I write?"]),
    (["{About |}<big> <crowd> <use> the <n> {every day|each day|each year|every week}.", "The <n> has <big> <crowd> {a day|a year|every week}."], ["how many <crowd> <use> the <n>?", "how many <crowd> does the <n> have?", "what is the number of <crowd>?"]),
    (["The <n> comes with {a|two|three} <m>.", "The <n> is sold with a <m>.", "A <m> is included with the <n>."], ["what {comes|is included|is sold} with the <n>?", "what is included?", "what do I get with the <n>?", "does the <n> come with {a|any} <m>?"]),
    (["The <n> is closed on <day>[s|].", "On <day>[s|] the <n> {is closed|stays closed}."], ["when is the <n> closed?", "on {which|what} day is the <n> closed?", "is the <n> closed on <day>?", "which day is the <n> closed?"]),
    (["<good> is free for <folk>.", "<Folk> get free <lgood>."], ["is <lgood> free?", "for whom is <lgood> free?", "who gets free <lgood>?", "do I {have to |}pay for <lgood>?", "what does <lgood> cost for <folk>?"]),
    (["The <key> is set with <way> <flag>.", "Set the <key> with <way> <flag>.", "Use <way> <flag> for the <key>."], ["how {is the <key> set|do I set the <key>|can I set the <key>}?", "where do I set the <key>?", "how to set the <key>?", "which {header|option|flag|variable} sets the <key>?"]),
    (["<who> is the author of \"<work>\"[, published in <year>|].", "\"<work>\" was written by <who>[ in <year>|]."], ["who wrote \"<work>\"?", "who is the author of \"<work>\"?", "what did <who> write?", "by whom was \"<work>\" written?"]),
    (["The <n> is <num> <unit> old.", "The <n> has been there for <num> <unit>."], ["how old is the <n>?", "what is the age of the <n>?", "how many <unit> old is the <n>?"]),
]
# What may be put in another's place, so that the question is one that nothing answers.
SWAPPED = {"role": ROLES, "trait": TRAITS, "plan": PLANS, "happening": HAPPENINGS, "key": KEYS, "lgood": [g.lower() for g in GOODS], "things": PLURALS}


def slots_for(kit):
    do, did = kit.pick(DEEDS)
    crowd, use = kit.pick(CROWDS)
    good, folk, things = kit.pick(GOODS), kit.pick(FAVOURED), kit.pick(PLURALS)
    value = kit.pick([kit.thing, kit.syllables, kit.name, kit.color, kit.phrase, lambda: f"{kit.number(2, 900)} {kit.pick(['requests', 'points', 'items', 'seats', 'pages', 'grams', 'gigabytes'])}", kit.code])()
    money = f"{kit.pick('$€£')}{kit.number(1, 900)}" if kit.chance(.6) else f"{kit.number(1, 900)} {kit.pick(['euros', 'dollars', 'pounds'])}"
    return dict(role=kit.pick(ROLES), who=values.full_name(kit), trait=kit.pick(TRAITS), val=value, hour=hour(kit), hour2=hour(kit), things=things, Things=things.capitalize(), handled=kit.pick(HANDLED), do=do, did=did, when=kit.pick(WHENS),
                org=kit.organisation(), city=kit.city(), kin=f"{kit.pick(['his', 'her', 'a'])} {kit.pick(KIN)}" if kit.chance(.9) else "two cats", pet=kit.pick(PETS), called=kit.syllables().capitalize() if kit.chance(.6) else kit.first_name(), happening=kit.pick(HAPPENINGS),
                day=kit.pick("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()), plan=kit.pick(PLANS), money=money, liked=kit.pick(LIKED), email=kit.email(), big=kit.pick([f"{kit.number(2, 90)},000", kit.number(100, 90000)]), crowd=crowd, use=use,
                good=good, lgood=good.lower(), folk=folk, Folk=folk.capitalize(), key=kit.pick(KEYS), way=kit.pick(WAYS), flag=kit.pick(["X-", "--", ""]) + kit.syllables(1, 2).capitalize(), work=" ".join(w.capitalize() for w in kit.phrase(1, 3).split()))


def hour(kit):
    return f"{kit.rng.randint(1, 12)}{kit.pick([' ', ''])}{kit.pick(['am', 'pm'])}" if kit.chance(.5) else kit.time()


def proper(kit, words):
    """A name that says what kind of thing it is."""
    first = kit.syllables().capitalize() if kit.chance(.4) else kit.of_surname() if kit.chance(.5) else kit.pick(words).capitalize()
    return f"{first} {kit.pick(KINDS)}"
