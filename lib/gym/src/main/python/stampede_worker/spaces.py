"""Gymnasium's spaces as they lie in memory: actions in, observations out."""

import dataclasses
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np


@dataclasses.dataclass(frozen=True)
class Memory:
    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def nbytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize


class Space:
    """A space of Gymnasium and the form in which its values cross to the JVM."""

    memory: Memory

    def describe(self) -> dict[str, Any]:
        """As the JVM sees it."""
        raise NotImplementedError

    def reader(self, memory: memoryview) -> Callable[[], Any]:
        """Gives a function that reads one action from memory."""
        raise NotImplementedError

    def writer(self, memory: np.ndarray) -> Callable[[Any], None]:
        """Gives a function that writes one observation to memory."""
        raise NotImplementedError


class Discrete(Space):
    """As an action its number; as an observation one-hot, since no network learns from an index."""

    def __init__(self, space: gymnasium.spaces.Discrete, one_hot: bool) -> None:
        self._n, self._start = int(space.n), int(space.start)
        self._one_hot = one_hot
        self.memory = (
            Memory((self._n,), np.dtype(np.float32)) if one_hot else Memory((), np.dtype(np.int64))
        )

    def describe(self) -> dict[str, Any]:
        if self._one_hot:
            return {"box": [self._n], "element": "float32", "low": [0], "high": [1]}
        return {"discrete": self._n, "start": self._start}

    def reader(self, memory: memoryview) -> Callable[[], int]:
        number, start = memory.cast("q"), self._start
        return lambda: number[0] + start

    def writer(self, memory: np.ndarray) -> Callable[[int], None]:
        def write(value: int) -> None:
            index = int(value) - self._start
            if not 0 <= index < self._n:
                raise ValueError(
                    f"observation: expected one of {self._n} numbers from {self._start} on "
                    f"but got {value}"
                )
            memory.fill(0)
            memory[index] = 1

        return write


class Box(Space):
    """Bytes stay bytes; every other number becomes a float32."""

    def __init__(self, space: gymnasium.spaces.Box, keep_bytes: bool) -> None:
        self._space = space
        pixels = keep_bytes and space.dtype == np.uint8
        self.memory = Memory(space.shape, np.dtype(np.uint8 if pixels else np.float32))

    def describe(self) -> dict[str, Any]:
        return {
            "box": list(self.memory.shape),
            "element": self.memory.dtype.name,
            "low": shortest(self._space.low),
            "high": shortest(self._space.high),
        }

    def reader(self, memory: memoryview) -> Callable[[], np.ndarray]:
        numbers = np.frombuffer(memory, np.float32).reshape(self.memory.shape)
        dtype = self._space.dtype
        return lambda: numbers.astype(dtype)

    def writer(self, memory: np.ndarray) -> Callable[[Any], None]:
        shape = memory.shape

        def write(value: Any) -> None:
            if np.shape(value) != shape:
                raise ValueError(f"observation: expected shape {shape} but got {np.shape(value)}")
            memory[...] = value

        return write


def shortest(bounds: np.ndarray) -> list[float]:
    """One number if all are equal, otherwise each."""
    numbers = np.asarray(bounds, np.float32).ravel()
    if numbers.size and (numbers == numbers[0]).all():
        numbers = numbers[:1]
    return numbers.tolist()


def action(space: gymnasium.Space) -> Space:
    match space:
        case gymnasium.spaces.Discrete():
            return Discrete(space, one_hot=False)
        case gymnasium.spaces.Box():
            return Box(space, keep_bytes=False)
    raise TypeError(f"actions: expected Discrete or Box but got {space}")


def observation(space: gymnasium.Space) -> Space:
    match space:
        case gymnasium.spaces.Discrete():
            return Discrete(space, one_hot=True)
        case gymnasium.spaces.Box():
            return Box(space, keep_bytes=True)
    raise TypeError(
        f"observations: expected Box or Discrete but got {space}; "
        "gymnasium.wrappers.FlattenObservation may help"
    )
