"""Records tests/parity/gguf: tiny random GGUF files with everything that a real one has, and the logits that
`transformers` gives for the numbers that they hold.

    python -m venv .venv && .venv/bin/pip install -r models/recipes/parity/requirements.txt
    .venv/bin/python models/recipes/parity/gguf_files.py
"""

import pathlib

import gguf
import numpy
import torch
from gguf import GGMLQuantizationType as Kind
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig

SEED = 20261125
PROMPT, TOTAL = 37, 50
OUT = pathlib.Path(__file__).parents[3] / "tests" / "parity" / "gguf"
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
TEMPLATE = (
    "{% for message in messages %}<|start|>{{ message.role }}\n{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)


def byte_alphabet():
    """The characters that stand for bytes in byte-level vocabularies, byte by byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def byte_level(writer):
    tokens = byte_alphabet()
    merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "1 2", "12 3"]
    tokens += ["".join(merge.split(" ")) for merge in merges]
    types = [NORMAL] * len(tokens) + [CONTROL] * 3
    tokens += ["<|begin|>", "<|start|>", "<|end|>"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(len(tokens) - 3)
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_add_bos_token(True)
    return len(tokens)


def sentence_pieces(writer):
    words = ["▁", "h", "e", "l", "o", "w", "r", "d", "he", "ll", "hell", "hello", "▁w", "or", "▁wor", "ld", "▁world"]
    tokens = ["<pad>", "<eos>", "<bos>", "<unk>", "<|start|>", "<|end|>"]
    types = [CONTROL, CONTROL, CONTROL, UNKNOWN, CONTROL, CONTROL]
    scores = [0.0] * len(tokens)
    tokens += [f"<0x{byte:02X}>" for byte in range(256)] + words
    types += [BYTE] * 256 + [NORMAL] * len(words)
    scores += [0.0] * 256 + [-float(index) for index in range(len(words))]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_scores(scores)
    writer.add_pad_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_unk_token_id(3)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    return len(tokens)


def paired(weight, heads):
    """Rows of queries or keys as llama.cpp has them: the halves of a head pair by pair."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def unpaired(weight, heads):
    return weight.reshape(heads, weight.shape[0] // heads // 2, 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


PARTS = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
NORMS = {
    "llama": {"post_attention_layernorm": "ffn_norm"},
    "gemma3": {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
               "post_feedforward_layernorm": "post_ffw_norm"},
}


def gguf_name(name, architecture):
    whole = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
             "lm_head.weight": "output.weight"}
    if name in whole:
        return whole[name]
    _, _, layer, part = name.split(".", 3)
    part, suffix = part.rsplit(".", 1)
    return f"blk.{layer}.{ {**PARTS, **NORMS[architecture]}[part] }.{suffix}"


def write(writer, model, architecture, kind_of):
    """Writes the model's tensors, and sets them to what the file then holds."""
    config = model.config
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    seen = set()
    for key, parameter in model.named_parameters():
        name = gguf_name(key, architecture)
        if name in seen:
            continue
        seen.add(name)
        weight = parameter.detach().numpy()
        is_norm = weight.ndim == 1
        count = heads.get(name.split(".")[2]) if architecture == "llama" and name.startswith("blk.") else None
        if count:
            weight = paired(weight, count)
        if is_norm and architecture == "gemma3":
            weight = weight + 1
        kind = Kind.F32 if is_norm else kind_of(name)
        data = gguf.quants.quantize(numpy.ascontiguousarray(weight), kind)
        writer.add_tensor(name, data, raw_dtype=kind)
        held = gguf.quants.dequantize(data, kind)
        if count:
            held = unpaired(held, count)
        if is_norm and architecture == "gemma3":
            held = held - 1
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(held.astype(numpy.float32)))


def hyper_parameters(writer, config, architecture):
    writer.add_name(f"tiny random {architecture}")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_chat_template(TEMPLATE)


def llama3_factors(config):
    """What llama.cpp stores of Llama 3's stretching: a divisor for each frequency."""
    parameters = config.rope_parameters
    plain = 1.0 / parameters["rope_theta"] ** (numpy.arange(0, config.head_dim, 2) / config.head_dim)
    low = parameters["original_max_position_embeddings"] / parameters["low_freq_factor"]
    high = parameters["original_max_position_embeddings"] / parameters["high_freq_factor"]
    factors = []
    for length in 2 * numpy.pi / plain:
        smooth = (parameters["original_max_position_embeddings"] / length - parameters["low_freq_factor"]) / (
            parameters["high_freq_factor"] - parameters["low_freq_factor"])
        stretched = 1.0 / ((1 - smooth) / parameters["factor"] + smooth)
        factors.append(1.0 if length < high else parameters["factor"] if length > low else stretched)
    return numpy.array(factors, dtype=numpy.float32)


def llama():
    writer = gguf.GGUFWriter(OUT / "llama.gguf", "llama")
    config = LlamaConfig(
        vocab_size=byte_level(writer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, initializer_range=0.15,
        tie_word_embeddings=False,
        rope_parameters={"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 64},
    )
    hyper_parameters(writer, config, "llama")
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_tensor("rope_freqs.weight", llama3_factors(config))
    kinds = {"token_embd": Kind.Q8_0, "output": Kind.F16, "attn_v": Kind.BF16, "ffn_gate": Kind.Q4_0, "ffn_up": Kind.Q4_1,
             "ffn_down": Kind.Q5_0}
    return writer, config, "llama", lambda name: kinds.get(name.split(".")[2 if name.startswith("blk.") else 0], Kind.Q8_0)


def gemma3():
    writer = gguf.GGUFWriter(OUT / "gemma3.gguf", "gemma3")
    config = Gemma3TextConfig(
        vocab_size=sentence_pieces(writer), hidden_size=32, intermediate_size=32, num_hidden_layers=6,
        num_attention_heads=2, num_key_value_heads=1, head_dim=16, max_position_embeddings=64, rms_norm_eps=1e-5,
        initializer_range=0.15, query_pre_attn_scalar=16, sliding_window=9, bos_token_id=2, eos_token_id=1, pad_token_id=0,
        layer_types=["sliding_attention"] * 5 + ["full_attention"],
        rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
                         "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}},
    )
    hyper_parameters(writer, config, "gemma3")
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_sliding_window(config.sliding_window)
    writer.add_rope_freq_base(1000000.0)
    writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
    writer.add_rope_scaling_factor(8.0)
    return writer, config, "gemma3", lambda name: Kind.Q8_0


def record(make):
    torch.manual_seed(SEED)
    writer, config, architecture, kind_of = make()
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "norm" in key:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    write(writer, model, architecture, kind_of)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    tokens = torch.randint(0, config.vocab_size, (1, TOTAL))
    with torch.no_grad():
        logits = model(tokens).logits[0, PROMPT - 1 :]
        first = model(tokens[:, :1]).logits[0, -1]
    save_file(
        {"tokens": tokens[0].float(), "logits": logits.contiguous(), "first": first.contiguous()},
        OUT / f"{architecture}.safetensors",
        metadata={"prompt": str(PROMPT)},
    )


def main():
    torch.set_num_threads(1)
    OUT.mkdir(parents=True, exist_ok=True)
    record(llama)
    record(gemma3)
    print({file.name: file.stat().st_size for file in OUT.iterdir()})


if __name__ == "__main__":
    main()
