"""Package URLs: ``pkg:deb/debian/curl@7.88.1?arch=amd64&distro=debian-12``, as their specification writes them."""

from __future__ import annotations

import re
from urllib.parse import quote

from imgscope.packages.distribution import Distribution
from imgscope.packages.model import Package

_OF_DISTRIBUTIONS = frozenset(("deb", "apk", "rpm"))


def purl(type_: str, package: Package, distribution: Distribution | None) -> str | None:
    """The package URL; None where what the type requires is not known."""
    namespace, name, version = package.namespace, package.name, package.version
    qualifiers = {}
    if type_ in _OF_DISTRIBUTIONS:
        namespace = distribution.id if distribution else ""
        qualifiers = {"arch": package.architecture, "distro": _distro(distribution), "epoch": package.epoch}
    elif type_ == "pypi":
        name = re.sub("[-_]+", "-", name).lower()
    elif type_ == "golang":
        namespace, name = namespace.lower(), name.lower()
    if not name or (type_ in ("maven", "deb", "rpm", "apk") and not namespace):
        return None
    path = "/".join(_quoted(part) for part in (type_, *namespace.split("/"), name) if part)
    after = "&".join(f"{key}={_quoted(value)}" for key, value in sorted(qualifiers.items()) if value)
    return "pkg:" + path + (f"@{_quoted(version)}" if version else "") + (f"?{after}" if after else "")


def _distro(distribution: Distribution | None) -> str:
    if distribution is None:
        return ""
    return "-".join(part for part in (distribution.id, distribution.version_id) if part)


def _quoted(text: str) -> str:
    return quote(text, safe=":", errors="replace")
