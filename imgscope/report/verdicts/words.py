"""What every format tells of a verdict, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor

from imgscope.analysis.growth import Delta
from imgscope.cells import shortened
from imgscope.escaping import inert
from imgscope.filesystem.model import Cause
from imgscope.gate.model import Basis, Blame, Finding, Growth, Ignored, ImageVerdict, Number, Outcome, State, Unit
from imgscope.units import counted

Size = Callable[[int], str]
"""Bytes as text, in the style that was chosen."""

LONGEST = 200
"""Cells of a path or an instruction: a hostile image has some of a million."""

FIXES: dict[Cause, str] = {
    Cause.OVERWRITTEN: "write it once",
    Cause.METADATA_ONLY: "COPY --chown, --chmod",
    Cause.DELETED: "delete it in the step that writes it",
    Cause.OPAQUE: "build the directory once",
    Cause.TYPE_CHANGED: "build it once",
    Cause.SHADOWED: "store it once",
}
"""By cause: how to put it right."""
_HIDDEN: dict[Cause, str] = {
    Cause.OVERWRITTEN: "overwritten",
    Cause.METADATA_ONLY: "copied",
    Cause.DELETED: "deleted",
    Cause.OPAQUE: "hidden",
    Cause.TYPE_CHANGED: "replaced",
}
"""By cause: what a later layer did."""
_WRITTEN_IN_VAIN = (Cause.DELETED, Cause.OPAQUE, Cause.TYPE_CHANGED)
"""Where the step to change is the one that wrote, and not the later one."""
_ONE = {
    "layers": "layer",
    "empty layers": "empty layer",
    "files": "file",
    "forbidden paths": "forbidden path",
    "deleted paths that travel all the same": "deleted path that travels all the same",
    "setuid or setgid programs": "setuid or setgid program",
    "paths that everyone may write to": "path that everyone may write to",
    "paths named like secrets": "path named like a secret",
    "more files": "more file",
    "newly wasted paths": "newly wasted path",
    "places that tools read differently": "place that tools read differently",
    "entries of the baseline that are gone": "entry of the baseline that is gone",
}
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


def shown(text: str | bytes, longest: int | None = None, *, keep_end: bool = False) -> str:
    """A text from outside on one line, that neither a terminal nor the reader of a log obeys."""
    safe = inert(text)
    return safe if longest is None else shortened(safe, longest, keep_end=keep_end, unicode=False)


def sentence(outcome: Outcome, size: Size, number: Size = str) -> str:
    """What was measured, and what is allowed: ``3kB wasted, at most 1kB allowed``. ``number``: counts as text."""
    if outcome.state is State.SKIPPED:
        return _noted("off", outcome.note)
    if outcome.value == outcome.limit == 0 and outcome.unit in (Unit.PATHS, Unit.FINDINGS, Unit.LAYERS, Unit.FILES):
        return _noted(f"no {_measured(outcome)}", outcome.note)
    value, limit = numbers(outcome, size, number)
    least = outcome.id in ("min-efficiency", "lowestEfficiency")
    if outcome.value is None:
        measured = "more wasted than there is content"
    else:
        measured = f"efficiency {value}" if outcome.id == "min-efficiency" else f"{value} {_measured(outcome)}"
    if not outcome.limit and not least:
        allowed = "none allowed" if outcome.unit is not Unit.PERCENT else "nothing allowed"
    else:
        allowed = f"at {'least' if least else 'most'} {limit} {'needed' if least else 'allowed'}"
    if outcome.unit is Unit.BYTES and outcome.state is State.FAILED and outcome.limit and outcome.value:
        allowed += f", {size(int(outcome.value) - floor(outcome.limit))} too much"
    return _noted(f"{measured}, {allowed}", outcome.note)


def _measured(outcome: Outcome) -> str:
    if outcome.id == "path-budget":
        return f"in {outcome.name}"
    many = "entries of the baseline that are gone" if outcome.name == "stale" else _MEASURED[outcome.id]
    return _ONE.get(many, many) if outcome.value == 1 else many


def _noted(text: str, note: str) -> str:
    return f"{text}; {note}" if note else text


def numbers(outcome: Outcome, size: Size, number: Size = str) -> tuple[str, str]:
    """Value and limit as text: as short as may be, but never the same where they differ."""
    value, limit = outcome.value, outcome.limit
    if value is None or limit is None:
        return "more than any limit" if value is None else _text(value, outcome.unit, size, 2, number), (
            "" if limit is None else _text(limit, outcome.unit, size, 2, number)
        )
    for digits in (1, 2, 4, 8, 16):
        # A limit is told as it was written; nobody writes more than a few digits.
        written = max(digits, 6) if outcome.unit in (Unit.PERCENT, Unit.RATIO) else digits
        texts = _text(value, outcome.unit, size, digits, number), _text(limit, outcome.unit, size, written, number)
        if (texts[0] != texts[1] or value == limit) and _true(value, texts[0], outcome.unit):
            return texts
    return str(value), str(limit)


def _true(value: Number, text: str, unit: Unit) -> bool:
    """Whether a share is shown as nothing or all only where it is."""
    every = {Unit.PERCENT: 100, Unit.RATIO: 1}.get(unit)
    return every is None or ((text == "0%") == (value == 0) and (text == "100%") == (value == every))


def _text(value: Number, unit: Unit, size: Size, digits: int, number: Size) -> str:
    if unit is Unit.BYTES:
        # A limit of a percentage of what was there before need not be whole; nothing between two bytes can be measured.
        whole = int(value)
        return f"{'-' if whole < 0 else ''}{size(abs(whole))}" if digits == 1 else f"{number(whole)} bytes"
    if unit is Unit.PERCENT:
        return f"{_decimal(value, digits)}%"
    if unit is Unit.RATIO:
        return f"{_decimal(100 * value, digits)}%"
    return number(int(value))


def _decimal(number: Number, digits: int) -> str:
    """A number with so many digits behind the point, rounded exactly, and none that say nothing."""
    scaled = round(Fraction(number) * 10**digits)
    whole, part = divmod(abs(scaled), 10**digits)
    text = f"{whole}.{part:0{digits}}".rstrip("0").rstrip(".")
    return f"-{text}" if scaled < 0 else text


def what(finding: Finding) -> str:
    """Why a path is named: its cause, and what else there is to say."""
    cause = finding.cause.name.lower() if finding.cause is not None else ""
    detail = shown(finding.detail, LONGEST)
    return ", ".join(part for part in (cause, "" if detail == path_of(finding) else detail) if part)


def path_of(finding: Finding) -> str:
    """A finding's path as text; of a layer its number."""
    if not finding.path:
        return f"layer {finding.layer}" if finding.layer is not None else "(image)"
    return shown(finding.path, LONGEST, keep_end=True)


def blamed(finding: Finding, size: Size) -> str:
    """A finding in one line: ``a/x: 3kB, deleted by RUN rm -rf /a``."""
    parts = [size(finding.bytes) if finding.bytes else "", what(finding)]
    said = ", ".join(part for part in parts if part)
    whose = shown(finding.instruction, LONGEST) or (f"layer {finding.culprit}" if finding.culprit is not None else "")
    by = f" by {whose}" if whose and finding.cause is not None else f" ({whose})" if whose else ""
    if finding.cause in _HIDDEN and finding.layer is not None:
        by += f", written by layer {finding.layer}"
    return f"{path_of(finding)}: {said}{by}" if said else f"{path_of(finding)}{by}"


def to_change(image: ImageVerdict, finding: Finding) -> tuple[str, ...]:
    """The instructions that a finding may be put right in, the best one first."""
    wrote = image.writer(finding) if finding.cause in _WRITTEN_IN_VAIN else ""
    return (wrote, finding.instruction) if wrote else (finding.instruction,)


def steps(blame: Blame, size: Size) -> list[tuple[str, str]]:
    """The steps that made waste, the one to change first: ``written by layer 2``, and its instruction."""
    found = [(f"{_HIDDEN[blame.cause]} by layer {blame.layer}", blame.instruction)] if blame.cause in _HIDDEN else []
    if blame.written_by:
        most, *others = blame.written_by
        more = f" ({size(most.bytes)}) and {counted(len(others), 'other', 'others')}" if others else ""
        at = 0 if blame.cause in _WRITTEN_IN_VAIN else len(found)
        found.insert(at, (f"written by layer {most.layer}{more}", most.instruction))
    return found or [(f"layer {blame.layer}", blame.instruction)]


TOTALS = {
    "wasted_bytes": "wasted",
    "content_bytes": "content",
    "stored_bytes": "as stored",
    "files": "files",
    "layers": "layers",
}
"""What the totals of a growth are called."""


def totals(growth: Growth, size: Size, number: Size) -> list[tuple[str, str, str, str]]:
    """Name, before, now and growth of each total."""
    counts = ("files", "layers")
    return [(TOTALS[one.name], *grown(one, number if one.name in counts else size)) for one in growth.totals]


def changed_most(deltas: Sequence[Delta], most: int) -> list[Delta]:
    """What changed most, up or down."""
    return sorted(deltas, key=lambda one: (-abs(one.grown), one.name))[:most]


def grown(delta: Delta, text: Callable[[int], str]) -> tuple[str, str, str]:
    """Before, now, and by how much with its sign; a dash where there was nothing."""
    before, after = ("-" if number is None else text(number) for number in (delta.before, delta.after))
    sign = "+" if delta.grown > 0 else "-" if delta.grown < 0 else ""
    return before, after, f"{sign}{text(abs(delta.grown))}"


def wasteful(image: ImageVerdict) -> bool:
    """Whether the image is told to do something about its waste."""
    failed = (one for one in image.outcomes if one.state is State.FAILED)
    return any(finding.cause is not None for one in failed for finding in one.findings)


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
    if image.base_layers == image.layers:
        return "all layers are the base's: nothing is left to judge"
    if image.base_layers == 1:
        return "layer 0 is the base's, and is not judged"
    return f"layers 0 to {image.base_layers - 1} are the base's, and are not judged"


def incomplete(image: ImageVerdict) -> str:
    """A sentence where the image could not be judged in full; else empty."""
    if image.error is not None:
        return f"could not be judged: {image.error}"
    if image.complete:
        return ""
    why = f" ({'; '.join(image.unread[:3])})" if image.unread else ""
    return f"could not be read in full{why}: there may be more waste than was found"


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


def left_out(ignored: Ignored, size: Size, number: Size) -> str:
    """What an ignore came to."""
    if not ignored.paths:
        return f"{ignored.path}: matches nothing, and can be taken out ({ignored.reason})"
    paths = "1 path" if ignored.paths == 1 else f"{number(ignored.paths)} paths"
    until = f" until {ignored.expires}" if ignored.expires else ""
    ended = f", EXPIRED on {ignored.expires}: it counts again" if ignored.expired else until
    whose = f" for {ignored.rule}" if ignored.rule else ""
    return f"{ignored.path}{whose}: {paths}, {size(ignored.bytes)} ({ignored.reason}){ended}"
