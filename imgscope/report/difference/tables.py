"""A difference as tables, for the formats that are read in a browser: their cells are texts, escaped by the format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imgscope.image.history import NO_HISTORY
from imgscope.report.difference import package_words, words
from imgscope.report.difference.build import Section
from imgscope.report.difference.wire import ChangeInfo, Diff, LayerPairInfo, NumberInfo
from imgscope.units import count

ARROW = "→"
_LONGEST = 200
_FIRST = 3
"""Layers that are shown unfolded."""


@dataclass(frozen=True, slots=True)
class Table:
    """``align`` has a letter for each column: r to the right, l to the left, c to the left and as it is stored."""

    title: str
    titles: Sequence[str]
    align: str
    rows: Sequence[Sequence[str]]
    kind: str = ""
    """Of paths: added, removed, changed, renamed."""
    more: str = ""
    """What was left out."""
    folded: bool = False
    """Whether it is only for who wants to know more."""
    first: Table | None = None
    """What is shown of it where it is folded."""


def tables(
    diff: Diff, sections: Sequence[Section], top: int | None, size: words.Size, *, numbers: bool, facts: bool
) -> Iterator[Table]:
    """What there is to tell, the most important first; lists of numbers, where they are wanted, are cut to ``top``."""
    if diff["config"]:
        yield _config(diff, diff["config"])
    if numbers and (diff["different"] or facts):
        totals = [words.number(one, size) for one in diff["totals"]]
        yield Table("Totals", ("", "before", "after", "growth"), "lrrr", totals)
    if told := package_words.table(diff, top, size, ARROW):
        cells = [(*row[:-2], *map(words.short, row[-2:])) for row in told[1]]
        yield Table(told[0], package_words.TITLES, "lrrrrlcc", cells, folded=True)
    for section in sections:
        if section.shown:
            yield _section(section, size)
    if numbers and (diff["different"] or facts):
        yield from _growth(diff, top, size)
    if facts and diff["facts"]:
        others = [_change(one) for one in diff["facts"]]
        yield Table("Other facts, which do not count", ("", "fact", "before", "after"), "lccc", others, folded=True)


def _config(diff: Diff, changes: Sequence[ChangeInfo]) -> Table:
    reasons = [words.reason(diff, one) for one in changes]
    titles, align, rows = ("", "setting", "before", "after"), "lccc", [_change(one) for one in changes]
    if not any(reasons):
        return Table("Config", titles, align, rows)
    return Table("Config", (*titles, ""), align + "l", [(*row, why) for row, why in zip(rows, reasons, strict=True)])


def _change(change: ChangeInfo) -> tuple[str, ...]:
    sign, name = words.setting(change)
    return sign, _cut(name), *map(_cut, words.before_and_after(change))


def _cut(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _section(section: Section, size: words.Size) -> Table:
    rows = []
    for shown in section.shown:
        name = words.path(shown.info) or "/"
        old = [words.old_path(shown.info)] if shown.info["renamed_from"] is not None else []
        names = [words.short(one) for one in ([*old, name] if section.kind == "renamed" else [name])]
        rows.append((*names, words.short(words.about(shown, size, ARROW))))
    titles = ("from", "to", "") if section.kind == "renamed" else ("path", "")
    more = f"and {count(section.left_out)} more" if section.left_out else ""
    align = "ccl" if section.kind == "renamed" else "cl"
    return Table(words.heading(section), titles, align, rows, section.kind, more, folded=True)


def _growth(diff: Diff, top: int | None, size: words.Size) -> Iterator[Table]:
    if top == 0:
        return
    pairs = words.grown_layers(diff)
    if pairs:
        titles, align = ("old", "new", "before", "after", "growth", "instruction"), "rrrrrc"
        most, first = sorted(pairs, key=lambda pair: -abs(pair["grown"]))[:_FIRST], None
        if len(most) < len(pairs):
            first = Table("Layers that grew or shrank most", titles, align, [_layer(pair, size) for pair in most])
        rows = [_layer(pair, size) for pair in pairs[:top]]
        title, more = _title("Layers", len(rows), len(pairs)), words.other_layers(diff)
        yield Table(title, titles, align, rows, more=more, folded=first is not None, first=first)
    if deltas := diff["directories"]:
        rows = [(*numbers, words.short(name)) for name, *numbers in _numbers(deltas, top, size)]
        title = _title("Directories", len(rows), len(deltas))
        yield Table(title, ("before", "after", "growth", "path"), "rrrc", rows, folded=True)
    if deltas := diff["waste"]:
        rows = [(*numbers, *_path_and_cause(name)) for name, *numbers in _numbers(deltas, top, size)]
        title = _title("Waste", len(rows), len(deltas))
        yield Table(title, ("before", "after", "growth", "path", "why"), "rrrcl", rows, folded=True)


def _layer(pair: LayerPairInfo, size: words.Size) -> tuple[str, ...]:
    numbers = ("" if one is None else str(one) for one in (pair["before"], pair["after"]))
    sizes = ("" if one is None else size(one) for one in (pair["before_bytes"], pair["after_bytes"]))
    return *numbers, *sizes, words.growth(pair["grown"], size), _cut(pair["instruction"] or NO_HISTORY)


def _numbers(deltas: Sequence[NumberInfo], top: int | None, size: words.Size) -> Iterator[tuple[str, str, str, str]]:
    return (words.number(delta, size) for delta in words.grown_most(deltas, top))


def _path_and_cause(name: str) -> tuple[str, str]:
    """A wasted path and its cause, of what they are called together: only the one is a name from the image."""
    path, _, cause = name.rpartition(" (")
    return words.short(path), cause.removesuffix(")").replace("_", " ")


def _title(title: str, shown: int, found: int) -> str:
    return title if shown == found else f"{title}, {count(shown)} of {count(found)}"
