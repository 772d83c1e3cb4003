"""Makes the reference numbers of the deterministic policy gradient: resources/oracles/dpg.json.

    pip install torch numpy
    python lib/core/src/test/python/make_dpg.py

All in float64, gradients by autograd. Each case is a policy mu(s) = tanh(network(s)) and a critic Q(s, a) whose first
layer sees s alone and whose other layers see a and what the first one gave, side by side. Targets are both networks
with all parameters times 0.9. Three updates on one minibatch: the critic by Adam with weight decay, then the policy by
Adam, then soft targets.
"""

import torch
from torch import Tensor

from make_gradients import hashed
from make_oracles import Case, dense, dense_shapes, digits, float32, parameters, rounded, write

STATES, ACTIONS, N = 5, 2, 7
EVERY = 3


def critic_shapes(hidden: list[int]) -> list[list[int]]:
    if len(hidden) == 1:
        return dense_shapes(STATES + ACTIONS, hidden, 1)
    first, *rest = hidden
    return [[first, STATES], [first], *dense_shapes(ACTIONS + first, rest, 1)]


def q(case: Case, phi: list[Tensor], s: Tensor, a: Tensor) -> Tensor:
    activation = getattr(torch, case["activation"].lower())
    if len(case["critic"]) == 1:
        return dense(phi, torch.cat([s, a], 1), activation).squeeze(1)
    h = activation(torch.nn.functional.linear(s, phi[0], phi[1]))
    return dense(phi[2:], torch.cat([a, h], 1), activation).squeeze(1)


def mu(case: Case, theta: list[Tensor], s: Tensor) -> Tensor:
    return torch.tanh(dense(theta, s, getattr(torch, case["activation"].lower())))


def numbers(rows: int, columns: int, salt: int, scale: float) -> Tensor:
    return float32(rounded((2 * hashed(rows * columns, salt).reshape(rows, columns) - 1) * scale))


def flat(parts: list[Tensor]) -> Tensor:
    return torch.cat([part.detach().flatten() for part in parts])[::EVERY].clone()


def gradient(parts: list[Tensor]) -> Tensor:
    return flat([part.grad for part in parts if part.grad is not None])


def solve(case: Case) -> Case:
    shapes = {"critic": critic_shapes(case["critic"]), "policy": dense_shapes(STATES, case["policy"], ACTIONS)}
    phi, theta = parameters(shapes["critic"]), parameters(shapes["policy"])
    phi_minus, theta_minus = ([float32(0.9 * p.detach()) for p in each] for each in (phi, theta))
    s, s_next = numbers(N, STATES, 900, 2), numbers(N, STATES, 901, 2)
    a, reward = numbers(N, ACTIONS, 902, 1), numbers(1, N, 903, 3).squeeze(0)
    discount = float32([0.99, 0.99, 0.0, 0.9801, 0.99, 0.0, 0.99])
    weight = numbers(1, N, 904, 1).squeeze(0).abs() if case["weighted"] else torch.ones(N)
    clip = case["clip"]
    adam_phi = torch.optim.Adam(phi, lr=1e-3, weight_decay=case["weightDecay"])
    adam_theta = torch.optim.Adam(theta, lr=1e-4)
    steps = []
    for _ in range(3):
        y = reward + discount * q(case, phi_minus, s_next, mu(case, theta_minus, s_next))
        values = q(case, phi, s, a)
        loss = case["errorWeight"] * weight * (y - values) ** 2
        adam_phi.zero_grad()
        loss.mean().backward()
        step = {"y": y, "q": values, "loss": loss.sum(), "dPhi": gradient(phi)}
        adam_phi.step()
        actions = mu(case, theta, s)
        dq = torch.autograd.grad(q(case, phi, s, actions).sum(), actions, retain_graph=True)[0]
        if clip is not None:
            actions.register_hook(lambda d: (d * N).clamp(-clip, clip) / N)
        policy = -q(case, phi, s, actions)
        adam_theta.zero_grad()
        policy.mean().backward()
        step |= {"policy": policy.sum(), "dQ": dq, "dTheta": gradient(theta)}
        adam_theta.step()
        for target, of in ((phi_minus, phi), (theta_minus, theta)):
            for old, new in zip(target, of, strict=True):
                old += case["tau"] * (new.detach() - old)
        step |= {"phi": flat(phi), "theta": flat(theta)}
        step |= {"phiMinus": flat(phi_minus), "thetaMinus": flat(theta_minus)}
        steps.append({key: digits(value.detach()) for key, value in step.items()})
    fixed = {"states": s, "next": s_next, "actions": a, "rewards": reward, "discounts": discount, "weights": weight}
    return (
        case
        | {"criticShapes": shapes["critic"], "policyShapes": shapes["policy"]}
        | {key: digits(value) for key, value in fixed.items()}
        | {"steps": steps}
    )


def main() -> None:
    ddpg: Case = {"errorWeight": 1.0, "weighted": False, "clip": None}
    cases: list[Case] = [
        {"name": "DDPG", "critic": [12, 8], "policy": [10, 6], "activation": "RELU"}
        | ddpg
        | {"weightDecay": 0.01, "tau": 0.001},
        {"name": "one hidden layer", "critic": [9], "policy": [7], "activation": "TANH"}
        | ddpg
        | {"weightDecay": 0.0, "tau": 0.1},
        {"name": "Ape-X DPG", "critic": [11, 7, 5], "policy": [8, 5], "activation": "TANH"}
        | {"errorWeight": 0.5, "weighted": True, "clip": 0.04, "weightDecay": 0.0, "tau": 1.0},
    ]
    write("dpg", {"madeBy": "make_dpg.py", "every": EVERY, "cases": [solve(case) for case in cases]})


if __name__ == "__main__":
    main()
