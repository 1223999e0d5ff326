"""What tests of hostile inputs share: images with one thing wrong, and what must hold however they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from tests.build import BLOCK, E, Spec, d, docker_files, entry, f, h, layer, layout_files, plain, sha, write_tar
from tests.conftest import Cli, Result

LAYER = layer(d("etc"), f("etc/a", "x" * 700))
IMAGE = Spec([LAYER])
END = bytes(2 * BLOCK)
MEMORY = 1 << 30
"""Address space of a bounded run: most of it is what the interpreter and its threads reserve."""


def docker(tmp_path: Path, *layers: bytes, **more: Any) -> Path:
    """A ``docker save`` archive of layers, given by their tars."""
    return write_tar(docker_files(Spec(layers, **more)), tmp_path / "i.tar")


def stored(tmp_path: Path, blob: bytes, suffix: str = "") -> Path:
    """A layout whose one layer is stored as ``blob``, whatever that is; ``suffix`` ends its media type."""
    files = layout_files(Spec([blob]), compress=plain)
    if suffix:
        files = with_documents(files, lambda manifest: manifest["layers"][0].update(mediaType=TYPE + suffix))
    return write_tar(files, tmp_path / "i.tar")


SUMS = [sum(map(int, str(number))) for number in range(10_000)]


def stamped(sample: bytes, numbers: Iterable[tuple[int, ...]]) -> Iterator[bytes]:
    """An entry again and again, in pieces: each ``~0000000`` in its one header is another number every time."""
    template = (sample[:148] + b"%06o\0 " + sample[156:]).replace(b"~0000000", b"~%07d")
    base = int(sample[148:154], 8)
    left = iter(numbers)
    while some := list(islice(left, 10_000)):
        sums = (base + sum(SUMS[number // 10_000] + SUMS[number % 10_000] for number in each) for each in some)
        yield b"".join(template % (each[0], total, *each[1:]) for each, total in zip(some, sums, strict=True))


def numbered(count: int, item: Callable[[str], E]) -> Iterator[bytes]:
    """A tar of ``count`` entries in pieces; ``item`` makes one, of digits to put behind a ``~`` in its name."""
    yield from stamped(entry(item("~0000000")), ((number,) for number in range(count)))
    yield END


def chained(count: int) -> Iterator[bytes]:
    """A tar of a file and ``count`` hard links, each to the one before."""
    yield entry(f("~0000000", "1"))
    yield from stamped(entry(h("~0000000", "~0000000")), ((number + 1, number) for number in range(count)))
    yield END


def zst_of(pieces: Iterable[bytes]) -> bytes:
    """A stream compressed by zstd, however long it is."""
    packer = zstd.ZstdCompressor(1)
    return b"".join(map(packer.compress, pieces)) + packer.flush()


TYPE = "application/vnd.oci.image.layer.v1.tar"


def with_documents(
    files: dict[str, bytes],
    manifest: Callable[[Any], object] = lambda _: None,
    config: Callable[[Any], object] = lambda _: None,
) -> dict[str, bytes]:
    """A layout whose one manifest and config are changed, and every digest with them."""
    files = dict(files)
    index = json.loads(files["index.json"])
    document = json.loads(files.pop(_blob(index["manifests"][0]["digest"])))
    settings = json.loads(files.pop(_blob(document["config"]["digest"])))
    config(settings)
    document["config"] |= _put(files, json.dumps(settings).encode())
    manifest(document)
    index["manifests"][0] |= _put(files, json.dumps(document).encode())
    return {**files, "index.json": json.dumps(index).encode()}


def _put(files: dict[str, bytes], data: bytes) -> dict[str, Any]:
    files[_blob(sha(data))] = data
    return {"digest": sha(data), "size": len(data)}


def _blob(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def refused(result: Result, path: Path) -> str:
    """The one line that tells what is wrong with the file, which is named first; a hint may follow, nothing else."""
    lines = result.err.splitlines()
    assert result.code == 3, result.err
    assert result.out == ""
    assert lines[0].startswith(f"error: {path}"), result.err
    assert [line for line in lines[1:] if not line.startswith("hint: ")] == []
    return lines[0]


def unread(cli: Cli, path: Path, *options: str) -> str:
    """Why the lowest layer could not be read; the image is reported all the same, as incomplete."""
    result = cli("report", "--json", *options, path)
    assert (result.code, result.json["complete"]) == (3, False), result.err
    assert "Traceback" not in result.err
    error = result.json["layers"][0]["error"]
    assert error.startswith(f"{path}[member "), error
    return str(error)


def codes(result: Result) -> set[str]:
    """Codes of the warnings of an image that could be read."""
    assert result.code == 0, result.err
    return {warning["code"] for warning in result.json["warnings"]}


def bounded(*arguments: str | Path, memory: int = MEMORY) -> Result:
    """Run the program with little memory, and see that it leaves nothing in the temporary directory."""
    resource = pytest.importorskip("resource")
    place = next(Path(one) for one in arguments if isinstance(one, Path)).parent / "temporary"
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "imgscope", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "TMPDIR": str(place)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
    )
    assert "Traceback" not in done.stderr
    assert "out of memory" not in done.stderr
    assert list(place.iterdir()) == []
    return Result(done.returncode, done.stdout, done.stderr)
