#!/usr/bin/env python3
"""Sets Stampede's notebooks up and opens them: python3 notebooks/start.py

The first time it makes a Python environment in notebooks/.venv and builds the library with Maven;
after that it only does what has changed. Nothing outside this folder's checkout is touched, but for
Maven's and pip's own caches. Standard library only.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = HERE / ".venv.lock"
LINUX = sys.platform == "linux"
REQUIREMENTS = HERE / "requirements.txt"
JAR = ROOT / "lib" / "notebook" / "target" / "stampede.jar"
#: Touched after each build: Maven leaves the jar as it was where only another module changed.
BUILT = JAR.with_name(".built-by-start")


class SetupError(Exception):
    """Something is missing on this machine; the message says what to do."""


def main() -> int:
    """Sets up, then opens or runs what the command line asks for."""
    parser = argparse.ArgumentParser(description="Sets Stampede's notebooks up and opens them.")
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--run", metavar="NAME", help="run that notebook without a browser, into notebooks/out"
    )
    action.add_argument(
        "--check", action="store_true", help="run all notebooks and check what they show"
    )
    parser.add_argument(
        "--save", action="store_true", help="with --run: also keep the outputs in the notebook"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--notebook-dir",
        metavar="DIR",
        type=Path,
        default=HERE,
        help="open JupyterLab in that folder instead of this one",
    )
    arguments = parser.parse_args()
    if arguments.save and not arguments.run:
        parser.error("--save goes with --run NAME")
    try:
        check_folder(arguments.notebook_dir)
        prepare()
        if arguments.check:
            command = ["check.py", "--prepared"]
        elif arguments.run:
            command = ["execute.py", arguments.run, *(["--save"] if arguments.save else [])]
        else:
            return open_lab(arguments.notebook_dir.resolve(), arguments.no_browser)
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    return subprocess.call([PYTHON, HERE / command[0], *command[1:]], env=environment())


def prepare(build: bool = True) -> None:
    """Makes everything ready that a notebook needs."""
    check_python()
    check_java()
    with only_one():
        make_venv()
        install_kernel()
        quiet_lab()
        if build:
            build_library()


def check_python() -> None:
    """Python itself is new enough."""
    if sys.version_info < (3, 11):  # noqa: UP036 (the message is for whoever has an older one)
        version = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"Stampede needs Python 3.11 or newer, but this is {version} ({sys.executable}).\n"
            "Install one (for instance from https://www.python.org) and start this with it."
        )


def check_folder(folder: Path) -> None:
    """The folder for notebooks is there."""
    if not folder.is_dir():
        raise SetupError(f"--notebook-dir: expected a folder, but there is none at {folder}.")


def check_java() -> None:
    """A Java development kit is there and new enough."""
    home = os.environ.get("JAVA_HOME")
    compiler = shutil.which("javac", path=str(Path(home) / "bin") if home else None)
    advice = (
        "Install a JDK, 17 or newer (for instance from https://adoptium.net, or with\n"
        "`apt install openjdk-17-jdk`), and set JAVA_HOME if you have several."
    )
    if compiler is None:
        where = f"in JAVA_HOME ({home})" if home else "on the PATH"
        raise SetupError(f"There is no Java compiler (javac) {where}.\n{advice}")
    said = subprocess.run([compiler, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r"javac (?:1\.)?(\d+)", said.stdout + said.stderr)
    if version is None or int(version[1]) < 17:
        found = (said.stdout + said.stderr).strip() or "unknown"
        raise SetupError(f"Stampede needs Java 17 or newer, but {compiler} is {found}.\n{advice}")


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Keeps two of these from setting up at the same time."""
    if os.name != "posix":
        yield
        return
    import fcntl

    with LOCK.open("a") as lock:  # To be written to: NFS locks nothing else.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    """The Python environment with JupyterLab and the Kotlin kernel, at its final place."""
    wanted = hashlib.sha256(
        REQUIREMENTS.read_bytes() + sys.version.encode() + str(VENV).encode()
    ).hexdigest()
    marker = VENV / "complete"
    if marker.is_file() and marker.read_text() == wanted:
        return
    print("Setting up Python in notebooks/.venv (once; downloads about 150 MB) …", flush=True)
    try:
        # Links, as python -m venv makes them: copies of some builds of Python do not run.
        venv.create(VENV, clear=True, symlinks=os.name != "nt", with_pip=True)
    except (subprocess.CalledProcessError, ImportError) as problem:
        raise SetupError(
            "Python cannot make a virtual environment here: "
            + str(problem)
            + ("\nOn Debian and Ubuntu: apt install python3-venv" if LINUX else "")
        ) from problem
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call([*pip, "-r", str(REQUIREMENTS)], env=own_environment()) != 0:
        raise SetupError(
            "pip could not install what notebooks/requirements.txt names (see above).\n"
            "It needs a connection to PyPI, or pip configured for a mirror of it."
        )
    marker.write_text(wanted)


def install_kernel() -> None:
    """Puts our way of starting the Kotlin kernel in the place of its own, in this venv only."""
    spec = {
        "argv": [str(PYTHON), str(HERE / "kernel.py"), "{connection_file}"],
        "display_name": "Kotlin",
        "language": "kotlin",
        "interrupt_mode": "message",
    }
    write_json("kernels/kotlin/kernel.json", spec)


def quiet_lab() -> None:
    """Keeps JupyterLab from asking a new user whether it may look for news, in this venv only."""
    notifications = {"fetchNews": "false", "checkForUpdates": False}
    write_json(
        "lab/settings/overrides.json",
        {"@jupyterlab/apputils-extension:notification": notifications},
    )


def write_json(name: str, content: object) -> None:
    """Writes one of the files that Jupyter reads from this venv, unless it is there already."""
    file = VENV / "share" / "jupyter" / name
    text = json.dumps(content, indent=1)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def build_library() -> None:
    """Runs Maven if the jar is missing or older than what it is made from."""
    if JAR.is_file() and BUILT.is_file() and BUILT.stat().st_mtime >= newest_source():
        return
    maven = shutil.which("mvn")
    if maven is None:
        raise SetupError(
            "Maven (mvn) builds the library, but it is not on the PATH.\n"
            "Install it (https://maven.apache.org, or `apt install maven`)."
        )
    print("Building the library (the first time downloads about 300 MB) …", flush=True)
    if subprocess.call([maven, "-q", "-B", "-DskipTests", "package"], cwd=ROOT) != 0:
        raise SetupError("The library could not be built; Maven says why above.")
    BUILT.touch()


def newest_source() -> float:
    """When anything that the jar is made from last changed."""
    sources = [ROOT / "pom.xml", *ROOT.glob("lib/*/pom.xml")]
    for folder in ROOT.glob("lib/*/src/main"):
        sources += (file for file in folder.rglob("*") if file.suffix != ".pyc")
    return max(file.stat().st_mtime for file in sources if file.is_file())


def own_environment() -> dict[str, str]:
    """Without what would make packages from elsewhere seem to be in the venv."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}


def environment() -> dict[str, str]:
    """What Jupyter gets to see: above all, this venv's kernel before any other of that name."""
    return {
        **own_environment(),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "VIRTUAL_ENV": str(VENV),
        "PYTHONUTF8": "1",
    }


def lab_command(folder: Path) -> list[str]:
    """JupyterLab in that folder, on this machine only; it looks for no news and no updates."""
    command = [
        str(PYTHON),
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # As in most containers; it is on loopback, with a token.
    return command


def open_lab(folder: Path, no_browser: bool) -> int:
    """Opens JupyterLab until it is ended."""
    command = lab_command(folder)
    if folder == HERE:
        command.append("--LabApp.default_url=/lab/tree/quickstart.ipynb")
    else:
        line = f'@file:DependsOn("{JAR.as_posix()}")'
        print(f"The first line of a notebook there: {line}", flush=True)
    if no_browser:
        command.append("--no-browser")
    try:
        return subprocess.call(command, env=environment())
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
