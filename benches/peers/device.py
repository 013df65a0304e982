"""PyTorch's table for the shapes of `examples/bench_device`: random weights, eager and compiled, on one device.

    python benches/peers/device.py [--device cuda] [--shapes minilm,llama-1b] [--seconds 3]

Needs PyTorch alone. Encoders take 32 texts of 128 tokens; decoders a prompt of 512, and 32 tokens for 1, 8 and 64 streams
over a static cache behind a prompt of 128, all streams at the same position; ResNet-50 one picture; Whisper 30 seconds, of
whose spectrum it says 224 tokens. Run it and `bench_device` by turns.
"""
import argparse
import time

import torch

from device_nets import WINDOW, Decoder, Encoder, ResNet, Whisper

TEXTS, TOKENS, PROMPT, DECODED, STREAMS = 32, 128, 512, 32, (1, 8, 64)
SOUND, SAID = 30, 224           # seconds, and tokens that are said of them
ENCODERS = {"minilm": (384, 6, 12, 1536), "bge-base": (768, 12, 12, 3072)}       # width, layers, heads, inner
DECODERS = {  # width, layers, heads, key heads, size of a head, inner, vocabulary
    "qwen3-0.6b": (1024, 28, 16, 8, 128, 3072, 151_936), "llama-1b": (2048, 16, 32, 8, 64, 8192, 128_256), "llama-8b": (4096, 32, 32, 8, 128, 14_336, 128_256)}


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


def picture_figures(args, like, compiled):
    model = ResNet(like)
    forward = torch.compile(model.__call__, dynamic=False) if compiled else model
    pixels = torch.randn(1, 3, 224, 224, **like)
    return [f"{1 / median(args.seconds, args.device, lambda: forward(pixels).float().cpu()):.1f} pictures/s"]


def speech_figures(args, like, compiled):
    model = Whisper(like)
    hear, say = (torch.compile(part, dynamic=False) if compiled else part for part in (model.hear, model.say))
    spectrum = torch.randn(1, 80, 3000, **like)
    places = torch.arange(SAID, device=args.device)

    def write_down():
        heard, token = hear(spectrum), torch.zeros(1, 1, dtype=torch.long, device=args.device)
        for at in range(SAID):
            token = say(token, places[at:at + 1], heard)[..., :256].argmax(-1)
        return token.cpu()
    return [f"real-time factor {median(args.seconds, args.device, write_down) / SOUND:.4f} ({SOUND} s, {SAID} tokens)"]


def figures(name, args, like, compiled):
    if name in ENCODERS:
        return encoder_figures(ENCODERS[name], args, like, compiled)
    if name in DECODERS:
        return decoder_figures(DECODERS[name], args, like, compiled)
    return {"resnet-50": picture_figures, "whisper-tiny": speech_figures}[name](args, like, compiled)


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--shapes", default="minilm,bge-base,qwen3-0.6b,llama-1b,whisper-tiny,resnet-50")
    parser.add_argument("--seconds", type=float, default=3)
    args = parser.parse_args()
    print(f"device {args.device}, PyTorch {torch.__version__}")
    for name in args.shapes.split(","):
        for compiled in (False, True):
            like = {"device": args.device, "dtype": torch.bfloat16 if name in DECODERS or args.device.startswith("cuda") else torch.float32}
            print(f"{name:<12} {'compiled' if compiled else 'eager':<9} {', '.join(figures(name, args, like, compiled))}", flush=True)


if __name__ == "__main__":
    main()
