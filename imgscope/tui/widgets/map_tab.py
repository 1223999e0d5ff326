"""Map with the actions of the table: the pane itself knows no keys."""

from __future__ import annotations

from imgscope.tui.widgets.map_pane import MapPane


class Map(MapPane):
    """The treemap."""

    pane = "map"

    def do_up(self) -> None:
        """To the tile above."""
        self.move("up")

    def do_down(self) -> None:
        """To the tile below."""
        self.move("down")

    def do_left(self) -> None:
        """To the tile on the left."""
        self.move("left")

    def do_right(self) -> None:
        """To the tile on the right."""
        self.move("right")

    def do_choose(self) -> None:
        """Into a directory; a file is for others to show."""
        self.enter()

    def do_leave(self) -> None:
        """Out of the directory."""
        self.leave()
