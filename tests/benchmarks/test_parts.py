"""What the parts of a report cost, on an image of 100,000 entries. Nothing here asserts a time.

pip install --group bench
python -m pytest tests/benchmarks --benchmark-only
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

import imgscope
from imgscope import Inspection, OpenImage
from imgscope.analysis import copies, duplicates
from imgscope.analysis.accounting import account
from imgscope.analysis.secret_names import SECRETS
from imgscope.blob import Blob
from imgscope.compression import Codec, chunks
from imgscope.filesystem.squash import squash
from imgscope.globs import bytes_matcher
from imgscope.questions.duplicates import find_duplicates
from imgscope.report.build import build_report
from imgscope.report.json import document
from imgscope.tar import codec
from imgscope.tar.feed import BlobFeed, StreamFeed
from imgscope.tar.scan import scan
from imgscope.tar.table import MemberTable
from tests.benchmarks import synthetic
from tests.benchmarks.synthetic import Form, gz, plain, zst

ENTRIES = 100_000
T = TypeVar("T")


class Benchmark(Protocol):
    """The fixture of pytest-benchmark, which type checkers need not have."""

    def __call__(self, function: Callable[[], T]) -> T: ...


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


def opened(path: Path, form: Form) -> OpenImage:
    return imgscope.open_image(str(synthetic.image(path, synthetic.rewritten(ENTRIES), form)))


@pytest.fixture(scope="module")
def inspection(directory: Path) -> Iterator[Inspection]:
    with opened(directory / "plain.tar", plain) as image:
        yield imgscope.inspect(image)


@pytest.fixture(scope="module")
def tables(inspection: Inspection) -> list[MemberTable]:
    return [layer.table for layer in inspection.layers if layer.table]


@pytest.fixture
def lowest(inspection: Inspection) -> Blob:
    return inspection.opened.layer_blob(inspection.opened.image.layers[0])


@pytest.fixture(scope="module", params=[(gz, Codec.GZIP), (zst, Codec.ZSTD)], ids=["gzip", "zstd"])
def compressed(request: pytest.FixtureRequest, directory: Path) -> Iterator[tuple[Blob, Codec]]:
    form, kind = request.param
    with opened(directory / f"{kind}.tar", form) as image:
        yield image.layer_blob(image.image.layers[0]), kind


def test_scan(benchmark: Benchmark, lowest: Blob) -> None:
    assert len(benchmark(lambda: scan(BlobFeed(lowest)))) == ENTRIES // 2


def test_decompress(benchmark: Benchmark, compressed: tuple[Blob, Codec], lowest: Blob) -> None:
    assert benchmark(lambda: sum(map(len, chunks(*compressed)))) == lowest.size


def test_scan_of_a_stream(benchmark: Benchmark, compressed: tuple[Blob, Codec]) -> None:
    assert len(benchmark(lambda: scan(StreamFeed(chunks(*compressed))))) == ENTRIES // 2


def test_dump_of_a_table(benchmark: Benchmark, tables: list[MemberTable]) -> None:
    assert benchmark(lambda: codec.dump(tables[0]))


def test_load_of_a_table(benchmark: Benchmark, tables: list[MemberTable]) -> None:
    data = codec.dump(tables[0])

    assert len(benchmark(lambda: codec.load(data))) == ENTRIES // 2


def test_squash(benchmark: Benchmark, tables: list[MemberTable]) -> None:
    assert len(benchmark(lambda: squash(tables)).hidden) == ENTRIES // 20


def test_accounting(benchmark: Benchmark, inspection: Inspection) -> None:
    stored = [layer.stored_bytes for layer in inspection.opened.image.layers]

    assert benchmark(lambda: account(inspection.filesystem, stored)).totals.entries == ENTRIES


def test_which_files_to_compare(benchmark: Benchmark, tables: list[MemberTable]) -> None:
    filesystem = squash(tables)

    assert len(benchmark(lambda: copies.candidates(filesystem))) == len(tables)


def test_duplicates_by_size(benchmark: Benchmark, inspection: Inspection) -> None:
    assert len(benchmark(lambda: duplicates.candidates(inspection.filesystem))) == len(inspection.layers)


def test_duplicates_by_content(benchmark: Benchmark, inspection: Inspection) -> None:
    assert len(benchmark(lambda: find_duplicates(inspection))) == 511


def test_build_of_a_report(benchmark: Benchmark, inspection: Inspection) -> None:
    assert benchmark(lambda: build_report(inspection))["totals"]["entries"] == ENTRIES


def test_write_of_json(benchmark: Benchmark, inspection: Inspection) -> None:
    report = build_report(inspection)

    assert benchmark(lambda: document(report)).endswith("}\n")


def test_globs(benchmark: Benchmark, tables: list[MemberTable]) -> None:
    paths = [tables[0].name(row) for row in range(10_000)]
    fits = bytes_matcher(SECRETS)

    assert benchmark(lambda: sum(map(fits, paths))) == 0
