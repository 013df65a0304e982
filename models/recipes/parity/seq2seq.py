"""Records tiny random M2M100 and BART checkpoints with what transformers computes and searches: tests/parity/m2m100 and tests/parity/bart.

    python seq2seq.py ../../../tests/parity
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import BartConfig, BartForConditionalGeneration, M2M100Config, M2M100ForConditionalGeneration

SIZES = dict(vocab_size=61, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=3,
             encoder_ffn_dim=40, decoder_ffn_dim=36, max_position_embeddings=80, init_std=.35, dropout=0., attention_dropout=0.,
             activation_dropout=0., bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2)
SEARCHES = [dict(num_beams=1, max_length=18), dict(num_beams=3, max_length=16), dict(num_beams=4, max_length=20, min_length=9, no_repeat_ngram_size=2),
            dict(num_beams=5, max_length=14, early_stopping=True, length_penalty=2.), dict(num_beams=2, max_length=30, no_repeat_ngram_size=3, length_penalty=.5),
            dict(num_beams=4, max_length=12, forced_bos_token_id=7, forced_eos_token_id=2, early_stopping=True), dict(num_beams=1, max_length=25, no_repeat_ngram_size=1)]


def record(model, folder):
    os.makedirs(folder, exist_ok=True)
    model.eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name.endswith("bias"):
                p.normal_(0, .1)
            elif "norm" in name:
                p.normal_(1, .2)
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.normal_(0, .3)
    cases = []
    for index, length in enumerate((1, 3, 7, 12, 33)):
        g = torch.Generator().manual_seed(index)
        source = torch.randint(3, 61, (1, length), generator=g)
        source[0, -1] = 2
        target = torch.cat([torch.tensor([[2]]), torch.randint(3, 61, (1, 5), generator=g)], 1)
        with torch.no_grad():
            logits = model(input_ids=source, attention_mask=torch.ones_like(source), decoder_input_ids=target).logits[0]
        searches = []
        for options in SEARCHES:
            out = model.generate(input_ids=source, attention_mask=torch.ones_like(source), do_sample=False, use_cache=True, **options)[0].tolist()
            searches.append({"beams": options["num_beams"], "max_length": options["max_length"], "min_length": options.get("min_length", 0),
                             "no_repeat": options.get("no_repeat_ngram_size", 0), "length_penalty": options.get("length_penalty", 1.),
                             "early_stopping": options.get("early_stopping", False), "forced_bos": options.get("forced_bos_token_id"),
                             "forced_eos": options.get("forced_eos_token_id"), "tokens": [t for t in out[1:] if t not in (1, 2)]})
        cases.append({"source": source[0].tolist(), "target": target[0].tolist(),
                      "logits": [[float(f"{x:.6g}") for x in row] for row in logits.tolist()], "searches": searches})
    skipped = ("lm_head.weight", "embed_tokens.weight")
    save_file({k: v.contiguous() for k, v in model.state_dict().items() if not k.endswith(skipped)}, f"{folder}/model.safetensors", metadata={"format": "pt"})
    with open(f"{folder}/config.json", "w") as file:
        json.dump({k: v for k, v in model.config.to_diff_dict().items()} | {"model_type": model.config.model_type}, file, indent=1)
    with open(f"{folder}/expected.json", "w") as file:
        json.dump({"cases": cases}, file)


if __name__ == "__main__":
    torch.manual_seed(20)
    # An unlikely end, or every search would be a token long.
    record(M2M100ForConditionalGeneration(M2M100Config(**SIZES, scale_embedding=True, activation_function="relu", encoder_layerdrop=0., decoder_layerdrop=0.)), sys.argv[1] + "/m2m100")
    record(BartForConditionalGeneration(BartConfig(**SIZES, activation_function="gelu", forced_eos_token_id=None)), sys.argv[1] + "/bart")
