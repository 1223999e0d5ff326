"""Reading: how far the layers are read. Threads write to it, the screen looks five times a second; nobody waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from imgscope.errors import StoppedError
from imgscope.image.model import Image
from imgscope.indexing.layers import LayerIndex
from imgscope.progress import Cancelled

_SWITCH_BEFORE = sys.getswitchinterval()
_SWITCH = 0.001
"""Seconds a thread may hold the interpreter while much is worked on, so that keys are answered in between."""
_SAID_AFTER = 2.0
"""Seconds before speed and time left are worth saying."""


class Reading:
    """Progress of all layers and of each, and the wish to stop."""

    def __init__(self) -> None:
        self.label = "opening"
        self.total = 0
        self.done_bytes = 0
        self.stopped = False
        self.layer_bytes: list[int] = []
        self.indexes: list[LayerIndex | None] = []
        self._began = monotonic()

    def expect(self, image: Image) -> None:
        """The layers that will be read."""
        self.layer_bytes = [0] * len(image.layers)
        self.indexes = [None] * len(image.layers)

    def begin(self, label: str, total: int) -> None:
        """A stage begins."""
        self.label, self.total, self.done_bytes = label, total, 0
        self._began = monotonic()

    def advance(self, amount: int) -> None:
        """More bytes were read. Raises StoppedError once someone asked to stop."""
        if self.stopped:
            raise StoppedError("stopped, not read")
        self.done_bytes += amount

    def read(self, layer: int, amount: int) -> None:
        """More bytes of a layer were read."""
        self.layer_bytes[layer] += amount

    def done(self, layer: int, index: LayerIndex) -> None:
        """A layer was read."""
        self.indexes[layer] = index

    def stop(self) -> None:
        """Keep what is read, and read no more."""
        self.stopped = True

    def said(self, size: Callable[[int], str]) -> str:
        """How far it is, in words: ``reading layers 61 %  312MB/s  2 s left``."""
        if self.stopped:
            return "stopping"
        if not self.total:
            return f"{self.label} {size(self.done_bytes)}" if self.done_bytes else self.label
        done = min(self.done_bytes, self.total)
        text = f"{self.label} {100 * done // self.total}%"
        seconds = monotonic() - self._began
        if seconds < _SAID_AFTER or not done:
            return text
        left = seconds * (self.total - done) / done
        return f"{text}  {size(int(done / seconds))}/s  {left:.0f} s left"


class Whole(Reading):
    """Reading of which half is no use."""

    def advance(self, amount: int) -> None:
        """More bytes were read. Raises Cancelled once someone asked to stop."""
        try:
            super().advance(amount)
        except StoppedError:
            raise Cancelled from None


@contextmanager
def answering() -> Iterator[None]:
    """Let threads take turns more often than Python does by itself."""
    sys.setswitchinterval(_SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(_SWITCH_BEFORE)  # not what it was just now: another thread may have set that
