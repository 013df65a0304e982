"""Our exact and filtered search beside faiss-cpu's IndexFlatIP, turn by turn in one run, two threads on both sides.

    python benches/peers/search_faiss.py target/release/examples/bench_search [COUNT…]

Read the ratios: absolute figures follow whatever else the machine does.
"""

import json
import os
import statistics
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("CANDLEFLARE_THREADS", "2")

import faiss
import numpy as np

DIMENSIONS = 768
ROUNDS = 7
SECONDS = 0.7
SELECTIVITIES = [1, 10, 50]


class Ours:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Theirs:
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


def main():
    faiss.omp_set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    counts = [int(word) for word in sys.argv[2:]] or [10_000, 100_000, 500_000]
    ours = Ours(sys.argv[1])
    print("one minute's load before it began:", os.getloadavg()[0])
    parse = ours.ask("parse", 5000, 1536)
    print(f"ingest 5,000 x 1536 ({parse['bytes'] / 1e6:.0f} MB): {parse['bytes_per_second'] / 1e6:.0f} MB/s, best {parse['best'] / 1e6:.0f}")
    for count in counts:
        load = ours.ask("load", count, DIMENSIONS)
        print(f"\n{count} x {DIMENSIONS}: memory {load['resident_bytes'] / load['raw_bytes']:.3f} times the raw vectors")
        theirs = Theirs(count)
        print("query      candleflare ms   faiss ms   ratio   share of bandwidth")
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
            print(f"{name:9} {statistics.median(mine) * 1e3:15.2f} {statistics.median(peers) * 1e3:10.2f} {ratio:7.2f} {statistics.median(shares):12.0%}")


if __name__ == "__main__":
    main()
