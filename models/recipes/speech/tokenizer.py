"""Whisper's kind of tokenizer, small: byte-level BPE, then the special tokens in Whisper's order.

    python -m speech.tokenizer --texts texts.json --out tokenizer.json

No timestamp tokens: the stand-in always decodes with <|notimestamps|>, times come from the cross-attention.
"""
import argparse
import json

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIALS = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>",
            "<|nospeech|>", "<|notimestamps|>"]
SIZE = 1024


def train(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=SIZE - len(SPECIALS), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    # Whisper's texts begin with a space.
    tokenizer.train_from_iterator((" " + text for text in texts), trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIALS])
    return tokenizer


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    with open(options.texts) as file:
        texts = json.load(file)["train"]
    tokenizer = train(texts)
    tokenizer.save(options.out)
    lengths = [len(tokenizer.encode(" " + text).ids) for text in texts[:2000]]
    print(tokenizer.get_vocab_size(), "tokens;", sum(lengths) / len(lengths), "a sentence;", tokenizer.encode(" " + texts[0]).tokens)
