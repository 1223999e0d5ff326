"""npm packages: each directory in a ``node_modules`` with a package.json."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic_core import from_json

from imgscope.packages.model import MOST_TEXT, Package, UnreadableError, whole

_MANIFEST = re.compile(rb"(?:.*/)?node_modules/(?:@[^/]+/)?[^/@.][^/]*/package\.json")
_MOST = 4 << 20


class Npm:
    """Reads what npm, yarn and pnpm leave."""

    type = "npm"
    of_distribution = False
    directories: tuple[bytes, ...] = ()
    endings: tuple[bytes, ...] = (b"package.json",)
    programs = False

    def database(self, path: bytes) -> bytes | None:
        """Each package is its own."""
        return path if _MANIFEST.fullmatch(path) else None

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | None:
        """All of it."""
        return whole(pieces, _MOST)

    def packages(self, database: bytes, files: Mapping[bytes, bytes]) -> Iterator[Package]:
        """The one package, which owns its directory but for packages inside."""
        try:
            manifest = from_json(files[database].removeprefix(b"\xef\xbb\xbf"))
        except ValueError as error:
            raise UnreadableError("package.json is not valid JSON") from error
        if not isinstance(manifest, dict):
            raise UnreadableError("package.json is no object")
        name, version = (str(manifest.get(key) or "")[:MOST_TEXT] for key in ("name", "version"))
        if not name.strip("/"):
            raise UnreadableError("package.json has no name")
        scope, slash, last = name.rpartition("/")
        directory = database.rpartition(b"/")[0]
        yield Package(
            name=last if slash else name,
            namespace=scope,
            version=version,
            directories=directory,
            place=directory,
            anchor=database,
        )
