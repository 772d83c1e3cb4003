#!/usr/bin/env python3
"""Learning tables and curves of lib/docs for Gymnasium's environments. Standard library only; run it from the
repository's root after `mvn -DskipTests package`.

    python3 lib/bench/learn_gymnasium.py lunar-lander inverted-pendulum half-cheetah
    python3 lib/bench/learn_gymnasium.py minatar-breakout minatar-space-invaders minatar-breakout-q
    python3 lib/bench/learn_gymnasium.py pong
    python3 lib/bench/learn_gymnasium.py lunar-lander --table-only --svg lunar-lander.svg
    python3 lib/bench/learn_gymnasium.py --list

A run that has finished is not done again, one that was stopped goes on from its newest checkpoint: give the same
command again. Ctrl-C stops in an orderly way.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

from tables import COLOURS, STAMPEDE, bootstrap, where

LAST = 100  # episodes whose mean is a run's score


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the tables: what is run, with which seeds."""

    env: str
    algorithm: str
    threads: int
    steps: int
    seeds: tuple[int, ...]
    knobs: str
    published: str = "–"
    until: float | None = None  # A mean return that ends a run.

    def command(self, seed: int) -> list[str]:
        knobs = [part for knob in shlex.split(self.knobs) for part in ("--set", knob)]
        budget = ["--threads", str(self.threads), "--steps", str(self.steps)]
        which = ["--algorithm", self.algorithm, "--env", self.env, "--seed", str(seed)]
        end = [] if self.until is None else ["--until-return", str(self.until)]
        return ["run", *which, *budget, *end, *knobs]


NORMALIZED = "normalize-observations=yes normalize-rewards=yes anneal-steps=budget"
CONTINUOUS = f"{NORMALIZED} learning-rate=1e-3 reduction=mean clip-norm=0.5"
# MinAtar's network; the games' full set of six actions, as in the published figures.
MINATAR = "network=grid-conv initialization=he anneal-steps=budget"
MINATAR_A3C = f"{MINATAR} learning-rate=1e-3 rms-epsilon=1e-5 t-max=20"
READ_OFF = "read off the published curves"

ROWS = {
    "lunar-lander": Row(
        "LunarLander-v3",
        "A3C",
        2,
        1_000_000,
        (1, 2, 3, 4, 5),
        "normalize-observations=yes reward-scale=0.1 gamma=0.995 t-max=20 hidden=64-64 value-network=separate "
        "learning-rate=1e-3 rms-epsilon=1e-5 reduction=mean anneal-steps=budget",
        "A2C 156 ± 80 after 200 000 steps (RL Zoo, v2)",
    ),
    "inverted-pendulum": Row(
        "InvertedPendulum-v5", "A3C", 2, 1_000_000, (1, 2, 3), CONTINUOUS, "A2C 1000 ± 0 (Tianshou)"
    ),
    "half-cheetah": Row(
        "HalfCheetah-v5",
        "A3C",
        2,
        1_000_000,
        (1, 2, 3),
        CONTINUOUS,
        "A2C 1830 ± 1068 (Tianshou), about 1000 (PPO paper)",
    ),
    "minatar-breakout": Row(
        "MinAtar/Breakout-v0",
        "A3C",
        2,
        5_000_000,
        (1, 2, 3),
        MINATAR_A3C,
        f"AC(0.8) 17.5, AC(0) 15.3, DQN 10 ({READ_OFF})",
    ),
    "minatar-space-invaders": Row(
        "MinAtar/SpaceInvaders-v0",
        "A3C",
        2,
        5_000_000,
        (1,),
        MINATAR_A3C,
        f"AC(0.8) 186, AC(0) 146, DQN 44 ({READ_OFF})",
    ),
    "minatar-breakout-q": Row(
        "MinAtar/Breakout-v0",
        "NStepQ",
        2,
        5_000_000,
        (1,),
        f"{MINATAR} learning-rate=1e-3 rms-epsilon=1e-3 t-max=10 target-interval='1000 steps' "
        "epsilon-anneal='100000 steps' epsilon-final=0.1 epsilon-probabilities=1",
        f"DQN 10, DQN without replay 4.2 ({READ_OFF})",
    ),
    "pong": Row(
        "Pong",
        "A3C",
        4,
        8_000_000,
        (1,),
        "initialization=he anneal-steps=never t-max=20 optimizer=shared-adam learning-rate=3e-4 rms-epsilon=1e-5",
        "A2C 17.3 ± 3.2 after 10 million steps (RL Zoo)",
        until=18,
    ),
}


def record(folder: Path) -> dict:
    try:
        return json.loads((folder / "run.json").read_text())
    except (OSError, json.JSONDecodeError):
        return {}


def train(row: Row, seed: int, folder: Path) -> dict:
    """Runs what is left of a run."""
    if record(folder).get("state") == "finished":
        return record(folder)
    resumes = (folder / "checkpoint.bin").exists()
    arguments = ["run", "--resume", str(folder)] if resumes else row.command(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "log", "a") as log:
        code = subprocess.run(
            [*STAMPEDE, *arguments, *([] if resumes else ["--out", str(folder)])],
            stdout=log,
            stderr=log,
        ).returncode
    if code != 0:
        sys.exit(
            f"{folder}: exit code {code}; its words are in {folder / 'log'}, the same command goes on"
        )
    return record(folder)


def scores(folder: Path) -> list[tuple[int, float]]:
    """Step of each training episode's end, and its return."""
    with open(folder / "episodes.csv") as file:
        return [(int(row["step"]), float(row["return"])) for row in csv.DictReader(file)]


def table(names: list[str], out: Path, seeds: list[int], only: bool) -> None:
    print(f"{where()}; score: mean return of the last {LAST} training episodes\n")
    print(
        "| row | seeds | steps | score, mean over seeds | 95 % interval | each seed | minutes (median) | published |"
        "\n|---|---|---|---|---|---|---|---|"
    )
    for name in names:
        row = ROWS[name]
        done = {}
        for seed in seeds or row.seeds:
            folder = out / f"{name}-{seed}"
            run = record(folder) if only else train(row, seed, folder)
            if run:
                done[seed] = run
        if done:
            print(line(name, row, done, out), flush=True)
    for name in names:
        print(f"\n{name}: `{shlex.join(ROWS[name].command(1))}`")


def line(name: str, row: Row, done: dict[int, dict], out: Path) -> str:
    each = {
        seed: statistics.fmean(score for _, score in scores(out / f"{name}-{seed}")[-LAST:])
        for seed in done
    }
    values = list(each.values())
    low, high = bootstrap(values)
    interval = f"[{low:.1f}, {high:.1f}]" if len(values) > 1 else "one seed"
    minutes = statistics.median(run["wallSeconds"] / 60 for run in done.values())
    unfinished = [seed for seed, run in done.items() if run["state"] != "finished"]
    note = f" (seeds {unfinished} not finished)" if unfinished else ""
    steps = max(run["steps"] for run in done.values())
    cells = [
        f"{row.algorithm}, {row.env}, {row.threads} threads",
        f"{len(done)}{note}",
        f"{steps:,}".replace(",", " "),
        f"{statistics.fmean(values):.1f}",
        interval,
        ", ".join(f"{value:.1f}" for value in values),
        f"{minutes:.1f}",
        row.published,
    ]
    return "| " + " | ".join(cells) + " |"


def curve(episodes: list[tuple[int, float]], points: int) -> list[tuple[int, float]]:
    """Means of the last episodes at equal distances of steps, from the first that are so many on."""
    first = min(LAST, len(episodes)) - 1
    apart = episodes[-1][0] / points if episodes else 0
    means: list[tuple[int, float]] = []
    for i in range(max(0, first), len(episodes)):
        step = episodes[i][0]
        if not means or step >= means[-1][0] + apart or i == len(episodes) - 1:
            last = episodes[max(0, i - LAST + 1) : i + 1]
            means.append((step, statistics.fmean(score for _, score in last)))
    return means


def panel(name: str, out: Path, left: int, top: int) -> list[str]:
    """One row's curves in 320 × 220 points, a line for each seed."""
    folders = sorted(path.parent for path in out.glob(f"{name}-[0-9]*/episodes.csv"))
    curves = [curve(scores(folder), 150) for folder in folders]
    curves = [points for points in curves if points]
    if not curves:
        return []
    right = max(points[-1][0] for points in curves)
    values = [value for points in curves for _, value in points]
    low, high = min(0, *values), max(0, *values)

    def x(step: float) -> float:
        return round(left + 50 + 250 * step / right, 1)

    def y(value: float) -> float:
        return round(top + 190 - 150 * (value - low) / (high - low), 1)

    svg = [
        f'<text x="{left + 50}" y="{top + 24}" font-weight="bold">{ROWS[name].env}, {ROWS[name].algorithm}</text>'
    ]
    for value in sorted({low, 0, high}):
        svg.append(
            f'<line x1="{x(0)}" x2="{x(right)}" y1="{y(value)}" y2="{y(value)}" stroke="#ddd"/>'
            f'<text x="{left + 45}" y="{y(value) + 4}" text-anchor="end">{value:.0f}</text>'
        )
    svg.append(
        f'<text x="{x(right)}" y="{top + 208}" text-anchor="end">{right / 1e6:.1f} million steps</text>'
    )
    for i, points in enumerate(curves):
        pairs = " ".join(f"{x(step)},{y(value)}" for step, value in points)
        colour = COLOURS[i % len(COLOURS)]
        svg.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{pairs}"/>')
    return svg


def draw(names: list[str], out: Path, file: Path) -> None:
    across = min(2, len(names))
    down = (len(names) + across - 1) // across
    size = f"0 0 {330 * across} {220 * down}"
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" font-family="sans-serif" font-size="12">',
        f'<rect width="{330 * across}" height="{220 * down}" fill="white"/>',
    ]
    for i, name in enumerate(names):
        svg += panel(name, out, 330 * (i % across), 220 * (i // across))
    file.write_text("\n".join([*svg, "</svg>", ""]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", help="names of rows; all if none is given")
    parser.add_argument("--list", action="store_true", help="the rows and their commands")
    parser.add_argument("--seeds", type=int, nargs="+", default=[], help="other seeds than the row's")
    parser.add_argument("--out", type=Path, default=Path("lib/bench/target/gymnasium"))
    parser.add_argument("--table-only", action="store_true", help="of what is there; runs nothing")
    parser.add_argument("--svg", type=Path, help="draws the curves of the rows into this file")
    args = parser.parse_args()
    unknown = set(args.rows) - ROWS.keys()
    if unknown:
        parser.error(f"rows: expected some of {', '.join(ROWS)} but got {', '.join(sorted(unknown))}")
    names = args.rows or list(ROWS)
    if args.list:
        for name in names:
            print(f"{name}: stampede {shlex.join(ROWS[name].command(ROWS[name].seeds[0]))}")
        return
    table(names, args.out, args.seeds, args.table_only)
    if args.svg:
        draw(names, args.out, args.svg)


if __name__ == "__main__":
    main()
