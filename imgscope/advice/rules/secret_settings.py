"""Values of secrets in the image's documents: its environment, and the instructions that built it."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Rule
from imgscope.image.masking import MASK, is_secret, secrets_in

_NAMED = 5


class SecretSettings(Rule):
    """By the names of variables; values are never shown."""

    id = "secret-settings"
    title = "secrets in settings"
    looks_for = "Variables named like secrets with a value, in the environment or in the instructions of the build."

    def find(self, facts: Facts) -> Iterator[Finding]:
        """One finding for the environment, one for the instructions."""
        pairs = (setting.partition("=") for setting in facts.image.config.config.env)
        kept = dict.fromkeys(name for name, _, value in pairs if is_secret(name, value))
        if kept:
            cause = f"The config sets {_said(list(kept))} for every container, and everyone who has the image reads it"
            yield self._finding(cause, "Pass it to the container when it starts", None, len(kept))
        layers: dict[str, int | None] = {}
        for step in facts.image.history.steps:
            for name in secrets_in(step.entry.created_by):
                if name not in kept:
                    layers.setdefault(name, step.layer)
        if layers:
            cause = f"The history keeps {_said(list(layers))}, and everyone who has the image reads it"
            fix = "Use RUN --mount=type=secret: build arguments and variables are kept in the history"
            layer = next((layer for layer in layers.values() if layer is not None), None)
            yield self._finding(cause, fix, layer, len(layers))

    def _finding(self, cause: str, fix: str, layer: int | None, number: int) -> Finding:
        return Finding(
            id=self.id,
            title=self.title,
            cause=cause,
            fix=f"{fix}. The value is known now: replace it",
            group=Group.SECURITY,
            confidence=Confidence.HIGH,
            layer=layer,
            files=0,
        )


def _said(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"{name[:100]}={MASK}" for name in names[:_NAMED]) + more
