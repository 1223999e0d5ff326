"""The events of paths as rows."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, NotRequired, cast

from typing_extensions import TypedDict

from imgscope.analysis.blame import Did, Happening
from imgscope.filesystem.life import Reason
from imgscope.filesystem.lookup import is_directory
from imgscope.filesystem.rootfs import FILE, NONE, SYMLINK
from imgscope.filesystem.words import type_name
from imgscope.inspection import Inspection
from imgscope.questions.blaming import Asked, Blamed
from imgscope.report.build import CAUSE_NAMES, exact, text_and_raw
from imgscope.report.rows import Rows
from imgscope.report.wire import SCHEMA_VERSION, CauseName, FileType

EventName = Literal["added", "linked", "modified", "rewritten", "type_changed", "removed", "shadowed"]
ChangedName = Literal["content", "target", "device", "mode", "owner", "xattrs", "time"]
ReasonName = Literal["whiteout", "directory", "opaque", "type"]


class BodyInfo(TypedDict):
    """The bytes that an event brought: ``live``, or waste with the cause and the layer that hid them."""

    bytes: int
    state: Literal["live", "hidden"]
    cause: CauseName | None
    hidden_by: int | None


class EventInfo(TypedDict):
    """What one layer did to a path. Of a removal, type is what stood there, and its attributes are null.

    ``changed``: what is not as it was; of ``linked``, whether the content is another. ``link``: a symlink's target, or
    the path that a hard link shares its body with. ``body``: null where the event brought none.
    """

    layer: int
    event: EventName
    changed: list[ChangedName]
    reason: ReasonName | None
    type: FileType
    mode: int | None
    uid: int | None
    gid: int | None
    mtime: int | None
    size: int | None
    link: str | None
    link_b64: NotRequired[str]
    body: BodyInfo | None
    instruction: str | None


class LinkInfo(TypedDict):
    """A symlink on the way to a path."""

    path: str
    path_b64: NotRequired[str]
    target: str
    target_b64: NotRequired[str]


class BlameInfo(TypedDict):
    """``imgscope blame --format jsonl``, one a line. ``type``: in the final filesystem; null where it is gone.

    ``below``: of a directory, how many paths layers ever had below it, and ``below_gone`` how many of them are gone.
    """

    path: str
    path_b64: NotRequired[str]
    type: FileType | None
    wasted_bytes: int
    below: int | None
    below_gone: int | None
    through: list[LinkInfo]
    events: list[EventInfo]


class BlameDocument(TypedDict):
    """``imgscope blame --format json``."""

    schema_version: str
    complete: bool
    blame: list[BlameInfo]


def schema() -> dict[str, Any]:
    """The JSON Schema of it."""
    from imgscope.report.json import schema_of

    return schema_of(BlameDocument, f"imgscope blame {SCHEMA_VERSION}")


REASONS: dict[Reason, ReasonName] = {
    Reason.WHITEOUT: "whiteout",
    Reason.DIRECTORY: "directory",
    Reason.OPAQUE: "opaque",
    Reason.TYPE: "type",
}


def blame_rows(inspection: Inspection, found: Blamed) -> Rows[BlameInfo]:
    """What was found in an inspection as rows, made when they are asked for."""
    return Rows(found.asked, _Teller(inspection, found).row)


class _Teller:
    """Tells of paths of one inspection."""

    def __init__(self, inspection: Inspection, found: Blamed) -> None:
        self._fs = inspection.filesystem
        self._image = inspection.opened.image
        self._blame = found.blame
        self._below = found.below

    def row(self, asked: Asked) -> BlameInfo:
        """A path as a row."""
        fs, happenings = self._fs, self._blame.of(asked.node)
        path, raw = text_and_raw(asked.path)
        directory = is_directory(fs, asked.node)
        ever, there = (column[asked.node] for column in self._below) if directory else (None, None)
        row: BlameInfo = {
            "path": path,
            "type": self._type(asked.node),
            "wasted_bytes": sum(map(self._blame.wasted, happenings)),
            "below": ever,
            "below_gone": None if ever is None or there is None else ever - there,
            "through": [self._link(*link) for link in asked.links],
            "events": [self._event(happening) for happening in happenings],
        }
        if raw:
            row["path_b64"] = raw
        return row

    def _type(self, node: int) -> FileType | None:
        kind = self._fs.rootfs.kind[node]
        if not kind:
            return None
        if kind == FILE and self._fs.rootfs.entry[node] != self._fs.rootfs.inode[node]:
            return "hardlink"
        return cast(FileType, type_name(self._fs, kind, self._fs.rootfs.inode[node]))

    def _link(self, node: int, target: bytes) -> LinkInfo:
        path, raw = text_and_raw(self._fs.rootfs.path(node))
        leads, raw_target = text_and_raw(target)
        link: LinkInfo = {"path": path, "target": leads}
        if raw:
            link["path_b64"] = raw
        if raw_target:
            link["target_b64"] = raw_target
        return link

    def _event(self, happening: Happening) -> EventInfo:
        fs, gone = self._fs, happening.did is Did.REMOVED
        linked = happening.kind == FILE and happening.entry != happening.inode
        mode, uid, gid, mtime = fs.attributes(happening.entry)
        implied = gone or happening.entry == NONE
        target, raw = self._target(happening) if not gone else (None, None)
        event: EventInfo = {
            "layer": happening.layer,
            "event": happening.did.value,
            "changed": [one.value for one in happening.changed],
            "reason": REASONS[happening.reason] if happening.reason else None,
            "type": "hardlink" if linked else cast(FileType, type_name(fs, happening.kind, happening.inode)),
            "mode": None if gone else mode & 0o7777,
            "uid": None if gone else uid,
            "gid": None if gone else gid,
            "mtime": None if implied else mtime,
            "size": fs.size(happening.inode) if happening.kind == FILE and not gone else None,
            "link": target,
            "body": self._body(happening),
            "instruction": self._instructions[happening.layer] or None,
        }
        if raw:
            event["link_b64"] = raw
        return event

    def _target(self, happening: Happening) -> tuple[str | None, str | None]:
        if happening.kind == SYMLINK:
            return text_and_raw(self._fs.member(happening.inode).link)
        if happening.kind == FILE and happening.entry != happening.inode:
            return text_and_raw(self._fs.body_path(happening.inode))
        return None, None

    def _body(self, happening: Happening) -> BodyInfo | None:
        if not happening.has_body:
            return None
        fate = happening.fate
        return {
            "bytes": self._fs.stored(happening.entry),
            "state": "hidden" if fate else "live",
            "cause": CAUSE_NAMES[fate.cause] if fate else None,
            "hidden_by": fate.layer if fate else None,
        }

    @cached_property
    def _instructions(self) -> list[str]:
        """By layer: what made it; empty where that is not known."""
        return list(map(exact, self._image.instructions))
