"""Questions about documents: such as one sentence answers, and such as none does."""
import re

from . import composed, invented, natural
from . import questions as Q
from .documents import facts_of, fits, invented_document, is_natural, real_document, statement, told
from .grammar import capital
from .tasks_context import NOT_SAID


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
    """A relation that the document does not tell, or one that it tells of something else."""
    everything = " ".join(document["sentences"]).lower()
    used = {number for number, _ in told(document)}
    if used and kit.chance(.5):
        number, slots = kit.pick(told(document))
        other = kit.pick(document["nouns"][1:])
        question = composed.question(kit, number, {**slots, "n": other})
        return (question, NOT_SAID) if other in question and other.lower() not in everything else None
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
