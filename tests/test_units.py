"""Sizes, shares, counts and times as text, and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope import units
from imgscope.units import SizeStyle, age, counted, duration, moment, parse_size, percent, size

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0B"),
        (1, "1B"),
        (999, "999B"),
        (1000, "1kB"),
        (1234, "1.23kB"),
        (12_345, "12.3kB"),
        (123_456, "123kB"),
        (999_499, "999kB"),
        (999_500, "1MB"),
        (999_999, "1MB"),
        (48_200_000, "48.2MB"),
        (2_560_000_000, "2.56GB"),
        (10**21, "1e+03EB"),
    ],
)
def test_sizes_are_those_of_docker(count: int, text: str) -> None:
    assert size(count) == text


def test_other_styles() -> None:
    assert [size(n, SizeStyle.BINARY) for n in (1, 1023, 1536, 5 << 20)] == ["1B", "1023B", "1.5KiB", "5.0MiB"]
    assert size(1536, SizeStyle.BYTES) == "1536"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("4096", 4096),
        ("20MB", 20_000_000),
        ("20 mb", 20_000_000),
        ("20m", 20_000_000),
        ("1.5GiB", 3 << 29),
        ("1.5 KiB", 1536),
        ("0.001kB", 1),
        ("7b", 7),
    ],
)
def test_sizes_are_read(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "-1", "MB", "1e9", "nan", "10 apples", "1..5kB", "0x10", "9" * 50, "1_000"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        parse_size(text)


@given(st.integers(0, 10**18))
def test_three_digits_are_never_far_off(count: int) -> None:
    text = size(count)

    assert abs(parse_size(text) - count) <= count * 0.006
    assert len(text) <= 6


def test_shares_never_claim_what_is_not_exact() -> None:
    assert [percent(*pair) for pair in ((0, 0), (0, 5), (5, 5), (1, 3))] == ["0.0%", "0.0%", "100.0%", "33.3%"]
    assert percent(1, 10**6) == "<0.1%"
    assert percent(10**6 - 1, 10**6) == ">99.9%"


def test_nouns() -> None:
    assert [counted(n, "file", "files") for n in (0, 1, 1204)] == ["0 files", "1 file", "1,204 files"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Less than a second ago"),
        (1, "1 second ago"),
        (59, "59 seconds ago"),
        (60, "About a minute ago"),
        (59 * 60, "59 minutes ago"),
        (3600, "About an hour ago"),
        (2 * 3600 - 1, "2 hours ago"),
        (47 * 3600, "47 hours ago"),
        (3 * 86400, "3 days ago"),
        (20 * 86400, "2 weeks ago"),
        (100 * 86400, "3 months ago"),
        (800 * 86400, "2 years ago"),
    ],
)
def test_ages_are_dockers_words(seconds: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "now", lambda: NOW)

    assert age((NOW - timedelta(seconds=seconds)).isoformat()) == text


@pytest.mark.parametrize(
    "text", ["", "0001-01-01T00:00:00Z", "1970-01-01T00:00:01+00:00", "yesterday", "2026-13-45", "null"]
)
def test_times_that_mean_nothing(text: str) -> None:
    assert age(text) == "N/A"


def test_times_of_any_precision() -> None:
    assert moment("2026-01-02T03:04:05.678901234Z") == "2026-01-02 03:04:05 UTC"
    assert moment("2026-01-02T03:04:05+02:00") == "2026-01-02 01:04:05 UTC"
    assert moment("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00Z"
    assert moment("soon") == "soon"


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (30 * 10**9, "30s"),
        (90 * 10**9, "1m30s"),
        (3600 * 10**9, "1h0m0s"),
        (500 * 10**6, "500ms"),
        (10**9 + 5 * 10**8, "1.5s"),
        (0, "0ns"),
        (-3, "-3ns"),
        (1 << 63, "9223372036854775808ns"),
    ],
)
def test_durations_are_as_docker_writes_them(nanoseconds: int, text: str) -> None:
    assert duration(nanoseconds) == text


@given(st.integers(1, (1 << 63) - 1))
def test_a_duration_loses_nothing(nanoseconds: int) -> None:
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", duration(nanoseconds))
    lengths = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6}

    assert sum(Decimal(number) * lengths[unit] for number, unit in parts) == nanoseconds
