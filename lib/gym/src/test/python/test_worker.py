import json
import resource

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete
from stampede_worker import atari, slots, spaces
from stampede_worker.server import parse
from stampede_worker.slots import NotFound, Slots


@pytest.fixture
def memory(tmp_path):
    file = tmp_path / "slot"
    file.touch()
    return file


def test_a_slot_lies_in_the_file_as_described(memory):
    worker = Slots()
    description = json.loads(worker.make(3, "gym CartPole-v1", str(memory)))
    worker.resetWithSeed(3, 7)
    worker.step(3)

    env = gymnasium.make("CartPole-v1")
    env.reset(seed=7)
    expected, reward, *_ = env.step(0)
    content = memory.read_bytes()
    assert np.frombuffer(content, np.float64, 1) == reward
    at = description["observationAt"]
    assert (np.frombuffer(content, np.float32, 4, at) == expected).all()


def test_blocks_of_the_file_are_reserved_or_it_fails(memory):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError):
            slots.allocate(str(memory), 8192)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_pixels_stay_bytes():
    assert spaces.observation(Box(0, 255, (2, 2), np.uint8)).memory.dtype == np.uint8


def test_other_numbers_become_float32():
    for dtype in (np.float64, np.int64, np.float16):
        assert spaces.observation(Box(0, 1, (2,), dtype)).memory.dtype == np.float32


def test_a_discrete_observation_is_one_hot():
    space = spaces.observation(Discrete(3, start=1))
    memory = np.full(3, 9, np.float32)
    space.writer(memory)(2)
    assert memory.tolist() == [0, 1, 0]


def test_a_discrete_observation_outside_its_space_is_refused():
    write = spaces.observation(Discrete(3)).writer(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="expected one of 3 numbers from 0 on but got 3"):
        write(3)


def test_equal_bounds_are_given_once():
    assert spaces.shortest(np.full((84, 84), 255)) == [255]
    assert spaces.shortest(np.array([1, 2])) == [1, 2]


def test_an_unsupported_space_is_named():
    with pytest.raises(TypeError, match="got Dict"):
        spaces.observation(Dict(a=Discrete(2)))


def test_calls_are_taken_apart():
    assert parse(b"c\nt\nmake\ni2\nsgym CartPole-v1\nL7\ne\n") == (
        "make",
        (2, "gym CartPole-v1", 7),
    )


def test_something_else_than_a_call_is_refused():
    with pytest.raises(ValueError):
        parse(b"g\no1\ne\n")


def test_each_name_of_a_game_is_known():
    assert atari.rom("SpaceInvaders") == "space_invaders"
    with pytest.raises(NotFound):
        atari.rom("SpaceInvader")
