"""Records tests/parity/{llama-tied,llama-untied,qwen2}: tiny random decoders, and the logits that `transformers` gives.

Every norm and bias is perturbed, so that one that is forgotten or taken for another shows. Widths are odd on purpose:
none is a multiple of a vector register's.

    python -m venv .venv && .venv/bin/pip install -r models/recipes/parity/requirements.txt
    .venv/bin/python models/recipes/parity/llama.py
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config

SEED = 20261123
PROMPT, TOTAL = 37, 50
OUT = pathlib.Path(__file__).parents[3] / "tests" / "parity"
SHAPE = dict(vocab_size=200, intermediate_size=72, num_hidden_layers=2, rms_norm_eps=1e-5, initializer_range=0.15)

VARIANTS = {
    # Grouped heads, tied embedding, plain rotation.
    "llama-tied": LlamaConfig(
        **SHAPE, hidden_size=48, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
        tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 500.0},
    ),
    # Its own output matrix, every bias, heads wider than hidden / heads, Llama 3's stretched rotation.
    "llama-untied": LlamaConfig(
        **SHAPE, hidden_size=42, num_attention_heads=6, num_key_value_heads=2, head_dim=12, max_position_embeddings=128,
        tie_word_embeddings=False, attention_bias=True, mlp_bias=True,
        rope_parameters={"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 64},
    ),
    # Biases of queries, keys and values only, which the config does not mention.
    "qwen2": Qwen2Config(
        **SHAPE, hidden_size=32, num_attention_heads=4, num_key_value_heads=1, max_position_embeddings=64,
        tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
    ),
}


def record(name, config):
    torch.manual_seed(SEED)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key or key.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
        tokens = torch.randint(0, config.vocab_size, (1, TOTAL))
        # One pass over the prompt, then token by token with the cache, as a decoder runs.
        answer = model(tokens[:, :PROMPT], use_cache=True)
        rows = [answer.logits[0, -1]]
        for position in range(PROMPT, TOTAL):
            answer = model(tokens[:, position : position + 1], past_key_values=answer.past_key_values, use_cache=True)
            rows.append(answer.logits[0, -1])
        # The prompt's first token alone, and all at once: the cache must not matter.
        first = model(tokens[:, :1]).logits[0, -1]
        whole = model(tokens).logits[0, -1]
    assert (whole - rows[-1]).abs().max() < 1e-4, name
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file(
        {"tokens": tokens[0].float(), "logits": torch.stack(rows).contiguous(), "first": first.contiguous()},
        folder / "expected.safetensors",
        metadata={"prompt": str(PROMPT)},
    )
    sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
    print(name, json.dumps(sizes))


def main():
    torch.set_num_threads(1)
    for name, config in VARIANTS.items():
        record(name, config)


if __name__ == "__main__":
    main()
