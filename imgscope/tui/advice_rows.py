"""AdviceRows: what an image could do without, under what it is about, and what saves most first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from imgscope.advice.engine import SAVES
from imgscope.advice.model import Finding, Group, Named
from imgscope.cells import cells, shortened
from imgscope.escaping import printable
from imgscope.image.history import NO_HISTORY
from imgscope.questions.advising import Advised
from imgscope.tui.listing import Listing
from imgscope.tui.look import Cell, Look
from imgscope.tui.matching import Listed, Term
from imgscope.tui.wording import BLANK, Line, cut, field
from imgscope.units import count, counted, percent

_WIDE = 76
"""Cells from which on a row tells of what is stored too."""
_LEAST = 10
"""Cells of a path that are worth showing."""


class AdviceRows(Listing):
    """Rows of findings with their groups' headings between them, and what there is to say of each.

    The paths of all findings are looked up here, which takes a moment in a large image.
    """

    def __init__(self, advised: Advised, look: Look) -> None:
        super().__init__()
        self._facts, self._estimates, self._look = advised.facts, advised.advice.estimates, look
        findings = advised.advice.findings
        self._groups = {group: [one for one in findings if one.group is group] for group in Group}
        self._rows: list[Group | Finding] = [row for group in Group for row in self._with_heading(group)]
        self._top = [() if isinstance(row, Group) else tuple(row.top()) for row in self._rows]
        self.grow()

    def total(self) -> int:
        """Findings and headings."""
        return len(self._rows)

    def listed(self, row: int) -> Listed | None:
        """What a finding says in few words, the paths that it names, and what it would save.

        How to put it right is left out: a word of that is in many findings which are about something else.
        """
        found = self._rows[row]
        if isinstance(found, Group):
            return None
        text = f"{found.id}\n{found.title}\n{found.cause}".encode("utf-8", "surrogateescape")
        return Listed(tuple(one.path.rstrip(b"/") for one in self._top[row]), text, found.bytes)

    @property
    def let_through(self) -> str:
        """How many findings are left, and what they would save."""
        left = [found for at in range(len(self)) if (found := self.at(at))]
        saves = f", {self._saved(left)}" if any(found.bytes for found in left) else ""
        return f"{count(len(left))} of {count(self.findings)}{saves}"

    def _passing(self, terms: Sequence[Term], rows: range, wanted: Callable[[], bool]) -> Sequence[int]:
        """Headings stay above what is left of their findings."""
        left = super()._passing(terms, rows, wanted)
        if not terms:
            return left
        above = {self._rows.index(found.group) for row in left if isinstance(found := self._rows[row], Finding)}
        return sorted({*left, *above})

    @property
    def findings(self) -> int:
        """How many there are."""
        return sum(map(len, self._groups.values()))

    def at(self, position: int) -> Finding | None:
        """The finding of a row; None for a heading."""
        row = self._rows[self.number(position)]
        return None if isinstance(row, Group) else row

    def top(self, position: int) -> Sequence[Named]:
        """The worst paths of a row's finding."""
        return self._top[self.number(position)]

    def titles(self, width: int) -> list[Cell]:
        """The header."""
        more = f"{'Stored':>9}" if width >= _WIDE else ""
        return [(f"{'Saves':>9}{more}  {'Sure':<6}  {'Layer':>5}  Finding", "header")]

    def row(self, position: int, width: int) -> list[Cell]:
        """The cells of a row."""
        found = self._rows[self.number(position)]
        if isinstance(found, Group):
            return self._heading(found)
        row = [*self._numbers(found, width)]
        room = max(width - sum(len(text) for text, _ in row), 1)
        title = shortened(printable(found.title), room, unicode=not self._look.ascii)
        row.append((title, "plain"))
        room -= cells(title) + 2
        paths = self.top(position)
        if paths and room >= _LEAST:
            path = shortened(_path(paths[0]), room, keep_end=True, unicode=not self._look.ascii)
            row.append((f"  {path}", "dim"))
        return row

    def _with_heading(self, group: Group) -> list[Group | Finding]:
        return [group, *self._groups[group]] if self._groups[group] else []

    def _heading(self, group: Group) -> list[Cell]:
        row: list[Cell] = [(f"{group.value.capitalize()}", "strong")]
        return [*row, (f"  {self._saved(self._left_of(group))}", "wasted")] if group in SAVES else row

    def _left_of(self, group: Group) -> list[Finding]:
        return [found for at in range(len(self)) if (found := self.at(at)) and found.group is group]

    def _numbers(self, found: Finding, width: int) -> Iterator[Cell]:
        none = self._look.none
        layer = none if found.layer is None else str(found.layer)
        yield f"{self._look.size(found.bytes) if found.bytes else none:>9}", "wasted" if found.bytes else "dim"
        if width >= _WIDE:
            yield f"{self._look.size(found.stored_bytes) if found.stored_bytes else none:>9}", "dim"
        yield f"  {found.confidence.value:<6}  {layer:>5}  ", "dim"

    # What there is to say of one.

    def details(self, position: int) -> list[Line]:
        """All that is known of a finding; of a heading, what the image would come to."""
        found = self._rows[self.number(position)]
        if isinstance(found, Group):
            return [*self._about(found), BLANK, *self._outlook()]
        lines: list[Line] = [((_sentence(printable(found.title)), "strong"),)]
        if found.bytes:
            lines.append(((self._saved([found]), "wasted"),))
        lines += [
            field("rule", found.id),
            field("sure", f"{found.confidence.value} confidence"),
            BLANK,
            ((printable(f"{found.cause}."), "plain"),),
            *self._culprit(found),
            BLANK,
            (("Fix: ", "strong"), (printable(f"{found.fix}."), "plain")),
        ]
        return [*lines, *self._paths(found, self.top(position))]

    def _about(self, group: Group) -> Iterator[Line]:
        some = self._left_of(group)
        yield (group.value.capitalize(), "strong"), (f"  {counted(len(some), 'finding', 'findings')}", "plain")
        if group in SAVES:
            yield ((self._saved(some), "wasted"),)

    def _outlook(self) -> Iterator[Line]:
        told, both = self._estimates, self._both
        yield field("as it is", both(told.content_bytes, told.stored_bytes))
        yield field("squashed", both(told.squashed_bytes, told.squashed_stored_bytes))
        if told.advised_bytes < told.content_bytes:
            less = percent(told.content_bytes - told.advised_bytes, told.content_bytes)
            yield field("advised", f"{both(told.advised_bytes, told.advised_stored_bytes)}; {less} less content")
            yield (("advised: without all that is told here, but for what is of low confidence", "dim"),)

    def _culprit(self, found: Finding) -> list[Line]:
        if found.layer is None:
            return []
        instruction = cut(self._facts.instruction(found.layer)) or NO_HISTORY
        return [((f"layer {found.layer}  ", "dim"), (instruction, "instruction"))]

    def _paths(self, found: Finding, top: Sequence[Named]) -> list[Line]:
        if not top:
            return []
        said = [self._look.size(one.bytes) if one.bytes else printable(one.detail) for one in top]
        lead = max(map(len, said))
        lines: list[Line] = [
            ((f"  {text:>{lead}}  ", "dim"), (_path(one), "plain")) for text, one in zip(said, top, strict=True)
        ]
        whole = [((f"of {count(found.files)} paths, the largest:", "dim"),)] if found.files > len(top) else []
        return [BLANK, *whole, *lines]

    def _saved(self, some: Sequence[Finding]) -> str:
        return f"saves {self._both(sum(one.bytes for one in some), sum(one.stored_bytes for one in some))}"

    def _both(self, content: int, stored: int) -> str:
        size: Callable[[int], str] = self._look.size
        return size(content) if content == stored else f"{size(content)}, {size(stored)} as stored"


def _path(named: Named) -> str:
    return f"/{printable(named.path)}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
