"""kindling-translate: what it is trained on. English to and from French, German, Spanish, Italian, Portuguese; English to Hindi.

    python -m seq2seq.train --task translate --work DIR --minutes 18
"""
import copy
import random

from tokenizers import Tokenizer
from transformers import M2M100Config, M2M100ForConditionalGeneration

from . import grammar, tokens

LANGUAGES = list(grammar.INDEX)
PAIRS = [("en", lang) for lang in LANGUAGES[1:]] + [(lang, "en") for lang in LANGUAGES[1:6]]
SIZE = 3200


def source(rng, lang, s):
    """As a person might write it: English has more forms than the one that answers have, Spanish and Italian may say the pronoun."""
    if s.kind == "fixed":
        return grammar.say(lang, s)
    if lang == "en":
        text = grammar.say_en("en", s, progressive=rng.random() < .15)
        if rng.random() < .25:
            for long, short in ((" do not ", " don't "), (" does not ", " doesn't "), (" did not ", " didn't "), (" is not ", " isn't "),
                                ("I am ", "I'm "), (" will not ", " won't "), (" cannot ", " can't "), ("We are ", "We're "), ("You are ", "You're "),
                                ("There is ", "There's "), ("He is ", "He's "), ("She is ", "She's "), ("They are ", "They're "), ("I will ", "I'll ")):
                text = text.replace(long, short)
        return text
    if lang in ("es", "it") and rng.random() < .15:
        return grammar.say_south(lang, s, spoken=True)
    return grammar.say(lang, s)


def is_clear(lang, s):
    """Whether the tense can be told: `cortamos` and `cut` are present and past."""
    if s.kind != "act" or s.modal or s.time or s.tense == "f":
        return True
    other = copy.copy(s)
    other.tense = "a" if s.tense == "p" else "p"
    return grammar.say(lang, s) != grammar.say(lang, other)


def pair(rng):
    """(source text, target text, source language, target language)."""
    while True:
        a, b = rng.choice(PAIRS)
        s = grammar.draw(rng)
        if not {a, b} <= s.langs or not is_clear(a, s):
            continue
        left, right = source(rng, a, s), grammar.say(b, s)
        if rng.random() < .06 and s.kind != "fixed":
            more = grammar.draw(rng)
            if {a, b} <= more.langs and is_clear(a, more):
                left, right = f"{left} {source(rng, a, more)}", f"{right} {grammar.say(b, more)}"
        if rng.random() < .1 and left[-1] in ".।" and right[-1] in ".।":
            left, right = left[:-1], right[:-1]
        if rng.random() < .08:
            left = left[0].lower() + left[1:]
        return left, right, a, b


class Task:
    name = "translate"

    def __init__(self, work):
        path = f"{work}/translate.tokenizer.json"
        try:
            self.tok = Tokenizer.from_file(path)
        except Exception:
            rng = random.Random(7)
            texts = []
            for _ in range(9000):
                s = grammar.draw(rng)
                texts += [grammar.say(lang, s) for lang in s.langs for _ in range(2 if lang == "en" else 1)]
            self.tok = tokens.build(texts, SIZE, [f"__{lang}__" for lang in LANGUAGES])
            tokens.save(self.tok, path)
        self.language = {lang: self.tok.token_to_id(f"__{lang}__") for lang in LANGUAGES}

    def ids(self, text):
        return self.tok.encode(text, add_special_tokens=False).ids

    def source_ids(self, text, lang):
        return [self.language[lang]] + self.ids(text) + [2]

    def example(self, rng):
        left, right, a, b = pair(rng)
        return self.source_ids(left, a), [self.language[b]] + self.ids(right) + [2]

    def model(self):
        size = self.tok.get_vocab_size()
        return M2M100ForConditionalGeneration(M2M100Config(
            vocab_size=size, d_model=192, encoder_layers=3, decoder_layers=2, encoder_attention_heads=6, decoder_attention_heads=6,
            encoder_ffn_dim=512, decoder_ffn_dim=512, max_position_embeddings=256, dropout=0., attention_dropout=0., activation_dropout=0.,
            encoder_layerdrop=0., decoder_layerdrop=0., scale_embedding=True, activation_function="relu", init_std=.05,
            decoder_start_token_id=2, bos_token_id=0, pad_token_id=1, eos_token_id=2))

    def held(self, count, seed=4711):
        """Held-out combinations: (source, target, from, to)."""
        rng, out, seen = random.Random(seed), [], set()
        while len(out) < count:
            a, b = PAIRS[len(out) % len(PAIRS)]
            s = grammar.draw(rng, held=True)
            if {a, b} <= s.langs and is_clear(a, s) and (text := grammar.say(a, s)) not in seen:
                seen.add(text)
                out.append((text, grammar.say(b, s), a, b))
        return out

    def check(self, model, count=88):
        from .decode import translate
        rows = self.held(count, seed=99)
        said = translate(model, self, [(t, a, b) for t, _, a, b in rows])
        right = [x == y for x, (_, y, _, _) in zip(said, rows)]
        wrong = [(rows[i][0], rows[i][1], said[i]) for i, ok in enumerate(right) if not ok][:4]
        return sum(right) / len(right), wrong
