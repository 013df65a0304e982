"""PyTorch's table for the shapes of `examples/bench_device`: random weights, eager and compiled, on one device.

    python benches/peers/device.py [--device cuda] [--shapes minilm,llama-1b] [--seconds 3]

Needs PyTorch alone. Encoders take 32 texts of 128 tokens; decoders a prompt of 512, and 32 tokens for 1, 8 and 64 streams
over a static cache behind a prompt of 128, all streams at the same position. Run it and `bench_device` by turns.
"""
import argparse
import time

import torch
import torch.nn.functional as F

TEXTS, TOKENS, PROMPT, DECODED, STREAMS, WINDOW = 32, 128, 512, 32, (1, 8, 64), 1024
ENCODERS = {"minilm": (384, 6, 12, 1536), "bge-base": (768, 12, 12, 3072)}       # width, layers, heads, inner
DECODERS = {  # width, layers, heads, key heads, size of a head, inner, vocabulary
    "qwen3-0.6b": (1024, 28, 16, 8, 128, 3072, 151_936), "llama-1b": (2048, 16, 32, 8, 64, 8192, 128_256), "llama-8b": (4096, 32, 32, 8, 128, 14_336, 128_256)}


def matrix(rows, cols, like):
    return torch.empty(rows, cols, **like).uniform_(-1 / 32, 1 / 32)


class Encoder:
    """BERT with mean pooling; post-norm, gelu."""

    def __init__(self, shape, like):
        self.width, layers, self.heads, inner = shape
        width = self.width
        self.words, self.places = matrix(30_522, width, like), matrix(512, width, like)
        self.layers = [[matrix(3 * width, width, like), matrix(width, width, like), matrix(inner, width, like), matrix(width, inner, like)] for _ in range(layers)]

    def norm(self, x):
        return F.layer_norm(x, (self.width,))

    def __call__(self, ids):
        x = self.norm(self.words[ids] + self.places[:ids.shape[1]])
        for qkv, out, up, down in self.layers:
            q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in F.linear(x, qkv).chunk(3, -1))
            x = self.norm(x + F.linear(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2), out))
            x = self.norm(x + F.linear(F.gelu(F.linear(x, up)), down))
        return F.normalize(x.mean(1), dim=-1)


class Decoder:
    """Llama's blocks over a cache of so many streams."""

    def __init__(self, shape, like, streams):
        self.width, layers, self.heads, self.keys, self.head, inner, vocabulary = shape
        width, rows = self.width, (self.heads + 2 * self.keys) * self.head
        self.words = matrix(vocabulary, width, like)
        self.layers = [[matrix(rows, width, like), matrix(width, self.heads * self.head, like), matrix(2 * inner, width, like), matrix(width, inner, like)] for _ in range(layers)]
        self.cache = torch.zeros(layers, 2, streams, self.keys, WINDOW, self.head, **like)
        angle = torch.arange(WINDOW, device=like["device"])[:, None] * 500_000. ** (-torch.arange(0, self.head, 2, device=like["device"]) / self.head)
        self.cos, self.sin = angle.cos().to(like["dtype"]), angle.sin().to(like["dtype"])

    def weights(self):
        return sum(t.numel() * t.element_size() for t in [self.words, *(t for layer in self.layers for t in layer)])

    def rotate(self, x, positions):
        a, b = x.chunk(2, -1)
        cos, sin = self.cos[positions], self.sin[positions]
        return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

    def __call__(self, ids, positions):
        x, streams = self.words[ids], ids.shape[0]
        seen = torch.arange(WINDOW, device=ids.device)[None] <= positions[:, None]
        for (qkv, out, gate_up, down), cache in zip(self.layers, self.cache):
            parts = F.linear(F.rms_norm(x, (self.width,)), qkv).unflatten(-1, (-1, self.head)).transpose(1, 2)
            q, k, v = parts.split([self.heads, self.keys, self.keys], 1)
            cache[0, :streams].index_copy_(2, positions, self.rotate(k, positions))
            cache[1, :streams].index_copy_(2, positions, v)
            mixed = F.scaled_dot_product_attention(self.rotate(q, positions), cache[0, :streams], cache[1, :streams], attn_mask=seen, enable_gqa=True)
            x = x + F.linear(mixed.transpose(1, 2).flatten(2), out)
            gate, up = F.linear(F.rms_norm(x, (self.width,)), gate_up).chunk(2, -1)
            x = x + F.linear(F.silu(gate) * up, down)
        return F.linear(F.rms_norm(x[:, -1:], (self.width,)), self.words)


def median(seconds, device, round_):
    """The median of a round's time, after three that do not count."""
    def timed():
        begin = time.perf_counter()
        round_()
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        return time.perf_counter() - begin
    for _ in range(3):
        timed()
    begin, times = time.perf_counter(), []
    while not times or time.perf_counter() - begin < seconds:
        times.append(timed())
    return sorted(times)[len(times) // 2]


def decoder_figures(shape, args, like, compiled):
    model = Decoder(shape, like, max(STREAMS))
    forward = torch.compile(model.__call__, dynamic=False) if compiled else model
    ids = torch.randint(0, 1000, (max(STREAMS), PROMPT), device=args.device)
    positions = torch.arange(WINDOW, device=args.device)
    figures = [f"prefill {PROMPT / median(args.seconds, args.device, lambda: forward(ids[:1], positions[:PROMPT])):.0f} tokens/s"]
    for streams in STREAMS:
        def steps():
            for at in range(PROMPT // 4, PROMPT // 4 + DECODED):
                forward(ids[:streams, :1], positions[at:at + 1]).argmax(-1)
        step = median(args.seconds, args.device, steps) / DECODED
        figures.append(f"{streams} stream{'s' * (streams > 1)} {streams / step:.0f} tokens/s" + (f" ({model.weights() / step / 1e9:.0f} GB/s of weights)" if streams == 1 else ""))
    return figures


def encoder_figures(shape, args, like, compiled):
    model = Encoder(shape, like)
    forward = torch.compile(model.__call__, dynamic=False) if compiled else model
    ids = torch.randint(0, 30_000, (TEXTS, TOKENS), device=args.device)
    return [f"{TEXTS / median(args.seconds, args.device, lambda: forward(ids)):.0f} embeddings/s ({TEXTS} x {TOKENS} tokens)"]


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--shapes", default="minilm,bge-base,qwen3-0.6b,llama-1b")
    parser.add_argument("--seconds", type=float, default=3)
    args = parser.parse_args()
    print(f"device {args.device}, PyTorch {torch.__version__}")
    for name in args.shapes.split(","):
        for compiled in (False, True):
            like = {"device": args.device, "dtype": torch.bfloat16 if name in DECODERS or args.device.startswith("cuda") else torch.float32}
            figures = decoder_figures(DECODERS[name], args, like, compiled) if name in DECODERS else encoder_figures(ENCODERS[name], args, like, compiled)
            print(f"{name:<12} {'compiled' if compiled else 'eager':<9} {', '.join(figures)}", flush=True)


if __name__ == "__main__":
    main()
