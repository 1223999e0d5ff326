"""Tests that packages of Python and Node bring along."""

from __future__ import annotations

from imgscope.advice.model import Confidence, Place
from imgscope.advice.rules.placed import PlacedRule

_PYTHON = ("site-packages", "dist-packages")


class PackageTests(PlacedRule):
    """Tests and examples of installed packages, not the image's own."""

    id = "package-tests"
    title = "tests of packages"
    looks_for = "Tests and examples inside node_modules, site-packages and Python's own library."
    fix = "Take them out in the RUN that installs; make sure that nothing imports them"
    together = True
    places = (
        Place(
            "tests of Node packages",
            tuple(f"**/node_modules/**/{name}/" for name in ("test", "tests", "__tests__", "example", "examples")),
            confidence=Confidence.LOW,
        ),
        Place(
            "tests of Python packages",
            (
                *(f"**/{where}/**/{name}/" for where in _PYTHON for name in ("test", "tests")),
                *("usr/lib/python3*/test/", "usr/local/lib/python3*/test/"),
            ),
            confidence=Confidence.LOW,
        ),
    )
