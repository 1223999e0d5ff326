"""A key that stands twice in one object: readers do not agree which value counts, so the document is refused."""

from __future__ import annotations

import json

import pytest

from imgscope.errors import DocumentError
from imgscope.oci.document import parse_json


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1, "a": 1}',
        b'\xef\xbb\xbf{"a": 1, "a": 2}',
        b'[{"x": {"a": 1, "b": 2, "a": 3}}]',
        b'{"a": {}, "\\u0061": []}',
        b'{"\\ud800": 1, "b": "\\ud800", "b": 2}',
        b'{"n": ' + b"9" * 4000 + b', "a": 1, "a": 2}',
    ],
)
def test_a_key_must_not_stand_twice(raw: bytes) -> None:
    with pytest.raises(DocumentError, match="twice in one object"):
        parse_json(raw, "the document")


@pytest.mark.parametrize(
    "value",
    [{"a": {"a": {"a": 1}}}, [{"a": 1}, {"a": 1}], {"a": 1, "A": 2}, {"": 1, "a": ""}, {"a": ["a", "a"]}],
    ids=json.dumps,
)
def test_it_may_stand_in_several_objects(value: object) -> None:
    assert parse_json(json.dumps(value).encode(), "the document") == value
