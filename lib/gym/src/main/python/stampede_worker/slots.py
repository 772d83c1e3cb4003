"""The environments of this worker, each in a slot: a piece of memory that the JVM maps as well.

A slot is, from its first byte: reward (float64), lives (int32, -1 where there are none),
terminated (byte), truncated (byte), from byte 16 on the action, and from the next multiple of 64 on
the observation, both as spaces.py says.
"""

import gc
import json
import os
import struct
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import gymnasium

from stampede_worker import spaces
from stampede_worker.memory import SharedMemory

write_result = struct.Struct("=di??").pack_into
ACTION = 16
LONGEST_TRACE = 20_000

#: Where this package is.
HERE = os.path.dirname(__file__) + os.sep
NOTHING: Iterator[Any] = iter(())

# Takes the parts of the action that memory does not hold, gives such parts of the observation as
# JSON if they have changed.
Step = Callable[..., str | None]


class NotFound(Exception):
    """There is no environment of this name."""


class Task(Protocol):
    """An environment that writes its observations where it is told."""

    action_space: gymnasium.Space
    observation_space: gymnasium.Space

    def bind(self, observation: memoryview, act: spaces.Reader, result: memoryview) -> Step:
        """Gives the function that steps; from now on, it and reset write the observation here.

        Args:
          act: gives the action.
          result: where write_result puts the reward, lives, terminated, truncated.
        """

    def reset(self, seed: int | None, options: dict[str, Any] | None) -> str | None:
        """Gives as JSON the parts of the observation that memory does not hold, if they changed."""

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
        self._result = memory[:ACTION]
        self.step = task.bind(
            memory[self._observation_at :],
            spaces.reader(task.action_space, memory[ACTION : ACTION + action_bytes]),
            self._result,
        )

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

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> str | None:
        changed = self.task.reset(seed, options)
        write_result(self._result, 0, 0, self.task.lives(), False, False)
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
        try:
            self.task.close()
        finally:
            self._shared.close()
            self._close_picture()

    def _close_picture(self) -> None:
        if self._picture:
            self._picture.close()
            self._picture = None


class Slots:
    """What the JVM calls."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}
        self._groups: dict[str, list[tuple[str, Callable[[], str | None]]]] = {}

    def make(self, number: int, spec: str, directories: str) -> str:
        slot = Slot(make(json.loads(spec)), directories)
        self._slots[number] = slot
        self._groups.clear()
        return slot.describe()

    def reset(self, number: int) -> str | None:
        return self._slots[number].reset(None)

    def resetWithSeed(self, number: int, seed: int) -> str | None:
        return self._slots[number].reset(seed)

    def resetWithOptions(self, number: int, seed: str, options: str) -> str | None:
        return self._slots[number].reset(json.loads(seed), json.loads(options))

    def step(self, number: int) -> str | None:
        return self._slots[number].step()

    def stepAll(self, numbers: str) -> str | None:
        group = self._groups.get(numbers)
        if group is None:
            group = [(each, self._slots[int(each)].step) for each in numbers.split()]
            self._groups[numbers] = group  # The same environments step again and again.
        return do_all(group)

    def resetAll(self, numbers: str) -> str | None:
        return do_all([(each, self._slots[int(each)].reset) for each in numbers.split()])

    def stepWith(self, number: int, parts: str) -> str | None:
        """Does an action with parts that memory does not hold."""
        return self._slots[number].step(iter(json.loads(parts)))

    def seedActions(self, number: int, seed: str) -> None:
        self._slots[number].task.action_space.seed(int(seed))

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
        self._groups.clear()
        if slot:
            try:
                slot.close()
            finally:
                del slot
                gc.collect()  # Environments are full of cycles, which would keep the memory.


def do_all(calls: list[tuple[str, Callable[[], str | None]]]) -> str | None:
    """Gives as JSON the answer and the error of each call that has one of them, by its name."""
    said = {}
    for name, call in calls:
        try:
            changed = call()
        except BaseException as e:  # Also SystemExit: the others have their turn.
            said[name] = [None, describe(e)]
        else:
            if changed is not None:
                said[name] = [changed, None]
    return json.dumps(said) if said else None


def describe(e: BaseException) -> str:
    """One word on whose fault it is, a colon, and what to tell the user."""
    try:
        if isinstance(e, NotFound):
            return f"not found:{e}"[:LONGEST_TRACE]
        if isinstance(e, SystemExit):
            e = RuntimeError(f"the environment called sys.exit({e.code!r})").with_traceback(
                e.__traceback__
            )
        reason = "".join(traceback.format_exception_only(e)).rstrip()[:LONGEST_TRACE]
        trace = f"{reason}\n{trace_of(e)}"
    except BaseException as worse:  # An exception that cannot even be printed.
        trace = f"{type(e).__name__}, and describing it failed with {type(worse).__name__}"
    return "failed:" + (trace if len(trace) <= LONGEST_TRACE else "… " + trace[-LONGEST_TRACE:])


def trace_of(e: BaseException) -> str:
    """Where it was raised, without the frames of this package that only led there."""
    whole = traceback.TracebackException.from_exception(e)
    each: traceback.TracebackException | None = whole
    while each is not None:
        others = [frame for frame in each.stack if not frame.filename.startswith(HERE)]
        each.stack = traceback.StackSummary.from_list(others or each.stack)
        each = each.__cause__ or each.__context__
    return "".join(whole.format()).rstrip()


def to_json(value: Any) -> str:
    return json.dumps(with_text_keys(value), default=readable)


def with_text_keys(value: Any) -> Any:
    """The same with every key as JSON has them: people's info may be keyed by a place."""
    if isinstance(value, dict):
        return {
            key if isinstance(key, str | int | float | None) else str(key): with_text_keys(each)
            for key, each in value.items()
        }
    return [with_text_keys(each) for each in value] if isinstance(value, list | tuple) else value


def readable(value: Any) -> Any:
    """Numpy's values as JSON has them, anything else as it prints itself."""
    return value.tolist() if hasattr(value, "tolist") else repr(value)


def aligned(offset: int) -> int:
    return (offset + 63) // 64 * 64
