"""All blobs of a source, whoever refers to them: which nobody does, and which are not what their names say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from imgscope.blob import Blob
from imgscope.errors import DocumentError, LimitError, SourceError
from imgscope.limits import Limits
from imgscope.oci.digest import ALGORITHMS, is_digest
from imgscope.oci.document import parse_json
from imgscope.sources.interface import Files, read_document
from imgscope.sources.oci_layout import blob_name

_BLOBS = "blobs/"
_CONFIG = ".json"
_LAYERS = (".tar", ".tar.gz", ".tar.zst")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Misnamed:
    """A blob whose bytes have not the digest that it is named by."""

    name: str
    expected: str
    got: str


def unreferenced(files: Files, used: Iterable[str], limits: Limits) -> list[str]:
    """Names of blobs and layers that nothing leads to; ``used``: those of the images. They may be there, and travel.

    Raises SourceError where a document cannot be read.
    """
    reached, todo = set(used), ["index.json", "manifest.json"]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += [mentioned for mentioned in _mentioned(_json(files, name, limits)) if mentioned in files]
    reached |= {files.real_name(name) for name in reached}
    rest = (name for name in _every(files) if name not in reached and _is_blob(name))
    return [name for name in rest if files.real_name(name) == name]  # a link is no blob of its own


def misnamed(files: Files, but: Iterable[str], advance: Callable[[int], None]) -> Iterator[Misnamed]:
    """Blobs of a layout that are not what their names say, ``but`` those that are known already.

    Raises SourceError where one cannot be read.
    """
    known = set(but)
    for name in _every(files):
        digest = _as_digest(name)
        algorithm = digest.partition(":")[0]
        if name not in known and is_digest(digest) and algorithm in ALGORITHMS:
            got = _digest(files.open(name), algorithm, advance)
            if got != digest:
                yield Misnamed(name, digest, got)


def _every(files: Files) -> list[str]:
    return sorted({*files.names(), *files.below("blobs")})


def _is_blob(name: str) -> bool:
    return is_digest(_as_digest(name)) or name.endswith(_LAYERS)


def _as_digest(name: str) -> str:
    """The digest that a blob of a layout, or a config that docker saved, is named by; something else for others."""
    if name.startswith(_BLOBS):
        return name.removeprefix(_BLOBS).replace("/", ":", 1)
    return f"sha256:{name.removesuffix(_CONFIG)}" if name.endswith(_CONFIG) else ""


def _json(files: Files, name: str, limits: Limits) -> Any:
    """A document's value; None for what is no document. Raises SourceError where a file cannot be read."""
    try:
        blob = files.open(name)
    except SourceError:  # a directory, say: documents mention much that only happens to be there
        return None
    if blob.read_at(0, 1) not in (b"{", b"["):
        return None
    try:
        return parse_json(read_document(files, name, limits, name), name)
    except (DocumentError, LimitError):
        return None


def _mentioned(value: Any) -> Iterator[str]:
    """Names of files that a document speaks of: of blobs by their digests, of members as they are."""
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str):
            yield from _names(value) if is_digest(value) else (value,)


def _names(digest: str) -> tuple[str, ...]:
    """What a blob may be called: as layouts do, as skopeo's ``dir:`` did, and does."""
    encoded = digest.partition(":")[2]
    return blob_name(digest), f"{encoded}.tar", encoded


def _digest(blob: Blob, algorithm: str, advance: Callable[[int], None]) -> str:
    hashing = hashlib.new(algorithm)
    for offset in range(0, blob.size, _PIECE):
        piece = blob.read_at(offset, _PIECE)
        hashing.update(piece)
        advance(len(piece))
    return f"{algorithm}:{hashing.hexdigest()}"
