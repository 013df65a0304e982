import os
import tempfile
import unittest

import torch

import kindling_format as kf


class FormatTest(unittest.TestCase):
    def round_trip(self, tensors):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.safetensors")
            kf.save(path, tensors)
            return kf.load(path)

    def test_nibbles_come_back_in_order(self):
        codes = torch.arange(32).remainder(16).view(2, 16)
        self.assertEqual(kf.pack_nibbles(codes)[0, 0].item(), 0 | 1 << 4)
        self.assertTrue(torch.equal(kf.unpack_nibbles(kf.pack_nibbles(codes)), codes.to(torch.uint8)))

    def test_linear_four_bits(self):
        codes = torch.randint(0, 16, (3, 128))
        scale = torch.rand(3, 2).half()
        loaded = self.round_trip(kf.q4_tensors("w", codes, scale))["w"]
        want = (codes.float() - 8).view(3, 2, 64) * scale.float()[..., None]
        self.assertTrue(torch.equal(loaded, want.view(3, 128)))

    def test_codebook(self):
        codes, scale, book = torch.randint(0, 16, (5, 64)), torch.rand(5, 1).half(), torch.randn(16)
        loaded = self.round_trip(kf.q4_tensors("w", codes, scale, book))["w"]
        self.assertTrue(torch.equal(loaded, book[codes] * scale.float()))

    def test_eight_bits_error_is_under_half_a_step(self):
        weight = torch.randn(7, 96)
        tensors = kf.q8_tensors("w", weight, 32)
        error = (self.round_trip(tensors)["w"] - weight).abs().view(7, 3, 32)
        self.assertTrue((error <= tensors["w.scale"].float()[..., None] * .52).all())

    def test_plain_tensors_and_other_files(self):
        self.assertEqual(self.round_trip({"norm.weight": torch.ones(4).half()})["norm.weight"].dtype, torch.float32)
        from safetensors.torch import save_file
        with tempfile.TemporaryDirectory() as folder:
            save_file({"x": torch.ones(1)}, folder + "/m.safetensors", metadata={"format": "pt"})
            with self.assertRaises(ValueError):
                kf.load(folder + "/m.safetensors")


if __name__ == "__main__":
    unittest.main()
