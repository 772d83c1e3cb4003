"""Makes the reference gradients of the A3C loss that A3CGradientTest holds the Java code against.

    pip install torch numpy
    python lib/core/src/test/python/make_gradients.py

Parameters, states, actions and returns come from formulas that the test repeats, so that only gradients are
stored: every STRIDE-th element in the order of theta as little-endian float32, computed in float64 from the
loss exactly as the paper writes it, by autograd:

    sum_i  -log pi(a_i|s_i) (R_i - V_i)  -  beta H(pi(.|s_i))  +  1/2 * 1/2 (R_i - V_i)^2

The networks with LSTM cells first see WARM_UP states with other parameters: what they remember then is the
rollout's start, and the gradient does not go back into it.
"""

import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

STATES = 5
WARM_UP = 3
BETA = 0.01
NETWORKS = {
    # name: (shapes of theta, actions, shape of a state, every n-th gradient is kept)
    "conv": (
        [(16, 4, 8, 8), (16,), (32, 16, 4, 4), (32,), (256, 2592), (256,), (7, 256), (7,)],
        6,
        (4, 84, 84),
        61,
    ),
    "mlp": ([(64, 4), (64,), (3, 64), (3,)], 2, (4,), 1),
    "conv-lstm": (
        [(16, 4, 8, 8), (16,), (32, 16, 4, 4), (32,), (256, 2592), (256,)]
        + [(1024, 256), (1024, 256), (1024,), (1024,), (7, 256), (7,)],
        6,
        (4, 84, 84),
        97,
    ),
    "mlp-lstm": (
        [(64, 4), (64,), (128, 64), (128, 32), (128,), (128,), (3, 32), (3,)],
        2,
        (4,),
        7,
    ),
}


def hashed(n: int, salt: int) -> np.ndarray:
    """n numbers in [0, 1) that Java can repeat: the top 24 bits of a multiplicative hash."""
    i = np.arange(1, n + 1, dtype=np.uint64) + np.uint64(salt * 1_000_003)
    h = (i * np.uint64(0x9E3779B97F4A7C15)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    h ^= h >> np.uint64(32)
    h = (h * np.uint64(0xD6E8FEB86659FD93)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    return (h >> np.uint64(40)).astype(np.float64) / 2**24


def forward(
    name: str, theta: list[torch.Tensor], x: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor]
) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
    """Outputs, and what an LSTM remembers afterwards."""
    if name.startswith("conv"):
        h = F.relu(F.conv2d(x / 255, theta[0], theta[1], stride=4))
        h = F.relu(F.conv2d(h, theta[2], theta[3], stride=2)).flatten(1)
        h = F.relu(F.linear(h, theta[4], theta[5]))
    else:
        h = torch.tanh(F.linear(x, theta[0], theta[1]))
    if name.endswith("lstm"):
        w_ih, w_hh, b_ih, b_hh = theta[-6:-2]
        cell = torch.nn.LSTMCell(w_ih.shape[1], w_hh.shape[1], dtype=torch.float64)
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        weights = dict(zip(names, (w_ih, w_hh, b_ih, b_hh)))
        hs = []
        for features in h:
            state = torch.func.functional_call(cell, weights, (features, state))
            hs.append(state[0])
        h = torch.stack(hs)
    return F.linear(h, theta[-2], theta[-1]), state


def parameters(shapes: list[tuple[int, ...]], first_salt: int) -> list[torch.Tensor]:
    theta, fan_in = [], 1
    for i, shape in enumerate(shapes):
        if len(shape) > 1:
            fan_in = math.prod(shape[1:])
        values = 2 * hashed(math.prod(shape), first_salt + i) - 1
        values = (values / math.sqrt(fan_in)).astype(np.float32).reshape(shape)
        theta.append(torch.tensor(values, dtype=torch.float64, requires_grad=True))
    return theta


def states(name: str, n: int, shape: tuple[int, ...], salt: int) -> torch.Tensor:
    raw = hashed(n * math.prod(shape), salt).reshape(n, *shape)
    conv = name.startswith("conv")
    x = np.floor(raw * 256) if conv else (2 * raw - 1).astype(np.float32)
    return torch.tensor(x, dtype=torch.float64)


def main() -> None:
    target = Path(__file__).resolve().parent.parent / "resources" / "gradients"
    target.mkdir(parents=True, exist_ok=True)
    for name, (shapes, actions, state, stride) in NETWORKS.items():
        theta = parameters(shapes, 0)
        remembered = ()
        if name.endswith("lstm"):
            zeros = torch.zeros(shapes[-5][1], dtype=torch.float64)
            before = states(name, WARM_UP, state, 200)
            with torch.no_grad():
                _, remembered = forward(name, parameters(shapes, 50), before, (zeros, zeros))
        a = torch.arange(STATES) % actions
        returns = torch.tensor([-1 + 0.5 * i for i in range(STATES)], dtype=torch.float64)

        out, _ = forward(name, theta, states(name, STATES, state, 100), remembered)
        log_pi = F.log_softmax(out[:, :actions], 1)
        advantage = returns - out[:, actions]
        entropy = -(log_pi.exp() * log_pi).sum()
        policy = -(log_pi.gather(1, a.view(-1, 1)).squeeze(1) * advantage.detach()).sum()
        loss = policy - BETA * entropy + 0.25 * (advantage**2).sum()
        loss.backward()
        gradient = torch.cat([t.grad.flatten() for t in theta]).numpy()
        gradient[::stride].astype("<f4").tofile(target / f"{name}.f32")
        norm = float(np.sqrt((gradient**2).sum()))
        (target / f"{name}.properties").write_text(
            f"# by make_gradients.py, torch {torch.__version__.split('+')[0]}\n"
            f"size={gradient.size}\nstride={stride}\nloss={loss.item():.12g}\nnorm={norm:.12g}\n"
            f"outputs={' '.join(f'{value:.9g}' for value in out.flatten().tolist())}\n"
        )
        print(name, gradient.size, loss.item(), norm)


if __name__ == "__main__":
    main()
