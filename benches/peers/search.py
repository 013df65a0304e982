"""Our search beside faiss-cpu's IndexFlatIP (exact, filtered) and hnswlib (approximate), turn by turn in one run, two
threads on both sides.

    python benches/peers/search.py target/release/examples/bench_search [COUNT…]

Read the ratios: absolute figures follow whatever else the machine does.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("CANDLEFLARE_THREADS", "2")

import faiss
import hnswlib
import numpy as np

THREADS = int(os.environ["OMP_NUM_THREADS"])
DIMENSIONS = 768
ROUNDS = 7
SECONDS = 0.5
SELECTIVITIES = [1, 10, 50]
# Approximate search: vectors and queries, mixtures of so many directions (embeddings have few), and some noise.
NEAR, QUERIES, DIRECTIONS = 50_000, 1_000, 24


class Ours:
    """A process of its own, so that its memory is its own."""

    def __init__(self):
        self.process = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Faiss:
    def __init__(self, count):
        self.random = np.random.default_rng(7)
        self.index = faiss.IndexFlatIP(DIMENSIONS)
        for begin in range(0, count, 50_000):
            part = min(50_000, count - begin)
            self.index.add(self.random.uniform(-1, 1, (part, DIMENSIONS)).astype(np.float32))
        ids = np.arange(count)
        self.selectors = {
            percent: faiss.IDSelectorBitmap(np.packbits(ids % 100 < percent, bitorder="little")) for percent in SELECTIVITIES
        }

    def query(self, percent=None):
        parameters = faiss.SearchParameters(sel=self.selectors[percent]) if percent else None
        times, begin = [], time.perf_counter()
        while time.perf_counter() - begin < SECONDS or len(times) < 3:
            vector = self.random.uniform(-1, 1, (1, DIMENSIONS)).astype(np.float32)
            start = time.perf_counter()
            self.index.search(vector, 10, params=parameters)
            times.append(time.perf_counter() - start)
        return statistics.median(times)


def ingest():
    with Ours() as ours:
        parse = ours.ask("parse", 5000, 1536)
    size, rate, best = (parse[name] / 1e6 for name in ("bytes", "bytes_per_second", "best"))
    print(f"ingest of 5,000 x 1536 as NDJSON ({size:.0f} MB): {rate:.0f} MB/s on one core, at best {best:.0f} (asked: 150)")


def exact(count):
    with Ours() as ours:
        load = ours.ask("load", count, DIMENSIONS)
        memory = load["resident_bytes"] / load["raw_bytes"]
        print(f"\n{count} x {DIMENSIONS}: memory {memory:.3f} times the raw vectors, metadata included (asked: 1.15 at 500,000)")
        print("query     candleflare ms   faiss ms   ratio (asked: 1.00)   share of bandwidth")
        theirs = Faiss(count)
        for percent in [None, *SELECTIVITIES]:
            mine, peers, shares = [], [], []
            for _ in range(ROUNDS):
                speed = ours.ask("bandwidth", 0.3)["bytes_per_second"]
                order = ("filter", percent, SECONDS) if percent else ("query", SECONDS)
                mine.append(ours.ask(*order)["median"])
                peers.append(theirs.query(percent))
                shares.append(count * DIMENSIONS * 4 * (percent or 100) / 100 / mine[-1] / speed)
            ratio = statistics.median(a / b for a, b in zip(mine, peers))
            name = f"{percent} %" if percent else "all"
            print(
                f"{name:6} {statistics.median(mine) * 1e3:17.3f} {statistics.median(peers) * 1e3:10.3f} {ratio:7.2f} {statistics.median(shares):34.0%}",
                flush=True,
            )


def near():
    random = np.random.default_rng(7)
    directions = random.standard_normal((DIRECTIONS, DIMENSIONS)).astype(np.float32)
    mixtures = random.standard_normal((NEAR + QUERIES, DIRECTIONS)).astype(np.float32)
    vectors = mixtures @ directions + 0.5 * random.standard_normal((NEAR + QUERIES, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    flat = faiss.IndexFlatIP(DIMENSIONS)
    flat.add(vectors[:NEAR])
    truth = flat.search(vectors[NEAR:], 10)[1]
    with tempfile.TemporaryDirectory() as folder, Ours() as ours:
        vectors.astype("<f4").tofile(f"{folder}/vectors")
        truth.astype("<u4").tofile(f"{folder}/truth")
        made = ours.ask("read", f"{folder}/vectors", NEAR, DIMENSIONS)["seconds"]
        peer = hnswlib.Index("ip", DIMENSIONS)
        peer.init_index(NEAR, M=16, ef_construction=128)
        peer.set_num_threads(THREADS)
        start = time.perf_counter()
        peer.add_items(vectors[:NEAR])
        print(f"\nHNSW, {NEAR} x {DIMENSIONS}: made in {made:.1f} s, hnswlib's in {time.perf_counter() - start:.1f} s")
        recall = ours.ask("recall", f"{folder}/truth", 0.5)["recall"]
        print(f"recall@10 {recall:.3f} (asked: 0.95)")

        def found(width):
            peer.set_ef(width)
            labels = peer.knn_query(vectors[NEAR:], 10)[0]
            return np.mean([len(set(a) & set(b)) / 10 for a, b in zip(labels.tolist(), truth.tolist())])

        # The narrowest search of hnswlib's that finds as much.
        width = next((width for width in range(10, 1_000, 5) if found(width) >= recall), 1_000)
        mine, peers = [], []
        for _ in range(ROUNDS):
            mine.append(ours.ask("recall", f"{folder}/truth", 1.0)["queries_per_second"])
            start = time.perf_counter()
            peer.knn_query(vectors[NEAR:], 10)
            peers.append(QUERIES / (time.perf_counter() - start))
        ratio = statistics.median(a / b for a, b in zip(mine, peers))
        print(
            f"queries a second: {statistics.median(mine):.0f}, hnswlib's at equal recall (ef {width}): {statistics.median(peers):.0f}; ratio {ratio:.2f} (asked: 1.00)"
        )


def main():
    faiss.omp_set_num_threads(THREADS)
    print(f"load average before it began: {os.getloadavg()[0]:.1f}")
    ingest()
    for count in [int(word) for word in sys.argv[2:]] or [10_000, 100_000, 500_000]:
        exact(count)
    near()


if __name__ == "__main__":
    main()
