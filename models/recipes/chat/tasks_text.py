"""A short text made shorter: summaries, and rewriting without its fillers.

A summary is the first sentences that tell something, in their bare form; a shorter text is all of them. What goes are idle
sentences, openings ("As a rule, ...") and additions (", which surprises many people").
"""
from . import documents, dressing
from . import phrasing_held_tasks as H
from .wordings import forms as more

TEXT = "{text|paragraph|passage|article|note|following|text below|message}"
SUMMARY = {
    1: ["DO: {summarise|summarize|sum up|condense} {this|the|the following} " + TEXT + " in {one sentence|a sentence|one line|a single sentence}", "{Summary|Short summary|TL;DR} in one sentence", "one sentence summary[ please|]", "{Give|Write} {me |}{a one sentence summary|a summary in one sentence}", "DO: {tell|say} {in one sentence|in a sentence} what {this|it} {says|is about}", "what is {this|the text} about, in one sentence?", "NP: {the main point|the gist|the key point}[ of {this|the text}|]"],
    2: ["DO: {summarise|summarize|sum up|condense|shorten} {this|the|the following} " + TEXT, "{Summary|TL;DR|tl;dr|Short summary|Summary please}", "{Summarise|Summarize|Sum up}", "DO: {summarise|summarize} {this|the} " + TEXT + " in two sentences", "{Give|Write} {me |}a {short |brief |}summary[ of the text| of this|]", "DO: {summarise|summarize} {it|this}[ briefly| shortly| for me|]", "NP: {a summary|a short summary|a brief summary} of {this|the text}", "what does {this|the text} say, in short?"],
    3: ["DO: {summarise|summarize|sum up} {this|the|the following} " + TEXT + " in three sentences", "{Summary|A summary} in three sentences", "three sentence summary[ please|]", "{Give|Write} {me |}three sentences that sum {it|this} up"],
}
REWRITE = ["DO: {rewrite|rephrase|write|put} {this|the|the following} " + TEXT + " {more briefly|in fewer words|shorter|without fillers|in plain words|more simply|in simple sentences}", "DO: {make|get} {this|it|the text} {shorter|simpler|more concise|plainer}", "DO: {simplify|tighten|shorten without losing facts|clean up|make concise} {this|it|the text}", "{Rewrite|Simplify|Make it concise|Fewer words}",
           "{Remove|Leave out|Cut|Drop|Delete} {the fillers|the filler words|what is not needed|everything that says nothing|empty phrases}[ from the text| please|]", "DO: {remove|cut} the fillers"]
POINTS = ["DO: {list|give|write|show} the {facts|key facts|main points|key points}[ of {this|the text}|][ as bullet points| in bullets|]", "{Key points|Main points|Facts|Bullet points|Key facts}", "DO: {turn|rewrite|put} {this|the text|it} {into|as} {bullet points|bullets|a list of facts}", "{Summary|Summarise} in bullet points"]
for _count, _patterns in more.SUMMARY.items():
    SUMMARY[_count].extend(_patterns)
REWRITE += more.REWRITE
POINTS += more.POINTS


def plain_and_full(kit):
    """(bare facts, text with everything around them)"""
    document = documents.blank(kit)
    facts, shown = [], []
    for number in document["numbers"][:kit.rng.randint(2, 5)]:
        sentence, slots = documents.statement(kit, document, number)
        facts.append(sentence)
        shown.append(dressing.dress(kit, sentence, f"{document['mention']} {' '.join(map(str, slots.values()))}"))
    for idle in kit.rng.sample(dressing.IDLE, kit.pick([0, 0, 1, 1, 2])):
        shown.insert(kit.rng.randint(0, len(shown)), idle)
    return facts, " ".join(shown), document["title"]


def shorter(kit):
    facts, text, title = plain_and_full(kit)
    way = kit.rng.random()
    if way < .55:
        count = kit.pick([1, 2, 2, 3])
        patterns, held, answer = SUMMARY[count], H.SUMMARY[count], " ".join(facts[:count])
    elif way < .85:
        patterns, held, answer = REWRITE, H.REWRITE, " ".join(facts)
    else:
        patterns, held, answer = POINTS, H.POINTS, "\n".join("- " + fact for fact in facts)
    request = kit.user(patterns, held, quiet=kit.chance(.5))[1].rstrip(".!? ")
    if kit.chance(.2):
        text = title + kit.pick(["\n", "\n\n", ": "]) + text
    place = kit.rng.random()
    if place < .6:
        user = request + kit.pick([":\n", ": ", ":\n\n", ".\n\n", ".\n", "\n", "\n\n", "\n---\n", ". Text: "]) + text
    elif place < .85:
        user = text + kit.pick(["\n\n", "\n", "\n---\n"]) + request + kit.pick([".", "", "!", ":"])
    else:
        return [("system", request + "."), ("user", text), ("assistant", answer)]
    return kit.persona(.3) + [("user", user), ("assistant", answer)]
