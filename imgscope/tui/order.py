"""Order: what is asked for at one moment, taken together so that a thread can make it while the desk moves on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from imgscope.filesystem.model import Cause
from imgscope.filesystem.rootfs import NONE, ROOT
from imgscope.inspection import Inspection
from imgscope.tui.browser import Browser, Wish
from imgscope.tui.lens import Mode
from imgscope.tui.listing import Left, Listing
from imgscope.tui.look import Look
from imgscope.tui.rows import TreeRows
from imgscope.tui.waste_rows import Grouping, WasteRows
from imgscope.units import count, counted

Waste = WasteRows | TreeRows | None


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """What came of an order."""

    files: TreeRows
    waste: Waste
    left: Left | None
    """Of the list in front, where there is one."""
    let_through: str
    """How much the filter lets through of what is in front, in words."""


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """Everything that rows depend on. ``inspection`` is None while only a layer by itself is known."""

    browser: Browser
    wish: Wish
    tab: str
    inspection: Inspection | None
    grouping: Grouping
    open_causes: set[Cause]
    look: Look
    listing: Listing | None = None
    """The list of advice, differences or matches, where that is in front."""

    def make(self, wanted: Callable[[], bool] = lambda: True) -> Made | None:
        """The rows; None once they are not ``wanted`` any more. Raises ValueError where the filter makes no sense."""
        if not wanted():
            return None
        files = self.browser.rows(self.wish)
        if not wanted():
            return None
        waste = self._waste()
        if self.tab == "map" and self.inspection:
            self.browser.weights(self.wish)  # kept there until it is drawn
        left = self.listing.passing(self.wish.filter, wanted) if self.listing is not None else None
        if not wanted():
            return None
        told = self._let_through(files, waste) if self.wish.narrow and left is None else ""
        return Made(files, waste, left, told)

    def _waste(self) -> Waste:
        """Rows of the list of waste: of the layer, or of all layers."""
        if self.inspection is None:
            return None
        wish = self.wish
        only = wish.mode is Mode.CHANGES
        layer = wish.layer if only else len(self.inspection.layers) - 1
        whole = Wish(layer, wish.mode, waste_only=True, order=wish.order, reverse=wish.reverse, filter=wish.filter)
        if self.grouping is Grouping.DIRECTORY:
            return self.browser.rows(whole)
        waste = self.inspection.analysis.waste
        shown = [number for number, row in enumerate(waste) if not only or row.layer == layer]
        if wish.filter.strip():
            passed, node_of = self.browser.passing(whole), self.browser.fs.node_of
            nodes = ((number, node_of[waste[number].entry]) for number in shown)
            shown = [number for number, node in nodes if node != NONE and passed[node]]
        return WasteRows(waste, shown, self.look, self.open_causes if self.grouping is Grouping.CAUSE else None)

    def _let_through(self, files: TreeRows, waste: Waste) -> str:
        size = self.look.size
        if self.tab == "wasted" and isinstance(waste, WasteRows):
            return f"{counted(waste.matched, 'body', 'bodies')}, {size(waste.bytes)}"
        rows = waste if self.tab == "wasted" and isinstance(waste, TreeRows) else files
        lens, whole = rows.lens, self.wish if rows is files else replace(self.wish, waste_only=True)
        if not lens.matched and not self.wish.waste_only and self.inspection:
            return self._elsewhere()
        return f"{count(lens.matched or 0)} of {count(self.browser.lens(whole).below(ROOT))}, {size(lens.bytes[ROOT])}"

    def _elsewhere(self) -> str:
        """Nothing matches: perhaps something that is not there any more does."""
        gone = self.browser.passing(replace(self.wish, waste_only=True, hidden=frozenset())).count(1)
        return f"nothing here; {count(gone)} in what is wasted" if gone else "nothing matches"
