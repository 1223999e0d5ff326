"""Advice for people and machines: findings by what they are about, largest first, each with its culprit and its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired

from typing_extensions import TypedDict

from imgscope.advice.engine import SAVES
from imgscope.advice.facts import Facts
from imgscope.advice.model import Advice, Confidence, Estimates, Finding, Group, Named
from imgscope.cells import shortened
from imgscope.escaping import inert
from imgscope.image.opened import ImageWarning
from imgscope.inspection import Inspection
from imgscope.questions.advising import advised
from imgscope.report.build import exact, text_and_raw
from imgscope.report.markdown import code, escape
from imgscope.report.printer import Column, Printer
from imgscope.report.wire import SCHEMA_VERSION, AdviceInfo
from imgscope.units import counted, percent

TITLES = {
    Group.WASTE: "Waste",
    Group.CONTENTS: "Contents",
    Group.SECURITY: "Security",
    Group.HYGIENE: "Hygiene",
}
_INDENT = " " * 4
_LONGEST = 200
"""Cells of an instruction in Markdown."""


class AdvicePath(TypedDict):
    """A path that a finding is about; a directory's ends in a slash. ``bytes`` is what is saved there."""

    path: str
    path_b64: NotRequired[str]
    bytes: int
    detail: str


class FindingInfo(AdviceInfo):
    """A finding with the worst paths, largest first."""

    paths: list[AdvicePath]


class EstimatesInfo(TypedDict):
    """What the image would come to.

    ``squashed``: as one layer. ``advised``: without what findings of waste and contents would save; those of low
    confidence are left alone. Stored sizes are estimates, by each layer's ratio.
    """

    content_bytes: int
    stored_bytes: int
    squashed_bytes: int
    squashed_stored_bytes: int
    advised_bytes: int
    advised_stored_bytes: int


class AdviceDocument(TypedDict):
    """``imgscope advice --format json``."""

    schema_version: str
    advice: list[FindingInfo]
    estimates: EstimatesInfo
    complete: bool


def schema() -> dict[str, Any]:
    """The JSON Schema of ``advice``."""
    from imgscope.report.json import schema_of

    return schema_of(AdviceDocument, f"imgscope advice {SCHEMA_VERSION}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings to show."""

    rules: frozenset[str] = frozenset()
    """Only of these; of all where there are none."""
    skip: frozenset[str] = frozenset()
    min_size: int = 0
    """Of waste and contents: only what saves as much."""
    doubtful: bool = True
    """Those of low confidence too."""

    def chosen(self, finding: Finding) -> bool:
        """Whether a finding is of a rule that was asked for."""
        return (not self.rules or finding.id in self.rules) and finding.id not in self.skip

    def shown(self, finding: Finding) -> bool:
        """Whether a finding is shown."""
        large = finding.group not in SAVES or finding.bytes >= self.min_size
        return self.chosen(finding) and large and (self.doubtful or finding.confidence is not Confidence.LOW)


def advice_rows(inspection: Inspection) -> tuple[list[AdviceInfo], tuple[ImageWarning, ...]]:
    """What all rules say of an inspection, as a report has it, and which rules failed."""
    told = advised(inspection)
    return [advice_row(told.facts, finding) for finding in told.advice.findings], told.warnings


def advice_row(facts: Facts, finding: Finding) -> AdviceInfo:
    """A finding, but for its paths."""
    totals = facts.analysis.totals
    return {
        "id": finding.id,
        "group": finding.group.value,
        "title": exact(finding.title),
        "cause": exact(finding.cause),
        "fix": exact(finding.fix),
        "confidence": finding.confidence.value,
        "layer": finding.layer,
        "instruction": exact(facts.instruction(finding.layer)) or None,
        "bytes": finding.bytes,
        "stored_bytes": finding.stored_bytes,
        "content_bytes_without": totals.content_bytes - finding.bytes,
        "files": finding.files,
    }


def finding_row(facts: Facts, finding: Finding) -> FindingInfo:
    """A finding with its paths."""
    return {**advice_row(facts, finding), "paths": [_path(named) for named in finding.top()]}


def _path(named: Named) -> AdvicePath:
    path, raw = text_and_raw(named.path)
    row: AdvicePath = {"path": path, "bytes": named.bytes, "detail": exact(named.detail)}
    if raw:
        row["path_b64"] = raw
    return row


def estimates_row(estimates: Estimates) -> EstimatesInfo:
    """What the image would come to."""
    return {
        "content_bytes": estimates.content_bytes,
        "stored_bytes": estimates.stored_bytes,
        "squashed_bytes": estimates.squashed_bytes,
        "squashed_stored_bytes": estimates.squashed_stored_bytes,
        "advised_bytes": estimates.advised_bytes,
        "advised_stored_bytes": estimates.advised_stored_bytes,
    }


def write_advice(printer: Printer, facts: Facts, advice: Advice, wanted: Wanted) -> None:
    """Findings in their groups, then what the image would come to."""
    chosen = [finding for finding in advice.findings if wanted.chosen(finding)]
    shown = [finding for finding in chosen if wanted.shown(finding)]
    for number, group in enumerate(group for group in Group if any(one.group is group for one in shown)):
        some = [finding for finding in shown if finding.group is group]
        if number:
            printer.line()
        printer.line(_heading(printer.size, group, some, facts.analysis.totals.wasted_bytes), "bold")
        for finding in some:
            _write_finding(printer, facts, finding)
    if shown:
        printer.line()
    for line in closing(printer.size, advice.estimates, shown, len(chosen) - len(shown)):
        printer.line(line)


def _heading(size: Callable[[int], str], group: Group, findings: Sequence[Finding], wasted: int) -> str:
    """A group and what its findings come to; of waste, how much there is in all if that is more."""
    if group not in SAVES:
        return TITLES[group]
    found = sum(finding.bytes for finding in findings)
    stored = sum(finding.stored_bytes for finding in findings)
    of_all = f" of {size(wasted)}" if group is Group.WASTE and found < wasted and size(found) != size(wasted) else ""
    return f"{TITLES[group]}: {size(found)}{of_all}, {size(stored)} as stored"


def _write_finding(printer: Printer, facts: Facts, finding: Finding) -> None:
    printer.line()
    doubt = " (low confidence)" if finding.confidence is Confidence.LOW else ""
    saves = f"  {saved(printer.size, finding)}" if finding.bytes else ""
    printer.line(f"  {finding.id}{saves}{doubt}", "yellow")
    printer.line(f"{_INDENT}{finding.cause}.")
    if instruction := facts.instruction(finding.layer):
        rows = [(f"layer {finding.layer}", instruction)]
        printer.table((Column(""), Column("", flexible=True)), rows, indent=len(_INDENT), header=False)
    printer.line(f"{_INDENT}Fix: {finding.fix}.", hang=_INDENT + " " * len("Fix: "))
    paths = [(printer.size(one.bytes) if one.bytes else one.detail, _shown(one.path)) for one in finding.top()]
    if paths:
        columns = (Column("", right=True), Column("", flexible=True, keep_end=True))
        printer.table(columns, paths, indent=len(_INDENT), header=False)


def _shown(path: bytes) -> str:
    return text_and_raw(path)[0] or "/"


def saved(size: Callable[[int], str], finding: Finding) -> str:
    """What a finding saves: ``saves 48.2MB, 17.1MB as stored``."""
    content, stored = size(finding.bytes), size(finding.stored_bytes)
    return f"saves {content}" if content == stored else f"saves {content}, {stored} as stored"


def closing(size: Callable[[int], str], estimates: Estimates, shown: Sequence[Finding], hidden: int) -> Iterator[str]:
    """What the image is and would be, and what is not shown."""
    yield f"as it is   {_both(size, estimates.content_bytes, estimates.stored_bytes)}"
    yield f"squashed   {_both(size, estimates.squashed_bytes, estimates.squashed_stored_bytes)}"
    less = percent(estimates.content_bytes - estimates.advised_bytes, estimates.content_bytes)
    if estimates.advised_bytes < estimates.content_bytes:
        yield f"as advised {_both(size, estimates.advised_bytes, estimates.advised_stored_bytes)}; {less} less content"
    found = counted(len(shown), "finding", "findings") if shown else "nothing to advise"
    more = f"; {counted(hidden, 'small or doubtful one', 'small or doubtful ones')} with --all" if hidden else ""
    yield f"{found}{more}"


def _both(size: Callable[[int], str], content: int, stored: int) -> str:
    return f"{size(content)}, {size(stored)} as stored"


def markdown_advice(facts: Facts, advice: Advice, wanted: Wanted, size: Callable[[int], str]) -> Iterator[str]:
    """The same as a document."""
    chosen = [finding for finding in advice.findings if wanted.chosen(finding)]
    shown = [finding for finding in chosen if wanted.shown(finding)]
    name = " ".join(facts.image.tags[:1]) or "the image"
    yield f"## Advice for {escape(name)}\n\n"
    for line in closing(size, advice.estimates, shown, len(chosen) - len(shown)):
        yield f"- {escape(line)}\n"
    for group in Group:
        some = [finding for finding in shown if finding.group is group]
        if some:
            yield f"\n### {_heading(size, group, some, facts.analysis.totals.wasted_bytes)}\n\n"
        for finding in some:
            yield from _markdown_finding(facts, finding, size)


def _markdown_finding(facts: Facts, finding: Finding, size: Callable[[int], str]) -> Iterator[str]:
    saves = f", {saved(size, finding)}" if finding.bytes else ""
    yield f"- **{escape(finding.title)}** ({code(finding.id)}{saves}): {escape(finding.cause)}.\n"
    if instruction := facts.instruction(finding.layer):
        yield f"  - layer {finding.layer}: {code(shortened(inert(instruction), _LONGEST))}\n"
    yield f"  - fix: {escape(finding.fix)}\n"
    for one in finding.top():
        yield f"  - {code(_shown(one.path))} {size(one.bytes) if one.bytes else escape(one.detail)}\n"
