"""What happened to a path, in words."""

from __future__ import annotations

from typing import get_args

import pytest

from imgscope.analysis.blame import Changed, Did
from imgscope.analysis.blame_words import HIDDEN, TYPES, what
from imgscope.filesystem.model import Cause
from imgscope.report.wire import FileType


def test_every_cause_and_every_type_has_words() -> None:
    assert set(HIDDEN) == set(Cause)
    assert all("{}" in text for text in HIDDEN.values())
    assert set(TYPES) == set(get_args(FileType)) - {"whiteout", "opaque"}


@pytest.mark.parametrize(
    ("did", "changed", "words"),
    [
        (Did.ADDED, (), "added"),
        (Did.LINKED, (Changed.CONTENT,), "hard link made"),
        (Did.MODIFIED, (Changed.CONTENT, Changed.TIME), "content"),
        (Did.MODIFIED, (Changed.CONTENT, Changed.MODE, Changed.TIME), "content, mode"),
        (Did.MODIFIED, (Changed.MODE, Changed.OWNER), "only mode, owner"),
        (Did.MODIFIED, (Changed.XATTRS, Changed.TIME), "only xattrs, time"),
        (Did.MODIFIED, (Changed.CONTENT, Changed.XATTRS, Changed.TIME), "content, xattrs"),
        (Did.MODIFIED, (Changed.TIME,), "only time"),
        (Did.REWRITTEN, (), "written again"),
        (Did.RETYPED, (), "became a symlink"),
        (Did.REMOVED, (), "removed"),
        (Did.SHADOWED, (), "stored"),
    ],
)
def test_what_happened_is_said_in_few_words(did: Did, changed: tuple[Changed, ...], words: str) -> None:
    assert what(did, changed, "symlink") == words
