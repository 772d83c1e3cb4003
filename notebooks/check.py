#!/usr/bin/env python3
"""Runs every notebook in this folder with the real Kotlin kernel and checks what it shows.

python3 notebooks/check.py [NAME …] fails on an error in a cell, on any text on stderr, and on a
figure that is missing or blank. The executed notebooks are left in notebooks/out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Sets up if need be, then checks in the notebooks' own Python environment."""
    parser = argparse.ArgumentParser(description="Runs all notebooks and checks what they show.")
    parser.add_argument("names", nargs="*", help="only these notebooks")
    parser.add_argument("--no-build", action="store_true", help="take the library as it was built")
    parser.add_argument("--prepared", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.prepared:
        return check(arguments.names)
    import start

    try:
        start.prepare(build=not arguments.no_build)
    except start.SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    command = [start.PYTHON, __file__, "--prepared", *arguments.names]
    return subprocess.call(command, env=start.environment())


def check(names: list[str]) -> int:
    """Runs the notebooks one after the other."""
    import execute

    failed = False
    for name in names or sorted(file.stem for file in HERE.glob("*.ipynb")):
        source = execute.source_of(name)
        print(f"{source.stem}", flush=True)
        executed = execute.execute(source)
        execute.write(executed, source.stem)
        problems = executed.problems()
        for problem in problems:
            print(f"  FAILED: {problem}")
        if not problems:
            print(f"  ok, {executed.seconds:.1f} s; the last cell says: {executed.last_result()}")
        failed = failed or bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
