"""Limits as people write them → exact numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from imgscope.units import parse_size

_NUMBER = re.compile(r"\d{1,18}(?:\.\d{1,18})?\Z")
_COUNT = re.compile(r"\d{1,18}\Z")


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a number may grow: by so many, or by so many percent of what it was."""

    amount: int | Fraction
    percent: bool

    def of(self, before: int) -> int | Fraction:
        """What may be added to ``before``."""
        return Fraction(before) * self.amount / 100 if self.percent else self.amount

    def __str__(self) -> str:
        number = format(float(self.amount), "g") if self.percent else str(self.amount)
        return f"+{number}%" if self.percent else f"+{number}"


def percent(text: str) -> Fraction:
    """``5``, ``5%``, ``0.5 %`` → a number of percents. Raises ValueError."""
    number = text.strip().removesuffix("%").rstrip()
    if not _NUMBER.match(number):
        raise ValueError(f"not a percentage: {text!r} (examples: 5, 0.5%)")
    return Fraction(number)


def ratio(text: str) -> Fraction:
    """``0.95`` or ``95%`` → a number from 0 to 1. Raises ValueError."""
    plain = text.strip()
    if not _NUMBER.match(plain.removesuffix("%").rstrip()):
        raise ValueError(f"not a ratio: {text!r} (examples: 0.95, 95%)")
    value = percent(plain) / 100 if plain.endswith("%") else Fraction(plain)
    if value > 1:
        raise ValueError(f"a ratio is at most 1: {text!r} (examples: 0.95, 95%)")
    return value


def count(text: str) -> int:
    """A number of things. Raises ValueError."""
    if not _COUNT.match(text.strip()):
        raise ValueError(f"not a whole number: {text!r} (example: 40)")
    return int(text)


def growth(text: str) -> tuple[Allowance, ...]:
    """``+1MB``, ``5%``, ``+1MB, +5%`` → allowances, all of which hold. Raises ValueError."""
    return tuple(_allowance(part.strip()) for part in text.split(","))


def _allowance(text: str) -> Allowance:
    plain = text.removeprefix("+").strip()
    if plain.endswith("%"):
        return Allowance(percent(plain), percent=True)
    try:
        return Allowance(parse_size(plain), percent=False)
    except ValueError:
        raise ValueError(f"not a growth: {text!r} (examples: +1MB, +5%)") from None
