"""FoundRows: where a pattern was found in what files hold, a row a match; they grow while the search goes on."""

from __future__ import annotations

from collections.abc import Iterable

from imgscope.analysis.blame_words import HIDDEN
from imgscope.analysis.contents import Match
from imgscope.analysis.search import Hit
from imgscope.cells import cells, shortened
from imgscope.escaping import printable
from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.timeline import Mark
from imgscope.image.model import Image
from imgscope.tui.listing import Listing
from imgscope.tui.look import Cell, Look
from imgscope.tui.matching import Listed, types_of
from imgscope.tui.wording import BLANK, Line, instruction
from imgscope.units import count, counted

Found = tuple[Hit, tuple[Match, ...]]


class FoundRows(Listing):
    """Rows of one search."""

    def __init__(self, pattern: str, image: Image, fs: FileSystem, look: Look) -> None:
        super().__init__()
        self.pattern = pattern
        self.note = ""
        """How far the search is, or how it ended."""
        self._image, self._fs, self._look = image, fs, look
        self._rows: list[tuple[Hit, Match]] = []
        self._files = 0

    def total(self) -> int:
        """Matches so far."""
        return len(self._rows)

    def listed(self, row: int) -> Listed:
        """The file that a match is in, and the line; what a later layer hides is removed."""
        hit, match = self._rows[row]
        version = hit.version
        mark = Mark.REMOVED if version.hidden else Mark.SAME
        line = b"".join((match.before, match.match, match.after))
        types = types_of(self._fs, version.kind, version.entry, version.inode)
        return Listed((hit.path,), line, self._fs.size(version.inode), mark, types)

    def add(self, found: Iterable[Found]) -> None:
        """More was found."""
        for hit, matches in found:
            self._files += 1
            self._rows += [(hit, match) for match in matches]
        self.grow()

    def at(self, position: int) -> tuple[Hit, Match]:
        """What a row is about."""
        return self._rows[self.number(position)]

    def title(self) -> str:
        """What was found so far; how far that is, is the note."""
        files = counted(self._files, "file", "files")
        return f"{printable(self.pattern)}: {counted(self.total(), 'match', 'matches')} in {files}"

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        del width
        return [(f"{'Layer':>6}  {'State':<6}  Path and line", "header")]

    def row(self, position: int, width: int) -> list[Cell]:
        """The cells of a row."""
        hit, match = self.at(position)
        unicode = not self._look.ascii
        hidden = hit.version.hidden is not None
        row: list[Cell] = [
            (f"{'' if hit.version.layer is None else hit.version.layer:>6}  ", "dim"),
            (f"{'hidden' if hidden else 'live':<6}  ", "wasted" if hidden else "dim"),
        ]
        room = max(width - sum(len(text) for text, _ in row), 4)
        place = f":{match.line}" if match.line is not None else f" @{match.offset}"
        path = shortened(f"/{printable(hit.path)}", max(room // 2 - len(place), 1), keep_end=True, unicode=unicode)
        row.append((f"{path}{place}"[:room], "plain"))
        room -= cells(path) + len(place)
        before, after = _around(match)
        for text, role in ((f"  {before.lstrip()}", "dim"), (_text(match.match), "link"), (after, "dim")):
            piece = shortened(text, max(room, 0), unicode=unicode) if room > 0 else ""
            row.append((piece, role))
            room -= cells(piece)
        return row

    def details(self, position: int) -> list[Line]:
        """All that is known of a match."""
        hit, match = self.at(position)
        version = hit.version
        where = f"line {count(match.line)}, " if match.line is not None else ""
        lines: list[Line] = [
            ((f"/{printable(hit.path)}", "strong"),),
            ((f"{where}byte {count(match.offset)}", "plain"),),
            BLANK,
            ((_text(match.match).join(_around(match)), "plain"),),
            BLANK,
        ]
        if version.hidden:
            lines.append(((HIDDEN[version.hidden.cause].format(version.hidden.layer), "wasted"),))
        if version.layer is not None:
            made = instruction(self._image, version.layer)
            lines.append(((f"layer {version.layer}  ", "dim"), (made, "instruction")))
        return lines


def _text(data: bytes) -> str:
    return printable(data.rstrip(b"\r"))


def _around(match: Match) -> tuple[str, str]:
    """What stands before a match in its line, and behind it; nothing in what is no text, where nothing ends a line."""
    return ("", "") if match.line is None else (_text(match.before), _text(match.after))
