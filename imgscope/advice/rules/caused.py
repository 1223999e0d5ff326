"""What rules about causes of waste have in common: one finding for each layer that made waste of what was below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from imgscope.advice.facts import Facts, Wasted
from imgscope.advice.model import Confidence, Finding, Group, Rule
from imgscope.advice.rules.placed import by_culprit


class CausedRule(Rule):
    """A rule that answers for causes, wherever no rule about places does."""

    from_base = Confidence.LOW
    """How sure it is that anything is saved where the base brought what a layer above made waste of."""

    def find(self, facts: Facts) -> Iterator[Finding]:
        """A finding for each layer at fault, and one more for what the base had brought."""
        for layer, groups in by_culprit(facts.wasted(self)):
            for base in (False, True):
                some = [group for group in groups if (group.layer < facts.base <= layer) is base]
                if some:
                    sure = Confidence.HIGH if layer >= facts.base else Confidence.MEDIUM
                    yield self._finding(facts, layer, some, self.from_base if base else sure)

    def _finding(self, facts: Facts, layer: int, groups: Sequence[Wasted], confidence: Confidence) -> Finding:
        return Finding(
            id=self.id,
            title=self.title,
            cause=self.cause(facts, layer, groups),
            fix=self.fix(facts, layer, groups),
            group=Group.WASTE,
            confidence=confidence,
            layer=layer,
            bytes=sum(group.bytes for group in groups),
            stored_bytes=sum(group.stored_bytes for group in groups),
            files=files_of(groups),
            top=partial(facts.top_wasted, groups),
        )

    def cause(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """What the layer did, in a sentence."""
        raise NotImplementedError

    def fix(self, facts: Facts, layer: int, groups: Sequence[Wasted]) -> str:
        """What to write instead, in a sentence."""
        raise NotImplementedError


def files_of(groups: Sequence[Wasted]) -> int:
    """How many bodies there are in groups."""
    return sum(group.files for group in groups)


def main_source(groups: Sequence[Wasted]) -> int:
    """The layer that carries most of some waste."""
    return max(groups, key=lambda group: (group.bytes, -group.layer)).layer


def is_copy(instruction: str) -> bool:
    """Whether an instruction put files in from outside."""
    return instruction.startswith(("COPY ", "ADD "))
