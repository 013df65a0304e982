"""The chat generators: what they promise about answers, splits and marks. Needs no trained file."""
import json
import random
import re
import unittest

from chat import composed, data, grammar, invented, frames, kit, lexicon, noise, noise_prompts, phrasing, phrasing_held, phrasing_held_tasks
from chat import natural, opinions, relations, tasks_context, tasks_history, tasks_copy, tasks_docs, tasks_form, tasks_json, tasks_label, tasks_open, tasks_passage, tasks_record, tasks_relation, tasks_talk, tasks_text, tasks_tools, thoughts, tool_natural, values
from chat import questions as Q
from chat.mix import render

PLAIN = [tasks_talk.small, tasks_talk.name, tasks_talk.fact, tasks_talk.untold, tasks_talk.outside, tasks_context.context,
         tasks_context.context_silent, tasks_json.json_extraction, tasks_open.json_open, tasks_form.formats, tasks_copy.copy, tasks_text.shorter,
         tasks_tools.tool, tasks_tools.tool_schema, tasks_tools.no_tool, tasks_tools.two_calls, tasks_record.record, tasks_tools.wish, tasks_history.history, tasks_label.label, tasks_relation.relation, tasks_relation.relation_silent]


class FakeProse:
    """A few sentences in place of the collected prose."""
    synonyms, verbs = {"big": ["large"]}, {"open", "sell", "carry"}
    data = {"passages": [["The harbour was built by sailors from the north.", "Its walls are made of grey stone.", "Ships carry grain and copper to the islands."]] * 3,
            "entries": [["n", "harbour", "a sheltered place for ships near a coast", 3], ["v", "carry", "move something from one place to another", 5]] * 3,
            "singles": ["The baker sold fresh bread in the morning.", "Nobody saw the red bicycle behind the school.", "Rain fell on the empty market for two days.",
                        "A tall man asked for the way to the station.", "The twins painted their boat in bright colours."]}
    train = held = data
    nouns = {"train": ["harbour", "boat", "market", "wheel", "garden"], "held": ["roof", "bell", "coat", "lamp", "well"]}

    def pool(self, _):
        return self.data


def chats(make, split, count=150, seed=1):
    rng = random.Random(f"{seed}{split}{make.__name__}")
    return [make(kit.Kit(rng, split)) for _ in range(count)]


class GrammarTest(unittest.TestCase):
    def test_counts_and_expansion(self):
        pattern = "[please |]{tell|give} me {my|the} <a>[.|?|]"
        self.assertEqual(grammar.count(pattern), 2 * 2 * 2 * 3)
        seen = {grammar.unmark(grammar.expand(pattern, random.Random(i), a="x")) for i in range(500)}
        self.assertEqual(len(seen), 24)

    def test_frames_wrap_every_kind(self):
        for kind, wordings in frames.FRAMES.items():
            self.assertGreater(sum(map(grammar.count, wordings)), 100, kind)
            for wording in wordings:
                self.assertEqual(wording.count("@"), 1, wording)
            for number in range(200):
                text = grammar.unmark(frames.expand(f"{kind}: {{core|the core}} <a>", random.Random(number), a="a@b"))
                self.assertRegex(text, "core a@b")

    def test_every_pattern_parses(self):
        held = [phrasing_held.TELL_NAME, phrasing_held.ASK_NAME, phrasing_held.TELL_ATTR, phrasing_held.ASK_ATTR]
        trained = [phrasing.TELL_NAME, phrasing.ASK_NAME, phrasing.TELL_ATTR, phrasing.ASK_ATTR, phrasing.PERSONAS, phrasing.OPEN_QUESTIONS]
        for patterns in held + trained + [p for p, _ in phrasing.SMALL.values()]:
            for pattern in patterns:
                grammar.parse(pattern)
        for titles, facts in invented.SUBJECTS.values():
            for pattern in titles + [p for s, q in facts for p in s + q] + [p for s, q in composed.FORMS for p in s + q]:
                grammar.parse(pattern)

    def test_intents_have_many_wordings(self):
        for name, patterns in [("ask name", phrasing.ASK_NAME), ("tell fact", phrasing.TELL_ATTR), ("ask fact", phrasing.ASK_ATTR)]:
            self.assertGreater(sum(map(grammar.count, patterns)), 30, name)


class NoiseTest(unittest.TestCase):
    def test_marked_values_and_quotations_survive(self):
        rng = random.Random(4)
        for _ in range(2000):
            text = noise.disturb(f'please tell me the price of {grammar.mark("Krundo 47-B")} and "what is my name"', rng, 0.)
            self.assertIn("Krundo 47-B", grammar.unmark(text))
            self.assertIn('"what is my name"', text)


class GeneratorTest(unittest.TestCase):
    def test_shape(self):
        for make in PLAIN:
            for split in ("train", "lex", "phr"):
                for turns in chats(make, split, 60):
                    roles = [r for r, _ in turns]
                    self.assertEqual(roles[-1], "assistant")
                    self.assertNotIn("system", roles[1:])
                    if turns[-1][1] in (phrasing.GIBBERISH_ANSWER, phrasing.OPEN_ANSWER):      # noise and source code may hold anything
                        continue
                    for text in (t for _, t in turns):
                        self.assertNotRegex(text, r"[\x01\x02{]\w+[|]|<(?!%s)\w+>(?!\|)" % "|".join([*tasks_context.TAGS, "question"]), (make.__name__, text))
                        self.assertNotIn(grammar.OPEN, text)

    def test_same_seed_same_chats(self):
        for make in PLAIN:
            self.assertEqual(chats(make, "train", 20), chats(make, "train", 20))

    def test_held_words_stay_out_of_training(self):
        for turns in chats(tasks_talk.name, "train", 400):
            match = re.match(r"Your name is (\w+)\.$", turns[-1][1])
            if match:
                word = match.group(1)
                self.assertFalse(lexicon.is_held(word.capitalize() if word.capitalize() in lexicon.NAMES else word.lower()), word)

    def test_answers_can_be_copied(self):
        for split in ("train", "lex", "phr"):
            for turns in chats(tasks_talk.fact, split) + chats(tasks_talk.name, split):
                value = re.sub(r"^Your .*? is (called )?|^You (are from|are|like|live in|work for|work as a|cannot eat|speak|travel to) | years old$", "", turns[-1][1].rstrip("."))
                self.assertIn(value, " ".join(t for r, t in turns if r == "user"), turns)

    def test_a_history_holds_what_is_asked(self):
        things = [re.compile(re.escape(answer).replace(r"\{v\}", "(.+)")) for _, _, _, answer, _ in tasks_history.THINGS]
        for split in ("train", "lex", "phr"):
            said = 0
            for turns in chats(tasks_history.history, split, 200):
                told = "\n".join(text for role, text in turns if role in ("system", "user"))
                for role, text in turns:
                    if role != "assistant" or text.startswith((kit.UNSAID, "Got it,", "Nice to meet you,", "You have not told me")):
                        continue
                    said += 1
                    usual = re.sub(r"^(Your .*? is (called )?|The .*? is |You (are from|are|like|live in|work for|work as a|cannot eat|speak|travel to) )|( years old)?\.$", "", text)
                    values_of = [m[1] for pattern in things if (m := pattern.fullmatch(text))]
                    self.assertTrue(any(value in told for value in [usual, *values_of]), turns)
            self.assertGreater(said, 180)

    def test_what_another_said_is_not_learned(self):
        tokens = {"<|assistant|>": 0, "<|end|>": 1, "<|pad|>": 2, kit.UNSAID: 3, kit.OPENED: 4, "\n": 5}

        class Tokenizer:
            token_to_id = staticmethod(tokens.get)

            def encode(self, text, add_special_tokens):
                return type("Encoding", (), {"ids": [tokens[text]]})
        ids = data.Ids(Tokenizer())
        # <|assistant|> MARK 7 <|end|> 8 MARK <|assistant|> 9 <|end|>
        self.assertEqual(ids.read([0, 3, 7, 1, 8, 3, 0, 9, 1]), ([0, 7, 1, 8, 3, 0, 9, 1], [False, False, False, False, False, False, True, True]))
        # Nor is what the prompt opens: <|assistant|> 7 OPENED 8 <|end|>
        self.assertEqual(ids.read([0, 7, 4, 8, 1]), ([0, 7, 8, 1], [False, False, True, True]))
        # A beginning weighs more, and so do ends of lines and of answers.
        self.assertEqual(data.weights([6, 7, 8, 9, 5, 9, 1, 6], [True] * 7 + [False], ids.decisive), [3., 3., 3., 1., 3., 1., 3.])

    def test_a_thought_says_what_the_answer_does(self):
        for capability, make in {"name": tasks_talk.name, "untold": tasks_talk.untold, "context": tasks_context.context, "context_silent": tasks_context.context_silent, "json": tasks_json.json_extraction,
                                 "tool": tasks_tools.tool, "no_tool": tasks_tools.no_tool, "two_calls": tasks_tools.two_calls, "history": tasks_history.history, "label": tasks_label.label}.items():
            for turns in chats(make, "train", 40):
                *before, (role, said) = thoughts.aloud(capability, turns)
                self.assertFalse(any(kit.OPENED in text for _, text in before))
                if said.startswith(kit.UNSAID):
                    continue
                opened, _, rest = said.partition(kit.OPENED)
                thought, close, answer = rest.partition(thoughts.CLOSE)
                self.assertEqual((role, opened, close), ("assistant", thoughts.OPEN, thoughts.CLOSE))
                self.assertEqual("does not tell" in thought, answer == tasks_context.NOT_SAID)
                if answer.startswith(kit.CALL):
                    self.assertIn(json.loads(answer.split(kit.CALL)[1])["name"], thought)

    def test_relations_fit_their_form(self):
        for row in relations.TRAINED + relations.HELD:
            for pattern in row.told:
                self.assertTrue("<e>" in pattern and "<v>" in pattern, pattern)
            self.assertFalse([pattern for pattern in row.asked if "<v>" in pattern], row.label)
            self.assertGreater(sum("<e>" in pattern for pattern in row.asked), 1, row.label)
            self.assertRegex(row.answer, r"<e>.*<v>[^<]{0,24}(<cur>)?( per (month|hour))?[.]$")
            self.assertTrue(row.kind in relations.NAMES or "|" in row.kind, row.kind)
            self.assertTrue("|" in row.value or row.value.rstrip("0123456789") in values.TYPES, row.value)
        self.assertFalse({q for r in relations.HELD for q in r.asked} & {q for r in relations.TRAINED for q in r.asked})

    def test_a_sheet_tells_what_is_asked_and_not_what_is_refused(self):
        for split in ("train", "phr"):
            for number in range(300):
                k = kit.Kit(random.Random(number), split)
                sheet = tasks_relation.Sheet(k, relations.HELD if k.fresh else relations.TRAINED)
                if not sheet.facts:
                    continue
                text, (_, answer), asked = sheet.text(), sheet.answered(), []
                self.assertTrue(any(value.lower() in text.lower() and value in answer for _, _, value in sheet.facts), (text, answer))
                sheet.ask = lambda relation, thing, named: asked.append((relation.label, thing)) or "?"
                if sheet.silent():
                    self.assertFalse({(relation.label, thing) for relation, thing, _ in sheet.facts} & set(asked), (text, asked))

    def test_a_record_of_a_thing_holds_what_the_text_tells(self):
        for number in range(200):
            turns = tasks_record.of_relations(kit.Kit(random.Random(number)))
            text = "".join(said for role, said in turns if role == "user").lower()
            for role, said in turns:
                for value in json.loads(said).values() if role == "assistant" else ():
                    self.assertTrue(value in (None, "", 0) or str(value).lower() in text, (said, text))

    def test_an_opinion_has_its_mood(self):
        k = kit.Kit(random.Random(8))
        for mood, (words, folk, does, feel, *_) in opinions.MOODS.items():
            other = opinions.MOODS["negative" if mood == "positive" else "positive"]
            self.assertTrue(set(words).isdisjoint(other[0]) and set(folk).isdisjoint(other[1]) and set(does).isdisjoint(other[2]) and set(feel).isdisjoint(other[3]))
            for _ in range(200):
                text = opinions.sentence(k, mood)
                self.assertFalse(re.search(r"[<>{}|\[\]]", text), text)

    def test_silent_context_is_silent(self):
        for turns in chats(tasks_context.context_silent, "lex"):
            self.assertEqual(turns[-1][1], tasks_context.NOT_SAID)

    def test_json_is_json(self):
        for split in ("train", "phr"):
            for turns in chats(tasks_json.json_extraction, split):
                record = json.loads(turns[-1][1])
                for value in record.values():
                    given = "\n".join(t for r, t in turns[:-1])
                    for part in value if isinstance(value, list) else [value]:
                        self.assertTrue(part in (None, True, False, "", 0, "urgent") or str(part) in given, turns)

    def test_calls_follow_the_listed_schema(self):
        kinds = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list, "object": dict}
        for make in (tasks_tools.tool, tasks_tools.tool_schema, tasks_tools.two_calls, tasks_tools.wish):
            for split in ("train", "lex", "phr"):
                for turns in chats(make, split, 300):
                    listed = {t["name"]: t["parameters"] for t in map(json.loads, turns[0][1].split("Tools:\n")[1].split("\n"))}
                    calls = [json.loads(c) for r, t in turns if r == "assistant" and t.startswith(kit.CALL) for c in t.split(kit.CALL)[1:]]
                    self.assertTrue(calls or make is tasks_tools.wish)
                    for call in calls:
                        schema = listed[call["name"]]
                        self.assertLessEqual(set(schema.get("required", [])), set(call["arguments"]), turns)
                        for key, value in call["arguments"].items():
                            self.assertIsInstance(value, kinds[schema["properties"][key]["type"]], turns)
                            if "enum" in schema["properties"][key]:
                                self.assertIn(value, schema["properties"][key]["enum"])

    def test_arguments_stand_in_the_chat(self):
        for make in (tasks_tools.tool, tasks_tools.tool_schema, tasks_tools.two_calls, tasks_tools.wish):
            for turns in chats(make, "train", 200):
                given, listed = "", {t["name"]: t["parameters"] for t in map(json.loads, turns[0][1].split("Tools:\n")[1].split("\n"))}
                for role, text in turns[1:]:
                    if role == "assistant" and text.startswith(kit.CALL):
                        for call in map(json.loads, text.split(kit.CALL)[1:]):
                            for key, value in call["arguments"].items():
                                if "enum" in listed[call["name"]]["properties"][key]:           # told in other words
                                    continue
                                for part in value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]:
                                    self.assertTrue(isinstance(part, bool) or str(part).lower() in given.lower(), (part, turns))
                    given += text + "\n"

    def test_no_tool_calls_nothing(self):
        for turns in chats(tasks_tools.no_tool, "train"):           # calls may come later on, where a chat of training goes on
            self.assertFalse(next(t for role, t in turns if role == "assistant").startswith(kit.CALL))
        for turns in chats(tasks_tools.no_tool, "lex"):
            self.assertFalse(any(t.startswith(kit.CALL) for _, t in turns))


class HeldWordingTest(unittest.TestCase):
    """The test's wordings: twenty and more for each kind of request, and none of them can be drawn in training."""

    def test_twenty_for_each_intent(self):
        h, t = phrasing_held, phrasing_held_tasks
        kinds = {f"small {k}": v for k, v in h.SMALL.items()} | {f"format {k}": v for k, v in t.FORMATS.items()} | {"summary": sum(t.SUMMARY.values(), [])}
        kinds |= {"tell name": h.TELL_NAME, "ask name": h.ASK_NAME, "tell fact": h.TELL_ATTR, "ask fact": h.ASK_ATTR, "tell job and home": [p for tell, _ in h.FACTS.values() for p in tell],
                  "ask job and home": [p for _, ask in h.FACTS.values() for p in ask], "outside": h.OPEN_QUESTIONS, "copy": t.COPY, "context": sum(t.CONTEXT.values(), []), "context system": t.CONTEXT_SYSTEMS,
                  "known tool": sum(t.TOOLS.values(), []), "made-up tool": t.DOER + t.GETTER + t.MAKER, "two calls": sum(t.CHAINS.values(), []), "json": t.JSON_ASKS, "schema": t.SCHEMA_ASKS}
        self.assertEqual({name: counted for name, patterns in kinds.items() if (counted := sum(map(grammar.count, patterns))) < 20}, {})

    def test_none_is_trained(self):
        known = kit.Kit(random.Random(2))
        slots = {name: name for name in "a v e l r o n k b h i p s c w q d t f".split()}
        pairs = [(phrasing.TELL_NAME, phrasing_held.TELL_NAME), (phrasing.ASK_NAME, phrasing_held.ASK_NAME), (phrasing.TELL_ATTR, phrasing_held.TELL_ATTR), (phrasing.ASK_ATTR, phrasing_held.ASK_ATTR)]
        pairs += [(phrasing.SMALL[name][0], held) for name, held in phrasing_held.SMALL.items()] + [(row[1], phrasing_held_tasks.CONTEXT[name]) for name, row in tasks_context.RELATIONS.items()]
        pairs += [(wordings, phrasing_held_tasks.FORMATS[name]) for name, wordings in tasks_form.FORMATS.items()]
        for trained, held in pairs:
            texts = {grammar.core(text) for pattern in held for text in grammar.every(pattern)}
            for _ in range(300):
                self.assertNotIn(grammar.core(known.say(trained, held, **slots)), texts)


class NaturalTest(unittest.TestCase):
    """What is written in natural words: passages, records and tools."""

    def test_every_slot_has_a_type(self):
        for subjects in (natural.SUBJECTS, natural.HELD):
            for titles, facts in subjects.values():
                for told, asked in facts:
                    for name in values.slots_of(titles + told + asked):
                        self.assertTrue(name == "e" or {name, name.rstrip("0123456789")} & set(values.TYPES), name)
                    # A question holds no value that some statement of its fact does not tell.
                    self.assertFalse(set(values.slots_of(asked)) - {"e"} - set(values.slots_of(told)), asked)

    def test_answers_are_sentences_of_the_text(self):
        for silent in (False, True):
            rng, seen = random.Random(6), {True: 0, False: 0}
            for split in ("train", "lex", "phr"):
                for _ in range(150):
                    turns = tasks_passage.chat(kit.Kit(rng, split), FakeProse(), silent)
                    given = "\n".join(text for role, text in turns if role != "assistant")
                    if split != "train":
                        self.assertEqual(turns[-1][1] == tasks_context.NOT_SAID, silent)
                    for role, text in turns:
                        if role == "assistant":
                            seen[text == tasks_context.NOT_SAID] += 1
                            self.assertTrue(text == tasks_context.NOT_SAID or text in given, turns)
            self.assertGreater(seen[silent], 300)

    def test_records_tell_what_is_read(self):
        for split in ("train", "lex", "phr"):
            found = 0
            for turns in chats(tasks_record.record, split, 300):
                given = "\n".join(text for _, text in turns[:-1])
                for value in json.loads(turns[-1][1]).values():
                    for part in value if isinstance(value, list) else [value]:
                        if isinstance(part, str) and part not in given:
                            self.fail((part, turns))
                        if isinstance(part, (int, float)) and not isinstance(part, bool) and part:
                            self.assertIn(str(part), given)
                        found += part not in (None, "", 0)
            self.assertGreater(found, 500)

    def test_the_test_is_not_trained_on(self):
        def cores(patterns):
            return {grammar.core(text) for pattern in patterns if grammar.count(pattern) < kit.MANY for text in grammar.every(pattern)}
        asked = [p for _, facts in natural.SUBJECTS.values() for _, questions in facts for p in questions]
        self.assertFalse(cores(asked) & cores(natural.HELD_QUESTIONS))
        self.assertFalse(cores(ask.partition("#")[0] for row, _ in tool_natural.ROWS.values() for ask in row["asks"]) & cores(tool_natural.HELD_ASKS))
        self.assertFalse(cores(tasks_record.SET.sub("", text) for text, _ in tasks_record.RECORDS) & cores(tasks_record.HELD_TEXTS))

    def test_records_name_every_key(self):
        for pattern, names in tasks_record.RECORDS + tasks_record.HELD:
            self.assertEqual(set(tasks_record.typed(pattern)) | set(tasks_record.told_by_words(pattern)), set(names), pattern)

    def test_wishes_hold_every_argument(self):
        for row, _ in [*tool_natural.ROWS.values(), *tool_natural.HELD.values()]:
            for ask in row["asks"] + row["held"]:
                text, _, said = ask.partition("#")
                told = set(values.slots_of([text])) | {part.partition("=")[0] for part in said.split("&") if part}
                self.assertEqual(told, set(row["args"]), ask)


class JsonOpenTest(unittest.TestCase):
    def test_answers_fit_their_schema(self):
        kinds = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list, "object": dict}

        def check(schema, value):
            self.assertIsInstance(value, kinds[schema["type"]])
            if schema["type"] == "object":
                self.assertEqual(list(value), list(schema["properties"]))
                for key, part in value.items():
                    check(schema["properties"][key], part)
            for part in value if isinstance(value, list) else []:
                check(schema["items"], part)
            if "enum" in schema:
                self.assertIn(value, schema["enum"])
        seen = 0
        for split in ("train", "phr"):
            for turns in chats(tasks_open.json_open, split, 200):
                found = re.search(r"\{.*\}", turns[0][1]) if turns[0][0] == "system" else None
                if found:
                    seen += 1
                    check(json.loads(found.group()), json.loads(turns[-1][1]))
        self.assertGreater(seen, 250)


class ShorterTest(unittest.TestCase):
    def test_answers_are_facts_without_fillers(self):
        for turns in chats(tasks_text.shorter, "train"):
            given, answer = "\n".join(t for r, t in turns if r in ("system", "user")).lower(), turns[-1][1]
            for sentence in re.split(r"(?<=[.])\s+|\n", answer):
                self.assertIn(sentence.removeprefix("- ").rstrip(".").lower(), given)
            self.assertFalse(any(idle in answer for idle in tasks_text.dressing.IDLE))


class NoiseSetTest(unittest.TestCase):
    def test_five_hundred_prompts_that_repeat(self):
        words = "the harbour was built by sailors from the north and nobody saw it".split() * 2
        made = noise_prompts.prompts(words)
        self.assertEqual((len(made), made), (500, noise_prompts.prompts(words)))
        self.assertTrue(all(len(text) == 30_000 for kind, text in made if kind == "30 KB"))
        self.assertTrue(any("\x00" in text for _, text in made))

    def test_gaps_keep_the_order(self):
        rng = random.Random(1)
        for _ in range(200):
            places = data.positions(64, rng, 4096, .7)
            self.assertEqual(places[0], 0)
            self.assertTrue((places.diff() >= 1).all() and places[-1] < 4096)


class DocumentTest(unittest.TestCase):
    def test_answers_are_sentences_of_the_documents(self):
        for silent, share in ((False, 1.), (False, 0.), (True, .6)):
            rng = random.Random(3)
            for split in ("train", "phr"):
                for _ in range(120):
                    turns = tasks_docs.chat(kit.Kit(rng, split), FakeProse(), silent, share)
                    given = turns[0][1]
                    for role, text in turns:
                        if role == "assistant" and text != tasks_context.NOT_SAID:
                            self.assertIn(text, given)

    def test_canonical_form(self):
        turns = [("system", tasks_docs.CANONICAL.replace("<c>", tasks_docs.render([dict(title="A", sentences=["B c.", "D e."])], tasks_docs.LAYOUTS[0])))]
        self.assertEqual(render(turns), "<|bos|><|system|>Answer the question from the documents below. If they do not tell, say so.\n\n[1] A\nB c. D e.<|end|>")

    def test_coverage(self):
        self.assertEqual(Q.coverage(Q.content("When does the library open?"), set(Q.content("The library opens at nine."))), 1.)
        self.assertEqual(Q.coverage(Q.content("Who paints boats?"), set(Q.content("The library opens at nine."))), 0.)


if __name__ == "__main__":
    unittest.main()
