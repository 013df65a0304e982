"""Questions on plain contexts: a few facts, as sentences, lists, rows, tables or JSON, often the same fact of several things."""
import json
import re

from . import dressing, phrasing_held_tasks, relations, tasks_context, tasks_docs, tasks_history, values
from .grammar import capital
from .kit import UNSAID
from .tasks_context import NOT_SAID

MARKS = ["- ", "- ", "* ", "[{i}] ", "[{i}] ", "{i}. ", "({i}) ", "Document {i}: ", "Document {i} ({f}): ", "[doc {i}] ", "Fact {i}: ", "> ", "Source {i}: ", "", ""]
GROUPS = ["## {E}\n{x}", "# {E}\n\n{x}", "{E}: {x}", "[{i}] {E}\n{x}", "Title: {E}\n{x}", "Document {i} ({f}):\n{x}", "<doc id=\"{i}\">\n{x}\n</doc>", "<document>\n{x}\n</document>", "[{i}] {x}", "Passage {i}: {x}", "{x}", "{i}. {x}"]
# As prompts of tools and tutorials have them.
POPULAR_SYSTEMS = ["{Context|Facts|Notes|Information|Knowledge base}:\n<c>", "You are a helpful assistant.\n\nContext:\n<c>", "You are {a|the} {support|help desk|customer service} {bot|assistant|agent} {for|of} <o>. Use {only |}{this|the following} {knowledge base|information}:\n<c>",
                   "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the answer concise.\n\n{Context: |}<c>",
                   "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the question.\n\n<c>", "Answer {using|from|with} the {documents|facts|context|notes} below.\n\n<c>", "Answer {questions|the user's questions|the user} {about|on|from} the {following|text below|report below}{.|:}\n\n<c>",
                   "You {answer|reply to} {customer |user |}questions. Context: <c>", "Context:\n\"\"\"\n<c>\n\"\"\"\n\nAnswer {the user |}from the context only.", "<<context>>\n<c>\n<</context>>\n\nAnswer from the context.", "{Here is|This is} {some information|what we know} about {our team|the company|our products|us}:\n\n<c>",
                   "You are a helpful assistant that answers questions about the {text|data|list|notes} below.\n\n<c>", "When answering the question or responding to the user, use the context provided, if it is provided and relevant. Context:\n<c>", "<c>"]
POPULAR_TURNS = ["Use the following pieces of context to answer the question at the end. If you don't know the answer, just say that you don't know, don't try to make up an answer.\n\n<c>\n\nQuestion: <q>\nHelpful Answer:", "Use the following pieces of context to answer the question at the end.\n\n<c>\n\nQuestion: <q>\nHelpful Answer:",
                 "Context information is below.\n---------------------\n<c>\n---------------------\nGiven the context information and not prior knowledge, answer the query.\nQuery: <q>\nAnswer:[ |]", "Given the context information and not prior knowledge, answer the query.\n---------------------\n<c>\n---------------------\nQuery: <q>\nAnswer:[ |]",
                 "Context: <c>\nQ: <q>\nA:", "Context: <c>\n\nQuestion: <q>", "<<context>>\n<c>\n<</context>>\n\n<<question>><q><</question>>", "<<context>>\n<c>\n<</context>>\n<q>", "Read the {passage|text} and answer the question.\n\n{Passage|Text}: <c>\n\nQuestion: <q>", "<q>\n\n---\n<c>\n---", "---\n<c>\n---\n<q>",
                 "Here is {some information|what I know|my list}:\n\n<c>\n\n<q>", "Use the text to answer.\n\nText: <c>\n\n<q>", "<c>\n\nquestion: <q>", "Answer the question {based on|using} the context below.\n\nContext: <c>\n\nQuestion: <q>\n\nAnswer:", "{Text|Note|Notes|Facts}: <c>\n\n<q>", "<c>\n\n<q>", "<c> <q>", "<q>\n\n<c>"]


def filled(patterns):
    return [pattern.replace("<<", "\x03").replace(">>", "\x04") for pattern in patterns]


POPULAR_SYSTEMS, POPULAR_TURNS = filled(POPULAR_SYSTEMS), filled(POPULAR_TURNS)


class Sheet:
    """Some facts, (relation, thing, value), and how they are written down."""

    def __init__(self, kit, catalogue):
        self.kit, self.catalogue, self.facts = kit, catalogue, []
        self.sign = kit.pick("$€£") if kit.chance(.5) else ""
        self.currency = str(values.draw(kit, "cur"))
        first = kit.pick(catalogue)
        alike = relations.of_kind(first, catalogue)
        style = kit.rng.random()
        if style < .3:                                      # several things, the same of each
            told = [first, *kit.rng.sample([r for r in alike if r is not first], min(len(alike) - 1, kit.pick([0, 0, 1, 2])))]
            self.tell(told, kit.pick([2, 2, 3, 3, 4]), .9)
        elif style < .6:                                    # all about one
            self.tell(kit.rng.sample(alike, min(len(alike), kit.pick([1, 2, 3, 3, 4, 5]))), 1, 1.)
        else:                                               # this and that
            for relation in kit.rng.sample(catalogue, kit.pick([2, 2, 3, 3, 4, 5])):
                self.tell([relation], 1, 1.)
        if kit.chance(.25):
            kit.rng.shuffle(self.facts)
        self.alone = len({thing for _, thing, _ in self.facts}) == 1

    def tell(self, told, count, share):
        for _ in range(count):
            thing = relations.named(self.kit, told[0], [t for _, t, _ in self.facts])
            for relation in told if thing else ():
                value = str(values.draw(self.kit, relation.value))
                if self.kit.chance(share) and not any(value in (t, v) or relation.label == r.label and relation is not r for r, t, v in self.facts) and not (len(value) > 2 and value.lower() in thing.lower()):
                    self.facts.append((relation, thing, value))

    def worded(self, patterns, thing, value):
        return self.kit.text([relations.priced(pattern, self.sign) for pattern in patterns], e=thing, v=value, cur=self.currency)

    def sentences(self):
        """[(thing, sentence)]; what comes after a sentence on the same thing may begin with "it"."""
        out = []
        for relation, thing, value in self.facts:
            text = capital(self.worded(relation.told, thing, value))
            if out and out[-1][0] == thing and relation.kind in relations.SINGULAR and self.kit.chance(.5):
                text = re.sub(f"^{re.escape(capital(thing))}('s)? ", lambda m: "Its " if m[1] else "It ", text)
            out.append((thing, text))
        return out

    def groups(self):
        found = {}
        for relation, thing, value in self.facts:
            found.setdefault(thing, []).append((relation.label, relation.shown(value, self.currency, self.sign)))
        return found

    def file(self):
        return self.kit.syllables(1, 2) + self.kit.pick([".md", ".txt", ".pdf", ".html"])

    def text(self):
        kit, dice = self.kit, self.kit.rng.random()
        if dice < .2:
            return self.rows()
        sentences = self.sentences()
        if dice < .4:
            mark = kit.pick(MARKS)
            return "\n".join(mark.format(i=i, f=self.file()) + sentence for i, (_, sentence) in enumerate(sentences, 1))
        if dice < .55:
            layout, things = kit.pick(GROUPS), list(dict.fromkeys(thing for thing, _ in sentences))
            return kit.pick(["\n\n", "\n\n", "\n"]).join(layout.format(i=i, E=capital(thing), f=self.file(), x=" ".join(s for t, s in sentences if t == thing)) for i, thing in enumerate(things, 1))
        lines = [sentence for _, sentence in sentences]
        if kit.chance(.1):
            lines.insert(kit.rng.randint(0, len(lines)), kit.pick(dressing.IDLE))
        return kit.pick([" ", " ", " ", "\n"]).join(lines)

    def rows(self):
        """Without sentences: the facts' labels and values."""
        kit, groups = self.kit, self.groups()
        labels = list(dict.fromkeys(label for pairs in groups.values() for label, _ in pairs))
        style = kit.pick(["pairs", "lines", "colon", "json", "table", "csv"])
        if style == "json":
            key = (lambda label: label.replace(" ", "_")) if kit.chance(.7) else lambda label: label
            rows = [{"name": relations.plain_name(thing), **{key(label): shown for label, shown in pairs}} for thing, pairs in groups.items()]
            return json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False, indent=kit.pick([None, None, 2]))
        if style in ("table", "csv"):
            bar, line = (" | ", "| {} |") if style == "table" else (",", "{}")
            rows = [line.format(bar.join(["name", *labels]))] + ["|---" * (len(labels) + 1) + "|"] * (style == "table")
            return "\n".join(rows + [line.format(bar.join([relations.plain_name(thing)] + [dict(pairs).get(label, "-") for label in labels])) for thing, pairs in groups.items()])
        big = kit.chance(.6)
        title = capital if big else str
        if style == "colon":
            return "\n".join(f"{relations.plain_name(thing)}: " + ", ".join(f"{label} {shown}" for label, shown in pairs) for thing, pairs in groups.items())
        joint, gap = (kit.pick([", ", "; ", " | "]), "\n") if style == "pairs" else ("\n", "\n\n")
        return gap.join(joint.join(f"{title(label)}: {shown}" for label, shown in [("name", relations.plain_name(thing)), *pairs]) for thing, pairs in groups.items())

    def ask(self, relation, thing, named):
        patterns = [p for p in relation.asked if "<e>" in p or not named]
        question = self.worded(patterns, thing, "")
        if self.kit.split == "train" and self.kit.chance(.12):
            question = question.lower()
        return tasks_docs.disturbed(self.kit, question)

    def answered(self):
        relation, thing, value = self.kit.pick(self.facts)
        rivals = sum(r is relation for r, _, _ in self.facts)
        return self.ask(relation, thing, not (rivals == 1 and self.alone)), capital(self.worded([relation.answer], thing, value))

    def silent(self):
        """Another thing's fact, or one that is not told of this thing."""
        relation, thing, _ = self.kit.pick(self.facts)
        if self.kit.chance(.5):
            other = relations.named(self.kit, relation, [t for _, t, _ in self.facts])
            return other and (self.ask(relation, other, True), NOT_SAID)
        told = {r.label for r, t, _ in self.facts if t == thing}
        words = set(" ".join(told).split())
        free = [r for r in relations.of_kind(relation, self.catalogue) if not words & set(r.label.split())]
        if not free:
            return None
        other = self.kit.pick(free)
        return self.ask(other, thing, not (self.alone and other.label not in {r.label for r, _, _ in self.facts})), NOT_SAID


def chat(kit, silent):
    pair = None
    while not pair:
        sheet = Sheet(kit, relations.HELD if kit.fresh else relations.TRAINED)
        pair = sheet.facts and (sheet.silent() if silent else sheet.answered())
    pairs = [pair]
    for _ in range(kit.pick([0, 0, 1, 2, 3]) if kit.split == "train" else 0):
        pairs.append(sheet.silent() if kit.chance(.3) else sheet.answered())
    pairs = [p for p in pairs if p]
    if kit.split == "train":
        kit.rng.shuffle(pairs)
    text, popular = sheet.text(), kit.split == "train" and kit.chance(.6)
    marks = lambda written: written.replace("\x03", "<").replace("\x04", ">")
    if kit.chance(.45):
        question, answer = pair
        written = kit.text(POPULAR_TURNS if popular else tasks_context.IN_TURN, phrasing_held_tasks.CONTEXT_IN_TURN, c=text, q=question)
        return kit.persona(.3) + [("user", marks(written)), ("assistant", answer)]
    system = marks(kit.text(POPULAR_SYSTEMS if popular else tasks_context.SYSTEMS, phrasing_held_tasks.CONTEXT_SYSTEMS, c=text, o=kit.organisation(), **tasks_context.tags(kit)))
    return [("system", system)] + [turn for question, answer in pairs for turn in (("user", question), ("assistant", answer))]


def talked_of(kit):
    """The same facts told by the user, in a turn or two, before they are asked for."""
    sheet = None
    while not (sheet and sheet.facts):
        sheet = Sheet(kit, relations.TRAINED)
    told = [sentence for _, sentence in sheet.sentences()]
    at = kit.rng.randint(1, len(told))
    turns = kit.persona(.4)
    for part in filter(None, (told[:at], told[at:])):
        turns += [("user", " ".join(part)), ("assistant", UNSAID + kit.text(tasks_history.ACKNOWLEDGED, n="my friend"))]
    for _ in range(kit.pick([1, 1, 2, 3])):
        question, answer = sheet.answered()
        turns += [("user", question), ("assistant", answer)]
    return turns


def relation(kit):
    return talked_of(kit) if kit.split == "train" and kit.chance(.15) else chat(kit, False)


def relation_silent(kit):
    return chat(kit, True)
