"""Faults, injected at the doors to the outside: the Nth call that goes through a guarded door goes wrong.

A door is a function as one module knows it. Nothing else is replaced: what the rest of Python does stays as it is.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from pydantic_core import from_json

from imgscope import compression
from imgscope.oci import document
from imgscope.sources import detect, directory, files, spool

Fault = Callable[..., Any]
"""Called with the function and its arguments instead of it; raises, or returns something else than it would."""
Install = Callable[[pytest.MonkeyPatch, "Trap"], None]


class Trap:
    """Counts what goes through the doors it guards, and springs at the Nth."""

    def __init__(self, at: int, fault: Fault) -> None:
        self.left = at
        self.fault = fault
        self._lock = threading.Lock()

    @property
    def sprung(self) -> bool:
        """Whether there were so many calls at all."""
        return self.left <= 0

    def guard(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function behind the trap."""

        def guarded(*arguments: Any, **options: Any) -> Any:
            with self._lock:
                self.left -= 1
                now = self.left == 0
            return self.fault(function, *arguments, **options) if now else function(*arguments, **options)

        return guarded


class Doors:
    """A module or an object of which some functions are others, for whoever holds this instead of it."""

    def __init__(self, real: Any, trap: Trap, *names: str) -> None:
        self._real = real
        self.__dict__.update({name: trap.guard(getattr(real, name)) for name in names})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def raises(make: Callable[[], BaseException]) -> Fault:
    """A fault that is an exception."""

    def fault(*_arguments: Any, **_options: Any) -> Any:
        raise make()

    return fault


def system_error(number: int) -> Fault:
    """A fault that is an error of the system."""
    return raises(lambda: OSError(number, os.strerror(number)))


def less(function: Callable[..., bytes], descriptor: int, size: int, *offset: int) -> bytes:
    """A read that brings less than was asked for, as every read may."""
    return function(descriptor, max(1, size // 3), *offset)


def nothing(*_arguments: Any) -> bytes:
    """A read that finds the end, where there was more a moment ago."""
    return b""


def system(doors: dict[ModuleType, tuple[str, ...]]) -> Install:
    """Guard system calls as some modules know them."""

    def install(patch: pytest.MonkeyPatch, trap: Trap) -> None:
        for module, names in doors.items():
            patch.setattr(module, "os", Doors(os, trap, *names))

    return install


def codecs(patch: pytest.MonkeyPatch, trap: Trap) -> None:
    """Guard every call of a decompressor."""

    def guarded(opener: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: Doors(opener(), trap, "decompress")

    for codec, opener in list(compression._OPENERS.items()):
        patch.setitem(compression._OPENERS, codec, guarded(opener))


def temporary(patch: pytest.MonkeyPatch, trap: Trap) -> None:
    """Guard the temporary copy: making it, and each write."""

    @contextmanager
    def opened(real: Any) -> Iterator[Doors]:
        with real:
            yield Doors(real, trap, "write", "flush")

    class Tempfile:
        make = staticmethod(trap.guard(tempfile.TemporaryFile))

        @classmethod
        def TemporaryFile(cls, **options: Any) -> Any:  # noqa: N802 - the name that it has
            return opened(cls.make(**options))

    patch.setattr(spool, "tempfile", Tempfile)


def allocations(patch: pytest.MonkeyPatch, trap: Trap) -> None:
    """Guard what allocates by the size of what is read: reads, codecs, documents."""
    reads(patch, trap)
    codecs(patch, trap)
    patch.setattr(document, "from_json", trap.guard(from_json))


reads = system({files: ("pread",), spool: ("read",)})
looks = system({files: ("open", "fstat"), spool: ("fstat", "dup"), directory: ("stat", "scandir"), detect: ("stat",)})
