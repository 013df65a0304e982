"""Makes a question for any English sentence, and measures how much of a question a sentence covers.

There is no parser here: a handful of surface patterns (auxiliaries, "because", numbers, "to do X",
"if", prepositions) give well-formed questions where they match, and keyword frames do the rest.
"""
import re

STOP = set("""a an the of to in on at by for with from and or but is are was were be been being has have had do does did will would
can could may might must shall should it its this that these those there here he she they we you i my your his her their our what
which who whom whose when where why how if than then so as not no yes also only very more most other some any each every all both
into over under out up down about after before until while because such same own just too me him them us one ones get gets got
tell say says said know means mean please much many make makes made use used using thing things""".split())
AUXILIARY = set("is are was were has have had can could may might must should will would does did do cannot".split())
CONCEPTS = [set(c.split()) for c in [
    "open opening come enter door visit early hour morning visitor go start begin time", "close closing shut late leave end until stay evening",
    "closed rest except day monday tuesday wednesday thursday friday saturday sunday open", "cost price pay fee ticket expensive admission entry entrance charge free fare much euro pound dollar franc crown deposit rent",
    "where address street road located place find stand town city lie home habitat live nest found", "built founded established old history date year created started opened designed",
    "charge runs manage lead head director manager boss led", "tour guided", "call phone telephone number reach contact book reserve write", "bring allowed forbidden inside leave eat smoke run photograph rule",
    "turn start switch press hold push button key reset restart", "clean wash filter tray tank blade cleaning", "light flash blink error flashing blinking", "warranty guarantee repair valid cover purchase",
    "heavy weigh weight kilogram gram", "wide high long centimetre large size big tall grow", "battery charge charging last life", "spare part filter order sell buy", "watt power", "litre tank water hold",
    "return send refund back money", "delivery shipping postage deliver parcel arrive ship order", "holiday leave vacation day", "quiet noise music loud", "password badge key lost lose",
    "born birth birthplace come grew grow", "job work profession living earn", "study studied learn school university", "married wife husband partner child sister brother family", "famous known prize medal award won win",
    "die died death buried grave passed", "hobby hobbies pastime free collect", "eat feed food diet live", "long live age lifespan old year", "egg lay young breed nest mother", "sleep hunt active night",
    "enemy enemies rare protected threatened danger remain left", "colour color red blue green yellow purple orange pink brown black white grey teal violet silver gold recognise spot stripe fur tail look",
    "cook bake boil simmer roast oven degree hot temperature minute hour", "ingredient need mix take gram spoon cup", "serve people person guest enough feed", "rest rise cool dough", "keep fridge store freeze fresh leftover",
    "often every run leave depart first last", "platform pier gate", "long take crossing trip ride journey walk minute hour reach", "connect link", "length height depth high deep metre kilometre mile feet",
    "shoe clothes map water lamp permit helmet bring wear equipment", "meet rehearse train meeting lesson rehearsal", "member player singer student belong people", "join sign member", "cup success concert season result",
    "trainer conductor teacher chair president", "shirt hat scarf wear", "next festival match concert meeting", "cancel cancellation", "emergency complain broken damage report accident", "pet dog guest visitor welcome permitted",
    "cafe parking lift cloakroom shop playground wheelchair park coffee", "maker manufacturer made makes invented"]]


def stem(word):
    word = word.lower()
    for suffix in ("'s", "ings", "ing", "edly", "ied", "ies", "ed", "es", "ly", "s", "er", "e"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[:-len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def content(text):
    return [stem(w) for w in re.findall(r"[A-Za-z0-9']+", text) if w.lower() not in STOP]


CONCEPT_STEMS = [{stem(w) for w in c} for c in CONCEPTS]


def related(question, sentence):
    """A shared word or a shared concept; how the invented questions are matched to statements."""
    q, s = set(content(question)), set(content(sentence))
    return bool(q & s) or any(q & c and s & c for c in CONCEPT_STEMS)


def coverage(question_stems, sentence_stems):
    """Share of the question's content words that the sentence has."""
    if not question_stems:
        return 0.
    return sum(s in sentence_stems for s in question_stems) / len(question_stems)


def lower_first(text):
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]


def base_form(word, verbs):
    """The infinitive of an inflected verb, or None."""
    for suffix, put in (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("es", "e")):
        if word.endswith(suffix) and word[:-len(suffix)] + put in verbs:
            return word[:-len(suffix)] + put
    return None


def pattern_questions(sentence, verbs, rng):
    """Well-formed questions that the surface of the sentence allows."""
    body = sentence.rstrip(".!")
    words = body.split()
    out = []
    low = [w.lower().strip(",;:") for w in words]
    aux = next((i for i, w in enumerate(low[:9]) if w in AUXILIARY and i > 0), None)
    if aux is not None:
        subject, verb, rest = lower_first(" ".join(words[:aux])), low[aux], words[aux + 1:]
        short = " ".join(rest[:rng.randint(2, 6)]).rstrip(",;:")
        if "," not in subject and len(rest) > 1:
            if verb in ("is", "are", "was", "were"):
                out += [f"what {verb} {subject}?", f"{verb} {subject} {short}?", f"{rng.choice(['why', 'when', 'how', 'where'])} {verb} {subject} {rest[0].rstrip(',;:')}?"]
            elif verb in ("has", "have", "had"):
                do = {"has": "does", "have": "do", "had": "did"}[verb]
                out += [f"what {do} {subject} have?", f"{do} {subject} have {short}?"]
            else:
                verb = "can" if verb == "cannot" else verb
                tail = " ".join(w for w in rest[:rng.randint(1, 5)]).rstrip(",;:")
                out += [f"{verb} {subject} {tail}?", f"what {verb} {subject} {rest[0].rstrip(',;:')}?", f"{rng.choice(['when', 'why', 'how', 'where'])} {verb} {subject} {tail}?"]
    else:
        for i in range(1, min(7, len(words) - 1)):
            base = base_form(low[i], verbs)
            if base and low[i - 1] not in AUXILIARY and low[i - 1] not in ("to", "the", "a", "an", "of"):
                subject = lower_first(" ".join(words[:i]))
                do = "did" if low[i].endswith("ed") else "does"
                rest = " ".join(words[i + 1:i + 1 + rng.randint(1, 4)]).rstrip(",;:")
                if "," not in subject:
                    out += [f"what {do} {subject} {base}?", f"{rng.choice(['why', 'when', 'how', 'where'])} {do} {subject} {base} {rest}?", f"{do} {subject} {base} {rest}?"]
                break
    number = re.search(r"\b(\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred)\s+([a-z]{3,})", body)
    if number:
        out += [f"how many {number.group(2)}?", f"how many {number.group(2)} {rng.choice(['are there', 'does it take', 'is it', 'are needed'])}?"]
    if " because " in body:
        cause = lower_first(body.split(" because ")[0]).split(", ")[-1]
        out += [f"why {cause}?", f"what is the reason that {cause}?"]
    goal = re.match(r"To ([a-z][^,]{4,50}), ", body)
    if goal:
        out += [f"how {rng.choice(['do I', 'can I', 'to', 'do you'])} {goal.group(1)}?"] * 2
    case = re.match(r"(If|When) ([^,]{6,60}), ", body)
    if case:
        out += [f"what happens {case.group(1).lower()} {case.group(2)}?", f"what {rng.choice(['should I do', 'is done', 'to do'])} {case.group(1).lower()} {case.group(2)}?"]
    if low[0] in verbs and len(words) > 3:
        tail = " ".join(words[1:rng.randint(3, 6)]).rstrip(",;:")
        out += [f"how {rng.choice(['do I', 'can I', 'should I', 'to'])} {low[0]} {tail}?", f"what {rng.choice(['should I', 'do I', 'must I'])} {low[0]}?"]
    return out


WHEN = re.compile(r"^(.*?),? (?:in|on|since|until|by|from|around|before|after) ((?:the )?(?:early |late |mid-)?(?:1[0-9]{3}s?|20[0-9]{2}s?|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|summer|winter|spring|autumn|morning|evening)\b.*)$")
PASSIVE = re.compile(r"^(.{3,60}?) (is|are|was|were) ((?:\w+ly )?\w+(?:ed|en|wn|ld|nd|de|ht|pt|ft|ut)) by (.+)$")
PURPOSE = re.compile(r"^(.{3,60}?) (is|are|was|were|can be) used (?:for|to|as|in) (.+)$")
KIND_THAT = re.compile(r"^(?:An? |The )?(.{2,40}?) (?:is|was|are) (an?|the|any|one) ((?:\w+ ){0,3}\w+) (that|which|who) (\w+s|is|are|has|can|was) (.+)$")
MADE = re.compile(r"^(.{3,50}?) (is|are|was|were) (made|built|composed|formed|produced|derived) (?:of|from|out of|with) (.+)$")
PLACE = re.compile(r"^(.{3,60}?) (is|are|was|were|lies|stands|lives|grows|live|grow|occurs|occur) (?:\w+ )?(?:in|at|on|near|along|between|under|around|off) (.+)$")
GOAL = re.compile(r"^(.{6,80}?) (?:in order to|so that|so as to) (.+)$")
COMPARED = re.compile(r"^(.{3,60}?) (is|are|was|were) (?:much |far |a little )?(more \w+|less \w+|\w{3,}er) than (.+)$")
SUBJECT_VERB = re.compile(r"^((?:The|A|An|This|Each|Every|Most|Some|All|Many) (?:\w+ ){1,4}?)(\w+s|can \w+|must \w+|may \w+|will \w+) (.+)$")


def shape_questions(sentence, rng):
    """Questions for what the sentence is shaped like: passives, purposes, kinds, materials, places, times, comparisons."""
    body, out, pick = sentence.rstrip(".!"), [], rng.choice
    if m := PASSIVE.match(body):
        subject = lower_first(m[1])
        out += [f"who {m[3]} {subject}?", f"by whom {m[2]} {subject} {m[3]}?", f"what {m[3]} {subject}?", f"who or what {m[3]} {subject}?"]
    if m := PURPOSE.match(body):
        subject, be = lower_first(m[1]), "are" if m[2] in ("are", "were") else "is"
        out += [f"what {be} {subject} used for?", f"what {be} the {pick(['use', 'purpose'])} of {subject}?", f"what can {subject} do?", f"what is used {pick(['for', 'to'])} {' '.join(m[3].split()[:5])}?", f"why would one use {subject}?"]
    if m := KIND_THAT.match(body):
        rest = " ".join(m[6].split()[:9])
        out += [f"which {m[3].split()[-1]} {m[5]} {rest}?", f"what {m[5]} {rest}?", f"what do you call {m[2]} {m[3]} {m[4]} {m[5]} {rest}?", f"what is {pick(['a ', 'the ', ''])}{lower_first(m[1])}?", f"what kind of {m[3].split()[-1]} is {lower_first(m[1])}?"]
    if m := MADE.match(body):
        subject = lower_first(m[1])
        out += [f"what {m[2]} {subject} {m[3]} {pick(['of', 'from'])}?", f"{pick(['of', 'from'])} what {m[2]} {subject} {m[3]}?", f"which material is used for {subject}?", f"what does {subject} consist of?"]
    if (m := PLACE.match(body)) and "," not in m[1]:
        subject = lower_first(m[1])
        verb = m[2] if m[2] in ("is", "are", "was", "were") else None
        out += [f"where {verb} {subject}?", f"where can {pick(['I', 'one', 'you'])} find {subject}?", f"in {pick(['which', 'what'])} place {verb} {subject}?"] if verb else [f"where does {subject} {m[2].rstrip('s')}?", f"where can {subject} be found?"]
    if (m := WHEN.match(body)) and "," not in m[1] and len(m[1].split()) < 14:
        words = m[1].split()
        be = next((i for i, w in enumerate(words) if w in ("is", "are", "was", "were", "has", "can", "may", "must", "will") and i), None)
        if be:
            out += [f"when {words[be]} {lower_first(' '.join(words[:be]))} {' '.join(words[be + 1:])}?"] * 2
    if m := GOAL.match(body):
        out += [f"why {pick(['should I', 'do I', 'does one', 'would you'])} {lower_first(' '.join(m[1].split()[:8]))}?", f"what for {lower_first(m[1])}?"]
    if m := COMPARED.match(body):
        subject = lower_first(m[1])
        out += [f"what {m[2]} {m[3]} than {m[4].split(',')[0]}?", f"{m[2]} {subject} {m[3]} than {m[4].split(',')[0]}?", f"which {m[2]} {m[3]}, {subject} or {m[4].split(',')[0]}?"]
    if m := SUBJECT_VERB.match(body):
        rest = " ".join(m[3].split()[:rng.randint(2, 7)]).rstrip(",;:")
        out += [f"what {m[2]} {rest}?", f"which {m[1].split()[-1]} {m[2]} {rest}?"]
    return out


FRAMES = ["what about {k}?", "{k}?", "tell me about {k}", "what does it say about {k}?", "what is said about {k}?", "what is {k}?", "how {does|do|is} {k} {v}?",
          "what {does|do} {k} {v}?", "is {k} {v}?", "when {is|does} {k} {v}?", "where {is|does|do} {k} {v}?", "why {is|does|do} {k} {v}?", "who {v} {k}?", "which {k} {v}?",
          "can {k} {v}?", "information on {k} and {v}", "{k} {v}", "how is {k} related to {v}?", "do you know something about {k}?", "explain {k}", "I need to know about {k} {v}", "what happens to {k} {v}?",
          "how {many|much|long|often} {k} {v}?", "any {k} {v}?", "find {k}", "and {k}?", "what do I do about {k}?"]


def keyword_question(sentence, rng):
    words = [w.strip(".,;:!()'\"") for w in sentence.split()]
    keys = [i for i, w in enumerate(words) if w and w.lower() not in STOP]
    if not keys:
        return None
    at = rng.choice(keys)
    key = words[at]
    if at + 1 < len(words) and at + 1 in keys and rng.random() < .6:
        key += " " + words[at + 1]
    if at > 0 and words[at - 1].lower() in ("the", "a", "an") and rng.random() < .5:
        key = words[at - 1].lower() + " " + key
    others = [words[i] for i in keys if words[i] not in key]
    other = " ".join(rng.sample(others, min(len(others), rng.choice([1, 1, 2])))) if others else ""
    frame = re.sub(r"\{([^{}]*\|[^{}]*)\}", lambda m: rng.choice(m.group(1).split("|")), rng.choice(FRAMES))
    return re.sub(r"\s+", " ", frame.format(k=key, v=other)).replace(" ?", "?")


def inflected(word, synonyms, rng):
    """Another word of the same meaning and form, or None."""
    if word in synonyms:
        return rng.choice(synonyms[word])
    for ending, cut in (("s", 1), ("ed", 2), ("ed", 1), ("ing", 3), ("es", 2)):
        base = word[:-cut]
        if word.endswith(ending) and base in synonyms and len(base) > 2:
            other = rng.choice(synonyms[base])
            if ending == "s":
                return other + ("es" if other.endswith(("s", "x", "ch", "sh")) else "s")
            if ending == "ing":
                return (other[:-1] if other.endswith("e") else other) + "ing"
            return other + ("d" if other.endswith("e") else "ed")
    return None


def reword(question, synonyms, rng):
    """Some words replaced by a WordNet synonym, or a plural made singular and the other way round."""
    share = rng.choice([0., .1, .2, .35])
    out = []
    for word in question.split(" "):
        bare = word.strip("?.,").lower()
        other = inflected(bare, synonyms, rng) if len(bare) > 3 and bare not in STOP and rng.random() < share else None
        if other:
            word = word.lower().replace(bare, other)
        elif len(bare) > 4 and bare not in STOP and bare.isalpha() and rng.random() < .06:
            word = word.replace(bare, bare[:-1] if bare.endswith("s") else bare + "s")
        out.append(word)
    return " ".join(out)


def question_for(sentence, prose, rng):
    dice = rng.random()
    patterns = shape_questions(sentence, rng) if dice < .6 else []
    if not patterns and dice < .85:
        patterns = pattern_questions(sentence, prose.verbs, rng)
    return rng.choice(patterns) if patterns else keyword_question(sentence, rng)
