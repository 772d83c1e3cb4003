"""What a user sees who makes a mistake in a notebook: one paragraph, not a page of frames.

python3 lib/notebook/src/test/python/errors_test.py needs the library to be built.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

from kernel_test import (
    LOAD,
    LOAD_ANYWHERE,
    Cell,
    Kernel,
    again_in_venv,
    descendants,
    is_in_venv,
)

#: The traceback of an error: the message, the cell, a few frames, and the message again.
MOST_LINES = 12

#: The same around what Python or pip said, which comes twice.
MOST_LINES_WITH_PYTHONS = 40

OWN = """
import ai.djl.nn.*
import ai.djl.nn.core.*
class Own(
    val width: Int = 2, val value: Float = 1f, val reward: Double = 1.0, val failAt: Int = -1
) : Environment {
    private var n = 0
    override fun observationSpace() = Space.Box.floats(2)
    override fun actionSpace() = Space.Discrete(2)
    override fun reset(seed: Long) = reset()
    override fun reset() = Observation.of(0f, 1f)
    override fun step(action: Action): Step {
        if (++n == failAt) error("the wheel fell off")
        return Step(Observation.of(*FloatArray(width) { value }), reward, n % 20 == 0, false)
    }
}
fun sevenOutputs(n: Int) = SequentialBlock().add(Linear.builder().setUnits(7).build())
"""

#: A mistake, the cell with it, and words of the message.
MISTAKES = [
    ("unknown environment", 'experiment { env("CartPol") }', 'did you mean "CartPole"'),
    ("unknown Gymnasium id", 'experiment { env("CartPol-v1") }', "Did you mean: `CartPole`?"),
    ("unknown version", 'experiment { env("CartPole-v9") }', "[ `v0`, `v1` ]"),
    ("unknown algorithm", 'experiment { algorithm("A4C") }', 'did you mean "A2C", "A3C"'),
    ("unknown knob", 'A3C.set("learning-rat", "0.1")', 'did you mean "learning-rate"'),
    ("another algorithm's knob", 'A3C.set("double-q", "yes")', "one of OneStepQ, NStepQ"),
    ("value out of range", "A3C.gamma(1.5)", 'in [0.0, 1.0] but got "1.5"'),
    ("the same inside", "experiment { algorithm(A3C.gamma(1.5)) }", 'in [0.0, 1.0] but got "1.5"'),
    ("no threads", "experiment { threads(0) }", "at least 1 actor-learner but got 0"),
    ("negative steps", "experiment { steps(-5) }", "steps: expected at least 1 but got -5"),
    (
        "deterministic with several threads",
        "experiment { threads(4); deterministic() }",
        "4 threads update θ in an order that no seed fixes; use threads(1)",
    ),
    (
        "a folder that cannot be written",
        'experiment { out("/proc/nowhere") }',
        "/proc/nowhere cannot be written",
    ),
    ("resume of nothing", 'resume("nothing")', "expected a run that runs() lists"),
    ("an environment that throws", "experiment { env { Own(failAt = 50) } }", "the wheel fell off"),
    (
        "an observation that is NaN",
        "experiment { env { Own(value = Float.NaN) } }",
        "an environment that gives NaN",
    ),
    (
        "a reward that is NaN",
        "experiment { env { Own(reward = Double.NaN) } }",
        "an environment that gives NaN",
    ),
    (
        "observations of another size",
        "experiment { env { Own(width = 3) } }",
        "2 numbers, but the environment gave 3",
    ),
    (
        "a network with other outputs",
        "experiment { algorithm(A3C.networkOf { sevenOutputs(it) }) }",
        "the network has 7 outputs but A3C needs 3",
    ),
    (
        "a learning rate that diverges",
        'experiment { algorithm(A3C.learningRate(10.0).clipNorm(1e300).set("reward-scale", "1e9")'
        '.set("optimizer", "momentum")) }',
        "A learning rate that is too high does this",
    ),
    ("no such Python file", 'experiment { env(python("no.py", "No")) }', "there is no file"),
    (
        "an option that the environment does not take",
        'experiment { env("CartPole-v1", "graviti" to 3) }',
        "unexpected keyword argument 'graviti'",
    ),
]


class ErrorsTest(unittest.TestCase):
    """One kernel for all mistakes."""

    kernel: Kernel

    @classmethod
    def setUpClass(cls) -> None:
        cls.kernel = Kernel()
        for cell in (LOAD, OWN):
            assert cls.kernel.run(cell).error() is None

    @classmethod
    def tearDownClass(cls) -> None:
        cls.kernel.close()

    def test_each_mistake_is_told_in_one_paragraph(self) -> None:
        for mistake, code, words in MISTAKES:
            with self.subTest(mistake):
                of_python = "graviti" in code
                most = MOST_LINES_WITH_PYTHONS if of_python else MOST_LINES
                self.assert_told(self.kernel.run(code), words, most)

    def test_packages_that_do_not_exist_are_named(self) -> None:
        with tempfile.TemporaryDirectory() as cache:
            self.kernel.run(f'System.setProperty("stampede.cache", "{cache}")')
            cell = self.kernel.run(
                'experiment { env("CartPole-v1"); packages("stampede-no-such-package==1") }',
                silent_seconds=300,
            )
            self.kernel.run('System.clearProperty("stampede.cache")')

        error = self.assert_told(cell, "stampede-no-such-package==1", MOST_LINES_WITH_PYTHONS)
        self.assertIn("Look whether the names and versions", error["evalue"])

    def test_a_run_that_failed_says_so_wherever_it_is_used(self) -> None:
        self.kernel.run("val failed = experiment { env { Own(failAt = 50) } }")

        error = self.assert_told(self.kernel.run("failed.curve()"), "earlierScripts")
        self.assertIn("failed has no value: the cell that defines it", "".join(error["traceback"]))
        ended = "expected a run that is under way, but this one has ended"
        self.assert_told(self.kernel.run("lastRun().learningRate(0.1)"), ended)
        self.assert_told(self.kernel.run("lastRun().await()"), "the wheel fell off")
        self.assertIn("failure: the wheel fell off", self.kernel.run("lastRun()").result())
        figure = self.kernel.run("lastRun().curve()").outputs[-1]["content"]["data"]
        self.assertIn("image/png", figure)

    def test_the_line_of_the_cell_that_threw_is_named(self) -> None:
        error = self.kernel.run("experiment { env { Own(failAt = 50) } }").error()

        assert error is not None
        line = OWN[: OWN.index("error(")].count("\n") + 1
        self.assertRegex(error["traceback"][-1], rf"at Cell In\[\d+\], line {line}\b")

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_a_worker_that_is_killed_is_replaced_and_the_panel_says_so(self) -> None:
        self.kernel.run('val goesOn = experiment { env("CartPole-v1"); background() }')
        self.kernel.run("while (goesOn.steps() < 100) Thread.sleep(5)")
        workers = [pid for pid in descendants(self.kernel.pid) if is_worker(pid)]
        self.assertNotEqual(workers, [])

        for pid in workers:
            os.kill(pid, signal.SIGKILL)

        self.assertTrue(self.kernel.shows_later("Python was started again", seconds=30))
        self.kernel.run("val then = goesOn.steps()")
        self.kernel.run("while (goesOn.steps() < then + 100) Thread.sleep(5)")
        self.kernel.run("goesOn.stop()")
        self.assertEqual(self.kernel.run("goesOn.await().state").result(), "stopped")

    def test_a_folder_for_runs_that_cannot_be_made_is_announced(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "runs").write_text("a file in the way")
            kernel = Kernel(Path(folder))
            kernel.run(LOAD_ANYWHERE)
            panels = kernel.run("experiment { steps(2_000) }").outputs
            kernel.close()

        shown = [o["content"]["data"]["text/html"] for o in panels if "data" in o["content"]]
        self.assertIn("Not all results are in files", shown[-2])
        self.assertIn("finished", shown[-2])

    def test_without_python_it_says_how_to_get_one(self) -> None:
        with tempfile.TemporaryDirectory() as cache:
            kernel = Kernel(
                STAMPEDE_PYTHON="/no/such/python",
                STAMPEDE_CACHE=cache,
                PATH="/nowhere",  # There may be uv on it, which brings a Python.
                KOTLIN_JUPYTER_JAVA_EXECUTABLE=shutil.which("java") or "java",
            )
            kernel.run(LOAD)
            cell = kernel.run('experiment { env("CartPole-v1") }')
            kernel.close()

        self.assert_told(cell, "this environment needs Python 3.11")

    def assert_told(
        self, cell: Cell, words: str, most_lines: int = MOST_LINES
    ) -> dict[str, Any]:
        """The cell failed with that message, a short trace, and nothing else on stderr."""
        error = cell.error()
        assert error is not None, cell.outputs
        self.assertIn(words, error["evalue"])
        lines = "\n".join(error["traceback"]).splitlines()
        self.assertLessEqual(len(lines), most_lines, "\n".join(lines))
        self.assertNotIn("org.jetbrains.kotlinx", "\n".join(lines))
        self.assertIn(words, "\n".join(lines))
        self.assertEqual([o for o in cell.outputs if o["msg_type"] == "stream"], [])
        return error


def is_worker(pid: int) -> bool:
    """Whether that process serves environments."""
    return b"stampede_worker" in Path(f"/proc/{pid}/cmdline").read_bytes()


if __name__ == "__main__":
    if not is_in_venv():
        sys.exit(again_in_venv(__file__))
    unittest.main(verbosity=2)
