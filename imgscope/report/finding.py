"""What a person looks for in an image → rows of what there is of it, live and hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from imgscope.analysis import search as tests
from imgscope.analysis.contents import has_digest, matching, pattern, wanted_digest
from imgscope.analysis.patterns import Patient, name_glob
from imgscope.analysis.reading import contents
from imgscope.analysis.search import Hit, Search, search, size_of
from imgscope.analysis.versions import Versions
from imgscope.errors import SettingsError
from imgscope.filesystem.life import Lives
from imgscope.filesystem.lookup import check_layer
from imgscope.filesystem.model import FileSystem
from imgscope.globs import bytes_matcher
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress
from imgscope.report.find import Describer, FoundInfo, Row
from imgscope.report.rows import Rows

T = TypeVar("T")
_PATIENCE = 10.0
"""Seconds that a regular expression may take for all paths together that it is slow with."""


@dataclass(frozen=True, slots=True)
class Query:
    """All that must hold, written as the command's options are; of names, paths and types any."""

    name: Sequence[str] = ()
    path: Sequence[str] = ()
    regex: str | None = None
    size: Sequence[str] = ()
    types: Sequence[str] = ()
    mode: Sequence[str] = ()
    suid: bool = False
    world_writable: bool = False
    user: int | None = None
    group: int | None = None
    layer: int | None = None
    state: str = "any"
    newer: str | None = None
    older: str | None = None
    digest: str | None = None
    content: str | None = None
    max_matches: int = 1000
    sort: Literal["path", "size", "layer"] = "path"
    top: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, whose items are ``Row``; ``cut``: there are more matches in contents than were asked for."""

    rows: Rows[FoundInfo]
    cut: bool


class Finder:
    """A query that was understood. Raises SettingsError where it cannot be."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._search = _search(query)
        self._digest = _made("hash", wanted_digest, query.digest) if query.digest else None
        self._content = _made("content", pattern, query.content) if query.content else None

    def find(self, inspection: Inspection, *, limits: Limits = DEFAULT_LIMITS, progress: Progress = SILENT) -> Found:
        """What an image has of it.

        Raises SettingsError where there is no such layer or a pattern takes too long, and ImgscopeError where contents
        are asked for and cannot be read.
        """
        fs = inspection.filesystem
        check_layer(fs, self._query.layer)
        versions = Versions(fs, Lives(fs))
        rows, cut = self._read(inspection, search(fs, versions, self._search), limits, progress)
        rows = _sorted(fs, rows, self._query.sort)[: self._query.top]
        return Found(Rows(rows, Describer(fs, versions).row), cut)

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

    def each(option: str, make: Callable[[str], T], given: Iterable[str | None]) -> list[T]:
        return [_made(option, make, one) for one in given if one is not None]

    made = [*each("size", tests.sized, query.size), *each("mode", tests.moded, query.mode)]
    made += each("newer", lambda text: tests.changed(text, after=True), [query.newer])
    made += each("older", lambda text: tests.changed(text, after=False), [query.older])
    made += [_made("type", tests.typed, query.types)] if query.types else []
    made += [tests.suid] if query.suid else []
    made += [tests.world_writable] if query.world_writable else []
    if query.user is not None or query.group is not None:
        made.append(tests.owned(query.user, query.group))
    if (layer := query.layer) is not None:
        made.append(lambda _, version: version.layer == layer)
    regex = each("regex", lambda text: _patient(Patient(text, whole=_PATIENCE)), [query.regex])
    return Search(
        names=tuple(each("name", name_glob, query.name)),
        path=_made("path", bytes_matcher, query.path) if query.path else None,
        whole=regex[0] if regex else None,
        tests=tuple(made),
        state=_made("state", tests.State, query.state),
    )


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
