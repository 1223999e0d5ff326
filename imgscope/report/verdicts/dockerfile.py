"""Where in a Dockerfile an instruction of the history stands: a best effort, for builders do not keep it as it was.

They drop options, fill in variables and join lines; the old builder writes checksums for what it copies. The Dockerfile
may also be another than the one that was built, so that no match is an answer too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 1 << 16
"""Characters of an instruction: longer ones are nobody's."""
_ENOUGH = 4
"""Letters beside variables that an instruction may be known by."""
_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*\Z")
_OPTIONS = re.compile(r"(?:--[a-z][a-z-]*(?:=\S*)?(?: |\Z))*")
_HEREDOC = re.compile(r"(?<!\S)\d*<<-?([\"']?)([A-Za-z_][\w.-]*)\1(?!\S)")
_WITH_HEREDOC = ("RUN", "COPY", "ADD")
_VARIABLE = re.compile(r"\$(?:\w+|\{[^{}]*\})")
_CHECKSUMS = re.compile(r"(?:(?:file|dir|multi):\S+ )+in (.+)")


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a file, from 1, and the column behind the last character of the last one."""

    first: int
    last: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction of a Dockerfile."""

    keyword: str
    text: str
    """What follows, on one line, without options."""
    span: Span


def find_first(instructions: Iterable[str], dockerfile: str) -> Span | None:
    """The lines that the first of some instructions was made from that there are any of."""
    return next((span for one in instructions if (span := find(one, dockerfile))), None)


@lru_cache(maxsize=1024)
def find(instruction: str, dockerfile: str) -> Span | None:
    """The lines that an instruction was made from; None where none is like it. Of several the last is the image's."""
    if not instruction or len(instruction) > _LONGEST:
        return None
    keyword, told = _parts(instruction)
    candidates = [step for step in reversed(steps(dockerfile)) if step.keyword == keyword]
    for alike in (str.__eq__, _filled_in, _copied):
        for step in candidates:
            if alike(step.text, told):
                return step.span
    return None


@lru_cache(maxsize=4)
def steps(dockerfile: str) -> tuple[Step, ...]:
    """The instructions of a Dockerfile."""
    return tuple(_steps(dockerfile.split("\n")))


def _steps(lines: Sequence[str]) -> Iterator[Step]:
    escape, at = _escape_of(lines), 0
    while at < len(lines):
        first, parts = at, list[str]()
        at = _gather(lines, at, escape, parts)
        keyword, text = _parts(" ".join(parts))
        if keyword in _WITH_HEREDOC:
            at, text = _with_scripts(lines, at, text)
        if keyword:
            yield Step(keyword, text, Span(first + 1, at, len(lines[at - 1].rstrip()) + 1))


def _gather(lines: Sequence[str], at: int, escape: str, parts: list[str]) -> int:
    """Take the lines of one instruction, without comments and blank lines between them; where the next begins."""
    while at < len(lines):
        line, at = lines[at].strip(), at + 1
        if not line or line.startswith("#"):
            if parts:
                continue
            break
        parts.append(line.removesuffix(escape).strip())
        if not line.endswith(escape):
            break
    return at


def _with_scripts(lines: Sequence[str], at: int, text: str) -> tuple[int, str]:
    """An instruction with what is written below it up to its mark, as the builder runs it; where the next begins."""
    for mark in _HEREDOC.finditer(text):
        end = next((number for number in range(at, len(lines)) if lines[number].strip() == mark[2]), None)
        if end is None:
            break
        script = " ".join(" ".join(lines[at:end]).split())
        text, at = script if mark[0] == text else f"{text} {script} {mark[2]}", end + 1
    return at, text


def _escape_of(lines: Sequence[str]) -> str:
    r"""What continues a line: ``\``, where no directive at the top says otherwise."""
    for line in lines:
        directive = _DIRECTIVE.match(line.strip())
        if not directive:
            break
        if directive[1].lower() == "escape":
            return directive[2]
    return "\\"


def _parts(instruction: str) -> tuple[str, str]:
    """The keyword, and what follows without options; a list of words is written as builders write it down."""
    keyword, _, rest = " ".join(instruction.split()).partition(" ")
    options = _OPTIONS.match(rest)
    rest = rest[options.end() if options else 0 :]
    if rest.startswith("["):
        with suppress(ValueError, RecursionError):
            rest = " ".join(map(str, json.loads(rest)))
    return keyword.upper(), rest


def _filled_in(own: str, told: str) -> bool:
    """Whether one is the other with something in place of its variables."""
    first, *others = _VARIABLE.split(own)
    if not others or not told.startswith(first) or sum(len(part.strip()) for part in (first, *others)) < _ENOUGH:
        return False
    at = len(first)
    for part in others[:-1]:
        found = told.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return told[at:].endswith(others[-1])


def _copied(own: str, told: str) -> bool:
    """Whether both copy to the same place, where the old builder wrote checksums for what is copied."""
    checksums = _CHECKSUMS.fullmatch(told)
    if not checksums:
        return False
    theirs, mine = (path.strip().removeprefix("./").strip("/") for path in (checksums[1], own.rpartition(" ")[2]))
    return theirs == mine or bool(mine and theirs.endswith(f"/{mine}"))
