"""What an extraction wrote, and what it left out: as JSON, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NotRequired, Protocol

from typing_extensions import TypedDict

from imgscope.escaping import inert, printable
from imgscope.report.build import text_and_raw
from imgscope.units import counted

_FIRST = 3


class PathInfo(TypedDict):
    """A path in the image; with its bytes where they are no text."""

    path: str
    path_b64: NotRequired[str]


class LeftOut(TypedDict):
    """What could not be written, or not be set, for one reason; ``paths`` are the first of ``count``."""

    reason: str
    count: int
    paths: list[PathInfo]


class ExtractionInfo(TypedDict):
    """What was written. A file with several hard links is one file, its other names are links; as are symlinks."""

    target: str
    files: int
    directories: int
    links: int
    special: int
    """Devices and named pipes."""
    bytes: int
    """Written, holes left out."""
    untaken: int
    """Names that could not be had: something is in their way, or the target's file system refuses them."""
    left_out: list[LeftOut]


class _Left(Protocol):
    @property
    def reason(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def paths(self) -> Sequence[bytes]: ...


class _Done(Protocol):
    """What came of an extraction, as the room that writes files tells it."""

    @property
    def files(self) -> int: ...
    @property
    def directories(self) -> int: ...
    @property
    def links(self) -> int: ...
    @property
    def special(self) -> int: ...
    @property
    def bytes_written(self) -> int: ...
    @property
    def untaken(self) -> int: ...
    @property
    def left(self) -> Sequence[_Left]: ...


def extraction_info(target: str, done: _Done) -> ExtractionInfo:
    """What was written to ``target``, as it was named."""
    return {
        "target": printable(target),
        "files": done.files,
        "directories": done.directories,
        "links": done.links,
        "special": done.special,
        "bytes": done.bytes_written,
        "untaken": done.untaken,
        "left_out": [
            {"reason": one.reason, "count": one.count, "paths": [_path(path) for path in one.paths]}
            for one in done.left
        ],
    }


def _path(path: bytes) -> PathInfo:
    text, raw = text_and_raw(path or b"/")
    info: PathInfo = {"path": text}
    if raw:
        info["path_b64"] = raw
    return info


def in_words(done: ExtractionInfo, size: str) -> str:
    """A sentence on what was written; ``size`` are the bytes in the style that was asked for."""
    said = [
        counted(done["files"], "file", "files"),
        counted(done["directories"], "directory", "directories"),
        counted(done["links"], "link", "links"),
    ]
    if done["special"]:
        said.append(counted(done["special"], "device or pipe", "devices and pipes"))
    return inert(f"wrote {', '.join(said)} to {done['target']}: {size}")


def complaints(done: ExtractionInfo, *, every: bool) -> Iterator[str]:
    """A line for each reason that something was left out or not set, or for ``every`` path of it."""
    for one in done["left_out"]:
        names = [path["path"] for path in one["paths"]]
        if every:
            yield from (f"{name}: {one['reason']}" for name in names)
            continue
        shown = ", ".join(names[:_FIRST]) + (", …" if one["count"] > _FIRST else "")
        times = f"{one['count']} paths: " if one["count"] > 1 else ""
        yield f"{times}{one['reason']} ({shown})"
