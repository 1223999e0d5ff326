"""What every format tells of a verdict, in words."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from imgscope.gate.model import Basis, Finding, Ignored, ImageVerdict, Number, Outcome, State, Unit

Size = Callable[[int], str]
"""Bytes as text, in the style that was chosen."""

_MEASURED = {
    "max-wasted-bytes": "wasted",
    "max-wasted-stored-bytes": "wasted, as stored",
    "max-wasted-percent": "wasted",
    "max-wasted-percent-own": "of the own layers wasted",
    "max-layer-wasted-bytes": "wasted by one layer",
    "max-file-wasted-bytes": "wasted by one path",
    "max-image-size": "of content",
    "max-image-stored-size": "as stored",
    "max-layer-size": "in one layer",
    "max-layer-stored-size": "in one layer, as stored",
    "max-layers": "layers",
    "max-empty-layers": "empty layers",
    "max-files": "files",
    "forbidden-path": "forbidden paths",
    "deleted-but-shipped": "deleted paths that travel all the same",
    "suid-sgid": "setuid or setgid programs",
    "world-writable": "paths that everyone may write to",
    "secret-name": "paths named like secrets",
    "metadata-only-copy": "copied to change only mode, owner or time",
    "duplicate-content": "that files have in common",
    "growth-wasted": "more wasted",
    "growth-size": "more content",
    "growth-files": "more files",
    "no-new-waste": "newly wasted paths",
    "integrity": "places that tools read differently",
    "lowestEfficiency": "efficiency by dive's count",
    "highestWastedBytes": "wasted by dive's count",
    "highestUserWastedPercent": "of the user's bytes wasted by dive's count",
}


def sentence(outcome: Outcome, size: Size) -> str:
    """What was measured, and what is allowed: ``3kB wasted, at most 1kB allowed``."""
    if outcome.state is State.SKIPPED:
        return _noted("off", outcome.note)
    if outcome.value == outcome.limit == 0 and outcome.unit in (Unit.PATHS, Unit.FINDINGS, Unit.LAYERS, Unit.FILES):
        return _noted(f"no {_measured(outcome)}", outcome.note)
    value, limit = numbers(outcome, size)
    least = outcome.id in ("min-efficiency", "lowestEfficiency")
    if outcome.value is None:
        measured = "more wasted than there is content"
    else:
        measured = f"efficiency {value}" if outcome.id == "min-efficiency" else f"{value} {_measured(outcome)}"
    if not outcome.limit and not least:
        allowed = "none allowed" if outcome.unit is not Unit.PERCENT else "nothing allowed"
    else:
        allowed = f"at {'least' if least else 'most'} {limit} {'needed' if least else 'allowed'}"
    return _noted(f"{measured}, {allowed}", outcome.note)


def _measured(outcome: Outcome) -> str:
    if outcome.name == "stale":
        return "entries of the baseline that are gone"
    return f"in {outcome.name}" if outcome.id == "path-budget" else _MEASURED[outcome.id]


def _noted(text: str, note: str) -> str:
    return f"{text}; {note}" if note else text


def numbers(outcome: Outcome, size: Size) -> tuple[str, str]:
    """Value and limit as text: as short as may be, but never the same where they differ."""
    value, limit = outcome.value, outcome.limit
    if value is None or limit is None:
        return "more than any limit" if value is None else _text(value, outcome.unit, size, 2), (
            "" if limit is None else _text(limit, outcome.unit, size, 2)
        )
    for digits in (1, 2, 4, 8, 16):
        texts = _text(value, outcome.unit, size, digits), _text(limit, outcome.unit, size, digits)
        if texts[0] != texts[1] or value == limit:
            return texts
    return str(value), str(limit)


def _text(number: Number, unit: Unit, size: Size, digits: int) -> str:
    if unit is Unit.BYTES:
        # A limit of a percentage of what was there before need not be whole; nothing between two bytes can be measured.
        whole = int(number)
        return f"{'-' if whole < 0 else ''}{size(abs(whole))}" if digits == 1 else f"{whole} bytes"
    if unit is Unit.PERCENT:
        return f"{_decimal(number, digits)}%"
    if unit is Unit.RATIO:
        return f"{_decimal(100 * number, digits)}%"
    return str(int(number))


def _decimal(number: Number, digits: int) -> str:
    """A number with so many digits behind the point, rounded exactly, and none that say nothing."""
    scaled = round(Fraction(number) * 10**digits)
    whole, part = divmod(abs(scaled), 10**digits)
    text = f"{whole}.{part:0{digits}}".rstrip("0").rstrip(".")
    return f"-{text}" if scaled < 0 else text


def what(finding: Finding) -> str:
    """Why a path is named: its cause, and what else there is to say."""
    cause = finding.cause.name.lower() if finding.cause is not None else ""
    return ", ".join(part for part in (cause, finding.detail) if part)


def path_of(finding: Finding) -> str:
    """A finding's path as text; of a layer its number."""
    if not finding.path:
        return f"layer {finding.layer}" if finding.layer is not None else "(image)"
    return finding.path.decode("utf-8", "surrogateescape")


def blamed(finding: Finding, size: Size) -> str:
    """A finding in one line: ``a/x: 3kB, deleted by RUN rm -rf /a``."""
    parts = [size(finding.bytes) if finding.bytes else "", what(finding)]
    said = ", ".join(part for part in parts if part)
    whose = finding.instruction or (f"layer {finding.culprit}" if finding.culprit is not None else "")
    by = f" by {whose}" if whose and finding.cause is not None else f" ({whose})" if whose else ""
    return f"{path_of(finding)}: {said}{by}" if said else f"{path_of(finding)}{by}"


def word(outcome: Outcome) -> str:
    """PASS, FAIL, WARN or SKIP."""
    if outcome.state is State.FAILED:
        return "FAIL" if outcome.failed else "WARN"
    return {State.PASSED: "PASS", State.SKIPPED: "SKIP"}[outcome.state]


def verdict_word(image: ImageVerdict) -> str:
    """PASS, FAIL, or ERROR where it could not be judged in full."""
    if image.error is not None or not image.complete:
        return "ERROR"
    return "PASS" if image.passed else "FAIL"


def basis(image: ImageVerdict) -> str:
    """Why these rules were judged."""
    if image.basis is Basis.DEFAULTS:
        return "no rule is configured: these are the defaults"
    if image.basis is Basis.DIVE:
        return "a .dive-ci is in charge: its rules are judged by dive's own count"
    origins = sorted({outcome.origin for outcome in image.outcomes if outcome.origin not in ("", "default")})
    return f"rules from {', '.join(origins)}" if origins else ""


def based(image: ImageVerdict) -> str:
    """Which layers are left out as the base's; empty where none are."""
    if not image.base_layers:
        return "" if image.base_layers is None else "none of the layers is the base's"
    if image.base_layers == 1:
        return "layer 0 is the base's, and is not judged"
    return f"layers 0 to {image.base_layers - 1} are the base's, and are not judged"


def incomplete(image: ImageVerdict) -> str:
    """A sentence where the image could not be judged in full; else empty."""
    if image.error is not None:
        return f"could not be judged: {image.error}"
    return "" if image.complete else "could not be read in full: there may be more waste than was found"


def difference(image: ImageVerdict, size: Size) -> str:
    """What dive counts beside the truth, where they differ; else empty."""
    if image.dive is None or image.totals is None or image.dive.wasted_bytes == image.totals.wasted_bytes:
        return ""
    efficiency = _decimal(Fraction(image.dive.efficiency) * 100, 1)
    return (
        f"dive counts {size(image.dive.wasted_bytes)} wasted and an efficiency of {efficiency}%; "
        f"in truth {size(image.totals.wasted_bytes)} travel for nothing, "
        f"and the efficiency is {_decimal(Fraction(image.totals.efficiency) * 100, 1)}%"
    )


def left_out(ignored: Ignored, size: Size) -> str:
    """What an ignore came to."""
    paths = "1 path" if ignored.paths == 1 else f"{ignored.paths} paths"
    until = f" until {ignored.expires}" if ignored.expires else ""
    ended = f", EXPIRED on {ignored.expires}: it counts again" if ignored.expired else until
    whose = f" for {ignored.rule}" if ignored.rule else ""
    return f"{ignored.path}{whose}: {paths}, {size(ignored.bytes)} ({ignored.reason}){ended}"
