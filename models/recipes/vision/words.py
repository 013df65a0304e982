"""The things, what each data set calls them, their colours, and the captions."""
# name in captions, ImageNet's label, COCO's label, colours that captions name ("" where none is natural)
THINGS = [
    ("banana", "banana", "banana", ["yellow", "green"]),
    ("orange", "orange", "orange", ["orange"]),
    ("apple", "Granny Smith", "apple", ["red", "green", "yellow"]),
    ("broccoli", "broccoli", "broccoli", [""]),
    ("pizza", "pizza, pizza pie", "pizza", [""]),
    ("umbrella", "umbrella", "umbrella", ["red", "orange", "yellow", "green", "blue", "purple", "pink", "black"]),
    ("clock", "analog clock", "clock", ["red", "green", "blue", "brown", "black", "pink", "purple"]),
    ("traffic light", "traffic light, traffic signal, stoplight", "traffic light", [""]),
    ("stop sign", "street sign", "stop sign", ["red"]),
    ("cup", "cup", "cup", ["red", "orange", "yellow", "green", "blue", "purple", "pink", "black", "white"]),
    ("ball", "soccer ball", "sports ball", ["white", "yellow", "orange"]),
    ("wine glass", "goblet", "wine glass", [""]),
    ("laptop", "laptop, laptop computer", "laptop", ["grey", "black", "white"]),
    ("vase", "vase", "vase", ["red", "orange", "yellow", "green", "blue", "purple", "white"]),
    ("teddy bear", "teddy, teddy bear", "teddy bear", ["brown", "pink", "white", "grey"]),
    ("bottle", "wine bottle", "bottle", ["green", "brown", "blue", "red"]),
    ("bus", "school bus", "bus", ["yellow", "red", "blue", "green", "orange"]),
    ("airplane", "airliner", "airplane", ["white", "grey", "blue", "red"]),
    ("boat", "yawl", "boat", ["white", "red", "yellow", "blue"]),
    ("phone", "cellular telephone, cellular phone, cellphone, cell, mobile phone", "cell phone", ["black", "white", "red", "blue", "pink"]),
]
NAMES = [row[0] for row in THINGS]
COLOURED = [row[3] for row in THINGS]
PALETTE = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey"]
NUMBERS = {1: "a", 2: "two", 3: "three"}
PLACES = ["in the middle", "on the left", "on the right", "at the top", "at the bottom"]
PLURALS = {"broccoli": "pieces of broccoli", "bus": "buses", "wine glass": "wine glasses"}
SINGULARS = {"broccoli": "piece of broccoli"}


def phrase(thing, colour, count):
    name = NAMES[thing]
    noun = SINGULARS.get(name, name) if count == 1 else PLURALS.get(name, name + "s")
    words = f"{colour} {noun}".strip()
    article = NUMBERS[count]
    if article == "a" and words[0] in "aeiou":
        article = "an"
    return f"{article} {words}"


def place(x, y):
    """Where (x, y), both 0 to 1, is; the same rule for training and judging."""
    dx, dy = x - .5, y - .5
    if max(abs(dx), abs(dy)) < .16:
        return PLACES[0]
    if abs(dx) >= abs(dy):
        return PLACES[1] if dx < 0 else PLACES[2]
    return PLACES[3] if dy < 0 else PLACES[4]


def caption(groups):
    """`groups` of (thing, colour, count, x, y), in the order they are told: left to right, then down."""
    if not groups:
        return "nothing that i know"
    told = [f"{phrase(t, c, n)} {place(x, y)}" for t, c, n, x, y in groups]
    return told[0] if len(told) == 1 else ", ".join(told[:-1]) + " and " + told[-1]


SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def vocabulary():
    words = [",", "and", "an", "nothing", "that", "i", "know"]
    for number in NUMBERS.values():
        words.append(number)
    words += PALETTE
    for name in NAMES:
        for noun in (SINGULARS.get(name, name), PLURALS.get(name, name + "s")):
            words += noun.split()
    for where in PLACES:
        words += where.split()
    return SPECIAL + list(dict.fromkeys(words))


def pieces(text):
    return text.replace(",", " ,").split()
