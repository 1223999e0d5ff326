"""What of a difference is shown to who did not ask for secrets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imgscope.difference.config import Change
from imgscope.difference.side import LayerFacts, Side, Source
from imgscope.difference.whole import Difference, difference
from imgscope.report.difference.masking import without_secrets


def between(facts: str, instruction: str) -> Difference:
    """Two images that differ in their author and in what made a layer."""
    before, after = (
        Side("x", Source.IMAGE, facts={"author": author}, layers=[LayerFacts(made, None, 1)])
        for author, made in (("me", "RUN true"), (facts, instruction))
    )
    return difference(before, after, None)


def test_facts_and_instructions_are_shown_without_values_of_secrets() -> None:
    shown = without_secrets(between("me TOKEN=x7", "RUN TOKEN=x7 make"))
    expected = between("me TOKEN=****", "RUN TOKEN=**** make")

    assert (shown.facts, shown.layers) == (expected.facts, expected.layers)


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Change("env", "DB_PASSWORD", "x7", "y8"), "****", "****"),
        (Change("env", "DB_PASSWORD", None, "x7"), None, "****"),
        (Change("env", "DB_PASSWORD", "", "/run/secrets/db"), "", "/run/secrets/db"),
        (Change("env", "OPTIONS", "-v", "-v --set TOKEN=x7"), "-v", "-v --set TOKEN=****"),
        (Change("labels", "com.example.api-key", "x7", None), "****", None),
        (Change("cmd", "", '["run"]', '["run", "TOKEN=s\\" 7"]'), '["run"]', '["run", "TOKEN=**** 7"]'),
        (Change("cmd", "", None, '["run", "--token", "x7", "-v"]'), None, '["run", "--token", "****", "-v"]'),
        (Change("healthcheck", "test", None, '["CMD", "TOKEN=x7"]'), None, '["CMD", "TOKEN=****"]'),
        (Change("healthcheck", "retries", "1", "2"), "1", "2"),
        (Change("user", "", "me", "you"), "me", "you"),
    ],
)
def test_a_value_is_hidden_where_it_gives_something_away(change: Change, before: str | None, after: str | None) -> None:
    found = replace(between("me", "RUN true"), settings=(change,))

    assert without_secrets(found).settings == (change._replace(before=before, after=after),)
