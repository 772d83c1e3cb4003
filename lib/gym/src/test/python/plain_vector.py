"""Plays Gymnasium's own vector environments without Stampede, to hold a batch against.

Reads lines of JSON, each a list: the mode of the autoreset, or "own" for an environment that brings
a vector environment of its own; the id; the seed; how many steps; the options of each environment.
Answers each with a line for each reset and step, and "end". The actions are a fixed sequence that
GymnasiumVectorCasesTest knows as well. ["lander", seed] lets Gymnasium's own pilot land the
LunarLander, and tells what it did.
"""

import json
import sys
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete, GraphInstance, Sequence
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.vector.utils import iterate


def plain(space: gymnasium.Space, value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(space, Sequence) and space.stack:
        return [plain(space.feature_space, v) for v in iterate(space.stacked_feature_space, value)]
    return readable(value)


def readable(value: Any) -> Any:
    if isinstance(value, GraphInstance):
        return {name: readable(part) for name, part in value._asdict().items()}
    if isinstance(value, dict):
        return {name: readable(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return [readable(member) for member in value]
    return value.tolist() if hasattr(value, "tolist") else value


def action(space: gymnasium.Space, i: int, e: int) -> Any:
    number = (i * i + i // 7 + e) % 11
    if isinstance(space, Discrete):
        return space.start + number % int(space.n)
    return np.full(space.shape, number / 11 - 0.5, np.float32)


def each(envs: gymnasium.vector.VectorEnv, observations: Any) -> list[Any]:
    space = envs.single_observation_space
    return [plain(space, o) for o in iterate(envs.observation_space, observations)]


def play(mode: str, name: str, seed: int, steps: int, options: list[dict[str, Any]]) -> None:
    n = len(options)
    if mode == "own":
        envs = gymnasium.make_vec(name, n, vectorization_mode="vector_entry_point")
    else:
        makers = [lambda o=o: gymnasium.make(name, **o) for o in options]
        envs = SyncVectorEnv(makers, autoreset_mode=AutoresetMode(mode))
    observations, _ = envs.reset(seed=seed)
    say(reset=each(envs, observations))
    for i in range(steps):
        actions = np.stack([action(envs.single_action_space, i, e) for e in range(n)])
        observations, rewards, terminated, truncated, infos = envs.step(actions)
        over = terminated | truncated
        final = infos.get("final_obs", [None] * n)
        say(
            seen=each(envs, observations),
            rewards=rewards.tolist(),
            terminated=terminated.tolist(),
            truncated=truncated.tolist(),
            end={
                str(e): plain(envs.single_observation_space, final[e])
                for e in range(n)
                if over[e] and mode == "SameStep"
            },
        )
        if mode == "Disabled" and over.any():
            say(reset=each(envs, envs.reset(options={"reset_mask": over})[0]))
    envs.close()


def land(seed: int) -> None:
    from gymnasium.envs.box2d.lunar_lander import heuristic

    env = gymnasium.make("LunarLander-v3")
    observation, _ = env.reset(seed=seed)
    actions, score, over = [], 0.0, False
    while not over:
        actions.append(int(heuristic(env.unwrapped, observation)))
        observation, reward, terminated, truncated, _ = env.step(actions[-1])
        score += reward
        over = terminated or truncated
    say(actions=actions, score=score)


def say(**line: Any) -> None:
    print(json.dumps(line))


for order in sys.stdin:
    words = json.loads(order)
    if words[0] == "lander":
        land(*words[1:])
    else:
        play(*words)
    print(json.dumps("end"), flush=True)
