"""What a person chose: settings written down, what the interface remembers by itself, and which of them holds.

The user file speaks of the interface only, of keys, theme and display. Rules of a gate have no place in it: a verdict
must not depend on whose machine it is. This module judges texts; reading and writing files is done elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from imgscope.errors import SettingsError
from imgscope.strict import cut, dotted, names, nearest, no_such, not_a_table, not_allowed, read_toml, shown
from imgscope.units import SizeStyle

_MODIFIERS = {
    **dict.fromkeys(("ctrl", "control", "c"), "ctrl"),
    **dict.fromkeys(("alt", "option", "a", "m"), "alt"),
    **dict.fromkeys(("super", "cmd", "command", "win"), "super"),
    **dict.fromkeys(("shift", "s"), "shift"),
    "hyper": "hyper",
    "meta": "meta",
}
# A modifier with something behind it: a plus, a minus or a caret may be the key itself.
_MODIFIER = re.compile(rf"(?:\^|(?P<name>{'|'.join(_MODIFIERS)})\s*[+-]\s*)(?=.)", re.IGNORECASE | re.DOTALL)

_MOVING = {"down", "end", "home", "left", "pagedown", "pageup", "right", "up"}
_EDITING = {"backspace", "delete", "enter", "escape", "insert", "space", "tab"}
_RARE = {"menu", "pause", "print_screen"}
_KEYPAD = {"add", "decimal", "divide", "kp_begin", "multiply", "separator", "subtract"}
_NAMED = _MOVING | _EDITING | _RARE | _KEYPAD
_FUNCTION_KEY = re.compile(r"f([1-9]|[12]\d|3[0-5])\Z", re.ASCII)
_OTHER_NAMES = {
    "esc": "escape",
    "return": "enter",
    "bs": "backspace",
    "spc": "space",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "page_down": "pagedown",
}
# Textual's own names for these characters; every other one it calls as Unicode does.
_SHORT_NAMES = {"/": "slash", "\\": "backslash", "@": "at", "-": "minus", "+": "plus", "_": "underscore"}
_CHARACTERS = {
    **{name: character for character, name in _SHORT_NAMES.items()},
    "hyphen": "-",
    "dash": "-",
    "dot": ".",
    "period": ".",
    "equal": "=",
    "equals": "=",
    "question": "?",
    "caret": "^",
    "pipe": "|",
    "backtick": "`",
    "hash": "#",
    "star": "*",
}


class Sort(StrEnum):
    """What files are ordered by."""

    SIZE = "size"
    NAME = "name"
    COUNT = "count"
    MTIME = "mtime"


class Column(StrEnum):
    """What is told of a file beside its name."""

    MODE = "mode"
    OWNER = "owner"
    SIZE = "size"
    SHARE = "share"
    COUNT = "count"
    MTIME = "mtime"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _once(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    for column in columns:
        if columns.count(column) > 1:
            raise _wrong(f'"{column}" is named twice', "name each column once")
    return columns


def key_name(text: str) -> str:
    """One key as Textual names it, from that name or from what people write: ``/``, ``Ctrl-F``, ``^f``, ``PgUp``.

    Alone, ``A`` is another key than ``a``; with a modifier the case of a letter means nothing.
    Raises ValueError.
    """
    modifiers, rest = set(), text.strip()
    while match := _MODIFIER.match(rest):
        modifiers.add(_MODIFIERS[(match["name"] or "ctrl").lower()])
        rest = rest[match.end() :]
    key = _plain_key(rest.lower() if modifiers else rest)
    if modifiers == {"shift"} and not _has_name(key):
        return _shifted(key)
    name = "+".join([*sorted(modifiers), key])
    return "ctrl+@" if name == "ctrl+at" else name


def key_names(text: str) -> str:
    """A list of keys, comma separated, as Textual names them; empty for none at all. Raises ValueError."""
    if not text.strip():
        return ""
    names = [key_name(part) for part in text.split(",")]
    if "ctrl+space" in names:
        names.append("ctrl+@")  # what most terminals send for it
    return ",".join(dict.fromkeys(names))


def _plain_key(text: str) -> str:
    """A key without modifiers, as Textual names it."""
    if len(text) == 1:
        return _character_name(text)
    name = re.sub(r"[\s-]+", "_", text.lower())
    name = _OTHER_NAMES.get(name, name)
    if _has_name(name):
        return name
    try:
        character = _CHARACTERS.get(name) or unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        raise _no_key(text) from None
    return _character_name(character)


def _character_name(character: str) -> str:
    """What Textual calls the key that types ``character``."""
    if len(character) != 1 or not character.isprintable():
        raise _no_key(character)
    if character.isalnum():
        return character
    return _SHORT_NAMES.get(character) or re.sub("[ -]", "_", unicodedata.name(character).lower())


def _has_name(key: str) -> bool:
    """Whether a key is known by a name, not by what it types."""
    return key in _NAMED or bool(_FUNCTION_KEY.match(key))


def _shifted(key: str) -> str:
    """The capital that shift makes of a letter; what it makes of other characters depends on the keyboard."""
    if len(key.upper()) != 1 or key.upper() == key:
        raise _wrong(f'"shift+{key}" is no key', 'write the character that it types, as in "?"')
    return key.upper()


def _no_key(text: str) -> PydanticCustomError:
    if not text:
        return _wrong("a key is missing", 'the comma itself is called "comma"; "" alone unbinds')
    example = 'keys are written as in "a", "A", "slash", "ctrl+f", "shift+tab", "f3", "pageup"'
    return _wrong(f'"{cut(text)}" is no key', nearest(text, sorted({*_NAMED, *_OTHER_NAMES, *_CHARACTERS}), example))


def _wrong(what: str, hint: str) -> PydanticCustomError:
    """What a validator raises: the words are ours, the place is found by pydantic."""
    return PydanticCustomError("settings", "{what}", {"what": what, "hint": hint})


Theme = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Columns = Annotated[tuple[Column, ...], AfterValidator(_once)]
Keys = Annotated[str, AfterValidator(key_names)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class UiSettings(_Model):
    """The table ``[ui]`` of the user file; None is what it does not say. Descriptions are the ends of hints."""

    theme: Theme | None = Field(None, description="the name of a theme, in quotes")
    ascii: StrictBool | None = Field(None, description="true or false")
    sizes: SizeStyle | None = Field(None, description=f"one of {_quoted(SizeStyle)}")
    sort: Sort | None = Field(None, description=f"one of {_quoted(Sort)}")
    columns: Columns | None = Field(None, description=f"a list of any of {_quoted(Column)}")
    mouse: StrictBool | None = Field(None, description="true or false")


class UserSettings(_Model):
    """The user file: how the interface looks, and for actions by their id the keys, comma separated, "" for none."""

    ui: UiSettings = Field(default_factory=UiSettings.model_construct)
    keys: dict[str, Keys] = Field(default_factory=dict)


class Remembered(_Model):
    """What the interface remembers between runs by itself; None is what it does not know."""

    version: Literal[1] = 1
    theme: Theme | None = None
    sort: Sort | None = None
    columns: Columns | None = None
    sizes: SizeStyle | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds, for everything that can be chosen."""

    theme: str
    ascii: bool
    sizes: SizeStyle
    sort: Sort
    columns: tuple[Column, ...]
    mouse: bool


def effective(user: UserSettings, remembered: Remembered, defaults: Preferences) -> Preferences:
    """What a person wrote down holds over what was remembered, and that over the defaults."""
    known = remembered.model_dump(exclude_none=True, exclude={"version"})
    written = user.ui.model_dump(exclude_none=True)
    return replace(defaults, **(known | written))


def recall(data: bytes) -> Remembered:
    """What an earlier run remembered; nothing where that is damaged, or written by a later version."""
    try:
        return Remembered.model_validate_json(data)
    except ValidationError:
        return Remembered.model_construct()


def parse(text: str, where: str, actions: Collection[str]) -> UserSettings:
    """The user file's text; ``where`` names the file in errors, ``actions`` are the ids that keys may be given to.

    Raises SettingsError for the first thing that is wrong.
    """
    table = read_toml(text, where, hint='texts stand in quotes, as in theme = "imgscope-dark"')
    try:
        settings = UserSettings.model_validate(table)
    except ValidationError as error:
        raise _explained(error.errors(include_url=False)[0]).located(file=where) from error
    for action in settings.keys:
        if action not in actions:
            raise no_such("action", ["keys", action], actions).located(file=where)
    return settings


def _explained(error: ErrorDetails) -> SettingsError:
    """What pydantic found, in the words of someone who writes a settings file."""
    path = [part for part in error["loc"] if isinstance(part, str)]
    value = error["input"]
    if error["type"] == "extra_forbidden":
        return _unknown(path, value)
    if error["type"] == "settings":
        return SettingsError(f"{dotted(path)}: {error['msg']}", hint=error["ctx"]["hint"])
    if len(path) == 1:
        return not_a_table(path, value)
    if path[0] == "keys":
        return SettingsError(f"{dotted(path)}: {shown(value)} is not a text", hint='write keys as in "slash,f3"')
    return not_allowed(path, value, str(UiSettings.model_fields[path[1]].description))


def _unknown(path: list[str], value: Any) -> SettingsError:
    if len(path) == 1 and path[0] in UiSettings.model_fields:
        return SettingsError(f"{path[0]}: it stands outside its table", hint=f"did you mean {path[0]} under [ui]?")
    if path == ["gate"]:
        return SettingsError(
            "gate: it does not belong here", hint="rules of the gate belong in a project's imgscope.toml"
        )
    kind = "table" if len(path) == 1 and isinstance(value, dict) else "setting"
    return no_such(kind, path, names(UserSettings, path[:-1]))
