"""The same function in a larger model, so that training goes on from where a smaller one was."""
import torch

from .model import Decoder


def grown(model, size):
    """`model` with the width and the layers of `size`; its answers are the same but for rounding."""
    return deeper(wider(model, size), size)


def deeper(model, size):
    """More layers: among the old blocks stand copies of them that add nothing yet. They come evenly, none after the last, which
    training works out at the answers only."""
    larger = Decoder(model.vocabulary, size, model.causal.shape[0], model.fused)
    old, new = len(model.blocks), len(larger.blocks)
    sources = [n * old // new for n in range(new)]
    with torch.no_grad():
        for name, value in model.named_parameters():
            if not name.startswith("blocks."):
                larger.get_parameter(name).copy_(value)
        for n, source in enumerate(sources):
            block = larger.blocks[n]
            block.load_state_dict(model.blocks[source].state_dict())
            if n + 1 < new and sources[n + 1] == source:
                block.out.zero_()
                block.down.zero_()
    return larger


def wider(model, size):
    """More width, heads and inner units, in as many layers. Nothing writes to what is new yet, and what is read there is random: so
    the function stays, and every new weight has a gradient. Key heads are copied for as many as there are now; each of the old query heads keeps its own."""
    larger = Decoder(model.vocabulary, size, model.causal.shape[0], model.fused)
    width = model.embedding.shape[1]
    with torch.no_grad():
        for parameter in (larger.embedding, larger.norm):
            parameter.zero_()
        larger.embedding[:, :width] = model.embedding
        scale = (width / larger.embedding.shape[1]) ** .5       # a norm's mean is over the new zeros, too
        larger.norm.fill_(model.norm.mean() * scale)[:width] = model.norm * scale
        for block, old in zip(larger.blocks, model.blocks):
            widened(block, old, width, scale)
    del larger.blocks[len(model.blocks):]
    return larger


def widened(block, old, width, scale):
    for mine, its in ((block.norm1, old.norm1), (block.norm2, old.norm2)):
        mine.fill_(its.mean() * scale)[:width] = its * scale
    size, group, old_group, copies = block.head, block.heads // block.keys, old.heads // old.keys, block.keys // old.keys       # copies of each key head
    if old.head != size or block.keys % old.keys or copies * group < old_group:
        raise ValueError("the new heads cannot hold the old ones: one head size, and room for each query head beside its key head")
    q, k, v = (part.unflatten(0, (-1, size)) for part in block.qkv.split(block.split_rows()["qkv"]))
    old_q, old_k, old_v = (part.unflatten(0, (-1, size)) for part in old.qkv.split(old.split_rows()["qkv"]))
    out, old_out = block.out.unflatten(1, (-1, size)), old.out.unflatten(1, (-1, size))
    block.out.zero_()
    for key in range(block.keys):
        source = key // copies
        k[key, :, :width], v[key, :, :width] = old_k[source], old_v[source]
        theirs = range(old_group)[key % copies * group:][:group]
        for place, n in enumerate(theirs):
            q[key * group + place, :, :width] = old_q[source * old_group + n]
            out[:width, key * group + place] = old_out[:, source * old_group + n]
    for part, its in zip(block.gate_up.split(block.inner), old.gate_up.split(old.inner)):
        part[:old.inner, :width] = its
    block.down.zero_()
    block.down[:width, :old.inner] = old.down
