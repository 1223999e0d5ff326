"""Packages as rows: what each is, and the bytes that it owns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, NotRequired

from typing_extensions import TypedDict

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import NONE
from imgscope.inspection import Inspection
from imgscope.packages.distribution import Distribution
from imgscope.packages.model import Package
from imgscope.packages.ownership import Owner, Ownership
from imgscope.packages.purl import purl
from imgscope.packages.registry import ECOSYSTEMS
from imgscope.report.build import distribution_info, exact, text_and_raw
from imgscope.report.rows import Rows
from imgscope.report.wire import SCHEMA_VERSION, DistributionInfo

By = Literal["size", "wasted", "name", "layer"]
_DEPTH = 2
"""Parts of a path by which bytes that nothing owns are put together."""


class VersionInfo(TypedDict):
    """A version that was there before, and the layer that brought it."""

    version: str
    layer: int


class LayerBytes(TypedDict):
    """What one layer carries of a package. ``rewritten_bytes``: of it, what it wrote without changing the package."""

    layer: int
    live_bytes: int
    wasted_bytes: int
    rewritten_bytes: int


class PackageInfo(TypedDict):
    """One package.

    ``layer`` brought this version. ``removed_in``: the first layer in which no database knows it, null where one does;
    its files may still be there.
    ``name`` has what goes before it: ``@scope/name``, ``group:name``, a whole module path. ``purl`` is null where not
    all is known that one needs. ``place``: the directory or file that it is in; empty for a distribution's packages.
    ``part_of``: the package that brought this one, as ``type:name``; what both own is counted there. ``files`` are
    those in the final filesystem that are counted here.
    """

    type: str
    name: str
    version: str
    architecture: str
    purl: str | None
    place: str
    place_b64: NotRequired[str]
    layer: int
    removed_in: int | None
    part_of: str | None
    files: int
    live_bytes: int
    wasted_bytes: int
    earlier: list[VersionInfo]
    layers: list[LayerBytes]


class TypeTotal(TypedDict):
    """All packages of one type, also where others were asked for. ``packages``: those that are there in the end."""

    type: str
    packages: int
    removed: int
    files: int
    live_bytes: int
    wasted_bytes: int


class UnownedDirectory(TypedDict):
    """Bytes of no package below a directory."""

    path: str
    path_b64: NotRequired[str]
    files: int
    live_bytes: int
    wasted_bytes: int


class UnownedFile(TypedDict):
    """A body of no package."""

    path: str
    path_b64: NotRequired[str]
    layer: int
    live_bytes: int
    wasted_bytes: int


class UnownedInfo(TypedDict):
    """What no package owns. ``directories``: largest first, by the first two parts of paths."""

    files: int
    live_bytes: int
    wasted_bytes: int
    directories: list[UnownedDirectory]


class UnreadInfo(TypedDict):
    """A database that could not be read. The first hundred of each type are listed."""

    type: str
    path: str
    path_b64: NotRequired[str]
    layer: int
    message: str


class Packages(TypedDict):
    """``imgscope packages --format json``. Bytes of ``totals`` and ``unowned`` are the image's, live and wasted.

    ``databases``: how many had packages; a package of a language may be its own. ``unowned_files``: where they were
    asked for, largest first.
    """

    schema_version: str
    complete: bool
    distribution: DistributionInfo | None
    databases: int
    totals: list[TypeTotal]
    unowned: UnownedInfo
    unowned_files: NotRequired[Sequence[UnownedFile]]
    packages: Sequence[PackageInfo]
    unread: list[UnreadInfo]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: bytes of one layer or of all, packages of some types or of all, and their order."""

    layer: int | None = None
    types: tuple[str, ...] = ()
    by: By = "size"
    unowned: bool = False
    """Whether the files that nothing owns are listed."""


class _Body(NamedTuple):
    size: int
    entry: int
    live: bool


@dataclass(slots=True)
class _Sum:
    files: int = 0
    live: int = 0
    wasted: int = 0


def build_packages(inspection: Inspection, found: Ownership, asked: Asked) -> Packages:
    """The whole document."""
    owners = [owner for owner in found.owners if asked.layer is None or asked.layer in {*owner.live, *owner.wasted}]
    totals = _totals(owners, asked.layer)
    owners = [owner for owner in owners if not asked.types or type_of(owner) in asked.types]
    rows = _Builder(found, inspection.distribution, asked.layer)
    owners.sort(key=_order(asked))
    bodies = list(_unowned_bodies(inspection.filesystem, found, asked.layer))
    damaged = any(ECOSYSTEMS[ecosystem].of_distribution for ecosystem in found.unread.counts)
    document: Packages = {
        "schema_version": SCHEMA_VERSION,
        "complete": inspection.complete and found.whole and not damaged,
        "distribution": distribution_info(inspection.distribution),
        "databases": found.databases,
        "totals": totals,
        "unowned": _unowned(inspection.filesystem, bodies),
        "packages": Rows(owners, rows.row),
        "unread": list(_unread(found)),
    }
    if asked.unowned:
        bodies.sort(key=lambda body: (-body.size, body.entry))
        document["unowned_files"] = Rows(bodies, lambda body: _file_row(inspection.filesystem, body))
    return document


def type_of(owner: Owner) -> str:
    """The type of a package, as in its package URL."""
    return ECOSYSTEMS[owner.ecosystem].type


def _sum(by_layer: dict[int, int], layer: int | None) -> int:
    return sum(by_layer.values()) if layer is None else by_layer.get(layer, 0)


def _order(asked: Asked) -> Callable[[Owner], tuple[int | str, ...]]:
    """Largest first, or by name, or lowest layer first; what is equal by name."""

    def key(owner: Owner) -> tuple[int | str, ...]:
        live, wasted = _sum(owner.live, asked.layer), _sum(owner.wasted, asked.layer)
        name = full_name(type_of(owner), owner.package)
        last = owner.ecosystem, owner.package.architecture, owner.package.place.decode(errors="replace")
        first: dict[By, tuple[int | str, ...]] = {
            "size": (-live - wasted, name),
            "wasted": (-wasted, -live, name),
            "name": (name,),
            "layer": (owner.layer, -live - wasted, name),
        }
        return *first[asked.by], *last

    return key


def full_name(type_: str, package: Package) -> str:
    """A name with what goes before it, as its users write it."""
    if not package.namespace:
        return package.name
    return package.namespace + (":" if type_ == "maven" else "/") + package.name


class _Builder:
    def __init__(self, found: Ownership, distribution: Distribution | None, layer: int | None) -> None:
        self._found, self._distribution, self._layer = found, distribution, layer

    def row(self, owner: Owner) -> PackageInfo:
        """One package."""
        package, type_ = owner.package, type_of(owner)
        place, raw = text_and_raw(package.place)
        row: PackageInfo = {
            "type": type_,
            "name": full_name(type_, package),
            "version": package.version,
            "architecture": package.architecture,
            "purl": purl(type_, package, self._distribution),
            "place": place,
            "layer": owner.layer,
            "removed_in": owner.removed,
            "part_of": None if owner.part_of is None else self._name(owner.part_of),
            "files": _sum(owner.files, self._layer),
            "live_bytes": _sum(owner.live, self._layer),
            "wasted_bytes": _sum(owner.wasted, self._layer),
            "earlier": [{"version": version, "layer": layer} for version, layer in owner.earlier],
            "layers": list(self._layers(owner)),
        }
        if raw:
            row["place_b64"] = raw
        return row

    def _name(self, number: int) -> str:
        owner = self._found.owners[number]
        return f"{type_of(owner)}:{full_name(type_of(owner), owner.package)}"

    def _layers(self, owner: Owner) -> Iterator[LayerBytes]:
        for layer in sorted({*owner.live, *owner.wasted}):
            if self._layer in (None, layer):
                yield {
                    "layer": layer,
                    "live_bytes": owner.live.get(layer, 0),
                    "wasted_bytes": owner.wasted.get(layer, 0),
                    "rewritten_bytes": owner.rewritten.get(layer, 0),
                }


def _totals(owners: Iterable[Owner], layer: int | None) -> list[TypeTotal]:
    totals: dict[int, TypeTotal] = {}
    for owner in owners:
        none: TypeTotal = {
            "type": type_of(owner),
            "packages": 0,
            "removed": 0,
            "files": 0,
            "live_bytes": 0,
            "wasted_bytes": 0,
        }
        total = totals.setdefault(owner.ecosystem, none)
        total["packages"] += owner.removed is None
        total["removed"] += owner.removed is not None
        total["files"] += _sum(owner.files, layer)
        total["live_bytes"] += _sum(owner.live, layer)
        total["wasted_bytes"] += _sum(owner.wasted, layer)
    return [total for _, total in sorted(totals.items())]


def _unowned_bodies(fs: FileSystem, found: Ownership, layer: int | None) -> Iterator[_Body]:
    for live, entries in ((True, found.unowned_live), (False, found.unowned_wasted)):
        for entry in entries:
            if layer is None or fs.first[layer] <= entry < fs.first[layer + 1]:
                yield _Body(fs.stored(entry), entry, live)


def _unowned(fs: FileSystem, bodies: Iterable[_Body]) -> UnownedInfo:
    """What no package owns, in all and by directory."""
    whole = _Sum()
    sums: dict[bytes, _Sum] = {}
    top: dict[int, bytes] = {}
    for size, entry, live in bodies:
        for total in (whole, sums.setdefault(_directory(fs, entry, top), _Sum())):
            total.files += live
            total.live += size if live else 0
            total.wasted += 0 if live else size
    ordered = sorted(sums.items(), key=lambda item: (-item[1].live - item[1].wasted, item[0]))
    return {
        "files": whole.files,
        "live_bytes": whole.live,
        "wasted_bytes": whole.wasted,
        "directories": [_directory_row(path, total) for path, total in ordered],
    }


def _directory(fs: FileSystem, entry: int, known: dict[int, bytes]) -> bytes:
    """The first parts of the path of the directory that a body was stored in; ``known`` has those of its neighbours."""
    node = fs.node_of[entry]
    if node == NONE:
        return b"/".join(fs.body_path(entry).split(b"/")[:-1][:_DEPTH])
    above = fs.rootfs.parent[node]
    if above not in known:
        known[above] = b"/".join(fs.rootfs.path(above).split(b"/")[:_DEPTH])
    return known[above]


def _directory_row(directory: bytes, total: _Sum) -> UnownedDirectory:
    path, raw = text_and_raw(directory)
    row: UnownedDirectory = {
        "path": path,
        "files": total.files,
        "live_bytes": total.live,
        "wasted_bytes": total.wasted,
    }
    if raw:
        row["path_b64"] = raw
    return row


def _file_row(fs: FileSystem, body: _Body) -> UnownedFile:
    path, raw = text_and_raw(fs.body_path(body.entry))
    row: UnownedFile = {
        "path": path,
        "layer": fs.locate(body.entry)[0],
        "live_bytes": body.size if body.live else 0,
        "wasted_bytes": 0 if body.live else body.size,
    }
    if raw:
        row["path_b64"] = raw
    return row


def _unread(found: Ownership) -> Iterator[UnreadInfo]:
    for fault in found.unread.faults.values():
        path, raw = text_and_raw(fault.path)
        row: UnreadInfo = {
            "type": ECOSYSTEMS[fault.ecosystem].type,
            "path": path,
            "layer": fault.layer,
            "message": exact(fault.why),
        }
        if raw:
            row["path_b64"] = raw
        yield row


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    from imgscope.report.json import schema_of

    return schema_of(Packages, f"imgscope packages {SCHEMA_VERSION}")
