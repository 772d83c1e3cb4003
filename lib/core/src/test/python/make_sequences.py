"""Makes the reference numbers for networks that see several episodes at once.

    pip install torch numpy
    python lib/core/src/test/python/make_sequences.py

sequences.json: outputs, loss and gradient of recurrent networks over environments that step
together, where some of their episodes end and others start within the rollout; and of networks with
a spatial softmax. In float64, by torch's autograd. The recurrence is torch.nn.LSTMCell, one step
and one environment at a time, with zeros at the start of an episode, so that it has nothing in
common with the batches of the Java code.
"""

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from make_gradients import hashed
from make_oracles import actor_critic, dense_shapes, digits, float32, parameters, write
from torch import Tensor

Case = dict[str, Any]

STEPS, ENVIRONMENTS, ACTIONS = 5, 3, 2
STARTS = [[2, 0], [4, 0], [2, 1], [0, 2], [1, 2]]  # (step, environment): with it an episode starts


def features(case: Case, shapes: list[list[int]]) -> list[list[int]]:
    if case["features"] == "mlp":
        return dense_shapes(case["states"][0], [], case["hidden"])
    channels, size, _ = case["states"]
    last = ((size - 8) // 4 + 1 - 4) // 2 + 1
    result = [[16, channels, 8, 8], [16], [32, 16, 4, 4], [32]]
    seen = 64 if case["points"] else 32 * last**2
    if case["features"] == "small-conv":
        result += [[256, seen], [256]]
        seen = 256
    shapes.append([seen])
    return result


def network_shapes(case: Case, outputs: int) -> list[list[int]]:
    seen: list[list[int]] = [[case["hidden"]]] if case["features"] == "mlp" else []
    shapes = features(case, seen)
    width, cells = seen[0][0], case["cells"]
    if cells:
        shapes += [[4 * cells, width], [4 * cells, cells], [4 * cells], [4 * cells]]
        width = cells
    return shapes + dense_shapes(width, [], outputs)


def spatial_softmax(a: Tensor) -> Tensor:
    """By loops over positions, as the formula has it."""
    _, _, height, width = a.shape
    weight = a.exp() / a.exp().sum((2, 3), keepdim=True)
    x = sum(
        weight[:, :, i, j] * (-1 + 2 * j / (width - 1)) for i in range(height) for j in range(width)
    )
    y = sum(
        weight[:, :, i, j] * (-1 + 2 * i / (height - 1))
        for i in range(height)
        for j in range(width)
    )
    return torch.stack([x, y], 2).flatten(1)


def forward(case: Case, theta: list[Tensor], x: Tensor, memory: list[list[Tensor]]) -> Tensor:
    """Row t * ENVIRONMENTS + e is step t of environment e; memory is replaced."""
    if case["features"] == "mlp":
        h, rest = torch.tanh(F.linear(x, theta[0], theta[1])), theta[2:]
    else:
        linear = case["features"] == "linear-conv"
        h = F.conv2d(x, theta[0], theta[1], stride=4)
        h = F.conv2d(h if linear else F.relu(h), theta[2], theta[3], stride=2)
        h = h if linear else F.relu(h)
        h, rest = spatial_softmax(h) if case["points"] else h.flatten(1), theta[4:]
        if not linear:
            h, rest = F.relu(F.linear(h, rest[0], rest[1])), rest[2:]
    if case["cells"]:
        cell = torch.nn.LSTMCell(h.shape[1], case["cells"])
        weights = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), rest[:4], strict=True))
        rows = []
        for row, seen in enumerate(h):
            t, e = divmod(row, ENVIRONMENTS)
            if [t, e] in STARTS:
                memory[e] = [torch.zeros(case["cells"]), torch.zeros(case["cells"])]
            memory[e] = list(torch.func.functional_call(cell, weights, (seen, tuple(memory[e]))))
            rows.append(memory[e][0])
        h, rest = torch.stack(rows), rest[4:]
    return F.linear(h, rest[0], rest[1])


def main() -> None:
    mlp = {"features": "mlp", "hidden": 7, "points": False, "states": [4]}
    image = {"hidden": 0, "states": [2, 36, 36]}
    cases: list[Case] = [
        mlp | {"cells": 6, "separate": False, "every": 1},
        mlp | {"cells": 6, "separate": True, "every": 3},
        image
        | {"features": "small-conv", "points": False, "cells": 16, "separate": False, "every": 97},
        image
        | {"features": "small-conv", "points": True, "cells": 0, "separate": False, "every": 61},
        image
        | {"features": "linear-conv", "points": False, "cells": 16, "separate": True, "every": 97},
        image
        | {"features": "linear-conv", "points": True, "cells": 16, "separate": True, "every": 61},
    ]
    n = STEPS * ENVIRONMENTS
    for case in cases:
        cells, size = case["cells"], math.prod(case["states"])
        sizes = [ACTIONS, 1] if case["separate"] else [ACTIONS + 1]
        parts = [network_shapes(case, outputs) for outputs in sizes]
        theta = parameters([shape for part in parts for shape in part])
        raw = hashed(n * size, 100)
        x = (
            float32(2 * raw - 1)
            if case["features"] == "mlp"
            else torch.tensor(np.floor(raw * 256) / 255)
        )
        x = x.view(n, *case["states"])
        states = 2 * cells * len(sizes)  # h and c of each network
        before = float32(2 * hashed(ENVIRONMENTS * states, 101) - 1).view(ENVIRONMENTS, states)
        outs, offset = [], 0
        for i, part in enumerate(parts):
            own = before[:, 2 * cells * i : 2 * cells * (i + 1)]
            memory = [[own[e, :cells], own[e, cells:]] for e in range(ENVIRONMENTS)]
            outs.append(forward(case, theta[offset : offset + len(part)], x, memory))
            offset += len(part)
        out = torch.cat(outs, 1)
        actions = torch.arange(n) % ACTIONS
        targets = torch.tensor([-1 + 0.25 * i for i in range(n)])
        loss = sum(actor_critic("softmax", actions, targets, 0.01, 0.5)(out))
        loss.backward()
        gradient = torch.cat([t.grad.flatten() for t in theta])
        kind = "points" if case["points"] else "maps"
        case |= {
            "name": f"{case['features']}, {kind}, {cells} cells, separate: {case['separate']}",
            "shapes": [shape for part in parts for shape in part],
            "outputs": digits(out),
            "value": digits(loss.item()),
            "norm": digits(gradient.norm().item()),
            "gradient": digits(gradient[:: case["every"]], 8),
        }
    shape = {"steps": STEPS, "environments": ENVIRONMENTS, "actions": ACTIONS, "starts": STARTS}
    write("sequences", shape | {"cases": cases})


if __name__ == "__main__":
    main()
