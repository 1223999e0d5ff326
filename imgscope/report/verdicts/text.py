"""The verdict for people: what failed first catches the eye, what passed takes a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO

from imgscope.analysis.growth import Delta
from imgscope.gate.model import Blame, Finding, Growth, ImageVerdict, Outcome, State, Verdict
from imgscope.image.history import NO_HISTORY
from imgscope.report.printer import Column, Look, Printer
from imgscope.report.verdicts import words
from imgscope.report.verdicts.options import Options
from imgscope.units import count, counted, percent

_STYLES = {"PASS": "green", "FAIL": "bold red", "WARN": "yellow", "SKIP": "dim", "ERROR": "bold red"}
_WORST = 3
_INDENT = 6
_GROWN = 5
_FINDINGS = (
    Column("BYTES", right=True),
    Column("WHY"),
    Column("PATH", flexible=True, keep_end=True),
    Column("INSTRUCTION AT FAULT", flexible=True),
)


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """The same as plain text."""
    stream = StringIO()
    write_text(Printer(stream, Look(sizes=options.sizes)), verdict)
    yield stream.getvalue()


def write_text(printer: Printer, verdict: Verdict) -> None:
    """A block an image, and where there are several a line for all of them."""
    for number, image in enumerate(verdict.images):
        if number:
            printer.line()
        _write_image(printer, image)
    if len(verdict.images) > 1:
        failed = sum(not image.passed for image in verdict.images)
        word = "FAIL" if failed else "PASS"
        images = counted(len(verdict.images), "image", "images")
        printer.line(f"\n{word}  {f'{count(failed)} of ' if failed else ''}{images}".lstrip("\n"), _STYLES[word])


def _write_image(printer: Printer, image: ImageVerdict) -> None:
    word = words.verdict_word(image)
    printer.line(
        "  ".join(part for part in (word, words.shown(image.path), words.shown(image.title, words.LONGEST)) if part),
        _STYLES[word],
    )
    for line in _about(printer, image):
        printer.line(words.shown(f"      {line}"))
    width = max((len(outcome.id) for outcome in image.outcomes), default=0)
    told: list[tuple[object, ...]] = []
    for outcome in sorted(image.outcomes, key=_urgency):
        said = words.shown(words.sentence(outcome, printer.size, count))
        word = words.word(outcome)
        printer.line(f"{word}  {outcome.id:{width}}  {said}", _STYLES[word], hang=" " * (len(word) + width + 4))
        if outcome.state is State.FAILED:
            _write_findings(printer, outcome, told)
    if image.blames and words.wasteful(image):
        _write_blames(printer, image.blames)
    for ignored in image.ignored:
        said = words.left_out(ignored, printer.size, count)
        printer.line(words.shown(f"IGNORED  {said}"), "yellow" if ignored.expired else "dim")
    if image.growth:
        _write_growth(printer, image.growth)


def _about(printer: Printer, image: ImageVerdict) -> Iterator[str]:
    totals = image.totals
    if totals:
        layers = counted(image.layers, "layer", "layers")
        wasted = f"{printer.size(totals.wasted_bytes)} wasted ({percent(totals.wasted_bytes, totals.content_bytes)})"
        yield f"{printer.size(totals.content_bytes)} in {layers}, {wasted}"
    told = (words.incomplete(image), words.basis(image), words.based(image), words.difference(image, printer.size))
    yield from (line for line in told if line)


def _urgency(outcome: Outcome) -> int:
    return ["FAIL", "WARN", "PASS", "SKIP"].index(words.word(outcome))


def _write_findings(printer: Printer, outcome: Outcome, told: list[tuple[object, ...]]) -> None:
    """The worst, unless a rule above named the same."""
    if outcome.message:
        printer.line(words.shown(f"      {outcome.message}"))
    worst = outcome.findings[:_WORST]
    if (worst, outcome.found) in told:
        printer.line("      the same as above")
        return
    if worst:
        told.append((worst, outcome.found))
        cells = [_row(printer, one) for one in worst]
        used = [number for number in range(len(_FINDINGS)) if any(row[number] for row in cells)]
        rows = [[row[number] for number in used] for row in cells]
        printer.table([_FINDINGS[number] for number in used], rows, indent=_INDENT, header=False)
    if outcome.found > len(worst):
        printer.line(f"      and {count(outcome.found - len(worst))} more")


def _write_blames(printer: Printer, blames: Sequence[Blame]) -> None:
    """What wastes most, and what to do about it: the step to change, and below it the other one."""
    printer.heading("What to change, the most wasteful first")
    sizes = [printer.size(blame.bytes) for blame in blames[:_GROWN]]
    beside = " " * (_INDENT + max(map(len, sizes)) + 2)
    for size, blame in zip(sizes, blames[:_GROWN], strict=True):
        printer.line(f"{size:>{len(beside) - 2}}  {blame.cause.name.lower()}: {words.FIXES[blame.cause]}", hang=beside)
        for did, instruction in words.steps(blame, printer.size):
            step = f"{did}: {words.shown(instruction, words.LONGEST) or NO_HISTORY}"
            printer.line(f"{beside}{step}", "dim", hang=f"{beside}  ")
    if len(blames) > _GROWN:
        printer.line(f"      and {printer.size(sum(blame.bytes for blame in blames[_GROWN:]))} more")


def _row(printer: Printer, finding: Finding) -> list[str]:
    instruction = words.shown(finding.instruction, words.LONGEST) or ("" if finding.culprit is None else NO_HISTORY)
    size = printer.size(finding.bytes) if finding.bytes else ""
    return [size, words.what(finding), words.path_of(finding), instruction]


def _write_growth(printer: Printer, growth: Growth) -> None:
    printer.heading(words.shown(f"Against {growth.baseline}"))
    columns = [Column(""), Column("BEFORE", right=True), Column("NOW", right=True), Column("GROWTH", right=True)]
    printer.table(columns, words.totals(growth, printer.size, count))
    for title, deltas in (("Layers", growth.layers), ("Directories", growth.directories), ("Waste", growth.waste)):
        _write_deltas(printer, title, deltas)


def _write_deltas(printer: Printer, title: str, deltas: Sequence[Delta]) -> None:
    """What changed most, up or down."""
    most = words.changed_most(deltas, _GROWN)
    if not most:
        return
    printer.heading(
        f"{title} that changed, the {len(most)} most of {count(len(deltas))}"
        if len(deltas) > len(most)
        else f"{title} that changed"
    )
    columns = [
        Column("BEFORE", right=True),
        Column("NOW", right=True),
        Column("GROWTH", right=True),
        Column(title.upper(), flexible=True),
    ]
    rows = [[*words.grown(one, printer.size), words.shown(one.name, words.LONGEST)] for one in most]
    printer.table(columns, rows)
