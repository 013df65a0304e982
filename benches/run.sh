#!/bin/sh
# Speed and size of the binary in $1. Figures belong in docs/benchmarks.md, with the machine.
# With BENCH_PEERS=1 also the encoder beside onnxruntime, turn by turn (installs the peers of benches/peers first).
set -eu
cd "$(dirname "$0")/.."
bin=$1
examples=$(dirname "$bin")/examples
cargo build --release --locked --example bench_serve --example bench_embed
"$examples/bench_serve" "$bin"
"$examples/bench_embed"
if [ "${BENCH_PEERS:-0}" = 1 ]; then
  [ -d .tools/bench ] || python3 -m venv .tools/bench
  .tools/bench/bin/pip install --quiet --requirement benches/peers/requirements.txt
  .tools/bench/bin/python benches/peers/embed_onnx.py "$examples/bench_embed"
fi
