"""Records tests/parity/lora: adapters in PEFT's layout for the tiny Llama, Mistral and Gemma of tests/parity, and the logits
that `transformers` gives with each of them added to the weights: W + alpha / r * B A, or alpha / sqrt(r) with rslora.

    .venv/bin/python models/recipes/parity/lora.py
"""

import json
import math
import pathlib

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

SEED = 20261125
ROOT = pathlib.Path(__file__).parents[3] / "tests" / "parity"
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
# Name: base, its `model_type`, settings.
ADAPTERS = {
    "narrow": ("llama-tied", "llama", dict(r=4, lora_alpha=12, use_rslora=False, target_modules=["q_proj", "v_proj"])),
    "wide": ("llama-tied", "llama", dict(r=8, lora_alpha=16, use_rslora=True, target_modules=ALL)),
    "mistral": ("mistral", "mistral", dict(r=8, lora_alpha=16, use_rslora=False, target_modules=ALL)),
    "gemma": ("gemma", "gemma", dict(r=5, lora_alpha=10, use_rslora=False, target_modules=ALL)),
}


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    for name, (base, family, settings) in ADAPTERS.items():
        tokens = load_file(ROOT / base / "expected.safetensors")["tokens"].long()[None]
        model = AutoModelForCausalLM.from_pretrained(
            ROOT / base, attn_implementation="eager", dtype=torch.float32).eval()
        rank, alpha = settings["r"], settings["lora_alpha"]
        scale = alpha / (math.sqrt(rank) if settings["use_rslora"] else rank)
        tensors = {}
        with torch.no_grad():
            for key, module in model.named_modules():
                if key.rsplit(".", 1)[-1] not in settings["target_modules"]:
                    continue
                down = torch.randn(rank, module.in_features) * 0.1
                up = torch.randn(module.out_features, rank) * 0.1
                tensors[f"base_model.model.{key}.lora_A.weight"] = down
                tensors[f"base_model.model.{key}.lora_B.weight"] = up
                module.weight.add_(scale * up @ down)
            logits = model(tokens).logits[0, -1]
        folder = ROOT / "lora" / name
        folder.mkdir(parents=True, exist_ok=True)
        save_file(tensors, folder / "adapter_model.safetensors")
        config = {"peft_type": "LORA", "model_type": family, "task_type": "CAUSAL_LM", "bias": "none",
                  "base_model_name_or_path": f"tests/parity/{base}", "fan_in_fan_out": False, "lora_dropout": 0.0,
                  "modules_to_save": None, "use_dora": False, **settings}
        (folder / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n")
        save_file({"logits": logits.contiguous()}, folder / "expected.safetensors")
        print(name, {file.name: file.stat().st_size for file in folder.iterdir()})


if __name__ == "__main__":
    main()
