"""Annotations in the log of a GitHub workflow: one a violated rule, for only ten of a kind are shown."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.gate.model import ImageVerdict, Outcome, State, Verdict
from imgscope.report.verdicts import words
from imgscope.report.verdicts.dockerfile import find_first
from imgscope.report.verdicts.options import Options

_WORST = 3


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """One command a line; nothing at all where there is nothing to tell."""
    for image in verdict.images:
        if broken := words.incomplete(image):
            yield _command("error", {"title": f"imgscope: {image.path}"}, words.shown(broken))
        for outcome in image.outcomes:
            if outcome.state is State.FAILED:
                lines = [f"{image.path}: {words.sentence(outcome, options.measure)}"]
                lines += [outcome.message] if outcome.message else []
                lines += [words.blamed(finding, options.measure) for finding in outcome.findings[:_WORST]]
                place = {"title": f"imgscope: {outcome.id}", **_place(image, outcome, options)}
                yield _command("error" if outcome.failed else "warning", place, "\n".join(map(words.shown, lines)))


def _place(image: ImageVerdict, outcome: Outcome, options: Options) -> dict[str, str]:
    """The lines of the Dockerfile that put the worst finding right."""
    if options.dockerfile is None:
        return {}
    name, text = options.dockerfile
    span = find_first(words.to_change(image, outcome.findings[0]), text) if outcome.findings else None
    return {"file": name, "line": str(span.first if span else 1), "endLine": str(span.last if span else 1)}


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    # What comes from the image stands behind the second pair of colons on the one line, and so is never a command.
    values = ",".join(f"{name}={_property(words.shown(value))}" for name, value in properties.items())
    return f"::{kind} {values}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
