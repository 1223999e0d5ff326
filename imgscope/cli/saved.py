"""Files that an earlier run wrote, in the place of an image: a report, a baseline, a listing of files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from imgscope.cli.session import Session
from imgscope.cli.texts import json_text
from imgscope.errors import SettingsError, SourceError

if TYPE_CHECKING:
    from imgscope.difference.side import Side

_MOST = 256 << 20
"""Bytes of a saved file: a listing of a million paths."""
_HINT = "an image, or what imgscope report --json, files --format jsonl or check --write-baseline wrote"


def saved_side(session: Session) -> Side | None:
    """The side that a session's file is, if it is JSON and no image. Raises SourceError where it is some other JSON."""
    path = session.settings.path
    text = json_text(path, _MOST, lambda what: SourceError(what, file=path, hint=_HINT))
    if text is None:
        return None
    from imgscope.difference.saved import of_listing, of_saved_report

    rows = _rows(text, path)
    if rows is not None:
        return of_listing(rows, path)
    document = _document(text, path)
    if "imgscope_baseline" in document:
        return _baseline(text, session)
    if isinstance(document.get("files"), list):
        return of_listing(document["files"], path)
    if "totals" in document:
        return of_saved_report(document, path)
    raise SourceError("JSON that cannot be compared", file=path, hint=_HINT)


def _rows(text: str, path: str) -> Iterable[Mapping[str, Any]] | None:
    """The rows of JSONL; None where the first line is no row of a listing."""
    first = text.lstrip().partition("\n")[0]
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return None
    return _parsed(text, path) if isinstance(row, dict) and {"path", "type"} <= row.keys() else None


def _parsed(text: str, path: str) -> Iterator[Mapping[str, Any]]:
    # Only these end a line: a name may hold what else Python takes for one.
    for line in text.split("\n"):
        if line.strip():
            yield _document(line, path)


def _document(text: str, path: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError("not valid JSON", file=path, hint=_HINT) from error
    if not isinstance(document, dict):
        raise SourceError("JSON that cannot be compared", file=path, hint=_HINT)
    return document


def _baseline(text: str, session: Session) -> Side:
    from imgscope.difference.saved import of_numbers
    from imgscope.gate.baseline import MAX_TEXT, load

    path, wanted = session.settings.path, session.settings.image
    if len(text) > MAX_TEXT:
        raise SourceError(f"a baseline of more than {MAX_TEXT} characters", file=path)
    try:
        snapshots = load(text, path)
    except SettingsError as error:
        raise SourceError(error.what, file=path, hint=error.hint) from error
    if wanted is None and len(snapshots) != 1:
        hint = f"choose with --image: {', '.join(sorted(snapshots)[:10])}" if snapshots else None
        raise SettingsError(f"the baseline has {len(snapshots)} images", file=path, hint=hint)
    name = wanted if wanted is not None else next(iter(snapshots))
    if name not in snapshots:
        raise SettingsError(f"the baseline has no image {name}", file=path)
    one = snapshots[name]
    return of_numbers(path, name, one.totals, one.layers, one.directories, one.waste)
