"""Calls and answers in memory that the JVM maps as well, for as long as both sides look for them.

A pipe takes a few microseconds to write, to notice and to read, this a fraction of one. From the
first byte on: the number of the last call that was answered, times two, plus one if the answer
follows on the pipe; whether this side sleeps; and on the next cache line, written by the JVM, the
number of the last call, its length and its bytes. Without a length it is the call before, again.

Neither side says more than that to the processor, so that this is for those alone that make one
core's writes visible in their order: x86. Mailbox.java has the other side.
"""

import threading

from stampede_worker.memory import SharedMemory

SIZE = 4096
ANSWERED, ASLEEP, CALLED, LENGTH = 0, 1, 16, 17  # Words of four bytes.
CALL = 72
LOOKS = 50


class Mailbox:
    def __init__(self) -> None:
        shared = SharedMemory(SIZE, "")
        self.path = shared.path
        memory = memoryview(shared.map)
        self._words = memory.cast("I")
        self._bytes = memory[CALL:]
        self._taken = 0
        self._call = b""
        self._fence = threading.Lock()

    def look(self) -> bool:
        """Whether there is a call; looks some microseconds long."""
        words, taken, looks = self._words, self._taken, LOOKS
        while looks and words[CALLED] == taken:
            looks -= 1
        return looks > 0

    def take(self) -> bytes:
        words = self._words
        self._taken = words[CALLED]
        if length := words[LENGTH]:
            self._call = bytes(self._bytes[:length])
        return self._call

    def answer(self, follows: bool) -> None:
        """Answers the call that was taken: it is done, or its answer follows on the pipe."""
        self._words[ANSWERED] = self._taken * 2 + follows

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
