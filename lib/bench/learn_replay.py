#!/usr/bin/env python3
"""Tables of lib/docs/replay-learning.md: what methods that learn from a memory, and PPO, reach on small tasks, by greedy
evaluations. Standard library only; run it from the repository's root after `mvn -DskipTests package`.

    python3 lib/bench/learn_replay.py cartpole pendulum
    python3 lib/bench/learn_replay.py cartpole-dqn pendulum-ddpg --seeds 1 2 --out FOLDER
    python3 lib/bench/learn_replay.py half-cheetah minatar
    python3 lib/bench/learn_replay.py actors
    python3 lib/bench/learn_replay.py cartpole --table-only
    python3 lib/bench/learn_replay.py --list

A name stands for all rows that begin with it. A run that has finished is not done again, one that was stopped goes on
from its newest checkpoint: give the same command again.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import statistics
import sys
from pathlib import Path

from learn_gymnasium import Row, record, train
from tables import bootstrap, where

LAST = 3  # evaluations whose mean is a run's score


@dataclasses.dataclass(frozen=True)
class Evaluated(Row):
    """A row whose runs are evaluated without exploration, in environments and with seeds of their own."""

    score: float = 0.0  # When this is reached is said.
    every: int = 5_000

    def command(self, seed: int) -> list[str]:
        return [
            *super().command(seed),
            "--evaluate-every",
            str(self.every),
            "--evaluation",
            "greedy",
        ]


SEEDS = (1, 2, 3, 4, 5)
ALL_PARTS = "double-q=yes dueling=yes priority-exponent=0.6"
CHEETAH = (
    "DDPG 9 137 ± 784 (Tianshou, v3, 10 seeds, minibatches of 256, after 25 000 random steps "
    "that it does not count)"
)


def cartpole(algorithm: str, threads: int, knobs: str = "", steps: int = 100_000) -> Evaluated:
    return Evaluated("CartPole", algorithm, threads, steps, SEEDS, knobs, score=475)


def pendulum(algorithm: str, threads: int) -> Evaluated:
    return Evaluated("Pendulum", algorithm, threads, 100_000, SEEDS, "", score=-200)


def actors(threads: int) -> Evaluated:
    # As many steps, and as much learned from them, by more actors.
    return Evaluated("CartPole", "ApexDQN", threads, 60_000, SEEDS, "", score=475, every=3_000)


ROWS = {
    "cartpole-dqn": cartpole("DQN", 1),
    "cartpole-dqn-parts": cartpole("DQN", 1, ALL_PARTS),
    "cartpole-dqn-2-threads": cartpole("DQN", 2),
    "cartpole-apex": cartpole("ApexDQN", 4),
    "cartpole-gorila": cartpole("Gorila", 2),
    "cartpole-acer": cartpole("ACER", 2),
    "cartpole-ppo": cartpole("PPO", 4),
    "cartpole-dppo": cartpole("DPPO", 4),
    "pendulum-ddpg": pendulum("DDPG", 1),
    "pendulum-apex": pendulum("ApexDPG", 2),
    "half-cheetah-ddpg": Evaluated(
        "HalfCheetah-v5", "DDPG", 1, 300_000, (1, 2), "", CHEETAH, score=3_000, every=10_000
    ),
    "half-cheetah-apex": Evaluated(
        "HalfCheetah-v5", "ApexDPG", 2, 300_000, (1, 2), "", CHEETAH, score=3_000, every=10_000
    ),
    "minatar-dqn": Evaluated(
        "MinAtar/Breakout-v0",
        "DQN",
        1,
        2_000_000,
        (1, 2),
        "",
        "DQN about 8 after 2 million, 10 after 5 (read off the published curve)",
        score=8,
        every=50_000,
    ),
    "minatar-apex": Evaluated(
        "MinAtar/Breakout-v0",
        "ApexDQN",
        4,
        2_000_000,
        (1, 2),
        "",
        "the same",
        score=8,
        every=50_000,
    ),
    "actors-1": actors(1),
    "actors-2": actors(2),
    "actors-4": actors(4),
    "actors-8": actors(8),
}


@dataclasses.dataclass(frozen=True)
class Evaluation:
    step: int
    seconds: float
    mean: float


def evaluations(folder: Path) -> list[Evaluation]:
    with open(folder / "evaluations.csv") as file:
        return [
            Evaluation(int(row["step"]), float(row["seconds"]), float(row["mean"]))
            for row in csv.DictReader(file)
        ]


def middle(values: list[float], digits: int) -> str:
    return f"{statistics.median(values):,.{digits}f}".replace(",", " ")


def line(name: str, row: Evaluated, folders: list[Path]) -> str:
    runs = [evaluations(folder) for folder in folders]
    last = [statistics.fmean(e.mean for e in run[-LAST:]) for run in runs]
    first = [next((e for e in run if e.mean >= row.score), None) for run in runs]
    reached = [e for e in first if e]
    low, high = bootstrap(last)
    cells = [
        name,
        str(row.threads),
        f"{row.steps:,}".replace(",", " "),
        f"{len(reached)} of {len(runs)}",
        middle([e.step for e in reached], 0) if reached else "–",
        middle([e.seconds for e in reached], 1) if reached else "–",
        f"{statistics.fmean(last):.1f}",
        f"[{low:.1f}, {high:.1f}]",
        ", ".join(f"{value:.0f}" for value in last),
        row.published,
    ]
    return "| " + " | ".join(cells) + " |"


def table(names: list[str], out: Path, seeds: list[int], only: bool) -> None:
    print(f"{where()}; greedy evaluations of 10 episodes; score: mean of a run's last {LAST}\n")
    print(
        "| row | threads | steps | reached the mark | at step (median) | seconds (median) | score | 95 % interval | each "
        "seed | published |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for name in names:
        row = ROWS[name]
        folders = [out / f"{name}-{seed}" for seed in seeds or row.seeds]
        for seed, folder in zip(seeds or row.seeds, folders, strict=True):
            if not only:
                train(row, seed, folder)
        done = [folder for folder in folders if record(folder).get("state") == "finished"]
        if done:
            print(line(name, row, done), flush=True)
    for name in names:
        print(f"\n{name}, mark {ROWS[name].score:g}: `{' '.join(ROWS[name].command(1))}`")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("rows", nargs="*", help="names of rows, or how they begin")
    parser.add_argument("--seeds", type=int, nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=Path("out/replay"))
    parser.add_argument("--table-only", action="store_true")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    if args.list or not args.rows:
        print("\n".join(ROWS))
        return
    names = [name for name in ROWS if any(name.startswith(asked) for asked in args.rows)]
    if not names:
        sys.exit(f"expected rows among {', '.join(ROWS)} but got {' '.join(args.rows)}")
    table(names, args.out, args.seeds, args.table_only)


if __name__ == "__main__":
    main()
