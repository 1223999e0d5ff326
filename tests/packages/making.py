"""Databases of packages made in code, as their managers write them; and images with them, read as imgscope does."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import imgscope
from imgscope.inspection import Inspection
from imgscope.packages.model import Ecosystem, Package
from imgscope.packages.ownership import Owner, Ownership
from imgscope.packages.registry import ECOSYSTEMS
from imgscope.questions.packages import find_packages
from tests.build import Compress, E, Spec, f, layer, layout_files, plain, write_tar


@dataclass
class P:
    """A package for any of the databases."""

    name: str
    version: str = "1.0"
    files: Sequence[str] = ()
    architecture: str = "amd64"
    status: str = "install ok installed"
    more: Mapping[str, str] = field(default_factory=dict)


def dpkg(*packages: P) -> list[E]:
    """``status``, and a list for each package, with the directories that dpkg lists too."""
    status = "".join(
        f"Package: {p.name}\nStatus: {p.status}\nArchitecture: {p.architecture}\nVersion: {p.version}\n"
        f"Description: of it\n Package: not this one\n .\n{''.join(f'{k}: {v}{chr(10)}' for k, v in p.more.items())}\n"
        for p in packages
    )
    lists = [
        f(f"var/lib/dpkg/info/{p.name}.list", "/.\n" + "".join(f"/{path}\n" for path in p.files)) for p in packages
    ]
    return [f("var/lib/dpkg/status", status), *lists]


def distroless(package: P) -> list[E]:
    """A file for a package, and its sums."""
    about = f"Package: {package.name}\nVersion: {package.version}\nArchitecture: {package.architecture}\n"
    sums = "".join(f"{'0' * 32}  {path}\n" for path in package.files)
    place = f"var/lib/dpkg/status.d/{package.name}"
    return [f(place, about), f(place + ".md5sums", sums)]


def apk(*packages: P) -> bytes:
    """``lib/apk/db/installed``."""
    out = ""
    for p in packages:
        out += f"C:Q1aaaa=\nP:{p.name}\nV:{p.version}\nA:{p.architecture}\nT:of it\n"
        for path in p.files:
            directory, _, name = path.rpartition("/")
            out += f"F:{directory}\nM:0:0:755\nR:{name}\na:0:0:755\nZ:Q1bbbb=\n"
        out += "\n"
    return out.encode()


Tag = tuple[int, int, int, bytes]
"""Number, type, count and bytes."""


def text_tag(number: int, value: str) -> Tag:
    return number, 6, 1, value.encode() + b"\0"


def texts_tag(number: int, values: Sequence[str]) -> Tag:
    return number, 8, len(values), b"".join(value.encode() + b"\0" for value in values)


def numbers_tag(number: int, values: Sequence[int]) -> Tag:
    return number, 4, len(values), struct.pack(f">{len(values)}I", *values)


def header(*tags: Tag) -> bytes:
    """Tags as RPM keeps them: an index, numbers on even places, all that they hold behind."""
    index, data = b"", b""
    for number, kind, count, value in tags:
        if kind == 4:
            data += bytes(-len(data) % 4)
        index += struct.pack(">IIII", number, kind, len(data), count)
        data += value
    return struct.pack(">II", len(tags), len(data)) + index + data


def rpm_header(package: P, epoch: int | None = None) -> bytes:
    """The header of a package ``name``-``version``-``release``."""
    version, _, release = package.version.partition("-")
    directories = sorted({path.rpartition("/")[0] for path in package.files})
    tags = [
        text_tag(1000, package.name),
        text_tag(1001, version),
        text_tag(1002, release),
        (1004, 9, 1, b"summary\0"),
        text_tag(1022, package.architecture),
    ]
    if epoch is not None:
        tags.append(numbers_tag(1003, [epoch]))
    if package.files:
        tags.append(numbers_tag(1116, [directories.index(path.rpartition("/")[0]) for path in package.files]))
        tags.append(texts_tag(1117, [path.rpartition("/")[2] for path in package.files]))
        tags.append(texts_tag(1118, [f"/{directory}/" for directory in directories]))
    return header(*tags)


def rpmdb(*headers: bytes, schema: str | None = None) -> bytes:
    """``rpmdb.sqlite``."""
    connection = sqlite3.connect(":memory:")
    connection.execute(schema or "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    if schema is None:
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(one,) for one in headers])
    connection.commit()
    data = bytes(connection.serialize())
    connection.close()
    return data


def dist_info(package: P, place: str = "usr/lib/python3/site-packages") -> list[E]:
    """A distribution with its RECORD, whose paths are below ``place``, and its files."""
    info = f"{package.name}-{package.version}.dist-info"
    record = [*package.files, f"{info}/METADATA", f"{info}/RECORD"]
    lines = "".join(f'"{path}",sha256=x,1\n' if "," in path else f"{path},,\n" for path in record)
    metadata = f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {package.version}\n\nName: not this\n"
    return [f(f"{place}/{info}/METADATA", metadata), f(f"{place}/{info}/RECORD", lines)]


def go_info(module: str, version: str = "(devel)", go: str = "go1.22.1") -> bytes:
    """What Go's linker puts into a program."""
    text = f"path\t{module}/cmd\nmod\t{module}\t{version}\th1:x=\ndep\texample.org/other\tv0.1.0\th1:y=\n".encode()
    return b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + counted(go.encode()) + counted(b"<" * 16 + text + b">" * 16)


def counted(text: bytes) -> bytes:
    """A text after its length."""
    out, left = b"", len(text)
    while left >= 0x80:
        out += bytes([left & 0x7F | 0x80])
        left >>= 7
    return out + bytes([left]) + text


def go_program(info: bytes, before: int = 1 << 18) -> bytes:
    """An ELF program, as far as a reader of it looks."""
    head = b"\x7fELF".ljust(4000, b"\0") + b"\x04\0\0\0\x10\0\0\0\x04\0\0\0Go\0\0"
    return head.ljust(before, b"\x90") + info + b"\0" * 5000


def jar(members: Mapping[str, str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of texts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def pom(group: str, artifact: str, version: str) -> dict[str, str]:
    text = f"#Created\nversion={version}\r\ngroupId={group}\r\nartifactId={artifact}\r\n"
    return {f"META-INF/maven/{group}/{artifact}/pom.properties": text}


def ecosystem(type_: str) -> Ecosystem:
    return next(one for one in ECOSYSTEMS if one.type == type_)


def read(type_: str, entries: Iterable[E] | Mapping[str, bytes]) -> list[Package]:
    """The packages that one ecosystem finds in files, all of which it takes for one database."""
    kind = ecosystem(type_)
    files = entries if isinstance(entries, Mapping) else {str(entry.name): entry.data for entry in entries}
    databases = {path: kind.database(path.encode()) for path in files}
    kept = {path.encode(): kind.keep([files[path]]) for path, database in databases.items() if database is not None}
    (database,) = {database for database in databases.values() if database is not None}
    needed = {path: content for path, content in kept.items() if content is not None}
    return list(kind.packages(database, needed)) if needed else []


def paths(joined: bytes) -> set[str]:
    return {path.strip(b"/").decode() for path in joined.split(b"\0") if path.strip(b"/.")}


def image(directory: Path, *layers: Iterable[E], compress: Compress = plain) -> Path:
    """A saved image of layers."""
    return write_tar(
        layout_files(Spec([layer(*entries) for entries in layers]), compress=compress), directory / "i.tar"
    )


@dataclass
class Found:
    """An image's packages."""

    inspection: Inspection
    ownership: Ownership

    def owner(self, name: str, type_: str | None = None) -> Owner:
        (found,) = (
            owner
            for owner in self.ownership.owners
            if owner.package.name == name and type_ in (None, ECOSYSTEMS[owner.ecosystem].type)
        )
        return found

    def unowned(self) -> tuple[dict[str, int], dict[str, int]]:
        """Bytes of paths without a package, live and wasted."""
        fs = self.inspection.filesystem
        live, wasted = (
            {fs.body_path(entry).decode(): fs.stored(entry) for entry in entries}
            for entries in (self.ownership.unowned_live, self.ownership.unowned_wasted)
        )
        return live, wasted


def found_in(path: Path) -> Found:
    """Packages of a saved image; what all of them and nobody own is checked to be all that there is."""
    with imgscope.open_image(str(path)) as opened:
        inspection = imgscope.inspect(opened)
        found = Found(inspection, find_packages(inspection))
    check_sums(found)
    return found


def check_sums(found: Found) -> None:
    """Owned and unowned bytes are the image's: live and wasted, in all and in each layer."""
    fs, ownership = found.inspection.filesystem, found.ownership
    for number, account in enumerate(found.inspection.analysis.layers):

        def of(entries: Iterable[int], layer: int = number) -> int:
            return sum(fs.stored(entry) for entry in entries if fs.locate(entry)[0] == layer)

        live = sum(owner.live.get(number, 0) for owner in ownership.owners) + of(ownership.unowned_live)
        wasted = sum(owner.wasted.get(number, 0) for owner in ownership.owners) + of(ownership.unowned_wasted)
        assert (live, wasted) == (account.live, account.wasted_bytes)
