"""The events of paths as lines: a heading a path, a line an event; at a terminal another for what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from imgscope.analysis import blame_words as words
from imgscope.analysis.blame import Changed, Did
from imgscope.analysis.blame_words import TYPES
from imgscope.cells import cells, shortened
from imgscope.escaping import inert
from imgscope.filesystem.words import time_text
from imgscope.image.history import NO_HISTORY
from imgscope.report.blame import REASONS, BlameInfo, EventInfo
from imgscope.report.build import CAUSE_NAMES
from imgscope.report.printer import Printer
from imgscope.report.text import permissions
from imgscope.units import counted

HIDDEN = {CAUSE_NAMES[cause]: text for cause, text in words.HIDDEN.items()}
_REASONS = {name: reason.value for reason, name in REASONS.items()}
_STYLES = {"added": "green", "linked": "green", "removed": "red"}
_PLAIN_WIDTH = 100
_LEAST = 60
"""Cells that an instruction gets; where a terminal has fewer left, it stands on a line of its own."""
_BELOW = " " * 7


def write_blame(printer: Printer, rows: Iterable[BlameInfo]) -> None:
    """Paths, with a blank line between them."""
    for number, row in enumerate(rows):
        if number:
            printer.line()
        printer.pieces(_heading(printer, row), "bold", hang=_BELOW)
        for link in row["through"]:
            printer.line(f"{_BELOW}through the link /{link['path']} -> {link['target']}", "dim")
        _events(printer, row["events"])


def _events(printer: Printer, events: Sequence[EventInfo]) -> None:
    """Events in columns where all of a path's fit so; else each with its instruction on a line of its own."""
    rows = [_said(printer, event) for event in events]
    width = max((cells("".join(row)) for row in rows), default=0)
    room = None if printer.width is None else printer.width - width - 2
    instructions = [event["instruction"] or NO_HISTORY for event in events]
    stacked = room is not None and any(not _enough(printer, one, room) for one in instructions)
    for row, event, instruction in zip(rows, events, instructions, strict=True):
        style = _STYLES.get(event["event"], "yellow")
        if stacked:
            printer.pieces(row, style, hang=_BELOW)
            printer.line(f"{_BELOW}{_cut(printer, instruction, len(_BELOW))}", style)
        else:
            line = "".join(row)
            printer.line(f"{line}{' ' * (width - cells(line))}  {_cut(printer, instruction, width + 2)}", style)


def _enough(printer: Printer, instruction: str, room: int) -> bool:
    """Whether an instruction, or enough of it to know it by, fits."""
    return room >= cells(instruction) or (printer.look.truncate and room >= _LEAST)


def _heading(printer: Printer, row: BlameInfo) -> list[str]:
    """The path, what it is, and what it costs."""
    said = [TYPES[row["type"]] if row["type"] else _gone(row)]
    if row["below"] is not None:
        gone = f", {counted(row['below_gone'], 'is', 'are')} gone" if row["below_gone"] else ""
        said.append(f"{counted(row['below'], 'path', 'paths')} below{gone}")
    if row["wasted_bytes"]:
        said.append(f"{printer.size(row['wasted_bytes'])} wasted")
    slash = "/" if row["below"] is not None and row["path"] else ""
    return [f"/{row['path']}{slash}", f"  ({'; '.join(said)})"]


def _gone(row: BlameInfo) -> str:
    return f"gone since layer {row['events'][-1]['layer']}" if row["events"] else "in no layer"


def _said(printer: Printer, event: EventInfo) -> list[str]:
    """What happened, in columns that are as wide as nearly all values need, and what became of it."""
    if event["reason"]:
        return [f"{event['layer']:>5}  removed: {_REASONS[event['reason']]}"]
    size = "" if event["size"] is None else printer.size(event["size"])
    owner, when = f"{event['uid']}:{event['gid']}", "" if event["mtime"] is None else time_text(event["mtime"])
    mode = permissions(event["type"], event["mode"] or 0)
    said = f"{event['layer']:>5}  {_what(event):<18} {size:>7}  {mode} {owner:<9} {when:<16}"
    body = _body(printer, event)
    return [said, f"  {body}"] if body else [said.rstrip()]


def _what(event: EventInfo) -> str:
    return words.what(Did(event["event"]), [Changed(one) for one in event["changed"]], event["type"])


def _body(printer: Printer, event: EventInfo) -> str:
    """What became of the bytes it brought; where it brought none, what it leads to."""
    body = event["body"]
    if body and body["cause"]:
        return f"{printer.size(body['bytes'])} wasted: {HIDDEN[body['cause']].format(body['hidden_by'])}"
    if body:
        return "live"
    arrow = "=> /" if event["type"] == "hardlink" else "-> "
    return f"{arrow}{inert(event['link'])}" if event["link"] else ""


def _cut(printer: Printer, instruction: str, taken: int) -> str:
    """What of an instruction fits beside ``taken`` cells."""
    if not printer.look.truncate:
        return instruction
    room = _PLAIN_WIDTH if printer.width is None else max(printer.width - taken, 1)
    return _short(instruction, room, printer.look.unicode)


@lru_cache(maxsize=4096)
def _short(instruction: str, room: int, unicode: bool) -> str:
    return shortened(inert(instruction), room, unicode=unicode)
