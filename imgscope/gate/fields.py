"""Single values of settings as pydantic types: read exactly, refused in words, and described in JSON Schema."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from imgscope.gate import values
from imgscope.globs import matcher
from imgscope.strict import LONGEST
from imgscope.units import parse_size

Schemas = list[dict[str, Any]]
"""Of which one must fit."""

OFF = ("off", "false", "disabled")
"""Texts that switch a rule off."""
_LAYERS = ("all", "own", "base")
_DIGITS = 40
"""More than a limit can have."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


def wrong(what: str) -> PydanticCustomError:
    """What a validator raises: the words are ours, the place is found by pydantic."""
    return PydanticCustomError("gate", "{what}", {"what": what})


def _said(error: ValueError, otherwise: str) -> PydanticCustomError:
    """An error that quotes what is written, which may be of any length."""
    return wrong(str(error) if len(str(error)) <= 2 * LONGEST else otherwise)


def _read(parse: Callable[[str], Any], *ready: type) -> BeforeValidator:
    """A validator that reads numbers and texts alike, exactly: a float of TOML arrives as a Decimal."""

    def read(value: Any) -> Any:
        if isinstance(value, ready):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
            raise wrong("it takes a number or a text")
        try:
            return parse(_text(value))
        except ValueError as error:
            raise _said(error, "too long for a limit") from error

    return BeforeValidator(read)


def _text(value: float | Decimal | str) -> str:
    """A number as people write it: with an exponent only where it is far beyond what a limit can be."""
    if isinstance(value, Decimal) and abs(value.adjusted()) < _DIGITS:
        return f"{value:f}"
    if isinstance(value, int) and abs(value) >= 10**_DIGITS:
        raise ValueError("too long for a limit")  # Python writes out no number of thousands of digits
    return str(value)


def _globs(globs: tuple[str, ...]) -> tuple[str, ...]:
    try:
        if globs:
            matcher(globs)
    except ValueError as error:
        raise _said(error, "not a pattern") from error
    return globs


def _day(value: Any) -> dt.date:
    if isinstance(value, str) and _DATE.match(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise wrong(f"there is no day {value}") from error
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise wrong("it takes a day, as in 2027-06-30")
    return value


def _layers(value: Any) -> Any:
    number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if number or (isinstance(value, str) and (value in _LAYERS or ":" in value)):
        return value
    raise wrong("it takes all, own, base, a layer's number, its digest or its diff_id")


def _base(value: Any) -> Any:
    number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if number and abs(value) < 10**_DIGITS else value


def _any_of(schemas: Schemas) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": schemas})


def _number_or(pattern: str, **bounds: Any) -> Schemas:
    return [{"type": "number", "minimum": 0, **bounds}, {"type": "string", "pattern": rf"^\s*({pattern})\s*$"}]


_NUMBER = r"[0-9]{1,18}(\.[0-9]{1,18})?"
_SIZE = r"[0-9]+(\.[0-9]+)?\s*[kKmMgGtTpPeE]?[iI]?[bB]?"
_PART = r"0(\.[0-9]{1,18})?|1(\.0{1,18})?|([0-9]{1,2}(\.[0-9]{1,18})?|100(\.0{1,18})?)\s*%"
_MORE = rf"\+?\s*({_SIZE}|{_NUMBER}\s*%)"

BYTES = _number_or(_SIZE)
PERCENT = _number_or(rf"{_NUMBER}\s*%?")
RATIO = _number_or(_PART, maximum=1)
COUNT = _number_or("[0-9]{1,18}", type="integer")
GROWTH = _number_or(rf"{_MORE}(\s*,\s*{_MORE})*")
GLOB: Schemas = [{"type": "string", "minLength": 1}]
GLOBS: Schemas = [*GLOB, {"type": "array", "items": GLOB[0], "minItems": 1}]
BUDGET: Schemas = [{"type": "string", "pattern": rf"^.+=\s*({_SIZE})\s*$"}]
SWITCH: Schemas = [{"const": True}]
SWITCHED_OFF: Schemas = [{"enum": [False, *OFF]}]
_LAYER: Schemas = [{"enum": list(_LAYERS)}, {"type": "integer", "minimum": 0}, {"type": "string", "pattern": ":"}]
_BASE: Schemas = [{"type": "integer", "minimum": 0}, {"type": "string"}]

Bytes = Annotated[int, _read(parse_size), _any_of(BYTES)]
Percent = Annotated[Any, _read(values.percent, Fraction), _any_of(PERCENT)]
Ratio = Annotated[Any, _read(values.ratio, Fraction), _any_of(RATIO)]
Count = Annotated[int, _read(values.count), _any_of(COUNT)]
Growth = Annotated[Any, _read(values.growth, tuple), _any_of(GROWTH)]
Glob = Annotated[str, StringConstraints(min_length=1)]
Globs = Annotated[tuple[Glob, ...], AfterValidator(_globs)]
OneGlob = Annotated[Glob, AfterValidator(lambda glob: _globs((glob,))[0])]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Day = Annotated[dt.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Layers = Annotated[int | str, PlainValidator(_layers), _any_of(_LAYER)]
Base = Annotated[str, BeforeValidator(_base), _any_of(_BASE)]
