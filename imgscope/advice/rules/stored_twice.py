"""Files that one layer stores more than once."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.advice.facts import Facts, Wasted
from imgscope.advice.rules.caused import CausedRule, files_of
from imgscope.advice.words import files_said
from imgscope.filesystem.model import Cause


class StoredTwice(CausedRule):
    """Earlier bodies of a path in the same layer."""

    id = "stored-twice"
    title = "stored twice in one layer"
    looks_for = "Files that one layer stores more than once; the last counts."
    causes = frozenset((Cause.SHADOWED,))

    def cause(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """How many."""
        return f"Layer {layer} stores {files_said(files_of(groups))} and then the same path again; only the last counts"

    def fix(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """The tool that packed it is at fault."""
        return "Have the tool that writes this layer add each path once"
