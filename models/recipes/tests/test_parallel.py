"""Training in two processes: the same steps as one process with the mean of both gradients."""
import argparse
import os
import tempfile
import unittest

import torch

import parallel
from chat.grow import grown
from chat.model import Decoder, optimiser


def gradients(model, seed):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(p.shape, generator=generator) for p in model.parameters()]


def tiny():
    torch.manual_seed(3)
    return Decoder(64, "1m", longest=16)


def two_steps(args, team):
    """Steps with this worker's gradients; the first one's word about the rate counts. Saves the weights."""
    torch.set_num_threads(1)
    model = tiny()
    steps = optimiser(model)
    steps.team = team
    said = []
    for step in range(2):
        for p, g in zip(model.parameters(), gradients(model, 10 * step + team.rank)):
            p.grad = g
        said = team.mean_gradients(list(model.parameters()), [.5 * (team.rank == 0), 1.])
        steps.step(said[0])
    torch.save((model.state_dict(), said), f"{args.folder}/{team.rank}.pt")


class TeamTest(unittest.TestCase):
    def test_two_workers_take_the_steps_of_the_mean_gradient(self):
        with tempfile.TemporaryDirectory() as folder:
            parallel.run(two_steps, argparse.Namespace(workers=2, folder=folder))
            weights = [torch.load(os.path.join(folder, f"{rank}.pt")) for rank in (0, 1)]
        alone = tiny()
        steps = optimiser(alone)
        for step in range(2):
            for p, one, other in zip(alone.parameters(), gradients(alone, 10 * step), gradients(alone, 10 * step + 1)):
                p.grad = (one + other) / 2
            steps.step(.5)
        for state, said in weights:
            self.assertEqual(said, [.5, 2.])
            for name, value in alone.state_dict().items():
                torch.testing.assert_close(state[name], value, atol=1e-5, rtol=1e-4)

    def test_wanted_places_alone_give_the_same_rows(self):
        model, ids = tiny().eval(), torch.randint(8, 64, (3, 12))
        wanted = torch.tensor([0, 5, 13, 30, 35])
        torch.testing.assert_close(model.hidden(ids, wanted=wanted), model.hidden(ids).flatten(0, 1)[wanted])


class GrownTest(unittest.TestCase):
    def check(self, old, new):
        torch.manual_seed(3)
        model, ids = Decoder(64, old, longest=16), torch.randint(8, 64, (3, 12))
        model.norm.data.uniform_(.5, 1.5)
        model.embedding.data.mul_(50)           # so that epsilon is nothing beside it
        larger = grown(model, new)
        self.assertEqual(larger.state_dict().keys(), Decoder(64, new, longest=16).state_dict().keys())
        width = model.embedding.shape[1]
        logits = [(m.hidden(ids) @ m.embedding.T) for m in (model, larger)]
        torch.testing.assert_close(logits[1], logits[0], atol=1e-4, rtol=1e-4)
        logits[1][..., :3].sum().backward()
        self.assertTrue(all(block.out.grad.abs().max() > 0 and block.down.grad.abs().max() > 0 for block in larger.blocks))
        return larger, width

    def test_more_layers_say_the_same_and_learn(self):
        larger, _ = self.check("3m", "4m")
        self.assertEqual(len(larger.blocks), 8)

    def test_more_width_and_heads_say_the_same_and_learn(self):
        larger, width = self.check("4m", "7m")
        self.assertTrue(all(block.out.grad[width:].abs().max() > 0 for block in larger.blocks[:-1]))
        larger, width = self.check("3m", "7m")
        self.assertEqual(len(larger.blocks), 8)

    def test_heads_that_do_not_fit_are_refused(self):
        with self.assertRaises(ValueError):
            grown(Decoder(64, "7m", longest=16), "14m")


if __name__ == "__main__":
    unittest.main()
