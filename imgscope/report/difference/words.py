"""What text, Markdown and HTML tell of a difference, in words. All of it may hold texts from images: escape it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import nlargest
from typing import Literal, TypeVar

from imgscope.filesystem.words import time_text
from imgscope.report.difference.build import Section, Shown
from imgscope.report.difference.wire import (
    ChangeInfo,
    ChangeName,
    Diff,
    KindName,
    LayerPairInfo,
    NumberInfo,
    PackageChange,
    PathInfo,
    SideInfo,
    StateInfo,
)
from imgscope.units import count, counted, duration

_LONGEST = 1000
SIDES: tuple[Literal["before"], Literal["after"]] = ("before", "after")
Size = Callable[[int], str]
Grown = TypeVar("Grown", NumberInfo, PackageChange)
SIGNS: dict[KindName, str] = {"added": "+", "removed": "-", "changed": "~", "renamed": ">"}
TITLES: dict[KindName, str] = {"added": "Added", "removed": "Removed", "changed": "Changed", "renamed": "Renamed"}
FATES: dict[ChangeName, str] = {
    "added": "added",
    "removed": "removed",
    "updated": "updated",
    "kept": "in bytes only",
}
"""What became of packages."""
_CHOSEN: dict[KindName, str] = {
    "added": "the {} largest shown",
    "removed": "the {} largest shown",
    "changed": "{} shown, other content first, then by size",
    "renamed": "{} shown, those with most below first, then by size",
}
"""Which of many are shown, as they are ordered."""
_TOTALS = {
    "content_bytes": "size",
    "live_bytes": "live",
    "wasted_bytes": "wasted",
    "stored_bytes": "as stored",
    "files": "files",
    "directories": "directories",
    "layers": "layers",
}
_DURATIONS = ("interval", "timeout", "start_period", "start_interval")
_NOT_IN_OCI = ("healthcheck", "shell", "on_build")
_FIELDS = {
    "exposed_ports": "port",
    "volumes": "volume",
    "labels": "label",
    "working_dir": "working directory",
    "stop_signal": "stop signal",
    "on_build": "on build",
}


def side(info: SideInfo) -> str:
    """A side in one line."""
    kind = {"report": "a saved report", "baseline": "a baseline", "listing": "a listing of files"}.get(info["source"])
    return "  ".join(part for part in (info["path"], info["name"], f"({kind})" if kind else "") if part)


def verdict(diff: Diff) -> str:
    """All of it in one sentence."""
    if not diff["different"]:
        return "no difference" if diff["complete"] else "no difference in what could be read"
    parts: list[str] = []
    if summary := diff["summary"]:
        parts += _kinds({kind: summary[kind] for kind in TITLES}, "path")
    if diff["config"]:
        parts.append(f"{counted(len(diff['config']), 'setting', 'settings')} of the config changed")
    if packages := diff["package_totals"]:
        parts += _kinds({name: packages["summary"][name] for name in FATES if name != "kept"}, "package")
    return ", ".join(parts) or "the numbers differ"


def _kinds(numbers: Mapping[str, int], thing: str) -> list[str]:
    """``2 paths added``, ``3 removed``: what there is some of."""
    some = [(kind, number) for kind, number in numbers.items() if number]
    return [
        f"{count(number) if at else counted(number, thing, f'{thing}s')} {kind}"
        for at, (kind, number) in enumerate(some)
    ]


def notes(diff: Diff, *, options: bool = True) -> Iterator[str]:
    """What a reader should know beside: what is only counted, and what could not be compared.

    ``options``: with those of the command line that tell more.
    """
    summary = diff["summary"]
    if summary and summary["mtime_only"]:
        paths = "path differs" if summary["mtime_only"] == 1 else "paths differ"
        more = " (--mtime lists them)" if options else ""
        yield f"{count(summary['mtime_only'])} {paths} in nothing but the time of change{more}"
    if summary and summary["unknown"]:
        files = "file has its" if summary["unknown"] == 1 else "files have their"
        yield f"{count(summary['unknown'])} {files} old size, and contents that a listing does not tell"
    if diff["paths"] is None and any(diff[one]["source"] in ("report", "baseline") for one in SIDES):
        yield (
            "paths could not be compared: layers, totals and waste stand for them; "
            "to compare paths, save imgscope files --format jsonl as well"
        )
    if diff["config"] is None and diff["before"]["source"] not in ("layer", "listing"):
        yield "the config was not compared"
    if (packages := diff["package_totals"]) and not packages["complete"]:
        yield "INCOMPLETE: not all databases of packages could be read"
    if packages and not packages["databases"]:
        yield "no package database was found"
    for one in SIDES:
        if not diff[one]["complete"]:
            yield f"INCOMPLETE: {diff[one]['path']} could not be read in full, and may differ in more, or in less"


def setting(change: ChangeInfo) -> tuple[str, str]:
    """The name of a field, and a sign: added, removed or changed."""
    name = _FIELDS.get(change["field"], change["field"])
    sign = "+" if change["before"] is None else "-" if change["after"] is None else "~"
    return sign, f"{name} {change['key']}" if change["key"] else name


def values(change: ChangeInfo, arrow: str) -> str:
    """What a setting was and is."""
    return f" {arrow} ".join(value for value in before_and_after(change) if value is not None)


def before_and_after(change: ChangeInfo) -> tuple[str | None, str | None]:
    """What a setting was and is, None where it was not set; durations as Docker writes them."""
    if change["field"] == "healthcheck" and change["key"] in _DURATIONS:
        before, after = (value and duration(int(value)) for value in (change["before"], change["after"]))
        return before, after
    return change["before"], change["after"]


def reason(diff: Diff, change: ChangeInfo) -> str:
    """Why a setting is gone, where converting the image took it."""
    formats = next(((one["before"], one["after"]) for one in diff["facts"] if one["field"] == "format"), None)
    if change["after"] is not None or change["field"] not in _NOT_IN_OCI or formats is None:
        return ""
    before, after = (str(one).startswith("oci-") for one in formats)
    return "an OCI config has no field for it" if after and not before else ""


def number(delta: NumberInfo, size: Size) -> tuple[str, str, str, str]:
    """Name, before, now and growth of a number."""
    text = size if delta["name"] not in _TOTALS or delta["name"].endswith("_bytes") else count
    before, after = ("-" if one is None else text(one) for one in (delta["before"], delta["after"]))
    return _TOTALS.get(delta["name"], delta["name"]), before, after, growth(delta["grown"], text)


def grown_most(deltas: Sequence[Grown], top: int | None) -> Sequence[Grown]:
    """Those that grew or shrank most; without a limit all, what grew most first."""
    return deltas if top is None else nlargest(top, deltas, key=lambda delta: abs(delta["grown"]))


def growth(grown: int, text: Size) -> str:
    """A growth with its sign; a dash for none."""
    return f"{'+' if grown > 0 else '-'}{text(abs(grown))}" if grown else "-"


def grown_layers(diff: Diff) -> list[LayerPairInfo]:
    """Layers that are new or gone, or have another size than they had."""
    return [
        pair
        for pair in diff["layers"] or ()
        if not pair["same"] and (pair["grown"] or pair["before"] is None or pair["after"] is None)
    ]


def other_layers(diff: Diff) -> str:
    """What became of the other layers."""
    pairs = diff["layers"] or []
    same = sum(pair["same"] for pair in pairs)
    others = len(pairs) - same - len(grown_layers(diff))
    parts = [f"{count(same)} more {'is' if same == 1 else 'are'} the same"] if same else []
    if others:
        parts.append(f"{count(others)} of the same size")
    return ", ".join(parts)


def path(info: PathInfo) -> str:
    """A path, with a slash behind a directory's."""
    state = info["after"] or info["before"]
    return f"{info['path']}/" if state and state["type"] == "dir" else info["path"]


def short(text: str) -> str:
    """A path, or what there is to say of it, that is no longer than anyone reads: hostile ones have a million letters.

    The end tells more than the beginning.
    """
    return text if len(text) <= _LONGEST else f"…{text[1 - _LONGEST :]}"


def old_path(info: PathInfo) -> str:
    """Where a renamed path was."""
    state = info["before"]
    slash = "/" if state and state["type"] == "dir" else ""
    return f"{info['renamed_from']}{slash}" if info["renamed_from"] is not None else ""


def about(shown: Shown, size: Size, arrow: str) -> str:
    """What there is to say of a path beside its name."""
    info = shown.info
    if info["kind"] == "renamed":
        below = [f"with {counted(info['below'], 'path', 'paths')}"] if info["below"] else []
        return ", ".join([*below, *_aspects(info, size, arrow)])
    if info["kind"] == "changed":
        return ", ".join(_aspects(info, size, arrow))
    state = info["after"] or info["before"]
    assert state
    if state["type"] == "dir":
        return f"{counted(shown.paths, 'path', 'paths')}, {size(shown.bytes)}" if shown.paths > 1 else ""
    return size(state["size"]) if state["type"] == "file" else _thing(state, arrow)


def _thing(state: StateInfo, arrow: str) -> str:
    if state["type"] == "symlink":
        return f"{arrow} {state['link'] or ''}"
    return f"{state['type']} {state['rdev']}" if "rdev" in state else state["type"]


def _aspects(info: PathInfo, size: Size, arrow: str) -> Iterator[str]:
    before, after = info["before"], info["after"]
    assert before
    assert after
    for aspect in info["differs"]:
        if aspect == "content" and before["size"] == after["size"]:
            yield f"other content of {size(after['size'])}"
        elif aspect == "xattrs":
            yield f"xattrs {_xattrs(before, after)}"
        elif aspect == "links":
            yield "hard links"
        else:
            then, now = (_aspect(state, aspect, size) for state in (before, after))
            yield f"{'' if aspect == 'content' else f'{aspect} '}{then} {arrow} {now}"


def _aspect(state: StateInfo, aspect: str, size: Size) -> str:
    if aspect == "content":
        return size(state["size"])
    if aspect == "mode":
        return f"{state['mode']:04o}"
    if aspect == "owner":
        return f"{state['uid']}:{state['gid']}"
    if aspect == "target":
        return state["link"] or ""
    if aspect == "device":
        return state.get("rdev", "")
    return time_text(state["mtime"], seconds=True) if aspect == "mtime" else state["type"]


def _xattrs(before: StateInfo, after: StateInfo) -> str:
    then, now = before.get("xattrs", []), after.get("xattrs", [])
    return " ".join(
        [*(f"-{name}" for name in then if name not in now), *(f"+{name}" for name in now if name not in then)]
    )


def heading(section: Section) -> str:
    """The title of a section: how many paths, how many of them are shown, and which."""
    found = f"{TITLES[section.kind]}: {counted(section.found, 'path', 'paths')}"
    if not section.left_out or not section.shown:
        return found
    return f"{found}, {_CHOSEN[section.kind].format(count(len(section.shown)))}"
