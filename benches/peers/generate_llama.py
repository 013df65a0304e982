"""Our decoder beside llama.cpp on the same GGUF files of random weights, turn by turn in one run.

    python benches/peers/generate_llama.py target/release/examples/bench_generate target/release/candleflare FOLDER

Read the ratios: absolute figures follow whatever else the machine does. `prefill` is 512 tokens, `decode` one token at a
time behind 128, `streams` eight sequences at once. `bound` is the share of the memory bandwidth that our decoding
reaches, counting each weight of the file once a token. `server` is what a token takes longer through HTTP.
"""

import ctypes
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import llama_cpp
import random_gguf

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
ONLY = os.environ.get("BENCH_ONLY", "")
THREADS = int(os.environ.setdefault("CANDLEFLARE_THREADS", "2"))
PREFILL, PROMPT, DECODE, STREAMS = 512, 128, 24, 8
# Comparisons of the bare decoder with the server in a round.
PAIRS = 4
# What the scheduler takes of a prompt in one round.
CHUNK = 128
MODEL = "@cf/meta/llama-3.2-1b-instruct"


@llama_cpp.llama_log_callback
def silence(level, text, data):
    """llama.cpp tells a thousand lines about each file."""


class Ours:
    def __init__(self, binary, path):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([binary, str(path)], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)

    def ask(self, question):
        print(question, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def prefill(self):
        return PREFILL / self.ask(f"prefill {PREFILL} {CHUNK}")

    def decode(self):
        return DECODE / self.ask(f"decode {DECODE}")

    def streams(self):
        return STREAMS * DECODE / self.ask(f"streams {STREAMS} {DECODE}")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class LlamaCpp:
    def __init__(self, path):
        settings = llama_cpp.llama_model_default_params()
        self.model = llama_cpp.llama_model_load_from_file(str(path).encode(), settings)
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_ubatch = 1024, 512, 512
        settings.n_threads = settings.n_threads_batch = THREADS
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        self.vocabulary = min(llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model)), 32_000)

    def forward(self, start, count):
        tokens = (ctypes.c_int32 * count)(*((at * 7919 + 11) % self.vocabulary for at in range(start, start + count)))
        assert llama_cpp.llama_decode(self.context, llama_cpp.llama_batch_get_one(tokens, count)) == 0

    def clear(self):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)

    def prefill(self):
        self.clear()
        begin = time.perf_counter()
        self.forward(0, PREFILL)
        return PREFILL / (time.perf_counter() - begin)

    def decode(self):
        self.clear()
        self.forward(0, PROMPT)
        begin = time.perf_counter()
        for position in range(PROMPT, PROMPT + DECODE):
            self.forward(position, 1)
        return DECODE / (time.perf_counter() - begin)

    def close(self):
        llama_cpp.llama_free(self.context)
        llama_cpp.llama_model_free(self.model)


class Server:
    """`candleflare serve` with the file behind a model id."""

    def __init__(self, binary, path):
        self.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.folder.name)
        config, ready = folder / "candleflare.toml", folder / "ready.json"
        config.write_text(f'[models]\n"{MODEL}" = "{path}"\n')
        command = [binary, "serve", "--port", "0", "--plan", "unlimited", "--config", config, "--ready-file", ready]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not ready.exists():
            time.sleep(0.05)
        self.host = json.loads(ready.read_text())["url"].removeprefix("http://")
        self.decode()

    def decode(self):
        """Tokens per second of a stream, behind about as long a prompt as the bare decoder has. What comes is only noted as it
        comes, and read afterwards: the client has one of the cores that the decoder computes on."""
        body = {"prompt": "hi ".ljust(PROMPT, "x"), "raw": True, "stream": True, "max_tokens": DECODE + 1, "temperature": 0}
        body = json.dumps(body).encode()
        head = (f"POST /client/v4/accounts/{'0' * 32}/ai/run/{MODEL} HTTP/1.1\r\nhost: {self.host}\r\ncontent-type: application/json\r\n"
                f"authorization: Bearer local\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n")
        came, begin = b"", None
        with socket.create_connection(self.host.split(":")) as connection:
            connection.sendall(head.encode() + body)
            while part := connection.recv(1 << 16):
                came += part
                if b'data: {' in part:
                    end = time.perf_counter()
                    begin = begin or end
        counts = [int(count) for count in re.findall(rb'"completion_tokens":(\d+)', came)]
        return (max(counts) - 1) / (end - begin)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def main():
    binary, serve, folder = sys.argv[1:4]
    folder = pathlib.Path(folder)
    llama_cpp.llama_log_set(silence, ctypes.c_void_p(0))
    print(llama_cpp.llama_print_system_info().decode().strip())
    header = ["file", "prefill tok/s", "llama.cpp", "ratio", "decode tok/s", "llama.cpp", "ratio", "bound", "8 streams", "server"]
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for shape, kind in random_gguf.FILES:
        path = folder / f"{shape}-{kind}.gguf"
        if ONLY not in path.name:
            continue
        ours, theirs = Ours(binary, path), LlamaCpp(path)
        server = Server(serve, path)
        measured = {name: [] for name in ["op", "tp", "od", "td", "os", "bw"]}
        slower = []
        for round_ in range(ROUNDS + 1):
            for name, measure in [("op", ours.prefill), ("tp", theirs.prefill), ("od", ours.decode), ("td", theirs.decode),
                                  ("os", ours.streams), ("bw", lambda: ours.ask("bandwidth"))]:
                value = measure()
                # The first round warms up.
                if round_ > 0:
                    measured[name].append(value)
            # One right after the other, as the difference is a fiftieth of either.
            for _ in range(PAIRS if round_ > 0 else 1):
                bare, through = ours.decode(), server.decode()
                if round_ > 0:
                    slower.append(1e3 / through - 1e3 / bare)
        for engine in [ours, theirs, server]:
            engine.close()
        ratio = lambda a, b: statistics.median(x / y for x, y in zip(measured[a], measured[b]))
        median = lambda name: statistics.median(measured[name])
        bound = statistics.median(measured["bw"]) / path.stat().st_size
        print(f"| {path.stem} | {median('op'):.0f} | {median('tp'):.0f} | **{ratio('op', 'tp'):.2f}** | {median('od'):.1f} | "
              f"{median('td'):.1f} | **{ratio('od', 'td'):.2f}** | {median('od') / bound:.0%} | {ratio('os', 'od'):.2f}x | "
              f"{statistics.median(slower):+.2f} ms |", flush=True)


if __name__ == "__main__":
    main()
