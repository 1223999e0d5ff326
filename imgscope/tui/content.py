"""What a file in a layer holds, as a page of lines ready to be drawn.

Text is decoded, JSON reformatted, everything else dumped in hex under the name of its kind. Lines are escaped before
anything looks at them: colours are spans of the text as it is shown, named by what they stand for (``keyword``), so
that whoever draws chooses them.
"""

from __future__ import annotations

import codecs
import json
import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from time import monotonic
from typing import Any, NamedTuple

from imgscope.escaping import printable
from imgscope.units import counted, size

CAP = 256 * 1024
"""Bytes of a file that are read at most."""
HEX_WIDTH = 16
"""Bytes in a line of a dump."""
LONGEST_LINE = 10_000
"""Characters of a line that are shown."""

Span = tuple[str, int, int]
"""A class of style, and the characters it covers: ``("keyword", 4, 9)``."""

_TAB = 8
_DEEPEST_INDENT = 40
_COLOURED_CHARACTERS, _COLOURED_LINES, _COLOURED_WIDTH = 128 * 1024, 2000, 1000
# Seconds that colours may take: some lexers are slow, and some texts bring them to a crawl. The rest stays plain.
_PATIENCE = 0.1

_CONTROL = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\b\x1b"))
_C1 = bytes(range(0x80, 0xA0))
_HIGH = bytes(range(0xA0, 0x100))
_BYTE_AS_TEXT = bytes(byte if 0x20 <= byte < 0x7F else ord(".") for byte in range(256))

_JSON_TOKEN = re.compile(r'\{\s*\}|\[\s*\]|"(?:[^"\\]++|\\.)*+"|[][{},:]|[^][{},:"\s]+')

_MAGIC = (
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"\xfd7zXZ\0", "xz data"),
    (b"BZh", "bzip2 data"),
    (b"\x04\x22\x4d\x18", "LZ4 data"),
    (b"PK\x03\x04", "zip archive"),
    (b"!<arch>\ndebian-binary", "Debian package"),
    (b"!<arch>\n", "ar archive"),
    (b"\xed\xab\xee\xdb", "RPM package"),
    (b"\x89PNG\r\n\x1a\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"%PDF-", "PDF document"),
    (b"SQLite format 3\0", "SQLite database"),
    (b"\0asm", "WebAssembly module"),
    (b"MZ", "Windows executable"),
    (b"\xcf\xfa\xed\xfe", "Mach-O executable"),
    (b"TZif", "time zone data"),
    (b"\xde\x12\x04\x95", "gettext catalogue"),
    (b"\x1a\x01", "terminfo entry"),
)
_ZIPS = {"jar": "Java archive", "war": "Java web archive", "whl": "Python wheel", "egg": "Python egg"}

_ELF_TYPES = {1: "relocatable object", 2: "executable", 3: "shared object", 4: "core dump"}
_ELF_MACHINES = {
    2: "SPARC", 3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC64", 22: "S390", 40: "Arm", 43: "SPARC64",
    62: "x86-64", 183: "AArch64", 243: "RISC-V", 247: "BPF", 258: "LoongArch",
}  # fmt: skip
_SHARED, _INTERPRETER, _MOST_SEGMENTS = 3, 3, 64

_LANGUAGES = {
    "bash": "sh bash ash dash ksh zsh profile bashrc os-release apkbuild ebuild",
    "python": "py pyi python",
    "javascript": "js mjs cjs ts node",
    "json": "json ipynb",
    "yaml": "yaml yml",
    "toml": "toml",
    "ini": "properties ini cfg conf service timer socket desktop editorconfig gitconfig",
    "c": "c h",
    "cpp": "cc cpp cxx hpp hh",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "ruby": "rb ruby gemspec gemfile rakefile",
    "perl": "pl pm perl",
    "php": "php",
    "lua": "lua",
    "awk": "awk gawk mawk",
    "css": "css",
    "html": "html htm xhtml",
    "xml": "xml svg xsd pom",
    "markdown": "md markdown",
    "sql": "sql",
    "diff": "diff patch",
    "make": "mk makefile",
    "docker": "dockerfile containerfile",
}
_LEXERS = {word: lexer for lexer, words in _LANGUAGES.items() for word in words.split()}
_TOKENS = {
    "comment": "Comment",
    "keyword": "Keyword Operator.Word Generic.Heading Generic.Subheading",
    "string": "Literal.String",
    "number": "Literal.Number",
    "name": "Name.Function Name.Class Name.Tag Name.Attribute Name.Builtin Name.Decorator",
}
_CLASSES = {f"Token.{token}": name for name, tokens in _TOKENS.items() for token in tokens.split()}


@dataclass(frozen=True, slots=True)
class Content:
    """A file as far as it was read: ``head`` is its first bytes, ``size`` its whole length."""

    name: str
    head: bytes
    size: int


class Line(NamedTuple):
    """A line without control characters, and what is special in it; spans follow each other."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to see: ``kind`` is text, json, hex, elf, empty or note; ``summary`` one line, escaped.

    ``shown`` of ``size`` bytes are in ``lines``; both are zero where the page is not of a file's bytes.
    """

    kind: str
    summary: str
    lines: Sequence[Line]
    shown: int = 0
    size: int = 0

    @property
    def truncated(self) -> bool:
        """Whether the file goes on where the page ends."""
        return self.shown < self.size


def present(content: Content) -> Page:
    """The page of a file; whatever the bytes are, there is one. Takes some tenths of a second at most."""
    content = Content(content.name, content.head[:CAP], max(content.size, len(content.head)))
    if not content.head:
        return _page(content, "empty", "nothing was read" if content.size else "empty file", ())
    if content.head.startswith(b"\x7fELF"):
        return _elf_page(content)
    decoded = _decoded(content)
    if decoded is None:
        return _page(content, "hex", f"{_binary_kind(content)}, {size(content.size)}", hex_lines(content.head))
    return _json_page(content, decoded[0]) or _text_page(content, *decoded)


def note_page(lines: Iterable[str], summary: str = "") -> Page:
    """A page of plain sentences, for what is not a file; they are escaped here."""
    return Page("note", printable(summary), [Line(_bounded(printable(line))) for line in lines])


def link_page(target: str | bytes) -> Page:
    """The page of a symbolic link."""
    return Page("note", "symbolic link", [Line(f"→ {_bounded(printable(target))}")])


def hex_lines(data: bytes) -> list[Line]:
    """``data`` as ``hexdump -C`` shows it, sixteen bytes a line, but with every line."""
    return [_hex_line(at, data[at : at + HEX_WIDTH]) for at in range(0, len(data), HEX_WIDTH)]


def _hex_line(at: int, row: bytes) -> Line:
    text = row.translate(_BYTE_AS_TEXT).decode("ascii")
    dump = f"{at:08x}  {row[:8].hex(' '):23}  {row[8:].hex(' '):23}  |{text}|"
    return Line(dump, (("offset", 0, 8), ("column", 60, len(dump))))


def _page(content: Content, kind: str, summary: str, lines: Sequence[Line]) -> Page:
    return Page(kind, summary, lines, len(content.head), content.size)


def _text_page(content: Content, text: str, encoding: str) -> Page:
    rows = text.split("\n")
    if not rows[-1]:
        rows.pop()
    shown = [_shown(row.removesuffix("\r")) for row in rows]
    interpreter = _interpreter(text)
    kind = f"{printable(interpreter)} script" if interpreter else "text"
    ends = ", CRLF" if text.count("\r\n") * 2 > len(rows) else ""
    first = "first " if len(content.head) < content.size else ""
    lines = _coloured(shown, _lexer(content.name, interpreter))
    return _page(content, "text", f"{kind}, {encoding}{ends}, {first}{counted(len(rows), 'line', 'lines')}", lines)


def _decoded(content: Content) -> tuple[str, str] | None:
    """Text and the name of its encoding; None for binary data."""
    head, whole = content.head, len(content.head) == content.size
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decode(head, "utf-16", whole)
        return None if text is None or "\0" in text else (text, "UTF-16")
    if b"\0" in head or _share(head, _CONTROL) > 0.05:
        return None
    text = _decode(head, "utf-8-sig", whole)
    if text is not None:
        return text, "ASCII" if head.isascii() else "UTF-8"
    if _share(head, _C1) > 0.02 or _share(head, _HIGH) > 0.3:
        return None
    return head.decode("latin-1"), "Latin-1"


def _decode(head: bytes, encoding: str, whole: bool) -> str | None:
    """The text, without a character that the end of the head cuts in two; None where it is not of that encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
    except UnicodeDecodeError:
        return None


def _share(head: bytes, of: bytes) -> float:
    return (len(head) - len(head.translate(None, of))) / max(len(head), 1)


def _shown(row: str) -> str:
    # Escaped between the tabs: a tab goes to the next column of what is shown.
    if row.isascii() and row.isprintable():
        return _bounded(row)
    row = row[: LONGEST_LINE + 1]
    return _bounded("\t".join(printable(part) for part in row.split("\t")).expandtabs(_TAB))


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + "…"


def _interpreter(text: str) -> str:
    """What runs a script, ``python3`` of ``#!/usr/bin/env -S python3 -I``; empty without a shebang."""
    if not text.startswith("#!"):
        return ""
    words = [word.rpartition("/")[2] for word in text[2:200].partition("\n")[0].split()]
    if words and words[0] == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else ""


def _lexer(name: str, interpreter: str) -> str:
    """Pygments' name of a file's language; empty where none is known.

    Only languages of this table are coloured: Pygments would look for plugins, and some of its lexers never end.
    """
    base = name.rpartition("/")[2].lower()
    words = (base, base.rpartition(".")[2], interpreter.rstrip("0123456789."))
    return next((_LEXERS[word] for word in words if word in _LEXERS), "")


def _coloured(rows: list[str], lexer: str) -> list[Line]:
    """Lines of the escaped ``rows``, the first ones with the classes of their tokens."""
    spans: list[list[Span]] = [[] for _ in rows[: _COLOURED_LINES if lexer else 0]]
    try:
        for name, row, start, end in _tokens(_quick(rows[: len(spans)]), lexer) if spans else ():
            own = spans[row]
            # A quote is a token of its own: what touches becomes one span.
            if own and own[-1][0] == name and own[-1][2] == start:
                start = own.pop()[1]
            own.append((name, start, end))
    except Exception:  # noqa: BLE001 - a lexer may fail on texts that its author never saw
        spans = []
    coloured = [Line(row, tuple(own)) for row, own in zip(rows, spans, strict=False)]
    return coloured + [Line(row) for row in rows[len(coloured) :]]


def _quick(rows: list[str]) -> list[str]:
    """The rows that are coloured in time: those before the first very long one, and not too many."""
    sizes = accumulate(len(row) + 1 if len(row) <= _COLOURED_WIDTH else _COLOURED_CHARACTERS for row in rows)
    return [row for row, total in zip(rows, sizes, strict=True) if total < _COLOURED_CHARACTERS]


def _tokens(rows: list[str], lexer: str) -> Iterator[tuple[str, int, int, int]]:
    """Class, row, start and end of what has a class."""
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

    starts = [0, *accumulate(len(row) + 1 for row in rows)]
    # Code in Markdown names its language itself; any could be asked for.
    tokens = get_lexer_by_name(lexer, handlecodeblocks=False).get_tokens_unprocessed("\n".join(rows))
    limit = monotonic() + _PATIENCE
    for offset, token, value in tokens:
        if monotonic() > limit:
            return
        if name := _class(token):
            row = bisect_right(starts, offset) - 1
            for part in value.split("\n"):
                start = offset - starts[row]
                if part:
                    yield name, row, start, start + len(part)
                row, offset = row + 1, offset + len(part) + 1


@cache
def _class(token: Any) -> str:
    parts = str(token).split(".")
    return next((name for end in (3, 2) if (name := _CLASSES.get(".".join(parts[:end])))), "")


def _json_page(content: Content, text: str) -> Page | None:
    """The page of a JSON document; None where it is none, or not at hand as a whole."""
    claims = content.name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "[")
    if not claims or len(content.head) < content.size:
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    lines = _coloured([_bounded(printable(line)) for line in _reformatted(text)], "json")
    return _page(content, "json", f"JSON, {size(content.size)}, reformatted", lines)


def _reformatted(text: str) -> Iterator[str]:
    """One member a line. Works on the tokens: numbers stay as they are written, and doubled keys stay."""
    line, depth = "", 0
    for token in _JSON_TOKEN.findall(text):
        if token in ("{", "[", ","):
            yield line + token
            depth += token != ","
            line = _indent(depth)
        elif token in ("}", "]"):
            yield line
            depth -= 1
            line = _indent(depth) + token
        elif token[0] in "{[":
            line += token[0] + token[-1]
        else:
            line += ": " if token == ":" else token
    yield line


def _indent(depth: int) -> str:
    # Bounded, or a deep document would become many times its size.
    return "  " * min(depth, _DEEPEST_INDENT)


def _binary_kind(content: Content) -> str:
    """What the first bytes say that binary data is."""
    head, suffix = content.head, content.name.rpartition(".")[2].lower()
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    if kind == "zip archive":
        return _ZIPS.get(suffix, kind)
    if head.startswith(b"\xca\xfe\xba\xbe"):
        # A count of architectures stands where class files have their version, 45 and more.
        return "Java class file" if int.from_bytes(head[6:8], "big") >= 45 else "Mach-O executable"
    if head[2:4] == b"\r\n" and int.from_bytes(head[4:8], "little") <= 3:
        return "Python bytecode"
    return kind or ("tar archive" if head[257:262] == b"ustar" else "binary data")


def _elf_page(content: Content) -> Page:
    try:
        summary, facts = _elf_facts(content)
    except (struct.error, LookupError):
        summary, facts = "ELF, header damaged", {}
    lines = [Line(f"{label:<12} {value}", (("label", 0, len(label)),)) for label, value in facts.items()]
    return _page(content, "elf", summary, [*lines, *[Line("")] * bool(lines), *hex_lines(content.head)])


def _elf_facts(content: Content) -> tuple[str, dict[str, str]]:
    """The summary, and what the header says by label. Raises struct.error or LookupError for a damaged one."""
    head = content.head
    bits, (order, ends) = {1: 32, 2: 64}[head[4]], {1: ("<", "little"), 2: (">", "big")}[head[5]]
    layout = f"{order}HHI{'QQQ' if bits == 64 else 'III'}IHHH"
    kind, machine, _, entry, table, _, _, _, step, number = struct.unpack_from(layout, head, 16)
    segments = dict(_segments(head, struct.Struct(order + ("IIQQQQ" if bits == 64 else "IIIII")), table, step, number))
    name = _ELF_MACHINES.get(machine, f"machine {machine}")
    word, note = _ELF_TYPES.get(kind, f"of type {kind}"), ""
    # Programs are shared objects too, since their addresses are random: they have an entry, and no library's name.
    if kind == _SHARED and entry and ".so" not in content.name.rpartition("/")[2]:
        word, note = "executable", ", position-independent"
    linked = "dynamically linked" if _INTERPRETER in segments else "statically linked"
    facts = {"Class": f"{bits}-bit, {ends}-endian", "Machine": name, "Type": word + note, "Entry": f"{entry:#x}"}
    if interpreter := segments.get(_INTERPRETER):
        facts["Interpreter"] = interpreter
    known = bool(segments) and word == "executable"
    return f"ELF {bits}-bit {name} {word}{f', {linked}' if known else ''}", facts


def _segments(head: bytes, layout: struct.Struct, table: int, step: int, number: int) -> Iterator[tuple[int, str]]:
    """Types of the program headers in the head, each with its content's first text."""
    wide = layout.format.endswith("Q")
    for at in range(table, table + step * min(number, _MOST_SEGMENTS), step or 1):
        row = head[at : at + layout.size]
        if len(row) == layout.size:
            fields = layout.unpack(row)
            start, length = (fields[2], fields[5]) if wide else (fields[1], fields[4])
            yield fields[0], printable(head[start : start + min(length, 256)].partition(b"\0")[0])
