"""Environments of one kind that step together, with all that they give in memory column by column.

To write the results of each by itself takes longer than anything else that a worker does for a
step of CartPole, and a line of the processor's cache each to go to the JVM. A column is written at
once, and its lines hold nothing else.

The slots keep memory of their own for what each does alone, which includes resets. Where an episode
is followed by the next one within the same call, the columns still hold its last step: its byte in
the column "begun" is set until the JVM has taken note.
"""

import itertools
import operator
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

from stampede_worker import spaces
from stampede_worker.errors import describe
from stampede_worker.memory import SharedMemory

if TYPE_CHECKING:
    from stampede_worker.slots import Said, Slot, Task

REWARD, FLAG = struct.Struct("=d"), struct.Struct("=?")
CACHE_LINE = 64
NO_LIVES = -1
NUMBER = ((), "q")
TOLD = object()  # Instead of an info that its task has, or has something newer.


class Batch:
    def __init__(self, slots: dict[str, "Slot"], directories: str) -> None:
        """Reserves the memory.

        Args:
          slots: by their names; can_be_columns has to be true of their tasks.
        """
        n = len(slots)
        self._slots = list(slots.items())
        tasks = self._tasks = [slot.task for slot in slots.values()]
        self._acts = [task.env_step for task in tasks]
        action, observation = tasks[0].action_space, tasks[0].observation_space
        sizes = {
            "action": spaces.nbytes(action),
            "reward": 8,
            "terminated": 1,
            "truncated": 1,
            "begun": 1,
            "lives": 4,
            "observation": spaces.nbytes(observation),
        }
        self._at: dict[str, int] = {}
        end = 0
        for name, size in sizes.items():
            self._at[name] = end
            end = aligned(end + n * size)
        self._shared = SharedMemory(end, directories)
        memory = memoryview(self._shared.map)
        columns = {name: memory[at : at + n * sizes[name]] for name, at in self._at.items()}
        columns["lives"].cast("i")[:] = np.full(n, NO_LIVES, np.int32)
        self._actions = actions_reader(action, columns["action"], n)
        self._rewards, self._begun = columns["reward"], columns["begun"]
        self._terminated, self._truncated = columns["terminated"], columns["truncated"]
        self._none_begun = bytes(n)
        self._infos: list[Any] = []
        self._write_rewards = struct.Struct(f"={n}d").pack_into
        self._write_flags = struct.Struct(f"={n}?").pack_into
        rows, *others = observation.shape
        self._rows = {rows}
        self._observations = np.frombuffer(columns["observation"], observation.dtype)
        self._observations = self._observations.reshape(n * rows, *others)
        self._write_observation = spaces.members(
            spaces.writer, [observation] * n, columns["observation"]
        )

    def has(self, slot: "Slot | None") -> bool:
        return any(slot is member for _, member in self._slots)

    def describe(self) -> dict[str, Any]:
        size = spaces.nbytes(self._tasks[0].action_space)
        return {"memory": self._shared.path, "at": self._at, "actionBytes": size}

    def step(self) -> "Said":
        """Steps all; gives nothing but errors."""
        self._begun[:] = self._none_begun
        said: list[Any] = []
        errors: dict[int, str] = {}
        for act, action in zip(self._acts, self._actions(), strict=True):
            try:
                said.append(act(action))
            except BaseException as e:  # Also SystemExit: the others have their turn.
                errors[len(said)] = describe(e)
                said.append(None)
        if errors or not self._tell_at_once(said):
            self._tell_one_by_one(said, errors)
        return {self._slots[place][0]: [None, error] for place, error in errors.items()}

    def put_aside(self) -> list[tuple[str, "Slot"]]:
        """Keeps the last steps of episodes; gives the slots that can begin the next ones."""
        terminated, truncated = bytes(self._terminated), bytes(self._truncated)
        if 1 not in terminated and 1 not in truncated:
            return []
        ended = []
        over = map(operator.or_, terminated, truncated)
        for place, (name, slot) in itertools.compress(enumerate(self._slots), over):
            if not slot.draws:
                if self._infos:
                    slot.task.last_info, self._infos[place] = self._infos[place], TOLD
                slot.keep_info()
                slot.begun = self._begun[place : place + 1]
                slot.begun[0] = 1
                ended.append((name, slot))
        return ended

    def hand_out_infos(self) -> None:
        """Gives the tasks what was said in the last step: few ask, and it takes its time."""
        for task, info in zip(self._tasks, self._infos, strict=False):
            if info is not TOLD:
                task.last_info = info
        self._infos = []

    def close(self) -> None:
        self._shared.close()

    def _tell_at_once(self, said: list[Any]) -> bool:
        """Writes all results; False if one of them is not as it should be."""
        try:
            observations, rewards, terminated, truncated, infos = zip(*said, strict=True)
            if set(map(len, observations)) != self._rows:
                return False
            np.concatenate(observations, out=self._observations, casting="no")
            self._write_rewards(self._rewards, 0, *rewards)
            self._write_flags(self._terminated, 0, *terminated)
            self._write_flags(self._truncated, 0, *truncated)
        except BaseException:  # Whose it is will be seen one by one.
            return False
        self._infos = list(infos)
        return True

    def _tell_one_by_one(self, said: list[Any], errors: dict[int, str]) -> None:
        self._infos = []
        for place, (task, write, result) in enumerate(
            zip(self._tasks, self._write_observation, said, strict=True)
        ):
            if place not in errors:
                try:
                    observation, reward, terminated, truncated, task.last_info = result
                    write(observation)
                    REWARD.pack_into(self._rewards, 8 * place, reward)
                    FLAG.pack_into(self._terminated, place, terminated)
                    FLAG.pack_into(self._truncated, place, truncated)
                except BaseException as e:  # As above.
                    errors[place] = describe(e)


def can_be_columns(tasks: list["Task"]) -> bool:
    """Whether they step as Gymnasium's environments do, in spaces that are one array each."""
    actions = {form(task.action_space) for task in tasks}
    observations = {form(task.observation_space) for task in tasks}
    return (
        all(task.env_step for task in tasks)
        and len(actions) == len(observations) == 1
        and None not in actions
        and not observations & {None, NUMBER}
    )


def form(space: gymnasium.Space) -> tuple[tuple[int, ...], str] | None:
    """What a value of the space is in memory: shape and type; None if it cannot be in a column."""
    if isinstance(space, Discrete):
        return NUMBER
    if isinstance(space, Box) and space.shape and all(space.shape):
        return space.shape, space.dtype.str
    return None


def actions_reader(
    space: gymnasium.Space, column: memoryview, n: int
) -> Callable[[], Iterable[Any]]:
    if isinstance(space, Discrete):
        return column.cast("q").tolist
    array = np.frombuffer(column, space.dtype).reshape(n, *space.shape)
    return array.copy  # Environments may keep their rows.


def aligned(offset: int) -> int:
    return (offset + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE
