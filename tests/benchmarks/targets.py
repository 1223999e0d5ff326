"""What is aimed at: a figure, or a share of what someone else needs for the same work on the same machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.benchmarks.curves import CURVES
from tests.benchmarks.measure import Cost

_SECONDS, _MEMORY, _TIMES = "{:.2f} s", "{:.0f} MB", "{:.2f} times"


@dataclass(frozen=True, slots=True)
class Target:
    """One promise; None is measured where there was nothing to measure, or nothing to compare with."""

    what: str
    measured: float | None
    most: float
    unit: str
    beside: str = ""
    """The same in CPU: on a busy machine it is the one to believe."""

    @property
    def met(self) -> bool:
        """Whether it is kept."""
        return self.measured is not None and self.measured <= self.most


def targets(found: Mapping[str, Cost], numbers: Mapping[str, float]) -> Iterator[Target]:
    """All of them, from costs by command and from other numbers."""
    yield from _looks(found)
    yield from _memory(found, numbers)
    yield from _entries(found, numbers)
    yield from _start(found)
    yield from _interface(found, numbers)
    for curve in CURVES:
        yield Target(f"eight times the {curve.what}", numbers.get(f"{curve.what} times"), 9, "{:.1f} times")


def _looks(found: Mapping[str, Cost]) -> Iterator[Target]:
    def share(mine: str, theirs: str, most: float) -> Target:
        what, ours, other = f"wall of {mine} / {theirs}", found.get(mine), found.get(theirs)
        if not ours or not other:
            return Target(what, None, most, _TIMES)
        return Target(what, ours.wall / other.wall, most, _TIMES, f" (CPU: {ours.cpu / other.cpu:.2f})")

    yield share("mid-docker report", "mid-docker dive", 0.25)
    yield share("mid-oci-gz report", "mid-oci-gz igzip", 1.25)
    yield share("mid-oci-gz report", "mid-oci-gz dive", 0.16)
    yield share("mid-oci-zstd report", "mid-oci-zstd zstd", 1.35)
    yield share("mid-oci-zstd report", "mid-oci-zstd dive", 0.4)
    big = found.get("big-docker report")
    in_cpu = f" (CPU: {big.cpu:.2f})" if big else ""
    yield Target("wall of big-docker report", big.wall if big else None, 4, _SECONDS, in_cpu)
    for image in ("mid-docker", "mid-oci-gz", "mid-oci-zstd", "big-docker"):
        # Not slower; a twentieth is what two runs of the same differ by.
        yield share(f"{image} check", f"{image} report", 1.05)
    for image in ("mid-oci-gz", "mid-oci-zstd"):
        yield share(f"{image} again", f"{image} report", 0.3)


def _memory(found: Mapping[str, Cost], numbers: Mapping[str, float]) -> Iterator[Target]:
    for image in ("mid-docker", "mid-oci-gz", "mid-oci-zstd", "big-docker", "big-oci-gz", "big-oci-zstd"):
        if each := found.get(f"{image} report"):
            most = (60e6 + 220 * numbers[f"{image} entries"]) / 1e6
            yield Target(f"peak of {image} report", each.peak / 1e6, most, _MEMORY)


def _entries(found: Mapping[str, Cost], numbers: Mapping[str, float]) -> Iterator[Target]:
    largest, entries = found.get("largest"), numbers.get("entries of largest", 0)
    whole = largest if entries == 1_000_000 else None
    yield Target("CPU of a million entries", whole.cpu if whole else None, 8, _SECONDS)
    yield Target("peak of a million entries", whole.peak / 1e6 if whole else None, 280, _MEMORY)
    yield Target("CPU an entry", 1e6 * largest.cpu / entries if largest else None, 7, "{:.1f} µs")
    yield Target("memory an entry", numbers.get("bytes an entry"), 220, "{:.0f} bytes")


def _start(found: Mapping[str, Cost]) -> Iterator[Target]:
    for key, what, most in (
        ("version", "imgscope --version", 50),
        ("help", "imgscope --help", 90),
        ("small", "report on 1 MB", 350),
    ):
        wall = _wall(found, key)
        yield Target(f"wall of {what}", 1000 * wall if wall else None, most, "{:.0f} ms")


def _interface(found: Mapping[str, Cost], numbers: Mapping[str, float]) -> Iterator[Target]:
    tree, report = numbers.get("paint tree"), _wall(found, "mid-docker report")
    yield Target("first paint", numbers.get("paint documents"), 0.6, _SECONDS)
    yield Target("tree painted / report", tree / report if tree and report else None, 1.5, _TIMES)


def _wall(found: Mapping[str, Cost], key: str) -> float | None:
    return found[key].wall if key in found else None
