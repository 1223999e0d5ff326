"""Images whose only name moves on."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Rule


class LatestTag(Rule):
    """An image without any name is left alone: it was saved by its id."""

    id = "latest-tag"
    title = "latest is the only tag"
    looks_for = "Images with no other tag than latest."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """At most one finding."""
        tags = facts.image.tags
        if tags and all(tag == "latest" or tag.endswith(":latest") for tag in tags):
            yield Finding(
                id=self.id,
                title=self.title,
                cause="The only tag is latest: tomorrow it is another image",
                fix="Tag with a version or a commit as well",
                group=Group.HYGIENE,
                confidence=Confidence.LOW,
            )
