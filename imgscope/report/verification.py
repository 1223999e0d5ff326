"""Whether a saved image is what its documents say: facts of an inspection, as checks that hold or do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from typing_extensions import TypedDict

from imgscope.gate.integrity import DOUBTFUL
from imgscope.inspection import Inspection
from imgscope.report.build import exact
from imgscope.report.printer import Printer
from imgscope.sources.survey import Misnamed

StateName = Literal["ok", "failed", "note"]
_STYLES = {"ok": "green", "failed": "bold red", "note": "yellow"}
_SIGNS = {"ok": "ok  ", "failed": "FAIL", "note": "note"}


class CheckInfo(TypedDict):
    """One check; ``note``: it does not hold, and engines do not mind."""

    id: str
    state: StateName
    message: str
    findings: list[str]


class VerifiedImage(TypedDict):
    """One image; ``error`` where it could not be opened."""

    image: str
    passed: bool
    error: str | None
    checks: list[CheckInfo]


def image_checks(inspection: Inspection) -> list[CheckInfo]:
    """The checks of one image, all bytes of which were read."""
    count = len(inspection.layers)
    claims = inspection.claims or ()
    warnings = inspection.warnings
    unread = [f"layer {number}: {layer.error}" for number, layer in enumerate(inspection.layers) if layer.error]
    untrue = [
        f"layer {number}: the {claim.what} is {claim.got}, the documents say {claim.expected}"
        for number, about in enumerate(claims)
        for claim in about
        if claim.holds is False
    ]
    unknown = [
        f"layer {number}: the {claim.what} {claim.expected} cannot be computed here"
        for number, about in enumerate(claims)
        for claim in about
        if claim.holds is None
    ]
    held = sum(claim.holds is True for about in claims for claim in about)
    doubtful = [_where(one.message, one.where) for one in warnings if one.code in DOUBTFUL]
    mismatch = [one.message for one in warnings if one.code == "history-mismatch"]
    damaged = [_where(one.message, one.where) for one in warnings if one.code in ("damaged-archive", "changed-image")]
    return [
        _check("documents", "the config and what leads to it have the digests and sizes that are stated", ()),
        _check("layers", f"{count - len(unread)} of {count} layers can be read to the end", [*damaged, *unread]),
        _check("digests", f"{held} digests and diff_ids of layers are those of their bytes", untrue),
        _check("algorithms", "every digest can be computed here", unknown, "note"),
        _check("history", "the history has a step for each layer", mismatch, "note"),
        _check("agreement", "every tool reads the same", doubtful),
    ]


def source_checks(unreferenced: Sequence[str], wrong: Iterable[Misnamed]) -> list[CheckInfo]:
    """The checks of a whole source, whatever image its blobs belong to."""
    misnamed = [f"{one.name}: its bytes have the digest {one.got}" for one in wrong]
    return [
        _check("blobs", "all other blobs are what their names say", misnamed),
        _check("references", "something leads to every blob", unreferenced, "note"),
    ]


def passed(checks: Iterable[CheckInfo]) -> bool:
    """Whether nothing fails; notes do not count."""
    return all(check["state"] != "failed" for check in checks)


def _check(id_: str, message: str, findings: Sequence[str], otherwise: StateName = "failed") -> CheckInfo:
    state: StateName = otherwise if findings else "ok"
    return {"id": id_, "state": state, "message": message, "findings": [exact(finding) for finding in findings]}


def _where(message: str, where: str) -> str:
    return f"{where}: {message}" if where else message


def write_checks(printer: Printer, checks: Iterable[CheckInfo]) -> None:
    """A line a check; what does not hold below it."""
    for check in checks:
        state = check["state"]
        said = check["message"] if state == "ok" else _NOT[check["id"]]
        printer.line(f"{_SIGNS[state]}  {check['id']:10}  {said}", _STYLES[state])
        for finding in check["findings"]:
            printer.line(f"      {finding}")


_NOT = {
    "layers": "not all layers can be read to the end",
    "digests": "bytes are not what documents say",
    "algorithms": "some digests cannot be computed here",
    "history": "the history has not a step for each layer",
    "agreement": "tools would read this differently",
    "blobs": "blobs are not what their names say",
    "references": "nothing leads to these blobs, and they travel",
}
