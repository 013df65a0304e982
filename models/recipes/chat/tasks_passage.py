"""Answers from natural contexts, and "The context does not say." where they do not tell: one text or some, as prompts carry them."""
from . import natural, tasks_context, tasks_docs
from . import phrasing_held_tasks as H
from .asked import answered_pair, silent_pair
from .documents import tell

LAYOUTS = ["{x}", "{x}", "{x}", "{t}\n{x}", "{t}: {x}", "# {t}\n{x}", "## {t}\n\n{x}", "- {t}: {x}", "[{i}] {x}", "Title: {t}\n{x}", "\"{x}\""]


def text_of(kit, documents):
    """How it stands in the prompt: in one piece, in lines or as a list."""
    dice, fitting = kit.rng.random(), tasks_docs.layouts(LAYOUTS, documents)
    if dice < .18 and fitting is LAYOUTS:
        return "\n".join("- " + s for d in documents for s in d["sentences"])
    return tasks_docs.render(documents, kit.pick(fitting), "\n" if dice < .3 else " ")


def drawn(kit):
    """One text with most of its facts, or some with a few each."""
    count = kit.pick([1, 1, 1, 2, 2, 3])
    kind = kit.pick(natural.HELD_KINDS if kit.fresh else natural.KINDS) if kit.chance(.3) else None
    documents = []
    for _ in range(count):
        document = natural.blank(kit, kind)
        for number in document["numbers"][:kit.rng.randint(1, 5 if count == 1 else 3)]:
            tell(kit, document, number, .15)
        documents.append(document)
    return documents


def chat(kit, prose, silent):
    pair = None
    while not pair:
        documents = drawn(kit)
        pair = (silent_pair if silent else answered_pair)(kit, prose, documents)
    pairs = [pair]
    for _ in range(kit.pick([0, 1, 2, 3, 4]) if kit.split == "train" else 0):
        pairs.append((silent_pair if kit.chance(.3) else answered_pair)(kit, prose, documents))
    pairs = [(tasks_docs.disturbed(kit, question), answer) for question, answer in filter(None, pairs)]
    if kit.split == "train":
        kit.rng.shuffle(pairs)
    text = text_of(kit, documents)
    if kit.chance(.3):
        question, answer = pairs[0]
        return kit.persona(.3) + [("user", kit.text(tasks_context.IN_TURN, H.CONTEXT_IN_TURN, c=text, q=question)), ("assistant", answer)]
    system = kit.text(tasks_context.SYSTEMS, H.CONTEXT_SYSTEMS, c=text, **tasks_context.tags(kit))
    return [("system", system)] + [turn for question, answer in pairs for turn in (("user", question), ("assistant", answer))]


def passage(kit, prose):
    return chat(kit, prose, False)


def passage_silent(kit, prose):
    return chat(kit, prose, True)
