"""The contract of ``imgscope diff --format json``: names and types. Additions are allowed, renames are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired

from typing_extensions import TypedDict

SourceName = Literal["image", "layer", "report", "baseline", "listing"]
KindName = Literal["added", "removed", "changed", "renamed"]
AspectName = Literal["type", "content", "target", "device", "mode", "owner", "xattrs", "links", "mtime"]
ChangeName = Literal["added", "removed", "updated", "kept"]
SideName = Literal["before", "after"]
TypeName = Literal["file", "dir", "symlink", "char", "block", "fifo", "other"]


class SideInfo(TypedDict):
    """What was compared: a file as it was named, and which image or layer of it."""

    path: str
    source: SourceName
    name: str
    complete: bool


class SummaryInfo(TypedDict):
    """Numbers of paths, and bytes of their files. ``unknown``: files of equal size whose contents nobody knows."""

    added: int
    removed: int
    changed: int
    renamed: int
    added_bytes: int
    removed_bytes: int
    mtime_only: int
    """Paths that differ in nothing but their time; listed, and counted as different, only with ``--mtime``."""
    unknown: int


class ChangeInfo(TypedDict):
    """A field of the config, or a fact about the image; ``key``: of ``env`` the variable, and so on.

    null: not set; ``****``: the value of a secret, which nobody asked for.
    """

    field: str
    key: str
    before: str | None
    after: str | None


class NumberInfo(TypedDict):
    """A number then and now; null where it was not there."""

    name: str
    before: int | None
    after: int | None
    grown: int


class LayerPairInfo(TypedDict):
    """A layer and what became of it: layers of one diff_id (``same``), else of one instruction. Bytes are content."""

    instruction: str | None
    before: int | None
    after: int | None
    before_bytes: int | None
    after_bytes: int | None
    grown: int
    same: bool


class StateInfo(TypedDict):
    """What stands at a path; ``layer`` wrote it last."""

    type: TypeName
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    link: str | None
    link_b64: NotRequired[str]
    rdev: NotRequired[str]
    xattrs: NotRequired[list[str]]
    layer: int | None


class PathInfo(TypedDict):
    """One path. ``renamed_from`` is where it was; ``below``: paths that moved along with a directory."""

    path: str
    path_b64: NotRequired[str]
    kind: KindName
    differs: list[AspectName]
    renamed_from: str | None
    renamed_from_b64: NotRequired[str]
    below: int
    before: StateInfo | None
    after: StateInfo | None


class PackageState(TypedDict):
    """What a side has of a package; no versions: no database knows it any more, but its files or its waste are there.

    ``places``: in how many it is installed, which a distribution's packages are in one.
    """

    versions: list[str]
    places: int
    live_bytes: int
    wasted_bytes: int


class PackageChange(TypedDict):
    """A package that is new, gone, or has other versions, be they later or earlier; ``kept``: other bytes or places.

    ``architecture``: where a side has it for several; else null. ``before`` and ``after`` null: not there.
    """

    type: str
    name: str
    architecture: str | None
    change: ChangeName
    before: PackageState | None
    after: PackageState | None
    grown: int
    """Of live bytes."""
    wasted_grown: int


class WeightInfo(TypedDict):
    """Bytes of files of one kind, live and wasted."""

    live_bytes: int
    wasted_bytes: int


class WeightPair(TypedDict):
    """The same then and now."""

    before: WeightInfo
    after: WeightInfo
    grown: int
    wasted_grown: int


class UnreadPackages(TypedDict):
    """Databases of one type in ``side`` that could not be read: how many at least, and the first of them."""

    side: SideName
    type: str
    databases: int
    path: str
    path_b64: NotRequired[str]
    layer: int
    message: str


class PackageTotals(TypedDict):
    """Bytes of all packages (``owned``) and of none (``unowned``), which are together those of ``totals``.

    ``complete``: whether all packages are known that are not of a language. ``databases``: how many were found in both
    sides. ``summary``: how many packages were added, say.
    """

    complete: bool
    databases: int
    summary: dict[ChangeName, int]
    owned: WeightPair
    unowned: WeightPair
    unread: list[UnreadPackages]


class Diff(TypedDict):
    """``imgscope diff --format json``; null: not compared, because one side does not have it or nobody asked."""

    schema_version: str
    different: bool
    complete: bool
    before: SideInfo
    after: SideInfo
    summary: SummaryInfo | None
    config: list[ChangeInfo] | None
    facts: list[ChangeInfo]
    """What never counts: ids, digests, names, dates, compression."""
    totals: list[NumberInfo]
    layers: list[LayerPairInfo] | None
    directories: list[NumberInfo] | None
    waste: list[NumberInfo] | None
    package_totals: PackageTotals | None
    packages: Sequence[PackageChange] | None
    """Those that differ, what grew most first."""
    paths: Sequence[PathInfo] | None
