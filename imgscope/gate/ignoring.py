"""Ignored paths: they do not count, and are counted all the same, so that nobody forgets them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from imgscope.errors import SettingsError
from imgscope.gate.model import Ignored
from imgscope.gate.settings import Ignore
from imgscope.globs import bytes_matcher

Test = Callable[[bytes], bool]


def globs(patterns: Sequence[str], what: str) -> Test:
    """Patterns as a test of stored paths; ``what`` names the setting. Raises SettingsError."""
    try:
        return bytes_matcher(patterns)
    except ValueError as error:
        raise SettingsError(f"{what}: {error}") from error


class Ignores:
    """A list of ignores, and what each of them left out so far. An expired one leaves nothing out, but is told of."""

    def __init__(self, ignores: Sequence[Ignore], today: date, rule: str = "") -> None:
        self._ignores = ignores
        self._today = today
        self._rule = rule
        self._tests = [globs([ignore.path], "ignore") for ignore in ignores]
        self._left_out: list[dict[tuple[bytes, int], int]] = [{} for _ in ignores]
        self._live = [not self._expired(ignore) for ignore in ignores]

    def __bool__(self) -> bool:
        return bool(self._ignores)

    def cover(self, path: bytes, size: int, entry: int = 0) -> bool:
        """Whether a path is left out; that of a directory ends in a slash.

        ``size``: what it would have counted. Rules may ask several times of one body (``entry``): the largest counts.
        """
        covered = False
        for test, left_out, live in zip(self._tests, self._left_out, self._live, strict=True):
            if test(path):
                left_out[path, entry] = max(size, left_out.get((path, entry), 0))
                covered = covered or live
        return covered

    def told(self) -> list[Ignored]:
        """What each ignore came to; also where that is nothing, so that it can be taken out."""
        return [
            Ignored(
                path=ignore.path,
                reason=ignore.reason,
                expires=ignore.expires,
                expired=not live,
                paths=len({path for path, _ in left_out}),
                bytes=sum(left_out.values()),
                rule=self._rule,
            )
            for ignore, live, left_out in zip(self._ignores, self._live, self._left_out, strict=True)
        ]

    def _expired(self, ignore: Ignore) -> bool:
        return ignore.expires is not None and ignore.expires < self._today
