"""A SentencePiece-like tokenizer, trained on generated text: pairs of pieces, a word's first piece marked with its space."""
import json

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
LETTERS = ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿßÀÂÄÁÃÇÉÈÊËÍÌÎÏÑÓÒÔÖÕŒÚÙÛÜ"
           ".,;:!?¿¡'\"()-–—…/%&@#+=*€$£°<>[]_|«»“”‘’।")


def build(texts, size, extra=()):
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tok.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()])
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(),
                                                 pre_tokenizers.Digits(individual_digits=True)])
    tok.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=size - len(extra), special_tokens=SPECIALS, initial_alphabet=sorted(set(LETTERS)),
                                  limit_alphabet=400, show_progress=False, min_frequency=2)
    tok.train_from_iterator(texts, trainer)
    # The languages' tokens come last, as in M2M100's vocabulary.
    tok.add_special_tokens(list(extra))
    return tok


def save(tok, path):
    """With the settings that engines read: no truncation, no padding."""
    tok.no_padding()
    tok.no_truncation()
    with open(path, "w", encoding="utf-8") as file:
        json.dump(json.loads(tok.to_str()), file, ensure_ascii=False, separators=(",", ":"))
