"""Shows where the bytes of a directory are, as a treemap to walk about in.

The pane binds no keys; who owns it moves the selection, enters and leaves. Every class of cells has a component class:
``shade-N`` is the ground of a tile, ``title-N`` of a title at a depth, ``current`` of the selected tile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from imgscope.cells import cells, shortened
from imgscope.tui.treemap import SHADES, Direction, Run, Tile, Weights, at, layout, neighbour, paint
from imgscope.units import size

_EMPTY = "no bytes here"
_ROLES = (
    "title",
    "rule",
    "name",
    "live",
    "rest",
    "wasted",
    "wasted-text",
    "edge",
    "selected",
    "current",
    "cursor",
    "empty",
)


class MapPane(Widget, can_focus=True, inherit_bindings=False):
    """A treemap with one tile selected: ``show`` it, ``move``, ``enter`` a directory, ``leave`` it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"map-pane--{role}" for role in _ROLES),
        *(f"map-pane--{ground}-{number}" for ground in ("shade", "title") for number in range(SHADES)),
    }
    DEFAULT_CSS = """
    MapPane {
        color: $foreground;
        & > .map-pane--shade-0 { background: $primary 9%; }
        & > .map-pane--shade-1 { background: $primary 19%; }
        & > .map-pane--shade-2 { background: $primary 14%; }
        & > .map-pane--shade-3 { background: $primary 24%; }
        & > .map-pane--shade-4 { background: $primary 5%; }
        & > .map-pane--shade-5 { background: $primary 28%; }
        & > .map-pane--title-0 { background: $primary 62%; }
        & > .map-pane--title-1 { background: $primary 52%; }
        & > .map-pane--title-2 { background: $primary 44%; }
        & > .map-pane--title-3 { background: $primary 37%; }
        & > .map-pane--title-4 { background: $primary 32%; }
        & > .map-pane--title-5 { background: $primary 28%; }
        & > .map-pane--title { text-style: bold; color: auto 95%; }
        & > .map-pane--rule { color: auto 20%; }
        & > .map-pane--name { color: auto 95%; }
        & > .map-pane--live { color: auto 70%; }
        & > .map-pane--rest { color: auto 60%; text-style: italic; }
        & > .map-pane--edge { color: $background; }
        & > .map-pane--wasted { color: #D55E00 85%; background: #E69F00 65%; }
        & > .map-pane--wasted-text { color: auto 95%; background: #D55E00 75%; }
        & > .map-pane--current { background: $primary 42%; }
        & > .map-pane--cursor { color: $foreground; }
        & > .map-pane--selected { color: $foreground; text-style: bold reverse; }
        & > .map-pane--empty { color: $text-muted; }
        &:focus > .map-pane--selected {
            color: $block-cursor-foreground; background: $block-cursor-background; text-style: bold;
        }
        &:ansi {
            & > .map-pane--title, & > .map-pane--name, & > .map-pane--live, & > .map-pane--rest,
            & > .map-pane--cursor { color: ansi_default; background: ansi_default; }
            & > .map-pane--edge, & > .map-pane--rule { color: ansi_bright_black; background: ansi_default; }
            & > .map-pane--wasted, & > .map-pane--wasted-text { color: ansi_yellow; background: ansi_default; }
            & > .map-pane--selected { color: ansi_default; background: ansi_default; text-style: bold reverse; }
        }
    }
    """
    ALLOW_SELECT = False

    class _OfNode(Message):
        """A message about a node."""

        def __init__(self, pane: MapPane, node: int) -> None:
            super().__init__()
            self.pane = pane
            self.node = node

        @property
        def control(self) -> MapPane:
            """The pane that sent it."""
            return self.pane

    class Highlighted(_OfNode):
        """Another tile was selected. ``node`` of small ones together is their directory."""

    class Chosen(_OfNode):
        """A file was entered."""

    def __init__(
        self,
        size_text: Callable[[int], str] = size,
        *,
        ascii_only: bool = False,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._size_text = size_text
        self._ascii_only = ascii_only
        self._weights: Weights | None = None
        self._trail: list[int] = []
        """The root that was shown, and what was entered from it; the last one is on the map."""
        self._tiles: list[Tile] = []
        self._selected = 0
        self._strips: list[Strip] = []
        self._styles: dict[tuple[str, str], Style] = {}

    @property
    def root(self) -> int | None:
        """The directory on the map."""
        return self._trail[-1] if self._trail else None

    @property
    def tile(self) -> Tile | None:
        """The selected tile; None where there are no bytes, or no room."""
        return self._tiles[self._selected] if self._tiles else None

    def show(self, weights: Weights, root: int) -> None:
        """Another map; what is selected stays so, if it is there. Says nothing of it."""
        self._weights, self._trail = weights, [root]
        self._arrange(self.tile)

    def select(self, node: int) -> bool:
        """Select a node's tile; False where it has none of its own. Says nothing of it."""
        found = next((index for index, tile in enumerate(self._tiles) if tile.node == node and not tile.rest), None)
        if found is None:
            return False
        self._selected = found
        self._repaint()
        return True

    def move(self, direction: Direction) -> None:
        """Select the next tile in a direction."""
        if self._tiles:
            self._highlight(neighbour(self._tiles, self._selected, direction))

    def widen(self) -> None:
        """Select the directory around the selected tile."""
        if self._tiles:
            self._highlight(max(self._tiles[self._selected].parent, 0))

    def enter(self) -> None:
        """Make the selected directory the map; of small ones, theirs. A file is chosen."""
        tile, weights = self.tile, self._weights
        if tile is None or weights is None:
            return
        if not weights.is_directory(tile.node):
            self.post_message(self.Chosen(self, tile.node))
        elif tile.node != self.root:
            self._trail += self._way(tile)
            self._arrange(None)
            self._tell()

    def leave(self) -> bool:
        """Go back to the directory around the map, the one that was left selected; False where there is none."""
        if len(self._trail) < 2:
            return False
        left = self._trail.pop()
        self._arrange(None)
        self.select(left)
        self._tell()
        return True

    def render_line(self, y: int) -> Strip:
        """One line of the map."""
        if not self._strips:
            self._strips = self._painted() if self._tiles else self._nothing()
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def notify_style_update(self) -> None:
        """Colours changed."""
        super().notify_style_update()
        self._strips = []
        self._styles = {}

    def on_resize(self) -> None:
        """Another map for another size; the selection moves only if its tile is gone."""
        before = self.tile
        self._arrange(before)
        if before and self.tile and before.node != self.tile.node:
            self._tell()

    def on_click(self, event: Click) -> None:
        """The first click on a tile selects it, another enters it."""
        offset = event.get_content_offset(self)
        index = at(self._tiles, offset.x, offset.y) if offset else None
        if index is None:
            return
        if index == self._selected:
            self.enter()
        else:
            self._highlight(index)

    def _arrange(self, wanted: Tile | None) -> None:
        """Lay the map out anew and select a tile like ``wanted``, or else the first."""
        self._tiles = []
        if self._weights:
            self._tiles = layout(self._weights, self._trail[-1], *self.size, self._size_text)
        self._selected = neighbour(self._tiles, 0, "down") if self._tiles else 0
        if wanted:
            like = (wanted.node, wanted.rest > 0)
            same = (index for index, tile in enumerate(self._tiles) if (tile.node, tile.rest > 0) == like)
            self._selected = next(same, self._selected)
        self._repaint()

    def _way(self, tile: Tile) -> list[int]:
        """Directories from below the root of the map down to a tile."""
        way = [] if tile.rest else [tile.node]
        while tile.parent > 0:
            tile = self._tiles[tile.parent]
            way.append(tile.node)
        return way[::-1]

    def _highlight(self, index: int) -> None:
        if index != self._selected:
            self._selected = index
            self._repaint()
            self._tell()

    def _tell(self) -> None:
        if self.tile:
            self.post_message(self.Highlighted(self, self.tile.node))

    def _repaint(self) -> None:
        self._strips = []
        self.refresh()

    def _painted(self) -> list[Strip]:
        width, height = self.size
        lines = paint(self._tiles, width, height, self._selected, ascii_only=self._ascii_only)
        return [Strip([self._segment(run) for run in line], width) for line in lines]

    def _segment(self, run: Run) -> Segment:
        tile = self._tiles[run.tile]
        ground, role = f"{'shade' if tile.is_leaf else 'title'}-{run.shade}", str(run.role)
        if run.tile == self._selected:
            ground, role = "current", "cursor" if role == "edge" else role
        # Rich may count the cells of rare characters otherwise; one wrong line would move all that stands behind it.
        return Segment(set_cell_size(run.text, cells(run.text)), self._style(ground, role))

    def _style(self, ground: str, role: str) -> Style:
        """The style of a role on a ground; colours that let some of what is behind them through are mixed."""
        if (ground, role) not in self._styles:
            over = self.get_component_styles(f"map-pane--{role}")
            behind = self.background_colors[1] + self.get_component_styles(f"map-pane--{ground}").background
            behind += over.background
            front = behind.get_contrast_text(over.color.a) if over.auto_color else over.color
            color = Style.from_color((behind + front).rich_color, behind.rich_color)
            self._styles[ground, role] = color + over.text_style
        return self._styles[ground, role]

    def _nothing(self) -> list[Strip]:
        """A line that says so, in the middle."""
        width, height = self.size
        text = shortened(_EMPTY, width, unicode=not self._ascii_only).center(width)
        blank, said = Strip.blank(width, self.rich_style), Strip([Segment(text, self._style("empty", "empty"))])
        return [said if y == (height - 1) // 2 else blank for y in range(height)]
