# Targets of the bundled models; include from the Makefile: `include models/recipes/models.mk`.
# `make models` rebuilds both checkpoints from scratch (hours on two cores), `make eval-models` prints every figure.

RECIPES := models/recipes
MODELS_WORK ?= $(abspath $(RECIPES)/work)
MODELS_VENV ?= $(RECIPES)/.venv
MODELS_PYTHON := $(abspath $(MODELS_VENV))/bin/python
MODELS_RUN := cd $(RECIPES) && OMP_NUM_THREADS=$(MODELS_THREADS) $(MODELS_PYTHON) -m
MODELS_THREADS ?= 1
EMBED_TEXTS ?= 120000
EMBED_PRESENTATIONS ?= 140000
EMBED_REFINE_MINUTES ?= 29
EMBED_SETTLE_MINUTES ?= 5.5
# The shipped checkpoint: 14 minutes without tools, JSON and formats. Longer and whole is better.
CHAT_SIZE ?= 1m
CHAT_MINUTES ?= 8
CHAT_DECAY_MINUTES ?= 5.5
CHAT_ONLY ?= small,name,fact,untold,outside,context,context_silent,documents,documents_mixed,documents_real,documents_silent,copy

.PHONY: models models-embed models-chat eval-models test-models

models: models-embed models-chat

$(MODELS_VENV)/.done: $(RECIPES)/requirements.txt
	python3 -m venv $(MODELS_VENV)
	$(MODELS_VENV)/bin/pip install -q -r $(RECIPES)/requirements.txt
	touch $@

$(MODELS_WORK)/embed/train.jsonl: | $(MODELS_VENV)/.done
	$(MODELS_RUN) embed.corpus --work $(MODELS_WORK)/embed

models-embed: $(MODELS_WORK)/prose.json
	$(MODELS_RUN) embed.label --work $(MODELS_WORK)/embed --texts $(EMBED_TEXTS) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.gptq --work $(MODELS_WORK)/embed --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.qat --work $(MODELS_WORK)/embed --presentations $(EMBED_PRESENTATIONS) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.retrieval --work $(MODELS_WORK)/embed --prose $(MODELS_WORK)/prose.json --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.refine --work $(MODELS_WORK)/embed --minutes $(EMBED_REFINE_MINUTES) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.refine --work $(MODELS_WORK)/embed --minutes $(EMBED_SETTLE_MINUTES) --rate 2e-5 --settle --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.pack --work $(MODELS_WORK)/embed --out ../kindling-embed

$(MODELS_WORK)/prose.json: $(MODELS_WORK)/embed/train.jsonl
	$(MODELS_RUN) chat.prose --corpus $(MODELS_WORK)/embed --out $@

$(MODELS_WORK)/tokenizer.json: $(MODELS_WORK)/prose.json
	$(MODELS_RUN) chat.tokenizer --prose $(MODELS_WORK)/prose.json --out $@

models-chat: $(MODELS_WORK)/tokenizer.json
	$(MODELS_RUN) chat.train --work $(MODELS_WORK) --name main --size $(CHAT_SIZE) --only $(CHAT_ONLY) --minutes $(CHAT_MINUTES) --threads $(MODELS_THREADS)
	$(MODELS_RUN) chat.train --work $(MODELS_WORK) --name main --size $(CHAT_SIZE) --only $(CHAT_ONLY) --seed 2 --decay-minutes $(CHAT_DECAY_MINUTES) --threads $(MODELS_THREADS)
	$(MODELS_RUN) chat.export --work $(MODELS_WORK) --from main.decayed.pt --out ../kindling-chat

eval-models: $(MODELS_WORK)/prose.json
	test -f $(MODELS_WORK)/embed/pairs_vectors.npy || ( $(MODELS_RUN) embed.label --work $(MODELS_WORK)/embed --texts $(EMBED_TEXTS) --held-only )
	test -f $(MODELS_WORK)/embed/retrieval_held.npz || $(MODELS_RUN) embed.retrieval --work $(MODELS_WORK)/embed --prose $(MODELS_WORK)/prose.json --held-only
	$(MODELS_RUN) embed.eval --work $(MODELS_WORK)/embed --model ../kindling-embed --teacher
	$(MODELS_RUN) chat.eval --work $(MODELS_WORK) --model ../kindling-chat

test-models: $(MODELS_VENV)/.done
	cd $(RECIPES) && $(MODELS_PYTHON) -m unittest discover -s tests -t .
