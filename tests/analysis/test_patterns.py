"""Patterns that people type: what they mean, and that none holds everything up."""

from __future__ import annotations

import pytest

from imgscope.analysis.patterns import Patient, name_glob


@pytest.mark.parametrize(
    ("glob", "name", "fits"),
    [
        ("*.pyc", b"a.pyc", True),
        ("*.pyc", b"a.py", False),
        ("[^a]", b"b", True),
        ("[!a]", b"a", False),
        ("?", b"\xff", True),
    ],
)
def test_a_glob_is_one_of_a_shell(glob: str, name: bytes, fits: bool) -> None:
    assert bool(name_glob(glob)(name)) is fits


def test_a_pattern_is_found_from_a_place_on_with_what_stands_before_in_view() -> None:
    found = Patient("(?<=a)b").search(b"abab", 1)

    assert found is not None
    assert (found.start(), found.end()) == (1, 2)
    assert Patient("b").search(b"ab", 2) is None


def test_lines_begin_where_one_ends() -> None:
    assert Patient("^b", lines=True).search(b"a\nb") is not None
    assert Patient("^b").search(b"a\nb") is None


def test_one_search_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(ValueError, match="too long"):
        Patient("^(a|a)+$", patience=0.05).search(b"a" * 90 + b"!")


def test_many_slow_searches_are_given_up_together() -> None:
    pattern = Patient("x", slow=-1.0, whole=0.0)

    with pytest.raises(ValueError, match="too long"):
        pattern.search(b"x")
    assert Patient("x", slow=60.0, whole=0.0).search(b"x") is not None
