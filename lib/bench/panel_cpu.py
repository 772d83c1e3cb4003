#!/usr/bin/env python3
"""How much of the kernel's processor time its panels take, in the real Kotlin kernel, while runs learn in the background.
Standard library and the notebooks' own Python environment; run it from the repository's root after
`mvn -DskipTests package`, on a machine that does nothing else.

    python3 lib/bench/panel_cpu.py
    python3 lib/bench/panel_cpu.py --env CartPole --runs 3 --seconds 60
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from cell_speed import last_result, parsed_in_venv

CELLS = [
    '@file:DependsOn("{jar}")',
    """
import java.lang.management.ManagementFactory
val beans = ManagementFactory.getThreadMXBean()
val system = ManagementFactory.getOperatingSystemMXBean() as com.sun.management.OperatingSystemMXBean
fun views() = Thread.getAllStackTraces().keys.filter {{ it.name == "run-view" }}
fun viewNanos() = views().sumOf {{ beans.getThreadCpuTime(it.id) }}
val all = (1..{runs}).map {{
    experiment {{ algorithm(A3C); env("{env}"); threads({threads}); steps(Long.MAX_VALUE); background() }}
}}
while (all.any {{ it.episodes().size < 100 }}) Thread.sleep(100)
""",
    """
val viewsBefore = viewNanos()
val allBefore = system.processCpuTime
Thread.sleep({seconds} * 1000L)
val panels = viewNanos() - viewsBefore
val process = system.processCpuTime - allBefore
val shown = views().size
all.forEach {{ it.stop() }}
all.forEach {{ it.await() }}
"$shown $panels $process"
""",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--env", default="Breakout")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1, help="side by side, a panel each")
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parsed_in_venv(parser)
    with tempfile.TemporaryDirectory() as folder:
        result = last_result(CELLS, vars(arguments), Path(folder))
    shown, panels, process = (float(number) for number in result.split())
    if shown != arguments.runs:
        sys.exit(f"expected {arguments.runs} panels that are drawn but found {shown:.0f}")
    print(
        f"{arguments.env}, {arguments.runs} runs of {arguments.threads} threads, {arguments.seconds} s: panels "
        f"{panels / 1e9:.2f} s of {process / 1e9:.1f} s processor time = {100 * panels / process:.2f} %"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
