"""``python -m tests.hostile.bombs [--only WORDS]``: inputs that are small and claim much, full size.

Each is made in a temporary directory, few MiB or holes, and read by the real program in a process of its own, with as
much address space as the table says. Nothing is asserted: tests of the same kinds do that; this is to look at.
"""

from __future__ import annotations

import argparse
import bz2
import hashlib
import itertools
import json
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from tests.build import (
    BLOCK,
    E,
    Spec,
    docker_files,
    entry,
    f,
    h,
    header,
    layer,
    number,
    pad,
    sha,
    w,
)
from tests.hostile.making import END, chained, numbered

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
PATIENCE = 600
"""Seconds that one process may take."""


BOTH = (("report", "--format", "json"), ("verify",))


class Bomb(NamedTuple):
    """An input: its row of the list of bad inputs, what it is, and how it is made: its path and what it claims."""

    row: int
    what: str
    make: Callable[[Path], tuple[Path, int]]
    memory: int = GIB
    commands: tuple[tuple[str, ...], ...] = BOTH


class Packer(Protocol):
    """What compresses a stream."""

    def compress(self, data: bytes, /) -> bytes:
        """Some of it."""

    def flush(self) -> bytes:
        """The rest."""


class Plain:
    """What compresses nothing."""

    def compress(self, data: bytes, /) -> bytes:
        """The same."""
        return data

    def flush(self) -> bytes:
        """Nothing is left."""
        return b""


PACKERS: dict[str, Callable[[], Packer]] = {
    "plain": Plain,
    "gzip": partial(zlib.compressobj, 1, zlib.DEFLATED, 31),
    "zstd": partial(zstd.ZstdCompressor, 1),
    "xz": partial(lzma.LZMACompressor, preset=0),
    "bzip2": bz2.BZ2Compressor,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A layer in a layout."""

    digest: str
    diff_id: str
    size: int
    claimed: int


def store(place: Path, pieces: Iterable[bytes], codec: str = "zstd") -> Stored:
    """Write a layer's blob."""
    packer, plain, packed, claimed = PACKERS[codec](), hashlib.sha256(), hashlib.sha256(), 0
    blobs = place / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    with (place / "new").open("wb") as out:
        for piece in itertools.chain(pieces, (b"",)):
            plain.update(piece)
            claimed += len(piece)
            data = packer.compress(piece) if piece else packer.flush()
            packed.update(data)
            out.write(data)
        size = out.tell()
    (place / "new").rename(blobs / packed.hexdigest())
    return Stored(f"sha256:{packed.hexdigest()}", f"sha256:{plain.hexdigest()}", size, claimed)


def ready(place: Path, blob: bytes, claimed: int) -> Stored:
    """Write a blob that is packed already; nobody knows what of its diff_id, which is wrong."""
    digest = sha(blob)
    target = place / "blobs" / digest.replace(":", "/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(blob)
    return Stored(digest, sha(b"unknown"), len(blob), claimed)


def layout(place: Path, *layers: Stored, config: dict[str, Any] | None = None) -> tuple[Path, int]:
    """The documents of an image of these layers."""

    def put(data: bytes) -> dict[str, Any]:
        return {"digest": ready(place, data, 0).digest, "size": len(data)}

    settings = {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": []}} | (config or {})
    settings["rootfs"] = {"type": "layers", "diff_ids": [one.diff_id for one in layers]}
    described = [{"digest": one.digest, "size": one.size} for one in layers]
    manifest = {"schemaVersion": 2, "config": put(json.dumps(settings).encode()), "layers": described}
    index = {"schemaVersion": 2, "manifests": [put(json.dumps(manifest).encode())]}
    (place / "index.json").write_text(json.dumps(index))
    (place / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return place, sum(one.claimed for one in layers)


def one(place: Path, pieces: Callable[[], Iterable[bytes]], codec: str = "zstd") -> tuple[Path, int]:
    """An image of one layer."""
    return layout(place, store(place, pieces(), codec))


def zeros(size: int) -> Iterator[bytes]:
    """A tar of one file of zeros."""
    yield header(b"zeros", b"0", size)
    piece = bytes(8 * MIB)
    for _ in range(size // len(piece)):
        yield piece
    yield END


def implied() -> Iterator[bytes]:
    """A million directories that two thousand names imply."""
    yield from (entry(f("/".join(f"{n}d{part}" for part in range(500)) + "/x")) for n in range(2000))
    yield END


def deep() -> Iterator[bytes]:
    """A thousand names, each four thousand directories deep."""
    yield from (entry(f(f"{n}/" + "a/" * 2000 + "x")) for n in range(1000))
    yield END


def pax_of(size: int, count: int) -> Iterator[bytes]:
    """Files with extended headers of ``size`` bytes each."""
    value = b"v" * (size - 40)
    record = b"%d comment=" % size + value.ljust(size - len(b"%d comment=" % size) - 1, b"v") + b"\n"
    head = header(b"PaxHeaders", b"x", len(record)) + pad(record)
    yield from (head + entry(f(f"{n}")) for n in range(count))
    yield END


def gnu_sparse(size: int) -> bytes:
    """A file of ``size`` bytes, all hole but the last block, as GNU tar wrote it of old."""
    segments = number(size - BLOCK) + number(BLOCK) + bytes(24 * 3)
    tail = bytes(41) + segments + b"\0" + number(size)
    return header(b"sparse", b"S", BLOCK, magic=b"ustar  \0", tail=tail) + b"x" * BLOCK


def pax_sparse(size: int, segments: int = 1) -> bytes:
    """The same as pax 1.0; ``segments`` of one byte each, but for the last."""
    places = [(at * 1024, 1) for at in range(segments - 1)] + [(size - BLOCK, BLOCK)]
    text = f"{len(places)}\n" + "".join(f"{offset}\n{length}\n" for offset, length in places)
    keys = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "sparse"}
    data = pad(text.encode()) + b"x" * sum(length for _, length in places)
    return entry(E("GNUSparseFile.0/sparse", data, pax={**keys, "GNU.sparse.realsize": str(size)}))


def archive(place: Path, pieces: Iterable[bytes]) -> Path:
    """A file of these bytes."""
    path = place / "i.tar"
    with path.open("wb") as out:
        out.writelines(pieces)
    return path


def members(files: dict[str, bytes]) -> bytes:
    """Members of an outer archive."""
    return b"".join(entry(E(name, data)) for name, data in files.items())


IMAGE = docker_files(Spec([layer(f("a", "1"))]))


def frames(place: Path, gibibytes: int) -> tuple[Path, int]:
    """A frame of zstd of one GiB of zeros, again and again."""
    frame = bytes(zstd.compress(bytes(GIB), 1))
    start = bytes(zstd.compress(header(b"zeros", b"0", gibibytes << 30)))
    return layout(place, ready(place, start + frame * gibibytes + bytes(zstd.compress(END)), gibibytes << 30))


def gz_of_gz(place: Path) -> tuple[Path, int]:
    """The bomb of gzip, compressed once more."""
    inner = b"".join(packed(zeros(10 * GIB), "gzip"))
    return layout(place, ready(place, zlib.compress(inner, 9, 31), 10 * GIB))


def packed(pieces: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """A stream, compressed."""
    packer = PACKERS[codec]()
    yield from map(packer.compress, pieces)
    yield packer.flush()


def whole_file(place: Path) -> tuple[Path, int]:
    """A saved image, all of which is a bomb of gzip."""
    return archive(place, packed(itertools.chain([members(IMAGE)], zeros(10 * GIB)), "gzip")), 10 * GIB


def many_layers(place: Path) -> tuple[Path, int]:
    """A manifest.json of a hundred thousand layers, all of one blob."""
    data = layer(f("a", "1"))
    config = {"os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha(data)] * 100_000}}
    item = {"Config": "c", "RepoTags": ["a:1"], "Layers": ["l"] * 100_000}
    files = {"c": json.dumps(config, separators=(",", ":")).encode(), "l": data}
    return archive(place, [members({**files, "manifest.json": json.dumps([item]).encode()}), END]), len(data) * 100_000


def many_images(place: Path) -> tuple[Path, int]:
    """A manifest.json of five thousand images, whose one layer, the same, has two hundred thousand files."""
    data = b"".join(numbered(200_000, lambda digits: f(f"d/{digits}")))
    config = json.dumps({"os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha(data)]}}).encode()
    items = [{"Config": "c", "RepoTags": [f"a:{n}"], "Layers": ["l"]} for n in range(5000)]
    files = {"c": config, "l": bytes(zstd.compress(data)), "manifest.json": json.dumps(items).encode()}
    return archive(place, [members(files), END]), len(data) * 5000


def listed(place: Path, raw: bytes) -> tuple[Path, int]:
    """An archive of a manifest.json alone."""
    return archive(place, [members({"manifest.json": raw}), END]), len(raw)


def list_of(place: Path, size: int) -> tuple[Path, int]:
    """A manifest.json of ``size`` bytes, nearly all of them a hole."""
    path = archive(place, [header(b"manifest.json", b"0", size)])
    os.truncate(path, BLOCK + size + len(END))
    return path, size


def outer_hole(place: Path) -> tuple[Path, int]:
    """A member of a terabyte of hole before a sound image."""
    path = archive(place, [header(b"junk", b"0", 1 << 40)])
    os.truncate(path, BLOCK + (1 << 40))
    with path.open("ab") as out:
        out.write(members(IMAGE) + END)
    return path, 1 << 40


def outer_many(place: Path, junk: Iterable[bytes]) -> tuple[Path, int]:
    """A million members of no interest before a sound image, the whole file compressed by zstd."""
    kept = (piece for piece in junk if piece is not END)
    return archive(place, packed(itertools.chain(kept, [members(IMAGE), END]), "zstd")), 1_000_000 * BLOCK


def indexed(place: Path, manifests: Sequence[dict[str, Any]]) -> tuple[Path, int]:
    """A sound image with another index."""
    one(place, lambda: [layer(f("a", "1"))])
    index = json.loads((place / "index.json").read_text())
    raw = json.dumps({**index, "manifests": [*manifests, *index["manifests"]]}, separators=(",", ":"))
    (place / "index.json").write_text(raw)
    return place, len(raw)


def nested(place: Path) -> tuple[Path, int]:
    """Ten thousand indexes in one another."""
    below: dict[str, Any] = {"digest": sha(b"nowhere"), "size": 7}
    for _ in range(10_000):
        raw = json.dumps({"schemaVersion": 2, "manifests": [below]}).encode()
        below = {"digest": ready(place, raw, 0).digest, "size": len(raw)}
    return indexed(place, [below])


def labels(place: Path, count: int) -> tuple[Path, int]:
    """A config of so many labels."""
    config = {"config": {"Labels": {f"label-{n}": "v" * 20 for n in range(count)}}}
    return layout(place, store(place, [layer(f("a", "1"))]), config=config)[0], len(json.dumps(config))


def stacked(place: Path, count: int, each: int) -> tuple[Path, int]:
    """Whiteouts of ``each`` files in each of ``count`` layers."""
    lower = store(place, numbered(each, lambda digits: f(f"d/{digits}", "1")))
    upper = store(place, numbered(each, lambda digits: w(f"d/{digits}")))
    return layout(place, lower, *[upper] * count)


def over(place: Path, count: int, item: Callable[[str], E]) -> tuple[Path, int]:
    """So many entries over as many files."""
    lower = store(place, numbered(count, lambda digits: f(f"d/{digits}", "")))
    return layout(place, lower, store(place, numbered(count, item)))


def links() -> Iterator[bytes]:
    """A million hard links to one file."""
    yield entry(f("a", "1"))
    yield from numbered(10**6, lambda digits: h(digits, "a"))


def flips() -> Iterator[bytes]:
    """A path that is a file and a directory with a file, in turn, a hundred thousand times."""
    yield b"".join(map(entry, (f("a", "1"), E("a", type="5"), f("a/b", "2")))) * 100_000 + END


FILES = partial(numbered, item=lambda digits: f(f"d/{digits}"))
BOMBS = (
    Bomb(10, "a pax header that claims 8 GiB", lambda p: (one(p, lambda: [header(b"p", b"x", 8 * GIB)])[0], 8 * GIB)),
    Bomb(10, "4,000 pax headers of 1 MiB", lambda p: one(p, lambda: pax_of(MIB, 4000))),
    Bomb(11, "100,000 pax headers in a row", lambda p: one(p, lambda: [next(pax_of(100, 1))[:1024] * 100_000, END])),
    Bomb(14, "sparse file of 4 GB, old GNU", lambda p: (one(p, lambda: [gnu_sparse(4 * GIB), END])[0], 4 * GIB)),
    Bomb(14, "sparse file of 4 GB, pax 1.0", lambda p: (one(p, lambda: [pax_sparse(4 * GIB), END])[0], 4 * GIB)),
    Bomb(14, "sparse file of a petabyte", lambda p: (one(p, lambda: [pax_sparse(1 << 50), END])[0], 1 << 50)),
    Bomb(14, "sparse map of a million parts", lambda p: one(p, lambda: [pax_sparse(1 << 40, 10**6), END])),
    Bomb(17, "a million members of gzip", lambda p: layout(p, ready(p, zlib.compress(b"", 9, 31) * 10**6, 0))),
    Bomb(21, "gzip of 10 GB of zeros", lambda p: one(p, lambda: zeros(10 * GIB), "gzip")),
    Bomb(21, "gzip of that", gz_of_gz),
    Bomb(
        21,
        "a whole file of 10 GB in gzip, --max-inflated 1GB",
        whole_file,
        commands=(("report", "--format", "json", "--max-inflated", "1GB"), ("verify", "--max-inflated", "1GB")),
    ),
    Bomb(22, "zstd of 10 GB of zeros", lambda p: one(p, lambda: zeros(10 * GIB))),
    Bomb(22, "zstd of 70 GiB of zeros", lambda p: frames(p, 70)),
    Bomb(25, "xz of 1 GB of zeros", lambda p: one(p, lambda: zeros(GIB), "xz")),
    Bomb(25, "bzip2 of 1 GB of zeros", lambda p: one(p, lambda: zeros(GIB), "bzip2")),
    Bomb(32, "manifest.json of 1 GB", lambda p: list_of(p, GIB)),
    Bomb(32, "manifest.json of a million images", lambda p: listed(p, b"[" + b"{}," * (10**6 - 1) + b"{}]")),
    Bomb(32, "manifest.json nested 100,000 deep", lambda p: listed(p, b"[" * 100_000)),
    Bomb(36, "a million members of one name", lambda p: outer_many(p, [entry(E("junk")) * 10_000] * 100), 2 * GIB),
    Bomb(38, "a million junk members", lambda p: outer_many(p, numbered(10**6, lambda digits: f(f"dev/{digits}")))),
    Bomb(38, "a member of 1 TB of hole", outer_hole),
    Bomb(39, "100,000 layers in a manifest", many_layers, 2 * GIB),
    Bomb(40, "10,000 indexes in one another", nested),
    Bomb(40, "an index of a million entries", lambda p: indexed(p, [{"digest": sha(b"x"), "size": 1}] * 10**6)),
    Bomb(40, "one manifest 70,000 times", lambda p: indexed(p, [{"digest": sha(b"x"), "size": 1}] * 70_000)),
    Bomb(43, "a config of 100,000 labels", lambda p: labels(p, 100_000)),
    Bomb(43, "a config of a million labels", lambda p: labels(p, 1_000_000)),
    Bomb(46, "a million directories by 2,000 names", lambda p: one(p, implied), 2 * GIB),
    Bomb(46, "1,000 names 2,000 directories deep", lambda p: one(p, deep), 2 * GIB),
    Bomb(46, "a name 100,000 deep", lambda p: one(p, lambda: [entry(f("a/" * 100_000 + "x")), END])),
    Bomb(47, "a million empty files in one directory", lambda p: one(p, lambda: FILES(10**6)), 2 * GIB),
    Bomb(47, "10,000,000 empty files in one directory", lambda p: one(p, lambda: FILES(10**7)), 8 * GIB),
    Bomb(47, "a million whiteouts of a million files", lambda p: over(p, 10**6, lambda n: w(f"d/{n}")), 2 * GIB),
    Bomb(47, "a million hard links to one file", lambda p: one(p, links), 2 * GIB),
    Bomb(48, "100 layers of whiteouts of 10,000 files", lambda p: stacked(p, 100, 10_000)),
    Bomb(52, "a chain of a million hard links", lambda p: one(p, lambda: chained(10**6)), 2 * GIB),
    Bomb(53, "a file that is a directory, 100,000 times", lambda p: one(p, flips)),
    Bomb(47, "5,000 images of one layer of 200,000 files", many_images, 2 * GIB, (*BOTH, ("images",))),
)  # fmt: skip


class Run(NamedTuple):
    """What came of one process."""

    code: str
    last: str
    wall: float
    cpu: float
    peak: int


# What forks has its own memory counted as its child's: this one has little, and made no bomb.
MEASURE = """
import json, os, resource, sys
memory, patience, *command = sys.argv[1:]
child = os.fork()
if not child:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for limit, most in (("AS", int(memory)), ("CPU", int(patience)), ("FSIZE", 2 << 30)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{limit}"), (most, most))
    os.execv(command[0], command)
_, status, used = os.wait4(child, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss >> 10]))
"""


def run(path: Path, command: Sequence[str], memory: int, patience: int) -> Run:
    """Run the program on a file, with little memory."""
    begun = time.monotonic()
    program = [sys.executable, "-m", "imgscope", *command, str(path)]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(memory), str(patience), *program],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "TMPDIR": str(path.parent), "IMGSCOPE_CACHE_SIZE": "0"},
        check=True,
    )
    wall = time.monotonic() - begun
    code, cpu, peak = json.loads(done.stdout)
    said = [line for line in done.stderr.splitlines() if not line.startswith("hint: ")]
    last = said[-1].replace(str(path), path.name) if said else ""
    return Run(f"signal {-code}" if code < 0 else str(code), last, wall, cpu, peak)


def on_disk(path: Path) -> int:
    """Bytes that a file or directory takes, holes left out."""
    every = [path, *path.rglob("*")] if path.is_dir() else [path]
    return sum(each.stat().st_blocks * 512 for each in every if each.is_file())


def main() -> None:
    """Make the bombs, read them, print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.bombs", description=__doc__)
    parser.add_argument("--only", default="", help="those in whose row or name this is")
    parser.add_argument("--patience", type=int, default=PATIENCE, help="seconds of processor for each (%(default)s)")
    chosen = parser.parse_args()
    print(
        "| row | what | on disk | claimed | limit MiB | command | exit | last line of stderr | s | CPU s | peak MiB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for bomb in BOMBS:
        if chosen.only not in f"{bomb.row} {bomb.what}":
            continue
        place = Path(tempfile.mkdtemp(prefix="bomb-"))
        try:
            inside = place / "bomb"
            inside.mkdir()
            path, claimed = bomb.make(inside)
            for command in bomb.commands:
                done = run(path, command, bomb.memory, chosen.patience)
                cells = (bomb.row, bomb.what, on_disk(path), claimed, bomb.memory >> 20, command[0], done.code)
                more = (done.last[:160].replace("|", "\\|"), f"{done.wall:.1f}", f"{done.cpu:.1f}", done.peak)
                print("|", " | ".join(map(str, cells + more)), "|", flush=True)
        finally:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
