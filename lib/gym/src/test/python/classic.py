"""Plays whole episodes of a classic-control task and prints each as one line of JSON.

The Java task starts in the same state, does the same actions and must see the same.
"""

import json
import sys

import gymnasium
import numpy as np

STARTS = {
    # Each is a step or a few away from the end of the episode or from a limit of the state.
    "Acrobot-v1": [[2.0, 0.1, 2.0, 1.0], [0.1, 3.1, 12.5, 28.0]],
    "CartPole-v1": [[2.38, 1.0, 0.0, 0.0], [0.0, 0.0, -0.2, -0.5]],
    "MountainCar-v0": [[0.45, 0.06], [-1.19, -0.07], [0.499, 0.0005]],
    "MountainCarContinuous-v0": [[0.4, 0.06], [-1.19, -0.07], [0.449, 0.0012]],
    "Pendulum-v1": [[3.1, 7.9], [-3.1, -7.9], [0.01, 0.0]],
}


def pumping(name: str, state) -> float:
    """-1 or 1, such that the task gains energy, or that the pole stays up."""
    if name == "Acrobot-v1":
        return -1 if state[2] > 0 else 1
    if name == "CartPole-v1":
        return 1 if state[2] + 0.5 * state[3] > 0 else -1
    return 1 if state[1] >= 0 else -1


def action(env: gymnasium.Env, name: str, pumps: bool, random: np.random.Generator):
    space = env.action_space
    if isinstance(space, gymnasium.spaces.Discrete):
        if not pumps:
            return int(random.integers(space.n))
        return 0 if pumping(name, env.unwrapped.state) < 0 else int(space.n) - 1
    # Beyond the bounds too: the task clips.
    size = random.uniform(0.6, 1.5) if pumps else random.uniform(-1.5, 1.5)
    direction = pumping(name, env.unwrapped.state) if pumps else 1
    return np.array([direction * size * space.high[0]], np.float32)


def episode(env: gymnasium.Env, name: str, pumps: bool, random: np.random.Generator) -> dict:
    played = {
        "start": [float(number) for number in env.unwrapped.state],
        "actions": [],
        "observations": [],
        "rewards": [],
        "terminated": [],
        "truncated": [],
    }
    over = False
    while not over:
        a = action(env, name, pumps, random)
        observation, reward, terminated, truncated, _ = env.step(a)
        over = terminated or truncated
        played["actions"].append(a if isinstance(a, int) else float(a[0]))
        played["observations"].append([float(number) for number in observation])
        played["rewards"].append(float(reward))
        played["terminated"].append(bool(terminated))
        played["truncated"].append(bool(truncated))
    return played


def main(name: str, seeds: int) -> None:
    env = gymnasium.make(name)
    for seed in range(seeds):
        for pumps in (False, True):
            env.reset(seed=seed)
            print(json.dumps(episode(env, name, pumps, np.random.default_rng(seed))))
    for start in STARTS[name]:
        env.reset(seed=0)
        env.unwrapped.state = np.array(start)
        print(json.dumps(episode(env, name, False, np.random.default_rng(0))))


main(sys.argv[1], int(sys.argv[2]))
