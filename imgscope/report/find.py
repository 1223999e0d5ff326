"""What find found: rows, lines, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NotRequired, cast

from typing_extensions import TypedDict

from imgscope.analysis.contents import Match
from imgscope.analysis.versions import Version, Versions
from imgscope.cells import shortened
from imgscope.escaping import inert, no_formula
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import FILE, NONE, SYMLINK
from imgscope.filesystem.words import time_text, type_name
from imgscope.questions.finding import Found, Row
from imgscope.report.blame_text import HIDDEN
from imgscope.report.build import CAUSE_NAMES, text_and_raw
from imgscope.report.printer import Printer
from imgscope.report.rows import Rows
from imgscope.report.text import permissions
from imgscope.report.wire import SCHEMA_VERSION, CauseName, FileType

_BELOW = " " * 5


class MatchInfo(TypedDict):
    """Where a file's content matches: ``offset`` and ``length`` in bytes, ``line`` from 1, null in what is no text.

    ``match``, and ``before`` and ``after`` it in its line, are cut to what a person reads.
    """

    offset: int
    length: int
    line: int | None
    before: str
    before_b64: NotRequired[str]
    match: str
    match_b64: NotRequired[str]
    after: str
    after_b64: NotRequired[str]


class FoundInfo(TypedDict):
    """``imgscope find --format jsonl``, one a line: a version of a path.

    ``layer`` holds it; null for a directory that only paths imply. ``cause`` and ``hidden_by`` say why a hidden one is
    not seen; ``gone``: nothing stands at the path any more. ``wasted_bytes`` travel for nothing.
    """

    path: str
    path_b64: NotRequired[str]
    type: FileType
    mode: int
    uid: int
    gid: int
    size: int
    link: str | None
    link_b64: NotRequired[str]
    mtime: int | None
    layer: int | None
    state: Literal["live", "hidden"]
    gone: bool
    cause: CauseName | None
    hidden_by: int | None
    wasted_bytes: int
    matches: NotRequired[list[MatchInfo]]


class FoundDocument(TypedDict):
    """``imgscope find --format json``; ``cut``: there were more matches in contents than were asked for."""

    schema_version: str
    complete: bool
    cut: bool
    find: Sequence[FoundInfo]


def schema() -> dict[str, Any]:
    """The JSON Schema of it."""
    from imgscope.report.json import schema_of

    return schema_of(FoundDocument, f"imgscope find {SCHEMA_VERSION}")


def found_rows(fs: FileSystem, found: Found) -> Rows[FoundInfo]:
    """What was found in an image as rows, made when they are asked for."""
    return Rows(found.rows, _Describer(fs, found.versions).row)


class _Describer:
    """Hits of one image as rows."""

    def __init__(self, fs: FileSystem, versions: Versions) -> None:
        self._fs, self._versions = fs, versions

    def row(self, found: Row) -> FoundInfo:
        """One hit."""
        fs, version = self._fs, found.hit.version
        path, raw = text_and_raw(found.hit.path)
        mode, uid, gid, mtime = fs.attributes(version.inode)
        link, raw_link = self._link(version)
        fate = version.hidden
        row: FoundInfo = {
            "path": path,
            "type": "hardlink" if _linked(version) else cast(FileType, type_name(fs, version.kind, version.inode)),
            "mode": mode & 0o7777,
            "uid": uid,
            "gid": gid,
            "size": fs.size(version.inode) if version.kind == FILE else 0,
            "link": link,
            "mtime": None if version.entry == NONE else mtime,
            "layer": version.layer,
            "state": "hidden" if fate else "live",
            "gone": not fs.rootfs.kind[version.node],
            "cause": CAUSE_NAMES[fate.cause] if fate else None,
            "hidden_by": fate.layer if fate else None,
            "wasted_bytes": self._versions.wasted(version),
        }
        if raw:
            row["path_b64"] = raw
        if raw_link:
            row["link_b64"] = raw_link
        if found.matches is not None:
            row["matches"] = [_match(match) for match in found.matches]
        return row

    def _link(self, version: Version) -> tuple[str | None, str | None]:
        if version.kind == SYMLINK:
            return text_and_raw(self._fs.member(version.inode).link)
        return text_and_raw(self._fs.body_path(version.inode)) if _linked(version) else (None, None)


def _linked(version: Version) -> bool:
    return version.kind == FILE and version.entry != version.inode


def _match(match: Match) -> MatchInfo:
    (before, raw_before), (text, raw), (after, raw_after) = map(text_and_raw, (match.before, match.match, match.after))
    info: MatchInfo = {
        "offset": match.offset,
        "length": match.length,
        "line": match.line,
        "before": before,
        "match": text,
        "after": after,
    }
    if raw_before:
        info["before_b64"] = raw_before
    if raw:
        info["match_b64"] = raw
    if raw_after:
        info["after_b64"] = raw_after
    return info


def write_found(printer: Printer, rows: Iterable[FoundInfo]) -> None:
    """A line a version as ``ls -l``, with what hid it, set below where it does not fit; and where content matches."""
    for row in rows:
        printer.pieces(_pieces(printer, row), "yellow" if row["state"] == "hidden" else "", hang=_BELOW)
        told: int | None = None
        for match in row.get("matches", ()):
            if match["line"] is None or match["line"] != told:
                printer.line(_match_line(match), hang=_BELOW * 2)
            told = match["line"]


def _pieces(printer: Printer, row: FoundInfo) -> list[str]:
    owner, when = f"{row['uid']}:{row['gid']}", "" if row["mtime"] is None else time_text(row["mtime"])
    size = printer.size(row["size"]) if row["type"] in ("file", "hardlink") else ""
    arrow = "=> /" if row["type"] == "hardlink" else "-> "
    link = f" {arrow}{row['link']}" if row["link"] else ""
    slash = "/" if row["type"] == "dir" else ""
    layer = "-" if row["layer"] is None else str(row["layer"])
    mode = permissions(row["type"], row["mode"])
    path = _fitted(printer, f"/{row['path']}{slash}{link}")
    return [f"{layer:>3}  {mode} {owner:<9} {size:>7} {when:<16}", f"  {path}", _state(row)]


def _fitted(printer: Printer, path: str) -> str:
    """A path whole, or what of it a line below holds."""
    if printer.width is None or not printer.look.truncate:
        return path
    return shortened(inert(path), printer.width - len(_BELOW), keep_end=True, unicode=printer.look.unicode)


def _state(row: FoundInfo) -> str:
    if not row["cause"]:
        return ""
    what = "deleted, but shipped" if row["gone"] else "an older version, still shipped"
    return f"  ({what}: {HIDDEN[row['cause']].format(row['hidden_by'])})"


def _match_line(match: MatchInfo) -> str:
    """Of what is no text only the match, for nothing in it ends a line."""
    if match["line"] is None:
        return f"     @{match['offset']}: {match['match']}"
    return f"     {match['line']}: {match['before'].lstrip()}{match['match']}{match['after']}"


_COLUMNS = (
    "path",
    "type",
    "mode",
    "uid",
    "gid",
    "size",
    "mtime",
    "layer",
    "state",
    "gone",
    "cause",
    "hidden_by",
    "wasted_bytes",
    "link",
)
_MATCH_COLUMNS = ("offset", "line", "match")


def csv_lines(rows: Iterable[FoundInfo], *, matches: bool) -> Iterator[str]:
    """A header and a row a version, or a row a match in its content; modes are octal."""
    yield _csv([*_COLUMNS, *(_MATCH_COLUMNS if matches else ())])
    for row in rows:
        own = [f"{row['mode']:04o}" if name == "mode" else row.get(name) for name in _COLUMNS]
        if not matches:
            yield _csv(own)
        for match in row.get("matches", ()):
            yield _csv([*own, *(match.get(name) for name in _MATCH_COLUMNS)])


def _csv(values: Sequence[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([_cell(value) for value in values])
    return buffer.getvalue()


def _cell(value: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else value
    return no_formula(inert(value))
