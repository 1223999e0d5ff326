"""Growth by package, as the document has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from imgscope.difference.packages import Fate, PackageDelta, PackageGrowth, Packages, State, Weight
from imgscope.packages.model import Package
from imgscope.report.build import exact, text_and_raw
from imgscope.report.difference import wire
from imgscope.report.packages import full_name
from imgscope.report.rows import Rows

_CHANGES: dict[Fate, wire.ChangeName] = {
    Fate.ADDED: "added",
    Fate.REMOVED: "removed",
    Fate.UPDATED: "updated",
    Fate.KEPT: "kept",
}


def package_rows(found: PackageGrowth) -> Rows[wire.PackageChange]:
    """The packages that differ."""
    return Rows(found.deltas, _row)


def package_totals(found: PackageGrowth) -> wire.PackageTotals:
    """Sums of all packages, and what could not be read."""
    before, after = found.before, found.after
    count = Counter(delta.fate for delta in found.deltas)
    return {
        "complete": found.complete,
        "databases": before.databases + after.databases,
        "summary": {name: count[fate] for fate, name in _CHANGES.items()},
        "owned": _pair(before.owned, after.owned),
        "unowned": _pair(before.unowned, after.unowned),
        "unread": [*_unread("before", before), *_unread("after", after)],
    }


def _row(delta: PackageDelta) -> wire.PackageChange:
    type_, namespace, name = delta.name
    return {
        "type": type_,
        "name": exact(full_name(type_, Package(name, "", namespace))),
        "architecture": None if delta.architecture is None else exact(delta.architecture),
        "change": _CHANGES[delta.fate],
        "before": _state(delta.before),
        "after": _state(delta.after),
        "grown": delta.grown.live,
        "wasted_grown": delta.grown.wasted,
    }


def _state(state: State | None) -> wire.PackageState | None:
    if state is None:
        return None
    return {
        "versions": list(map(exact, state.versions)),
        "places": state.places,
        "live_bytes": state.weight.live,
        "wasted_bytes": state.weight.wasted,
    }


def _pair(before: Weight, after: Weight) -> wire.WeightPair:
    grown = after.since(before)
    return {"before": _weight(before), "after": _weight(after), "grown": grown.live, "wasted_grown": grown.wasted}


def _weight(weight: Weight) -> wire.WeightInfo:
    return {"live_bytes": weight.live, "wasted_bytes": weight.wasted}


def _unread(side: wire.SideName, packages: Packages) -> Iterator[wire.UnreadPackages]:
    for one in packages.unread:
        path, raw = text_and_raw(one.path)
        row: wire.UnreadPackages = {
            "side": side,
            "type": one.type,
            "databases": one.databases,
            "path": path,
            "layer": one.layer,
            "message": exact(one.why),
        }
        if raw:
            row["path_b64"] = raw
        yield row
