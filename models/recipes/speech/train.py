"""Trains kindling-whisper: cross entropy of the text, with two teachers that the exported checkpoint no longer has.

    python -m speech.train --work DIR [--minutes 70] [--until 16:18] [--rate .01] [--from ../kindling-whisper]

DIR holds `shards/`, `texts.json` and `tokenizer.json`. The rate rises for 60 steps and falls linearly to nothing: with the minutes of processor
time, or with the clock where `--until` comes first. `state.pt` is saved every two minutes and gone on from; `train.log` has the curve.
espeak-ng says when each sound and each word begins. So a head before the encoder's last layer names the sound of every 20 ms, and half of the
heads that look from the text to the sound are told where to look. Words come right after minutes instead of hours.
"""
import argparse
import datetime
import glob
import json
import os
import random
import time

import quick_mkl  # before torch

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

import kindling_format
from muon import of_layers

from . import model, score

FRAMES = 8000          # of a batch, padding counted
FRESH = 3000           # clips that were never heard, and more, are a pass of their own
WATCHED = 96            # clips of the first shard that are looked at, never trained on
WHOLE = 1000            # frames of a whole window
EMPTY = -100


class Clips:
    """Every clip of the shards that are there."""

    def __init__(self, folder):
        self.folder, self.known, self.shards, self.where, self.texts, self.marks = folder, set(), [], [], [], []

    def refresh(self):
        for path in sorted(set(glob.glob(f"{self.folder}/*[0-9].npz")) - self.known):
            shard = np.load(path)
            frames, ends = shard["frames"], shard["ends"]
            starts = np.concatenate([[0], ends[:-1]])
            self.where += [(len(self.shards), a, b) for a, b in zip(starts.tolist(), ends.tolist())]
            self.shards.append(frames)
            self.texts += shard["texts"].tolist()
            self.marks += [json.loads(marks) for marks in shard["marks"].tolist()]
            self.known.add(path)

    def picture(self, index):
        shard, start, end = self.where[index]
        return self.shards[shard][start:end]

    def frames(self, index):
        return self.where[index][2] - self.where[index][1]


def warp(picture, rng):
    """The mels shifted as by a longer or shorter throat."""
    at = np.clip(np.arange(80) * rng.uniform(.9, 1.1) + rng.uniform(-1, 1), 0, 78.999)
    low, part = at.astype(int), (at % 1).astype(np.float32)
    return picture[:, low] * (1 - part) + picture[:, low + 1] * part


def scaled(picture, rng, worn=True):
    """A picture of bytes as the network's input, [frames, 80], and its floor: at some loudness, with some bands and moments lost."""
    if picture.min() == 255:
        return np.full(picture.shape, -1.5, np.float32), -1.5
    top = rng.uniform(-1.5, 2.2) if worn else 1.0
    picture = picture.astype(np.float32)
    if worn:
        if rng.random() < .5:
            picture = warp(picture, rng)
        if rng.random() < .25:
            picture = np.maximum(picture, rng.uniform(0, 110))
        for _ in range(rng.choice([0, 1, 2])):
            start, wide = rng.randrange(80), rng.randint(1, 10)
            picture[:, start:start + wide] = 0
        for _ in range(rng.choice([0, 0, 1, 2])):
            start, wide = rng.randrange(len(picture)), rng.randint(1, 7)
            picture[start:start + wide] = 0
    return (picture * (8 / 255) - 8 + top + 4) / 4, (top - 4) / 4


class Batches:
    def __init__(self, clips, tokenizer, names, rng, longest=WHOLE):
        self.clips, self.tokenizer, self.rng, self.longest = clips, tokenizer, rng, longest
        self.names, self.cache = {name: at + 1 for at, name in enumerate(names)}, {}
        self.heard = WATCHED
        token = tokenizer.token_to_id
        self.end, self.begin, self.english, self.nospeech = (token(f"<|{t}|>") for t in ("endoftext", "startoftranscript", "en", "nospeech"))
        self.tasks, self.plain, self.previous = (token("<|translate|>"), token("<|transcribe|>")), token("<|notimestamps|>"), token("<|startofprev|>")
        self.start = [self.begin, self.english, self.tasks[1], self.plain]

    def ids(self, text):
        return self.tokenizer.encode(" " + text).ids if text else []

    def known(self, index):
        """(token ids, seconds of each token's word, sound of each state) of a clip."""
        if index not in self.cache:
            text, (words, sounds), states = self.clips.texts[index], self.clips.marks[index], self.clips.frames(index) // 2
            ids, windows = [], []
            if text:
                encoded = self.tokenizer.encode(" " + text)
                ids, at, over = encoded.ids, 0, states * .02
                for start, _ in encoded.offsets:
                    # The blank before the text is at 0, the one before a word belongs to its token.
                    letter = start if (" " + text)[start] == " " else start - 1
                    while at + 1 < len(words) and words[at + 1][0] <= letter:
                        at += 1
                    begin = words[at][1] / 1000 if words else 0
                    end = words[at + 1][1] / 1000 if at + 1 < len(words) else over
                    windows.append((begin - .08, end + .08))
            labels = np.zeros(states, np.int64)
            for (name, ms), after in zip(sounds, sounds[1:] + [[None, states * 20]]):
                labels[int(ms / 20 + .5):int(after[1] / 20 + .5)] = self.names.get(name, 0)
            self.cache[index] = ids, windows, labels
        return self.cache[index]

    def one_pass(self):
        """Lists of clips, similar in length, in a random order of lists: those that came since the last pass, or all again."""
        count = len(self.clips.where)
        first = self.heard if count - self.heard >= FRESH else WATCHED
        self.heard = count
        order = [index for index in range(first, count) if self.clips.frames(index) <= self.longest]
        order.sort(key=lambda index: self.clips.frames(index) + self.rng.uniform(0, 40))
        groups, group = [], []
        for index in order:
            group.append(index)
            if (self.clips.frames(group[-1]) + 30) * len(group) > FRAMES:
                groups.append(group)
                group = []
        self.rng.shuffle(groups)
        return groups

    def item(self, index, worn=True, joined=False):
        rng, clips = self.rng, self.clips
        picture, floor = scaled(clips.picture(index), rng, worn)
        ids, windows, sounds = self.known(index)
        if joined and ids:
            other = rng.randrange(WATCHED, len(clips.where))
            if clips.texts[other] and len(picture) + clips.frames(other) < 900:
                picture = np.concatenate([picture, np.full((rng.randint(5, 60) + len(picture) % 2, 80), floor, np.float32)])
                picture = picture[:len(picture) // 2 * 2]
                later, after = len(picture) / 100, self.known(other)
                sounds = np.concatenate([sounds, np.zeros(len(picture) // 2 - len(sounds), np.int64), after[2]])
                picture = np.concatenate([picture, scaled(clips.picture(other), rng, worn)[0]])
                ids, windows = ids + after[0], windows + [(begin + later, end + later) for begin, end in after[1]]
        before = []
        if worn and rng.random() < .08:
            before = [self.previous] + self.known(rng.randrange(WATCHED, len(clips.where)))[0][:60]
        task = self.tasks[rng.random() < .95]
        tokens = before + [self.begin, self.english, task, self.plain] + ids
        first = self.english if ids else self.nospeech
        labels = [EMPTY] * len(before) + [first, EMPTY, EMPTY] + ids + [self.end]
        # A token is chosen while the one before it is looked at.
        looks = [None] * (len(before) + 3) + windows + [None]
        return picture, floor, tokens, labels, looks, sounds

    def batch(self, group, whole=False, worn=True, joined=False):
        items = [self.item(index, worn, joined) for index in group]
        longest = max(len(item[0]) for item in items)
        width = WHOLE if whole else min(WHOLE, longest + self.rng.randint(0, 60))
        width += width % 2
        mel = np.stack([np.concatenate([p[:width], np.full((max(0, width - len(p)), 80), floor, np.float32)]) for p, floor, *_ in items])
        count = max(len(item[2]) for item in items)
        tokens = torch.tensor([item[2] + [self.end] * (count - len(item[2])) for item in items])
        labels = torch.tensor([item[3] + [EMPTY] * (count - len(item[3])) for item in items])
        looks = torch.tensor([[look or (-1, -1) for look in item[4] + [None] * (count - len(item[4]))] for item in items])
        sounds = np.zeros((len(items), width // 2), np.int64)
        for row, item in zip(sounds, items):
            row[:len(item[5])] = item[5][:width // 2]
        return torch.from_numpy(mel.astype(np.float32)).transpose(1, 2), tokens, labels, looks, torch.from_numpy(sounds)


def losses(net, mel, tokens, labels, looks, sounds, drop=0.0):
    """(text, sounds, looks)."""
    states, before = net.encode(mel, drop)
    weights = []
    logits = net.decode(tokens, states, drop, weights)
    text = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=EMPTY)
    named = F.cross_entropy(net.sounds(before).flatten(0, 1), sounds.flatten())
    at = torch.arange(states.shape[1]) * .02
    inside = (at >= looks[..., :1]) & (at <= looks[..., 1:])
    some = inside.any(-1)
    guided = torch.stack([w[:, :model.GUIDED] for w in weights])
    share = (guided * inside[None, :, None]).sum(-1).clamp_min(1e-4).log()
    looked = -(share * some[None, :, None]).sum() / (some.sum().clamp_min(1) * share.shape[0] * share.shape[2])
    return text, named, looked


def watch(net, batches):
    """Word error rate on the watched clips, and some of what was heard."""
    net.eval()
    pairs = []
    for start in range(0, WATCHED, 24):
        group = [index for index in range(start, start + 24) if batches.clips.texts[index]]
        mel = batches.batch(group, whole=True, worn=False)[0]
        with torch.no_grad():
            heard = net.greedy(net.encode(mel)[0], batches.start, batches.end, 50)
        pairs += [(batches.clips.texts[index], batches.tokenizer.decode(ids).strip()) for index, ids in zip(group, heard)]
    net.train()
    return score.rate(pairs), pairs[:4]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--minutes", type=float, default=70)
    parser.add_argument("--until", help="HH:MM")
    parser.add_argument("--rate", type=float, default=.01, help="Muon's, of the layers' matrices")
    parser.add_argument("--adam-rate", type=float, default=3e-3)
    parser.add_argument("--sounds", type=float, default=.5, help="weight of the sounds' names")
    parser.add_argument("--looks", type=float, default=.3, help="weight of the looks")
    parser.add_argument("--drop", type=float, default=0.0)
    parser.add_argument("--longest", type=int, default=WHOLE, help="frames of the clips that are used; shorter ones first teach faster")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="state")
    parser.add_argument("--from", dest="start", help="folder of a checkpoint to begin with, instead of random numbers; its tokenizer must be in DIR")
    options = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 1)))
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    clips = Clips(f"{options.work}/shards")
    clips.refresh()
    path = f"{options.work}/{options.name}.pt"
    state = torch.load(path, weights_only=False) if os.path.exists(path) else {
        "names": sorted({name for _, sounds in clips.marks for name, _ in sounds if not name.startswith("_")}), "spent": 0.0, "step": 0, "seen": 0}
    batches = Batches(clips, Tokenizer.from_file(f"{options.work}/tokenizer.json"), state["names"], rng, options.longest)
    net = model.Whisper(sounds=len(state["names"]) + 1)
    optimiser = of_layers([net.model.encoder.layers, net.model.decoder.layers], list(net.parameters()), rate=options.rate, adam_rate=options.adam_rate)
    if "net" in state:
        net.load_state_dict(state["net"])
        optimiser.load(state["optimiser"])
        rng.seed(options.seed + state["step"])
    elif options.start:
        missing = net.load_state_dict(kindling_format.load(f"{options.start}/model.safetensors"), strict=False).missing_keys
        if not all(name.startswith("sounds.") for name in missing):
            raise ValueError(f"{options.start} has no {missing}")
    print(f"{sum(p.numel() for p in net.parameters())} numbers, {len(state['names'])} sounds, {len(clips.where)} clips, from step {state['step']}", flush=True)
    began, wall = time.process_time(), time.time()
    until = None
    if options.until:
        until = datetime.datetime.combine(datetime.date.today(), datetime.time.fromisoformat(options.until)).timestamp()
    step, seen, saved, shown, mean, groups = state["step"], state["seen"], time.time(), time.time(), None, []

    def spent():
        return state["spent"] + time.process_time() - began

    def save():
        torch.save({"net": net.state_dict(), "optimiser": optimiser.state(), "names": state["names"], "spent": spent(), "step": step, "seen": seen},
                   path + ".part")
        os.replace(path + ".part", path)

    net.train()
    while True:
        done = spent() / (options.minutes * 60)
        if until:
            left = (until - time.time()) / max(1, until - wall)
            # What is left by the clock may be less than what is left of the budget.
            done = max(done, 1 - left * (1 - state["spent"] / (options.minutes * 60)))
        if done >= 1:
            break
        if not groups:
            clips.refresh()
            groups = batches.one_pass()
        group = groups.pop()
        dice = rng.random()
        # Some windows are as long as the engine's, some hold two sentences.
        whole, joined = dice < .08, .08 < dice < .16
        if whole:
            group = group[:FRAMES // WHOLE]
        elif joined:
            group = group[:len(group) // 2 + 1]
        factor = min(1, (step + 1) / 60) * (1 - done)
        text, named, looked = losses(net, *batches.batch(group, whole, joined=joined), options.drop)
        (text + options.sounds * named + options.looks * looked).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step(factor)
        step, seen = step + 1, seen + len(group)
        now = np.array([text.item(), named.item(), looked.item()])
        mean = now if mean is None else mean + (now - mean) * .03
        if step % 50 == 0:
            print(f"step {step} clips {seen} of {len(clips.where)} cpu {spent() / 60:.1f} min wall {(time.time() - wall) / 60:.1f} "
                  f"text {mean[0]:.3f} sounds {mean[1]:.3f} looks {mean[2]:.3f} factor {factor:.2f}", flush=True)
        if time.time() - saved > 120:
            save()
            saved = time.time()
        if time.time() - shown > 240:
            wrong, some = watch(net, batches)
            print(f"watched: word error rate {wrong:.3f}", *[f"\n   {said} | {heard}" for said, heard in some], flush=True)
            shown = time.time()
    save()
    wrong, some = watch(net, batches)
    print(f"end: watched word error rate {wrong:.3f}", *[f"\n   {said} | {heard}" for said, heard in some], flush=True)


if __name__ == "__main__":
    main()
