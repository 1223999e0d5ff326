"""Files that commands write: each appears whole, or what was there stays."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from imgscope.errors import SettingsError, reason


@contextmanager
def replacing(name: str) -> Iterator[TextIO]:
    """A text file that replaces ``name`` once all of it is written; a device or pipe is written directly."""
    name = os.path.realpath(name)  # a link stays a link to what is replaced
    try:
        if os.path.exists(name) and not os.path.isfile(name):
            with open(name, "w", encoding="utf-8") as stream:
                yield stream
            return
        mode = os.stat(name).st_mode & 0o7777 if os.path.exists(name) else 0o666 & ~_umask()
        directory = os.path.dirname(name)
        descriptor, temporary = tempfile.mkstemp(prefix=".imgscope-", dir=directory)
        os.close(descriptor)  # opened again by its name, below, where nothing is left open if that fails
    except OSError as error:
        raise SettingsError(f"cannot write {name}: {reason(error)}") from error
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
            yield stream
        os.chmod(temporary, mode)
        os.replace(temporary, name)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            raise SettingsError(f"cannot write {name}: {reason(error)}") from error
        raise


def is_within(file: str, path: str) -> bool:
    """Whether a file is, through links, another one or below a directory."""
    file, path = os.path.realpath(file), os.path.realpath(path)
    return file == path or (os.path.isdir(path) and file.startswith(path.rstrip(os.sep) + os.sep))


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def append(name: str, text: str) -> None:
    """Add to the end of a file, made where it is not there. Raises SettingsError."""
    try:
        with open(name, "a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise SettingsError(f"cannot write {name}: {reason(error)}") from error
