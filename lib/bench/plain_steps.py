"""Steps environments in plain Python, with nothing of Stampede's, whenever it is told to, and says how long that took.

    echo 10 1000 | python plain_steps.py CartPole-v1 1
    echo 10 100 | python plain_steps.py Breakout 4
    echo 10 100 | python plain_steps.py Breakout 4 lib/gym/src/main/python

Arguments: environment, how many of them in this one process. Reads two numbers from each line, slices and rounds, steps
all environments so many rounds in each slice and prints the nanoseconds that each slice took, then for each how many
episodes ended in it. A bare Atari name is that game with Gymnasium's own
wrappers for the protocol of Mnih et al. (2015); with a third argument, the folder of Stampede's worker, it is the
worker's own class for that protocol instead, still in this process.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable

import gymnasium
import numpy as np

ACTIONS = 10_007


def make(name: str) -> gymnasium.Env:
    if "-v" in name and not name.startswith("ALE/"):
        return gymnasium.make(name, disable_env_checker=True)
    import ale_py
    from gymnasium.wrappers import AtariPreprocessing, FrameStackObservation

    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    gymnasium.register_envs(ale_py)
    if name.startswith("ALE/"):
        return gymnasium.make(name, disable_env_checker=True)
    raw = gymnasium.make(
        f"ALE/{name}-v5",
        frameskip=1,
        repeat_action_probability=0.0,
        disable_env_checker=True,
    )
    return FrameStackObservation(
        AtariPreprocessing(raw, noop_max=30, frame_skip=4, screen_size=84), 4
    )


def actions(space: gymnasium.Space, seed: int) -> list:
    """The same as in BridgeSpeed.java."""
    numbers = [(i * i + i // 7 + seed) % 11 for i in range(ACTIONS)]
    if isinstance(space, gymnasium.spaces.Discrete):
        return [number % int(space.n) for number in numbers]
    return [np.full(space.shape, n / 11 - 0.5, np.float32) for n in numbers]


def gymnasium_steps(name: str, n: int) -> Callable[[int], int]:
    envs = [make(name) for _ in range(n)]
    for e, env in enumerate(envs):
        env.reset(seed=e)
    players = [
        (env.step, env.reset, actions(env.action_space, e))
        for e, env in enumerate(envs)
    ]

    def play(i: int) -> int:
        ended = 0
        for step, reset, sequence in players:
            _, _, terminated, truncated, _ = step(sequence[i])
            if terminated or truncated:
                ended += 1
                reset()
        return ended

    return play


def worker_steps(folder: str, name: str, n: int) -> Callable[[int], int]:
    """The worker's AtariTask, without a bridge."""
    sys.path.insert(0, folder)
    from stampede_worker.atari import AtariTask

    protocol = {
        "frame_skip": 4,
        "sticky": 0.0,
        "full_actions": False,
        "noops": 30,
        "max_frames": 108_000,
    }
    players = []
    for e in range(n):
        task = AtariTask(name, False, **protocol)
        result = memoryview(bytearray(16))
        act, tell = task.bind(memoryview(bytearray(4 * 84 * 84)), result)
        task.reset(e, None)
        players.append((act, tell, result, task.reset, actions(task.action_space, e)))

    def play(i: int) -> int:
        ended = 0
        for act, tell, result, reset, sequence in players:
            tell(act(sequence[i]))
            if result[12] or result[13]:
                ended += 1
                reset(None, None)
        return ended

    return play


def take_turns(play: Callable[[int], int]) -> None:
    i = 0
    for line in sys.stdin:
        slices, rounds = map(int, line.split())
        times, ended = [time.perf_counter_ns()], [0] * slices
        for each in range(slices):
            for now in range(i, i + rounds):
                ended[each] += play(now % ACTIONS)
            i = (i + rounds) % ACTIONS
            times.append(time.perf_counter_ns())
        print(*(b - a for a, b in itertools.pairwise(times)), *ended, flush=True)


def main(name: str, n: int, folder: str | None) -> None:
    take_turns(worker_steps(folder, name, n) if folder else gymnasium_steps(name, n))


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]),
        sys.argv[3] if len(sys.argv) > 3 else None,
    )
