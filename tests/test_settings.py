"""What the user file may say, how it is told what is wrong with it, and what holds in the end."""

from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import Keys, _character_to_key

from imgscope.errors import SettingsError
from imgscope.settings import (
    Column,
    Preferences,
    Remembered,
    Sort,
    UiSettings,
    UserSettings,
    effective,
    key_name,
    key_names,
    parse,
    recall,
)
from imgscope.units import SizeStyle

ACTIONS = ("filter", "fold", "sort-size", "quit")
DEFAULTS = Preferences(
    theme="imgscope-dark",
    ascii=False,
    sizes=SizeStyle.DECIMAL,
    sort=Sort.SIZE,
    columns=(Column.MODE, Column.SIZE),
    mouse=True,
)
PIECES = ("ctrl+", "C-", "Shift+", "alt-", "^", "PgUp", "space", "tab", "F3", "slash", " ", ", ")
EXAMPLE = """
[ui]
theme = "nord"
ascii = false
sizes = "binary"
sort = "mtime"
columns = ["mode", "owner", "share"]
mouse = true
[keys]
filter = "/, F3"
fold = ""
"""


def wrong(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parse(text, "config.toml", ACTIONS)
    return caught.value


def test_everything_that_a_file_may_say() -> None:
    assert parse(EXAMPLE, "config.toml", ACTIONS) == UserSettings(
        ui=UiSettings(
            theme="nord",
            ascii=False,
            sizes=SizeStyle.BINARY,
            sort=Sort.MTIME,
            columns=(Column.MODE, Column.OWNER, Column.SHARE),
            mouse=True,
        ),
        keys={"filter": "slash,f3", "fold": ""},
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "[ui]\n[keys]\n"])
def test_a_file_may_say_nothing(text: str) -> None:
    assert parse(text, "config.toml", ACTIONS) == UserSettings()


def test_no_columns_and_lines_that_end_as_on_windows_are_fine() -> None:
    assert parse('[ui]\r\ncolumns = []\r\ntheme = "nord"\r\n', "", ACTIONS).ui == UiSettings(columns=(), theme="nord")


def test_two_actions_may_have_the_same_key() -> None:
    assert parse('[keys]\nfilter = "x"\nfold = "x"', "", ACTIONS).keys == {"filter": "x", "fold": "x"}


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("[uii]\nsort = 1", "uii: there is no such table", 'did you mean "ui"?'),
        ("[wholly]\n", "wholly: there is no such table", "there are keys, ui"),
        (
            "[gate]\nmax-layers = 3",
            "gate: it does not belong here",
            "rules of the gate belong in a project's imgscope.toml",
        ),
        ("kees = 1", "kees: there is no such setting", 'did you mean "keys"?'),
        ('theme = "nord"', "theme: it stands outside its table", "did you mean theme under [ui]?"),
        ("[ui]\ncolums = []", "ui.colums: there is no such setting", 'did you mean "columns"?'),
        ("[ui]\nxyz = 1", "ui.xyz: there is no such setting", "there are ascii, columns, mouse, sizes, sort, theme"),
        ('[keys]\nfillter = "f"', "keys.fillter: there is no such action", 'did you mean "filter"?'),
        ('[keys]\n"" = "f"', "keys.: there is no such action", "there are filter, fold, quit, sort-size"),
        ("ui = 3", "ui: a number is not a table", "write [ui] on a line of its own"),
        ("keys = []", "keys: a list is not a table", "write [keys] on a line of its own"),
        ("[[ui]]", "ui: a list is not a table", "write [ui] on a line of its own"),
        ('[ui]\nsort = "sise"', 'ui.sort: "sise" is not allowed', 'it takes one of "size", "name", "count", "mtime"'),
        ("[ui]\nsort = 1.5", "ui.sort: a number is not allowed", 'it takes one of "size", "name", "count", "mtime"'),
        ("[ui]\nsizes = true", "ui.sizes: true is not allowed", 'it takes one of "decimal", "binary", "bytes"'),
        ('[ui]\nmouse = "yes"', 'ui.mouse: "yes" is not allowed', "it takes true or false"),
        ("[ui]\nascii = 1", "ui.ascii: a number is not allowed", "it takes true or false"),
        ("[ui]\ntheme = ' '", 'ui.theme: " " is not allowed', "it takes the name of a theme, in quotes"),
        ("[ui]\ntheme = {}", "ui.theme: a table is not allowed", "it takes the name of a theme, in quotes"),
        ("[ui]\ntheme = 1979-05-27", "ui.theme: a date or time is not allowed", "the name of a theme, in quotes"),
        (
            '[ui]\ncolumns = ["size", "inode"]',
            'ui.columns: "inode" is not allowed',
            'it takes a list of any of "mode", "owner", "size", "share", "count", "mtime"',
        ),
        ('[ui]\ncolumns = "size"', 'ui.columns: "size" is not allowed', 'a list of any of "mode"'),
        ('[ui]\ncolumns = ["size", "size"]', 'ui.columns: "size" is named twice', "name each column once"),
        ('[keys]\nfilter = ["f"]', "keys.filter: a list is not a text", 'write keys as in "slash,f3"'),
        ('[keys]\nfilter = "pageupp"', 'keys.filter: "pageupp" is no key', 'did you mean "pageup"?'),
        ('[keys]\nfilter = "{what}"', 'keys.filter: "{what}" is no key', "keys are written as in"),
        ('[keys]\nfilter = "a,"', "keys.filter: a key is missing", 'the comma itself is called "comma"'),
        ('[keys]\nfilter = "shift+1"', 'keys.filter: "shift+1" is no key', "write the character that it types"),
        ("[ui]\nsort = size", "not valid TOML: Invalid value (at line 2, column 8)", "texts stand in quotes"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(text: str, what: str, hint: str) -> None:
    error = wrong(text)

    assert str(error) == f"config.toml: {what}"
    assert hint in (error.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "[ui]\nmouse = " + "9" * 5000,
        "[ui]\nmouse = 0x" + "f" * 5000,
        "[ui]\nmouse = " + "[" * 100_000,
        '[ui]\nsort = "' + "x" * 5000 + '"',
        "[ui]\n" + "x" * 5000 + " = 1",
        '[ui]\n"a\\nb\\u001b[2J" = 1',
        '[ui]\nsort = "a\\nb\\u001b[2J\\u202e"',
        '[keys]\nfilter = "\\u001b"',
        '[keys]\nfilter = "\\u202e"',
        '[keys."\\u001b"]',
    ],
)
def test_whatever_stands_in_the_file_the_error_is_a_short_printable_line(text: str) -> None:
    message = str(wrong(text))

    assert len(message) < 200
    assert message.isprintable()


@given(st.text())
def test_any_text_is_read_or_explained(text: str) -> None:
    with suppress(SettingsError):
        assert isinstance(parse(text, "config.toml", ACTIONS), UserSettings)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("/", "slash"),
        ("slash", "slash"),
        ("solidus", "slash"),
        (" ? ", "question_mark"),
        ("question mark", "question_mark"),
        ("-", "minus"),
        ("+", "plus"),
        ("^", "circumflex_accent"),
        ("a", "a"),
        ("A", "A"),
        ("7", "7"),
        ("\u00e9", "\u00e9"),
        ("\u20ac", "euro_sign"),
        ("space", "space"),
        ("comma", "comma"),
        ("dot", "full_stop"),
        ("Esc", "escape"),
        ("Return", "enter"),
        ("DEL", "delete"),
        ("PgUp", "pageup"),
        ("Page Down", "pagedown"),
        ("page-up", "pageup"),
        ("F12", "f12"),
        ("Ctrl-F", "ctrl+f"),
        ("CTRL+F", "ctrl+f"),
        ("ctrl + f", "ctrl+f"),
        ("C-f", "ctrl+f"),
        ("^f", "ctrl+f"),
        ("^F", "ctrl+f"),
        ("^^", "ctrl+circumflex_accent"),
        ("ctrl+-", "ctrl+minus"),
        ("C--", "ctrl+minus"),
        ("ctrl++", "ctrl+plus"),
        ("M-x", "alt+x"),
        ("Alt-X", "alt+x"),
        ("Cmd+k", "super+k"),
        ("Shift-Ctrl-Left", "ctrl+shift+left"),
        ("shift+ctrl+f", "ctrl+shift+f"),
        ("S-Tab", "shift+tab"),
        ("shift+space", "shift+space"),
        ("shift+f3", "shift+f3"),
        ("shift+f", "F"),
        ("shift+F", "F"),
        ("ctrl+@", "ctrl+@"),
    ],
)
def test_keys_are_written_as_people_do(written: str, name: str) -> None:
    assert key_name(written) == name


@pytest.mark.parametrize("written", ["", "ctrl+", "ctrl", "f0", "f36", "foo", "ctrl+foo", "\x1b", "\u200b", "shift+/"])
def test_what_is_no_key(written: str) -> None:
    with pytest.raises(ValueError, match="key"):
        key_name(written)


@given(st.characters().filter(lambda character: character.isprintable() and not character.isspace()))
def test_any_character_is_called_as_textual_calls_it(character: str) -> None:
    assert key_name(character) == _character_to_key(character)


@pytest.mark.parametrize("key", [key.value for key in Keys if not key.value.startswith("<")])
def test_names_of_textual_stay_as_they_are(key: str) -> None:
    called_otherwise = {"return": "enter", "ctrl-at": "ctrl+@"}

    assert key_name(key) == called_otherwise.get(key, key)


@given(st.lists(st.sampled_from([*PIECES, *string.ascii_letters, *string.punctuation]), max_size=6))
def test_a_name_once_found_is_its_own_name(pieces: list[str]) -> None:
    with suppress(ValueError):
        names = key_names("".join(pieces))
        assert key_names(names) == names


@given(st.text())
def test_any_text_is_keys_or_none(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(key_names(text), str)


def test_a_list_of_keys_names_each_once() -> None:
    assert key_names("/, slash ,F3") == "slash,f3"
    assert key_names("  ") == ""


def test_control_and_space_is_bound_as_every_terminal_sends_it() -> None:
    assert key_names("Ctrl-Space") == "ctrl+space,ctrl+@"


def test_what_was_written_holds_over_what_was_remembered_and_that_over_defaults() -> None:
    user = UserSettings(ui=UiSettings(theme="nord", mouse=False, columns=()))
    remembered = Remembered(theme="gruvbox", sort=Sort.NAME, columns=(Column.MTIME,))

    assert effective(user, remembered, DEFAULTS) == Preferences(
        theme="nord",
        ascii=False,
        sizes=SizeStyle.DECIMAL,
        sort=Sort.NAME,
        columns=(),
        mouse=False,
    )


def test_where_nothing_is_said_the_defaults_hold() -> None:
    assert effective(UserSettings(), Remembered(), DEFAULTS) == DEFAULTS


@given(st.builds(Remembered))
def test_what_was_remembered_is_recalled(remembered: Remembered) -> None:
    assert recall(remembered.model_dump_json().encode()) == remembered
    assert recall(remembered.model_dump_json(exclude_none=True).encode()) == remembered


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"theme": "nord", "version": 2}',
        b'{"theme": "nord", "zoom": 3}',
        b'{"theme": "nord", "sort": "inode"}',
        b'{"theme": "nord", "sort": 1}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_or_newer_memory_is_forgotten(data: bytes) -> None:
    assert recall(data) == Remembered()


@given(st.binary())
def test_any_bytes_are_recalled_or_forgotten(data: bytes) -> None:
    assert isinstance(recall(data), Remembered)
