"""What dive 0.13.1 counts, bit for bit, and its three rules: for gates that a ``.dive-ci`` drives, and nothing else.

How its numbers differ from the truth, which is bytes that travel and are not in the final filesystem, each once:

- A path counts with all its copies, the one that is needed included: a file of 10 MB written twice wastes 20 MB.
- Only what is written or removed at the same path counts. A directory that is removed, one made opaque, and one that
  a file takes the place of (or the other way round) waste nothing, whatever was in them.
- The efficiency keeps the smallest copy of a path, the waste keeps none: they rest on different ideas.
- Copies inside one layer count for the size of the layer and for nothing else. Links of the path are not followed.
- A whiteout of what is not there ends the count of its layer: what comes behind it by name is not looked at.
- The first layer counts as the base image, whatever the image was made from.

Not imitated are sizes that headers of links and directories claim (they have no bodies, and the tables do not keep
them), sums that wrap around beyond 63 bits, and what dive's reader makes of some archives: layers of an OCI archive in
random order, linked ones as empty, and no image at all where a layer has a global pax header.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from posixpath import normpath
from typing import NamedTuple

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import ABSENT, DIRECTORY, FILE, NONE, ROOT, RootFs
from imgscope.gate.context import SHOWN
from imgscope.gate.dive_ci import DiveRule, DiveRules
from imgscope.gate.model import DiveNumbers, Finding, Level, Number, Outcome, State, Unit
from imgscope.gate.subject import Subject
from imgscope.tar import typeflag
from imgscope.tar.table import MemberTable

_WHITEOUT = b".wh."
_LEFT_OUT = b".wh..wh.."
_NO_NAME = frozenset((b"", b".", b".."))
_UNUSUAL = {
    "inf": "the layers above the first hold nothing themselves, and something is wasted",
    "nan": "the layers above the first hold nothing, and nothing is wasted: dive lets that pass",
}


class Repeated(NamedTuple):
    """A path that dive met more than once."""

    path: bytes
    """Without the leading slash that dive writes."""
    times: int
    """How often it was written or removed."""
    bytes: int
    """Of all its copies."""
    layer: int
    """The last that wrote or removed it."""


@dataclass(frozen=True, slots=True)
class DiveCount:
    """What dive counts. Sizes are bytes."""

    efficiency: float
    """At most 1; whiteouts of what is not there can take it below 0."""
    wasted_bytes: int
    user_bytes: int
    """Of all layers but the first."""
    user_wasted: float
    """The waste as a part of them: not a number where both are 0, infinite where only they are."""
    inefficient: tuple[Repeated, ...]
    """Largest first, then by path; those of 0 bytes too."""


def count(fs: FileSystem) -> DiveCount:
    """Count as dive does. Linear in entries, but that names in layers with whiteouts are sorted."""
    hiding = {layer for layer, table in enumerate(fs.tables) if table is not None and _hides(table)}
    last = max(hiding, default=-1)
    state, user_bytes = _Count(fs), 0
    for number, table in enumerate(fs.tables):
        if table is None:
            continue
        layer = _Layer(state.names, table, number)
        # The order tells where nodes remove each other, or come to the same place.
        nodes = layer.in_order() if number in hiding or state.climbs else layer.rows
        if number:
            user_bytes += layer.size
        elif hiding:
            # What the first layer removes dive looks for in that layer itself, as if it lay below.
            state.copy(layer)
        state.visit(layer, nodes)
        if number < last:
            state.stack(layer, nodes)
    return state.result(user_bytes)


def _hides(table: MemberTable) -> bool:
    names = (table.base, table.directories)
    return any(_WHITEOUT in name for column in names for name in column)


class _Layer:
    """The tree that dive makes of one layer; nodes are those of ``names``."""

    def __init__(self, names: RootFs, table: MemberTable, number: int) -> None:
        self.number = number
        self.rows: dict[int, int] = {}
        """By node the row that last wrote it, NONE where only paths imply it."""
        self.children: dict[int, list[int]] = {}
        self.size = sum(table.size)
        """Of all entries, those left out of the tree included."""
        self._names = names
        self._table = table
        self._read()

    def _read(self) -> None:
        table, parents = self._table, dict[int, int]()
        for row, (directory, base) in enumerate(zip(table.directory, table.base, strict=True)):
            name = base.removesuffix(b"/")
            if name in _NO_NAME:
                path = normpath(table.name(row))
                node = self._reach(path)
                if path == b".":
                    self.size -= table.size[row]
            else:
                parent = parents.get(directory)
                if parent is None:
                    parent = parents[directory] = self._reach(normpath(table.directories[directory]))
                node = self._step(parent, name)
            if node not in (ROOT, NONE):
                self.rows[node] = row

    def _reach(self, path: bytes) -> int:
        """The node of a clean path, with all directories that lead to it."""
        node = ROOT
        for name in path.split(b"/"):
            if name not in (b"", b"."):
                node = self._step(node, name)
        return node

    def _step(self, parent: int, name: bytes) -> int:
        """The node of a name in a directory; NONE for opaque markers and what is below them."""
        if parent == NONE or name.startswith(_LEFT_OUT):
            return NONE
        node = self._names.node(parent, name)
        if node not in self.rows:
            self.rows[node] = NONE
            self.children.setdefault(parent, []).append(node)
        return node

    def in_order(self) -> list[int]:
        """All nodes as dive visits them: by name, what is in a directory before itself."""
        name, found, todo = self._names.name.__getitem__, [], [ROOT]
        while todo:
            node = todo.pop()
            found.append(node)
            todo += sorted(self.children.get(node, ()), key=name)
        return found[:0:-1]

    def size_of(self, node: int) -> int:
        """Bytes of a node's entry."""
        row = self.rows[node]
        return 0 if row == NONE else self._table.size[row]

    def kind_of(self, node: int) -> int:
        """What dive takes a node for: a directory is one only by its own entry."""
        row = self.rows[node]
        if row == NONE:
            return FILE
        directory = self._table.type[row] == typeflag.DIRECTORY or self._table.permissions(row)[0] & ~0o7777 == 0o040000
        return DIRECTORY if directory else FILE


class _Count:
    """The layers so far, put on one another, and what was met at which path."""

    def __init__(self, fs: FileSystem) -> None:
        self._fs = fs
        self.names = RootFs(lambda _inode: b"")
        # The root has no entry of its own.
        self.names.kind[ROOT] = FILE
        self._once: dict[int, int] = {}
        """By path the size of its first copy; -1 for one that was only removed, and had not been there."""
        self._again: dict[int, tuple[int, int, int, int]] = {}
        """How often, all bytes, the fewest, and the last layer."""

    @property
    def climbs(self) -> bool:
        """Whether some name begins with ``..``."""
        return b".." in self.names.children[ROOT]

    def copy(self, layer: _Layer) -> None:
        """Let the first layer lie there as it is, whiteouts and all."""
        for node in layer.rows:
            self._put(node, layer, node)

    def stack(self, layer: _Layer, nodes: Iterable[int]) -> None:
        """Put a layer on the others, node by node: what is removed stays only if it comes again."""
        names, places = self.names, {ROOT: ROOT}
        climbs = self.climbs
        for node in nodes:
            if names.name[node].startswith(_WHITEOUT):
                self._remove(self._removed(node))
            else:
                self._put(self._inside(node, places) if climbs else node, layer, node)

    def visit(self, layer: _Layer, nodes: Iterable[int]) -> None:
        """Count what a layer writes and removes: nodes without children, until a whiteout finds nothing."""
        names, known = self.names, dict[int, int]()
        for node in nodes:
            if node in layer.children:
                continue
            name = names.name[node]
            if not name.startswith(_WHITEOUT):
                self._meet(node, layer.size_of(node), layer.number)
                continue
            path = names.node(names.parent[node], name.removeprefix(_WHITEOUT))
            removed = self._removed(node)
            if not names.kind[removed]:
                # dive has made its record of the path by then, with a smallest copy of -1 bytes.
                self._once.setdefault(path, -1)
                return
            below = self._below(removed, known) if names.kind[removed] == DIRECTORY else 0
            self._meet(path, below, layer.number)

    def result(self, user_bytes: int) -> DiveCount:
        """All numbers."""
        least = sum(self._once.values())
        total = sum(size for size in self._once.values() if size > 0)
        wasted, found = 0, []
        for node, (times, size, smallest, layer) in self._again.items():
            least += smallest - self._once[node]
            total += size - self._once[node]
            wasted += size
            found.append(Repeated(self.names.path(node), times, size, layer))
        found.sort(key=lambda repeated: (-repeated.bytes, repeated.path))
        # Go divides floats; the quotient of the numbers themselves may differ in the last bit.
        efficiency = float(least) / float(total) if total else 1.0
        return DiveCount(efficiency, wasted, user_bytes, _part(wasted, user_bytes), tuple(found))

    def _meet(self, path: int, size: int, layer: int) -> None:
        first = self._once.get(path, -1)
        if first < 0:
            self._once[path] = size
        else:
            times, total, least, _ = self._again.get(path, (1, first, first, 0))
            self._again[path] = (times + 1, total + size, min(least, size), layer)

    def _removed(self, whiteout: int) -> int:
        """The node that a whiteout removes: one without a name means its directory."""
        name, parent = self.names.name[whiteout], self.names.parent[whiteout]
        return parent if name == _WHITEOUT else self.names.node(parent, name.removeprefix(_WHITEOUT))

    def _put(self, place: int, layer: _Layer, node: int) -> None:
        row, names = layer.rows[node], self.names
        entry = NONE if row == NONE else self._fs.first[layer.number] + row
        if place != ROOT:
            names.put(place, layer.kind_of(node), entry, entry)
        while not names.kind[place := names.parent[place]]:
            names.put(place, FILE, NONE, NONE)

    def _remove(self, top: int) -> None:
        names = self.names
        todo = [top] if top != ROOT and names.kind[top] else []
        while todo:
            node = todo.pop()
            names.kind[node] = ABSENT
            todo += names.take_children(node)

    def _below(self, top: int, known: dict[int, int]) -> int:
        """Bytes of a directory and all below it; ``known`` keeps them for directories inside others."""
        names, nodes = self.names, [] if top in known else [top]
        for node in nodes:
            children = names.take_children(node)
            for child in children:
                names.keep(child)
            entry = names.entry[node]
            known[node] = 0 if entry == NONE else self._fs.size(entry)
            known[node] += sum(known.get(child, 0) for child in children)
            nodes += [child for child in children if child not in known]
        for node in nodes[:0:-1]:
            known[names.parent[node]] += known[node]
        return known[top]

    def _inside(self, node: int, places: dict[int, int]) -> int:
        """Where a node lands: dive cleans its path again, and what climbs out of the root falls back into it."""
        names, way = self.names, []
        while node not in places:
            way.append(node)
            node = names.parent[node]
        place = places[node]
        for node in reversed(way):
            if names.name[node] != b"..":
                place = names.node(place, names.name[node])
            places[node] = place
        return place


def _part(wasted: int, of: int) -> float:
    """Go's division of floats."""
    if of:
        return float(wasted) / float(of)
    return math.inf if wasted else math.nan


def judge(subject: Subject, rules: DiveRules) -> tuple[DiveNumbers, tuple[Outcome, ...]]:
    """What dive counts of an image, and its rules in dive's order.

    It compares floats; a value equal to the limit passes, and so does one that is not a number.
    """
    counted = count(subject.filesystem)
    efficiency, wasted, share = counted.efficiency, counted.wasted_bytes, counted.user_wasted
    report = partial(_outcome, origin=rules.where, found=_findings(subject, counted))
    numbers = DiveNumbers(wasted, counted.user_bytes, efficiency)
    return numbers, (
        report(
            "highestUserWastedPercent",
            rules.highest_user_wasted_percent,
            Unit.PERCENT,
            _percent(share),
            lambda limit: not share > limit,
            note=_UNUSUAL.get(str(share), ""),
        ),
        report("highestWastedBytes", rules.highest_wasted_bytes, Unit.BYTES, wasted, lambda limit: wasted <= limit),
        report(
            "lowestEfficiency",
            rules.lowest_efficiency,
            Unit.RATIO,
            _exact(efficiency),
            lambda limit: not limit > efficiency,
        ),
    )


def _outcome(
    id_: str,
    rule: DiveRule,
    unit: Unit,
    value: Number | None,
    passes: Callable[[float], bool],
    *,
    origin: str,
    found: Sequence[Finding],
    note: str = "",
) -> Outcome:
    default = "" if rule.given else "limit from dive's default"
    if rule.limit is None:
        return Outcome(id_, Level.ERROR, State.SKIPPED, unit, None, None, note=default, origin=origin)
    limit = rule.limit if isinstance(rule.limit, int) else _exact(rule.limit)
    return Outcome(
        id=id_,
        level=Level.ERROR,
        state=State.PASSED if passes(rule.limit) else State.FAILED,
        unit=unit,
        limit=100 * limit if unit is Unit.PERCENT else limit,
        value=value,
        findings=tuple(found[:SHOWN]),
        found=len(found),
        note="; ".join(filter(None, (default, note))),
        origin=origin,
    )


def _findings(subject: Subject, counted: DiveCount) -> list[Finding]:
    return [
        Finding(path, size, None, layer, subject.instruction(layer), detail=f"written or removed {times} times")
        for path, times, size, layer in counted.inefficient
        if size
    ]


def _percent(share: float) -> Number | None:
    if math.isnan(share):
        return 0
    return None if math.isinf(share) else 100 * _exact(share)


def _exact(number: float) -> Fraction:
    """A float as people read it: 0.1 and not what is nearest to it; floats that differ stay in their order."""
    return Fraction(repr(number))
