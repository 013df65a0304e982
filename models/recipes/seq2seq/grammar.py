"""Meanings, and what they are in each language.

A meaning is a `Sentence`; `say(lang, sentence)` spells it. Pairs of words (verb and object, noun and adjective, noun and place) are
trained or held out by their hash; `draw(rng, held=True)` makes sentences around a held pair.
"""
import hashlib
from dataclasses import dataclass, field

from . import forms, phrases
from .forms import ADJECTIVES, NOUNS, VERBS, is_vowel, table

PLACES, WAYS, NUMBERS, PHRASES = (table(t) for t in (phrases.PLACES, phrases.WAYS, phrases.NUMBERS, phrases.PHRASES))
TIMES = [(row[:-1] + [row[-1].split(";")[0].strip()], row[-1].split(";")[1].strip()) for row in table(phrases.TIMES)]
NAMES = {"f": ["Anna", "Maria", "Julia", "Sofia", "Laura", "Clara", "Emma", "Eva", "Nina", "Sara"],
         "m": ["Peter", "Paul", "David", "Martin", "Tom", "Daniel", "Lucas", "Simon", "Felix", "Oscar"]}
SYLLABLES = "ba be bo da de di do ka ke ko la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se so ta te ti to va ve vi zo".split()
INDEX = {lang: i for i, lang in enumerate(["en", "fr", "de", "es", "it", "pt", "hi"])}
HELD = 8


def is_held(*pair):
    return int(hashlib.md5("|".join(pair).encode()).hexdigest()[:8], 16) % HELD == 0


@dataclass
class Phrase:
    """A noun with what belongs to it."""
    noun: object
    det: str = "the"            # the, a, my, your, our, this
    number: int = 0             # 0: one; 1: many with `the`; 2..10: so many
    adjective: object = None

    @property
    def is_many(self):
        return self.number > 0


@dataclass
class Sentence:
    kind: str                   # act, be, at, there, have, go, fixed
    person: int = 2             # of a pronoun, or 2/3/5 by the subject's gender and number
    subject: object = None      # None: the pronoun; a Phrase; or a name
    verb: object = None
    object: object = None
    tense: str = "p"            # p, a, f
    is_not: bool = False
    asks: bool = False
    modal: str = ""             # want, can, must
    adjective: object = None
    is_very: bool = False
    place: list = None
    time: list = None
    row: list = None
    langs: set = field(default_factory=lambda: set(INDEX))


# ---------------------------------------------------------------- noun phrases

def many(lang, noun, is_many):
    return noun.many[lang] if is_many else noun.one[lang]


def number_word(lang, number, gender):
    cell = NUMBERS[number - 2][INDEX[lang]].split()
    return cell[-1] if gender == "f" else cell[0]


def np(lang, p, case="nom", negated=False):
    noun, adj = p.noun, p.adjective
    word, gender = many(lang, noun, p.is_many), noun.gender.get(lang, "n")
    describe = adj.form(lang, gender, p.is_many) if adj else ""
    return {"en": np_en, "fr": np_fr, "de": np_de, "es": np_es, "it": np_it, "pt": np_pt, "hi": np_hi}[lang](
        p, word, gender, describe, case, negated)


def joined(*parts):
    return " ".join(part for part in parts if part)


def np_en(p, word, gender, adj, case, negated):
    rest = joined(adj, word)
    if p.number > 1:
        return joined(number_word("en", p.number, "m"), rest)
    if p.det == "a":
        return ("an " if rest[0] in "aeiou" and not rest.startswith(("use",)) else "a ") + rest
    return f"{p.det} {rest}"


FR_BEFORE = {"big", "small", "new", "old", "beautiful", "good", "bad", "young"}
FR_VOWEL = {"nouveau": "nouvel", "vieux": "vieil", "beau": "bel"}


def np_fr(p, word, gender, adj, case, negated):
    if adj and p.adjective.en in FR_BEFORE:
        if not p.is_many and gender == "m" and is_vowel(word):
            adj = FR_VOWEL.get(adj, adj)
        rest = f"{adj} {word}"
    else:
        rest = joined(word, adj)
    vowel, fem = is_vowel(rest), gender == "f"
    if p.number > 1:
        return f"{number_word('fr', p.number, gender)} {rest}"
    if p.is_many:
        return "les " + rest
    if p.det == "a":
        if negated:
            return ("d'" if vowel else "de ") + rest
        return ("une " if fem else "un ") + rest
    if p.det == "the":
        return "l'" + rest if vowel else ("la " if fem else "le ") + rest
    if p.det == "this":
        return ("cette " if fem else "cet " if vowel else "ce ") + rest
    if p.det == "our":
        return "notre " + rest
    return ("m" if p.det == "my" else "t") + ("on " if vowel or not fem else "a ") + rest


WEAK = {"Junge": "Jungen", "Student": "Studenten", "Nachbar": "Nachbarn", "Bauer": "Bauern", "Elefant": "Elefanten"}


def np_de(p, word, gender, adj, case, negated):
    accusative = case == "acc"
    if accusative and not p.is_many:
        word = WEAK.get(word, word)
    masculine_acc = accusative and gender == "m"
    stem = {"teuer": "teur"}.get(adj, adj)

    def adjective(ending):
        return (stem + (ending[1:] if stem.endswith("e") else ending)) if adj else ""
    if p.number > 1:
        return joined(number_word("de", p.number, gender), adjective("e"), word)
    if p.is_many:
        return joined("die", adjective("en"), word)
    if p.det in ("the", "this"):
        if p.det == "the":
            article = "den" if masculine_acc else {"m": "der", "f": "die", "n": "das"}[gender]
        else:
            article = "diesen" if masculine_acc else {"m": "dieser", "f": "diese", "n": "dieses"}[gender]
        return joined(article, adjective("en" if masculine_acc else "e"), word)
    base = {"a": "kein" if negated else "ein", "my": "mein", "your": "dein", "our": "unser"}[p.det]
    article = base + ("en" if masculine_acc else "e" if gender == "f" else "")
    return joined(article, adjective("en" if masculine_acc else {"m": "er", "f": "e", "n": "es"}[gender]), word)


def np_es(p, word, gender, adj, case, negated):
    rest, fem = joined(word, adj), gender == "f"
    if p.number > 1:
        text = f"{number_word('es', p.number, gender)} {rest}"
    elif p.is_many:
        text = ("las " if fem else "los ") + rest
    elif p.det == "our":
        text = ("nuestra " if fem else "nuestro ") + rest
    else:
        text = {"the": ("la " if fem else "el "), "a": ("una " if fem else "un "), "this": ("esta " if fem else "este "),
                "my": "mi ", "your": "tu "}[p.det] + rest
    if case == "acc" and p.noun.kind == "p":
        return "al " + text[3:] if text.startswith("el ") else "a " + text
    return text


IT_LO = ("sp", "st", "sc", "sb", "sv", "z", "gn", "ps", "x", "y", "sm", "sn")
IT_KIN = {"mother", "father", "brother", "sister"}


def np_it(p, word, gender, adj, case, negated):
    rest, fem = joined(word, adj), gender == "f"
    vowel, lo = word[0].lower() in "aeiou", word.startswith(IT_LO)
    if p.number > 1:
        return f"{number_word('it', p.number, gender)} {rest}"
    if p.is_many:
        return ("le " if fem else "gli " if vowel or lo else "i ") + rest
    if p.det == "the":
        return "l'" + rest if vowel else ("la " if fem else "lo " if lo else "il ") + rest
    if p.det == "a":
        if fem:
            return ("un'" if vowel else "una ") + rest
        return ("uno " if lo else "un ") + rest
    if p.det == "this":
        return "quest'" + rest if vowel else ("questa " if fem else "questo ") + rest
    own = {"my": ("mio", "mia"), "your": ("tuo", "tua"), "our": ("nostro", "nostra")}[p.det][fem]
    if p.noun.en in IT_KIN and not adj:
        return f"{own} {rest}"
    return ("la " if fem else "il ") + f"{own} {rest}"


def np_pt(p, word, gender, adj, case, negated):
    rest, fem = joined(word, adj), gender == "f"
    if p.number > 1:
        return f"{number_word('pt', p.number, gender)} {rest}"
    if p.is_many:
        return ("as " if fem else "os ") + rest
    return {"the": ("a ", "o "), "a": ("uma ", "um "), "this": ("esta ", "este "), "my": ("minha ", "meu "),
            "your": ("sua ", "seu "), "our": ("nossa ", "nosso ")}[p.det][not fem] + rest


def np_hi(p, word, gender, adj, case, negated):
    """`case`: nom, or obl before a postposition."""
    oblique = case == "obl"
    if oblique:
        word = p.noun.oblique(p.is_many)
        adj = p.adjective.form("hi", gender, True) if adj else ""
    end = "ी" if gender == "f" else "े" if oblique or p.is_many else "ा"
    det = ""
    if p.number > 1:
        det = number_word("hi", p.number, gender)
    elif not p.is_many:
        det = {"the": "", "a": "एक", "this": "इस" if oblique else "यह", "my": "मेर" + end, "your": "तुम्हार" + end,
               "our": "हमार" + end}[p.det]
    return joined(det, adj, word)


# ---------------------------------------------------------------- clauses

PRONOUNS = {
    "en": ["I", "you", "he", "she", "we", "they"], "fr": ["je", "tu", "il", "elle", "nous", "ils"],
    "de": ["ich", "du", "er", "sie", "wir", "sie"], "es": ["", "", "él", "ella", "", "ellos"],
    "it": ["", "", "lui", "lei", "", "loro"], "pt": ["eu", "você", "ele", "ela", "nós", "eles"],
    "hi": ["मैं", "तुम", "वह", "वह", "हम", "वे"],
}
BE = {
    "fr": ["suis", "es", "est", "est", "sommes", "sont"], "de": ["bin", "bist", "ist", "ist", "sind", "sind"],
    "s": ["soy", "eres", "es", "es", "somos", "son"], "e": ["estoy", "estás", "está", "está", "estamos", "están"],
    "it": ["sono", "sei", "è", "è", "siamo", "sono"], "hi": ["हूँ", "हो", "है", "है", "हैं", "हैं"],
    "pt-s": ["sou", "é", "é", "é", "somos", "são"], "pt-e": ["estou", "está", "está", "está", "estamos", "estão"],
}
WAS = {
    "fr": ["étais", "étais", "était", "était", "étions", "étaient"], "de": ["war", "warst", "war", "war", "waren", "waren"],
    "s": ["era", "eras", "era", "era", "éramos", "eran"], "e": ["estaba", "estabas", "estaba", "estaba", "estábamos", "estaban"],
    "it": ["ero", "eri", "era", "era", "eravamo", "erano"],
    "pt-s": ["era", "era", "era", "era", "éramos", "eram"], "pt-e": ["estava", "estava", "estava", "estava", "estávamos", "estavam"],
}
HAVE = {
    "fr": ["ai", "as", "a", "a", "avons", "ont"], "de": ["habe", "hast", "hat", "hat", "haben", "haben"],
    "es": ["tengo", "tienes", "tiene", "tiene", "tenemos", "tienen"], "it": ["ho", "hai", "ha", "ha", "abbiamo", "hanno"],
    "pt": ["tenho", "tem", "tem", "tem", "temos", "têm"],
}
WERDEN = ["werde", "wirst", "wird", "wird", "werden", "werden"]
PT_GO = ["vou", "vai", "vai", "vai", "vamos", "vão"]
MODALS = {
    "want": {"en": ["want", "wants"], "fr": ["veux", "veux", "veut", "veut", "voulons", "veulent"],
             "de": ["will", "willst", "will", "will", "wollen", "wollen"], "es": ["quiero", "quieres", "quiere", "quiere", "queremos", "quieren"],
             "it": ["voglio", "vuoi", "vuole", "vuole", "vogliamo", "vogliono"], "pt": ["quero", "quer", "quer", "quer", "queremos", "querem"]},
    "can": {"en": ["can", "can"], "fr": ["peux", "peux", "peut", "peut", "pouvons", "peuvent"],
            "de": ["kann", "kannst", "kann", "kann", "können", "können"], "es": ["puedo", "puedes", "puede", "puede", "podemos", "pueden"],
            "it": ["posso", "puoi", "può", "può", "possiamo", "possono"], "pt": ["posso", "pode", "pode", "pode", "podemos", "podem"]},
    "must": {"en": ["must", "must"], "fr": ["dois", "dois", "doit", "doit", "devons", "doivent"],
             "de": ["muss", "musst", "muss", "muss", "müssen", "müssen"], "es": ["debo", "debes", "debe", "debe", "debemos", "deben"],
             "it": ["devo", "devi", "deve", "deve", "dobbiamo", "devono"], "pt": ["devo", "deve", "deve", "deve", "devemos", "devem"]},
}
GO = {
    "p": {"fr": ["vais", "vas", "va", "va", "allons", "vont"], "de": ["gehe", "gehst", "geht", "geht", "gehen", "gehen"],
          "es": ["voy", "vas", "va", "va", "vamos", "van"], "it": ["vado", "vai", "va", "va", "andiamo", "vanno"], "pt": PT_GO},
    "a": {"es": ["fui", "fuiste", "fue", "fue", "fuimos", "fueron"], "pt": ["fui", "foi", "foi", "foi", "fomos", "foram"]},
    "f": {"fr": ["irai", "iras", "ira", "ira", "irons", "iront"], "es": ["iré", "irás", "irá", "irá", "iremos", "irán"],
          "it": ["andrò", "andrai", "andrà", "andrà", "andremo", "andranno"]},
}
VERY = {"en": "very", "fr": "très", "de": "sehr", "es": "muy", "it": "molto", "pt": "muito", "hi": "बहुत"}


def gender_of(lang, s):
    """The subject's gender in `lang`, and whether it is many."""
    if isinstance(s.subject, Phrase):
        return s.subject.noun.gender.get(lang, "m"), s.subject.is_many
    return "f" if s.person == 3 else "m", s.person in (4, 5)


def person_of(lang, s):
    """0..5 in `lang`: a noun is he or she by its gender there."""
    if isinstance(s.subject, Phrase):
        gender, is_many = gender_of(lang, s)
        return 5 if is_many else 3 if gender == "f" else 2
    return s.person


def subject(lang, s, case="nom"):
    if s.subject is None:
        return PRONOUNS[lang][s.person]
    return s.subject if isinstance(s.subject, str) else np(lang, s.subject, case)


def at(row, lang):
    return row[INDEX[lang]] if row else ""


def ends(lang, text, asks):
    text = " ".join(text.split())
    text = text[0].upper() + text[1:]
    if lang == "hi":
        return text + ("?" if asks else "।")
    if lang == "es" and asks:
        return "¿" + text + "?"
    return text + ((" ?" if lang == "fr" else "?") if asks else ".")


def elide(text):
    """je aime -> j'aime, ne aime -> n'aime."""
    out = []
    for word in text.split():
        if out and out[-1] in ("je", "ne", "que") and is_vowel(word) and not word.startswith(("y ", "yaourt")):
            out[-1] = out[-1][:-1] + "'" + word
        else:
            out.append(word)
    return " ".join(out)


def say(lang, s):
    if s.kind == "fixed":
        return at(s.row, lang)
    return {"en": say_en, "fr": say_fr, "de": say_de, "hi": say_hi}.get(lang, say_south)(lang, s)


def say_en(lang, s, progressive=False, contracted=False):
    person, who = person_of("en", s), subject("en", s)
    single = person in (2, 3)
    tail = joined(at(s.place, "en"), at(s.time, "en"))
    no = "not" if s.is_not else ""
    if s.kind in ("be", "at", "there"):
        if s.kind == "there":
            is_many = s.object.is_many
            be = ("are" if is_many else "is") if s.tense == "p" else ("were" if is_many else "was")
            words = ["there", be, np("en", s.object)] if not s.asks else [be, "there", np("en", s.object)]
            return ends("en", joined(*words, tail), s.asks)
        be = {"p": ["am", "are", "is", "is", "are", "are"], "a": ["was", "were", "was", "was", "were", "were"]}[s.tense][person]
        rest = joined("very" if s.is_very else "", s.adjective.en) if s.kind == "be" else ""
        words = [be, who, no, rest] if s.asks else [who, be, no, rest]
        return ends("en", joined(*words, tail), s.asks)
    if s.kind == "have":
        verb, base, past, obj = None, "have", "had", np("en", s.object)
        third = "has"
    elif s.kind == "go":
        base, past, third, obj = "go", "went", "goes", at(s.row, "en")
    else:
        base, past, third = s.verb.base, s.verb.past_en, s.verb.third()
        obj = np("en", s.object) if s.object else ""
    if progressive and s.tense == "p" and not s.modal and s.kind in ("act", "go"):
        be = ["am", "are", "is", "is", "are", "are"][person]
        ing = s.verb.progressive() if s.verb else "going"
        words = [be, who, no, ing] if s.asks else [who, be, no, ing]
    elif s.modal == "want":
        do = "does" if single else "do"
        words = [do, who, no, "want to", base] if s.asks else [who, do, no, "want to", base] if s.is_not else \
            [who, MODALS["want"]["en"][single], "to", base]
    elif s.modal:
        words = [s.modal, who, no, base] if s.asks else [who, s.modal, no, base]
        if s.modal == "can" and s.is_not and not s.asks:
            words = [who, "cannot", base]
    elif s.tense == "f":
        words = ["will", who, no, base] if s.asks else [who, "will", no, base]
    elif s.asks or s.is_not:
        do = "did" if s.tense == "a" else "does" if single else "do"
        words = [do, who, no, base] if s.asks else [who, do, no, base]
    else:
        words = [who, past if s.tense == "a" else third if single else base]
    return ends("en", joined(*words, obj, tail), s.asks)


def say_fr(lang, s):
    person, who = person_of("fr", s), subject("fr", s)
    place, time = at(s.place, "fr"), at(s.time, "fr")
    no, pas = ("ne", "pas") if s.is_not else ("", "")
    ask = "est-ce que" if s.asks else ""
    gender, is_many = gender_of("fr", s)
    if s.kind == "there":
        verb = "il y a" if s.tense == "p" else "il y avait"
        return ends("fr", elide(joined(ask, verb, np("fr", s.object), place, time)), s.asks)
    if s.kind in ("be", "at"):
        be = (BE if s.tense == "p" else WAS)["fr"][person]
        rest = joined("très" if s.is_very else "", s.adjective.form("fr", gender, is_many)) if s.kind == "be" else ""
        return ends("fr", elide(joined(ask, who, no, be, pas, rest, place, time)), s.asks)
    obj = np("fr", s.object, negated=s.is_not) if s.object else at(s.row, "fr") if s.kind == "go" else ""
    inf = {"have": "avoir", "go": "aller"}.get(s.kind) or s.verb.inf("fr")
    if s.modal:
        words = [no, MODALS[s.modal]["fr"][person], pas, inf]
    elif s.kind == "have":
        words = [no, HAVE["fr"][person], pas]
    elif s.tense == "a":
        if s.kind == "go":
            done = "allé" + ("e" if gender == "f" else "") + ("s" if is_many else "")
            words = [no, BE["fr"][person], pas, done]
        else:
            words = [no, HAVE["fr"][person], pas, s.verb.participle("fr")]
    elif s.tense == "f":
        words = [no, GO["f"]["fr"][person] if s.kind == "go" else s.verb.future("fr", person), pas]
    else:
        words = [no, GO["p"]["fr"][person] if s.kind == "go" else s.verb.present("fr", person), pas]
    return ends("fr", elide(joined(ask, who, *words, obj, place, time)), s.asks)


def say_de(lang, s):
    person, who = person_of("de", s), subject("de", s)
    place, time = at(s.place, "de"), at(s.time, "de")
    nicht = "nicht" if s.is_not else ""
    if s.kind == "there":
        verb = "gibt es" if s.tense == "p" else "gab es"
        plain = "es gibt" if s.tense == "p" else "es gab"
        return ends("de", joined(verb if s.asks else plain, np("de", s.object, "acc"), time, place), s.asks)
    if s.kind in ("be", "at"):
        be = (BE if s.tense == "p" else WAS)["de"][person]
        rest = joined("sehr" if s.is_very else "", s.adjective.de) if s.kind == "be" else ""
        head = [be, who] if s.asks else [who, be]
        return ends("de", joined(*head, time, nicht, rest, place), s.asks)
    kein = s.is_not and s.object and s.object.det == "a" and not s.object.is_many
    obj = np("de", s.object, "acc", negated=s.is_not) if s.object else ""
    nicht = "" if kein else nicht
    way = at(s.row, "de") if s.kind == "go" else ""
    inf = {"have": "haben", "go": "gehen"}.get(s.kind) or s.verb.inf("de")
    if s.modal:
        finite, last = MODALS[s.modal]["de"][person], inf
    elif s.kind == "have":
        finite, last = HAVE["de"][person], ""
    elif s.tense == "a":
        finite, last = (BE["de"][person], "gegangen") if s.kind == "go" else (HAVE["de"][person], s.verb.participle("de"))
    elif s.tense == "f":
        finite, last = WERDEN[person], inf
    else:
        finite, last = (GO["p"]["de"][person], "") if s.kind == "go" else (s.verb.present("de", person), s.verb.particle())
    head = [finite, who] if s.asks else [who, finite]
    return ends("de", joined(*head, time, obj, nicht, place, way, last), s.asks)


def say_south(lang, s, spoken=False):
    """Spanish, Italian, Portuguese."""
    person, who = person_of(lang, s), subject(lang, s)
    if spoken and not who:
        who = {"es": ["yo", "tú", "", "", "nosotros"], "it": ["io", "tu", "", "", "noi"]}[lang][person]
    place, time = at(s.place, lang), at(s.time, lang)
    no = {"es": "no", "it": "non", "pt": "não"}[lang] if s.is_not else ""
    gender, is_many = gender_of(lang, s)
    past = s.tense == "a"
    if s.kind == "there":
        verb = {"es": ["hay", "había"], "it": ["ci sono", "c'erano"] if s.object.is_many else ["c'è", "c'era"], "pt": ["há", "havia"]}[lang][past]
        return ends(lang, joined(verb, np(lang, s.object), place, time), s.asks)
    if s.kind in ("be", "at"):
        tables = WAS if past else BE
        which = {"es": s.adjective.es_verb, "pt": s.adjective.pt_verb}.get(lang) if s.kind == "be" else "e"
        be = tables["it" if lang == "it" else which if lang == "es" else "pt-" + which][person]
        rest = joined(VERY[lang] if s.is_very else "", s.adjective.form(lang, gender, is_many)) if s.kind == "be" else ""
        return ends(lang, joined(who, no, be, rest, place, time), s.asks)
    obj = np(lang, s.object, "acc") if s.object and s.kind != "have" else np(lang, s.object) if s.object else ""
    if s.kind == "go":
        obj = at(s.row, lang)
    inf = {"have": {"es": "tener", "it": "avere", "pt": "ter"}[lang], "go": {"es": "ir", "it": "andare", "pt": "ir"}[lang]}.get(s.kind) \
        or s.verb.inf(lang)
    if s.modal:
        words = [MODALS[s.modal][lang][person], inf]
    elif s.kind == "have":
        words = [HAVE[lang][person]]
    elif past and lang == "it":
        if s.kind == "go":
            done = "andat" + ({"m": "i", "f": "e"} if is_many else {"m": "o", "f": "a"})[gender]
            words = [BE["it"][person], done]
        else:
            words = [HAVE["it"][person], s.verb.participle("it")]
    elif past:
        words = [GO["a"][lang][person] if s.kind == "go" else s.verb.preterite(lang, person)]
    elif s.tense == "f":
        if lang == "pt":
            words = [PT_GO[person], inf] if s.kind != "go" else [["irei", "irá", "irá", "irá", "iremos", "irão"][person]]
        else:
            words = [GO["f"][lang][person] if s.kind == "go" else s.verb.future(lang, person)]
    else:
        words = [GO["p"][lang][person] if s.kind == "go" else s.verb.present(lang, person)]
    return ends(lang, joined(who, no, *words, obj, place, time), s.asks)


HI_OBLIQUE = ["मैंने", "तुमने", "उसने", "उसने", "हमने", "उन्होंने"]
HI_NEAR = ["मेरे पास", "तुम्हारे पास", "उसके पास", "उसके पास", "हमारे पास", "उनके पास"]
HI_DONE = {"कर": "कि", "ले": "लि", "दे": "दि", "पी": "पि"}
HI_PLAIN = {"ला", "भूल"}        # verbs whose past agrees with the subject, without ने


def hi_end(gender, is_many):
    return "ी" if gender == "f" else "े" if is_many else "ा"


def hi_past(stem, gender, is_many):
    if stem in HI_DONE:
        stem = HI_DONE[stem]
        return stem[:-1] + ("ी" if gender == "f" else "िए" if is_many else "िया")
    if stem[-1] in "ाोू":
        return stem + ("ई" if gender == "f" else "ए" if is_many else "या")
    return stem + hi_end(gender, is_many)


def hi_future(stem, person):
    end = ["ूँगा", "ोगे", "ेगा", "ेगी", "ेंगे", "ेंगे"][person]
    alone = ["ऊँगा", "ओगे", "एगा", "एगी", "एँगे", "एँगे"][person]
    if stem == "पी":
        return "पि" + alone.replace("ऊँगा", "ऊँगा")
    return stem + (alone if stem[-1] in "ाोू" else end)


def say_hi(lang, s):
    person, (gender, is_many) = person_of("hi", s), gender_of("hi", s)
    place, time = at(s.place, "hi"), at(s.time, "hi")
    no, ask = "नहीं" if s.is_not else "", "क्या" if s.asks else ""
    if s.kind == "there":
        g, m = s.object.noun.gender["hi"], s.object.is_many
        verb = ("हैं" if m else "है") if s.tense == "p" else "थ" + ({"m": "े", "f": "ीं"}[g] if m else {"m": "ा", "f": "ी"}[g])
        return ends("hi", joined(ask, time, place, np("hi", s.object), verb), s.asks)
    was = "थ" + ("ीं" if gender == "f" and is_many else hi_end(gender, is_many or person == 1))
    if s.kind in ("be", "at"):
        rest = joined("बहुत" if s.is_very else "", s.adjective.form("hi", gender, is_many or person == 1)) if s.kind == "be" else ""
        be = BE["hi"][person] if s.tense == "p" else was
        return ends("hi", joined(ask, subject("hi", s), time, place, rest, no, be), s.asks)
    if s.kind == "have":
        m = s.object.is_many
        who = HI_NEAR[person] if s.subject is None else subject("hi", s, "obl") + " के पास"
        return ends("hi", joined(ask, who, np("hi", s.object), no, "हैं" if m else "है"), s.asks)
    lives = s.object is not None and s.object.noun.kind in "pa"
    obj = (np("hi", s.object, "obl") + " को" if lives else np("hi", s.object)) if s.object else ""
    *pre, stem = s.verb.inf("hi").split()
    pre = " ".join(pre)
    who = subject("hi", s)
    if s.modal:
        verb = {"want": stem + "ना चाह", "can": stem + " सक"}[s.modal] + "त" + hi_end(gender, is_many or person == 1)
        words = [pre, no, verb, BE["hi"][person]]
    elif s.tense == "f":
        future = hi_future(stem, person)
        words = [pre, no, future]
    elif s.tense == "a":
        if stem in HI_PLAIN:
            end = (gender, is_many or person == 1)
        else:
            who = HI_OBLIQUE[person] if s.subject is None else subject("hi", s, "obl") + " ने"
            end = ("m", False) if lives else (s.object.noun.gender["hi"], s.object.is_many)
        done = hi_past(stem, *end)
        if end == ("f", True) and done.endswith("ी"):
            done = done[:-1] + "ीं"
        words = [pre, no, done]
    else:
        words = [pre, no, stem + "त" + hi_end(gender, is_many or person == 1), BE["hi"][person]]
    return ends("hi", joined(ask, who, time, place, obj, *words), s.asks)


# ---------------------------------------------------------------- drawing

def name(rng):
    gender = rng.choice("mf")
    if rng.random() < .35:
        text = "".join(rng.choice(SYLLABLES) for _ in range(rng.choice([2, 2, 3])))
        text = text[:-1] + ("a" if gender == "f" else rng.choice(["o", "on", "us", "in"]))
        return gender, text.capitalize()
    return gender, rng.choice(NAMES[gender])


def give_subject(rng, s, kinds="pa"):
    dice = rng.random()
    if dice < .4:
        s.person = rng.randrange(6)
    elif dice < .55:
        gender, s.subject = name(rng)
        s.person = 3 if gender == "f" else 2
    else:
        noun = rng.choice([n for n in NOUNS if n.kind in kinds])
        s.subject = phrase(rng, noun, ["the"] * 6 + ["my"] * 2 + ["your", "our", "a", "this"])
        s.person = 5 if s.subject.is_many else 2
    return s


def phrase(rng, noun, dets, adjectives=.3, held=None):
    p = Phrase(noun, rng.choice(dets))
    if rng.random() < .2:
        p.number = rng.choice([1, 1, 1] + list(range(2, 11)))
        p.det = "the"
    if noun.en in ("egg", "milk") and p.number:
        p.number = 0
    if rng.random() < adjectives:
        fit = [a for a in ADJECTIVES if fits(a, noun) and not is_held(noun.en, a.en)]
        p.adjective = rng.choice(fit) if fit else None
    return p


def fits(adjective, noun):
    return adjective.kinds == "*" or noun.kind in adjective.kinds


OBJECT_DETS = ["the"] * 4 + ["a"] * 4 + ["my", "your", "our", "this"]


def draw(rng, held=False):
    """A sentence; with `held`, around a pair of words that training cannot draw."""
    dice = rng.random()
    if not held and dice < .07:
        return Sentence("fixed", row=rng.choice(PHRASES))
    if dice < .58:
        return act(rng, held)
    if dice < .76:
        return being(rng, held)
    if dice < .86 or held:
        return there(rng, held)
    if dice < .93:
        s = give_subject(rng, Sentence("have", langs=set(INDEX)), "p")
        s.object = phrase(rng, rng.choice([n for n in NOUNS if n.kind not in "b"]), OBJECT_DETS[4:])
        s.is_not, s.asks = tags(rng)
        return s
    s = give_subject(rng, Sentence("go", row=rng.choice(WAYS), langs=set(INDEX) - {"hi"}), "p")
    when(rng, s)
    return s


def tags(rng):
    dice = rng.random()
    return dice < .17, dice > .85


def when(rng, s):
    s.tense = rng.choice("pppaaf")
    s.is_not, s.asks = tags(rng)
    if s.tense == "p" and rng.random() < .25:
        s.modal = rng.choice(["want", "can", "must"])
        if s.modal == "must":
            s.langs = s.langs - {"hi"}
    elif rng.random() < .3:
        s.time = rng.choice([row for row, tenses in TIMES if s.tense in tenses])


def act(rng, held):
    while True:
        verb = rng.choice(VERBS)
        if verb.objects == "-":
            if held:
                continue
            noun = None
        else:
            noun = rng.choice([n for n in NOUNS if n.kind in verb.objects])
            if is_held(verb.key, noun.en) != held:
                continue
        s = Sentence("act", verb=verb, langs={lang for lang in INDEX if verb.has(lang)})
        give_subject(rng, s, "pppa" if verb.objects == "-" or verb.key in ("see", "eat", "hear", "find", "love") else "p")
        if noun:
            s.object = phrase(rng, noun, OBJECT_DETS)
        when(rng, s)
        if rng.random() < (.7 if noun is None else .2):
            s.place = rng.choice(PLACES)
        return s


def being(rng, held):
    while True:
        s = Sentence("be" if held or rng.random() < .8 else "at", tense=rng.choice("ppa"))
        s.is_not, s.asks = tags(rng)
        if s.kind == "at":
            s.place = rng.choice(PLACES)
            return give_subject(rng, s, "patrc")
        s.adjective, s.is_very = rng.choice(ADJECTIVES), rng.random() < .25
        if rng.random() < .3 and "p" in s.adjective.kinds and not held:
            return give_subject(rng, s, "p")
        noun = rng.choice(NOUNS)
        if fits(s.adjective, noun) and is_held(noun.en, s.adjective.en) == held:
            s.subject = phrase(rng, noun, ["the"] * 4 + ["my", "your", "our", "this"], .1)
            s.person = 5 if s.subject.is_many else 2
            return s


def there(rng, held):
    while True:
        noun, place = rng.choice([n for n in NOUNS if n.kind in "paterctv"]), rng.choice(PLACES)
        if is_held(noun.en, place[0]) == held:
            p = phrase(rng, noun, ["a"])
            if p.number == 1:
                p.number = rng.randrange(2, 11)
            return Sentence("there", object=p, place=place, tense=rng.choice("ppa"), asks=rng.random() < .15)
