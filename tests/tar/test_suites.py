"""The public test archives of Go, libarchive and CPython, read as Go's ``archive/tar`` reads them.

The archives are no part of this repository. They are looked for in ``IMGSCOPE_TAR_SUITES``, then beside the checkout;
``go-oracle.jsonl`` there has, for each file, the entries that Go returned and the error that ended them, and
``readers.tsv`` how many entries bsdtar listed and whether it complained. Go is the target; where bsdtar tells of
something else, the reason is here.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from imgscope.compression import Codec, chunks, recognise
from imgscope.errors import CompressionError
from imgscope.tar.table import Member
from tests.build import BytesBlob
from tests.tar.making import from_blob, from_stream, members

ORACLE = "go-oracle.jsonl"
READERS = "readers.tsv"
FILES = 155
MOST_CONTENT = 4 << 20


class Entry(NamedTuple):
    """What is compared of a member. ``content`` is a digest, where there is one and the file is not too large."""

    name: bytes
    type: bytes
    size: int
    mode: int
    uid: int
    gid: int
    mtime: int
    link: str
    xattrs: tuple[str, ...]
    content: str


class Reading(NamedTuple):
    """What a reader makes of an archive: members, and whether an error ended them."""

    entries: list[Entry]
    failed: bool


# Where imgscope reads otherwise, and why. Each adapts Go's reading to what is wanted here, and must be needed.


def _without_globals(go: Reading) -> Reading:
    return Reading([entry for entry in go.entries if entry.type != b"g"], go.failed)


def _without_claims(go: Reading) -> Reading:
    return Reading([entry._replace(size=0) if entry.type in b"123456" else entry for entry in go.entries], go.failed)


def _failed(go: Reading) -> Reading:
    return Reading(go.entries, failed=True)


def _failed_at_once(_: Reading) -> Reading:
    return Reading([], failed=True)


DIFFERENCES: list[tuple[str, Callable[[Reading], Reading], set[str]]] = [
    (
        "Go returns a global pax header as an entry; engines skip it, and here it is a notice",
        _without_globals,
        {
            "cpython/testtar.tar",
            "go-archive-tar/pax-global-records.tar",
            "libarchive/libarchive-libarchive__test_compat_star_acl_nfs4.tar",
            "libarchive/libarchive-libarchive__test_compat_star_acl_posix1e.tar",
            "libarchive/libarchive-libarchive__test_read_format_tar_empty_pax.tar.Z",
        },
    ),
    (
        "Go repeats the size that the header of a link, directory or device claims; here it is what it has: none",
        _without_claims,
        {
            "cpython/testtar.tar",
            "go-archive-tar/hdr-only.tar",
            "libarchive/libarchive-libarchive__test_compat_tar_directory_1.tar",
            "libarchive/libarchive-libarchive__test_compat_tar_hardlink_1.tar",
        },
    ),
    (
        "Go takes an extended header at the very end for the end; here it is a cut: a member is missing",
        _failed,
        {"go-archive-tar/pax-path-hdr.tar"},
    ),
    (
        "Go finds a byte too many in a sparse file once it has read all 10 GiB, of which the oracle read 64 MiB",
        _failed_at_once,
        {"libarchive/libarchive-libarchive__test_read_format_gtar_sparse_skip_entry.tar.Z"},
    ),
]


def _suites() -> Path:
    place = os.environ.get("IMGSCOPE_TAR_SUITES")
    root = Path(place) if place else Path(__file__).parents[3] / "shared" / "data" / "tar-suites"
    if not (root / ORACLE).is_file():
        pytest.skip(f"the public tar suites are not at {root} (set IMGSCOPE_TAR_SUITES)")
    return root


def _uncompress(data: bytes) -> bytes:
    """Undo ``compress``: the .Z files of the suites, which imgscope does not read."""
    widest, code_bits, position = data[2] & 31, 9, 24
    first = 257 if data[2] & 0x80 else 256
    table = [bytes((byte,)) for byte in range(256)] + [b""] * (first - 256)
    out = bytearray()
    group, previous = position, b""
    bits = int.from_bytes(data, "little")
    while position + code_bits <= 8 * len(data):
        code = (bits >> position) & ((1 << code_bits) - 1)
        position += code_bits
        cleared = code == 256 < first
        if cleared:
            del table[first:]
            previous = b""
        else:
            current = table[code] if code < len(table) else previous + previous[:1]
            out += current
            if previous and len(table) < 1 << widest:
                table.append(previous + current[:1])
            previous = current
        # Codes come in groups of eight; a new width, like a cleared table, begins a new group.
        wider = 9 if cleared else min(widest, len(table).bit_length())
        if wider != code_bits or cleared:
            position += -(position - group) % (8 * code_bits)
            group, code_bits = position, wider
    return bytes(out)


def _plain(data: bytes, compression: str) -> bytes:
    """The tar in a file, as it was given to Go."""
    if compression == "base64":
        return base64.b64decode(data)
    if data.startswith(b"\x1f\x9d"):
        return _uncompress(data)
    if compression:
        assert recognise(data) is Codec(compression)
        return b"".join(chunks(BytesBlob(data), Codec(compression)))
    return data


def _digest(data: bytes, member: Member) -> str:
    """Of the content, holes filled with zeros."""
    if not 0 < member.size <= MOST_CONTENT:
        return ""
    stored = data[member.body : member.body + member.stored]
    if member.sparse:
        content, position = bytearray(member.size), 0
        for offset, length in member.sparse.segments:
            content[offset : offset + length] = stored[position : position + length]
            position += length
        stored = bytes(content)
    return hashlib.sha256(stored).hexdigest()


def _ours(data: bytes) -> Reading:
    table, error = from_blob(data)
    streamed, streamed_error = from_stream(data, 10_000)
    assert (members(streamed), str(streamed_error)) == (members(table), str(error))
    entries = [
        Entry(
            name=member.name,
            type=member.type,
            size=member.size,
            mode=member.mode,
            uid=member.uid,
            gid=member.gid,
            mtime=member.mtime,
            link=member.link.decode(),
            xattrs=tuple(sorted(xattr.decode() for xattr in member.xattrs)),
            content=_digest(data, member),
        )
        for member in members(table)
    ]
    return Reading(entries, error is not None)


def _uncompressed(data: bytes) -> Reading:
    """What is made of a file whatever compresses it."""
    try:
        return _ours(b"".join(chunks(BytesBlob(data), recognise(data))))
    except CompressionError:
        return Reading([], failed=True)


def _gos(record: dict[str, Any]) -> Reading:
    entries = [
        Entry(
            name=base64.b64decode(entry["name_b64"]),
            type=entry["type"].strip("'").encode(),
            size=entry["size"],
            mode=entry["mode"],
            uid=entry["uid"],
            gid=entry["gid"],
            mtime=int(entry["mtime"].partition(".")[0]),
            link=entry.get("link", '""')[1:-1],
            xattrs=tuple(
                sorted(key[14:-1] for key in entry.get("pax_value_lens", {}) if key.startswith('"SCHILY.xattr.'))
            ),
            content=entry.get("sha256", "") if 0 < entry["size"] <= MOST_CONTENT else "",
        )
        for entry in record["entries"] or ()
    ]
    return Reading(entries, bool(record.get("err")))


def test_public_archives_are_read_as_go_reads_them() -> None:
    root = _suites()
    records = [json.loads(line) for line in (root / ORACLE).read_text().splitlines()]
    assert len(records) == FILES
    wrong: dict[str, object] = {}
    for record in records:
        file = record["file"]
        ours, wanted = _ours(_plain((root / file).read_bytes(), record["comp"])), _gos(record)
        for reason, adapt, files in DIFFERENCES:
            if file in files:
                adapted = adapt(wanted)
                if adapted == wanted:
                    wrong[file] = f"listed, but does not differ: {reason}"
                wanted = adapted
        if ours != wanted:
            wrong[file] = (ours, wanted)
    assert wrong == {}
    assert {file for _, _, files in DIFFERENCES for file in files} <= {record["file"] for record in records}


# What bsdtar 3.6.2 made of the same files: entries, and whether it complained. Ours is what Go does, for these reasons.

_LIBARCHIVE = "libarchive/libarchive-libarchive__"
BSDTAR_DIFFERS: dict[str, dict[str, tuple[int, bool]]] = {
    "bsdtar reads a codec that is not read here": {
        **{f"{_LIBARCHIVE}test_compat_lz4_{number}.tar.lz4": (6, False) for number in "123"},
        **{
            f"{_LIBARCHIVE}test_compat_lz4_{kind}.tar.lz4": (3, False)
            for kind in ("B4", "B4BD", "B4BDBX", "B5", "B5BD", "B6", "B6BD", "B7", "B7BD")
        },
        **{f"libarchive/libarchive-tar__test_extract.tar.{codec}": (2, False) for codec in ("lz", "lz4", "lzma")},
    },
    "bsdtar takes a file that is no tar for another of its formats": {
        "go-archive-tar/small2.txt": (1, True),
        f"{_LIBARCHIVE}test_read_format_lha_symlink_missing_target.lzh": (1, True),
    },
    "Go refuses a pax record that bsdtar passes over, with a word or without": {
        "go-archive-tar/pax-bad-hdr-file.tar": (1, True),
        "go-archive-tar/pax-bad-mtime-file.tar": (1, False),
        "go-archive-tar/pax-nul-path.tar": (1, False),
        "go-archive-tar/pax-nul-xattrs.tar": (1, True),
        f"{_LIBARCHIVE}test_read_format_tar_pax_timestamps.tar": (1, False),
        f"{_LIBARCHIVE}test_read_pax_empty_val_no_nl.tar": (1, True),
    },
    "bsdtar complains of a second pax header for one member, in which Go sees no harm": {
        "go-archive-tar/pax-multi-hdrs.tar": (1, True),
    },
    "bsdtar was run in a locale that cannot hold a name": {
        "cpython/testtar.tar": (39, True),
        f"{_LIBARCHIVE}test_pax_filename_encoding.tar": (2, True),
    },
    "Go refuses a sparse map that bsdtar makes something of": {
        "go-archive-tar/gnu-sparse-many-zeros.tar.bz2": (1, False),
        f"{_LIBARCHIVE}test_read_format_gtar_sparse_1_17_posix10_modified.tar": (3, False),
        f"{_LIBARCHIVE}test_read_format_gtar_sparse_skip_entry.tar.Z": (1, True),
    },
    "Go refuses a lone zero block, at which bsdtar stops without a word": {
        f"{_LIBARCHIVE}test_compat_plexus_archiver_tar.tar": (1, False),
    },
    "Go refuses a negative size, which bsdtar takes for none": {
        f"{_LIBARCHIVE}test_read_format_tar_V_negative_size.tar": (0, False),
    },
    "Go returns members that bsdtar keeps for itself: Solaris ACLs, a volume's label": {
        f"{_LIBARCHIVE}test_compat_solaris_tar_acl.tar": (4, False),
        f"{_LIBARCHIVE}test_read_format_tar_empty_with_gnulabel.tar": (0, False),
    },
    "Go returns a member without a name, which bsdtar passes over with a complaint": {
        f"{_LIBARCHIVE}test_read_format_tar_empty_filename.tar": (0, True),
    },
}
UNRECORDED = {f"{_LIBARCHIVE}test_compat_gzip_2.tgz"}
"""Files for which nothing of bsdtar was kept."""


def test_bsdtar_counts_the_same_members_but_where_go_does_not() -> None:
    root = _suites()
    compressions = {
        record["file"]: record["comp"] for record in map(json.loads, (root / ORACLE).read_text().splitlines())
    }
    listed = {file: outcome for files in BSDTAR_DIFFERS.values() for file, outcome in files.items()}
    with (root / READERS).open(newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == FILES
    found = {}
    for row in rows:
        file = row["file"]
        if row["bsdtar_rc"] is None:
            assert file in UNRECORDED
            continue
        ours = _uncompressed(_plain((root / file).read_bytes(), compressions[file]))
        theirs = (int(row["bsdtar3.6.2_n"]), row["bsdtar_rc"] != "0")
        if theirs != (len(ours.entries), ours.failed):
            found[file] = theirs
    assert found == listed
