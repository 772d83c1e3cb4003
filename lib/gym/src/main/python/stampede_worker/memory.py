"""Memory that the JVM maps as well, all its blocks reserved."""

import mmap
import os
import sys
import tempfile


class SharedMemory:
    """Where the system allows it, this memory has no name that anybody could leave behind."""

    def __init__(self, size: int, directories: str) -> None:
        """Reserves memory: a full disk is an error here, no SIGBUS later.

        Args:
          size: in bytes.
          directories: where a file with this content may be, or nothing for the system's memory.
        """
        failures = []
        for place in places(directories):
            try:
                self.path, self._descriptor = reserve(size, place)
            except OSError as e:
                failures.append(f"{place or 'memory'}: {e.strerror}")
            else:
                self.map = mmap.mmap(self._descriptor, size)
                return
        raise OSError(
            f"cannot reserve {size:,} bytes to share with the JVM ({'; '.join(failures)}); make "
            "room, or name a directory that has some with -Dstampede.shared.memory=DIRECTORY"
        )

    def close(self) -> None:
        """Ends the way in for others; who has mapped it keeps it."""
        os.close(self._descriptor)


def places(directories: str) -> list[str]:
    if directories:
        return directories.split(os.pathsep)
    without_a_name = [""] if sys.platform == "linux" else []
    return without_a_name + [d for d in ("/dev/shm", tempfile.gettempdir()) if os.path.isdir(d)]


def reserve(size: int, place: str) -> tuple[str, int]:
    """Gives the path at which the JVM finds it, and the descriptor."""
    if place:
        descriptor, path = tempfile.mkstemp(".slot", "stampede", place)
    else:
        descriptor = os.memfd_create("stampede")
        path = f"/proc/{os.getpid()}/fd/{descriptor}"
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        else:
            os.ftruncate(descriptor, size)
    except OSError:
        os.close(descriptor)
        if place:
            os.unlink(path)
        raise
    return path, descriptor
