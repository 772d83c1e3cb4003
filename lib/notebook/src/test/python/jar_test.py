"""The packaged jar as a user starts it: exit codes, Ctrl-C, sudden ends, no process left behind.

python3 lib/notebook/src/test/python/jar_test.py needs the library to be built.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

JAR = Path(__file__).resolve().parents[3] / "target" / "stampede.jar"
#: The Java that Maven runs on, too.
JAVA = str(Path(os.environ["JAVA_HOME"]) / "bin" / "java") if "JAVA_HOME" in os.environ else "java"


def start(*arguments: str) -> subprocess.Popen[str]:
    """Starts a command in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [JAVA, "-jar", str(JAR), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Whoever started the tests in the background may have switched Ctrl-C off for all below.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def stampede(*arguments: str) -> tuple[int, str]:
    """Runs a command to its end."""
    process = start(*arguments)
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def alive_in_session(leader: int) -> list[int]:
    """The processes that were started by that one, in any generation, and still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def wait_until_it_trains(out: Path) -> None:
    """Until the first episodes are on disk."""
    deadline = time.monotonic() + 90
    while not (out / "episodes.csv").is_file() or (out / "episodes.csv").stat().st_size < 500:
        if time.monotonic() > deadline:
            raise AssertionError("no episodes after 90 s")
        time.sleep(0.1)


class JarTest(unittest.TestCase):
    """What `java -jar stampede.jar` does."""

    def test_a_run_ends_with_its_results_and_exit_code(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            code, output = stampede("run", "--steps", "3000", "--out", folder)
            self.assertEqual(code, 0, output)
            self.assertIn("written to", output)
            self.assertEqual(
                json.loads((Path(folder) / "run.json").read_text())["state"], "finished"
            )
            code, output = stampede("evaluate", "--parameters", folder, "--episodes", "3")
            self.assertEqual(code, 0, output)
            self.assertIn("3 episodes", output)
        code, output = stampede("run", "--steps", "500", "--until-return", "475")
        self.assertEqual(code, 3, output)

    def test_wrong_arguments_are_a_sentence(self) -> None:
        code, output = stampede("run", "--env", "Breakot")
        self.assertEqual(code, 2)
        self.assertIn('did you mean "Breakout"', output)
        self.assertNotIn("\tat ", output)

    def test_doctor_finds_what_the_build_needs(self) -> None:
        code, output = stampede("doctor")
        self.assertEqual(code, 0, output)
        for part in ("Java: ", "DJL engine: PyTorch", "Python: ", "Kotlin kernel: "):
            self.assertIn(part, output)

    def test_the_program_of_the_guide_for_java_runs(self) -> None:
        guide = (JAR.parents[2] / "docs" / "java.md").read_text(encoding="utf-8")
        program = guide.partition("```java\n")[2].partition("```")[0]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "CartPoleRun.java"
            file.write_text(program, encoding="utf-8")
            done = subprocess.run(
                [JAVA, "-Dfile.encoding=UTF-8", "-cp", str(JAR), str(file)],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                timeout=120,
                check=False,
            )
        self.assertEqual(done.returncode, 0, done.stdout)
        for part in ("best mean return of 100 episodes: 47", "CartPole, seed 1", "A3C"):
            self.assertIn(part, done.stdout)

    @unittest.skipUnless(hasattr(os, "killpg"), "signals as on Linux and macOS")
    def test_ctrl_c_writes_everything_and_leaves_no_process(self) -> None:
        for whole_group in (True, False):  # as a terminal does it; as `kill -INT` does it
            with tempfile.TemporaryDirectory() as folder:
                process = start("run", "--steps", "2000000000", "--out", folder)
                wait_until_it_trains(Path(folder))
                if whole_group:
                    os.killpg(process.pid, signal.SIGINT)
                else:
                    process.send_signal(signal.SIGINT)
                process.communicate(timeout=30)
                self.assertEqual(process.returncode, 130)
                record = json.loads((Path(folder) / "run.json").read_text())
                self.assertEqual(record["state"], "stopped")
                self.assertTrue((Path(folder) / "parameters.safetensors").is_file())
                self.assertEqual(alive_in_session(process.pid), [])

    @unittest.skipUnless(hasattr(os, "killpg"), "signals as on Linux and macOS")
    def test_an_experiment_of_the_paper_that_ctrl_c_ended_goes_on(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = ("experiment", "table1", "--shorten", "10", "--out", folder)
            process = start(*command)
            deadline = time.monotonic() + 90
            while len(list(Path(folder).glob("runs/*/run.json"))) < 3:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130, output)
            self.assertIn("to go on: stampede experiment table1", output)
            self.assertTrue((Path(folder) / "table1.png").is_file())
            self.assertEqual(alive_in_session(process.pid), [])
            code, output = stampede(*command)
            self.assertEqual(code, 0, output)
            self.assertIn("50 of 50 runs are complete", output)

    @unittest.skipUnless(Path("/proc").is_dir(), "looks at /proc")
    def test_kill_9_leaves_no_process_after_two_seconds(self) -> None:
        for environment in ("CartPole", "CartPole-v1"):
            with tempfile.TemporaryDirectory() as folder:
                process = start(
                    "run", "--env", environment, "--steps", "2000000000", "--out", folder
                )
                wait_until_it_trains(Path(folder))
                self.assertGreater(len(alive_in_session(process.pid)), 1)
                process.kill()
                process.wait()
                time.sleep(2)
                self.assertEqual(alive_in_session(process.pid), [], environment)
                process.stdout.close()  # type: ignore[union-attr]


if __name__ == "__main__":
    unittest.main(verbosity=2)
