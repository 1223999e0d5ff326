"""Browser: what a person looks at (layer, lens, order, filter, what is open) and the rows that follow from it.

It knows nothing of a terminal. Making rows may take a while on a large image, so it is one call that can be made in
a thread: :meth:`Browser.rows` depends on nothing but its :class:`Wish`, and on what is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from imgscope.escaping import printable
from imgscope.filesystem.lookup import ever
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import NONE, ROOT
from imgscope.filesystem.timeline import Mark
from imgscope.filesystem.tree import nodes_of
from imgscope.settings import Sort
from imgscope.tui.lens import Lens, Lenses, Mode
from imgscope.tui.matching import Names, Scope, both, hits, matches, parse
from imgscope.tui.rows import TreeRows

_FLIP = bytes([1, *[0] * 255])
_OPENED_UP_TO = 2000
"""Matches whose directories a filter opens; of more, nobody reads the list."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to show."""

    layer: int
    mode: Mode = Mode.AGGREGATED
    waste_only: bool = False
    order: Sort = Sort.SIZE
    reverse: bool = False
    filter: str = ""
    hidden: frozenset[Mark] = frozenset()
    """Marks whose paths are left out."""

    @property
    def narrow(self) -> bool:
        """Whether not everything is shown."""
        return bool(self.filter.strip() or self.hidden)


@dataclass(repr=False)
class Browser:
    """Looks at one filesystem."""

    fs: FileSystem
    opened: bytearray = field(init=False)
    _lenses: dict[bool, tuple[object, Lens]] = field(default_factory=dict, init=False)
    """The last lens on waste and the last on everything: both are in use at once."""
    _weights: tuple[object, Weights] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.lenses = Lenses(self.fs)
        self.opened = bytearray(len(self.fs.rootfs))
        for node in self.lenses.tree.children.get(ROOT, {}).values():
            self.opened[node] = 1

    @cached_property
    def names(self) -> Names:
        """All names, made to be searched."""
        return Names(self.fs)

    @cached_property
    def final(self) -> Lens:
        """The lens on the filesystem as it is in the end."""
        return self.lenses.aggregated(len(self.fs.tables) - 1)

    @cached_property
    def ever(self) -> bytearray:
        """By node: whether any layer had something there."""
        return ever(self.fs)

    def lens(self, wish: Wish) -> Lens:
        """The lens that is wished for, without its filter."""
        kept = self._lenses.get(wish.waste_only)
        if kept is None or kept[0] != (wish.layer, wish.mode):
            kept = self._lenses[wish.waste_only] = (wish.layer, wish.mode), self._make(wish)
        return kept[1]

    def rows(self, wish: Wish) -> TreeRows:
        """The rows that are wished for. Raises ValueError where the filter makes no sense."""
        lens = self.lens(wish)
        if not wish.narrow:
            return TreeRows(lens, self.opened, wish.order, reverse=wish.reverse, mtime=self._mtime(lens))
        found = self.passing(wish)
        opened = self.opened
        wanted = hits(lens, found) if wish.filter.strip() else []
        if 0 < len(wanted) <= _OPENED_UP_TO:
            opened = bytearray(opened)  # once the filter is gone, what was closed before is closed again
            parent = self.fs.rootfs.parent
            for node in wanted:
                while node != ROOT:
                    node = parent[node]
                    opened[node] = 1
        narrowed = lens.narrowed(found)
        return TreeRows(narrowed, opened, wish.order, reverse=wish.reverse, mtime=self._mtime(narrowed))

    def passing(self, wish: Wish) -> bytearray:
        """By node: whether the filter lets it through. Raises ValueError where it makes no sense."""
        lens = self.lens(wish)
        found = matches(Scope(lens, self.names), parse(wish.filter))
        if wish.hidden:
            kept = bytes(value not in wish.hidden for value in range(256))
            found = bytearray(both(found, lens.mark.translate(kept)))
        return found

    def weights(self, wish: Wish) -> Weights:
        """What the map shows: bytes that the layer (or all up to it) carries, live in the end or waste."""
        kept = self._weights
        if kept is None or kept[0] != (wish.layer, wish.mode):
            only = wish.mode is Mode.CHANGES
            found = Weights(self.lenses.live(wish.layer, only=only), self.lenses.wasted(wish.layer, only=only))
            kept = self._weights = (wish.layer, wish.mode), found
        return kept[1]

    def has_weights(self, wish: Wish) -> bool:
        """Whether they are made already."""
        return self._weights is not None and self._weights[0] == (wish.layer, wish.mode)

    def open_above(self, node: int) -> None:
        """Open the directories above a node, in every lens."""
        parent = self.fs.rootfs.parent
        while node != ROOT:
            node = parent[node]
            self.opened[node] = 1

    def beginning(self, lens: Lens, start: bytes) -> list[int]:
        """Shown nodes whose path begins so, a directory at a time: what Tab would offer."""
        *above, last = start.split(b"/")
        node: int | None = ROOT
        for part in above:
            node = None if node is None else self.lenses.tree.children.get(node, {}).get(part)
        children = {} if node is None else self.lenses.tree.children.get(node, {})
        return [child for name, child in sorted(children.items()) if name.startswith(last) and lens.shown[child]]

    def offered(self, wish: Wish, text: bytes, most: int) -> list[int]:
        """Paths for what was typed: with a slash those that begin so, else those whose name has it, shortest first."""
        lens = self.lens(wish)
        if b"/" in text:
            return self.beginning(lens, text.lstrip(b"/"))[:most]
        found = nodes_of(both(lens.shown, self.names.having(text)))
        return sorted(found, key=lambda node: len(self.fs.rootfs.name[node]))[:most]

    def offered_elsewhere(self, wish: Wish, text: bytes, most: int) -> list[int]:
        """The same of paths that are not shown, but stood there in some layer."""
        hidden = bytes(both(self.ever, self.lens(wish).shown.translate(_FLIP)))
        found = nodes_of(both(hidden, self.names.having(text.rpartition(b"/")[2])))
        path, start = self.fs.rootfs.path, text.lstrip(b"/")
        if b"/" in text:
            found = [node for node in found if path(node).startswith(start)]
        return sorted(found, key=lambda node: len(self.fs.rootfs.name[node]))[:most]

    def next_match(self, lens: Lens, text: str, node: int, *, forward: bool, here: bool) -> int | None:
        """The match of a filter that follows a node in order of paths, round the end; ``here``: or the node itself."""
        found = hits(lens, matches(Scope(lens, self.names), parse(text)))
        if not found:
            return None
        path = self.fs.rootfs.path
        at = path(node)
        ahead = [each for each in found if (path(each) > at if forward else path(each) < at) or (here and each == node)]
        return (min if forward else max)(ahead or found, key=path)

    def _make(self, wish: Wish) -> Lens:
        if wish.waste_only:
            return self.lenses.wasted(wish.layer, only=wish.mode is Mode.CHANGES)
        if wish.mode is Mode.CHANGES:
            return self.lenses.changes(wish.layer)
        return self.final if wish.layer == len(self.fs.tables) - 1 else self.lenses.aggregated(wish.layer)

    def _mtime(self, lens: Lens) -> Callable[[int], int]:
        attributes, entry = self.fs.attributes, lens.state.entry
        return lambda node: 0 if entry[node] == NONE else attributes(entry[node])[3]


class Weights:
    """A tree of live and wasted bytes, as the map wants it."""

    def __init__(self, live: Lens, wasted: Lens) -> None:
        self._live = live
        self._wasted = wasted
        self._largest_first: dict[int, list[int]] = {}
        live.bytes, wasted.bytes  # noqa: B018 - summed here, where it may take its time

    def children(self, node: int) -> list[int]:
        """What has weight in a directory, largest first."""
        if node in self._largest_first:
            return self._largest_first[node]
        live, wasted = self._live.bytes, self._wasted.bytes
        weights = {child: live[child] + wasted[child] for child in self._live.tree.children.get(node, {}).values()}
        found = sorted((child for child, weight in weights.items() if weight), key=weights.__getitem__, reverse=True)
        self._largest_first[node] = found
        return found

    def live(self, node: int) -> int:
        """Bytes of the final filesystem."""
        return self._live.bytes[node]

    def wasted(self, node: int) -> int:
        """Bytes of waste."""
        return self._wasted.bytes[node]

    def is_directory(self, node: int) -> bool:
        """Whether it can be entered."""
        return bool(self._live.tree.children.get(node))

    def label(self, node: int) -> str:
        """Its name."""
        return printable(self._live.tree.rootfs.name[node])


def turned(wish: Wish, order: Sort) -> Wish:
    """Sorted by something else, or the other way round where it already is."""
    return replace(wish, order=order, reverse=wish.order is order and not wish.reverse)
