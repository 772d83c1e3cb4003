"""Any environment that Gymnasium makes, as it is."""

import importlib
import importlib.util
import io
import json
import pathlib
import sys
import warnings
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import DeprecatedEnv, UnregisteredEnv

from stampede_worker import groups, rendering, spaces
from stampede_worker.errors import NotFound
from stampede_worker.slots import Step, to_json, write_result

NO_LIVES = -1


class GymTask:
    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        self._env = make(spec)
        self.action_space = self._env.action_space
        self.observation_space = self._env.observation_space
        self.env_step = self._env.step
        self._varies = not spaces.is_fixed(self.observation_space)
        self._shown: list[Any] | None = None
        self.last_info: dict[str, Any] = {}

    def bind(self, observation: memoryview, result: memoryview) -> Step:
        varies = self._varies
        write = self._write = spaces.writer(self.observation_space, observation)

        def tell(said: tuple) -> str | None:
            observation, reward, terminated, truncated, self.last_info = said
            write(observation)
            write_result(result, 0, reward, NO_LIVES, terminated, truncated)
            return self._changed(observation) if varies else None

        return Step(self.env_step, tell)

    def reset(self, seed: int | None, options: dict[str, Any] | None) -> str | None:
        observation, self.last_info = self._env.reset(seed=seed, options=options)
        self._shown = None
        self._write(observation)
        return self._changed(observation) if self._varies else None

    def _changed(self, observation: Any) -> str | None:
        parts = spaces.varying(self.observation_space, observation)
        if parts == self._shown:
            return None
        self._shown = parts
        return json.dumps(parts)

    def lives(self) -> int:
        return NO_LIVES

    def info(self) -> dict[str, Any]:
        return self.last_info

    def about(self) -> dict[str, Any]:
        spec = self._env.spec
        return {
            "spec": json.loads(to_json(vars(spec))) if spec else {},
            "metadata": json.loads(to_json(self._env.metadata)),
            "wrappers": str(self._env),
        }

    def render(self) -> np.ndarray | None:
        picture = self._env.render()
        if isinstance(picture, list):
            picture = picture[-1] if picture else None
        if picture is None:
            return None
        return rgb(np.asarray(picture))

    def check(self) -> str:
        from gymnasium.utils.env_checker import check_env

        said = io.StringIO()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            checked = make(self._spec)
            try:
                check_env(checked.unwrapped, skip_render_check=True)
            except Exception as e:
                said.write(f"{type(e).__name__}: {e}\n")
            finally:
                checked.close()
        for warning in caught:
            said.write(f"{warning.message}\n")
        return said.getvalue().strip()

    def close(self) -> None:
        self._env.close()


def rgb(picture: np.ndarray) -> np.ndarray:
    """A picture as height x width x 3 bytes: grey ones and ones with an alpha channel too."""
    if picture.dtype.kind == "f" and picture.max(initial=0) <= 1:  # MinAtar paints in [0, 1].
        picture = picture * 255
    if picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 1):
        picture = np.repeat(picture.reshape(*picture.shape[:2], 1), 3, axis=2)
    if picture.ndim != 3 or picture.shape[2] not in (3, 4):
        raise ValueError(
            "render: expected a picture of height x width x 3, with numbers from 0 to 255, "
            f"but got an array of shape {picture.shape}"
        )
    return np.ascontiguousarray(picture[:, :, :3], np.uint8)


def make(spec: dict[str, Any]) -> gymnasium.Env:
    """Makes the environment and puts its wrappers around it."""
    options = with_tuples(spec["options"])
    if spec["render"]:
        options.setdefault("render_mode", "rgb_array")
    env = from_file(spec["id"], options) if ".py:" in spec["id"] else make_id(spec["id"], options)
    if "mujoco" in sys.modules:
        groups.mujoco()
    for wrapper in spec["wrappers"]:
        env = find_wrapper(wrapper["name"])(env, **with_tuples(wrapper["options"]))
    return env


def with_tuples(options: dict[str, Any]) -> dict[str, Any]:
    """Options as Python wants them: a shape or range is a tuple, for which JSON has only lists."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}


def make_id(name: str, options: dict[str, Any]) -> gymnasium.Env:
    groups.prepare(name, render=options.get("render_mode") is not None)
    try:
        return gymnasium.make(name, disable_env_checker=True, **options)
    except (DeprecatedEnv, UnregisteredEnv) as e:
        raise NotFound(f"{e}{groups.hint()}") from e
    except ModuleNotFoundError as e:
        missing = getattr(e.__cause__, "name", None)
        if missing and name.startswith(missing):  # The module of "module:Id-v0" itself.
            raise NotFound(e) from e
        raise


def from_file(name: str, options: dict[str, Any]) -> gymnasium.Env:
    """Makes an environment of a class in a Python file: "path/my_env.py:MyEnv"."""
    file, _, class_name = name.rpartition(":")
    path = pathlib.Path(file).resolve()
    if not path.is_file():
        raise NotFound(f"there is no file {path}")
    module = sys.modules.get(path.stem)
    if module is None or getattr(module, "__file__", None) != str(path):
        found = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(found)
        sys.modules[path.stem] = module  # As import does: classes find their module by name.
        sys.path.append(str(path.parent))
        if options.get("render_mode") and importlib.util.find_spec("mujoco"):
            rendering.prefer()  # The class may well draw with it, whatever it is called.
        try:
            found.loader.exec_module(module)
        except BaseException:
            del sys.modules[path.stem]
            raise
    environment = getattr(module, class_name, None)
    if environment is None:
        classes = [n for n, v in vars(module).items() if is_environment(v)]
        raise NotFound(f"{path.name} has no {class_name}; its environments are {classes}")
    if not is_environment(environment):
        raise TypeError(f"{class_name} of {path.name} has to extend gymnasium.Env")
    modes = getattr(environment, "metadata", {}).get("render_modes", [])
    if options.get("render_mode") not in modes:
        options.pop("render_mode", None)
    spec = gymnasium.envs.registration.EnvSpec(f"{class_name}-v0", entry_point=environment)
    return gymnasium.make(spec, disable_env_checker=True, **options)


def is_environment(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, gymnasium.Env)


def find_wrapper(name: str) -> type[gymnasium.Wrapper]:
    """A wrapper of Gymnasium's by its name, or anybody's as "module:Wrapper"."""
    module, _, class_name = name.rpartition(":")
    wrapper = getattr(importlib.import_module(module or "gymnasium.wrappers"), class_name, None)
    if not isinstance(wrapper, type):
        known = ", ".join(gymnasium.wrappers.__all__)
        raise NotFound(f"there is no wrapper {name}; Gymnasium's are {known}")
    return wrapper
