"""``imgscope schema``."""

from __future__ import annotations

import click

from imgscope.cli.codes import OK


@click.command("schema", short_help="The JSON Schema of a document.")
@click.argument("document", type=click.Choice(["report"]), expose_value=False)
def command() -> int:
    """Print the JSON Schema of DOCUMENT."""
    from imgscope.report import json

    click.echo(json.document(json.schema()), nl=False)
    return OK
