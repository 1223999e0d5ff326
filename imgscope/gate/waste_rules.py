"""Rules about bytes that travel for nothing. Waste belongs to the layer that caused it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction

from imgscope.analysis.model import Waste
from imgscope.filesystem.model import Cause
from imgscope.filesystem.rootfs import FILE, NONE
from imgscope.gate.context import Context, counted_layers, is_off
from imgscope.gate.model import Blame, Finding, Number, Outcome, Unit, Writer
from imgscope.gate.settings import Budget, BytesRule, LayerRule, PercentRule, RatioRule
from imgscope.gate.sizes import live_bodies
from imgscope.units import size


def blames(context: Context) -> list[Blame]:
    """All waste that counts for any rule, by the instruction at fault and the cause; largest first."""
    written: defaultdict[tuple[int, Cause], Counter[int]] = defaultdict(Counter)
    paths: Counter[tuple[int, Cause]] = Counter()
    chosen = context.layers(None)
    for row in context.waste:
        if row.hidden_by in chosen:
            written[row.hidden_by, row.cause][row.layer] += row.bytes
            paths[row.hidden_by, row.cause] += 1
    made = context.subject.instruction
    found = [
        Blame(layer, made(layer), cause, sizes.total(), paths[layer, cause], _writers(context, sizes))
        for (layer, cause), sizes in written.items()
    ]
    return sorted(found, key=lambda blame: (-blame.bytes, blame.layer, blame.cause))


def _writers(context: Context, sizes: Mapping[int, int]) -> tuple[Writer, ...]:
    """By layer what it wrote → the largest first."""
    order = sorted(sizes, key=lambda layer: (-sizes[layer], layer))
    return tuple(Writer(layer, context.subject.instruction(layer), sizes[layer]) for layer in order)


def max_wasted_bytes(context: Context, rule: BytesRule, id_: str) -> Iterator[Outcome]:
    """All waste together."""
    rows = context.wasted(id_, rule)
    yield context.outcome(id_, rule, Unit.BYTES, _sum(rows), rows, limit=rule.limit or 0)


def max_wasted_stored_bytes(context: Context, rule: BytesRule, id_: str) -> Iterator[Outcome]:
    """The same as it travels."""
    rows = sorted(context.wasted(id_, rule), key=lambda row: (-row.stored_bytes, row.path, row.layer))
    value = sum(row.stored_bytes for row in rows)
    note = "an estimate: of compressed layers each file has its share"
    yield context.outcome(id_, rule, Unit.BYTES, value, rows, limit=rule.limit or 0, note=note)


def metadata_only_copy(context: Context, rule: BytesRule, id_: str) -> Iterator[Outcome]:
    """Files copied to change only mode, owner or time."""
    rows = [row for row in context.wasted(id_, rule) if row.cause is Cause.METADATA_ONLY]
    yield context.outcome(id_, rule, Unit.BYTES, _sum(rows), rows, limit=rule.limit or 0)


def max_wasted_percent(context: Context, rule: PercentRule, id_: str) -> Iterator[Outcome]:
    """Waste in percent of content: of the image, or of the layers that the rule looks at."""
    layers = context.subject.own if rule.of == "own" else context.layers(rule.layers)
    yield _percent(context, rule, id_, layers)


def max_wasted_percent_own(context: Context, rule: PercentRule, id_: str) -> Iterator[Outcome]:
    """The same, always of the layers above the base."""
    yield _percent(context, rule, id_, context.subject.own)


def _percent(context: Context, rule: PercentRule, id_: str, layers: Collection[int]) -> Outcome:
    rows = context.wasted(id_, rule, layers)
    wasted, content = _sum(rows), _content(context, layers)
    value = Fraction(100 * wasted, content) if content else None if wasted else 0
    judged, note = _floor(context, rule, wasted)
    if not content and wasted:
        note = "these layers hold nothing themselves, and turn what is below them into waste"
    elif len(layers) < len(context.subject.image.layers):
        note = note or f"of the {size(content)} in {counted_layers(layers)}"
    limit: Number = rule.limit or 0
    return context.outcome(id_, rule, Unit.PERCENT, value, rows, limit=limit, note=note, judged=judged)


def min_efficiency(context: Context, rule: RatioRule, id_: str) -> Iterator[Outcome]:
    """What part of the content is not waste."""
    layers = context.layers(rule.layers)
    rows = context.wasted(id_, rule, layers)
    wasted, content = _sum(rows), _content(context, layers)
    value = 1 - Fraction(wasted, content) if content else None if wasted else 1
    judged, note = _floor(context, rule, wasted)
    limit: Number = rule.limit or 0
    yield context.outcome(id_, rule, Unit.RATIO, value, rows, limit=limit, least=True, note=note, judged=judged)


def max_layer_wasted_bytes(context: Context, rule: LayerRule, id_: str) -> Iterator[Outcome]:
    """The worst layer: what it carries for nothing, or what it turned into waste."""
    chosen = context.layers(rule.layers)
    counts = context.chooser(id_, rule)
    carried: defaultdict[int, int] = defaultdict(int)
    caused: defaultdict[int, int] = defaultdict(int)
    rows = [row for row in context.waste if counts(row.path, row.bytes, row.entry)]
    for row in rows:
        if rule.of != "caused" and row.layer in chosen:
            carried[row.layer] += row.bytes
        if rule.of != "carried" and row.hidden_by in chosen and row.cause is not Cause.SHADOWED:
            caused[row.hidden_by] += row.bytes
    limit = rule.limit or 0
    over = {layer for sizes in (carried, caused) for layer, bytes_ in sizes.items() if bytes_ > limit}
    carries = max(carried, key=lambda layer: (carried[layer], -layer), default=NONE)
    causes = max(caused, key=lambda layer: (caused[layer], -layer), default=NONE)
    if caused[causes] > carried[carries]:
        caused_it = [row for row in rows if row.hidden_by == causes and row.cause is not Cause.SHADOWED]
        value, found = caused[causes], caused_it
        note = f"layer {causes} turned it into waste"
    else:
        value, found = carried[carries], [row for row in rows if row.layer == carries]
        note = f"layer {carries} carries it" if found else ""
    if len(over) > 1:
        note += f"; over the limit: {counted_layers(over)}"
    yield context.outcome(id_, rule, Unit.BYTES, value, found, limit=limit, note=note)


def max_file_wasted_bytes(context: Context, rule: BytesRule, id_: str) -> Iterator[Outcome]:
    """The worst path, all its versions together."""
    limit = rule.limit or 0
    paths = _by_path(context, context.wasted(id_, rule))
    over = [finding for finding in paths if finding.bytes > limit]
    value = paths[0].bytes if paths else 0
    yield context.outcome(id_, rule, Unit.BYTES, value, over or paths, limit=limit)


def path_budget(context: Context, budgets: Iterable[Budget], id_: str) -> Iterator[Outcome]:
    """Each budget by itself."""
    for number, budget in enumerate(budgets):
        key, name = f"{id_}.{number}", " ".join(budget.paths)
        if is_off(budget):
            yield context.off(id_, budget, Unit.BYTES, name=name)
            continue
        found: list[Finding] | list[Waste]
        if budget.of == "wasted":
            found = context.wasted(key, budget)
        else:
            counts, layers = context.chooser(key, budget), context.layers(budget.layers)
            found = live_bodies(context.subject, layers, counts)
        value = sum(item.bytes for item in found)
        note = "" if budget.of == "wasted" else "in the final filesystem"
        yield context.outcome(id_, budget, Unit.BYTES, value, found, limit=budget.limit or 0, name=name, note=note)


def deleted_paths(context: Context, rows: Iterable[Waste]) -> list[Finding]:
    """The rows whose path is no file in the final filesystem, a finding a path."""
    fs = context.subject.filesystem

    def gone(row: Waste) -> bool:
        node = fs.rootfs.find(row.path.split(b"/"), follow_last=False)
        return node is None or fs.rootfs.kind[node] != FILE

    return _by_path(context, [row for row in rows if gone(row)])


def _by_path(context: Context, rows: Iterable[Waste]) -> list[Finding]:
    """Findings with the bytes of all bodies of a path, and the cause of the last to be hidden."""
    last: dict[bytes, Waste] = {}
    total: defaultdict[bytes, int] = defaultdict(int)
    versions: defaultdict[bytes, int] = defaultdict(int)
    for row in rows:
        if row.path not in last or row.hidden_by > last[row.path].hidden_by:
            last[row.path] = row
        total[row.path] += row.bytes
        versions[row.path] += 1
    found = []
    for path, row in last.items():
        detail = f"{versions[path]} versions" if versions[path] > 1 else ""
        instruction = context.subject.instruction(row.hidden_by)
        found.append(Finding(path, total[path], row.layer, row.hidden_by, instruction, row.cause, detail))
    return sorted(found, key=lambda finding: (-finding.bytes, finding.path))


def _sum(rows: Iterable[Waste]) -> int:
    return sum(row.bytes for row in rows)


def _content(context: Context, layers: Collection[int]) -> int:
    return sum(context.subject.analysis.layers[layer].content_bytes for layer in layers)


def _floor(context: Context, rule: PercentRule | RatioRule, wasted: int) -> tuple[bool, str]:
    """Whether there is enough waste to judge its share, and a note where there is not."""
    floor = context.settings.min_bytes if rule.min_bytes is None else rule.min_bytes
    if wasted >= floor:
        return True, ""
    return False, f"not judged: {size(wasted)} of waste are below the floor of {size(floor)}"
