"""Makes the reference numbers for methods that learn Q(s, a) from a memory.

    pip install torch numpy
    python lib/core/src/test/python/make_replay.py

replay.json: minibatches with every combination of double Q, dueling heads, Huber loss and weights: targets by the
papers' formulas on torch's tensors, loss and gradient at the outputs by torch's losses and autograd, in float64.
"""

import itertools

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from make_oracles import Case, action_values, digits, float32, rounded, write


def targets(
    rewards: Tensor, discounts: Tensor, theta: Tensor, target: Tensor, dueling: bool, double: bool
) -> Tensor:
    q_target = action_values(target, dueling)
    chooser = action_values(theta, dueling) if double else q_target
    chosen = chooser.argmax(1, keepdim=True)
    return rewards + discounts * q_target.gather(1, chosen).squeeze(1)


def case(random: np.random.Generator, n: int, size: int, parts: tuple[bool, ...]) -> Case:
    double, dueling, huber, weighted = parts
    width = size + dueling
    out, following, target = (rounded(random.normal(size=(n, width)) * 2) for _ in range(3))
    actions = random.integers(size, size=n).tolist()
    rewards = rounded(random.normal(size=n) * 2)
    discounts = rounded(random.choice([0.0, 0.99, 0.97], size=n))
    weights = rounded(random.uniform(0.05, 1, size=n)) if weighted else [1.0] * n
    y = targets(
        torch.tensor(rewards),
        torch.tensor(discounts),
        float32(following),
        float32(target),
        dueling,
        double,
    )
    x = float32(out).requires_grad_()
    q = action_values(x, dueling).gather(1, torch.tensor(actions).view(-1, 1)).squeeze(1)
    each = F.huber_loss(q, y, reduction="none") if huber else F.mse_loss(q, y, reduction="none") / 2
    loss = (torch.tensor(weights) * each).sum()
    loss.backward()
    return {
        "actions": actions,
        "size": size,
        "doubleQ": double,
        "dueling": dueling,
        "huber": huber,
        "out": out,
        "next": following,
        "target": target,
        "rewards": rewards,
        "discounts": discounts,
        "weights": weights,
        "y": digits(y),
        "p": digits((y - q).abs().detach()),
        "loss": digits(loss.item()),
        "dOut": digits(x.grad),
    }


def main() -> None:
    random = np.random.default_rng(7)
    cases = [
        case(random, n, size, parts)
        for parts in itertools.product([False, True], repeat=4)
        for n, size in [(1, 2), (12, 5)]
    ]
    write("replay", {"cases": cases}, "make_replay.py")


if __name__ == "__main__":
    main()
