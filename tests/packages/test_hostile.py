"""Databases that nobody's package manager wrote: each is read in part or told of, and costs little."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.packages import model, rpm
from imgscope.packages.model import UnreadableError
from imgscope.packages.registry import ECOSYSTEMS
from tests.build import E, f
from tests.packages.making import (
    P,
    apk,
    dist_info,
    dpkg,
    ecosystem,
    found_in,
    go_info,
    go_program,
    header,
    image,
    jar,
    numbers_tag,
    pom,
    read,
    rpm_header,
    rpmdb,
    text_tag,
    texts_tag,
)

CURL = P("curl", "7.88.1-10", ("usr/bin/curl", "usr/share/doc/curl/copyright"))
RPM = rpmdb(rpm_header(CURL, epoch=1))
SOUND: list[tuple[str, dict[str, bytes]]] = [
    ("deb", {str(entry.name): entry.data for entry in dpkg(CURL)}),
    ("apk", {"lib/apk/db/installed": apk(CURL)}),
    ("rpm", {"var/lib/rpm/rpmdb.sqlite": RPM}),
    ("pypi", {str(entry.name): entry.data for entry in dist_info(CURL)}),
    ("npm", {"node_modules/a/package.json": b'{"name": "a", "version": "1"}'}),
    ("golang", {"bin/tool": go_program(go_info("example.org/tool"), 1 << 13)}),
    ("maven", {"lib/a.jar": jar(pom("g", "a", "1"))}),
]


def test_every_kind_is_tried() -> None:
    assert [type_ for type_, _ in SOUND] == [one.type for one in ECOSYSTEMS]


def tried(type_: str, files: dict[str, bytes]) -> None:
    try:
        for package in read(type_, files):
            assert len(package.name) <= model.MOST_TEXT
    except UnreadableError as error:
        told = str(error)
    else:
        told = "nothing"
    assert 0 < len(told) < 400


@pytest.mark.parametrize(("type_", "files"), SOUND, ids=[type_ for type_, _ in SOUND])
@settings(max_examples=150)
@given(data=st.data())
def test_bytes_changed_anywhere_raise_nothing_else(type_: str, files: dict[str, bytes], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[path])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(1, 3))] = data.draw(st.binary(max_size=4))
        content = content or bytearray(1)

    tried(type_, files | {path: bytes(content)})


@pytest.mark.parametrize(("type_", "files"), SOUND, ids=[type_ for type_, _ in SOUND])
@given(junk=st.binary(max_size=200))
def test_junk_raises_nothing_else(type_: str, files: dict[str, bytes], junk: bytes) -> None:
    tried(type_, dict.fromkeys(files, junk))


@settings(max_examples=300)
@given(st.binary(max_size=100), st.integers(0, 3), st.integers(0, 1 << 32))
def test_a_header_of_any_bytes_is_read_or_told_of(junk: bytes, count: int, claimed: int) -> None:
    tried("rpm", {"var/lib/rpm/rpmdb.sqlite": rpmdb(struct.pack(">II", count, claimed & 0xFFFF_FFFF) + junk)})


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE VIEW Packages AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS blob FROM n",
        "CREATE TABLE Other (blob)",
        "CREATE TABLE Packages (other)",
    ],
)
def test_a_schema_that_is_not_rpms_is_told_of(schema: str) -> None:
    data = rpmdb(schema=schema)

    with pytest.raises(UnreadableError):
        read("rpm", {"var/lib/rpm/rpmdb.sqlite": data})


def test_work_that_a_database_asks_for_at_length_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpm, "_STEPS", 1)
    monkeypatch.setattr(rpm, "_MOST_CALLS", 10)

    with pytest.raises(UnreadableError, match="interrupted"):
        read("rpm", {"var/lib/rpm/rpmdb.sqlite": rpmdb(*[rpm_header(CURL)] * 100)})


def test_a_python_without_sqlite_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpm, "sqlite3", None)

    with pytest.raises(UnreadableError, match="built without"):
        read("rpm", {"var/lib/rpm/rpmdb.sqlite": RPM})


def test_a_header_of_a_few_long_directories_and_many_names_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "MOST_PATHS", 10_000)
    tags = [text_tag(1000, "a"), numbers_tag(1116, [0] * 1000), texts_tag(1117, ["x"] * 1000)]

    with pytest.raises(UnreadableError, match="paths"):
        read("rpm", {"var/lib/rpm/rpmdb.sqlite": rpmdb(header(*tags, texts_tag(1118, ["/" + "d" * 100 + "/"])))})
    with pytest.raises(UnreadableError, match="paths"):
        read("apk", {"lib/apk/db/installed": b"P:a\nF:" + b"d" * 100 + b"\nR:x" * 1000})
    with pytest.raises(UnreadableError, match="paths"):
        read("pypi", dist_info(P("a", files=["x"] * 1000), "d" * 100))


def test_numbers_of_directories_that_are_not_there_are_passed_over() -> None:
    tags = [text_tag(1000, "a"), numbers_tag(1116, [7, 0]), texts_tag(1117, ["x", "y"]), texts_tag(1118, ["/d/"])]
    (package,) = read("rpm", {"var/lib/rpm/rpmdb.sqlite": rpmdb(header(*tags))})

    assert package.files == b"/d/y"


@pytest.mark.parametrize("claim", [(20 << 20, False), (100, True)])
def test_an_archive_with_too_large_a_directory_is_not_opened(claim: tuple[int, bool]) -> None:
    size, zip64 = claim
    end = (b"PK\x06\x07" + bytes(16) if zip64 else b"") + struct.pack("<4s8xIIH", b"PK\x05\x06", size, 0, 0)

    with pytest.raises(UnreadableError, match="members"):
        read("maven", {"a.jar": b"PK\x03\x04" + bytes(100) + end})


def test_a_bomb_in_an_archive_is_read_in_its_beginning_only() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", b"Implementation-Version: 9\n" + bytes(50 << 20))
    (package,) = read("maven", {"a.jar": out.getvalue()})

    assert package.version == "9"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_jars_do_not_have_is_left_alone(method: int) -> None:
    (package,) = read("maven", {"a-1.jar": jar({"META-INF/MANIFEST.MF": "Implementation-Version: 2\n"}, method)})

    assert package.version == "1"


def test_a_database_larger_than_any_is_told_of() -> None:
    with pytest.raises(UnreadableError, match="larger"):
        ecosystem("deb").keep(iter([bytes(1 << 20)] * 65))


def test_more_than_is_kept_in_all_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.Contents, "__init__", _little_room)
    found = found_in(image(tmp_path, [*dpkg(CURL), f("usr/bin/curl", "1")]))

    assert found.ownership.owners == []
    assert found.ownership.unread.counts[0]


def _little_room(self: model.Contents) -> None:
    self.kept, self.faults, self.room = {}, {}, 10


def test_of_many_broken_databases_the_first_are_listed(tmp_path: Path) -> None:
    broken = [f(f"node_modules/p{number}/package.json", "{") for number in range(150)]
    unread = found_in(image(tmp_path, broken)).ownership.unread

    assert (len(unread.faults), unread.counts) == (100, {4: 150})


def test_a_database_that_is_stored_as_a_sparse_file_is_told_of(tmp_path: Path) -> None:
    records = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "4096"}
    body = b"1\n0\n5\n".ljust(512, b"\0") + b"hello"
    sparse = E("GNUSparseFile.0/status", body, pax={**records, "GNU.sparse.name": "var/lib/dpkg/status"})
    (fault,) = found_in(image(tmp_path, [sparse])).ownership.unread.faults.values()

    assert (fault.path, fault.why) == (b"var/lib/dpkg/status", "stored as a sparse file")


def test_a_name_may_hold_anything(tmp_path: Path) -> None:
    name = "\u202e" + "x" * 1000
    found = found_in(image(tmp_path, dpkg(P(name, "\x1b[31m"))))

    assert [len(owner.package.name) for owner in found.ownership.owners] == [model.MOST_TEXT]
