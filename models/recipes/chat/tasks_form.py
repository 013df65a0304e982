"""Form rather than content: lists, counting, yes or no, length, said back in the wanted shape."""
from . import phrasing_held_tasks as H
from .kit import dump
from .wordings import forms as more

# kind: wordings. <l> is a list in one line, <v> a value, <q> one thing, <o> one item, <n> a number.
FORMATS = {
    "bullets": ["{Write|Show|Give|Print|Put|Format|Present|Output} {this|these|the items|}[ as| in] {bullets|bullet points|a bullet list|a bulleted list}: <l>", "{Make|Give me|Create|Write|Produce|I want|I need} a {bullet|bulleted|dashed|bullet point} list {of|from|out of|with} <l>[.|]", "bullets[ please|]: <l>", "Turn {this|these|the following} into {bullets|bullet points|a bullet list|a list with dashes}: <l>", "List {these|the items|the following} with {dashes|bullets}: <l>", "Bullet {points|list}: <l>",
                 "<l>\n\n{Put|Write|Show|Turn} {that|this|these|them} {as|into|in} {bullet points|a bullet list|bullets}[.|]", "{one|each} {item|thing|entry} {per line|on its own line|on a line of its own} with a {dash|bullet|hyphen}: <l>", "{Markdown|markdown} {list|bullet list} {of|for|from} <l>", "<l> - {as bullets|as bullet points|as a bullet list}[, please|]", "{Use|With} {bullets|bullet points|dashes}{.|:} <l>"],
    "numbered": ["{Write|Show|Give|Print|Put|Format|Present} {this|these|the items|} as a numbered list: <l>", "Number these[ items|]: <l>", "numbered list {of|from|with|for} <l>", "{Make|Create|Write|Produce|Give me|I need|I want} a numbered list {of|from|with|for}[:|] <l>", "{Enumerate|Count through|Number}: <l>", "List with numbers: <l>", "<l>\n\n{Number|Enumerate} {these|them|the items}[.|]", "<l> - {as a numbered list|with numbers|numbered}[, please|]", "Turn {this|these} into a {numbered|ordered|1. 2. 3.} list: <l>", "{Ordered list|Steps with numbers|Numbered lines}: <l>", "one per line, with numbers: <l>"],
    "array": ["{Write|Give|Return|Format|Output|Show} {this |these |}as {a JSON array|a JSON list|an array of strings|JSON}: <l>", "JSON array {of|from|with} <l>", "Give <l> as a JSON list", "Turn {this |these |}into a JSON {array|list}: <l>", "{Convert|Change} {this |these |}[in|]to a JSON {array|list}: <l>", "<l>\n\n{As|Return|Answer with|Reply with} a JSON array[ of strings|][.|]", "{Make|Create|Build|I need} a JSON array {of|from|out of|with the items} <l>", "{array|JSON array|list in JSON}: <l>", "{Reply|Answer|Respond} with a JSON array of {the items|these strings|the strings}[ only|]: <l>"],
    "commas": ["{Write|Put|Join|List} {these|the lines|the items} in one line[, separated by commas| with commas|]:\n<r>", "<r>\n\n{Join|Put|Write} {these|them|the lines|that} {with commas|into one line|separated by commas}[.|]", "{comma separated|with commas|as one line}[ please|]:\n<r>", "{Make|Give me} a comma separated list {of|from}:\n<r>"],
    "lines": ["{Write|Put|Show|List|Print} {each|every} {item|thing|word} on {its own line|a new line|a line of its own}: <l>", "one {item|thing|word|entry} per line[ please|]: <l>", "Split {into lines|at the commas|this list into lines}: <l>", "<l>\n\n{One per line|Each on its own line|Split at the commas}[ please|][.|]", "{Break|Separate} {this|these} into lines: <l>"],
    "member": ["Is <q> in the list <l>? {Answer|Reply} {yes or no|with yes or no}.", "Yes or no: {does the list <l> contain <q>|is <q> in <l>|is <q> part of <l>|do you see <q> in <l>}?", "Does <l> {include|contain|have} <q>? {yes or no|Answer yes or no.|Yes or no?}", "Answer yes or no. Is <q> {one|part} of <l>?", "<l>. {Is|Do you see} <q> {in it|there|among them}? {yes or no|Answer yes or no.}", "{Here is a list|List|The list|Items}: <l>. {Is <q> in it|Does it contain <q>|Is <q> there|Does <q> appear}? {Only yes or no.|yes or no|Yes or no?}", "{Check|Tell me|Say} {whether|if} <q> is {in|among|one of} <l>[.|,] {yes or no|answer yes or no}[.|]", "can you find <q> in <l>? yes/no"],
    "count": ["How many {items|things|words|entries|names}[ are there| do you see| are in the list|]: <l>? {Number only.|Only the number.|Just a number.|}", "Count the {items|things|words|entries}: <l>", "number of {items|things|entries} in <l>", "Count: <l>", "how many {items|things|entries} {in|are in} <l>?", "<l>\n\nHow many {items|things|entries} {is that|are that|are there}? {Just the number.|}", "{Count|Tell me how many items are in} {this list|the list|these}: <l>", "{give|tell} me the {count|number of items|length of the list}: <l>", "{I need|What is} the number of {items|things|entries}: <l>"],
    "times": ["{Write|Say|Repeat|Print|Type|Output|Echo} <o> <n> times[.| please|]", "<n> times <o>[ please|]", "<o>, <n> times[.| please|]", "{Write|Say|Print} the word <o> <n> times[ in a row|][.|]", "DO: {say|write|repeat|print|type} <o> <n> times", "{I want|I need|Give me} <o> <n> times[.|]", "repeat <o> for a total of <n> times[.|]"],
    "first": ["What is the first {item|thing|word|entry} {of|in} <l>?[ One word.|]", "Give[ me|] the first {item|one|entry|element}: <l>", "first item of <l>", "Only the first one: <l>", "NP: the first {item|element|entry} of the list <l>", "<l>. {What comes first|Name the first|Just the first one|The first one please}[?|.]", "{Take|Pick|Choose|Return} the first {item|one|element} {of|from} <l>"],
    "last": ["What is the last {item|thing|word|entry} {of|in} <l>?[ One word.|]", "Give[ me|] the last {item|one|entry|element}: <l>", "last item of <l>", "Only the last one: <l>", "NP: the last {item|element|entry} of the list <l>", "<l>. {What comes last|Name the last|Just the last one|The last one please}[?|.]", "{Take|Pick|Choose|Return} the last {item|one|element} {of|from} <l>"],
    "nth": ["What is the <k> {item|thing|word|entry} {of|in} <l>?", "Give[ me|] the <k> {item|one|entry|element}: <l>", "<k> item of <l>", "NP: the <k> {item|element|entry} of the list <l>", "<l>. {Name the <k>|Just the <k> one|The <k> one please}[?|.]", "{Take|Pick|Return} the <k> {item|one|element} {of|from} <l>"],
    "range": ["{count|Count} from <a> to <b>[.| please|]", "{Write|Print|List|Give me|Output} the numbers {from <a> to <b>|between <a> and <b>|<a> to <b>|<a> through <b>}[.|, separated by commas|]", "numbers <a> to <b>[ please|]", "DO: {count from <a> to <b>|count up from <a> to <b>|list the numbers from <a> to <b>}"],
    "to": ["{count|Count}[ up|] to <b>[.|!| please| for me|]", "{can|could} you count[ up| out loud|] to <b>?", "DO: {count to <b>|count up to <b>|count from one to <b>}", "{Write|List|Print|Say} {the|all} numbers {up to|until} <b>[.|, from one on|]", "{I want|I'd like} you to count {up |}to <b>[.|]", "the first <b> numbers[, please|][.|]", "one, two, three ... up to <b>[ please|][.|]"],
    "backwards": ["{count|Count} {down|backwards} from <b> to <a>[.| please|]", "countdown from <b> to <a>[ please|]", "DO: {count down from <b> to <a>|count backwards from <b> to <a>}", "{Write|List|Print} the numbers from <b> down to <a>[.|]"],
    "table": ["{Make|Create|Write|Give me|Show} a {markdown |}table with the columns <h> and <i> {for|from|of} <p>[.|]", "<p>\n\n{As a markdown table|Put this in a table|Make a table} with columns <h> and <i>[.|]", "{Markdown table|Table}, columns <h> and <i>: <p>"],
    "known": ["{list|List|name|Name|give me|Give me|tell me|write down|Write} <n> <w>[.| please|]", "<n> <w>[, please| please|][.|]", "{can|could} you {list|name|give me|tell me} <n> <w>?", "DO: {list <n> <w>|name <n> <w>|give me <n> <w>|think of <n> <w>}", "{I need|I want|show me|what are} <n> <w>[.|?|]", "{give|list} <n> examples of <w>[.|]", "{Make|Give me|Write|Show me|Create}[ me|] a list {of|with} <n> <w>[.| please|]", "A list of <n> <w>, {numbered|one per line|one on each line}[.|]", "{Name|List} <n> <w>, one {per|on each} line[.|]"],
    "known_array": ["{list|List|Give me|Write|Return|Output|Generate} <n> <w> as {a JSON array|JSON|a JSON list|a JSON array of strings}[.|]", "a JSON array {of|with} <n> <w>[.| please|]", "<n> <w>, {as a JSON array|JSON only|in JSON}[.|]", "DO: {list|return|give me} <n> <w> as a JSON array"],
}
for _kind in FORMATS:
    FORMATS[_kind].extend(more.FORMATS.get(_kind, []))
# For training alone: numbered lists that end where the number is the one asked for, whatever the items are; <o> is said <n> times, or the first <n> of <l>.
NUMBERED = {
    "again": ["{Write|Say|Repeat|Print|List} <o> <n> times{, numbered| as a numbered list| in a numbered list|, one per line with numbers}[.| please|]", "{a|A} numbered list {of|with} <n> times <o>[.| please|]", "<n> lines, each with a number and <o>[.|]", "DO: {number <n> lines that say <o>|write <o> in <n> numbered lines}"],
    "some": ["{List|Write|Give me|Show|Name} {the first <n>|<n>} of {these|the following}{, numbered|, with numbers|}: <l>", "<l>\n\n{List|Give me|Number|Name} {the first <n>|<n> of them|only <n> of these}[, numbered|][.|]", "{the first|only} <n> of <l>, {numbered|as a numbered list}[ please|][.|]", "DO: {list|name|number} the first <n> of <l>", "{Pick|Take|Choose} <n> of <l>[ and number them|][.|]"],
    "numbers": ["{Count|count} to <n>, {one number per line|each number on its own line|one per line}[.| please|]", "{Write|List} the numbers {1|one} to <n>, one {per|on each} line[.|]"],
}
KINDS = list(FORMATS)
OFTEN = ["known"] * 16 + list(NUMBERED) * 4 + ["known_array"] * 2 + ["to"] * 3 + ["range"] * 2 + ["times"]        # what users ask for, and are slowly learned
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"]
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
KNOWN = {"colours": "red blue green yellow orange purple pink brown black white", "colors": "red blue green yellow orange purple pink brown black white", "fruits": "apple banana cherry orange pear grape lemon mango peach plum",
         "animals": "dog cat horse lion tiger rabbit fox bear wolf mouse", "days of the week": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday", "months": "January February March April May June July August September October",
         "vegetables": "carrot potato tomato onion pepper cabbage spinach pea bean leek", "cities": "Paris London Berlin Rome Madrid Vienna Tokyo Cairo Lima Oslo", "countries": "France Germany Italy Spain Japan Brazil Canada Egypt India Peru",
         "planets": "Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune", "birds": "robin eagle owl sparrow swan crow duck parrot finch heron", "names": "Anna Ben Clara David Emma Felix Greta Hugo Iris Jonas",
         "letters": "A B C D E F G H I J", "numbers": "1 2 3 4 5 6 7 8 9 10", "drinks": "water tea coffee milk juice", "sports": "football tennis swimming running cycling chess", "tools": "hammer saw drill screwdriver pliers",
         "flowers": "rose tulip lily daisy violet orchid poppy", "trees": "oak pine birch maple beech willow fir", "instruments": "piano guitar violin drum flute trumpet cello", "musical instruments": "piano guitar violin drum flute trumpet cello", "programming languages": "Python JavaScript Rust Go Java Ruby Swift",
         "languages": "English French German Spanish Italian Polish Greek", "foods": "bread rice pasta soup salad cheese pizza", "breakfast foods": "eggs bread cereal fruit yogurt pancakes", "desserts": "cake pie pudding cookies sorbet", "pets": "dog cat rabbit hamster parrot goldfish", "insects": "ant bee fly beetle wasp moth",
         "fish": "salmon trout carp pike eel tuna", "metals": "iron gold silver copper tin zinc lead", "shapes": "circle square triangle star cross", "seasons": "spring summer autumn winter", "oceans": "Atlantic Pacific Indian Arctic Southern", "continents": "Africa Asia Europe Australia Antarctica", "capitals": "Paris London Berlin Rome Madrid Vienna Tokyo",
         "jobs": "teacher nurse baker doctor painter pilot farmer", "hobbies": "reading cooking hiking painting chess swimming", "furniture": "table chair bed sofa desk shelf", "rivers": "Nile Amazon Danube Rhine Thames Seine", "clothes": "shirt coat hat shoe scarf glove", "numbers between 1 and 10": "1 2 3 4 5 6 7 8 9 10", "girl names": "Anna Clara Emma Greta Iris Laura", "boy names": "Ben David Felix Hugo Jonas Tom"}


def numbered(items):
    return "\n".join(f"{n}. {item}" for n, item in enumerate(items, 1))


def formats(kit):
    kind = kit.pick(KINDS + OFTEN if kit.split == "train" else KINDS)
    items = [kit.thing() if kit.chance(.75) else kit.name() if kit.chance(.5) else str(kit.value()) for _ in range(kit.rng.randint(2, 6))]
    listed = ", ".join(items)
    if kit.chance(.2) and kind not in ("lines",):
        listed = ", ".join(items[:-1]) + " and " + items[-1]
    asked = kit.pick(items) if kit.chance(.5) else kit.thing()
    times, nth = kit.rng.randint(2, 5), kit.rng.randint(1, len(items))
    low = 0 if kind == "to" else kit.rng.randint(0, 10) if kit.chance(.5) else kit.rng.randint(0, 40)
    high = low + kit.rng.randint(2, 20 if kind == "to" else 12)
    known = kit.pick(list(KNOWN))
    words = KNOWN[known].split()
    want = kit.rng.randint(2, min(7, len(words)))
    if kind == "some":
        words = [*dict.fromkeys(items + [kit.thing() for _ in range(4)])]
        listed, want = ", ".join(words), kit.rng.randint(1, len(words) - 1)
    head = kit.rng.sample(["name", "value", "item", "price", "city", "count", "key", "kind", "person", "code"], 2)
    pairs = [(kit.thing() if kit.chance(.5) else kit.name(), str(kit.number(1, 999)) if kit.chance(.5) else str(kit.value())) for _ in range(kit.rng.randint(1, 4))]
    answer = {
        "bullets": "\n".join("- " + i for i in items), "numbered": numbered(items), "array": dump(items), "commas": ", ".join(items),
        "lines": "\n".join(items), "member": "yes" if asked in items else "no", "count": str(len(items)), "times": " ".join([items[0]] * times), "first": items[0], "last": items[-1],
        "nth": items[nth - 1], "range": ", ".join(map(str, range(low, high + 1))), "backwards": ", ".join(map(str, range(high, low - 1, -1))),
        "table": f"| {head[0]} | {head[1]} |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in pairs), "to": ", ".join(map(str, range(1, high + 1))),
        "known": numbered(words[:want]), "known_array": dump(words[:want]),
        "some": numbered(words[:want]), "again": numbered(items[:1] * want), "numbers": "\n".join(map(str, range(1, want + 1)))}[kind]
    number = times if kind == "times" else want
    shown = str(number) if kit.chance(.6 if kit.split == "train" else .4) else NUMBERS[number]
    request = kit.user((FORMATS | NUMBERED)[kind], H.FORMATS.get(kind), quiet=kit.chance(.7), l=listed, q=asked, o=items[0], n=shown, r="\n".join(items), k=ORDINALS[nth - 1], a=low, b=high, h=head[0], i=head[1],
                       p=", ".join(f"{a}: {b}" for a, b in pairs), w=known)
    return kit.persona(.3) + [request, ("assistant", answer)]
