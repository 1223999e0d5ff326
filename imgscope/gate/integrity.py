"""The rule that is always on: what tools would read differently cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.filesystem.oddity import Oddity
from imgscope.gate.context import Context
from imgscope.gate.model import Finding, Outcome, Unit
from imgscope.gate.settings import IntegrityRule

DOUBTFUL = {
    "trailing-bytes",
    "trailing-compressed-bytes",
    "duplicate-member",
    "conflicting-headers",
    "conflicting-documents",
    Oddity.INVALID_WHITEOUT,
    Oddity.CLIMBING_NAME,
    Oddity.IMPLIED_DIRECTORY,
    Oddity.BROKEN_HARD_LINK,
    Oddity.ORDER_DEPENDENT,
    Oddity.THROUGH_SYMLINK,
    Oddity.UNKNOWN_TYPE,
}
"""Codes of warnings that mean: another tool sees another image, or refuses this one.

A member stored twice in a layer is not among them: everyone takes the last, and the first is waste.
"""


def integrity(context: Context, rule: IntegrityRule, id_: str) -> Iterator[Outcome]:
    """Nothing in the archive that is read differently by different tools."""
    found = [
        Finding(warning.where.encode("utf-8", "surrogateescape"), 0, None, None, "", detail=warning.message)
        for warning in context.subject.warnings
        if warning.code in DOUBTFUL
    ]
    yield context.outcome(id_, rule, Unit.FINDINGS, len(found), found)
