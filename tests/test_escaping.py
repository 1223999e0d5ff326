"""Nothing from an image reaches the output as a control character."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.escaping import as_stored, inert, printable
from imgscope.report.markdown import code, escape

UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u2060\ufeff")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("plain name", "plain name"),
        ("gr\u00fcn \u65e5\u672c \U0001f600", "gr\u00fcn \u65e5\u672c \U0001f600"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("exe\u202etxt.", "exe\\u202etxt."),
        (b"caf\xe9", "caf\\xe9"),
        (b"caf\xc3\xa9", "caf\u00e9"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("[red]%s{0}", "[red]%s{0}"),
    ],
)
def test_shown(data: str | bytes, shown: str) -> None:
    assert printable(data) == shown


@given(st.one_of(st.text(), st.binary(), st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]))))
def test_nothing_unsafe_is_left(data: str | bytes) -> None:
    shown = printable(data)

    assert not {character for character in shown if unicodedata.category(character) in UNSAFE}
    assert not set(shown) & BIDI
    shown.encode()


@given(st.text(min_size=1))
def test_a_code_span_ends_where_it_should(data: str) -> None:
    span = code(data)
    fence = span[: len(span) - len(span.lstrip("`"))]
    inner = span[len(fence) : -len(fence)]

    assert span.endswith(fence)
    assert fence not in inner or len(max(inner.split(fence), key=len)) < len(inner)
    assert "\n" not in span


def test_markdown_is_not_markup() -> None:
    assert escape("<b>*x*|@me #1 [a](b)") == r"\<b\>\*x\*\|\@me \#1 \[a\](b)"
    assert code("a`b|c") == "``a`b\\|c``"


@pytest.mark.parametrize(
    "text", ["::error title=x::y", "  ::add-mask::x", "a ##[group]b", "##vso[task.setvariable]x", "##teamcity[x]"]
)
def test_what_a_log_would_obey_is_broken_up(text: str) -> None:
    shown = inert(text)

    assert not re.match(r"\s*::", shown)
    assert not re.search(r"##\w*\[", shown)
    assert inert("Foo::Bar and #1 ## heading") == "Foo::Bar and #1 ## heading"


@given(st.one_of(st.binary(), st.text().map(str.encode)).filter(lambda name: b"\\" not in name and b"\xc2" not in name))
def test_a_name_as_it_is_shown_leads_back_to_its_bytes(name: bytes) -> None:
    """But for what Latin-1 has as a control character (it begins with C2), which is shown as its byte would be."""
    assert as_stored(printable(name)) == name


@pytest.mark.parametrize("text", ["a\\b", "\\x", "\\xg0", "\\ud800", "C:\\Users", "\\U00110000"])
def test_a_backslash_that_begins_no_escape_stands_for_itself(text: str) -> None:
    assert as_stored(text) == text.encode()
