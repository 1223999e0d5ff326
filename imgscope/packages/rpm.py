"""RPM packages: ``rpmdb.sqlite``, a table of headers. The databases that RPM had before are told of, not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from imgscope.packages.model import Package, UnreadableError, whole
from imgscope.packages.rpm_header import package

try:
    import sqlite3
except ImportError:
    sqlite3 = None  # type: ignore[assignment]

_PLACES = (b"var/lib/rpm", b"usr/lib/sysimage/rpm", b"usr/share/rpm")
_SQLITE = b"rpmdb.sqlite"
_OTHERS = {b"Packages": "Berkeley DB", b"Packages.db": "ndb"}
_MOST = 256 << 20
_MOST_HEADER = 32 << 20
_STEPS, _MOST_CALLS = 1 << 16, 1 << 12
"""A call each so many steps of SQLite's machine, and how many calls a sound database may take: seconds of work."""
_WRITE_AHEAD, _ROLLBACK = b"\2\2", b"\1\1"


class Rpm:
    """Reads what rpm, dnf and zypper write."""

    type = "rpm"
    of_distribution = True
    directories: tuple[bytes, ...] = _PLACES
    endings: tuple[bytes, ...] = ()
    programs = False

    def database(self, path: bytes) -> bytes | None:
        """One for all packages."""
        return path if path.rpartition(b"/")[2] in (_SQLITE, *_OTHERS) else None

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """All of it."""
        return whole(pieces, _MOST)

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """Those that it has headers of."""
        other = _OTHERS.get(database.rpartition(b"/")[2])
        if other:
            raise UnreadableError(f"an RPM database of the kind {other}, which is not read; only SQLite's is")
        for header in _headers(files[database]):
            yield package(header)


def _headers(data: bytes) -> Iterator[bytes]:
    """The blobs of the table, from a copy in memory. Raises UnreadableError."""
    # In memory there is no log to write ahead to, and what was not yet taken over from it is lost to any reader.
    if data[18:20] == _WRITE_AHEAD:
        data = data[:18] + _ROLLBACK + data[20:]
    if not hasattr(getattr(sqlite3, "Connection", None), "deserialize"):
        raise UnreadableError("a SQLite database, which this Python was built without")
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        _restrain(connection)
        # A table without a page of its own is made up by code as it is read.
        real = "SELECT 1 FROM sqlite_master WHERE name = 'Packages' AND type = 'table' AND rootpage > 0"
        if not connection.execute(real).fetchone():
            raise UnreadableError("no table of packages in it")
        for (header,) in connection.execute("SELECT blob FROM Packages"):
            if isinstance(header, bytes):
                yield header
    except (sqlite3.Error, MemoryError, OverflowError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"not a readable SQLite database: {error}") from error
    finally:
        connection.close()


def _restrain(connection: sqlite3.Connection) -> None:
    """Keep a database that someone made up from asking for much: nothing in its schema runs, and work is bounded."""
    calls = 0

    def go_on() -> bool:
        nonlocal calls
        calls += 1
        return calls > _MOST_CALLS

    connection.set_progress_handler(go_on, _STEPS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_HEADER)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA query_only = ON")
