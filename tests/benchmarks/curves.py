"""How cost grows: images of a shape, one eight times the other, and what a report on them needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import synthetic
from tests.benchmarks.measure import Command, Cost, usual, warm
from tests.benchmarks.synthetic import Form, Shape, gz, plain, zst

TIMES = 8
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Curve:
    """One kind of image, as large as it gets."""

    what: str
    shape: Callable[[int], Shape]
    largest: int
    form: Form = plain


CURVES = (
    Curve("entries in one layer", synthetic.one_layer, MILLION),
    Curve("entries in one layer, gzip", synthetic.one_layer, MILLION, gz),
    Curve("entries in one layer, zstd", synthetic.one_layer, MILLION, zst),
    Curve("files in one directory", synthetic.one_directory, MILLION),
    Curve("layers of five hundred files", synthetic.many_layers, 8 * 127),
    Curve("whiteouts of files", synthetic.whiteouts, 100_000),
    Curve("opaque directories of twenty files", synthetic.opaques, 20_000),
    Curve("directories above each of a thousand files", synthetic.deep, 1_000),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A size, and its cost."""

    size: int
    cost: Cost


def measured(
    curve: Curve, report: Callable[[Path], Command], scratch: Path, runs: int, *, quick: bool
) -> Iterator[Point]:
    """Three sizes, each eight times the one before; ``quick``: without the largest."""
    for size in (curve.largest // TIMES**2, curve.largest // TIMES, curve.largest)[: 2 if quick else 3]:
        image = synthetic.image(scratch / "curve.tar", curve.shape(size), curve.form)
        warm(image)
        yield Point(size, usual(report(image), runs))
        image.unlink()


def times(small: Cost, large: Cost, start: float) -> float | None:
    """How many times the CPU of the smaller one, without what a report on next to nothing costs.

    None where the smaller one is hardly more than that.
    """
    work = small.cpu - start
    return (large.cpu - start) / work if work > start / 2 else None
