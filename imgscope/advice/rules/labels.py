"""Labels that say where an image is from."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Rule

_PREFIX = "org.opencontainers.image."
_WANTED = ("source", "revision", "licenses")


class Labels(Rule):
    """Of images that run something."""

    id = "labels"
    title = "missing labels"
    looks_for = f"Missing labels {', '.join(_PREFIX + name for name in _WANTED)}."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """At most one finding."""
        labels = facts.image.config.config.labels
        missing = [_PREFIX + name for name in _WANTED if not labels.get(_PREFIX + name)]
        if missing and not facts.runs_nothing:
            yield Finding(
                id=self.id,
                title=self.title,
                cause=f"Nothing tells where the image is from: {', '.join(missing)} missing",
                fix="Add LABEL org.opencontainers.image.source=…, or build with docker/metadata-action",
                group=Group.HYGIENE,
                confidence=Confidence.LOW,
            )
