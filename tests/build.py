"""Layers and images made in code: byte-exact tar writing, and one image in every saved form.

Deliberately independent of ``imgscope``: what reads is never used to write, so a shared mistake cannot hide.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import lzma
import sys
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK = 512


@dataclass
class E:
    """One entry of a layer."""

    name: str | bytes
    data: bytes = b""
    type: str = "0"
    link: str | bytes = ""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = 1_700_000_000
    pax: dict[str, str | bytes] = field(default_factory=dict)
    size: int | None = None
    """What the header claims; the length of ``data`` by default."""


def f(name: str | bytes, data: str | bytes = "", **more: Any) -> E:
    """A regular file."""
    return E(name, data.encode() if isinstance(data, str) else data, **more)


def d(name: str | bytes, **more: Any) -> E:
    """A directory."""
    return E(name, type="5", mode=more.pop("mode", 0o755), **more)


def s(name: str | bytes, target: str | bytes, **more: Any) -> E:
    """A symlink."""
    return E(name, type="2", link=target, mode=0o777, **more)


def h(name: str | bytes, target: str | bytes, **more: Any) -> E:
    """A hard link."""
    return E(name, type="1", link=target, **more)


def w(name: str, **more: Any) -> E:
    """A whiteout of ``name``."""
    directory, _, base = name.rpartition("/")
    return E(f"{directory}/.wh.{base}" if directory else f".wh.{base}", **more)


def o(name: str = "") -> E:
    """An opaque marker in directory ``name``."""
    return E(f"{name}/.wh..wh..opq" if name else ".wh..wh..opq")


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def header(
    name: bytes,
    type_: bytes,
    size: int,
    *,
    link: bytes = b"",
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
    mtime: int = 0,
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    tail: bytes = b"",
) -> bytes:
    """One sound header block."""
    block = bytearray(BLOCK)
    for offset, width, value in (
        (0, 100, name),
        (100, 8, b"%07o\0" % mode),
        (108, 8, b"%07o\0" % uid),
        (116, 8, b"%07o\0" % gid),
        (124, 12, number(size)),
        (136, 12, number(mtime)),
        (156, 1, type_),
        (157, 100, link),
        (257, 8, magic),
        (329, 8, b"0000000\0"),
        (337, 8, b"0000000\0"),
        (345, 155, prefix),
        (345 if tail else 500, len(tail), tail),
    ):
        block[offset : offset + width] = value[:width].ljust(width, b"\0")
    return with_checksum(bytes(block))


def number(value: int) -> bytes:
    """A twelve byte field: octal, or base-256 where that is too short."""
    if 0 <= value < 8**11:
        return b"%011o\0" % value
    return (value & ((1 << 96) - 1) | (1 << 95)).to_bytes(12, "big")


def with_checksum(block: bytes) -> bytes:
    """The block with a right checksum."""
    blank = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(blank) + block[156:]


def pad(data: bytes) -> bytes:
    """Data in whole blocks."""
    return data + bytes(-len(data) % BLOCK)


def pax_record(key: str, value: str | bytes) -> bytes:
    """One pax record, its own length included in its length."""
    body = b" " + key.encode() + b"=" + _bytes(value) + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def entry(item: E) -> bytes:
    """One entry with what it needs before it: pax records given, GNU long names where names are long."""
    out = b""
    if item.pax:
        payload = b"".join(pax_record(key, value) for key, value in item.pax.items())
        out += header(b"PaxHeaders", b"x", len(payload)) + pad(payload)
    name, link = _bytes(item.name), _bytes(item.link)
    if item.type == "5" and not name.endswith(b"/"):
        name += b"/"
    for kind, text in ((b"L", name), (b"K", link)):
        if len(text) > 100:
            out += header(b"././@LongLink", kind, len(text) + 1) + pad(text + b"\0")
    size = len(item.data) if item.size is None else item.size
    out += header(
        name,
        item.type.encode("latin-1"),
        size,
        link=link,
        mode=item.mode,
        uid=item.uid,
        gid=item.gid,
        mtime=item.mtime,
    )
    return out + pad(item.data)


def layer(*entries: E, end: bytes = bytes(2 * BLOCK)) -> bytes:
    """A layer's tar."""
    return b"".join(map(entry, entries)) + end


def sha(data: bytes) -> str:
    """A digest."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass
class Spec:
    """An image to be written in some form."""

    layers: Sequence[bytes]
    history: list[dict[str, Any]] | None = None
    tags: tuple[str, ...] = ("example/app:1",)
    architecture: str = "amd64"
    variant: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    created: str = "2026-01-02T03:04:05.678901234Z"

    @property
    def raw_config(self) -> bytes:
        """The config document."""
        history = self.history
        if history is None:
            history = [{"created": self.created, "created_by": f"RUN step {i}"} for i in range(len(self.layers))]
        document = {
            "created": self.created,
            "architecture": self.architecture,
            "os": "linux",
            "config": self.config,
            "rootfs": {"type": "layers", "diff_ids": [sha(one) for one in self.layers]},
            "history": history,
        }
        if self.variant:
            document["variant"] = self.variant
        return json.dumps(document).encode()


Compress = Callable[[bytes], bytes]


def plain(data: bytes) -> bytes:
    """No compression."""
    return data


def gz(data: bytes) -> bytes:
    """Reproducible gzip."""
    return gzip.compress(data, mtime=0)


def zst(data: bytes) -> bytes:
    """zstd."""
    return bytes(zstd.compress(data))


_SUFFIX: dict[Compress, str] = {plain: "", gz: "+gzip", zst: "+zstd"}


def write_tar(files: dict[str, bytes], path: Path, symlinks: dict[str, str] | None = None) -> Path:
    """An outer archive, written by the standard library."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as out:
        for name, target in (symlinks or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            out.addfile(info)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return path


def write_directory(files: dict[str, bytes], path: Path) -> Path:
    """The same files in a directory."""
    for name, data in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return path


def docker_files(*specs: Spec) -> dict[str, bytes]:
    """``docker save`` of 1.10 to 24: a directory a layer, manifest.json last."""
    files: dict[str, bytes] = {}
    items = []
    for spec in specs:
        names = []
        for data in spec.layers:
            name = f"{hashlib.sha256(b'v1' + data).hexdigest()}/layer.tar"
            files[name] = data
            names.append(name)
        config = f"{sha(spec.raw_config)[7:]}.json"
        files[config] = spec.raw_config
        items.append({"Config": config, "RepoTags": list(spec.tags) or None, "Layers": names})
    files["manifest.json"] = json.dumps(items).encode()
    return files


def manifest_of(spec: Spec, compress: Compress, blobs: dict[str, bytes]) -> dict[str, Any]:
    """Put an image's blobs into ``blobs`` by digest; return the descriptor of its manifest."""

    def put(data: bytes, media_type: str) -> dict[str, Any]:
        blobs[sha(data)] = data
        return {"mediaType": media_type, "digest": sha(data), "size": len(data)}

    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": put(spec.raw_config, "application/vnd.oci.image.config.v1+json"),
        "layers": [
            put(compress(data), f"application/vnd.oci.image.layer.v1.tar{_SUFFIX.get(compress, '+gzip')}")
            for data in spec.layers
        ],
    }
    descriptor = put(json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json")
    descriptor["platform"] = {"os": "linux", "architecture": spec.architecture}
    if spec.variant:
        descriptor["platform"]["variant"] = spec.variant
    if spec.tags:
        descriptor["annotations"] = {"io.containerd.image.name": spec.tags[0]}
    return descriptor


def layout_files(*specs: Spec, compress: Compress = gz, nested: bool = False) -> dict[str, bytes]:
    """An OCI layout; ``nested``: the index leads to an index of all platforms."""
    blobs: dict[str, bytes] = {}
    manifests = [manifest_of(spec, compress, blobs) for spec in specs]
    if nested:
        inner = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
        blobs[sha(inner)] = inner
        manifests = [
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "digest": sha(inner),
                "size": len(inner),
                "annotations": {"org.opencontainers.image.ref.name": specs[0].tags[0]},
            }
        ]
        for manifest in json.loads(inner)["manifests"]:
            manifest.pop("annotations", None)
    files = {f"blobs/{digest.replace(':', '/')}": data for digest, data in blobs.items()}
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
    files["oci-layout"] = b'{"imageLayoutVersion":"1.0.0"}'
    return files


def hybrid_files(spec: Spec) -> dict[str, bytes]:
    """``docker save`` since 25: an OCI layout with plain layers, and manifest.json."""
    files = layout_files(spec, compress=plain)
    item = {
        "Config": f"blobs/sha256/{sha(spec.raw_config)[7:]}",
        "RepoTags": list(spec.tags),
        "Layers": [f"blobs/sha256/{sha(data)[7:]}" for data in spec.layers],
    }
    return {**files, "manifest.json": json.dumps([item]).encode()}


def dir_files(spec: Spec, compress: Compress = gz) -> dict[str, bytes]:
    """A ``dir:`` copy."""
    blobs: dict[str, bytes] = {}
    descriptor = manifest_of(spec, compress, blobs)
    files = {digest[7:]: data for digest, data in blobs.items()}
    files["manifest.json"] = files.pop(descriptor["digest"][7:])
    files["version"] = b"Directory Transport Version: 1.1\n"
    return files


def symlinked_archive(spec: Spec, path: Path) -> Path:
    """Podman's docker-archive: ``<id>/layer.tar`` is a symlink; here the list names the links, in lower case."""
    files: dict[str, bytes] = {}
    links = {}
    names = []
    for number_, data in enumerate(spec.layers):
        files[f"{sha(data)[7:]}.tar"] = data
        links[f"v1-{number_}/layer.tar"] = f"../{sha(data)[7:]}.tar"
        names.append(f"v1-{number_}/layer.tar")
    files["config.json"] = spec.raw_config
    files["manifest.json"] = json.dumps(
        [{"config": "config.json", "repoTags": list(spec.tags), "layers": names}]
    ).encode()
    return write_tar(files, path, links)


def every_form(spec: Spec, directory: Path) -> dict[str, Path]:
    """One image in each form that a test can make; the key says which."""
    directory.mkdir(parents=True, exist_ok=True)
    docker = write_tar(docker_files(spec), directory / "docker.tar")
    forms = {
        "docker-archive": docker,
        "docker-archive, symlinked layers": symlinked_archive(spec, directory / "links.tar"),
        "docker-archive, 25 and later": write_tar(hybrid_files(spec), directory / "hybrid.tar"),
        "docker-archive, ./ before names": write_tar(
            {f"./{name}": data for name, data in docker_files(spec).items()}, directory / "dot.tar"
        ),
        "oci-archive, plain": write_tar(layout_files(spec, compress=plain), directory / "oci-plain.tar"),
        "oci-archive, gzip": write_tar(layout_files(spec, compress=gz), directory / "oci-gz.tar"),
        "oci-archive, zstd": write_tar(layout_files(spec, compress=zst), directory / "oci-zst.tar"),
        "oci-archive, nested index": write_tar(layout_files(spec, nested=True), directory / "nested.tar"),
        "oci-layout": write_directory(layout_files(spec), directory / "layout"),
        "dir": write_directory(dir_files(spec), directory / "dir"),
        "unpacked docker-archive": write_directory(docker_files(spec), directory / "unpacked"),
    }
    for name, compress in (("gzip", gz), ("zstd", zst), ("xz", lzma.compress), ("bzip2", _bz2)):
        whole = directory / f"whole.{name}"
        whole.write_bytes(compress(docker.read_bytes()))
        forms[f"whole file {name}"] = whole
    return forms


def _bz2(data: bytes) -> bytes:
    import bz2

    return bz2.compress(data)


class BytesBlob:
    """A blob that is already in memory."""

    def __init__(self, data: bytes, name: str = "bytes") -> None:
        self.data = data
        self.name = name
        self.size = len(data)

    def read_at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``; fewer only at the end."""
        return self.data[offset : offset + size]
