"""An outer tar, indexed once: member name → a slice of the file.

Members are never unpacked. Links inside the archive are followed inside the archive only (``docker save`` of old
writes a repeated layer as a symlink to the first).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from imgscope.errors import ImgscopeError, SourceError
from imgscope.image.opened import ImageWarning
from imgscope.limits import Limits
from imgscope.sources.files import FileBlob, OpenFile
from imgscope.tar import typeflag
from imgscope.tar.feed import BlobFeed
from imgscope.tar.scan import scan_sound_part
from imgscope.tar.table import MemberTable

_MAX_HOPS = 10
_TOLD = 20


def clean_name(name: str) -> str:
    """A member's name without ``./``, ``//`` and leading ``/``; ``..`` stays inside the archive."""
    return posixpath.normpath("/" + name).lstrip("/")


class ArchiveFiles:
    """The members of a tar as files."""

    flavour_suffix = "archive"

    def __init__(self, file: OpenFile, limits: Limits) -> None:
        self.file = file
        self.blob = FileBlob(file, file.path)
        self.table, self.damage = _index(self.blob, limits)
        self.warnings: list[ImageWarning] = []
        self._rows = self._by_name()
        for notice in self.table.notices:
            self.warnings.append(ImageWarning(notice.code, notice.message, f"@ byte {notice.offset}"))

    def _by_name(self) -> dict[str, int]:
        """Cleaned name → row; the last of several wins, as when docker unpacks the archive."""
        rows: dict[str, int] = {}
        twice: dict[str, None] = {}
        for row in range(len(self.table)):
            if self.table.type[row] == typeflag.DIRECTORY:
                continue
            name = clean_name(self.table.name(row).decode(errors="surrogateescape"))
            if name in rows:
                twice[name] = None
            rows[name] = row
        self.warnings += _duplicates(list(twice))
        return rows

    def real_name(self, name: str) -> str:
        """The member that a name leads to; the name itself where that is none, or not known."""
        for _ in range(_MAX_HOPS):
            target = self._link(name)
            if target is None:
                break
            name = target
        return name

    def _link(self, name: str) -> str | None:
        """The name that a link means; None for what is no link."""
        row = self._rows.get(name)
        kind = None if row is None else self.table.type[row]
        if row is None or kind not in (typeflag.HARD_LINK, typeflag.SYMLINK):
            return None
        link = self.table.link.get(row, b"").decode(errors="surrogateescape")
        return clean_name(link if kind == typeflag.HARD_LINK else posixpath.join(posixpath.dirname(name), link))

    def below_top_directory(self) -> bool:
        """Where all lies in one directory (someone packed an unpacked image again), look below it."""
        tops = {name.partition("/")[0] for name in self._rows}
        if len(tops) != 1 or any("/" not in name for name in self._rows):
            return False
        top = tops.pop()
        self._rows = {name.partition("/")[2]: row for name, row in self._rows.items()}
        self.warnings.append(
            ImageWarning("top-directory", "the image lies in a directory of the archive, not at its top", top)
        )
        return True

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def names(self) -> Iterable[str]:
        """Names of all members but directories."""
        return self._rows

    def below(self, directory: str) -> Iterable[str]:
        """Names of files below a directory."""
        return (name for name in self.names() if name.startswith(f"{directory}/"))

    def open(self, name: str) -> FileBlob:
        """A member as a blob, through links inside the archive."""
        target = name
        for _ in range(_MAX_HOPS):
            row = self._rows.get(target)
            if row is None:
                break
            if self.table.type[row] in typeflag.REGULAR:
                return self._slice(name, row)
            link = self._link(target)
            if link is None:
                raise SourceError("not a file", member=name)
            target = link
        else:
            raise SourceError("a loop of links, or more than ten in a row", member=name)
        if self.damage:
            raise SourceError(f"not in the archive, which is damaged: {self.damage}", member=name)
        raise SourceError("not in the archive", member=name)

    def _slice(self, name: str, row: int) -> FileBlob:
        start, size = self.table.body[row], self.table.stored(row)
        if row in self.table.sparse:
            raise SourceError("stored as a sparse file, which no engine does; pack the archive without -S", member=name)
        if start + size > self.file.size:
            raise SourceError(f"cut short: {size} bytes are claimed, {self.file.size - start} are there", member=name)
        return FileBlob(self.file, name, start, size)

    def changed(self) -> bool:
        """Whether the archive was written to since it was opened."""
        return self.file.changed()

    def close(self) -> None:
        """Close the archive."""
        self.file.close()


def _duplicates(names: list[str]) -> list[ImageWarning]:
    """A warning for each name that is there twice; names beyond a few are counted, there may be a million."""
    message = "stored more than once in the archive; the last is used, some tools use the first"
    told = [ImageWarning("duplicate-member", message, name) for name in names[:_TOLD]]
    if len(names) > _TOLD:
        told.append(ImageWarning("duplicate-member", f"{len(names) - _TOLD} more names are {message}", ""))
    return told


def _index(blob: FileBlob, limits: Limits) -> tuple[MemberTable, ImgscopeError | None]:
    table, damage = scan_sound_part(BlobFeed(blob), limits)
    if damage and not len(table):
        raise damage
    return table, damage
