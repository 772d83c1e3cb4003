"""Environments for the cases of Gymnasium's own tests; gymnasium_cases:<Name>-v0.

Each does one thing that those tests look at, and nothing else.
"""

import copy
import time
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import (
    Box,
    Dict,
    Discrete,
    Graph,
    MultiBinary,
    MultiDiscrete,
    OneOf,
    Sequence,
    Text,
    Tuple,
)

INFINITY = np.inf

# Spaces such as Gymnasium tries its vector environments with, one of each sort.
SPACES = [
    Discrete(3),
    Discrete(3, start=-1),
    Discrete(4, start=1, dtype=np.int32),
    Box(0.0, 1.0),
    Box(0.0, INFINITY, (2, 2)),
    Box(np.array([-10.0, 0.0]), np.array([10.0, 10.0]), dtype=np.float64),
    Box(-INFINITY, 0.0, (2, 1)),
    Box(0, 255, (2, 2, 3), np.uint8),
    Box(np.array([0, 0, 1]), np.array([1, 0, 1]), dtype=np.bool_),
    Box(np.array([-500, -20, 0]), np.array([500, 0, 70_000]), dtype=np.int32),
    Box(-1.0, 1.0, (), np.float64),
    MultiDiscrete([2, 2]),
    MultiDiscrete([[2, 3], [3, 2]], start=[[10, 20], [30, 40]]),
    MultiDiscrete([2, 3], dtype=np.int8),
    MultiDiscrete([2, 3], dtype=np.uint16),
    MultiBinary(8),
    MultiBinary([2, 3]),
    Text(6),
    Text(min_length=3, max_length=6),
    Text(6, charset="abcdef"),
    Tuple([Discrete(5), Discrete(4)]),
    Tuple([Discrete(5), Tuple([Box(0.0, 1.0, (3,)), Discrete(2)])]),
    Tuple([Discrete(3), Dict(position=Box(0.0, 1.0), velocity=Discrete(2))]),
    Tuple([Graph(Box(-1, 1, (2, 1)), None), Discrete(2)]),
    Dict(position=Discrete(6), velocity=Box(0.0, 5.0, (2,), np.float64)),
    Dict(a=Box(0, 1, (3, 3)), b=Dict(b_1=Box(-100, 100, (2,)), b_2=Discrete(4)), c=Discrete(4)),
    Dict(a=Dict(a=Graph(Box(-9, 9, (2, 2)), None), b=MultiBinary(3)), b=Tuple([Text(3)])),
    Graph(Box(-1, 1, (2,)), None),
    Graph(Box(-100, 100, (3, 4)), Discrete(5)),
    Graph(Discrete(5), Box(-100, 100, (3, 4))),
    Graph(Discrete(3), Discrete(4)),
    Sequence(Discrete(4)),
    Sequence(Dict(feature=Box(0, 1, (3,)))),
    Sequence(Graph(Box(-100, 100, (2, 2)), Discrete(4))),
    Sequence(Box(0.0, 1.0), stack=True),
    Sequence(Dict(a=Box(0, 1, (3,)), b=Discrete(5)), stack=True),
    OneOf([Discrete(3), Box(0.0, 1.0)]),
    OneOf([MultiBinary(2), MultiDiscrete([2, 2])]),
]


class Counts(gymnasium.Env):
    """Shows how many steps it has done, rewards with the action, and ends at the last step."""

    observation_space = Discrete(1_000)
    action_space = Discrete(5)

    def __init__(self, last: int = 2, render_mode: str | None = None):
        self.last = last

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.count = 0
        return 0, {"count": 0, "options": options}

    def step(self, action):
        self.count += 1
        return self.count, float(action), self.count == self.last, False, {"count": self.count}


class Spaced(gymnasium.Env):
    """Observes samples of one of the spaces, and takes actions of it as well, if asked to."""

    def __init__(self, number: int, last: int = 3, acts: bool = False):
        self.observation_space = copy.deepcopy(SPACES[number])
        self.action_space = copy.deepcopy(SPACES[number]) if acts else Discrete(5)
        self.last = last

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.count = 0
        self.observation_space.seed(int(self.np_random.integers(2**31)))
        return self.observation_space.sample(), {}

    def step(self, action):
        if not self.action_space.contains(action):
            raise ValueError(f"{action!r} is not in {self.action_space}")
        self.count += 1
        return self.observation_space.sample(), 0.0, self.count == self.last, False, {}


class Shows(gymnasium.Env):
    """Gives the infos that it was made with: one at reset, one with each step."""

    observation_space = Discrete(2)
    action_space = Discrete(2)

    def __init__(self, infos: list[dict[str, Any]]):
        self.infos = infos

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, self.infos[0]

    def step(self, action):
        return 0, 0.0, True, False, {name: np.array(v) for name, v in self.infos[1].items()}


class Fails(Counts):
    """Raises at a reset with seed 1, and with any action but 0."""

    def reset(self, *, seed=None, options=None):
        if seed == 1:
            raise ValueError("failed in reset")
        return super().reset(seed=seed, options=options)

    def step(self, action):
        if action:
            raise ValueError(f"failed in step with {action}")
        return super().step(action)


class Slow(Counts):
    """Takes its time for a reset, and for a step with action 1."""

    def __init__(self, seconds: float = 0.0):
        super().__init__(last=1_000)
        self.seconds = seconds

    def reset(self, *, seed=None, options=None):
        time.sleep(self.seconds)
        return super().reset(seed=seed, options=options)

    def step(self, action):
        time.sleep(30 if action == 1 else 0)
        return super().step(action)


class OwnSpace(gymnasium.Space):
    def sample(self, mask=None, probability=None):
        return int(self.np_random.integers(0, 10))

    def contains(self, x):
        return 0 <= x <= 10


class Strange(Counts):
    """Observes in a space of its own."""

    observation_space = OwnSpace()


class NoActions(Counts):
    action_space = None


class ActsInText(Counts):
    action_space = "nothing that is a space"


class NoObservations(Counts):
    observation_space = None


class ObservesText(Counts):
    observation_space = "nothing that is a space"


class BreaksTheRules(Counts):
    """Starts outside its space, and steps to something that is no step."""

    observation_space = Box(0, 1, (1,))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.array([-1.0], np.float32), {}

    def step(self, action):
        return "no step"


class NotReproducible(Counts):
    """Draws from a generator that no seed reaches."""

    observation_space = Box(0, 1, (1,))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.random.default_rng().random(1, np.float32), {}

    def step(self, action):
        return np.random.default_rng().random(1, np.float32), 0.0, False, False, {}


class ForgetsTheSeed(Counts):
    """Does not hand the seed on."""

    def reset(self, *, seed=None, options=None):
        self.count = 0
        return 0, {}


class TakesNoOptions(Counts):
    def reset(self, *, seed=None):
        return super().reset(seed=seed)


class Echoes(gymnasium.Env):
    """Shows the action that reached it."""

    def __init__(self, actions: str = "numbers"):
        if actions == "numbers":
            self.action_space = Box(np.array([0, 1], np.float32), np.array([1, 3], np.float32))
        else:
            self.action_space = Discrete(8)
        self.observation_space = self.action_space

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.action_space.low if isinstance(self.action_space, Box) else 0, {}

    def step(self, action):
        return action, 0.0, False, False, {}


class Arguments(Counts):
    """Tells what it was made with."""

    def __init__(self, first, second, third=None):
        super().__init__(last=1_000)
        self.made_with = [first, second, third]

    def reset(self, *, seed=None, options=None):
        observation, _ = super().reset(seed=seed)
        return observation, {"made with": self.made_with}


def point(frame_skip: int = 1) -> gymnasium.Env:
    """A task of one's own for MuJoCo, with the model of a point that Gymnasium brings."""
    from gymnasium.envs.mujoco import MujocoEnv

    class Point(MujocoEnv):
        def __init__(self):
            # What it has to say of itself follows from the model.
            self.metadata = {"render_modes": ["human", "rgb_array", "depth_array", "rgbd_tuple"]}
            super().__init__("point.xml", frame_skip, None, default_camera_config={})
            size = self.data.qpos.size + self.data.qvel.size
            self.observation_space = Box(-INFINITY, INFINITY, (size,), np.float64)

        def observe(self):
            return np.concatenate([self.data.qpos, self.data.qvel])

        def step(self, action):
            before = self.data.qpos[0]
            self.do_simulation(action, self.frame_skip)
            return self.observe(), float(self.data.qpos[0] - before), False, False, {}

        def reset_model(self):
            self.set_state(self.init_qpos, self.init_qvel)
            return self.observe()

        def _get_reset_info(self):
            return {"place": "start"}

    return Point()


for task in (
    Counts,
    Spaced,
    Shows,
    Fails,
    Slow,
    Strange,
    NoActions,
    ActsInText,
    NoObservations,
    ObservesText,
    BreaksTheRules,
    NotReproducible,
    ForgetsTheSeed,
    TakesNoOptions,
    Echoes,
):
    gymnasium.register(f"{task.__name__}-v0", task)
gymnasium.register("Arguments-v0", Arguments, kwargs={"first": "one", "second": "two"})
gymnasium.register("Unordered-v0", Counts, order_enforce=False)
gymnasium.register("Versions-v1", Counts)
gymnasium.register("Versions-v3", Counts)
gymnasium.register("Versionless", Counts)
gymnasium.register("Point-v0", point)
