"""Calls and answers in memory that the JVM maps as well, for as long as both sides look for them.

A pipe takes a few microseconds to write, to notice and to read, this a fraction of one. From the
first byte on: the number of the last call that was answered, times two, plus one if the answer is
more than that it is done and follows on the pipe; whether this side sleeps; and on the next cache
line, written by the JVM, the number of the last call, its length and its bytes.

Neither side says more than that to the processor, so that this is for those alone that make one
core's writes visible in their order: x86. Mailbox.java has the other side.
"""

import threading
from collections.abc import Callable

from stampede_worker.memory import SharedMemory

SIZE = 4096
ANSWERED, ASLEEP, CALLED, LENGTH = 0, 1, 16, 17  # Words of four bytes.
CALL = 72
LOOKS = 50


class Mailbox:
    def __init__(self, send: Callable[[bytes], None]) -> None:
        """Reserves the memory.

        Args:
          send: writes to the pipe.
        """
        shared = SharedMemory(SIZE, "")
        self.path = shared.path
        self._send = send
        memory = memoryview(shared.map)
        self._words = memory.cast("I")
        self._call = memory[CALL:]
        self._taken = 0
        self._fence = threading.Lock()

    def look(self) -> bool:
        """Whether there is a call; looks some microseconds long."""
        words, taken, looks = self._words, self._taken, LOOKS
        while looks and words[CALLED] == taken:
            looks -= 1
        return looks > 0

    def take(self) -> bytes:
        self._taken = self._words[CALLED]
        return bytes(self._call[: self._words[LENGTH]])

    def answer(self, message: bytes | None) -> None:
        """Answers the call that was taken; without a message it is done."""
        # The word first: a pipe holds no long message that nobody reads.
        self._words[ANSWERED] = self._taken * 2 + (message is not None)
        if message is not None:
            self._send(message)

    def fall_asleep(self) -> bool:
        """From now on the JVM knocks; False if there was a call first."""
        self._words[ASLEEP] = 1
        with self._fence:  # Makes the word visible before the next look.
            pass
        if self._words[CALLED] == self._taken:
            return True
        self.wake_up()
        return False

    def wake_up(self) -> None:
        self._words[ASLEEP] = 0
