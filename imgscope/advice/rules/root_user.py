"""Programs that run as root because nobody said otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Rule


class RootUser(Rule):
    """Images that start a shell or nothing are left alone: what is built upon them says who runs it."""

    id = "root-user"
    title = "runs as root"
    looks_for = "A program that runs as root, in an image that runs one."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """At most one finding."""
        user = facts.image.config.config.user
        if facts.runs_nothing or user.partition(":")[0] not in ("", "root", "0"):
            return
        said = f"USER is {user}" if user else "There is no USER"
        yield Finding(
            id=self.id,
            title=self.title,
            cause=f"{said}: what the image runs is root in its container",
            fix="Make a user, give it what it has to write to, and end with USER",
            group=Group.SECURITY,
            confidence=Confidence.MEDIUM,
        )
