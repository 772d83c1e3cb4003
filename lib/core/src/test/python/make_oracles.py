"""Makes the reference numbers that the tests of algorithms, networks and optimizers hold the Java code against.

    pip install torch numpy
    python lib/core/src/test/python/make_oracles.py

All in float64; gradients by torch's autograd, from losses as the papers write them. Four files:

losses.json      log-probability, entropy, terms and gradient at the outputs, of A3C's loss with a softmax and with
                 Gaussians, and of (y - Q)^2 with and without a dueling head
returns.json     episodes of every length that end in every way, and what each algorithm makes of them
networks.json    gradients of whole networks; parameters and states come from a formula that the test repeats
optimizers.json  theta under 20 updates by gradients from a formula

Numbers that go in are rounded to a few decimals and then to float32, as the Java code has them.
"""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.distributions import Categorical, Normal

from make_gradients import hashed

torch.set_default_dtype(torch.float64)

Case = dict[str, Any]
Loss = Callable[[Tensor], list[Tensor]]

SMALLEST_VARIANCE = 1e-6
ACTIONS = 3  # of the scripted episodes; with V or without, four outputs serve all heads
T_MAX = 3


def rounded(values: Any, decimals: int = 3) -> Any:
    return np.round(values, decimals).tolist()


def digits(values: Any, significant: int = 9) -> Any:
    """The same numbers, short enough for a file; nine digits are more than a float32 has."""
    if isinstance(values, Tensor | np.ndarray):
        values = values.tolist()
    if isinstance(values, list):
        return [digits(value, significant) for value in values]
    return float(f"{values:.{significant}g}")


def float32(values: Any) -> Tensor:
    """What Java's floats of these decimals are."""
    return torch.tensor(np.asarray(values, dtype=np.float32).astype(np.float64))


# ---- policies, values, losses


def gaussian(out: Tensor) -> Normal:
    mu, rho = out.chunk(2, -1)
    variance = torch.logaddexp(rho, torch.zeros_like(rho)) + SMALLEST_VARIANCE  # softplus
    return Normal(mu, variance.sqrt())


def log_probability(policy: str, out: Tensor, actions: Tensor) -> Tensor:
    if policy == "softmax":
        return Categorical(logits=out).log_prob(actions)
    return gaussian(out).log_prob(actions).sum(-1)


def entropy(policy: str, out: Tensor) -> Tensor:
    if policy == "softmax":
        return Categorical(logits=out).entropy()
    return gaussian(out).entropy().sum(-1)


def actor_critic(policy: str, actions: Tensor, returns: Tensor, beta: float, weight: float) -> Loss:
    def terms(out: Tensor) -> list[Tensor]:
        advantage = returns - out[:, -1]
        log_pi = log_probability(policy, out[:, :-1], actions)
        return [
            -(log_pi * advantage.detach()).sum(),
            weight / 2 * (advantage**2).sum(),
            -beta * entropy(policy, out[:, :-1]).sum(),
        ]

    return terms


def action_values(out: Tensor, dueling: bool) -> Tensor:
    if not dueling:
        return out
    v, a = out[:, :1], out[:, 1:]
    return v + a - a.mean(1, keepdim=True)


def squared_error(dueling: bool, actions: Tensor, y: Tensor, weight: float) -> Loss:
    def terms(out: Tensor) -> list[Tensor]:
        q = action_values(out, dueling).gather(1, actions.view(-1, 1)).squeeze(1)
        zero = torch.zeros(())
        return [zero, weight / 2 * ((y - q) ** 2).sum(), zero]

    return terms


def differentiate(loss: Loss, out: Tensor) -> tuple[list[float], Tensor]:
    out = out.clone().requires_grad_()
    terms = loss(out)
    sum(terms).backward()
    return [term.item() for term in terms], out.grad


# ---- losses.json


def losses() -> Case:
    random = np.random.default_rng(2016)
    cases = []
    sizes = [
        ("softmax", 1, 2, 0.01, 0.5, 1),
        ("softmax", 5, 4, 0.1, 1.0, 3),
        ("softmax", 20, 18, 0.0, 2.0, 1),
        ("softmax", 3, 3, 1.0, 0.25, 40),  # Some probabilities are nearly 0.
        ("gaussian", 5, 1, 0.01, 0.5, 1),
        ("gaussian", 5, 2, 1e-4, 1.0, 3),
        ("gaussian", 20, 3, 0.5, 2.0, 1),
        ("gaussian", 4, 2, 0.1, 0.5, 20),  # Some variances are nearly 0.
    ]
    for policy, n, size, beta, weight, scale in sizes:
        width = size if policy == "softmax" else 2 * size
        raw = random.normal(size=(n, width + 1))
        raw[:, :width] *= scale
        out = rounded(raw)
        if policy == "softmax":
            actions = random.integers(size, size=n).tolist()
            taken = torch.tensor(actions)
        else:
            sigma = gaussian(float32(out)[:, :-1]).scale.numpy()
            noise = random.normal(size=(n, size)) * sigma
            actions = rounded(np.asarray(out)[:, :size] + noise, 4)
            taken = float32(actions)
        returns = rounded(random.normal(size=n) * 2)
        x = float32(out)
        terms, gradient = differentiate(
            actor_critic(policy, taken, torch.tensor(returns), beta, weight), x
        )
        cases.append(
            {
                "name": f"{policy} {size}, {n} states, beta {beta}, outputs of about {scale}",
                "policy": policy,
                "size": size,
                "beta": beta,
                "valueWeight": weight,
                "out": out,
                "actions": actions,
                "returns": returns,
                "logProbability": digits(log_probability(policy, x[:, :-1], taken)),
                "entropy": digits(entropy(policy, x[:, :-1])),
                "terms": digits(terms),
                "dOut": digits(gradient),
            }
        )
    for dueling in [False, True]:
        for n, size, weight in [(1, 2, 1.0), (5, 6, 0.5), (20, 3, 2.0)]:
            out = rounded(random.normal(size=(n, size + dueling)) * 2)
            actions = random.integers(size, size=n).tolist()
            y = rounded(random.normal(size=n) * 2)
            x = float32(out)
            terms, gradient = differentiate(
                squared_error(dueling, torch.tensor(actions), torch.tensor(y), weight), x
            )
            cases.append(
                {
                    "name": f"{'dueling ' if dueling else ''}Q {size}, {n} states",
                    "policy": "none",
                    "size": size,
                    "dueling": dueling,
                    "valueWeight": weight,
                    "out": out,
                    "actions": actions,
                    "y": y,
                    "q": digits(action_values(x, dueling)),
                    "terms": digits(terms),
                    "dOut": digits(gradient),
                }
            )
    return {"cases": cases}


# ---- returns.json


def episodes() -> list[Case]:
    """Of every length, ended in every way; the last one goes on where the script ends."""
    random = np.random.default_rng(1602)
    kinds = [(n, ending) for n in range(1, 8) for ending in ["TERMINATED", "TRUNCATED"]]
    kinds += [(3, "LOST"), (4, "LOST"), (2 * T_MAX, "NONE")]
    assert sum(n for n, _ in kinds) % T_MAX == 0
    result = []
    for n, ending in kinds:
        states = n + 1
        result.append(
            {
                "ending": ending,
                "rewards": rounded(random.normal(size=n), 2),
                "uniforms": rounded(random.random(states), 4),
                "actions": random.integers(ACTIONS, size=states).tolist(),
                "outputs": rounded(random.normal(size=(states, ACTIONS + 1)), 2),
                "targets": rounded(random.normal(size=(states, ACTIONS + 1)), 2),
            }
        )
    return result


def value_targets(
    rewards: list[float], values: list[float], gamma: float, lam: float
) -> list[float]:
    """Targets of V(s_0) ... V(s_n-1) where values has V(s_n) as well, 0 if terminal.

    Three formulas that have nothing in common with the recursion in A3C.java.
    """
    n = len(rewards)
    if lam == 1:  # the n-step return
        return [
            sum(gamma**k * rewards[i + k] for k in range(n - i)) + gamma ** (n - i) * values[n]
            for i in range(n)
        ]
    td = [rewards[i] + gamma * values[i + 1] for i in range(n)]
    if lam == 0:  # the one-step return
        return td
    # Schulman et al. (2016), equation 16: the generalised advantage, cut off at the rollout's end
    delta = [td[i] - values[i] for i in range(n)]
    return [
        values[i] + sum((gamma * lam) ** k * delta[i + k] for k in range(n - i)) for i in range(n)
    ]


def rollouts(n: int, thread_steps: int, by_thread_steps: bool) -> list[tuple[int, int]]:
    """Where an episode is cut: every T_MAX of its own steps, or of all steps of the thread."""
    cuts, start = [], 0
    for i in range(1, n + 1):
        if i == n or ((thread_steps + i) if by_thread_steps else (i - start)) % T_MAX == 0:
            cuts.append((start, i))
            start = i
    return cuts


def a3c_rollout(case: Case, episode: Case, start: int, end: int) -> tuple[Loss, Tensor]:
    out = float32(episode["outputs"])
    terminal = episode["ending"] == "TERMINATED" and end == len(episode["rewards"])
    values = out[start : end + 1, -1].tolist()
    values[-1] = 0.0 if terminal else values[-1]
    targets = value_targets(episode["rewards"][start:end], values, case["gamma"], case["lambda"])
    below = torch.softmax(out[start:end, :-1], 1).cumsum(1)
    u = torch.tensor(episode["uniforms"][start:end]).view(-1, 1)
    actions = torch.searchsorted(below, u, right=True).squeeze(1).clamp(max=ACTIONS - 1)
    loss = actor_critic(
        "softmax", actions, torch.tensor(targets), case["beta"], case["valueWeight"]
    )
    return loss, out[start:end]


def q_rollout(case: Case, episode: Case, start: int, end: int) -> tuple[Loss, Tensor]:
    width = ACTIONS + case["dueling"]
    out = float32(episode["outputs"])[:, :width]
    q = action_values(out, case["dueling"])
    target_q = action_values(float32(episode["targets"])[:, :width], case["dueling"])
    n = len(episode["rewards"])

    def bootstrap(state: int) -> float:
        if episode["ending"] == "TERMINATED" and state == n:
            return 0.0
        if case["algorithm"] == "one-step-sarsa":
            return target_q[state, episode["actions"][state]].item()
        if case["doubleQ"]:
            return target_q[state, q[state].argmax()].item()
        return target_q[state].max().item()

    r, gamma = episode["rewards"], case["gamma"]
    y = []
    for i in range(start, end):
        last = end if case["algorithm"] == "n-step-q" else i + 1
        y.append(
            sum(gamma ** (k - i) * r[k] for k in range(i, last))
            + gamma ** (last - i) * bootstrap(last)
        )
    actions = torch.tensor(episode["actions"][start:end])
    loss = squared_error(case["dueling"], actions, torch.tensor(y), case["valueWeight"])
    return loss, out[start:end]


def returns() -> Case:
    script = episodes()
    cases: list[Case] = [
        {"algorithm": "a3c", "gamma": gamma, "lambda": lam, "beta": beta, "valueWeight": weight}
        for gamma, lam, beta, weight in [
            (0.99, 1, 0.01, 0.5),
            (0.9, 0.8, 0.1, 1.0),
            (0.5, 0, 0.0, 2.0),
        ]
    ]
    for algorithm in ["one-step-q", "n-step-q"]:
        for dueling, double_q in [(False, False), (True, False), (False, True), (True, True)]:
            cases.append({"algorithm": algorithm, "dueling": dueling, "doubleQ": double_q})
    for dueling in [False, True]:
        cases.append({"algorithm": "one-step-sarsa", "dueling": dueling})
    for case in cases:
        a3c = case["algorithm"] == "a3c"
        if not a3c:
            case |= {"gamma": 0.9, "valueWeight": 0.5 if case["dueling"] else 1.0}
        rollout = a3c_rollout if a3c else q_rollout
        lengths, totals, gradients, t = [], np.zeros(3), [], 0
        for episode in script:
            n = len(episode["rewards"])
            for start, end in rollouts(n, t, case["algorithm"].startswith("one-step")):
                terms, gradient = differentiate(*rollout(case, episode, start, end))
                lengths.append(end - start)
                totals += terms
                gradients.append(gradient)
            t += n
        case |= {
            "lengths": lengths,
            "terms": digits(totals),
            "dOut": digits(torch.cat(gradients), 7),
        }
    return {"actions": ACTIONS, "tMax": T_MAX, "episodes": script, "cases": cases}


# ---- networks.json


def parameters(shapes: list[list[int]]) -> list[Tensor]:
    theta, fan_in = [], 1
    for salt, shape in enumerate(shapes):
        fan_in = math.prod(shape[1:]) if len(shape) > 1 else fan_in
        values = (2 * hashed(math.prod(shape), salt) - 1) / math.sqrt(fan_in)
        theta.append(float32(values.reshape(shape)).requires_grad_())
    return theta


def dense(theta: list[Tensor], x: Tensor, activation: Callable[[Tensor], Tensor]) -> Tensor:
    for i in range(0, len(theta) - 2, 2):
        x = activation(F.linear(x, theta[i], theta[i + 1]))
    return F.linear(x, theta[-2], theta[-1])


def small_conv(theta: list[Tensor], x: Tensor) -> Tensor:
    h = F.relu(F.conv2d(x, theta[0], theta[1], stride=4))
    h = F.relu(F.conv2d(h, theta[2], theta[3], stride=2)).flatten(1)
    return dense(theta[4:], h, torch.relu)


def dense_shapes(inputs: int, hidden: list[int], outputs: int) -> list[list[int]]:
    shapes = []
    for units in [*hidden, outputs]:
        shapes += [[units, inputs], [units]]
        inputs = units
    return shapes


def networks() -> Case:
    conv = [[16, 4, 8, 8], [16], [32, 16, 4, 4], [32], [256, 2592], [256]]
    cases: list[Case] = [
        {"network": "mlp", "hidden": [24, 16], "activation": "RELU", "states": [6]}
        | {"bytes": False, "loss": "dueling", "size": 3, "every": 3},
        {"network": "mlp", "hidden": [32], "activation": "TANH", "states": [2, 3, 5]}
        | {"bytes": True, "loss": "q", "size": 4, "every": 7},
        {"network": "mlp", "hidden": [16, 16], "activation": "TANH", "states": [5]}
        | {"bytes": False, "loss": "gaussian", "size": 1, "every": 2},
        {"network": "separate", "hidden": [20, 12], "activation": "TANH", "states": [6]}
        | {"bytes": False, "loss": "gaussian", "size": 2, "every": 5},
        {"network": "separate", "hidden": [20], "activation": "RELU", "states": [4]}
        | {"bytes": False, "loss": "softmax", "size": 3, "every": 1},
        {"network": "small-conv", "hidden": [256], "activation": "RELU", "states": [4, 84, 84]}
        | {"bytes": True, "loss": "dueling", "size": 6, "every": 997},
    ]
    n = 5
    for case in cases:
        size, kind = case["size"], case["loss"]
        policy = 2 * size if kind == "gaussian" else size
        outputs = size if kind == "q" else policy + 1
        inputs = math.prod(case["states"])
        separate = case["network"] == "separate"
        if case["network"] == "small-conv":
            shapes = conv + dense_shapes(256, [], outputs)
        elif separate:
            shapes = dense_shapes(inputs, case["hidden"], policy)
            shapes += dense_shapes(inputs, case["hidden"], 1)
        else:
            shapes = dense_shapes(inputs, case["hidden"], outputs)
        theta = parameters(shapes)
        raw = hashed(n * inputs, 100)
        x = torch.tensor(np.floor(raw * 256) / 255) if case["bytes"] else float32(2 * raw - 1)
        activation = torch.relu if case["activation"] == "RELU" else torch.tanh
        if case["network"] == "small-conv":
            out = small_conv(theta, x.view(n, *case["states"]))
        elif separate:
            half = len(theta) // 2
            x = x.view(n, inputs)
            out = torch.cat(
                [dense(theta[:half], x, activation), dense(theta[half:], x, activation)], 1
            )
        else:
            out = dense(theta, x.view(n, inputs), activation)
        targets = torch.tensor([-1 + 0.5 * i for i in range(n)])
        if kind == "gaussian":
            actions = rounded(2 * hashed(n * size, 101).reshape(n, size) - 1)
            taken = float32(actions)
        else:
            actions = [i % size for i in range(n)]
            taken = torch.tensor(actions)
        if kind in ["softmax", "gaussian"]:
            loss = sum(actor_critic(kind, taken, targets, 0.01, 0.5)(out))
        else:
            loss = sum(squared_error(kind == "dueling", taken, targets, 1.0)(out))
        loss.backward()
        gradient = torch.cat([t.grad.flatten() for t in theta])
        case |= {
            "name": f"{case['network']}, {kind}, {case['activation'].lower()}",
            "shapes": shapes,
            "actions": actions,
            "value": digits(loss.item()),
            "norm": digits(gradient.norm().item()),
            "gradient": digits(gradient[:: case["every"]], 8),
        }
    return {"count": n, "beta": 0.01, "valueWeight": 0.5, "cases": cases}


# ---- optimizers.json


class RmsProp:
    """g = alpha g + (1 - alpha) d^2; theta = theta - eta d / sqrt(g + epsilon): not torch's, whose epsilon is
    outside the root."""

    def __init__(self, theta: Tensor, alpha: float, epsilon: float) -> None:
        self.theta, self.alpha, self.epsilon = theta, alpha, epsilon
        self.g = torch.zeros_like(theta)

    def step(self, d: Tensor, eta: float) -> None:
        self.g = self.alpha * self.g + (1 - self.alpha) * d**2
        self.theta.data -= eta * d / torch.sqrt(self.g + self.epsilon)


class OfTorch:
    """An optimizer of torch, with another learning rate for each step."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer

    def step(self, d: Tensor, eta: float) -> None:
        group = self.optimizer.param_groups[0]
        group["lr"] = eta
        group["params"][0].grad = d
        self.optimizer.step()


class CenteredRmsProp:
    """Divides by the root of the variance plus epsilon; torch's puts epsilon outside."""

    def __init__(self, theta: Tensor, alpha: float, epsilon: float) -> None:
        self.theta, self.alpha, self.epsilon = theta, alpha, epsilon
        self.m, self.g = torch.zeros_like(theta), torch.zeros_like(theta)

    def step(self, d: Tensor, eta: float) -> None:
        self.m = self.alpha * self.m + (1 - self.alpha) * d
        self.g = self.alpha * self.g + (1 - self.alpha) * d * d
        with torch.no_grad():
            self.theta -= eta * d / (self.g - self.m * self.m + self.epsilon).sqrt()


Kind = RmsProp | CenteredRmsProp | OfTorch


def optimizer(kind: str, theta: Tensor, decay: float, epsilon: float) -> Kind:
    if kind.endswith("centered-rmsprop"):
        return CenteredRmsProp(theta, decay, epsilon)
    if kind.endswith("rmsprop"):
        return RmsProp(theta, decay, epsilon)
    if kind.endswith("adam"):
        return OfTorch(torch.optim.Adam([theta], eps=epsilon))
    sgd = torch.optim.SGD([theta], lr=1, momentum=decay, dampening=decay)
    sgd.state[theta]["momentum_buffer"] = torch.zeros_like(theta)  # Otherwise it starts as d.
    return OfTorch(sgd)


def optimizers() -> Case:
    size, updates, every = 2500, 20, 97
    eta = [0.05 * (1 - k / 40) for k in range(updates)]
    scales = [rounded(0.03 * 1.4**k if k % 4 else 2.5) for k in range(updates)]
    learners = [1 if k % 3 == 1 else 0 for k in range(updates)]
    kept = [1, 2, 10, 20]
    cases = []
    for kind, decay, epsilon, clip in [
        ("shared-rmsprop", 0.99, 0.1, 40.0),
        ("shared-rmsprop", 0.9, 1e-3, None),
        ("rmsprop", 0.99, 0.1, 40.0),
        ("shared-centered-rmsprop", 0.95, 0.01, None),
        ("shared-centered-rmsprop", 0.95, 1.5e-4, 40.0),
        ("momentum", 0.9, 0.0, 10.0),
        ("momentum", 0.0, 0.0, None),
        ("shared-adam", 0.0, 1e-8, None),
        ("shared-adam", 0.0, 0.01, 1.0),
        ("adam", 0.0, 1e-3, 40.0),
    ]:
        theta = float32((2 * hashed(size, 50) - 1) * 0.1).requires_grad_()
        shared = optimizer(kind, theta, decay, epsilon)
        own = [optimizer(kind, theta, decay, epsilon) for _ in range(2)]
        norms, path = [], []
        for k in range(updates):
            d = float32((2 * hashed(size, 200 + k) - 1) * scales[k])
            norm = d.norm().item()
            norms.append(norm)
            d = d * (clip / norm) if clip is not None and norm > clip else d
            (shared if kind.startswith("shared") else own[learners[k]]).step(d, eta[k])
            if k + 1 in kept:
                path.append(theta.detach()[::every].clone())
        cases.append(
            {
                "name": f"{kind}, decay {decay}, epsilon {epsilon}, clipped at {clip}",
                "kind": kind,
                "decay": decay,
                "epsilon": epsilon,
                "clip": clip,
                "theta": digits(torch.stack(path)),
            }
        )
    return {
        "size": size,
        "every": every,
        "kept": kept,
        "learningRates": digits(eta),
        "scales": scales,
        "learners": learners,
        "norms": digits(norms),
        "cases": cases,
    }


def write(name: str, content: Case, made_by: str = "make_oracles.py") -> None:
    """One line for each number, and for each element of a list of records."""
    lines = []
    versions = {"torch": torch.__version__.split("+")[0], "numpy": np.__version__}
    for key, value in ({"madeBy": made_by} | versions | content).items():
        text = json.dumps(value, separators=(",", ":"))
        if isinstance(value, list) and isinstance(value[0], dict):
            rows = ("    " + json.dumps(row, separators=(",", ":")) for row in value)
            text = "[\n" + ",\n".join(rows) + "\n  ]"
        lines.append(f"  {json.dumps(key)}: {text}")
    target = Path(__file__).resolve().parents[1] / "resources" / "oracles"
    target.mkdir(exist_ok=True)
    path = target / f"{name}.json"
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(name, len(content["cases"]), "cases,", path.stat().st_size, "bytes")


def main() -> None:
    write("losses", losses())
    write("returns", returns())
    write("networks", networks())
    write("optimizers", optimizers())


if __name__ == "__main__":
    main()
