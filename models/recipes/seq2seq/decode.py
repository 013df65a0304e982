"""Greedy decoding in batches, for the figures while training and after it."""
import torch


def padded(rows, pad=1):
    out = torch.full((len(rows), max(map(len, rows))), pad)
    for i, row in enumerate(rows):
        out[i, :len(row)] = torch.tensor(row)
    return out


@torch.inference_mode()
def greedy(model, sources, firsts, longest=64):
    """Token ids after `firsts` (forced beginnings), each up to the end-of-text."""
    model.eval()
    src = padded(sources)
    mask = (src != 1).long()
    memory = model.get_encoder()(input_ids=src, attention_mask=mask)
    rows = torch.tensor(firsts)
    done = torch.zeros(len(sources), dtype=torch.bool)
    for _ in range(longest):
        logits = model(encoder_outputs=memory, attention_mask=mask, decoder_input_ids=rows, use_cache=False).logits[:, -1]
        pick = logits.argmax(-1)
        pick[done] = 1
        rows = torch.cat([rows, pick[:, None]], 1)
        done |= pick == 2
        if done.all():
            break
    model.train()
    start = len(firsts[0])
    return [[t for t in row[start:].tolist() if t not in (1, 2)] for row in rows]


def translate(model, task, rows):
    """`rows`: (text, from, to)."""
    out = greedy(model, [task.source_ids(t, a) for t, a, _ in rows], [[2, task.language[b]] for *_, b in rows])
    return [task.tok.decode(ids, skip_special_tokens=True).strip() for ids in out]
