"""SARIF 2.1.0 for code scanning: a result for each rule and path, with what GitHub demands beyond the standard.

A path of an image is no file of the repository: results point at the Dockerfile, or else at the file that the rule
comes from, and name the image and its path in words and as a logical location. What tells a result from others is
its rule, path and cause, so that it stays the same from build to build.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from imgscope import __version__
from imgscope.gate.catalogue import BY_ID
from imgscope.gate.model import Finding, ImageVerdict, Outcome, State, Verdict
from imgscope.report.json import document
from imgscope.report.verdicts import words
from imgscope.report.verdicts.dockerfile import Span, find_first
from imgscope.report.verdicts.fingerprints import Fingerprints
from imgscope.report.verdicts.options import Options

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PATHS = 20
_MOST_RUNS = 20
_LONGEST = 1000
_DIVE = {
    "lowestEfficiency": "The least efficiency, as dive counts it.",
    "highestWastedBytes": "The most wasted bytes, as dive counts them.",
    "highestUserWastedPercent": "The most waste above the first layer, as dive counts it.",
}
_SECURITY = {"suid-sgid": "5.0", "secret-name": "7.0", "deleted-but-shipped": "5.0"}
_FILES = (".toml", ".dive-ci", ".yml", ".yaml")


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """The document: a run an image, or one for all where they are too many for GitHub or have a name in common."""
    names = {image.name for image in verdict.images}
    together = len(verdict.images) > _MOST_RUNS or len(names) < len(verdict.images)
    groups = [verdict.images] if together else [(image,) for image in verdict.images]
    runs = [_run(images, options, together) for images in groups]
    yield document({"$schema": SCHEMA, "version": "2.1.0", "runs": runs})


def _run(images: tuple[ImageVerdict, ...], options: Options, together: bool) -> dict[str, Any]:
    rules = list(dict.fromkeys(outcome.id for image in images for outcome in image.outcomes))
    prints = Fingerprints()
    results = [result for image in images for result in _results(image, rules, options, prints)]
    driver = {"name": "imgscope", "version": __version__, "rules": [_rule(id_) for id_ in rules]}
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"imgscope/{'all' if together else _text(images[0].name)}/"},
        "invocations": [_invocation(images)],
        "results": results,
    }


def _invocation(images: tuple[ImageVerdict, ...]) -> dict[str, Any]:
    broken = [(image, said) for image in images if (said := words.incomplete(image))]
    found: dict[str, Any] = {"executionSuccessful": not broken}
    if broken:
        found["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": _text(f"{image.path}: {said}")}} for image, said in broken
        ]
    return found


def _rule(id_: str) -> dict[str, Any]:
    help_ = BY_ID[id_].help if id_ in BY_ID else _DIVE[id_]
    rule: dict[str, Any] = {
        "id": id_,
        "shortDescription": {"text": help_},
        "fullDescription": {"text": help_},
        "help": {"text": f"{help_} What it allows is set in a file or by a variable: see imgscope config show."},
        "defaultConfiguration": {"level": "error"},
    }
    if id_ in _SECURITY:
        rule["properties"] = {"tags": ["security"], "security-severity": _SECURITY[id_]}
    return rule


def _results(image: ImageVerdict, rules: list[str], options: Options, prints: Fingerprints) -> Iterator[dict[str, Any]]:
    for outcome in image.outcomes:
        if outcome.state is not State.FAILED:
            continue
        said = words.sentence(outcome, options.measure)
        told = f"{said}. {outcome.message}" if outcome.message else said
        index = rules.index(outcome.id)
        first = outcome.findings[0] if outcome.findings else None
        yield _result(image, outcome, index, options, f"{image.path}: {told}", first, prints.of(image, outcome, None))
        for finding in outcome.findings[:_PATHS]:
            text = f"{image.path}: {words.blamed(finding, options.measure)}"
            yield _result(image, outcome, index, options, text, finding, prints.of(image, outcome, finding))
        if outcome.found > _PATHS:
            text = f"{image.path}: and {outcome.found - _PATHS} more"
            yield _result(image, outcome, index, options, text, None, prints.of(image, outcome, None, "more"))


def _result(
    image: ImageVerdict, outcome: Outcome, index: int, options: Options, text: str, finding: Finding | None, print_: str
) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _place(image, outcome, finding, options)}
    if finding:
        location["logicalLocations"] = [{"fullyQualifiedName": _text(words.path_of(finding)), "kind": "resource"}]
    return {
        "ruleId": outcome.id,
        "ruleIndex": index,
        "level": "error" if outcome.failed else "warning",
        "message": {"text": _text(text)},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": print_},
    }


def _place(image: ImageVerdict, outcome: Outcome, finding: Finding | None, options: Options) -> dict[str, Any]:
    span = Span(1, 1, 2)
    if options.dockerfile:
        name, text = options.dockerfile
        span = (finding and find_first(words.to_change(image, finding), text)) or span
    else:
        name = outcome.origin if outcome.origin.endswith(_FILES) else image.path
    region = {"startLine": span.first, "startColumn": 1, "endLine": span.last, "endColumn": span.end_column}
    return {"artifactLocation": {"uri": _uri(name)}, "region": region}


def _uri(path: str) -> str:
    """A relative reference; what is outside the repository is at least a valid one."""
    return quote(words.shown(path).replace("\\", "/").removeprefix("./").lstrip("/"), safe="/-._~") or "image"


def _text(text: str) -> str:
    """A message, in which nothing is a link."""
    safe = words.shown(text).replace("](", "]\\(")
    return safe if len(safe) <= _LONGEST else f"{safe[: _LONGEST - 1]}…"
