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
    help: str
    function: str = "write"

    def lines(self, verdict: Verdict, options: Options) -> Iterator[str]:
        """The whole of it. ``text`` is written to a Printer instead."""
        module = import_module(f"imgscope.report.verdicts.{self.module}")
        found: Iterator[str] = getattr(module, self.function)(verdict, options)
        return found


FORMATS = {
    format_.name: format_
    for format_ in (
        Format("text", "text", "for people"),
        Format("json", "json", "the contract for programs"),
        Format("jsonl", "json", "the same, an image a line", "write_lines"),
        Format("markdown", "markdown", "a pull-request comment"),
        Format("junit", "junit", "test results, for nearly every CI system"),
        Format("sarif", "sarif", "SARIF 2.1.0, for code scanning"),
        Format("github", "github", "annotations in a GitHub workflow's log"),
        Format("github-summary", "markdown", "Markdown added to a GitHub job's summary", "write_summary"),
        Format("gitlab", "gitlab", "GitLab Code Quality"),
        Format("tap", "tap", "the Test Anything Protocol, version 14"),
        Format("csv", "csv", "a row a rule"),
    )
}
