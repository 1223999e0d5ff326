"""Reaching: the actions that take something out of the image: content, files on disk, text for the clipboard."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.worker import get_current_worker

from imgscope.cells import shortened
from imgscope.errors import ImgscopeError
from imgscope.escaping import printable
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE, SYMLINK
from imgscope.filesystem.timeline import Mark
from imgscope.progress import Cancelled
from imgscope.tui.bodies import head, prepare
from imgscope.tui.doors import Extraction
from imgscope.tui.lens import Lens, Mode
from imgscope.tui.screens.seeking import Seeking
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.wording import instruction

if TYPE_CHECKING:
    from imgscope.analysis.contents import Match
    from imgscope.tui.content import Page
    from imgscope.tui.widgets.map_pane import MapPane
    from imgscope.tui.widgets.preview_pane import PreviewPane

_TOLD = 200
_CLIPBOARD = 100_000
"""Bytes that terminals take from OSC 52."""


class Reaching(Seeking):
    """Selection, preview, extraction, clipboard."""

    _previewed: tuple[Lens, int] | None = None
    _place: Match | None = None
    """What the preview shall show of the file."""

    def selected(self) -> tuple[Lens, int] | None:
        """The path that the pane in front has selected, and the lens that it is seen through."""
        if self.tab == "map":
            return self._of_map()
        if self.tab == "found":
            return self._of_found()
        if self.tab == "diff":
            return self._of_difference()
        if self.tab == "preview":
            return self._previewed
        if self.tab == "wasted":
            return self._of_waste()
        if self.tab == "files" and self.files.rows and self.files.node is not None:
            return self.files.rows.lens, self.files.node
        return None

    def _of_map(self) -> tuple[Lens, int] | None:
        browser = self.desk.browser
        pane = cast("MapPane", self.query_one("#map"))
        tile = pane.tile
        return (browser.lens(self.desk.wish), tile.node) if browser and tile else None

    def _of_difference(self) -> tuple[Lens, int] | None:
        """A difference is looked at in the filesystem as it is in the end."""
        browser, rows = self.desk.browser, self.desk.differences
        position = self.query_one("#diff", RowList).cursor
        node = rows.node(position) if rows is not None and position < len(rows) else None
        if browser is None or node is None:
            return None
        return browser.final, node

    def _of_waste(self) -> tuple[Lens, int] | None:
        """A wasted body is looked at in the layer that carries it."""
        browser, pane = self.desk.browser, self.wasted
        if browser is None:
            return None
        if pane.list is None:
            return (pane.rows.lens, pane.node) if pane.rows and pane.node is not None else None
        waste = pane.waste
        node = browser.fs.node_of[waste.entry] if waste else NONE
        return None if waste is None or node == NONE else (browser.lenses.body(waste.entry), node)

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        """Enter: on waste, to the file in its layer; on a file, its content; on a step, its layer."""
        if event.rows.id == "wasted":
            self._to_carrier()
        elif event.rows.id == "files":
            self.do_view()
        elif event.rows.id in ("layers", "history"):
            self._to_files_of(event.rows)

    def on_map_pane_chosen(self) -> None:
        """Enter on a file of the map: its content."""
        self.do_view()

    def _to_carrier(self) -> None:
        found = self.selected()
        if found:
            lens, node = found
            wish = replace(
                self.desk.wish, layer=lens.layer, mode=Mode.CHANGES, waste_only=False, filter="", hidden=frozenset()
            )
            self.go(wish, node)

    def _to_files_of(self, rows: RowList) -> None:
        place = getattr(rows, "place", None)
        if place and place.layer is None:
            self.notify("this step made no layer", timeout=2)
        elif place:
            self.go(replace(self.desk.wish, layer=place.layer, mode=Mode.CHANGES), None)

    # Preview.

    def do_view(self) -> None:
        """Show the content of the selected file."""
        found, self._place = self.selected(), self.match
        self._viewed_from = self.tab if self.tab != "preview" else self._viewed_from
        self.show_tab("preview")
        if found:
            self._preview(*found)

    def preview_if_none(self) -> None:
        """The tab was opened without a file: show that of the tree."""
        if self._previewed is None and self.files.rows and self.files.node is not None:
            self._preview(self.files.rows.lens, self.files.node)

    def _preview(self, lens: Lens, node: int) -> None:
        self._previewed = lens, node
        inspection = self.desk.inspection
        pane = self._preview_pane
        fs, inode = self.filesystem(), lens.state.inode[node]
        layer = lens.layer if inode == NONE else fs.locate(inode)[0]
        title = f"/{printable(lens.tree.rootfs.path(node))}  (layer {layer})"
        if lens.state.kind[node] != FILE:
            pane.show(title, self._no_file(lens, node))
        elif inspection is None:
            pane.wait(title, "can be read once all layers are")
        else:
            pane.wait(title, "reading …")
            work = partial(self._read, lens.state.inode[node], title, node)
            self.run_worker(work, thread=True, exclusive=True, group="preview", exit_on_error=False)

    def forget_preview(self) -> None:
        """What was previewed was of another image."""
        self._previewed = None
        if self.query("#preview"):
            self._preview_pane.wait("", "")

    @property
    def _preview_pane(self) -> PreviewPane:
        return cast("PreviewPane", self.query_one("#preview"))

    def _no_file(self, lens: Lens, node: int) -> Page:
        from imgscope.tui.content import link_page, note_page

        if lens.state.kind[node] == SYMLINK:
            return link_page(self.filesystem().member(lens.state.inode[node]).link)
        if lens.is_directory(node):
            return note_page(["a directory; files can be read"])
        return note_page(["a device or FIFO; it has no content"] if lens.state.kind[node] else ["nothing stands here"])

    def _read(self, entry: int, title: str, node: int) -> None:
        """In a thread: read, and show; then see to it that the next is read sooner, until something else is wanted."""
        from imgscope.tui.content import CAP, Content, note_page, present

        worker = get_current_worker()
        inspection, sound = self.desk.inspection, True
        assert inspection is not None

        def advance(_: int) -> None:
            if worker.is_cancelled:
                raise Cancelled

        try:
            data, size = head(inspection, entry, CAP, self.desk.doors.limits, advance)
            name = printable(inspection.filesystem.rootfs.name[node])
            page = present(Content(name, data, size))
        except Cancelled:
            return
        except ImgscopeError as error:
            page, sound = note_page([f"! {error}", *([error.hint] if error.hint else [])]), False
        except Exception as error:  # noqa: BLE001 - in a thread nobody else would hear of it
            self.app.call_from_thread(self.host.fail, error)
            return
        if worker.is_cancelled:
            return
        self.app.call_from_thread(self._read_at, title, page)
        if sound:
            with suppress(Cancelled):
                prepare(inspection, entry, advance)

    def _read_at(self, title: str, page: Page) -> None:
        if self.query("#preview"):
            self._preview_pane.show(title, page)
            if self._place:
                self._reveal(page, self._place)

    def _reveal(self, page: Page, place: Match) -> None:
        """Where in the preview something was found."""
        if place.offset >= page.shown and page.truncated:
            self.notify("it stands behind what is shown", timeout=2)
        else:
            self._preview_pane.reveal(place.line, place.offset, printable(place.match))

    # Extraction.

    def do_extract(self) -> None:
        """Ask where to, and write."""
        found, inspection, browser = self.selected(), self.desk.inspection, self.desk.browser
        if not found or inspection is None or browser is None:
            self.notify("nothing to extract" if inspection else "wait until all layers are read")
            return
        from imgscope.tui.screens.extracting import ExtractScreen

        lens, node = found
        name = printable(lens.tree.rootfs.name[node]) or "rootfs"
        state = browser.lenses.to_extract(lens, node)
        if not state.kind[node]:
            self.notify("nothing stands here")
            return
        wanted = Extraction(inspection, state, node, f"./{name}")
        screen = ExtractScreen(self.desk.doors, wanted, self._what(lens, node), self.desk.look.size)
        self.host.pop_up(screen, self._extracted)

    def _what(self, lens: Lens, node: int) -> str:
        """The title of the dialog: the path, and as of when."""
        path = f"/{printable(lens.tree.rootfs.path(node))}"
        if lens.mode is Mode.WASTED:
            return f"{path}: what is wasted of it"
        when = "before" if lens.mark[node] == Mark.REMOVED else "after"
        return f"{path} as it is {when} layer {lens.layer}"

    def _extracted(self, lines: list[str] | None) -> None:
        if not lines:
            return
        self.notify(shortened(lines[0], _TOLD), markup=False, timeout=8)
        if lines[1:]:
            from imgscope.tui.screens.lists import TextScreen

            self.host.pop_up(TextScreen("Left out, or not kept", [((line, "plain"),) for line in lines[1:]]))

    # Clipboard.

    def do_copy(self) -> None:
        """The path, or the layer's digest."""
        options = self._copyable()
        if options:
            self._copy(*options[0])

    def do_copy_menu(self) -> None:
        """One of several things."""
        from imgscope.tui.screens.lists import ListScreen

        options = self._copyable()
        entries = [(name, printable(text), "") for name, text in options]

        def chosen(number: int | None) -> None:
            if number is not None:
                self._copy(*options[number])

        self.host.pop_up(ListScreen("Copy", entries, search=False), chosen)

    def _copy(self, name: str, text: str) -> None:
        if len(text) > _CLIPBOARD:
            self.notify(f"{name} is too long for a terminal's clipboard", severity="warning")
            return
        self.app.copy_to_clipboard(text)
        self.notify(f"{name} copied, through the terminal", timeout=2)

    def _copyable(self) -> list[tuple[str, str]]:
        """Names and texts, what is meant first."""
        desk = self.desk
        if not desk.opened or not desk.layers:
            return []
        image = desk.opened.image
        layer = image.layers[desk.wish.layer]
        found: list[tuple[str, str]] = []
        selected, listing = self.selected(), self.desk.listing(self.tab)
        listed = listing.path(self.query_one(f"#{self.tab}", RowList).cursor) if listing is not None else None
        if selected:
            lens, node = selected
            path = "/" + printable(lens.tree.rootfs.path(node))
            found += [("path", path), ("JSON", json.dumps(self._as_json(lens, node, path)))]
        elif listed is not None:
            found.append(("path", f"/{printable(listed)}"))
        about_layer = [
            ("digest", layer.digest or ""),
            ("diff_id", layer.diff_id),
            ("chain id", layer.chain_id),
            ("instruction", instruction(image, layer.index)),
            ("image id", image.id),
        ]
        on_layers = getattr(self.focused, "id", "") in ("layers", "history") or not found
        about_layer = [(name, text) for name, text in about_layer if text]
        return [*about_layer, *found] if on_layers else [*found, *about_layer]

    def _as_json(self, lens: Lens, node: int, path: str) -> dict[str, object]:
        kind = {FILE: "file", SYMLINK: "symlink", DIRECTORY: "dir"}.get(lens.state.kind[node], "other")
        mode, uid, gid, mtime = self.filesystem().attributes(lens.state.entry[node])
        return {
            "path": path,
            "layer": lens.layer,
            "type": kind,
            "bytes": lens.bytes[node],
            "mode": f"{mode & 0o7777:04o}",
            "uid": uid,
            "gid": gid,
            "mtime": mtime,
        }
