import ast
import json
import math
import mmap
import os
import pathlib
import resource
import socket
import subprocess
import sys

import gymnasium
import numpy as np
import py4j.protocol
import pytest
import stampede_worker
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
from gymnasium.utils.env_checker import data_equivalence
from stampede_worker import atari, gym, slots, spaces
from stampede_worker.errors import NotFound
from stampede_worker.mailbox import CALL, CALLED, LENGTH, SIZE, Mailbox
from stampede_worker.memory import SharedMemory
from stampede_worker.server import Inputs, parse
from stampede_worker.slots import Slots


def spec(name):
    return json.dumps({"kind": "gym", "id": name, "options": {}, "wrappers": [], "render": False})


@pytest.mark.parametrize("directories", ["", "{0}"])
def test_a_slot_lies_in_the_file_as_described(directories, tmp_path):
    worker = Slots()
    description = json.loads(worker.make(3, spec("CartPole-v1"), directories.format(tmp_path)))
    memory = pathlib.Path(description["memory"])
    worker.resetWithSeed(3, 7)
    worker.step(3)

    env = gymnasium.make("CartPole-v1")
    env.reset(seed=7)
    expected, reward, *_ = env.step(0)
    content = memory.read_bytes()
    worker.close(3)
    if directories:
        memory.unlink()
    else:
        assert not memory.exists()
    assert np.frombuffer(content, np.float64, 1) == reward
    at = description["observationAt"]
    assert (np.frombuffer(content, np.float32, 4, at) == expected).all()


@pytest.mark.parametrize(
    ("end_of_action", "size", "at"),
    [
        (40, 16, 40),
        (40, 24, 40),
        (40, 25, 64),
        (33, 24, 40),
        (44, 4, 48),
        (96, 8, 128),
        (32, 0, 32),
    ],
)
def test_a_small_observation_lies_on_the_line_of_its_action(end_of_action, size, at):
    assert slots.behind(end_of_action, size) == at


def test_slots_step_together_and_each_says_its_own():
    worker = Slots()
    for number, name in enumerate(["Quiet", "Raises", "Nested"]):
        path = json.loads(worker.make(number, spec(f"faulty:{name}-v0"), ""))["memory"]
        with open(path, "r+b") as memory:
            memory.seek(slots.ACTION)
            memory.write((number == 1).to_bytes())
    assert json.loads(worker.resetAll("0 1 2")) == {"2": ['["\\u00e9"]', None]}

    said = json.loads(worker.stepAll("2 1 0"))

    assert said.keys() == {"2", "1"}
    assert said["2"] == ['["n\\u00e9"]', None]
    assert said["1"][0] is None
    assert said["1"][1].startswith("failed:") and "had enough" in said["1"][1]


def test_a_last_step_is_put_aside_for_the_episode_that_follows():
    worker = Slots()
    plain = [gymnasium.make("CartPole-v1") for _ in range(3)]
    described = [json.loads(worker.make(e, spec("CartPole-v1"), "")) for e in range(3)]
    for e in range(3):
        plain[e].reset(seed=e)
        worker.resetWithSeed(e, e)
    ended = 0
    for _ in range(40):
        assert worker.stepAndResetAll("0 1 2") is None
        for e, env in enumerate(plain):
            last, reward, terminated, *_ = env.step(0)
            memory = bytearray(pathlib.Path(described[e]["memory"]).read_bytes())
            assert memory[28:30] == bytes([terminated, False])
            if terminated:
                ended += 1
                at = described[e]["lastObservationAt"]
                assert np.frombuffer(memory, np.float64, 1, 16) == reward
                assert (np.frombuffer(memory, np.float32, 4, at) == last).all()
                last, _ = env.reset()
                with open(described[e]["memory"], "r+b") as file:
                    file.seek(28)
                    file.write(bytes(2))
            at = described[e]["observationAt"]
            assert memory[12:14] == bytes(2)
            assert (np.frombuffer(memory, np.float32, 4, at) == last).all()
    assert ended > 6


def test_what_was_said_with_a_last_step_is_told_until_it_is_taken_note_of():
    worker = Slots()
    path = json.loads(worker.make(0, spec("gymnasium_cases:Counts-v0"), ""))["memory"]
    worker.reset(0)
    worker.stepAndResetAll("0")
    worker.stepAndResetAll("0")
    assert json.loads(worker.info(0)) == {"count": 2}
    with open(path, "r+b") as memory:
        memory.seek(28)
        memory.write(bytes(2))
    assert json.loads(worker.info(0)) == {"count": 0, "options": None}


def test_an_environment_that_draws_stays_at_its_last_step():
    worker = Slots()
    drawing = json.loads(spec("gymnasium_cases:Counts-v0")) | {"render": True}
    path = json.loads(worker.make(0, json.dumps(drawing), ""))["memory"]
    worker.reset(0)
    worker.stepAndResetAll("0")
    worker.stepAndResetAll("0")
    assert pathlib.Path(path).read_bytes()[12:30] == bytes([1]) + bytes(17)
    assert json.loads(worker.info(0)) == {"count": 2}


def test_nobody_is_reset_after_a_step_that_failed():
    worker = Slots()
    memories = []
    for number, name in enumerate(["BadReset", "BadReset", "Raises"]):
        memories.append(json.loads(worker.make(number, spec(f"faulty:{name}-v0"), ""))["memory"])
    for number in range(3):
        worker.reset(number)
    worker.stepAndResetAll("0 2")
    with open(memories[2], "r+b") as memory:
        memory.seek(slots.ACTION)
        memory.write(b"\1")

    assert list(json.loads(worker.stepAndResetAll("0 1 2"))) == ["2"]
    assert pathlib.Path(memories[0]).read_bytes()[12:30] == bytes([1]) + bytes(17)
    said = json.loads(worker.stepAndResetAll("1"))
    assert said["1"][:3] == [None, None, None]
    assert "no other beginning" in said["1"][3]


class Columns:
    """A batch as the JVM sees it."""

    def __init__(self, worker, numbers):
        described = json.loads(worker.batch(numbers, ""))
        descriptor = os.open(described["memory"], os.O_RDWR)
        self.n = len(numbers.split())
        self.name = described["name"]
        self._memory = mmap.mmap(descriptor, 0)
        self._at = described["at"]
        os.close(descriptor)

    def __getattr__(self, name):
        types = {"action": np.int64, "reward": np.float64, "lives": np.int32}
        return np.frombuffer(self._memory, types.get(name, np.bool_), self.n, self._at[name])

    def observations(self, space):
        count = self.n * int(np.prod(space.shape))
        flat = np.frombuffer(self._memory, space.dtype, count, self._at["observation"])
        return flat.reshape(self.n, *space.shape)


def made(worker, *names, **more):
    """Makes environments of these names and resets each with its number as the seed."""
    memories = []
    for number, name in enumerate(names):
        wanted = json.dumps(json.loads(spec(name)) | more)
        memories.append(json.loads(worker.make(number, wanted, "")))
        worker.resetWithSeed(number, number)
    return memories


def test_a_batch_gives_what_plain_environments_give():
    worker, n = Slots(), 3
    plain = [gymnasium.make("CartPole-v1") for _ in range(n)]
    described = made(worker, *["CartPole-v1"] * n)
    columns = Columns(worker, "0 1 2")
    for e, env in enumerate(plain):
        env.reset(seed=e)
    random = np.random.default_rng(1)
    ended = 0
    for _ in range(200):
        columns.action[:] = random.integers(2, size=n)
        assert worker.stepAndResetBatch(columns.name) is None
        seen = columns.observations(plain[0].observation_space)
        for e, env in enumerate(plain):
            last, reward, terminated, *_ = env.step(columns.action[e])
            assert (seen[e] == last).all()
            assert columns.reward[e] == reward
            assert columns.lives[e] == -1
            assert columns.terminated[e] == columns.begun[e] == terminated
            if terminated:
                ended += 1
                content = pathlib.Path(described[e]["memory"]).read_bytes()
                first = np.frombuffer(content, np.float32, 4, described[e]["observationAt"])
                assert (first == env.reset()[0]).all()
                columns.begun[e] = False
    assert ended > 15


def test_actions_of_a_batch_may_be_kept_and_changed():
    worker = Slots()
    made(worker, "faulty:Keeps-v0", "faulty:Keeps-v0")
    columns = Columns(worker, "0 1")
    actions = np.frombuffer(columns._memory, np.float64, 4, columns._at["action"])
    for i in range(1, 4):
        actions[:] = [0.1 * i, 0.2 * i, 0.3 * i, 0.4 * i]
        before = actions.copy()
        assert worker.stepBatch(columns.name) is None
        assert (actions == before).all()
        seen = columns.observations(worker._slots[0].task.observation_space)
        assert seen.tolist() == [[0.2, 0.4], [0.6, 0.8]]


@pytest.mark.parametrize(
    ("culprit", "message"),
    [
        ("Raises", "had enough"),
        ("WrongShape", "expected shape (2,), as its space says, but got (3, 1)"),
        ("Exits", "called sys.exit(3)"),
        ("OldWay", "not enough values to unpack (expected 5, got 4)"),
    ],
)
def test_one_that_fails_in_a_batch_is_named_and_the_others_have_stepped(culprit, message):
    worker = Slots()
    made(worker, "faulty:Quiet-v0", f"faulty:{culprit}-v0", "faulty:BadReset-v0")
    columns = Columns(worker, "0 1 2")
    columns.action[1] = 1
    for step in (1, 2):
        said = json.loads(worker.stepAndResetBatch(columns.name))
        assert list(said) == ["1"]
        assert said["1"][0] is None
        assert message in said["1"][1]
        seen = columns.observations(worker._slots[0].task.observation_space)
        assert seen[[0, 2], 0].tolist() == [step, step]
    assert columns.terminated.tolist() == [False, False, True]
    assert not columns.begun.any()  # Nobody is reset after a step that failed.


def test_two_wrong_observations_are_not_taken_for_two_right_ones():
    worker = Slots()
    made(worker, "faulty:TooMuch-v0", "faulty:TooLittle-v0")
    columns = Columns(worker, "0 1")
    columns.action[:] = 1
    said = json.loads(worker.stepBatch(columns.name))
    assert "but got (3,)" in said["0"][1]
    assert "but got (1,)" in said["1"][1]


def test_values_of_another_dtype_are_taken_in_a_batch_as_they_are_alone():
    worker = Slots()
    made(worker, "faulty:WrongDtype-v0", "faulty:WrongDtype-v0")
    columns = Columns(worker, "0 1")
    columns.action[1] = 1
    said = json.loads(worker.stepBatch(columns.name))
    assert "expected uint8" in said["1"][1]
    assert columns.observations(worker._slots[0].task.observation_space)[0].tolist() == [1, 2]


def test_what_was_said_in_a_batch_is_told_until_something_else_was_said():
    worker = Slots()
    made(worker, "faulty:Tells-v0", "faulty:Tells-v0")
    columns = Columns(worker, "0 1")
    for step in (1, 2):
        assert worker.stepAndResetBatch(columns.name) is None
        assert json.loads(worker.info(1)) == {"steps": step}
    assert columns.begun.all()
    columns.begun[0] = False
    assert json.loads(worker.info(0)) == {"steps": 0}
    assert json.loads(worker.info(1)) == {"steps": 2}
    assert worker.stepBatch(columns.name) is None
    assert worker.step(0) is None
    assert json.loads(worker.info(0)) == {"steps": 2}
    assert json.loads(worker.info(1)) == {"steps": 1}


def test_what_was_said_is_told_of_each_where_one_goes_on_to_its_next_episode():
    worker = Slots()
    made(worker, "faulty:Tells-v0", "faulty:Tells-v0")
    columns = Columns(worker, "0 1")
    worker.stepAndResetBatch(columns.name)
    worker.reset(0)
    worker.stepAndResetBatch(columns.name)
    assert columns.begun.tolist() == [False, True]
    assert json.loads(worker.info(0)) == {"steps": 1}
    assert json.loads(worker.info(1)) == {"steps": 2}
    columns.begun[1] = False
    assert json.loads(worker.info(1)) == {"steps": 0}


def test_one_that_draws_stays_at_its_last_step_in_a_batch_too():
    worker = Slots()
    made(worker, "faulty:Tells-v0", render=True)
    columns = Columns(worker, "0")
    worker.stepAndResetBatch(columns.name)
    worker.stepAndResetBatch(columns.name)
    assert columns.terminated.all()
    assert not columns.begun.any()
    assert json.loads(worker.info(0)) == {"steps": 2}


@pytest.mark.parametrize(
    "names",
    [
        ["faulty:Nested-v0", "faulty:Nested-v0"],
        ["faulty:StartsAtOne-v0", "faulty:StartsAtOne-v0"],
        ["faulty:Quiet-v0", "faulty:WrongDtype-v0"],
        ["CartPole-v1", "Acrobot-v1"],
        ["CartPole-v1", "MountainCarContinuous-v0"],
    ],
)
def test_environments_that_are_not_alike_make_no_batch(names):
    worker = Slots()
    made(worker, *names)
    assert worker.batch("0 1", "") == ""


def test_a_batch_ends_with_the_first_of_its_slots():
    worker = Slots()
    made(worker, "faulty:Tells-v0", "faulty:Tells-v0", "faulty:Tells-v0")
    first, other = Columns(worker, "0 1"), Columns(worker, "1 2")
    assert worker.stepBatch(first.name) is None
    worker.close(0)
    assert json.loads(worker.info(1)) == {"steps": 1}
    with pytest.raises(KeyError):
        worker.stepBatch(first.name)
    assert worker.stepBatch(other.name) is None
    assert json.loads(worker.info(1)) == {"steps": 2}


def test_batches_may_share_their_slots():
    worker = Slots()
    made(worker, "faulty:Tells-v0", "faulty:Tells-v0")
    first, other = Columns(worker, "0 1"), Columns(worker, "1 0")
    assert worker.stepAndResetBatch(other.name) is None
    assert json.loads(worker.info(0)) == {"steps": 1}
    assert worker.stepAndResetBatch(first.name) is None
    assert first.begun.all()
    assert not other.begun.any()
    assert json.loads(worker.info(0)) == {"steps": 2}
    first.begun[:] = False
    assert json.loads(worker.info(0)) == {"steps": 0}
    assert worker.stepAndResetBatch(other.name) is None
    assert worker.stepAndResetBatch(first.name) is None
    first.begun[:] = False
    assert worker.stepAndResetBatch(other.name) is None
    assert json.loads(worker.info(0)) == {"steps": 1}


def test_a_batch_lets_go_of_its_memory():
    worker = Slots()
    open_before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        made(worker, "CartPole-v1", "CartPole-v1")
        Columns(worker, "0 1")
        worker.close(0)
        worker.close(1)
    assert len(os.listdir("/proc/self/fd")) <= open_before + 4


def test_a_group_steps_the_environments_that_are_there_now():
    worker = Slots()
    worker.make(0, spec("faulty:Quiet-v0"), "")
    worker.reset(0)
    assert worker.stepAll("0") is None
    worker.close(0)
    worker.make(0, spec("faulty:Nested-v0"), "")
    worker.reset(0)
    assert json.loads(worker.stepAll("0"))["0"][1] is None


def test_a_call_in_the_mailbox_is_taken_once_and_answered_by_its_number():
    sent = []
    mailbox = Mailbox(sent.append)
    with open(mailbox.path, "r+b") as file:
        memory = memoryview(mmap.mmap(file.fileno(), SIZE))
    words = memory.cast("I")
    assert not mailbox.look()
    for number, call, answer in [(1, b"one", None), (2, b"two", b"!"), (2**31 - 1, b"", None)]:
        memory[CALL : CALL + len(call)] = call
        words[LENGTH] = len(call)
        words[CALLED] = number
        assert mailbox.look()
        assert mailbox.take() == call
        assert not mailbox.look()
        mailbox.answer(answer)
        assert (words[0] >> 1, words[0] & 1) == (number, answer is not None)
    assert sent == [b"!"]


def test_nobody_falls_asleep_over_a_call():
    mailbox = Mailbox(print)
    with open(mailbox.path, "r+b") as file:
        words = memoryview(mmap.mmap(file.fileno(), SIZE)).cast("I")
    assert mailbox.fall_asleep()
    assert words[1] == 1
    mailbox.wake_up()
    assert words[1] == 0
    words[CALLED] = 1
    assert not mailbox.fall_asleep()
    assert words[1] == 0
    mailbox.take()
    assert mailbox.fall_asleep()


@pytest.mark.parametrize("epoll", [False, True])
def test_inputs_say_who_can_be_read(epoll):
    here, there = socket.socketpair()
    inputs = Inputs(epoll)
    inputs.add(here, lambda: here.recv(1))
    assert inputs.waiting(0) == []
    there.send(b"x")

    (action,) = inputs.waiting(None)

    assert action() == b"x"
    assert inputs.waiting(0) == []
    there.close()
    assert len(inputs.waiting(None)) == 1
    inputs.remove(here)
    assert inputs.waiting(0) == []
    here.close()


@pytest.mark.parametrize("directories", ["", "{0}", "{0}/a:{0}/b"])
def test_blocks_are_reserved_or_it_fails_with_every_reason(directories, tmp_path):
    (tmp_path / "a").mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match=r"cannot reserve 8,192 bytes.*File too large") as e:
            SharedMemory(8192, directories.format(tmp_path))
        assert ("b: No such file" in str(e.value)) == ("b" in directories)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.rglob("*.slot"))


NESTED = Dict(
    name=Text(5),
    box=Box(-1, 1, (2, 3), np.float16),
    inner=Tuple(
        [
            Discrete(4, start=2),
            MultiDiscrete([3, 4]),
            MultiBinary((2, 2)),
            Sequence(Box(0, 9, (2,), np.int32)),
            Sequence(Discrete(3), stack=True),
        ]
    ),
    graph=Graph(Box(-1, 1, (2,)), Discrete(5)),
    one=OneOf([Discrete(2), Box(0, 1, (1,))]),
)


@pytest.mark.parametrize("seed", range(20))
def test_values_of_every_space_cross_and_come_back(seed):
    NESTED.seed(seed)
    value = NESTED.sample()
    memory = memoryview(bytearray(spaces.nbytes(NESTED)))

    spaces.writer(NESTED, memory)(value)
    parts = json.loads(json.dumps(spaces.varying(NESTED, value)))
    back = spaces.reader(NESTED, memory)(iter(parts))

    assert data_equivalence(back["inner"][0], int(value["inner"][0]), exact=False)
    assert spaces.plain(NESTED, back) == spaces.plain(NESTED, value)
    assert spaces.plain(NESTED, spaces.from_plain(NESTED, spaces.plain(NESTED, value))) == (
        spaces.plain(NESTED, value)
    )
    assert NESTED.contains(spaces.from_plain(NESTED, spaces.plain(NESTED, value)))


def test_fixed_parts_lie_one_after_another():
    space = Tuple([Discrete(3), Text(4), Box(0, 255, (3,), np.uint8), Box(0, 1, (), np.float64)])
    memory = memoryview(bytearray(spaces.nbytes(space)))
    spaces.writer(space, memory)((2, "ab", np.array([1, 2, 3], np.uint8), np.array(0.5)))
    expected = np.int64(2).tobytes() + bytes([1, 2, 3]) + np.float64(0.5).tobytes()
    assert memory.tobytes() == expected


def test_a_space_of_somebody_elses_is_named():
    class Strange(gymnasium.Space):
        def sample(self, mask=None, probability=None):
            return object()

    with pytest.raises(TypeError, match="Strange"):
        spaces.describe(Strange())


def test_equal_bounds_are_given_once():
    assert spaces.shortest(np.full((84, 84), 255)) == [255]
    assert spaces.shortest(np.array([1, 2])) == [1, 2]


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


@pytest.mark.parametrize(
    "value", [np.array([1.0, 2.0]), [1, 2], (True, False), np.array([1, 255], np.int16)]
)
def test_values_of_another_dtype_are_taken_if_they_stay_the_same(value):
    memory = np.zeros(2, np.uint8)
    spaces.writer(Box(0, 255, (2,), np.uint8), memoryview(memory))(value)
    assert (memory == np.asarray(value)).all()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([0.5, 1], r"expected uint8, as its space says, but got float64 with 0\.5 in it"),
        ([0, 256], "expected uint8, as its space says, but got int64 with 256 in it"),
        ([0, math.nan], "got float64 with nan in it"),
        (["a", "b"], "expected uint8, as its space says, but got <U1"),
        ([None, 1], "but got object"),
        ([1, 2, 3], r"expected shape \(2,\), as its space says, but got \(3,\)"),
        (None, r"expected shape \(2,\), as its space says, but got \(\)"),
        ([[1], [1, 2]], r"expected shape \(2,\), as its space says, but setting an array"),
    ],
)
def test_values_that_the_space_cannot_hold_are_refused(value, message):
    write = spaces.writer(Box(0, 255, (2,), np.uint8), memoryview(bytearray(2)))
    with pytest.raises((ValueError, TypeError), match=message):
        write(value)


def test_no_module_of_the_worker_makes_objects_from_bytes():
    """Neither its own nor Py4J's, of which it uses one."""
    forbidden = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "copyreg"}
    package = pathlib.Path(stampede_worker.__file__).parent
    for file in [*package.glob("*.py"), pathlib.Path(py4j.protocol.__file__)]:
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert forbidden.isdisjoint(n.split(".")[0] for n in names), file
            if isinstance(node, ast.Call):
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert called not in {"eval", "exec", "__import__", "allow_pickle"}, file
            if isinstance(node, ast.keyword):
                assert node.arg != "allow_pickle", file


def test_the_server_loads_no_more_of_py4j_than_its_protocol():
    code = "import sys, stampede_worker.server; print(*sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [module for module in out.stdout.split() if module.startswith("py4j")]
    assert loaded == ["py4j", "py4j.compat", "py4j.protocol", "py4j.version"]
    assert set(py4j.protocol.OUTPUT_CONVERTER) == set("nbLDijds")


def test_a_picture_is_three_colours_however_it_is_painted():
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    colours = np.repeat(grey[:, :, None], 3, axis=2)
    alpha = np.concatenate([colours, np.full((2, 3, 1), 255, np.uint8)], axis=2)

    for picture in (grey, grey[:, :, None], colours, alpha, colours.astype(float)):
        assert (gym.rgb(picture) == colours).all()
        assert gym.rgb(picture).dtype == np.uint8
        assert gym.rgb(picture).flags.c_contiguous
    assert (gym.rgb(np.full((2, 3, 3), 0.5)) == 127).all()
    with pytest.raises(ValueError, match=r"height x width x 3.* shape \(2, 3, 2\)"):
        gym.rgb(np.zeros((2, 3, 2)))
