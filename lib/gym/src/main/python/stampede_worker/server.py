"""Serves the JVM's calls, in Py4J's protocol, one after another on the main thread.

Environments want the main thread (signals, windows, native libraries), one thread needs no
hand-over of the interpreter lock, and Py4J's own server reads lines of any length from anybody.
Here a stranger gets a few bytes and a few seconds to show the token, and nothing else that he
sends is looked at. Of Py4J's values only text, numbers, truth values and null are read: no object
is ever made from bytes.
"""

import functools
import hmac
import os
import select
import selectors
import socket
import time
from collections.abc import Callable

from py4j import protocol

from stampede_worker.errors import describe
from stampede_worker.mailbox import Mailbox

ENTRY_POINT = "t"
END = b"\ne\n"
DONE = b"!yn\n"
KNOCK = b"k\ne\n"  # Wakes this process up to look into its mailbox, and is not answered.
WELCOME = protocol.OUTPUT_VOID_COMMAND.encode()
LONGEST_MESSAGE = 16 << 20  # Bytes, in both directions; WorkerConnections.java has it too.
CALLS_WORTH_KEEPING = 256  # Bytes of a call that is likely to come again.
SECONDS_FOR_THE_TOKEN = 10
MOST_STRANGERS = 128
LONGEST_ROW_NS = 50_000  # Of calls in the mailbox, before others have their turn.


class Pipes:
    """The pipes that this process was started with, used as a socket is."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming, self._outgoing = incoming, outgoing

    def fileno(self) -> int:
        return self._incoming

    def recv(self, most: int) -> bytes:
        return os.read(self._incoming, most)

    def sendall(self, message: bytes) -> None:
        while message:
            message = message[os.write(self._outgoing, message) :]

    def close(self) -> None:
        """To be called once: the numbers soon mean something else."""
        os.close(self._incoming)
        os.close(self._outgoing)


Channel = socket.socket | Pipes
give_way = getattr(os, "sched_yield", lambda: None)  # Not on Windows.


class Inputs:
    """Channels that may have something to read, and what to do then."""

    def __init__(self, epoll: bool = hasattr(select, "epoll")) -> None:
        self._actions: dict[int, Callable[[], None]] = {}
        self._channels: dict[int, Channel] = {}
        # Linux's own: selectors makes objects for each event, and a step of CartPole feels that.
        self._epoll = select.epoll() if epoll else None
        self._selector = None if epoll else selectors.DefaultSelector()

    def add(self, connected: Channel, action: Callable[[], None]) -> None:
        self._actions[connected.fileno()] = action
        self._channels[connected.fileno()] = connected
        if self._epoll:
            self._epoll.register(connected, select.EPOLLIN)
        else:
            self._selector.register(connected, selectors.EVENT_READ)

    def remove(self, connected: Channel) -> None:
        (self._epoll or self._selector).unregister(connected)
        del self._actions[connected.fileno()], self._channels[connected.fileno()]

    def close_all(self) -> None:
        channels, self._channels, self._actions = self._channels, {}, {}
        for channel in channels.values():
            channel.close()

    def waiting(self, seconds: float | None) -> list[Callable[[], None]]:
        """What is to be done now; waits until there is something, or for so long."""
        if self._epoll:
            return [self._actions[descriptor] for descriptor, _ in self._epoll.poll(seconds)]
        return [self._actions[key.fd] for key, _ in self._selector.select(seconds)]


class Server:
    def __init__(self, api: object, token: str, spin_ns: int) -> None:
        """Listens on a free port of the loopback interface.

        Args:
          api: its public methods can be called.
          token: what a caller has to show first.
          spin_ns: for how long the next call is looked for before this process sleeps.
        """
        self._calls = {
            name: getattr(api, name) for name in dir(type(api)) if not name.startswith("_")
        }
        self._greeting = f"{protocol.AUTH_COMMAND_NAME}\n{token}\ne\n".encode()
        self._spin_ns = spin_ns
        self._strangers: dict[Stranger, None] = {}  # The oldest first.
        self._mailbox: Mailbox | None = None
        self._others_had_their_turn = 0
        self._inputs = Inputs()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listener.setblocking(False)
        self._inputs.add(self._listener, self._accept)
        self.port = self._listener.getsockname()[1]

    def admit(self, channel: Channel) -> None:
        """Serves from now on who is known to be the JVM."""
        connection = Connection(channel, self.execute)
        self._inputs.add(channel, functools.partial(self._serve, connection))

    def look_into(self, mailbox: Mailbox) -> None:
        """Serves from now on what the JVM leaves there as well."""
        self._mailbox = mailbox

    def let_go(self) -> None:
        """Closes what a child process has inherited: the JVM waits for the end of this one."""
        self._inputs.close_all()
        self._mailbox = None

    def run(self) -> None:
        while True:
            for serve in self._next():
                serve()
            if self._strangers:
                self._dismiss_who_waited_too_long()

    def _next(self) -> list[Callable[[], None]]:
        waiting, now, mailbox = self._inputs.waiting, time.monotonic_ns, self._mailbox
        if self._spin_ns:
            start = now()
            if mailbox and start - self._others_had_their_turn > LONGEST_ROW_NS:
                self._others_had_their_turn = start
                if ready := waiting(0):
                    return ready
            while now() - start < self._spin_ns:
                if mailbox and mailbox.look():
                    return [self._serve_mailbox]
                if ready := waiting(0):
                    return ready
                give_way()  # To a learner that has no core to itself after all.
        if mailbox and not mailbox.fall_asleep():
            return [self._serve_mailbox]
        ready = waiting(1 if self._strangers else None)
        if mailbox:
            mailbox.wake_up()
        return ready

    def _serve_mailbox(self) -> None:
        mailbox = self._mailbox
        answer = self.execute(mailbox.take())
        if self._mailbox is None:
            os._exit(1)  # A child process that an environment has forked: it was not asked.
        try:
            mailbox.answer(None if answer is DONE else answer)
        except OSError:
            os._exit(1)  # The JVM is gone, or must not wait for what cannot be sent.

    def _accept(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except OSError:  # Gone again, or the environments have used up all descriptors.
            time.sleep(0.001)
            return
        connected.setblocking(True)
        stranger = Stranger(connected, self._greeting)
        self._strangers[stranger] = None
        self._inputs.add(connected, functools.partial(self._hear, stranger))
        if len(self._strangers) > MOST_STRANGERS:
            self._dismiss(next(iter(self._strangers)))

    def _hear(self, stranger: "Stranger") -> None:
        if stranger not in self._strangers:
            return  # Dismissed a moment ago.
        known = stranger.hear()
        if known is None:
            return
        if not known:
            self._dismiss(stranger)
            return
        del self._strangers[stranger]
        self._inputs.remove(stranger.socket)
        self.admit(stranger.socket)

    def _serve(self, connection: "Connection") -> None:
        if not connection.serve():
            self._inputs.remove(connection.channel)
            connection.channel.close()

    def _dismiss_who_waited_too_long(self) -> None:
        now = time.monotonic()
        for stranger in [s for s in self._strangers if s.deadline < now]:
            self._dismiss(stranger)

    def _dismiss(self, stranger: "Stranger") -> None:
        del self._strangers[stranger]
        self._inputs.remove(stranger.socket)
        stranger.socket.close()

    def execute(self, command: bytes) -> bytes:
        """Executes one call and gives the answer to it, whatever happens."""
        try:
            known = len(command) <= CALLS_WORTH_KEEPING
            method, arguments = parse_once(command) if known else parse(command)
            call = self._calls.get(method)
            if call is None:
                raise ValueError(f"expected one of {sorted(self._calls)} but got {method!r}")
            value = call(*arguments)
            return DONE if value is None else answer(protocol.SUCCESS, value)
        except BaseException as e:  # Also SystemExit: Java waits for an answer.
            return answer(protocol.ERROR, describe(e))


class Stranger:
    """Somebody who has connected and not shown the token yet."""

    def __init__(self, connected: socket.socket, greeting: bytes) -> None:
        self.socket = connected
        self.deadline = time.monotonic() + SECONDS_FOR_THE_TOKEN
        self._greeting = greeting
        self._heard = b""

    def hear(self) -> bool | None:
        """Whether this is the JVM; None if it cannot be said yet."""
        try:
            heard = self.socket.recv(len(self._greeting) + 1 - len(self._heard))
            self._heard += heard
            if not heard or self._heard[:2] != self._greeting[: len(self._heard)][:2]:
                return False  # Its first two bytes are no secret.
            if len(self._heard) < len(self._greeting) and self._heard.count(b"\n") < 3:
                return None
            if not hmac.compare_digest(self._heard, self._greeting):
                return False
            self.socket.sendall(WELCOME)
            return True
        except OSError:
            return False


class Connection:
    """A connection of the JVM's, which has shown the token."""

    def __init__(self, channel: "Channel", execute: Callable[[bytes], bytes]) -> None:
        self.channel = channel
        self._execute = execute
        self._begun = bytearray()

    def serve(self) -> bool:
        """Takes what has come and executes the call once it is complete; False at the end."""
        try:
            received = self.channel.recv(65536)
            if not received:
                return False
            while received.startswith(KNOCK) and not self._begun:
                received = received[len(KNOCK) :]
            if not received:
                return True
            if self._begun or not received.endswith(END):
                self._begun += received
                if not self._begun.endswith(END):
                    return len(self._begun) <= LONGEST_MESSAGE
                received = bytes(self._begun)
                self._begun.clear()
            # Java sends one call and waits for its answer, so nothing can follow the call's end.
            self.channel.sendall(self._execute(received))
            return True
        except OSError:
            return False


def parse(command: bytes) -> tuple[str, tuple]:
    """Takes a call apart: c, the object, the method, each argument and e, a line each."""
    lines = command.decode().split("\n")
    if lines[:2] != [protocol.CALL_PROXY_COMMAND_NAME, ENTRY_POINT]:
        raise ValueError(f"expected a call but got {command[:100]!r}")
    arguments = (protocol.get_return_value("y" + line, None) for line in lines[3:-2])
    return lines[2], tuple(arguments)


# The calls that come thousands of times a second are always the same.
parse_once = functools.lru_cache(parse)


def answer(kind: str, value: str) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"expected text or nothing to answer but got {type(value)}")
    part = protocol.get_command_part(value, None)
    # Texts of environments may hold halves of characters, which no encoding has.
    message = (protocol.RETURN_MESSAGE + kind + part).encode(errors="replace")
    if len(message) >= LONGEST_MESSAGE:
        raise ValueError(f"an answer of {len(message)} bytes is too long")
    return message
