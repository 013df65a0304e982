"""The delivered files, loaded by an independent implementation (transformers), against their golden files."""
import json
import os
import unittest

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

import kindling_format as kf

MODELS = os.path.join(os.path.dirname(__file__), "..", "..")
EMBED, CHAT = os.path.join(MODELS, "kindling-embed"), os.path.join(MODELS, "kindling-chat")


@unittest.skipUnless(os.path.exists(EMBED + "/model.safetensors"), "no checkpoint")
class EmbedTest(unittest.TestCase):
    def test_bert_model_gives_the_golden_vectors(self):
        from transformers import BertConfig, BertModel
        settings = json.load(open(EMBED + "/config.json"))
        settings.pop("quantization_config")
        model = BertModel(BertConfig(**settings), add_pooling_layer=False).eval()
        missing = model.load_state_dict(kf.load(EMBED + "/model.safetensors"), strict=False)
        self.assertEqual([m for m in missing.missing_keys if "position_ids" not in m], [])
        self.assertEqual(missing.unexpected_keys, [])
        golden, vectors = json.load(open(EMBED + "/golden.json")), load_file(EMBED + "/golden.safetensors")
        tok = Tokenizer.from_file(EMBED + "/tokenizer.json")
        for text, ids, packed, teacher in zip(golden["texts"], golden["ids"], vectors["packed"], vectors["teacher"]):
            self.assertEqual(tok.encode(text).ids, ids)
            with torch.no_grad():
                mean = model(torch.tensor([ids])).last_hidden_state[0].mean(0)
            vector = mean / mean.norm()
            self.assertLess((vector - packed).abs().max().item(), 1e-4)
            self.assertGreater(float(vector @ teacher), .97)


@unittest.skipUnless(os.path.exists(CHAT + "/model.safetensors"), "no checkpoint")
class ChatTest(unittest.TestCase):
    def test_llama_gives_the_golden_continuations(self):
        from transformers import LlamaConfig, LlamaForCausalLM
        settings = json.load(open(CHAT + "/config.json"))
        settings.pop("quantization_config")
        model = LlamaForCausalLM(LlamaConfig(**settings)).eval()
        model.load_state_dict(kf.load(CHAT + "/model.safetensors"), strict=False)
        model.tie_weights()
        tok = Tokenizer.from_file(CHAT + "/tokenizer.json")
        for case in json.load(open(CHAT + "/golden.json"))["cases"]:
            self.assertEqual(tok.encode(case["text"], add_special_tokens=False).ids, case["ids"])
            ids = case["ids"] + case["continuation_ids"]
            with torch.no_grad():
                best = model(torch.tensor([ids[:-1]])).logits[0, len(case["ids"]) - 1:].argmax(-1)
            self.assertEqual(best.tolist(), case["continuation_ids"], case["text"])


@unittest.skipUnless(os.path.exists(os.path.join(MODELS, "kindling-sentiment", "model.safetensors")), "no checkpoint")
class SentimentTest(unittest.TestCase):
    def test_distilbert_gives_the_golden_logits(self):
        from sentiment.eval import classifier
        cases = json.load(open(os.path.join(MODELS, "kindling-sentiment", "golden.json")))["cases"]
        logits = classifier(os.path.join(MODELS, "kindling-sentiment"))([case["text"] for case in cases])
        self.assertLess((logits - torch.tensor([case["logits"] for case in cases])).abs().max().item(), 1e-4)

    def test_no_training_text_is_a_test_sentence(self):
        import re
        from sentiment import bank, events, held, more, wider
        plain = {re.sub(r"[^a-z ]", "", text.lower()) for rows in held.every().values() for text, *_ in rows}
        lines = (bank.REMARKS + events.EVENTS + more.MORE + wider.WIDER).splitlines()
        self.assertFalse(plain & {re.sub(r"[^a-z ]", "", line[2:].lower()) for line in lines})

    def test_remarks_written_late_share_no_five_words_with_a_test_sentence(self):
        import random
        import re
        from sentiment import held, wider
        from sentiment.data import choose

        def runs(text):
            words = re.findall("[a-z']+", text.lower())
            return {tuple(words[i:i + 5]) for i in range(len(words) - 4)}
        known = set().union(*(runs(text) for text, *_ in held.rows()))
        rng = random.Random(1)
        for line in filter(None, wider.WIDER.splitlines()):
            for _ in range(100):
                self.assertFalse(runs(choose(rng, line[2:])) & known, line)


if __name__ == "__main__":
    unittest.main()
