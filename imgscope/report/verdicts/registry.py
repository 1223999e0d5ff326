"""The formats of a verdict: the one list behind ``--format`` and ``--report``. A module is imported when it writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgscope.gate.model import Verdict
    from imgscope.report.verdicts.options import Options


@dataclass(frozen=True, slots=True)
class Format:
    """A format, and the function ``write`` or another of that module which yields its text in pieces."""

    name: str
    module: str
    function: str = "write"

    def lines(self, verdict: Verdict, options: Options) -> Iterator[str]:
        """The whole of it. At a terminal ``text`` is better written to a Printer."""
        module = import_module(f"imgscope.report.verdicts.{self.module}")
        found: Iterator[str] = getattr(module, self.function)(verdict, options)
        return found


FORMATS = {
    format_.name: format_
    for format_ in (
        Format("text", "text"),
        Format("json", "json"),
        Format("jsonl", "json", "write_lines"),
        Format("markdown", "markdown"),
        Format("junit", "junit"),
        Format("sarif", "sarif"),
        Format("github", "github"),
        Format("github-summary", "markdown", "write_summary"),
        Format("gitlab", "gitlab"),
        Format("tap", "tap"),
        Format("csv", "csv"),
    )
}
