"""Strings from an image as text that is safe to show: the one place that decides what a terminal may receive.

Names, instructions, labels and tags are data. Control characters could rewrite a terminal or a log, bidirectional
marks could make a name read as another; both are shown as escapes. Formats with a syntax of their own (Markdown)
escape that on top.
"""

from __future__ import annotations

import re

# C0, DEL and C1; zero-width and bidirectional controls; line and paragraph separators; byte order mark; tag characters;
# and surrogates, which stand for bytes that are not UTF-8.
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
    # Marks that pile up on one letter, from the ninth on: no language has them, and terminals draw them over others.
    f"|(?<=[{_MARKS}]{{8}})[{_MARKS}]"
)
# What the reader of a log takes for a command: GitHub's runner ``::`` behind nothing but blanks and ``##[`` anywhere,
# Azure's agent ``##vso[``, TeamCity ``##teamcity[``. The last two are characters that XML and YAML cannot hold.
_COMMAND = re.compile("(?<!\\S):(?=:)|#(?=#[A-Za-z]*\\[)|[\ufffe\uffff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r"\\(?:([nrt])|x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4}))")


def printable(data: str | bytes) -> str:
    r"""``data`` with everything unsafe as ``\n``, ``\x1b`` or ``\u202e``; a byte that is not UTF-8 as ``\xff``."""
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escape, text)


def inert(data: str | bytes) -> str:
    """The same for text that may end in a log of a CI system, whose reader obeys some lines as commands."""
    return _COMMAND.sub(_escape, printable(data))


def as_stored(text: str) -> bytes:
    r"""A name as :func:`printable` shows it → its bytes. A backslash that begins no escape stands for itself.

    ``\x9b`` is taken for that byte, though the control character U+009B is shown so too.
    """
    return _ESCAPED.sub(_unescape, text).encode("utf-8", "surrogateescape")


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return {"n": "\n", "r": "\r", "t": "\t"}[match[1]]
    code = int(match[2] or match[3] or match[4], 16)
    if match[2] and code >= 0x80:
        code += 0xDC00
    return match[0] if 0xD800 <= code <= 0xDFFF and not match[2] else chr(code)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def no_formula(text: str) -> str:
    """A cell of a table that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
