"""Environments that misbehave, each in one way; faulty:<Name>-v0."""

import ctypes
import gc
import math
import os
import signal
import sys
import time
from typing import ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, Text, Tuple
from stampede_worker.mailbox import Mailbox
from stampede_worker.server import Pipes


class Quiet(gymnasium.Env):
    """Counts its steps; action 1 is where the others misbehave."""

    action_space = Discrete(2)
    observation_space = Box(-math.inf, math.inf, (2,), np.float64)

    def __init__(self, **_):
        self.steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        self.drawn = float(self.np_random.integers(1000))
        return self.see(), {}

    def step(self, action):
        self.steps += 1
        if action == 1:
            self.misbehave()
        return self.see(), 1.0, False, False, {}

    def see(self):
        return np.array([self.steps, self.drawn])

    def misbehave(self):
        pass


class Raises(Quiet):
    def misbehave(self):
        raise ValueError("this environment has had enough")


class Forks(Quiet):
    """Is killed and leaves a child behind, which has inherited what it had open."""

    def misbehave(self):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        os.kill(os.getpid(), signal.SIGKILL)


class Babbles(Quiet):
    """Says something to the JVM in the middle of a step."""

    def __init__(self, words="", closes=False, **_):
        super().__init__()
        self.words, self.closes = words, closes

    def misbehave(self):
        pipes = next(o for o in gc.get_objects() if isinstance(o, Pipes))
        if self.closes:
            os.close(pipes._outgoing)
        else:
            pipes.sendall(self.words.encode())
            time.sleep(60)  # No answer to the step follows.


class Stalls(Quiet):
    """Raises, and the answer that says so does not get through the pipe."""

    def misbehave(self):
        mailbox = next(o for o in gc.get_objects() if isinstance(o, Mailbox))
        mailbox._send = lambda message: time.sleep(3600)
        raise ValueError("nobody gets to know")


class LosesAChild(Quiet):
    """Has a child that comes back from the step before it does itself."""

    def misbehave(self):
        child = os.fork()
        if child == 0:
            sys.exit("the child has had enough")
        os.waitpid(child, 0)


class ForksTwice(Quiet):
    """Has a child whose own child writes to what the first has opened."""

    def misbehave(self):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            pipes = [os.pipe() for _ in range(20)]  # All numbers that are free again.
            grandchild = os.fork()
            if grandchild == 0:
                for _, into in pipes:
                    os.write(into, b"x")
                os.write(write, b"alive")
                os._exit(0)
            os.waitpid(grandchild, 0)
            os._exit(0)
        os.waitpid(child, 0)
        os.close(write)
        if os.read(read, 100) != b"alive":
            raise RuntimeError("the grandchild could not write")
        os.close(read)


class BadReset(Quiet):
    """Misbehaves in the first reset that follows an episode of so many steps."""

    def __init__(self, last=2, how="raises", **_):
        super().__init__()
        self.last, self.how = last, how

    def reset(self, *, seed=None, options=None):
        how, self.how = (self.how, "") if self.steps else ("", self.how)
        if how == "raises":
            raise ValueError("this environment has no other beginning")
        if how == "dies":
            os._exit(7)
        if how == "hangs":
            time.sleep(3600)
        if how == "takes long":
            time.sleep(1.5)
        return super().reset(seed=seed)

    def step(self, action):
        seen, reward, _, _, info = super().step(action)
        return seen, reward, self.steps == self.last, False, info


class ClosesNever(Quiet):
    def close(self):
        raise RuntimeError("this environment cannot be closed")


class Exits(Quiet):
    def misbehave(self):
        sys.exit(3)


class Dies(Quiet):
    def misbehave(self):
        print("goodbye, cruel world", file=sys.stderr, flush=True)
        os._exit(7)


class Hangs(Quiet):
    def misbehave(self):
        print("hanging now", file=sys.stderr, flush=True)
        while True:
            time.sleep(1)


class Ponders(Quiet):
    def misbehave(self):
        time.sleep(0.5)


class Prints(Quiet):
    def misbehave(self):
        print("x" * 1_000_000)
        os.write(1, b"y" * 1_000_000)


class HangsInC(Quiet):
    def misbehave(self):
        ctypes.PyDLL(None).sleep(3600)  # With the interpreter lock: no thread of Python runs.


class TakesLong(Quiet):
    def __init__(self, **_):
        time.sleep(3)  # As a first import may.


class Asks(Quiet):
    def misbehave(self):
        input("your turn? ")


class RaisesNonsense(Quiet):
    def misbehave(self):
        raise ValueError("half a character: \udc80 " + "x" * 1_000_000)


class RaisesTheUnspeakable(Quiet):
    def misbehave(self):
        class Unspeakable(BaseException):
            def __str__(self):
                sys.exit(9)

        raise Unspeakable


class Leaks(Quiet):
    """Keeps 200 kB of each step, in episodes of 50."""

    kept: ClassVar[list] = []

    def step(self, action):
        self.steps += 1
        self.kept.append(np.ones(25_000))
        return self.see(), 1.0, self.steps == 50, False, {}


class WrongDtype(Quiet):
    """Promises bytes, and gives what no byte can hold after action 1."""

    observation_space = Box(0, 255, (2,), np.uint8)

    def see(self):
        return np.array([1, 2])

    def misbehave(self):
        self.see = lambda: np.array([0.5, 2.0])


class BadReward(Quiet):
    def step(self, action):
        self.steps += 1
        return self.see(), math.nan if self.steps == 3 else 1.0, False, False, {}


class BadNumber(Quiet):
    def see(self):
        return np.array([0.0, math.nan if self.steps == 5 else 1.0])


class WrongShape(Quiet):
    def misbehave(self):
        self.see = lambda: np.zeros((3, 1))


class TooMuch(Quiet):
    def misbehave(self):
        self.see = lambda: np.zeros(3)


class TooLittle(Quiet):
    def misbehave(self):
        self.see = lambda: np.zeros(1)


class OldWay(Quiet):
    """Gives four things, as environments did before Gymnasium."""

    def step(self, action):
        seen, reward, terminated, _, info = super().step(action)
        return (
            (seen, reward, terminated, info) if action else (seen, reward, terminated, False, info)
        )


class Keeps(Quiet):
    """Shows its first action, which it keeps, and doubles those that it gets."""

    action_space = Box(-1, 1, (2,), np.float64)

    def step(self, action):
        self.first = action if self.steps == 0 else self.first
        self.steps += 1
        action *= 2
        return self.first.copy(), 0.0, False, False, {}


class Tells(Quiet):
    """Says how many steps it has done, of two."""

    def reset(self, *, seed=None, options=None):
        return super().reset(seed=seed)[0], {"steps": 0}

    def step(self, action):
        seen, reward, *_ = super().step(action)
        return seen, reward, self.steps == 2, False, {"steps": self.steps}


class NotANumber(Quiet):
    def step(self, action):
        return np.array([math.nan, math.inf]), math.nan, False, False, {}


class Nested(Quiet):
    """Members of several kinds, one of them a text."""

    observation_space = Dict(
        {
            "name": Text(8),
            "place": Tuple([Discrete(2), Box(0, 255, (2,), np.uint8)]),
            "speed": Box(-math.inf, math.inf, (), np.float64),
        }
    )

    def see(self):
        return {
            "name": "n" * self.steps + "é",
            "place": (1, np.array([7, 8], np.uint8)),
            "speed": np.array(2.5),
        }


class OnlyText(Quiet):
    observation_space = Text(8)

    def see(self):
        return "hello"


class LongText(Quiet):
    """Says more than a pipe holds."""

    observation_space = Text(1_000_000)

    def see(self):
        return f"{self.steps} " * 100_000


class StartsAtOne(Quiet):
    """Echoes the action as the observation, both counted from 1."""

    action_space = Discrete(3, start=1)
    observation_space = Discrete(3, start=1)

    def reset(self, *, seed=None, options=None):
        return 1, {}

    def step(self, action):
        return action, 0.0, False, False, {}


class Broken(Quiet):
    def __init__(self, **_):
        raise RuntimeError("cannot be made")


for task in (
    Quiet,
    Raises,
    BadReset,
    Forks,
    Stalls,
    LosesAChild,
    ForksTwice,
    Babbles,
    ClosesNever,
    Exits,
    Dies,
    Hangs,
    HangsInC,
    TakesLong,
    Asks,
    RaisesNonsense,
    RaisesTheUnspeakable,
    Leaks,
    WrongDtype,
    BadReward,
    BadNumber,
    Ponders,
    Prints,
    WrongShape,
    TooMuch,
    TooLittle,
    OldWay,
    Keeps,
    Tells,
    NotANumber,
    Nested,
    OnlyText,
    LongText,
    StartsAtOne,
    Broken,
):
    gymnasium.register(f"{task.__name__}-v0", task)
