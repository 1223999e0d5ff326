"""An image beside its baseline: what grew, and the rules about that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from imgscope.analysis.growth import Delta, WasteKey, deltas, directory_name, flat, wasted_name
from imgscope.analysis.model import Waste
from imgscope.errors import SettingsError
from imgscope.gate.baseline import TOTALS, Snapshot
from imgscope.gate.context import Context
from imgscope.gate.ignoring import Ignores, globs
from imgscope.gate.model import Finding, Growth, Outcome, Unit
from imgscope.gate.settings import GrowthRule, SwitchRule
from imgscope.units import size


def compare(before: Snapshot, after: Snapshot, where: str) -> Growth:
    """What differs; ``where`` says where the baseline is from."""
    return Growth(
        baseline=where,
        totals=tuple(Delta(name, before.totals[name], after.totals[name]) for name in TOTALS),
        layers=deltas(_contents(before), _contents(after), str),
        directories=deltas(_live(before), _live(after), directory_name),
        waste=deltas(flat(before.waste), flat(after.waste), wasted_name),
    )


def growth_rule(context: Context, rule: GrowthRule, id_: str) -> Iterator[Outcome]:
    """How much more there is than in the baseline; of several allowances the smallest holds."""
    total, unit, grown = _LOOKS_AT[id_]
    if rule.layers not in (None, "all"):
        raise SettingsError(f"{id_} looks at the whole image", hint="take its layers out of the settings")
    before, after = context.need_baseline(id_), context.after
    then, now = before.totals[total], after.totals[total]
    limit = min(allowance.of(then) for allowance in rule.allowances)
    told = size if unit is Unit.BYTES else str
    note = f"{told(now)} now, {told(then)} in {context.evidence.before_name}"
    yield context.outcome(id_, rule, unit, now - then, grown(context, before, after), limit=limit, note=note)


def no_new_waste_rule(context: Context, rule: SwitchRule, id_: str) -> Iterator[Outcome]:
    """The wasted paths may only become fewer; where the baseline is to be strict, it lists none that are gone."""
    before = flat(context.need_baseline(id_).waste)
    wasted = _by_key(context, context.wasted(id_, rule))
    new = _worst_first(finding for key, finding in wasted.items() if key not in before)
    grown = sum(max(finding.bytes - before[key], 0) for key, finding in wasted.items() if key in before)
    gone = _gone(context, rule, id_, before)
    notes = (_told(len(gone)), f"known ones waste {size(grown)} more, which growth-wasted would limit" if grown else "")
    yield context.outcome(id_, rule, Unit.PATHS, len(new), new, note="; ".join(filter(None, notes)))
    if context.settings.baseline_strict:
        yield context.outcome(id_, rule, Unit.PATHS, len(gone), gone, name="stale", note=_told(len(gone)))


def _contents(one: Snapshot) -> dict[str, int]:
    return {name: row.content_bytes for name, row in one.layers.items()}


def _live(one: Snapshot) -> dict[bytes, int]:
    return {path: row.live_bytes for path, row in one.directories.items() if row.live_bytes}


def _directory(path: bytes) -> bytes:
    """A directory's name to show."""
    return path or b"/"


def _grown_waste(context: Context, before: Snapshot, _after: Snapshot) -> list[Finding]:
    known, found = flat(before.waste), []
    for key, finding in _by_key(context, context.subject.analysis.waste).items():
        then = known.get(key)
        if finding.bytes > (then or 0):
            detail = "new" if then is None else f"{size(then)} before"
            found.append(replace(finding, bytes=finding.bytes - (then or 0), detail=detail))
    return _worst_first(found)


def _grown_content(context: Context, before: Snapshot, after: Snapshot) -> list[Finding]:
    """Content is what is live and what is wasted."""
    found = _grown_waste(context, before, after)
    for path, row in after.directories.items():
        then = before.directories.get(path)
        grown = row.live_bytes - (then.live_bytes if then else 0)
        if grown > 0:
            detail = f"{size(then.live_bytes)} before" if then else "new"
            found.append(Finding(_directory(path), grown, None, None, "", detail=detail))
    return _worst_first(found)


def _grown_files(_context: Context, before: Snapshot, after: Snapshot) -> list[Finding]:
    """Directories that have more files; what the files hold is not what counts."""
    grown = []
    for path, row in after.directories.items():
        then = before.directories.get(path)
        more = row.files - (then.files if then else 0)
        if more > 0:
            grown.append((-more, path))
    return [Finding(_directory(path), 0, None, None, "", detail=f"{-more} more files") for more, path in sorted(grown)]


_LOOKS_AT: Mapping[str, tuple[str, Unit, Callable[[Context, Snapshot, Snapshot], list[Finding]]]] = {
    "growth-wasted": ("wasted_bytes", Unit.BYTES, _grown_waste),
    "growth-size": ("content_bytes", Unit.BYTES, _grown_content),
    "growth-files": ("files", Unit.FILES, _grown_files),
}


def _by_key(context: Context, rows: Iterable[Waste]) -> dict[WasteKey, Finding]:
    """A finding a path and cause, with the bytes of all its bodies and the instruction that hid the largest."""
    found: dict[WasteKey, Finding] = {}
    for row in rows:  # the largest comes first
        key = row.cause, row.path
        known = found.get(key)
        found[key] = replace(known, bytes=known.bytes + row.bytes) if known else context.finding(row)
    return found


def _gone(context: Context, rule: SwitchRule, id_: str, before: Mapping[WasteKey, int]) -> list[Finding]:
    """What the baseline lists and the image does not waste any more; of an image that was not read in full nothing."""
    if not context.subject.complete:
        return []
    there = {(row.cause, row.path) for row in context.subject.analysis.waste}
    wanted = globs(rule.paths, f"{id_}.paths") if rule.paths else None
    # Not those of the context: they tell what they left out of the image, and this is not in it.
    ignores = Ignores((*context.settings.ignore, *rule.ignore), context.evidence.today)
    return _worst_first(
        Finding(path, size, None, None, "", cause, "gone")
        for (cause, path), size in before.items()
        if (cause, path) not in there and (wanted is None or wanted(path)) and not ignores.cover(path, 0)
    )


def _told(gone: int) -> str:
    if not gone:
        return ""
    entries = "1 entry of the baseline is" if gone == 1 else f"{gone} entries of the baseline are"
    return f"{entries} gone: write it again"


def _worst_first(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda finding: (-finding.bytes, finding.path, finding.cause or 0))
