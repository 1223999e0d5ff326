"""A Dockerfile read as BuildKit does, slowly and plainly: what is an instruction, and what only looks like one."""

from __future__ import annotations

import re

KEYWORDS = frozenset(
    (
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
        *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    )
)
_WITH_HEREDOC = ("ADD", "COPY", "RUN", "ONBUILD")


def read(text: str) -> list[str]:
    """Instructions, each with the lines of its here-documents. Raises ValueError where there is none."""
    lines, at, found = text.split("\n"), 0, []
    while at < len(lines):
        line, at = lines[at].lstrip(), at + 1
        if not line.strip() or line.startswith("#"):
            continue
        while at < len(lines) and (more := re.match(r"(.*(?:[^\\]|^))\\[ \t]*\Z", line, re.DOTALL)):
            line = more[1]
            while at < len(lines) and (not lines[at].strip() or lines[at].lstrip().startswith("#")):
                at += 1
            line, at = line + (lines[at] if at < len(lines) else ""), at + 1
        keyword, _, rest = line.partition(" ")
        if keyword not in KEYWORDS or not rest.strip():
            raise ValueError(line)
        parts = [line.rstrip()]
        if keyword in _WITH_HEREDOC:
            for mark in marks(line):
                end = lines.index(mark, at)
                parts += lines[at : end + 1]
                at = end + 1
        found.append("\n".join(parts))
    return found


def marks(line: str) -> list[str]:
    """Ends of the here-documents of a line: words that begin with ``<<``, unless in quotes."""
    found = []
    for word in words(line):
        match = re.match(r"\d*<<-?([^<]*)\Z", word, re.DOTALL)
        if match and match[1]:
            found.append(match[1].replace('"', "").replace("'", ""))
    return found


def words(line: str) -> list[str]:
    """Words as a shell parts them, quotes kept."""
    found, word, quote, skip = [], "", "", False
    for character in line:
        if skip:
            skip = False
        elif character == "\\" and quote != "'":
            skip = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in " \t\v\f\r\n":
            found += [word] if word else []
            word = ""
            continue
        word += character
    return [*found, word] if word else found
