"""What all files of settings have in common: TOML read strictly, and what is wrong in the words of who wrote it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from imgscope.errors import SettingsError
from imgscope.escaping import printable

if TYPE_CHECKING:
    from pydantic import BaseModel

LONGEST = 60
"""Characters of a text that are shown in an error."""

_KINDS = {int: "a number", float: "a number", Decimal: "a number", list: "a list", dict: "a table"}


def read_toml(text: str, where: str, *, hint: str, number: Callable[[str], Any] = float) -> dict[str, Any]:
    """TOML's text as a table; ``number`` makes what has a fraction. Raises SettingsError with the line."""
    try:
        return tomllib.loads(text, parse_float=number)
    except ArithmeticError as error:  # Decimal's own, where an exponent is beyond it
        raise SettingsError("not valid TOML: a number too large", file=where) from error
    except ValueError as error:  # besides its own errors that of a number with thousands of digits
        raise SettingsError(f"not valid TOML: {printable(str(error))}", file=where, hint=hint) from error
    except RecursionError as error:
        raise SettingsError("not valid TOML: nested too deeply", file=where) from error


def nearest(name: str, known: Collection[str], otherwise: str = "") -> str:
    """A hint: the known name that resembles ``name`` most, else all of them or what is said instead."""
    near = get_close_matches(name[:LONGEST].lower(), known, 1)
    return f'did you mean "{near[0]}"?' if near else otherwise or f"there are {', '.join(known)}"


def cut(text: str) -> str:
    """A text of any length and content, short and safe to be shown."""
    return printable(text if len(text) <= LONGEST else text[: LONGEST - 1] + "\u2026")


def dotted(path: Iterable[str | int]) -> str:
    """A place in a file: ``ui.theme``, ``gate.ignore[1].reason``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{cut(part)}" for part in path]
    return "".join(parts).removeprefix(".")


def shown(value: Any) -> str:
    """A value of a TOML file in an error: texts and truths themselves, of others what they are."""
    if isinstance(value, str):
        return f'"{cut(value)}"'
    if isinstance(value, bool):
        return str(value).lower()
    return _KINDS.get(type(value), "a date or time")


def no_such(kind: str, path: Sequence[str | int], known: Iterable[str]) -> SettingsError:
    """A name that is none, and the one that may be meant."""
    return SettingsError(f"{dotted(path)}: there is no such {kind}", hint=nearest(str(path[-1]), sorted(known)))


def not_a_table(path: Sequence[str | int], value: Any) -> SettingsError:
    """A value where a table should be."""
    place = dotted(path)
    return SettingsError(f"{place}: {shown(value)} is not a table", hint=f"write [{place}] on a line of its own")


def not_allowed(path: Sequence[str | int], value: Any, takes: str) -> SettingsError:
    """A value that the setting does not take; ``takes`` is what it does."""
    return SettingsError(f"{dotted(path)}: {shown(value)} is not allowed", hint=f"it takes {takes}")


def names(model: type[BaseModel], path: Iterable[str | int] = ()) -> list[str]:
    """The names that settings have in the table that a place leads to, from a model's own."""
    for part in path:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = next(_models(fields[part].annotation))
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation speaks of."""
    if hasattr(annotation, "model_fields"):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
