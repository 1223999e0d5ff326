"""Differing: asks for another image, and shows how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from imgscope.tui.doors import Compared
from imgscope.tui.screens.advising import Advising
from imgscope.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from imgscope.tui.widgets.diff_pane import DiffPane


class Differing(Advising):
    """The tab of differences, which is there once something was compared."""

    @property
    def differences(self) -> DiffPane:
        """The list; it is there once the tab was shown."""
        from imgscope.tui.widgets.diff_pane import DiffPane

        return self.query_one(DiffPane)

    def do_diff(self) -> None:
        """To the differences; where nothing was compared, ask."""
        if self.desk.differences is None:
            self.do_compare()
        else:
            self.show_tab("diff")

    def do_compare(self) -> None:
        """Ask for another image."""
        desk = self.desk
        if desk.inspection is None:
            self.notify("wait until all layers are read")
            return
        from imgscope.tui.screens.asking import CompareScreen

        choices = desk.offer.choices if desk.offer else ()
        others = [one for number, one in enumerate(choices) if number != desk.choice]
        inspection = desk.inspection
        screen = CompareScreen(desk.doors, inspection, others, desk.compared_with, desk.look.size)

        def compared(found: Compared | None) -> None:
            if found is not None and desk.inspection is inspection:
                desk.compared_with = screen.path
                self._differ(found)

        self.host.pop_up(screen, compared)

    def _differ(self, found: Compared) -> None:
        from imgscope.tui.diff_rows import DiffRows

        self.desk.differences = DiffRows(found, self.desk.look)
        self.show_tab("diff")

    @on(RowList.Chosen)
    def _difference_chosen(self, event: RowList.Chosen) -> None:
        """Enter: to the path, in the layer that wrote it."""
        rows = self.desk.differences
        if event.rows.id != "diff" or rows is None:
            return
        position = self.differences.cursor
        node = rows.node(position)
        if node is not None:
            self.to_path(node, rows.layer(position))
        elif rows.at(position):
            self.notify("only the other image has it", timeout=2)
