"""What takes too long for every build: mvn -Pfull verify, or python3 full_test.py.

The notebooks' tests on a JDK 25, which is looked for in the property or environment variable
JAVA25_HOME and in the usual places; and two hundred runs one after another in one kernel.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path
from typing import NamedTuple

from kernel_test import LOAD, Kernel, again_in_venv, is_in_venv

HERE = Path(__file__).resolve().parent
USUAL_PLACES = ("usr/lib/jvm/*25*", "Library/Java/JavaVirtualMachines/*25*/Contents/Home")
USUAL_PLACES_AT_HOME = (".sdkman/candidates/java/25*", ".jdks/*25*")

RUNS_BEFORE = 20
RUNS = 200
EVERY_NTH_IN_PYTHON = 4


def jdk25() -> Path | None:
    """A JDK 25 on this machine."""
    places = [os.environ.get("JAVA25_HOME", "")]
    for pattern in USUAL_PLACES:
        places += [str(path) for path in sorted(Path("/").glob(pattern))]
    for pattern in USUAL_PLACES_AT_HOME:
        places += [str(path) for path in sorted(Path.home().glob(pattern))]
    return next((Path(place) for place in places if place and is_25(Path(place))), None)


def is_25(home: Path) -> bool:
    """Whether the Java there says that it is 25."""
    release = home / "release"
    return release.is_file() and bool(re.search(r'JAVA_VERSION="25[.".]', release.read_text()))


class FullTest(unittest.TestCase):
    """Long ones."""

    def test_the_notebooks_tests_pass_on_jdk_25(self) -> None:
        home = jdk25()
        if home is None:
            self.skipTest("there is no JDK 25; set JAVA25_HOME to one")
        print(f"JDK 25: {home}", flush=True)
        for file in ("kernel_test.py", "errors_test.py"):
            with self.subTest(file):
                environment = os.environ | {"KOTLIN_JUPYTER_JAVA_HOME": str(home)}
                code = subprocess.call([sys.executable, HERE / file], env=environment)
                self.assertEqual(code, 0)

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_two_hundred_runs_in_one_kernel_leave_nothing(self) -> None:
        kernel = Kernel()
        self.addCleanup(kernel.close)
        kernel.run(LOAD)
        cell = kernel.run(CELL, silent_seconds=300)
        counts = [
            Count(*map(int, words))
            for words in re.findall(r"COUNT (\d+) (\d+) (\d+)", cell.printed())
        ]

        print(f"after {RUNS_BEFORE} and {RUNS} runs: {counts}", flush=True)
        self.assertEqual(cell.result(), str(RUNS), cell.outputs)
        before, after = counts
        self.assertLessEqual(after.kilobytes, 1.05 * before.kilobytes)
        self.assertLessEqual(after.threads, before.threads)
        self.assertEqual(after.processes, 0)


class Count(NamedTuple):
    """What a kernel holds, after a collection of its garbage."""

    kilobytes: int
    threads: int
    processes: int


# One cell: each costs the Kotlin kernel one or two megabytes of its own for good, be it 1 + 1. And
# collections on the way, so that both counts are of a heap that was used since it got its size; after
# each, a pause for the JVM's own threads, which free outside the heap what was collected in it.
CELL = f"""
fun collect() = repeat(3) {{ System.gc(); Thread.sleep(200) }}
fun count() {{
    collect()
    val memory = java.io.File("/proc/self/smaps_rollup").readLines().single {{ it.startsWith("Pss:") }}
    val threads = java.lang.management.ManagementFactory.getThreadMXBean().threadCount
    val processes = ProcessHandle.current().descendants().count()
    println("COUNT " + memory.filter(Char::isDigit) + " " + threads + " " + processes)
}}
(1..{RUNS}).count {{ i ->
    val name = if (i % {EVERY_NTH_IN_PYTHON} == 0) "CartPole-v1" else "CartPole"
    val run = experiment {{ env(name); steps(10_000); threads(2); seed(i) }}
    if (i % {RUNS_BEFORE} == {RUNS_BEFORE} / 2) collect()
    if (i == {RUNS_BEFORE} || i == {RUNS}) count()
    run.state == "finished"
}}
"""


if __name__ == "__main__":
    if not is_in_venv():
        sys.exit(again_in_venv(__file__))
    unittest.main(verbosity=2)
