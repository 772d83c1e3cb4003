"""Plays an environment without Stampede and prints each step, to compare with.

The actions are a fixed sequence that tests on the other side know as well.
"""

import sys
import zlib

import ale_py
import gymnasium
import numpy as np
from gymnasium.wrappers import AtariPreprocessing, FrameStackObservation


def make(name: str) -> gymnasium.Env:
    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    gymnasium.register_envs(ale_py)
    if "-v" in name:
        return gymnasium.make(name)
    raw = gymnasium.make(f"ALE/{name}-v5", frameskip=1, repeat_action_probability=0.0)
    return FrameStackObservation(
        AtariPreprocessing(raw, noop_max=30, frame_skip=4, screen_size=84), 4
    )


def checksum(observation) -> int:
    """Of the bytes as they cross to the JVM."""
    observation = np.asarray(observation)
    if observation.dtype != np.uint8:
        observation = observation.astype(np.float32)
    return zlib.crc32(observation.tobytes())


def main(name: str, seed: int, steps: int) -> None:
    env = make(name)
    observation, _ = env.reset(seed=seed)
    print(checksum(observation))
    for i in range(steps):
        number = (i * i + i // 7) % 11
        if isinstance(env.action_space, gymnasium.spaces.Discrete):
            action = number % int(env.action_space.n)
        else:
            action = np.full(env.action_space.shape, number / 11 - 0.5, np.float32)
        observation, reward, terminated, truncated, _ = env.step(action)
        print(checksum(observation), f"{float(reward):.6f}", terminated, truncated)
        if terminated or truncated:
            print(checksum(env.reset()[0]))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
