"""A second look: it says what the first said, reads nothing again, and no image speaks for another."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope.indexing import content, kept, reading, workers
from imgscope.indexing.cache import Cache, Shelf
from imgscope.indexing.kept import TABLE
from imgscope.inspection import Inspection
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.questions.duplicates import find_duplicates
from imgscope.report.build import build_report
from imgscope.report.json import document
from imgscope.tar.codec import dump
from tests.build import (
    Compress,
    Spec,
    docker_files,
    f,
    gz,
    layer,
    layout_files,
    plain,
    w,
    write_directory,
    write_tar,
    zst,
)
from tests.conftest import table_of
from tests.faults import raises
from tests.tar.making import pax

LAYERS = [
    layer(f("etc/conf", "1" * 3000), f("usr/a", "same" * 800), f("usr/b", "same" * 800), f("gone", "2" * 4000)),
    layer(f("etc/conf", "1" * 3000, mode=0o600), w("gone"), f("usr/a", "SAME" * 800)),
]
COMPRESSIONS = pytest.mark.parametrize("compress", [plain, gz, zst])


class Reads:
    """Counts layers that are scanned, and bodies that are read to be compared."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.scans = self.bodies = 0
        scan, bodies = reading.read_table, content.bodies

        def counted_scan(*arguments: Any) -> Any:
            self.scans += 1
            return scan(*arguments)

        def counted_bodies(blob: Any, table: Any, rows: Iterable[int], *more: Any) -> Any:
            self.bodies += len(list(rows))
            return bodies(blob, table, rows, *more)

        patch.setattr(workers, "read_table", counted_scan)
        patch.setattr(content, "bodies", counted_bodies)

    def taken(self) -> tuple[int, int]:
        """What was counted since this was asked for last."""
        result = self.scans, self.bodies
        self.scans = self.bodies = 0
        return result


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """What is read from now on."""
    return Reads(monkeypatch)


def archive(path: Path, compress: Compress = gz, *contents: bytes) -> Path:
    """An image of two layers."""
    return write_tar(layout_files(Spec(contents or LAYERS), compress=compress), path)


def look(path: Path, cache: Cache | None, limits: Limits = DEFAULT_LIMITS, **more: Any) -> dict[str, Any]:
    """Everything that is found out of an image, duplicates too."""
    with imgscope.open_image(str(path), limits=limits) as opened:
        inspection = imgscope.inspect(opened, limits=limits, cache=cache, **more)
        report = json.loads(document(build_report(inspection)))
        return {**report, "duplicates": found(inspection, cache), "notices": [x.notices for x in inspection.layers]}


def found(inspection: Inspection, cache: Cache | None) -> list[tuple[bytes, ...]]:
    """Names of files with the same content."""
    return [tuple(name for name, _ in each.files) for each in find_duplicates(inspection, cache=cache)]


@COMPRESSIONS
def test_a_second_look_reads_nothing_and_says_the_same(
    compress: Compress, eager: Cache, reads: Reads, tmp_path: Path
) -> None:
    path = archive(tmp_path / "i.tar", compress)
    without = look(path, None)
    reads.taken()

    assert look(path, eager) == without
    scans, bodies = reads.taken()
    assert scans == 2
    assert bool(bodies) is (compress is plain)
    assert look(path, eager) == without
    assert reads.taken() == (0, 0)
    assert without["waste"]
    assert look(path, None) == without
    assert reads.taken()[0] == 2


def test_files_of_a_directory_are_kept_too(eager: Cache, reads: Reads, tmp_path: Path) -> None:
    path = write_directory(layout_files(Spec(LAYERS)), tmp_path / "layout")
    first = look(path, eager)
    reads.taken()

    assert look(path, eager) == first
    assert reads.taken() == (0, 0)


def test_what_is_compressed_as_a_whole_is_not_kept(eager: Cache, tmp_path: Path) -> None:
    path = tmp_path / "i.tar.gz"
    path.write_bytes(gz(archive(tmp_path / "i.tar").read_bytes()))

    assert look(path, eager) == look(path, eager)
    assert list(eager.entries()) == []


@COMPRESSIONS
def test_sparse_files_are_compared_by_content_once(
    compress: Compress, eager: Cache, reads: Reads, tmp_path: Path
) -> None:
    body = "data" * 300
    header = pax([("GNU.sparse.size", "5000"), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.map", f"0,{len(body)}")])
    contents = [header + layer(f("disk", body)), layer(f("disk", body + "\0" * (5000 - len(body)), mode=0o600))]
    path = archive(tmp_path / "i.tar", compress, *contents)
    first = look(path, eager)
    assert reads.taken()[1]

    assert look(path, eager) == first
    assert reads.taken() == (0, 0)
    assert [row["cause"] for row in first["waste"]] == ["metadata_only"]


def test_warnings_are_kept_with_what_they_are_about(eager: Cache, reads: Reads, tmp_path: Path) -> None:
    path = archive(tmp_path / "i.tar", lambda data: zst(data + b"behind") + b"more behind")
    first = look(path, eager)
    reads.taken()

    assert look(path, eager) == first
    assert reads.taken() == (0, 0)
    codes = [notice.code for notice in first["notices"][0]]
    assert codes == ["media-type", "trailing-compressed-bytes", "trailing-bytes"]


# Limits


@pytest.mark.parametrize("limits", [Limits(max_entries=3), Limits(max_inflated=4096)])
def test_a_lower_limit_ends_what_is_kept_as_it_ends_what_is_read(limits: Limits, eager: Cache, tmp_path: Path) -> None:
    path = archive(tmp_path / "i.tar", gz, LAYERS[0])
    assert look(path, eager)["complete"]
    read, again = look(path, None, limits), look(path, eager, limits)

    assert again == read
    assert "--max-" in str(read["warnings"])


def test_what_a_limit_ended_is_not_kept(eager: Cache, tmp_path: Path) -> None:
    path = archive(tmp_path / "i.tar", gz, LAYERS[0])

    assert not look(path, eager, Limits(max_entries=3))["complete"]
    assert list(eager.entries()) == []
    assert look(path, eager)["complete"]


def test_what_is_damaged_is_not_kept(eager: Cache, reads: Reads, tmp_path: Path) -> None:
    path = archive(tmp_path / "i.tar", lambda data: gz(data)[:-9], LAYERS[0])
    first = look(path, eager)

    assert not first["complete"]
    assert list(eager.entries()) == []
    assert look(path, eager) == first


def test_too_little_memory_to_keep_it_is_no_fault(
    eager: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "i.tar")
    monkeypatch.setattr(kept, "dump", raises(MemoryError))

    assert look(path, eager) == look(path, None)


# Trust


def test_images_that_claim_the_same_digests_do_not_speak_for_each_other(eager: Cache, tmp_path: Path) -> None:
    files = docker_files(Spec(LAYERS))
    other = {name: data.replace(b"etc/conf", b"etc/evil") for name, data in files.items()}
    honest, liar = write_tar(files, tmp_path / "honest.tar"), write_tar(other, tmp_path / "liar.tar")
    expected = look(honest, None), look(liar, None)

    assert expected[0] != expected[1]
    assert [layer["diff_id"] for layer in expected[0]["layers"]] == [
        layer["diff_id"] for layer in expected[1]["layers"]
    ]
    for _ in range(2):
        assert (look(honest, eager), look(liar, eager)) == expected
        assert (look(liar, eager), look(honest, eager)) == expected[::-1]


def rewritten_in_place(path: Path, data: bytes) -> None:
    """Other bytes in the same file."""
    with path.open("r+b") as stream:
        stream.write(data)


def replaced(path: Path, data: bytes) -> None:
    """Another file of the same name."""
    other = path.with_suffix(".other")
    other.write_bytes(data)
    os.replace(other, path)


@pytest.mark.parametrize("change", [rewritten_in_place, replaced])
def test_another_content_of_the_same_size_and_time_is_read(
    change: Callable[[Path, bytes], None], eager: Cache, tmp_path: Path
) -> None:
    path = archive(tmp_path / "i.tar", plain)
    before, status = look(path, eager), os.stat(path)
    time.sleep(0.02)  # longer than a tick of the clock that files are stamped by
    change(path, path.read_bytes().replace(b"usr/a", b"usr/z"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    expected = look(path, None)

    assert expected != before
    assert look(path, eager) == expected
    assert look(path, eager) == expected


@COMPRESSIONS
def test_nothing_is_kept_of_a_file_that_changes_while_it_is_read(
    compress: Compress, eager: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "i.tar", compress)
    status, scan = os.stat(path), reading.read_table

    def overwritten(*arguments: Any) -> Any:
        table = scan(*arguments)
        time.sleep(0.02)
        rewritten_in_place(path, path.read_bytes())
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        return table

    with monkeypatch.context() as patch:
        patch.setattr(workers, "read_table", overwritten)
        look(path, eager)

    assert list(eager.entries()) == []


def poisoned(path: Path, cache: Cache) -> None:
    """Keep a table of other members where that of the first layer belongs."""
    with imgscope.open_image(str(path)) as opened:
        blob = opened.layer_blob(opened.image.layers[0])
        Shelf(cache, blob).put(TABLE, dump(table_of(layer(f("not/there", "")))))


def test_what_is_verified_is_not_taken_from_the_cache(eager: Cache, tmp_path: Path) -> None:
    path = archive(tmp_path / "i.tar", gz, LAYERS[0])
    right = look(path, None)
    poisoned(path, eager)

    assert look(path, eager) != right  # it is used
    with imgscope.open_image(str(path)) as opened:
        inspection = imgscope.inspect(opened, verify=True, cache=eager)
    assert inspection.complete
    assert build_report(inspection)["totals"] == right["totals"]


@pytest.mark.parametrize("data", [b"", b"x" * 100])
def test_what_is_no_table_is_read_again(data: bytes, eager: Cache, tmp_path: Path) -> None:
    path = archive(tmp_path / "i.tar", gz, LAYERS[0])
    right = look(path, None)
    with imgscope.open_image(str(path)) as opened:
        Shelf(eager, opened.layer_blob(opened.image.layers[0])).put(TABLE, data)

    assert look(path, eager) == right
    assert look(path, eager) == right


# What is not worth a file


def test_little_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.sources.files._SETTLED", -1_000_000_000)
    cache = Cache(str(tmp_path / "cache"))
    look(archive(tmp_path / "i.tar", plain), cache)

    assert not os.path.exists(cache.directory)


def test_many_members_or_much_to_decompress_are_worth_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.sources.files._SETTLED", -1_000_000_000)
    cache = Cache(str(tmp_path / "cache"))
    many = layer(*(f(f"d/{number}", "x") for number in range(600)))
    much = layer(f("noise", os.urandom(300_000)))
    for number, (content_, compress) in enumerate([(many, plain), (much, gz), (much, plain)]):
        look(archive(tmp_path / f"{number}.tar", compress, content_), cache)

        assert len(list(cache.entries())) == min(number + 1, 2)
