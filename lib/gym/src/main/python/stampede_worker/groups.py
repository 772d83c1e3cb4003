"""Ids that Gymnasium learns from other packages.

Each package is imported when one of its ids is asked for: it takes time and memory that CartPole
does not want to pay.
"""

import functools
import importlib.util
import logging
import re
import sys
import types

import gymnasium
import numpy as np

from stampede_worker import rendering


def prepare(name: str, render: bool) -> None:
    """Does what has to be done before gymnasium.make.

    An id that none of our packages has is left to Gymnasium.
    """
    if render and importlib.util.find_spec("mujoco"):
        rendering.prepare()
    register(name)
    spec = gymnasium.registry.get(name.rpartition(":")[2])
    if spec and "mujoco" in str(spec.entry_point) and importlib.util.find_spec("mujoco"):
        mujoco()


def register(name: str) -> None:
    identifier = name.rpartition(":")[2]
    if identifier in gymnasium.registry:
        return
    for beginning, package in PACKAGES.items():
        if identifier.startswith(beginning):
            package()
            return
    if re.fullmatch(r"[A-Z]\w+-v[04]", identifier) and importlib.util.find_spec("ale_py"):
        atari()  # BreakoutNoFrameskip-v4 and the like.


def hint() -> str:
    """Says where an unknown id may come from."""
    import importlib.metadata

    ours = {"ale-py", "minatar", "minigrid", "miniworld", "vizdoom", "gymnasium"}
    others = sorted(
        module
        for package in importlib.metadata.distributions()
        if (package.metadata["Name"] or "").lower() not in ours
        and any(re.match(r"gymnasium\b", need) for need in package.requires or ())
        for module in (package.read_text("top_level.txt") or "").split()
    )
    return "".join(f" If it is in {module}, write {module}:Id-v0" for module in others)


@functools.cache
def atari() -> None:
    import ale_py

    ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)
    gymnasium.register_envs(ale_py)


@functools.cache
def mujoco() -> None:
    """Logs MuJoCo's warnings, which else go to a file MUJOCO_LOG.TXT in the folder of the user."""
    import mujoco

    mujoco.set_mju_user_warning(logging.getLogger("mujoco").warning)


@functools.cache
def minatar() -> None:
    # It draws with a palette of seaborn's, which would bring 250 MB with it.
    logging.disable(logging.WARNING)  # It says that seaborn is missing.
    try:
        import minatar.gym
    finally:
        logging.disable(logging.NOTSET)
    if not hasattr(minatar.gym, "sns"):
        minatar.gym.sns = types.SimpleNamespace(color_palette=lambda _, n: cubehelix(n))
    minatar.gym.register_envs()


@functools.cache
def minigrid() -> None:
    import minigrid

    gymnasium.register_envs(minigrid)


@functools.cache
def miniworld() -> None:
    if sys.platform == "linux":
        if not rendering.egl_draws():
            raise RuntimeError(f"MiniWorld draws with EGL, which is missing: {rendering.advice()}")
        import pyglet

        pyglet.options["headless"] = True  # Before anything else of it is imported.
    import miniworld

    gymnasium.register_envs(miniworld)


@functools.cache
def vizdoom() -> None:
    from stampede_worker.vizdoom import register

    register()


PACKAGES = {
    "ALE/": atari,
    "BabyAI-": minigrid,
    "MinAtar/": minatar,
    "MiniGrid-": minigrid,
    "MiniWorld-": miniworld,
    "Vizdoom": vizdoom,
}


def cubehelix(n: int) -> list[tuple[float, ...]]:
    """The colours of seaborn.color_palette("cubehelix", n): Green (2011), arXiv:1108.5083."""
    steps = np.minimum((np.linspace(0, 1, n + 2)[1:-1] * 256).astype(int), 255) / 255
    angle = 2 * np.pi * (0.5 / 3 - 1.5 * steps)
    amplitude = steps * (1 - steps) / 2
    red = steps + amplitude * (-0.14861 * np.cos(angle) + 1.78277 * np.sin(angle))
    green = steps + amplitude * (-0.29227 * np.cos(angle) - 0.90649 * np.sin(angle))
    blue = steps + amplitude * (1.97294 * np.cos(angle))
    return [tuple(colour) for colour in np.clip(np.stack([red, green, blue], 1), 0, 1)]
