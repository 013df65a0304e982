"""The passages and questions of the embedder's last stage. Needs no trained file."""
import random
import unittest

import numpy as np

from embed import refine, retrieval
from tests.test_chat_generators import FakeProse


class RetrievalTest(unittest.TestCase):
    def test_passages_have_a_title_a_paragraph_of_the_right_length_and_questions(self):
        for split in ("train", "phr"):
            rows = retrieval.draw(FakeProse(), split, 200, 1)
            self.assertEqual(len({p for p, _ in rows}), 200)
            for passage, asked in rows:
                title, paragraph = passage.split("\n")
                self.assertTrue(title and 1 <= len(asked) <= 3, passage)
                self.assertTrue(retrieval.SHORTEST <= len(paragraph.split()) <= retrieval.LONGEST, passage)

    def test_a_seed_gives_the_same_rows_and_another_seed_others(self):
        first, again, other = (retrieval.draw(FakeProse(), "train", 20, seed) for seed in (1, 1, 2))
        self.assertEqual(first, again)
        self.assertFalse({p for p, _ in first} & {p for p, _ in other})

    def test_groups_hold_near_passages_and_no_passage_twice(self):
        rng = np.random.RandomState(0)
        centres = np.repeat(rng.randn(10, 16), 6, axis=0)
        vectors = centres + .01 * rng.randn(60, 16)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        groups = retrieval.near_groups(vectors, rng, 6)
        self.assertEqual(sorted(groups.ravel()), list(range(60)))
        for group in groups:
            self.assertEqual(len(set(group // 6)), 1)

    def test_batches_are_whole_groups(self):
        groups = np.arange(60).reshape(10, 6)
        stream = refine.group_batches(groups, random.Random(1))
        for _ in range(5):
            batch = next(stream)
            self.assertEqual(len(batch), refine.GROUPS * 6)
            self.assertEqual(len({p // 6 for p in batch}), refine.GROUPS)


if __name__ == "__main__":
    unittest.main()
