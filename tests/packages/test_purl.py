"""Package URLs, with the examples of their specification."""

from __future__ import annotations

import pytest

from imgscope.packages.distribution import Distribution
from imgscope.packages.model import Package
from imgscope.packages.purl import purl

DEBIAN = Distribution("debian", "12", "")


@pytest.mark.parametrize(
    ("type_", "package", "distribution", "expected"),
    [
        (
            "deb",
            Package("curl", "7.50.3-1", architecture="i386"),
            Distribution("debian", "jessie", ""),
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=debian-jessie",
        ),
        (
            "deb",
            Package("libstdc++6", "1:12.2+b1~x", architecture="amd64"),
            DEBIAN,
            "pkg:deb/debian/libstdc%2B%2B6@1:12.2%2Bb1~x?arch=amd64&distro=debian-12",
        ),
        (
            "rpm",
            Package("curl", "7.50.3-1.fc25", architecture="i386", epoch="1"),
            Distribution("fedora", "25", ""),
            "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25&epoch=1",
        ),
        ("apk", Package("musl", "1.2"), Distribution("alpine", "", ""), "pkg:apk/alpine/musl@1.2?distro=alpine"),
        ("npm", Package("animation", "12.3.1", "@angular"), None, "pkg:npm/%40angular/animation@12.3.1"),
        ("pypi", Package("Django_Allauth", "12.23"), None, "pkg:pypi/django-allauth@12.23"),
        ("golang", Package("Context", "v1", "github.com/Gorilla"), None, "pkg:golang/github.com/gorilla/context@v1"),
        ("golang", Package("go", "", "cmd"), None, "pkg:golang/cmd/go"),
        ("maven", Package("batik", "1.9.1", "org.apache"), None, "pkg:maven/org.apache/batik@1.9.1"),
        ("npm", Package("a b/\ud800?#", "1/2 3"), None, "pkg:npm/a%20b%2F%3F%3F%23@1%2F2%203"),
        ("maven", Package("batik", "1.9.1"), None, None),
        ("deb", Package("curl", "1"), None, None),
        ("npm", Package("", "1"), None, None),
    ],
)
def test_a_package_url(type_: str, package: Package, distribution: Distribution | None, expected: str | None) -> None:
    assert purl(type_, package, distribution) == expected
