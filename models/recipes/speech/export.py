"""Writes kindling-whisper from a training state: 8-bit weights, configuration, tokenizer, and an answer to compare with.

    python -m speech.export --work DIR --out ../kindling-whisper [--name state]
"""
import argparse
import json
import os
import shutil
import wave

import numpy as np
import torch
from tokenizers import Tokenizer

import kindling_format

from . import features, model
from .eval import Local

GROUP = 32
FIXTURES = "../../tests/fixtures/speech"
# What espeak-ng's plain voice says in the fixtures; none of it was trained on.
SAID = {"garden.wav": "The children were playing in the garden all day.", "station.wav": "What is the fastest way to the station?",
        "report.wav": "I will send you the report on Monday morning.", "brother.wav": "My brother plays the piano every evening after dinner."}


def packed(state):
    """The tensors of the file: 8 bits for matrices, halves for the rest; nothing of the teachers."""
    tensors = {}
    for name, value in state.items():
        if name.startswith("sounds."):
            continue
        if value.ndim == 2 and value.shape[1] % GROUP == 0 and "embed_positions" not in name:
            tensors.update(kindling_format.q8_tensors(name, value, GROUP))
        else:
            tensors[name] = value.to(torch.float16).contiguous()
    return tensors


def golden(folder):
    """What this PyTorch code hears in the fixtures by the file that was written."""
    listen, cases = Local(folder), []
    for name, said in SAID.items():
        with wave.open(f"{FIXTURES}/{name}") as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
        cases.append({"file": name, "said": said, "heard": listen(samples)})
    return {"cases": cases}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--name", default="state")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    torch.set_num_threads(1)
    state = torch.load(f"{options.work}/{options.name}.pt", weights_only=False)
    tokenizer = Tokenizer.from_file(f"{options.work}/tokenizer.json")
    shutil.copy(f"{options.work}/tokenizer.json", f"{options.out}/tokenizer.json")
    token = tokenizer.token_to_id
    end, start = token("<|endoftext|>"), token("<|startoftranscript|>")
    config = dict(model.CONFIG, pad_token_id=end, bos_token_id=end, eos_token_id=end, decoder_start_token_id=start,
                  quantization_config={"quant_method": "kindling-1", "bits": 8, "group_size": GROUP},
                  trained_clips=state["seen"], trained_steps=state["step"])
    heads = [[layer, head] for layer in range(config["decoder_layers"]) for head in range(model.GUIDED)]
    generation = {"alignment_heads": heads, "begin_suppress_tokens": [], "suppress_tokens": [], "decoder_start_token_id": start, "eos_token_id": end,
                  "lang_to_id": {"<|en|>": token("<|en|>")}, "task_to_id": {task: token(f"<|{task}|>") for task in ("transcribe", "translate")},
                  "no_timestamps_token_id": token("<|notimestamps|>"), "is_multilingual": True, "max_length": config["max_target_positions"] // 2}
    picture = {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": features.MELS, "sampling_rate": features.RATE,
               "hop_length": features.HOP, "n_fft": features.WINDOW, "chunk_length": config["max_source_positions"] // 50}
    for name, content in (("config", config), ("generation_config", generation), ("preprocessor_config", picture)):
        with open(f"{options.out}/{name}.json", "w") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
    kindling_format.save(f"{options.out}/model.safetensors", packed(state["net"]))
    with open(f"{options.out}/golden.json", "w") as file:
        json.dump(golden(options.out), file, indent=1)
        file.write("\n")
    print(f"{os.path.getsize(options.out + '/model.safetensors')} bytes, {state['seen']} clips in {state['step']} steps, {state['spent'] / 60:.1f} minutes")


if __name__ == "__main__":
    main()
