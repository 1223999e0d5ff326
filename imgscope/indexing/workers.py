"""Other processes that read layers, so that they use more than one processor and the layers below can be applied.

Python runs one thread at a time: headers of two layers that two threads read take as long as one after the other, and
a thread that decompresses waits for its turn at each chunk. A process costs some 50 ms to begin, so that only large
layers are given away; whatever goes wrong with one is a reason to read the layer here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from threading import Lock

import imgscope
from imgscope.blob import Blob, Lendable
from imgscope.compression import Codec
from imgscope.errors import ImgscopeError
from imgscope.indexing.reading import read_table
from imgscope.limits import Limits
from imgscope.tar.codec import load
from imgscope.tar.table import MemberTable

PLAIN, COMPRESSED = 256 << 20, 32 << 20
"""Bytes of a layer that take longer to read than a process takes to begin."""
_LITTLE = 1 << 20
"""Bytes that take longer to read than to send what was read."""
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(imgscope.__file__)))
_HEAP = {"MALLOC_TRIM_THRESHOLD_": "67108864", "MALLOC_MMAP_THRESHOLD_": "8388608"}
"""For the C library of Linux: to keep the memory of a chunk for the next one, not to ask for it again each time."""
_BEGIN = "import sys; sys.path[:] = {path!r}; from imgscope.indexing.worker import serve; serve({descriptor})"


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """At most so many processes, each begun when there is work for it. Used from several threads; close it."""

    def __init__(self, most: int, least: tuple[int, int] = (PLAIN, COMPRESSED)) -> None:
        """``most`` processes; ``least``: bytes of a plain and of a compressed layer that are worth one."""
        # Files are handed over in a way that Windows lacks; and what was frozen into one file has no Python to begin.
        able = os.name == "posix" and bool(sys.executable) and not getattr(sys, "frozen", False)
        self._left = most if able and most > 1 else 0
        self._waiting: list[_Worker] = []
        self._all: list[_Worker] = []
        self._lock = Lock()
        self._closed = False
        self._plain, self._compressed = least

    def read_table(self, blob: Blob, codec: Codec, limits: Limits, advance: Callable[[int], None]) -> MemberTable:
        """As :func:`imgscope.indexing.reading.read_table`, maybe in another process."""
        large = blob.size >= (self._plain if codec is Codec.NONE else self._compressed)
        lent = blob if isinstance(blob, Lendable) and (large or blob.size >= _LITTLE) else None
        worker = lent and self._worker(begin=large)
        if not lent or not worker:
            return read_table(blob, codec, limits, advance)
        once = _Once(advance)
        try:
            table = worker.read_table(lent, codec, limits, once.first)
        except (EOFError, OSError, ValueError):  # it is gone, or cannot read what perhaps nobody can
            worker.end()
            return read_table(blob, codec, limits, once.again)
        except BaseException:
            worker.end()
            raise
        self._give_back(worker)
        if isinstance(table, ImgscopeError):
            raise table
        return table

    def close(self) -> None:
        """End all that wait for work, and those at work as soon as they would wait."""
        with self._lock:
            self._left, self._closed = 0, True
            waiting, self._waiting = self._waiting, []
        for worker in waiting:
            worker.end()

    def stop(self) -> None:
        """End all at once, also those at work: who waits for one goes on here, and is to be stopped there."""
        self._left = 0
        for worker in list(self._all):
            worker.kill()

    def _worker(self, *, begin: bool) -> _Worker | None:
        """One that waits for work; else maybe a new one. What ended or could not begin is not replaced."""
        with self._lock:
            if self._waiting:
                return self._waiting.pop()
            if not begin or not self._left:
                return None
            self._left -= 1
        try:
            worker = _Worker()
        except OSError:
            return None
        self._all.append(worker)
        return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            if not self._closed:
                self._waiting.append(worker)
                return
        worker.end()


class _Once:
    """Tells of bytes once, even if they are read a second time."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance = advance
        self._told = 0

    def first(self, amount: int) -> None:
        """Bytes were read."""
        self._told += amount
        self._advance(amount)

    def again(self, amount: int) -> None:
        """Bytes were read, from the beginning again."""
        known = min(self._told, amount)
        self._told -= known
        self._advance(amount - known)


class _Worker:
    """One process, and the socket between it and this one."""

    def __init__(self) -> None:
        """Begin it. Raises OSError."""
        import subprocess
        from multiprocessing.connection import Pipe

        self._socket, theirs = Pipe()
        begin = _BEGIN.format(path=[*sys.path, _HOME], descriptor=theirs.fileno())
        try:
            self._process = subprocess.Popen(
                # Modules are those of this process, wherever the environment or a directory would have others.
                [sys.executable, "-IS", "-c", begin],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=_HEAP | os.environ,
            )
        except BaseException:
            self._socket.close()
            raise
        finally:
            theirs.close()

    def read_table(
        self, blob: Lendable, codec: Codec, limits: Limits, advance: Callable[[int], None]
    ) -> MemberTable | ImgscopeError:
        """A layer's table, or what is wrong with it. Raises EOFError, OSError or ValueError where that is not known."""
        from multiprocessing.reduction import send_handle

        from imgscope.indexing.worker import Job

        descriptor, offset = blob.lend()
        self._socket.send(Job(blob.name, offset, blob.size, codec, limits))
        send_handle(self._socket, descriptor, self._process.pid)
        while (said := self._socket.recv()) is not None:
            if isinstance(said, ImgscopeError):
                return said
            advance(said)
        return load(self._socket.recv_bytes())

    def kill(self) -> None:
        """Have it end, whatever it is at."""
        self._process.kill()

    def end(self) -> None:
        """End it, and wait until it has."""
        self._socket.close()
        self.kill()
        self._process.wait()
