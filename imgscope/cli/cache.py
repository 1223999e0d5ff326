"""``imgscope cache``: what looks at images left on disk, so that later ones read less."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from imgscope.cli.codes import OK
from imgscope.cli.options import formats, interruptible
from imgscope.errors import SettingsError
from imgscope.escaping import printable
from imgscope.indexing.cache import DIRECTORY, Cache, user_cache
from imgscope.units import age, counted, size


@click.group("cache")
def command() -> None:
    """What looks at images left on disk, so that later ones read less.

    It is where IMGSCOPE_CACHE_DIR says, or the system keeps caches, and takes at most IMGSCOPE_CACHE_SIZE bytes (1GB;
    0 for none); what was not used for longest goes first. It may be removed at any time.
    """


@command.command("show", short_help="Where it is, and how much is in it.")
@formats("text", "json")
def show(format_: str, as_json: bool) -> int:
    """Where the cache is, how much is in it, and what it may take."""
    with interruptible():
        cache = user_cache()
        entries = list(cache.entries())
        used = sum(entry.size for entry in entries)
        oldest = _time(min(entry.used for entry in entries)) if entries else None
        problem = None if cache.is_ours() else cache.problem
        if as_json or format_ == "json":
            click.echo(_document(cache, len(entries), used, oldest, problem), nl=False)
        else:
            click.echo(printable(cache.directory))
            click.echo(f"{counted(len(entries), 'entry', 'entries')}, {size(used)} of at most {size(cache.most)}")
            if oldest:
                click.echo(f"oldest use: {age(oldest)}")
            if problem:
                click.echo(f"not used: it {problem}")
    return OK


@command.command("clear", short_help="Remove what is in it.")
def clear() -> int:
    """Remove what is in the cache; other files in its directory are left alone."""
    with interruptible():
        cache = user_cache()
        if not cache.is_ours() and cache.problem:
            raise SettingsError(f"the cache {cache.problem}", file=cache.directory, hint=f"{DIRECTORY} names another")
        count, freed = cache.clear()
        click.echo(f"removed {counted(count, 'entry', 'entries')}, {size(freed)}")
    return OK


def _document(cache: Cache, count: int, used: int, oldest: str | None, problem: str | None) -> str:
    from imgscope.report.build import exact
    from imgscope.report.json import part

    value = {
        "directory": exact(cache.directory),
        "entries": count,
        "bytes": used,
        "limit_bytes": cache.most,
        "oldest": oldest,
        "problem": problem,
    }
    return part("cache", value)


def _time(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).isoformat()
