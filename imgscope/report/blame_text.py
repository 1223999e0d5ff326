"""The events of paths as lines: a heading a path, a line an event, as ``git log --oneline`` would."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from shutil import get_terminal_size

from imgscope.analysis import blame_words as words
from imgscope.analysis.blame import Changed, Did
from imgscope.analysis.blame_words import TYPES
from imgscope.cells import cells, shortened
from imgscope.escaping import inert
from imgscope.filesystem.words import time_text
from imgscope.report.blame import REASONS, BlameInfo, EventInfo
from imgscope.report.build import CAUSE_NAMES
from imgscope.report.printer import Look, Printer
from imgscope.report.text import permissions
from imgscope.units import counted

HIDDEN = {CAUSE_NAMES[cause]: text for cause, text in words.HIDDEN.items()}
_REASONS = {name: reason.value for reason, name in REASONS.items()}
_STYLES = {"added": "green", "linked": "green", "removed": "red"}
_PLAIN_WIDTH = 100
_LEAST = 30
"""Cells that an instruction gets, however narrow the terminal is."""


def write_blame(printer: Printer, rows: Iterable[BlameInfo]) -> None:
    """Paths, with a blank line between them."""
    for number, row in enumerate(rows):
        if number:
            printer.line()
        printer.line(_heading(printer, row), "bold")
        for link in row["through"]:
            printer.line(f"       through the link /{link['path']} -> {link['target']}", "dim")
        lines = [f"{event['layer']:>5}  {_said(printer, event)}" for event in row["events"]]
        width = max(map(cells, lines), default=0)
        for line, event in zip(lines, row["events"], strict=True):
            instruction = _cut(event["instruction"] or "(no history)", width + 2, printer.look)
            printer.line(f"{line}{' ' * (width - cells(line))}  {instruction}", _STYLES.get(event["event"], "yellow"))


def _heading(printer: Printer, row: BlameInfo) -> str:
    """The path, what it is, and what it costs."""
    said = [TYPES[row["type"]] if row["type"] else _gone(row)]
    if row["below"] is not None:
        gone = f", {counted(row['below_gone'], 'is', 'are')} gone" if row["below_gone"] else ""
        said.append(f"{counted(row['below'], 'path', 'paths')} below{gone}")
    if row["wasted_bytes"]:
        said.append(f"{printer.size(row['wasted_bytes'])} wasted")
    slash = "/" if row["below"] is not None and row["path"] else ""
    return f"/{row['path']}{slash}  ({'; '.join(said)})"


def _gone(row: BlameInfo) -> str:
    return f"gone since layer {row['events'][-1]['layer']}" if row["events"] else "in no layer"


def _said(printer: Printer, event: EventInfo) -> str:
    """What happened, in columns that are as wide as nearly all values need."""
    if event["reason"]:
        return f"removed: {_REASONS[event['reason']]}"
    size = "" if event["size"] is None else printer.size(event["size"])
    owner, when = f"{event['uid']}:{event['gid']}", "" if event["mtime"] is None else time_text(event["mtime"])
    mode = permissions(event["type"], event["mode"] or 0)
    return f"{_what(event):<18} {size:>7}  {mode} {owner:<9} {when:<16}  {_body(printer, event)}".rstrip()


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


@lru_cache(maxsize=4096)
def _cut(instruction: str, taken: int, look: Look) -> str:
    if not look.truncate:
        return instruction
    terminal = (look.width or get_terminal_size().columns) - taken
    return shortened(inert(instruction), max(terminal, _LEAST) if look.rich else _PLAIN_WIDTH, unicode=look.unicode)
