"""The decoder: Llama's blocks (RMSNorm, rotary positions, grouped queries, SwiGLU, tied embedding)."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from muon import Muon

EPSILON = 1e-5
THETA = 10_000.
# width, layers, query heads, key heads, head size, inner width; all widths are multiples of 32
SIZES = {"1m": (128, 4, 4, 2, 32, 352), "2m": (160, 5, 5, 5, 32, 416), "3m": (192, 5, 6, 2, 32, 448),
         "4m": (192, 8, 6, 2, 32, 448), "5m": (256, 6, 8, 4, 32, 672), "7m": (256, 8, 8, 4, 32, 672), "14m": (384, 8, 6, 2, 64, 1024)}


def matrix(rows, cols, scale=1.):
    return nn.Parameter(torch.randn(rows, cols) * scale / math.sqrt(cols))


PIECES = 4      # of a row's queries; each looks at the keys up to its own end, which spares three eighths of the products


def attention(q, k, v, bias):
    """Causal attention in plain products: the query heads of a key head are one matrix, and keys that a piece of the queries cannot
    see are left out. A third quicker than all of it on a CPU, backward too."""
    batch, heads, length, size = q.shape
    keys, group = k.shape[1], heads // k.shape[1]
    q = (q * size ** -.5).view(batch, keys, group, length, size)
    ends = [length * n // PIECES for n in range(PIECES + 1)]
    mixed = []
    for begin, end in zip(ends, ends[1:]):
        rows = group * (end - begin)
        scores = q[:, :, :, begin:end].reshape(batch, keys, rows, size) @ k[:, :, :end].transpose(-1, -2)
        looks = (scores.view(batch, keys, group, end - begin, end) + bias[begin:end, :end]).softmax(-1).to(v.dtype)
        mixed.append((looks.view(batch, keys, rows, end) @ v[:, :, :end]).view(batch, keys, group, end - begin, size))
    return torch.cat(mixed, 3).flatten(1, 2)


class Block(nn.Module):
    def __init__(self, width, layers, heads, keys, head, inner):
        super().__init__()
        self.heads, self.keys, self.head, self.inner = heads, keys, head, inner
        small = 1 / math.sqrt(2 * layers)
        self.norm1, self.norm2 = nn.Parameter(torch.ones(width)), nn.Parameter(torch.ones(width))
        self.qkv = matrix((heads + 2 * keys) * head, width)
        self.out = matrix(width, heads * head, small)
        self.gate_up = matrix(2 * inner, width)
        self.down = matrix(width, inner, small)

    def split_rows(self):
        """Fused matrices and how many rows each of their parts has."""
        return {"qkv": [self.heads * self.head, self.keys * self.head, self.keys * self.head], "gate_up": [self.inner] * 2}

    def forward(self, x, cos, sin, bias, wanted=None):
        """`wanted`: flat places whose outputs alone are needed; the result is then one row for each."""
        batch, length, width = x.shape
        normed = F.rms_norm(x, (width,), self.norm1.to(x.dtype), EPSILON)
        q, k, v = (part.view(batch, length, -1, self.head).transpose(1, 2)
                   for part in F.linear(normed, self.qkv).split(self.split_rows()["qkv"], -1))

        def rotate(z):
            a, b = z.chunk(2, -1)
            return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)
        q, k = rotate(q), rotate(k)
        if bias is None:
            mixed = F.scaled_dot_product_attention(q, k, v.to(q.dtype), is_causal=True, enable_gqa=True)
        else:
            mixed = attention(q, k, v, bias)
        mixed = mixed.transpose(1, 2).reshape(batch, length, -1)
        if wanted is not None:
            x, mixed = x.flatten(0, 1)[wanted], mixed.flatten(0, 1)[wanted]
        x = x + F.linear(mixed, self.out)
        normed = F.rms_norm(x, (width,), self.norm2.to(x.dtype), EPSILON)
        gate, up = F.linear(normed, self.gate_up).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, self.down)


class Decoder(nn.Module):
    def __init__(self, vocabulary, size, longest=1024, fused_attention=True, farthest=4096):
        super().__init__()
        self.size, self.vocabulary, self.fused = size, vocabulary, fused_attention
        width, layers, heads, keys, head, inner = SIZES[size]
        self.embedding = nn.Parameter(torch.randn(vocabulary, width) * .02)
        self.norm = nn.Parameter(torch.ones(width))
        self.blocks = nn.ModuleList(Block(width, layers, heads, keys, head, inner) for _ in range(layers))
        angle = torch.arange(max(longest, farthest))[:, None] * THETA ** (-torch.arange(0, head, 2) / head)
        self.register_buffer("cos", angle.cos(), False)
        self.register_buffer("sin", angle.sin(), False)
        self.register_buffer("causal", torch.full((longest, longest), -1e4).triu(1), False)

    def hidden(self, ids, dtype=torch.float32, positions=None, wanted=None):
        """Last hidden states, or those at the flat places `wanted`, which spares the last block most of its work;
        `positions` (one for each column) may leave gaps, for training far apart things cheaply."""
        length = ids.shape[1]
        x = F.embedding(ids, self.embedding).to(dtype)
        positions = torch.arange(length, device=ids.device) if positions is None else positions
        cos, sin = self.cos[positions].to(dtype), self.sin[positions].to(dtype)
        bias = None if self.fused else self.causal[:length, :length].to(dtype)
        for block in self.blocks:
            x = block(x, cos, sin, bias, wanted if block is self.blocks[-1] else None)
        return F.rms_norm(x, (x.shape[-1],), self.norm.to(x.dtype), EPSILON)

    def parameter_count(self):
        return sum(p.numel() for p in self.parameters())


def optimiser(model, rate=.005, adam_rate=3e-3):
    """Muon for the matrices of the blocks (each part of a fused one by itself), AdamW for the rest."""
    matrices, rest = [], [model.embedding, model.norm]
    for block in model.blocks:
        rows = block.split_rows()
        matrices += [(getattr(block, n), rows.get(n)) for n in ("qkv", "out", "gate_up", "down")]
        rest += [block.norm1, block.norm2]
    return Muon(matrices, rest, rate, adam_rate)
