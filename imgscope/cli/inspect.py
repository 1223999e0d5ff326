"""``imgscope inspect``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from pydantic_core import from_json

from imgscope.cli.codes import INPUT, OK
from imgscope.cli.options import formats, image_command
from imgscope.cli.session import Session
from imgscope.errors import ImgscopeError, SettingsError, SourceError

if TYPE_CHECKING:
    from imgscope.image.opened import OpenImage
    from imgscope.inspection import Inspection
    from imgscope.report.printer import Printer
    from imgscope.sources.attestations import Attestation


@image_command
@formats("json", "text")
@click.option("--attestations", is_flag=True, help="What lies beside it about it: provenance, bills of materials.")
@click.option("--raw", is_flag=True, help="With --attestations: the documents themselves, one a line.")
def command(session: Session, format_: str, attestations: bool, raw: bool) -> int:
    """The config of IMAGE and the digests of its layers, from its documents alone; --verify reads layers too."""
    if raw and not attestations:
        raise SettingsError("--raw is for --attestations")
    if attestations:
        return _attestations(session, format_, raw=raw)
    from imgscope.report.build import described_layers, history_rows, image_info, source_info

    with _opened(session) as (opened, proof), session.output() as printer:
        image = opened.image
        layers = described_layers(image, proof)
        value: dict[str, Any] = {
            "source": source_info(opened.origin),
            "image": image_info(image),
            "layers": layers,
            "history": history_rows(image),
        }
        if format_ == "json":
            from imgscope.report.json import part

            documents = {"config": _raw(image.raw_config), "manifest": _raw(image.raw_manifest)}
            printer.stream.write(part("inspect", {**value, "documents": documents}))
        else:
            from imgscope.report.text import write_inspect

            write_inspect(printer, value)
        whole = proof.complete if proof else not (opened.damaged or any(layer.problem for layer in image.layers))
    return OK if whole else INPUT


@contextmanager
def _opened(session: Session) -> Iterator[tuple[OpenImage, Inspection | None]]:
    """The image, and with ``--verify`` what its layers hold. Says what is wrong with it."""
    if session.settings.verify:
        with session.inspection() as inspection:
            yield inspection.opened, inspection
        return
    with session.image() as opened:
        path = opened.origin.path
        session.warn(
            opened.warnings,
            {
                layer.index: SourceError(layer.problem, file=path, member=layer.digest or layer.diff_id)
                for layer in opened.image.layers
                if layer.problem
            },
        )
        yield opened, None


def _attestations(session: Session, format_: str, *, raw: bool) -> int:
    """What others state of the image; signatures are not verified. What the first unreadable one had is raised last."""
    from imgscope.sources.attestations import attestations
    from imgscope.sources.select import choose

    settings = session.settings
    problems: list[ImgscopeError] = []
    with session.source() as source:
        opened = choose(source, settings.image, settings.platform)
        session.warn(opened.warnings)
        digest = opened.image.manifest_digest
        found = _noting(attestations(source, digest, settings.limits), problems)
        others = sum(other.about != digest for other in source.catalogue.attestations)
        with session.output() as printer:
            if raw:
                from imgscope.report.json import lines

                printer.stream.writelines(lines(one.document for one in found if not one.problem))
            else:
                _write_rows(printer, found, digest, others, format_)
        if problems:
            raise problems[0].located(file=source.path)
    return INPUT if opened.damaged else OK


def _noting(found: Iterable[Attestation], problems: list[ImgscopeError]) -> Iterator[Attestation]:
    """The same, with what is wrong added to ``problems``."""
    for one in found:
        if one.problem:
            problems.append(one.problem.located(member=one.digest))
        yield one


def _write_rows(printer: Printer, found: Iterable[Attestation], digest: str | None, others: int, format_: str) -> None:
    from imgscope.report.attestations import attestation_info, write_attestations

    rows = [attestation_info(one, digest or "") for one in found]
    if format_ == "json":
        from imgscope.report.json import part

        printer.stream.write(part("attestations", rows, manifest_digest=digest, others=others))
    else:
        write_attestations(printer, rows, others)


def _raw(document: bytes | None) -> Any:
    """A document as it is stored, unknown fields and all."""
    return from_json(document.removeprefix(b"\xef\xbb\xbf")) if document else None
