"""The verdict as JSON, for one image as for many; and as JSONL, an image a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from imgscope.analysis.growth import Delta
from imgscope.gate.model import (
    Blame,
    DiveNumbers,
    Finding,
    Growth,
    Ignored,
    ImageVerdict,
    Number,
    Outcome,
    State,
    Verdict,
)
from imgscope.report.build import CAUSE_NAMES, exact, text_and_raw, totals_info
from imgscope.report.json import document, lines, schema_of
from imgscope.report.verdicts import wire
from imgscope.report.verdicts.options import Options
from imgscope.report.verdicts.words import FIXES, sentence
from imgscope.report.wire import SCHEMA_VERSION, TotalsInfo

_WORST = 3


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """One document."""
    value: wire.Check = {
        "schema_version": SCHEMA_VERSION,
        "passed": verdict.passed,
        "complete": verdict.complete,
        "images": [checked_image(image, options) for image in verdict.images],
    }
    yield document(value)


def write_lines(verdict: Verdict, options: Options) -> Iterator[str]:
    """One image a line, each with the schema's version."""
    rows = ({"schema_version": SCHEMA_VERSION, **checked_image(image, options)} for image in verdict.images)
    yield from lines(rows)


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return schema_of(wire.Check, f"imgscope check {SCHEMA_VERSION}")


def checked_image(image: ImageVerdict, options: Options) -> wire.CheckedImage:
    """One image of the document."""
    return {
        "path": exact(image.path),
        "name": exact(image.name),
        "title": exact(image.title),
        "passed": image.passed,
        "complete": image.complete,
        "error": None if image.error is None else exact(image.error),
        "basis": image.basis.value,
        "base_layers": image.base_layers,
        "rules": [_rule(outcome, options) for outcome in image.outcomes],
        "ignored": [_ignored(ignored) for ignored in image.ignored],
        "totals": _totals(image),
        "blames": [_blame(blame) for blame in image.blames],
        "unread": [exact(why) for why in image.unread],
        "growth": _growth(image.growth) if image.growth else None,
        "dive": _dive(image.dive) if image.dive else None,
    }


def _blame(blame: Blame) -> wire.BlameInfo:
    return {
        "layer": blame.layer,
        "instruction": exact(blame.instruction) or None,
        "cause": CAUSE_NAMES[blame.cause],
        "bytes": blame.bytes,
        "paths": blame.paths,
        "fix": FIXES[blame.cause],
        "written_by": [
            {"layer": one.layer, "instruction": exact(one.instruction) or None, "bytes": one.bytes}
            for one in blame.written_by
        ],
    }


def _totals(image: ImageVerdict) -> TotalsInfo | None:
    if image.totals is None:
        return None
    return totals_info(image.totals, layers=image.layers, history=image.history, stored_bytes=image.stored_bytes)


def _dive(numbers: DiveNumbers) -> wire.DiveInfo:
    return {
        "wasted_bytes": numbers.wasted_bytes,
        "user_bytes": numbers.user_bytes,
        "efficiency": round(numbers.efficiency, 6),
    }


def _rule(outcome: Outcome, options: Options) -> wire.RuleInfo:
    return {
        "id": outcome.id,
        "name": exact(outcome.name),
        "level": outcome.level.value,
        "state": outcome.state.value,
        "limit": _number(outcome.limit),
        "value": _number(outcome.value),
        "unit": outcome.unit.value,
        "passed": None if outcome.state is State.SKIPPED else outcome.state is State.PASSED,
        "message": exact(outcome.message or sentence(outcome, options.measure)),
        "note": exact(outcome.note),
        "origin": exact(outcome.origin),
        "found": outcome.found,
        "worst": [_finding(finding) for finding in outcome.findings[:_WORST]],
    }


def _number(number: Number | None) -> int | float | None:
    return number if number is None or isinstance(number, int) else round(float(number), 6)


def _finding(finding: Finding) -> wire.WorstInfo:
    path, raw = text_and_raw(finding.path)
    found: wire.WorstInfo = {
        "path": path,
        "bytes": finding.bytes,
        "instruction": exact(finding.instruction) or None,
        "layer": finding.layer,
        "culprit": finding.culprit,
        "cause": None if finding.cause is None else CAUSE_NAMES[finding.cause],
        "detail": exact(finding.detail),
    }
    if raw:
        found["path_b64"] = raw
    return found


def _ignored(ignored: Ignored) -> wire.IgnoredInfo:
    return {
        "path": exact(ignored.path),
        "rule": ignored.rule or None,
        "reason": exact(ignored.reason),
        "expires": ignored.expires.isoformat() if ignored.expires else None,
        "expired": ignored.expired,
        "paths": ignored.paths,
        "bytes": ignored.bytes,
    }


def _growth(growth: Growth) -> wire.GrowthInfo:
    return {
        "baseline": exact(growth.baseline),
        "totals": _deltas(growth.totals),
        "layers": _deltas(growth.layers),
        "directories": _deltas(growth.directories),
        "waste": _deltas(growth.waste),
    }


def _deltas(deltas: Sequence[Delta]) -> list[wire.DeltaInfo]:
    return [
        {"name": exact(delta.name), "before": delta.before, "after": delta.after, "grown": delta.grown}
        for delta in deltas
    ]
