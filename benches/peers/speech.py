"""Whisper-tiny's shape with random weights: the emulator beside PyTorch, turn by turn, over 30 seconds of sound.

    python benches/peers/speech.py path/to/candleflare [--turns 5] [--threads 2]

Random weights never say the end, so both choose the same number of tokens (224, half of Whisper's context, which is far more than people
say in 30 seconds). Prints the real-time factor of both and the ratio, for one beam and for five, which the emulator takes where nothing is
said, and the share of decoding and resampling (44.1 kHz against 16).
"""
import argparse
import base64
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import wave

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GenerationMixin, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

SECONDS, TOKENS, MODEL = 30, 224, "@cf/openai/whisper-large-v3-turbo"
SPECIALS = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]


def checkpoint(folder):
    """A random checkpoint of whisper-tiny's shape; the model, for PyTorch."""
    torch.manual_seed(1)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIALS])
    tokenizer.save(f"{folder}/tokenizer.json")
    end = tokenizer.token_to_id("<|endoftext|>")
    config = WhisperConfig(vocab_size=51865, d_model=384, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536, decoder_layers=4,
                           decoder_attention_heads=6, decoder_ffn_dim=1536, pad_token_id=end, bos_token_id=end, eos_token_id=end,
                           decoder_start_token_id=end + 1, suppress_tokens=None, begin_suppress_tokens=None)
    model = WhisperForConditionalGeneration(config).eval()
    model.save_pretrained(folder)
    with open(f"{folder}/generation_config.json", "w") as file:
        json.dump({"suppress_tokens": [end], "alignment_heads": [[2, 2], [3, 0], [3, 2], [3, 3], [3, 4], [3, 5]]}, file)
    return model, [tokenizer.token_to_id(token) for token in ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")]


def recording(rate):
    """A WAV file of noise with the rhythm of speech."""
    rng, at = np.random.default_rng(2), np.arange(SECONDS * rate) / rate
    sound = rng.standard_normal(len(at)) * .05 * (1 + np.sin(at * 2 * math.pi * 3))
    body = io.BytesIO()
    with wave.open(body, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 32767).clip(-32767, 32767).astype("<i2").tobytes())
    return body.getvalue(), sound.astype(np.float32)


def states(model, sound):
    """What PyTorch's encoder makes of the sound."""
    return model.model.encoder(WhisperFeatureExtractor()(sound, sampling_rate=16000, return_tensors="pt").input_features)


def torch_turn(model, start, sound):
    """Seconds of PyTorch for the picture, the states and so many tokens, with its cache."""
    began = time.perf_counter()
    with torch.inference_mode():
        heard = states(model, sound)
        tokens, cache = torch.tensor([start]), None
        for _ in range(TOKENS):
            out = model(encoder_outputs=heard, decoder_input_ids=tokens, past_key_values=cache, use_cache=True)
            cache, tokens = out.past_key_values, out.logits[:, -1:, :256].argmax(-1)
    return time.perf_counter() - began


def torch_beams(model, start, sound, beams):
    """The same by the beam search of `transformers`."""
    began = time.perf_counter()
    with torch.inference_mode():
        GenerationMixin.generate(model, encoder_outputs=states(model, sound), decoder_input_ids=torch.tensor([start]), num_beams=beams, do_sample=False,
                                 min_new_tokens=TOKENS, max_new_tokens=TOKENS)
    return time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        model, start = checkpoint(folder)
        settings, ready = f"{folder}/candleflare.toml", f"{folder}/ready.json"
        with open(settings, "w") as file:
            file.write(f'[models]\n"{MODEL}" = "{folder}"\n')
        environment = dict(os.environ, CANDLEFLARE_THREADS=str(options.threads))
        server = subprocess.Popen([options.binary, "serve", "--port", "0", "--ready-file", ready, "--config", settings], env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not os.path.exists(ready):
                time.sleep(.05)
            with open(ready) as file:
                url = f"{json.load(file)['url']}/client/v4/accounts/{'0' * 32}/ai/run/{MODEL}"
            plain, sound = recording(16000)
            other, _ = recording(44100)

            def our_turn(body, beams=1):
                # No window counts as gone wrong, or it would be tried again.
                asked = {"audio": base64.b64encode(body).decode(), "language": "en", "beam_size": beams,
                         "compression_ratio_threshold": 1e9, "log_prob_threshold": -1e9}
                request = urllib.request.Request(url, json.dumps(asked).encode(), {"content-type": "application/json"})
                began = time.perf_counter()
                with urllib.request.urlopen(request) as answer:
                    answer.read()
                return time.perf_counter() - began

            our_turn(plain), torch_turn(model, start, sound)
            turns = [(our_turn(plain), torch_turn(model, start, sound), our_turn(other)) for _ in range(options.turns)]
            middle = lambda values: sorted(values)[len(turns) // 2]
            ours, theirs, _ = map(middle, zip(*turns))
            # In pairs: a turn takes a tenth more or less as the machine pleases.
            share = middle([(resampled - plain) / resampled for plain, _, resampled in turns])
            print(f"real-time factor: candleflare {ours / SECONDS:.3f}, PyTorch {theirs / SECONDS:.3f}, ratio {ours / theirs:.2f}")
            our_turn(plain, 5), torch_beams(model, start, sound, 5)
            ours, theirs = map(middle, zip(*[(our_turn(plain, 5), torch_beams(model, start, sound, 5)) for _ in range(options.turns)]))
            print(f"five beams: candleflare {ours / SECONDS:.3f}, PyTorch {theirs / SECONDS:.3f}, ratio {ours / theirs:.2f}")
            print(f"44.1 kHz instead of 16: {max(0, share):.1%} of the time")
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
