"""Inspection → wire types. The only place where internals become the contract."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from imgscope import __version__
from imgscope.analysis.model import LayerAccount, Totals, Waste
from imgscope.escaping import printable
from imgscope.filesystem.model import Cause
from imgscope.image.history import Step
from imgscope.image.model import Image, Layer
from imgscope.image.opened import ImageWarning, Origin
from imgscope.indexing.layers import LayerIndex
from imgscope.inspection import Inspection
from imgscope.oci.config import ContainerConfig, Healthcheck
from imgscope.oci.descriptor import Platform
from imgscope.packages.distribution import Distribution
from imgscope.report import wire
from imgscope.report.rows import Rows

CAUSE_NAMES: dict[Cause, wire.CauseName] = {
    Cause.OVERWRITTEN: "overwritten",
    Cause.METADATA_ONLY: "metadata_only",
    Cause.DELETED: "deleted",
    Cause.OPAQUE: "opaque",
    Cause.TYPE_CHANGED: "type_changed",
    Cause.SHADOWED: "shadowed",
}


def build_report(inspection: Inspection) -> wire.Report:
    """The whole document."""
    opened, image = inspection.opened, inspection.opened.image
    return {
        "schema_version": wire.SCHEMA_VERSION,
        "tool": {"name": "imgscope", "version": __version__},
        "source": source_info(opened.origin),
        "complete": inspection.complete,
        "image": {**image_info(image), "distribution": distribution_info(inspection.distribution)},
        "totals": totals_info(
            inspection.analysis.totals,
            layers=len(image.layers),
            history=len(image.history.steps),
            stored_bytes=image.stored_bytes,
        ),
        "layers": layer_rows(inspection),
        "history": history_rows(image),
        "waste": Rows(inspection.analysis.waste, waste_row),
        "warnings": warning_rows(inspection.warnings),
    }


def text_and_raw(raw: bytes) -> tuple[str, str | None]:
    """Bytes of a name as exact text; where they are not UTF-8, escaped, with the raw bytes in base64 beside."""
    try:
        return raw.decode(), None
    except UnicodeDecodeError:
        return printable(raw), b64encode(raw).decode()


def exact(text: str) -> str:
    """A text as it is; escaped only where it holds what cannot be written (a file name that is not UTF-8)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return printable(text)
    return text


def source_info(origin: Origin) -> wire.SourceInfo:
    """Where the image was read from."""
    return {
        "path": exact(origin.path),
        "flavour": origin.flavour,
        "stored_bytes": origin.stored_bytes,
        "selected": exact(origin.selected),
        "candidates": origin.candidates,
    }


def platform_info(platform: Platform) -> wire.PlatformInfo:
    """What an image runs on."""
    return {"os": platform.os, "architecture": platform.architecture, "variant": platform.variant}


def image_info(image: Image) -> wire.ImageInfo:
    """An image's documents."""
    config = image.config
    return {
        "id": image.id or None,
        "manifest_digest": image.manifest_digest,
        "tags": list(image.tags),
        "platform": platform_info(image.platform),
        "created": config.created or None,
        "author": config.author or None,
        "docker_version": config.docker_version or None,
        "config": _config(config.config),
    }


def distribution_info(distribution: Distribution | None) -> wire.DistributionInfo | None:
    """What a root filesystem says it is."""
    if distribution is None:
        return None
    return {
        "id": distribution.id,
        "version_id": distribution.version_id,
        "pretty_name": distribution.pretty_name,
    }


def _config(config: ContainerConfig) -> wire.ConfigInfo:
    return {
        "user": config.user,
        "env": list(config.env),
        "entrypoint": None if config.entrypoint is None else list(config.entrypoint),
        "cmd": None if config.cmd is None else list(config.cmd),
        "working_dir": config.working_dir,
        "volumes": list(config.volumes),
        "exposed_ports": list(config.exposed_ports),
        "labels": dict(sorted(config.labels.items())),
        "healthcheck": _healthcheck(config.healthcheck) if config.healthcheck else None,
        "stop_signal": config.stop_signal,
        "shell": list(config.shell),
        "on_build": list(config.on_build),
    }


def _healthcheck(check: Healthcheck) -> wire.HealthcheckInfo:
    return {
        "test": list(check.test),
        "interval": check.interval,
        "timeout": check.timeout,
        "start_period": check.start_period,
        "start_interval": check.start_interval,
        "retries": check.retries,
    }


def totals_info(totals: Totals, *, layers: int, history: int, stored_bytes: int) -> wire.TotalsInfo:
    """The numbers of a whole image; those of its documents are given beside."""
    return {
        "layers": layers,
        "history": history,
        "entries": totals.entries,
        "files": totals.files,
        "directories": totals.directories,
        "stored_bytes": stored_bytes,
        "tar_bytes": totals.tar_bytes,
        "content_bytes": totals.content_bytes,
        "live_bytes": totals.live_bytes,
        "format_metadata_bytes": totals.format_metadata_bytes,
        "wasted_bytes": totals.wasted_bytes,
        "wasted_stored_bytes": totals.wasted_stored_bytes,
        "efficiency": round(totals.efficiency, 6),
    }


def described_layers(image: Image, proof: Inspection | None = None) -> list[dict[str, str | int | bool | None]]:
    """One object a layer, lowest first, of what documents say; ``proof``: the same image with its layers read."""
    rows: list[dict[str, str | int | bool | None]] = []
    for layer in image.layers:
        error = proof.layers[layer.index].error if proof else layer.problem
        rows.append(
            {
                "index": layer.index,
                "digest": layer.digest,
                "diff_id": layer.diff_id or None,
                "chain_id": layer.chain_id or None,
                "media_type": layer.media_type,
                "stored_bytes": layer.stored_bytes,
                "verified": proof.verified(layer.index) if proof else None,
                "error": exact(str(error)) if error else None,
            }
        )
    return rows


def layer_rows(inspection: Inspection) -> list[wire.LayerInfo]:
    """One object a layer, lowest first."""
    image = inspection.opened.image
    return [
        _layer(layer, index, account, image.history.step_of(layer.index), inspection.verified(layer.index))
        for layer, index, account in zip(image.layers, inspection.layers, inspection.analysis.layers, strict=True)
    ]


def _layer(
    layer: Layer, index: LayerIndex, account: LayerAccount, step: Step | None, verified: bool | None
) -> wire.LayerInfo:
    entry = step.entry if step else None
    return {
        "index": layer.index,
        "digest": layer.digest,
        "diff_id": layer.diff_id or None,
        "chain_id": layer.chain_id or None,
        "media_type": layer.media_type,
        "compression": index.codec.value,
        "stored_bytes": layer.stored_bytes,
        "tar_bytes": account.tar_bytes,
        "content_bytes": account.content_bytes,
        "entries": account.entries,
        "files": account.files,
        "added": account.added,
        "modified": account.modified,
        "removed": account.removed,
        "whiteouts": account.whiteouts,
        "opaque_whiteouts": account.opaque_whiteouts,
        "created": (entry and entry.created) or None,
        "created_by": (entry and entry.created_by) or None,
        "instruction": (step and step.instruction) or None,
        "comment": (entry and entry.comment) or None,
        "author": (entry and entry.author) or None,
        "verified": verified,
        "error": exact(str(index.error)) if index.error else None,
        "accounting": _accounting(account),
        "wasted_bytes": account.wasted_bytes,
        "causes_wasted_bytes": account.causes_wasted_bytes,
    }


def _accounting(account: LayerAccount) -> wire.AccountingInfo:
    return {
        "live": account.live,
        "overwritten": account.hidden[Cause.OVERWRITTEN],
        "metadata_only": account.hidden[Cause.METADATA_ONLY],
        "deleted": account.hidden[Cause.DELETED],
        "opaque": account.hidden[Cause.OPAQUE],
        "type_changed": account.hidden[Cause.TYPE_CHANGED],
        "shadowed": account.hidden[Cause.SHADOWED],
        "format_metadata": account.format_metadata,
        "tar_overhead": account.tar_overhead,
    }


def history_rows(image: Image) -> list[wire.HistoryInfo]:
    """One object a build step, oldest first."""
    return [
        {
            "created": step.entry.created or None,
            "created_by": step.entry.created_by or None,
            "instruction": step.instruction or None,
            "comment": step.entry.comment or None,
            "author": step.entry.author or None,
            "empty_layer": step.entry.empty_layer,
            "layer": step.layer,
        }
        for step in image.history.steps
    ]


def waste_row(waste: Waste) -> wire.WasteInfo:
    """One wasted body."""
    path, raw = text_and_raw(waste.path)
    row: wire.WasteInfo = {
        "path": path,
        "bytes": waste.bytes,
        "stored_bytes": waste.stored_bytes,
        "cause": CAUSE_NAMES[waste.cause],
        "layer": waste.layer,
        "hidden_by": waste.hidden_by,
        "versions": waste.versions,
    }
    if raw:
        row["path_b64"] = raw
    return row


def warning_rows(warnings: Iterable[ImageWarning]) -> list[wire.WarningInfo]:
    """Warnings as objects."""
    return [
        {"code": warning.code, "message": exact(warning.message), "where": exact(warning.where)} for warning in warnings
    ]
