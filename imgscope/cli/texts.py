"""Texts that commands read beside images: settings that a person wrote, and JSON that an earlier run wrote."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing

from imgscope.errors import ImgscopeError, SettingsError
from imgscope.sources.files import OpenFile

LARGEST = 1 << 20
"""Bytes of a file that a person wrote."""
_MARK = b"\xef\xbb\xbf"


def small_content(path: str, what: str = "a settings file") -> bytes:
    """All of a file that a person wrote. Raises SourceError, or SettingsError where it is not small."""
    with closing(OpenFile.open(path)) as file:
        if file.size > LARGEST:
            raise SettingsError("larger than 1 MiB", file=path, hint=f"this is hardly {what}")
        return file.read_at(0, file.size)


def settings_text(data: bytes, path: str) -> str:
    """Text in UTF-8, with the byte order mark that some editors write or without. Raises SettingsError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"not UTF-8 text (byte 0x{data[error.start]:02x} at {error.start})"
        raise SettingsError(what, file=path, hint="save it as UTF-8") from error


def json_text(path: str, most: int, wrong: Callable[[str], ImgscopeError]) -> str | None:
    """The text of a file that is JSON; None for what is anything else, an image above all.

    Raises SourceError where it cannot be read, and what ``wrong`` makes of a sentence where it has more than ``most``
    bytes or is not UTF-8.
    """
    if path == "-" or not os.path.isfile(path):
        return None
    with closing(OpenFile.open(path)) as file:
        if not file.read_at(0, 64).lstrip(_MARK + b" \t\r\n").startswith(b"{"):
            return None
        if file.size > most:
            raise wrong(f"JSON of more than {most} bytes")
        try:
            return file.read_at(0, file.size).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise wrong("not UTF-8 text") from error
