import gymnasium
import pytest
from stampede_worker import gym, rendering
from stampede_worker.errors import NotFound


def test_an_old_id_of_atari_is_found():
    assert gym.make_id("PongNoFrameskip-v4", {}).spec.id == "PongNoFrameskip-v4"


def test_an_unknown_id_is_not_found():
    with pytest.raises(NotFound, match="CartPoll"):
        gym.make_id("CartPoll-v1", {})


def test_an_id_that_has_gone_says_which_has_come():
    with pytest.raises(NotFound, match="Taxi-v4"):
        gym.make_id("Taxi-v3", {})


def test_cart_pole_registers_nothing():
    before = set(gymnasium.registry)
    gym.make_id("CartPole-v1", {})
    assert set(gymnasium.registry) == before


@pytest.fixture
def linux(monkeypatch):
    monkeypatch.setattr(rendering.sys, "platform", "linux")
    return monkeypatch


def test_a_choice_of_the_user_holds():
    assert rendering.mujoco_gl({"MUJOCO_GL": "glfw"}) == "glfw"


def test_egl_comes_first(linux):
    linux.setattr(rendering, "egl_draws", lambda: True)
    assert rendering.mujoco_gl({"DISPLAY": ":0"}) == "egl"


def test_then_osmesa(linux):
    linux.setattr(rendering, "egl_draws", lambda: False)
    linux.setattr(rendering, "loads", lambda *names: "OSMesa" in names[0])
    assert rendering.mujoco_gl({"DISPLAY": ":0"}) == "osmesa"


def test_then_a_display(linux):
    linux.setattr(rendering, "loads", lambda *_: None)
    assert rendering.mujoco_gl({"DISPLAY": ":0"}) == "glfw"


def test_without_any_it_says_what_to_install(linux):
    linux.setattr(rendering, "loads", lambda *_: None)
    linux.setattr(rendering.os, "environ", {})
    with pytest.raises(RuntimeError, match=r"apt install libegl1.*dnf install mesa-libEGL"):
        rendering.prepare()
