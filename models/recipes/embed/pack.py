"""Writes models/kindling-embed from the rounded or the trained model.

    python -m embed.pack --work DIR --out ../kindling-embed [--from qat]

model.safetensors (packed, see kindling_format.py), config.json, tokenizer.json, and the golden
files: a dozen texts with the teacher's and the packed model's own f32 vectors.
"""
import argparse
import json
import os

import torch
from safetensors.torch import save_file

import kindling_format

from . import bert, gptq, qat

MEAN = {"qat": .3, "refine": .2, "settle": .5}      # on held-out data the best of four mixtures
GOLDEN_TEXTS = [
    "Hello, world!",
    "The quick brown fox jumps over the lazy dog.",
    "How do I reset my password?",
    "To change the password, open the settings and choose Account.",
    "bread",
    "Which city is the capital of France, and how many people live there?",
    "The café's crème brûlée costs 7.50 € (tip included).",
    "Error E0502: cannot borrow `items` as mutable because it is also borrowed as immutable.",
    "Rain is expected in the north on Tuesday morning; the south stays dry, with a light wind from the sea.",
    "a",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen. "
    "It takes place in the chloroplasts of green plants, in algae and in some bacteria. " * 6,
    "Invoice 2024-117 for 1,250.00 was paid late, so the supplier asks for 2 % interest under section 4.",
]


def split_codes(model):
    """(name, codes 0..15, scales) of every linear layer of a model from qat.build."""
    for number, layer in enumerate(model.layers):
        for name in gptq.LINEARS:
            linear = getattr(layer, name)
            ratio = linear.weight.detach().view(linear.weight.shape[0], -1, gptq.GROUP) / linear.grid
            codes = ratio.clamp(gptq.LOW, gptq.HIGH).round().view_as(linear.weight) - gptq.LOW
            yield f"layers.{number}.{name}.weight", codes, linear.step.detach()[..., 0]


def packed_tensors(model):
    """All tensors of the file, under Hugging Face names."""
    codes, scales, plain = {}, {}, {}
    for name, code, scale in split_codes(model):
        codes[name], scales[name] = code, scale
    words = model.words
    codes["words.weight"] = gptq.nearest_code(words.weight.detach() / words.scale, words.book)
    scales["words.weight"] = words.scale
    for name, value in model.named_parameters():
        if name not in codes and not name.endswith(".step") and name != "positions.weight":
            plain[name] = value.detach().to(torch.float16)
    tensors = bert.to_hub_names(plain)
    hub_codes, hub_scales = bert.to_hub_names(codes), bert.to_hub_names(scales)
    for name, code in hub_codes.items():
        book = words.book if name == "embeddings.word_embeddings.weight" else None
        tensors.update(kindling_format.q4_tensors(name, code, hub_scales[name], book))
    tensors.update(kindling_format.q8_tensors(
        "embeddings.position_embeddings.weight", model.positions.weight, bert.WIDTH))
    tensors["embeddings.token_type_embeddings.weight"] = torch.zeros(2, bert.WIDTH, dtype=torch.float16)
    return tensors


def config(vocabulary_size):
    return {
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": vocabulary_size,
        "hidden_size": bert.WIDTH, "num_hidden_layers": bert.LAYERS, "num_attention_heads": bert.HEADS,
        "intermediate_size": bert.INNER, "hidden_act": "gelu", "max_position_embeddings": bert.POSITIONS,
        "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0, "position_embedding_type": "absolute",
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "initializer_range": 0.02,
        "pooling": "mean", "normalize": True,
        "quantization_config": {"quant_method": "kindling-1", "bits": 4, "group_size": gptq.GROUP,
                                "embedding_bits": 4, "position_bits": 8},
    }


def write_golden(out):
    tok = bert.tokenizer(bert.kept_vocabulary())
    packed = bert.load_encoder(kindling_format.load(f"{out}/model.safetensors"))
    own = torch.from_numpy(bert.encode(packed, tok, GOLDEN_TEXTS, 512, bf16=False))
    teacher = torch.from_numpy(bert.encode(bert.load_teacher(), bert.tokenizer(bert.teacher_vocabulary()),
                                           GOLDEN_TEXTS, 512, bf16=False))
    save_file({"teacher": teacher, "packed": own}, f"{out}/golden.safetensors")
    ids = bert.token_ids(tok, GOLDEN_TEXTS, 512)
    with open(f"{out}/golden.json", "w") as file:
        json.dump({"texts": GOLDEN_TEXTS, "ids": ids}, file, ensure_ascii=False)
        file.write("\n")
    print("golden cosine to the teacher", [round(float(c), 4) for c in (own * teacher).sum(1)])


def trained_weights(work, stage):
    """The trainable weights after one stage, or `mean`: the weighted mean of all, before rounding."""
    if stage != "mean":
        return torch.load(f"{work}/{stage}_state.pt", weights_only=False)["model"]
    total = {}
    for name, share in MEAN.items():
        for key, value in trained_weights(work, name).items():
            total[key] = total.get(key, 0) + share * value if value.is_floating_point() else value
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--from", dest="source", choices=["gptq", "qat", "refine", "settle", "mean"], default="mean",
                        help="which stage's weights, or the mean of the trained stages")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = qat.build(torch.load(f"{args.work}/gptq.pt", weights_only=False))
    if args.source != "gptq":
        model.load_state_dict(trained_weights(args.work, args.source))
    os.makedirs(args.out, exist_ok=True)
    kindling_format.save(f"{args.out}/model.safetensors", packed_tensors(model))
    vocabulary = bert.kept_vocabulary()
    bert.tokenizer(vocabulary).save(f"{args.out}/tokenizer.json", pretty=False)
    with open(f"{args.out}/config.json", "w") as file:
        json.dump(config(len(vocabulary)), file, indent=2)
        file.write("\n")
    write_golden(args.out)
    for name in sorted(os.listdir(args.out)):
        print(f"{os.path.getsize(f'{args.out}/{name}'):10} {name}")


if __name__ == "__main__":
    main()
