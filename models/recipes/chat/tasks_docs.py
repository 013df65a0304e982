"""Extractive answers: several documents in the system message, a question about one sentence of
them, and that sentence, word for word, as the answer. When no sentence answers it:
"The context does not say.", as for any other text.
"""
import json
import re

from . import composed, dressing, frames, grammar, invented, natural, noise
from . import phrasing_held_tasks as H
from . import questions as Q
from .tasks_context import NOT_SAID, tags

CANONICAL = "Answer the question from the documents below. If they do not tell, say so.\n\n<c>"
LABELS = "{Documents|Sources|Search results|Retrieved passages|Articles|Knowledge base|Context|Passages|Excerpts|References|Retrieved documents|Relevant documents found|Texts|Material|Background|Results}"
SYSTEMS = [
    "{Answer|Reply to} the {question|questions|user|user's question} {from|with|using|based on|only from} the {documents|sources|texts|passages|search results|articles|context} {below|that follow|given here}[. If they do not {tell|say|help}, say so|]{.|:}\n\n<c>",
    LABELS + ":\n\n<c>", "You are a {helpful|friendly} assistant. {Use|Answer from} {the|these|the following} {documents|sources|passages|articles|context}[ only|].\n\n<c>", LABELS + ":\n<c>", "# " + LABELS + "\n\n<c>",
    "Use the following {pieces of context|documents|passages|retrieved documents|pieces of retrieved context} to answer the {question|user's question}[ at the end|]. If you don't know the answer, {just say that you don't know|say so|say that they do not tell}[, don't try to make up an answer|].\n\n<c>",
    "Here {are|come} {the|some} documents{.|:}\n\n<c>\n\n{Answer from them|Use only these documents|Answer the user's question from the documents}.", "{Quote|Copy|Give} the sentence {of the documents |}that answers the question.\n\n<c>", "<c>", "<xo>\n<c>\n<xc>[\n\n{Answer from these.|Answer the question from the text above.}|]",
    "You are {an assistant|a help desk|a librarian|a support agent|a guide} for question-answering[ tasks|]. {Use|Use only} the {following|given} {context|documents|passages}[ to answer|]. [Keep the answer short. |Quote the text. |Be exact. |]{Context|Documents}:\n<c>", "{Answer only with what is in|Base your answer on|Rely on} the {context|documents|passages}{. Do not use other knowledge|. Do not guess|}.\n\n" + LABELS + ":\n<c>",
    "{Question answering|QA} over documents. {If the answer is not in them, say that they do not say|Say so when the answer is missing|Never invent an answer}.\n\n<c>", "{Given|With} {these|the following} " + LABELS + ", {answer the question|help the user|answer what the user asks}.\n\n<c>", "<c>\n\n---\n{Answer|Reply to} the {user|question} from the {text|documents|notes} above[. Say so if they do not tell|].",
]
IN_TURN = ["{Answer|Answer the question} {from|using} {these|the} documents{.|:}\n\n<c>\n\nQuestion: <q>", LABELS + ":\n\n<c>\n\n{Question|Q|User question}: <q>[\n{Answer|A}:|]", "<c>\n\n<q>", "<q>\n\n" + LABELS + ":\n<c>", "{Question|Q}: <q>\n\n<c>[\n\nAnswer:|]", "<xo>\n<c>\n<xc>\n\n<q>", "{Use|Read} the {following|} {documents|context|passages} and answer[ my question|].\n\n<c>\n\n<q>", "Context:\n<c>\n\nQuestion: <q>\n{Helpful |}Answer:"]
LAYOUTS = ["[{i}] {t}\n{x}", "[{i}] {t}\n{x}", "[{i}] {t}: {x}", "{i}. {t}\n{x}", "# {t}\n{x}", "Title: {t}\n{x}", "Document {i}: {t}\n{x}", "{t}\n{x}", "[{i}] {x}", "- {x}", "## {t}\n\n{x}", "**{t}**\n{x}", "<doc id=\"{i}\">\n{x}\n</doc>", "<document>\n<title>{t}</title>\n{x}\n</document>",
           "Source: {t}\nContent: {x}", "({i}) {x}", "{x}", "--- {t} ---\n{x}", "Passage {i}\n{x}", "{t} - {x}", "Document [{i}](Title: {t}) {x}", "\"\"\"{x}\"\"\"", "* {t}: {x}", "Result {i} ({t}):\n{x}", "Q{i}. {t}\nA. {x}"]
NAME_ALONE = {"rule", "person", "town", "mountain", "company", "software", "policy", "material", "work", "sky", "craft", "ship", "river"}
TITLE_WORDS = re.compile(r"^(?:About|The life of|Recipe:|How to make:|How to grow|Biography of|Who is|What helps against|News from the|News from) ")


ODD = re.compile(r"[\\_=<>{}\[\]|*]|--|\b[A-Z] \d|\(\d?\)|\b[A-Z]{3,} [A-Z]{3,}|\.\w")


def plain(passages):
    """Passages without the marks of manual pages."""
    kept = [[s for s in sentences if not ODD.search(s)] for sentences in passages]
    return [sentences for sentences in kept if len(sentences) > 1] or passages


class Prose:
    """The pools of real text, loaded once."""

    def __init__(self, path):
        data = json.load(open(path))
        self.train, self.held = data["train"], data["held"]
        for part in (self.train, self.held):
            part["passages"] = plain(part["passages"])
        self.synonyms, self.verbs = data["synonyms"], set(data["verbs"])
        self.nouns = {name: [word for pos, word, _, rank in data[name]["entries"] if pos == "n" and rank >= (3 if name == "train" else 1)
                             and word.isalpha() and word.islower() and 3 <= len(word) <= 11] for name in ("train", "held")}

    def pool(self, kit):
        return self.held if kit.held else self.train


# A document is a dict: title, sentences; for invented ones also mention and facts used.

def is_natural(kind):
    return isinstance(kind, tuple)


def fits(kind):
    """Does every question of a fact fit every statement of it, and no other fact?"""
    return is_natural(kind) or kind in invented.PLAIN_FIT


def facts_of(kind):
    return (natural.row(kind) if is_natural(kind) else invented.SUBJECTS[kind])[1]


def blank(kit, kind=None):
    """An invented document without sentences; `numbers` are its possible facts in random order. Half of those trained on are natural ones."""
    if is_natural(kind) or kind is None and kit.split == "train" and kit.chance(.5):
        return natural.blank(kit, kind)
    kind = kind or kit.pick(invented.SUBJECT_NAMES)
    titles, facts = invented.SUBJECTS[kind]
    name = kit.syllables().capitalize() if kit.chance(.6) else kit.first_name() if kit.chance(.5) else kit.thing().capitalize()
    if kind == "person":
        name = f"{kit.first_name()} {kit.syllables().capitalize() if kit.chance(.6) else kit.of_surname()}"
    if kind == "material" and name.isalpha():
        name = name.lower()
    title = kit.text(titles, e=name, E=name[:1].upper() + name[1:])
    mention = name if kind in NAME_ALONE else re.sub(r": .*", "", TITLE_WORDS.sub("", title))
    mention = mention[:1].lower() + mention[1:] if mention.startswith("The ") else mention
    numbers = list(range(len(facts)))
    kit.rng.shuffle(numbers)
    return dict(kind=kind, title=title, mention=mention, name=name, sentences=[], facts=[], numbers=numbers)


def invented_document(kit, kind=None):
    document = blank(kit, kind)
    for number in document["numbers"][:kit.rng.randint(2, 8)]:
        tell(kit, document, number)
    return document


def tell(kit, document, number, dressed=1.):
    """One more fact, its sentence dressed up in this share of the cases."""
    sentence, slots = statement(kit, document, number)
    if dressed == 1. or kit.chance(dressed):
        sentence = dressing.dress(kit, sentence, f"{document['mention']} {' '.join(map(str, slots.values()))}")
    document["sentences"].append(sentence)
    document["facts"].append((number, slots))


def filled_up(kit, prose, document):
    """Sentences that tell nothing asked between those that do: idle ones, or real ones of one passage."""
    if kit.chance(.4):
        more = kit.rng.sample(dressing.IDLE, kit.rng.randint(1, 2)) if kit.chance(.5) else list(kit.pick(prose.pool(kit)["passages"]))[:kit.rng.randint(1, 3)]
        for text in more:
            at = kit.rng.randint(0, len(document["sentences"]))
            document["sentences"].insert(at, text)
            document["facts"].insert(at, None)
    return document


def composed_document(kit, prose):
    """Plain sentences about a few things; see composed.py."""
    nouns = composed.things(kit, prose.nouns["held" if kit.held else "train"])
    document = dict(kind="composed", title=composed.title(kit, nouns), mention=nouns[0], name=nouns[0], nouns=nouns, sentences=[], facts=[])
    for number in kit.rng.sample(range(len(composed.FORMS)), kit.rng.randint(2, 7)):
        sentence, slots = composed.sentence(kit, number, nouns)
        document["sentences"].append(dressing.dress(kit, sentence, f"{slots['name']} {' '.join(n for n in nouns if n[:1].isupper())}"))
        document["facts"].append((number, slots))
    return document


def capital(text):
    return text[:1].upper() + text[1:]


def statement(kit, document, number):
    if is_natural(document["kind"]):
        return natural.statement(kit, document, number)
    slots = {k: draw(kit) for k, draw in invented.SLOTS.items()}
    pattern = invented.SUBJECTS[document["kind"]][1][number][0]
    text = kit.text(pattern, e=document["mention"], E=capital(document["mention"]), **slots)
    text = re.sub(r"([A-Za-z])s's\b", r"\1s'", text)
    return text[:1].upper() + text[1:], slots


def ask_invented(kit, document, number, slots, sentence, name_it):
    """A question that fits the statement, or None; `name_it` puts the subject's name into it."""
    for trial in range(10):
        if is_natural(document["kind"]):
            text = natural.question(kit, document, number, slots)
            if name_it and document["name"] not in text and trial < 6:
                continue
        else:
            pattern = kit.pick(invented.SUBJECTS[document["kind"]][1][number][1])
            text = kit.text([pattern], e=document["mention"], E=capital(document["mention"]), her="her", his="his", **slots)
        if not fits(document["kind"]) and not Q.related(text.replace(document["mention"], ""), sentence.replace(document["mention"], "")):
            continue
        if name_it and document["name"] not in text:
            mention = document["mention"]
            text, done = re.subn(r"\b(it|she|he|they|the place|the house)\b", lambda _: mention, text, count=1)
            if not done:
                mark = text[-1] if text[-1] in "?." else ""
                text = f"{text.rstrip('?.')} {kit.pick(['of', 'at', 'for', 'with'])} {mention}{mark}"
        return text
    return None


def real_document(kit, prose):
    pool = prose.pool(kit)
    dice = kit.rng.random()
    if dice < .6:
        sentences = list(kit.pick(pool["passages"]))
        start = kit.rng.randint(0, max(0, len(sentences) - 2))
        sentences = sentences[start:start + kit.rng.randint(2, 6)]
    elif dice < .8:
        sentences = [entry_sentence(kit, *kit.pick(pool["entries"])[:3]) for _ in range(kit.rng.randint(1, 4))]
    else:
        sentences = kit.rng.sample(pool["singles"], kit.rng.randint(2, 5))
    words = [w for s in sentences for w in re.findall(r"[A-Za-z]{4,}", s) if w.lower() not in Q.STOP]
    title = " ".join(kit.rng.sample(words, min(len(words), kit.pick([1, 2, 2, 3])))) or "Notes"
    return dict(kind=None, title=title[:1].upper() + title[1:], mention="", name="", sentences=sentences, facts=None)


def entry_sentence(kit, pos, word, definition):
    if pos == "v":
        return f"To {word} {kit.pick(['is to', 'means to'])} {definition}."
    first = "" if word[:1].isupper() else "An " if word[0] in "aeiou" else "A "
    text = f"{first}{word} {kit.pick(['is', 'is', 'means', 'denotes'])} {definition}."
    return text[:1].upper() + text[1:]


def entry_question(kit, sentence):
    match = re.match(r"(?:An? |To )?(.{2,40}?) (?:is to|means to|is|means|denotes) (.*)\.$", sentence)
    if not match:
        return None
    word, rest = match.groups()
    if kit.chance(.2):
        return f"{kit.pick(['what do you call', 'what is the word for', 'which word means'])} {rest}?"
    return kit.text(["what {is|are} [a |an |the |]<w>?", "what does <w> mean?", "define <w>[.|]", "{meaning|definition} of <w>[?|]", "what is {meant by|the meaning of} <w>?", "explain <w>[.|]", "<w>?", "tell me what <w> is[.|]"], w=word)


def ask_real(kit, prose, sentence):
    if re.match(r"^(?:An? |To )?\S.{1,40}? (?:is to|means|means to|denotes) ", sentence) and kit.chance(.7):
        return entry_question(kit, sentence)
    return Q.question_for(sentence, prose, kit.rng)


def clear_target(question, sentence, everything):
    """Does this sentence cover clearly more of the question than every other one?"""
    stems = Q.content(question)
    if not stems:
        return False
    here = Q.coverage(stems, set(Q.content(sentence)))
    others = max((Q.coverage(stems, set(Q.content(s))) for s in everything if s != sentence), default=0.)
    return here >= .5 and here - others >= .25


def told(document):
    return [fact for fact in document["facts"] or [] if fact]


def answered_pair(kit, prose, documents):
    everything = [s for d in documents for s in d["sentences"]]
    for _ in range(30):
        document = kit.pick(documents)
        at = kit.rng.randrange(len(document["sentences"]))
        sentence = document["sentences"][at]
        if document["facts"] and document["facts"][at] is None:
            continue
        if document["kind"] == "composed":
            return composed.question(kit, *document["facts"][at]), sentence
        if document["facts"]:
            number, slots = document["facts"][at]
            rivals = [d for d in documents if d is not document and d["kind"] == document["kind"]]
            same = any(number == n for d in rivals for n, _ in told(d)) or fits(document["kind"]) and len(documents) > 1
            question = ask_invented(kit, document, number, slots, sentence, same or kit.chance(.6))
            if question:
                return question, sentence
        else:
            question = ask_real(kit, prose, sentence)
            if question and clear_target(question, sentence, everything):
                return Q.reword(question, prose.synonyms, kit.rng), sentence
    return None


def silent_pair(kit, prose, documents):
    """A question that no sentence answers: a fact left out, another subject, or a sentence taken away."""
    everything = [s for d in documents for s in d["sentences"]]
    made = [d for d in documents if d["facts"]]
    for _ in range(30):
        if made and kit.chance(.8):
            document = kit.pick(made)
            if document["kind"] == "composed":
                pair = silent_composed(kit, document)
                if pair:
                    return pair
                continue
            facts = facts_of(document["kind"])
            used = {n for d in made if d["kind"] == document["kind"] for n, _ in told(d)}
            if used and kit.chance(.35):                 # a subject that is not there, a fact that is
                other = invented_document(kit, document["kind"])
                number = kit.pick(sorted(used))
                sentence, slots = statement(kit, other, number)
                question = ask_invented(kit, other, number, slots, sentence, True)
                if question and other["name"] in question and not any(other["name"] in s for s in everything):
                    return question, NOT_SAID
                continue
            free = [n for n in range(len(facts)) if n not in used]
            if not free:
                continue
            number = kit.pick(free)
            sentence, slots = statement(kit, document, number)
            question = ask_invented(kit, document, number, slots, sentence, kit.chance(.6) or fits(document["kind"]) and len(documents) > 1)
            if question and fits(document["kind"]):
                return question, NOT_SAID
            if question and not any(Q.related(question.replace(document["mention"], ""), s.replace(document["mention"], "")) for s in everything):
                return question, NOT_SAID
        else:
            source = real_document(kit, prose)
            question = ask_real(kit, prose, kit.pick(source["sentences"]))
            stems = Q.content(question) if question else []
            if stems and max(Q.coverage(stems, set(Q.content(s))) for s in everything) <= .34:
                return Q.reword(question, prose.synonyms, kit.rng), NOT_SAID
    return None


def silent_composed(kit, document):
    """A relation that the document does not tell, or one that it tells of another thing only."""
    used = {number for number, _ in told(document)}
    if used and kit.chance(.4):
        number, slots = kit.pick(told(document))
        others = [n for n in document["nouns"] if not any(n in s for s in document["sentences"])]
        if not others:
            return None
        return composed.question(kit, number, {**slots, "n": kit.pick(others)}), NOT_SAID
    number = kit.pick([n for n in range(len(composed.FORMS)) if n not in used])
    return composed.question(kit, number, composed.sentence(kit, number, document["nouns"])[1]), NOT_SAID


def near_silent(kit, prose, documents):
    """Takes the asked sentence out of its document."""
    pair = answered_pair(kit, prose, documents)
    if not pair:
        return None
    question, sentence = pair
    if any(sentence in d["sentences"] and d["kind"] == "composed" for d in documents):
        return silent_pair(kit, prose, documents)
    rest = [s for d in documents for s in d["sentences"] if s != sentence]
    stems = Q.content(question)
    if not rest or max(Q.coverage(stems, set(Q.content(s))) for s in rest) > .4:
        return None
    for document in documents:
        if sentence in document["sentences"]:
            if len(document["sentences"]) < 2:
                return None
            at = document["sentences"].index(sentence)
            document["sentences"].pop(at)
            if document["facts"]:
                document["facts"].pop(at)
            return question, NOT_SAID
    return None


def draw_documents(kit, prose, made_share):
    room = kit.rng.choices([350, 650, 1000, 1600, 2400], [.27, .28, .2, .15, .1])[0]
    documents, size = [], 0
    want = kit.pick([1, 2, 2, 3, 3, 4])
    theme = kit.pick(invented.SUBJECT_NAMES) if kit.chance(.35) else None
    if theme and kit.split == "train" and kit.chance(.5):
        theme = kit.pick(natural.KINDS)
    while len(documents) < want:
        if not kit.chance(made_share):
            document = real_document(kit, prose)
        else:
            document = composed_document(kit, prose) if kit.chance(.35) else invented_document(kit, theme)
            document = filled_up(kit, prose, document)
        while len(document["sentences"]) > 1 and size + sum(map(len, document["sentences"])) > room:
            document["sentences"].pop()
            if document["facts"]:
                document["facts"].pop()
        size += sum(map(len, document["sentences"])) + len(document["title"])
        if documents and size > room:
            break
        documents.append(document)
    return documents


def render(documents, layout, joint=" "):
    gap = "\n\n" if "\n" in layout or "[" in layout else "\n"
    return gap.join(layout.format(i=i + 1, t=d["title"], x=joint.join(d["sentences"])) for i, d in enumerate(documents))


def layouts(some, documents):
    """Those that show the titles, where nothing else says what a natural text is about."""
    unnamed = any(is_natural(d["kind"]) and not any(d["name"] in sentence for sentence in d["sentences"]) for d in documents)
    return [layout for layout in some if "{t}" in layout] if unnamed else some


def disturbed(kit, question):
    if kit.split == "train" and kit.chance(.2) and question.endswith("?"):
        question = grammar.unmark(frames.expand("Q: <q>", kit.rng, q=question[:-1]))
    if kit.split == "train" and kit.chance(.4):
        question = noise.disturb(question, kit.rng, 0.)
    return question[:1].upper() + question[1:] if kit.chance(.6) else question


def chat(kit, prose, silent, made_share):
    while True:
        documents = draw_documents(kit, prose, made_share)
        pairs = []
        if silent and kit.chance(.4):
            pairs.append(near_silent(kit, prose, documents))
        elif silent:
            pairs.append(silent_pair(kit, prose, documents))
        else:
            pairs.append(answered_pair(kit, prose, documents))
        if kit.split == "train":
            for _ in range(kit.pick([0, 1, 2, 3, 4, 5])):
                ask = silent_pair if kit.chance(.35) else answered_pair
                pairs.append(ask(kit, prose, documents))
        if pairs[0]:
            break
    pairs = [(disturbed(kit, q), a) for q, a in filter(None, pairs)]
    if kit.split == "train":
        kit.rng.shuffle(pairs)
    canonical = kit.chance(.45)
    body = render(documents, LAYOUTS[0] if canonical else kit.pick(layouts(LAYOUTS, documents)), "\n" if kit.chance(.2) else " ")
    if not canonical and kit.chance(.15):
        question, answer = pairs[0]
        return [("user", kit.text(IN_TURN, c=body, q=question, **tags(kit))), ("assistant", answer)]
    system = kit.text([CANONICAL] if canonical else SYSTEMS, None if canonical else H.DOCUMENT_SYSTEMS, c=body, **tags(kit))
    return [("system", system)] + [turn for q, a in pairs for turn in (("user", q), ("assistant", a))]


class Tasks:
    """The generators, bound to the prose pools."""

    def __init__(self, path):
        self.prose = Prose(path)

    def documents(self, kit):
        return chat(kit, self.prose, False, 1.)

    def documents_real(self, kit):
        return chat(kit, self.prose, False, 0.)

    def documents_mixed(self, kit):
        return chat(kit, self.prose, False, .6)

    def documents_silent(self, kit):
        return chat(kit, self.prose, True, .6)
