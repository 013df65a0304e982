"""Records tests/parity/NAME for every family of decoders: tiny random checkpoints, and the logits of `transformers`.

Every norm and bias is perturbed, so that one that is forgotten or taken for another shows. Widths are odd on purpose:
none is a multiple of a vector register's. Windows are shorter than the texts, so that they are seen to close.

    python -m venv .venv && .venv/bin/pip install -r models/recipes/parity/requirements.txt
    .venv/bin/python models/recipes/parity/decoder.py [NAME…]
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM, Gemma2Config, Gemma3TextConfig, GemmaConfig, GraniteConfig, LlamaConfig, MistralConfig,
    Phi3Config, Qwen2Config, Qwen3Config, SmolLM3Config,
)

SEED = 20261123
PROMPT, TOTAL = 37, 50
OUT = pathlib.Path(__file__).parents[3] / "tests" / "parity"
SHAPE = dict(vocab_size=200, intermediate_size=72, num_hidden_layers=2, rms_norm_eps=1e-5, initializer_range=0.15)
SMALL = dict(vocab_size=110, intermediate_size=44, num_hidden_layers=2, rms_norm_eps=1e-5, initializer_range=0.2,
             bos_token_id=1, eos_token_id=2, pad_token_id=0)
HEADS = dict(hidden_size=40, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64)
PLAIN = {"rope_type": "default", "rope_theta": 500.0}

VARIANTS = {
    # Grouped heads, tied embedding, plain rotation.
    "llama-tied": LlamaConfig(
        **SHAPE, hidden_size=48, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
        tie_word_embeddings=True, rope_parameters=PLAIN,
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
    "llama-linear": LlamaConfig(
        **SMALL, **HEADS, tie_word_embeddings=True,
        rope_parameters={"rope_type": "linear", "rope_theta": 500.0, "factor": 4.0},
    ),
    "llama-yarn": LlamaConfig(
        **SMALL, **{**HEADS, "head_dim": 24}, tie_word_embeddings=True,
        rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "beta_fast": 8.0, "beta_slow": 0.5,
                         "original_max_position_embeddings": 16},
    ),
    # Queries and keys normed head by head; the second layer local.
    "qwen3": Qwen3Config(
        **SMALL, **HEADS, head_dim=10, tie_word_embeddings=True, attention_bias=False, use_sliding_window=True,
        sliding_window=9, max_window_layers=1, rope_parameters=PLAIN,
    ),
    # Every layer local.
    "mistral": MistralConfig(
        **SMALL, **HEADS, tie_word_embeddings=False, sliding_window=11, rope_parameters=PLAIN,
    ),
    "gemma": GemmaConfig(**SMALL, **HEADS, head_dim=14, rope_parameters=PLAIN),
    # Norms on both sides, soft caps low enough to bend, a local and a global layer.
    "gemma2": Gemma2Config(
        **SMALL, **HEADS, head_dim=14, query_pre_attn_scalar=20, sliding_window=9, attn_logit_softcapping=2.0,
        final_logit_softcapping=1.5, rope_parameters=PLAIN,
    ),
    # Two rotations: global layers far and stretched, local ones near.
    "gemma3": Gemma3TextConfig(
        **{**SMALL, "num_hidden_layers": 3}, **HEADS, head_dim=14, query_pre_attn_scalar=20, sliding_window=9,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
                         "sliding_attention": {"rope_type": "default", "rope_theta": 100.0}},
    ),
    # Fused matrices, a part of each head turned, a window.
    "phi3": Phi3Config(
        **SMALL, **HEADS, tie_word_embeddings=False, sliding_window=13,
        original_max_position_embeddings=64, partial_rotary_factor=0.6,
        rope_parameters={**PLAIN, "partial_rotary_factor": 0.6},
    ),
    # All divisors of the long kind: the prompt alone is longer than what it was trained on.
    "phi3-long": Phi3Config(
        **SMALL, **HEADS, tie_word_embeddings=True, original_max_position_embeddings=16,
        rope_parameters={"rope_type": "longrope", "rope_theta": 500.0, "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4],
                         "long_factor": [1.0, 1.5, 2.0, 3.0, 4.0], "original_max_position_embeddings": 16},
    ),
    # Every one of its four multipliers.
    "granite": GraniteConfig(
        **SMALL, **HEADS, tie_word_embeddings=True, embedding_multiplier=3.0, attention_multiplier=0.2,
        residual_multiplier=0.5, logits_scaling=2.5, attention_bias=True, mlp_bias=True, rope_parameters=PLAIN,
    ),
    # A layer without positions.
    "smollm3": SmolLM3Config(
        **SMALL, **HEADS, tie_word_embeddings=True, no_rope_layers=[1, 0], use_sliding_window=False,
        rope_parameters=PLAIN,
    ),
}

# Texts that are stretched otherwise when they are short, so that a single token says nothing.
LONG_ONLY = {"phi3-long"}
# How the numbers are stored; the logits are of what is stored, computed in f32. Most open checkpoints are bf16.
STORED = {"llama-tied": torch.float32, "llama-untied": torch.float32, "qwen2": torch.float32, "gemma": torch.float16}
SHARDED = {"mistral": "30KB"}


def record(name, config):
    torch.manual_seed(SEED)
    stored = STORED.get(name, torch.bfloat16)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key or key.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
            parameter.copy_(parameter.to(stored).float())
        tokens = torch.randint(0, config.vocab_size, (1, TOTAL))
        # One pass over the prompt, then token by token with the cache, as a decoder runs.
        answer = model(tokens[:, :PROMPT], use_cache=True)
        rows = [answer.logits[0, -1]]
        for position in range(PROMPT, TOTAL):
            answer = model(tokens[:, position : position + 1], past_key_values=answer.past_key_values, use_cache=True)
            rows.append(answer.logits[0, -1])
        # The prompt's first token alone, and all at once: the cache must not matter.
        first = torch.zeros(0) if name in LONG_ONLY else model(tokens[:, :1]).logits[0, -1]
        whole = model(tokens).logits[0, -1]
    assert (whole - rows[-1]).abs().max() < 1e-4, name
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    model.to(stored).save_pretrained(folder, max_shard_size=SHARDED.get(name, "1GB"))
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
    for name in sys.argv[1:] or VARIANTS:
        record(name, VARIANTS[name])


if __name__ == "__main__":
    main()
