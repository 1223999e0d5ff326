"""Large images made in code, fast: headers from a template, bodies of less than a block."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tests.build import header

_BLOCK = 512


def names(count: int, *, prefix: str, width: int = 20) -> Iterator[str]:
    """``count`` paths, about ``width`` files a directory and ten directories a level."""
    for number in range(count):
        directory = number // width
        parts = [f"d{directory // 10**level % 10}" for level in (3, 2, 1, 0)]
        yield f"{prefix}/{'/'.join(parts)}-{directory}/file{number:07}.py"


def layer(path: Path, entries: Iterator[str]) -> Path:
    """A layer of files with sizes from 0 to 511, spread so that sorting has something to do."""
    template = bytearray(header(b"", b"0", 0))
    base = sum(template) - sum(template[124:136]) - sum(template[148:156]) + 8 * ord(" ")
    with path.open("wb", buffering=1 << 20) as out:
        for number, name in enumerate(entries):
            size = number * 7919 % 512
            raw = name.encode()
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


def docker_archive(path: Path, layers: list[Path]) -> Path:
    """The layers as docker save would write them."""
    digests = [_digest(each) for each in layers]
    config = json.dumps(
        {
            "os": "linux",
            "architecture": "amd64",
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
            "history": [{"created_by": f"RUN make layer {number}"} for number in range(len(layers))],
        }
    ).encode()
    listed = [f"{digest}/layer.tar" for digest in digests]
    manifest = json.dumps([{"Config": "config.json", "RepoTags": ["bench:1"], "Layers": listed}]).encode()
    with tarfile.open(path, "w") as archive:
        for name, data in (("config.json", config), ("manifest.json", manifest)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for name, each in zip(listed, layers, strict=True):
            archive.add(each, name)
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def two_layers(directory: Path, files: int) -> Path:
    """Half the files in each of two layers; the second rewrites a tenth of the first."""
    half = files // 2

    def upper() -> Iterator[str]:
        yield from names(half // 10, prefix="usr")
        yield from names(files - half - half // 10, prefix="opt")

    layers = [
        layer(directory / "lower.tar", names(half, prefix="usr")),
        layer(directory / "upper.tar", upper()),
    ]
    archive = docker_archive(directory / f"bench{files}.tar", layers)
    for each in layers:
        each.unlink()
    return archive
