"""Difference → wire types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from imgscope.analysis.growth import Delta
from imgscope.difference.compare import Group, grouped, size_of, summary
from imgscope.difference.config import Change
from imgscope.difference.model import OF_CONTENT, Aspect, Kind, Paths, Row, State
from imgscope.difference.side import Side
from imgscope.difference.whole import Difference, LayerPair
from imgscope.filesystem.rootfs import NONE
from imgscope.report.build import exact, text_and_raw
from imgscope.report.difference import wire
from imgscope.report.difference.masking import without_secrets
from imgscope.report.json import schema_of
from imgscope.report.rows import Rows
from imgscope.report.wire import SCHEMA_VERSION

KINDS: dict[Kind, wire.KindName] = {
    Kind.ADDED: "added",
    Kind.REMOVED: "removed",
    Kind.CHANGED: "changed",
    Kind.RENAMED: "renamed",
}
ASPECTS: dict[Aspect, wire.AspectName] = {
    Aspect.TYPE: "type",
    Aspect.CONTENT: "content",
    Aspect.TARGET: "target",
    Aspect.DEVICE: "device",
    Aspect.MODE: "mode",
    Aspect.OWNER: "owner",
    Aspect.XATTRS: "xattrs",
    Aspect.LINKS: "links",
    Aspect.MTIME: "mtime",
}


def build_diff(found: Difference, *, show_secrets: bool = False) -> wire.Diff:
    """The whole document; values of what is named like a secret are in it only where that is wanted."""
    found = found if show_secrets else without_secrets(found)
    paths = found.paths
    diff: wire.Diff = {
        "schema_version": SCHEMA_VERSION,
        "different": found.different,
        "complete": found.complete,
        "before": _side(found.before),
        "after": _side(found.after),
        "summary": summary_info(paths) if paths else None,
        "config": None if found.settings is None else _changes(found.settings),
        "facts": _changes(found.facts),
        "totals": _numbers(found.totals),
        "layers": None if found.layers is None else [_layer(pair) for pair in found.layers],
        "directories": None if found.directories is None else _numbers(found.directories),
        "waste": None if found.waste is None else _numbers(found.waste),
        "package_totals": None,
        "packages": None,
        "paths": Rows(paths.rows, lambda row: path_info(paths, row)) if paths else None,
    }
    if found.packages:
        # What knows packages takes long to load, and few ask.
        from imgscope.report.difference.packages import package_rows, package_totals

        diff["package_totals"], diff["packages"] = package_totals(found.packages), package_rows(found.packages)
    return diff


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return schema_of(wire.Diff, f"imgscope diff {SCHEMA_VERSION}")


def summary_info(paths: Paths) -> wire.SummaryInfo:
    """Numbers of paths."""
    found = summary(paths)
    return {
        "added": found.count[Kind.ADDED],
        "removed": found.count[Kind.REMOVED],
        "changed": found.count[Kind.CHANGED],
        "renamed": found.count[Kind.RENAMED],
        "added_bytes": found.bytes[Kind.ADDED],
        "removed_bytes": found.bytes[Kind.REMOVED],
        "mtime_only": paths.mtime_only,
        "unknown": paths.unknown,
    }


def _side(side: Side) -> wire.SideInfo:
    source: wire.SourceName = side.source.value
    return {"path": exact(side.path), "source": source, "name": exact(side.name), "complete": side.complete}


def _changes(changes: Iterable[Change]) -> list[wire.ChangeInfo]:
    return [
        {
            "field": change.field,
            "key": exact(change.key),
            "before": None if change.before is None else exact(change.before),
            "after": None if change.after is None else exact(change.after),
        }
        for change in changes
    ]


def _numbers(deltas: Iterable[Delta]) -> list[wire.NumberInfo]:
    return [
        {"name": exact(delta.name), "before": delta.before, "after": delta.after, "grown": delta.grown}
        for delta in deltas
    ]


def _layer(pair: LayerPair) -> wire.LayerPairInfo:
    return {
        "instruction": exact(pair.instruction) or None,
        "before": pair.before,
        "after": pair.after,
        "before_bytes": pair.before_bytes,
        "after_bytes": pair.after_bytes,
        "grown": pair.grown,
        "same": pair.same,
    }


def path_info(paths: Paths, row: Row) -> wire.PathInfo:
    """One path."""
    now = paths.path(row)
    path, raw = text_and_raw(now)
    found: wire.PathInfo = {
        "path": path,
        "kind": KINDS[row.kind],
        "differs": [ASPECTS[aspect] for aspect in row.aspects],
        "renamed_from": None,
        "below": row.below,
        "before": None if row.before == NONE else _state(paths.before.state(row.before)),
        "after": None if row.after == NONE else _state(paths.after.state(row.after)),
    }
    if raw:
        found["path_b64"] = raw
    if row.before != NONE and row.after != NONE and (old := paths.before.path(row.before)) != now:
        found["renamed_from"], raw = text_and_raw(old)
        if raw:
            found["renamed_from_b64"] = raw
    return found


def _state(state: State) -> wire.StateInfo:
    target, raw = text_and_raw(state.target)
    found: wire.StateInfo = {
        "type": state.type,
        "mode": state.mode,
        "uid": state.uid,
        "gid": state.gid,
        "size": state.size,
        "mtime": state.mtime,
        "link": target or None,
        "layer": state.layer,
    }
    if raw:
        found["link_b64"] = raw
    if state.device:
        found["rdev"] = f"{state.device[0]}:{state.device[1]}"
    if state.xattrs:
        found["xattrs"] = [text_and_raw(name)[0] for name in state.xattrs]
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A path that people are shown, and how much it is with what is below it."""

    info: wire.PathInfo
    paths: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Section:
    """What was added, say: all in order of paths, or the largest of it, largest first."""

    kind: wire.KindName
    shown: tuple[Shown, ...]
    found: int
    """Paths of the kind; a directory that is shown with all below it is one of what is shown."""
    left_out: int
    """Of what would be shown."""


def sections(paths: Paths, top: int | None) -> list[Section]:
    """What people are shown, kind by kind: all in order of paths, one by one, or the ``top`` largest of each.

    Sections without a path are left out.
    """
    groups = [Group(row, 1, size_of(paths, row)) for row in paths.rows] if top is None else grouped(paths)
    count = summary(paths).count
    found = []
    for kind, name in KINDS.items():
        every = [group for group in groups if group.row.kind is kind]
        chosen = every if top is None else _largest(paths, every, top)
        if every:
            shown = tuple(Shown(path_info(paths, one.row), one.paths, one.bytes) for one in chosen)
            found.append(Section(name, shown, count[kind], len(every) - len(chosen)))
    return found


def _largest(paths: Paths, groups: list[Group], top: int) -> list[Group]:
    """The largest first: of what was changed by the larger of its two sizes, other content before all else.

    What was renamed with most below it comes first.
    """
    if len(groups) <= top:
        return groups

    def weight(group: Group) -> tuple[int, int, int]:
        row = group.row
        if row.kind in (Kind.ADDED, Kind.REMOVED):
            return 0, -group.bytes, -group.paths
        larger = max(paths.before.size(row.before), paths.after.size(row.after))
        if row.kind is Kind.RENAMED:
            return -row.below, -larger, 0
        return 0 if row.aspects & OF_CONTENT else 1, -larger, 0

    return sorted(groups, key=weight)[:top]
