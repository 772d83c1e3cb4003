"""Atari games by the protocol of Mnih et al. (2015), as A3C and its relatives were measured.

Frame for frame what gymnasium.wrappers.AtariPreprocessing and FrameStackObservation give around
ALE/<name>-v5 with frameskip=1 and repeat_action_probability=0, but without copying each frame in
colour, and straight into the slot.
"""

from typing import Any

import ale_py
import cv2
import gymnasium
import numpy as np
from ale_py.env import AtariEnv
from ale_py.registration import rom_id_to_name
from ale_py.roms import get_all_rom_ids

from stampede_worker.errors import NotFound
from stampede_worker.slots import Step, write_result

NOOP = 0
STACK = 4
SIZE = 84

cv2.setNumThreads(0)
ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)


class AtariTask:
    env_step = None  # The next observation is made of the one before, where that is.

    def __init__(
        self,
        name: str,
        render: bool,
        *,
        frame_skip: int,
        sticky: float,
        full_actions: bool,
        noops: int,
        max_frames: int,
    ) -> None:
        """
        frame_skip: frames that one step takes, with the same action
        sticky: probability that a frame repeats the action before instead
        full_actions: all 18 actions, or only those that the game distinguishes
        noops: the most frames without action that an episode starts with, at least 1 if not 0
        max_frames: after which an episode is cut off
        """
        self._env = AtariEnv(
            game=rom(name),
            obs_type="grayscale",
            frameskip=1,
            repeat_action_probability=sticky,
            full_action_space=full_actions,
            max_num_frames_per_episode=max_frames,
            render_mode="rgb_array" if render else None,
        )
        self._frame_skip = frame_skip
        self._noops = noops
        self._ale = self._env.ale
        self._codes = (
            self._ale.getLegalActionSet() if full_actions else self._ale.getMinimalActionSet()
        )
        self.action_space = self._env.action_space
        self.observation_space = gymnasium.spaces.Box(0, 255, (STACK, SIZE, SIZE), np.uint8)
        screen = self._env.observation_space.shape
        self._last = np.zeros(screen, np.uint8)
        self._one_before = np.zeros(screen, np.uint8)

    def bind(self, observation: memoryview, result: memoryview) -> Step:
        self._stack = np.frombuffer(observation, np.uint8).reshape(STACK, SIZE, SIZE)
        self._newest = self._stack[-1]
        self._older, self._newer = observation[: -SIZE * SIZE], observation[SIZE * SIZE :]
        return Step(self._step, lambda said: write_result(result, 0, *said))

    def reset(self, seed: int | None, options: dict[str, Any] | None) -> None:
        self._env.reset(seed=seed)
        noops = self._env.np_random.integers(1, self._noops + 1) if self._noops else 0
        for _ in range(noops):
            self._ale.act(NOOP)
            if self._ale.game_over():
                self._env.reset(seed=seed)
        self._ale.getScreenGrayscale(self._last)
        self._one_before.fill(0)
        self._show()
        self._stack[:-1] = self._newest

    def _step(self, action: int) -> tuple[float, int, bool, bool]:
        ale, code, skip = self._ale, self._codes[action], self._frame_skip
        reward = 0
        for frame in range(skip):
            reward += ale.act(code)
            if ale.game_over():
                break
            if frame == skip - 2:
                ale.getScreenGrayscale(self._one_before)
            elif frame == skip - 1:
                ale.getScreenGrayscale(self._last)
        self._older[:] = self._newer
        self._show()
        ended = ale.game_over(with_truncation=False)
        return reward, ale.lives(), ended, ale.game_truncated()

    def lives(self) -> int:
        return self._ale.lives()

    def info(self) -> dict[str, Any]:
        return {
            "lives": self._ale.lives(),
            "episode_frame_number": self._ale.getEpisodeFrameNumber(),
            "frame_number": self._ale.getFrameNumber(),
        }

    def about(self) -> dict[str, Any]:
        return {"metadata": self._env.metadata, "actions": self._env.get_action_meanings()}

    def render(self) -> np.ndarray:
        return self._ale.getScreenRGB()

    def check(self) -> str:
        return ""

    def close(self) -> None:
        self._env.close()

    def _show(self) -> None:
        """Shrinks the brighter of the last two frames (sprites flicker) into the stack."""
        # As in Gymnasium, the maximum stays in the buffer: a game that ends early shows it again.
        np.maximum(self._last, self._one_before, out=self._last)
        cv2.resize(
            self._last,
            (SIZE, SIZE),
            dst=self._newest,
            interpolation=cv2.INTER_AREA,
        )


def rom(name: str) -> str:
    for rom_id in get_all_rom_ids():
        if rom_id_to_name(rom_id) == name:
            return rom_id
    raise NotFound(f"ale-py has no game {name}")
