"""Products by the kernels that quick_mkl.py chooses are those of before."""
import subprocess
import sys
import unittest

SAY = "import torch; torch.manual_seed(1); print((torch.randn(50, 192) @ torch.randn(192, 33)).double().sum().item())"


class QuickMklTest(unittest.TestCase):
    def test_products_are_the_same(self):
        plain, quick = (float(subprocess.run([sys.executable, "-c", first + SAY], capture_output=True, check=True).stdout) for first in ("", "import quick_mkl; "))
        self.assertAlmostEqual(plain, quick, delta=1e-2)


if __name__ == "__main__":
    unittest.main()
