"""Where the user's own files are: settings that a person writes, and a memory that the interface keeps by itself.

What a person wrote is read strictly: whatever keeps it from holding is an error. The memory is a convenience: if it
cannot be read or written, nothing is remembered, and nothing is said.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from platformdirs import user_config_path, user_state_path

from imgscope.cli.texts import settings_text, small_content
from imgscope.errors import ImgscopeError, SettingsError, SourceError
from imgscope.settings import Remembered, UserSettings, parse, recall

VARIABLE = "IMGSCOPE_CONFIG"


def read_settings(actions: Collection[str]) -> UserSettings:
    """The user file; ``actions`` are the ids that keys may be given to. Raises SettingsError.

    Without a file nothing is set, but one that the environment names must be there.
    """
    named = os.environ.get(VARIABLE)
    path = named or str(user_config_path("imgscope", appauthor=False) / "config.toml")
    try:
        data = small_content(path)
    except SourceError as error:
        missing = isinstance(error.__cause__, FileNotFoundError | NotADirectoryError)
        if missing and not named:
            return UserSettings.model_construct()  # what is not validated need not build a validator
        hint = f"{VARIABLE} names it: create it, or unset that" if missing else None
        raise SettingsError(error.what, file=path, hint=hint) from error
    return parse(settings_text(data, path), path, actions)


def read_remembered() -> Remembered:
    """What an earlier run wrote; nothing where that is absent, unreadable or damaged."""
    try:
        return recall(small_content(str(_memory())))
    except ImgscopeError:
        return Remembered.model_construct()


def write_remembered(remembered: Remembered) -> None:
    """Keep it for later runs, whole or not at all; where that is not possible, nothing happens."""
    path = _memory()
    if not path.is_absolute():
        return  # without a home directory it would be written wherever imgscope was started
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, remembered.model_dump_json(exclude_none=True) + "\n")


def _memory() -> Path:
    return user_state_path("imgscope", appauthor=False) / "ui.json"


def _replace(path: Path, text: str) -> None:
    """Write a file that appears whole, with the temporary one beside it gone in any case. Raises OSError."""
    descriptor, temporary = tempfile.mkstemp(prefix=".ui-", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
