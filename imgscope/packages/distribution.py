"""Which distribution a root filesystem is of: os-release, or the file that one had before there was such a thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from imgscope.filesystem.model import FileSystem
from imgscope.filesystem.rootfs import FILE
from imgscope.packages.model import MOST_TEXT

FILES = (
    b"etc/os-release",
    b"usr/lib/os-release",
    b"etc/alpine-release",
    b"etc/redhat-release",
    b"etc/debian_version",
)
"""Where it is told, the best first."""
_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_RELEASE = re.compile(r"(.+?)(?: Linux)? release ([\w.]+)")
_REDHAT = {"red hat enterprise": "rhel", "centos": "centos", "fedora": "fedora", "rocky": "rocky"}


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a root filesystem says it is, in the words of os-release."""

    id: str
    version_id: str
    pretty_name: str


def told_in(fs: FileSystem) -> dict[bytes, int]:
    """The files of :data:`FILES` that are there, links followed, with the entry that has each one's content."""
    found: dict[bytes, int] = {}
    for path in FILES:
        node = fs.rootfs.find(path.split(b"/"))
        if node is not None and fs.rootfs.kind[node] == FILE:
            found[path] = fs.rootfs.inode[node]
    return found


def distribution(contents: Mapping[bytes, bytes]) -> Distribution | None:
    """The distribution by the contents of those files; None where they do not tell."""
    for path in FILES:
        if path in contents:
            content = contents[path].decode(errors="replace")
            found = _os_release(content) if path.endswith(b"/os-release") else _older(path, content)
            if found:
                return found
    return None


def _os_release(content: str) -> Distribution | None:
    matches = filter(None, (_LINE.fullmatch(line.strip()) for line in content.splitlines()))
    values = {match[1]: unquoted(match[2]) for match in matches}
    if not values.keys() & {"ID", "NAME", "PRETTY_NAME"}:
        return None
    id_ = values.get("ID") or "linux"
    version = values.get("VERSION_ID", "")
    pretty = values.get("PRETTY_NAME") or " ".join(filter(None, (values.get("NAME") or id_, version)))
    return Distribution(id_[:MOST_TEXT], version[:MOST_TEXT], pretty[:MOST_TEXT])


def unquoted(value: str) -> str:
    """A value as a shell would read it, of the part of its syntax that os-release allows; never fails."""
    value = value.strip()
    quote = value[:1]
    if quote not in ('"', "'"):
        return re.sub(r"\\(.)", r"\1", value)
    inside = value[1:-1] if len(value) > 1 and value.endswith(quote) else value[1:]
    return inside if quote == "'" else re.sub(r'\\([$"\\`])', r"\1", inside)


def _older(path: bytes, content: str) -> Distribution | None:
    line = content.strip().partition("\n")[0].strip()[:MOST_TEXT]
    if not line:
        return None
    if path == b"etc/alpine-release":
        return Distribution("alpine", line, f"Alpine Linux {line}")
    if path == b"etc/debian_version":
        return Distribution("debian", line, f"Debian GNU/Linux {line}")
    match = _RELEASE.match(line)
    name = match[1].lower() if match else line.lower()
    id_ = next((id_ for start, id_ in _REDHAT.items() if name.startswith(start)), name.split()[0])
    return Distribution(id_, match[2] if match else "", line)
