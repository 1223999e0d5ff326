"""The targets: one function each, which takes any bytes and raises only where imgscope breaks a promise."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

import imgscope
from imgscope import compression
from imgscope.compression import Codec, chunks
from imgscope.errors import CompressionError, DocumentError, ImgscopeError, LimitError, SettingsError
from imgscope.gate import baseline, dive_ci
from imgscope.gate.configured import merge
from imgscope.gate.given import from_document
from imgscope.image.history import join
from imgscope.image.instruction import clean
from imgscope.inspection import Inspection, inspect
from imgscope.limits import Limits
from imgscope.oci.config import ImageConfig
from imgscope.oci.docker_manifest import DockerManifestItem
from imgscope.oci.document import Document, parse, parse_json, validate
from imgscope.oci.manifest import Index, Manifest
from imgscope.questions.duplicates import find_duplicates
from imgscope.report.build import build_report
from imgscope.report.files import final_inodes
from imgscope.report.json import document
from imgscope.settings import parse as parse_settings
from imgscope.settings import recall
from imgscope.sources.detect import open_source
from imgscope.strict import read_toml
from imgscope.tar.feed import BlobFeed
from imgscope.tar.scan import scan_sound_part
from imgscope.tar.table import MemberTable
from imgscope.units import moment
from tests.build import BLOCK, BytesBlob
from tests.fuzz.seeds import assembled, mended
from tests.tar.making import from_stream, members

LIMITS = Limits(max_inflated=4 << 20, max_entries=5000)
T = TypeVar("T")


def tar(data: bytes) -> None:
    """Any bytes as an archive; then once more with every checksum made right, which chance would never do."""
    _tar(data)
    _tar(mended(data))


def _tar(data: bytes) -> None:
    table, error = scan_sound_part(BlobFeed(BytesBlob(data)), LIMITS)
    if error is None:
        assert table.tar_bytes == len(data)
        assert table.end <= len(data)
    _lies_within(table, len(data), whole=error is None)
    streamed, other = from_stream(data, 1000)
    assert str(other) == str(error) or "more than 5000" in str(error)
    assert members(streamed)[: len(table)] == members(table)


def _lies_within(table: MemberTable, length: int, *, whole: bool) -> None:
    """Members stand in a row, none over another; but for the one that a cut hits, their bodies are there."""
    position = 0
    for row, member in enumerate(members(table)):
        assert member.body >= position + BLOCK
        position = member.body + member.stored
        assert position <= length or (not whole and row == len(table) - 1)
        for offset, size in member.sparse.segments if member.sparse else ():
            assert 0 <= offset <= offset + size <= member.size


def documents(data: bytes) -> None:
    """Any bytes as every kind of document."""
    models: tuple[type[Document], ...] = (Index, Manifest, ImageConfig, DockerManifestItem)
    for model in models:
        _allowed(DocumentError, partial(parse, model, data, "the document"))
    value = _allowed(DocumentError, lambda: parse_json(data, "the document"))
    for item in value[:50] if isinstance(value, list) else ():
        _allowed(DocumentError, partial(validate, DockerManifestItem, item, "an image"))
    config = _allowed(DocumentError, lambda: parse(ImageConfig, data, "the config"))
    if config:
        join(config.history, len(config.rootfs.diff_ids))
        for step in config.history:
            clean(step.created_by)
            moment(step.created)


def compressed(data: bytes) -> None:
    """Any bytes in any codec: what the first says, or all of them. The size of a read changes nothing."""
    for codec in Codec:
        once = _inflated(data, codec)
        again = _inflated(data, codec, piece=7 if len(data) < 2000 else 1009)
        # libzstd looks at the size that a frame claims only where it has all of the frame at once.
        assert again == once or (codec is Codec.ZSTD and None in (once, again))
        if codec is Codec.GZIP:
            assert _inflated(data, codec, opener=compression._ZlibMember) == once


def _inflated(
    data: bytes, codec: Codec, *, piece: int = 64 << 10, opener: Callable[[], object] | None = None
) -> bytes | None:
    """The content, None for damage; read so many bytes at a time, by a reader of choice."""
    openers = compression._OPENERS
    kept = compression._PIECE, dict(openers)
    compression._PIECE = piece
    if opener:
        openers[codec] = opener  # type: ignore[assignment]
    try:
        return _allowed(CompressionError, lambda: b"".join(chunks(BytesBlob(data), codec, limits=LIMITS)))
    finally:
        compression._PIECE = kept[0]
        openers.update(kept[1])


def image(data: bytes) -> None:
    """Any bytes as an image: as they are, and as parts of which a sound image is made around them."""
    files = assembled(data)
    with tempfile.TemporaryDirectory(prefix="imgscope-fuzz-") as directory:
        path = Path(directory) / "image.tar"
        path.write_bytes(files)
        _allowed(ImgscopeError, lambda: _opened(path))
        assert list(Path(directory).iterdir()) == [path]


def _opened(path: Path) -> None:
    """Look at every image, and all of one, as the command line does."""
    source = open_source(str(path), LIMITS)
    source.close()
    with imgscope.open_image(str(path), limits=LIMITS) as opened:
        inspection = inspect(opened, limits=LIMITS, verify=True)
        find_duplicates(inspection, limits=LIMITS)
        document(build_report(inspection))
        _adds_up(inspection)


def _adds_up(inspection: Inspection) -> None:
    """Every byte is somewhere: what is live is what the files hold that are there in the end, by the list of them."""
    filesystem, totals = inspection.filesystem, inspection.analysis.totals
    for layer in inspection.analysis.layers:
        assert min(layer.live, layer.tar_overhead, *layer.hidden.values()) >= 0
    bodies = {inode for row, inode in final_inodes(filesystem) if row["type"] in ("file", "hardlink")}
    live = sum(filesystem.stored(inode[0]) for inode in bodies if isinstance(inode, tuple))
    assert live == totals.live_bytes + totals.format_metadata_bytes
    assert totals.content_bytes == live + totals.wasted_bytes


def settings(data: bytes) -> None:
    """Any bytes as every kind of file that a person or a project keeps settings in."""
    recall(data)
    text = data.decode("utf-8", "replace")
    rules = _allowed(SettingsError, lambda: dive_ci.parse(text, "the file"))
    if rules:
        dive_ci.migrate(rules)
    _allowed(SettingsError, lambda: parse_settings(text, "the file", ("quit", "find")))
    _allowed(SettingsError, lambda: _gate(text))
    snapshots = _allowed(SettingsError, lambda: baseline.load(text, "the file"))
    if snapshots is not None:
        assert baseline.load(baseline.dump(snapshots), "its copy") == snapshots


def _gate(text: str) -> None:
    table = read_toml(text, "the file", hint="", number=Decimal)
    merge([from_document(table, "the file")])


def _allowed(kind: type[ImgscopeError], action: Callable[[], T]) -> T | None:
    """What ``action`` returns, or None for an error that it may end with; any other goes on."""
    try:
        return action()
    except (kind, LimitError):
        return None


TARGETS: dict[str, Callable[[bytes], None]] = {
    "tar": tar,
    "documents": documents,
    "compression": compressed,
    "image": image,
    "settings": settings,
}
