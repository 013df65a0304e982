"""Writes models/kindling-translate or models/kindling-summary: 8 bits a weight, Hugging Face layout, and golden answers.

    python -m seq2seq.export --task translate --work DIR --out ../kindling-translate
"""
import argparse
import importlib
import json
import os
import shutil

import torch

import kindling_format as kf

GROUP = 32
GOLDEN = {
    "translate": [("Hello, how are you?", "en", "fr"), ("The woman reads a book.", "en", "de"), ("We did not see the dog.", "en", "es"),
                  ("My brother bought three red apples.", "en", "it"), ("The house is very big.", "en", "pt"), ("The boy drinks milk.", "en", "hi"),
                  ("La femme mange une pomme.", "fr", "en"), ("Der Mann hat gestern einen Brief geschrieben.", "de", "en")],
    "summary": ["The Marlow council voted on Monday to close the old bridge. The work will cost eight million euros. Mayor Anna Berger said the decision was not an easy one. Work will begin in March.",
                "Firefighters in Hexley fought a blaze at the library on Friday. Nobody was hurt. The street stays closed until June."],
}


def packed(tensors):
    out = {}
    for name, value in tensors.items():
        if value.dim() == 2 and value.shape[0] > 1 and value.shape[1] % GROUP == 0:
            out.update(kf.q8_tensors(name, value, GROUP))
        else:
            out[name] = value.to(torch.float16).contiguous()
    return out


def config(task, model):
    settings = model.config.to_dict()
    keep = ["vocab_size", "d_model", "encoder_layers", "decoder_layers", "encoder_attention_heads", "decoder_attention_heads", "encoder_ffn_dim",
            "decoder_ffn_dim", "max_position_embeddings", "scale_embedding", "activation_function", "bos_token_id", "pad_token_id", "eos_token_id",
            "decoder_start_token_id", "dropout", "attention_dropout", "activation_dropout", "init_std"]
    out = {"architectures": [type(model).__name__], "model_type": settings["model_type"], **{k: settings[k] for k in keep}, "is_encoder_decoder": True}
    out["quantization_config"] = {"quant_method": "kindling-1", "bits": 8, "group_size": GROUP}
    if task == "translate":
        both = ["en", "fr", "de", "es", "it", "pt"]
        out.update(input_unit="sentence", translation_pairs={"from": both, "to": both + ["hi"], "through": "en"})
    return out


def generation(task):
    out = {"bos_token_id": 0, "decoder_start_token_id": 2, "eos_token_id": 2, "pad_token_id": 1, "num_beams": 3, "early_stopping": True}
    if task == "translate":
        return {**out, "max_length": 96}
    return {**out, "forced_bos_token_id": 0, "max_length": 96, "no_repeat_ngram_size": 6, "num_beams": 3}


def load(folder, task):
    """The packed model, as an engine sees it."""
    model = task.model()
    tensors = kf.load(f"{folder}/model.safetensors")
    if "model.encoder.embed_positions.weight" in tensors:
        model = cut_positions(model, tensors["model.encoder.embed_positions.weight"].shape[0])
    model.load_state_dict(tensors, strict=False)
    model.tie_weights()
    return model.eval()


def cut_positions(model, rows):
    """Without the places that no training text reached."""
    from transformers import BartConfig, BartForConditionalGeneration
    settings = model.config.to_dict()
    settings["max_position_embeddings"] = rows - 2
    return BartForConditionalGeneration(BartConfig(**settings))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--from-state", action="store_true", help="the moving average of an unfinished training")
    args = parser.parse_args()
    task = importlib.import_module(f".{args.task}", __package__).Task(args.work)
    model = task.model()
    weights = torch.load(f"{args.work}/{args.task}.state.pt", weights_only=False)["average"] if args.from_state \
        else torch.load(f"{args.work}/{args.task}.final.pt")
    model.load_state_dict(weights)
    tensors = {k: v for k, v in model.state_dict().items() if not k.endswith(("lm_head.weight", "embed_tokens.weight"))}
    if args.task == "summary":
        rows = task.longest_source() + 2
        for half in ("encoder", "decoder"):
            name = f"model.{half}.embed_positions.weight"
            tensors[name] = tensors[name][:rows]
        model = cut_positions(model, rows)
    os.makedirs(args.out, exist_ok=True)
    kf.save(f"{args.out}/model.safetensors", packed(tensors))
    shutil.copy(f"{args.work}/{args.task}.tokenizer.json", f"{args.out}/tokenizer.json")
    for name, value in (("config.json", config(args.task, model)), ("generation_config.json", generation(args.task))):
        with open(f"{args.out}/{name}", "w") as file:
            json.dump(value, file, indent=2)
            file.write("\n")
    model = load(args.out, task)
    settings = generation(args.task)
    cases = []
    for row in GOLDEN[args.task]:
        text, a, b = row if args.task == "translate" else (row, None, None)
        ids = task.source_ids(text, a) if a else task.source_ids(text)
        begin = task.language[b] if b else 0
        with torch.no_grad():
            out = model.generate(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), do_sample=False,
                                 forced_bos_token_id=begin, **{k: v for k, v in settings.items() if k != "forced_bos_token_id"})[0].tolist()
        said = task.tok.decode([t for t in out[1:] if t not in (1, 2)], skip_special_tokens=True).strip()
        cases.append({"text": text, "from": a, "to": b, "source": ids, "answer": said})
        print(said)
    with open(f"{args.out}/golden.json", "w") as file:
        json.dump({"cases": cases}, file, indent=1, ensure_ascii=False)
        file.write("\n")
    print(sum(os.path.getsize(f"{args.out}/{name}") for name in os.listdir(args.out)), "bytes")


if __name__ == "__main__":
    main()
