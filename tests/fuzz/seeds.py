"""What fuzzing begins with, and how a few bytes become an image: chance would not find a digest or a checksum."""

from __future__ import annotations

import bz2
import io
import itertools
import json
import lzma
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.build import (
    BLOCK,
    E,
    Spec,
    d,
    dir_files,
    docker_files,
    f,
    gz,
    h,
    hybrid_files,
    layer,
    layout_files,
    o,
    plain,
    s,
    sha,
    w,
    with_checksum,
    zst,
)
from tests.tar.making import SPARSE_FORMATS, long, pax

FIXTURES = Path(__file__).parents[2] / "fixtures"
LARGEST = 16 << 10
"""Bytes of a seed: what is longer is cut, as fuzzing it would be slow."""
SEPARATOR = b"\n--next--\n"
WORDS = (
    *(b"ustar\x0000", b"ustar  \0", b"tar\0", b"\x80\0\0\0", b"\xff\xff\xff\xff", b"0000000\0", b"././@LongLink"),
    *(b"path=", b"linkpath=", b"size=", b"mtime=", b"SCHILY.xattr.", b"GNU.sparse.map=", b"GNU.sparse.major=1"),
    *(b".wh.", b".wh..wh..opq", b"../", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", b"BZh91AY&"),
    *(b'"Config":', b'"Layers":', b'"manifests":', b'"digest":', b'"mediaType":', b'"diff_ids":', b'"sha256:'),
    *(b"[gate]\n", b"max-wasted-bytes = ", b"rules:\n", b"lowestEfficiency: ", b"1e400", b"&a ", b"*a", b"\t"),
    *(b'"history":', b'"platform":', b'"annotations":', b'"size":', b"null", b"\\ud800", SEPARATOR),
)
"""A dictionary for the fuzzer: what the formats are made of."""

LAYERS = (
    layer(d("a"), f("a/b", "x" * 600), s("l", "a/b"), h("h", "a/b"), E("p", type="6"), E("c", type="3")),
    layer(w("a/b"), f("a/c", "y"), o("d"), f("d/e", "z"), f("../up"), f("a/b/c")),
    layer(f("n" * 150, "1"), s("m", "t" * 150), f("x", "2", pax={"mtime": "1.5", "SCHILY.xattr.user.a": "b"})),
    pax([("path", "pax")]) + long(b"L", b"gnu/" * 30) + layer(f("short", "3")),
    b"".join(write(b"s", [(10, 5), (600, 7)], 1000, 12) for write in SPARSE_FORMATS.values()) + bytes(2 * BLOCK),
    layer(f("a"), end=bytes(BLOCK)) + b"behind",
)
CONFIG: dict[str, Any] = {
    "created": "2026-01-02T03:04:05Z",
    "os": "linux",
    "architecture": "amd64",
    "config": {"Env": ["A=1"], "Cmd": None, "Labels": {"a": "b"}, "ExposedPorts": {"80/tcp": {}}},
    "rootfs": {"type": "layers", "diff_ids": []},
    "history": [{"created_by": '/bin/sh -c #(nop)  CMD ["sh"]', "empty_layer": True}, {"created_by": "|1 A=b RUN x"}],
}
SETTINGS = """\
rules:
  lowestEfficiency: 0.95
  highestWastedBytes: 20MB
  highestUserWastedPercent: disabled
---
rules: {lowestEfficiency: 1e-1, highestWastedBytes: null}
---
[ui]
theme = "imgscope-dark"
[keys]
quit = "q"
---
[gate]
max-wasted-bytes = "20MB"
min-efficiency = 0.9
[gate.growth]
wasted = "10%"
baseline = "b.json"
---
{"imgscope_baseline": 1, "images": {"app": {
  "totals": {"wasted_bytes": 1, "content_bytes": 2, "stored_bytes": 3, "files": 4, "layers": 1},
  "layers": {"RUN x": {"content_bytes": 2, "wasted_bytes": 1}},
  "directories": {"usr": {"live_bytes": 1, "files": 1}},
  "waste": {"overwritten": {"a/b": 1}}}}}
---
{"version": 1, "theme": "imgscope-light"}
"""
IMAGE = Spec(LAYERS[:2], config={"Env": ["A=1"]})
COMPRESS: tuple[Callable[[bytes], bytes], ...] = (plain, gz, zst, lzma.compress, bz2.compress)


def mended(data: bytes) -> bytes:
    """The archive with a right checksum in each block that says it is a header."""
    blocks = (data[start : start + BLOCK] for start in range(0, len(data), BLOCK))
    return b"".join(
        with_checksum(block) if len(block) == BLOCK and block[257:262] == b"ustar" else block for block in blocks
    )


def assembled(data: bytes) -> bytes:
    """An archive from fuzzed bytes. The first says which: the rest as it is, or parts of which it is made."""
    form, (first, *rest) = data[:1] or b"\0", data[1:].split(SEPARATOR)
    if form == b"d":
        return packed({"manifest.json": first, **_numbered(rest)})
    if form == b"i":
        return packed({**layout_files(IMAGE, nested=True), "index.json": first, **_numbered(rest)})
    if form.isdigit():
        return packed(_layout(first, rest, COMPRESS[int(form) % len(COMPRESS)]))
    return data[1:]


def _numbered(parts: list[bytes]) -> dict[str, bytes]:
    return {str(number): mended(part) for number, part in enumerate(parts)}


def _layout(config: bytes, layers: list[bytes], compress: Callable[[bytes], bytes]) -> dict[str, bytes]:
    """An OCI layout of these layers, and of this config but for its digests."""
    document = dict(CONFIG)
    with suppress(ValueError, RecursionError):
        given = json.loads(config)
        document.update(given if isinstance(given, dict) else {})
    spec = _Given([mended(part) for part in layers])
    document["rootfs"] = {"type": "layers", "diff_ids": [sha(part) for part in spec.layers]}
    spec.document = json.dumps(document).encode()
    return layout_files(spec, compress=compress)


class _Given(Spec):
    """An image whose config is given."""

    document = b""

    @property
    def raw_config(self) -> bytes:
        return self.document


def packed(files: dict[str, bytes]) -> bytes:
    """Files as an archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _fixtures() -> Iterator[bytes]:
    """The smaller half of what engines wrote, documents apart."""
    for path in sorted(FIXTURES.rglob("*")):
        if path.is_file() and path.suffix != ".tsv" and path.stat().st_size < 60_000:
            yield path.read_bytes()


def _documents() -> Iterator[bytes]:
    made = (docker_files(IMAGE), layout_files(IMAGE, nested=True), dir_files(IMAGE), hybrid_files(IMAGE))
    for data in itertools.chain(_fixtures(), *(files.values() for files in made)):
        if data.lstrip()[:1] in (b"{", b"["):
            yield data
    yield b'\xef\xbb\xbf[{"config":"c","repoTags":null,"layers":["l","l"]}]'
    yield b'{"history":[{"created_by":"\\ud800","created":"9999-12-31T23:59:60.5+14:00"}]}'


def _compressed() -> Iterator[bytes]:
    for compress, content in itertools.product(COMPRESS, (b"", b"content " * 50, LAYERS[0])):
        yield compress(content)
    yield gz(b"one") + gz(b"two") + bytes(20)
    yield zst(b"one") + b"\x5f\x2a\x4d\x18\x02\0\0\0ab" + zst(b"two") + b"junk"
    yield b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x02\0ab" + b"name\0comment\0" + b"\0\0" + gz(b"x")[10:]


def _images() -> Iterator[bytes]:
    for files in (docker_files(IMAGE), layout_files(IMAGE), hybrid_files(IMAGE)):
        for compress in COMPRESS:
            yield b"." + compress(packed(files))
    for data in (LAYERS[0], *_fixtures()):
        yield b"." + data
    manifest = json.dumps([{"Config": "0", "RepoTags": ["a:1"], "Layers": ["1", "2"]}]).encode()
    yield b"d" + SEPARATOR.join((manifest, IMAGE.raw_config, *LAYERS[:2]))
    yield b"i" + layout_files(IMAGE)["index.json"]
    yield b"i" + layout_files(IMAGE, nested=True)["index.json"]
    for number, pair in enumerate(itertools.permutations(LAYERS, 2)):
        yield b"%d" % (number % len(COMPRESS)) + SEPARATOR.join((json.dumps(CONFIG).encode(), *pair))


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "tar": lambda: itertools.chain(LAYERS, _fixtures()),
    "documents": _documents,
    "compression": _compressed,
    "image": _images,
    "settings": lambda: (text.encode() for text in SETTINGS.split("---\n")),
}


def write_seeds(target: str, directory: Path) -> None:
    """A target's seeds, a file each, and the dictionary beside the directory."""
    directory.mkdir(parents=True)
    for number, seed in enumerate(SEEDS[target]()):
        (directory / f"{number:04}").write_bytes(seed[:LARGEST])
    words = "".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in WORDS)
    (directory.parent / "words").write_text(words)
