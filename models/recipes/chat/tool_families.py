"""Tools of one family, which do different things with the same thing: the deed must be read, and not the thing alone."""
from . import tool_catalog, values
from .kit import apart
from .tool_list import Tool
from .tool_natural import HELD_ASKS
from .wordings.tools_families import FAMILIES

WORDS = {"integer": "number", "number": "number", "string": "text"}


def _argument(spec):
    role, _, rest = spec.partition("=")
    kind, _, keys = rest.partition(":")
    keys, shape = keys.split(","), values.json_type(kind)
    return role, (keys, shape, [f"The {keys[0].replace('_', ' ')}", f"{keys[-1].replace('_', ' ').capitalize()}", f"{WORDS[shape].capitalize()}: the {keys[0].replace('_', ' ')}"], lambda kit: values.draw(kit, kind))


def _row(names, does, arguments, asks):
    gives = lambda kit, _: {("result", "output", "value", "answer"): kit.pick([kit.number(1, 9999), kit.thing(), kit.syllables().capitalize(), kit.code()])}
    split = lambda text: text.split(" / ")
    return tool_catalog.tool(split(names), split(does), dict(map(_argument, arguments.split("&"))) if arguments else {}, apart(split(asks), HELD_ASKS), gives, "The result is {result}.")


ROWS = {family: [(_row(*tool), f"{family} {n}") for n, tool in enumerate(tools)] for family, tools in FAMILIES.items()}


def some(kit):
    """(tools to list, further ones of their family)"""
    rows = ROWS[kit.pick(list(ROWS))]
    tools = [Tool(kit, *row) for row in kit.rng.sample(rows, len(rows))]
    shown = min(len(tools), kit.pick([1, 2, 3, 3, 4, 5, 6, 7]))
    return tools[:shown], tools[shown:]
