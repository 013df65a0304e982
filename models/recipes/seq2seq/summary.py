"""kindling-summary: invented reports with what they come to in a sentence or two, and real sentences whose gist is the first.

    python -m seq2seq.train --task summary --work DIR --minutes 10

Three in five texts are reports: a lead, in which stands what happened, and sentences around it that may be left out; the summary is made from
the same facts. The others are runs of WordNet's example sentences and definitions, whose summary is the first sentence: from them it learns to copy words
that no report has. Places and topics of a report are trained or held out by the pair's hash.
"""
import random
import re

from tokenizers import Tokenizer
from transformers import BartConfig, BartForConditionalGeneration

from . import tokens
from .grammar import SYLLABLES, is_held

SIZE, LONGEST = 3000, 220
TOWNS = "Marlow Kestwick Brenton Aldgate Norhaven Pelham Wexcombe Tarrow Linfield Ostrava Cardale Hexley Dunmore Ravensby Elmsworth Quarndon Silverton Port Almer Lowick Stanfield".replace("Port Almer", "Port-Almer").split()
FIRST = "Anna Peter Maria David Julia Martin Laura Simon Clara Daniel Emma Felix Nina Oscar Sara Thomas Eva Paul Helen Victor".split()
LAST = "Novak Berger Rossi Moreau Silva Jensen Kowalski Becker Lindqvist Ferrari Okafor Tanaka Haddad Murphy Costa Weber Dubois Nagy Petrov Larsen".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
NUMBERS = "two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty".split()

# kind: [leads], [details], [consequences], [summaries]; slots in braces.
REPORTS = {
    "council": (["The {town} council voted on {day} to {act} the {thing}.", "On {day}, councillors in {town} decided to {act} the {thing}.", "After a long debate the council of {town} agreed on {day} to {act} the {thing}."],
                ["The work will cost {n} million euros.", "Residents had asked for it for {n} years.", "Mayor {who} said the decision was not an easy one.", "{n2} members voted against the plan.", "A survey of the {thing} was made last {month}."],
                ["Work will begin in {month}.", "The plan takes effect in {month}."],
                ["{town} council will {act} the {thing}. Work begins in {month}.", "{town} will {act} the {thing} from {month}."]),
    "fire": (["A fire destroyed the {thing} in {town} on {day}.", "Firefighters in {town} fought a blaze at the {thing} on {day}.", "The {thing} in {town} burned down on {day} night."],
             ["Nobody was hurt.", "The cause is still unknown.", "Smoke could be seen from {n} kilometres away.", "{who}, who lives next door, called for help.", "{n2} fire engines were sent."],
             ["It will be rebuilt by {month}.", "The street stays closed until {month}."],
             ["A fire destroyed the {thing} in {town} on {day}."]),
    "company": (["{firm} said on {day} that it will open a new {site} in {town}.", "The company {firm} plans to build a {site} in {town}, it announced on {day}.", "{firm} is coming to {town}: the firm will open a {site} there."],
                ["The site should create {n} hundred jobs.", "{who}, who leads the company, called it a great step.", "Shares rose by {n2} percent after the news.", "The firm was founded {n} years ago in {town2}."],
                ["It is to open in {month}.", "Production starts in {month}."],
                ["{firm} will open a {site} in {town} in {month}."]),
    "sport": (["{town} beat {town2} {score} in the {cup} on {day}.", "{who} scored the winning goal as {town} beat {town2} {score} on {day}.", "{town} won the {cup} on {day} with a {score} victory over {town2}."],
              ["The match was watched by {n} thousand fans.", "Rain fell for most of the second half.", "Coach {who} praised the young players.", "{town2} had a man sent off before the break."],
              ["The next match is in {month}.", "They return to play in {month}."],
              ["{town} beat {town2} {score}."]),
    "science": (["Researchers at the University of {town} have found that {finding}.", "A study by scientists in {town} shows that {finding}.", "{finding2}, according to a study published on {day} by the University of {town}."],
                ["They followed {n} hundred people for {n2} years.", "{who}, who led the work, was surprised by the result.", "Earlier studies had come to other conclusions.", "The work was paid for by a public fund."],
                ["A second study will begin in {month}.", "The team will present its data in {month}."],
                ["A study from {town} finds that {finding}."]),
    "weather": (["Heavy {storm} hit {town} on {day} and left {n} thousand homes without power.", "{n} thousand homes in {town} lost power on {day} after heavy {storm}.", "Heavy {storm} swept across {town} on {day}, leaving {n} thousand homes without power."],
                ["Schools stayed closed.", "Trains were stopped for {n2} hours.", "{who} of the weather service warned of more to come.", "Several roads were blocked by trees."],
                ["Repairs will last until {month}.", "It was the worst weather since {month}."],
                ["Heavy {storm} left {n} thousand homes in {town} without power."]),
    "person": (["{who} has been named head of the {town} {office}.", "The {town} {office} has chosen {who} as its new head.", "{who} will lead the {town} {office}, it was announced on {day}."],
               ["The {office} has had no head for {n} months.", "Born in {town2}, the new head studied law and economics.", "{n2} people had applied for the post.", "Staff welcomed the choice."],
               ["The new head starts in {month}.", "The post begins in {month}."],
               ["{who} will lead the {town} {office} from {month}."]),
    "train": (["A new {line} between {town} and {town2} opened on {day}.", "Travellers can use the new {line} from {town} to {town2} since {day}.", "The {line} that joins {town} and {town2} was opened on {day}."],
              ["The trip now takes {n} minutes less.", "It cost {n2} million euros.", "{who} was among the first to use it.", "Building took {n} years."],
              ["A second one is to follow in {month}.", "Fares stay the same until {month}."],
              ["A new {line} links {town} and {town2}."]),
}
SLOTS = {
    "act": "close,repair,rebuild,sell,extend,paint,protect".split(","),
    "thing": "old bridge,library,town hall,swimming pool,market hall,school,theatre,railway station,harbour,museum,sports centre,church tower,hospital,fire station,park".split(","),
    "site": "factory,office,warehouse,research centre,store,data centre,bakery".split(","),
    "cup": "final,cup,league,semi-final,derby".split(","),
    "finding": "regular walks improve sleep,bees can learn to count,coffee does not harm the heart,short breaks help pupils to learn,city trees lower the heat,old songs wake memories,cold water keeps people awake,plants grow faster with music".split(","),
    "storm": "rain,snow,winds,storms,hail".split(","), "office": "orchestra,museum,hospital,university,police,library,zoo,harbour authority".split(","),
    "line": "railway line,bus line,motorway,cycle path,ferry,tram line".split(","),
}
FILLER = """Many people came to see it. The news was received with joy. Others were less pleased. No one could be reached for comment. More details will follow.
Local papers reported on it. Shops nearby stayed open. Visitors from other places were surprised. The matter has been discussed for a long time.""".replace("\n", " ").split(". ")


def invented(rng, parts=(2, 3)):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.choice(parts))).capitalize()


def facts(rng, kind, held):
    while True:
        f = {name: rng.choice(values) for name, values in SLOTS.items()}
        towns = [invented(rng) + rng.choice(["", "ton", "burg", "ford"]) if rng.random() < .4 else rng.choice(TOWNS) for _ in range(2)]
        f["town"], f["town2"] = towns
        people = [f"{rng.choice(FIRST)} {rng.choice(LAST) if rng.random() < .6 else invented(rng)}"]
        f.update(who=people[0], day=rng.choice(DAYS), month=rng.choice(MONTHS), n=rng.choice(NUMBERS), n2=rng.choice(NUMBERS),
                 firm=invented(rng) + rng.choice(["", " Foods", " Motors", " Systems", " Energy"]), score=f"{rng.randrange(2, 6)}-{rng.randrange(0, 2)}")
        f["finding2"] = f["finding"][0].upper() + f["finding"][1:]
        topic = {"council": "thing", "fire": "thing", "company": "site", "sport": "cup", "science": "finding", "weather": "storm", "person": "office", "train": "line"}[kind]
        if towns[0] != towns[1] and (is_held(f["town"], f[topic]) == held) and (not held or f["town"] in TOWNS):
            return f


def report(rng, held=False):
    kind = rng.choice(list(REPORTS))
    leads, details, after, sums = REPORTS[kind]
    f = facts(rng, kind, held)
    say = lambda text: (t := text.format(**f))[0].upper() + t[1:]
    summary = say(rng.choice(sums[:1]))
    body = [say(t) for t in rng.sample(details, rng.randint(1, min(4, len(details))))]
    body += [t.strip().rstrip(".") + "." for t in rng.sample(FILLER, rng.choice([0, 0, 1, 2]))]
    rng.shuffle(body)
    body.insert(rng.randrange(len(body) + 1), say(rng.choice(after)))
    lead = say(rng.choice(leads))
    text = [lead] + body
    if rng.random() < .15:
        text.insert(0, rng.choice(FILLER).strip().rstrip(".") + ".")
    return " ".join(text), summary


def sentences():
    """WordNet's example sentences and definitions as sentences."""
    out = []
    for name in ("noun", "verb", "adj", "adv"):
        for line in open(f"/usr/share/wordnet/data.{name}", encoding="latin-1"):
            if line.startswith("  "):
                continue
            gloss = line.partition(" | ")[2].strip()
            for text in re.findall(r'"([^"]+)"', gloss):
                if 14 < len(text) < 90 and text.isascii() and len(text.split()) > 3:
                    out.append(text[0].upper() + text[1:].rstrip(".;, ") + ".")
            head = gloss.split('; "')[0].split(";")[0]
            word = line.split()[4].replace("_", " ")
            if name == "noun" and 20 < len(head) < 90 and head.isascii():
                out.append(f"{word[0].upper() + word[1:]} is {head}.")
    return sorted(set(out))


class Task:
    name = "summary"

    def __init__(self, work):
        self.real = sentences()
        rng = random.Random(3)
        rng.shuffle(self.real)
        self.real_held, self.real = self.real[:800], self.real[800:]
        path = f"{work}/summary.tokenizer.json"
        try:
            self.tok = Tokenizer.from_file(path)
        except Exception:
            texts = [" ".join(report(rng)) for _ in range(1500)] + self.real
            self.tok = tokens.build(texts, SIZE)
            tokens.save(self.tok, path)

    def ids(self, text):
        return self.tok.encode(text, add_special_tokens=False).ids

    def longest_source(self):
        return LONGEST + 2

    def source_ids(self, text):
        return [0] + self.ids(text)[:LONGEST] + [2]

    def example(self, rng):
        if rng.random() < .55:
            text, summary = report(rng)
        else:
            run = rng.sample(self.real, rng.choice([1, 2, 2, 3, 4]))
            text, summary = " ".join(run), run[0]
        return self.source_ids(text), [0] + self.ids(summary) + [2]

    def model(self):
        return BartForConditionalGeneration(BartConfig(
            vocab_size=self.tok.get_vocab_size(), d_model=160, encoder_layers=2, decoder_layers=2, encoder_attention_heads=5, decoder_attention_heads=5,
            encoder_ffn_dim=448, decoder_ffn_dim=448, max_position_embeddings=512, dropout=0., attention_dropout=0., activation_dropout=0.,
            activation_function="gelu", init_std=.05, scale_embedding=True, bos_token_id=0, pad_token_id=1, eos_token_id=2,
            decoder_start_token_id=2, forced_bos_token_id=0, forced_eos_token_id=2))

    def held(self, count, seed=4711):
        rng = random.Random(seed)
        return [report(rng, held=True) if i % 2 == 0 else (lambda run: (" ".join(run), run[0]))(rng.sample(self.real_held, 3)) for i in range(count)]

    def summarise(self, model, texts):
        from .decode import greedy
        out = greedy(model, [self.source_ids(t) for t in texts], [[2, 0] for _ in texts])
        return [self.tok.decode(ids, skip_special_tokens=True).strip() for ids in out]

    def check(self, model, count=60):
        rows = self.held(count)
        said = self.summarise(model, [t for t, _ in rows])
        right = [x == y for x, (_, y) in zip(said, rows)]
        return sum(right) / len(right), [(rows[i][1], said[i]) for i, ok in enumerate(right) if not ok][:4]


if __name__ == "__main__":
    rng = random.Random(1)
    for _ in range(8):
        print(*report(rng), sep="\n-> ")
    real = sentences()
    print(len(real), rng.sample(real, 8))
