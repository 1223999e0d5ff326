"""Showing: from what is wished to what the panes show; in a thread where a large image would make it felt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import get_current_worker

from imgscope.escaping import printable
from imgscope.filesystem.life import life
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import ROOT
from imgscope.image.opened import OpenImage
from imgscope.tui.browser import Browser, Wish
from imgscope.tui.desk import Desk
from imgscope.tui.lens import Mode
from imgscope.tui.listing import Left
from imgscope.tui.order import Made, Order, Waste
from imgscope.tui.waste_rows import WasteRows
from imgscope.tui.widgets.files_pane import TreePane
from imgscope.tui.widgets.filter_bar import FilterBar
from imgscope.tui.widgets.layers_pane import LayersPane
from imgscope.tui.widgets.listing_pane import ListingPane
from imgscope.tui.widgets.wasted_pane import WastedPane

if TYPE_CHECKING:
    from imgscope.tui.widgets.map_pane import MapPane

_STEPS_BACK = 50
_A_MOMENT = 0.08
LISTS = ("files", "wasted", "advice", "diff", "found")
"""Tabs that a filter narrows."""
FELT = 50_000
"""Paths from which on rows are made in a thread."""


class Host(Protocol):
    """What the main screen wants of the application."""

    def keep(self) -> None:
        """Something was chosen that should hold the next time."""

    def pop_up(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Show a screen over the main one, and give what it is closed with to ``then``."""

    def fail(self, error: BaseException) -> None:
        """End with what went wrong."""


class Showing(Screen[None]):
    """The half of the main screen that fills panes."""

    desk: Desk
    host: Host
    tab: str
    _cursor: int | None = None
    """The node that the cursor shall go to, and stays on over layers, orders and filters."""
    _peeked: tuple[int, Browser] | None = None
    """While layers are read: one of them, by itself."""
    _peeking: int | None = None
    _typing: Timer | None = None
    let_through: str = ""
    """How much the filter lets through, in words."""
    _trail: list[tuple[Wish, str, int | None]]
    """Where a jump began: what was wished for, the tab, and the path."""
    _list: str = "files"
    """The list that was in front last: a step back from what is none leads there."""
    _viewed_from: str = "files"
    """Where a file was chosen whose content is shown."""

    def browser(self) -> Browser | None:
        """What can be browsed: all of it, or a layer that is read while others are not."""
        desk = self.desk
        if desk.browser:
            return desk.browser
        return self._peeked[1] if self._peeked and self._peeked[0] == desk.wish.layer else None

    def peek(self, most: int) -> None:
        """Look into the selected layer by itself, if it is read and has at most so many entries."""
        layer = self.desk.wish.layer
        opened = self.desk.opened
        if opened and self._peeking is None and 0 < self.desk.entries_read(layer) <= most:
            self._peeking = layer
            self.run_worker(partial(self._peek, layer, opened), thread=True, group="peek", exit_on_error=False)

    def _peek(self, layer: int, opened: OpenImage) -> None:
        """In a thread."""
        try:
            found = self.desk.peek(layer)
        except Exception as error:  # noqa: BLE001 - in a thread nobody else would hear of it
            self.app.call_from_thread(self.host.fail, error)
        else:
            self.app.call_from_thread(self._peeked_at, layer, opened, found)

    def _peeked_at(self, layer: int, opened: OpenImage, found: Browser | None) -> None:
        self._peeking = None
        if found and self.desk.browser is None and opened is self.desk.opened and layer == self.desk.wish.layer:
            self._peeked = layer, found
            self.show_rows()

    def wish_for(self, wish: Wish, *, cursor: int | None = None) -> None:
        """Show something else; the cursor stays on its path, or goes to ``cursor``."""
        if self.desk.wish.narrow and not wish.narrow:
            self._open_above_cursors()
        self.desk.wish = wish
        self._cursor = cursor if cursor is not None else self.files.node or self._cursor
        self.show_rows()

    def _open_above_cursors(self) -> None:
        """A filter opens directories for as long as it is there; those above a path that was gone to stay open."""
        browser = self.browser()
        for pane in (self.files, *([self.wasted] if self.wasted.list is None else [])):
            if browser and pane.node is not None:
                browser.open_above(pane.node)

    def show_rows(self) -> None:
        """Make the rows that are wished for, and show them."""
        browser, wish = self.browser(), self.desk.wish
        if not self.children:  # the application is about to end
            return
        if browser is None or not self.desk.layers:
            self.files.clear(self._nothing_yet())
            self.wasted.list = None
            self.wasted.clear("known once all layers are read")
            self.said()
            return
        if self.desk.browser is None:  # one layer alone has nothing below it to add up
            wish = Wish(wish.layer, Mode.CHANGES, order=wish.order, reverse=wish.reverse, filter=wish.filter)
        desk = self.desk
        order = Order(
            browser, wish, self.tab, desk.inspection, desk.grouping, desk.open_causes, desk.look, desk.listing(self.tab)
        )
        if max(len(browser.fs.rootfs), order.listing.total() if order.listing else 0) < FELT:
            self._try(order)
        else:
            work = partial(self._in_thread, order)
            self.run_worker(work, thread=True, exclusive=True, group="rows", exit_on_error=False)

    def _nothing_yet(self) -> str:
        reading = self.desk.reading
        if self.desk.opened and not self.desk.layers:
            return "the image has no layers"
        if reading is None or not reading.indexes:
            return "opening …"
        index = reading.indexes[self.desk.wish.layer]
        if index is None:
            return "this layer is being read …"
        return "this layer could not be read" if index.error else "more is known once the others are read"

    def _try(self, order: Order) -> None:
        try:
            made = order.make()
        except ValueError as error:
            self._refuse(str(error))
        else:
            self._take(order, made)

    def _in_thread(self, order: Order) -> None:
        worker = get_current_worker()
        try:
            made = order.make(lambda: not worker.is_cancelled)
        except ValueError as error:
            self.app.call_from_thread(self._refuse, str(error))
        except Exception as error:  # noqa: BLE001 - in a thread nobody else would hear of it
            self.app.call_from_thread(self.host.fail, error)
        else:
            self.app.call_from_thread(self._take, order, made)

    def _refuse(self, why: str) -> None:
        """A filter that makes no sense leaves the rows as they are."""
        self.query_one(FilterBar).answer(why)

    def _take(self, order: Order, made: Made | None) -> None:
        """Show rows that were made, unless something else is looked at by now."""
        if made is None or order.browser is not self.browser():
            return
        self.files.show_tree(order.browser.fs, made.files, self._cursor)
        self._take_waste(order.browser, made.waste)
        self.let_through = made.let_through
        if made.left is not None:
            self._narrow(order, made.left)
        self.query_one(FilterBar).answer(self.let_through)
        self.show_map()
        self.said()

    def _narrow(self, order: Order, left: Left) -> None:
        """Leave of the list in front what the filter lets through."""
        listing = order.listing
        if listing is not None and listing is self.desk.listing(order.tab):
            self.query_one(f"#{order.tab}", ListingPane).narrow(left)
            self.let_through = listing.let_through if listing.filter else ""

    def filter_again(self) -> None:
        """Another list is in front: the filter is for that one too."""
        listing = self.desk.listing(self.tab)
        if self.desk.wish.narrow or (listing is not None and listing.filter):
            self.show_rows()

    def _take_waste(self, browser: Browser, waste: Waste) -> None:
        pane = self.wasted
        if isinstance(waste, WasteRows):
            before = pane.list.rows[pane.cursor] if pane.list and len(pane.list) else None
            pane.show_list(waste, before)
        elif waste is not None:
            pane.list = None
            pane.show_tree(browser.fs, waste, pane.node)
        else:
            pane.list = None
            pane.clear("known once all layers are read")

    def said(self) -> None:
        """Titles and lines around the panes."""
        raise NotImplementedError

    def show_map(self) -> None:
        """The map, where it is in view."""
        browser = self.desk.browser
        if browser and self.desk.layers and self.tab == "map":
            if not browser.has_weights(self.desk.wish) and len(browser.fs.rootfs) >= FELT:
                self.show_rows()  # a thread makes what the map needs, and comes back here
                return
            pane = cast("MapPane", self.query_one("#map"))
            first = pane.root is None
            pane.show(browser.weights(self.desk.wish), ROOT)
            if first and self.files.node is not None:
                pane.select(self.files.node)

    def show_tab(self, tab: str) -> None:
        """Bring a tab to the front."""
        raise NotImplementedError

    def filesystem(self) -> FileSystem:
        """The filesystem that is browsed."""
        browser = self.browser()
        assert browser is not None
        return browser.fs

    def go(self, wish: Wish, node: int | None) -> None:
        """To a path in a layer, whatever is in view now; a step back leads here again."""
        self._trail = [*self._trail[-_STEPS_BACK:], (self.desk.wish, self.tab, self.files.node)]
        self._go(wish, node)
        self.show_tab("files")

    def to_path(self, node: int | None, layer: int | None) -> None:
        """To what a layer did to a path; of no layer, to what was done to it last."""
        if layer is None and node is not None:
            events = life(self.filesystem(), node)
            layer = events[-1].layer if events else None
        mode = Mode.AGGREGATED if layer is None else Mode.CHANGES
        layer = self.desk.layers - 1 if layer is None else layer
        wish = replace(self.desk.wish, layer=layer, mode=mode, waste_only=False, filter="", hidden=frozenset())
        self.go(wish, node)

    def step_back(self) -> bool:
        """Out of what is no list; False where a list is in front."""
        if self.has_class("-layers") and self.has_class("-narrow"):
            self.show_tab(self.tab)
        elif self.tab not in LISTS:
            tab = self._viewed_from if self.tab == "preview" else self._list
            self.show_tab(tab if tab not in ("diff", "found") or self.desk.listing(tab) is not None else "files")
        else:
            return False
        return True

    def go_back(self) -> bool:
        """To where the last jump began; False where there was none."""
        if not self._trail:
            return False
        wish, tab, node = self._trail.pop()
        self._go(wish, node)
        self.show_tab(tab)
        return True

    def _go(self, wish: Wish, node: int | None) -> None:
        self.query_one(LayersPane).selected = wish.layer
        self.desk.wish = wish
        self.query_one(LayersPane).select(wish.layer)
        browser = self.browser()
        if browser and node is not None:
            browser.open_above(node)
        self.wish_for(wish, cursor=node)

    @property
    def files(self) -> TreePane:
        """The tree of paths."""
        return self.query_one("#files", TreePane)

    @property
    def wasted(self) -> WastedPane:
        """The list of waste."""
        return self.query_one(WastedPane)

    def filter_later(self, text: str) -> None:
        """Narrow once nothing was typed for a moment."""
        self.later(partial(self._filter_now, text))

    def later(self, what: Callable[[], None]) -> None:
        """Do something once nothing was typed for a moment, instead of what should have been done then."""
        if self._typing:
            self._typing.stop()
        self._typing = self.set_timer(_A_MOMENT, what)

    def _filter_now(self, text: str) -> None:
        self.wish_for(replace(self.desk.wish, filter=text))

    def paths_like(self, text: str, most: int) -> list[tuple[str, str, Callable[[], None]]]:
        """Paths that begin as typed, or whose name has it, what to say of them, and how to go there.

        Those that are shown come first, then those that some other layer has.
        """
        browser = self.desk.browser
        if browser is None or not self.desk.layers or not text.strip():
            return []
        wish = replace(self.desk.wish, filter="", hidden=frozenset())
        typed = text.encode("utf-8", "surrogateescape")
        here = browser.offered(wish, typed, most)
        gone = browser.offered_elsewhere(wish, typed, most - len(here))
        return [
            *((self._named(node), "go to the path", partial(self.go, wish, node)) for node in here),
            *(
                (self._named(node), "not here: go to its last layer", partial(self.to_path, node, None))
                for node in gone
            ),
        ]

    def _named(self, node: int) -> str:
        return f"/{printable(self.filesystem().rootfs.path(node))}"
