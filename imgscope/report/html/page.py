"""Report and tree → the page. Tables are there without scripts; exploring, filtering and sorting come with them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from imgscope.analysis.weights import weigh
from imgscope.escaping import printable
from imgscope.filesystem.tree import Tree
from imgscope.inspection import Inspection
from imgscope.report.html.data import CAUSES as CAUSE_ORDER
from imgscope.report.html.data import Folded, fold, label, waste_columns
from imgscope.report.json import encoded
from imgscope.report.masking import without_secrets
from imgscope.report.summary import CAUSES, by_cause, by_worth, facts, incomplete, instruction
from imgscope.report.wire import AdviceInfo, Report
from imgscope.units import SizeStyle, count, moment, percent, size

SCRIPTS = ("common.js", "map.js", "waste.js")
STYLE = "page.css"
_STATIC_WASTE = 100
"""Wasted paths that stand in the page for whoever runs no scripts."""
_STATIC_MAP = 30


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar of 100 units: from ``start`` on, ``length`` long."""

    kind: str
    start: float
    length: float


def write_html(
    inspection: Inspection, report: Report, style: SizeStyle, *, show_secrets: bool = False
) -> Iterator[str]:
    """The page, piece by piece; sizes are written in ``style``. Values of secrets are left out unless asked for."""
    report, told = (report, report) if show_secrets else (without_secrets(report), report)
    folded = fold(Tree(inspection.filesystem.rootfs), weigh(inspection.filesystem, inspection.analysis))
    scripts = [_own(name) for name in SCRIPTS]
    style_sheet = _own(STYLE)
    advice, doubtful = _advice(report)
    template = _environment(style).get_template("page.html")
    return template.generate(
        report=report,
        masked=report != told,
        facts=facts(report),
        incomplete=incomplete(report),
        causes=by_cause(report),
        why=CAUSES,
        largest=_largest(folded),
        shown_waste=report["waste"][:_STATIC_WASTE],
        advice=advice,
        doubtful=doubtful,
        policy=_policy(scripts, style_sheet),
        style_sheet=style_sheet,
        scripts=scripts,
        data=Markup(embedded(_data(report, folded, style))),
    )


def embedded(value: Any) -> str:
    """JSON that may stand in a script element: nothing in it ends the element, or begins a comment."""
    text = encoded(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _advice(report: Report) -> tuple[list[AdviceInfo], list[AdviceInfo]]:
    """What is worth telling, security first, then what saves most; and what is small or doubtful."""
    worthy, others = by_worth(report)
    worthy.sort(
        key=lambda row: (row["group"] != "security", row["group"] == "security" and row["confidence"] != "high")
    )
    return worthy, others


def _data(report: Report, folded: Folded, style: SizeStyle) -> dict[str, Any]:
    return {
        "sizes": style.value,
        "causes": CAUSE_ORDER,
        "tree": folded.columns(),
        "waste": waste_columns(report["waste"]),
        "instructions": [label(instruction(layer)) for layer in report["layers"]],
    }


def _policy(scripts: Sequence[str], style_sheet: str) -> str:
    """What the page may do: run these scripts, use this style, and nothing else; no text may become markup."""
    allowed = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style_sheet)}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _largest(folded: Folded) -> list[tuple[str, int, int]]:
    """Name, live and wasted bytes of what is largest in the root."""
    live = list(folded.live)
    wasted = [0] * len(live)
    for (node, _), number in folded.wasted.items():
        wasted[node] += number
    for node in range(len(live) - 1, 0, -1):
        live[folded.parent[node]] += live[node]
        wasted[folded.parent[node]] += wasted[node]
    directories = set(folded.directory)
    top = [node for node in range(1, len(live)) if folded.parent[node] == 0]
    top.sort(key=lambda node: -live[node] - wasted[node])
    names = [
        f"{count(folded.more[node])} more" if node in folded.more else folded.name[node] + "/" * (node in directories)
        for node in top[:_STATIC_MAP]
    ]
    return [(name, live[node], wasted[node]) for name, node in zip(names, top, strict=False)]


def _environment(style: SizeStyle) -> Environment:
    """Templates in which every value is made safe to show, and then escaped."""
    environment = Environment(
        loader=FunctionLoader(_own),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    filters: dict[str, Callable[..., Any]] = {
        "size": lambda number: size(number, style),
        "exact": lambda number: f"{count(number)} bytes",
        "count": count,
        "percent": percent,
        "moment": moment,
        "instruction": instruction,
        "marked": Markup,
    }
    environment.filters.update(filters)
    environment.globals.update(part=_part, parts=_parts)
    return environment


def _shown(value: Any) -> Any:
    """A text from the image with nothing in it that acts on whoever reads it."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _part(kind: str, share: int, whole: int) -> list[Part]:
    """A bar of one part."""
    return [Part(kind, 0, _units(share, whole))]


def _parts(report: Report) -> list[Part]:
    """The whole image in one bar: what is live, then waste by cause, largest first."""
    totals = report["totals"]
    kinds = [("live", totals["live_bytes"])] + [(total.cause, total.bytes) for total in by_cause(report)]
    found, start = [], 0
    for kind, number in kinds:
        found.append(Part(kind, _units(start, totals["content_bytes"]), _units(number, totals["content_bytes"])))
        start += number
    return found


def _units(number: int, whole: int) -> float:
    """Hundredths; what is there at all can be seen."""
    return max(round(100 * number / whole, 2), 0.3) if whole and number else 0


def _own(name: str) -> str:
    """A file of this package."""
    return (files(__package__ or "") / "files" / name).read_text("utf-8")
