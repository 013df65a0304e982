"""What stands around the facts of a text: openings and additions to a sentence, and sentences that tell nothing asked.

Generated statements are short and bare; real ones are not. A dressed sentence still tells the same.
"""
OPENINGS = """As a rule|In most years|According to the records|Today|In the old days|Since the last change|In fact|Under normal conditions|As far as we know|As many people know|By the way|In short|Strictly speaking|For several years now|
In this region|As the name suggests|Unlike its neighbours|Like many others|On the whole|In general|At the moment|According to the latest report|If nothing else is said|For most people|As everyone here knows|Officially|By tradition|In practice|
To be exact|According to the owner|For good reasons|After long talks|Contrary to what is often said|As before|Under the new rules|At present|Usually|Fortunately|Even so|Of course|As a result|In any case|First of all|Surprisingly|Nowadays|In addition|Besides|It is worth knowing that|Note that|Please remember that|
Visitors are told that|The records show that|It is often said that|Few people know that|Nobody doubts that|We should add that|The guide says that|Experts agree that|Keep in mind that""".replace("\n", "").split("|")
ADDITIONS = """, although this may change|, which surprises many people|, as the sign at the door says|, so plan ahead|, and nobody complains about it|, even in winter|, as in the years before|, which is more than most people think|, to the delight of the children|, so there is no need to hurry|
, at least for now|, if everything goes well|, as the old books tell|, and that is not likely to change|, which makes it special|, and this is checked from time to time|, whatever the weather|, just as in other places|, as agreed with the neighbours|, though few people notice|, and this has worked well so far|
, according to the local paper|, as you can see on the map|, which was a hard decision|, after years of waiting|, with very few exceptions|, as many letters show|, and so it was written down|, for safety|, much to everyone's surprise|, as a small note explains|, and most people are happy with that|, unless something else was agreed""".replace("\n", "").split("|")
IDLE = """There is more to say about this than fits on one page.|Many people ask about this.|The rest of the story is less well known.|Pictures can be seen on the next page.|Opinions on this differ.|Ask if something is not clear.|This page was last changed some time ago.|A map is printed on the back.|
Not everything is known about the early years.|Much has been written about it.|The following points are important.|Every case is a little different.|Some of this may be new to you.|It is best to read everything once before you begin.|Most questions are answered below.|The details are easy to remember.|
Older readers may remember how it was before.|This has often been described.|Thanks go to all who helped.|A few things are worth a closer look.|Here are the most important facts.|Nothing of this is secret.|It was not always like this.|More can be found in the archive.|We wish you a pleasant stay.|The work goes on.|
Some details were added later.|There were good years and bad ones.|People come from far away.|Only a few things have changed since then.|Everyone is welcome to learn more.|Several books tell the whole story.|The weather plays a part in it.|Children find this part boring.|Please handle everything with care.""".replace("\n", "").split("|")

KEPT = set("I January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday Asia Africa Ctrl Alt Shift Linux".split())


def dress(kit, sentence, names=""):
    """The sentence with an opening or an addition, or as it is; words of `names` keep their capital."""
    dice = kit.rng.random()
    if dice > .45 or len(sentence) > 170:
        return sentence
    if dice < .25:
        first = sentence.split(" ", 1)[0].strip(",'\"")
        opening = kit.pick(OPENINGS)
        body = sentence if first in names or first in KEPT else sentence[:1].lower() + sentence[1:]
        sentence = f"{opening}{'' if opening.endswith(' that') else ','} {body}"
    if dice > .15 and sentence.endswith(".") and not sentence.endswith(".)"):
        sentence = sentence[:-1] + kit.pick(ADDITIONS) + "."
    return sentence
