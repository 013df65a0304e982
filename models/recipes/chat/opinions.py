"""Opinions put together from words that carry the mood, so that a mood is learned from its words and not sentence by sentence."""

THINGS = """product phone laptop camera blender jacket mattress toaster printer keyboard headset chair desk lamp game app website book movie film series song album play lesson course class lecture talk hotel room flight tour trip holiday vacation
restaurant meal pizza burger soup coffee breakfast dinner service support delivery packaging update version design screen battery sound quality price museum park concert party show exhibition gym salon shop store bakery taxi train ride haircut
manual documentation tutorial interface website checkout tent backpack watch bike scooter vacuum cleaner fridge oven""".split()
PEOPLE = "staff waiter waitress driver guide teacher doctor nurse dentist receptionist manager owner chef salesman plumber technician agent coach host crew".split()
GOOD_WORDS = """great good excellent amazing wonderful fantastic superb brilliant lovely perfect outstanding terrific awesome delightful beautiful impressive marvellous pleasant enjoyable fabulous splendid charming gorgeous stunning incredible
magnificent remarkable exceptional flawless first-class top-notch nice fine solid reliable useful helpful comfortable delicious tasty fun funny clever elegant smooth""".split()
BAD_WORDS = """bad terrible awful horrible dreadful poor disappointing annoying boring useless lousy disgusting ugly unpleasant frustrating mediocre appalling pathetic horrendous atrocious abysmal nasty dull broken faulty cheap-looking flimsy unreliable
uncomfortable overpriced tasteless noisy dirty confusing painful miserable shoddy worthless ridiculous unacceptable tedious second-rate clumsy buggy""".split()
GOOD_FOLK = "friendly kind polite helpful patient charming professional attentive lovely wonderful great brilliant caring fantastic cheerful honest".split()
BAD_FOLK = "rude unfriendly impolite unhelpful impatient arrogant careless lazy incompetent dishonest awful terrible horrible grumpy aggressive useless".split()
GOOD_DOES = """works great|works perfectly|works like a charm|does its job very well|was worth every cent|made me happy|exceeded my expectations|came earlier than promised|is better than I hoped|made my life easier|saved me a lot of time|is a joy to use|never lets me down|
still looks like new|blew me away|was a pleasure|is the best I have had|was a great surprise|runs without a problem|has changed my life|fits perfectly""".replace("\n", "").split("|")
BAD_DOES = """stopped working|does not work|broke after two days|broke on the first day|was a waste of money|was a waste of time|made me angry|fell apart|never arrived|came broken|came far too late|is worse than I feared|keeps crashing|let me down|
ruined my weekend|gave me a headache|was a nightmare|is the worst I have had|was a great disappointment|is full of bugs|has cost me hours|does not fit|arrived damaged""".replace("\n", "").split("|")
GOOD_FEEL = ["love", "adore", "really like", "like", "enjoyed", "recommend", "loved", "really enjoyed", "absolutely love", "am happy with", "am very happy with", "am delighted with", "am impressed by", "am very pleased with", "am a fan of", "cannot live without"]
BAD_FEEL = ["hate", "really dislike", "dislike", "regret buying", "hated", "cannot stand", "absolutely hate", "am unhappy with", "am disappointed by", "am very disappointed with", "am angry about", "am fed up with", "am tired of", "returned", "want a refund for", "cannot recommend", "would never recommend", "do not like", "did not enjoy"]
GOOD_ENDS = ["Thank you!", "Highly recommended.", "Five stars.", "I will be back.", "Would buy again.", "So happy!", "Well done.", "10/10.", "Keep it up!", "Worth it.", "What a great day."]
BAD_ENDS = ["Never again.", "Avoid.", "One star.", "I want my money back.", "Do not buy it.", "So annoying!", "Very sad.", "0/10.", "What a shame.", "Not worth it.", "I will not come back."]
EVENTS = ["{The|My} <t> {arrived|came|was delivered} {on <d>|at <h>|yesterday|today}.", "{The|My} <t> {is|was} <c>.", "I {bought|ordered|rented|returned} {the|a} <t> {on <d>|last week|in May|yesterday}.", "{The|This} <t> {has|comes with} {two|three|four|five} parts.", "The <t> {costs|cost} <n> {euros|dollars|pounds}.",
          "The <p> {said|told us} that {it|the <t>} starts at <h>.", "We {met|saw|asked} the <p> {on <d>|at <h>|in the lobby}.", "The <t> {opens|starts|ends|closes} at <h>.", "I {took|used} the <t> {on <d>|for two days|last week}.", "The <t> is {in|on|next to} the {box|shelf|office|main street|second floor}."]
MOODS = {
    "positive": (GOOD_WORDS, GOOD_FOLK, GOOD_DOES, GOOD_FEEL, GOOD_ENDS, ["What {a|an absolutely} <a> <t>!", "<The> <t> {is|was} not bad at all{.|, I like it.}", "{I|We} have never had {a better|such a good} <t>."]),
    "negative": (BAD_WORDS, BAD_FOLK, BAD_DOES, BAD_FEEL, BAD_ENDS, ["What {a|an absolutely} <a> <t>!", "<The> <t> {is|was} not {good|great|worth it} at all{.|, sorry.}", "{I|We} have never had {a worse|such a bad} <t>."]),
}
FRAMES = ["<The> <t> {is|was} <very><a>{.|!}", "<The> <t> {is|was} <very><a>, and it <does>{.|!}", "<The> <p> {is|was} <very><folk>{.|!}", "The <p> {is|was} <folk> and the <t> {is|was} <a>{.|!}", "I <feel> {this|the|my|my new} <t>{.|!}", "I <feel> {this|the} <t>, it <does>{.|!}", "<The> <t> <does>{.|!}",
          "{I think|I find|I must say|Honestly,|In my opinion} {the|this} <t> {is|was} <very><a>.", "The <t> {is|was} <a>, the <t2> {is|was} <b>.", "<Aword> <t>{.|!}", "<very!> <a> <t>{.|!} <end>", "{Bought|Ordered|Got} {this|the} <t> {last week|a month ago|for my son|as a gift}, {and it|it} <does>.", "<The> <t> <does>. <end>", "The <t> was <a>. <end>"]
VERY = ["", "", "", "very ", "really ", "so ", "absolutely ", "just ", "quite ", "truly ", "simply "]


def sentence(kit, mood):
    """A remark of this mood: positive, negative or neutral."""
    if mood == "neutral":
        return kit.text([kit.pick(EVENTS)], t=kit.pick(THINGS), p=kit.pick(PEOPLE), c=kit.color(), n=kit.rng.randint(2, 90), h=kit.time(), d=kit.pick(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]))
    words, folk, does, feel, ends, own = MOODS[mood]
    one, other = kit.rng.sample(words, 2)
    text = kit.text([kit.pick(own if kit.chance(.1) else FRAMES)], **{"The": kit.pick(["The", "The", "This", "My", "My new", "Our"]), "t": kit.pick(THINGS), "t2": kit.pick(THINGS), "p": kit.pick(PEOPLE), "a": one, "b": other, "Aword": one.capitalize(),
                    "very": kit.pick(VERY), "very!": kit.pick(["Very", "Really", "Such a truly", "A truly", "Absolutely"]), "folk": kit.pick(folk), "does": kit.pick(does), "feel": kit.pick(feel), "end": kit.pick(ends)})
    text = text if not kit.chance(.15) else f"{text} {kit.text([kit.pick(ends)])}"
    return text.lower().rstrip(".") if kit.chance(.1) else text
