# Two commands do all: `make run` and `make test`. Every target installs what it needs.

CARGO ?= cargo
BIN = $(or $(CARGO_TARGET_DIR),target)/release/candleflare
# Settings of `make run`, for example `make run ARGS="--port 0 --plan free"`.
ARGS ?=
# One question for `make demo`.
ASK ?=

.PHONY: help run demo build build-tested test test-rust test-clients test-python python-requirements npm lint fmt cuda lint-cuda bench bench-embed bench-generate bench-tasks bench-device bench-http bench-exec bench-limits bench-search fuzz load test-neon models eval-models clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## serve Workers AI and Vectorize on 127.0.0.1:8786
	$(CARGO) run --release --locked -- serve $(ARGS)

demo: ## in a second terminal: questions over fixtures/docs, or ASK="…" for your own
	$(CARGO) run --release --locked --example demo -- $(if $(ASK),--ask "$(ASK)")

build:
	$(CARGO) build --release --locked

test: test-rust test-clients test-python ## everything: unit and integration tests, then real clients

# One profile for all of it: what is tested is what `make run` runs.
test-rust:
	@if command -v cargo-nextest >/dev/null; then \
		set -x; $(CARGO) nextest run --release --locked --all-targets && $(CARGO) test --release --locked --doc; \
	else \
		set -x; $(CARGO) test --release --locked --all-targets && $(CARGO) test --release --locked --doc; \
	fi

# The binary that the tests in Rust have run. `build` knows nothing of the tests' dependencies, so shared ones have fewer features there,
# and most of the house would be compiled a second time; a small test beside it brings them in.
build-tested:
	$(CARGO) build --release --locked --bin candleflare --test schema_cases

test-clients: build-tested tests/clients/node_modules fixtures/workers/node_modules .tools/clients/.installed
	CANDLEFLARE_BIN="$(abspath $(BIN))" "$$(sh tests/clients/node22.sh)" --test tests/clients/*.test.mjs

tests/clients/node_modules: tests/clients/package.json tests/clients/package-lock.json
	npm ci --prefix tests/clients --no-audit --no-fund
	@touch $@

fixtures/workers/node_modules: fixtures/workers/package.json fixtures/workers/package-lock.json
	npm ci --prefix fixtures/workers --no-audit --no-fund
	@touch $@

npm: build ## packages for npm under target/npm: candleflare, and this platform's binary
	node npm/pack.mjs target/npm "$$(node -p 'process.platform + "-" + process.arch')=$(BIN)"

# Clients that are Python packages, in an environment of their own.
PYTHON ?= python3
test-python: build-tested .tools/clients/.installed
	CANDLEFLARE_BIN="$(abspath $(BIN))" .tools/clients/bin/pytest -q -p no:cacheprovider tests/clients/python

.tools/clients/.installed: tests/clients/python/requirements.txt
	[ -d .tools/clients ] || $(PYTHON) -m venv .tools/clients
	.tools/clients/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# After a change of requirements.in: the newest versions, pinned.
python-requirements:
	rm -rf .tools/clients && $(PYTHON) -m venv .tools/clients
	.tools/clients/bin/pip install --quiet --disable-pip-version-check --requirement tests/clients/python/requirements.in
	.tools/clients/bin/pip freeze > tests/clients/python/requirements.txt

cuda: build ## a binary of its own for CUDA, beside the other one; CUDA_COMPUTE_CAP=86 and so on for other devices
	sh tools/cuda.sh $(CARGO) build --release --locked --features cuda --target-dir target/cuda
	cp target/cuda/release/candleflare $(dir $(BIN))candleflare-cuda

# Rust's side of the CUDA build, without its 1 GB toolkit: an empty compiler takes the place of NVIDIA's.
lint-cuda:
	PATH="$(CURDIR)/tools/no-cuda/bin:$$PATH" CUDA_COMPUTE_CAP=90 $(CARGO) clippy --release --locked --features cuda -- -D warnings

lint: ## formatting, and clippy with warnings as errors
	$(CARGO) fmt --check
	$(CARGO) clippy --release --locked --all-targets -- -D warnings

fmt: ## format the code
	$(CARGO) fmt

bench: build ## speed and size; figures belong in docs/benchmarks.md
	sh benches/run.sh "$(abspath $(BIN))"

bench-http: build ## the emulator's own time per call, without inference
	$(CARGO) build --release --locked --example bench_http
	"$(dir $(abspath $(BIN)))examples/bench_http" "$(abspath $(BIN))"

# Loopback only, bounded in time and clients; `make test` runs a short one.
load: ## 200 clients for two minutes with faults on
	LOAD_CLIENTS=200 LOAD_SECONDS=120 $(CARGO) test --release --locked --test emulator load:: -- --nocapture

bench-embed: build ## the encoder beside onnxruntime, turn by turn, and the real all-MiniLM-L6-v2 beside sentence-transformers
	$(CARGO) build --release --locked --example bench_embed
	[ -d .tools/bench ] || $(PYTHON) -m venv .tools/bench
	.tools/bench/bin/pip install --quiet --disable-pip-version-check --requirement benches/peers/requirements.txt
	.tools/bench/bin/python benches/peers/minilm.py "$(abspath $(BIN))"
	.tools/bench/bin/python benches/peers/embed_onnx.py "$(dir $(abspath $(BIN)))examples/bench_embed"

bench-tasks: build ## the shapes of whisper-tiny and ResNet-50 beside PyTorch, turn by turn
	$(CARGO) build --release --locked --example bench_pictures
	[ -d .tools/bench ] || $(PYTHON) -m venv .tools/bench
	.tools/bench/bin/pip install --quiet --disable-pip-version-check --requirement benches/peers/requirements.txt
	.tools/bench/bin/python benches/peers/speech.py "$(abspath $(BIN))"
	.tools/bench/bin/python benches/peers/resnet.py "$(dir $(abspath $(BIN)))examples/bench_pictures"

# With DEVICE=cuda the example is built as `make cuda` builds; carried to another machine, it needs nothing of this one.
DEVICE ?= cpu
ON_CUDA = $(filter cuda%,$(DEVICE))
bench-device: ## random weights of well-known shapes on a device, and PyTorch's figures for them; DEVICE=cuda
	$(if $(ON_CUDA),sh tools/cuda.sh) $(CARGO) build --release --locked --example bench_device $(if $(ON_CUDA),--features cuda --target-dir target/cuda)
	$(if $(ON_CUDA),target/cuda/release/,$(dir $(abspath $(BIN))))examples/bench_device --device $(DEVICE)
	[ -d .tools/bench ] || $(PYTHON) -m venv .tools/bench
	.tools/bench/bin/pip install --quiet --disable-pip-version-check --requirement benches/peers/requirements.txt
	.tools/bench/bin/python benches/peers/device.py --device $(DEVICE)

bench-search: ## search and ingest beside faiss and hnswlib, turn by turn (installs them first)
	$(CARGO) build --release --locked --example bench_search
	[ -d .tools/bench-search ] || $(PYTHON) -m venv .tools/bench-search
	.tools/bench-search/bin/pip install --quiet --disable-pip-version-check --requirement benches/peers/search-requirements.txt
	.tools/bench-search/bin/python benches/peers/search.py $(dir $(abspath $(BIN)))examples/bench_search

# Of Debian: qemu-user, gcc-aarch64-linux-gnu. `rustup target add aarch64-unknown-linux-gnu` brings the library.
test-neon: ## the kernels' tests as ARM runs them, emulated by qemu
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
		CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu" PROPTEST_CASES=16 \
		$(CARGO) test --release --locked --manifest-path tools/neon/Cargo.toml --target-dir target/neon --target aarch64-unknown-linux-gnu

# libFuzzer on the stable compiler; finds land in fuzz/artifacts, and the corpus that it grows in target/fuzz.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= ndjson multipart filter requests rules
fuzz: .tools/fuzz/bin/cargo-fuzz ## each target of fuzz/ for FUZZ_SECONDS (installs cargo-fuzz first)
	for target in $(FUZZ_TARGETS); do \
		mkdir -p "target/fuzz/corpus/$$target" && \
		PATH="$(abspath .tools/fuzz/bin):$$PATH" $(CARGO) fuzz run --sanitizer none --target-dir target/fuzz "$$target" \
			"target/fuzz/corpus/$$target" "fuzz/corpus/$$target" -- -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=4096 \
			|| exit 1; \
	done

.tools/fuzz/bin/cargo-fuzz:
	$(CARGO) install --locked --root .tools/fuzz cargo-fuzz

# The peer is built for this machine once, which takes some minutes; measuring takes less than eight.
bench-generate: build ## text generation beside llama.cpp, turn by turn (builds it first)
	$(CARGO) build --release --locked --example bench_generate
	[ -d .tools/bench-generate ] || $(PYTHON) -m venv .tools/bench-generate
	sh benches/peers/llama.sh "$(abspath .tools/bench-generate)" "$(abspath .tools/gguf)"
	.tools/bench-generate/bin/python benches/peers/generate_llama.py \
		$(dir $(abspath $(BIN)))examples/bench_generate "$(abspath $(BIN))" .tools/gguf

bench-limits: build tests/clients/node_modules fixtures/workers/node_modules ## how exactly a Worker's limits are cut; figures belong in docs/limits.md
	CANDLEFLARE_BIN="$(abspath $(BIN))" "$$(sh tests/clients/node22.sh)" --test --test-reporter=spec benches/limits.mjs

bench-exec: build tests/clients/node_modules fixtures/workers/node_modules ## what exec, a binding and the examples' vitest take
	CANDLEFLARE_BIN="$(abspath $(BIN))" "$$(sh tests/clients/node22.sh)" --test --test-reporter=spec benches/exec.mjs

clean: ## remove what was built and installed
	$(CARGO) clean
	rm -rf .tools tests/clients/node_modules fixtures/workers/node_modules

-include models/recipes/models.mk
