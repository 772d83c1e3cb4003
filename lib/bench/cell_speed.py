#!/usr/bin/env python3
"""How fast A3C written in a notebook's cell is, beside the built-in one, in the real Kotlin kernel. Standard library and
the notebooks' own Python environment; run it from the repository's root after `mvn -DskipTests package`, on a machine
that does nothing else.

    python3 lib/bench/cell_speed.py
    python3 lib/bench/cell_speed.py --env CartPole --steps 200000 --pairs 9

Each pair is a run of the built-in A3C and one of the cell's, the first of a pair being one and the other in turn; both
have the same network and rollouts of 5 steps. The ratio is that of their steps per second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks"))

CELLS = [
    '@file:DependsOn("{jar}")',
    """
val mine = actorLearner("mine", tMax = 5) {{
    while (running) {{
        sync()
        val rollout = rollout()
        var R = if (rollout.terminated()) 0.0 else value()
        for (i in rollout.steps.reversed()) {{
            R = rollout.reward(i) + 0.99 * R
            rollout.setTarget(i, R)
        }}
        update(rollout) {{ policy + 0.5 * value - 0.01 * entropy }}
    }}
}}
fun stepsPerSecond(preset: Preset): Double {{
    val run = experiment {{
        algorithm(preset); env("{env}"); threads({threads}); steps({steps}L); out("{out}")
    }}
    return run.record["stepsPerSecond"] as Double
}}
stepsPerSecond(A3C)
stepsPerSecond(mine)
(1..{pairs}).joinToString(" ") {{ pair ->
    if (pair % 2 == 0) "${{stepsPerSecond(A3C)}},${{stepsPerSecond(mine)}}"
    else stepsPerSecond(mine).let {{ "${{stepsPerSecond(A3C)}},$it" }}
}}
""",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--env", default="Breakout")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=6_000, help="of each run")
    parser.add_argument("--pairs", type=int, default=9)
    arguments = parsed_in_venv(parser)
    with tempfile.TemporaryDirectory() as folder:
        pairs = measure(arguments, Path(folder))
    ratios = [mine / theirs for theirs, mine in pairs]
    print(
        f"{arguments.env}, {arguments.threads} threads, {len(pairs)} pairs of {arguments.steps} steps: "
        f"built-in {statistics.median(theirs for theirs, _ in pairs):.0f} steps/s, "
        f"cell {statistics.median(mine for _, mine in pairs):.0f} steps/s; "
        f"cell / built-in: median {statistics.median(ratios):.3f}, "
        f"{min(ratios):.3f} to {max(ratios):.3f}"
    )
    return 0


def measure(arguments: argparse.Namespace, folder: Path) -> list[tuple[float, float]]:
    """Steps per second of each pair: the built-in one's, the cell's."""
    result = last_result(CELLS, {**vars(arguments), "out": folder / "run"}, folder)
    return [
        (float(theirs), float(mine))
        for theirs, mine in (pair.split(",") for pair in result.split())
    ]


def parsed_in_venv(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The arguments; outside the notebooks' Python environment the script is run again inside it first."""
    parser.add_argument("--prepared", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.prepared:
        import start

        start.prepare(build=False)
        command = [str(start.PYTHON), sys.argv[0], "--prepared", *sys.argv[1:]]
        sys.exit(subprocess.call(command, env=start.environment()))
    return arguments


def last_result(sources: list[str], values: dict[str, object], folder: Path) -> str:
    """What the last of these cells gives in the kernel; `{jar}` and the values are put into them."""
    import execute

    jar = ROOT / "lib" / "notebook" / "target" / "stampede.jar"
    cells = [
        {
            "cell_type": "code",
            "id": f"cell{i}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source.format(**values, jar=jar),
        }
        for i, source in enumerate(sources)
    ]
    path = folder / "measured.ipynb"
    kernel = {"kernelspec": {"display_name": "Kotlin", "language": "kotlin", "name": "kotlin"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))
    executed = execute.execute(path)
    if executed.error:
        sys.exit(executed.error)
    return executed.last_result()


if __name__ == "__main__":
    sys.exit(main())
