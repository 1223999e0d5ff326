"""Wire types → bytes of JSON: ASCII only, keys in the contract's order, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic_core import to_json

from imgscope.report.wire import SCHEMA_VERSION


def document(value: Mapping[str, Any]) -> str:
    """One JSON document, indented, with a final newline."""
    return encoded(value, indent=2)


def part(name: str, value: Any, **beside: Any) -> str:
    """A document that holds one part of a report: ``{"schema_version", NAME: …}``."""
    return document({"schema_version": SCHEMA_VERSION, name: value, **beside})


def lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One object a line."""
    return (encoded(row) for row in rows)


def encoded(value: Any, indent: int | None = None) -> str:
    """JSON with a final newline, in which nothing is a command to a terminal or to whoever reads it in a log."""
    # DEL is ASCII and stands for itself in JSON; two hashes begin commands such as ``##[…]`` and ``##vso[…]``.
    text = to_json(value, indent=indent, ensure_ascii=True).decode()
    return text.replace("\x7f", "\\u007f").replace("##", "#\\u0023") + "\n"


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
