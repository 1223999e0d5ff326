"""A small image damaged in every way there is: what is read and called complete is what was in it, or nothing is.

Not even a wrong number is allowed: whatever is cut off or turned over, an inspection that says it is complete tells of
the same files and the same bytes as that of the sound image.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import imgscope
from imgscope.errors import ImgscopeError
from imgscope.inspection import Inspection, inspect
from imgscope.report.build import build_report
from imgscope.report.files import final_inodes
from tests.build import (
    BLOCK,
    E,
    Spec,
    d,
    docker_files,
    entry,
    f,
    gz,
    h,
    hybrid_files,
    layer,
    layout_files,
    plain,
    s,
    w,
    write_tar,
    zst,
)
from tests.conftest import Cli

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
IMAGE = Spec(
    [
        layer(d("a"), f("a/b", "b" * 300), f("gone", "g" * 700), s("l", "a/b"), h("h", "a/b")),
        layer(w("gone"), f("a/b", "new"), f("p", "x", pax={"mtime": "1.5"})),
    ],
    history=[],
)
FORMS: dict[str, Callable[[], dict[str, bytes]]] = {
    "docker": lambda: docker_files(IMAGE),
    "hybrid": lambda: hybrid_files(IMAGE),
    "oci": lambda: layout_files(IMAGE, compress=plain),
    "oci, gzip": lambda: layout_files(IMAGE, compress=gz),
    "oci, zstd": lambda: layout_files(IMAGE, compress=zst),
}
THOROUGH = {"docker", "oci, gzip", "oci, zstd"}
every_form = pytest.mark.parametrize("form", FORMS)


class Facts(NamedTuple):
    """What an inspection says of an image, as far as damage must not change it."""

    content: int
    wasted: int
    causes: tuple[tuple[str, int], ...]
    files: tuple[tuple[str, str, int, int], ...]


def facts(inspection: Inspection) -> Facts:
    """The facts of an inspection."""
    totals = inspection.analysis.totals
    return Facts(
        totals.content_bytes,
        totals.wasted_bytes,
        tuple((str(waste.cause), waste.bytes) for waste in inspection.analysis.waste),
        tuple((row["path"], row["type"], row["size"], row["mtime"]) for row, _ in final_inodes(inspection.filesystem)),
    )


class Bench:
    """Where one image after the other is looked at."""

    def __init__(self, path: Path, threads: ThreadPoolExecutor) -> None:
        self.path = path
        self.threads = threads

    def make(self, form: str) -> bytes:
        """An image in some form, without what archives are padded with."""
        data = write_tar(FORMS[form](), self.path).read_bytes().rstrip(b"\0")
        return data + bytes(-len(data) % BLOCK + 2 * BLOCK)

    def look(self, data: bytes) -> tuple[Facts | None, set[str]]:
        """The facts of an image and the codes of its warnings; None where it could not be read, or not all of it."""
        self.path.write_bytes(data)
        try:
            with imgscope.open_image(str(self.path)) as opened:
                inspection = inspect(opened, executor=self.threads)
        except ImgscopeError:
            return None, set()
        build_report(inspection)
        return (facts(inspection) if inspection.complete else None), {one.code for one in inspection.warnings}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ThreadPoolExecutor(max_workers=2) as threads:
        yield Bench(tmp_path / "image.tar", threads)


@pytest.mark.long
@every_form
def test_cut_at_any_byte_it_is_told_or_nothing_is_missing(form: str, bench: Bench) -> None:
    data = bench.make(form)
    whole, _ = bench.look(data)
    assert whole is not None
    complete = 0
    for kept in range(0, len(data), 1 if form in THOROUGH else 13):
        found, warnings = bench.look(data[:kept])
        complete += found is not None
        # What is cut off is padding only, or documents of which there are others.
        assert found is None or (found == whole and ("no-end-blocks" in warnings or kept >= len(data) - BLOCK)), kept
    assert complete > BLOCK // 13


@pytest.mark.long
@every_form
def test_every_bit_of_the_first_header_matters_or_does_not(form: str, bench: Bench) -> None:
    data = bench.make(form)
    whole, _ = bench.look(data)
    for bit in range(8 * BLOCK):
        found, _ = bench.look(flipped(data, bit))
        assert found in (None, whole), bit


@every_form
@unhurried
@given(choice=st.data())
def test_bits_turned_over_anywhere_change_no_fact(form: str, bench: Bench, choice: st.DataObject) -> None:
    data = bench.make(form)
    whole, _ = bench.look(data)
    for _ in range(20):
        bit = choice.draw(st.integers(0, 8 * len(data) - 1))
        found, _ = bench.look(flipped(data, bit))
        assert found in (None, whole), bit


def flipped(data: bytes, bit: int) -> bytes:
    """One bit turned over."""
    out = bytearray(data)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


names = st.sampled_from(["a", "a/b", "a/b/c", "/a", "../a", "a/../b", ".", "", "n" * 300, "\u202e", "a//b", "\x1b[2J"])
members = st.builds(
    E,
    name=names | names.map(lambda name: f"{name.rpartition('/')[0]}/.wh.{name.rpartition('/')[2]}"),
    data=st.binary(max_size=600),
    type=st.sampled_from("0001255346\0LKxgSVZ7"),
    link=names,
    mode=st.integers(0, 0o7777),
    pax=st.dictionaries(
        st.sampled_from(["path", "linkpath", "size", "mtime", "uid", "GNU.sparse.map", "GNU.sparse.major"]),
        st.sampled_from(["", "0", "1", "5", "-1", "9" * 30, "a", "0,1"]),
        max_size=2,
    ),
    size=st.none() | st.none() | st.integers(-1, 1 << 40),
)


@unhurried
@given(layers=st.lists(st.lists(members, max_size=6), max_size=4), ends=st.booleans())
def test_any_sequence_of_members_is_read_or_told(layers: list[list[E]], ends: bool, bench: Bench) -> None:
    made = [b"".join(map(entry, content)) + bytes(2 * BLOCK * ends) for content in layers]
    for files in (docker_files(Spec(made)), layout_files(Spec(made), compress=zst)):
        bench.path.unlink(missing_ok=True)
        bench.look(write_tar(files, bench.path).read_bytes())


@pytest.mark.parametrize("form", ["docker", "oci, gzip"])
def test_the_command_ends_with_0_or_3_whatever_is_damaged(form: str, bench: Bench, cli: Cli, tmp_path: Path) -> None:
    data = bench.make(form)
    whole = cli("report", "--json", bench.path).json["totals"]
    codes = []
    for at in range(0, len(data), 211):
        for damaged in (data[:at], flipped(data, 8 * at + at % 8)):
            path = tmp_path / "damaged.tar"
            path.write_bytes(damaged)
            result = cli("report", "--json", path)
            codes.append(result.code)
            assert result.code in (0, 3)
            assert result.code == 3 or result.json["totals"] == {
                **whole,
                "tar_bytes": result.json["totals"]["tar_bytes"],
            }
            assert "Traceback" not in result.err
    assert {0, 3} == set(codes)
    assert os.listdir(tmp_path)
