"""Copying and looking up, bare: rows of random tokens in the shape of a chat.

Generated chats teach copying late, because so much else lowers the loss first. Here nothing else can:
the tokens are drawn one by one from real chats, or evenly from the whole vocabulary, so only finding and
copying them helps. Three drills: say it back; the value of a key; the whole run of tokens
of which a few are named (what extractive answers do with sentences).
"""


class Drills:
    def __init__(self, tokenizer, used):
        self.used = [t for t in used if t > 7]          # tokens as often as real chats have them
        get = tokenizer.token_to_id
        self.bos, self.end, self.system, self.user, self.assistant = (get(f"<|{n}|>") for n in ("bos", "end", "system", "user", "assistant"))
        self.comma, self.point, self.colon, self.space = (tokenizer.encode(c, add_special_tokens=False).ids for c in (",", ".", ":", " "))
        self.first, self.last = 8, tokenizer.get_vocab_size() - 1

    def tokens(self, rng, low, high):
        """Random tokens; often with single spaces between, as rare words have them."""
        count = rng.randint(low, high)
        even = rng.random() < .25
        draw = (lambda: rng.randint(self.first, self.last)) if even else (lambda: rng.choice(self.used))
        if rng.random() < .6:
            return [draw() for _ in range(count)]
        out = []
        while len(out) < count:
            out += self.space + [draw() for _ in range(rng.randint(1, 3))]
        return out[1:]

    def chat(self, given, asked, answer):
        head = [self.bos]
        if given:
            head += [self.system, *given, self.end]
        return head + [self.user, *asked, self.end, self.assistant, *answer, self.end]

    def say_back(self, rng):
        text = self.tokens(rng, 2, 30)
        before, times = self.tokens(rng, 0, 4), rng.choice([1, 1, 2, 3])
        return self.chat([], before + self.colon + text, (text + self.comma) * (times - 1) + text)

    def value_of_key(self, rng):
        pairs = [(self.tokens(rng, 1, 3), self.tokens(rng, 1, 6)) for _ in range(rng.randint(2, 8))]
        given = [t for key, value in pairs for t in key + self.colon + value + self.comma]
        row = self.chat(given, *rng.choice(pairs))
        for key, value in rng.sample(pairs, min(len(pairs), 3)):
            row += [self.user, *key, self.end, self.assistant, *value, self.end]
        return row

    def whole_run(self, rng):
        runs = [self.tokens(rng, 4, 18) for _ in range(rng.randint(2, 8))]
        given = [t for run in runs for t in run + self.point]
        row = [self.bos, self.system, *given, self.end]
        for run in rng.sample(runs, min(len(runs), rng.randint(2, 4))):
            words = [t for t in run if t not in self.space]
            keys = rng.sample(words, min(len(words), rng.randint(2, 4)))
            extra = [rng.randint(self.first, self.last) for _ in range(rng.randint(0, 3))]
            asked = keys + extra
            rng.shuffle(asked)
            row += [self.user, *asked, self.end, self.assistant, *run, *self.point, self.end]
        return row

    def row(self, rng):
        return rng.choice([self.say_back] * 4 + [self.value_of_key, self.whole_run])(rng)
