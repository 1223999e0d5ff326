"""Sides from what was saved earlier: a report, a baseline's numbers, a listing of files. None of it is believed."""

from __future__ import annotations

from array import array
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from imgscope.analysis.growth import DirectoryNumbers, LayerNumbers, WasteKey, by_directory, flat
from imgscope.difference.config import of_report
from imgscope.difference.model import View
from imgscope.difference.side import LayerFacts, Side, Source, live
from imgscope.errors import SourceError
from imgscope.escaping import printable
from imgscope.filesystem.model import Cause, FileSystem
from imgscope.filesystem.paths import components
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, OTHER, ROOT, SYMLINK, RootFs
from imgscope.tar.table import MemberTable

Count = Annotated[int, Field(ge=0, lt=1 << 63)]
Number = Annotated[int, Field(ge=-(1 << 63), lt=1 << 63)]

_HINT = "write it again with imgscope"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Platform(_Part):
    os: str
    architecture: str
    variant: str = ""


class _Healthcheck(_Part):
    test: tuple[str, ...] = ()
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0


class _Config(_Part):
    user: str
    env: tuple[str, ...]
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    working_dir: str
    volumes: tuple[str, ...]
    exposed_ports: tuple[str, ...]
    labels: dict[str, str]
    healthcheck: _Healthcheck | None
    stop_signal: str
    shell: tuple[str, ...]
    on_build: tuple[str, ...] = ()


class _Image(_Part):
    id: str | None
    manifest_digest: str | None
    tags: tuple[str, ...]
    platform: _Platform
    created: str | None
    author: str | None = None
    docker_version: str | None = None
    config: _Config


class _Layer(_Part):
    diff_id: str | None
    instruction: str | None
    content_bytes: Count
    stored_bytes: Count
    compression: str = ""


class _Waste(_Part):
    path: str
    path_b64: str | None = None
    bytes: Count
    cause: str


_CAUSES = {cause.name.lower(): cause for cause in Cause}


class _Totals(_Part):
    content_bytes: Count
    live_bytes: Count
    wasted_bytes: Count
    stored_bytes: Count
    files: Count
    directories: Count
    layers: Count


class _Where(_Part):
    path: str
    selected: str = ""
    flavour: str = ""


class _Report(_Part):
    schema_version: str
    source: _Where
    complete: bool
    image: _Image
    totals: _Totals
    layers: tuple[_Layer, ...]
    waste: tuple[_Waste, ...]


def of_saved_report(document: Mapping[str, Any], path: str) -> Side:
    """What ``imgscope report --format json`` wrote. Raises SourceError."""
    try:
        report = _Report.model_validate(document)
        waste = _waste(report.waste)
    except (ValidationError, ValueError) as error:
        raise SourceError(f"not a report of imgscope: {_first(error)}", file=path, hint=_HINT) from error
    if report.schema_version.partition(".")[0] != "1":
        raise SourceError("a report of a later version of imgscope", file=path, hint="take that version")
    image = report.image
    facts = (
        ("format", report.source.flavour),
        ("id", image.id),
        ("manifest digest", image.manifest_digest),
        ("tags", " ".join(image.tags)),
        ("created", image.created),
        ("author", image.author),
        ("docker version", image.docker_version),
        ("compression", " ".join(dict.fromkeys(layer.compression for layer in report.layers))),
        ("layers", str(len(report.layers))),
    )
    return Side(
        path=path,
        source=Source.REPORT,
        name=report.source.selected or report.source.path,
        complete=report.complete,
        settings=of_report(image.platform.model_dump(), image.config.model_dump()),
        facts={name: value for name, value in facts if value},
        totals=report.totals.model_dump(),
        layers=[
            LayerFacts(layer.instruction or "", layer.diff_id, layer.content_bytes, layer.stored_bytes)
            for layer in report.layers
        ],
        waste=waste,
    )


def _waste(rows: Iterable[_Waste]) -> dict[WasteKey, int]:
    found: dict[WasteKey, int] = {}
    for row in rows:
        if row.cause not in _CAUSES:
            raise ValueError(f"{printable(row.cause)} is no cause")
        key = _CAUSES[row.cause], _raw(row.path, row.path_b64)
        found[key] = found.get(key, 0) + row.bytes
    return found


def of_numbers(
    path: str,
    name: str,
    totals: Mapping[str, int],
    layers: Mapping[str, LayerNumbers],
    directories: Mapping[bytes, DirectoryNumbers],
    waste: Mapping[Cause, Mapping[bytes, int]],
) -> Side:
    """What a baseline keeps of an image."""
    return Side(
        path=path,
        source=Source.BASELINE,
        name=name,
        totals=totals,
        layers=[LayerFacts(made, None, numbers.content_bytes) for made, numbers in layers.items()],
        directories=live(directories),
        waste=flat(waste),
    )


class _Row(_Part):
    path: str
    path_b64: str | None = None
    type: str
    mode: Annotated[int, Field(ge=0, lt=1 << 32)]
    uid: Number
    gid: Number
    size: Count
    link: str | None
    link_b64: str | None = None
    mtime: Number
    rdev: str | None = None


_KINDS = {
    "file": (FILE, "0"),
    "hardlink": (FILE, "1"),
    "dir": (DIRECTORY, "5"),
    "symlink": (SYMLINK, "2"),
    "char": (OTHER, "3"),
    "block": (OTHER, "4"),
    "fifo": (OTHER, "6"),
    "other": (OTHER, "?"),
}


def of_listing(rows: Iterable[Mapping[str, Any]], path: str) -> Side:
    """What ``imgscope files`` wrote as JSON or JSONL: a filesystem without contents. Raises SourceError."""
    listing = _Listing()
    try:
        for row in rows:
            listing.add(_Row.model_validate(row))
        fs = listing.filesystem()
    except (ValidationError, ValueError) as error:
        raise SourceError(f"not a listing of imgscope files: {_first(error)}", file=path, hint=_HINT) from error
    kinds = fs.rootfs.kind
    return Side(
        path=path,
        source=Source.LISTING,
        view=View(fs, fs.rootfs),
        totals={"files": kinds.count(FILE), "directories": kinds.count(DIRECTORY) - 1},
        directories=live(by_directory(fs)),
    )


class _Listing:
    """A filesystem made again from its rows, as one layer that has each path once."""

    def __init__(self) -> None:
        self._table = MemberTable(directories=[b""])
        self._rootfs = RootFs(lambda inode: self._table.link.get(inode, b""))
        self._links: list[tuple[int, int]] = []
        """Nodes of hard links, and their entries."""
        self._nodes: list[int] = []

    def add(self, row: _Row) -> None:
        """One more path. Raises ValueError."""
        if row.type not in _KINDS:
            raise ValueError(f"{printable(row.type)} is none of the types of a final filesystem")
        kind, type_ = _KINDS[row.type]
        node = self._node(_raw(row.path, row.path_b64))
        entry = self._entry(row, type_)
        self._rootfs.put(node, kind, entry, entry)
        self._nodes.append(node)
        if row.type == "hardlink":
            self._links.append((node, entry))

    def filesystem(self) -> FileSystem:
        """All of it. Raises ValueError where a hard link leads nowhere."""
        rootfs = self._rootfs
        for node, entry in self._links:
            target = rootfs.find(components(self._table.link[entry])[0], follow_last=False)
            # A broken hard link, and a file that several names lead to of which none is its own, stand for themselves.
            if target is not None and rootfs.kind[target] == FILE:
                rootfs.inode[node] = rootfs.inode[target]
        count = len(self._table)
        return FileSystem(
            tables=[self._table],
            first=[0, count],
            rootfs=rootfs,
            links=array("I", [1]) * count,
            node_of=array("I", self._nodes),
        )

    def _node(self, path: bytes) -> int:
        node = ROOT
        for part in components(path)[0]:
            node = self._rootfs.node(node, part)
            if not self._rootfs.kind[node]:
                self._rootfs.put(node, DIRECTORY, NONE, NONE)
        return node

    def _entry(self, row: _Row, type_: str) -> int:
        table, entry = self._table, len(self._table)
        table.directory.append(0)
        table.base.append(b"")
        table.type.append(ord(type_))
        table.permission.append(entry)
        table.mode.append(row.mode)
        table.uid.append(row.uid)
        table.gid.append(row.gid)
        table.size.append(row.size)
        table.mtime.append(row.mtime)
        table.body.append(0)
        if row.link is not None:
            table.link[entry] = _raw(row.link, row.link_b64)
        if row.rdev is not None:
            major, _, minor = row.rdev.partition(":")
            table.device[entry] = int(major), int(minor)
        return entry


def _raw(text: str, encoded: str | None) -> bytes:
    """A name as it is stored. Raises ValueError."""
    return text.encode("utf-8", "surrogateescape") if encoded is None else b64decode(encoded, validate=True)


def _first(error: ValueError) -> str:
    """The first thing that is wrong."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}"
    return str(error)
