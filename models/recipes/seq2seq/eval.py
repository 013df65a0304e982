"""The figures of the cards.

    python -m seq2seq.eval --task translate --work DIR --model ../kindling-translate
"""
import argparse
import collections
import importlib

import torch

from . import export
from .decode import translate

# Sentences that the grammar cannot make, with what is said for them: for an honest look beyond it.
FREE = """
The children are playing in the garden. | fr | Les enfants jouent dans le jardin.
I would like to buy a ticket. | fr | Je voudrais acheter un billet.
She has two brothers and a sister. | de | Sie hat zwei Brüder und eine Schwester.
Where can I find a good restaurant? | es | ¿Dónde puedo encontrar un buen restaurante?
My friend lives in London. | fr | Mon ami habite à Londres.
The cat sleeps on the chair. | fr | Le chat dort sur la chaise.
He eats bread and cheese. | de | Er isst Brot und Käse.
We will arrive tomorrow morning. | fr | Nous arriverons demain matin.
The weather was bad yesterday. | es | Hacía mal tiempo ayer.
She wrote a letter to her mother. | fr | Elle a écrit une lettre à sa mère.
Can you close the door, please? | de | Kannst du bitte die Tür schließen?
The big house is near the river. | es | La casa grande está cerca del río.
The computer does not work. | fr | L'ordinateur ne fonctionne pas.
This book is very interesting. | it | Questo libro è molto interessante.
I see a bird in the tree. | pt | Eu vejo um pássaro na árvore.
The dog is under the table. | fr | Le chien est sous la table.
They bought a new car last week. | de | Sie haben letzte Woche ein neues Auto gekauft.
I have read this newspaper. | it | Ho letto questo giornale.
The students understand the question. | fr | Les étudiants comprennent la question.
Our teacher is very tired today. | es | Nuestro profesor está muy cansado hoy.
"""


def chrf(said, right, orders=6):
    """Character n-gram F2, as a share."""
    total = []
    for n in range(1, orders + 1):
        grams = [collections.Counter(t.replace(" ", "")[i:i + n] for i in range(len(t.replace(" ", "")) - n + 1)) for t in (said, right)]
        same = sum((grams[0] & grams[1]).values())
        p, r = (same / max(1, sum(g.values())) for g in grams)
        total.append(5 * p * r / (4 * p + r) if p + r else 0.)
    return sum(total) / len(total)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    task = importlib.import_module(f".{args.task}", __package__).Task(args.work)
    model = export.load(args.model, task)
    if args.task == "translate":
        rows = task.held(100)
        said = translate(model, task, [(t, a, b) for t, _, a, b in rows])
        right = [x == y for x, (_, y, _, _) in zip(said, rows)]
        print(f"held-out combinations, exact: {sum(right)} of {len(rows)}")
        for (text, wanted, a, b), found, ok in zip(rows, said, right):
            if not ok:
                print(f"  {a}-{b} {text} | {found} | {wanted}")
        free = [[c.strip() for c in line.split("|")] for line in FREE.strip().splitlines()]
        said = translate(model, task, [(t, "en", b) for t, b, _ in free])
        print(f"free sentences: {sum(x == y for x, (*_, y) in zip(said, free))} of {len(free)} exact, chrF {sum(chrf(x, y) for x, (*_, y) in zip(said, free)) / len(free):.3f}")
        for (text, _, wanted), found in zip(free, said):
            print(f"  {text} | {found} | {wanted}")
        return
    rows = task.held(200)
    said = task.summarise(model, [t for t, _ in rows])
    for kind, begin in (("reports", 0), ("runs of real sentences", 1)):
        pairs = list(zip(said, rows))[begin::2]
        print(f"{kind}: {sum(x == y for x, (_, y) in pairs)} of {len(pairs)} exact, chrF {sum(chrf(x, y) for x, (_, y) in pairs) / len(pairs):.3f}")
        for found, (_, wanted) in pairs[:6]:
            print(f"  {found} | {wanted}")


if __name__ == "__main__":
    main()
