"""Several processes that train one model: each on its own batches, with the mean of all gradients.

On a few cores this beats threads: a small model's operations are too short to be cut up further.
"""
import ctypes
import platform
import socket

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def keep_memory():
    """glibc gives a step's memory back and the next one asks for it page by page (README.md has what that cost). The options of
    malloc.h by number: one arena, nothing by mmap, nothing trimmed."""
    if platform.libc_ver()[0] == "glibc":
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in ((-8, 1), (-4, 0), (-1, 2 ** 31 - 1)):
            mallopt(option, value)


class Team:
    def __init__(self, rank, size, port):
        self.rank, self.size = rank, size
        dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=size)

    def add_up(self, tensors):
        """Each tensor becomes the sum of what all have there."""
        flat = torch.cat([t.flatten() for t in tensors])
        dist.all_reduce(flat)
        for tensor, part in zip(tensors, flat.split([t.numel() for t in tensors])):
            tensor.copy_(part.view_as(tensor))

    def mean_gradients(self, parameters, said):
        """The gradients become their mean; returns the sums of the numbers that each says (float32: small ones only)."""
        said = torch.tensor(said, dtype=torch.float32)
        self.add_up([p.grad for p in parameters] + [said])
        torch._foreach_div_([p.grad for p in parameters], self.size)
        return said.tolist()


def _member(rank, work, args, port):
    work(args, Team(rank, args.workers, port))


def run(work, args):
    """Calls `work(args, team)` in `args.workers` processes, of which this is the first; without a team where that is one."""
    if args.workers == 1:
        return work(args, None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    others = [mp.get_context("spawn").Process(target=_member, args=(rank, work, args, port), daemon=True) for rank in range(1, args.workers)]
    for other in others:
        other.start()
    work(args, Team(0, args.workers, port))
    for other in others:
        other.join()
