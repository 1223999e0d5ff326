"""The verdict as test results: a suite an image, a case a rule."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from imgscope.gate.model import ImageVerdict, Outcome, State, Verdict
from imgscope.report.verdicts import words
from imgscope.report.verdicts.options import Options

_PATHS = 20


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """The document. A warning is no failure: it is told in the case's output."""
    root = ET.Element("testsuites")
    for image in verdict.images:
        _suite(root, image, options.measure)
    ET.indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, image: ImageVerdict, measure: words.Size) -> None:
    broken = words.incomplete(image)
    counts = {
        "tests": len(image.outcomes) + bool(broken),
        "failures": sum(outcome.failed for outcome in image.outcomes),
        "errors": int(bool(broken)),
        "skipped": sum(outcome.state is State.SKIPPED for outcome in image.outcomes),
    }
    suite = ET.SubElement(root, "testsuite", {"name": _safe(image.path)} | {key: str(n) for key, n in counts.items()})
    if broken:
        case = ET.SubElement(suite, "testcase", {"name": "reading", "classname": _safe(image.path)})
        ET.SubElement(case, "error", {"message": _safe(broken), "type": "incomplete"})
    for outcome in image.outcomes:
        _case(suite, image, outcome, measure)


def _case(suite: ET.Element, image: ImageVerdict, outcome: Outcome, measure: words.Size) -> None:
    case = ET.SubElement(suite, "testcase", {"name": _safe(outcome.key), "classname": _safe(image.path)})
    said = _safe(words.sentence(outcome, measure))
    if outcome.state is State.SKIPPED:
        ET.SubElement(case, "skipped", {"message": said})
    elif outcome.failed:
        failure = ET.SubElement(case, "failure", {"message": said, "type": outcome.id})
        failure.text = _body(outcome, measure)
    elif outcome.warned:
        ET.SubElement(case, "system-out").text = f"warning: {said}\n{_body(outcome, measure)}"


def _body(outcome: Outcome, measure: words.Size) -> str:
    lines = [outcome.message] if outcome.message else []
    lines += [words.blamed(finding, measure) for finding in outcome.findings[:_PATHS]]
    if outcome.found > _PATHS:
        lines.append(f"and {outcome.found - _PATHS} more")
    return "\n".join(map(_safe, lines))


def _safe(text: str) -> str:
    """A text on one line; what XML 1.0 cannot hold is escaped."""
    return words.shown(text)
