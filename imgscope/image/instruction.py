"""What a builder wrote into ``created_by``, as the Dockerfile instruction that a person would recognise."""

from __future__ import annotations

import re

# The old builder writes `SHELL… #(nop) INSTRUCTION` for what runs nothing, with whatever SHELL was set to.
_NOP = re.compile(r"^(?:\S+\s+){0,8}?#\(nop\)\s*")
# The shell form of RUN: what SHELL was set to, then the command. Docker and BuildKit both write it so.
_SHELL = re.compile(
    r"^/bin/(?:ba|a|da)?sh(?: -[a-z]+(?: pipefail)?)* -[a-z]*c\s+|^cmd /S /C\s+|^powershell -Command\s+"
)
# `|2 A=1 B=two words /bin/sh -c make`: build arguments before the command, their number first.
_ARGUMENTS = re.compile(r"^\|([0-9]{1,4})\s+")
_SHELL_INSIDE = re.compile(r"\s(/bin/(?:ba|a|da)?sh(?: -[a-z]+(?: pipefail)?)* -[a-z]*c\s)")


def clean(created_by: str) -> str:
    """The instruction on one line: no ``/bin/sh -c``, ``#(nop)``, ``# buildkit`` or build arguments before it.

    >>> clean('/bin/sh -c #(nop)  CMD ["sh"]')
    'CMD ["sh"]'
    >>> clean("|1 V=3 /bin/sh -c make install # buildkit")
    'RUN make install'
    """
    text = created_by.strip().removesuffix("# buildkit").rstrip()
    without_nop = _NOP.sub("", text)
    if without_nop != text:
        return _one_line(without_nop)
    run = text.startswith("RUN ")
    text = _without_arguments(text.removeprefix("RUN ").strip() if run else text)
    command = _SHELL.sub("", text, count=1)
    if run or command != text:
        return _one_line(f"RUN {command}")
    return _one_line(text)


def _without_arguments(text: str) -> str:
    """Drop ``|N NAME=VALUE …``; values may hold blanks, so the shell is what ends them."""
    arguments = _ARGUMENTS.match(text)
    if not arguments:
        return text
    shell = _SHELL_INSIDE.search(text)
    if shell:
        return text[shell.start(1) :]
    count, rest = int(arguments[1]), text[arguments.end() :]
    return rest.split(" ", count)[-1] if rest.count(" ") >= count else rest


def _one_line(text: str) -> str:
    return " ".join(text.split())
