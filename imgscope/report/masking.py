"""A report without the values of secrets: pages and Markdown are made to be shown around."""

from __future__ import annotations

from typing import Any, cast

from imgscope.image.masking import masked_value, masked_words
from imgscope.report.wire import Report

_DOCUMENTS = ("image", "layers", "history")
"""Where texts of the image's documents stand."""


def without_secrets(report: Report) -> Report:
    """The same report; values of settings that are named like secrets are ``****``."""
    documents = {name: _without(value) for name, value in report.items() if name in _DOCUMENTS}
    config = documents["image"]["config"]
    config["env"] = [_setting(setting) for setting in report["image"]["config"]["env"]]
    return cast(Report, {**report, **documents})


def _without(value: Any, name: str = "") -> Any:
    """A value of JSON with no secret in any of its texts; ``name`` is what it is called."""
    if isinstance(value, str):
        return masked_value(name, value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return masked_words(value)
    if isinstance(value, list):
        return [_without(one, name) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, key) for key, one in value.items()}
    return value


def _setting(text: str) -> str:
    """A variable of the environment: all behind the first ``=`` is its value."""
    name, equals, value = text.partition("=")
    return name + equals + masked_value(name, value)
