"""Sentences to be spoken: what people say every day, example sentences of a dictionary, numbers and times.

    python -m speech.texts --out texts.json [--count 10000]

`train` and `held` never share a sentence: dictionary examples are split by their synset (as the corpus of
kindling-embed is), and HAND is written by hand for the evaluation alone. Every text uses only words that the training
texts use several times: the stand-in spells what it has met, it is no open-vocabulary model.
"""
import argparse
import collections
import json
import os
import random
import re

from embed import everyday, sources
from embed.corpus import is_held

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
ALLOWED = re.compile(r"[A-Za-z',? ]+[.?]?")
ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen").split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
PEOPLE = ["I", "you", "we", "they", "she", "he", "my mother", "the teacher", "your brother", "the doctor", "our neighbour", "a friend",
          "the manager", "somebody", "everyone", "my sister", "the driver", "the children", "the team", "the customer"]
THINGS = ["the door", "the window", "a letter", "the report", "the kitchen", "your phone", "the car", "a ticket", "the answer", "the music",
          "a message", "the garden", "the computer", "a glass of water", "the lights", "the picture", "a cup of tea", "the table", "the file",
          "the meeting", "the weather", "the house", "this song", "a question", "the money", "the water", "the test", "the server", "the order"]
ASK = ["open", "close", "send", "clean", "find", "check", "show me", "look at", "bring", "write about", "read about", "stop", "start", "turn on",
       "turn off", "forget", "remember", "describe", "change", "move", "pay for", "wait for", "talk about", "take care of", "buy", "sell", "repeat"]
WHEN = ["now", "today", "tomorrow", "again", "tonight", "in the morning", "after lunch", "next week", "before dinner", "at noon", "this evening",
        "right away", "later", "every day", "on the weekend", "as soon as possible", ""]
SAY = ["hello", "good morning", "good evening", "good night", "thank you very much", "how are you", "nice to meet you", "see you later", "excuse me",
       "yes please", "no thank you", "I am sorry", "what time is it", "where are you from", "my name is Anna", "welcome back", "have a nice day",
       "please wait a moment", "I do not understand", "can you help me", "that is right", "that is wrong", "all right", "of course", "goodbye"]

# Written for the evaluation; the generator cannot draw them.
HAND = """Please close the door before you leave the house.
The train to London was more than an hour late.
Can you tell me where the nearest hospital is?
My brother plays the piano every evening after dinner.
We are going to the beach if the weather is good.
She bought three apples and a loaf of bread.
The quick brown fox jumps over the lazy dog.
I will send you the report on Monday morning.
How much does a ticket to the mountains cost?
The children were playing in the garden all day.
It was raining, so we stayed at home and read a book.
What is the fastest way to the station?
The doctor told him to drink more water.
Nobody knows what happened in the forest that night.
There are twelve months in a year.
My phone number is five seven three, eight two one.
He lost his keys somewhere between the office and the bank.
The new server is twice as fast as the old one.
Could you please repeat the question?
The museum opens at half past nine.
I have never seen such a beautiful river.
They painted the kitchen white and blue.
The teacher asked the students to write a letter.
Turn left at the market and walk under the bridge.
Her sister works for a small company in New York.
The meeting was moved to the third of September.
This soup needs a little more salt.
Why did you not call me yesterday?
The old man sat by the window and looked at the sea.
We need to find a better answer to this problem.
Nine hundred people came to the concert.
The price of the house went up again last year.
He broke his arm during the football match.
Remember to take the medicine twice a day.
The sun was shining and the birds were singing.
I think the second picture is better than the first.
The farmer sold his horse to a friend.
Our hotel was close to the river.
Is there anybody at home?
The police officer stopped the car in front of the school.
Give me a cup of coffee without sugar.
A strong wind blew from the north all night.
You should check the water and the oil in your car.
The baby is sleeping, so please be quiet.
She speaks four languages and plays the guitar.
The war changed the life of everyone in the city.
I forgot to turn off the lights in the kitchen.
That was the best film of the year.
Do not forget to write your name on the paper.
The computer stopped working after lunch.""".split("\n")


def number(value):
    """`value` (below a million) in words."""
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10 - 2] + (" " + ONES[value % 10] if value % 10 else "")
    if value < 1000:
        return ONES[value // 100] + " hundred" + (" and " + number(value % 100) if value % 100 else "")
    return number(value // 1000) + " thousand" + (" " + number(value % 1000) if value % 1000 else "")


def counted(rng):
    """A sentence with a number, a time, a date or digits."""
    one = number(int(10 ** rng.uniform(0, 4.3)))
    small = number(rng.randint(2, 59))
    hour = number(rng.randint(1, 12))
    return rng.choice([
        lambda: f"the price is {one} dollars", lambda: f"there were {one} people in the city", lambda: f"it is {hour} {small} now",
        lambda: f"we meet at {hour} o'clock on {rng.choice(DAYS)}", lambda: f"the {rng.choice(['first', 'second', 'third', 'fourth', 'fifth', 'last'])} of {rng.choice(MONTHS)}",
        lambda: f"my number is {' '.join(rng.choice(ONES[:10]) for _ in range(rng.randint(3, 7)))}", lambda: f"she is {small} years old",
        lambda: f"{one} and {small}", lambda: f"room {one}, please", lambda: f"it takes {small} minutes to {rng.choice(ASK)} {rng.choice(THINGS)}",
        lambda: f"he was born in {rng.choice(MONTHS)}, on a {rng.choice(DAYS)}", lambda: f"half past {hour} is too late",
        lambda: f"I have {small} {rng.choice(['books', 'friends', 'questions', 'apples', 'hours', 'days', 'letters', 'tickets', 'words'])}",
        lambda: f"the test has {one} questions"])()


def asked(rng):
    """A request, a question or a remark."""
    who, ask, thing, when = rng.choice(PEOPLE), rng.choice(ASK), rng.choice(THINGS), rng.choice(WHEN)
    other, more = rng.choice(PEOPLE), rng.choice(THINGS)
    return rng.choice([
        f"please {ask} {thing} {when}", f"can you {ask} {thing} {when}?", f"{who} will {ask} {thing} {when}", f"why does {who} {ask} {thing}?",
        f"{who} said that {other} would {ask} {thing}", f"do not {ask} {thing} {when}", f"I want to {ask} {thing} and {more}", f"where is {thing}?",
        f"{who} did not {ask} {thing}, but {other} did", f"{rng.choice(SAY)}, {rng.choice(SAY)}", rng.choice(SAY), f"{thing} is near {more}",
        f"how do I {ask} {thing}?", f"what do you think about {thing}?", f"{who} and {other} like {thing}", f"when will {who} {ask} {thing}?",
        f"if {who} can {ask} {thing}, {other} must {ask} {more}", f"{who} should {ask} {thing} {when}", f"is {thing} better than {more}?"])


def tidy(text):
    """`text` as a sentence with a capital and a full stop or question mark; none where it has what is not spoken plainly."""
    text = re.sub(r"\s+", " ", text).strip(" ;,.")
    if not text or not ALLOWED.fullmatch(text) or "?" in text[:-1]:
        return None
    if any(len(word) > 1 and word.isupper() for word in text.split()):
        return None
    text = text[0].upper() + text[1:]
    return text if text[-1] == "?" else text + "."


def words(text):
    return WORD.findall(text.lower())


def dictionary():
    """(sentence, held) of WordNet's examples of use."""
    seen = set()
    for _, key, _, _, examples, _ in sources.wordnet_synsets():
        for example in examples:
            text = tidy(example)
            if text and text not in seen and 3 <= len(words(text)) <= 13 and len(text) <= 70:
                seen.add(text)
                yield text, is_held(key)


def collect(count, least, seed=1):
    rng = random.Random(seed)
    real = list(dictionary())
    made = set()
    while len(made) < count * 9 // 20:
        dice = rng.random()
        if dice < .4:
            text = rng.choice([everyday.one_remark, everyday.event, everyday.event])(rng)
        else:
            text = (counted if dice < .62 else asked)(rng)
        text = tidy(text)
        if text and len(words(text)) <= 16 and len(text) <= 85 and text not in HAND:
            made.add(text)
    made = sorted(made)
    pool = [text for text, held in real if not held]
    known = collections.Counter(word for text in pool + made for word in set(words(text)))
    vocabulary = {word for word, times in known.items() if times >= least}
    # Those of common words first: of few presentations each word should get its share.
    plain = sorted((text for text in pool if all(word in vocabulary for word in words(text))), key=lambda text: -min(known[w] for w in words(text)))
    train = plain[:count - len(made)] + made
    rng.shuffle(train)
    known = collections.Counter(word for text in train for word in set(words(text)))
    held = sorted({text for text, is_out in real if is_out and all(known[word] >= least for word in words(text))
                   and 5 <= len(words(text)) <= 13} - set(train))
    rng.shuffle(held)
    strange = sorted({word for text in HAND for word in words(text) if not known[word]})
    return train, held, len(known), strange


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--least", type=int, default=6, help="a word must stand in so many training sentences")
    options = parser.parse_args()
    train, held, size, strange = collect(options.count, options.least)
    os.makedirs(os.path.dirname(options.out) or ".", exist_ok=True)
    with open(options.out, "w") as file:
        json.dump({"train": train, "held": held, "hand": HAND}, file)
    print(f"{len(train)} to train on, {len(held)} held out, {size} words; words of the hand-written that are not trained: {strange}")
