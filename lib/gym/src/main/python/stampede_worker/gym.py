"""Any environment that Gymnasium makes, as it is."""

import gymnasium
import numpy as np
from gymnasium.error import UnregisteredEnv

from stampede_worker import spaces
from stampede_worker.slots import NotFound


class GymTask:
    def __init__(self, name: str) -> None:
        self._env = make(name)
        self.action = spaces.action(self._env.action_space)
        self.observation = spaces.observation(self._env.observation_space)

    def bind(self, observation: np.ndarray) -> None:
        self._write = self.observation.writer(observation)

    def reset(self, seed: int | None) -> None:
        observation, _ = self._env.reset(seed=seed)
        self._write(observation)

    def step(self, action) -> tuple[float, bool, bool]:
        observation, reward, terminated, truncated, _ = self._env.step(action)
        self._write(observation)
        return float(reward), terminated, truncated

    def lives(self) -> int:
        return -1

    def close(self) -> None:
        self._env.close()


def make(name: str) -> gymnasium.Env:
    try:
        return gymnasium.make(name, disable_env_checker=True)
    except UnregisteredEnv as e:
        unknown = e
    except ModuleNotFoundError as e:
        missing = getattr(e.__cause__, "name", None)
        if missing and name.startswith(missing):  # The module of "module:Id-v0" itself.
            raise NotFound(e) from e
        raise
    if not register_atari():
        raise NotFound(unknown) from unknown
    try:
        return gymnasium.make(name, disable_env_checker=True)
    except UnregisteredEnv as e:
        raise NotFound(e) from e


def register_atari() -> bool:
    """Only when needed: it takes time and memory that CartPole does not want to pay."""
    if any(name.startswith("ALE/") for name in gymnasium.registry):
        return False
    import ale_py

    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    gymnasium.register_envs(ale_py)
    return True
