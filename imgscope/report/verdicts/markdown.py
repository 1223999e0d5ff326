"""The verdict as a pull-request comment, and as the summary of a GitHub job."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from imgscope.gate.model import Blame, ImageVerdict, Outcome, State, Verdict
from imgscope.report import markdown
from imgscope.report.markdown import table
from imgscope.report.verdicts import words
from imgscope.report.verdicts.options import Options
from imgscope.units import count, counted

MARKER = "<!-- imgscope -->"
"""By this a bot finds the comment that it wrote before."""
LARGEST_SUMMARY = 900_000
"""Bytes. GitHub takes 1 MiB a step, and of more nothing at all."""
_PATHS = 20
_BLAMED = 5
_LONGEST_INSTRUCTION = 100
_SIGNS = {"PASS": "✅", "FAIL": "❌", "WARN": "⚠️", "SKIP": "⏭️", "ERROR": "❌"}


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """The comment."""
    yield f"{MARKER}\n"
    for image in verdict.images:
        yield from _image(image, options.measure)
    if len(verdict.images) > 1:
        passed = sum(image.passed for image in verdict.images)
        yield f"**{count(passed)} of {count(len(verdict.images))} images passed.**\n"


def write_summary(verdict: Verdict, options: Options) -> Iterator[str]:
    """The same, cut between two lines where it would be too long, and saying so."""
    left, inside = LARGEST_SUMMARY, False
    for piece in write(verdict, options):
        left -= len(piece.encode("utf-8", "surrogateescape"))
        if left < 0:
            yield "\n</details>\n" if inside else ""
            yield "\n\n**There is more, which would be too long for this summary.**\n"
            return
        inside = piece.startswith("\n<details>") or (inside and piece != "\n</details>\n")
        yield piece


def _image(image: ImageVerdict, measure: words.Size) -> Iterator[str]:
    word = words.verdict_word(image)
    yield f"## {_SIGNS[word]} {escape(words.shown(image.title, words.LONGEST) or image.path)}: {word.lower()}\n\n"
    for line in _about(image, measure):
        yield f"- {line}\n"
    yield "\n"
    if image.outcomes:
        yield from table(("", "rule", "measured"), "lll", [_row(outcome, measure) for outcome in image.outcomes])
    if image.blames and words.wasteful(image):
        yield from _blames(image.blames, measure)
    for outcome in image.outcomes:
        if outcome.state is State.FAILED and outcome.findings:
            yield from _details(outcome, measure)
    if image.growth:
        yield from _growth(image, measure)
    if image.ignored:
        yield "\n**Ignored**\n\n"
        yield from (f"- {escape(words.left_out(ignored, measure, count))}\n" for ignored in image.ignored)
    yield "\n"


def _about(image: ImageVerdict, measure: words.Size) -> Iterator[str]:
    if image.title:
        yield code(image.path)
    if totals := image.totals:
        wasted = f"**{measure(totals.wasted_bytes)}** wasted"
        yield f"{measure(totals.content_bytes)} in {counted(image.layers, 'layer', 'layers')}, {wasted}"
    told = (words.incomplete(image), words.basis(image), words.based(image), words.difference(image, measure))
    yield from (escape(line) for line in told if line)


def _row(outcome: Outcome, measure: words.Size) -> Sequence[str]:
    said = escape(words.sentence(outcome, measure, count))
    if outcome.state is State.FAILED and outcome.message:
        said += f"<br>{escape(outcome.message)}"
    return _SIGNS[words.word(outcome)], code(outcome.id), said


def _blames(blames: Sequence[Blame], measure: words.Size) -> Iterator[str]:
    """What wastes most, and what to do about it."""
    shown = blames[:_BLAMED]
    yield "\n**What to change, the most wasteful first**\n\n"
    rows = [
        (
            measure(blame.bytes),
            blame.cause.name.lower().replace("_", "\\_"),
            "<br>".join(
                f"{escape(did)}{': ' + code(_short(instruction)) if instruction else ''}"
                for did, instruction in words.steps(blame, measure)
            ),
            escape(words.FIXES[blame.cause]),
        )
        for blame in shown
    ]
    yield from table(("bytes", "cause", "step to change, and the other", "put it right"), "rlll", rows)


def _short(instruction: str) -> str:
    return words.shown(instruction, _LONGEST_INSTRUCTION)


def _details(outcome: Outcome, measure: words.Size) -> Iterator[str]:
    shown = outcome.findings[:_PATHS]
    more = f", {len(shown)} of {count(outcome.found)}" if outcome.found > len(shown) else ""
    # Up to the blank line all of it is HTML.
    title = f"<code>{html.escape(words.shown(outcome.key))}</code>: what it is made of{more}"
    yield f"\n<details><summary>{title}</summary>\n\n"
    rows = [
        (
            measure(finding.bytes) if finding.bytes else "",
            escape(words.what(finding)),
            code(words.path_of(finding)),
            code(_short(finding.instruction)),
        )
        for finding in shown
    ]
    yield from table(("bytes", "why", "path", "instruction at fault"), "rlll", rows)
    yield "\n</details>\n"


def _growth(image: ImageVerdict, measure: words.Size) -> Iterator[str]:
    growth = image.growth
    assert growth is not None
    yield f"\n**Against {escape(growth.baseline)}**\n\n"
    yield from table(("", "before", "now", "growth"), "lrrr", words.totals(growth, measure, count))
    for title, deltas in (("layers", growth.layers), ("directories", growth.directories), ("waste", growth.waste)):
        if deltas:
            most = words.changed_most(deltas, _PATHS)
            yield f"\n<details><summary>{title} that changed, {len(most)} of {count(len(deltas))}</summary>\n\n"
            changed = [(*words.grown(one, measure), code(words.shown(one.name, words.LONGEST))) for one in most]
            yield from table(("before", "now", "growth", title), "rrrl", changed)
            yield "\n</details>\n"


def escape(text: str) -> str:
    """A text from outside as Markdown that shows just that text."""
    return markdown.escape(words.shown(text))


def code(text: str) -> str:
    """A code span in a table. A backslash before a bar cannot be told in one: then it is a text that shows the same."""
    safe = words.shown(text)
    return markdown.escape(safe) if "\\|" in safe else markdown.code(safe)
