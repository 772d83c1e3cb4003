"""Writes rollouts in plain Python, with nothing of Stampede's, to hold the bridge against.

    python parity_plain.py ids
    python parity_plain.py versions
    python parity_plain.py rollouts

`ids` prints what the installed packages register, as JSON: {id: where its class is}. `versions` prints {package:
version}. `rollouts` reads lines, four fields with tabs between them: environment, seeds with commas between them,
steps, and the beginning of a file's name, to which the seed is added. It answers each with a line: ok, or failed, a tab
and why.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import os
import sys
from typing import Any, TextIO

import gymnasium
import numpy as np
from gymnasium import spaces


def register() -> None:
    """Imports the packages that bring ids of their own, as their manuals say."""
    if importlib.util.find_spec("ale_py"):
        import ale_py

        ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
        gymnasium.register_envs(ale_py)
    if importlib.util.find_spec("minatar"):
        import minatar.gym

        minatar.gym.register_envs()
    if importlib.util.find_spec("minigrid"):
        import minigrid

        gymnasium.register_envs(minigrid)


def observation_bytes(space: gymnasium.Space, value: Any) -> bytes:
    match space:
        case spaces.Discrete():
            return np.int64(value).tobytes()
        case spaces.Box() | spaces.MultiDiscrete() | spaces.MultiBinary():
            return np.asarray(value, space.dtype, order="C").tobytes()
        case spaces.Tuple():
            pairs = zip(space.spaces, value, strict=True)
            return b"".join(observation_bytes(*pair) for pair in pairs)
        case spaces.Dict():
            return b"".join(
                observation_bytes(s, value[k]) for k, s in space.spaces.items()
            )
    if isinstance(value, str):  # MiniGrid's missions have a space of their own.
        return value.encode()
    raise TypeError(f"no rule for {space}")


def as_json(action: Any) -> Any:
    if isinstance(action, dict):
        return {name: as_json(member) for name, member in action.items()}
    if isinstance(action, tuple):
        return [as_json(member) for member in action]
    return action.tolist() if hasattr(action, "tolist") else action


def rollout(name: str, seed: int, steps: int, out: TextIO) -> None:
    env = gymnasium.make(name)

    def write(line: dict[str, Any], observation: Any) -> None:
        raw = observation_bytes(env.observation_space, observation)
        json.dump({**line, "sha256": hashlib.sha256(raw).hexdigest()}, out)
        out.write("\n")

    env.action_space.seed(seed)
    observation, _ = env.reset(seed=seed)
    write({"reset": True}, observation)
    for i in range(steps):
        action = env.action_space.sample()
        observation, reward, terminated, truncated, _ = env.step(action)
        line = {
            "action": as_json(action),
            "reward": float(reward),
            "terminated": bool(terminated),
            "truncated": bool(truncated),
        }
        write(line, observation)
        if (terminated or truncated) and i < steps - 1:
            write({"reset": True}, env.reset()[0])
    env.close()


def rollouts(answers: TextIO) -> None:
    for line in sys.stdin:
        name, seeds, steps, file = line.rstrip("\n").split("\t")
        try:
            for seed in seeds.split(","):
                with open(file + seed, "w") as out:
                    rollout(name, int(seed), int(steps), out)
        except Exception as e:
            why = " ".join(f"{type(e).__name__}: {e}".split())
            print(f"failed\t{why}", file=answers, flush=True)
        else:
            print("ok", file=answers, flush=True)


def main(command: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Environments print, too.
    register()
    if command == "ids":
        entries = {name: s.entry_point for name, s in gymnasium.registry.items()}
        json.dump({k: getattr(e, "__name__", e) for k, e in entries.items()}, answers)
    elif command == "versions":
        packages = importlib.metadata.distributions()
        json.dump({p.metadata["Name"]: p.version for p in packages}, answers)
    else:
        rollouts(answers)


if __name__ == "__main__":
    main(sys.argv[1])
