"""DiffRows: how the image differs from another: totals and config first, then path by path."""

from __future__ import annotations

from functools import cache

from imgscope.cells import cells, shortened
from imgscope.difference.model import Aspect, Kind, Row
from imgscope.escaping import printable
from imgscope.filesystem.rootfs import DIRECTORY, FILE, NONE
from imgscope.filesystem.timeline import Mark
from imgscope.tui.doors import Compared
from imgscope.tui.listing import Listing
from imgscope.tui.look import MARKS, Cell, Look
from imgscope.tui.matching import MARKS_OF, Listed, types_of
from imgscope.tui.wording import BLANK, Line, cut

_SIGNS = {
    Kind.ADDED: MARKS[Mark.ADDED],
    Kind.REMOVED: MARKS[Mark.REMOVED],
    Kind.CHANGED: MARKS[Mark.MODIFIED],
    Kind.RENAMED: (">", "link"),
}
_MARKS = {
    Kind.ADDED: Mark.ADDED,
    Kind.REMOVED: Mark.REMOVED,
    Kind.CHANGED: Mark.MODIFIED,
    Kind.RENAMED: Mark.MODIFIED,
}
_ROLES = {" ": "plain", "+": "added", "-": "removed", "~": "modified", "!": "warning"}


@cache
def _differs_in(aspects: Aspect) -> bytes:
    """In what, in a word each: ``content mode``."""
    return " ".join(aspect.name.lower() for aspect in Aspect if aspect in aspects and aspect.name).encode()


class DiffRows(Listing):
    """Rows of one comparison; those of paths are made when they are looked at, since there may be a million."""

    def __init__(self, compared: Compared, look: Look) -> None:
        super().__init__()
        self.verdict = compared.verdict
        self._compared, self._look = compared, look
        head = [(" ", f"since {compared.other}"), *compared.head(look.size, look.to)]
        self._head = [(sign, cut(text)) for sign, text in head]
        self.grow()

    def total(self) -> int:
        """Totals, settings and paths."""
        return len(self._head) + len(self._compared.paths.rows)

    def listed(self, row: int) -> Listed:
        """A path, what it was called before, and in what it differs; above the paths, what is said."""
        if row < len(self._head):
            sign, text = self._head[row]
            return Listed(text=text.encode("utf-8", "surrogateescape"), mark=MARKS_OF.get(sign))
        found = self._compared.paths.rows[row - len(self._head)]
        view, node = self._compared.paths.place(found)
        kind, entry, inode = view.standing.kind[node], view.standing.entry[node], view.standing.inode[node]
        paths = [view.path(node)]
        if found.kind is Kind.RENAMED:
            paths.append(self._compared.paths.before.path(found.before))
        size = view.fs.size(inode) if kind == FILE else None
        return Listed(
            paths, _differs_in(found.aspects), size, _MARKS[found.kind], types_of(view.fs, kind, entry, inode)
        )

    def at(self, position: int) -> Row | None:
        """The path of a row; None above the paths."""
        row = self.number(position) - len(self._head)
        return None if row < 0 else self._compared.paths.rows[row]

    def node(self, position: int) -> int | None:
        """The node of a row's path in the image that is looked at; None where that has none."""
        row = self.at(position)
        return None if row is None or row.after == NONE else row.after

    def layer(self, position: int) -> int | None:
        """The layer that wrote a row's path last, in the image that is looked at."""
        node = self.node(position)
        return None if node is None else self._compared.paths.after.state(node).layer

    def row(self, position: int, width: int) -> list[Cell]:
        """The cells of a row: what differs, and in what."""
        row = self.at(position)
        unicode = not self._look.ascii
        if row is None:
            sign, text = self._head[self.number(position)]
            return [(f"{sign} ", _ROLES[sign]), (shortened(text, max(width - 2, 1), unicode=unicode), "plain")]
        sign, role = _SIGNS[row.kind]
        room = max(width - 4, 2)
        about = shortened(cut(self._about(row)), room // 2, unicode=unicode)
        path = shortened(self._path(row), room - cells(about), keep_end=True, unicode=unicode)
        gap = " " * (room - cells(about) - cells(path) + 2)
        return [(f"{sign} ", role), (path, role), (gap, "plain"), (about, "dim")]

    def details(self, position: int) -> list[Line]:
        """All that is known of a difference."""
        row = self.at(position)
        if row is None:
            sign, text = self._head[self.number(position)]
            return [((f"{sign} ", _ROLES[sign]), (text, "plain"))]
        sign, role = _SIGNS[row.kind]
        lines: list[Line] = [((f"{sign} {row.kind.name.lower()}  ", role), (self._path(row), "strong"))]
        about = self._about(row)
        return [*lines, BLANK, *((("  ", "plain"), (cut(part), "plain")) for part in [about] if part)]

    def _about(self, row: Row) -> str:
        about = self._compared.about(row, self._look.size, self._look.to)
        if row.kind is not Kind.RENAMED:
            return about
        old = f"from /{self._compared.paths.before.path(row.before).decode('utf-8', 'surrogateescape')}"
        return f"{old}, {about}" if about else old

    def _path(self, row: Row) -> str:
        view, node = self._compared.paths.place(row)
        slash = "/" if view.standing.kind[node] == DIRECTORY else ""
        return f"/{printable(view.path(node))}{slash}"
