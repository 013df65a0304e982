"""Trains kindling-chat on generated chats; stops and resumes at will.

    python -m chat.train --work DIR --name main --minutes 60            # constant rate, resumable
    python -m chat.train --work DIR --name main --decay-minutes 20      # a decaying branch from its state
    python -m chat.train --work DIR --from ../kindling-chat --trained 40.6e6   # on from what was delivered, where no state is left

The main run keeps the rate constant after a short warm-up and saves its whole state every few
minutes; it can be continued for as long as there is time. A decay branch starts from that state,
lowers the rate to nearly nothing and writes NAME.decayed.pt, leaving the state as it is; it has a
state of its own meanwhile, and where that is found the branch goes on. Both write the moving average
of the weights, which is what gets exported. One CPU thread by default; `--workers 2` trains in two
processes, for two cores; on a GPU use --device cuda --batch 65536 --size 14m.
"""
import argparse
import copy
import json
import os
import random
import signal
import time
import warnings

import quick_mkl  # before torch

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import parallel

from . import data, evaluate
from .export import load_packed
from .grow import grown
from .mix import FIRST_SHARES, SHARES, Mixture
from .model import Decoder, optimiser

warnings.filterwarnings("ignore")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--work", required=True)
    add("--name", default="main")
    add("--size", default="2m")
    add("--minutes", type=float, default=60, help="how much longer the main run goes")
    add("--from", dest="delivered", default="", help="folder of a delivered checkpoint to begin with, if there is no state")
    add("--trained", type=float, default=0, help="tokens that it was trained on")
    add("--decay-minutes", type=float, default=0, help="instead: a decay branch of this length")
    add("--batch", type=int, default=2560, help="tokens a batch of each worker")
    add("--workers", type=int, default=1, help="processes that train together")
    add("--longest", type=int, default=1000)
    add("--first-tokens", type=float, default=3e6, help="so long the short copying mixture")
    add("--gaps", type=float, default=.25, help="share of the batches in whose positions gaps stand, up to 4096 apart")
    add("--only", default="", help="train these capabilities only, comma-separated, with their usual shares")
    add("--drills", type=float, default=0., help="share of drills in the first mixture; a sixth of it later")
    add("--rate", type=float, default=.005)
    add("--adam-rate", type=float, default=3e-3)
    add("--average", type=float, default=.998, help="weight of the old value in the moving average")
    add("--save-minutes", type=float, default=4)
    add("--eval-minutes", type=float, default=10)
    add("--eval-cases", type=int, default=24)
    add("--device", default="cpu")
    add("--threads", type=int, default=1)
    add("--compile", type=int, default=1)
    add("--fused-attention", type=int, default=0, help="1 for a GPU; its backward is slow on CPUs")
    add("--bf16", type=int, default=-1, help="multiply in bf16; -1 finds out what is quicker here")
    add("--seed", type=int, default=1)
    return parser.parse_args()


def bf16_is_quicker(device):
    """Many a processor has bf16 but multiplies float32 twice as fast."""
    if device != "cpu":
        return True
    spent = {torch.float32: [], torch.bfloat16: []}
    for _ in range(12):                     # by turns, and the best of each: others may be at work here
        for dtype, times in spent.items():
            x, weight = torch.ones(2560, 192, dtype=dtype), torch.ones(896, 192, dtype=dtype)
            begin = time.perf_counter()
            F.linear(x, weight)
            times.append(time.perf_counter() - begin)
    return min(spent[torch.bfloat16]) < min(spent[torch.float32])


class Run:
    def __init__(self, args, team):
        self.args, self.team = args, team
        bf16 = bf16_is_quicker(args.device) if args.bf16 < 0 else bool(args.bf16)
        self.dtype = torch.bfloat16 if bf16 else torch.float32
        self.tokenizer = Tokenizer.from_file(f"{args.work}/tokenizer.json")
        self.mixture = Mixture(f"{args.work}/prose.json")
        self.model = Decoder(self.tokenizer.get_vocab_size(), args.size, fused_attention=bool(args.fused_attention)).to(args.device)
        self.average = copy.deepcopy(self.model)
        self.optimiser = optimiser(self.model, args.rate, args.adam_rate)
        self.optimiser.team, self.optimiser.dtype = team, self.dtype
        self.rng = random.Random(args.seed)
        self.tokens = self.steps = 0
        self.pad = data.Ids(self.tokenizer).pad
        self.gone = 0.                      # seconds of this run's schedule so far; a decay keeps them
        main, decaying = f"{args.work}/{args.name}.state.pt", f"{args.work}/{args.name}.decaying.pt"
        self.state_path = decaying if args.decay_minutes else main
        found = [path for path in (self.state_path, main) if os.path.exists(path)]
        if found:
            self.load(found[0])
        elif args.delivered:
            delivered = load_packed(args.delivered)[0]
            delivered = (delivered if delivered.size == args.size else grown(delivered, args.size)).state_dict()
            self.model.load_state_dict(delivered)
            self.average.load_state_dict(delivered)
            self.tokens = int(args.trained)
        if args.compile:                    # one block is compiled for all of them
            for block in self.model.blocks:
                block.compile(dynamic=True)

    def load(self, path):
        state = torch.load(path, weights_only=False)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load(state["optimiser"])
        self.tokens, self.steps = state["tokens"], state["steps"]
        if self.args.decay_minutes and path == self.state_path:
            self.gone = state["gone"]
        print(f"resumed at {self.tokens / 1e6:.2f} M tokens, step {self.steps}", flush=True)

    def save(self, path, whole):
        state = {"average": self.average.state_dict(), "size": self.args.size, "tokens": self.tokens, "steps": self.steps}
        if whole:
            state.update(model=self.model.state_dict(), optimiser=self.optimiser.state(), gone=self.gone)
        torch.save(state, path + ".tmp")
        os.replace(path + ".tmp", path)

    def step(self, batch, factor, stop=False):
        """One step at `factor` times the rates; of a team, the first one's word counts. Returns the loss here and whether to stop."""
        x, y, counted, heavy = (t.to(self.args.device) for t in batch)
        with torch.autocast(self.args.device, torch.bfloat16, enabled=self.dtype is torch.bfloat16):
            places = data.positions(x.shape[1], self.rng, 4096, self.args.gaps).to(self.args.device)
            hidden = self.model.hidden(x, self.dtype, places, counted)
            logits = F.linear(hidden, self.model.embedding).float()
        loss = (F.cross_entropy(logits, y.flatten()[counted], reduction="none") * heavy).sum() / heavy.sum()
        loss.backward()
        tokens = int((x != self.pad).sum())
        if self.team:
            first = self.team.rank == 0
            factor, stop, tokens = self.team.mean_gradients(list(self.model.parameters()), [factor * first, float(stop and first), tokens])
        self.optimiser.step(factor)
        with torch.no_grad():
            keep = min(self.args.average, (self.steps + 1) / (self.steps + 10))
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - keep)
        self.steps += 1
        self.tokens += int(tokens)
        return loss.item(), bool(stop)

    def report(self, losses, seconds, tokens, cases):
        """Loss and speed, and exact match of held-out chats under teacher forcing."""
        begin = time.time()
        scores = evaluate.teacher_forced(self.average, self.tokenizer, cases, self.args.device, bf16=self.dtype is torch.bfloat16)
        recent = losses[-200:]
        entry = {"tokens": self.tokens, "loss": sum(recent) / len(recent), "rate": tokens / seconds,
                 "scores": {f"{s}/{c}": v for (s, c), v in scores.items()}}
        with open(f"{self.args.work}/{self.args.name}.log.jsonl", "a") as file:
            file.write(json.dumps(entry) + "\n")
        row = " ".join(f"{c}:{100 * scores['lex', c]:.0f}/{100 * scores['phr', c]:.0f}" for c in self.mixture.makers)
        mean = [sum(v for (s, _), v in scores.items() if s == split) / len(self.mixture.makers) * 100 for split in ("lex", "phr")]
        print(f"{time.strftime('%H:%M')} {self.tokens / 1e6:.2f} M tokens, {tokens / seconds:.0f}/s, loss {entry['loss']:.3f}, "
              f"mean {mean[0]:.1f}/{mean[1]:.1f} | {row} ({time.time() - begin:.0f} s)", flush=True)


def train(args, team):
    parallel.keep_memory()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rank, first = (team.rank, team.rank == 0) if team else (0, True)
    run = Run(args, team)
    rng = random.Random((args.seed + 1000 * rank) * 1_000_003 + run.steps)
    usual = {c: SHARES[c] for c in args.only.split(",")} if args.only else SHARES
    stream = data.batches(run.mixture, run.tokenizer, rng, args.batch, args.longest,
                          lambda: (FIRST_SHARES, args.drills) if run.tokens < args.first_tokens else (usual, args.drills / 6), order=random.Random(args.seed))
    cases = evaluate.cases(run.mixture, run.tokenizer, args.eval_cases) if first else None
    decaying = args.decay_minutes > 0
    budget = 60 * (args.decay_minutes if decaying else args.minutes)
    if first:
        print(f"{args.name}: {run.model.parameter_count() / 1e6:.2f} M parameters, {run.dtype}, {'decay' if decaying else 'main'} {budget / 60:.0f} min", flush=True)
    begin = last_save = last_eval = last_print = time.time()
    before, paused, losses, first_tokens = run.gone, 0., [], run.tokens
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))     # a polite kill saves first
    stop = False
    while not stop:
        gone = time.time() - begin - paused
        run.gone = before + gone
        factor = min((run.steps + 1) / 60, max(.02, 1 - run.gone / budget) if decaying else 1.)
        loss, stop = run.step(next(stream), factor, run.gone >= budget or bool(asked))
        losses.append(loss)
        now = time.time()
        if not first:
            continue
        if now - last_print > 60:
            last_print = now
            recent = losses[-100:]
            print(f"  {run.tokens / 1e6:.2f} M, loss {sum(recent) / len(recent):.3f}, {(run.tokens - first_tokens) / gone:.0f}/s", flush=True)
        if now - last_save > 60 * args.save_minutes:
            run.save(run.state_path, True)
            last_save = now
        if now - last_eval > 60 * args.eval_minutes:
            run.report(losses, gone, run.tokens - first_tokens, cases)
            last_eval = time.time()
            paused += last_eval - now
    if first:
        run.save(run.state_path, True)
        if decaying:
            run.save(f"{args.work}/{args.name}.decayed.pt", False)
            if run.gone >= budget:              # nothing is left to go on with
                os.remove(run.state_path)
        run.report(losses, gone, run.tokens - first_tokens, cases)


if __name__ == "__main__":
    parallel.run(train, arguments())
