"""The held-out figure of kindling-sentiment, by transformers' DistilBERT on the delivered file.

    python -m sentiment.eval --model ../kindling-sentiment
"""
import argparse
import json

import torch
from tokenizers import Tokenizer
from transformers import DistilBertConfig, DistilBertForSequenceClassification

import kindling_format as kf
from embed import bert
from . import held


def classifier(folder):
    settings = json.load(open(f"{folder}/config.json"))
    settings.pop("quantization_config")
    model = DistilBertForSequenceClassification(DistilBertConfig(**settings)).eval()
    missing = model.load_state_dict(kf.load(f"{folder}/model.safetensors"), strict=False)
    assert not missing.unexpected_keys and not [m for m in missing.missing_keys if "position_ids" not in m], missing
    tok = Tokenizer.from_file(f"{folder}/tokenizer.json")

    @torch.inference_mode()
    def classify(texts):
        ids, mask = bert.pad(bert.token_ids(tok, texts, 128))
        return model(input_ids=ids, attention_mask=mask).logits
    return classify


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    classify = classifier(args.model)
    for name, rows in held.every().items():
        picks = classify([t for t, *_ in rows]).argmax(1).tolist()
        right = [bool(p) == good for p, (_, good, _) in zip(picks, rows)]
        for style in dict.fromkeys(style for *_, style in rows):
            marks = [ok for ok, (*_, s) in zip(right, rows) if s == style]
            print(f"{name}, {style}: {sum(marks)} of {len(marks)}")
        print(f"{name}, all: {sum(right)} of {len(rows)}")
        for (text, good, _), ok in zip(rows, right):
            if not ok:
                print("  ", "+" if good else "-", text)


if __name__ == "__main__":
    main()
