"""A difference without the values of secrets: comparisons are made to be shown around."""

from __future__ import annotations

import json
from dataclasses import replace

from imgscope.difference.config import Change, is_command
from imgscope.difference.whole import Difference
from imgscope.image.masking import masked, masked_value, masked_words


def without_secrets(found: Difference) -> Difference:
    """The same; values of settings that are named like secrets are ``****``, and still told as changed."""
    layers = None
    if found.layers is not None:
        layers = tuple(replace(pair, instruction=masked(pair.instruction)) for pair in found.layers)
    settings = None if found.settings is None else tuple(map(_without, found.settings))
    return replace(found, settings=settings, facts=tuple(map(_without, found.facts)), layers=layers)


def _without(change: Change) -> Change:
    return change._replace(before=_shown(change, change.before), after=_shown(change, change.after))


def _shown(change: Change, value: str | None) -> str | None:
    if value is None:
        return None
    if is_command(change.field, change.key):
        return json.dumps(masked_words(json.loads(value)), ensure_ascii=False)
    return masked_value(change.key, value)
