"""Reasoning, which the template switches on for a `reasoning_effort`: before its last answer the model says in a sentence what it is about to do.

The prompt opens the thought (`<think>` and a line break), so a model that is not asked to think never learns to begin one.
"""
import json

from .kit import CALL, OPENED, UNSAID
from .tasks_context import NOT_SAID

OPEN, CLOSE = "<think>\n", "\n</think>\n\n"
SHARE = .1                          # of the chats trained on
CONTEXT = {"context", "context_silent", "relation", "relation_silent", "passage", "passage_silent", "documents", "documents_mixed", "documents_real", "documents_silent"}
RECALL = {"name", "fact", "history", "untold"}
RECORDS = {"json", "record", "json_open"}
ACKNOWLEDGED = ("Got it", "Nice to meet you")
PLANS = {"small": "This is small talk.", "outside": "That is beyond me.", "label": "The user wants a label.", "format": "The user wants it in a certain form.", "copy": "I say it back.", "shorter": "I say it in other words."}


def thought(capability, turns):
    """What the last answer does."""
    answer = turns[-1][1]
    if answer.startswith(CALL):
        names = [json.loads(call)["name"] for call in answer.split(CALL)[1:]]
        return f"The tool {names[0]} fits." if len(names) == 1 else f"The tools {' and '.join(names)} fit."
    if turns[-2][0] == "tool":
        return "The result tells it."
    if answer == NOT_SAID:
        return "The context does not tell it."
    if capability in CONTEXT:
        return "The context tells it."
    if capability in RECALL:
        return "The user tells me something." if answer.startswith(ACKNOWLEDGED) else "The user told me nothing of that." if "not told me" in answer else "The user told me that."
    if capability in RECORDS:
        return f"I fill in {', '.join(json.loads(answer))}."
    return PLANS.get(capability, "No tool is needed." if "no tool" not in answer.lower() else "No tool fits.")


def aloud(capability, turns):
    """The same chat with a thought before its last answer; a history has none, for templates leave them out."""
    role, answer = turns[-1]
    if role != "assistant" or answer.startswith(UNSAID):
        return turns
    return [*turns[:-1], (role, OPEN + OPENED + thought(capability, turns) + CLOSE + answer)]
