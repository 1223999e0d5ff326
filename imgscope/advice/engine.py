"""Asks every rule, and keeps what they say honest."""

from __future__ import annotations

from imgscope.advice.facts import Facts
from imgscope.advice.model import Advice, Confidence, Estimates, Finding, Group, Rule
from imgscope.image.opened import ImageWarning

_GROUPS = list(Group)
_SURE = list(Confidence)
SAVES = (Group.WASTE, Group.CONTENTS)
"""Groups whose findings have bytes."""


def advise(facts: Facts) -> Advice:
    """What all rules of ``facts`` find, largest first. A rule from elsewhere that fails is a warning."""
    findings: list[Finding] = []
    warnings: list[ImageWarning] = []
    for rule in facts.rules:
        try:
            found = list(rule.find(facts))
        except Exception as error:  # a rule from elsewhere may raise anything
            if is_own(rule):
                raise
            warnings.append(ImageWarning("advice-rule", f"failed: {type(error).__name__}: {error}", f"rule {rule.id}"))
            continue
        if _wasted(found) > sum(group.bytes for group in facts.wasted(rule)):
            what = "tells of more bytes than are wasted where it looks; what it says of waste is left out"
            warnings.append(ImageWarning("advice-rule", what, f"rule {rule.id}"))
            found = [finding for finding in found if finding.group is not Group.WASTE]
        findings += found
    findings.sort(key=_order)
    return Advice(tuple(findings), _estimates(facts, findings), tuple(warnings))


def is_own(rule: Rule) -> bool:
    """Whether a rule is one of imgscope's."""
    return type(rule).__module__.startswith("imgscope.")


def _wasted(findings: list[Finding]) -> int:
    return sum(finding.bytes for finding in findings if finding.group is Group.WASTE)


def _order(finding: Finding) -> tuple[int, int, int, str, int, str]:
    place = finding.layer if finding.layer is not None else -1
    group, sure = _GROUPS.index(finding.group), _SURE.index(finding.confidence)
    return -finding.bytes, group, sure, finding.id, place, finding.title


def _estimates(facts: Facts, findings: list[Finding]) -> Estimates:
    totals, stored = facts.analysis.totals, facts.image.stored_bytes
    sure = [one for one in findings if one.group in SAVES and one.confidence is not Confidence.LOW]
    return Estimates(
        content_bytes=totals.content_bytes,
        stored_bytes=stored,
        squashed_bytes=totals.live_bytes,
        squashed_stored_bytes=stored - totals.wasted_stored_bytes,
        advised_bytes=totals.content_bytes - sum(one.bytes for one in sure),
        advised_stored_bytes=stored - sum(one.stored_bytes for one in sure),
    )
