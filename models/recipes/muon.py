"""Muon for matrices, AdamW for the rest: the optimiser of the recipes whose models are transformers.

On two cores the step is what is dear. In the comparisons of README.md Muon came to a loss of AdamW's in about half the time.
"""
import torch


class Muon:
    """`matrices`: [(parameter, rows of the parts of a fused one, or None)], each part stepped by itself; `rest`: what AdamW steps.

    `epsilon` is larger than usual: with 1e-10 the tied embedding of rare tokens drifted into one common
    direction (95 % of the energy of the unused rows). In runs of one million tokens 1e-5 and 3e-4 gave
    the same losses; a lower rate of Muon mattered far more (see README.md).
    """

    def __init__(self, matrices, rest, rate=.005, adam_rate=3e-3, decay=.01, momentum=.95, epsilon=1e-4):
        self.matrices, self.rate, self.adam_rate, self.decay, self.momentum = matrices, rate, adam_rate, decay, momentum
        self.adam = torch.optim.AdamW(rest, lr=adam_rate, betas=(.9, .98), eps=epsilon, weight_decay=0., fused=True)
        self.velocity = [torch.zeros_like(p) for p, _ in self.matrices]
        self.team = None            # of parallel.py: who shares the work
        self.dtype = torch.float32  # of the directions' products

    def state(self):
        return {"adam": self.adam.state_dict(), "velocity": self.velocity}

    def load(self, state):
        self.adam.load_state_dict(state["adam"])
        for mine, saved in zip(self.velocity, state["velocity"]):
            mine.copy_(saved)

    @torch.no_grad()
    def step(self, factor):
        """One step at `factor` times the rates; forgets the gradients. A parameter without a gradient stays as it is."""
        for group in self.adam.param_groups:
            group["lr"] = self.adam_rate * factor
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        by_shape = {}
        for (p, rows), velocity in zip(self.matrices, self.velocity):
            if p.grad is None:
                continue
            velocity.lerp_(p.grad, 1 - self.momentum)
            update = p.grad.lerp(velocity, self.momentum)
            p.grad = None
            parts = zip(p.split(rows), update.split(rows)) if rows else [(p, update)]
            for part, u in parts:
                by_shape.setdefault(tuple(u.shape), []).append((part, u.flatten(1)))
        steps = [self.directions(torch.stack([u for _, u in pairs])) for pairs in by_shape.values()]
        if self.team:
            self.team.add_up(steps)
        for pairs, directions in zip(by_shape.values(), steps):
            rows, cols = pairs[0][1].shape
            scale = max(1, rows / cols) ** .5
            for (part, _), step in zip(pairs, directions):
                part.mul_(1 - self.rate * factor * self.decay).add_(step.view_as(part), alpha=-self.rate * factor * scale)

    def directions(self, updates):
        """Orthogonal ones; in a team each works out every so many-th and leaves zeros for the others."""
        if not self.team:
            return orthogonal(updates, self.dtype)
        found = torch.zeros_like(updates)
        mine = slice(self.team.rank, None, self.team.size)
        if len(updates[mine]):
            found[mine] = orthogonal(updates[mine], self.dtype)
        return found


def of_layers(layers, every, **rates):
    """Muon for the weights with two axes or more inside `layers`; of `every`, the trained rest goes to AdamW."""
    inside = [p for layer in layers for p in layer.parameters() if p.ndim > 1 and p.requires_grad]
    theirs = {id(p) for p in inside}
    return Muon([(p, None) for p in inside], [p for p in every if p.requires_grad and id(p) not in theirs], **rates)


def orthogonal(x, dtype=torch.float32, rounds=5):
    """The nearest orthogonal matrices, roughly: five Newton-Schulz rounds, for which bf16 is good enough; a GPU always takes it."""
    like = x.dtype
    x = x.to(torch.bfloat16 if x.is_cuda else dtype)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(rounds):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.mT if tall else x).to(like)
