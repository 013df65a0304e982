"""Writes tests/parity/gguf/k-quants.gguf and records tests/parity/gguf/llama.cpp.safetensors: what llama.cpp makes of the GGUF
files beside it, which are the tokens of some texts, and the log probabilities of every token behind some prompts.

    python -m venv .venv && .venv/bin/pip install xllamacpp==2026.10.11549 gguf==0.19.0 numpy safetensors
    .venv/bin/python models/recipes/parity/llama_cpp.py
"""

import json
import pathlib
import sys
import urllib.request

import numpy
import xllamacpp
from safetensors.numpy import save_file

ROOT = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "benches" / "peers"))
import random_gguf  # noqa: E402

OUT = ROOT / "tests" / "parity" / "gguf"
# As wide as the blocks of Q4_K and Q6_K are long, with both of them in each kind of matrix.
K_QUANTS = ("llama", 270, 256, 2, 4, 2, 64, 256)
LENGTHS = [1, 20, 40]
TEXTS = [
    "hello world", "Hello  wor\nld!", "12345 1 22", "é日本👩‍🚀", " a\tb ", "held<|end|>low", "it's we'll HELLO",
    "\n\n  x\r\n", "low<|start|>user\nhello",
]


def main():
    tensors, texts = {}, {}
    random_gguf.SHAPES["k-quants"] = K_QUANTS
    random_gguf.write(OUT / "k-quants.gguf", "k-quants", "q4_k_m")
    for name, count in [("llama", 270), ("gemma3", 279), ("k-quants", K_QUANTS[1])]:
        settings = xllamacpp.CommonParams()
        settings.model.path = str(OUT / f"{name}.gguf")
        settings.n_ctx, settings.n_parallel, settings.warmup = 64, 1, False
        settings.cpuparams.n_threads = 1
        server = xllamacpp.Server(settings)

        def post(path, body):
            request = urllib.request.Request(
                server.listening_address + path, json.dumps(body).encode(), {"content-type": "application/json"})
            return json.load(urllib.request.urlopen(request))

        texts[name] = [
            [text, post("/tokenize", {"content": text, "add_special": True, "parse_special": True})["tokens"]]
            for text in TEXTS
        ]
        for length in LENGTHS:
            # An answer that begins with an end of text has no probabilities, so some prompts say nothing.
            for start in range(20):
                tokens = [(index * 37 + 11 + start) % count for index in range(length)]
                answer = server.handle_completions(
                    {"prompt": tokens, "n_predict": 1, "n_probs": count, "temperature": 0, "cache_prompt": False})
                if answer["choices"][0].get("logprobs"):
                    break
            listed = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
            assert sorted(entry["id"] for entry in listed) == list(range(count)), len(listed)
            row = numpy.zeros(count, dtype=numpy.float32)
            for entry in listed:
                row[entry["id"]] = entry["logprob"]
            tensors[f"{name}.{length}"] = row
            tensors[f"{name}.{length}.tokens"] = numpy.array(tokens, dtype=numpy.float32)
    save_file(tensors, OUT / "llama.cpp.safetensors", metadata={"texts": json.dumps(texts)})


if __name__ == "__main__":
    main()
