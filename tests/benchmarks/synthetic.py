"""Large images made in code, fast and always the same: headers from a template, bodies of less than a block.

A shape is what the layers of an image hold, as paths; a path whose name begins with ``.wh.`` is a marker. Nothing is
kept in memory: a million entries are written as they are named.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from tests.build import entry, f, header

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_BLOCK = 512
_PIECE = 1 << 20
_MEDIA_TYPE = "application/vnd.oci.image"

Shape = list[Iterator[str]]


def names(count: int, *, prefix: str, width: int = 20) -> Iterator[str]:
    """``count`` paths, about ``width`` files a directory and ten directories a level."""
    for number in range(count):
        yield f"{_home(prefix, number // width)}/file{number:07}.py"


def _home(prefix: str, directory: int) -> str:
    parts = [f"d{directory // 10**level % 10}" for level in (3, 2, 1, 0)]
    return f"{prefix}/{'/'.join(parts)}-{directory}"


def rewritten(files: int) -> Shape:
    """Half the files in each of two layers; the second rewrites a tenth of the first."""
    half = files // 2

    def upper() -> Iterator[str]:
        yield from names(half // 10, prefix="usr")
        yield from names(files - half - half // 10, prefix="opt")

    return [names(half, prefix="usr"), upper()]


def one_layer(files: int) -> Shape:
    """All in one layer."""
    return [names(files, prefix="usr")]


def many_layers(layers: int) -> Shape:
    """Five hundred files a layer, ten of them those of the layer below."""

    def one(number: int) -> Iterator[str]:
        yield from (f"srv/shared/file{rank}.py" for rank in range(10))
        yield from names(490, prefix=f"srv/layer{number}")

    return [one(number) for number in range(layers)]


def whiteouts(count: int) -> Shape:
    """Every second file of a tree is deleted, one by one."""

    def markers() -> Iterator[str]:
        for number, name in enumerate(names(2 * count, prefix="usr")):
            if number % 2:
                directory, _, base = name.rpartition("/")
                yield f"{directory}/.wh.{base}"

    return [names(2 * count, prefix="usr"), markers()]


def opaques(count: int) -> Shape:
    """So many directories of twenty files are removed, and made again with one."""

    def remade() -> Iterator[str]:
        for directory in range(count):
            yield f"{_home('usr', directory)}/.wh..wh..opq"
            yield f"{_home('usr', directory)}/file.py"

    return [names(20 * count, prefix="usr"), remade()]


def one_directory(files: int) -> Shape:
    """All in one directory."""
    return [(f"usr/lib/file{number:07}.py" for number in range(files))]


def deep(depth: int, files: int = 1_000) -> Shape:
    """So many files, each below ``depth`` directories of its own."""
    below = "/".join(["d"] * (depth - 1))
    return [(f"tree{number}/{below}/file" for number in range(files))]


def layer(path: Path, entries: Iterator[str]) -> Path:
    """A layer of files with sizes from 0 to 511, spread so that sorting has something to do."""
    template = bytearray(header(b"", b"0", 0))
    base = sum(template) - sum(template[124:136]) - sum(template[148:156]) + 8 * ord(" ")
    with path.open("wb", buffering=_PIECE) as out:
        for number, name in enumerate(entries):
            size = 0 if "/.wh." in name else number * 7919 % 512
            raw = name.encode()
            if len(raw) > 100:
                out.write(entry(f(raw, bytes(size))))
                continue
            octal = b"%011o\0" % size
            total = base + sum(raw) + sum(octal)
            template[:100] = raw.ljust(100, b"\0")
            template[124:136] = octal
            template[148:156] = b"%06o\0 " % total
            out.write(template)
            if size:
                out.write(bytes(_BLOCK))
        out.write(bytes(2 * _BLOCK))
    return path


def plain(tar: Path) -> Path:
    """A layer as it is."""
    return tar


def gz(tar: Path) -> Path:
    """A layer compressed with gzip, in place of the plain one."""
    packed = tar.with_suffix(".gz")
    with packed.open("wb") as out, gzip.GzipFile("", "wb", 1, out, mtime=0) as stream:
        _copy(tar, stream)
    return packed


def zst(tar: Path) -> Path:
    """The same with zstd."""
    packed = tar.with_suffix(".zst")
    with zstd.open(packed, "wb") as stream:
        _copy(tar, stream)
    return packed


def _copy(tar: Path, stream: Any) -> None:
    with tar.open("rb") as source:
        shutil.copyfileobj(source, stream, _PIECE)


Form = Callable[[Path], Path]
_SUFFIX: dict[Form, str] = {plain: "", gz: "+gzip", zst: "+zstd"}


def image(path: Path, shape: Shape, form: Form = plain) -> Path:
    """An image of the shape as an OCI archive, its layers in the form asked for."""
    with tarfile.open(path, "w") as archive:
        diff_ids, layers = [], []
        for entries in shape:
            tar = layer(path.with_suffix(".layer"), entries)
            blob = form(tar)
            diff_ids.append(f"sha256:{_digest(tar)}")
            layers.append(_put(archive, blob, f"layer.v1.tar{_SUFFIX[form]}"))
            for made in {tar, blob}:
                made.unlink()
        config = _put_document(archive, _config(diff_ids), "config.v1+json")
        manifest = _put_document(archive, {"schemaVersion": 2, "config": config, "layers": layers}, "manifest.v1+json")
        _add(archive, "index.json", io.BytesIO(json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode()))
        _add(archive, "oci-layout", io.BytesIO(b'{"imageLayoutVersion": "1.0.0"}'))
    return path


def _config(diff_ids: Sequence[str]) -> dict[str, Any]:
    return {
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created_by": f"RUN make layer {number}"} for number in range(len(diff_ids))],
    }


def _put(archive: tarfile.TarFile, blob: Path, kind: str) -> dict[str, Any]:
    """A blob into the archive; its descriptor."""
    digest = _digest(blob)
    with blob.open("rb") as file:
        _add(archive, f"blobs/sha256/{digest}", file)
    return {"mediaType": f"{_MEDIA_TYPE}.{kind}", "digest": f"sha256:{digest}", "size": blob.stat().st_size}


def _put_document(archive: tarfile.TarFile, document: Any, kind: str) -> dict[str, Any]:
    data = json.dumps(document).encode()
    digest = hashlib.sha256(data).hexdigest()
    _add(archive, f"blobs/sha256/{digest}", io.BytesIO(data))
    return {"mediaType": f"{_MEDIA_TYPE}.{kind}", "digest": f"sha256:{digest}", "size": len(data)}


def _add(archive: tarfile.TarFile, name: str, file: BinaryIO) -> None:
    member = tarfile.TarInfo(name)
    member.size = file.seek(0, io.SEEK_END)
    file.seek(0)
    archive.addfile(member, file)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
