"""Baseline: an image in the few numbers that a later run is compared with, and the file that keeps them.

What they are listed by survives a rebuild: paths, causes and instructions, never a layer's number or digest. The file
is committed and reviewed like source: ASCII, in a fixed order, a line a path.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imgscope.analysis.growth import DirectoryNumbers, LayerNumbers, by_directory, by_instruction, by_waste
from imgscope.errors import SettingsError
from imgscope.escaping import printable
from imgscope.filesystem.model import Cause
from imgscope.gate.subject import Subject

VERSION = 1
MAX_TEXT = 32 << 20
"""Characters of a baseline file, which are its bytes: far more than anyone would review."""
TOTALS = ("wasted_bytes", "content_bytes", "stored_bytes", "files", "layers")

_MARK = "imgscope_baseline"
_AGAIN = "write it again with --write-baseline"
_UNSAFE = re.compile("[\\\\\udc80-\udcff]")
_ESCAPE = re.compile(r"\\(?:\\|x([89a-f][0-9a-f]))")


@dataclass(frozen=True, slots=True, repr=False)
class Snapshot:
    """An image in the numbers that are compared."""

    totals: Mapping[str, int]
    """``TOTALS``."""
    layers: Mapping[str, LayerNumbers]
    """By instruction, lowest first; the second layer of the same instruction has ``(2)`` behind it."""
    directories: Mapping[bytes, DirectoryNumbers]
    """By directory two levels deep, as ``usr/lib``, with all that is below; ``usr`` has only the files right in it."""
    waste: Mapping[Cause, Mapping[bytes, int]]
    """Bytes by cause and path, all bodies of them together."""


def snapshot(subject: Subject) -> Snapshot:
    """The numbers of an image."""
    totals = subject.analysis.totals
    return Snapshot(
        totals={
            "wasted_bytes": totals.wasted_bytes,
            "content_bytes": totals.content_bytes,
            "stored_bytes": subject.image.stored_bytes,
            "files": totals.files,
            "layers": len(subject.image.layers),
        },
        layers=by_instruction(subject.image.instructions, subject.analysis.layers),
        directories=by_directory(subject.filesystem),
        waste=by_waste(subject.analysis.waste),
    )


def dump(snapshots: Mapping[str, Snapshot]) -> str:
    """Images by their names as the text of a file. Raises SettingsError where that would be too large to be read."""
    images = {name: _image(snapshots[name]) for name in sorted(snapshots)}
    text = _opened({_MARK: str(VERSION), "images": _opened(images, 1)}, 0) + "\n"
    if len(text) > MAX_TEXT:
        raise SettingsError(
            f"the baseline would have {len(text)} bytes, more than {MAX_TEXT}",
            hint="every wasted path has a line in it: make less waste first, and limit it with max-wasted-bytes",
        )
    return text


def load(text: str, where: str) -> dict[str, Snapshot]:
    """The images of a file by their names; ``where`` names it in errors. Raises SettingsError."""
    try:
        return _images(_parsed(text))
    except SettingsError as error:
        raise error.located(file=where) from error.__cause__


def update(old: str | None, snapshots: Mapping[str, Snapshot], where: str) -> str:
    """The text of a file with these images written again; others that ``old``, its present text, has are kept.

    Raises SettingsError where the present text cannot be read.
    """
    return dump({**(load(old, where) if old else {}), **snapshots})


def pick(snapshots: Mapping[str, Snapshot], name: str, where: str, *, alone: bool = True) -> Snapshot:
    """The image of that name; where only one is there and only one is asked for (``alone``), that one.

    Raises SettingsError.
    """
    if name in snapshots:
        return snapshots[name]
    if alone and len(snapshots) == 1:
        return next(iter(snapshots.values()))
    names = sorted(snapshots)
    there = ", ".join(map(_shown, names[:10])) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    raise SettingsError(
        f"the baseline has no image {_shown(name)}",
        file=where,
        hint=f"it has {there}; add this one with --write-baseline" if names else _AGAIN,
    )


def _image(one: Snapshot) -> str:
    rows = {
        "totals": {name: str(one.totals[name]) for name in TOTALS},
        "layers": {name: json.dumps(numbers._asdict()) for name, numbers in one.layers.items()},
        "directories": {_text(path): json.dumps(one.directories[path]._asdict()) for path in sorted(one.directories)},
        "waste": {
            _cause_name(cause): _opened({_text(path): str(paths[path]) for path in sorted(paths)}, 4)
            for cause, paths in sorted(one.waste.items())
        },
    }
    return _opened({name: _opened(part, 3) for name, part in rows.items()}, 2)


def _opened(rows: Mapping[str, str], depth: int) -> str:
    """A JSON object with a line a key; its values are JSON already."""
    if not rows:
        return "{}"
    indent = "  " * depth
    lines = ",\n".join(f"{indent}  {json.dumps(key)}: {value}" for key, value in rows.items())
    return f"{{\n{lines}\n{indent}}}"


def _text(path: bytes) -> str:
    r"""A path as text that any reader of JSON keeps: ``\xff`` for a byte that is not UTF-8, ``\\`` for a backslash."""

    def escape(match: re.Match[str]) -> str:
        return "\\\\" if match[0] == "\\" else f"\\x{ord(match[0]) - 0xDC00:02x}"

    return _UNSAFE.sub(escape, path.decode("utf-8", "surrogateescape"))


def _path(text: str) -> bytes:
    """The other way round. Raises ValueError where the text is none that ``_text`` makes."""
    plain = _ESCAPE.sub(lambda match: chr(0xDC00 + int(match[1], 16)) if match[1] else "\\", text)
    path = plain.encode("utf-8", "surrogateescape")
    if _text(path) != text:
        raise ValueError(text)
    return path


def _cause_name(cause: Cause) -> str:
    return cause.name.lower()


_CAUSES = {_cause_name(cause): cause for cause in Cause}


def _parsed(text: str) -> Any:
    if len(text) > MAX_TEXT:
        raise SettingsError(f"a baseline of {len(text)} bytes is more than {MAX_TEXT}", hint=_AGAIN)
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once)
    except ValueError as error:
        raise SettingsError(f"not valid JSON: {printable(str(error))}", hint=_AGAIN) from error
    except RecursionError as error:
        raise SettingsError("not valid JSON: nested too deeply", hint=_AGAIN) from error


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object; two versions of a file that were merged may name the same thing twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        key, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise SettingsError(f"{_shown(key)} is there twice", hint=_AGAIN)
    return found


def _images(document: Any) -> dict[str, Snapshot]:
    """All that a file holds, none of it believed."""
    if not isinstance(document, dict) or type(document.get(_MARK)) is not int:
        raise SettingsError("not a baseline of imgscope", hint=_AGAIN)
    if document[_MARK] != VERSION:
        raise SettingsError(
            f"the baseline is of version {_cut(str(document[_MARK]))}, and only {VERSION} can be read",
            hint=f"take the imgscope that wrote it, or {_AGAIN}",
        )
    images = _fields(document, "the baseline", (_MARK, "images"))["images"]
    return {name: _snapshot(image, _shown(name)) for name, image in _object(images, "images").items()}


def _snapshot(image: Any, place: str) -> Snapshot:
    parts = _fields(image, place, ("totals", "layers", "directories", "waste"))
    totals, layers, directories, waste = (_object(part, f"{place}: {name}") for name, part in parts.items())
    return Snapshot(
        totals=dict(zip(TOTALS, _numbers(totals, f"{place}: totals", TOTALS), strict=True)),
        layers={
            name: LayerNumbers(*_numbers(row, f"{place}: layers", LayerNumbers._fields)) for name, row in layers.items()
        },
        directories={
            _name(path, f"{place}: directories"): DirectoryNumbers(
                *_numbers(row, f"{place}: directories", DirectoryNumbers._fields)
            )
            for path, row in directories.items()
        },
        waste={_cause(name, place): _paths(paths, f"{place}: waste") for name, paths in waste.items()},
    )


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(place, "it is no object")
    return value


def _fields(value: Any, place: str, names: Sequence[str]) -> dict[str, Any]:
    """Just these members of an object, in this order."""
    rows = _object(value, place)
    if missing := [name for name in names if name not in rows]:
        raise _wrong(place, f"{missing[0]} is missing")
    if unknown := [name for name in rows if name not in names]:
        raise _wrong(place, f"there is no such thing as {_shown(unknown[0])}")
    return {name: rows[name] for name in names}


def _numbers(value: Any, place: str, names: Sequence[str]) -> list[int]:
    return [_number(number, place, name) for name, number in _fields(value, place, names).items()]


def _number(value: Any, place: str, name: str) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise _wrong(place, f"{_shown(name)} has no number that it could have")
    return value


def _paths(value: Any, place: str) -> dict[bytes, int]:
    return {_name(path, place): _number(number, place, path) for path, number in _object(value, place).items()}


def _name(text: str, place: str) -> bytes:
    try:
        return _path(text)
    except ValueError:
        raise _wrong(place, f"{_shown(text)} is no path") from None


def _cause(name: str, place: str) -> Cause:
    if name not in _CAUSES:
        raise _wrong(f"{place}: waste", f"{_shown(name)} is no cause")
    return _CAUSES[name]


def _wrong(place: str, what: str) -> SettingsError:
    return SettingsError(f"{place}: {what}", hint=_AGAIN)


def _shown(text: str) -> str:
    """A text of the file in an error."""
    return f'"{_cut(text)}"'


def _cut(text: str) -> str:
    return printable(text if len(text) <= 80 else f"{text[:79]}…")
