"""Greedy decoding with kept keys and values: a prompt of thousands of tokens is read once."""
import torch
import torch.nn.functional as F

from .model import EPSILON


def rotated(z, cos, sin):
    a, b = z.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def run(model, ids, kept):
    """Hidden state of the last of `ids`; `kept` holds each block's keys and values and grows."""
    begin = kept[0][0].shape[1] if kept else 0
    x = model.embedding[ids]
    cos, sin = model.cos[begin:begin + len(ids)], model.sin[begin:begin + len(ids)]
    for number, block in enumerate(model.blocks):
        normed = F.rms_norm(x, (x.shape[-1],), block.norm1, EPSILON)
        q, k, v = (part.view(len(ids), -1, block.head).transpose(0, 1) for part in F.linear(normed, block.qkv).split(block.split_rows()["qkv"], -1))
        q, k = rotated(q, cos, sin), rotated(k, cos, sin)
        if begin:
            k, v = torch.cat((kept[number][0], k), 1), torch.cat((kept[number][1], v), 1)
            kept[number] = (k, v)
        else:
            kept.append((k, v))
        group = block.heads // block.keys
        mixed = F.scaled_dot_product_attention(q[None], k.repeat_interleave(group, 0)[None], v.repeat_interleave(group, 0)[None], is_causal=len(ids) > 1)[0]
        x = x + F.linear(mixed.transpose(0, 1).reshape(len(ids), -1), block.out)
        gate, up = F.linear(F.rms_norm(x, (x.shape[-1],), block.norm2, EPSILON), block.gate_up).chunk(2, -1)
        x = x + F.linear(F.silu(gate) * up, block.down)
    return F.rms_norm(x[-1], (x.shape[-1],), model.norm, EPSILON)


@torch.no_grad()
def generate(model, tokenizer, prompt, most=120):
    """Greedy continuation of a rendered prompt, or of token ids: (token ids without the prompt, stopped by itself)."""
    ids = tokenizer.encode(prompt, add_special_tokens=False).ids if isinstance(prompt, str) else prompt
    end, kept, new = tokenizer.token_to_id("<|end|>"), [], []
    hidden = run(model, ids, kept)
    while True:
        new.append(int(F.linear(hidden, model.embedding).argmax()))
        if new[-1] == end or len(new) == most:
            return new, new[-1] == end
        hidden = run(model, new[-1:], kept)


def text_of(tokenizer, new):
    return tokenizer.decode(new, skip_special_tokens=False).removesuffix("<|end|>")
