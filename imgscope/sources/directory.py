"""A directory as the files of a saved image: an OCI layout, a ``dir:`` copy, or an archive someone unpacked."""

from __future__ import annotations

import os
from collections.abc import Iterable

from imgscope.errors import SourceError
from imgscope.image.opened import ImageWarning
from imgscope.sources.files import FileBlob, OpenFile


class DirectoryFiles:
    """Files below a directory. Links are followed while they stay inside it (bazel links blobs), never out of it."""

    flavour_suffix = "layout"

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.warnings: list[ImageWarning] = []
        self._open: list[OpenFile] = []

    def _path(self, name: str) -> str:
        path = os.path.realpath(os.path.join(self.root, *name.split("/")))
        if os.path.commonpath((path, self.root)) != self.root:
            raise SourceError("leads out of the directory", member=name)
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

    def open(self, name: str) -> FileBlob:
        """A file as a blob."""
        if name not in self:
            raise SourceError("not in the directory", member=name)
        try:
            file = OpenFile.open(self._path(name))
        except SourceError as error:
            error.file = None
            raise error.located(member=name) from error.__cause__
        self._open.append(file)
        return FileBlob(file, name)

    def close(self) -> None:
        """Close the files that were opened."""
        for file in self._open:
            file.close()
        self._open.clear()


def _entries(path: str) -> list[os.DirEntry[str]]:
    """What a directory lists, sorted; nothing where it may not be read."""
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
