"""What all files of settings have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from imgscope.errors import SettingsError
from imgscope.escaping import printable
from imgscope.strict import LONGEST, cut, dotted, names, nearest, no_such, not_a_table, not_allowed, read_toml, shown


class Inner(BaseModel):
    """A table in a table."""

    deep: int = 0


class Outer(BaseModel):
    """A table."""

    plain: str = ""
    one: Inner | None = None
    many: tuple[Inner, ...] = Field((), alias="a-list")


def refused(text: str, **options: Any) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_toml(text, "x.toml", hint="quote it", **options)
    assert caught.value.file == "x.toml"
    return caught.value


def test_toml_becomes_a_table() -> None:
    assert read_toml("[a]\nb = 0.5\n", "", hint="") == {"a": {"b": 0.5}}


def test_numbers_can_be_kept_exact() -> None:
    assert read_toml("a = 0.10", "", hint="", number=Decimal) == {"a": Decimal("0.10")}


def test_the_line_of_a_mistake_is_told() -> None:
    error = refused("a = 1\nb = c")

    assert error.what == "not valid TOML: Invalid value (at line 2, column 5)"
    assert error.hint == "quote it"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a = " + "9" * 5000, "not valid TOML: Exceeds the limit"),
        ("a = " + "[" * 100_000, "not valid TOML: nested too deeply"),
        ("a = 1e" + "9" * 30, "not valid TOML: a number too large"),
        ("a = 1\na = 2", "not valid TOML: Cannot overwrite a value"),
        ("a = '\x1b'", "not valid TOML: "),
    ],
)
def test_what_is_no_toml_is_one_printable_line(text: str, what: str) -> None:
    error = refused(text, number=Decimal)

    assert error.what.startswith(what)
    assert error.what.isprintable()


def test_the_nearest_name_is_suggested_and_else_all_of_them() -> None:
    assert nearest("THEMES", ["keys", "theme"]) == 'did you mean "theme"?'
    assert nearest("zzz", ["keys", "theme"]) == "there are keys, theme"
    assert nearest("zzz", ["keys", "theme"], "see there") == "see there"


@given(st.text())
def test_any_text_is_cut_to_a_short_and_safe_one(text: str) -> None:
    shortened = cut(text)

    assert shortened == printable(shortened)
    assert len(shortened) <= LONGEST * len("\\U0010ffff")
    assert shortened == text or len(text) > LONGEST or printable(text) != text


def test_a_place_is_dotted_and_items_of_lists_are_numbered() -> None:
    assert dotted(["gate", "ignore", 1, "reason"]) == "gate.ignore[1].reason"
    assert dotted(["a\nb"]) == r"a\nb"
    assert dotted([]) == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x\n", r'"x\n"'),
        (True, "true"),
        (1, "a number"),
        (1.5, "a number"),
        (Decimal("1.5"), "a number"),
        ([], "a list"),
        ({}, "a table"),
    ],
)
def test_a_value_is_shown_or_called_what_it_is(value: Any, said: str) -> None:
    assert shown(value) == said


def test_dates_are_called_what_they_are() -> None:
    table = read_toml("a = 2027-06-30\nb = 07:30:00\nc = 2027-06-30T07:30:00Z", "", hint="")

    assert {shown(value) for value in table.values()} == {"a date or time"}


def test_mistakes_are_told_with_what_to_do() -> None:
    unknown, scalar, wrong = no_such("table", ["uii"], ["ui"]), not_a_table(["ui"], 3), not_allowed(["ui", "a"], 3, "b")

    assert (str(unknown), unknown.hint) == ("uii: there is no such table", 'did you mean "ui"?')
    assert (str(scalar), scalar.hint) == ("ui: a number is not a table", "write [ui] on a line of its own")
    assert (str(wrong), wrong.hint) == ("ui.a: a number is not allowed", "it takes b")


def test_the_names_of_a_table_are_found_by_its_place() -> None:
    assert names(Outer) == ["plain", "one", "a-list"]
    assert names(Outer, ["one"]) == names(Outer, ["a-list", 3]) == ["deep"]
