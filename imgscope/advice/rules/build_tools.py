"""Compilers, headers and static libraries in an image that runs something: they were needed to build it."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Place
from imgscope.advice.rules.placed import PlacedRule

_LIKELY = Confidence.MEDIUM


class BuildTools(PlacedRule):
    """What stays quiet about images that start a shell: people may well build in those."""

    id = "build-tools"
    title = "build tools"
    looks_for = "Compilers, headers, static libraries, make, cmake and git in an image that runs something."
    fix = "Build in another stage, and COPY --from it what is needed; or take them away in the RUN that brings them"
    together = True
    places = (
        Place("compilers", ("usr/lib/gcc/", "usr/libexec/gcc/", "usr/local/lib/gcc/"), confidence=_LIKELY),
        Place("headers", ("usr/include/", "usr/src/"), confidence=_LIKELY),
        Place("the Go toolchain", ("usr/local/go/", "usr/lib/go/", "usr/lib/go-*/pkg/"), confidence=_LIKELY),
        Place("the Rust toolchain", ("**/.rustup/", "usr/local/rustup/"), confidence=_LIKELY),
        Place("static libraries", ("*.a",), confidence=_LIKELY),
        Place(
            "build programs",
            tuple(f"**/bin/{name}" for name in ("make", "gmake", "cmake", "ctest", "cpack", "ninja", "meson", "gdb")),
            confidence=_LIKELY,
        ),
        Place("git", ("usr/lib/git-core/", "usr/libexec/git-core/", "**/bin/git"), confidence=_LIKELY),
    )

    def find_live(self, facts: Facts) -> Iterator[Finding]:
        """Only where something runs that is not built there."""
        if not facts.runs_nothing:
            yield from super().find_live(facts)
