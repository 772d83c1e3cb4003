"""Makes oracles/ppo.json: what PpoReferenceTest holds the losses of PPO and DPPO against.

    pip install torch numpy
    python lib/core/src/test/python/make_ppo.py

The objectives as the papers write them, in float64, with torch's distributions and divergences;
gradients by autograd. In each case of PPO with more than one state there are ratios within the
clipping range and on either side of it, with advantages of either sign.
"""

from typing import Any

import numpy as np
import torch
from make_oracles import (
    Case,
    differentiate,
    digits,
    entropy,
    float32,
    gaussian,
    log_probability,
    rounded,
    write,
)
from torch import Tensor
from torch.distributions import Categorical, kl_divergence


def divergence(policy: str, old: Tensor, new: Tensor) -> Tensor:
    if policy == "softmax":
        return kl_divergence(Categorical(logits=old), Categorical(logits=new))
    return kl_divergence(gaussian(old), gaussian(new)).sum(-1)


def draws(
    random: np.random.Generator, policy: str, n: int, size: int, change: float
) -> dict[str, Any]:
    """Outputs under the old and the new parameters, and what was done under the old ones."""
    width = size if policy == "softmax" else 2 * size
    old = rounded(random.normal(size=(n, width + 1)))
    new = rounded(np.asarray(old) + change * random.normal(size=(n, width + 1)))
    if policy == "softmax":
        actions = random.integers(size, size=n).tolist()
    else:
        sigma = gaussian(float32(old)[:, :-1]).scale.numpy()
        actions = rounded(np.asarray(old)[:, :size] + random.normal(size=(n, size)) * sigma, 4)
    return {
        "policy": policy,
        "size": size,
        "old": old,
        "out": new,
        "actions": actions,
        "advantages": rounded(random.normal(size=n) * 2),
        "targets": rounded(random.normal(size=n) * 2),
    }


def taken(case: Case) -> Tensor:
    return (
        torch.tensor(case["actions"]) if case["policy"] == "softmax" else float32(case["actions"])
    )


def ppo(
    random: np.random.Generator, policy: str, n: int, size: int, change: float, normalized: bool
) -> Case:
    case = draws(random, policy, n, size, change)
    beta, weight, clip = 0.01, 2.0, 0.2
    old, x, actions = float32(case["old"]), float32(case["out"]), taken(case)
    advantages, targets = torch.tensor(case["advantages"]), torch.tensor(case["targets"])
    if normalized and n > 1:
        advantages = (advantages - advantages.mean()) / (advantages.std(unbiased=False) + 1e-8)
    old_log_pi = log_probability(policy, old[:, :-1], actions)
    ratios = torch.exp(log_probability(policy, x[:, :-1], actions) - old_log_pi)
    kinds = {
        (bool(a > 0), int(r > 1 + clip) - int(r < 1 - clip))
        for a, r in zip(advantages, ratios, strict=True)
    }
    assert n == 1 or len(kinds) == 6, kinds

    def loss(out: Tensor) -> list[Tensor]:
        r = torch.exp(log_probability(policy, out[:, :-1], actions) - old_log_pi)
        surrogate = torch.minimum(r * advantages, torch.clamp(r, 1 - clip, 1 + clip) * advantages)
        return [
            -surrogate.sum(),
            weight / 2 * ((out[:, -1] - targets) ** 2).sum(),
            -beta * entropy(policy, out[:, :-1]).sum(),
        ]

    terms, gradient = differentiate(loss, x)
    own = {"beta": beta, "valueWeight": weight, "clip": clip, "normalized": normalized}
    name = f"{policy} {size}, {n} states{', normalized' if normalized else ''}"
    return {"name": name} | case | own | {"terms": digits(terms), "dOut": digits(gradient)}


def dppo(
    random: np.random.Generator, policy: str, n: int, size: int, change: float, target: float
) -> Case:
    case = draws(random, policy, n, size, change)
    beta, weight, coefficient, xi = 0.02, 2.0, 1.5, 50.0
    old, x, actions = float32(case["old"]), float32(case["out"]), taken(case)
    advantages, targets = torch.tensor(case["advantages"]), torch.tensor(case["targets"])
    old_log_pi = log_probability(policy, old[:, :-1], actions)

    def policy_loss(out: Tensor) -> list[Tensor]:
        r = torch.exp(log_probability(policy, out[:, :-1], actions) - old_log_pi)
        kl = divergence(policy, old[:, :-1], out[:, :-1]).mean()
        excess = torch.clamp(kl - 2 * target, min=0)
        return [
            -(r * advantages).sum(),
            -beta * entropy(policy, out[:, :-1]).sum(),
            n * (coefficient * kl + xi * excess**2),
        ]

    def baseline_loss(out: Tensor) -> list[Tensor]:
        return [weight / 2 * ((out[:, -1] - targets) ** 2).sum()]

    terms, gradient = differentiate(policy_loss, x)
    value, of_baseline = differentiate(baseline_loss, x)
    kl = divergence(policy, old[:, :-1], x[:, :-1])
    own = {
        "beta": beta,
        "valueWeight": weight,
        "klWeight": coefficient,
        "klTarget": target,
        "xi": xi,
    }
    beyond = bool(kl.mean() > 2 * target)
    name = f"{policy} {size}, {n} states, {'beyond' if beyond else 'within'} two targets"
    results = {
        "divergence": digits(kl),
        "terms": digits(terms),
        "dOut": digits(gradient),
        "value": digits(value),
        "dBaseline": digits(of_baseline),
    }
    return {"name": name} | case | own | results


def main() -> None:
    random = np.random.default_rng(2017)
    sizes = [("softmax", 1, 2), ("softmax", 24, 4), ("gaussian", 1, 1), ("gaussian", 24, 2)]
    clipped = [
        ppo(random, policy, n, size, 0.5, normalized)
        for policy, n, size in sizes
        for normalized in [False, True]
    ]
    penalized = [
        dppo(random, policy, n, size, change, 0.01)
        for policy, n, size in sizes
        for change in [0.03, 2.0]  # Within and beyond two targets.
    ]
    beyond = sum("beyond" in case["name"] for case in penalized)
    assert 3 <= beyond <= len(penalized) - 3, beyond
    write("ppo", {"madeBy": "make_ppo.py", "cases": clipped, "penalized": penalized})


if __name__ == "__main__":
    main()
