"""GitLab Code Quality: an array of issues, one a path at fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from imgscope.gate.model import ImageVerdict, Outcome, State, Verdict
from imgscope.report.json import encoded
from imgscope.report.verdicts import words
from imgscope.report.verdicts.dockerfile import find_first
from imgscope.report.verdicts.fingerprints import Fingerprints
from imgscope.report.verdicts.options import Options

_PATHS = 20
_SEVERE = ("secret-name", "suid-sgid", "deleted-but-shipped", "integrity")


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """The array; an empty one where there is nothing to tell."""
    prints = Fingerprints()
    issues = [issue for image in verdict.images for issue in _issues(image, options, prints)]
    yield encoded(issues, indent=2) + "\n"


def _issues(image: ImageVerdict, options: Options, prints: Fingerprints) -> Iterator[dict[str, Any]]:
    if broken := words.incomplete(image):
        print_ = prints.of(image, None, None, "reading")
        yield _issue(image, options, "reading", broken, "blocker", (), print_)
    for outcome in image.outcomes:
        if outcome.state is State.FAILED:
            said = words.sentence(outcome, options.measure)
            told = f"{said}: {outcome.message}" if outcome.message else said
            first = words.to_change(image, outcome.findings[0]) if outcome.findings else ()
            print_ = prints.of(image, outcome, None)
            yield _issue(image, options, outcome.key, told, _severity(outcome), first, print_)
            for finding in outcome.findings[:_PATHS]:
                said = words.blamed(finding, options.measure)
                print_ = prints.of(image, outcome, finding)
                where = words.to_change(image, finding)
                yield _issue(image, options, outcome.key, said, _severity(outcome), where, print_)


def _issue(
    image: ImageVerdict, options: Options, rule: str, said: str, severity: str, where: Iterable[str], print_: str
) -> dict[str, Any]:
    name, text = options.dockerfile or (image.path, "")
    span = find_first(where, text)
    return {
        "description": words.shown(f"{image.path}: {said}"),
        "check_name": words.shown(f"imgscope/{rule}"),
        "fingerprint": print_,
        "severity": severity,
        "location": {
            "path": words.shown(name).removeprefix("./").lstrip("/") or "image",
            "lines": {"begin": span.first if span else 1},
        },
    }


def _severity(outcome: Outcome) -> str:
    if outcome.warned:
        return "minor"
    return "critical" if outcome.id in _SEVERE else "major"
