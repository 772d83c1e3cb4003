"""The environments of this worker, each in a slot: a piece of memory that the JVM maps as well.

A slot is, from its first byte: reward (float64), lives (int32, -1 where there are none),
terminated (byte), truncated (byte), from byte 16 on the action, and from the next multiple of 64 on
the observation, both as spaces.py says.
"""

import json
from collections.abc import Iterator
from typing import Any, Protocol

import gymnasium

from stampede_worker import spaces
from stampede_worker.memory import SharedMemory

ACTION = 16
NOTHING: Iterator[Any] = iter(())


class NotFound(Exception):
    """There is no environment of this name."""


class Task(Protocol):
    """An environment that writes its observations where it is told."""

    action_space: gymnasium.Space
    observation_space: gymnasium.Space

    def bind(self, observation: memoryview) -> None:
        """From now on, reset and step write the observation here."""

    def reset(self, seed: int | None, options: dict[str, Any] | None) -> str | None:
        """Gives as JSON the parts of the observation that memory does not hold, if they changed."""

    def step(self, action: Any) -> tuple[str | None, float, bool, bool]:
        """Gives these parts as well, the reward, terminated, truncated."""

    def lives(self) -> int: ...

    def info(self) -> dict[str, Any]:
        """What the last reset or step said beside its results."""

    def about(self) -> dict[str, Any]: ...

    def render(self) -> Any:
        """A picture, height x width x 3 bytes, or None."""

    def check(self) -> str:
        """The rules that the environment breaks, in words; empty if it breaks none."""

    def close(self) -> None: ...


def make(spec: dict[str, Any]) -> Task:
    if spec["kind"] == "atari":
        from stampede_worker.atari import AtariTask

        return AtariTask(spec["id"], spec["render"], **spec["options"])
    from stampede_worker.gym import GymTask

    return GymTask(spec)


class Slot:
    def __init__(self, task: Task, directories: str) -> None:
        self.task = task
        action_bytes = spaces.nbytes(task.action_space)
        self._observation_at = aligned(ACTION + action_bytes)
        self._size = self._observation_at + spaces.nbytes(task.observation_space)
        self._shared = SharedMemory(self._size, directories)
        self._picture: SharedMemory | None = None
        memory = memoryview(self._shared.map)
        self._reward = memory[0:8].cast("d")
        self._lives = memory[8:12].cast("i")
        self._flags = memory[12:14]
        self._read = spaces.reader(task.action_space, memory[ACTION : ACTION + action_bytes])
        task.bind(memory[self._observation_at :])

    def describe(self) -> str:
        return to_json(
            {
                "action": spaces.describe(self.task.action_space),
                "observation": spaces.describe(self.task.observation_space),
                "observationAt": self._observation_at,
                "size": self._size,
                "about": self.task.about(),
                "memory": self._shared.path,
            }
        )

    def reset(self, seed: int | None, options: dict[str, Any] | None = None) -> str | None:
        changed = self.task.reset(seed, options)
        self._lives[0] = self.task.lives()
        return changed

    def render(self, directories: str) -> str:
        """Gives as JSON the size of a picture and where it is, or nothing if there is none."""
        picture = self.task.render()
        if picture is None:
            return ""
        self._close_picture()
        self._picture = SharedMemory(picture.nbytes, directories)
        self._picture.map[:] = picture.tobytes()
        height, width, _ = picture.shape
        return json.dumps({"width": width, "height": height, "memory": self._picture.path})

    def close(self) -> None:
        self.task.close()
        self._shared.close()
        self._close_picture()

    def _close_picture(self) -> None:
        if self._picture:
            self._picture.close()
            self._picture = None

    def step(self, parts: Iterator[Any] = NOTHING) -> str | None:
        changed, reward, terminated, truncated = self.task.step(self._read(parts))
        self._reward[0] = reward
        self._flags[0] = 1 if terminated else 0
        self._flags[1] = 1 if truncated else 0
        self._lives[0] = self.task.lives()
        return changed


class Slots:
    """What the JVM calls."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}

    def make(self, number: int, spec: str, directories: str) -> str:
        slot = Slot(make(json.loads(spec)), directories)
        self._slots[number] = slot
        return slot.describe()

    def reset(self, number: int) -> str | None:
        return self._slots[number].reset(None)

    def resetWithSeed(self, number: int, seed: int) -> str | None:
        return self._slots[number].reset(seed)

    def resetWithOptions(self, number: int, seed: str, options: str) -> str | None:
        return self._slots[number].reset(json.loads(seed), json.loads(options))

    def step(self, number: int) -> str | None:
        return self._slots[number].step()

    def stepWith(self, number: int, parts: str) -> str | None:
        """Does an action with parts that memory does not hold."""
        return self._slots[number].step(iter(json.loads(parts)))

    def seedActions(self, number: int, seed: int) -> None:
        self._slots[number].task.action_space.seed(seed)

    def sampleAction(self, number: int) -> str:
        space = self._slots[number].task.action_space
        return to_json(spaces.plain(space, space.sample()))

    def info(self, number: int) -> str:
        return to_json(self._slots[number].task.info())

    def render(self, number: int, directories: str) -> str:
        return self._slots[number].render(directories)

    def check(self, number: int) -> str:
        return self._slots[number].task.check()

    def close(self, number: int) -> None:
        slot = self._slots.pop(number, None)
        if slot:
            slot.close()


def to_json(value: Any) -> str:
    return json.dumps(value, default=readable)


def readable(value: Any) -> Any:
    """Numpy's values as JSON has them, anything else as it prints itself."""
    return value.tolist() if hasattr(value, "tolist") else repr(value)


def aligned(offset: int) -> int:
    return (offset + 63) // 64 * 64
