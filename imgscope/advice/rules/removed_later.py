"""Files that a later layer removed: they stay in the layer that wrote them."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.advice.facts import Facts, Wasted
from imgscope.advice.rules.caused import CausedRule, files_of, is_copy, main_source
from imgscope.advice.rules.placed import KEPT_BY_BASE
from imgscope.advice.words import files_said, layers_said, travels
from imgscope.filesystem.model import Cause


class RemovedLater(CausedRule):
    """Deleted, or its directory replaced, or something of another type put in its place."""

    id = "removed-later"
    title = "removed by a later layer"
    looks_for = "Files that a later layer removes: they travel all the same."
    causes = frozenset((Cause.DELETED, Cause.OPAQUE, Cause.TYPE_CHANGED))

    def cause(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """Who wrote what it removed."""
        sources = layers_said({group.layer for group in groups})
        files = files_of(groups)
        return f"Layer {layer} removes {files_said(files)} that {sources} wrote: {travels(files)} all the same"

    def fix(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """By what wrote most of it."""
        source = main_source(groups)
        if source < facts.base <= layer:
            return KEPT_BY_BASE
        if is_copy(facts.instruction(source)):
            return (
                "Do not copy it: leave it out with .dockerignore, or lend it to the RUN that needs it "
                "with --mount=type=bind"
            )
        return (
            f"Remove it in the RUN that writes it (layer {source}): merge the two, "
            "or keep it out of layers with --mount=type=cache"
        )
