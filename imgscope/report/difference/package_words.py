"""Growth by package as people are told of it: a title and cells. They hold texts from images: escape them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from imgscope.report.difference import words
from imgscope.report.difference.wire import ChangeName, Diff, PackageChange, PackageState, PackageTotals, WeightPair
from imgscope.units import count

TITLES = ("", "before", "after", "growth", "waste", "type", "package", "version")
"""Of the cells: a sign, live bytes then and now and their growth, the growth of waste, and what it is."""
Cells = tuple[str, ...]
_SIGNS: dict[ChangeName, str] = {"added": "+", "removed": "-", "updated": "~", "kept": ""}


class _Bytes(NamedTuple):
    """Live bytes then and now, and the growth of waste."""

    before: int
    after: int
    waste: int


def table(diff: Diff, top: int | None, size: words.Size, arrow: str) -> tuple[str, list[Cells]] | None:
    """A title, and rows: packages that grew or shrank most, and sums of all others, of no package, and of everything.

    None where nobody asked for packages, or neither side has any.
    """
    totals, packages = diff["package_totals"], diff["packages"]
    if totals is None or packages is None or not totals["databases"]:
        return None
    chosen = words.grown_most(packages, top)
    owned, unowned = _bytes(totals["owned"]), _bytes(totals["unowned"])
    others = _less(owned, _sum([_bytes(one) for one in chosen]))
    sums = {"other packages": others, "of no package": unowned, "all": _sum([owned, unowned])}
    last = [("", *_numbers(bytes_, size), "", name, "") for name, bytes_ in sums.items() if any(bytes_)]
    return _title(totals, len(chosen), len(packages)), [*(_row(one, size, arrow) for one in chosen), *last]


def _title(totals: PackageTotals, shown: int, found: int) -> str:
    few = f", {count(shown)} of {count(found)}" if shown < found else ""
    fates = [
        f"{count(totals['summary'][name])} {said}" for name, said in words.FATES.items() if totals["summary"][name]
    ]
    return f"Packages{few}: {', '.join(fates) or 'no difference'}"


def _row(one: PackageChange, size: words.Size, arrow: str) -> Cells:
    sizes = (_live(one[side], size) for side in words.SIDES)
    growth = (words.growth(grown, size) for grown in (one["grown"], one["wasted_grown"]))
    name = one["name"] if one["architecture"] is None else f"{one['name']}:{one['architecture']}"
    return _SIGNS[one["change"]], *sizes, *growth, one["type"], name, _version(one, arrow)


def _live(state: PackageState | None, size: words.Size) -> str:
    return size(state["live_bytes"]) if state and (state["places"] or state["live_bytes"]) else "-"


def _version(one: PackageChange, arrow: str) -> str:
    """The versions that there were and are, and in how many places, where those are several."""
    states = [state for state in (one["before"], one["after"]) if state and state["places"]]
    if not states:
        return "removed"
    versions = dict.fromkeys(", ".join(state["versions"]) for state in states)
    places = dict.fromkeys(state["places"] for state in states)
    where = f" in {f' {arrow} '.join(map(count, places))} places" if max(places) > 1 else ""
    return f" {arrow} ".join(versions) + where


def _bytes(one: PackageChange | WeightPair) -> _Bytes:
    before, after = (state["live_bytes"] if state else 0 for state in (one["before"], one["after"]))
    return _Bytes(before, after, one["wasted_grown"])


def _sum(some: Sequence[_Bytes]) -> _Bytes:
    return _Bytes(*(sum(one[at] for one in some) for at in range(3)))


def _less(all_: _Bytes, some: _Bytes) -> _Bytes:
    return _Bytes(*(one - other for one, other in zip(all_, some, strict=True)))


def _numbers(bytes_: _Bytes, size: words.Size) -> Cells:
    growth = (words.growth(grown, size) for grown in (bytes_.after - bytes_.before, bytes_.waste))
    return size(bytes_.before), size(bytes_.after), *growth
