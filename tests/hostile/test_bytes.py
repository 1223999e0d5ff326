"""Files, tar headers and compressed streams that are broken, foreign or made to wear a reader down."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import socket
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.build import (
    BLOCK,
    E,
    d,
    docker_files,
    entry,
    f,
    gz,
    h,
    header,
    layer,
    o,
    pad,
    pax_record,
    s,
    with_checksum,
    write_tar,
    zst,
)
from tests.conftest import Cli
from tests.hostile.making import IMAGE, LAYER, bounded, codes, docker, refused, stored, unread, zst_of


@pytest.mark.parametrize("size", [0, 1, 2, 100, 511, 512, 1024, 10240])
@pytest.mark.parametrize("byte", [b"\0", b"x", b"\xff"])
def test_a_few_bytes_or_zeros_are_no_image(size: int, byte: bytes, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(byte * size)

    assert "n image" in refused(cli("report", path), path) or not size


def test_things_that_are_no_files(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        for name in ("socket", "/dev/zero", "gone.tar", "."):
            result = cli("report", name)
            assert result.code == 3
            assert result.err.startswith(f"error: {name}: ")


def test_a_file_that_may_not_be_read(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = docker(tmp_path, LAYER)
    opened = os.open

    def deny(name: str, *arguments: int, **more: int) -> int:
        if name == str(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(name, *arguments, **more)

    monkeypatch.setattr(os, "open", deny)

    assert refused(cli("report", path), path).endswith(": permission denied")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_temporary_directory_that_takes_nothing(
    number: int, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "i.tar.gz"
    path.write_bytes(gz(docker(tmp_path, LAYER).read_bytes()))

    def fail(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    result = cli("report", path)

    assert os.strerror(number).lower() in refused(result, path)
    assert "TMPDIR" in result.err


@pytest.mark.parametrize("data", [layer(d("bin"), f("bin/sh", "x")), gz(LAYER)], ids=["export", "layer"])
def test_a_filesystem_alone_is_an_image_of_one_layer(data: bytes, cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "rootfs.tar"
    path.write_bytes(data)
    result = cli("report", "--json", path)

    assert codes(result) == {"filesystem-tar"}
    assert len(result.json["layers"]) == 1


def spoiled(data: bytes, at: int) -> bytes:
    return data[:at] + b"\xee" + data[at + 1 :]


def test_a_wrong_checksum_is_told_where_it_is(cli: Cli, tmp_path: Path) -> None:
    path = docker(tmp_path, LAYER)
    sound = path.read_bytes()
    inside = sound.index(b"etc/a\0")
    path.write_bytes(spoiled(sound, 3))
    refused(cli("report", path), path)
    path.write_bytes(spoiled(sound, inside + 3))
    assert "checksum" in unread(cli, path)
    assert f"@ byte {BLOCK}]" in unread(cli, path)
    last = sound.index(b"manifest.json")
    path.write_bytes(spoiled(sound, last + 3))
    assert f"[@ byte {last}]" in refused(cli("report", path), path)


@pytest.mark.parametrize("size", [-1, -(1 << 40), 1 << 62, (1 << 63) - 1, 1 << 63, 1 << 64])
def test_sizes_that_no_file_has(size: int, cli: Cli, tmp_path: Path) -> None:
    assert "[member " in unread(cli, docker(tmp_path, layer(E("a", size=size), f("b", "1"))))


@pytest.mark.parametrize(
    "field", [b"999999999999", b"0x10\0\0\0\0\0\0\0\0", b"-1\0\0\0\0\0\0\0\0\0\0", b"1_000\0\0\0\0\0\0\0"]
)
def test_sizes_that_are_no_numbers(field: bytes, cli: Cli, tmp_path: Path) -> None:
    block = header(b"a", b"0", 0)
    data = with_checksum(block[:124] + field + block[136:])
    assert "bad number" in unread(cli, docker(tmp_path, data + bytes(1024)))


@pytest.mark.parametrize("mtime", [1 << 62, -(1 << 62), 253402300800])
def test_numbers_beyond_the_clock_are_shown_raw(mtime: int, cli: Cli, tmp_path: Path) -> None:
    path = docker(tmp_path, layer(f("a", "1", mtime=mtime, pax={"uid": str(1 << 40), "gid": "-7"})))
    (row,) = cli("files", "--json", path).json["files"]

    assert row["mtime"] == mtime
    assert str(1 << 40) in str(row)
    assert cli("files", path).code == 0


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_extended_headers_without_end(kind: bytes, tmp_path: Path) -> None:
    payload = pax_record("a", "b") if kind in b"xg" else b"name\0"
    one = header(b"h", kind, len(payload)) + pad(payload)
    blob = zst_of([*[one * 1000] * 100, layer(f("a", "1"))])
    result = bounded("report", "--json", stored(tmp_path, blob, "+zstd"))

    assert result.code == (0 if kind == b"g" else 3)  # a global header amends no member
    assert ("extended headers for one member" in result.out) == (kind != b"g")


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_an_extended_header_of_2_gib(kind: bytes, tmp_path: Path) -> None:
    result = bounded("report", "--json", docker(tmp_path, header(b"h", kind, 2 << 30) + bytes(2048)))

    assert result.code == 3
    assert "more than 1 MiB" in result.json["layers"][0]["error"]


def sparse(text: str, size: int, body: bytes = b"") -> E:
    count = len(text.split(",")) // 2
    values = {"major": "0", "minor": "1", "numblocks": str(count), "size": str(size), "map": text}
    return f("a", body.decode(), pax={f"GNU.sparse.{key}": value for key, value in values.items()})


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (sparse(f"{10**15 - 1},1", 10**15, b"x"), 0),
        (sparse("0,5,2,5", 20, b"x" * 10), 3),
        (sparse("9,1,0,1", 20, b"xx"), 3),
        (sparse(f"{(1 << 63) - 1},2", 1 << 63, b"xx"), 3),
        (sparse(",".join(["0"] * 200_000), 10), 0),
        (E("a", type="S", size=512), 3),
    ],
    ids=["a petabyte", "overlapping", "unsorted", "beyond", "many of nothing", "no map"],
)
def test_sparse_files_cost_what_is_stored_of_them(item: E, code: int, tmp_path: Path) -> None:
    assert bounded("report", "--json", docker(tmp_path, layer(item))).code == code


def test_a_body_on_what_has_none_is_passed_over(cli: Cli, tmp_path: Path) -> None:
    data = b"".join(
        header(name, kind, 512, link=b"a") for name, kind in ((b"h", b"1"), (b"s", b"2"), (b"d/", b"5"), (b"p", b"6"))
    )
    result = cli("files", "--json", docker(tmp_path, entry(f("a", "1")) + data + bytes(1024)))

    assert result.code == 0
    assert {row["path"] for row in result.json["files"]} == {"a", "h", "s", "d", "p"}


def test_members_of_every_type(cli: Cli, tmp_path: Path) -> None:
    skipped = {ord(one) for one in "xgLKS"}
    entries = [E(f"m{kind}", b"", type=chr(kind), link="m48") for kind in range(256) if kind not in skipped]
    result = cli("report", "--json", docker(tmp_path, layer(*entries)))

    assert "unknown-type" in codes(result)


def test_fifty_thousand_members_of_gzip_are_one_layer(cli: Cli, tmp_path: Path) -> None:
    tar = layer(*(f(f"{number}", "") for number in range(2000)))
    pieces = [gz(tar[at : at + 512]) + gz(b"") * 24 for at in range(0, len(tar), 512)]
    result = cli("report", "--json", stored(tmp_path, b"".join(pieces), "+gzip"))

    assert codes(result) == set()
    assert result.json["layers"][0]["tar_bytes"] == len(tar)


@pytest.mark.parametrize(
    ("blob", "says"),
    [
        (spoiled(gz(LAYER), len(gz(LAYER)) - 8), "damaged gzip"),
        (spoiled(gz(LAYER), len(gz(LAYER)) - 1), "damaged gzip"),
        (gz(LAYER)[:-4], "cut short"),
        (b"\x1f\x8b\x08\xe0" + gz(LAYER)[4:], "damaged gzip"),
        (b"\x1f\x8b\x07" + gz(LAYER)[3:], "not a tar archive"),
        (zst(LAYER)[:-2], "cut short"),
        (lzma.compress(LAYER)[:-20], "cut short"),
    ],
    ids=["checksum", "length", "trailer", "flags", "method", "zstd cut", "xz cut"],
)
def test_damaged_compression_is_told_with_layer_and_place(blob: bytes, says: str, cli: Cli, tmp_path: Path) -> None:
    error = unread(cli, stored(tmp_path, blob))

    assert says in error
    assert "@ byte " in error


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(bytes(100 << 20), 1),
        zst(bytes(100 << 20)),
        bz2.compress(bytes(45 << 20)),
        lzma.compress(bytes(80 << 20), preset=0),
    ],
    ids=["gzip", "zstd", "bzip2", "xz"],
)
def test_a_bomb_ends_at_the_limit_that_names_its_option(bomb: bytes, tmp_path: Path) -> None:
    path = stored(tmp_path, bomb)
    result = bounded("report", "--max-inflated", "30MB", path)
    assert result.code == 3
    told, hint = result.err.splitlines()
    assert told.startswith(f"error: {path}[member ")
    assert "decompresses to more than 30000000 bytes" in told
    assert hint.startswith("hint: raise the limit with --max-inflated")
    path.write_bytes(bomb)
    result = bounded("report", "--max-inflated", "30MB", path)
    assert "decompresses to more than 30000000 bytes" in refused(result, path)
    assert "--max-inflated" in result.err


def test_what_is_compressed_twice_is_told(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "i.tar.gz.gz"
    path.write_bytes(gz(gz(LAYER)))

    assert "compressed twice" in refused(cli("report", path), path)
    assert "not a tar archive" in unread(cli, stored(tmp_path, gz(gz(LAYER)), "+gzip"))


def frame(window: int) -> bytes:
    """The beginning of a zstd frame of a window of 2**window bytes."""
    return b"\x28\xb5\x2f\xfd\0" + bytes([(window - 10) << 3]) + b"\1\0\0"


@pytest.mark.parametrize(
    ("blob", "says"),
    [
        *((frame(window), "a window of more than 128 MiB") for window in (28, 31, 41)),
        (b"\x28\xb5\x2f\xfd\x23" + struct.pack("<I", 77) + b"\5\1\0\0", "Dictionary mismatch"),
        (spoiled(zst(LAYER), 8), "damaged zstd"),
        (zst(LAYER)[:4] + b"\x60\xff\xff" + zst(LAYER)[7:], "damaged zstd"),
        (b"\x25\xb5\x2f\xfd" + bytes(600), "not a tar archive"),
        (b"\x50\x2a\x4d\x18" + b"\xff" * 4 + bytes(100), "cut short"),
    ],
    ids=["2^28", "2^31", "2^41", "dictionary", "byte", "content size", "before 0.8", "skippable"],
)
def test_frames_of_zstd_that_ask_too_much(blob: bytes, says: str, tmp_path: Path) -> None:
    result = bounded("report", "--json", stored(tmp_path, blob))

    assert result.code == 3
    assert says in result.json["layers"][0]["error"]


def test_the_window_that_is_too_large_comes_with_what_to_do(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "i.tar.zst"
    path.write_bytes(frame(31))
    result = cli("report", path)

    assert "more than 128 MiB" in refused(result, path)
    assert "hint: raising this limit is not supported; compress the image with a smaller window" in result.err


def test_skippable_frames_alone_are_an_empty_layer(cli: Cli, tmp_path: Path) -> None:
    blob = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"12345"

    assert codes(cli("report", "--json", stored(tmp_path, blob, "+zstd"))) == set()


def test_a_dictionary_of_xz_of_4_gib(tmp_path: Path) -> None:
    sound = bytearray(lzma.compress(bytes(1000)))
    sound[12 + 4] = 40  # the block header's property of LZMA2: 4 GiB
    size = (sound[12] + 1) * 4
    sound[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(bytes(sound[12 : 12 + size - 4])))
    result = bounded("report", "--json", stored(tmp_path, bytes(sound)))

    assert result.code == 3
    assert "the xz data needs more than 256 MiB of memory" in result.json["layers"][0]["error"]


@pytest.mark.parametrize(
    ("blob", "says"),
    [
        (b"\x04\x22\x4d\x18" + bytes(600), "compressed with lz4"),
        (b"LZIP\1" + bytes(600), "compressed with lzip"),
        (b"\x1f\x9d\x90" + bytes(600), "compressed with compress (.Z)"),
        (lzma.compress(LAYER, lzma.FORMAT_ALONE), "compressed with lzma"),
        (b"\x0b\x02\x80" + b"brotli" * 200, "not a tar archive"),
    ],
)
def test_other_codecs_are_named(blob: bytes, says: str, cli: Cli, tmp_path: Path) -> None:
    assert says in unread(cli, stored(tmp_path, blob))


@pytest.mark.parametrize(("pack", "own"), [(gz, "+gzip"), (zst, "+zstd"), (bz2.compress, None), (lzma.compress, None)])
def test_content_counts_and_a_type_that_says_otherwise_is_told(
    pack: Callable[[bytes], bytes], own: str | None, cli: Cli, tmp_path: Path
) -> None:
    for suffix in ("+gzip", "+zstd"):
        result = cli("report", "--json", stored(tmp_path, pack(LAYER), suffix))
        assert codes(result) == (set() if suffix == own else {"media-type"})
        assert result.json["layers"][0]["content_bytes"] == 700
        assert codes(cli("report", "--json", stored(tmp_path, LAYER, suffix))) == {"media-type"}
    assert codes(cli("report", "--json", stored(tmp_path, pack(LAYER)))) == {"media-type"}


def test_names_of_files_say_nothing(cli: Cli, tmp_path: Path) -> None:
    sound = docker_files(IMAGE)
    old = next(name for name in sound if name.endswith("layer.tar"))
    files = {name.replace(old, "layer.tar.gz"): data for name, data in sound.items()}
    files["manifest.json"] = files["manifest.json"].replace(old.encode(), b"layer.tar.gz")

    assert codes(cli("report", "--json", write_tar(files, tmp_path / "image.tar.gz"))) == set()


def test_a_lone_zero_block_ends_nothing(cli: Cli, tmp_path: Path) -> None:
    error = unread(cli, docker(tmp_path, entry(f("a", "1")) + bytes(512) + layer(f("b", "2"))))

    assert "a lone zero block in the middle" in error
    assert "@ byte 1024]" in error


@pytest.mark.parametrize(
    ("tail", "count"), [(b"junk", 4), (layer(f("smuggled", "1")), 513), (bytes(4 << 20), 0)], ids=["junk", "2nd", "0"]
)
def test_what_stands_behind_a_layer_is_told(tail: bytes, count: int, cli: Cli, tmp_path: Path) -> None:
    result = cli("report", "--json", docker(tmp_path, LAYER + tail))

    assert codes(result) == ({"trailing-bytes"} if count else set())
    assert result.json["totals"]["content_bytes"] == 700
    if count:
        assert f"{count} bytes after the end" in result.json["warnings"][0]["message"]


def test_a_layer_that_is_an_image_is_not_read_into(cli: Cli, tmp_path: Path) -> None:
    inner = docker(tmp_path, LAYER).read_bytes()
    result = cli("files", "--json", docker(tmp_path, inner))

    assert "manifest.json" in {row["path"] for row in result.json["files"]}
    assert "etc/a" not in {row["path"] for row in result.json["files"]}


LOOP = header(b"h", b"x", 0) + header(b"a", b"0", -512) + header(b"b", b"0", -1024)
CONFUSED = header(b"././@LongLink", b"L", 5) + pad(b"name\0") + header(b"old/", b"\0", 0) + bytes(1024)
LABEL = header(b"v", b"V", -512) + bytes(1024)


@pytest.mark.parametrize(("data", "code"), [(LOOP, 3), (CONFUSED, 0), (LABEL, 3)], ids=["loop", "confused", "label"])
def test_headers_that_hung_or_broke_another_reader(data: bytes, code: int, tmp_path: Path) -> None:
    assert bounded("report", "--json", docker(tmp_path, data)).code == code


@pytest.mark.parametrize("members", [[d("a"), o("a")], [h("b", "a")], [s("a", "a")]])
def test_gzip_with_every_field_of_64_kib(members: list[E], cli: Cli, tmp_path: Path) -> None:
    out = io.BytesIO()
    with gzip.GzipFile("n" * 60_000, "wb", fileobj=out, mtime=0) as stream:
        stream.write(layer(*members))

    assert cli("report", stored(tmp_path, out.getvalue(), "+gzip")).code == 0
