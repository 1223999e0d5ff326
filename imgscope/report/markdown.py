"""The layer report as Markdown, for a pull request or a wiki."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from imgscope.escaping import inert
from imgscope.report.summary import CAUSES, advised, by_cause, culprit, facts, incomplete, instruction, title
from imgscope.report.wire import Report
from imgscope.units import count, percent

# What Markdown, or GitHub on top of it (mentions, references, autolinks, HTML), would take as its own.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&@$])")


def escape(text: str) -> str:
    """A text from the image as Markdown that shows just that text."""
    return _SPECIAL.sub(r"\\\1", inert(text))


def code(text: str) -> str:
    """A text from the image as a code span, whatever backquotes and bars are in it."""
    safe = inert(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", safe)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if safe[:1] == "`" or safe[-1:] == "`" else ""
    return f"{fence}{edge}{safe}{edge}{fence}" if safe else ""


def write_markdown(report: Report, top: int, size: Callable[[int], str]) -> Iterator[str]:
    """Lines of the document."""
    totals = report["totals"]
    yield f"## {escape(title(report))}\n\n"
    for name, value in facts(report):
        yield f"- {name}: {code(value)}\n"
    wasted, content = totals["wasted_bytes"], totals["content_bytes"]
    yield f"- size: {size(content)} in {totals['layers']} layers, {size(totals['stored_bytes'])} as stored\n"
    share = percent(wasted, content)
    yield f"- wasted: **{size(wasted)}** ({share}), {size(totals['wasted_stored_bytes'])} as stored\n\n"
    sentence = incomplete(report)
    if sentence:
        yield f"**{sentence}**\n\n"
    yield "### Layers\n\n"
    yield from table(
        ("#", "size", "stored", "wasted", "caused", "entries", "instruction"),
        "rrrrrrl",
        [
            (
                str(layer["index"]),
                "?" if layer["error"] else size(layer["content_bytes"]),
                size(layer["stored_bytes"]),
                "?" if layer["error"] else size(layer["wasted_bytes"]),
                "?" if layer["error"] else size(layer["causes_wasted_bytes"]),
                "?" if layer["error"] else count(layer["entries"]),
                code(instruction(layer)),
            )
            for layer in report["layers"]
        ],
    )
    if report["waste"]:
        yield from _waste(report, top, size)
    yield from _advice(report, size)


def _advice(report: Report, size: Callable[[int], str]) -> Iterator[str]:
    shown = advised(report)
    if not shown:
        return
    yield f"\n### Advice ({count(len(shown))} of {count(len(report['advice']))})\n\n"
    yield from table(
        ("saves", "as stored", "what is wrong", "instead"),
        "rrll",
        [
            (
                size(row["bytes"]) if row["bytes"] else row["group"],
                size(row["stored_bytes"]) if row["bytes"] else "",
                escape(row["cause"]),
                escape(row["fix"]),
            )
            for row in shown
        ],
    )


def _waste(report: Report, top: int, size: Callable[[int], str]) -> Iterator[str]:
    yield "\n### Waste by cause\n\n"
    yield from table(
        ("cause", "bytes", "stored", "files", "why"),
        "lrrrl",
        [(t.cause, size(t.bytes), size(t.stored_bytes), count(t.bodies), CAUSES[t.cause]) for t in by_cause(report)],
    )
    shown = report["waste"][:top]
    yield f"\n### Wasted paths ({count(len(shown))} of {count(len(report['waste']))})\n\n"
    yield from table(
        ("bytes", "cause", "layer", "hidden by", "path", "instruction that hid it"),
        "rlrrll",
        [
            (
                size(row["bytes"]),
                row["cause"],
                str(row["layer"]),
                str(row["hidden_by"]),
                code(row["path"]),
                code(culprit(report, row)),
            )
            for row in shown
        ],
    )


def table(titles: Sequence[str], align: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table; ``align`` has an ``l`` or ``r`` for each column. Cells are Markdown already."""
    yield "| " + " | ".join(titles) + " |\n"
    yield "| " + " | ".join("---:" if side == "r" else "---" for side in align) + " |\n"
    for row in rows:
        yield "| " + " | ".join(row) + " |\n"
