"""The Test Anything Protocol, version 14: a subtest an image, a line a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imgscope.gate.model import ImageVerdict, Outcome, State, Verdict
from imgscope.report.verdicts import words
from imgscope.report.verdicts.options import Options

_WORST = 3


def write(verdict: Verdict, options: Options) -> Iterator[str]:
    """The document."""
    yield f"TAP version 14\n1..{len(verdict.images)}\n"
    for number, image in enumerate(verdict.images, 1):
        yield f"# Subtest: {_text(image.path)}\n"
        yield from (f"    {line}\n" for line in _image(image, options.measure))
        yield f"{'ok' if image.passed else 'not ok'} {number} - {_text(image.path)}\n"


def _image(image: ImageVerdict, measure: words.Size) -> Iterator[str]:
    broken = words.incomplete(image)
    yield f"1..{len(image.outcomes) + bool(broken)}"
    if broken:
        yield f"not ok 1 - {_text(broken)}"
    for number, outcome in enumerate(image.outcomes, 2 if broken else 1):
        yield from _case(outcome, number, measure)


def _case(outcome: Outcome, number: int, measure: words.Size) -> Iterator[str]:
    ok = "not ok" if outcome.failed else "ok"
    directive = " # SKIP" if outcome.state is State.SKIPPED else ""
    if outcome.warned:
        ok, directive = "not ok", " # TODO a warning"
    yield f"{ok} {number} - {_text(outcome.key)}: {_text(words.sentence(outcome, measure))}{directive}"
    if outcome.state is State.FAILED:
        lines = [outcome.message] if outcome.message else []
        lines += [words.blamed(finding, measure) for finding in outcome.findings[:_WORST]]
        yield from (f"# {words.shown(line)}" for line in lines)


def _text(text: str) -> str:
    """A description: a hash would begin a directive."""
    return re.sub(r"([\\#])", r"\\\1", words.shown(text))
