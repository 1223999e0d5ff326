"""Which build step made which layer: the k-th step that is not empty made the k-th layer.

The documents often disagree: builders append layers without a step, drop history, or mark steps wrongly. Then the
join is still made in order, and said to be approximate; it never shifts silently.
"""

from __future__ import annotations

from dataclasses import dataclass

from imgscope.image.instruction import clean
from imgscope.oci.config import History

NO_HISTORY = "(no history)"
"""What a layer is told by where nothing tells what made it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One history entry, and the index of the layer it made (None: it made none)."""

    entry: History
    layer: int | None

    @property
    def instruction(self) -> str:
        """The instruction, cleaned; where there is none, the comment (nix writes only that)."""
        return clean(self.entry.created_by) or " ".join(self.entry.comment.split())


@dataclass(frozen=True, slots=True)
class BuildHistory:
    """All steps, oldest first."""

    steps: tuple[Step, ...]
    mismatch: str | None
    """A sentence where steps and layers differ in number, so that the join is approximate."""

    def step_of(self, layer: int) -> Step | None:
        """The step that made a layer."""
        return next((step for step in self.steps if step.layer == layer), None)


def join(history: tuple[History, ...], layers: int) -> BuildHistory:
    """Give each of ``layers`` layers its step, in order."""
    steps: list[Step] = []
    used = 0
    for entry in history:
        makes_layer = not entry.empty_layer and used < layers
        steps.append(Step(entry, used if makes_layer else None))
        used += makes_layer
    filled = sum(not entry.empty_layer for entry in history)
    mismatch = None
    if history and filled != layers:
        mismatch = f"the history has {filled} steps with a layer, the image {layers} layers: their join is a guess"
    return BuildHistory(tuple(steps), mismatch)
