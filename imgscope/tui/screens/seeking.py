"""Seeking: looks for a pattern in what files hold, live and hidden, in a thread; what is found is shown as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from textual import on
from textual.worker import Worker, get_current_worker

from imgscope.errors import ImgscopeError
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import FILE, NONE
from imgscope.inspection import Inspection
from imgscope.limits import Limits
from imgscope.progress import Cancelled
from imgscope.tui.lens import Lens, Mode
from imgscope.tui.reading import Whole, answering
from imgscope.tui.screens.showing import Showing
from imgscope.tui.widgets.filter_bar import FilterBar
from imgscope.tui.widgets.row_list import RowList
from imgscope.units import count

if TYPE_CHECKING:
    from imgscope.analysis.contents import Match
    from imgscope.analysis.patterns import Patient
    from imgscope.analysis.search import Hit
    from imgscope.tui.found_rows import Found, FoundRows
    from imgscope.tui.widgets.found_pane import FoundPane

_MOST = 1000
"""Matches at which a search ends."""
_EVERY = 0.1
"""Seconds between two looks at what was found."""


class Seeking(Showing):
    """Searching contents, and going to what was found."""

    _asking: str = ""
    """What the line is open for: ``filter``, ``find``, ``search`` or nothing."""
    _sought: str = ""
    """What contents shall be searched for."""
    _search: Whole | None = None
    """The search that is going on."""
    _body: tuple[int, Lens] | None = None
    """The last body that was looked at among what was found."""

    @property
    def found(self) -> FoundPane:
        """The list of matches; it is there once the tab was shown."""
        from imgscope.tui.widgets.found_pane import FoundPane

        return self.query_one(FoundPane)

    def do_found(self) -> None:
        """To what was found; where nothing was searched for, ask."""
        if self.desk.found is None:
            self.do_search()
        else:
            self.show_tab("found")

    def do_search(self) -> None:
        """Ask for a pattern."""
        if self.desk.inspection is None:
            self.notify("wait until all layers are read")
            return
        self._asking = "search"
        self._sought = self.desk.found.pattern if self.desk.found is not None else ""
        self.query_one(FilterBar).ask("search", self._sought, "a regular expression, in what files hold")

    def search_contents(self, text: str) -> None:
        """Begin to search; what was being searched for is given up."""
        from imgscope.analysis.contents import pattern
        from imgscope.tui.found_rows import FoundRows

        desk = self.desk
        if desk.inspection is None or not text:
            return
        try:
            wanted = pattern(text)
        except ValueError as error:
            self.notify(str(error), title="search", severity="warning", markup=False)
            return
        self.stop_search()
        self._search = Whole()
        desk.found = rows = FoundRows(text, desk.inspection.opened.image, desk.inspection.filesystem, desk.look)
        rows.note = "searching, Esc stops"
        self.show_tab("found")
        work = partial(self._seek_in, desk.inspection, wanted, rows, self._search)
        self.run_worker(work, thread=True, group="search", exit_on_error=False)

    def stop_search(self) -> bool:
        """Search no more; False where nothing was searched for."""
        search, self._search = self._search, None
        if search is None:
            return False
        search.stop()
        return True

    def forget_found(self) -> None:
        """What was searched was another image."""
        self.stop_search()
        self._body = None

    def _seek_in(self, inspection: Inspection, wanted: Patient, rows: FoundRows, search: Whole) -> None:
        """In a thread."""
        tell = partial(self.app.call_from_thread, self._told, rows, search)
        try:
            with answering():
                cut = _matches(
                    inspection, wanted, _Stoppable(search, get_current_worker()), self.desk.doors.limits, tell
                )
        except Cancelled:
            tell([], "stopped")
        except (ImgscopeError, ValueError) as error:
            tell([], f"ended: {error}")
        except Exception as error:  # noqa: BLE001 - in a thread nobody else would hear of it
            self.app.call_from_thread(self.host.fail, error)
        else:
            more = f"stopped at {count(_MOST)}, there are more" if cut else ""
            partly = "not all of the image could be read" if not inspection.complete else ""
            tell([], "; ".join(part for part in (more, partly) if part))

    def _told(self, rows: FoundRows, search: Whole, found: list[Found], end: str | None = None) -> None:
        """More was found, or all."""
        rows.add(found)
        rows.note = f"{search.said(self.desk.look.size)}, Esc stops" if end is None else end
        if end is not None and self._search is search:
            self._search = None
        if rows is self.desk.found and self.query("#found"):
            self.found.show(rows)
            if self.tab == "found" and rows.filter:
                self.let_through = rows.let_through
            self.said()

    @property
    def match(self) -> Match | None:
        """What the cursor is on among what was found."""
        rows = self.desk.found
        return rows.at(self.found.cursor)[1] if self.tab == "found" and rows is not None and len(rows) else None

    def _of_found(self) -> tuple[Lens, int] | None:
        """The body that a match is in, in the layer that carries it."""
        rows, browser = self.desk.found, self.desk.browser
        if rows is None or browser is None or not len(rows):
            return None
        entry = rows.at(self.found.cursor)[0].version.inode
        node = browser.fs.node_of[entry]
        if node == NONE:
            return None
        if self._body is None or self._body[0] != entry:
            self._body = entry, browser.lenses.body(entry)
        return self._body[1], node

    @on(RowList.Chosen)
    def _match_chosen(self, event: RowList.Chosen) -> None:
        """Enter: to the file in its layer."""
        rows = self.desk.found
        if event.rows.id == "found" and rows is not None:
            version = rows.at(self.found.cursor)[0].version
            layer = self.desk.wish.layer if version.layer is None else version.layer
            wish = replace(
                self.desk.wish, layer=layer, mode=Mode.CHANGES, waste_only=False, filter="", hidden=frozenset()
            )
            self.go(wish, version.node)


class _Stoppable:
    """Progress of a search: it ends where a person wants that, and where the application does."""

    def __init__(self, search: Whole, worker: Worker[object]) -> None:
        self._search, self._worker = search, worker

    def begin(self, label: str, total: int) -> None:
        """A stage begins."""
        self._search.begin(label, total)

    def advance(self, amount: int) -> None:
        """More was read. Raises Cancelled once it shall end."""
        if self._worker.is_cancelled:
            raise Cancelled
        self._search.advance(amount)


def _matches(
    inspection: Inspection, wanted: Patient, progress: _Stoppable, limits: Limits, tell: Callable[[list[Found]], None]
) -> bool:
    """Tell of matches as they are found, not too often; whether there are more than wanted."""
    from imgscope.analysis.contents import matching
    from imgscope.questions.reading import contents

    fs = inspection.filesystem
    hits = _files(fs, lambda: progress.advance(0))
    read = contents(inspection.opened, fs, hits, limits=limits, progress=progress, access=inspection.access)
    found: list[Found] = []
    left, cut, told = _MOST, False, monotonic()
    for one in read:
        some, cut = matching([one], wanted.search, left)
        found += some
        left -= sum(len(matches) for _, matches in some)
        if cut:
            break
        if monotonic() - told >= _EVERY:
            tell(found)
            found, told = [], monotonic()
    tell(found)
    return cut


def _files(fs: FileSystem, go_on: Callable[[], None]) -> Iterator[Hit]:
    """All versions of all files, in no order: sorting half a million paths would be felt in the keys."""
    from imgscope.analysis.search import Hit
    from imgscope.analysis.versions import Versions, all_versions
    from imgscope.filesystem.life import Lives
    from imgscope.filesystem.lookup import ever, paths

    versions = Versions(fs, Lives(fs))
    for path, node in paths(fs, ever(fs)):
        go_on()
        for version in all_versions(versions, node):
            if version.kind == FILE:
                yield Hit(path, version)
