"""An image and settings → its verdict: every configured rule, in the order of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from imgscope.gate import comparison, dive, integrity, path_rules, sizes, waste_rules
from imgscope.gate.catalogue import MEASURED_AGAINST_BASELINE, RULES, Takes
from imgscope.gate.context import Context, Evidence, is_off
from imgscope.gate.dive_ci import DiveRules
from imgscope.gate.model import Basis, DiveNumbers, ImageVerdict, Outcome, Unit
from imgscope.gate.settings import GateSettings, IntegrityRule
from imgscope.gate.subject import Subject
from imgscope.gate.waste_rules import blames

Judge = Callable[[Context, Any, str], Iterable[Outcome]]

JUDGES: Mapping[str, Judge] = {
    "max-wasted-bytes": waste_rules.max_wasted_bytes,
    "max-wasted-stored-bytes": waste_rules.max_wasted_stored_bytes,
    "max-wasted-percent": waste_rules.max_wasted_percent,
    "max-wasted-percent-own": waste_rules.max_wasted_percent_own,
    "min-efficiency": waste_rules.min_efficiency,
    "max-layer-wasted-bytes": waste_rules.max_layer_wasted_bytes,
    "max-file-wasted-bytes": waste_rules.max_file_wasted_bytes,
    "path-budget": waste_rules.path_budget,
    "max-image-size": sizes.max_image_size,
    "max-image-stored-size": sizes.max_image_stored_size,
    "max-layer-size": sizes.max_layer_size,
    "max-layer-stored-size": sizes.max_layer_stored_size,
    "max-layers": sizes.max_layers,
    "max-empty-layers": sizes.max_empty_layers,
    "max-files": sizes.max_files,
    "forbidden-path": path_rules.forbidden_path,
    "deleted-but-shipped": path_rules.deleted_but_shipped,
    "suid-sgid": path_rules.suid_sgid,
    "world-writable": path_rules.world_writable,
    "secret-name": path_rules.secret_name,
    "metadata-only-copy": waste_rules.metadata_only_copy,
    "duplicate-content": sizes.duplicate_content,
    "growth-wasted": comparison.growth_rule,
    "growth-size": comparison.growth_rule,
    "growth-files": comparison.growth_rule,
    "no-new-waste": comparison.no_new_waste_rule,
    "integrity": integrity.integrity,
}


def judge(
    subject: Subject,
    settings: GateSettings,
    evidence: Evidence,
    *,
    basis: Basis = Basis.CONFIGURED,
    dive_rules: DiveRules | None = None,
    origins: Mapping[str, str] | None = None,
) -> ImageVerdict:
    """Judge an image. Raises SettingsError where a rule cannot be judged as it is written."""
    context = Context(subject, settings, evidence, origins or {})
    outcomes, numbers = list(_outcomes(context)), None
    if dive_rules is not None:
        numbers, judged = dive.judge(subject, dive_rules)
        outcomes = [*judged, *outcomes]
    return _verdict(context, tuple(outcomes), basis, numbers)


def _verdict(
    context: Context, outcomes: tuple[Outcome, ...], basis: Basis, numbers: DiveNumbers | None
) -> ImageVerdict:
    subject, before = context.subject, context.evidence.before
    blamed = tuple(blames(context))  # also where no rule looked at waste: what ignores leave out of it is told
    return ImageVerdict(
        path=subject.path,
        name=subject.name,
        title=subject.image.tags[0] if subject.image.tags else "",
        complete=subject.complete,
        error=None,
        basis=basis,
        outcomes=outcomes,
        ignored=context.told,
        totals=subject.analysis.totals,
        stored_bytes=subject.image.stored_bytes,
        layers=len(subject.image.layers),
        history=len(subject.image.history.steps),
        base_layers=subject.base,
        growth=comparison.compare(before, context.after, context.evidence.before_name) if before else None,
        dive=numbers,
        blames=blamed,
        unread=subject.unread,
    )


def _outcomes(context: Context) -> Iterator[Outcome]:
    for rule in RULES:
        configured = getattr(context.settings, rule.field)
        if rule.id == "integrity" and configured is None:
            configured = IntegrityRule()
        if not configured:
            continue
        if rule.takes is not Takes.BUDGETS and is_off(configured):
            yield context.off(rule.id, configured, Unit.FINDINGS)
        elif rule.id in MEASURED_AGAINST_BASELINE and context.evidence.first:
            yield context.off(rule.id, configured, Unit.FINDINGS, "there is no baseline yet")
        else:
            yield from JUDGES[rule.id](context, configured, rule.id)
