#!/usr/bin/env python3
"""What a step over the bridge costs, beside plain Python and beside EnvPool. Standard library only; run it from the
repository's root after `mvn -DskipTests package`, on a machine that does nothing else.

    python3 lib/bench/bridge.py steps
    python3 lib/bench/bridge.py steps --cases CartPole-v1:1 Breakout:4 --pairs 3 --seconds 5
    python3 lib/bench/bridge.py envpool
    python3 lib/bench/bridge.py memory

`steps`: each pair is plain Python (plain_steps.py, one process, nothing of ours) and then the bridge with one worker,
with the same environments, seeds and actions. Overhead: what a step over the bridge takes longer. One environment is
stepped by single calls, more of them by one call for all. `envpool`: Breakout on two threads against two workers, each
in the mode that is fastest here. `memory`: 16 Atari games, all worker processes together.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tables import where

LIB = Path(__file__).resolve().parents[1]
BENCH = LIB / "bench"
CLASS_PATH = os.pathsep.join(
    [str(LIB / "notebook/target/stampede.jar"), str(BENCH / "target/classes")]
)


def result(command: list[str]) -> dict[str, str]:
    """The names and values of the RESULT line that a command prints."""
    output = subprocess.run(
        [str(word) for word in command], check=False, stdout=subprocess.PIPE, text=True
    ).stdout
    for line in output.splitlines():
        if line.startswith("RESULT "):
            return dict(part.split("=", 1) for part in line.split()[1:])
    sys.exit(f"no RESULT from {' '.join(map(str, command))}:\n{output}")


def bridge(
    args: argparse.Namespace, name: str, n: int, workers: int, how: str
) -> dict[str, str]:
    return result(
        ["java", f"-Dstampede.workers={workers}", "-cp", args.class_path]
        + ["dev.stampede.bench.BridgeSpeed", name, n, args.seconds, how]
    )


def spread(values: list[float], digits: int) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def steps(args: argparse.Namespace) -> None:
    print(
        f"{where()}; µs a step, medians of {args.pairs} alternating pairs and their range"
    )
    print(
        "\n| environments | in a call | plain Python | bridge | overhead, µs | overhead, % | processor time, Java + Python |"
        "\n|---|---|---|---|---|---|---|"
    )
    for case in args.cases:
        name, n = case.rsplit(":", 1)
        how = "apart" if n == "1" else "together"
        first = bridge(args, name, int(n), 1, how)  # Also sets Python up, if need be.
        plain_kinds = {"plain Python": []}
        if "-v" not in name:
            plain_kinds["the worker's own class, in process"] = [
                LIB / "gym/src/main/python"
            ]
        for kind, more in plain_kinds.items():
            plain, bridged, cpu = [], [], []
            for _ in range(args.pairs):
                one = result(
                    [first["python"], "-W", "ignore", BENCH / "plain_steps.py", name, n]
                    + [args.seconds, *more]
                )
                other = bridge(args, name, int(n), 1, how)
                plain.append(float(one["us_per_step"]))
                bridged.append(float(other["us_per_step"]))
                cpu.append((float(other["java_cpu_us"]), float(other["python_cpu_us"])))
            more_us = [b - a for a, b in zip(plain, bridged)]
            more_percent = [100 * (b / a - 1) for a, b in zip(plain, bridged)]
            java, python = (
                statistics.median(column) for column in zip(*cpu, strict=True)
            )
            label = name if kind == "plain Python" else f"{name}, against {kind}"
            print(
                f"| {label} | {n} | {spread(plain, 1)} | {spread(bridged, 1)} | {spread(more_us, 1)} "
                f"| {spread(more_percent, 1)} | {java:.1f} + {python:.1f} |",
                flush=True,
            )


def envpool(args: argparse.Namespace) -> None:
    def peer(environments: int, batch: int) -> float:
        command = [sys.executable, BENCH / "envpool_peer.py", args.game]
        return float(
            result([*command, environments, batch, 2, args.seconds])["steps_per_s"]
        )

    def own(environments: int, how: str) -> float:
        return float(bridge(args, args.game, environments, 2, how)["steps_per_s"])

    def best(speed: Callable[..., float], modes: list[tuple]) -> tuple:
        speeds = {mode: speed(*mode) for mode in modes}
        print(", ".join(f"{mode}: {each:.0f}" for mode, each in speeds.items()))
        return max(speeds, key=speeds.__getitem__)

    print(f"{where()}; {args.game}, steps/s without learning, each mode once")
    print("\nours, 2 workers (environments, how they step): ", end="", flush=True)
    ours_mode = best(own, [(16, "together"), (8, "apart"), (16, "apart")])
    print("EnvPool, 2 threads (environments, batch; 0: all): ", end="", flush=True)
    their_mode = best(peer, [(8, 0), (16, 0), (16, 8), (32, 16)])
    print(f"\n| pair | ours {ours_mode} | EnvPool {their_mode} | ratio |")
    print("|---|---|---|---|")
    ratios = []
    for pair in range(1, args.pairs + 1):
        ours, theirs = own(*ours_mode), peer(*their_mode)
        ratios.append(ours / theirs)
        print(
            f"| {pair} | {ours:.0f} | {theirs:.0f} | {ours / theirs:.2f} |", flush=True
        )
    print(f"\nratio {spread(ratios, 2)}")


def memory(args: argparse.Namespace) -> None:
    print(
        f"{where()}; 16 environments of {args.game}, proportional set size of all workers"
    )
    print("\n| stepped | workers | MB |\n|---|---|---|")
    for how, workers in [("together", 2), ("apart", 4), ("apart", 16)]:
        measured = bridge(args, args.game, 16, workers, how)
        print(
            f"| {how} | {measured['workers']} | {measured['workers_mb']} |", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for function in (steps, envpool, memory):
        command = commands.add_parser(function.__name__)
        command.set_defaults(function=function)
        command.add_argument("--pairs", type=int, default=5)
        command.add_argument("--seconds", type=float, default=10)
        command.add_argument("--game", default="Breakout")
        command.add_argument("--class-path", default=CLASS_PATH)
        command.add_argument(
            "--cases",
            nargs="+",
            default=["CartPole-v1:1", "CartPole-v1:32", "Breakout:4", "Hopper-v5:8"],
            help="environment:number",
        )
    args = parser.parse_args()
    args.function(args)


if __name__ == "__main__":
    main()
