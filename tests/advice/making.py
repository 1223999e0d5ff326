"""Images made in memory, and what rules say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from imgscope.advice.engine import advise
from imgscope.advice.facts import Facts
from imgscope.advice.model import Advice, Finding, Rule
from imgscope.advice.registry import RULES
from imgscope.compression import Codec
from imgscope.inspection import Inspection
from imgscope.questions.advising import facts_of
from imgscope.questions.duplicates import find_duplicates
from tests.build import E, Spec, layer
from tests.tui.making import inspection_of

RUNS = {"Entrypoint": ["/srv/app"], "User": "1000"}
"""The config of an image that runs something, and not as root."""


@dataclass(frozen=True)
class Case:
    """An image: its layers, what made them, and what else its documents say."""

    layers: Sequence[list[E]]
    made_by: Sequence[str] = ()
    """Of all build steps; those of ``empty`` made no layer."""
    empty: frozenset[int] = frozenset()
    config: dict[str, Any] = field(default_factory=lambda: dict(RUNS))
    tags: tuple[str, ...] = ("example/app:1",)
    codec: Codec = Codec.NONE
    flavour: str = "docker-archive"
    shrunk: int = 1
    """How many times smaller layers are said to be stored."""
    duplicates: bool = False

    @property
    def spec(self) -> Spec:
        """All that its documents say."""
        steps = self.made_by or [f"RUN step {number}" for number in range(len(self.layers))]
        history = [{"created_by": text, "empty_layer": at in self.empty} for at, text in enumerate(steps)]
        data = [layer(*entries) for entries in self.layers]
        return Spec(data, history=history, config=self.config, tags=self.tags)

    def inspection(self) -> Inspection:
        """It, read."""
        return inspection_of(*self.layers, spec=self.spec)

    def facts(self, rules: Sequence[Rule] = RULES) -> Facts:
        """What rules may ask of it."""
        inspection = self.inspection()
        found = find_duplicates(inspection) if self.duplicates else None
        facts = facts_of(inspection, rules, found)
        small = [one.model_copy(update={"stored_bytes": one.stored_bytes // self.shrunk}) for one in facts.image.layers]
        image = facts.image.model_copy(update={"layers": tuple(small)})
        return replace(facts, image=image, codecs=[self.codec] * len(small), flavour=self.flavour)

    def advice(self, rules: Sequence[Rule] = RULES) -> Advice:
        """What rules say of it."""
        return advise(self.facts(rules))

    def found(self, rule: str) -> list[Finding]:
        """What one rule says of it."""
        return [finding for finding in self.advice().findings if finding.id == rule]


def case(*layers: list[E], **more: Any) -> Case:
    """An image with these layers."""
    return Case(layers, **more)
