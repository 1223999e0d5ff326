"""Bytes, counts and times ↔ text. The only importer of humanize.

Sizes are decimal with three digits, as docker shows them (but never ``1e+03kB``); ages are docker's words too.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtpe]?)(i?)b?\Z", re.IGNORECASE)
_LONGEST_FRACTION = re.compile(r"(\.\d{6})\d+")
_SECOND = 10**9
_YEAR_2000 = datetime(2000, 1, 1, tzinfo=UTC)


class SizeStyle(StrEnum):
    """How sizes are written."""

    DECIMAL = "decimal"
    BINARY = "binary"
    BYTES = "bytes"


def size(count: int, style: SizeStyle = SizeStyle.DECIMAL) -> str:
    """``count`` bytes as text: ``48.2MB``, ``46.0MiB`` or ``48234496``."""
    if style is SizeStyle.BYTES:
        return str(count)
    if style is SizeStyle.BINARY:
        import humanize

        return humanize.naturalsize(count, binary=True).replace(" ", "").replace("Bytes", "B").replace("Byte", "B")
    value = float(count)
    for unit in _UNITS:
        # 999.5 would be rounded to four digits: it belongs to the next unit.
        if value < 999.5 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.3g}{unit}"


def count(number: int) -> str:
    """A number with thousands apart: ``1,204``."""
    import humanize

    return humanize.intcomma(number)


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun: ``1 directory``, ``1,204 files``."""
    return f"{count(number)} {one if number == 1 else many}"


def percent(part: int, whole: int) -> str:
    """``part`` of ``whole`` in percent with one decimal; never 0.0 or 100.0 where that is not exact."""
    if not whole:
        return "0.0%"
    text = f"{100 * part / whole:.1f}%"
    if text == "0.0%" and part:
        return "<0.1%"
    return ">99.9%" if text == "100.0%" and part != whole else text


def parse_size(text: str) -> int:
    """``20MB``, ``1.5 GiB``, ``4096`` → bytes. Raises ValueError."""
    match = _SIZE.match(text.strip())
    if not match or len(text) > 40:
        raise ValueError(f"not a size: {text!r} (examples: 4096, 20MB, 1.5GiB)")
    number, prefix, binary = match.groups()
    power = " kmgtpe".index(prefix.lower()) if prefix else 0
    factor: int = (1024 if binary else 1000) ** power
    whole, _, fraction = number.partition(".")
    return int(whole) * factor + (int(fraction) * factor // 10 ** len(fraction) if fraction else 0)


def parse_time(text: str) -> datetime | None:
    """An RFC 3339 time of any precision; None where it is absent, or not a time."""
    try:
        time = datetime.fromisoformat(_LONGEST_FRACTION.sub(r"\1", text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def moment(text: str) -> str:
    """A stored time as ``2026-10-02 14:11:05 UTC``; as it is where it is not a time."""
    time = parse_time(text)
    if time is None or time.year <= 1:
        return text
    try:
        return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except OverflowError:  # a zone that leads out of the years there are
        return text


def now() -> datetime:
    """The present moment; ages are counted from it."""
    return datetime.now(UTC)


def age(text: str) -> str:
    """A stored time as docker's CREATED: ``3 weeks ago``, and ``N/A`` for times that mean nothing."""
    time = parse_time(text)
    if time is None or time <= _YEAR_2000:
        return "N/A"
    return f"{_elapsed(int((now() - time).total_seconds()))} ago"


def duration(nanoseconds: int) -> str:
    """Docker's way of writing one: ``30s``, ``1m30s``, ``1h0m0s``, ``500ms``; as it is where no clock counts so far."""
    if not 0 < nanoseconds < 1 << 63:
        return f"{nanoseconds}ns"
    if nanoseconds < _SECOND:
        return f"{nanoseconds / 10**6:.6f}".rstrip("0").rstrip(".") + "ms"
    seconds, part = divmod(nanoseconds, _SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = (f"{seconds}.{part:09d}".rstrip("0") if part else str(seconds)) + "s"
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + text


def _elapsed(seconds: int) -> str:
    """Docker's HumanDuration."""
    if seconds < 1:
        return "Less than a second"
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = seconds // 60
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    for limit, length, name in ((24 * 14, 24, "days"), (24 * 60, 168, "weeks"), (24 * 730, 720, "months")):
        if hours < limit:
            return f"{hours // length} {name}"
    return f"{seconds // 3600 // 24 // 365} years"
