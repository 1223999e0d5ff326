"""Desk: what lies open: the image, how far it is read, what is wished to be seen of it, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imgscope.analysis.blame import Blame
from imgscope.errors import StoppedError
from imgscope.filesystem.model import Cause
from imgscope.filesystem.squash import squash
from imgscope.image.opened import OpenImage
from imgscope.inspection import Inspection
from imgscope.settings import Column
from imgscope.tui.browser import Browser, Wish
from imgscope.tui.doors import Doors, Offer
from imgscope.tui.lens import Mode
from imgscope.tui.look import Look
from imgscope.tui.reading import Reading
from imgscope.tui.waste_rows import Grouping
from imgscope.tui.wording import Words

if TYPE_CHECKING:
    from imgscope.tui.advice_rows import AdviceRows
    from imgscope.tui.diff_rows import DiffRows
    from imgscope.tui.found_rows import FoundRows
    from imgscope.tui.listing import Listing

COLUMNS = (
    (Column.SIZE, Column.SHARE),
    (Column.MODE, Column.OWNER, Column.SIZE, Column.SHARE),
    (Column.MTIME, Column.COUNT, Column.SIZE),
)
"""What the key for columns goes through."""


@dataclass(repr=False)
class Desk:
    """The one place that knows what is shown; panes are given parts of it."""

    doors: Doors
    look: Look
    columns: tuple[Column, ...]
    offer: Offer | None = None
    choice: int = 0
    opened: OpenImage | None = None
    reading: Reading | None = None
    inspection: Inspection | None = None
    browser: Browser | None = None
    words: Words | None = None
    advice: AdviceRows | None = None
    """What rules say of the inspection, once someone wanted to know."""
    differences: DiffRows | None = None
    """From another image, once there was a comparison."""
    found: FoundRows | None = None
    """In what files hold, once something was searched for."""
    compared_with: str = ""
    """What was typed to name that."""
    wish: Wish = field(default_factory=lambda: Wish(0))
    grouping: Grouping = Grouping.CAUSE
    open_causes: set[Cause] = field(default_factory=lambda: set(Cause))

    @property
    def layers(self) -> int:
        """How many layers the image has."""
        return len(self.opened.image.layers) if self.opened else 0

    @property
    def partial(self) -> bool:
        """Whether what is shown is not the whole image."""
        return self.inspection is not None and not self.inspection.complete

    @property
    def damaged(self) -> bool:
        """Whether it is not whole for another reason than that someone stopped reading."""
        inspection = self.inspection
        if inspection is None:
            return False
        errors = [layer.error for layer in inspection.layers if layer.error]
        return inspection.opened.damaged or any(not isinstance(error, StoppedError) for error in errors)

    def listing(self, tab: str) -> Listing | None:
        """The list that a tab shows, where it is one of those and known."""
        return {"advice": self.advice, "diff": self.differences, "found": self.found}.get(tab)

    def begin(self, opened: OpenImage, wish: Wish) -> None:
        """Another image, of which only the documents are known."""
        self.opened, self.wish = opened, wish
        self.inspection, self.browser, self.words = None, None, None
        self.advice, self.differences, self.found = None, None, None

    def settle(self, inspection: Inspection, browser: Browser, blame: Blame | None = None) -> None:
        """All is read."""
        self.inspection, self.browser, self.reading, self.advice = inspection, browser, None, None
        self.words = Words(inspection, self.look, blame)

    def entries_read(self, layer: int) -> int:
        """Members of a layer that is read while others are not; 0 where it is not read either."""
        index = self.reading.indexes[layer] if self.reading and self.reading.indexes else None
        return len(index.table) if index and index.table is not None else 0

    def peek(self, layer: int) -> Browser | None:
        """A layer by itself, while others are still being read; None where it is not read either."""
        index = self.reading.indexes[layer] if self.reading and self.reading.indexes else None
        if index is None or index.table is None:
            return None
        tables = [index.table if number == layer else None for number in range(self.layers)]
        return Browser(squash(tables))

    def title(self) -> str:
        """What the files pane shows, in words."""
        wish = self.wish
        if not self.opened:
            return "Files"
        if self.browser is None:
            return f"Layer {wish.layer} by itself; the others are being read"
        if wish.waste_only:
            what = f"Waste in layer {wish.layer}" if wish.mode is Mode.CHANGES else f"Waste in layers 0-{wish.layer}"
        elif wish.mode is Mode.CHANGES:
            what = f"Changes of layer {wish.layer}"
        elif wish.layer == self.layers - 1:
            what = "Final filesystem"
        else:
            what = f"Filesystem after layer {wish.layer}"
        return f"{what}, partial" if self.partial else what
