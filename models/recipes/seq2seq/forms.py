"""Inflection in seven languages, as far as the translator's sentences need it."""
import re
import unicodedata

from . import words

VOWELS = "aeiouyhœéèêâàîôûáíóúãõ"


def bare(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def plural(lang, word, gender):
    last = word[-1]
    if lang == "en":
        if re.search(r"(s|x|ch|sh)$", word):
            return word + "es"
        return word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"
    if lang == "fr":
        if last in "sxz":
            return word
        return word + "x" if word.endswith("eau") else word + "s"
    if lang == "es":
        if last == "z":
            return word[:-1] + "ces"
        if last in "aeoé":
            return word + "s"
        return (word[:-2] + bare(word[-2]) + last if word[-2] in "íóáé" and last in "ns" else word) + "es"
    if lang == "it":
        if last in "èàéùò" or last not in "aeio":
            return word
        if word.endswith("io"):
            return word[:-1]
        if last == "a":
            return word[:-1] + ("he" if word[-2] in "cg" else "e")
        return word[:-1] + "i"
    if lang == "pt":
        if word.endswith("ão"):
            return word[:-2] + "ões"
        if last == "m":
            return word[:-1] + "ns"
        if last == "l":
            return {"fácil": "fáceis", "difícil": "difíceis"}.get(word) or \
                word[:-2] + {"a": "a", "e": "é", "u": "u", "o": "ó", "i": "i"}[word[-2]] + "is"
        return word + ("es" if last in "rz" else "s")
    if lang == "hi":
        if gender == "m":
            return word[:-1] + "े" if last == "ा" else word
        if last == "ी":
            return word[:-1] + "ियाँ"
        return word + ("एँ" if last in "ाूो" else "ें")
    raise ValueError(lang)


class Noun:
    """`one` and `many` by language, `gender` by language."""

    def __init__(self, line):
        row, self.kind = (part.strip() for part in line.rsplit(";", 1))
        self.one, self.many, self.gender, self.fixed = {}, {}, {"en": "n"}, set()
        for lang, cell in zip(words.LANGUAGES, row.split("|")):
            cell = cell.strip()
            if lang == "en":
                one, _, many = cell.partition(",")
            else:
                found = re.match(r"(.+?) ([mfn])(?: (.+))?$", cell)
                one, self.gender[lang], many = found[1], found[2], found[3] or ""
            self.one[lang] = one
            if many:
                self.fixed.add(lang)
            self.many[lang] = many or plural(lang, one, self.gender.get(lang))
        self.en = self.one["en"]

    def oblique(self, is_many):
        """Hindi's form before a postposition."""
        word, gender = self.one["hi"], self.gender["hi"]
        ends_aa = gender == "m" and word[-1] == "ा" and "hi" not in self.fixed
        if not is_many:
            return word[:-1] + "े" if ends_aa else word
        if ends_aa:
            return word[:-1] + "ों"
        many = self.many["hi"]
        for old in ("ियाँ", "एँ", "ें"):
            if many.endswith(old):
                return many[:-len(old)] + {"ियाँ": "ियों", "एँ": "ओं", "ें": "ों"}[old]
        if word[-1] == "ी":
            return word[:-1] + "ियों"
        return word if word in ("पिता", "राजा", "आलू", "चाकू") else word + "ों"


class Adjective:
    def __init__(self, line):
        row, self.kinds = (part.strip() for part in line.rsplit(";", 1))
        cells = [c.strip() for c in row.split("|")]
        self.en = cells[0]
        self.fr = [cells[1]] * 2 if cells[1].startswith("bon marché") else (cells[1].split() * 2)[:2]
        self.de = cells[2]
        *self.es, self.es_verb = cells[3].split()
        self.it = cells[4].split()
        *self.pt, self.pt_verb = cells[5].split()
        self.hi = cells[6]

    def form(self, lang, gender, is_many):
        feminine = gender == "f"
        if lang in ("en", "de"):
            return getattr(self, lang)
        if lang == "fr":
            word = self.fr[feminine]
            return plural("fr", word, gender) if is_many and word != "bon marché" else word
        if lang == "hi":
            if self.hi == "थका हुआ":
                return "थकी हुई" if feminine else "थके हुए" if is_many else self.hi
            if self.hi == "नया":
                return "नई" if feminine else "नए" if is_many else self.hi
            if self.hi[-1] != "ा":
                return self.hi
            return self.hi[:-1] + ("ी" if feminine else "े" if is_many else "ा")
        given = getattr(self, lang)
        if lang == "es" and "," in given[0]:
            given = given[0].split(",")
        if len(given) == 4:
            return given[feminine + 2 * is_many]
        word = given[0]
        if word == "blu":
            return word
        if word[-1] == "o":
            word = word[:-1] + "a" if feminine else word
        return plural(lang, word, gender) if is_many else word


PERSON = [0, 1, 2, 2, 3, 4]     # I, you, he, she, we, they -> which of five forms


class Verb:
    def __init__(self, line):
        row, self.objects = (part.strip() for part in line.rsplit(";", 1))
        cells = [c.strip() for c in row.split("|")]
        # A separable prefix is written with the sign that parts the cells.
        if len(cells) == 8:
            cells[2:4] = [cells[2] + "|" + cells[3]]
        en, self.cells = cells[0], dict(zip(words.LANGUAGES[1:], (c.split(":") for c in cells[1:])))
        self.base, self.past_en = (w.replace("_", " ") for w in en.split())
        self.key = self.base

    def has(self, lang):
        return lang == "en" or self.cells[lang][0] != "x"

    def part(self, lang, at):
        cell = self.cells[lang]
        return cell[at] if len(cell) > at and cell[at] else None

    def third(self):
        head, _, rest = self.base.partition(" ")
        head = plural("en", head, "n") if not head.endswith("o") else head + "es"
        return f"{head} {rest}".strip()

    def progressive(self):
        head, _, rest = self.base.partition(" ")
        if head.endswith("e") and head not in ("see",):
            head = head[:-1]
        elif head in ("cut", "forget"):
            head += head[-1]
        return f"{head}ing {rest}".strip()

    def inf(self, lang):
        word = self.cells[lang][0]
        return word.replace("|", "")

    def present(self, lang, person):
        """`person`: 0..5, see PERSON."""
        at = PERSON[person]
        infinitive = self.cells[lang][0]
        if lang == "fr":
            given = self.part("fr", 1)
            return given.split(",")[at] if given else infinitive[:-2] + ["e", "es", "e", "ons", "ent"][at]
        if lang == "es":
            given = self.part("es", 1)
            stem, kind = infinitive[:-2], bare(infinitive[-2])
            ends = {"a": ["o", "as", "a", "amos", "an"], "e": ["o", "es", "e", "emos", "en"],
                    "i": ["o", "es", "e", "imos", "en"]}
            return given.split(",")[at] if given else stem + ends[kind][at]
        if lang == "it":
            given = self.part("it", 2)
            stem, kind = infinitive[:-3], infinitive[-3]
            ends = {"a": ["o", "i", "a", "iamo", "ano"], "e": ["o", "i", "e", "iamo", "ono"], "i": ["o", "i", "e", "iamo", "ono"]}
            return given.split(",")[at] if given else stem + ends[kind][at]
        if lang == "pt":
            at = [0, 1, 1, 1, 2, 3][person]
            given = self.part("pt", 1)
            stem, kind = infinitive[:-2], infinitive[-2]
            ends = {"a": ["o", "a", "amos", "am"], "e": ["o", "e", "emos", "em"], "i": ["o", "e", "imos", "em"]}
            return given.split(",")[at] if given else stem + ends[kind][at]
        if lang == "de":
            stem = infinitive.split("|")[-1]
            stem = stem[:-2] if stem.endswith("en") else stem[:-1]
            strong = self.part("de", 2)
            if at in (1, 2) and strong:
                return strong.split(",")[at - 1]
            whole = infinitive.split("|")[-1]
            return [stem + "e", stem + "st", stem + "t", whole, whole][at]
        raise ValueError(lang)

    def particle(self):
        head, sign, _ = self.cells["de"][0].partition("|")
        return head if sign else ""

    def participle(self, lang):
        given = self.part(lang, 2 if lang == "fr" else 1)
        return given or self.cells[lang][0][:-2] + "é"

    def preterite(self, lang, person):
        """Spanish and Portuguese."""
        at = PERSON[person]
        infinitive, stem = self.cells[lang][0], self.cells[lang][0][:-2]
        given = self.part(lang, 2)
        if lang == "pt":
            at = [0, 1, 1, 1, 2, 3][person]
            ends = {"a": ["ei", "ou", "amos", "aram"], "e": ["i", "eu", "emos", "eram"], "i": ["i", "iu", "imos", "iram"]}
        else:
            ends = {"a": ["é", "aste", "ó", "amos", "aron"], "e": ["í", "iste", "ió", "imos", "ieron"],
                    "i": ["í", "iste", "ió", "imos", "ieron"]}
        return given.split(",")[at] if given else stem + ends[bare(infinitive[-2])][at]

    def future(self, lang, person):
        at = PERSON[person]
        infinitive = self.cells[lang][0]
        if lang == "fr":
            stem = self.part("fr", 3) or (infinitive[:-1] if infinitive.endswith("e") else infinitive)
            return stem + ["ai", "as", "a", "ons", "ont"][at]
        if lang == "es":
            return bare_last(infinitive) + ["é", "ás", "á", "emos", "án"][at]
        if lang == "it":
            stem = self.part("it", 3) or (infinitive[:-3] + "er" if infinitive[-3] == "a" else infinitive[:-1])
            return stem + ["ò", "ai", "à", "emo", "anno"][at]
        raise ValueError(lang)


def bare_last(infinitive):
    """oír -> oir, before an ending that bears the accent."""
    return infinitive[:-2] + bare(infinitive[-2:])


def is_vowel(word):
    return word[0].lower() in VOWELS


def table(text):
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


NOUNS = [Noun(line) for line in words.NOUNS.strip().splitlines()]
ADJECTIVES = [Adjective(line) for line in words.ADJECTIVES.strip().splitlines()]
VERBS = [Verb(line) for line in words.VERBS.strip().splitlines()]
