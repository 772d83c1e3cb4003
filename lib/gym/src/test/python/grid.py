"""MiniGrid with nothing but its image to see."""

import gymnasium
from stampede_worker.gym import make


def image_only() -> gymnasium.Env:
    from minigrid.wrappers import ImgObsWrapper

    return ImgObsWrapper(make("MiniGrid-Empty-5x5-v0"))


gymnasium.register("ImageOnly-v0", entry_point=image_only)
