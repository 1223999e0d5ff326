"""What a person looks for in an image → what there is of it, live and hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, get_args

from imgscope.analysis import search as tests
from imgscope.analysis.contents import Match, has_digest, matching, pattern, wanted_digest
from imgscope.analysis.patterns import Patient, name_glob
from imgscope.analysis.search import Hit, Search, search, size_of
from imgscope.analysis.secret_names import SECRETS
from imgscope.analysis.versions import Versions
from imgscope.errors import SettingsError
from imgscope.filesystem.life import Lives
from imgscope.filesystem.lookup import check_layer
from imgscope.filesystem.model import FileSystem
from imgscope.globs import bytes_matcher
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress
from imgscope.questions.reading import contents

T = TypeVar("T")
_PATIENCE = 10.0
"""Seconds that a regular expression may take for all paths together that it is slow with."""


Texts = str | Sequence[str]
Order = Literal["path", "size", "layer"]


@dataclass(frozen=True, slots=True)
class Query:
    """All that must hold, written as the options of ``imgscope find``; of several names, paths or types any."""

    name: Texts = ()
    """Globs of a shell, for base names."""
    path: Texts = ()
    """Globs of .gitignore."""
    regex: str | None = None
    """To be found in a path."""
    size: Texts = ()
    """``+10MB``: larger; ``-4k``: smaller; ``512``: just so. All of them must hold."""
    types: Texts = ()
    """``f``, ``d``, ``l``, ``h``, ``p``, ``c``, ``b``, ``s``, or words such as ``file``."""
    mode: Texts = ()
    """``0644``: just so; ``-4000``: all of these bits; ``/6000``: any. All of them must hold."""
    suid: bool = False
    """Files that are setuid or setgid."""
    world_writable: bool = False
    secrets: bool = False
    """Files at paths that secrets usually have, of these names where some are given."""
    user: int | None = None
    group: int | None = None
    layer: int | None = None
    state: Literal["any", "live", "hidden", "deleted", "older"] = "any"
    newer: str | None = None
    """A date or time, in UTC unless it says otherwise."""
    older: str | None = None
    digest: str | None = None
    """Of files: ``sha256:…`` or its hex digits; this and ``content`` read files."""
    content: str | None = None
    """A regular expression to be found in files; ``^`` and ``$`` fit at lines."""
    max_matches: int = 1000
    """At which searching contents stops."""
    sort: Order = "path"
    top: int | None = None
    """Only the first so many."""


@dataclass(frozen=True, slots=True)
class Row:
    """A hit, with where its content matches if that was asked for."""

    hit: Hit
    matches: tuple[Match, ...] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """What was found, in order; ``cut``: there are more matches in contents than were asked for."""

    rows: list[Row]
    versions: Versions
    cut: bool


class Finder:
    """A query that was understood. Raises SettingsError where it cannot be."""

    def __init__(self, query: Query) -> None:
        if query.sort not in get_args(Order):
            raise SettingsError(f"--sort: {query.sort} is none of {', '.join(get_args(Order))}")
        self._query = query
        self._search = _search(query)
        self._digest = _made("hash", wanted_digest, query.digest) if query.digest is not None else None
        self._content = _made("content", pattern, query.content) if query.content is not None else None

    def find(self, inspection: Inspection, *, limits: Limits = DEFAULT_LIMITS, progress: Progress = SILENT) -> Found:
        """What an image has of it.

        Raises SettingsError where there is no such layer or a pattern takes too long, and ImgscopeError where contents
        are asked for and cannot be read.
        """
        fs = inspection.filesystem
        check_layer(fs, self._query.layer)
        versions = Versions(fs, Lives(fs))
        rows, cut = self._read(inspection, search(fs, versions, self._search), limits, progress)
        return Found(_sorted(fs, rows, self._query.sort)[: self._query.top], versions, cut)

    def _read(
        self, inspection: Inspection, hits: list[Hit], limits: Limits, progress: Progress
    ) -> tuple[list[Row], bool]:
        """What is left of hits once contents are read, and whether there were more matches than asked for."""
        fs, place, digest = inspection.filesystem, inspection.access, self._digest
        if digest:
            read = contents(inspection.opened, fs, hits, limits=limits, progress=progress, access=place)
            hits = [
                hit
                for same, pieces in read
                if has_digest(pieces, fs.size(same[0].version.inode), digest, limits)
                for hit in same
            ]
        if not self._content:
            return [Row(hit) for hit in hits], False
        read = contents(inspection.opened, fs, hits, limits=limits, progress=progress, access=place)
        try:
            found, cut = matching(read, self._content.search, self._query.max_matches)
        except ValueError as error:
            raise SettingsError(f"--content: {error}") from error
        return [Row(hit, matches) for hit, matches in found], cut


def _search(query: Query) -> Search:
    """The tests of paths and attributes that are asked for. Raises SettingsError."""
    query = _for_secrets(query) if query.secrets else query

    def each(option: str, make: Callable[[str], T], given: Texts | None) -> list[T]:
        return [_made(option, make, one) for one in several(given)]

    made = [*each("size", tests.sized, query.size), *each("mode", tests.moded, query.mode)]
    made += each("newer", lambda text: tests.changed(text, after=True), query.newer)
    made += each("older", lambda text: tests.changed(text, after=False), query.older)
    made += [_made("type", tests.typed, several(query.types))] if query.types else []
    made += [tests.suid] if query.suid else []
    made += [tests.world_writable] if query.world_writable else []
    if query.user is not None or query.group is not None:
        made.append(tests.owned(query.user, query.group))
    if (layer := query.layer) is not None:
        made.append(lambda _, version: version.layer == layer)
    regex = each("regex", lambda text: _patient(Patient(text, whole=_PATIENCE)), query.regex)
    return Search(
        names=tuple(each("name", name_glob, query.name)),
        path=_made("path", bytes_matcher, several(query.path)) if query.path else None,
        whole=regex[0] if regex else None,
        tests=tuple(made),
        state=_made("state", tests.State, query.state),
    )


def _for_secrets(query: Query) -> Query:
    """The names and paths that stand for secrets. Raises SettingsError where others are asked for too."""
    if query.path or query.types:
        raise SettingsError("--secrets looks for files at paths of its own", hint="leave out --path and --type")
    # The names leave few paths to test: half a million with all globs take long.
    names = tuple(one.rpartition("/")[2] for one in SECRETS if not one.startswith("!"))
    return replace(query, name=query.name or names, path=SECRETS, types="f")


def several(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """What may be one text, or many, or none."""
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)


def _made(option: str, make: Callable[[Any], T], given: Any) -> T:
    try:
        return make(given)
    except ValueError as error:
        raise SettingsError(f"--{option}: {error}") from error


def _patient(pattern: Patient) -> Callable[[bytes], object]:
    """A pattern that takes too long is wrong usage."""

    def fits(path: bytes) -> object:
        return _made("regex", pattern.search, path)

    return fits


def _sorted(fs: FileSystem, found: list[Row], order: str) -> list[Row]:
    """By path; or the largest, or the lowest layer, first."""
    found = sorted(found, key=lambda row: row.hit.path)
    if order == "size":
        return sorted(found, key=lambda row: -size_of(fs, row.hit.version))
    if order == "layer":
        return sorted(found, key=lambda row: -1 if row.hit.version.layer is None else row.hit.version.layer)
    return found
