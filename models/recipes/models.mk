# Targets of the bundled models; include from the Makefile: `include models/recipes/models.mk`.
# `make models` rebuilds the bundled checkpoints from scratch (hours on two cores), `make eval-models` prints every figure.

RECIPES := models/recipes
MODELS_WORK ?= $(abspath $(RECIPES)/work)
MODELS_VENV ?= $(RECIPES)/.venv
MODELS_PYTHON := $(abspath $(MODELS_VENV))/bin/python
MODELS_THREADS ?= 1
MODELS_RUN := cd $(RECIPES) && OMP_NUM_THREADS=$(MODELS_THREADS) $(MODELS_PYTHON) -m
# Where the checkpoints go; elsewhere for a try that leaves the shipped ones alone.
MODELS_OUT ?= $(abspath $(RECIPES)/..)
# So many texts of each source only; empty for all.
EMBED_SOURCE_MOST ?=
EMBED_TEXTS ?= 120000
EMBED_HELD ?= 4400
EMBED_CALIBRATION ?= 1500
EMBED_PASSAGES ?= 8000
EMBED_HELD_PASSAGES ?= 800
EMBED_PRESENTATIONS ?= 140000
EMBED_REFINE_MINUTES ?= 29
EMBED_SETTLE_MINUTES ?= 5.5
# The shipped checkpoint: see models/kindling-chat/README.md for how long it was trained.
CHAT_SIZE ?= 7m
CHAT_MINUTES ?= 100
CHAT_DECAY_MINUTES ?= 40
CHAT_WORKERS ?= 1
EVAL_CASES ?= 60
# The checkpoint that is shipped came by three runs: see its card.
SPEECH_TEXTS ?= 34000
SPEECH_WIDER ?= 120000
SPEECH_CLIPS ?= 120000
SPEECH_PLAIN_CLIPS ?= 24000
SPEECH_MINUTES ?= 140
# Minutes of processor time.
SENTIMENT_MINUTES ?= 14
SUMMARY_MINUTES ?= 7
TRANSLATE_MINUTES ?= 30
# CPU minutes of the eyes and of the writer of kindling-classify, -detect and -caption. The eyes that are shipped came by two runs: see their cards.
VISION_MINUTES ?= 110
VISION_WRITER_MINUTES ?= 5

.PHONY: models models-embed models-chat models-whisper models-texts models-vision eval-speech eval-texts eval-vision eval-models test-models models-try

# Every stage of `make models` and `make eval-models` with tiny budgets, into a folder of its own: shows that the recipes run, not what they can.
TRY ?= /tmp/candleflare-models-try
models-try:
	$(MAKE) models eval-models MODELS_WORK=$(TRY)/work MODELS_OUT=$(TRY)/models EMBED_TEXTS=600 EMBED_HELD=200 EMBED_CALIBRATION=64 EMBED_PRESENTATIONS=600 \
		EMBED_PASSAGES=60 EMBED_HELD_PASSAGES=40 EMBED_REFINE_MINUTES=0.3 EMBED_SETTLE_MINUTES=0.2 CHAT_SIZE=1m CHAT_MINUTES=1 CHAT_DECAY_MINUTES=0.5 EVAL_CASES=4 EMBED_SOURCE_MOST=4000 \
		SENTIMENT_MINUTES=0.3 SUMMARY_MINUTES=0.2 TRANSLATE_MINUTES=0.2 VISION_MINUTES=0.3 VISION_WRITER_MINUTES=0.2 SPEECH_TEXTS=3000 SPEECH_WIDER=2000 SPEECH_CLIPS=1000 SPEECH_PLAIN_CLIPS=1000 SPEECH_MINUTES=0.3

models: models-embed models-chat models-whisper models-texts models-vision

$(MODELS_VENV)/.done: $(RECIPES)/requirements.txt
	python3 -m venv $(MODELS_VENV)
	$(MODELS_VENV)/bin/pip install -q -r $(RECIPES)/requirements.txt
	touch $@

$(MODELS_WORK)/embed/train.jsonl: | $(MODELS_VENV)/.done
	$(MODELS_RUN) embed.corpus --work $(MODELS_WORK)/embed $(if $(EMBED_SOURCE_MOST),--most $(EMBED_SOURCE_MOST))

models-embed: $(MODELS_WORK)/prose.json
	$(MODELS_RUN) embed.label --work $(MODELS_WORK)/embed --texts $(EMBED_TEXTS) --held $(EMBED_HELD) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.gptq --work $(MODELS_WORK)/embed --texts $(EMBED_CALIBRATION) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.qat --work $(MODELS_WORK)/embed --presentations $(EMBED_PRESENTATIONS) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.retrieval --work $(MODELS_WORK)/embed --prose $(MODELS_WORK)/prose.json --passages $(EMBED_PASSAGES) --held $(EMBED_HELD_PASSAGES) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.refine --work $(MODELS_WORK)/embed --minutes $(EMBED_REFINE_MINUTES) --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.refine --work $(MODELS_WORK)/embed --minutes $(EMBED_SETTLE_MINUTES) --rate 2e-5 --settle --threads $(MODELS_THREADS)
	$(MODELS_RUN) embed.pack --work $(MODELS_WORK)/embed --out $(MODELS_OUT)/kindling-embed

$(MODELS_WORK)/prose.json: $(MODELS_WORK)/embed/train.jsonl
	$(MODELS_RUN) chat.prose --corpus $(MODELS_WORK)/embed --out $@

$(MODELS_WORK)/tokenizer.json: $(MODELS_WORK)/prose.json
	$(MODELS_RUN) chat.tokenizer --prose $(MODELS_WORK)/prose.json --out $@

models-chat: $(MODELS_WORK)/tokenizer.json
	$(MODELS_RUN) chat.train --work $(MODELS_WORK) --name main --size $(CHAT_SIZE) --minutes $(CHAT_MINUTES) --threads $(MODELS_THREADS) --workers $(CHAT_WORKERS)
	$(MODELS_RUN) chat.train --work $(MODELS_WORK) --name main --size $(CHAT_SIZE) --seed 2 --decay-minutes $(CHAT_DECAY_MINUTES) --threads $(MODELS_THREADS) --workers $(CHAT_WORKERS)
	$(MODELS_RUN) chat.export --work $(MODELS_WORK) --from main.decayed.pt --out $(MODELS_OUT)/kindling-chat

# Needs espeak-ng's library; no text but the dictionary's.
models-whisper: | $(MODELS_VENV)/.done
	$(MODELS_RUN) speech.texts --out $(MODELS_WORK)/speech/texts.json --count $(SPEECH_TEXTS)
	$(MODELS_RUN) speech.tokenizer --texts $(MODELS_WORK)/speech/texts.json --out $(MODELS_WORK)/speech/tokenizer.json
	$(MODELS_RUN) speech.wider --texts $(MODELS_WORK)/speech/texts.json --out $(MODELS_WORK)/speech/wider.json --count $(SPEECH_WIDER)
	$(MODELS_RUN) speech.synth --texts $(MODELS_WORK)/speech/wider.json --out $(MODELS_WORK)/speech/shards --clips $(SPEECH_CLIPS)
	$(MODELS_RUN) speech.synth --texts $(MODELS_WORK)/speech/texts.json --out $(MODELS_WORK)/speech/shards --clips $(SPEECH_PLAIN_CLIPS) --seed 9
	$(MODELS_RUN) speech.train --work $(MODELS_WORK)/speech --minutes $(SPEECH_MINUTES)
	$(MODELS_RUN) speech.export --work $(MODELS_WORK)/speech --out $(MODELS_OUT)/kindling-whisper

# The held-out sentences are those of the smaller collection; the larger ones train on none of them. What is made must not be among what was
# trained on, which is why that is made again.
eval-speech: | $(MODELS_VENV)/.done
	mkdir -p $(MODELS_WORK)/speech
	$(MODELS_RUN) speech.texts --out $(MODELS_WORK)/speech/held.json --count 10000
	$(MODELS_RUN) speech.eval --texts $(MODELS_WORK)/speech/held.json --model $(MODELS_OUT)/kindling-whisper
	$(MODELS_RUN) speech.eval --texts $(MODELS_WORK)/speech/held.json --model $(MODELS_OUT)/kindling-whisper --noise 20
	$(MODELS_RUN) speech.texts --out $(MODELS_WORK)/speech/texts.json --count $(SPEECH_TEXTS)
	$(MODELS_RUN) speech.wider --texts $(MODELS_WORK)/speech/texts.json --out $(MODELS_WORK)/speech/wider.json --count $(SPEECH_WIDER)
	$(MODELS_RUN) speech.eval --texts $(MODELS_WORK)/speech/texts.json --model $(MODELS_OUT)/kindling-whisper --made $(MODELS_WORK)/speech/wider.json

models-texts: | $(MODELS_VENV)/.done
	mkdir -p $(MODELS_WORK)/texts
	$(MODELS_RUN) sentiment.lexicon --work $(MODELS_WORK)/texts
	$(MODELS_RUN) sentiment.train --work $(MODELS_WORK)/texts --minutes $(SENTIMENT_MINUTES)
	$(MODELS_RUN) sentiment.pack --work $(MODELS_WORK)/texts --out $(MODELS_OUT)/kindling-sentiment
	$(MODELS_RUN) seq2seq.train --task summary --work $(MODELS_WORK)/texts --minutes $(SUMMARY_MINUTES) --batch 32
	$(MODELS_RUN) seq2seq.export --task summary --work $(MODELS_WORK)/texts --out $(MODELS_OUT)/kindling-summary
	$(MODELS_RUN) seq2seq.train --task translate --work $(MODELS_WORK)/texts --minutes $(TRANSLATE_MINUTES)
	$(MODELS_RUN) seq2seq.export --task translate --work $(MODELS_WORK)/texts --out $(MODELS_OUT)/kindling-translate

# The held-out figures; the tokenizers are the delivered ones.
eval-texts: | $(MODELS_VENV)/.done
	mkdir -p $(MODELS_WORK)/texts
	cp $(MODELS_OUT)/kindling-summary/tokenizer.json $(MODELS_WORK)/texts/summary.tokenizer.json
	cp $(MODELS_OUT)/kindling-translate/tokenizer.json $(MODELS_WORK)/texts/translate.tokenizer.json
	$(MODELS_RUN) sentiment.eval --model $(MODELS_OUT)/kindling-sentiment
	$(MODELS_RUN) seq2seq.eval --task summary --work $(MODELS_WORK)/texts --model $(MODELS_OUT)/kindling-summary
	$(MODELS_RUN) seq2seq.eval --task translate --work $(MODELS_WORK)/texts --model $(MODELS_OUT)/kindling-translate

eval-models: eval-speech eval-texts eval-vision $(MODELS_WORK)/prose.json
	test -f $(MODELS_WORK)/embed/pairs_vectors.npy || ( $(MODELS_RUN) embed.label --work $(MODELS_WORK)/embed --texts $(EMBED_TEXTS) --held $(EMBED_HELD) --held-only )
	test -f $(MODELS_WORK)/embed/retrieval_held.npz || ( $(MODELS_RUN) embed.retrieval --work $(MODELS_WORK)/embed --prose $(MODELS_WORK)/prose.json --held $(EMBED_HELD_PASSAGES) --held-only )
	$(MODELS_RUN) embed.eval --work $(MODELS_WORK)/embed --model $(MODELS_OUT)/kindling-embed --teacher
	$(MODELS_RUN) chat.eval --work $(MODELS_WORK) --model $(MODELS_OUT)/kindling-chat --cases $(EVAL_CASES)

test-models: $(MODELS_VENV)/.done
	cd $(RECIPES) && $(MODELS_PYTHON) -m unittest discover -s tests -t .

models-vision: $(MODELS_VENV)/.done
	$(MODELS_RUN) vision.train --work $(MODELS_WORK)/vision --minutes $(VISION_MINUTES)
	$(MODELS_RUN) vision.write --work $(MODELS_WORK)/vision --minutes $(VISION_WRITER_MINUTES)
	$(MODELS_RUN) vision.export --work $(MODELS_WORK)/vision --out $(MODELS_OUT)

eval-vision: $(MODELS_VENV)/.done
	$(MODELS_RUN) vision.held --out $(MODELS_WORK)/vision/held
	$(MODELS_RUN) vision.eval --pictures $(MODELS_WORK)/vision/held --models $(MODELS_OUT)
