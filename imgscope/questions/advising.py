"""An inspection → what rules may know of it, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imgscope.advice.engine import advise
from imgscope.advice.facts import Facts
from imgscope.advice.model import Advice, Rule
from imgscope.advice.registry import all_rules
from imgscope.analysis.duplicates import Duplicate
from imgscope.image.opened import ImageWarning
from imgscope.inspection import Inspection


@dataclass(frozen=True, slots=True, repr=False)
class Advised:
    """What all rules say of an image, what they knew of it, and which of them could not be asked."""

    facts: Facts
    advice: Advice
    warnings: tuple[ImageWarning, ...]


def advised(inspection: Inspection, duplicates: Sequence[Duplicate] | None = None) -> Advised:
    """Ask all rules, those of other packages too; ``duplicates``: live files of equal content, where they were read."""
    rules, warnings = all_rules()
    facts = facts_of(inspection, rules, duplicates)
    advice = advise(facts)
    return Advised(facts, advice, (*warnings, *advice.warnings))


def facts_of(inspection: Inspection, rules: Sequence[Rule], duplicates: Sequence[Duplicate] | None = None) -> Facts:
    """What rules may ask of an inspection."""
    return Facts(
        image=inspection.opened.image,
        filesystem=inspection.filesystem,
        analysis=inspection.analysis,
        rules=rules,
        codecs=[layer.codec for layer in inspection.layers],
        flavour=inspection.opened.origin.flavour,
        duplicates=duplicates,
    )
