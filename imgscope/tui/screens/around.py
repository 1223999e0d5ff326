"""Around: the lines and titles around the panes say what is in them."""

from __future__ import annotations

from textual.content import Content

from imgscope.escaping import printable
from imgscope.filesystem.timeline import Mark
from imgscope.settings import Sort
from imgscope.tui.actions import for_footer, key_text
from imgscope.tui.lens import Lens, Mode
from imgscope.tui.look import Cell
from imgscope.tui.screens.showing import Showing
from imgscope.tui.widgets.bars import Keys, LineBar, Tabs
from imgscope.tui.wording import instruction
from imgscope.units import counted, percent

TABS = ("files", "wasted", "history", "preview", "map", "config", "advice")
_SHORT = ("Files", "Waste", "Hist", "View", "Map", "Conf", "Advice")
_SHORTEST = (*_SHORT[:-1], "Adv")
_FEWEST = 3
"""Letters of a name that is cut for want of room."""
_HIDDEN = {Mark.ADDED: "added", Mark.MODIFIED: "modified", Mark.REMOVED: "removed", Mark.SAME: "unchanged"}
_TITLES = {"history": "Build steps", "preview": "Content", "config": "Config"}


class Around(Showing):
    """The part of the main screen that fills lines."""

    _keys: dict[str, tuple[str, ...]]

    @property
    def pane_name(self) -> str:
        """The pane that has the focus, as the table of actions calls it."""
        raise NotImplementedError

    def selected(self) -> tuple[Lens, int] | None:
        """The path that is selected, and how it is looked at."""
        raise NotImplementedError

    def said(self) -> None:
        """All of them."""
        if not self.children:  # the application is about to end
            return
        self.query_one("#right").border_title = self._title()
        self._say_header()
        self._say_strip()
        self._say_tabs()
        self.say_footer()
        self.say_status()

    def _title(self) -> Content:
        """What the tab in front shows."""
        dot = " - " if self.desk.look.ascii else " · "
        if self.tab in _TITLES:
            return Content(_TITLES[self.tab])
        parts, wish = [self._of_tab()], self.desk.wish
        if self.tab != "map" and wish.filter.strip():
            told = f"filter {printable(wish.filter.strip())}: {self.let_through}"
            parts.insert(0 if self.tab == "diff" else 1, told)  # how images differ may take the whole line
        if self.tab == "found" and self.desk.found is not None and self.desk.found.note:
            parts.append(self.desk.found.note)
        if self.tab == "files" and wish.hidden:
            parts.append("without " + ", ".join(words for mark, words in _HIDDEN.items() if mark in wish.hidden))
        if self.tab == "files" and (wish.order is not Sort.SIZE or wish.reverse):
            parts.append(f"by {wish.order.value}" + (", reversed" if wish.reverse else ""))
        return Content(dot.join(parts))

    def _of_tab(self) -> str:
        """What is in it, filter or not."""
        if self.tab == "files":
            return self.desk.title()
        if self.tab == "advice":
            return self._of_advice()
        if self.tab == "found":
            return self.desk.found.title() if self.desk.found is not None else "Found"
        return self._of_differences() if self.tab == "diff" else self._of_layers()

    def _of_layers(self) -> str:
        """The title of waste, or of the map."""
        wish = self.desk.wish
        if self.tab == "map":
            through = f"layers 0 to {wish.layer}" if wish.layer else "layer 0"
            return f"Map of layer {wish.layer}" if wish.mode is Mode.CHANGES else f"Map of {through}, live and wasted"
        where = f"layer {wish.layer}" if wish.mode is Mode.CHANGES else "all layers"
        return f"Waste in {where}, {self.desk.grouping.value}"

    def _of_differences(self) -> str:
        """The title of differences."""
        found = self.desk.differences
        return printable(found.verdict) if found is not None else "Differences"

    def _of_advice(self) -> str:
        """The title of advice."""
        found = self.desk.advice
        said = f"Advice: {counted(found.findings, 'finding', 'findings')}" if found is not None else "Advice"
        if self.desk.partial:
            return f"{said}; there may be more in what could not be read"
        all_told = found is not None and found.findings and not self.desk.wish.filter.strip()
        return f"{said}, small and doubtful ones too" if all_told else said

    def _say_header(self) -> None:
        desk, size = self.desk, self.desk.look.size
        opened, inspection = desk.opened, desk.inspection
        left: list[Cell] = [(" imgscope  ", "strong"), (f"{printable(desk.doors.path)}  ", "plain")]
        right: list[Cell] = []
        if opened:
            left.append((printable(opened.origin.selected), "dim"))
            right.append((counted(desk.layers, "layer", "layers") + "  ", "plain"))
        if desk.reading:
            right.append((f"{desk.reading.said(size)}  Esc stops ", "warning"))
        elif inspection:
            totals = inspection.analysis.totals
            wasted = f"wasted {size(totals.wasted_bytes)} ({percent(totals.wasted_bytes, totals.content_bytes)})  "
            right += [
                (f"{size(totals.content_bytes)}  ", "plain"),
                (wasted, "wasted" if totals.wasted_bytes else "plain"),
            ]
            if self.size.width >= 100:
                right.append((f"efficiency {100 * totals.efficiency:.1f}% ", "plain"))
            if desk.partial:
                right.append(("PARTIAL ", "error"))
            if inspection.warnings:
                right.append((f"{desk.look.warning} {len(inspection.warnings)} ", "warning"))
        self.query_one("#header", LineBar).show(left, right)

    def _say_strip(self) -> None:
        """Below 100 columns, the layer in one line."""
        desk = self.desk
        if not desk.opened or not desk.layers:
            return
        layer = desk.wish.layer
        arrows = ("<", ">") if desk.look.ascii else ("◀", "▶")
        text = instruction(desk.opened.image, layer)
        left: list[Cell] = [(f" Layer {arrows[0]} {layer} {arrows[1]} ", "strong"), (text, "instruction")]
        self.query_one("#strip", LineBar).show(left)

    def _say_tabs(self) -> None:
        """The tabs; how much is wasted is told in its own."""
        inspection = self.desk.inspection
        wasted = f" {self.desk.look.size(inspection.analysis.totals.wasted_bytes)}" if inspection else ""
        more = [("layers", "0", "Layers")] if self.has_class("-narrow") else []
        if self.desk.found is not None:
            more = [("found", "9", "Found"), *more]
        if self.desk.differences is not None:
            more = [("diff", "8", "Diff"), *more]
        ways = []
        for names, told in (([tab.capitalize() for tab in TABS], wasted), (_SHORT, wasted), (_SHORTEST, "")):
            numbered = enumerate(zip(TABS, names, strict=True), 1)
            tabs = [(tab, str(number), name + told * (tab == "wasted")) for number, (tab, name) in numbered]
            ways.append([*tabs, *more])
        ways.append([(tab, key, name[:_FEWEST]) for tab, key, name in ways[-1]])
        self.query_one(Tabs).offer_widest(ways, self.tab)

    def say_footer(self) -> None:
        """What keys do in the pane."""
        actions = [action for action in for_footer(self.pane_name) if self._keys[action.id]]
        ascii_only = self.desk.look.ascii
        self.query_one("#footer", Keys).offer(
            [(action.id, key_text(self._keys[action.id][0], ascii_only=ascii_only), action.label) for action in actions]
        )

    def say_status(self) -> None:
        """Below 100 columns, the whole path of what is selected."""
        found = self.selected()
        path = printable(found[0].tree.rootfs.path(found[1])) if found else ""
        self.query_one("#status", LineBar).show([(f" /{path}" if found else "", "plain")])
