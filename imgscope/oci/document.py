"""How every document is read: JSON with limits, frozen models, null meaning absent, errors in one line."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import from_json

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


D = TypeVar("D", bound=Document)

# An escaped backslash, a surrogate pair, or half of one: only the last is wrong, and Go reads U+FFFD instead.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def parse_json(raw: bytes, what: str) -> Any:
    """The value of a JSON document; ``what`` names it in errors. A byte order mark is passed over."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        mended = _ESCAPES.sub(lambda match: rb"\ufffd" if match[1] else match[0], raw)
        if "hex escape" in str(error) and mended != raw:
            return parse_json(mended, what)
        raise DocumentError(f"{what} is not valid JSON ({error})") from error


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
