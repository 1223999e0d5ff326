"""Look: how things are drawn: signs in Unicode or ASCII, bars, sizes in the style that was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.filesystem.timeline import Mark
from imgscope.units import SizeStyle, size

Cell = tuple[str, str]
"""A piece of a row: its text, and the role that a theme gives a colour to."""

_EIGHTHS = " ▏▎▍▌▋▊▉"
MARKS = {
    Mark.SAME: (" ", "plain"),
    Mark.ADDED: ("+", "added"),
    Mark.MODIFIED: ("~", "modified"),
    Mark.REMOVED: ("-", "removed"),
}
OPAQUE = ("!", "opaque")


@dataclass(frozen=True, slots=True)
class Look:
    """The choices; every method is a pure function of them."""

    ascii: bool = False
    sizes: SizeStyle = SizeStyle.DECIMAL

    def size(self, count: int) -> str:
        """Bytes as text."""
        return size(count, self.sizes)

    def fold(self, *, open_: bool) -> str:
        """The sign before a directory."""
        if self.ascii:
            return "v" if open_ else ">"
        return "▾" if open_ else "▸"

    def bar(self, part: int, whole: int, width: int) -> str:
        """``part`` of ``whole`` as a bar of ``width`` cells, with eighths of a cell where the terminal can."""
        eighths = min(8 * width, 8 * width * part // whole) if whole else 0
        if part and not eighths:
            eighths = 1
        if self.ascii:
            return ("#" * (-(-eighths // 8) if part else 0)).ljust(width)
        full, rest = divmod(eighths, 8)
        return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)

    def progress(self, part: int, whole: int, width: int = 10) -> str:
        """How far reading is."""
        done = min(width, width * part // whole) if whole else 0
        full, empty = ("#", ".") if self.ascii else ("▰", "▱")
        return full * done + empty * (width - done)

    @property
    def to(self) -> str:
        """Between a symlink and its target."""
        return "->" if self.ascii else "→"

    @property
    def same_as(self) -> str:
        """Between a hard link and its target."""
        return "=>" if self.ascii else "⇒"

    @property
    def none(self) -> str:
        """For nothing, where a zero would be noise."""
        return "." if self.ascii else "·"

    @property
    def cursor(self) -> str:
        """Before the selected row of a pane."""
        return ">" if self.ascii else "▶"

    @property
    def warning(self) -> str:
        """Before what a person should know."""
        return "!" if self.ascii else "⚠"
