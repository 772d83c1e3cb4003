"""Steps Atari games in EnvPool, by the protocol in which Stampede plays them, and says how many a second.

    python3 lib/bench/envpool_peer.py Breakout 16 0 2 10
    python3 lib/bench/envpool_peer.py Breakout 16 8 2 10

Arguments: game; environments; how many of them one call waits for (0: all, the synchronous mode); threads; seconds.
Any Python 3.11 or later will do: the first run makes a virtual environment with EnvPool in lib/bench/target (750 MB).
Prints one line: RESULT, names and values.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

PACKAGE = "envpool==1.2.5"
FOLDER = Path(__file__).resolve().parent / "target" / f"venv-{PACKAGE}"


def run_with_envpool() -> None:
    """Starts this script anew with an interpreter that has EnvPool."""
    python = FOLDER / "bin" / "python"
    complete = FOLDER / "complete"
    if not complete.exists():
        venv.create(FOLDER, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", PACKAGE],
            check=True,
            stdout=sys.stderr,
        )
        complete.touch()
    os.execv(python, [str(python), *sys.argv])


def main(
    game: str, environments: int, batch: int, threads: int, seconds: float
) -> None:
    import envpool
    import numpy as np

    pool = envpool.make_gymnasium(
        f"{game}-v5",
        num_envs=environments,
        batch_size=batch or environments,
        num_threads=threads,
        seed=0,
        # The protocol of Mnih et al. (2015).
        stack_num=4,
        frame_skip=4,
        noop_max=30,
        max_episode_steps=27_000,
        use_fire_reset=False,
        use_inter_area_resize=True,
        repeat_action_probability=0.0,
        full_action_space=False,
        episodic_life=False,
        reward_clip=False,
    )
    rng = np.random.default_rng(0)
    choices = rng.integers(0, pool.action_space.n, (997, batch or environments))
    if batch:
        pool.async_reset()
        *_, info = pool.recv()
        ids = info["env_id"]
    else:
        pool.reset()
        ids = np.arange(environments)

    def step(i: int) -> None:
        nonlocal ids
        *_, info = pool.step(choices[i % 997].astype(np.int32), ids)
        if batch:
            ids = info["env_id"]

    i = 0
    end = time.perf_counter() + 2
    while time.perf_counter() < end:
        step(i)
        i += 1
    first = i
    start = time.perf_counter()
    while time.perf_counter() < start + seconds:
        step(i)
        i += 1
    steps = (i - first) * (batch or environments) / (time.perf_counter() - start)
    print(
        f"RESULT environments={environments} batch={batch or environments} "
        f"threads={threads} steps_per_s={steps:.1f}"
    )


if __name__ == "__main__":
    if Path(sys.prefix) != FOLDER:
        run_with_envpool()
    main(
        sys.argv[1],
        int(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]),
        float(sys.argv[5]),
    )
