"""Doing: the actions that change what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import on
from textual.worker import get_current_worker

from imgscope.escaping import printable
from imgscope.filesystem.timeline import Mark
from imgscope.settings import Column, Sort
from imgscope.tui.browser import turned
from imgscope.tui.columns import fitting, names_begin, place_of
from imgscope.tui.desk import COLUMNS
from imgscope.tui.listing import Listing
from imgscope.tui.rows import TreeRows
from imgscope.tui.screens.seeking import Seeking
from imgscope.tui.screens.showing import FELT
from imgscope.tui.waste_rows import Grouping, WasteRows
from imgscope.tui.widgets.files_pane import TreePane
from imgscope.tui.widgets.filter_bar import FilterBar
from imgscope.tui.widgets.layers_pane import LayersPane
from imgscope.tui.widgets.listing_pane import ListingPane
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.text_pane import Line
from imgscope.tui.widgets.wasted_pane import WastedPane

if TYPE_CHECKING:
    from imgscope.tui.widgets.preview_pane import PreviewPane

_SORTS = {Column.SIZE: Sort.SIZE, Column.SHARE: Sort.SIZE, Column.COUNT: Sort.COUNT, Column.MTIME: Sort.MTIME}
_HINT = "name  *.glob  re:regex  >10MB  + ~ - =  type:link  !not"


class Doing(Seeking):
    """Order, filters, tabs and zoom."""

    _found: str = ""
    """What was jumped to last."""
    _missed: bool = False
    """It is nowhere."""

    def do_waste_only(self) -> None:
        """Only what travels for nothing, or everything again."""
        self.wish_for(replace(self.desk.wish, waste_only=not self.desk.wish.waste_only))
        if self.tab != "files":
            self.show_tab("files")

    # Order and columns.

    def _sort(self, order: Sort) -> None:
        self.wish_for(turned(self.desk.wish, order))
        self.host.keep()

    def do_sort_size(self) -> None:
        """By size."""
        self._sort(Sort.SIZE)

    def do_sort_name(self) -> None:
        """By name."""
        self._sort(Sort.NAME)

    def do_sort_count(self) -> None:
        """By number of items."""
        self._sort(Sort.COUNT)

    def do_sort_mtime(self) -> None:
        """By time."""
        self._sort(Sort.MTIME)

    def do_sort_next(self) -> None:
        """By the next of them."""
        orders = list(Sort)
        self._sort(orders[(orders.index(self.desk.wish.order) + 1) % len(orders)])

    def do_columns(self) -> None:
        """Fewer or more columns."""
        now = self.desk.columns
        following = COLUMNS[(COLUMNS.index(now) + 1) % len(COLUMNS)] if now in COLUMNS else COLUMNS[0]
        self.desk.columns = following
        self.files.set_columns(following)
        self.wasted.set_columns(following)
        self.host.keep()

    @on(RowList.HeaderClicked)
    def _header_clicked(self, event: RowList.HeaderClicked) -> None:
        pane = event.rows
        if isinstance(pane, TreePane):
            columns = fitting(pane.columns, pane.size.width)
            column = place_of(columns, event.x)
            if event.x >= names_begin(columns):
                self._sort(Sort.NAME)
            elif column in _SORTS:
                self._sort(_SORTS[column])

    def do_group(self) -> None:
        """Waste by cause, by directory, or not at all."""
        ways = list(Grouping)
        self.desk.grouping = ways[(ways.index(self.desk.grouping) + 1) % len(ways)]
        self.show_rows()
        self.notify(f"waste {self.desk.grouping.value}", timeout=2)

    # Filters.

    def do_filter(self) -> None:
        """Narrow to what matches; a text is searched."""
        if self.tab == "preview":
            self.do_find()
            return
        if self.tab not in ("files", "wasted") and self.desk.listing(self.tab) is None:
            self.show_tab("files")
        self._asking = "filter"
        self.query_one(FilterBar).ask("filter", self.desk.wish.filter, _HINT)

    def do_find(self) -> None:
        """Jump to what matches."""
        self._asking = "find"
        self.query_one(FilterBar).ask("find", "", "a name; . and , go on")

    def do_find_next(self) -> None:
        """To the next match."""
        self._jump(forward=True)

    def do_find_previous(self) -> None:
        """To the one before."""
        self._jump(forward=False)

    @on(FilterBar.Asked)
    def _asked(self, event: FilterBar.Asked) -> None:
        if self._asking == "filter":
            self.filter_later(event.text)
        elif self._asking == "search":
            self._sought = event.text
        else:
            self._found = event.text
            self.later(partial(self._jump, forward=True, here=True))

    @on(FilterBar.Left)
    def _left(self, event: FilterBar.Left) -> None:
        self.query_one(FilterBar).close()
        self.query_one(f"#{self.tab}").focus()
        if self._asking == "filter" and not event.keep:
            self._filter_now("")
        asked, self._asking = self._asking, ""
        if asked == "search" and event.keep:
            self.search_contents(self._sought)
        elif asked == "find" and event.keep and self._missed:
            self._tell_missed()

    def _jump(self, *, forward: bool, here: bool = False) -> None:
        """To a match in what is in front: the text of the preview, the list of waste, or a tree."""
        if not self._found.strip():
            self._say_found(found=True)
        elif self.tab == "preview":
            self._say_found(found=cast("PreviewPane", self.query_one("#preview")).find(self._found, forward=forward))
        elif self.tab == "wasted" and self.wasted.list is not None:
            self._jump_in_list(self.wasted, forward=forward, here=here)
        elif self.desk.listing(self.tab) is not None:
            self._jump_in_list(self.query_one(f"#{self.tab}", ListingPane), forward=forward, here=here)
        else:
            self._jump_in_tree(self.wasted if self.tab == "wasted" else self.files, forward=forward, here=here)

    def _say_found(self, *, found: bool) -> None:
        """Beside the line while that is open; where it is closed, in passing."""
        bar, self._missed = self.query_one(FilterBar), not found
        bar.answer("" if found else "not found")
        if not found and not bar.has_class("-open"):
            self._tell_missed()

    def _tell_missed(self) -> None:
        self.notify(f"not found: {printable(self._found.strip())}", timeout=2, markup=False)

    def _jump_in_list(self, pane: WastedPane | ListingPane[Any], *, forward: bool, here: bool) -> None:
        rows = pane.list
        if rows is not None:
            seek = partial(rows.next_match, self._found, pane.cursor, forward=forward, here=here)
            self._seek(len(rows), seek, partial(self._arrive_in_list, pane, rows))

    def _arrive_in_list(
        self, pane: WastedPane | ListingPane[Any], rows: WasteRows | Listing, position: int | None
    ) -> None:
        """At what was found, if the same rows are still there."""
        if rows is pane.list:
            if position is not None:
                pane.move_to(position)
            self._say_found(found=position is not None)

    def _jump_in_tree(self, pane: TreePane, *, forward: bool, here: bool) -> None:
        browser, rows, node = self.browser(), pane.rows, pane.node
        if browser is not None and rows is not None and node is not None:
            seek = partial(browser.next_match, rows.lens, self._found, node, forward=forward, here=here)
            self._seek(len(browser.fs.rootfs), seek, partial(self._arrive, pane, rows))

    def _arrive(self, pane: TreePane, rows: TreeRows, target: int | None) -> None:
        """At what was found, if the same rows are still there."""
        if rows is not pane.rows:
            return
        position = None if target is None else rows.reveal(target)
        if position is not None:
            pane.changed(position)
        self._say_found(found=position is not None)

    def _seek(self, size: int, seek: Callable[[], int | None], arrive: Callable[[int | None], None]) -> None:
        """Find, in a thread where so much would make it felt, and go there."""
        if size < FELT:
            arrive(_or_none(seek))
        else:
            work = partial(self._seek_in_thread, seek, arrive)
            self.run_worker(work, thread=True, exclusive=True, group="find", exit_on_error=False)

    def _seek_in_thread(self, seek: Callable[[], int | None], arrive: Callable[[int | None], None]) -> None:
        worker = get_current_worker()
        target = _or_none(seek)
        if not worker.is_cancelled:
            self.app.call_from_thread(arrive, target)

    def _toggle(self, mark: Mark) -> None:
        hidden = self.desk.wish.hidden ^ {mark}
        self.wish_for(replace(self.desk.wish, hidden=hidden))
        name = "unchanged" if mark is Mark.SAME else mark.name.lower()
        self.notify(f"{name} {'hidden' if mark in hidden else 'shown'}", timeout=2)

    def do_show_added(self) -> None:
        """What the layer added."""
        self._toggle(Mark.ADDED)

    def do_show_removed(self) -> None:
        """What it removed."""
        self._toggle(Mark.REMOVED)

    def do_show_modified(self) -> None:
        """What it modified."""
        self._toggle(Mark.MODIFIED)

    def do_show_same(self) -> None:
        """What it left alone."""
        self._toggle(Mark.SAME)

    # Tabs, focus, zoom.

    def do_files(self) -> None:
        """To the files."""
        self.show_tab("files")

    def do_wasted(self) -> None:
        """To the waste."""
        self.show_tab("wasted")

    def do_history(self) -> None:
        """To the build steps."""
        self.show_tab("history")

    def do_preview(self) -> None:
        """To the content."""
        self._viewed_from = self._list
        self.show_tab("preview")

    def do_map(self) -> None:
        """To the map."""
        self.show_tab("map")

    def do_config(self) -> None:
        """To how the image runs."""
        self.show_tab("config")

    def do_layers(self) -> None:
        """To the layers."""
        self.add_class("-layers")
        layers = self.query_one(LayersPane)
        layers.focus()
        layers.reveal()
        self.said()

    def do_next_pane(self) -> None:
        """Round the panes in view."""
        self._step(1)

    def do_previous_pane(self) -> None:
        """Round the other way."""
        self._step(-1)

    def _step(self, by: int) -> None:
        panes = [self.query_one("#layers"), self.query_one(f"#{self.tab}"), self.query_one("#details")]
        at = panes.index(self.focused) if self.focused in panes else 1
        following = panes[(at + by) % len(panes)]
        on_left = following.id != self.tab
        self.set_class(on_left, "-layers")
        following.focus()
        self.said()

    def do_zoom(self) -> None:
        """Show the pane alone, or all again."""
        self.mark_focus()
        self.toggle_class("-zoomed")

    def mark_focus(self) -> None:
        """Which pane is alone."""
        raise NotImplementedError

    def do_back(self) -> None:
        """One step back; never out of the application."""
        if self.desk.reading and not self.desk.reading.stopped:
            self.desk.reading.stop()
        elif self.stop_search():
            pass
        elif self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self.step_back():
            pass
        elif self.desk.wish.narrow:
            self.wish_for(replace(self.desk.wish, filter="", hidden=frozenset()))
        elif self._trail and self.go_back():
            pass
        elif self.desk.wish.waste_only:
            self.do_waste_only()
        elif self.tab != "files" or self.has_class("-layers"):
            self.show_tab("files")

    # What pops up.

    def do_info(self) -> None:
        """All that is known of what the cursor is on."""
        self._text("Details", self.details())

    def do_warnings(self) -> None:
        """What is odd about the image."""
        inspection = self.desk.inspection
        lines: list[Line] = [
            ((f"{warning.where}  " if warning.where else "", "dim"), (printable(warning.message), "plain"))
            for warning in (inspection.warnings if inspection else ())
        ]
        self._text("Warnings", lines or [(("nothing odd", "plain"),)])

    def _text(self, title: str, lines: list[Line]) -> None:
        from imgscope.tui.screens.lists import TextScreen

        self.host.pop_up(TextScreen(title, lines))

    def details(self) -> list[Line]:
        """All that is known of what the cursor is on."""
        raise NotImplementedError


def _or_none(seek: Callable[[], int | None]) -> int | None:
    """What is sought; None also where the words make no sense, as half of them may while they are typed."""
    try:
        return seek()
    except ValueError:
        return None
