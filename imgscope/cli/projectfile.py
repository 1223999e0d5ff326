"""The files that a project tells its rules in: where they are looked for, how they are read, and which one holds.

One file decides. It is the nearest, from the working directory up to the root of the version-controlled tree; dive's
own is taken only where there is none of imgscope's. What is there and cannot be read is an error: a gate that passes
over its rules is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from imgscope.cli.texts import settings_text, small_content
from imgscope.errors import SettingsError, SourceError
from imgscope.gate.configured import Configured, merge
from imgscope.gate.given import Source, from_document, from_environment, from_flags
from imgscope.sources.files import reason
from imgscope.strict import read_toml

if TYPE_CHECKING:
    from imgscope.gate.dive_ci import DiveRules

PYPROJECT = "pyproject.toml"
NAMES = ("imgscope.toml", ".imgscope.toml", PYPROJECT)
"""In each directory the first of these is taken, of the last its table ``[tool.imgscope]``."""
DIVE = ".dive-ci"
_ROOTS = (".git", ".hg", ".jj")
"""What the root of a version-controlled tree holds."""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A file that was read: what it says, or where it is dive's the rules in it."""

    path: str
    source: Source = field(default_factory=dict)
    dive: DiveRules | None = None


def gather(flags: Mapping[str, Any], config: str | None) -> Configured:
    """Options, the environment and a file as one; ``config`` names the file, and nothing else is looked for.

    ``flags`` are named and nested as in a settings file. Raises SettingsError.
    """
    file = found() if config is None else named(config)
    sources = [from_flags(flags), from_environment(os.environ)]
    if file is None:
        return merge(sources)
    return merge([*sources, file.source], dive=file.dive, file=file.path)


def found() -> ProjectFile | None:
    """The file that holds here; None where there is none. Raises SettingsError."""
    return next((file for _, file in search() if file), None)


def named(path: str) -> ProjectFile:
    """The file that somebody names. Raises SettingsError, also where it has nothing to say."""
    file = read(path)
    if file is None:
        hint = "write the rules under [tool.imgscope.gate]"
        raise SettingsError("there is no table [tool.imgscope]", file=path, hint=hint)
    return file


def search() -> Iterator[tuple[str, ProjectFile | None]]:
    """The places that are looked at, in their order, and what is there; it ends with the first file that speaks of us.

    Raises SettingsError where one is there and is wrong.
    """
    for directory in _directories():
        for name in NAMES:
            path = directory + name
            file = read(path) if os.path.lexists(path) else None
            yield path, file
            if file:
                return
    yield DIVE, read(DIVE) if os.path.lexists(DIVE) else None


def _directories() -> list[str]:
    """The working directory, and those above it up to the root of the tree; each ready to have a name added."""
    try:
        depth = os.getcwd().count(os.sep)
    except OSError as error:
        raise SettingsError(f"the working directory: {reason(error)}") from error
    upwards = ["../" * steps for steps in range(depth + 1)]
    for steps, directory in enumerate(upwards):
        if any(os.path.lexists(directory + mark) for mark in _ROOTS):
            return upwards[: steps + 1]
    return upwards[:1]


def read(path: str) -> ProjectFile | None:
    """A file of any of the kinds, by its name; None for a pyproject.toml without our table. Raises SettingsError."""
    text = text_of(path)
    if path.endswith((DIVE, ".yml", ".yaml")):
        from imgscope.gate.dive_ci import parse

        return ProjectFile(path, dive=parse(text, path))
    under = ("tool", "imgscope") if os.path.basename(path) == PYPROJECT else ()
    if under and "imgscope" not in text:
        return None  # it may be as wrong as it likes: it is not ours
    document: Any = read_toml(text, path, hint='texts stand in quotes, as in max-wasted-bytes = "20MB"', number=Decimal)
    for name in under:
        if not isinstance(document, dict) or name not in document:
            return None
        document = document[name]
    if not isinstance(document, dict):
        raise SettingsError("tool.imgscope: it is not a table", file=path, hint="write [tool.imgscope.gate]")
    return ProjectFile(path, from_document(document, path, under=under, directory=os.path.dirname(path)))


def text_of(path: str) -> str:
    """A small file's text in UTF-8, with a byte order mark or without. Raises SettingsError."""
    try:
        data = small_content(path)
    except SourceError as error:
        raise SettingsError(error.what, file=path) from error
    return settings_text(data, path)
