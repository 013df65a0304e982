"""Trains kindling-translate or kindling-summary on what their generators write.

    python -m seq2seq.train --task translate --work DIR --minutes 18        # minutes of processor time

Resumable: the state is saved every two minutes. Muon steps the matrices of the layers, AdamW the rest; both rates rise for 60 steps and fall
linearly to nothing at the end of the budget, or by the clock where `--until HH:MM` says so.
"""
import argparse
import copy
import importlib
import json
import os
import random
import time

import quick_mkl  # before torch

import torch
import torch.nn.functional as F

from muon import of_layers

from .decode import padded


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--task", required=True)
    add("--work", required=True)
    add("--minutes", type=float, default=18)
    add("--until", default="")
    add("--batch", type=int, default=128)
    add("--rate", type=float, default=.01, help="Muon's, of the layers' matrices")
    add("--adam-rate", type=float, default=3e-3)
    add("--epsilon", type=float, default=1e-4)
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    task = importlib.import_module(f".{args.task}", __package__).Task(args.work)
    model = task.model()
    model.train()
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {task.tok.get_vocab_size()} tokens", flush=True)
    average = copy.deepcopy(model)
    optimiser = of_layers([model.model.encoder.layers, model.model.decoder.layers], list(model.parameters()), rate=args.rate, adam_rate=args.adam_rate,
                          epsilon=args.epsilon)
    state_path = f"{args.work}/{args.task}.state.pt"
    steps, spent_before, seen = 0, 0., 0
    if os.path.exists(state_path):
        state = torch.load(state_path, weights_only=False)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load(state["optimiser"])
        steps, spent_before, seen = state["steps"], state["spent"], state["seen"]
    rng = random.Random(args.seed * 1000 + steps)
    begin_cpu, begin = time.process_time(), time.time()
    deadline = begin + 1e9
    if args.until:
        now = time.localtime()
        hour, minute = map(int, args.until.split(":"))
        deadline = begin + (hour - now.tm_hour) * 3600 + (minute - now.tm_min) * 60 - now.tm_sec
    last_save = last_print = time.process_time()
    checking = 0.
    losses = []

    def save():
        torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state(), "steps": steps,
                    "spent": spent_before + time.process_time() - begin_cpu - checking, "seen": seen}, state_path + ".tmp")
        os.replace(state_path + ".tmp", state_path)

    while True:
        spent = spent_before + time.process_time() - begin_cpu - checking
        gone = max(spent / (args.minutes * 60), (time.time() - begin) / (deadline - begin))
        if gone >= 1:
            break
        # Alike in both lengths: of four batches sorted together, a third of the places were padding.
        rows = sorted((task.example(rng) for _ in range(args.batch * 16)), key=lambda r: (len(r[0]) + len(r[1]), len(r[1])))
        batches = [rows[i:i + args.batch] for i in range(0, len(rows), args.batch)]
        rng.shuffle(batches)
        for batch in batches:
            src, tgt = padded([r[0] for r in batch]), padded([[2] + r[1] for r in batch])
            out = model.model(input_ids=src, attention_mask=(src != 1).long(), decoder_input_ids=tgt[:, :-1], use_cache=False)
            labels = tgt[:, 1:]
            kept = labels != 1
            logits = F.linear(out.last_hidden_state[kept], model.model.shared.weight)
            loss = F.cross_entropy(logits, labels[kept], label_smoothing=.02)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
            optimiser.step(min(1, (steps + 1) / 60) * (1 - gone))
            steps += 1
            seen += len(batch)
            keep = min(.995, (steps + 1) / (steps + 10))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
            losses.append(loss.item())
        if time.process_time() - last_print > 60:
            at = time.process_time()
            score, wrong = task.check(average)
            entry = {"cpu": round(spent / 60, 1), "clock": time.strftime("%H:%M"), "seen": seen, "loss": round(sum(losses[-100:]) / len(losses[-100:]), 3),
                     "exact": round(score, 3), "wrong": wrong[:2]}
            print(json.dumps(entry, ensure_ascii=False), flush=True)
            last_print = time.process_time()
            checking += last_print - at
        if time.process_time() - last_save > 120:
            save()
            last_save = time.process_time()
    save()
    torch.save(average.state_dict(), f"{args.work}/{args.task}.final.pt")
    print(f"done: {steps} steps, {seen} examples, held-out {task.check(average, 220)[0]:.3f}", flush=True)


if __name__ == "__main__":
    main()
