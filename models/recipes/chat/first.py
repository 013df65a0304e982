"""What developers type first: three hundred everyday prompts (hand_first.py, hand_first_second.py, hand_first_third.py), judged by what the answer must
hold, not word for word.

    python -m chat.first --url http://127.0.0.1:8786      # through a running emulator, whose grammar holds calls and records in form
"""
import argparse
import collections
import json
import time
import urllib.error
import urllib.request

from . import hand_first, hand_first_second, hand_first_third
from .decode import generate, text_of
from .export import render
from .kit import CALL

ACCOUNT = "0" * 32
SETS = {"first hundred": hand_first.CASES, "second hundred": hand_first_second.CASES, "third hundred": hand_first_third.CASES}


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


def answered_by(model, tokenizer, most=120):
    """Greedy and without a grammar: what the model itself says."""
    return lambda case: text_of(tokenizer, generate(model, tokenizer, render(case["messages"], case.get("tools"), case.get("schema")), most)[0])


def opened(request):
    """The reply's text; an emulator keeps production's rate, so what is too much waits."""
    while True:
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.read()
        except urllib.error.HTTPError as error:
            if error.code != 429:
                raise
            time.sleep(5)


def answered_at(url, most=120):
    """By the OpenAI-compatible API of an emulator, as an SDK asks: tools as functions, a schema as `response_format`."""
    def answer(case):
        body = {"model": "@cf/meta/llama-3.3-70b-instruct-fp8-fast", "messages": case["messages"], "temperature": 0, "max_tokens": most}
        if case.get("tools"):
            body["tools"] = [tool if "function" in tool else {"type": "function", "function": tool} for tool in case["tools"]]
        if case.get("schema"):
            body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": case["schema"]}}
        request = urllib.request.Request(f"{url}/client/v4/accounts/{ACCOUNT}/ai/v1/chat/completions", json.dumps(body).encode(), {"content-type": "application/json", "authorization": "Bearer local"})
        message = json.loads(opened(request))["choices"][0]["message"]
        calls = [call["function"] for call in message.get("tool_calls") or []]
        return (message.get("content") or "") + "".join(CALL + f'{{"name":{json.dumps(call["name"])},"arguments":{call["arguments"]}}}' for call in calls)
    return answer


def run(answer, cases):
    """({kind: [right, of]}, [(case, answer) that is wrong])"""
    rows, wrong = collections.defaultdict(lambda: [0, 0]), []
    for case in cases:
        said = answer(case)
        right = is_right(case, said)
        rows[case["kind"]][0] += right
        rows[case["kind"]][1] += 1
        if not right:
            wrong.append((case, said))
    return dict(rows), wrong


def report(answer, shown=True):
    """Prints both sets and what of them is wrong; returns {set: {kind: [right, of]}}."""
    found = {}
    for name, cases in SETS.items():
        rows, wrong = run(answer, cases)
        found[name] = rows
        right, of = (sum(row[i] for row in rows.values()) for i in range(2))
        print(f"\nwhat developers type first, {name}: {right} of {of} (" + ", ".join(f"{kind} {a}/{b}" for kind, (a, b) in rows.items()) + ")")
        for case, said in wrong if shown else []:
            print(f"  {case['kind']}: {case['messages'][-1]['content'][-160:]!r}\n    want {case['want']!r}\n    got  {said!r}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--quiet", action="store_true", help="the figures only")
    args = parser.parse_args()
    report(answered_at(args.url), not args.quiet)
