"""GitLab Code Quality: an array of issues, one a path at fault."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pydantic_core import to_json

from imgscope.escaping import printable
from imgscope.gate.model import Finding, ImageVerdict, Outcome, State, Verdict
from imgscope.report.verdicts import words
from imgscope.report.verdicts.dockerfile import line_of
from imgscope.report.verdicts.options import Options

_PATHS = 20
_SEVERE = ("secret-name", "suid-sgid", "deleted-but-shipped", "integrity")


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """The array; an empty one where there is nothing to tell."""
    issues = [issue for image in verdict.images for issue in _issues(image, options)]
    unique = {issue["fingerprint"]: issue for issue in issues}
    text: str = to_json(list(unique.values()), indent=2, ensure_ascii=True).decode()
    yield text.replace("\x7f", "\\u007f") + "\n"


def _issues(image: ImageVerdict, options: Options) -> Iterator[dict[str, Any]]:
    if broken := words.incomplete(image):
        yield _issue(image, options, "reading", broken, "blocker", "")
    for outcome in image.outcomes:
        if outcome.state is State.FAILED:
            said = words.sentence(outcome, options.measure)
            told = f"{said}: {outcome.message}" if outcome.message else said
            first = outcome.findings[0].instruction if outcome.findings else ""
            yield _issue(image, options, outcome.key, told, _severity(outcome), first)
            for finding in outcome.findings[:_PATHS]:
                said = words.blamed(finding, options.measure)
                yield _issue(image, options, outcome.key, said, _severity(outcome), finding.instruction, finding)


def _issue(
    image: ImageVerdict,
    options: Options,
    rule: str,
    said: str,
    severity: str,
    instruction: str,
    finding: Finding | None = None,
) -> dict[str, Any]:
    key = f"{image.name}\0{rule}\0{words.identity(finding) if finding else ''}"
    name, text = options.dockerfile or (image.path, "")
    return {
        "description": printable(f"{image.path}: {said}"),
        "check_name": printable(f"imgscope/{rule}"),
        "fingerprint": hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest(),
        "severity": severity,
        "location": {
            "path": printable(name).removeprefix("./").lstrip("/") or "image",
            "lines": {"begin": line_of(instruction, text) or 1},
        },
    }


def _severity(outcome: Outcome) -> str:
    if outcome.warned:
        return "minor"
    return "critical" if outcome.id in _SEVERE else "major"
