"""Tools as projects and tutorials define them, with wishes in natural words: data of wordings/tools_*.py as rows of tool_catalog.py."""
from . import phrasing_held_tools, tool_catalog, values
from .kit import apart
from .wordings import tools_more, tools_natural, tools_science


def _drawer(kind):
    return kind and (lambda kit: values.draw(kit, kind))


def _giver(gives):
    return lambda kit, _: {names: values.draw(kit, kind) for names, kind in gives.items()}


def _said(ask):
    return ask.partition("#")[0]


HELD_ASKS = [_said(ask) for tool in phrasing_held_tools.TOOLS.values() for ask in tool["asks"]]


def _row(tool, held):
    args = {role: (keys, kind, about, _drawer(value)) for role, (keys, kind, about, value) in tool["args"].items()}
    asks = tool["asks"] if held else [ask for ask in tool["asks"] if apart([_said(ask)], HELD_ASKS)]
    return tool_catalog.tool(tool["names"], tool["does"], args, [] if held else asks, _giver(tool["gives"]), tool["answer"], asks if held else ())


ROWS = {name: (_row(tool, False), tool["topic"]) for source in (tools_natural, tools_more, tools_science) for name, tool in source.TOOLS.items()}
HELD = {name: (_row(tool, True), tool["topic"]) for name, tool in phrasing_held_tools.TOOLS.items()}
INFORMATION = tools_natural.INFORMATION | tools_more.INFORMATION | tools_science.INFORMATION | phrasing_held_tools.INFORMATION


def drawn(kit):
    """(row, what it is for)"""
    rows = HELD if kit.fresh else ROWS
    return rows[kit.pick(list(rows))]
