"""All capabilities, their shares in the mixture, and chats as text."""
from . import tasks_context, tasks_copy, tasks_docs, tasks_form, tasks_history, tasks_json, tasks_label, tasks_open, tasks_passage, tasks_record, tasks_relation, tasks_talk, tasks_text, tasks_tools, thoughts
from .kit import Kit

ROLES = ("system", "user", "assistant", "tool")
SHARES = {"small": 4, "name": 4, "fact": 8, "untold": 6, "history": 8, "outside": 7, "context": 9, "context_silent": 6, "relation": 50, "relation_silent": 34, "passage": 6, "passage_silent": 5,
          "documents": 3, "documents_mixed": 1, "documents_real": 2, "documents_silent": 2, "json": 10, "record": 24, "json_open": 6,
          "format": 30, "label": 18, "shorter": 4, "copy": 3, "tool": 7, "tool_schema": 7, "wish": 14, "no_tool": 11, "two_calls": 5}

# The first millions of tokens: short chats that are all copying, until copying is learned.
FIRST_SHARES = {"small": 4, "name": 14, "fact": 16, "untold": 4, "outside": 1, "context": 16, "context_silent": 4, "documents": 8,
                "documents_silent": 2, "json": 8, "format": 8, "copy": 24, "tool": 4}


class Mixture:
    def __init__(self, prose_path):
        docs = tasks_docs.Tasks(prose_path)
        self.makers = {
            "small": tasks_talk.small, "name": tasks_talk.name, "fact": tasks_talk.fact, "untold": tasks_talk.untold,
            "outside": tasks_talk.outside, "context": tasks_context.context, "context_silent": tasks_context.context_silent,
            "documents": docs.documents, "documents_mixed": docs.documents_mixed, "documents_real": docs.documents_real,
            "documents_silent": docs.documents_silent, "json": tasks_json.json_extraction, "json_open": tasks_open.json_open, "shorter": tasks_text.shorter, "format": tasks_form.formats,
            "copy": lambda kit: tasks_copy.copy(kit, docs.prose), "tool": tasks_tools.tool, "tool_schema": tasks_tools.tool_schema,
            "no_tool": tasks_tools.no_tool, "two_calls": tasks_tools.two_calls, "passage": lambda kit: tasks_passage.passage(kit, docs.prose),
            "passage_silent": lambda kit: tasks_passage.passage_silent(kit, docs.prose), "record": tasks_record.record, "relation": tasks_relation.relation, "relation_silent": tasks_relation.relation_silent, "wish": tasks_tools.wish, "history": tasks_history.history, "label": tasks_label.label}
        self.prose = docs.prose

    def chat(self, rng, split="train", capability=None, shares=None, aloud=None):
        """(capability, turns); some of those trained on think before they answer, and all that are asked to."""
        shares = shares or SHARES
        capability = capability or rng.choices(list(shares), list(shares.values()))[0]
        turns = self.makers[capability](Kit(rng, split))
        thinks = split == "train" and rng.random() < thoughts.SHARE if aloud is None else aloud
        return capability, thoughts.aloud(capability, turns) if thinks else turns


def render(turns):
    """What the chat template writes; the first token is the beginning of every text."""
    return "<|bos|>" + "".join(f"<|{role}|>{text}<|end|>" for role, text in turns)
