#!/usr/bin/env python3
"""What a step over the bridge costs, beside plain Python and beside EnvPool. Standard library only; run it from the
repository's root after `mvn -DskipTests package`, on a machine that does nothing else.

    python3 lib/bench/bridge.py steps
    python3 lib/bench/bridge.py steps --cases CartPole-v1:1 Breakout:4 --pairs 3 --seconds 5
    python3 lib/bench/bridge.py envpool
    python3 lib/bench/bridge.py memory

`steps`: each pair is plain Python (plain_steps.py, one process, nothing of ours) and the bridge with one worker, with
the same environments, seeds and actions. They take turns of about 3 ms, in which both do the same steps, each turn in
slices of 0.3 ms or of one call, since on a machine that has neighbours the speed of a core halves and doubles within
such times. Overhead: what a step over the bridge takes longer, on average over all slices, and over those that nobody
disturbed: of the slices in which equally many episodes ended, the hundredth in which both together took least. (Where
each of two cores has its neighbours at work for nine tenths of the time, both are left alone no more often.) One environment is stepped by single calls, more of them by one call for all. `envpool`: Breakout
on two threads against two workers, each in the mode that is fastest here. `memory`: 16 Atari games, all worker
processes together.
"""

from __future__ import annotations

import argparse
import collections
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tables import where

LIB = Path(__file__).resolve().parents[1]
BENCH = LIB / "bench"
SPIN = 0.006  # Seconds; longer than Spin.java's.
LEAD_IN_US = 6_000  # Not measured: caches forget while the other has its turn.
TURN_US = 3_000
SLICE_US = 300
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


class Slice(NamedTuple):
    """What a step took, in µs, and how many episodes ended with one."""

    plain: float
    bridge: float
    ended: int


class InTurns:
    """A process that steps its environments when it is told to."""

    def __init__(self, command: list[str | Path | int]) -> None:
        self._process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def line(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self._process.args} ended with {self._process.wait()}")
        return line.strip()

    def begin(self, slices: int, rounds: int) -> None:
        self._process.stdin.write(f"{slices} {rounds}\n")

    def us(self, slices: int, rounds: int) -> tuple[list[float], list[int]]:
        """What each of so many slices took, each of so many rounds, and what is said of each beside that."""
        self.begin(slices, rounds)
        numbers = [int(word) for word in self.line().split()]
        return [ns / 1000 for ns in numbers[:slices]], numbers[slices:]

    def end(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def one_pair(
    args: argparse.Namespace, name: str, n: int, more: list[Path]
) -> list[Slice]:
    bridge = InTurns(
        ["java", "-Dstampede.workers=1", "-cp", args.class_path]
        + ["dev.stampede.bench.BridgeSpeed", name, n, "turns"]
        + ["apart" if n == 1 else "together"]
    )
    python = bridge.line()  # Also sets Python up, if need be.
    plain = InTurns(
        [python, "-W", "ignore", BENCH / "plain_steps.py", name, n, *more]
    )
    both = [plain, bridge]
    rounds = 20
    for _ in range(8):  # The compiler's warm-up, a second each, together: not measured.
        for each in both:
            each.begin(1, rounds)
        took = max(int(each.line().split()[0]) / 1000 for each in both)
        rounds = max(1, int(rounds * 1e6 / took))
    some = rounds // 8 + 1
    round_us = min(each.us(1, some)[0][0] / some for each in both)
    rounds = max(1, round(SLICE_US / round_us))
    lead_in, slices = (
        max(1, round(us / round_us / rounds)) for us in (LEAD_IN_US, TURN_US)
    )

    def turn(who: InTurns) -> tuple[list[float], list[int]]:
        who.us(1, lead_in * rounds)
        times, ended = who.us(slices, rounds)
        return [us / rounds / n for us in times], ended

    measured = []
    for _ in range(int(args.seconds * 1e6 / TURN_US)):
        time.sleep(SPIN)  # Until the bridge's worker sleeps, too.
        (alone, ended), (bridged, _) = turn(plain), turn(bridge)
        measured += map(Slice, alone, bridged, ended)
    for each in both:
        each.end()
    return measured


def undisturbed(slices: list[Slice]) -> list[Slice]:
    by_ended = collections.defaultdict(list)
    for each in slices:
        by_ended[each.ended].append(each)
    return [
        each
        for alike in by_ended.values()
        for each in sorted(alike, key=lambda s: s.plain + s.bridge)[: round(len(alike) / 100)]
    ]


def steps(args: argparse.Namespace) -> None:
    print(
        f"{where()}; µs a step, medians of {args.pairs} pairs and their range"
        "\n\n| environments | in a call | undisturbed: plain Python | bridge | overhead, µs | overhead, % |"
        " all slices: plain Python | overhead, µs | overhead, % |"
        "\n|---|---|---|---|---|---|---|---|---|"
    )
    for case in args.cases:
        name, n = case.rsplit(":", 1)
        plain_kinds = {"": []}
        if "-v" not in name:
            plain_kinds[", against the worker's own class, in process"] = [
                LIB / "gym/src/main/python"
            ]
        for kind, more in plain_kinds.items():
            pairs = [one_pair(args, name, int(n), more) for _ in range(args.pairs)]
            cells = columns([undisturbed(slices) for slices in pairs])
            plain, _, us, percent = columns(pairs)
            print(
                " | ".join([f"| {name}{kind}", n, *cells, plain, us, percent]) + " |",
                flush=True,
            )


def columns(pairs: list[list[Slice]]) -> list[str]:
    """Plain Python's and the bridge's mean, the overhead in µs and in percent."""
    plain, bridge = (
        [statistics.mean(one[side] for one in slices) for slices in pairs]
        for side in (0, 1)
    )
    more = [b - a for a, b in zip(plain, bridge, strict=True)]
    percent = [100 * us / a for us, a in zip(more, plain, strict=True)]
    return [spread(values, 1) for values in (plain, bridge, more, percent)]


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
