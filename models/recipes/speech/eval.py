"""Word error rate of kindling-whisper on voices, speeds and sentences that it was not trained on.

    python -m speech.eval --texts texts.json --model ../kindling-whisper [--url http://127.0.0.1:8786] [--noise 20] [--made wider.json]

100 sentences: HAND's fifty, and fifty of the dictionary's held-out examples. With `--made` 100 others, which the generator draws from another seed
and which are not in the texts that it is given: known forms, but no known sentence. With `--url` a running emulator listens (`@cf/openai/whisper`, one
WAV file a sentence), otherwise this PyTorch code does. `--noise` adds pink noise at so many dB.
"""
import argparse
import io
import json
import random
import urllib.request
import wave

import numpy as np
import torch
from tokenizers import Tokenizer

import kindling_format

from . import features, model, score, synth, voices, wider


def sentences(texts):
    """(set, sentence): none of them trained on."""
    return [("hand", text) for text in texts["hand"][:50]] + [("dictionary", text) for text in texts["held"][:50]]


def made(trained):
    """(set, sentence): none of `trained`."""
    rng, found = random.Random(20261129), []
    while len(found) < 100:
        text = wider.made(rng)
        if text and text not in trained:
            found.append(("made", text))
    return found


def spoken(said, noise=None):
    """(set, sentence, samples at 16 kHz) of (set, sentence), by voices and at speeds that were not trained on."""
    speaker, rng = voices.Speaker(), random.Random(20)
    filters, spread = features.resampler(speaker.rate), np.random.default_rng(20)
    for kind, text in said:
        sound = None
        while sound is None:
            sound = synth.clip(speaker, filters, text, voices.draw(rng, held=True), spread)
        sound = sound[0]
        if noise is not None:
            sound = sound + features.coloured(spread, len(sound), 1) * sound.std() * 10 ** (-noise / 20)
        yield kind, text, sound.astype(np.float32)


class Local:
    """The checkpoint in PyTorch."""

    def __init__(self, folder):
        self.net = model.Whisper().eval()
        missing, other = self.net.load_state_dict(kindling_format.load(f"{folder}/model.safetensors"), strict=False)
        if missing or other:
            raise ValueError(f"{missing} {other}")
        self.tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        token = self.tokenizer.token_to_id
        self.start = [token(f"<|{name}|>") for name in ("startoftranscript", "en", "transcribe", "notimestamps")]
        self.end = token("<|endoftext|>")

    def __call__(self, sound):
        window = model.CONFIG["max_source_positions"] * 2 * features.HOP
        padded = np.zeros(window, np.float32)
        padded[:len(sound)] = sound[:window]
        mel = (features.log_mel(torch.from_numpy(padded)) + 4) / 4
        with torch.no_grad():
            heard = self.net.encode(mel.T[None])[0]
            return self.tokenizer.decode(self.net.likeliest(heard, self.start, self.end, 76)).strip()


class Served:
    """A running emulator."""

    def __init__(self, url):
        self.url = f"{url}/client/v4/accounts/{'0' * 32}/ai/run/@cf/openai/whisper"

    def __call__(self, sound):
        body = io.BytesIO()
        with wave.open(body, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(features.RATE)
            file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        request = urllib.request.Request(self.url, body.getvalue(), {"content-type": "audio/wav"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["result"]["text"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", required=True)
    parser.add_argument("--model", default="../kindling-whisper")
    parser.add_argument("--url")
    parser.add_argument("--noise", type=float)
    parser.add_argument("--made", help="what `speech.wider` wrote and training said")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with open(options.texts) as file:
        texts = json.load(file)
    listen = Served(options.url) if options.url else Local(options.model)
    said = sentences(texts)
    if options.made:
        with open(options.made) as file:
            said = made(set(json.load(file)["train"]) | set(texts["train"]))
    heard = [(kind, text, listen(sound)) for kind, text, sound in spoken(said, options.noise)]
    if options.show:
        print("\n".join(f"{text} | {said}" for _, text, said in heard))
    for name in dict.fromkeys(kind for kind, _ in said):
        print(f"{name}: word error rate {score.rate([(a, b) for kind, a, b in heard if kind == name]):.3f}")
    print(f"all {len(heard)}: word error rate {score.rate([(a, b) for _, a, b in heard]):.3f}")


if __name__ == "__main__":
    main()
