"""The main screen: layers and details on the left, tabs on the right; below 100 columns one of them at a time."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget

from imgscope.tui.actions import ACTIONS, Action, applies
from imgscope.tui.config_words import config
from imgscope.tui.desk import Desk
from imgscope.tui.screens.around import Around
from imgscope.tui.screens.comparing import Comparing
from imgscope.tui.screens.differing import Differing
from imgscope.tui.screens.doing import Doing
from imgscope.tui.screens.layering import Layering
from imgscope.tui.screens.reaching import Reaching
from imgscope.tui.screens.showing import LISTS, Host
from imgscope.tui.widgets.bars import Footer, Keys, LineBar, Tabs
from imgscope.tui.widgets.files_pane import TreePane
from imgscope.tui.widgets.filter_bar import FilterBar
from imgscope.tui.widgets.history_pane import HistoryPane
from imgscope.tui.widgets.layers_pane import LayersPane
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.text_pane import TextPane
from imgscope.tui.widgets.wasted_pane import WastedPane
from imgscope.tui.wording import Line, unread

_NARROWEST, _LOWEST = 60, 15
_DETAILS_AFTER = 0.05
_PEEKED_UNASKED = 2000
"""Entries up to which a finished layer is shown by itself; a larger one when a person goes to it."""
_IDLE = 0.5
"""Seconds after which what is not needed at once is made ready."""


class MainScreen(Doing, Layering, Reaching, Differing, Comparing, Around, inherit_bindings=False):
    """Everything but what pops up. ``do_ID`` methods are the actions; a pane's own come first."""

    AUTO_FOCUS = ""  # the files have it from the start; going by way of the layers would style everything twice

    def __init__(self, desk: Desk, keys: dict[str, tuple[str, ...]], host: Host) -> None:
        super().__init__()
        self.desk = desk
        self.host = host
        self._trail = []
        self._keys = keys
        self.tab = "files"
        self._fresh = True
        """Nobody has gone to a layer yet: the layers are seen from the lowest, though the top one is selected."""
        self._details_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """All lines and panes; what is heavy is made when its tab is first shown."""
        look = self.desk.look
        yield LineBar(id="header")
        yield LineBar(id="strip")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield LayersPane(look)
                yield TextPane(id="details")
            with Vertical(id="right"):
                yield Tabs(id="tabs")
                with Vertical(id="content"):
                    yield TreePane(look)
                    yield WastedPane(look)
                yield FilterBar()
        yield LineBar(id="status")
        yield Footer(id="footer")
        yield LineBar(id="tiny")

    def on_mount(self) -> None:
        """The first picture, before anything is read."""
        self.query_one("#details").border_title = "Details"
        self.query_one("#layers").border_title = "Layers"
        self.files.set_columns(self.desk.columns)
        self.wasted.set_columns(self.desk.columns)
        self.files.add_class("-shown")
        self.files.clear(self._nothing_yet())
        self.files.focus()
        self.said()
        self.set_timer(_IDLE, self.query_one(FilterBar).prepare)

    # Panes and focus.

    @property
    def pane(self) -> Widget | None:
        """The pane that has the focus."""
        return self.focused if getattr(self.focused, "pane", "") else None

    @property
    def pane_name(self) -> str:
        """Its name in the table of actions."""
        return str(getattr(self.focused, "pane", "") or self.tab)

    def perform(self, id_: str) -> None:
        """Do an action: the pane's own way of it, or the screen's."""
        method = getattr(self.pane, f"do_{id_}", None) or getattr(self, f"do_{id_}", None)
        if method:
            method()

    def can(self, action: Action) -> bool:
        """Whether an action is for the pane that has the focus, and can be done."""
        if not applies(action, self.pane_name):
            return False
        return hasattr(self.pane, f"do_{action.id}") or hasattr(self, f"do_{action.id}")

    @on(Keys.Pressed)
    async def _pressed(self, event: Keys.Pressed) -> None:
        await self.app.run_action(f"perform('{event.id}')")

    def show_tab(self, tab: str) -> None:
        """Bring a tab to the front."""
        if not self.children:  # the application is about to end
            return
        self.remove_class("-layers")
        content = self.query_one("#content")
        if not content.query(f"#{tab}"):
            content.mount(self._made(tab))
        self._list = tab if tab in LISTS else self._list
        self.tab = tab
        for pane in content.children:
            pane.set_class(pane.id == tab, "-shown")
        shown = self.query_one(f"#{tab}")
        shown.focus()
        self.call_after_refresh(self._filled, tab)

    def _made(self, tab: str) -> Widget:
        look = self.desk.look
        if tab == "history":
            return HistoryPane(look)
        if tab == "map":
            from imgscope.tui.widgets.map_tab import Map

            return Map(look.size, ascii_only=look.ascii, id="map")
        if tab == "found":
            from imgscope.tui.widgets.found_pane import FoundPane

            return FoundPane()
        if tab == "diff":
            from imgscope.tui.widgets.diff_pane import DiffPane

            return DiffPane()
        if tab == "advice":
            from imgscope.tui.widgets.advice_pane import AdvicePane

            return AdvicePane()
        if tab == "preview":
            from imgscope.tui.widgets.preview_tab import Preview

            return Preview(id="preview")
        return TextPane(id="config")

    def _filled(self, tab: str) -> None:
        """Show in a tab what it is there for."""
        desk = self.desk
        if tab == "history" and desk.opened:
            self.query_one(HistoryPane).show(desk.opened.image, desk.inspection)
        elif tab == "map":
            self.show_map()
        elif tab == "config" and desk.opened:
            pane = self.query_one("#config", TextPane)
            pane.pane = "config"
            pane.show(config(desk.opened))
        elif tab == "preview":
            self.preview_if_none()
        elif tab == "advice":
            self.show_advice()
        elif tab == "found":
            self.found.show(desk.found)
        elif tab == "diff":
            self.differences.show(desk.differences)
        self.said()
        self.filter_again()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The footer and details are those of the pane."""
        del event
        if self.has_class("-zoomed"):
            self.mark_focus()
        self.say_footer()
        self.tell()

    def mark_focus(self) -> None:
        """Which pane is alone when zoomed; not told otherwise, because a class that comes or goes costs a picture."""
        focused = self.focused.id if self.focused else None
        on_left = focused in ("layers", "details")
        self.set_class(on_left, "-left")
        self.set_class(not on_left, "-right")
        self.set_class(focused == "details", "-details")
        self.set_class(focused == "layers", "-top")

    def on_resize(self, event: events.Resize) -> None:
        """Too small a terminal is told so."""
        width, height = event.size
        self.set_class(width < _NARROWEST or height < _LOWEST, "-tiny")
        text = f"need {_NARROWEST}x{_LOWEST}: the terminal is too small ({width}x{height}); q quits"
        self.query_one("#tiny", LineBar).show([(text, "warning")])
        self.call_after_refresh(self.said)

    # What the cursor is on.

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        if event.rows.id == "layers":
            self._fresh = self._fresh and not event.rows.has_focus
            self.layer_highlighted()
        self.tell()

    def on_map_pane_highlighted(self) -> None:
        """Another tile of the map."""
        self.tell()

    def tell(self) -> None:
        """Details of what the cursor is on, once it rests."""
        if self._details_timer:
            self._details_timer.stop()
        self._details_timer = self.set_timer(_DETAILS_AFTER, self._tell)

    def _tell(self) -> None:
        if not self.children:  # the application is about to end
            return
        self.query_one("#details", TextPane).show(self.details())
        self.settle_doubts()
        self.say_status()

    def details(self) -> list[Line]:
        """All that is known of what the cursor is on."""
        desk = self.desk
        if not desk.opened or not desk.layers:
            return []
        pane = self.pane_name if self.pane_name != "details" else self.tab
        cause = self.wasted.list.cause_at(self.wasted.cursor) if self.wasted.list and len(self.wasted.list) else None
        if pane == "wasted" and cause is not None and desk.words:
            return desk.words.cause(cause)
        if pane == "advice" and self.advice.list is not None and self.advice.count():
            return self.advice.list.details(self.advice.cursor)
        if pane == "found" and desk.found is not None and len(desk.found):
            return desk.found.details(self.found.cursor)
        if pane == "diff" and self.differences.list is not None and self.differences.count():
            return self.differences.list.details(self.differences.cursor)
        if pane in ("files", "wasted", "map", "preview") and desk.words:
            found = self.selected()
            if found:
                return desk.words.path(*found)
        place = None
        if pane in ("layers", "history"):
            place = (self.query_one(LayersPane) if pane == "layers" else self.query_one(HistoryPane)).place
        if place and place.layer is None and place.step and desk.words:
            return desk.words.step(place.step)
        layer = place.layer if place and place.layer is not None else desk.wish.layer
        if desk.words:
            return desk.words.layer(layer)
        return unread(desk.opened.image, layer, self._nothing_yet()) if desk.layers else []

    # Loading.

    def begun(self) -> None:
        """Another image: nothing of the one before is left."""
        if not self.children:
            return
        self._peeked, self._cursor, self._trail, self._fresh = None, None, [], True
        self.files.forget()
        self.forget_preview()
        self.forget_found()
        self.show_documents()
        self._filled(self.tab)

    def show_documents(self) -> None:
        """The layer table, from manifest and config alone."""
        desk = self.desk
        assert desk.opened is not None
        self.query_one(LayersPane).show(desk.opened.image, desk.reading, desk.inspection)
        self.query_one(LayersPane).select(desk.wish.layer, in_view=not self._fresh)
        self.show_rows()
        self.tell()

    def tick(self) -> None:
        """While reading: how far it is."""
        desk = self.desk
        if not self.children:
            return
        if desk.opened and desk.reading:
            self.query_one(LayersPane).redraw()
            if self.files.rows is None:
                self.peek(most=_PEEKED_UNASKED)
        self._say_header()

    def settled(self) -> None:
        """All is read: show it, with the cursor where it was."""
        if not self.children:
            return
        self._peeked = None
        self._cursor = None
        self.files.forget()
        self.show_documents()
        self._filled(self.tab)


def bindings(keys: dict[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    """``(keys, action, label)`` for each action that has keys."""
    return [
        (",".join(keys[action.id]), f"perform('{action.id}')", action.label) for action in ACTIONS if keys[action.id]
    ]
