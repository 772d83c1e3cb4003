"""The real Kotlin kernel, as start.py sets it up: interrupts, errors, sockets, sudden ends.

python3 lib/notebook/src/test/python/kernel_test.py needs the library to be built.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parents[5] / "notebooks"
RUNS = NOTEBOOKS / "runs"
IN_VENV = "--in-venv"

LOAD = '@file:DependsOn("../lib/notebook/target/stampede.jar")'

#: The same line for a notebook in any folder.
LOAD_ANYWHERE = f'@file:DependsOn("{(NOTEBOOKS / LOAD.split(chr(34))[1]).resolve()}")'

#: What the panel says once a run has taken a few thousand steps.
UNDER_WAY = r"running, \d+\u202f\d+ of"

BROKEN = """
class Broken : Environment {
    private var n = 0
    override fun observationSpace() = Space.Box.floats(2)
    override fun actionSpace() = Space.Discrete(2)
    override fun reset(seed: Long) = reset()
    override fun reset() = Observation.of(0f, 1f)
    override fun step(action: Action): Step {
        if (++n == 50) error("the wheel fell off")
        return Step(Observation.of(0f, 1f), 1.0, false, false)
    }
}
"""


class Kernel:
    """A kernel, and a client that runs one cell at a time."""

    def __init__(self, folder: Path = NOTEBOOKS, **environment: str) -> None:
        from jupyter_client.manager import KernelManager

        self._runs_before = set(RUNS.glob("*"))
        self.manager = KernelManager(kernel_name="kotlin")
        self.manager.start_kernel(
            cwd=str(folder),
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def pid(self) -> int:
        """The process that Jupyter started."""
        return int(self.manager.provisioner.process.pid)

    def run(
        self, code: str, interrupt_when: str | None = None, silent_seconds: float = 60
    ) -> Cell:
        """Runs a cell to its end, or interrupts it once it draws something like this."""
        cell = Cell()
        request = self.client.execute(code)
        while True:
            message = self.client.get_iopub_msg(timeout=silent_seconds)
            if message["msg_type"] == "update_display_data":
                cell.outputs.append(message)  # After an interrupt, in the name of that.
            elif message["parent_header"].get("msg_id") != request:
                continue
            elif message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    break
            else:
                cell.outputs.append(message)
            if interrupt_when and re.search(interrupt_when, cell.last_panel()):
                interrupt_when = None
                cell.interrupted = time.monotonic()
                self.manager.interrupt_kernel()
        cell.ended = time.monotonic()
        return cell

    def start(self, code: str, until: str, saying: str) -> bool:
        """Starts a cell; whether it then gives out that kind of message with that text."""
        self.client.execute(code)
        end = time.monotonic() + 300  # Python may have to be set up first.
        while time.monotonic() < end:
            message = self.client.get_iopub_msg(timeout=60)
            if message["msg_type"] == until and saying in str(message["content"]):
                return True
            if message["msg_type"] == "error":
                return False
        return False

    def shows_later(self, text: str, seconds: float) -> bool:
        """Whether an output of a cell that has ended already comes to hold such a text."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                if re.search(text, str(self.client.get_iopub_msg(timeout=left)["content"])):
                    return True
            except queue.Empty:
                break
        return False

    def close(self) -> None:
        """Ends the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        for run in set(RUNS.glob("*")) - self._runs_before:
            shutil.rmtree(run)


class Cell:
    """What a cell gave out."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.interrupted = 0.0
        self.ended = 0.0

    def result(self) -> str:
        """The text of its value."""
        values = [o for o in self.outputs if o["msg_type"] == "execute_result"]
        return str(values[-1]["content"]["data"]["text/plain"]) if values else ""

    def printed(self) -> str:
        """What it wrote to its standard output and error."""
        return "".join(o["content"]["text"] for o in self.outputs if o["msg_type"] == "stream")

    def last_panel(self) -> str:
        """The text of what was last drawn in place."""
        panels = [o for o in self.outputs if o["msg_type"] == "update_display_data"]
        return str(panels[-1]["content"]["data"]["text/plain"]) if panels else ""

    def error(self) -> dict[str, Any] | None:
        """Its error, if it ended with one."""
        errors = [o["content"] for o in self.outputs if o["msg_type"] == "error"]
        return errors[-1] if errors else None


class KernelTest(unittest.TestCase):
    """One kernel for all tests of this class."""

    kernel: Kernel

    @classmethod
    def setUpClass(cls) -> None:
        cls.kernel = Kernel()
        assert cls.kernel.run(LOAD).error() is None

    @classmethod
    def tearDownClass(cls) -> None:
        cls.kernel.close()

    def test_a_run_is_watched_described_and_tabulated(self) -> None:
        run = "experiment { threads(1); steps(2_000); keepParametersEvery(500) }"
        self.assertIsNone(self.kernel.run(f"val looked = {run}").error())
        video = self.kernel.run("looked.at(500).watch(steps = 50)")
        self.assertIn("policy of step 50", video.result())
        self.assertIn("<video", self.shown(video, "text/html"))
        card = self.kernel.run("looked.card()")
        self.assertIn("<h3>Not as in the paper</h3>", self.shown(card, "text/html"))
        self.assertIn("| knob | here | paper | reason |", card.result())
        figure = 'letsPlot(looked.table()) + geomPoint { x = "step"; y = "return" }'
        self.assertIn("<svg", self.shown(self.kernel.run(figure), "image/svg+xml"))

    def test_what_the_guides_say_in_cells_compiles(self) -> None:
        tiles = "TileCoding(4, intArrayOf(4, 4), doubleArrayOf(-1.0, -1.0), doubleArrayOf(1.0, 1.0))"
        for cell in (
            f"TrueOnlineSarsa.networkOf {{ outputs -> Networks.tiles({tiles}, outputs) }}.name()",
            "A3C.learningRateSchedule(LearningRateSchedule.COSINE).name()",
        ):
            self.assertIsNone(self.kernel.run(cell).error())

    def shown(self, cell: Cell, kind: str) -> str:
        """One form of a cell's value."""
        self.assertIsNone(cell.error())
        values = [o for o in cell.outputs if o["msg_type"] == "execute_result"]
        return str(values[-1]["content"]["data"].get(kind, ""))

    def test_an_interrupt_ends_the_cell_and_keeps_the_run(self) -> None:
        cell = self.kernel.run(
            'val run = experiment { env("CartPole"); threads(2); steps(50_000_000) }',
            interrupt_when=UNDER_WAY,
        )
        shown = "CartPole: stopped" in cell.last_panel() or self.kernel.shows_later(
            "CartPole: stopped", seconds=30
        )

        self.assertIsNone(cell.error())
        self.assertLess(cell.ended - cell.interrupted, 1)
        self.assertTrue(shown)
        state = self.kernel.run('run.state + " " + (run.steps > 1_000)')
        self.assertEqual(state.result(), "stopped true")
        figure = self.kernel.run("run.curve()").outputs[-1]["content"]["data"]
        self.assertIn("image/png", figure)
        self.assertIn("image/svg+xml", figure)

    def test_a_run_in_the_background_is_watched_changed_and_found_again(self) -> None:
        started = time.monotonic()
        cell = self.kernel.run(
            'val live = experiment { env("CartPole"); threads(2); steps(500_000_000); background() }'
        )
        self.assertIsNone(cell.error())
        self.assertLess(time.monotonic() - started, 40)
        self.assertTrue(self.kernel.shows_later("CartPole: running", seconds=30))
        self.assertTrue(self.kernel.shows_later("value explains", seconds=30))

        changes = "live.learningRate(3e-4); live.entropy(0.02); live.changes().map { it.knob() }"
        self.assertEqual(self.kernel.run(changes).result(), "[learning-rate, entropy]")
        self.kernel.run("live.pause()")
        self.assertTrue(self.kernel.shows_later("CartPole: paused", seconds=10))
        self.kernel.run("live.resume()")
        self.assertTrue(self.kernel.shows_later("3.0E-4", seconds=10))
        name = "live.experiment().out().get().fileName.toString()"
        listed = self.kernel.run(f"runs().first {{ it.name() == {name} }}.state()")
        self.assertEqual(listed.result(), "running")
        table = self.kernel.run("runs()").outputs[-1]["content"]["data"]["text/html"]
        self.assertIn("-A3C-CartPole-seed1", table)
        self.kernel.run("live.stop(); live.await()")

        goes_on = self.kernel.run(f"val on = resume({name}) {{ background() }}")
        self.assertIsNone(goes_on.error())
        self.kernel.run("while (on.steps() <= live.steps()) Thread.sleep(5)")
        self.assertEqual(self.kernel.run("on.stop(); on.await().state").result(), "stopped")

    def test_an_interrupted_run_can_be_found_without_its_name(self) -> None:
        self.kernel.run(
            'experiment { env("CartPole"); steps(50_000_000) }; 1', interrupt_when=UNDER_WAY
        )

        self.assertEqual(self.kernel.run("lastRun().await(10_000)").result(), "true")
        self.assertEqual(self.kernel.run("lastRun().state").result(), "stopped")

    def test_what_an_actor_thread_throws_is_the_cells_error(self) -> None:
        self.assertIsNone(self.kernel.run(BROKEN).error())

        error = self.kernel.run("experiment { env { Broken() }; threads(2) }").error()

        assert error is not None
        self.assertIn("the wheel fell off", error["evalue"])
        self.assertIn("the wheel fell off", error["traceback"][0])
        self.assertLess(len(error["traceback"]), 30)
        self.assertEqual(self.kernel.run("lastRun().state").result(), "failed")

    def test_a_wrong_word_is_a_short_error(self) -> None:
        error = self.kernel.run('experiment { env("CartPol") }').error()

        assert error is not None
        self.assertIn('did you mean "CartPole"', error["evalue"])
        self.assertLess(len(error["traceback"]), 20)

    def test_the_notebooks_own_names_win(self) -> None:
        cell = self.kernel.run(
            'val threads = 3; experiment { threads(threads); env("CartPole"); steps(500) }'
            ".experiment().threads()"
        )

        self.assertEqual(cell.result(), "3")

    def test_own_figures_are_images_too(self) -> None:
        cell = self.kernel.run(
            "import org.jetbrains.letsPlot.letsPlot\n"
            "import org.jetbrains.letsPlot.geom.geomLine\n"
            'letsPlot(mapOf("x" to listOf(1, 2), "y" to listOf(3, 4))) '
            '+ geomLine { x = "x"; y = "y" }'
        )

        self.assertIn("image/png", cell.outputs[-1]["content"]["data"])

    def test_an_experiment_of_the_paper_prints_its_table_and_is_its_figure(self) -> None:
        cell = self.kernel.run(
            "import java.nio.file.Files\n"
            'paper.table1(small, "${Files.createTempDirectory("paper")}", shorten = 1_000)'
        )

        self.assertIsNone(cell.error())
        self.assertIn("50 of 50 runs are complete", cell.printed())
        self.assertIn("image/png", cell.outputs[-1]["content"]["data"])

    def test_an_interrupted_comparison_keeps_what_is_complete_and_goes_on(self) -> None:
        folder = self.kernel.run(
            'val out = java.nio.file.Files.createTempDirectory("compare").resolve("out"); "$out"'
        ).result()
        compared = (
            'compare(A3C, A3C.named("A3C + GAE").lambda(0.95)) { env("CartPole"); seeds(%d);'
            " steps(%s); threads(2); evaluationEpisodes(2); out(out) }"
        )
        cell = self.kernel.run(
            "val results = " + compared % (50, "20_000"),
            interrupt_when=r"running, [1-9]\d? of 100 runs done",
        )

        self.assertIsNone(cell.error())
        self.assertLess(cell.ended - cell.interrupted, 11)
        done = int(self.kernel.run("results.runs().size").result())
        self.assertTrue(1 <= done < 100, done)
        again = self.kernel.run(f"{compared % (2, '20_000')}.verdict()")
        self.assertIsNone(again.error())
        shown = again.outputs[-1]["content"]["data"]
        self.assertIn("2 seeds of each", shown["text/plain"])
        self.assertIn("<th", shown["text/html"])
        refused = self.kernel.run(compared % (2, "30_000")).error()
        assert refused is not None
        self.assertIn("have steps: 20000, but 30000 was asked for", refused["evalue"])
        swept = self.kernel.run(
            "sweep(A3C) { vary(Knob.LEARNING_RATE, logUniform(1e-4, 1e-2)); runs(3);"
            ' env("Corridor"); steps(300); out("$out-sweep") }.scatter()'
        )
        self.assertIn("image/png", swept.outputs[-1]["content"]["data"])
        shutil.rmtree(Path(folder).parent)

    def test_a_comparison_in_the_background_lets_other_cells_run(self) -> None:
        folder = self.kernel.run(
            'val kept = java.nio.file.Files.createTempDirectory("study").resolve("out"); "$kept"'
        ).result()
        cell = self.kernel.run(
            'val study = compareInBackground(A3C, NStepQ) { env("CartPole"); seeds(50);'
            " steps(20_000); threads(2); evaluationEpisodes(2); out(kept) }"
        )
        self.assertIsNone(cell.error())
        drawn = [o for o in cell.outputs if o["msg_type"] == "display_data"]
        self.assertIn("of 100 runs done", str(drawn))  # While it is the cell that runs.

        self.assertTrue(self.kernel.shows_later(r"running, [1-9]\d? of 100 runs", seconds=120))
        now = self.kernel.run("study.results().runs().size to study.isRunning()").result()
        self.assertRegex(now, r"\([1-9]\d?, true\)")
        self.kernel.run("study.pause()")
        self.assertTrue(self.kernel.shows_later(r"paused, \d+ of 100 runs", seconds=10))
        self.assertIn("compare: paused, ", self.kernel.run("study").result())
        beside = self.kernel.run('experiment { env("Corridor"); steps(300) }.state').result()
        self.assertEqual(beside, "finished")
        same = self.kernel.run("studiesUnderWay().single() === study").result()
        self.assertEqual(same, "true")
        self.kernel.run("study.resume()")
        self.assertTrue(self.kernel.shows_later("running, ", seconds=10))
        stopped = self.kernel.run("val ended = study.await()", interrupt_when="running, ")
        self.assertIsNone(stopped.error())
        self.assertEqual(self.kernel.run("ended.isComplete()").result(), "false")
        shown = "stopped, " in str(stopped.outputs) or self.kernel.shows_later("stopped, ", 10)
        self.assertTrue(shown)
        self.assertEqual(self.kernel.run("studiesUnderWay()").result(), "[]")

        swept = (
            "sweepInBackground(A3C) { vary(Knob.ENTROPY, oneOf(0.0, 0.01));"
            ' env("Corridor"); steps(%s); out(%s) }.await().table()'
        )
        table = self.kernel.run(swept % ("300", 'kept.resolveSibling("sweep")'))
        self.assertIn("entropy", table.outputs[-1]["content"]["data"]["text/html"])
        refused = self.kernel.run(swept % ("300", "kept")).error()
        assert refused is not None
        self.assertIn("have kind: compare, but sweep was asked for", refused["evalue"])
        shutil.rmtree(Path(folder).parent)

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_it_listens_on_loopback_only(self) -> None:
        listening = listening_addresses(self.kernel.pid)

        self.assertEqual(len(listening), 5, listening)  # Jupyter's channels, and no debugger
        self.assertEqual({address for address, _ in listening}, {"127.0.0.1"})

    @unittest.skipUnless(sys.platform == "linux", "reads /proc")
    def test_no_debugger_is_loaded(self) -> None:
        command = Path(f"/proc/{self.kernel.pid}/cmdline").read_text()

        self.assertIn("java", command)
        self.assertNotIn("jdwp", command)


class ElsewhereTest(unittest.TestCase):
    """A notebook in a folder that knows nothing of this one."""

    def test_a_notebook_anywhere_has_everything_and_its_runs_beside_it(self) -> None:
        with tempfile.TemporaryDirectory(prefix="my notebooks, ä ") as name:
            folder = Path(name)
            shutil.copy(NOTEBOOKS / "my_env.py", folder)
            kernel = Kernel(folder)
            loaded = kernel.run(LOAD_ANYWHERE)
            for env in ('"CartPole"', '"CartPole-v1"', 'python("my_env.py", "MyEnv")'):
                cell = kernel.run(f"experiment {{ env({env}); steps(300) }}.state")
                self.assertEqual(cell.result(), "finished", cell.error())
            listed = kernel.run("runs().size").result()
            kernel.close()
            runs = list(folder.glob("runs/*-A3C-*/run.json"))

        self.assertIsNone(loaded.error())
        self.assertEqual(listed, "3")
        self.assertEqual(len(runs), 3)

    def test_the_first_run_draws_its_curve(self) -> None:
        begun = time.monotonic()
        kernel = Kernel()
        kernel.run(LOAD)
        first = kernel.run(
            'experiment { env("CartPole"); steps(50_000_000) }', interrupt_when=r"episodes \d"
        )
        kernel.close()

        self.assertGreater(first.interrupted, begun)
        seconds = first.interrupted - begun
        print(f"kernel start to the first point of the curve: {seconds:.1f} s", flush=True)


@unittest.skipUnless(sys.platform == "linux", "elsewhere the library watches its parent")
class FullMemoryTest(unittest.TestCase):
    """A cell that takes all of the heap while a run goes on in the background."""

    def test_a_full_heap_loses_no_result_and_the_kernel_goes_on(self) -> None:
        kernel = Kernel(KOTLIN_JUPYTER_JAVA_OPTS_EXTRA="-Xmx300m")
        self.addCleanup(kernel.close)
        kernel.run(LOAD)
        kernel.run(
            'val run = experiment { env("CartPole"); threads(2); steps(500_000_000); background() }'
        )
        kernel.run("while (run.episodes().size < 500) Thread.sleep(5)")
        kernel.run("fun fill() { val all = ArrayList<LongArray>(); while (true) all += LongArray(100_000) }")

        error = kernel.run("fill()").error()
        self.assertIn("OutOfMemoryError", str(error))

        kernel.run("run.stop(); try { run.await() } catch (e: RunFailedException) { }")
        state = kernel.run('if (run.failure().isEmpty) run.state else "" + run.failure().get().cause')
        self.assertRegex(state.result(), "stopped|OutOfMemoryError")
        counted = kernel.run(
            "run.episodes().size == run.experiment().out().get().resolve(\"episodes.csv\")"
            ".toFile().readLines().size - 1"
        )
        self.assertEqual(counted.result(), "true")
        again = kernel.run('experiment { env("CartPole"); threads(2); steps(20_000) }.state')
        self.assertEqual(again.result(), "finished")


class SuddenEndTest(unittest.TestCase):
    """Nothing is left behind, whoever is killed."""

    def test_a_killed_kernel_leaves_nothing(self) -> None:
        kernel = Kernel()
        kernel.run(LOAD)
        connection = kernel.manager.connection_file

        os.kill(kernel.pid, signal.SIGKILL)
        time.sleep(2)

        self.assertEqual(processes_with(connection), [])
        kernel.close()

    def test_a_kernel_killed_while_it_plays_atari_leaves_no_python(self) -> None:
        kernel = Kernel()
        kernel.run(LOAD)
        cell = 'experiment { env("Breakout"); threads(2); steps(50_000_000) }'
        playing = kernel.start(cell, until="update_display_data", saying="running")
        workers = descendants(kernel.pid)

        os.kill(kernel.pid, signal.SIGKILL)
        time.sleep(2)

        self.assertTrue(playing)
        self.assertNotEqual(workers, [])
        self.assertEqual([pid for pid in workers if is_alive(pid)], [])
        kernel.close()

    def test_a_kernel_ends_with_whoever_started_it(self) -> None:
        starter = subprocess.Popen(
            [sys.executable, __file__, IN_VENV, "start"], stdout=subprocess.PIPE, text=True
        )
        assert starter.stdout is not None
        connection = starter.stdout.readline().strip()
        self.assertEqual(len(processes_with(connection)), 1)

        starter.kill()
        starter.wait()
        time.sleep(2)

        self.assertEqual(processes_with(connection), [])
        starter.stdout.close()


def listening_addresses(pid: int) -> list[tuple[str, int]]:
    """Where that process listens for connections: addresses and ports."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(descriptor)
        except OSError:
            continue
        if target.startswith("socket:["):
            sockets.add(target[len("socket:[") : -1])
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                address, port = fields[1].split(":")
                found.append((readable(address), int(port, 16)))
    return found


def readable(address: str) -> str:
    """An address of /proc/net/tcp or tcp6 in its usual form."""
    mapped = "0000000000000000FFFF0000"
    if len(address) == 32 and address.startswith(mapped):
        address = address[len(mapped) :]
    if len(address) != 8:
        return address
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(address)))


def processes_with(argument: str) -> list[int]:
    """The processes that have this in their command line."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if argument in command.read_text():
                found.append(int(command.parent.name))
        except OSError:
            continue
    return found


def descendants(pid: int) -> list[int]:
    """The children of that process, and theirs."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    found = list(children.get(pid, []))
    for child in found:
        found.extend(children.get(child, []))
    return found


def is_alive(pid: int) -> bool:
    """Whether that process still runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_in_venv() -> bool:
    """Whether this is the notebooks' Python environment; takes that word from the arguments."""
    inside = IN_VENV in sys.argv
    if inside:
        sys.argv.remove(IN_VENV)
    return inside


def again_in_venv(file: str) -> int:
    """Sets up the notebooks' Python environment and runs that file in it."""
    sys.path.insert(0, str(NOTEBOOKS))
    import start

    start.prepare(build=False)
    command = [start.PYTHON, file, IN_VENV, *sys.argv[1:]]
    return subprocess.call(command, env=start.environment())


def main() -> int:
    """Runs the tests."""
    if not is_in_venv():
        return again_in_venv(__file__)
    if sys.argv[1:] == ["start"]:
        kernel = Kernel()
        print(kernel.manager.connection_file, flush=True)
        kernel.run(LOAD)
        time.sleep(600)
    unittest.main(verbosity=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
