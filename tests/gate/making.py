"""Images made in memory, and what the gate says of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from imgscope.gate.baseline import Snapshot
from imgscope.gate.context import Evidence
from imgscope.gate.judge import judge
from imgscope.gate.model import ImageVerdict, Outcome
from imgscope.gate.settings import GateSettings
from imgscope.gate.subject import Subject
from imgscope.questions.duplicates import find_duplicates
from tests.build import E, Spec
from tests.tui.making import inspection_of

TODAY = date(2026, 11, 21)


def subject_of(*layers: list[E], base: int | None = None, name: str = "app.tar", spec: Spec | None = None) -> Subject:
    """Layers as an image to be judged."""
    inspection = inspection_of(*layers, spec=spec)
    return Subject(
        path=name,
        name=name,
        image=inspection.opened.image,
        filesystem=inspection.filesystem,
        analysis=inspection.analysis,
        warnings=inspection.warnings,
        complete=inspection.complete,
        base=base,
    )


def verdict_of(
    *layers: list[E], base: int | None = None, before: Snapshot | None = None, spec: Spec | None = None, **rules: Any
) -> ImageVerdict:
    """Layers judged by rules, which are named as in Python: ``max_layers=3``."""
    settings = GateSettings.model_validate({name.replace("_", "-"): value for name, value in rules.items()})
    subject = subject_of(*layers, base=base, spec=spec)
    found = find_duplicates(inspection_of(*layers, spec=spec)) if settings.duplicate_content else ()
    return judge(subject, settings, Evidence(TODAY, before, "baseline", duplicates=found))


def outcome_of(*layers: list[E], **rules: Any) -> Outcome:
    """The one rule's outcome."""
    outcomes = [outcome for outcome in verdict_of(*layers, **rules).outcomes if outcome.id != "integrity"]
    assert len(outcomes) == 1
    return outcomes[0]


def worst(outcome: Outcome) -> list[tuple[str, int]]:
    """Paths and bytes of the findings."""
    return [(finding.path.decode(), finding.bytes) for finding in outcome.findings]
