"""Files of which a later layer wrote another version."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.advice.facts import Facts, Wasted
from imgscope.advice.rules.caused import CausedRule, files_of, main_source
from imgscope.advice.words import files_said, layers_said
from imgscope.filesystem.model import Cause


class Overwritten(CausedRule):
    """The same path with other content."""

    id = "overwritten"
    title = "written again by a later layer"
    looks_for = "Files that a later layer wrote again: every version travels."
    causes = frozenset((Cause.OVERWRITTEN,))

    def cause(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """Whose files it wrote again."""
        sources = layers_said({group.layer for group in groups})
        return f"Layer {layer} wrote {files_said(files_of(groups))} again that {sources} had written: both travel"

    def fix(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """By who wrote it first."""
        source = main_source(groups)
        if source < facts.base <= layer:
            return "Start from a base that has it so; squashing saves it too"
        return f"Write it once: merge layer {layer} with layer {source}, or put what changes into the later one only"
