"""Lets MKL, PyTorch's library for products, take its AVX2 and AVX-512 kernels on an AMD processor as well. Import this before torch.

MKL asks who made a processor before it asks what the processor can do, and has slower kernels for those that are not Intel's
(README.md has by how much). The function that answers is exported, so one of ours, loaded first, answers in its place.
"""
import ctypes
import os
import shutil
import subprocess
import tempfile

ANSWER = "int mkl_serv_intel_cpu_true(void) { return 1; }\n"


def is_amd_with_avx2():
    try:
        with open("/proc/cpuinfo") as file:
            told = file.read()
    except OSError:
        return False
    return "AuthenticAMD" in told and " avx2 " in told


def answer_for_amd():
    """Does nothing where it is not needed, or where no C compiler is found."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler or not is_amd_with_avx2():
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "answer.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", path], input=ANSWER.encode(), check=True)
        ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)


answer_for_amd()
