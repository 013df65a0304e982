"""Labels: the mood of a remark, the topic of a message, one of the labels that the prompt offers."""
from . import opinions, values
from . import phrasing_held_tasks as H
from .wordings import forms as more
from .wordings import labels

# <s> is what is to be labelled, <c> the labels to choose from.
FORMATS = {
    "label": ["{Classify|Label|Tag} the {sentiment|mood|tone} of {this|the} {text|message|review|sentence|comment}[ as positive or negative|]: <s>", "{Is|Would you say} {this|the} {review|text|message|comment} {is |}positive or negative? <s>", "<s>\n\n{Sentiment|Positive or negative|Is this positive or negative|Label}[?|:]", "{Answer|Reply} {positive or negative|with positive or negative}[ only|]: <s>", "{Sentiment|Sentiment analysis|Mood}: <s>", "What is the sentiment of \"<s>\"? {One word.|Answer positive or negative.|}", "{Decide|Say|Tell me} {whether|if} {this|the text} is positive or negative[:|.] <s>"],
    "choose": ["{Which|What} {category|label|class|topic} {fits|suits|describes}[ this|]: <s>? {Choose from|Options:|One of} <c>[.|]", "{Classify|Sort|Put} {this|the text|the message} into one of <c>: <s>", "{Categories|Labels|Options}: <c>\n{Text|Message|Input}: <s>\n{Category|Label|Answer}:", "<s>\n\n{Which of <c> is it|Choose one of <c>|Label it with one of <c>}[?|.]", "{Pick|Choose} {one|the right one|the best label} of <c> for: <s>"],
    "sentiment": ["{Classify|Label|Tag} the {text|review|message|sentence|comment} {as|into} <c>[.|]\n{Text|Review|Message}: <s>\n{Sentiment|Label|Answer}:", "{Sentiment|Mood} (<c>): <s>", "{What is|Tell me|Give me|Determine} the sentiment[ of this {review|text|tweet}|] (<c>)[:|.|?] <s>",
                  "Is {this|the} {review|comment|text|tweet} <c>? <s>", "{Text|Review|Tweet}: <s>\n{Sentiment|Mood} (<c>):", "{Classify|Rate} {this|the following} as <c>[, one word only|. One word.|:]\n\n<s>", "<s>\n\n{<c>?|Is this <c>?|Sentiment, one of <c>:}",
                  "{Analyse|Analyze} the sentiment of the {following |}{text|review|feedback}. {Answer|Reply|Respond} with <c>[ only|].\n\n<s>"],
}
# The order in the system message; the user's turn is the text alone.
SYSTEM = ["{You are|Act as} a {|text |sentiment |message |ticket }classifier. {Labels|Classes|Categories|The labels are}: <c>. {Answer|Reply|Respond} with {one word|the label[ only|]|one of them}.", "{Classify|Label|Sort} {the user's message|each message|what the user writes|every text} {as|into} <c>.[ Answer with one word.| Output only the label.| No explanation.|]",
          "{Reply|Answer|Respond} with {one of|exactly one of|only}[:|] <c>.[ Nothing else.|]", "You {label|tag|sort|route} {messages|reviews|texts|support tickets|emails|tweets}. {Labels|Answer with one of|Choose from|Allowed answers}: <c>.", "For {every|each} message, {say|output|print|return} {which of <c> it is|its label (<c>)}."]
for _kind in ("label", "choose"):
    FORMATS[_kind].extend(more.FORMATS[_kind])
GOOD = """I love it|works perfectly|best purchase ever|great service|so happy with this|the staff was very friendly|delicious food|fast delivery and good quality|I would buy it again|a wonderful evening|excellent quality|highly recommended|
very comfortable|a beautiful place|exceeded my hopes|I enjoyed every minute|what a fantastic film|superb value|the room was clean and quiet|I am delighted|it made my day|nice and easy to use|brilliant work|everything went well|my new favourite""".replace("\n", "").split("|")
BAD = """I hate it|broke after a day|waste of money|terrible service|very disappointed|the staff was rude|awful food|late delivery and poor quality|I would never buy it again|a horrible evening|bad quality|not worth the price|
very uncomfortable|an ugly place|I want my money back|I was bored all the time|what a dreadful film|far too expensive|the room was dirty and loud|I am angry|it ruined my day|hard to use and slow|useless|everything went wrong|never again""".replace("\n", "").split("|")
GOOD += more.GOOD
BAD += more.BAD
TOPICS = {"billing": "I was charged twice|the invoice is wrong|please refund my payment|my card was declined|how much do I owe|I want my money back", "shipping": "my parcel has not arrived|where is my package|the delivery is late|the box came damaged|when will it be shipped|track my parcel",
          "account": "I forgot my password|I cannot log in|please delete my account|change my username|my login does not work|reset my password", "technical": "the app crashes|the screen stays black|I get an error|the page does not load|the device does not start|there is a bug",
          "sports": "the team won the match|she scored two goals|the runner broke the record|the coach left the club", "weather": "it will rain tomorrow|a storm is coming|the sun shines all day|snow fell in the night", "food": "the soup was too salty|I baked bread|dinner is ready|the cake needs more sugar",
          "travel": "our flight was cancelled|the hotel is by the sea|we took the train to the coast|I packed my suitcase", "music": "the band played for two hours|she sings in a choir|he learned the violin|the new album is out", "health": "I have a headache|the doctor gave me pills|my back hurts|she broke her arm"}

for _topic, _messages in more.TOPICS.items():
    TOPICS[_topic] = "|".join(filter(None, [TOPICS.get(_topic), *_messages]))
CLASHES = {frozenset(pair) for pair in labels.CLASH}


def told_apart(kit, count):
    """Some labels of which no two fit the same message."""
    while True:
        options = kit.rng.sample(list(labels.TOPICS), count)
        if not any(frozenset((one, other)) in CLASHES for one in options for other in options):
            return options


def opinion(kit, neutral=False):
    """(a remark, its mood)"""
    label = kit.pick(["positive", "negative", "neutral"] if neutral else ["positive", "negative"])
    if label != "neutral" and (kit.split != "train" or kit.chance(.15)):
        return joined(kit, GOOD if label == "positive" else BAD), label
    if kit.chance(.6):
        return opinions.sentence(kit, label), label
    return plain(kit, {"positive": labels.GOOD, "negative": labels.BAD, "neutral": labels.NEUTRAL}[label]), label


def sorted_message(kit):
    """(a message, labels to choose from, the one that fits)"""
    count = kit.rng.randint(2, 4)
    if kit.split == "train" and kit.chance(.7):
        options = told_apart(kit, count)
        label = kit.pick(options)
        return plain(kit, labels.TOPICS[label]), options, label
    options = kit.rng.sample(list(TOPICS), count)
    label = kit.pick(options)
    return joined(kit, TOPICS[label].split("|")), options, label


def plain(kit, patterns):
    """One of some natural sentences, whose slots are typed."""
    pattern = kit.pick(patterns)
    return kit.text([pattern], **{name: values.draw(kit, name) for name in values.slots_of([pattern])})


def joined(kit, parts):
    words = kit.rng.sample(parts, kit.pick([1, 1, 2]))
    text = kit.pick([". ", ", ", "! ", " and "]).join(words)
    if kit.chance(.3):
        text = f"{kit.pick(['The', 'My new', 'This'])} {kit.thing()}: " + text
    return text[:1].upper() + text[1:] + kit.pick([".", "!", ""])


def listed(kit, options):
    """The labels in a row, as prompts list them."""
    if kit.chance(.4):
        return ", ".join(options[:-1]) + f"{kit.pick([',', '']) if len(options) > 2 else ''} or " + options[-1]
    return kit.pick([", ", ", ", ", ", " / ", "/", " | "]).join(options)


def label(kit):
    kind = kit.pick(["label", "choose", "choose", "sentiment"])
    if kind == "choose":
        text, options, right = sorted_message(kit)
    else:
        three = kind == "sentiment" and (kit.split == "train" or kit.chance(.5))
        text, right = opinion(kit, three)
        options = ["positive", "negative"] + ["neutral"] * three
    kit.rng.shuffle(options)
    if kind != "label" and kit.split == "train" and kit.chance(.3):
        order = kit.text([kit.pick(SYSTEM)], c=listed(kit, options))
        return [("system", order), ("user", text), ("assistant", right)]
    held = H.FORMATS["choose" if kind == "sentiment" else kind]
    shown = {"s": f'"{text}"' if kind == "sentiment" and kit.chance(.2) else text, "c": listed(kit, options)}
    return kit.persona(.3) + [kit.user(FORMATS[kind], held, quiet=kit.chance(.8), **shown), ("assistant", right)]
