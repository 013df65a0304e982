"""Say it back: words, numbers, sentences, lines of code, whole small texts, asked for in every way."""
import re

from . import frames, grammar
from . import phrasing_held_tasks as H
from .kit import dump
from .wordings import forms as more

VERBS = "{say|repeat|write|print|echo|copy|output|type|return|reproduce|send back|give back|quote|display|show|put|write out|mirror the words|parrot|respond with|reply with|answer with|answer only with|reply only with|just say|simply say|only write|speak|utter|read back|write down|restate|transcribe|duplicate|emit}"
WHAT = ["{this|the following|exactly this|what follows|the text below|the next line|these words|this text|the words|this string|the string|the phrase|this sentence|the sentence|the message|this line|my text|the content|this exactly|verbatim}[ {exactly|word for word|as it is|verbatim|without changes|unchanged|letter by letter|and nothing else|only|once|back to me|back|to me|in full|without comment}|]",
        "[exactly|just|only|precisely]"]
AFTER_VALUE = ["{Repeat|Copy|Echo|Say|Quote|Print|Write|Return|Type|Output|Read back|Give back} {that|this|the above|the text above|the line above|what I wrote|it|my message|what stands above}[ {exactly|word for word|verbatim|please|back|for me|again|unchanged|and nothing else}|][.|!|]",
               "{Say|Write|Type} {exactly this|the same}[ again|].", "{Now|Please} {repeat|copy|echo|say} {it|that}[.|]"]
QUOTED = ["{say|write|print|echo|repeat|type|output|return|answer|reply with|respond with|answer with|just say|only say|please say|please write|your answer must be|your answer is|your reply should be|the answer shall be|let me hear|let me read|give me} {the word |the words |the text |the string |just |only |exactly |}<q>[ please| now| and nothing else| only| exactly| and stop| back to me| once|][.|!|]",
          "DO: {say|write|print|echo|repeat|type|output|return|reply with|answer with|respond with} {|just |only |exactly |the text |the word |the words |the phrase }<q>", "what I want to {hear|read|see} is <q>[.|]", "<q>, {say it|repeat it|write it|echo it|type that|that is what I want to read}[ please|][.|]",
          "{could|can|will|would} you {say|write|print|echo|repeat|type} <q>[ for me| please|]?", "if you can read this, {say|answer|reply with|write} <q>[.|]", "{no explanation|no comment|nothing else}, {just|only} <q>[.|]", "{answer|reply|respond} {only |exactly |}<q>[.|]"]
ONE_WORD = ["{Say|Reply|Answer|Respond}[ with|][ exactly| only| just|][:| the word| one word:] <v>[.|]", "{reply|respond|answer} with {exactly|only|just|the single word|one word:|nothing but} <v>[.|]", "{just|only} {say|answer|reply|write} <v>[ please|][.|]", "say <v>[ to me| please|][.|!|]", "{please |}{say|answer|reply with|respond with} <v>[.|]"]
WORDS = "ok|OK|pong|hello|yes|no|done|ready|test|ping|banana|success|true|false|blue|42|hi|working|foo|bar|this is a test|hello world|Hello, world!|it works|ACK|received|good morning|1, 2, 3".split("|")
SNIPPETS = ["let <a> = <n>;", "print('<a>')", "<a>(<n>, <n2>)", "https://<a>.<b>/<c>?<d>=<n>", "/usr/<a>/<b>", "{\"<a>\": <n>}", "<a>_<b> = [<n>, <n2>]", "<A>-<n>/<B>", "<a>@<b>.com", "#<a> #<b>", "SELECT <a> FROM <b>;", "<n>.<n2>%", "$<n>.00", "if <a> > <n>: return <b>", "<a> && <b>", "v<n>.<n2>", "(<a>, <b>)", "<a>: <b>; <c>: <d>"]


def snippet(kit):
    return filled(kit, kit.pick(SNIPPETS))


def filled(kit, text):
    for slot in re.findall(r"<(\w+)>", text):
        value = str(kit.number(1, 999)) if slot[0] == "n" else kit.syllables(1, 2) if slot.islower() else kit.syllables(1, 2).upper()
        text = text.replace(f"<{slot}>", value, 1)
    return text


def value(kit, prose):
    dice = kit.rng.random()
    if prose and dice < .3:
        return kit.pick(kit.pick(prose.pool(kit)["passages"]))
    if dice < .4:
        return snippet(kit)
    if dice < .47:
        return "\n".join(kit.phrase(1, 3) for _ in range(kit.rng.randint(2, 4)))
    if dice < .53:
        return ", ".join(str(kit.value()) for _ in range(kit.rng.randint(2, 6)))
    if dice < .57:
        return dump({kit.syllables(1, 2): kit.value() for _ in range(kit.rng.randint(1, 3))})
    return " ".join(str(kit.value()) for _ in range(kit.rng.randint(1, 6)))


def quoted(kit, text):
    left, right = kit.pick(['""', '""', "''", "``", "«»"])
    return f"{left}{text}{right}"


def copy(kit, prose=None):
    said = value(kit, prose)
    way = kit.rng.random()
    if kit.fresh:
        request = kit.text(H.COPY, v=said)
    elif way < .12:
        said = kit.pick(WORDS) if kit.chance(.6) else str(kit.value())
        shown = quoted(kit, said) if kit.chance(.4) else said
        request = kit.text(ONE_WORD, v=shown)
    elif way < .3:
        request = kit.text(more.COPY, H.COPY, v=said)
    elif way < .48 and '"' not in said:
        request = kit.text(QUOTED, q=quoted(kit, said))
    elif way < .57:
        request = said + kit.pick(["\n\n", "\n", "\n---\n"]) + kit.text(AFTER_VALUE)
    else:
        core = grammar.expand(VERBS + " " + kit.pick(WHAT), kit.rng).strip()
        order = (frames.expand("DO: " + core, kit.rng) if kit.chance(.6) else core).rstrip(".!?|")
        if kit.chance(.6):
            order = order[:1].upper() + order[1:]
        shown = quoted(kit, said) if kit.chance(.15) and '"' not in said else said
        request = order + kit.pick([": ", ": ", ":\n", ":\n\n", " - ", "\n", "\n\n", " "]) + shown
    turns = [("user", request), ("assistant", said)]
    return kit.persona(.3) + turns
