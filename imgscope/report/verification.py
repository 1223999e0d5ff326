"""Whether a saved image is what its documents say: facts of an inspection, as checks that hold or do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from typing_extensions import TypedDict

from imgscope.errors import ImgscopeError
from imgscope.gate.integrity import DOUBTFUL
from imgscope.image.opened import ImageWarning
from imgscope.indexing.proof import Claim
from imgscope.inspection import Inspection
from imgscope.report.build import exact
from imgscope.report.printer import Printer
from imgscope.sources.survey import Misnamed

StateName = Literal["ok", "failed", "note"]
_STYLES = {"ok": "green", "failed": "bold red", "note": "yellow"}
_SIGNS = {"ok": "ok  ", "failed": "FAIL", "note": "note"}


class CheckInfo(TypedDict):
    """One check; ``note``: it does not hold, and engines do not mind. ``hint``: what to do where it does not hold."""

    id: str
    state: StateName
    message: str
    findings: list[str]
    hint: str | None


class VerifiedImage(TypedDict):
    """One image; ``error`` where it could not be opened, ``hint`` what to do about that."""

    image: str
    passed: bool
    error: str | None
    hint: str | None
    checks: list[CheckInfo]


class _Words(NamedTuple):
    """What a check says where it holds, where it does not, and what can be done then."""

    holds: str
    fails: str
    hint: str = ""


_AGAIN = "save or copy the image again"
_WORDS = {
    "documents": _Words(
        "the config and what leads to it have the digests and sizes that are stated", "listed, and not saved"
    ),
    "layers": _Words("{} of {} layers can be read to the end", "{} of {} layers can be read to the end", _AGAIN),
    "digests": _Words(
        "{} digests and diff_ids of layers are those of their bytes", "bytes are not what documents say", _AGAIN
    ),
    "algorithms": _Words("every digest can be computed here", "some digests cannot be computed here"),
    "history": _Words("the history has a step for each layer", "the history has not a step for each layer"),
    "agreement": _Words(
        "every tool reads the same", "tools would read this differently", "build the image again, with current tools"
    ),
    "remarks": _Words("nothing else is odd", "odd, and read all the same"),
    "source": _Words("it can be read to the end, and stayed as it was", "damaged, or written to", _AGAIN),
    "blobs": _Words("all other blobs are what their names say", "blobs are not what their names say", _AGAIN),
    "references": _Words("something leads to every blob", "nothing leads to these blobs, and they travel"),
}
_ELSEWHERE = {"damaged-archive", "changed-image", "unread-layer", "digest-mismatch", "history-mismatch", *DOUBTFUL}
"""Codes of warnings that a check of its own tells."""


def image_checks(inspection: Inspection, apart: Iterable[ImageWarning] = ()) -> list[CheckInfo]:
    """The checks of one image, all bytes of which were read; ``apart``: warnings that are told of the whole file."""
    claims = [(number, claim) for number, about in enumerate(inspection.claims or ()) for claim in about]
    warnings = [warning for warning in inspection.warnings if warning not in apart]
    errors = {number: layer.error for number, layer in enumerate(inspection.layers) if layer.error}
    unread = [f"layer {number}: {error}" for number, error in errors.items()]
    count = len(inspection.layers)
    unknown = [f"layer {number}: the {claim.what} is {claim.expected}" for number, claim in claims if not claim.got]
    held = sum(claim.holds is True for _, claim in claims)
    mismatch = [warning.message for warning in warnings if warning.code == "history-mismatch"]
    return [
        _check("documents", ()),
        _check("layers", unread, figures=(count - len(errors), count), hint=_hints(errors.values())),
        _check("digests", list(_untrue(claims)), figures=(held,)),
        _check("algorithms", unknown, "note"),
        _check("history", mismatch, "note"),
        *_of_warnings(warnings),
    ]


def not_saved(problem: ImgscopeError) -> CheckInfo:
    """What is said of an image that is listed for another platform, and was not saved."""
    return _check("documents", [str(problem)], "note")


def source_checks(warnings: Iterable[ImageWarning], changed: bool) -> Iterator[CheckInfo]:
    """The checks of a whole source; ``changed``: it was written to while it was read."""
    warnings = list(warnings)
    damage = [_where(one) for one in warnings if one.code == "damaged-archive"]
    yield _check("source", [*damage, *(["it was written to while it was read"] if changed else [])])
    yield from _of_warnings(warnings)


def blob_checks(unreferenced: Sequence[str], wrong: Iterable[Misnamed], broken: Sequence[str]) -> list[CheckInfo]:
    """The checks of blobs, whatever image they belong to; ``broken``: why some could not be read."""
    misnamed = [f"{one.name}: its bytes have the digest {one.got}" for one in wrong]
    return [_check("blobs", [*misnamed, *broken]), _check("references", unreferenced, "note")]


def passed(checks: Iterable[CheckInfo]) -> bool:
    """Whether nothing fails; notes do not count."""
    return all(check["state"] != "failed" for check in checks)


def write_checks(printer: Printer, checks: Iterable[CheckInfo]) -> None:
    """A line a check; what does not hold below it, and what to do."""
    for check in checks:
        state = check["state"]
        lead = f"{_SIGNS[state]}  {check['id']:10}  "
        printer.line(f"{lead}{check['message']}", _STYLES[state], hang=" " * len(lead))
        for finding in check["findings"]:
            printer.line(f"      {finding}")
        if check["hint"]:
            printer.line(f"      hint: {check['hint']}")


def _untrue(claims: Iterable[tuple[int, Claim]]) -> Iterator[str]:
    """What is wrong by layer: of a plain one digest and diff_id are one thing, and told once."""
    wrong: defaultdict[tuple[int, str, str], list[str]] = defaultdict(list)
    for number, claim in claims:
        if claim.got and not claim.holds:
            wrong[number, claim.got, claim.expected].append(claim.what)
    for (number, got, expected), what in wrong.items():
        yield f"layer {number}: the {' and '.join(what)} is {got}, the documents say {expected}"


def _hints(errors: Iterable[ImgscopeError]) -> str:
    return "; ".join(dict.fromkeys(error.hint for error in errors if error.hint))


def _of_warnings(warnings: Iterable[ImageWarning]) -> Iterator[CheckInfo]:
    warnings = list(warnings)
    yield _check("agreement", [_where(one) for one in warnings if one.code in DOUBTFUL])
    yield _check("remarks", [_where(one) for one in warnings if one.code not in _ELSEWHERE], "note")


def _check(
    id_: str,
    findings: Sequence[str],
    otherwise: StateName = "failed",
    *,
    figures: tuple[int, ...] = (),
    hint: str = "",
) -> CheckInfo:
    words = _WORDS[id_]
    return {
        "id": id_,
        "state": otherwise if findings else "ok",
        "message": (words.fails if findings else words.holds).format(*figures),
        "findings": [exact(finding) for finding in findings],
        "hint": (exact(hint) or words.hint or None) if findings else None,
    }


def _where(warning: ImageWarning) -> str:
    return f"{warning.where}: {warning.message}" if warning.where else warning.message
