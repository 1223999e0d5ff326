"""Which rows of a layer are no files: whiteouts, opaque markers, and what belongs to the format."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import chain

from imgscope.filesystem.paths import components, normal
from imgscope.filesystem.whiteout import META, OPAQUE, PREFIX, hidden_name
from imgscope.tar import typeflag
from imgscope.tar.table import MemberTable

_LANDMARKS = (b".prefetch.landmark", b".no.prefetch.landmark")
_TOC = b"stargz.index.json"
_OVERLAY_XATTRS = frozenset(
    (b"trusted.overlay.opaque", b"user.overlay.opaque", b"user.fuseoverlayfs.opaque", b"trusted.overlay.whiteout")
)


@dataclass(slots=True)
class Special:
    """The rows of a layer that are not applied as what they look like."""

    whiteouts: array[int] = field(default_factory=lambda: array("I"))
    opaque: array[int] = field(default_factory=lambda: array("I"))
    """Markers that empty the directory they stand in."""
    places: dict[int, list[bytes]] = field(default_factory=dict)
    """Directories that markers stand in, as parts, by number of the stored name (a directory may have several)."""
    invalid: list[int] = field(default_factory=list)
    """Whiteouts that name nothing."""
    meta_rows: list[int] = field(default_factory=list)
    """AUFS bookkeeping: no part of the filesystem, but hard links may refer to it."""
    meta: dict[bytes, int] = field(default_factory=dict)
    """The same by path."""
    overlay: list[int] = field(default_factory=list)
    """Markers of overlayfs itself, which container engines do not heed: they stay what they look like."""
    stargz: list[int] = field(default_factory=list)
    """eStargz landmarks and table of contents: files like others, whose bytes belong to the format."""
    skip: bytearray = field(default_factory=bytearray)
    """By row: whether it is not written as an entry; empty where all are."""

    @property
    def markers(self) -> bool:
        """Whether any row hides something."""
        return bool(self.whiteouts or self.opaque)

    def ways(self) -> Ways:
        """Directories that lead to markers, the markers' own included."""
        ways = Ways()
        for parts in self.places.values():
            ways.add(parts)
        return ways


class Ways:
    """A set of paths and all their beginnings, as steps: paths joined would take the square of their depth."""

    def __init__(self) -> None:
        self._steps: dict[tuple[int, bytes], int] = {}

    def add(self, parts: list[bytes]) -> None:
        """Take in a path."""
        place = 0
        for part in parts:
            place = self._steps.setdefault((place, part), len(self._steps) + 1)

    def __contains__(self, parts: list[bytes]) -> bool:
        place = 0
        for part in parts:
            place = self._steps.get((place, part), 0)
            if not place:
                return False
        return True


def classify(table: MemberTable) -> Special:
    """Sort out a layer's rows."""
    special = Special()
    for row in [row for row, base in enumerate(table.base) if base.startswith(PREFIX)]:
        _take(special, table, row)
    for row in chain(special.whiteouts, special.opaque):
        place = table.directory[row]
        if place not in special.places:
            special.places[place] = components(table.directories[place])[0]
    _take_below_meta(special, table)
    _take_stargz(special, table)
    _take_overlay(special, table)
    return special


def _take(special: Special, table: MemberTable, row: int) -> None:
    base = table.base[row].rstrip(b"/")
    _skip(special, table, row)
    if base == OPAQUE:
        special.opaque.append(row)
    elif base.startswith(META):
        _take_meta(special, table, row)
    elif hidden_name(base):
        special.whiteouts.append(row)
    else:
        special.invalid.append(row)


def _skip(special: Special, table: MemberTable, row: int) -> None:
    special.skip = special.skip or bytearray(len(table))
    special.skip[row] = 1


def _take_meta(special: Special, table: MemberTable, row: int) -> None:
    special.meta_rows.append(row)
    special.meta[normal(table.name(row))] = row


def _take_below_meta(special: Special, table: MemberTable) -> None:
    inside = {
        number
        for number, name in enumerate(table.directories)
        if META in name and any(part.startswith(META) for part in components(name)[0])
    }
    if inside:
        for row, number in enumerate(table.directory):
            if number in inside and not (special.skip and special.skip[row]):
                _skip(special, table, row)
                _take_meta(special, table, row)


def _take_stargz(special: Special, table: MemberTable) -> None:
    """A landmark is one byte anywhere at the top; the table of contents is the last member."""
    if any(name in table.base for name in _LANDMARKS):
        special.stargz += [
            row
            for row, base in enumerate(table.base)
            if base in _LANDMARKS and table.stored(row) == 1 and _is_file_at_top(table, row)
        ]
    if table.base and table.base[-1] == _TOC and _is_file_at_top(table, len(table) - 1):
        special.stargz.append(len(table) - 1)


def _take_overlay(special: Special, table: MemberTable) -> None:
    """Layers packed from an overlay's upper directory hold its own kind of markers."""
    special.overlay += [
        row for row, device in table.device.items() if device == (0, 0) and table.type[row] == typeflag.CHARACTER_DEVICE
    ]
    special.overlay += [row for row, names in table.xattrs.items() if _OVERLAY_XATTRS.intersection(names)]


def _is_file_at_top(table: MemberTable, row: int) -> bool:
    at_top = not components(table.directories[table.directory[row]])[0]
    return at_top and table.type[row] in typeflag.REGULAR
