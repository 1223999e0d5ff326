"""A treemap in terminal cells: where the bytes are, and how much of them is waste.

A directory with room shows a title line and, below it, what stands in it; all else is one tile. The tiles of a
directory fill it exactly, the largest first; what is too small for a name becomes one tile, "+N more". Waste is the
hatched part of a tile's cells, or of its title line. A layout looks at no more children than there are cells for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from operator import itemgetter
from typing import Literal, NamedTuple, Protocol

from imgscope.cells import cells, shortened

Direction = Literal["left", "right", "up", "down"]
Role = Literal["title", "rule", "name", "live", "rest", "wasted", "wasted-text", "edge", "selected"]
"""What a run of cells is: ``live`` is also the plain text of a tile, ``rule`` the line behind a title."""
SHADES = 6

# A cell is twice as high as wide, and names lie flat: a somewhat flat tile serves better than a square.
_FLATNESS = 2.8
# The smallest tile that a name can be read in; what would fill fewer cells than the last gets none of its own.
_MIN_WIDTH, _MIN_HEIGHT, _MIN_CELLS = 6, 1, 10
# From this size on a directory shows what stands in it.
_MIN_OPEN_WIDTH, _MIN_OPEN_HEIGHT = 12, 4


class Weights(Protocol):
    """A tree of files with bytes summed upward. Nodes are numbers; a node weighs ``live + wasted``."""

    def children(self, node: int) -> Sequence[int]:
        """What has weight in a directory, largest first. They may weigh less than it: it may have been a file."""

    def live(self, node: int) -> int:
        """Bytes of the final filesystem, at or below a node."""

    def wasted(self, node: int) -> int:
        """Bytes of waste, at or below a node."""

    def is_directory(self, node: int) -> bool:
        """Whether it can be entered."""

    def label(self, node: int) -> str:
        """Its name, safe to show."""


class Run(NamedTuple):
    """Cells side by side that look alike. ``tile`` is an index, -1 beside the map."""

    text: str
    role: Role
    shade: int
    tile: int


class Rect(NamedTuple):
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """In cells."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Tile:
    """A node's place on the map.

    ``parent`` is the index of the tile around it, -1 for the root. A tile that is no leaf shows its title in its first
    line and others below. Where ``rest`` is not 0, the tile stands for that many small ones in the directory ``node``.
    ``lines`` are its name and what is said of it, most important first. ``shade`` is below ``SHADES``; leaves that
    touch differ, as long as shades last.
    """

    node: int
    rect: Rect
    depth: int
    parent: int
    live: int
    wasted: int
    lines: tuple[str, ...]
    is_leaf: bool = True
    rest: int = 0
    shade: int = 0

    @property
    def weight(self) -> int:
        """All its bytes."""
        return self.live + self.wasted


def layout(weights: Weights, root: int, width: int, height: int, size_text: Callable[[int], str]) -> list[Tile]:
    """The map of ``root`` in so many cells, outer tiles before inner ones.

    Empty where there are no bytes, or no cells. ``size_text`` writes a number of bytes.
    """
    if width < 1 or height < 1 or weights.live(root) + weights.wasted(root) < 1:
        return []
    draft = _Draft(weights, size_text)
    tiles = [draft.tile(root, Rect(0, 0, width, height), depth=0, parent=-1)]
    # The list grows while it is walked: each directory with room appends what stands in it.
    for index, tile in enumerate(tiles):
        inside = draft.inside(index, tile)
        if inside:
            tiles[index] = replace(tile, is_leaf=False)
            tiles += inside
    return _shaded(tiles, width, height)


class _Draft:
    """Makes tiles of nodes."""

    def __init__(self, weights: Weights, size_text: Callable[[int], str]) -> None:
        self._weights = weights
        self._size_text = size_text

    def tile(self, node: int, rect: Rect, depth: int, parent: int) -> Tile:
        """The tile of a node. One with nothing but a directory in it is shown as one with that; not so the root."""
        weights, name = self._weights, self._weights.label(node)
        while parent >= 0 and _has_room(rect) and (only := self._only_directory(node)) is not None:
            joined = f"{name}/{weights.label(only)}"
            if cells(joined) > rect.width - 3:
                break
            node, name = only, joined
        slash = "/" if weights.is_directory(node) and not name.endswith("/") else ""
        live, wasted = weights.live(node), weights.wasted(node)
        return Tile(node, rect, depth, parent, live, wasted, (name + slash, *self._sizes(live, wasted)))

    def inside(self, index: int, outer: Tile) -> list[Tile]:
        """Tiles of what stands in a directory, if it has room for them."""
        x, y, width, height = outer.rect
        if not _has_room(outer.rect) or outer.rest or not self._weights.is_directory(outer.node):
            return []
        children = self._weights.children(outer.node)
        room = Rect(x, y + 1, width, height - 1)
        rects = squarified(self._shown(outer, children, room.area), room)
        tiles = [self.tile(child, rect, outer.depth + 1, index) for child, rect in zip(children, rects, strict=False)]
        if sum(tile.weight for tile in tiles) == outer.weight:
            return tiles
        # Small ones alone tell less than their directory; only the root has nothing else to show.
        if len(rects) < 2 and index:
            return []
        tiles = tiles[: len(rects) - 1]
        return [*tiles, self._rest(outer, index, tiles, children, rects[-1])]

    def _shown(self, outer: Tile, children: Sequence[int], area: int) -> list[int]:
        """Weights of the children that fill some cells; last, that of all else in the directory."""
        left = outer.weight
        least = -(-left * min(_MIN_CELLS, area) // area)
        shown: list[int] = []
        for child in children:
            weight = self._weight(child)
            if weight < least:
                break
            shown.append(weight)
            left -= weight
        return [*shown, max(left, least)] if left > 0 else shown

    def _rest(self, outer: Tile, index: int, tiles: Sequence[Tile], children: Sequence[int], rect: Rect) -> Tile:
        """One tile for what others leave of a directory: small ones, or bytes of its own."""
        live = outer.live - sum(tile.live for tile in tiles)
        wasted = outer.wasted - sum(tile.wasted for tile in tiles)
        count, lines = len(children) - len(tiles), ("itself", *self._sizes(live, wasted))
        if count:
            name = f"+{count:,} more" if tiles else f"{count:,} entries"
            short = name if len(name) < rect.width - 1 else f"+{count:,}"
            lines = (short, *lines[1:], f"up to {self._size_text(self._weight(children[len(tiles)]))} each")
        return Tile(outer.node, rect, outer.depth + 1, index, live, wasted, lines, rest=max(count, 1))

    def _only_directory(self, node: int) -> int | None:
        """The directory that is all there is in another."""
        children = self._weights.children(node) if self._weights.is_directory(node) else ()
        alone = len(children) == 1 and self._weight(children[0]) == self._weight(node)
        return children[0] if alone and self._weights.is_directory(children[0]) else None

    def _weight(self, node: int) -> int:
        return self._weights.live(node) + self._weights.wasted(node)

    def _sizes(self, live: int, wasted: int) -> tuple[str, ...]:
        size = self._size_text(live + wasted)
        if not wasted:
            return (size,)
        return (size, f"{self._size_text(wasted)} wasted" if live else "all wasted")


def _has_room(rect: Rect) -> bool:
    return rect.width >= _MIN_OPEN_WIDTH and rect.height >= _MIN_OPEN_HEIGHT


def squarified(weights: Sequence[int], rect: Rect) -> list[Rect]:
    """Rectangles that fill ``rect`` exactly, their areas as ``weights`` (positive) are and as cells allow.

    Where room ends, there are fewer: the last one then stands for all weights that are left.
    """
    placed: list[Rect] = []
    total = sum(weights)
    while rect.area and len(placed) < len(weights):
        strip, rect = _best_strip(weights[len(placed) :], total, rect)
        total -= sum(weights[len(placed) : len(placed) + len(strip)])
        placed += strip
    return placed


def _best_strip(weights: Sequence[int], total: int, rect: Rect) -> tuple[list[Rect], Rect]:
    """The first few rectangles along the top or the left of ``rect``, and what is left of it.

    Each way takes more as long as that makes it better; the better way is taken.
    """
    best, least_flaw = ([rect], Rect(rect.x, rect.y, 0, 0)), float("inf")
    for flat in (True, False):
        previous = float("inf")
        for count in range(1, len(weights) + 1):
            cut = _strip(weights[:count], total, rect, flat)
            flaw = _flaw(weights[:count], total, rect, *cut) if cut else float("inf")
            if cut is None or flaw > previous:
                break
            previous = flaw
            if flaw < least_flaw:
                best, least_flaw = cut, flaw
    return best


def _strip(weights: Sequence[int], total: int, rect: Rect, flat: bool) -> tuple[list[Rect], Rect] | None:
    """Rectangles side by side along the top (``flat``) or the left, and what is left; None where they do not fit."""
    x, y, width, height = rect
    along, across = (width, height) if flat else (height, width)
    least, least_across = (_MIN_WIDTH, _MIN_HEIGHT) if flat else (_MIN_HEIGHT, _MIN_WIDTH)
    own, at = sum(weights), 0
    if along < least * len(weights) or (across < 2 * least_across and own < total):
        return None
    thick = across if own == total else min(max(round(across * own / total), least_across), across - least_across)
    placed = []
    for others, weight in zip(range(len(weights) - 1, -1, -1), weights, strict=True):
        length = min(max(round((along - at) * weight / own), least), along - at - least * others)
        placed.append(Rect(x + at, y, length, thick) if flat else Rect(x, y + at, thick, length))
        own -= weight
        at += length
    left = Rect(x, y + thick, width, height - thick) if flat else Rect(x + thick, y, width - thick, height)
    return placed, left


def _flaw(weights: Sequence[int], total: int, rect: Rect, strip: Sequence[Rect], left: Rect) -> float:
    """How far the worst rectangle is from its area and from a good shape; 1 is perfect."""

    def off(weight: int, area: int) -> float:
        ratio = area * total / (weight * rect.area)
        return max(ratio, 1 / ratio) ** 2

    worst = off(total - sum(weights), left.area) if left.area else 1.0
    for weight, one in zip(weights, strip, strict=True):
        shape = one.width / (one.height * _FLATNESS)
        worst = max(worst, max(shape, 1 / shape) * off(weight, one.area))
    return worst


def _shaded(tiles: Sequence[Tile], width: int, height: int) -> list[Tile]:
    """Tiles with shades: titles by depth, a leaf unlike the leaves that it touches."""
    grid = [[-1] * width for _ in range(height)]
    shaded = []
    for tile in tiles:
        shade = tile.depth % SHADES
        if tile.is_leaf:
            around = _around(grid, tile.rect)
            shade = next((number for number in range(SHADES) if number not in around), shade)
            for line in grid[tile.rect.y : tile.rect.y + tile.rect.height]:
                line[tile.rect.x : tile.rect.x + tile.rect.width] = [shade] * tile.rect.width
        shaded.append(replace(tile, shade=shade))
    return shaded


def _around(grid: Sequence[Sequence[int]], rect: Rect) -> set[int]:
    """What stands in the cells next to a rectangle."""
    right, end = rect.x + rect.width, rect.y + rect.height
    sides = {line[x] for line in grid[rect.y : end] for x in (rect.x - 1, right) if 0 <= x < len(line)}
    return sides.union(*(grid[y][rect.x : right] for y in (rect.y - 1, end) if 0 <= y < len(grid)))


def at(tiles: Sequence[Tile], x: int, y: int) -> int | None:
    """The index of the innermost tile at a cell; None beside the map."""
    for index in range(len(tiles) - 1, -1, -1):
        rect = tiles[index].rect
        if 0 <= x - rect.x < rect.width and 0 <= y - rect.y < rect.height:
            return index
    return None


def neighbour(tiles: Sequence[Tile], current: int, direction: Direction) -> int:
    """The index of the leaf that lies in a direction, seen from the tile's first cell; ``current`` at the border.

    A title counts as part of the leaf below it. So leaves fill the map, and the first cell of each touches another
    that leads to it: all can be reached.
    """
    tile = tiles[current]
    x, top = tile.rect.x, tile.rect.y
    while (above := at(tiles, x, top - 1)) is not None and not tiles[above].is_leaf:
        top -= 1
    x, y = {
        "left": (x - 1, top),
        "right": (x + tile.rect.width, top),
        "up": (x, top - 1),
        "down": (x, tile.rect.y + (tile.rect.height if tile.is_leaf else 1)),
    }[direction]
    while (found := at(tiles, x, y)) is not None and not tiles[found].is_leaf:
        y += 1
    return current if found is None else found


def paint(
    tiles: Sequence[Tile], width: int, height: int, selected: int | None = None, *, ascii_only: bool = False
) -> list[list[Run]]:
    """The map as runs, line by line; each line is ``width`` cells wide."""
    canvas = _Canvas(width, height, ascii_only)
    for index, tile in enumerate(tiles):
        canvas.draw(index, tile, selected == index)
    return [
        [
            Run("".join(map(itemgetter(0), run)), role, tiles[tile].shade if tile >= 0 else 0, tile)
            for (role, tile), run in groupby(line, itemgetter(1, 2))
        ]
        for line in canvas.lines
    ]


_Cell = tuple[str, Role, int]
"""A glyph (combining ones with it, nothing behind a wide one), its role, and its tile."""


class _Canvas:
    """A grid of cells to draw tiles on, outer ones first."""

    def __init__(self, width: int, height: int, ascii_only: bool) -> None:
        self.lines: list[list[_Cell]] = [[(" ", "live", -1)] * width for _ in range(height)]
        self._unicode = not ascii_only
        self._edge, self._selected_edge, self._rule, self._hatch = "|#-:" if ascii_only else "▏▌─▒"

    def draw(self, index: int, tile: Tile, selected: bool) -> None:
        """A tile: its left edge, its waste from its end, its text. Of one with others inside, only the title line."""
        x, y, width, height = tile.rect
        lines = self.lines[y : y + height if tile.is_leaf else y + 1]
        inner = (width - 1) * len(lines)
        # As long as there is any, some of it is seen.
        hatched = min(max(round(inner * tile.wasted / tile.weight), tile.wasted > 0), inner)
        plain: _Cell = (" ", "live", index) if tile.is_leaf else (self._rule, "rule", index)
        grid = iter([plain] * (inner - hatched) + [(self._hatch, "wasted", index)] * hatched)
        edge: _Cell = (self._selected_edge if selected else self._edge, "edge", index)
        for line in lines:
            line[x : x + width] = [edge, *islice(grid, width - 1)]
        self._write(index, tile, selected, lines)

    def _write(self, index: int, tile: Tile, selected: bool, lines: Sequence[list[_Cell]]) -> None:
        """A tile's text, from its first cell on."""
        # In a single line some hatching stays in sight.
        width = tile.rect.width - 1 - (len(lines) == 1 and tile.wasted > 0)
        role: Role = "rest" if tile.rest else "name" if tile.is_leaf else "title"
        for line, texts in zip(lines, self._packed(tile.lines, width, len(lines)), strict=False):
            x = tile.rect.x + 1
            for text in texts:
                x = _put(line, x, text, "selected" if selected and line is lines[0] else role, index)
                role = "live" if role == "name" else role
            if role == "title" and x <= tile.rect.x + width:
                _put(line, x, " ", "title", index)

    def _packed(self, texts: Sequence[str], width: int, height: int) -> list[list[str]]:
        """What fits of a tile's texts, line by line: each in its own, then behind others in the last one."""
        name, *details = texts
        name = shortened(name, width, keep_end="/" in name[:-1], unicode=self._unicode)
        if cells(name) > width:
            return []
        packed = [[name]]
        for text in details:
            if len(packed) < height:
                packed.append([])
            else:
                text = (", " if len(packed[-1]) > 1 or height > 1 else "  ") + text
            if sum(map(cells, packed[-1])) + cells(text) > width:
                break
            packed[-1].append(text)
        return packed


def _put(line: list[_Cell], x: int, text: str, role: Role, index: int) -> int:
    """Text from cell ``x`` on; the cell behind it."""
    for character in text:
        width = cells(character)
        if width:
            own: Role = "wasted-text" if line[x][1] == "wasted" and role in ("name", "live", "rest") else role
            line[x : x + width] = [(character, own, index), ("", own, index)][:width]
            x += width
        else:
            line[x - 1] = (line[x - 1][0] + character, *line[x - 1][1:])
    return x
