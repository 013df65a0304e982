"""What developers type first: a hundred everyday prompts (hand_first.py), judged by what the answer must hold, not word for word."""
import collections
import json

from .decode import generate, text_of
from .export import render
from .hand_first import CASES
from .kit import CALL


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def is_right(case, answer):
    """Records and calls must be equal; of other answers some parts are wanted."""
    if case["kind"] == "json":
        return parsed(answer) == case["want"]
    if case["kind"] == "tool":
        return answer.startswith(CALL) and parsed(answer.removeprefix(CALL)) == case["want"]
    said = answer.lower()
    return (CALL not in answer and all(part.lower() in said for part in case["want"]) and not any(part.lower() in said for part in case.get("never", []))
            and case.get("lines") in (None, len(answer.splitlines())))


def run(model, tokenizer, most=120):
    """({kind: [right, of]}, [(case, answer) that is wrong])"""
    rows, wrong = collections.defaultdict(lambda: [0, 0]), []
    for case in CASES:
        prompt = render(case["messages"], case.get("tools"), case.get("schema"))
        answer = text_of(tokenizer, generate(model, tokenizer, prompt, most)[0])
        right = is_right(case, answer)
        rows[case["kind"]][0] += right
        rows[case["kind"]][1] += 1
        if not right:
            wrong.append((case, answer))
    return dict(rows), wrong
