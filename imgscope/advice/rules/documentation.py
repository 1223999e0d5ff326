"""Documentation, manuals and translations, which nobody reads in a container."""

from __future__ import annotations

from imgscope.advice.model import Confidence, Place
from imgscope.advice.rules.placed import PlacedRule

_LICENCES = frozenset((b"copyright", b"LICENSE", b"LICENCE", b"COPYING"))


class Documentation(PlacedRule):
    """What packages install for people; licences have to stay."""

    id = "documentation"
    title = "documentation"
    looks_for = "Documentation, manuals and translations of packages; licences do not count."
    fix = (
        "Have the package manager leave them out before it installs: path-exclude in /etc/dpkg/dpkg.cfg.d, "
        "dnf --setopt=tsflags=nodocs, apk without -doc packages"
    )
    together = True
    places = (
        Place(
            "documentation",
            (
                *("usr/share/doc/", "usr/local/share/doc/", "usr/share/gtk-doc/", "usr/share/info/", "usr/share/help/"),
                *("usr/share/javadoc/", "usr/share/doc-base/", "usr/share/lintian/"),
            ),
            confidence=Confidence.MEDIUM,
            keep=_LICENCES,
        ),
        Place("manuals", ("usr/share/man/", "usr/local/share/man/", "usr/local/man/"), confidence=Confidence.MEDIUM),
        Place("translations", ("usr/share/locale/", "usr/share/locale-langpack/"), confidence=Confidence.LOW),
    )
