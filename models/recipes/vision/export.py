"""Writes models/kindling-classify, kindling-detect and kindling-caption: packed weights (8 bits), configurations, tokenizer.

    python -m vision.export --work DIR --out ..
"""
import argparse
import json
import os

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

import kindling_format

from .model import CLASSIFY_SIDE, DETECT_WIDTH, RESNET, SIDE, WIDTH, Vision, Writer, text_config
from .words import COLOURED, NAMES, PALETTE, SPECIAL, THINGS, vocabulary

THRESHOLD = .5
# Added to the heat's logits: on scenes as in training, 0.5 was too strict (224 of 355 boxes found, 16 that are nothing; so 270 and 40).
BOLDNESS = .4


def group(columns):
    """The greatest divisor up to 64: so many neighbours share a scale."""
    return next(g for g in range(min(64, columns), 0, -1) if columns % g == 0)


def packed(state):
    """Matrices and convolutions in 8 bits, the latter as matrices of one row per output; all else in half precision."""
    tensors = {}
    for name, value in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        flat = value.flatten(1) if value.dim() == 4 else value
        if flat.dim() == 2 and flat.shape[1] >= 16 and flat.shape[0] > 1:
            tensors |= kindling_format.q8_tensors(name, flat, group(flat.shape[1]))
        else:
            tensors[name] = flat.to(torch.float16).contiguous()
    return tensors


def json_file(path, value):
    with open(path, "w") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.write("\n")


def folder(out, name, state, config, size, **more):
    path = f"{out}/{name}"
    os.makedirs(path, exist_ok=True)
    kindling_format.save(f"{path}/model.safetensors", packed(state))
    json_file(f"{path}/config.json", config)
    json_file(f"{path}/preprocessor_config.json", {"do_resize": True, "do_rescale": True, "do_normalize": True, "resample": 2, "size": size,
                                                   "image_mean": [.5] * 3, "image_std": [.25] * 3, **more})
    print(name, os.path.getsize(f"{path}/model.safetensors"))


def labels(column):
    return {str(n): row[column] for n, row in enumerate(THINGS)}


def tokenizer(path):
    words = vocabulary()
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer, made.decoder = pre_tokenizers.Whitespace(), decoders.WordPiece()
    made.add_special_tokens(SPECIAL)
    made.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    seen = torch.load(f"{args.work}/state.pt", weights_only=False)
    wrote = torch.load(f"{args.work}/writer.pt", weights_only=False)
    model, writer = Vision(), Writer()
    model.load_state_dict(seen["model"])
    with torch.no_grad():
        model.detector.out.bias[:len(NAMES)] += BOLDNESS
    writer.load_state_dict(wrote["model"])
    state = model.state_dict()
    part = lambda *names: {k: v for k, v in state.items() if k.startswith(names)}
    quantization = {"quant_method": "kindling-1", "bits": 8}
    backbone = {k: v for k, v in RESNET.items() if k != "num_labels"}
    body = {k: v for k, v in state.items() if k.startswith("resnet.")}
    trained = {"trained_steps": seen["steps"], "trained_cpu_seconds": round(seen["spent"])}
    folder(args.out, "kindling-classify", body | part("classifier."), {
        "architectures": ["ResNetForImageClassification"], "model_type": "resnet", **backbone, "id2label": labels(1),
        "label2id": {row[1]: n for n, row in enumerate(THINGS)}, "quantization_config": quantization, **trained},
        {"height": CLASSIFY_SIDE, "width": CLASSIFY_SIDE})
    finder = {"backbone_config": {"model_type": "resnet", **backbone}, "neck_width": WIDTH, "head_width": DETECT_WIDTH, "id2label": labels(2), "colors": PALETTE}
    eyes = body | part("neck.", "detector.")
    folder(args.out, "kindling-detect", eyes, {"architectures": ["KindlingCentreDetector"], "model_type": "kindling-detect", **finder,
                                               "quantization_config": quantization, **trained}, {"height": SIDE, "width": SIDE})
    text = text_config().to_dict()
    keys = ["vocab_size", "hidden_size", "encoder_hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings",
            "hidden_act", "layer_norm_eps", "bos_token_id", "sep_token_id", "pad_token_id"]
    words = {f"writer.{k}": v for k, v in writer.state_dict().items()}
    folder(args.out, "kindling-caption", eyes | words, {
        "architectures": ["KindlingCaptioner"], "model_type": "kindling-caption", **finder, "text_config": {k: text[k] for k in keys} | {"bos_token_id": SPECIAL.index("[CLS]")},
        "colorless": [n for n, colours in enumerate(COLOURED) if colours == [""]], "threshold": THRESHOLD, "quantization_config": quantization, **trained,
        "writer_steps": wrote["steps"]}, {"height": SIDE, "width": SIDE})
    tokenizer(f"{args.out}/kindling-caption/tokenizer.json")


if __name__ == "__main__":
    main()
