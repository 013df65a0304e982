"""Speaks the training texts: shards of log-mel pictures with their texts, words and sounds.

    python -m speech.synth --texts texts.json --out DIR [--clips 30000] [--seed 1]

A shard is an .npz of 1,000 clips: all frames behind each other, where each clip ends, its text, and as JSON
when each word begins ([letter, ms]) and each sound ([espeak-ng's name, ms]).
About 9 ms of one thread a clip. Shards that are there are left alone.
"""
import argparse
import json
import os
import random
import time

import numpy as np
import torch

from . import features, voices

SHARD = 1000
LONGEST = 9.3


def silent(rng):
    """A clip in which nobody speaks: nothing, hum or noise."""
    count = int(rng.uniform(1, 5) * features.RATE)
    if rng.random() < .2:
        return np.zeros(count, np.float32)
    return (features.coloured(rng, count, int(rng.choice([0, 1, 2]))) * 10 ** rng.uniform(-4, -.7)).astype(np.float32)


def clip(speaker, filters, text, drawn, rng):
    """(sound, words, sounds) with silence around, or None where it is too long; times in ms."""
    accent, variant, rate, pitch, spread = drawn
    speaker.voice(accent, variant)
    sound = features.resample(torch.from_numpy(speaker.say(text, rate, pitch, spread)), filters).numpy()
    if len(sound) > LONGEST * features.RATE:
        return None
    before, after = rng.uniform(0, .5), rng.uniform(0, .3)
    silence = [np.zeros(int(seconds * features.RATE), np.float32) for seconds in (before, after)]
    later = lambda marks: [[mark, ms + int(before * 1000)] for mark, ms in marks]
    return np.concatenate([silence[0], sound, silence[1]]), later(speaker.words), later(speaker.sounds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--clips", type=int, default=30000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    texts = json.load(open(options.texts))["train"]
    os.makedirs(options.out, exist_ok=True)
    speaker = voices.Speaker()
    filters = features.resampler(speaker.rate)
    for shard in range(options.clips // SHARD):
        path = f"{options.out}/{options.seed}-{shard:03}.npz"
        if os.path.exists(path):
            continue
        started = time.process_time()
        draws = random.Random(options.seed * 1000 + shard)
        rng = np.random.default_rng(options.seed * 1000 + shard)
        pictures, ends, said, marks, at, other = [], [], [], [], 0, None
        while len(said) < SHARD:
            text, timed = "", ([], [])
            if draws.random() < .03:
                sound = silent(rng)
            else:
                index = shard * SHARD + len(said)
                text = texts[index % len(texts)]
                spoken = clip(speaker, filters, text, voices.draw(draws), rng)
                if spoken is None:
                    text, sound = "", silent(rng)
                else:
                    sound, timed = spoken[0], spoken[1:]
                    sound, other = features.worn(sound, rng, other), sound
            picture, _ = features.as_bytes(features.log_mel(torch.from_numpy(sound)))
            at += len(picture)
            pictures.append(picture)
            ends.append(at)
            said.append(text)
            marks.append(json.dumps(timed))
        np.savez(path + ".part.npz", frames=np.concatenate(pictures), ends=np.array(ends), texts=np.array(said), marks=np.array(marks))
        os.replace(path + ".part.npz", path)
        print(f"{path}: {at / 100 / 3600:.2f} h, {time.process_time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
