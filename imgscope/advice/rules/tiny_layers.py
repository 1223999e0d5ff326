"""Many layers with next to nothing in them."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Rule
from imgscope.advice.words import layers_said

_MANY = 10
_TINY = 10_000


class TinyLayers(Rule):
    """Each layer is one more request and one more directory to look into."""

    id = "tiny-layers"
    title = "many tiny layers"
    looks_for = f"More than {_MANY} layers with less than {_TINY // 1000} kB of content each."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """At most one finding."""
        accounts = facts.analysis.layers
        own = range(facts.base, len(accounts))
        tiny = [layer for layer in own if accounts[layer].tar_bytes and accounts[layer].content_bytes < _TINY]
        if len(tiny) > _MANY:
            yield Finding(
                id=self.id,
                title=self.title,
                cause=f"{len(tiny)} layers have less than {_TINY // 1000} kB of content each: {layers_said(tiny)}",
                fix="Merge RUNs that belong together, and COPY several files at once",
                group=Group.HYGIENE,
                confidence=Confidence.MEDIUM,
                layer=tiny[0],
            )
