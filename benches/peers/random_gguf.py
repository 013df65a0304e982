"""GGUF files with random weights of known shapes, for measuring speed: both engines read the same file.

    python benches/peers/random_gguf.py FOLDER
"""

import pathlib
import sys

import gguf
import numpy
from gguf import GGMLQuantizationType as Kind

# name: architecture, vocabulary, width, layers, query heads, key-value heads, width of a head, feed-forward width
SHAPES = {
    "smollm2-135m": ("llama", 49152, 576, 30, 9, 3, 64, 1536),
    "llama-386m": ("llama", 32768, 1024, 28, 16, 8, 64, 3072),
    "qwen3-0.6b": ("qwen3", 151936, 1024, 28, 16, 8, 128, 3072),
}
FILES = [("smollm2-135m", "q8_0"), ("llama-386m", "q8_0"), ("llama-386m", "q4_k_m"), ("qwen3-0.6b", "q8_0"), ("qwen3-0.6b", "q4_k_m")]
CONTEXT = 2048


def halves(values):
    return values.astype(numpy.float16).view(numpy.uint8).reshape(len(values), 2)


def blocks(kind, rows, columns, random):
    """A matrix of random codes, whose numbers have a mean of 0 and a deviation of about 0.02."""
    numbers, size = gguf.GGML_QUANT_SIZES[kind]
    count = rows * columns // numbers
    bytes_ = random.integers(0, 256, (count, size), dtype=numpy.uint8)
    spread = random.uniform(0.8, 1.2, count)
    if kind == Kind.Q8_0:  # scale, codes
        bytes_[:, 0:2] = halves(0.02 / 74 * spread)
    elif kind == Kind.Q4_K:  # scale, scale of the minima, sixes, codes from 0 to 15
        bytes_[:, 0:2] = halves(0.02 / 4.6 / 48 * spread)
        bytes_[:, 2:4] = halves(7.5 * 0.02 / 4.6 / 48 * spread)
        # Six bits each, all of them 48: the minimum is then 7.5 steps.
        bytes_[:, 4:12] = 48 | 3 << 6
        bytes_[:, 12:16] = 0
    elif kind == Kind.Q6_K:  # low bits, high bits, eight-bit scales, scale
        bytes_[:, 192:208] = random.integers(40, 60, (count, 16)).astype(numpy.int8).view(numpy.uint8)
        bytes_[:, 208:210] = halves(0.02 / 18.5 / 50 * spread)
    else:
        raise ValueError(kind)
    return bytes_.reshape(rows, columns // numbers * size)


def more_bits(layer, layers):
    """The layers to which llama.cpp's Q4_K_M gives six bits in two of their matrices."""
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


def vocabulary(writer, size):
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    tokens = [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]
    tokens += ["he", "ll"] + [f"word{index}" for index in range(size - 260)] + ["<|start|>", "<|end|>"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * (size - 2) + [3] * 2)
    writer.add_token_merges(["h e", "l l"])
    writer.add_eos_token_id(size - 1)
    writer.add_add_bos_token(False)


def write(path, shape, kind):
    architecture, vocab, width, layers, heads, kv_heads, head, inner = SHAPES[shape]
    random = numpy.random.default_rng(5)
    writer = gguf.GGUFWriter(path, architecture)
    vocabulary(writer, vocab)
    writer.add_name(f"random {shape}")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_chat_template(
        "{% for message in messages %}<|start|>{{ message.role }}\n{{ message.content }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}")

    def matrix(name, rows, columns, six=False):
        chosen = {"q8_0": Kind.Q8_0, "q4_k_m": Kind.Q6_K if six else Kind.Q4_K}[kind]
        writer.add_tensor(name, blocks(chosen, rows, columns, random), raw_dtype=chosen)

    def norm(name, size):
        writer.add_tensor(name, random.uniform(0.9, 1.1, size).astype(numpy.float32))

    # The output matrix is the embedding.
    matrix("token_embd.weight", vocab, width, six=True)
    norm("output_norm.weight", width)
    for layer in range(layers):
        name = f"blk.{layer}."
        six = more_bits(layer, layers)
        norm(name + "attn_norm.weight", width)
        norm(name + "ffn_norm.weight", width)
        if architecture == "qwen3":
            norm(name + "attn_q_norm.weight", head)
            norm(name + "attn_k_norm.weight", head)
        matrix(name + "attn_q.weight", heads * head, width)
        matrix(name + "attn_k.weight", kv_heads * head, width)
        matrix(name + "attn_v.weight", kv_heads * head, width, six)
        matrix(name + "attn_output.weight", width, heads * head)
        matrix(name + "ffn_gate.weight", inner, width)
        matrix(name + "ffn_up.weight", inner, width)
        matrix(name + "ffn_down.weight", width, inner, six)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for shape, kind in FILES:
        path = folder / f"{shape}-{kind}.gguf"
        if not path.exists():
            # Under its own name only once it is whole.
            write(path.with_suffix(".part"), shape, kind)
            path.with_suffix(".part").rename(path)


if __name__ == "__main__":
    main()
