"""The packed weight format of the bundled models: write it, read it.

An ordinary safetensors file. A packed matrix NAME of shape [rows, cols] is stored as

    NAME.q4     U8  [rows, cols / 2]       two codes a byte, low nibble first (even column)
    NAME.q8     I8  [rows, cols]           or one signed code a byte
    NAME.scale  F16 [rows, cols / group]   one scale for each run of `group` columns
    NAME.codebook F32 [16]                 optional, 4-bit only: the value of each code

and its value is `table[code] * scale`, where the 4-bit table is `code - 8` unless a codebook is
given, and the 8-bit one is the code itself. Everything else is plain F16.
`docs/kindling-format.md` is the reference for other implementations.

    python kindling_format.py FOLDER OUT        # FOLDER as an ordinary f32 checkpoint for transformers
"""
import json
import os
import shutil
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

METADATA = {"format": "pt", "packing": "kindling-1"}


def pack_nibbles(codes):
    """[rows, cols] integers 0..15 -> [rows, cols / 2] bytes."""
    codes = codes.to(torch.uint8)
    return (codes[:, 0::2] | (codes[:, 1::2] << 4)).contiguous()


def unpack_nibbles(packed):
    return torch.stack([packed & 15, packed >> 4], dim=-1).flatten(1)


def q4_tensors(name, codes, scale, codebook=None):
    """The tensors of a 4-bit matrix from its codes 0..15 and its scales [rows, groups]."""
    tensors = {name + ".q4": pack_nibbles(codes), name + ".scale": scale.to(torch.float16).contiguous()}
    if codebook is not None:
        tensors[name + ".codebook"] = codebook.to(torch.float32)
    return tensors


def q8_tensors(name, weight, group):
    """The tensors of a matrix rounded to 8 bits, scale by the largest value of each group."""
    rows, cols = weight.shape
    blocks = weight.detach().float().reshape(rows, cols // group, group)
    scale = (blocks.abs().amax(-1) / 127).to(torch.float16)
    codes = blocks / scale.float().clamp_min(1e-12)[..., None]
    codes = codes.round().clamp(-127, 127).to(torch.int8).reshape(rows, cols)
    return {name + ".q8": codes.contiguous(), name + ".scale": scale.contiguous()}


def save(path, tensors):
    save_file({name: value.contiguous() for name, value in tensors.items()}, path, metadata=METADATA)


def load(path):
    """All tensors in f32 under their plain names, as an engine sees them after load."""
    with safe_open(path, "pt") as file:
        raw = {name: file.get_tensor(name) for name in file.keys()}
        if file.metadata().get("packing") != METADATA["packing"]:
            raise ValueError(f"{path} is not a kindling-1 file")
    tensors = {}
    for name, value in raw.items():
        base, _, part = name.rpartition(".")
        if part in ("scale", "codebook") and (base + ".q4" in raw or base + ".q8" in raw):
            continue
        if part == "q4":
            codes = unpack_nibbles(value)
            book = raw.get(base + ".codebook")
            plain = codes.float() - 8 if book is None else book[codes.long()]
        elif part == "q8":
            plain = value.float()
        else:
            tensors[name] = value.float()
            continue
        scale = raw[base + ".scale"].float()
        rows, groups = scale.shape
        tensors[base] = (plain.view(rows, groups, -1) * scale[..., None]).view(rows, -1)
    return tensors


def unpack_folder(folder, out):
    """Writes `folder` as a checkpoint that transformers loads without knowing of the packing."""
    os.makedirs(out, exist_ok=True)
    tensors = {name: value.contiguous() for name, value in load(f"{folder}/model.safetensors").items()}
    save_file(tensors, f"{out}/model.safetensors", metadata={"format": "pt"})
    with open(f"{folder}/config.json") as file:
        config = json.load(file)
    config.pop("quantization_config", None)
    with open(f"{out}/config.json", "w") as file:
        json.dump(config, file)
    for name in os.listdir(folder):
        if name.startswith("tokenizer"):
            shutil.copy(f"{folder}/{name}", out)
    if not os.path.exists(f"{out}/tokenizer_config.json"):
        with open(f"{out}/tokenizer_config.json", "w") as file:
            json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]"}, file)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python kindling_format.py FOLDER OUT")
    unpack_folder(sys.argv[1], sys.argv[2])
