"""The figures of the cards, from a running emulator: what real clients get for pictures that were held out.

    python -m vision.held --out DIR && python -m vision.eval --pictures DIR --url http://127.0.0.1:8786
"""
import argparse
import json
import re
import urllib.request

from .words import COLOURED, NAMES, NUMBERS, PALETTE, PLURALS, SINGULARS

ACCOUNT = "0" * 32


def run(url, model, path):
    with open(path, "rb") as file:
        request = urllib.request.Request(f"{url}/client/v4/accounts/{ACCOUNT}/ai/run/{model}", file.read(), {"content-type": "application/octet-stream"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["result"]


def overlap(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, w) * max(0, h)
    area = lambda x: (x[2] - x[0]) * (x[3] - x[1])
    return both / max(1e-9, area(a) + area(b) - both)


def told(caption):
    """{thing: (count, colour)} of a caption; nothing of the order."""
    found = {}
    counts = {word: n for n, word in NUMBERS.items()} | {"an": 1}
    for n, name in enumerate(NAMES):
        for noun in (SINGULARS.get(name, name), PLURALS.get(name, name + "s")):
            for number, colour in re.findall(rf"\b(an?|two|three) (?:({'|'.join(PALETTE)}) )?{noun}\b(?! glass)", caption):
                found[name] = (counts[number], colour if COLOURED[n] != [""] else "")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8786")
    parser.add_argument("--models", help="the folder of the checkpoints: in PyTorch, without an emulator")
    parser.add_argument("--show", action="store_true", help="what went wrong")
    args = parser.parse_args()
    with open(f"{args.pictures}/pictures.json") as file:
        rows = json.load(file)
    if args.models:
        from .offline import Models
        models = Models(args.models)
        ask = models.run
    else:
        ask = lambda model, path: run(args.url, model, path)
    right = {True: [], False: []}
    for row in rows["singles"]:
        best = ask("@cf/microsoft/resnet-50", f"{args.pictures}/{row['file']}")[0]["label"]
        right[row["new_drawing"]].append(best == row["label"].split(",")[0].upper())
        if args.show and not right[row["new_drawing"]][-1]:
            print(row["file"], row["thing"], "->", best)
    every = right[True] + right[False]
    print(f"classified: {sum(every)} of {len(every)} ({100 * sum(every) / len(every):.1f} %), drawings that training cannot draw {sum(right[True])} of {len(right[True])}")
    boxes = hits = named = extra = 0
    exact = things = kinds = new = new_right = 0
    for row in rows["scenes"]:
        path = f"{args.pictures}/{row['file']}"
        w, h = row["size"]
        found = ask("@cf/facebook/detr-resnet-50", path)
        free = [(f["label"], [f["box"][k] / s for k, s in (("xmin", w), ("ymin", h), ("xmax", w), ("ymax", h))]) for f in found]
        for thing in row["objects"]:
            boxes += 1
            best = max(free, key=lambda f: overlap(f[1], thing["box"]), default=None)
            if best and overlap(best[1], thing["box"]) > .5:
                hits += 1
                named += best[0] == thing["label"]
                free.remove(best)
        extra += len(free)
        caption = ask("@cf/llava-hf/llava-1.5-7b-hf", path)["description"]
        said, truth = told(caption), told(row["caption"])
        is_right = {k: v[0] for k, v in said.items()} == {k: v[0] for k, v in truth.items()}
        things += is_right
        kinds += set(said) == set(truth)
        exact += caption == row["caption"]
        new, new_right = new + row["new_drawings"], new_right + (row["new_drawings"] and is_right)
        if args.show and not is_right:
            print(row["file"], row["caption"], "->", caption)
    print(f"boxes with IoU over 0.5: {hits} of {boxes} ({100 * hits / boxes:.1f} %), also named right {named} ({100 * named / boxes:.1f} %), beside them {extra} that are nothing")
    print(f"captions with the right things: {kinds} of {len(rows['scenes'])}, with the right things and numbers {things}, of scenes with new drawings {new_right} of {new}; word for word {exact}")


if __name__ == "__main__":
    main()
