"""Five hundred prompts that make no sense to the model: it must still answer within the limits and stop.

Other languages, source code, signs, control characters, one thing repeated, empty turns, 30 KB of anything. The sentences and
the pieces of code are written here or are files beside this one; training sees none of them.
"""
import glob
import os
import random

from . import babble
from .kit import Kit

SENTENCES = """Können Sie mir sagen, wann der nächste Zug nach Hamburg fährt?|Wie heißt der höchste Berg der Alpen und wie hoch ist er?|Mein Bruder hat gestern ein altes Fahrrad gekauft.|Où se trouve la gare la plus proche, s'il vous plaît ?|Je cherche un livre sur l'histoire de la Bretagne.|Quel âge as-tu et comment t'appelles-tu ?|
¿Dónde puedo comprar entradas para el concierto del sábado?|Mi abuela cocina la mejor tortilla del barrio.|¿Cuánto cuesta este abrigo?|Che tempo farà domani a Venezia?|Vorrei prenotare un tavolo per quattro persone alle otto.|Il treno per Bologna parte dal binario sette.|Onde fica a farmácia mais próxima?|Gostaria de saber mais sobre a cidade do Porto.|
Kun je me vertellen hoe laat de winkel opengaat?|Gisteren hebben we de hele dag gefietst.|Czy mógłbyś mi pomóc znaleźć dworzec?|Wczoraj padał deszcz przez cały dzień.|En yakın eczane nerede?|Yarın sabah erken kalkmam gerekiyor.|Kan du berätta när bussen går till Uppsala?|Missä on lähin rautatieasema?|Kde je nejbližší obchod s potravinami?|Hol van a legközelebbi posta?|
Подскажите, пожалуйста, как пройти к вокзалу?|Сколько стоит билет до Казани?|Πού είναι ο πλησιέστερος σταθμός;|你能告诉我最近的地铁站在哪里吗？|请给我写一首关于春天的诗。|駅への行き方を教えてください。|今日はとてもいい天気ですね。|가장 가까운 지하철역이 어디에 있나요?|أين أقرب محطة قطار من فضلك؟|निकटतम रेलवे स्टेशन कहाँ है?|ขอโทษครับ สถานีรถไฟอยู่ที่ไหน|Ga tàu gần nhất ở đâu vậy?""".replace("\n", "").split("|")
CODE = ["fn main() {\n    let mut total = 0u64;\n    for line in std::io::stdin().lines() {\n        total += line.unwrap().len() as u64;\n    }\n    println!(\"{total}\");\n}", "SELECT c.name, COUNT(*) AS n\nFROM customers c JOIN orders o ON o.customer_id = c.id\nWHERE o.created_at > NOW() - INTERVAL '7 days'\nGROUP BY c.name\nORDER BY n DESC LIMIT 10;",
        "export default {\n  async fetch(request, env) {\n    const url = new URL(request.url);\n    return Response.json({ path: url.pathname });\n  },\n};", "#!/bin/sh\nset -eu\nfor f in *.log; do\n  gzip -9 \"$f\" && mv \"$f.gz\" archive/\ndone", "<!doctype html>\n<html><head><title>Test</title></head>\n<body><p class=\"a b\">Hi &amp; bye</p></body></html>",
        "class Stack:\n    def __init__(self):\n        self.items = []\n    def push(self, x):\n        self.items.append(x)\n", "Traceback (most recent call last):\n  File \"app.py\", line 12, in <module>\n    main()\nKeyError: 'user'", "{\"a\":[1,2,{\"b\":null}],\"c\":\"\\u00e9\",\"d\":{\"e\":[[],[]]}}", "server:\n  port: 8080\n  hosts:\n    - a.example\n    - b.example\n", "0x7fff5fbff8a0 0x00007fff 48 89 e5 41 57 41 56"]
SPOKEN = ["What does this mean?", "Fix this.", "Explain:", "Continue.", "Translate to English:", "", "", ""]


def source_code(rng):
    if rng.random() < .5:
        return rng.choice(CODE)
    with open(rng.choice(sorted(glob.glob(os.path.dirname(__file__) + "/*.py"))), encoding="utf-8") as file:
        lines = file.read().split("\n")
    at = rng.randrange(len(lines))
    return "\n".join(line[:200] for line in lines[at:at + rng.randint(3, 25)])


def anything(kit, words):
    return kit.pick([lambda: babble.noise(kit), lambda: babble.foreign(kit), lambda: kit.pick(SENTENCES), lambda: source_code(kit.rng), lambda: " ".join(kit.rng.sample(words, 12))])()


def prompts(words, seed=11):
    """[(kind, user turn)], five hundred; `words` are real sentences cut into words."""
    rng = random.Random(seed)
    kit = Kit(rng, "lex")
    made = []
    for kind, count, make in (
        ("other languages", 110, lambda: " ".join(rng.sample(SENTENCES, rng.choice([1, 1, 2, 4])))),
        ("source code", 90, lambda: (rng.choice(SPOKEN) + "\n" + source_code(rng)).strip("\n")),
        ("signs and control characters", 90, lambda: babble.noise(kit)),
        ("one thing repeated", 50, lambda: rng.choice(["", " ", "\n"]).join([rng.choice(["a", "ha", "no", "?", "hello", "word ", "1", "foo bar", "\u00e9", "\u4f60", kit.syllables()])] * rng.randint(5, 400))),
        ("words in disorder", 80, lambda: " ".join(rng.choice(words) for _ in range(rng.randint(3, 80)))),
        ("empty turns", 40, lambda: rng.choice(["", " ", "\n", "\t", "  \n  ", "\u200b", "\x00", "."])),
        ("30 KB", 40, lambda: long_one(kit, words)),
    ):
        made += [(kind, make()) for _ in range(count)]
    return made


def long_one(kit, words):
    text = ""
    one = kit.chance(.5) and anything(kit, words)
    while len(text) < 30_000:
        text += (one or anything(kit, words)) + kit.pick([" ", "\n", "\n\n"])
    return text[:30_000]
