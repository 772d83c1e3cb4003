"""Starts the worker: says on the real stdout where it listens, then serves until its JVM is gone.

The first line on stdin holds the secret and the JVM's process id; stdin stays open for as long as
the JVM lives. Where it has "pipes", calls come on stdin as well and are answered on stdout; where
it has "mailbox", this process says where that is.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import threading
import warnings

PR_SET_PDEATHSIG = 1


def main() -> None:
    answer, parent = keep_stdout_for_the_answer(), keep_stdin_for_the_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the JVM, which ends us.
    hello = json.loads(read_line(parent))
    die_with(hello["parent"], parent, hello["pipes"])
    sys.path.append(os.getcwd())  # Last: "module:Id-v0" may be a file beside the notebook.
    warnings.filterwarnings("ignore", category=UserWarning)

    from stampede_worker.mailbox import Mailbox
    from stampede_worker.server import Pipes, Server
    from stampede_worker.slots import Slots

    server = Server(Slots(), hello["token"], hello["spin_ns"])
    pipes, greeting = Pipes(parent, answer), {"port": server.port}
    if hello["mailbox"]:
        with contextlib.suppress(OSError, AttributeError):  # No memory for it: pipes do as well.
            mailbox = Mailbox(pipes.sendall)
            server.look_into(mailbox)
            greeting["mailbox"] = mailbox.path
    pipes.sendall((json.dumps(greeting) + "\n").encode())
    if hello["pipes"]:
        server.admit(pipes)
    else:
        os.close(answer)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=server.let_go)
    server.run()


def keep_stdout_for_the_answer() -> int:
    """Sends everything that environments print, from Python or from C, to stderr."""
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer


def keep_stdin_for_the_parent() -> int:
    """Lets environments that ask for input find the end of it, instead of what is for us."""
    parent = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return parent


def read_line(descriptor: int) -> bytes:
    """Reads one line without taking a byte more than it."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            os._exit(0)
        line += byte
    return bytes(line)


def die_with(parent: int, descriptor: int, calls: bool) -> None:
    """Ends this process when its JVM ends, however it ends; then the descriptor is at its end.

    Args:
      parent: the JVM's process id.
      descriptor: of a pipe from it.
      calls: whether that is read by somebody else.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)

    def watch() -> None:
        if calls:
            poll = select.poll()
            poll.register(descriptor, 0)  # Its end is told nevertheless.
            poll.poll()
        else:
            while os.read(descriptor, 4096):
                pass
        os._exit(0)

    threading.Thread(target=watch, name="stdin", daemon=True).start()


if __name__ == "__main__":
    main()
