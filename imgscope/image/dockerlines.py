"""Lines of a Dockerfile, written so that a parser reads what is meant, whatever that holds: a line ends where it shall.

What no terminal shall receive, and what a log would take for a command, is written as escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from imgscope.escaping import inert

_FLAGS = re.compile(r"(?:--[a-z][a-z-]*(?:=\S*)?(?:\s+|\Z))*")
_MARKS = re.compile(r"(?<!\S)\d*<<(?!<)")
"""Where a here-document may begin: with a word."""
_HEREDOC = re.compile(r"(?<!\S)\d*<<-?([\"']?)([A-Za-z_]\w*)\1(?!\S)")
_QUOTES = re.compile(r"[\"'\\`$]")
_BARE = re.compile(r"[\w./:@%+,=~-]+\Z", re.ASCII)
_BLANKS = re.compile(r"(?<=[ \t])(?:[ \t]{2,}|\t)(?=[^ \t#])")


class NoInstructionError(Exception):
    """An entry looks like an instruction and is none."""


def shell_form(command: str, *, run: bool, flags: bool) -> str:
    """A command for the shell, on one line where it fits there, else of RUN in a here-document.

    ``flags``: options before it are meant as such. Raises NoInstructionError.
    """
    if not command:
        raise NoInstructionError
    lines = [shown(one) for one in command.split("\n")]
    options = (_FLAGS.match(command) or [""])[0] if flags else ""
    dashed = command.startswith("--") and not options
    if len(lines) > 1 and not dashed and _ends_itself(lines):
        return "\n".join(lines)
    if len(lines) == 1 and not dashed and not _MARKS.search(command) and not command.endswith("\\"):
        return _folded(lines[0])
    if not run:
        raise NoInstructionError
    mark = _unlike(lines)
    return "\n".join([f"<<{mark}", *lines, mark])


def _ends_itself(lines: list[str]) -> bool:
    """Whether the lines below the first are the here-documents that it begins, and nothing else.

    What is quoted in the first line could keep a mark from being one: then nobody can tell.
    """
    ends = marks(lines[0])
    at = 1
    for end in ends or ():
        at = next((number for number in range(at, len(lines)) if lines[number] == end), len(lines)) + 1
    return bool(ends) and at == len(lines)


def marks(text: str) -> list[str] | None:
    """The ends of the here-documents that a line begins; None where that is not certain."""
    found = list(_HEREDOC.finditer(text))
    certain = len(found) == len(_MARKS.findall(text)) and not _QUOTES.search(_HEREDOC.sub("", text))
    return [match[2] for match in found] if certain or not _MARKS.search(text) else None


def _unlike(lines: list[str]) -> str:
    """A mark that no line is."""
    taken = {one.strip() for one in lines}
    number = 0
    while (mark := f"EOF{number or ''}") in taken:
        number += 1
    return mark


def is_bare(text: str) -> bool:
    """Whether a word needs no quotes."""
    return bool(_BARE.match(text))


def quoted(text: str) -> str:
    """A name or value of ENV, LABEL or ARG: in quotes where it must be, and nothing in it a variable."""
    if is_bare(text):
        return text
    escaped = re.sub(r'([\\"$])', r"\\\1", text)
    return f'"{shown(escaped)}"'


def json_list(words: Sequence[str]) -> str:
    """Words as a JSON list, in ASCII and with nothing in it that means something to a terminal, a log or a parser."""
    text = json.dumps(list(words))
    for character, escaped in (("\x7f", "\\u007f"), ("##", "#\\u0023"), ("<<", "<\\u003c"), ("::", ":\\u003a")):
        text = text.replace(character, escaped)
    return text


def is_plain(command: str) -> bool:
    """Whether a command is the same in the shell form, on one line."""
    return command == shown(command).strip() != "" and command[0] not in "[-" and command[-1] != "\\"


def line(text: str) -> str:
    """A text on one line that nothing continues. Raises NoInstructionError."""
    shown = one_line(text)
    if not shown or (shown.endswith("\\") and not shown.endswith("\\\\")):
        raise NoInstructionError
    return shown


def one_line(text: str) -> str:
    """A text on one line, as a comment may hold it."""
    return shown(text.replace("\n", "\\n"))


def _folded(text: str) -> str:
    """A long line as several, where it was so in the file: blanks that follow a blank were the next line's indentation.

    Read again, the parts make the same line, to the blank.
    """
    return _BLANKS.sub(lambda match: f"\\\n{match[0]}", text)


def shown(text: str) -> str:
    """A line with what no terminal shall receive as escapes, but for tabs, and nothing that is a command in a log."""
    parts = text.split("\t")
    if not text.lstrip().startswith("::"):
        return "\t".join("::".join(map(inert, part.split("::"))) for part in parts)
    return "\t".join(map(inert, parts))
