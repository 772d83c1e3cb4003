#!/usr/bin/env python3
"""Makes the tables of lib/docs/results.md from real runs. Standard library only; run it from the repository's root
after `mvn -DskipTests package`, on a machine that does nothing else.

    python3 lib/bench/tables.py cartpole --threads 2 16 --seeds 1 2 3 4 5 6 7 8 9 10
    python3 lib/bench/tables.py breakout --threads 4 --seeds 1 2 3 --steps 300000 --out FOLDER
    python3 lib/bench/tables.py maze --threads 4 --seeds 1 2 3 --steps 2000000 --random 2.1 2.9 --set t-max=20 …
    python3 lib/bench/tables.py learning --env CartPole --score 475 --steps 200000 --algorithms A3C A2C NStepQ
    python3 lib/bench/tables.py startup --threads 2
    python3 lib/bench/tables.py curve --runs FOLDER/breakout-* --random 1.06 1.62 --out breakout.svg
    python3 lib/bench/tables.py memory --env cartpole --threads 2 --seconds 1800
    python3 lib/bench/tables.py replay-memory --env MinAtar/Breakout-v0 --steps 1000000 --set replay-capacity=100000
    python3 lib/bench/tables.py against --pairs 5 --seconds 20 --ours "bench --env cartpole --threads 2" \\
        --theirs "PYTHON pfrl_peer.py a3c cartpole 2"

`against` takes any command that prints `PROGRESS <unix seconds> <agent steps>` lines until it is ended.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shlex
import signal
import statistics
import subprocess
import threading
import time
from pathlib import Path

JAR = Path(__file__).resolve().parents[1] / "notebook" / "target" / "stampede.jar"
STAMPEDE = ["java", "-jar", str(JAR)]


def descendants(root: int) -> set[int]:
    """The process, its descendants, and whatever else runs in its session."""
    children: dict[int, list[int]] = {}
    found = {root}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            if int(fields[3]) == root:
                found.add(int(entry.name))
    todo = list(found)
    while todo:
        for child in children.get(todo.pop(), []):
            if child not in found:
                found.add(child)
                todo.append(child)
    return found


def pss_megabytes(pids: set[int]) -> float:
    """Proportional set size of all processes together: shared pages count once."""
    kilobytes = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(
            int(line.split()[1]) for line in lines if line.startswith("Pss:")
        )
    return kilobytes / 1024


class Measured:
    """A command that prints PROGRESS lines, with its steps and its memory over time."""

    def __init__(self, command: list[str], env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            env={**os.environ, **(env or {})},
        )
        self.steps: list[tuple[float, int]] = []
        self.memory: list[tuple[float, float]] = []
        self.stopped = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._sample, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("PROGRESS "):
                _, at, steps = line.split()[:3]
                self.steps.append((float(at), int(float(steps))))

    def _sample(self) -> None:
        while not self.stopped.wait(1):
            if self.steps:
                self.memory.append(
                    (time.time(), pss_megabytes(descendants(self.process.pid)))
                )

    def run(self, warm: float, seconds: float) -> "Measured":
        """Waits for the first progress, then for the warm-up and the time measured, then ends everything."""
        try:
            deadline = time.time() + 180
            while not self.steps:
                if time.time() > deadline or self.process.poll() is not None:
                    raise RuntimeError(f"no progress from {self.process.args}")
                time.sleep(0.05)
            time.sleep(warm + seconds)
        finally:
            self.end()
        return self

    def end(self) -> None:
        self.stopped.set()
        pids = descendants(self.process.pid)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            for pid in pids:
                try:
                    os.kill(pid, sign)
                except OSError:
                    pass
            time.sleep(0.7)
        self.process.wait()

    def steps_per_second(self, warm: float) -> float:
        points = [p for p in self.steps if p[0] >= self.steps[0][0] + warm]
        (t0, n0), (t1, n1) = points[0], points[-1]
        return (n1 - n0) / (t1 - t0)

    def peak_megabytes(self) -> float:
        return max(m for _, m in self.memory)


def bootstrap(values: list[float], resamples: int = 10_000) -> tuple[float, float]:
    """95 % percentile interval of the mean."""
    rng = random.Random(0)
    means = sorted(
        statistics.fmean(rng.choices(values, k=len(values))) for _ in range(resamples)
    )
    return means[int(0.025 * resamples)], means[int(0.975 * resamples) - 1]


def where() -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    ).stdout.strip()
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in open("/proc/cpuinfo")
            if line.startswith("model name")
        ),
        "?",
    )
    return f"{time.strftime('%Y-%m-%d')}, commit {commit}, {os.cpu_count()} cores {cpu}"


def run(arguments: list[str], out: Path) -> dict:
    subprocess.run(
        [*STAMPEDE, "run", *arguments, "--out", str(out)],
        check=False,
        capture_output=True,
    )
    return json.loads((out / "run.json").read_text())


def cartpole(args: argparse.Namespace) -> None:
    print(
        f"{where()}; `run --algorithm A3C --env CartPole --steps 300000 --until-return 475`"
    )
    print(
        "\n| threads | seed | solved at step | seconds | steps/s |\n|---|---|---|---|---|"
    )
    for threads in args.threads:
        solved = []
        for seed in args.seeds:
            record = run(
                [
                    "--threads",
                    str(threads),
                    "--seed",
                    str(seed),
                    "--steps",
                    "300000",
                    "--until-return",
                    "475",
                ],
                args.out / f"cartpole-{threads}-{seed}",
            )
            solved.append(record["solvedAtStep"])
            row = [
                record["solvedAtStep"],
                f"{record['wallSeconds']:.1f}",
                f"{record['stepsPerSecond']:.0f}",
            ]
            print(
                f"| {threads} | {seed} | " + " | ".join(map(str, row)) + " |",
                flush=True,
            )
        done = sorted(s for s in solved if s is not None)
        print(
            f"| {threads} | all | {len(done)} of {len(solved)}, median {statistics.median(done)}, worst {done[-1]} | | |"
        )


def knobs(args: argparse.Namespace) -> list[str]:
    return [part for knob in args.set for part in ("--set", knob)]


def learning(args: argparse.Namespace) -> None:
    """When greedy evaluations of θ reach a score three times in a row, for each algorithm and seed."""
    settings = " ".join(f"--set {knob}" for knob in args.set)
    print(
        f"{where()}; `run --env {args.env} --threads {args.threads[0]} --steps {args.steps} {settings}`, "
        f"greedy evaluation over 30 episodes every {args.every} steps, {args.in_a_row} in a row ≥ {args.score}"
    )
    print(
        "\n| algorithm | seeds that reach it | at step (median, worst) | last evaluation: mean, 95 % interval over seeds | seconds for all steps (median) |"
        "\n|---|---|---|---|---|"
    )
    for algorithm in args.algorithms:
        reached, last, seconds = [], [], []
        for seed in args.seeds:
            out = args.out / f"{algorithm}-{args.env}-{seed}"
            record = run(
                [
                    "--algorithm",
                    algorithm,
                    "--env",
                    args.env,
                    "--threads",
                    str(args.threads[0]),
                ]
                + ["--steps", str(args.steps), "--seed", str(seed), *knobs(args)]
                + ["--evaluation", "greedy", "--evaluation-episodes", "30"]
                + ["--evaluate-every", str(args.every)],
                out,
            )
            with open(out / "evaluations.csv") as file:
                means = [
                    (int(row["step"]), float(row["mean"]))
                    for row in csv.DictReader(file)
                ]
            in_a_row, at = 0, None
            for step, mean in means:
                in_a_row = in_a_row + 1 if mean >= args.score else 0
                if in_a_row == args.in_a_row and at is None:
                    at = step
            reached.append(at)
            last.append(means[-1][1])
            seconds.append(record["wallSeconds"])
        steps = sorted(at for at in reached if at is not None)
        when = f"{statistics.median(steps):.0f}, {steps[-1]}" if steps else "–"
        low, high = bootstrap(last)
        print(
            f"| {algorithm} | {len(steps)} of {len(reached)} | {when} | {statistics.fmean(last):.1f} [{low:.1f}, {high:.1f}] "
            f"| {statistics.median(seconds):.1f} |",
            flush=True,
        )


def startup(args: argparse.Namespace) -> None:
    """Wall time of a whole process, from its start until CartPole is solved and written."""
    times = []
    for seed in args.seeds:
        before = time.time()
        run(
            [
                "--threads",
                str(args.threads[0]),
                "--seed",
                str(seed),
                "--until-return",
                "475",
            ],
            args.out / f"startup-{seed}",
        )
        times.append(time.time() - before)
    print(
        f"{where()}; `run --env CartPole --threads {args.threads[0]} --until-return 475`: median {statistics.median(times):.2f} s, "
        f"from {min(times):.2f} to {max(times):.2f}, {len(times)} seeds"
    )


def breakout(args: argparse.Namespace) -> None:
    print(
        f"{where()}; A3C on Breakout, {args.threads[0]} threads, {args.steps} steps = {4 * args.steps} frames"
    )
    last_games("Breakout", args)


def maze(args: argparse.Namespace) -> None:
    print(
        f"{where()}; A3C on Maze, {args.threads[0]} threads, {args.steps} steps = {4 * args.steps} frames"
    )
    means = last_games("Maze", args)
    low, high = bootstrap(means)
    print(f"\nmean over seeds {statistics.fmean(means):.2f}, [{low:.2f}, {high:.2f}]")
    if args.random:
        print(
            f"lower bound / upper bound of random = {low / args.random[1]:.2f}; "
            f"worst seed / upper bound of random = {min(means) / args.random[1]:.2f}"
        )


def last_games(env: str, args: argparse.Namespace) -> list[float]:
    """A row for each seed; the means of their last 100 games."""
    means = []
    print(
        "\n| seed | last 100 games: mean | 95 % interval | games | steps/s | minutes |\n|---|---|---|---|---|---|"
    )
    for seed in args.seeds:
        out = args.out / f"{env.lower()}-{seed}"
        record = run(
            [
                "--env",
                env,
                "--threads",
                str(args.threads[0]),
                "--steps",
                str(args.steps),
                "--seed",
                str(seed),
                *knobs(args),
            ],
            out,
        )
        with open(out / "episodes.csv") as file:
            scores = [float(row["return"]) for row in csv.DictReader(file)]
        low, high = bootstrap(scores[-100:])
        means.append(statistics.fmean(scores[-100:]))
        print(
            f"| {seed} | {means[-1]:.2f} | [{low:.2f}, {high:.2f}] | {len(scores)} |"
            f" {record['stepsPerSecond']:.0f} | {record['wallSeconds'] / 60:.1f} |",
            flush=True,
        )
    return means


def memory(args: argparse.Namespace) -> None:
    command = [
        *STAMPEDE,
        "bench",
        "--env",
        args.env,
        "--threads",
        str(args.threads[0]),
        "--seconds",
        "1000000",
    ]
    measured = Measured(command).run(0, args.seconds)
    start = measured.memory[0][0]
    for part in range(1, 11):
        at = start + args.seconds * part / 10
        near = min(measured.memory, key=lambda sample: abs(sample[0] - at))
        print(f"after {near[0] - start:6.0f} s: {near[1]:7.1f} MB", flush=True)
    tenth = statistics.median(
        m for t, m in measured.memory if abs(t - start - args.seconds / 10) < 5
    )
    end = statistics.median(m for t, m in measured.memory[-10:])
    print(
        f"{where()}; {args.env}: {end:.1f} MB at the end / {tenth:.1f} MB after a tenth = {end / tenth:.3f}"
    )
    print(f"{measured.steps_per_second(5):.0f} steps/s")


def replay_memory(args: argparse.Namespace) -> None:
    """All processes of a DQN run, from when its replay is full to the last of the steps."""
    capacity = int(dict(each.split("=", 1) for each in args.set)["replay-capacity"])
    command = ["bench", "--env", args.env, "--threads", "1", "--algorithm", "DQN"]
    command += [*knobs(args), "--seconds", "1000000"]
    print(f"{where()}\n{' '.join(command)}\n", flush=True)
    measured = Measured([*STAMPEDE, *command])
    full, due = 0.0, 0.0
    try:
        while not measured.steps or measured.steps[-1][1] < args.steps:
            if measured.process.poll() is not None:
                raise RuntimeError("the run ended before the last step")
            time.sleep(1)
            steps = measured.steps[-1][1] if measured.steps else 0
            if steps >= capacity and not full:
                full = measured.memory[-1][1]
                print(f"full after {steps} steps: {full:.1f} MB", flush=True)
            if steps >= due:
                print(f"step {steps}: {measured.memory[-1][1] if measured.memory else 0:.1f} MB", flush=True)
                due += args.steps / 10
        end = statistics.median(m for _, m in measured.memory[-10:])
    finally:
        measured.end()
    print(f"{end:.1f} MB at the end / {full:.1f} MB when it was first full = {end / full:.3f}")


def against(args: argparse.Namespace) -> None:
    ours, theirs = shlex.split(args.ours), shlex.split(args.theirs)
    ours = [*STAMPEDE, *ours, "--seconds", "1000000"] if ours[0] == "bench" else ours
    print(f"{where()}\nours: {args.ours}\ntheirs: {args.theirs}\n")
    print(
        "| pair | ours steps/s | theirs steps/s | ratio | ours MB | theirs MB |\n|---|---|---|---|---|---|"
    )
    ratios = []
    for pair in range(1, args.pairs + 1):
        results = [
            Measured(command).run(args.warm, args.seconds) for command in (ours, theirs)
        ]
        a, b = (r.steps_per_second(args.warm) for r in results)
        ratios.append(a / b)
        memory_use = " | ".join(f"{r.peak_megabytes():.0f}" for r in results)
        print(
            f"| {pair} | {a:.0f} | {b:.0f} | {a / b:.2f} | {memory_use} |", flush=True
        )
    print(
        f"\nmedian ratio {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}"
    )


COLOURS = ["#2f6fbb", "#c0622d", "#3d8f5f", "#8a5fb5", "#b03a5b"]


def curve(args: argparse.Namespace) -> None:
    """Draws the mean of the last 100 scores of several runs over their steps, as one SVG."""
    curves = {}
    for run_folder in args.runs:
        with open(run_folder / "episodes.csv") as file:
            rows = [
                (int(row["step"]), float(row["return"])) for row in csv.DictReader(file)
            ]
        scores = [score for _, score in rows]
        seed = json.loads((run_folder / "run.json").read_text())["experiment"]["seed"]
        curves[f"seed {seed}"] = [
            (rows[i][0], statistics.fmean(scores[max(0, i - 99) : i + 1]))
            for i in range(20, len(rows), max(1, len(rows) // 300))
        ]
    right = max(points[-1][0] for points in curves.values())
    top = 1.1 * max(value for points in curves.values() for _, value in points)

    def x(step: float) -> float:
        return round(60 + 560 * step / right, 1)

    def y(value: float) -> float:
        return round(330 - 270 * value / top, 1)

    svg = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 400" font-family="sans-serif" font-size="13">',
        '<rect width="720" height="400" fill="white"/>',
        f'<text x="60" y="28" font-size="17" font-weight="bold">{args.title}</text>',
        '<text x="340" y="378" text-anchor="middle">agent steps of all threads (1 step = 4 frames)</text>',
        '<text transform="translate(18 200) rotate(-90)" text-anchor="middle">score, mean of last 100 games</text>',
    ]
    for value in range(0, int(top) + 1, max(1, int(top) // 5)):
        svg.append(
            f'<line x1="60" x2="620" y1="{y(value)}" y2="{y(value)}" stroke="#ddd"/>'
        )
        svg.append(f'<text x="52" y="{y(value) + 4}" text-anchor="end">{value}</text>')
    apart = 100_000 * (1 + right // 800_000)
    for step in range(0, right + 1, apart):
        svg.append(f'<text x="{x(step)}" y="350" text-anchor="middle">{step:,}</text>')
    if args.random:
        low, high = args.random
        svg.append(
            f'<rect x="60" width="560" y="{y(high)}" height="{y(low) - y(high)}" fill="#888" opacity=".25"/>'
            f'<text x="68" y="{y(low) - 5}" fill="#555">random policy, 95 % interval</text>'
        )
    ends = sorted(curves.items(), key=lambda item: -item[1][-1][1])
    label = 0.0
    for name, points in ends:
        colour = COLOURS[list(curves).index(name) % len(COLOURS)]
        line = " ".join(f"{x(step)},{y(value)}" for step, value in points)
        svg.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{line}"/>'
        )
        label = max(label + 15, y(points[-1][1]) + 4)
        svg.append(f'<text x="626" y="{label}" fill="{colour}">{name}</text>')
    args.out.write_text("\n".join([*svg, "</svg>", ""]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for function in (
        cartpole,
        learning,
        startup,
        breakout,
        maze,
        memory,
        replay_memory,
        against,
        curve,
    ):
        command = commands.add_parser(function.__name__.replace("_", "-"))
        command.set_defaults(function=function)
        command.add_argument("--threads", type=int, nargs="+", default=[2])
        command.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
        command.add_argument("--steps", type=int, default=300_000)
        command.add_argument("--seconds", type=float, default=20)
        command.add_argument("--warm", type=float, default=5)
        command.add_argument("--pairs", type=int, default=5)
        command.add_argument("--env", default="cartpole")
        command.add_argument("--algorithms", nargs="+", default=["A3C"])
        command.add_argument("--score", type=float, default=475)
        command.add_argument("--in-a-row", type=int, default=3)
        command.add_argument("--every", type=int, default=5_000)
        command.add_argument(
            "--out", type=Path, default=Path("lib/bench/target/tables")
        )
        command.add_argument("--ours", default="")
        command.add_argument("--theirs", default="")
        command.add_argument(
            "--set", nargs="*", default=[], help="knobs, such as t-max=20"
        )
        command.add_argument("--runs", type=Path, nargs="*", default=[])
        command.add_argument("--random", type=float, nargs=2)
        command.add_argument("--title", default="")
    args = parser.parse_args()
    args.function(args)


if __name__ == "__main__":
    main()
