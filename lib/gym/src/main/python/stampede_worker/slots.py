"""The environments of this worker, each in a slot: a piece of memory that the JVM maps as well.

A slot is, from its first byte: reward (float64), lives (int32, -1 where there are none),
terminated (byte), truncated (byte), from byte 16 on the action (int64 of a Discrete, float32s of a
Box), and from the next multiple of 64 on the observation.
"""

import json
import mmap
import os
from typing import Protocol

import numpy as np

from stampede_worker.spaces import Space

ACTION = 16


class NotFound(Exception):
    """There is no environment of this name."""


class Task(Protocol):
    """An environment that writes its observations where it is told."""

    action: Space
    observation: Space

    def bind(self, observation: np.ndarray) -> None:
        """From now on, reset and step write the observation here."""

    def reset(self, seed: int | None) -> None: ...

    def step(self, action) -> tuple[float, bool, bool]:
        """Gives reward, terminated, truncated."""

    def lives(self) -> int: ...

    def close(self) -> None: ...


def make(name: str) -> Task:
    kind, _, what = name.partition(" ")
    if kind == "atari":
        from stampede_worker.atari import AtariTask

        return AtariTask(what)
    from stampede_worker.gym import GymTask

    return GymTask(what)


class Slot:
    def __init__(self, task: Task, path: str) -> None:
        self.task = task
        actions = task.action.memory
        self._observation_at = aligned(ACTION + actions.nbytes)
        self._size = self._observation_at + task.observation.memory.nbytes
        memory = memoryview(allocate(path, self._size))
        self._reward = memory[0:8].cast("d")
        self._lives = memory[8:12].cast("i")
        self._flags = memory[12:14]
        self._take = task.action.reader(memory[ACTION : ACTION + actions.nbytes])
        task.bind(
            np.frombuffer(memory[self._observation_at :], task.observation.memory.dtype).reshape(
                task.observation.memory.shape
            )
        )

    def describe(self) -> str:
        return json.dumps(
            {
                "action": self.task.action.describe(),
                "observation": self.task.observation.describe(),
                "observationAt": self._observation_at,
                "size": self._size,
            }
        )

    def reset(self, seed: int | None) -> None:
        self.task.reset(seed)
        self._lives[0] = self.task.lives()

    def step(self) -> None:
        reward, terminated, truncated = self.task.step(self._take())
        self._reward[0] = reward
        self._flags[0] = 1 if terminated else 0
        self._flags[1] = 1 if truncated else 0
        self._lives[0] = self.task.lives()


class Slots:
    """What the JVM calls."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}

    def make(self, number: int, name: str, path: str) -> str:
        slot = Slot(make(name), path)
        self._slots[number] = slot
        return slot.describe()

    def reset(self, number: int) -> None:
        self._slots[number].reset(None)

    def resetWithSeed(self, number: int, seed: int) -> None:
        self._slots[number].reset(seed)

    def step(self, number: int) -> None:
        self._slots[number].step()

    def close(self, number: int) -> None:
        slot = self._slots.pop(number, None)
        if slot:
            slot.task.close()


def allocate(path: str, size: int) -> mmap.mmap:
    """Maps the file with all its blocks reserved: a full disk is an error here, no SIGBUS later."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        else:
            os.ftruncate(descriptor, size)
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)


def aligned(offset: int) -> int:
    return (offset + 63) // 64 * 64
