"""A difference for people."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.cells import shortened
from imgscope.image.history import NO_HISTORY
from imgscope.report.difference import package_words, words
from imgscope.report.difference.build import Section
from imgscope.report.difference.wire import ChangeInfo, Diff, NumberInfo
from imgscope.report.printer import Column, Printer
from imgscope.units import count

_LONGEST = 200
_STYLES = {"+": "green", "-": "red", "~": "yellow", ">": "cyan"}


def write_brief(printer: Printer, diff: Diff) -> None:
    """One line, and what should be known beside it."""
    sides = " and ".join(words.side(diff[side]) for side in words.SIDES)
    printer.line(f"{sides}: {words.verdict(diff)}")


def write_diff(
    printer: Printer, diff: Diff, sections: Sequence[Section], top: int | None, *, numbers: bool, facts: bool
) -> None:
    """All of it; lists of numbers, where they are wanted, are cut to ``top``. ``facts``: also what never counts."""
    printer.line(f"--- {words.side(diff['before'])}", "bold red")
    printer.line(f"+++ {words.side(diff['after'])}", "bold green")
    printer.line(words.verdict(diff), "bold")
    for note in words.notes(diff):
        printer.line(note, "bold red" if note.startswith("INCOMPLETE") else "dim")
    if diff["config"]:
        printer.heading("Config")
        _changes(printer, diff, diff["config"])
    for section in sections:
        _section(printer, section)
    if numbers and (diff["different"] or facts):
        _numbers(printer, "Totals", diff["totals"], None)
    _packages(printer, diff, top)
    if numbers and (diff["different"] or facts):
        _layers(printer, diff, top)
        _numbers(printer, "Directories", diff["directories"] or [], top)
        _numbers(printer, "Waste", diff["waste"] or [], top)
    if facts and diff["facts"]:
        printer.heading("Other facts, which do not count")
        _changes(printer, diff, diff["facts"])


def _arrow(printer: Printer) -> str:
    return "→" if printer.look.unicode else "->"


def _changes(printer: Printer, diff: Diff, changes: Sequence[ChangeInfo]) -> None:
    for change in changes:
        sign, name = words.setting(change)
        value = words.values(change, _arrow(printer))
        if printer.look.truncate:
            name, value = (shortened(text, _LONGEST, unicode=printer.look.unicode) for text in (name, value))
        why = f"  ({why})" if (why := words.reason(diff, change)) else ""
        printer.line(f"{sign} {name}: {value}{why}" if value else f"{sign} {name}{why}", _STYLES[sign])


def _section(printer: Printer, section: Section) -> None:
    printer.heading(words.heading(section))
    sign = words.SIGNS[section.kind]
    for shown in section.shown:
        info = shown.info
        name = words.path(info) or "/"
        if info["renamed_from"] is not None:
            name = f"{words.old_path(info)} {_arrow(printer)} {name}"
        more = words.about(shown, printer.size, _arrow(printer))
        if printer.look.truncate:
            name, more = words.short(name), words.short(more)
        printer.line(f"{sign} {name}{f'  ({more})' if more else ''}", _STYLES[sign])
    if section.left_out and section.shown:
        printer.line(f"  and {count(section.left_out)} more; --no-trunc shows them", "dim")


def _numbers(printer: Printer, title: str, deltas: Sequence[NumberInfo], top: int | None) -> None:
    """What grew or shrank most; of totals all."""
    chosen = words.grown_most(deltas, top)
    if not chosen:
        return
    several = f", {count(len(chosen))} of {count(len(deltas))}" if len(chosen) < len(deltas) else ""
    printer.heading(f"{title}{several}")
    columns = (
        Column("BEFORE", right=True),
        Column("AFTER", right=True),
        Column("GROWTH", right=True),
        Column("", flexible=True, keep_end=True),
    )
    rows = [words.number(delta, printer.size) for delta in chosen]
    printer.table(columns, [(before, after, grown, name) for name, before, after, grown in rows])


def _packages(printer: Printer, diff: Diff, top: int | None) -> None:
    told = package_words.table(diff, top, printer.size, _arrow(printer))
    if told:
        title, rows = told
        printer.heading(title)
        numbers, names = ("before", "after", "growth", "waste"), ("package", "version")
        columns = [Column(one.upper(), right=one in numbers, flexible=one in names) for one in package_words.TITLES]
        printer.table(columns, rows)


def _layers(printer: Printer, diff: Diff, top: int | None) -> None:
    pairs = words.grown_layers(diff)
    if not pairs or top == 0:
        return
    more = f", the first {count(top)} of {count(len(pairs))}" if top is not None and len(pairs) > top else ""
    printer.heading(f"Layers{more}")
    if others := words.other_layers(diff):
        printer.line(others, "dim")
    columns = (
        Column("OLD", right=True),
        Column("NEW", right=True),
        Column("BEFORE", right=True),
        Column("AFTER", right=True),
        Column("GROWTH", right=True),
        Column("INSTRUCTION", flexible=True),
    )
    rows = [
        (
            "-" if pair["before"] is None else str(pair["before"]),
            "-" if pair["after"] is None else str(pair["after"]),
            printer.size(pair["before_bytes"]),
            printer.size(pair["after_bytes"]),
            words.growth(pair["grown"], printer.size),
            pair["instruction"] or NO_HISTORY,
        )
        for pair in pairs[:top]
    ]
    printer.table(columns, rows)
