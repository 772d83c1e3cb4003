"""Makes the reference numbers for ACER.

    pip install torch numpy
    python lib/core/src/test/python/make_acer.py

acer.json: Retrace targets, terms and gradient at the outputs of whole trajectories, with importance weights that are
cut off and those that are not, trust regions that bind and none. In float64; every derivative is autograd's, with
respect to the probabilities and from them to the preferences, and Q^ret is the sum that defines Retrace (Munos et al.
2016, equation 4), not its recursion.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from make_oracles import digits, float32, rounded
from torch import Tensor
from torch.distributions import Categorical

EPSILON = 1e-6

Case = dict[str, Any]


def retrace(
    rewards: list[float], gamma: float, rho_bar: Tensor, q: Tensor, v: Tensor, last: float
) -> Tensor:
    """Q(x_i, a_i) + sum over j >= i of gamma^(j-i) (prod of rho_bar from i+1 to j) delta_j."""
    n = len(rewards)
    after = torch.cat([v[1:], torch.tensor([last])])
    delta = [rewards[j] + gamma * after[j] - q[j] for j in range(n)]
    return torch.stack(
        [
            q[i]
            + sum(gamma ** (j - i) * rho_bar[i + 1 : j + 1].prod() * delta[j] for j in range(i, n))
            for i in range(n)
        ]
    )


def case(random: np.random.Generator, name: str, size: int, n: int, settings: Case) -> Case:
    scale = settings.pop("scale", 1)
    raw = random.normal(size=(n, 2 * size))
    raw[:, :size] *= scale
    out = rounded(raw)
    average = rounded(raw + random.normal(size=raw.shape) * settings.pop("apart", 0.1))
    mu = rounded(random.dirichlet(np.full(size, settings.pop("evenness", 1.0)), size=n), 6)
    actions = random.integers(size, size=n).tolist()
    rewards = rounded(random.normal(size=n))
    last = 0.0 if settings["terminal"] else rounded(random.normal())
    gamma, beta, c = settings["gamma"], settings["beta"], settings["c"]
    delta = float(settings["delta"])

    preferences = float32(out)[:, :size].requires_grad_()
    q = float32(out)[:, size:].clone().requires_grad_()
    f = torch.softmax(preferences, 1)
    fa = torch.softmax(float32(average)[:, :size], 1)
    taken = torch.tensor(actions).view(-1, 1)

    def of_taken(values: Tensor) -> Tensor:
        return values.gather(1, taken).squeeze(1)

    with torch.no_grad():
        v = (f * q).sum(1)
        rho = f / (float32(mu) + EPSILON)
        q_ret = retrace(rewards, gamma, of_taken(rho).clamp(max=1), of_taken(q), v, last)
        truncated = of_taken(rho).clamp(max=c) * (q_ret - v)
        correction = (1 - c / (rho + EPSILON)).clamp(min=0) * f * (q - v.view(-1, 1))
    log = torch.log(f + EPSILON)
    policy = (truncated * of_taken(log)).sum() + (correction * log).sum()
    g = torch.autograd.grad(policy - beta * (f * log).sum(), f, retain_graph=True)[0]
    divergence = (fa * (fa.log() - log)).sum()
    k = torch.autograd.grad(divergence, f, retain_graph=True)[0]
    excess = ((k * g).sum(1) - delta).clamp(min=0)
    z = g - (excess / (k * k).sum(1)).view(-1, 1) * k
    value = settings["qWeight"] / 2 * ((q_ret - of_taken(q)) ** 2).sum()
    d_preferences = torch.autograd.grad(f, preferences, grad_outputs=-z)[0]
    d_q = torch.autograd.grad(value, q)[0]
    entropy = Categorical(probs=f.detach()).entropy().sum()
    return {
        "name": f"{name}: {size} actions, {n} steps",
        "size": size,
        **settings,
        "out": out,
        "average": average,
        "mu": mu,
        "actions": actions,
        "rewards": rewards,
        "last": last,
        "cut": int((rho > c).sum()),
        "bound": int((excess > 0).sum()),
        "retrace": digits(q_ret),
        "terms": digits(torch.stack([-policy.detach(), value.detach(), -beta * entropy])),
        "dOut": digits(torch.cat([d_preferences, d_q], 1)),
    }


def cases() -> list[Case]:
    random = np.random.default_rng(1611)
    base = {"gamma": 0.99, "beta": 0.01, "qWeight": 0.5, "c": 10.0, "delta": "1", "terminal": False}
    return [
        case(random, name, size, n, base | more)
        for name, size, n, more in [
            ("the defaults", 2, 1, {}),
            ("the defaults", 4, 20, {}),
            ("to a terminal state", 3, 5, {"terminal": True}),
            ("no trust region", 4, 7, {"delta": "Infinity", "evenness": 0.3}),
            ("a narrow trust region", 4, 7, {"delta": "0.05", "apart": 1.0}),
            ("far from the average", 3, 9, {"delta": "0.5", "apart": 3.0, "beta": 0.1}),
            ("weights cut off", 3, 9, {"c": 1.0, "delta": "Infinity"}),
            ("weights cut off low", 5, 6, {"c": 0.3, "delta": "0.1", "terminal": True}),
            ("rare actions of the past", 6, 12, {"c": 5.0, "evenness": 0.1, "beta": 0.0}),
            ("nearly sure", 3, 6, {"scale": 12, "c": 2.0, "qWeight": 1.0, "gamma": 0.9}),
        ]
    ]


def main() -> None:
    rows = cases()
    assert any(each["cut"] for each in rows) and any(each["bound"] for each in rows)
    content = {
        "madeBy": "make_acer.py",
        "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    text = ",\n".join("    " + json.dumps(row, separators=(",", ":")) for row in rows)
    lines.append(f'  "cases": [\n{text}\n  ]')
    path = Path(__file__).resolve().parents[1] / "resources" / "oracles" / "acer.json"
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(len(rows), "cases,", path.stat().st_size, "bytes")
    for row in rows:
        print(row["name"], "cut off", row["cut"], "bound", row["bound"])


if __name__ == "__main__":
    main()
