"""Trains the tokenizer: byte-level BPE, digits one by one, 4096 entries.

    python -m chat.tokenizer --prose DIR/prose.json --out DIR/tokenizer.json

A word is cut into the same pieces with and without a space before it, so that copying out of a
sentence into quotation marks is no translation: merges never hold a space, and only the commonest
words exist a second time with their space, as whole entries (`ignore_merges` finds those first).
Names and things of the lexicon are never among them.
"""
import argparse
import collections
import json
import random
import re

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from . import lexicon
from .mix import Mixture, render

SPECIALS = ["<|pad|>", "<|bos|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|call|>"]
WITH_SPACE = r" ?[A-Za-z]+|[0-9]| |\n|[^\sA-Za-z0-9]+"
WITHOUT_SPACE = r"[A-Za-z]+|[0-9]| |\n|[^\sA-Za-z0-9]+"


def splitter(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def sample_texts(mixture, chats, rng):
    texts = [t for _ in range(chats) for t in re.split(r"<\|\w+\|>", render(mixture.chat(rng)[1])) if t]
    passages, singles = mixture.prose.train["passages"], mixture.prose.train["singles"]
    for sentences in rng.sample(passages, min(chats // 3, len(passages))):
        texts.append(" ".join(sentences))
    texts += rng.sample(singles, min(chats // 2, len(singles)))
    texts += [f"{w} {d}" for _, w, d, rank in mixture.prose.train["entries"] if rank][:chats // 3]
    return texts


def train(mixture, size, whole_words, chats, seed):
    rng = random.Random(seed)
    texts = sample_texts(mixture, chats, rng)
    kept_out = set(lexicon.NAMES + lexicon.SURNAMES + lexicon.CITIES + lexicon.OBJECTS)
    count = collections.Counter(w for t in texts for w in re.findall(r" [A-Za-z]+", t) if w[1:] not in kept_out)
    words = [w for w, n in count.most_common(whole_words) if n > 25]
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = splitter(WITHOUT_SPACE)
    tok.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size - len(words), special_tokens=SPECIALS, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    spec = json.loads(tok.to_str())
    vocabulary = spec["model"]["vocab"]
    for word in words:
        vocabulary["\u0120" + word[1:]] = len(vocabulary)
    spec["model"]["ignore_merges"] = True
    tok = Tokenizer.from_str(json.dumps(spec))
    tok.pre_tokenizer = splitter(WITH_SPACE)
    tok.decoder = decoders.ByteLevel()
    return tok


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prose", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--whole-words", type=int, default=1400)
    parser.add_argument("--chats", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    mixture = Mixture(args.prose)
    tok = train(mixture, args.size, args.whole_words, args.chats, args.seed)
    tok.save(args.out, pretty=False)
    rng = random.Random(99)
    lengths = collections.defaultdict(list)
    for _ in range(4000):
        capability, turns = mixture.chat(rng)
        text = render(turns)
        ids = tok.encode(text, add_special_tokens=False).ids
        assert tok.decode(ids, skip_special_tokens=False) == text, text
        lengths[capability].append((len(ids), len(text)))
    print("vocabulary", tok.get_vocab_size())
    for capability, pairs in sorted(lengths.items()):
        sizes = sorted(n for n, _ in pairs)
        print(f"{capability:18} mean {sum(sizes) / len(sizes):6.1f}  p95 {sizes[len(sizes) * 95 // 100]:4}  max {sizes[-1]:4}"
              f"  characters a token {sum(c for _, c in pairs) / sum(sizes):.2f}")


if __name__ == "__main__":
    main()
