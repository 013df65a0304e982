"""Extractive answers: several documents in the system message, a question about one sentence of
them, and that sentence, word for word, as the answer. When no sentence answers it:
"The context does not say.", as for any other text.
"""
from . import frames, grammar, invented, natural, noise
from . import phrasing_held_tasks as H
from .asked import answered_pair, near_silent, silent_pair
from .documents import Prose, composed_document, filled_up, invented_document, is_natural, real_document
from .tasks_context import tags

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
