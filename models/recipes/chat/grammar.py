"""A small phrase grammar: one pattern stands for tens of wordings.

    "[please |]{tell me|say} what my <a> is[ again|]?"

`{a|b|c}` and `[a|b]` both mean: choose one part (nesting is allowed; an empty part drops it).
`<slot>` is filled from keyword arguments. Slot values are wrapped in two marks so that the noise
stage can leave them alone; `unmark` takes the marks off again.
"""
import functools
import itertools
import re

OPEN, CLOSE = "\x01", "\x02"
FILLED = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")
NOT_CORE = re.compile(f"[^a-z{OPEN}{CLOSE} ]")


def mark(value):
    return f"{OPEN}{value}{CLOSE}"


def capital(text):
    return text[:1].upper() + text[1:]


def unmark(text):
    return text.replace(OPEN, "").replace(CLOSE, "")


@functools.lru_cache(maxsize=20_000)
def parse(pattern):
    """Pattern -> nested tuples: ('seq', parts), ('alt', options), ('slot', name) or a string."""
    node, at = _sequence(pattern, 0, "")
    if at != len(pattern):
        raise ValueError(f"unbalanced pattern {pattern!r} at {at}")
    return node


def _sequence(text, at, stops):
    parts, plain = [], ""
    while at < len(text) and text[at] not in stops:
        char = text[at]
        if char in "{[":
            close = "}" if char == "{" else "]"
            options, at = [], at + 1
            while True:
                option, at = _sequence(text, at, "|" + close)
                options.append(option)
                if at >= len(text):
                    raise ValueError(f"{char} is never closed in {text!r}")
                at += 1
                if text[at - 1] == close:
                    break
            if plain:
                parts.append(plain)
                plain = ""
            parts.append(("alt", options))
        elif char == "<":
            end = text.index(">", at)
            if plain:
                parts.append(plain)
                plain = ""
            parts.append(("slot", text[at + 1:end]))
            at = end + 1
        else:
            plain += char
            at += 1
    if plain:
        parts.append(plain)
    return ("seq", parts), at


def expand(pattern, rng, **slots):
    """One random wording of a pattern, the slot values marked."""
    out = []
    _expand(parse(pattern), rng, slots, out)
    return "".join(out)


def _expand(node, rng, slots, out):
    if isinstance(node, str):
        out.append(node)
    elif node[0] == "slot":
        out.append(mark(slots[node[1]]))
    elif node[0] == "alt":
        _expand(rng.choice(node[1]), rng, slots, out)
    else:
        for part in node[1]:
            _expand(part, rng, slots, out)


@functools.lru_cache(maxsize=2_000)
def every(pattern):
    """All wordings of a pattern, its slots as two marks with nothing between."""
    def texts(node):
        if isinstance(node, str):
            return [node]
        if node[0] == "slot":
            return [mark("")]
        if node[0] == "alt":
            return [text for option in node[1] for text in texts(option)]
        return ["".join(parts) for parts in itertools.product(*map(texts, node[1]))]
    return texts(parse(pattern))


def core(text):
    """What a wording says, whatever its case, punctuation and slot values: for telling wordings apart."""
    return NOT_CORE.sub("", FILLED.sub(mark(""), text).lower()).strip()


def count(pattern):
    """How many wordings a pattern has."""
    def number(node):
        if isinstance(node, str) or node[0] == "slot":
            return 1
        if node[0] == "alt":
            return sum(number(option) for option in node[1])
        total = 1
        for part in node[1]:
            total *= number(part)
        return total
    return number(parse(pattern))
