"""A directory as the files of a saved image: an OCI layout, a ``dir:`` copy, or an archive someone unpacked."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterable

from imgscope.blob import Extent
from imgscope.errors import SourceError
from imgscope.image.opened import ImageWarning
from imgscope.sources.files import OpenFile, reason, stamp


class _LazyBlob:
    """A file of a directory, opened when it is first read: an index may name thousands that never are."""

    def __init__(self, path: str, name: str, status: os.stat_result) -> None:
        self.name = name
        self.size = status.st_size
        self._stamp = stamp(status)
        self._path = path
        self._file: OpenFile | None = None
        self._lock = threading.Lock()

    def read_at(self, offset: int, size: int) -> bytes:
        """``size`` bytes from ``offset``; fewer only at the end. What is read whole, as documents are, stays closed."""
        if offset == 0 and size >= self.size:
            file = self._open()
            try:
                return file.read_at(0, self.size)
            finally:
                file.close()
        return self._kept().read_at(offset, max(0, min(size, self.size - offset)))

    def extent(self) -> Extent | None:
        """All of the file."""
        return self._kept().extent(0, self.size)

    def lend(self) -> tuple[int, int]:
        """What another process reads it from."""
        return self._kept().descriptor, 0

    def _kept(self) -> OpenFile:
        """The file, open from now on."""
        with self._lock:
            if self._file is None:
                self._file = self._open()
            return self._file

    def _open(self) -> OpenFile:
        """Open the file; errors name it by its place in the directory."""
        try:
            file = OpenFile.open(self._path)
        except SourceError as error:
            raise SourceError(error.what, member=self.name) from error.__cause__
        if file.stamp != self._stamp:
            file.close()
            raise SourceError("the file was written to while the image was read", member=self.name)
        return file

    def changed(self) -> bool:
        """Whether the file, if it is open, was written to since."""
        return self._file is not None and self._file.changed()

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._file:
            self._file.close()


class DirectoryFiles:
    """Files below a directory. Links are followed while they stay inside it (bazel links blobs), never out of it."""

    flavour_suffix = "layout"

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.warnings: list[ImageWarning] = []
        self._blobs: dict[str, _LazyBlob] = {}

    def _path(self, name: str) -> str:
        path = os.path.realpath(os.path.join(self.root, *name.split("/")))
        if os.path.commonpath((path, self.root)) != self.root:
            raise SourceError("leads out of the directory", member=name, hint="copy it with its links resolved: cp -rL")
        return path

    def __contains__(self, name: str) -> bool:
        # A name from a document may be anything; NUL and absurd lengths are simply not there.
        try:
            return bool(name) and os.path.lexists(os.path.join(self.root, *name.split("/")))
        except (OSError, ValueError):
            return False

    def names(self) -> Iterable[str]:
        """Names at the top and one level below: enough to recognise a layout, whatever else the directory holds."""
        for top in _entries(self.root):
            yield top.name
            if top.is_dir(follow_symlinks=False):
                yield from (f"{top.name}/{entry.name}" for entry in _entries(top.path))

    def below(self, directory: str) -> Iterable[str]:
        """Names of what is two levels below a directory of the top."""
        for middle in _entries(os.path.join(self.root, directory)):
            if middle.is_dir(follow_symlinks=False):
                yield from (f"{directory}/{middle.name}/{entry.name}" for entry in _entries(middle.path))

    def open(self, name: str) -> _LazyBlob:
        """A file as a blob."""
        if name in self._blobs:
            return self._blobs[name]  # one open file each, however often it is asked for
        if name not in self:
            raise SourceError("not in the directory", member=name)
        path = self._path(name)
        try:
            status = os.stat(path)
        except OSError as error:
            raise SourceError(reason(error), member=name) from error
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("not a regular file", member=name)
        blob = self._blobs[name] = _LazyBlob(path, name, status)
        return blob

    def real_name(self, name: str) -> str:
        """The file that a name leads to; the name itself where it leads out of the directory."""
        try:
            path = os.path.relpath(self._path(name), self.root)
        except (SourceError, OSError, ValueError):
            return name
        return path.replace(os.sep, "/")

    def changed(self) -> bool:
        """Whether a file that is open was written to since."""
        return any(blob.changed() for blob in list(self._blobs.values()))

    def close(self) -> None:
        """Close the files that were opened."""
        for blob in self._blobs.values():
            blob.close()
        self._blobs.clear()


def _entries(path: str) -> list[os.DirEntry[str]]:
    """What a directory lists, sorted; nothing where it may not be read."""
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
