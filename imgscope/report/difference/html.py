"""A difference as one HTML file: no script at all, nothing from elsewhere, light and dark as the reader has it.

Every value goes through one environment that makes it safe to show and then escapes it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from imgscope.escaping import printable
from imgscope.report.difference import words
from imgscope.report.difference.tables import Table
from imgscope.report.difference.wire import Diff


def write_html(diff: Diff, tables: Iterable[Table]) -> Iterator[str]:
    """The page in pieces."""
    style = _own("page.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_own("page.html"))
    yield from template.generate(
        verdict=words.verdict(diff),
        sides=[(side, words.side(diff[side])) for side in words.SIDES],
        notes=list(words.notes(diff)),
        tables=tables,
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )
    yield "\n"


def _shown(value: Any) -> Any:
    """A text from an image with nothing in it that acts on whoever reads it."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _own(name: str) -> str:
    """A file of this package."""
    return (files(__package__ or "") / name).read_text("utf-8")
