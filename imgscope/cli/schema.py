"""``imgscope schema``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from imgscope.cli.codes import OK
from imgscope.cli.options import interruptible

_HOMES = {
    "report": "imgscope.report.json",
    "check": "imgscope.report.verdicts.json",
    "blame": "imgscope.report.blame",
    "find": "imgscope.report.find",
    "advice": "imgscope.report.advice",
    "dockerfile": "imgscope.report.dockerfile",
    "packages": "imgscope.report.packages",
    "diff": "imgscope.report.difference.build",
    "shared": "imgscope.report.sharing",
    "attestations": "imgscope.report.attestations",
}
"""Where the schema of a document is made."""


@click.command("schema", short_help="The JSON Schema of a document.")
@click.argument("document", type=click.Choice(["config", *_HOMES]))
def command(document: str) -> int:
    """Print the JSON Schema of DOCUMENT: of what a command writes with --json, or of an imgscope.toml."""
    from imgscope.report import json

    with interruptible():
        click.echo(json.document(_schema(document)), nl=False)
    return OK


def _schema(document: str) -> dict[str, Any]:
    if document == "config":
        return _config()
    schema: dict[str, Any] = import_module(_HOMES[document]).schema()
    return schema


def _config() -> dict[str, Any]:
    """Of an imgscope.toml, or of the table ``[tool.imgscope]`` in a pyproject.toml."""
    from imgscope.gate.catalogue import RULES
    from imgscope.gate.settings import GateSettings

    gate = _without_null(GateSettings.model_json_schema(by_alias=True))
    definitions = gate.pop("$defs")
    gate["description"] = "What images are judged by."
    for rule in RULES:
        gate["properties"][rule.id]["description"] = rule.help
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "imgscope configuration",
        "type": "object",
        "properties": {"gate": gate},
        "additionalProperties": False,
        "$defs": definitions,
    }


def _without_null(schema: Any) -> Any:
    """A schema of what is written in TOML, which knows no null; titles that only repeat names are left out."""
    if isinstance(schema, list):
        return [_without_null(item) for item in schema if item != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _without_null(value)
        for key, value in schema.items()
        if key != "title" and (key, value) != ("default", None)
    }
    if len(kept.get("anyOf", ())) == 1:
        (only,) = kept.pop("anyOf")
        kept = only | kept
    return kept
