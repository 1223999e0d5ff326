"""Entries of layers that are made to mislead or to wear down: the filesystem is right, bounded, and the odd is told."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.build import E, Spec, d, entry, f, gz, h, layer, layout_files, o, pax_record, s, w, write_tar, zst
from tests.conftest import Cli
from tests.hostile.making import (
    LAYER,
    bounded,
    chained,
    codes,
    docker,
    numbered,
    stored,
    unread,
    with_documents,
    zst_of,
)
from tests.sources.layouts import estargz_tar, gzip_members, zstd_chunked


@pytest.mark.parametrize("name", ["n" * (1 << 20), "a/" * 100_000, "b/" * 5000 + "x"], ids=["1 MiB", "deep", "parts"])
def test_names_have_a_limit(name: str, tmp_path: Path) -> None:
    result = bounded("report", "--json", docker(tmp_path, layer(f(name, "1"))))

    assert result.code == 3
    assert result.json["layers"][0]["error"]


@pytest.mark.parametrize("length", [255, 256, 257, 32 << 10])
def test_long_parts_of_names_are_read(length: int, cli: Cli, tmp_path: Path) -> None:
    assert codes(cli("report", "--json", docker(tmp_path, layer(f("a/" + "n" * length, "1"))))) == set()


@pytest.mark.long
def test_a_million_entries_take_little_memory(tmp_path: Path) -> None:
    path = stored(tmp_path, zst_of(numbered(1_000_000, lambda digits: f(f"d/{digits}"))), "+zstd")
    result = bounded("report", "--json", path)

    assert codes(result) == set()
    assert result.json["totals"]["files"] == 1_000_000


@pytest.mark.parametrize("name", ["d/{}", "d/.wh.{}", "{}/x"])
def test_too_many_entries_are_a_limit_that_names_its_option(name: str, tmp_path: Path) -> None:
    path = stored(tmp_path, zst_of(numbered(10_000, lambda digits: f(name.format(digits)))), "+zstd")
    result = bounded("report", "--max-entries", "2000", path)

    assert result.code == 3
    assert "more than 2000 members in one archive; layer 0 could not be read\n" in result.err
    assert "\nhint: raise the limit with --max-entries" in result.err


@pytest.mark.parametrize("name", ["d/.wh.", "d/.wh..", "d/.wh...", ".wh.."])
def test_whiteouts_of_nothing_are_told_and_ignored(name: str, cli: Cli, tmp_path: Path) -> None:
    result = cli("report", "--json", docker(tmp_path, layer(d("d"), f("d/a", "1")), layer(f(name))))

    assert codes(result) == {"invalid-whiteout"}
    assert result.json["totals"]["wasted_bytes"] == 0


@pytest.mark.parametrize("name", [b".wh." + b"x" * 255, b".wh.\xff\x80", b".wh..wh..opq/x"])
def test_odd_whiteouts_hide_nothing_else(name: bytes, cli: Cli, tmp_path: Path) -> None:
    result = cli("report", "--json", docker(tmp_path, layer(f("a", "1")), layer(E(name))))

    assert result.code == 0
    assert result.json["totals"]["wasted_bytes"] == 0


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (f("..", "1"), "root-entry"),
        (f("../x", "1"), "climbing-name"),
        (f("/..", "1"), "root-entry"),
        (f("a/../../x", "1"), "climbing-name"),
        (f("//x", "1"), None),
        (E(b"", b"1"), "root-entry"),
        (f(".", "1"), "root-entry"),
        (d("./"), None),
        (s("/", "/etc"), "root-entry"),
        (s(".", "/etc"), "root-entry"),
    ],
)
def test_names_that_climb_or_are_the_root(item: E, code: str | None, cli: Cli, tmp_path: Path) -> None:
    path = docker(tmp_path, layer(item, f("sound", "22")))
    found = codes(cli("report", "--json", path))

    assert code in found if code else found == set()
    assert all(".." not in row["path"] for row in cli("files", "--json", path).json["files"])


@pytest.mark.parametrize(
    "links",
    [
        [s("a", "a")],
        [s("a", "b"), s("b", "a")],
        [s(f"l{n}", f"l{n + 1}") for n in range(400)] + [s("a", "l0")],
        [d("x"), s("x/up", ".."), s("a", "x/up/x/up/a")],
    ],
    ids=["self", "loop", "chain", "ancestor"],
)
def test_links_without_end_are_taken_as_they_are(links: list[E], cli: Cli, tmp_path: Path) -> None:
    path = docker(tmp_path, layer(*links), layer(f("a/below", "1")))
    result = cli("report", "--json", path)

    assert codes(result) & {"symlink-loop", "implied-directory"}
    assert result.json["totals"]["content_bytes"] == 1
    assert cli("files", path).code == 0


def test_a_path_through_forty_links_is_followed(cli: Cli, tmp_path: Path) -> None:
    links = [s(f"l{n}", f"l{n + 1}") for n in range(40)]
    path = docker(tmp_path, layer(*links, d("l40")), layer(f("l0/x", "1")))

    assert "l40/x" in {row["path"] for row in cli("files", "--json", path).json["files"]}


@pytest.mark.parametrize(
    "entries",
    [
        [h("a", "gone")],
        [h("a", "a")],
        [h("a", "b"), h("b", "a")],
        [d("x"), h("a", "x")],
        [f(".wh.x"), h("a", ".wh.x")],
        [h("a", "later"), f("later", "")],
        [h("a", "../../etc/passwd")],
    ],
    ids=["missing", "self", "loop", "directory", "whiteout", "later", "outside"],
)
def test_hard_links_to_nothing_are_told_and_hold_nothing(entries: list[E], cli: Cli, tmp_path: Path) -> None:
    result = cli("report", "--json", docker(tmp_path, layer(*entries)))

    assert "broken-hard-link" in codes(result)
    assert result.json["totals"]["content_bytes"] == 0


@pytest.mark.long
def test_a_hard_link_to_a_symlink_or_down_a_chain_of_a_million(tmp_path: Path) -> None:
    first = entry(s("to", "~0000000")) + entry(h("a", "to"))
    path = stored(tmp_path, zst_of(chain([first], chained(1_000_000))), "+zstd")
    result = bounded("report", "--json", path)

    assert codes(result) == set()
    assert result.json["totals"]["content_bytes"] == 1


def test_a_path_that_is_a_file_and_a_directory_in_turn(cli: Cli, tmp_path: Path) -> None:
    turns = [one for _ in range(1000) for one in (d("a"), f("a/b", "22"), f("a", "1"))]
    path = docker(tmp_path, layer(*turns))

    assert "duplicate-entry" in codes(cli("report", "--json", path))
    assert [row["path"] for row in cli("files", "--json", path).json["files"]] == ["a"]


def test_special_files_are_listed_and_never_made(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(os, "mknod", never, raising=False)
    monkeypatch.setattr(os, "mkfifo", never, raising=False)
    kinds = [E("char", type="3"), E("block", type="4"), E("fifo", type="6"), f("suid", "1", mode=0o7777)]
    rows = cli("files", "--json", docker(tmp_path, layer(*kinds))).json["files"]

    assert {row["path"] for row in rows} == {"char", "block", "fifo", "suid"}


@pytest.mark.parametrize(
    ("pax", "code"),
    [
        ({f"SCHILY.xattr.user.{n}": "v" for n in range(20_000)}, 0),
        ({"SCHILY.xattr.user.large": "v" * (16 << 20)}, 3),
        ({"SCHILY.xattr.user.a\0b": "v"}, 3),
        ({"LIBARCHIVE.xattr.user.a": "!!no base64"}, 0),
        ({"SCHILY.xattr.security.capability": b"\1\0\0\2\xff", "SCHILY.xattr.security.selinux": "u:r:t"}, 0),
    ],
    ids=["many", "large", "NUL", "base64", "capability"],
)
def test_extended_attributes_are_bounded(pax: dict[str, Any], code: int, tmp_path: Path) -> None:
    result = bounded("report", "--json", docker(tmp_path, layer(f("a", "1", pax=pax))))

    assert result.code == code, result.err


def test_a_global_header_speaks_for_nobody(cli: Cli, tmp_path: Path) -> None:
    payload = pax_record("path", "evil") + pax_record("size", "9999") + pax_record("linkpath", "x")
    speaking = E("pax_global_header", payload, type="g")
    path = docker(tmp_path, layer(speaking, f("a", "1")))
    assert codes(cli("report", "--json", path)) == {"global-header"}
    assert [row["path"] for row in cli("files", "--json", path).json["files"]] == ["a"]
    assert codes(cli("report", "--json", docker(tmp_path, layer(speaking)))) == {"global-header"}


@pytest.mark.parametrize("number", [f"{1 << 60:016x}".encode(), b"f" * 16, b"-000000000000001", b"nonsense--------"])
def test_where_estargz_says_its_table_lies_is_not_believed(number: bytes, cli: Cli, tmp_path: Path) -> None:
    sound = gzip_members(estargz_tar(LAYER))
    at = sound.index(b"STARGZ") - 16
    blob = sound[:at] + number + sound[at + 16 :]

    assert cli("report", "--json", stored(tmp_path, blob, "+gzip")).json["totals"]["live_bytes"] == 700


def test_a_table_of_contents_that_lies_is_not_believed(cli: Cli, tmp_path: Path) -> None:
    toc = entry(E("stargz.index.json", b'{"entries":[{"name":"evil","type":"reg","size":99}]}'))
    body = b"".join(entry(one) for one in (d("etc"), f("etc/a", "x" * 700)))
    for tar in (body + toc + bytes(1024), body + toc + toc + bytes(1024), body + bytes(1024) + toc + bytes(1024)):
        path = stored(tmp_path, gz(tar), "+gzip")
        assert "evil" not in {row["path"] for row in cli("files", "--json", path).json["files"]}
        assert codes(cli("report", "--json", path)) <= {"duplicate-entry"}
    path = stored(tmp_path, gz(body + bytes(1024) + toc + b"junk"), "+gzip")
    assert codes(cli("report", "--json", path)) == {"trailing-bytes"}


@pytest.mark.parametrize("position", ["-1:-1:-1:1", "99999999999999999999:1:1:1", "garbage", ""])
def test_where_a_note_says_the_frames_lie_is_not_believed(position: str, cli: Cli, tmp_path: Path) -> None:
    def note(document: Any) -> None:
        document["layers"][0]["annotations"] = {"io.github.containers.zstd-chunked.manifest-position": position}
        document["layers"][0]["mediaType"] = "application/vnd.oci.image.layer.v1.tar+zstd"

    files = with_documents(layout_files(Spec([LAYER]), compress=zstd_chunked), note)

    assert codes(cli("report", "--json", write_tar(files, tmp_path / "i.tar"))) == set()


@pytest.mark.parametrize("blob", [b'{"a": 1}' * 200, b"<!DOCTYPE html>" * 99, b"\0asm" * 300, b"hsqs" * 300])
def test_a_layer_of_another_kind_is_told(blob: bytes, cli: Cli, tmp_path: Path) -> None:
    assert "not a tar archive" in unread(cli, stored(tmp_path, blob))


@pytest.mark.parametrize("blob", [b"", bytes(512), bytes(1024), gz(b""), zst(b"")])
def test_a_layer_of_nothing_is_an_empty_one(blob: bytes, cli: Cli, tmp_path: Path) -> None:
    result = cli("report", "--json", docker(tmp_path, blob))

    assert result.code == 0
    assert result.json["totals"]["content_bytes"] == 0


def test_opaque_markers_by_the_thousand(cli: Cli, tmp_path: Path) -> None:
    upper = layer(*(o(f"d{n % 50}") for n in range(5000)), w("d1"))
    result = cli("report", "--json", docker(tmp_path, layer(*(f(f"d{n}/x", "1") for n in range(50))), upper))

    assert result.code == 0
    assert result.json["totals"]["wasted_bytes"] == 50
