"""How every document is read: JSON with limits, frozen models, null meaning absent, errors in one line."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import from_json, to_json

from imgscope.errors import DocumentError


class Document(BaseModel):
    """A frozen model of one JSON document or a part of one. Unknown fields are ignored, as the spec demands."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        """Go writes ``null`` for empty lists and maps; it means the same as leaving the field out."""
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


def _texts(value: Any) -> Any:
    """What should be text and is not is no reason to refuse a document: it is shown as it was written."""
    if not isinstance(value, dict):
        return value
    return {key: _text(item) for key, item in value.items()}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else to_json(value).decode()


Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
"""Annotations and labels."""

D = TypeVar("D", bound=Document)

# An escaped backslash, a surrogate pair, or half of one: only the last is wrong, and Go reads U+FFFD instead.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def parse_json(raw: bytes, what: str) -> Any:
    """The value of a JSON document; ``what`` names it in errors. A byte order mark is passed over."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        mended = _ESCAPES.sub(lambda match: rb"\ufffd" if match[1] else match[0], raw)
        if "hex escape" in str(error) and mended != raw:
            return parse_json(mended, what)
        raise DocumentError(f"{what} is not valid JSON ({error})") from error
    _check_keys(raw, what)
    return value


def _check_keys(raw: bytes, what: str) -> None:
    """Raise DocumentError for a key that stands twice in an object: readers do not agree which of its values counts."""

    def check(pairs: list[tuple[str, Any]]) -> None:
        known: set[str] = set()
        for key, _ in pairs:
            if key in known:
                raise DocumentError(f"{what} has the key {key[:100]!r} twice in one object")
            known.add(key)

    with suppress(
        ValueError, RecursionError
    ):  # what JSON is was decided; integers may be longer than Python's own allow
        json.loads(raw, object_pairs_hook=check, parse_int=str)


def validate(model: type[D], value: Any, what: str) -> D:
    """``value`` as ``model``. Raises DocumentError naming the first field that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "top level"
        raise DocumentError(f"{what} is not as it should be: {place}: {first['msg']}") from error


def parse(model: type[D], raw: bytes, what: str) -> D:
    """Bytes of a JSON document as ``model``. Raises DocumentError."""
    return validate(model, parse_json(raw, what), what)
