"""Writes models/kindling-sentiment: 4 bits a weight, DistilBertForSequenceClassification's layout, and golden answers.

    python -m sentiment.pack --work DIR --out ../kindling-sentiment
"""
import argparse
import json
import os
import shutil

import torch

import kindling_format as kf
from embed import bert
from . import train

NAMES = {"q": "attention.q_lin", "k": "attention.k_lin", "v": "attention.v_lin", "out": "attention.out_lin", "norm1": "sa_layer_norm",
         "up": "ffn.lin1", "down": "ffn.lin2", "norm2": "output_layer_norm"}
GOLDEN = ["I love this place.", "The film was a waste of time.", "Not bad at all!", "The room was clean, but the staff were rude.", "It works as described and arrived early."]


def hub_names(state):
    out = {}
    for name, value in state.items():
        part = name.split(".")
        if part[0] == "layers":
            out[f"distilbert.transformer.layer.{part[1]}.{NAMES[part[2]]}.{part[3]}"] = value
        elif part[0] in ("words", "positions"):
            out[f"distilbert.embeddings.{part[0][:-1]}_embeddings.weight"] = value
        elif part[0] == "norm":
            out[f"distilbert.embeddings.LayerNorm.{part[1]}"] = value
        else:
            out[{"pre": "pre_classifier", "classifier": "classifier"}[part[0]] + "." + part[1]] = value
    return out


def q4(name, weight):
    """The codes that `train.round_groups` stands for."""
    blocks = weight.reshape(weight.shape[0], -1, train.GROUP)
    scale = (blocks.abs().amax(-1) / 7).half().float().clamp_min(1e-8)
    codes = (blocks / scale[..., None]).round().clamp(-8, 7) + 8
    return kf.q4_tensors(name, codes.reshape(weight.shape), scale)


def config(words):
    return {"architectures": ["DistilBertForSequenceClassification"], "model_type": "distilbert", "vocab_size": words, "dim": bert.WIDTH, "n_layers": train.LAYERS,
            "n_heads": bert.HEADS, "hidden_dim": bert.INNER, "max_position_embeddings": 128, "activation": "gelu", "pad_token_id": 0, "dropout": 0.,
            "attention_dropout": 0., "qa_dropout": 0., "seq_classif_dropout": 0., "sinusoidal_pos_embds": False, "initializer_range": .02,
            "id2label": {"0": "NEGATIVE", "1": "POSITIVE"}, "label2id": {"NEGATIVE": 0, "POSITIVE": 1},
            "quantization_config": {"quant_method": "kindling-1", "bits": 4, "group_size": train.GROUP, "position_bits": 8}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--from-state", action="store_true", help="an unfinished training")
    args = parser.parse_args()
    state = torch.load(f"{args.work}/sentiment.{'state' if args.from_state else 'final'}.pt", weights_only=False)
    words, tensors = state["vocabulary"], hub_names(state["model"])
    out = {}
    for name, value in tensors.items():
        value = value.detach().float()
        if "position" in name:
            out.update(kf.q8_tensors(name, value, bert.WIDTH))
        elif value.dim() == 2 and value.shape[0] > 2:
            out.update(q4(name, value))
        else:
            out[name] = value.half()
    os.makedirs(args.out, exist_ok=True)
    kf.save(f"{args.out}/model.safetensors", out)
    tok = bert.tokenizer(words)
    tok.save(f"{args.out}/tokenizer.json", pretty=False)
    with open(f"{args.out}/config.json", "w") as file:
        json.dump(config(len(words)), file, indent=2)
        file.write("\n")
    if not os.path.exists(f"{args.out}/LICENSE"):
        shutil.copy(os.path.join(args.out, "..", "kindling-embed", "LICENSE"), f"{args.out}/LICENSE")
    from .eval import classifier
    classify = classifier(args.out)
    rows = [{"text": text, "ids": tok.encode(text).ids, "logits": logits} for text, logits in zip(GOLDEN, classify(GOLDEN).tolist())]
    with open(f"{args.out}/golden.json", "w") as file:
        json.dump({"cases": rows}, file, indent=1)
        file.write("\n")
    print(sum(os.path.getsize(f"{args.out}/{name}") for name in os.listdir(args.out)), "bytes")


if __name__ == "__main__":
    main()
