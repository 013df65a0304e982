"""ResNet-50's shape beside PyTorch, turn by turn, two threads each, one picture at a time.

    python benches/peers/resnet.py target/release/examples/bench_pictures

Random weights: the time does not depend on them. Absolute figures are of this machine at this moment; the ratio is what counts.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import torch
from transformers import ResNetConfig, ResNetForImageClassification

THREADS, TURNS, SECONDS = 2, 4, 4
SIZE = {"crop_pct": 0.875, "feature_extractor_type": "ConvNextFeatureExtractor", "resample": 3, "size": 224, "do_resize": False}


def main():
    torch.set_num_threads(THREADS)
    labels = {n: f"class {n}" for n in range(1000)}
    model = ResNetForImageClassification(ResNetConfig(id2label=labels, label2id={v: k for k, v in labels.items()})).eval()
    pixels = torch.randn(1, 3, 224, 224)
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        model.save_pretrained(folder)
        (pathlib.Path(folder) / "preprocessor_config.json").write_text(json.dumps(SIZE))
        best = {"torch": pixels, "torch, channels last": pixels.contiguous(memory_format=torch.channels_last)}
        rates = {}
        for turn in range(TURNS):
            for name, input in best.items():
                model.to(memory_format=torch.channels_last if "last" in name else torch.contiguous_format)
                model(input)
                times = []
                begin = time.perf_counter()
                while time.perf_counter() - begin < SECONDS:
                    start = time.perf_counter()
                    model(input)
                    times.append(time.perf_counter() - start)
                rates.setdefault(name, []).append(1 / sorted(times)[len(times) // 2])
            said = subprocess.run([sys.argv[1], folder, str(SECONDS)], env={**os.environ, "CANDLEFLARE_THREADS": str(THREADS)}, capture_output=True, text=True, check=True)
            rates.setdefault("candleflare", []).append(float(re.match(r"[\d.]+", said.stdout)[0]))
            print(f"turn {turn + 1}: " + ", ".join(f"{name} {rows[-1]:.2f}/s" for name, rows in rates.items()), flush=True)
        middle = {name: sorted(rows)[len(rows) // 2] for name, rows in rates.items()}
        peer = max(middle[name] for name in best)
        print(f"candleflare {middle['candleflare']:.2f} pictures/s, PyTorch at its best {peer:.2f}: {middle['candleflare'] / peer:.2f} of it")


if __name__ == "__main__":
    main()
