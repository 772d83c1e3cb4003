"""Starts the Kotlin kernel for one notebook: local only, quiet, and gone when its parent is gone.

Jupyter runs this as the kernel. On Linux and macOS this process becomes the JVM, so that there is
no process in between that could die and leave the JVM behind. Standard library only.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

def has_huge_pages() -> bool:
    """Whether the system gives huge pages to who asks; a JVM that asks in vain prints a warning."""
    setting = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return setting.is_file() and "[never]" not in setting.read_text()


#: Flags of the JVM that runs the cells, and so the experiments in them.
JVM_FLAGS = [
    "-XX:+UseSerialGC",
    "-Xms24m",
    *(["-XX:+UseTransparentHugePages"] if has_huge_pages() else []),
    "--enable-native-access=ALL-UNNAMED",
    "-Dai.djl.offline=true",
    "-DOPT_OUT_TRACKING=true",
    "-Djava.awt.headless=true",
    f"-Dlogback.configurationFile={HERE / 'logback.xml'}",
]

#: Settings of the C library's allocator, which serves the tensors; Linux only.
GLIBC_TUNABLES = (
    "glibc.malloc.hugetlb=1"
    ":glibc.malloc.trim_threshold=4000000000"
    ":glibc.malloc.mmap_threshold=4000000000:glibc.malloc.mxfast=0"
    ":glibc.malloc.tcache_count=127"
)


def main(connection_file: str) -> int:
    """Becomes the kernel that listens as the connection file says."""
    die_with_parent()
    listen_on_loopback(Path(connection_file))
    command = java_command(connection_file)
    environment = os.environ.copy()
    if sys.platform == "linux":
        environment.setdefault("GLIBC_TUNABLES", GLIBC_TUNABLES)
    if os.name == "posix":
        os.execvpe(command[0], command, environment)
    return subprocess.call(command, env=environment)


def die_with_parent() -> None:
    """Has the kernel killed as soon as the process that started it is gone."""
    if sys.platform != "linux":
        return  # There the library in the notebook watches the parent.
    parent = int(os.environ.get("JPY_PARENT_PID", os.getppid()))
    pr_set_pdeathsig = 1  # It outlives the exec.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("kernel: the process that started it is gone already")


def listen_on_loopback(connection_file: Path) -> None:
    """Names the address under the key that this kernel reads.

    It overlooks the standard key "ip" and would listen on every network interface.
    """
    connection = json.loads(connection_file.read_text(encoding="utf-8"))
    connection["host"] = connection.get("ip") or "127.0.0.1"
    replacement = connection_file.with_name(connection_file.name + ".new")
    descriptor = os.open(replacement, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(connection, file)
    replacement.replace(connection_file)


def java_command(connection_file: str) -> list[str]:
    """The JVM with the kernel's own jars; no debugger port."""
    spec = importlib.util.find_spec("run_kotlin_kernel")
    if spec is None or spec.origin is None:
        sys.exit("kernel: kotlin-jupyter-kernel is not installed; run python3 notebooks/start.py")
    home = Path(spec.origin).parent
    jars = home / "jars"
    arguments = json.loads((home / "config" / "jar_args.json").read_text(encoding="utf-8"))
    class_path = os.pathsep.join(str(jars / name) for name in arguments["classPath"])
    return [
        java(),
        *JVM_FLAGS,
        f"-Dstampede.parent={os.environ.get('JPY_PARENT_PID', '')}",
        *shlex.split(os.environ.get("KOTLIN_JUPYTER_JAVA_OPTS_EXTRA", "")),
        "-jar",
        str(jars / arguments["mainJar"]),
        f"-classpath={class_path}",
        connection_file,
        f"-home={home}",
    ]


def java() -> str:
    """The Java that the kernel's own launcher would take."""
    for home in (os.environ.get("KOTLIN_JUPYTER_JAVA_HOME"), os.environ.get("JAVA_HOME")):
        if home:
            return str(Path(home) / "bin" / "java")
    found = os.environ.get("KOTLIN_JUPYTER_JAVA_EXECUTABLE") or shutil.which("java")
    if found is None:
        sys.exit("kernel: there is no java; install a JDK, 17 or newer")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
