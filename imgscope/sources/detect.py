"""What is this? A path, a directory or standard input → a Source that knows all images in it.

Recognition goes by content: first whether the whole is compressed (one level, never two), then which documents
there are. ``LAYOUTS`` is the list to extend.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable

from imgscope.compression import Codec, recognise, unsupported
from imgscope.errors import ArchiveError, ImgscopeError, SourceError
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.progress import SILENT, Progress
from imgscope.sources import dir_transport, docker_archive, docker_v1, filesystem_tar, oci_layout
from imgscope.sources.archive import ArchiveFiles
from imgscope.sources.directory import DirectoryFiles
from imgscope.sources.files import FileBlob, OpenFile
from imgscope.sources.interface import Catalogue, Files, Source
from imgscope.sources.spool import inflate_file, spool_descriptor

LAYOUTS = (
    (oci_layout.recognise, oci_layout.read),
    (docker_archive.recognise, docker_archive.read),
    (dir_transport.recognise, dir_transport.read),
    (docker_v1.recognise, docker_v1.read),
)

STDIN = "-"
_HYBRID = "docker-oci-archive"

# Formats that people hand in by mistake, by what stands where.
_FOREIGN = (
    (32, b"SIF_MAGIC", "a Singularity image (SIF)"),
    (0, b"#!/usr/bin/env run-singularity", "a Singularity image (SIF)"),
    (0, b"hsqs", "a squashfs filesystem"),
    (0, b"QFI\xfb", "a disk image (qcow2)"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"!<arch>\n", "an ar archive (a Debian package, or a library)"),
    (0, b"\xed\xab\xee\xdb", "an RPM package"),
    (0, b"070701", "a cpio archive"),
    (0, b"070707", "a cpio archive"),
    (0, b"\x7fELF", "a program (ELF)"),
    (0, b"\0asm", "a program (WebAssembly)"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"<!DOCTYPE", "an HTML document"),
    (0, b"{", "a JSON document"),
    (0, b"[", "a JSON document"),
    (0, b"FROM ", "a Dockerfile"),
)
# Looked for only where no archive was found: their beginnings say nothing.
_FILESYSTEMS = (
    (32769, b"CD001", "a disk image (ISO 9660)"),
    (1080, b"\x53\xef", "a filesystem image (ext2, ext3 or ext4)"),
    (1024, b"\xe2\xe1\xf5\xe0", "a filesystem image (EROFS)"),
    (510, b"\x55\xaa", "a disk image"),
)
# Configs and layers as docker, podman and crane name them.
_PART = re.compile(r"(?:sha256:)?[0-9a-f]{64}(?:\.json|\.tar(?:\.gz|\.zst)?|/layer\.tar)?\Z")
_TRANSPORTS = ("docker-archive", "oci-archive", "oci", "dir", "docker-dir", "oci-dir")
_REFERENCE = re.compile(r"[a-z0-9][A-Za-z0-9._/:@-]*\Z")
# What skopeo reads images from that are no file.
_STORES = ("docker://", "docker-daemon:", "containers-storage:")
_CHATTER = b"Getting image source signatures\n"
_QUIET = "skopeo copy -q {} docker-archive:/dev/stdout | imgscope report -"
_SAVE_HINT = "save the image first (docker save, podman save, skopeo copy) and name the file"


def open_source(path: str, limits: Limits = DEFAULT_LIMITS, progress: Progress = SILENT) -> Source:
    """Recognise what ``path`` is (``-``: standard input). Raises ImgscopeError with the file named."""
    name = "standard input" if path == STDIN else path
    try:
        if path != STDIN and os.path.isdir(path):
            return _directory(path, limits)
        return _file(_open(path, progress), limits, progress)
    except ImgscopeError as error:
        raise error.located(file=name) from error.__cause__


def _open(path: str, progress: Progress) -> OpenFile:
    if path == STDIN:
        if sys.stdin is None or sys.stdin.closed:
            raise SourceError("standard input is closed")
        if sys.stdin.isatty():
            raise SourceError(
                "standard input is a terminal", hint="pipe an image in: docker save IMAGE | imgscope report -"
            )
        return spool_descriptor(sys.stdin.fileno(), "standard input", progress)
    try:
        is_fifo = stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        is_fifo = False
    if is_fifo:
        with open(path, "rb") as pipe:
            return spool_descriptor(pipe.fileno(), path, progress)
    try:
        return OpenFile.open(path)
    except SourceError as error:
        if error.what == "no such file":
            error.hint = _missing_hint(path)
        raise
    except ValueError as error:
        raise SourceError("not a file name", file=path) from error


def _missing_hint(path: str) -> str | None:
    """A name that is no file but could be an image's in a registry or an engine: say how to get at it."""
    transport, colon, rest = path.partition(":")
    if colon and transport in _TRANSPORTS:
        return f"name the file or directory alone: {rest}"
    if not _REFERENCE.match(path) or path.endswith((".tar", ".gz", ".tgz", ".zst", ".xz", ".bz2")):
        return None
    if path.startswith(_STORES):
        return f"an image of a registry or an engine is read through a pipe: {_QUIET.format(path)}"
    return f"an image of an engine is read through a pipe: docker save {path} | imgscope report -"


def _directory(path: str, limits: Limits) -> Source:
    files = DirectoryFiles(path)
    try:
        catalogue = _recognised(files, limits)
        if catalogue is None and not os.access(path, os.R_OK | os.X_OK):
            raise SourceError("permission denied")
        if catalogue is None:
            raise SourceError("a directory that holds no saved image (no index.json or manifest.json)", hint=_SAVE_HINT)
        # Only blobs are counted: an unrelated file in the directory is no part of the image.
        sizes = {name: files.open(name).size for name in _blob_names(catalogue)}
    except BaseException:
        files.close()
        raise
    return Source(path, sum(sizes.values()), catalogue, files, files.changed, files)


def _blob_names(catalogue: Catalogue) -> set[str]:
    images = (found.image for found in catalogue.images if found.image)
    return {layer.blob for image in images for layer in image.layers if layer.blob and not layer.problem}


def _file(file: OpenFile, limits: Limits, progress: Progress) -> Source:
    stored = file.size
    behind: list[str] = []
    try:
        head = file.read_at(0, 512)
        codec = recognise(head)
        if codec is not Codec.NONE:
            file = inflate_file(file, codec, limits, progress, behind.append)
            head = file.read_at(0, 512)
            if recognise(head) is not Codec.NONE:
                raise SourceError("compressed twice", hint="decompress it once by hand")
        _reject_foreign(head, file.size)
        source = _archive(file, stored, limits)
        for message in behind:
            source.catalogue.note("trailing-compressed-bytes", message)
        return source
    except BaseException:
        file.close()
        raise


def _archive(file: OpenFile, stored: int, limits: Limits) -> Source:
    try:
        files = ArchiveFiles(file, limits)
    except ImgscopeError as error:
        if error.offset == 0:
            raise SourceError(f"not an image: {_nature(file)}", hint=_SAVE_HINT) from error
        raise
    if not len(files.table):
        raise SourceError(f"not an image: {_nature(file)}", hint=_SAVE_HINT)
    try:
        catalogue = _recognised(files, limits)
        if catalogue is None:
            _reject_parts(files)
        if catalogue is None and files.below_top_directory():
            catalogue = _recognised(files, limits)
            if catalogue is None:
                _reject_parts(files)
    except SourceError:
        if files.damage:  # what is missing may lie behind the damage
            raise files.damage from None
        raise
    if catalogue is not None:
        _reject_guesses(catalogue, files)
        if files.damage:
            catalogue.damage = files.damage
            catalogue.note("damaged-archive", str(files.damage))
        return Source(file.path, stored, catalogue, files, files.changed, files)
    if files.damage:
        raise files.damage
    return Source(file.path, stored, filesystem_tar.read(files), filesystem_tar.WholeFile(files), files.changed)


def _recognised(files: Files, limits: Limits) -> Catalogue | None:
    """What the first layout that recognises the files finds, or None."""
    if oci_layout.recognise(files) and docker_archive.recognise(files):
        catalogue: Catalogue | None = _hybrid(files, limits)
    else:
        catalogue = next((read(files, limits) for recognises, read in LAYOUTS if recognises(files)), None)
    if catalogue:
        catalogue.warnings[:0] = files.warnings
    return catalogue


def _hybrid(files: Files, limits: Limits) -> Catalogue:
    """Both an OCI layout and ``manifest.json``, as ``docker save`` writes since version 25.

    The layout knows more (platforms, attestations), so it is preferred; but early versions wrote its layers in random
    order, or no index at all, and then only ``manifest.json`` tells the truth.
    """
    layout, problem = _attempt(oci_layout.read, files, limits)
    docker, other = _attempt(docker_archive.read, files, limits)
    if layout and (oci_layout.is_trustworthy(layout) or not docker or not docker.images):
        layout.flavour = _HYBRID
        if docker and not {found.id for found in docker.images} <= {found.id for found in layout.images}:
            layout.note(
                "conflicting-documents", "index.json and manifest.json tell of different images; the index is used"
            )
        return layout
    if not docker:
        raise (problem or other or SourceError("neither index.json nor manifest.json can be read")) from None
    docker.flavour = _HYBRID
    docker.note(
        "unusable-index", f"index.json is empty or wrong{f' ({problem})' if problem else ''}: manifest.json is used"
    )
    return docker


def _attempt(
    read: Callable[[Files, Limits], Catalogue], files: Files, limits: Limits
) -> tuple[Catalogue | None, ImgscopeError | None]:
    try:
        return read(files, limits), None
    except ImgscopeError as error:
        return None, error


def _reject_foreign(head: bytes, size: int) -> None:
    if not size:
        raise SourceError("an empty file", hint=_SAVE_HINT)
    if head.startswith(_CHATTER):
        raise SourceError(
            "not an image but what skopeo says while it copies",
            hint=f"-q keeps it quiet: {_QUIET.format('docker://IMAGE')}",
        )
    codec = unsupported(head)
    if codec:
        raise SourceError(f"compressed with {codec}, which is not supported", hint="decompress it first")
    for offset, magic, what in _FOREIGN:
        # A tar may begin with any member name; only without a header's magic is it what it looks like.
        if head.startswith(magic, offset) and head[257:262] != b"ustar":
            raise SourceError(f"not an image but {what}", hint=_SAVE_HINT)


def _reject_parts(files: Files) -> None:
    """What only saved images hold, without a document that lists it, is no filesystem: the file ends early."""
    if set(files.names()) == {"manifest.json"}:
        raise SourceError("manifest.json alone, and it lists no images", hint="save or copy the image again")
    if "oci-layout" in files or any(name.startswith("blobs/") for name in files.names()):
        raise SourceError("an OCI layout without index.json", hint="save the image again")
    if any(_PART.match(name) for name in files.names()):
        raise SourceError("parts of a saved image, without manifest.json", hint="save or copy the image again")


def _reject_guesses(catalogue: Catalogue, files: ArchiveFiles) -> None:
    """What looks like an image of old Docker may be what is left of a newer one: their lists stand at the end."""
    if not catalogue.images or any(found.tags or not found.v1_id for found in catalogue.images):
        return
    if files.damage:
        raise files.damage
    unended = any(notice.code == "no-end-blocks" for notice in files.table.notices)
    if unended and any(found.problem for found in catalogue.images):
        raise ArchiveError(
            "cut short: no list of images, and no end of the archive",
            offset=files.file.size,
            hint="the file ends early: save or copy it again",
        )


def _nature(file: OpenFile) -> str:
    """A word for what is no tar."""
    head = FileBlob(file, "").read_at(0, 33 << 10)
    for offset, magic, what in _FILESYSTEMS:
        if head.startswith(magic, offset):
            return what
    if not head.strip(b"\0"):
        return "nothing but zeros"
    if len(head) < 512:
        return f"a file of {len(head)} bytes"
    try:
        text = getincrementaldecoder("utf-8")().decode(head)  # a character may be cut at the end
    except UnicodeDecodeError:
        text = "\0"
    return "neither a tar archive nor compressed in a known way" if "\0" in text else "a text file"
