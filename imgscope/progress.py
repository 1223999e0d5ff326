"""How long work tells how far it is: a protocol, and the observer that says nothing.

The core calls :meth:`Progress.begin` once it knows how much there is to read and :meth:`Progress.advance` as it
reads; who shows it (a bar, a screen) is none of its business. ``advance`` is also where work is stopped, in whichever
thread calls: an observer raises :class:`Cancelled` from it to end everything, or
:class:`~imgscope.errors.StoppedError` to keep what has been read.
"""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - not a fault: someone asked for it
    """Raised by an observer out of :meth:`Progress.advance` to stop the work."""


class Progress(Protocol):
    """Told about work in bytes; may be called from several threads at once."""

    def begin(self, label: str, total: int) -> None:
        """A stage begins: ``label`` for a person, ``total`` bytes to read (0 where that is not known)."""

    def advance(self, amount: int) -> None:
        """``amount`` more bytes were read."""


class Silent:
    """The observer that shows nothing."""

    def begin(self, label: str, total: int) -> None:
        """Nothing to show."""

    def advance(self, amount: int) -> None:
        """Nothing to show."""


SILENT = Silent()
