"""The environments of this worker, each in a slot: a piece of memory that the JVM maps as well.

A slot is, from its first byte: reward (float64), lives (int32, -1 where there are none),
terminated (byte), truncated (byte), from byte 32 on the action, and behind it the observation, both
as spaces.py says: on the same cache line if it fits there, otherwise from the next line on.

Where an episode is followed by the next one within the same call, its last step is put aside:
reward to truncated from byte 16 on, and the observation from the next multiple of 64 behind the
other. The step is over there until the JVM has taken note and sets these two bytes back to 0.
"""

import gc
import json
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import gymnasium

from stampede_worker import spaces
from stampede_worker.batch import Batch, can_be_columns
from stampede_worker.errors import describe
from stampede_worker.memory import SharedMemory

write_result = struct.Struct("=di??").pack_into
RESULT_BYTES = 16
ACTION = 2 * RESULT_BYTES
CACHE_LINE = 64
OVER = slice(12, 14)  # Of a result: terminated and truncated.
NOTHING: Iterator[Any] = iter(())


class Step(NamedTuple):
    """The two halves of a step, apart: see step_all."""

    #: Does an action, gives what is left to be told of it.
    act: Callable[[Any], Any]
    #: Writes that to memory; gives as JSON the parts that memory does not hold, if they changed.
    tell: Callable[[Any], str | None]


class Task(Protocol):
    """An environment that writes its observations where it is told."""

    action_space: gymnasium.Space
    observation_space: gymnasium.Space
    #: Steps as Gymnasium's environments do, for who tells by himself what it gives; None if this
    #: task alone can.
    env_step: Callable[[Any], tuple] | None
    #: What the last reset or step said beside its results, where there is env_step.
    last_info: dict[str, Any]

    def bind(self, observation: memoryview, result: memoryview) -> Step:
        """Gives the functions that step; from now on, they and reset write the observation here.

        Args:
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
    def __init__(self, task: Task, directories: str, draws: bool) -> None:
        self.task = task
        self.draws = draws
        action_bytes = spaces.nbytes(task.action_space)
        self._bytes = spaces.nbytes(task.observation_space)
        self._observation_at = behind(ACTION + action_bytes, self._bytes)
        self._last_at = aligned(self._observation_at + self._bytes)
        self._shared = SharedMemory(self._last_at + self._bytes, directories)
        self._picture: SharedMemory | None = None
        memory = memoryview(self._shared.map)
        self._result, self._last_result = memory[:RESULT_BYTES], memory[RESULT_BYTES:ACTION]
        self._observation = memory[self._observation_at : self._observation_at + self._bytes]
        self._last_observation = memory[self._last_at : self._last_at + self._bytes]
        self._last_info: dict[str, Any] = {}
        #: One number, 0 unless the episode has ended with the last step.
        self.over = self._result[OVER].cast("H")
        self._put_aside = self._last_result[OVER].cast("H")
        #: Not 0 while the JVM is shown the last step of an episode that this slot did in a batch.
        self.begun = bytearray(1)
        self.action = spaces.reader(task.action_space, memory[ACTION : ACTION + action_bytes])
        self.act, self.tell = task.bind(self._observation, self._result)

    def describe(self) -> str:
        return to_json(
            {
                "action": spaces.describe(self.task.action_space),
                "observation": spaces.describe(self.task.observation_space),
                "observationAt": self._observation_at,
                "lastObservationAt": self._last_at,
                "observationBytes": self._bytes,
                "about": self.task.about(),
                "memory": self._shared.path,
            }
        )

    def step(self, parts: Iterator[Any] = NOTHING) -> str | None:
        """Does the action that memory holds, but for these parts."""
        return self.tell(self.act(self.action(parts)))

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> str | None:
        changed = self.task.reset(seed, options)
        write_result(self._result, 0, 0, self.task.lives(), False, False)
        return changed

    def put_aside(self) -> None:
        """Keeps the last step of an episode for the JVM, so that the next one can begin."""
        self.keep_info()
        self._last_observation[:] = self._observation
        self._last_result[:] = self._result  # From now on it is there.

    def keep_info(self) -> None:
        self._last_info = self.task.info()

    def info(self) -> dict[str, Any]:
        aside = self._put_aside[0] or self.begun[0]
        return self._last_info if aside else self.task.info()

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


# What is asked of an environment by its name, with its argument, and what each says, with the error
# if it raised one.
Call = tuple[str, Callable[[Any], str | None], Any]
# An environment's name, what reads its action, and the two parts of its Step.
Stepping = tuple[str, spaces.Reader, Callable[[Any], Any], Callable[[Any], str | None]]
Said = dict[str, list[str | None]]


class Group(NamedTuple):
    """Slots that step together; those that draw stay at their last step, for its picture."""

    steps: list[Stepping]
    may_be_reset: list[tuple[memoryview, Slot, str]]


class Slots:
    """What the JVM calls."""

    def __init__(self) -> None:
        self._slots: dict[int, Slot] = {}
        self._groups: dict[str, Group] = {}
        self._batches: dict[str, Batch] = {}
        self._made = 0

    def make(self, number: int, spec: str, directories: str) -> str:
        wanted = json.loads(spec)
        slot = Slot(make(wanted), directories, wanted["render"])
        self._slots[number] = slot
        self._groups.clear()
        return slot.describe()

    def reset(self, number: int) -> str | None:
        return self._alone(number).reset(None)

    def resetWithSeed(self, number: int, seed: int) -> str | None:
        return self._alone(number).reset(seed)

    def resetWithOptions(self, number: int, seed: str, options: str) -> str | None:
        return self._alone(number).reset(json.loads(seed), json.loads(options))

    def step(self, number: int) -> str | None:
        return self._alone(number).step()

    def stepAll(self, numbers: str) -> str | None:
        return as_json(step_all(self._group(numbers).steps))

    def stepAndResetAll(self, numbers: str) -> str | None:
        """Steps all, then starts the next episode where one has ended, unless a step failed."""
        steps, may_be_reset = self._group(numbers)
        said = step_all(steps)
        ended = [(slot, name) for over, slot, name in may_be_reset if over[0]]
        if not ended or any(error for _, error in said.values()):
            return as_json(said)
        for slot, _ in ended:
            slot.put_aside()
        for name, begun in do_all([(name, slot.reset, None) for slot, name in ended]).items():
            said[name] = [*said.get(name, [None, None]), *begun]
        return as_json(said)

    def batch(self, numbers: str, directories: str) -> str:
        """Makes a batch of these slots.

        Gives as JSON its name and where its columns lie, or nothing if the slots are not alike.
        """
        slots = {each: self._slots[int(each)] for each in numbers.split()}
        if not can_be_columns([slot.task for slot in slots.values()]):
            return ""
        batch = Batch(slots, directories)
        self._made += 1
        name = f"batch {self._made}"
        self._batches[name] = batch
        return to_json({"name": name, **batch.describe()})

    def stepBatch(self, name: str) -> str | None:
        return as_json(self._batch(name).step())

    def stepAndResetBatch(self, name: str) -> str | None:
        """As stepAndResetAll, but the last steps stay in the columns."""
        batch = self._batch(name)
        said = batch.step()
        ended = [] if said else batch.put_aside()
        for slot, begun in do_all([(slot, each.reset, None) for slot, each in ended]).items():
            said[slot] = [None, None, *begun]
        return as_json(said)

    def resetAll(self, numbers: str) -> str | None:
        slots = [(each, self._alone(int(each))) for each in numbers.split()]
        return as_json(do_all([(name, slot.reset, None) for name, slot in slots]))

    def _alone(self, number: int) -> Slot:
        """A slot that does something by itself."""
        self._settle()
        return self._slots[number]

    def _batch(self, name: str) -> Batch:
        batch = self._batches[name]
        if len(self._batches) > 1:
            self._settle()  # Others may have some of its slots.
        return batch

    def _settle(self) -> None:
        for batch in self._batches.values():
            batch.hand_out_infos()

    def _group(self, numbers: str) -> Group:
        self._settle()
        group = self._groups.get(numbers)
        if group is None:
            slots = [(self._slots[int(each)], each) for each in numbers.split()]
            group = Group(
                [(name, slot.action, slot.act, slot.tell) for slot, name in slots],
                [(slot.over, slot, name) for slot, name in slots if not slot.draws],
            )
            self._groups[numbers] = group  # The same environments step again and again.
        return group

    def stepWith(self, number: int, parts: str) -> str | None:
        """Does an action with parts that memory does not hold."""
        return self._alone(number).step(iter(json.loads(parts)))

    def seedActions(self, number: int, seed: str) -> None:
        self._slots[number].task.action_space.seed(int(seed))

    def sampleAction(self, number: int) -> str:
        space = self._slots[number].task.action_space
        return to_json(spaces.plain(space, space.sample()))

    def info(self, number: int) -> str:
        return to_json(self._alone(number).info())

    def render(self, number: int, directories: str) -> str:
        return self._slots[number].render(directories)

    def check(self, number: int) -> str:
        return self._slots[number].task.check()

    def close(self, number: int) -> None:
        self._settle()
        slot = self._slots.pop(number, None)
        self._groups.clear()
        for name in [name for name, batch in self._batches.items() if batch.has(slot)]:
            self._batches.pop(name).close()
        if slot:
            try:
                slot.close()
            finally:
                del slot
                gc.collect()  # Environments are full of cycles, which would keep the memory.


def step_all(steps: list[Stepping]) -> Said:
    """Steps environments, and only then writes what came of it.

    Physics leaves little of anything else in the processor's caches: what writes a result is found
    there by all but the first if it has its turns one after another. As with Gymnasium's own
    vector environments, an array that several of them share is seen as the last one leaves it.
    """
    said: Said = {}
    done: list[Call] = []
    for name, action, act, tell in steps:
        try:
            done.append((name, tell, act(action(NOTHING))))
        except BaseException as e:  # Also SystemExit: the others have their turn.
            said[name] = [None, describe(e)]
    said.update(do_all(done))
    return said


def do_all(calls: list[Call]) -> Said:
    """Gives the answer and the error of each call that has one of them, by its name."""
    said: Said = {}
    for name, call, argument in calls:
        try:
            changed = call(argument)
        except BaseException as e:  # As above.
            said[name] = [None, describe(e)]
        else:
            if changed is not None:
                said[name] = [changed, None]
    return said


def as_json(said: Said) -> str | None:
    return json.dumps(said) if said else None


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


def behind(offset: int, size: int) -> int:
    """Where that many bytes begin: each line more has to go from one core to another and back."""
    start = (offset + 7) // 8 * 8
    return start if start + size <= CACHE_LINE else aligned(start)


def aligned(offset: int) -> int:
    return (offset + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE
