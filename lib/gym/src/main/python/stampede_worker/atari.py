"""Atari games by the protocol of Mnih et al. (2015), as A3C and its relatives were measured.

Frame for frame what gymnasium.wrappers.AtariPreprocessing and FrameStackObservation give around
ALE/<name>-v5 with frameskip=1 and repeat_action_probability=0, but without copying each frame in
colour, and straight into the slot.
"""

import ale_py
import cv2
import gymnasium
import numpy as np
from ale_py.env import AtariEnv
from ale_py.registration import rom_id_to_name
from ale_py.roms import get_all_rom_ids

from stampede_worker import spaces
from stampede_worker.slots import NotFound

NOOP = 0
FRAME_SKIP = 4
STACK = 4
SIZE = 84
MAX_NOOPS = 30
MAX_FRAMES = 108_000

cv2.setNumThreads(0)
ale_py.ALEInterface.setLoggerMode(ale_py.LoggerMode.Error)


class AtariTask:
    def __init__(self, name: str) -> None:
        self._env = AtariEnv(
            game=rom(name),
            obs_type="grayscale",
            frameskip=1,
            repeat_action_probability=0.0,
            max_num_frames_per_episode=MAX_FRAMES,
        )
        self._ale = self._env.ale
        self._codes = self._ale.getMinimalActionSet()
        self.action = spaces.action(self._env.action_space)
        self.observation = spaces.observation(
            gymnasium.spaces.Box(0, 255, (STACK, SIZE, SIZE), np.uint8)
        )
        screen = self._env.observation_space.shape
        self._last = np.zeros(screen, np.uint8)
        self._one_before = np.zeros(screen, np.uint8)

    def bind(self, observation: np.ndarray) -> None:
        self._stack = observation
        self._newest = observation[-1]
        memory = memoryview(observation.reshape(-1))
        self._older, self._newer = memory[: -SIZE * SIZE], memory[SIZE * SIZE :]

    def reset(self, seed: int | None) -> None:
        self._env.reset(seed=seed)
        for _ in range(self._env.np_random.integers(1, MAX_NOOPS + 1)):
            self._ale.act(NOOP)
            if self._ale.game_over():
                self._env.reset(seed=seed)
        self._ale.getScreenGrayscale(self._last)
        self._one_before.fill(0)
        self._show()
        self._stack[:-1] = self._newest

    def step(self, action: int) -> tuple[float, bool, bool]:
        ale, code = self._ale, self._codes[action]
        reward = 0
        for frame in range(FRAME_SKIP):
            reward += ale.act(code)
            if ale.game_over():
                break
            if frame == FRAME_SKIP - 2:
                ale.getScreenGrayscale(self._one_before)
            elif frame == FRAME_SKIP - 1:
                ale.getScreenGrayscale(self._last)
        self._older[:] = self._newer
        self._show()
        return reward, ale.game_over(with_truncation=False), ale.game_truncated()

    def lives(self) -> int:
        return self._ale.lives()

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
