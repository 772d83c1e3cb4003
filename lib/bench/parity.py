#!/usr/bin/env python3
"""Holds the bridge against plain Python, for every id that the installed packages register. Standard library only; run
it from the repository's root after `mvn -DskipTests package`.

    python3 lib/bench/parity.py
    python3 lib/bench/parity.py --groups "Toy text" MinAtar
    python3 lib/bench/parity.py --ids Taxi-v4 --state /tmp/taxi.jsonl --out /tmp/taxi.md

Each id is stepped with sampled actions, once through the bridge (Parity.java, by the code of `stampede rollout`) and
once in plain Python (parity_plain.py, another process, nothing of ours), in the same virtual environment. Actions,
rewards, flags and the SHA-256 of every observation must be the same. Where they are not, plain Python plays once more,
to see whether the environment repeats itself at all.

What is done is in the state file and is not done again; remove it after a change. The table is written at the end, and when interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tables import where

LIB = Path(__file__).resolve().parents[1]
BENCH = LIB / "bench"
PLAIN = BENCH / "parity_plain.py"
CLASS_PATH = os.pathsep.join(
    [str(LIB / "notebook/target/stampede.jar"), str(BENCH / "target/classes")]
)
# Name: an id, for which the bridge sets Python up, and how the class behind each id begins.
GROUPS = {
    "Classic control": ("CartPole-v1", "gymnasium.envs.classic_control"),
    "Toy text": ("Taxi-v4", "gymnasium.envs.toy_text"),
    "Box2D": ("LunarLander-v3", "gymnasium.envs.box2d"),
    "MuJoCo": ("Hopper-v5", "gymnasium.envs.mujoco"),
    "MinAtar": ("MinAtar/Breakout-v1", "minatar"),
    "MiniGrid": ("MiniGrid-Empty-5x5-v0", "minigrid.envs"),
    "Atari": ("ALE/Pong-v5", "ale_py"),
}
NOT_COUNTED = {
    "gymnasium.envs.phys2d": "need JAX, which is not installed",
    "gymnasium.envs.tabular": "need JAX, which is not installed",
    "_raise_mujoco_py_error": "are not part of Gymnasium any more: making one raises an error",
    "_raise_shimmy_error": "are made for environments of old Gym, which are not installed",
}


class Player:
    """A process that writes a rollout for each line that it reads."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: subprocess.Popen | None = None

    def play(self, name: str, seeds: list[int], steps: int, file: str) -> list[str]:
        """Gives the words of the answer: ok or failed, and more about it."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        order = [name, ",".join(map(str, seeds)), str(steps), file]
        self._process.stdin.write("\t".join(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        return answer.split("\t") if answer else ["failed", "the process ended"]

    def close(self) -> None:
        if self._process:
            self._process.stdin.close()
            self._process.wait()


class Bridge(Player):
    def __init__(self, class_path: str) -> None:
        super().__init__(["java", "-cp", class_path, "dev.stampede.bench.Parity"])

    def python(self, name: str, folder: str) -> str:
        """The interpreter that steps environments of this name."""
        answer = self.play(name, [0], 1, f"{folder}/python-")
        if answer[0] != "ok":
            sys.exit(f"{name}: {answer[1]}")
        return answer[1]


def plain(python: str, command: str) -> list[str]:
    return [python, "-W", "ignore", str(PLAIN), command]


def ask(python: str, command: str) -> dict[str, str]:
    return json.loads(
        subprocess.check_output(plain(python, command), stderr=subprocess.DEVNULL)
    )


def difference(file: str, other: str) -> str | None:
    """Where two rollouts differ first; None if they do not."""
    lines = Path(file).read_text().splitlines()
    others = Path(other).read_text().splitlines()
    for number, (line, right) in enumerate(zip(lines, others)):
        mine, theirs = json.loads(line), json.loads(right)
        for key in sorted(mine.keys() | theirs.keys()):
            # As texts, which differ if one bit does: 0.0 == -0.0.
            if repr(mine.get(key)) != repr(theirs.get(key)):
                what = "observation" if key == "sha256" else key
                return f"{what} of line {number}: {mine.get(key)}, plain Python {theirs.get(key)}"
    if len(lines) != len(others):
        return f"{len(lines)} lines, plain Python {len(others)}"
    return None


def ends(file: str) -> tuple[int, int]:
    """How many episodes were terminated and truncated."""
    steps = [json.loads(line) for line in Path(file).read_text().splitlines()]
    return (
        sum(step.get("terminated", False) for step in steps),
        sum(step.get("truncated", False) for step in steps),
    )


def compare(
    name: str, bridge: Player, python: Player, args: argparse.Namespace, folder: str
) -> dict:
    ours, theirs, again = (f"{folder}/{side}-" for side in ("bridge", "plain", "again"))
    expected = python.play(name, args.seeds, args.steps, theirs)
    got = bridge.play(name, args.seeds, args.steps, ours)
    row: dict = {"id": name, "equal": False, "terminated": 0, "truncated": 0}
    if expected[0] == "failed":
        who = (
            "neither side"
            if got[0] == "failed"
            else "the bridge, but not plain Python,"
        )
        return {**row, "reason": f"{who} can run it: {expected[1]}"}
    if got[0] == "failed":
        return {**row, "reason": f"the bridge cannot run it: {got[1]}"}
    for seed in args.seeds:
        differs = difference(f"{ours}{seed}", f"{theirs}{seed}")
        if differs:
            python.play(name, [seed], args.steps, again)
            repeats = difference(f"{again}{seed}", f"{theirs}{seed}") is None
            kind = "" if repeats else "does not repeat itself in plain Python either; "
            return {**row, "reason": f"{kind}seed {seed}, {differs}"}
        terminated, truncated = ends(f"{theirs}{seed}")
        row["terminated"] += terminated
        row["truncated"] += truncated
    return {**row, "equal": True}


def todo(
    args: argparse.Namespace, done: dict[str, dict], folder: str
) -> tuple[list, dict, dict]:
    """Ids to compare with their group and interpreter; ids by group; all versions."""
    bridge = Bridge(args.class_path)
    jobs, ids, versions = [], {}, {}
    for group, (example, beginning) in GROUPS.items():
        if args.groups and group not in args.groups:
            continue
        python = bridge.python(example, folder)
        registered = ask(python, "ids")
        versions |= ask(python, "versions")
        ids[group] = [
            name
            for name, entry in registered.items()
            if str(entry).startswith(beginning)
        ]
        if args.ids:
            ids[group] = [name for name in ids[group] if name in args.ids]
        jobs += [(name, group, python) for name in ids[group] if name not in done]
        for entry, reason in NOT_COUNTED.items():
            left = [name for name, e in registered.items() if str(e).startswith(entry)]
            ids.setdefault("", {})[entry] = (left, reason)
    bridge.close()
    return jobs, ids, versions


def work(
    jobs: queue.SimpleQueue, args: argparse.Namespace, keep, stop: threading.Event
) -> None:
    bridge, python, interpreter = Bridge(args.class_path), None, ""
    with tempfile.TemporaryDirectory() as folder:
        while not stop.is_set():
            try:
                name, group, needed = jobs.get_nowait()
            except queue.Empty:
                break
            if needed != interpreter:
                if python:
                    python.close()
                interpreter, python = needed, Player(plain(needed, "rollouts"))
            start = time.monotonic()
            row = compare(name, bridge, python, args, folder)
            keep({**row, "group": group, "seconds": round(time.monotonic() - start, 1)})
    bridge.close()
    if python:
        python.close()


def command(args: argparse.Namespace) -> str:
    """What writes the same page: where files are does not matter."""
    words = ["python3 lib/bench/parity.py"]
    for option in ("groups", "ids"):
        chosen = getattr(args, option)
        words += [f"--{option}", *map(json.dumps, chosen)] if chosen else []
    return " ".join(words)


def table(
    args: argparse.Namespace, ids: dict, versions: dict, done: dict[str, dict]
) -> str:
    left = ids.pop("", {})
    runs = sorted(
        {done[n]["where"] for names in ids.values() for n in names if n in done}
    )
    lines = [
        "# Parity with plain Python",
        "",
        f"`{command(args)}` wrote this page. The rollouts: {'; '.join(runs)}.",
        "",
        f"Every id that the installed packages register, {len(args.seeds)} seeds × {args.steps} sampled actions, through the bridge and in plain",
        "Python in another process that imports nothing of Stampede's. Equal: every action, reward and flag and the bytes of every observation are the",
        "same, also after resets without a seed.",
        "",
        "| group | ids | equal | exceptions | episodes terminated | truncated |",
        "|---|---|---|---|---|---|",
    ]
    total = [0] * 5
    for group, names in ids.items():
        rows = [done[name] for name in names if name in done]
        equal = sum(row["equal"] for row in rows)
        numbers = [len(names), equal, len(rows) - equal]
        numbers += [
            sum(row[key] for row in rows) for key in ("terminated", "truncated")
        ]
        total = [a + b for a, b in zip(total, numbers)]
        lines.append(f"| {group} | {' | '.join(map(str, numbers))} |")
    lines.append(f"| all | {' | '.join(map(str, total))} |")
    missing = total[0] - total[1] - total[2]
    if missing:
        lines += ["", f"{missing} ids are not done yet."]
    lines += [
        "",
        f"Exceptions, {100 * total[2] / max(1, total[0]):.1f} % of the ids:",
        "",
    ]
    reasons: dict[str, list[str]] = {}
    for row in (done[name] for names in ids.values() for name in names if name in done):
        if not row["equal"]:
            reasons.setdefault(row["reason"], []).append(f"`{row['id']}`")
    lines += [f"- {', '.join(names)}: {why}" for why, names in reasons.items()]
    lines += ["", "Registered, but not counted:", ""]
    lines += [
        f"- {', '.join(f'`{n}`' for n in names)} {why}."
        for names, why in left.values()
        if names
    ]
    packages = sorted(versions.items(), key=lambda item: item[0].lower())
    lines += ["", "Versions: " + ", ".join(f"{n} {v}" for n, v in packages) + "."]
    for group, names in ids.items():
        equal = [f"`{name}`" for name in names if name in done and done[name]["equal"]]
        lines += ["", f"## {group}: equal", "", ", ".join(equal) or "none"]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--groups", nargs="+", choices=GROUPS, help="all if not given")
    parser.add_argument("--ids", nargs="+", help="all if not given")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--processes", type=int, default=2, help="that step at a time")
    parser.add_argument("--state", type=Path, default=BENCH / "target/parity.jsonl")
    parser.add_argument("--out", type=Path, default=LIB / "docs/parity.md")
    parser.add_argument("--class-path", default=CLASS_PATH)
    args = parser.parse_args()

    args.state.parent.mkdir(parents=True, exist_ok=True)
    here = where()
    protocol = {"seeds": args.seeds, "steps": args.steps}
    rows = map(
        json.loads, args.state.read_text().splitlines() if args.state.exists() else []
    )
    done = {row["id"]: row for row in rows if row["protocol"] == protocol}
    with tempfile.TemporaryDirectory() as folder:
        jobs, ids, versions = todo(args, done, folder)
    waiting, stop, lock = queue.SimpleQueue(), threading.Event(), threading.Lock()
    for job in jobs:
        waiting.put(job)

    def keep(row: dict) -> None:
        row = {**row, "protocol": protocol, "where": here}
        with lock, args.state.open("a") as state:
            done[row["id"]] = row
            state.write(json.dumps(row) + "\n")
            print(
                f"{row['id']}: {'equal' if row['equal'] else row['reason']}", flush=True
            )

    workers = [
        threading.Thread(target=work, args=(waiting, args, keep, stop))
        for _ in range(args.processes)
    ]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        stop.set()
        for worker in workers:
            worker.join()
        args.out.write_text(table(args, ids, versions, done))


if __name__ == "__main__":
    main()
