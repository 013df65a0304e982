"""The packed checkpoints in PyTorch, from pictures' files to answers as the emulator gives them: for figures without it.

    python -m vision.eval --pictures DIR --models ..
"""
import json

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from tokenizers import Tokenizer

import kindling_format

from .model import CLASSIFY_SIDE, MOST_OF_A_KIND, SIDE, Vision, Writer, normalised
from .words import COLOURED, PALETTE, THINGS

LEAST = {"@cf/facebook/detr-resnet-50": .5}


def load(folder, model, prefix=""):
    tensors = kindling_format.load(f"{folder}/model.safetensors")
    state = model.state_dict()
    own = {k[len(prefix):]: v for k, v in tensors.items() if k.startswith(prefix)}
    state.update({k: v.reshape(state[k].shape) for k, v in own.items() if k in state})
    model.load_state_dict(state)
    return model.eval()


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, w) * max(0, h)
    return both / max(1e-9, (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


class Models:
    def __init__(self, folder):
        torch.set_num_threads(1)
        self.classify = load(f"{folder}/kindling-classify", Vision())
        self.detect = load(f"{folder}/kindling-detect", Vision())
        self.writer = load(f"{folder}/kindling-caption", Writer(), "writer.")
        self.tokenizer = Tokenizer.from_file(f"{folder}/kindling-caption/tokenizer.json")
        with open(f"{folder}/kindling-caption/config.json") as file:
            self.threshold = json.load(file)["threshold"]

    @torch.no_grad()
    def run(self, model, path):
        image = Image.open(path).convert("RGB")
        if model.endswith("resnet-50") and "microsoft" in model:
            pixels = normalised(np.asarray(image.resize((CLASSIFY_SIDE, CLASSIFY_SIDE), Image.BILINEAR))[None])
            scores = self.classify.classify(pixels)[0].softmax(0)
            best = scores.topk(5)
            return [{"label": THINGS[i][1].split(",")[0].upper(), "score": s.item()} for s, i in zip(best.values, best.indices)]
        found = self.find(image, LEAST.get(model, self.threshold))
        if "detr" in model:
            w, h = image.size
            names = ("xmin", "ymin", "xmax", "ymax")
            return [{"label": THINGS[t][2], "score": s, "box": {k: int(v * side) for k, v, side in zip(names, b, (w, h, w, h))}} for s, t, _, b in found]
        return {"description": self.write(found)}

    def find(self, image, least):
        stages = self.detect.stages(normalised(np.asarray(image.resize((SIDE, SIDE), Image.BILINEAR))[None]))
        logits, sides, tints = (x[0] for x in self.detect.detector(stages, self.detect.neck(stages)))
        p = logits.sigmoid()
        peaks = (F.max_pool2d(p[None], 3, 1, 1)[0] == p) & (p >= least)
        rows = []
        n = p.shape[-1]
        for t, y, x in peaks.nonzero().tolist():
            l, u, r, d = F.softplus(sides[:, y, x]).tolist()
            box = [min(1, max(0, v / n)) for v in (x + .5 - l, y + .5 - u, x + .5 + r, y + .5 + d)]
            rows.append((p[t, y, x].item(), t, tints[:, y, x].argmax().item(), box))
        kept = []
        for row in sorted(rows, reverse=True):
            if not any(overlap(row[3], other[3]) > (.5 if other[1] == row[1] else .7) for other in kept):
                kept.append(row)
        return kept

    def write(self, found):
        kinds = list(dict.fromkeys(t for _, t, _, _ in found))[:3]
        rows = []
        for thing in kinds:
            same = [f for f in found if f[1] == thing][:MOST_OF_A_KIND]
            tints = [f[2] for f in same]
            colour = len(PALETTE) if COLOURED[thing] == [""] else max(tints, key=tints.count)
            x, y = (sum(f[3][i] + f[3][i + 2] for f in same) / 2 / len(same) for i in (0, 1))
            rows.append((thing, colour, len(same), x, y))
        # The decoder always sees three kinds: those that are not there are in the corner.
        rows += [(0, 0, 1, 0., 0.)] * (3 - len(rows))
        k = len(rows)
        column = lambda i: torch.tensor([[r[i] for r in rows]], dtype=torch.long).reshape(1, k)
        places = torch.tensor([[r[3:] for r in rows]], dtype=torch.float32).reshape(1, k, 2)
        tokens = self.writer.tokens(column(0), column(1), column(2) - 1, places)
        ids = [2]
        while len(ids) < 40:
            best = self.writer(tokens, torch.ones(1, k + 1, dtype=torch.long), torch.tensor([ids]))[0, -1].argmax().item()
            if best == 3:
                break
            ids.append(best)
        return self.tokenizer.decode(ids[1:])
