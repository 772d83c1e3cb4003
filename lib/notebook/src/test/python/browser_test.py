"""A notebook as a user has it: JupyterLab in Chromium, without a network where the system allows.

python3 lib/notebook/src/test/python/browser_test.py needs the library to be built. It is skipped
where there is no Chromium or Chrome. Its pictures are left in lib/notebook/target/browser.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parents[4] / "notebooks"
OUT = HERE.parents[2] / "target" / "browser"
VENV = OUT / "venv"
REQUIREMENTS = HERE / "browser_requirements.txt"
IN_VENV = "--in-venv"
ALONE = "--without-network"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

#: Loading, a run to interrupt, its results, a run to change from another cell.
CELLS = [
    f'@file:DependsOn("{(NOTEBOOKS / "../lib/notebook/target/stampede.jar").resolve()}")',
    'val run = experiment { algorithm(A3C); env("CartPole"); threads(2); steps(50_000_000) }',
    '"${run.state} after ${run.episodes.size} episodes"',
    "run.curve()",
    'val live = experiment { env("Catch"); threads(1); steps(500_000_000); background() }',
    "while (live.steps() < 20_000) Thread.sleep(5)\nlive.learningRate(3e-4)\nlive.changes().size",
    "live.stop()\nlive.await().curve()",
]

#: Longest wait for anything, on a machine that does much else.
SECONDS = 120

#: How many colours there are in an image.
COLOURS = """image => {
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(
        context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return new Set(pixels).size;
}"""


class Lab:
    """JupyterLab as start.py opens it, for somebody who has never used it before."""

    def __init__(self, folder: Path, home: Path) -> None:
        import start

        runtime = home / "runtime"
        environment = start.environment() | {
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),  # With it, which notebooks are trusted.
            "JUPYTER_RUNTIME_DIR": str(runtime),
        }
        self._log = (OUT / "jupyter.log").open("ab")
        self._process = subprocess.Popen(
            [*start.lab_command(folder), "--no-browser", "--ServerApp.port_retries=50"],
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )
        self.url = self._address(runtime)

    def _address(self, runtime: Path) -> str:
        files = wait_for(lambda: list(runtime.glob("jpserver-*.json")), "JupyterLab")
        server = wait_for(lambda: read_json(files[0]), "its address")
        return f"{server['url']}lab/tree/{{}}?token={server['token']}"

    def close(self) -> None:
        """Ends it with its kernels."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)
        self._log.close()


class BrowserTest(unittest.TestCase):
    """One notebook, from the first cell to a colleague who opens it."""

    def setUp(self) -> None:
        from playwright.sync_api import sync_playwright

        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.notebook = self.folder / "first.ipynb"
        self.notebook.write_text(json.dumps(notebook(CELLS)))
        playwright = self.enterContext(sync_playwright())
        nowhere_else = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        flags = ["--disable-dev-shm-usage", nowhere_else]
        flags += ["--no-sandbox"] if os.geteuid() == 0 else []
        self.browser = playwright.chromium.launch(executable_path=found_browser(), args=flags)
        self.addCleanup(self.browser.close)
        self.asked: set[str] = set()

    def test_a_notebook_is_run_interrupted_changed_saved_and_opened_by_a_colleague(self) -> None:
        page = self.open_lab("mine")
        begun = time.monotonic()
        run_all(page)

        self.panel_grows(page)
        print(f"kernel start to the first point of the curve: {self.first_point - begun:.1f} s")
        picture(page, "live-panel", 1, 1)
        page.get_by_role("button", name="Interrupt the kernel").first.click()
        self.has_text(page, 1, "stopped")
        self.has_text(page, 2, re.compile(r"stopped after \d\d+ episodes"))
        self.has_figure(page, 3)

        self.has_text(page, 4, "At step")
        self.has_text(page, 4, "learning-rate")
        self.has_text(page, 5, "1")
        self.has_text(page, 4, "stopped")
        self.has_figure(page, 6)
        picture(page, "changed", 4, 4)
        picture(page, "after-interrupt", 2, 3)
        page.keyboard.press("Control+s")
        wait_for(lambda: images(self.notebook) == 2, "two figures in the saved notebook")
        page.close()

        page = self.open_lab("a colleague's")
        for i in (1, 3, 4, 6):
            self.has_figure(page, i)
            self.assertEqual(output(page, i).locator("svg").count(), 0)  # Nobody trusts it yet.
        picture(page, "reopened-untrusted", 1, 3)
        here = ("http://127.0.0.1:", "data:", "blob:")
        self.assertEqual({url for url in self.asked if not url.startswith(here)}, set())
        self.assertEqual(self.errors, [])

    def open_lab(self, whose: str) -> Any:
        lab = Lab(self.folder, Path(self.enterContext(tempfile.TemporaryDirectory())))
        self.addCleanup(lab.close)
        page = self.browser.new_page(viewport={"width": 1200, "height": 1150})
        page.set_default_timeout(1_000 * SECONDS)
        self.addCleanup(lambda: page.is_closed() or page.screenshot(path=OUT / "end.png"))
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(f"{whose}: {error}"))
        page.on("request", lambda request: self.asked.add(request.url))
        page.goto(lab.url.format(self.notebook.name))
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.get_by_text("Kotlin | Idle").wait_for()
        self.assertEqual(page.get_by_text("Jupyter news").count(), 0)
        return page

    def panel_grows(self, page: Any) -> None:
        """The panel is drawn with a curve, and is another one twice after that."""
        seen: list[str] = []
        panel = output(page, 1)
        panel.locator("polyline").first.wait_for()
        self.first_point = time.monotonic()

        def changed() -> bool:
            text = panel.first.inner_text()
            if text not in seen:
                seen.append(text)
            return len(seen) >= 3

        wait_for(changed, "a panel that changes")

    def has_text(self, page: Any, i: int, text: str | re.Pattern[str]) -> None:
        output(page, i).get_by_text(text).first.wait_for()

    def has_figure(self, page: Any, i: int) -> None:
        """There is a figure, drawn and not blank."""
        figure = output(page, i).locator("img, svg")
        figure.first.wait_for()
        size = figure.first.bounding_box()
        self.assertGreater(size["width"] * size["height"], 700 * 100)
        for image in output(page, i).locator("img").all():
            self.assertGreater(image.evaluate(COLOURS), 16)


def cell(page: Any, i: int) -> Any:
    """The code cell of that number, where it can be seen."""
    found = page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{i}"]')
    found.scroll_into_view_if_needed()
    return found


def output(page: Any, i: int) -> Any:
    """What that cell gave out."""
    return cell(page, i).locator(".jp-OutputArea-output")


def run_all(page: Any) -> None:
    """The menu's entry, as a user finds it."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def picture(page: Any, name: str, first: int, last: int) -> None:
    """The notebook from one cell to another."""
    both = [cell(page, last), cell(page, first)]  # Each may scroll.
    bottom, top = (found.bounding_box() for found in both)
    height = bottom["y"] + bottom["height"] - top["y"]
    clip = {"x": top["x"], "y": top["y"], "width": top["width"], "height": height}
    page.screenshot(path=OUT / f"{name}.png", clip=clip)


def images(notebook: Path) -> int:
    """Figures in a notebook on disk."""
    saved = read_json(notebook)
    outputs = [o for c in saved["cells"] for o in c["outputs"]] if saved else []
    return sum("image/png" in output.get("data", {}) for output in outputs)


def read_json(file: Path) -> Any:
    """What is in the file; None while it is being written."""
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return None


def notebook(cells: list[str]) -> dict[str, Any]:
    """A notebook that was never run."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Kotlin", "language": "kotlin", "name": "kotlin"}
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{i}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
            for i, source in enumerate(cells)
        ],
    }


def wait_for(look: Callable[[], Any], what: str) -> Any:
    """What is found as soon as there is something."""
    end = time.monotonic() + SECONDS
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"no {what} within {SECONDS} s")
        time.sleep(0.1)
    return found


def found_browser() -> str | None:
    """Chromium or Chrome on this machine."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def can_be_alone() -> bool:
    """Whether this user may have a network of its own, with nothing in it."""
    command = ["unshare", "--net", "--map-root-user", "true"]
    there = shutil.which("unshare") is not None
    return there and subprocess.call(command, stderr=subprocess.DEVNULL) == 0


def loopback_up() -> None:
    """As `ip link set lo up`; of Linux."""
    import fcntl

    up = struct.pack("16sH14x", b"lo", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS, IFF_UP


def make_venv() -> Path:
    """The Python environment with what drives the browser."""
    python = VENV / "bin" / "python"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    marker = VENV / "complete"
    if not marker.is_file() or marker.read_text() != wanted:
        venv.create(VENV, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
        marker.write_text(wanted)
    return python


def main() -> int:
    """Runs the test, if there is a browser, where there is no network but loopback."""
    if IN_VENV in sys.argv:
        if ALONE in sys.argv:
            loopback_up()
        sys.path.insert(0, str(NOTEBOOKS))
        unittest.main(argv=sys.argv[:1], verbosity=2)
    if os.name != "posix" or found_browser() is None:
        print("browser_test: SKIPPED, for there is no Chromium or Chrome (apt install chromium)")
        return 0
    sys.path.insert(0, str(NOTEBOOKS))
    import start

    start.prepare(build=False)
    command = [make_venv(), __file__, IN_VENV]
    if can_be_alone():
        command = ["unshare", "--net", "--map-root-user", *command, ALONE]
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
