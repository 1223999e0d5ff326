"""Whatever a file holds, its page can be drawn: escaped, named, and true to the bytes."""

from __future__ import annotations

import json
import struct
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

from imgscope.tui import content
from imgscope.tui.content import CAP, LONGEST_LINE, Content, Page, hex_lines, link_page, note_page, present

UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u2060\ufeff")
NAMES = st.sampled_from(["a", "a.py", "a.sh", "a.json", "a.md", "a.html", "a.yaml", "Dockerfile", "x.whl", "lib.so.1"])
MAGIC = [
    b"\x7fELF\x02\x01\x01",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"#!/usr/bin/env ",
    b"{",
    b"[",
    b"PK\x03\x04",
]


def page_of(data: bytes, name: str = "file", size: int | None = None) -> Page:
    return present(Content(name, data, len(data) if size is None else size))


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines]


def coloured(page: Page) -> dict[str, list[str]]:
    """What stands in the spans of a page, by class."""
    found: dict[str, list[str]] = {}
    for line in page.lines:
        for name, start, end in line.spans:
            found.setdefault(name, []).append(line.text[start:end])
    return found


def bytes_of(lines: list[str]) -> bytes:
    """The bytes that lines of a hex dump stand for."""
    return b"".join(bytes.fromhex(line[10:58]) for line in lines)


def elf(kind: int, machine: int = 62, interpreter: bytes = b"", *, bits: int = 64, order: str = "<") -> bytes:
    """An ELF header with one program header: the interpreter, or something to load."""
    wide = bits == 64
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]).ljust(12, b"\0")
    start, step = (64, 56) if wide else (52, 32)
    header = struct.pack(
        f"{order}HHI{'QQQ' if wide else 'III'}IHHH", kind, machine, 1, 0x1000, start, 0, 0, start, step, 1
    )
    tag, text = (3, interpreter + b"\0") if interpreter else (1, b"")
    values = (tag, 0, start + step, 0, 0, len(text), 0, 0) if wide else (tag, start + step, 0, 0, len(text), 0, 0, 0)
    segment = struct.pack(order + ("IIQQQQQQ" if wide else "8I"), *values)
    return (ident + header).ljust(start, b"\0") + segment + text


@given(
    st.one_of(st.binary(), st.text().map(str.encode), st.builds(bytes.__add__, st.sampled_from(MAGIC), st.binary())),
    NAMES,
    st.integers(0, 3),
)
@example(b"\xff\xfe\x00", "a", 0)
@example(b"\x7fELF\x02", "a", 0)
def test_any_bytes_have_a_page_without_control_characters(data: bytes, name: str, more: int) -> None:
    page = page_of(data, name, len(data) + more)

    for text in (page.summary, *texts(page)):
        assert not {character for character in text if unicodedata.category(character) in UNSAFE}
        assert not set(text) & BIDI
    assert page.truncated == bool(more)


@given(st.binary())
def test_a_hex_dump_decodes_back_to_the_bytes(data: bytes) -> None:
    lines = [line.text for line in hex_lines(data)]

    assert bytes_of(lines) == data
    assert [int(line[:8], 16) for line in lines] == list(range(0, len(data), 16))


@given(st.binary().map(lambda data: b"\0" + data))
def test_binary_data_is_dumped_whole(data: bytes) -> None:
    page = page_of(data)

    assert page.kind == "hex"
    assert bytes_of(texts(page)) == data


@given(st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n", exclude_categories=["Cc"]), min_size=1))
def test_text_is_shown_line_by_line(text: str) -> None:
    page = page_of(f"{text}\nend".encode())

    assert page.kind in ("text", "json")
    assert texts(page)[-1].endswith("end")


@given(st.text("abc='\"#(): \n\t\\[]{}\x01\u202eé日", max_size=200), NAMES)
def test_spans_are_in_their_lines_and_follow_each_other(text: str, name: str) -> None:
    for line in page_of(text.encode(), name).lines:
        ends = [0, *(place for _, start, end in line.spans for place in (start, end)), len(line.text)]
        assert ends == sorted(ends)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, min_size=1)))
def test_json_means_the_same_as_before(value: object) -> None:
    page = page_of(json.dumps([value]).encode())

    assert page.kind == "json"
    assert json.loads("".join(texts(page))) == [value]


def test_a_hex_dump_looks_like_that_of_hexdump() -> None:
    assert texts(page_of(b"\x00\x01ABCDEFGHIJKLMNO|")) == [
        "00000000  00 01 41 42 43 44 45 46  47 48 49 4a 4b 4c 4d 4e  |..ABCDEFGHIJKLMN|",
        "00000010  4f 7c                                             |O||",
    ]


def test_control_characters_and_bidirectional_marks_are_escaped() -> None:
    page = page_of("colour \x1b[31mred\x1b[0m and exe\u202etxt.".encode())

    assert texts(page) == ["colour \\x1b[31mred\\x1b[0m and exe\\u202etxt."]


def test_tabs_become_spaces_up_to_the_next_eighth_column_of_what_is_shown() -> None:
    assert texts(page_of(b"a\tb\n\tc\n\x1b\td\n1234567\te")) == ["a       b", "        c", "\\x1b    d", "1234567 e"]


@pytest.mark.parametrize(
    ("data", "summary"),
    [
        (b"one\ntwo\n", "text, ASCII, 2 lines"),
        (b"one", "text, ASCII, 1 line"),
        (b"one\r\ntwo\r\n", "text, ASCII, CRLF, 2 lines"),
        ("grün\n".encode(), "text, UTF-8, 1 line"),
        ("\ufeffgrün\n".encode(), "text, UTF-8, 1 line"),
        ("grün\n".encode("utf-16"), "text, UTF-16, 1 line"),
        ("\ufeffgrün\n".encode("utf-16-be"), "text, UTF-16, 1 line"),
        ("grün ist schön\n".encode("latin-1"), "text, Latin-1, 1 line"),
        (b"#!/bin/sh\nexit\n", "sh script, ASCII, 2 lines"),
        (b"#!/usr/bin/env -S A=1 python3.11 -I\n", "python3.11 script, ASCII, 1 line"),
        (b"#!/bin/\x1b[31m\n" + b"x" * 40, "\\x1b[31m script, ASCII, 2 lines"),
        (b"#!\n", "text, ASCII, 1 line"),
    ],
)
def test_text_is_named_with_its_encoding(data: bytes, summary: str) -> None:
    assert page_of(data).summary == summary


def test_line_ends_of_windows_are_not_shown() -> None:
    assert texts(page_of(b"one\r\nt\rwo\r\n")) == ["one", "t\\rwo"]


def test_a_character_that_the_end_of_the_head_cuts_is_left_out() -> None:
    page = page_of("日本".encode()[:-1], size=1000)

    assert (texts(page), page.summary) == (["日"], "text, UTF-8, first 1 line")
    assert (page.shown, page.size, page.truncated) == (5, 1000, True)


def test_no_more_than_the_cap_is_shown() -> None:
    page = page_of(b"\0" * (CAP + 16))

    assert (page.shown, page.size, len(page.lines)) == (CAP, CAP + 16, CAP // 16)


def test_an_over_long_line_is_cut() -> None:
    shown = texts(page_of(b"\t" * 20_000 + b"\n" + b"x" * 20_000))

    assert shown == [" " * LONGEST_LINE + "…", "x" * LONGEST_LINE + "…"]


def test_an_empty_file_is_told_from_one_that_was_not_read() -> None:
    empty, unread = page_of(b""), page_of(b"", size=5)

    assert (empty.kind, empty.summary, empty.truncated) == ("empty", "empty file", False)
    assert (unread.kind, unread.summary, unread.truncated) == ("empty", "nothing was read", True)


def test_json_is_reformatted_and_keeps_its_numbers_and_doubled_keys() -> None:
    page = page_of(b'{"a":[1.10,1e999],"b":{ },"a":"x\\u001b,{"}', "x.json")

    assert page.summary == "JSON, 42B, reformatted"
    assert texts(page) == [
        "{",
        '  "a": [',
        "    1.10,",
        "    1e999",
        "  ],",
        '  "b": {},',
        '  "a": "x\\u001b,{"',
        "}",
    ]
    assert coloured(page)["name"] == ['"a"', '"b"', '"a"']


@pytest.mark.parametrize("data", [b'{"a":1', b"[1]\n[2]\n", b"{% if %}", b"[" * 100_000 + b"]" * 100_000])
def test_what_is_not_json_or_too_deep_stays_text(data: bytes) -> None:
    assert page_of(data, "x.json").kind == "text"


def test_json_that_is_not_at_hand_as_a_whole_stays_text() -> None:
    assert page_of(b"[1]", "x.json", size=4).kind == "text"


def test_deep_json_does_not_grow_with_its_depth() -> None:
    page = page_of(b"[" * 500 + b"1,2" + b"]" * 500)

    assert page.kind == "json"
    assert max(len(text) for text in texts(page)) < 100


@pytest.mark.parametrize(
    ("data", "name", "summary"),
    [
        (b"\x1f\x8b\x08\0", "x", "gzip data, 4B"),
        (b"\x28\xb5\x2f\xfd\0", "x", "Zstandard data, 5B"),
        (b"\xfd7zXZ\0", "x", "xz data, 6B"),
        (b"PK\x03\x04\0", "x", "zip archive, 5B"),
        (b"PK\x03\x04\0", "x.JAR", "Java archive, 5B"),
        (b"PK\x03\x04\0", "x-1.0-py3-none-any.whl", "Python wheel, 5B"),
        (b"!<arch>\ndebian-binary   \0", "x.deb", "Debian package, 25B"),
        (b"!<arch>\nx.o/\0", "x.a", "ar archive, 13B"),
        (b"\x89PNG\r\n\x1a\n\0", "x", "PNG image, 9B"),
        (b"\xff\xd8\xff\0", "x", "JPEG image, 4B"),
        (b"GIF89a\0", "x", "GIF image, 7B"),
        (b"%PDF-1.7\0", "x", "PDF document, 9B"),
        (b"SQLite format 3\0", "x", "SQLite database, 16B"),
        (b"\0asm\1\0\0\0", "x", "WebAssembly module, 8B"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d", "x", "Java class file, 8B"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", "x", "Mach-O executable, 8B"),
        (b"\xa7\x0d\r\n\0\0\0\0", "x", "Python bytecode, 8B"),
        (b"a/".ljust(257, b"\0") + b"ustar\0", "x", "tar archive, 263B"),
        (b"\0\1\2\3", "x", "binary data, 4B"),
        (b"\x01\x02\x03\x04", "x", "binary data, 4B"),
        (bytes(range(0x80, 0x100)), "x", "binary data, 128B"),
    ],
)
def test_kinds_of_binary_data_are_named(data: bytes, name: str, summary: str) -> None:
    page = page_of(data, name)

    assert (page.kind, page.summary) == ("hex", summary)


def test_a_text_that_begins_like_binary_data_stays_text() -> None:
    assert page_of(b"BZh is how bzip2 begins\n").summary == "text, ASCII, 1 line"


@pytest.mark.parametrize(
    ("data", "name", "summary"),
    [
        (elf(2), "app", "ELF 64-bit x86-64 executable, statically linked"),
        (elf(2, 183, b"/lib/ld.so"), "app", "ELF 64-bit AArch64 executable, dynamically linked"),
        (elf(3, 62, b"/lib/ld"), "app", "ELF 64-bit x86-64 executable, dynamically linked"),
        (elf(3), "app", "ELF 64-bit x86-64 executable, statically linked"),
        (elf(3, 62, b"/lib/ld"), "lib.so/libc.so.6", "ELF 64-bit x86-64 shared object"),
        (elf(1, 40, bits=32), "x.o", "ELF 32-bit Arm relocatable object"),
        (elf(2, 3, b"/lib/ld", bits=32), "app", "ELF 32-bit x86 executable, dynamically linked"),
        (elf(2, 22, b"/lib/ld", order=">"), "app", "ELF 64-bit S390 executable, dynamically linked"),
        (elf(77, 7777), "app", "ELF 64-bit machine 7777 of type 77"),
        (elf(2)[:70], "app", "ELF 64-bit x86-64 executable"),
        (elf(2)[:30], "app", "ELF, header damaged"),
        (b"\x7fELF", "app", "ELF, header damaged"),
        (b"\x7fELF\x09\x09" + bytes(60), "app", "ELF, header damaged"),
    ],
)
def test_elf_files_say_what_they_are(data: bytes, name: str, summary: str) -> None:
    page = page_of(data, name)

    assert (page.kind, page.summary) == ("elf", summary)


def test_the_header_of_an_elf_file_stands_above_its_bytes() -> None:
    data = elf(2, interpreter=b"/lib/\x1b[m")
    lines = texts(page_of(data))

    assert lines[:6] == [
        "Class        64-bit, little-endian",
        "Machine      x86-64",
        "Type         executable",
        "Entry        0x1000",
        "Interpreter  /lib/\\x1b[m",
        "",
    ]
    assert bytes_of(lines[6:]) == data


def test_a_position_independent_executable_is_told_from_a_library() -> None:
    assert "Type         executable, position-independent" in texts(page_of(elf(3), "app"))
    assert "Type         shared object" in texts(page_of(elf(3), "libx.so"))


@given(st.binary(max_size=120), st.sampled_from([1, 2]), st.sampled_from([1, 2]))
def test_a_hostile_elf_header_is_shown_all_the_same(rest: bytes, bits: int, order: int) -> None:
    data = b"\x7fELF" + bytes([bits, order]) + rest
    lines = texts(page_of(data))

    assert bytes_of(lines[lines.index("") + 1 :] if "" in lines else lines) == data


def test_code_is_coloured_by_what_its_parts_are() -> None:
    page = page_of(b'# note\ndef f():\n\treturn "a\x1b" + 12\n', "x.py")

    assert texts(page)[2] == '        return "a\\x1b" + 12'
    assert coloured(page)["comment"] == ["# note"]
    assert coloured(page)["keyword"] == ["def", "return"]
    assert coloured(page)["name"] == ["f"]
    assert coloured(page)["string"] == ['"a\\x1b"']
    assert coloured(page)["number"] == ["12"]


def test_a_span_never_leaves_its_line() -> None:
    page = page_of(b'"""one\n\ntwo""" # x', "x.py")

    assert coloured(page) == {"string": ['"""one', 'two"""'], "comment": ["# x"]}


def test_a_shebang_names_the_language_of_a_file_without_a_suffix() -> None:
    assert coloured(page_of(b"#!/usr/bin/python3\nimport os\n", "bin/tool"))["keyword"] == ["import"]


def test_an_unknown_language_has_no_colours() -> None:
    assert coloured(page_of(b"def f(): pass\n", "x.unknown")) == {}


def test_a_very_long_line_and_what_follows_have_no_colours() -> None:
    page = page_of(b"import os\n#" + b"x" * 5000 + b"\nimport re\n", "x.py")

    assert [bool(line.spans) for line in page.lines] == [True, False, False]


def test_colours_stop_when_they_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_PATIENCE", -1.0)

    assert (texts(page_of(b"import os\n", "x.py")), coloured(page_of(b"import os\n", "x.py"))) == (["import os"], {})


def test_a_lexer_that_fails_leaves_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(content._LEXERS, "py", "there is no such lexer")

    page = page_of(b"import os\n", "x.py")

    assert (texts(page), coloured(page)) == (["import os"], {})


@pytest.mark.parametrize("lexer", content._LANGUAGES)
def test_every_language_has_a_lexer(lexer: str) -> None:
    assert get_lexer_by_name(lexer)


def test_notes_and_links_are_escaped() -> None:
    note, link = note_page(["a device", "\x1b[2J"], "device"), link_page(b"../a\x1b\xff")

    assert (note.kind, note.summary, texts(note)) == ("note", "device", ["a device", "\\x1b[2J"])
    assert (link.summary, texts(link), link.truncated) == ("symbolic link", ["→ ../a\\x1b\\xff"], False)
