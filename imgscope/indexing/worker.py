"""A process that reads layers for another: started by :mod:`imgscope.indexing.workers`, and ended by it.

It is handed open files, never names, and sends back bytes of progress and then a table, or the error that a layer ends
in. It shares nothing else with whoever started it, imports little, and ends when the other end is closed.
"""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from time import monotonic
from typing import NamedTuple

from imgscope.compression import Codec
from imgscope.errors import ImgscopeError
from imgscope.indexing.reading import read_table
from imgscope.limits import Limits
from imgscope.tar.codec import dump

_TELL, _SILENT = 4 << 20, 0.05
"""Bytes worth a message, since each wakes up the process that asked; and seconds after which any are.

A message is also how either process finds out that the other has gone.
"""


class Job(NamedTuple):
    """A layer to be read: where it lies in the file that is handed over, and how."""

    name: str
    offset: int
    size: int
    codec: Codec
    limits: Limits


class _Part:
    """A part of an open file, as a blob."""

    def __init__(self, descriptor: int, job: Job) -> None:
        self.name, self.size = job.name, job.size
        self._descriptor, self._offset = descriptor, job.offset

    def read_at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``; fewer only where it ends. Raises OSError where the file ends before."""
        size = min(size, self.size - offset)
        data = os.pread(self._descriptor, size, self._offset + offset) if size > 0 else b""
        while len(data) < size:
            more = os.pread(self._descriptor, size - len(data), self._offset + offset + len(data))
            if not more:
                raise OSError("the file became shorter")
            data += more
        return data


def serve(descriptor: int) -> None:
    """Read layers until the other end of a socket is closed.

    Sends numbers of bytes as they are read, and then either None with the table's bytes behind it, or the error that
    the layer ends in. Any other failure (the file cannot be read, there is no memory) ends the process: whoever asked
    reads the layer himself then, and finds out.
    """
    gc.disable()  # what is made stays until it is sent, and then goes at once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it reaches all of a terminal's group; one answer is enough
    with Connection(descriptor) as asked, suppress(EOFError, OSError):
        while True:
            job: Job = asked.recv()
            file = recv_handle(asked)
            try:
                _answer(asked, _Part(file, job), job)
            finally:
                os.close(file)


def _answer(asked: Connection, part: _Part, job: Job) -> None:
    told, last = 0, monotonic()

    def advance(amount: int) -> None:
        nonlocal told, last
        told += amount
        if told >= _TELL or monotonic() - last > _SILENT:
            asked.send(told)
            told, last = 0, monotonic()

    try:
        table = read_table(part, job.codec, job.limits, advance)
    except ImgscopeError as error:
        asked.send(error)
        return
    asked.send(told)
    asked.send(None)
    asked.send_bytes(dump(table))
