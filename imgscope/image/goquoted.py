"""What Go's ``%q`` and ``%v`` made of values, read back: builders write lists and structures into the history so."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_RAW = re.compile(r"`([^`]*)`")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
NEXT = re.compile(r"\s(?=[A-Za-z_][\w./-]*=)")
"""What ends a value without quotes: a blank before what looks like the next name."""


def strings(text: str) -> list[str] | None:
    """``["a" "b c"]`` → its strings; commas are as good as blanks. None where it is no such list."""
    if not (text.startswith("[") and text.endswith("]")):
        return None
    found, at = [], 1
    while at < len(text) - 1:
        if text[at] in " ,":
            at += 1
            continue
        match = _STRING.match(text, at) or _RAW.match(text, at)
        if not match or match.end() >= len(text):
            return None
        found.append(unquoted(match[1]) if text[at] == '"' else match[1])
        at = match.end()
    return found


def json_strings(text: str) -> list[str] | None:
    """A JSON list of strings; None where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None


def unquoted(text: str) -> str:
    """What stands between the quotes of a Go string; an escape that is none stands for itself."""
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code or match[4]:
        number = int(code, 16) if code else int(match[4], 8)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]
    return _LETTERS.get(match[5], match[5])


def plain_list(text: str, known: Collection[str]) -> list[str]:
    """``[/a /b c]`` → its words. Where blanks stand in them only what is ``known`` to be meant tells where one ends."""
    words = text.removeprefix("[").removesuffix("]").split(" ")
    longest = max((name.count(" ") for name in known), default=0) + 1
    found, at = [], 0
    while at < len(words):
        ends = range(min(at + longest, len(words)), at, -1)
        end = next((end for end in ends if " ".join(words[at:end]) in known), at + 1)
        found.append(" ".join(words[at:end]))
        at = end
    return [word for word in found if word]


def pairs(text: str, known: Mapping[str, str]) -> list[tuple[str, str]] | None:
    """``A=b C=two words`` → names and values. None where a name has no value.

    Values stand without quotes. Where one is ``known`` to be what follows, it ends there; else before what looks like
    the next name.
    """
    found, at = [], 0
    while at < len(text):
        equals = text.find("=", at)
        name, begin = text[at:equals], equals + 1
        if equals < 0 or not name:
            return None
        value = known.get(name)
        if (
            value is None
            or not text.startswith(value, begin)
            or text[begin + len(value) : begin + len(value) + 1].strip(" ")
        ):
            following = NEXT.search(text, begin)
            value = text[begin : following.start() if following else len(text)]
        found.append((name, value))
        at = begin + len(value)
        while text[at : at + 1] == " ":
            at += 1
    return found
