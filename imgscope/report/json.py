"""Wire types → bytes of JSON: ASCII only, keys in the contract's order, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic_core import to_json

from imgscope.report.rows import Rows
from imgscope.report.wire import SCHEMA_VERSION

_BATCH = 1000


def document(value: Mapping[str, Any]) -> str:
    """One JSON document, indented, with a final newline."""
    return "".join(pieces(value))


def pieces(value: Mapping[str, Any]) -> Iterator[str]:
    """The same piece by piece: a sequence made on demand is never there as a whole."""
    opening = "{\n"
    for key, item in value.items():
        yield f"{opening}  {encoded(key)}: "
        if isinstance(item, Rows):
            yield from _array(item)
        else:
            yield _shifted(encoded(item, indent=2))
        opening = ",\n"
    yield "\n}\n" if value else "{}\n"


def _array(rows: Rows[Any]) -> Iterator[str]:
    opening = "[\n"
    for start in range(0, len(rows), _BATCH):
        brackets = encoded(rows[start : start + _BATCH], indent=2)
        yield f"{opening}  {_shifted(brackets[2:-2])}"
        opening = ",\n"
    yield "\n  ]" if rows else "[]"


def _shifted(text: str) -> str:
    """Further to the right, but for the first line; no string holds a line's end as such."""
    return text.replace("\n", "\n  ")


def part(name: str, value: Any, **beside: Any) -> str:
    """A document that holds one part of a report: ``{"schema_version", NAME: …}``."""
    return document({"schema_version": SCHEMA_VERSION, name: value, **beside})


def lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One object a line."""
    return (encoded(row) + "\n" for row in rows)


def encoded(value: Any, indent: int | None = None) -> str:
    """JSON in which nothing is a command to a terminal or to whoever reads it in a log."""
    # DEL is ASCII and stands for itself in JSON; two hashes begin commands such as ``##[…]`` and ``##vso[…]``.
    text = to_json(value, indent=indent, ensure_ascii=True).decode()
    return text.replace("\x7f", "\\u007f").replace("##", "#\\u0023")


def schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    from imgscope.report.wire import Report

    return schema_of(Report, f"imgscope report {SCHEMA_VERSION}")


def schema_of(type_: Any, title: str) -> dict[str, Any]:
    """The JSON Schema of a document of some wire type."""
    from pydantic import TypeAdapter

    generated = TypeAdapter(type_).json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **{key: value for key, value in generated.items() if key != "title"},
    }
