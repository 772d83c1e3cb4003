"""Py4J's server, with every call executed on the main thread.

Py4J serves each connection in a thread of its own. Environments want the main thread (signals,
windows, native libraries), and one thread needs no hand-over of the interpreter lock. So here a
connection has its own thread only until it has shown the token.
"""

import collections
import functools
import selectors
import socket
import threading
import traceback
from collections.abc import Callable

from py4j import protocol
from py4j.clientserver import (
    ClientServer,
    ClientServerConnection,
    JavaParameters,
    PythonParameters,
    PythonServer,
)
from py4j.java_gateway import do_client_auth, server_started

from stampede_worker.slots import NotFound, Slots

ENTRY_POINT = "t"
END = b"\ne\n"
DONE = b"!yn\n"
SECONDS_FOR_THE_TOKEN = 10


class MainThread:
    """Serves whichever connection has a call waiting, in turn."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._arrived: collections.deque[Connection] = collections.deque()
        self._bell, self._ringer = socket.socketpair()
        self._selector.register(self._bell, selectors.EVENT_READ, self._welcome)

    def take(self, connection: "Connection") -> None:
        """Serves this connection from now on. Called from any thread."""
        self._arrived.append(connection)
        self._ringer.send(b"\0")

    def run(self) -> None:
        select = self._selector.select
        while True:
            for key, _ in select():
                key.data()

    def _welcome(self) -> None:
        self._bell.recv(1)
        connection = self._arrived.popleft()

        def serve() -> None:
            if not connection.serve_one():
                self._selector.unregister(descriptor)
                connection.close()

        descriptor = connection.socket.fileno()
        self._selector.register(descriptor, selectors.EVENT_READ, serve)


class Connection(ClientServerConnection):
    main_thread: MainThread

    def run(self) -> None:
        try:
            self.socket.settimeout(SECONDS_FOR_THE_TOKEN)
            command = self.stream.readline()[:-1].decode()
            token = self.python_parameters.auth_token
            do_client_auth(command, self.stream, self.socket, token)
            self.socket.settimeout(None)
        except Exception:
            self.close(reset=True)
            return
        self.main_thread.take(self)

    def serve_one(self) -> bool:
        """Executes one call; False if there will be none any more."""
        try:
            command = self._receive()
            if not command:
                return False
            self.socket.sendall(self._execute(command))
            return True
        except OSError:
            return False

    def _receive(self) -> bytes:
        # Java sends one call and waits for its answer, so nothing can follow the call's end.
        command = self.socket.recv(65536)
        while command and not command.endswith(END):
            more = self.socket.recv(65536)
            if not more:
                return b""
            command += more
        return command

    def _execute(self, command: bytes) -> bytes:
        try:
            method, arguments = parse(command)
            value = getattr(self.pool[ENTRY_POINT], method)(*arguments)
        except BaseException as e:  # Also SystemExit: Java waits for an answer.
            return answer(protocol.ERROR, describe(e))
        return DONE if value is None else answer(protocol.SUCCESS, value)


@functools.lru_cache  # The calls that come thousands of times a second are always the same.
def parse(command: bytes) -> tuple[str, tuple]:
    """Takes a call apart: c, the object, the method, each argument and e, a line each."""
    lines = command.decode().split("\n")
    if lines[:2] != [protocol.CALL_PROXY_COMMAND_NAME, ENTRY_POINT]:
        raise ValueError(f"expected a call but got {command!r}")
    arguments = (protocol.get_return_value("y" + line, None) for line in lines[3:-2])
    return lines[2], tuple(arguments)


def answer(kind: str, value) -> bytes:
    part = protocol.get_command_part(value, None)
    return (protocol.RETURN_MESSAGE + kind + part).encode()


def describe(e: BaseException) -> str:
    """One word on whose fault it is, a colon, and what to tell the user."""
    if isinstance(e, NotFound):
        return f"not found:{e}"
    if isinstance(e, SystemExit):
        e = RuntimeError(f"the environment called sys.exit({e.code!r})").with_traceback(
            e.__traceback__
        )
    return "failed:" + "".join(traceback.format_exception(e)).rstrip()


class Server(PythonServer):
    def __init__(self, main_thread: MainThread, *arguments) -> None:
        super().__init__(*arguments)
        self._main_thread = main_thread

    def _create_connection(self, socket, stream) -> Connection:
        connection = Connection(
            self.java_parameters,
            self.python_parameters,
            self.gateway_property,
            self.gateway_client,
            python_server=self,
        )
        connection.main_thread = self._main_thread
        connection.init_socket_from_python_server(socket, stream)
        return connection


class MainThreadClientServer(ClientServer):
    def __init__(self, main_thread: MainThread, **arguments) -> None:
        self._main_thread = main_thread
        super().__init__(**arguments)

    def _create_callback_server(self, callback_server_parameters) -> Server:
        return Server(
            self._main_thread,
            self._gateway_client,
            self.java_parameters,
            self.python_parameters,
            self.gateway_property,
        )


def serve(slots: Slots, token: str, announce: Callable[[int], None]) -> None:
    """Serves calls that come with the token on a free port of the loopback interface."""
    main_thread = MainThread()
    listening = threading.Event()

    def on_started(*_, **__) -> None:
        listening.set()

    # The port is known before anybody listens on it; only this signal comes after.
    server_started.connect(on_started)
    server = MainThreadClientServer(
        main_thread,
        java_parameters=JavaParameters(port=0, auth_token=token),
        python_parameters=PythonParameters(
            address="127.0.0.1",
            port=0,
            daemonize=True,
            daemonize_connections=True,
            auth_token=token,
        ),
        python_server_entry_point=slots,
    )
    listening.wait()
    announce(server.get_callback_server().get_listening_port())
    main_thread.run()
