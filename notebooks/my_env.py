"""An environment of one's own, as Gymnasium wants it: see environments.ipynb."""

from __future__ import annotations

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

COURSES = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])
PIXELS = 160


class MyEnv(gymnasium.Env[np.ndarray, int]):
    """A boat looks for a buoy. The wind pushes it, in each episode in another direction."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 20}

    def __init__(self, wind: float = 0.5, render_mode: str | None = None) -> None:
        self.strength, self.render_mode = wind, render_mode
        self.observation_space = Box(-2, 2, (4,), np.float32)  # the way to the buoy, the wind
        self.action_space = Discrete(len(COURSES))  # drift, east, west, north, south

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        self.boat, self.buoy = self.np_random.uniform(-1, 1, (2, 2))
        angle = self.np_random.uniform(0, 2 * np.pi)
        self.wind = self.strength * np.array([np.cos(angle), np.sin(angle)])
        self.steps = 0
        return self.see(), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        before = self.distance()
        self.boat = np.clip(self.boat + 0.1 * (COURSES[action] + self.wind), -1, 1)
        self.steps += 1
        there = self.distance() < 0.15
        reward = 1.0 if there else before - self.distance() - 0.01
        return self.see(), reward, there, self.steps == 100, {"distance": self.distance()}

    def see(self) -> np.ndarray:
        return np.concatenate([self.buoy - self.boat, self.wind]).astype(np.float32)

    def distance(self) -> float:
        return float(np.linalg.norm(self.buoy - self.boat))

    def render(self) -> np.ndarray:
        picture = np.full((PIXELS, PIXELS, 3), (40, 110, 180), np.uint8)
        for (x, y), colour in ((self.buoy, (230, 60, 40)), (self.boat, (255, 255, 255))):
            row, column = int((1.1 - y) / 2.2 * PIXELS), int((x + 1.1) / 2.2 * PIXELS)
            picture[row - 5 : row + 5, column - 5 : column + 5] = colour
        return picture
