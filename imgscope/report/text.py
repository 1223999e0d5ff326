"""Reports for people: tables at a terminal, columns in a pipe."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Sequence

from imgscope.escaping import inert
from imgscope.filesystem.words import time_text
from imgscope.report.printer import Column, Printer
from imgscope.report.summary import CAUSES, advised, by_cause, by_worth, culprit, facts, incomplete, instruction, title
from imgscope.report.wire import FileInfo, FileType, HistoryInfo, ImageRow, LayerInfo, OtherRow, Report, WasteInfo
from imgscope.units import age, count, counted, percent

_INDEX = Column("#", right=True)
_BESIDE = " " * 9
"""What stands below the name of a fact."""
_BESIDE_SAVES = " " * 14


def write_report(printer: Printer, report: Report, top: int) -> None:
    """The layer report; ``top`` wasted paths."""
    printer.line(title(report), "bold")
    for name, value in facts(report):
        printer.line(f"{name:<9}{value}", hang=_BESIDE)
    _totals(printer, report)
    sentence = incomplete(report)
    if sentence:
        printer.line(sentence, "bold red")
    printer.heading("Layers")
    write_layer_table(printer, report["layers"])
    if report["waste"]:
        printer.line(
            "WASTED: what the layer carries for nothing. CAUSED: what it turned into waste in the layers below.", "dim"
        )
        _causes(printer, report)
    shown = report["waste"][:top]
    if shown:
        several = f", the {count(len(shown))} largest of {count(len(report['waste']))}"
        printer.heading("Wasted paths" + (several if len(shown) < len(report["waste"]) else ""))
        write_waste(printer, report, shown)
    _advice(printer, report)


def _advice(printer: Printer, report: Report) -> None:
    shown = advised(report)
    if not shown:
        return
    printer.heading("Advice")
    for row in shown:
        saves = f"saves {printer.size(row['bytes'])}" if row["bytes"] else row["group"]
        printer.line(f"{saves:<12}  {row['cause']}.", hang=_BESIDE_SAVES)
        printer.line(f"{_BESIDE_SAVES}{row['fix']}.", "dim")
    worthy, others = map(len, by_worth(report))
    more = worthy - len(shown)
    rest = [f"{counted(more, 'finding', 'findings')} more: imgscope advice"] if more else []
    rest += [f"{count(others)} small or doubtful: imgscope advice --all"] if others else []
    if rest:
        printer.line("; ".join(rest), "dim")


def _totals(printer: Printer, report: Report) -> None:
    totals = report["totals"]
    files = counted(totals["files"], "file", "files")
    directories = counted(totals["directories"], "directory", "directories")
    layers = counted(totals["layers"], "layer", "layers")
    size = f"{printer.size(totals['content_bytes'])} in {layers}, {printer.size(totals['stored_bytes'])} as stored"
    printer.line(f"{'size':<9}{size}; {files} and {directories}", hang=_BESIDE)
    wasted, content = totals["wasted_bytes"], totals["content_bytes"]
    line = f"{'wasted':<9}{printer.size(wasted)} ({percent(wasted, content)})"
    stored = printer.size(totals["wasted_stored_bytes"])
    if stored != printer.size(wasted):
        line += f", {stored} as stored"
    printer.line(
        f"{line}; efficiency {percent(content - wasted, content) if content else '100.0%'}",
        "yellow" if wasted else "green",
        hang=_BESIDE,
    )


def write_layer_table(printer: Printer, layers: Sequence[LayerInfo]) -> None:
    """One row a layer, as in the report."""
    columns = (
        _INDEX,
        Column("SIZE", right=True),
        Column("STORED", right=True),
        Column("WASTED", right=True, style="yellow"),
        Column("CAUSED", right=True, style="red"),
        Column("ENTRIES", right=True),
        Column("INSTRUCTION", flexible=True),
    )
    rows = [
        (
            str(layer["index"]),
            "?" if layer["error"] else printer.size(layer["content_bytes"]),
            printer.size(layer["stored_bytes"]),
            "?" if layer["error"] else _some(printer, layer["wasted_bytes"]),
            "?" if layer["error"] else _some(printer, layer["causes_wasted_bytes"]),
            "?" if layer["error"] else count(layer["entries"]),
            instruction(layer),
        )
        for layer in layers
    ]
    printer.table(columns, rows)


def _some(printer: Printer, bytes_: int) -> str:
    """A size that is worth a look, or a dash."""
    return printer.size(bytes_) if bytes_ else "-"


def _causes(printer: Printer, report: Report) -> None:
    printer.heading("Waste by cause")
    columns = (
        Column("CAUSE"),
        Column("BYTES", right=True),
        Column("STORED", right=True),
        Column("FILES", right=True),
        Column("WHY", flexible=True, wrap=True),
    )
    rows = [
        (
            total.cause,
            printer.size(total.bytes),
            printer.size(total.stored_bytes),
            count(total.bodies),
            CAUSES[total.cause],
        )
        for total in by_cause(report)
    ]
    printer.table(columns, rows)


def write_waste(printer: Printer, report: Report, rows: Iterable[WasteInfo]) -> None:
    """One row a wasted body, with the instruction that made it waste."""
    columns = (
        Column("BYTES", right=True),
        Column("CAUSE"),
        Column("LAYER", right=True),
        Column("HIDDEN BY", right=True),
        Column("PATH", flexible=True, keep_end=True),
        Column("INSTRUCTION THAT HID IT", flexible=True),
    )
    cells = [
        (
            printer.size(row["bytes"]),
            row["cause"],
            str(row["layer"]),
            str(row["hidden_by"]),
            row["path"],
            culprit(report, row),
        )
        for row in rows
    ]
    printer.table(columns, cells)


def write_layers(printer: Printer, layers: Sequence[LayerInfo]) -> None:
    """Digests and sizes of layers; the column of stored digests only where a manifest states some."""
    columns = [
        _INDEX,
        Column("COMPRESSION"),
        Column("STORED", right=True),
        Column("UNCOMPRESSED", right=True),
        Column("DIFF ID", flexible=True),
        Column("CHAIN ID", flexible=True),
    ]
    rows = [
        [
            str(layer["index"]),
            "?" if layer["error"] else layer["compression"],
            printer.size(layer["stored_bytes"]),
            "?" if layer["error"] else printer.size(layer["tar_bytes"]),
            layer["diff_id"] or "-",
            layer["chain_id"] or "-",
        ]
        for layer in layers
    ]
    if any(layer["digest"] for layer in layers):
        columns.insert(4, Column("DIGEST", flexible=True))
        for row, layer in zip(rows, layers, strict=True):
            row.insert(4, layer["digest"] or "-")
    printer.table(columns, rows)


_KNOWN = {True: "yes", False: "NO", None: "-"}


def write_images(
    printer: Printer, images: Sequence[ImageRow], attestations: Sequence[OtherRow], artifacts: Sequence[OtherRow]
) -> None:
    """As ``docker images``, one row a name; a column more where someone asked whether layers are as documents say."""
    columns = [
        Column("REPOSITORY"),
        Column("TAG"),
        Column("IMAGE ID"),
        Column("CREATED"),
        Column("SIZE", right=True),
        Column("PLATFORM"),
    ]
    verified = any(image["verified"] is not None for image in images)
    if verified:
        columns.append(Column("VERIFIED"))
    rows: list[tuple[str, ...]] = []
    for image in images:
        platform = "/".join(str(part) for part in image["platform"].values() if part)
        created = age(image["created"] or "")
        for tag in image["tags"] or [""]:
            repository, name = split_reference(tag)
            row = (repository, name, short_id(image["id"]), created, printer.size(image["size"]), platform or "-")
            rows.append((*row, _KNOWN[image["verified"]]) if verified else row)
    printer.table(columns, rows)
    for image in images:
        if image["error"]:
            name = " ".join(image["tags"]) or image["manifest_digest"] or "an image"
            printer.line(f"{name}: {image['error']}", "red")
    for heading, others in (("Attestations", attestations), ("Artifacts", artifacts)):
        if others:
            printer.heading(heading)
            _others(printer, others)


def _others(printer: Printer, others: Sequence[OtherRow]) -> None:
    columns = (Column("DIGEST"), Column("KIND"), Column("SIZE", right=True), Column("ABOUT"))
    rows = [
        (short_id(other["digest"]), other["kind"], printer.size(other["size"]), short_id(other["about"]))
        for other in others
    ]
    printer.table(columns, rows)


def split_reference(name: str) -> tuple[str, str]:
    """Repository and tag as docker's columns show them: without the default registry."""
    if not name:
        return "<none>", "<none>"
    name = name.removeprefix("docker.io/").removeprefix("library/")
    repository, at, _ = name.partition("@")
    if at:
        return repository, "<none>"
    head, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        return head, tag
    # A layout's reference name is often the tag alone.
    return ("<none>", name) if "/" not in name else (name, "<none>")


def short_id(digest: str | None) -> str:
    """Twelve hex digits."""
    return digest.partition(":")[2][:12] if digest else "-"


def write_history(
    printer: Printer, history: Sequence[HistoryInfo], sizes: Sequence[int | None], image_id: str | None
) -> None:
    """As ``docker history``, newest first, with the layer that each step made; ``sizes`` of the layers by index."""
    authors = any(entry["author"] for entry in history)
    columns = [
        Column("LAYER", right=True),
        Column("IMAGE"),
        Column("CREATED"),
        Column("CREATED BY", flexible=True),
        Column("SIZE", right=True),
        Column("COMMENT", flexible=True),
    ]
    if authors:
        columns.append(Column("AUTHOR", flexible=True))
    rows: list[tuple[str, ...]] = []
    for entry in reversed(history):
        size = 0 if entry["layer"] is None else sizes[entry["layer"]]
        row: tuple[str, ...] = (
            "" if entry["layer"] is None else str(entry["layer"]),
            "<missing>" if rows else short_id(image_id),
            age(entry["created"] or ""),
            (entry["created_by"] or "").replace("\t", " "),
            printer.size(size),
            entry["comment"] or "",
        )
        rows.append((*row, entry["author"] or "") if authors else row)
    printer.table(columns, rows)


_TYPE_BITS = {
    "file": stat.S_IFREG,
    "hardlink": stat.S_IFREG,
    "whiteout": stat.S_IFREG,
    "opaque": stat.S_IFREG,
    "dir": stat.S_IFDIR,
    "symlink": stat.S_IFLNK,
    "char": stat.S_IFCHR,
    "block": stat.S_IFBLK,
    "fifo": stat.S_IFIFO,
}


def write_files(printer: Printer, files: Iterable[FileInfo]) -> None:
    """As ``ls -l``, streamed: columns are as wide as nearly all values need, so no row waits for the last."""
    for row in files:
        owner = f"{row['uid']}:{row['gid']}"
        printer.stream.write(_file_line(printer, row, owner))


def _file_line(printer: Printer, row: FileInfo, owner: str) -> str:
    link = f" -> {row['link']}" if row["link"] else ""
    if row["type"] == "hardlink":
        link = f" => {row['link']}"
    mark = {"whiteout": "  (whiteout)", "opaque": "  (opaque)"}.get(row["type"], "")
    slash = "/" if row["type"] == "dir" and row["path"] else ""
    size = "" if row["type"] == "dir" else row["rdev"] if "rdev" in row else printer.size(row["size"])
    name = inert(f"{row['path'] or '/'}{slash}{link}{mark}")
    return f"{permissions(row['type'], row['mode'])} {owner:<9} {size:>8} {time_text(row['mtime']):<16}  {name}\n"


def permissions(type_: FileType, mode: int) -> str:
    """``-rwxr-xr-x``."""
    kind = _TYPE_BITS.get(type_)
    return stat.filemode(mode | kind) if kind else "?" + stat.filemode(mode)[1:]


def write_inspect(printer: Printer, value: Report | dict[str, object], indent: int = 0) -> None:
    """Nested values as indented lines."""
    for key, item in value.items():
        _inspect_item(printer, str(key), item, indent)


def _inspect_item(printer: Printer, key: str, item: object, indent: int) -> None:
    blanks = "  " * indent
    if isinstance(item, dict) and item:
        printer.line(f"{blanks}{key}:")
        write_inspect(printer, item, indent + 1)
    elif isinstance(item, list) and item:
        printer.line(f"{blanks}{key}:")
        for number, part in enumerate(item):
            if isinstance(part, dict):
                _inspect_item(printer, f"- {number}", part, indent + 1)
            else:
                printer.line(f"{blanks}  - {part}")
    elif item not in (None, "", [], {}):
        printer.line(f"{blanks}{key}: {item}")
