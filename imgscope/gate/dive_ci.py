"""``.dive-ci``, the file of rules that dive reads: read as dive reads it, and written down as settings of imgscope.

Where dive 0.13.1 and its later source differ, what either accepts is accepted: ``off``, ``false`` and ``""`` switch a
rule off, and keys are taken in any case. Values stay the texts they are written as; a size is what go-humanize makes
of it, the other two are what Go's ParseFloat makes of them.

Looser than dive: the names of dive's own configuration (``lowest-efficiency``) are taken too. Stricter, and told:
NaN is no limit, as nothing would ever fail it; a rule is given once, however it is spelt; merge keys, a second
document and hexadecimal numbers are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from imgscope.errors import SettingsError
from imgscope.escaping import printable

if TYPE_CHECKING:
    from yaml.events import Event
    from yaml.nodes import Node

MAX_BYTES = 64 << 10
"""Largest file that is read."""
_MAX_DEPTH = 16
_MAX_ALIASES = 16
_MAX_EVENTS = 4096
_LONGEST = 40

_OFF = ("", "disabled", "off", "false")
_NULL = ("", "~", "null", "Null", "NULL")
_DIGITS = r"\d+(?:_\d+)*"
_NUMBER = re.compile(
    rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:e[+-]?{_DIGITS})?\Z", re.ASCII | re.IGNORECASE
)
_FACTORS = {"": 1.0} | {
    f"{prefix}{binary}": base**power
    for binary, base in (("", 1000.0), ("i", 1024.0))
    for power, prefix in enumerate("kmgtpe", 1)
}


@dataclass(frozen=True, slots=True)
class DiveRule:
    """One rule's limit."""

    limit: float | None
    """A part of 1, or a whole number of bytes; None where the rule is off."""
    text: str
    """As it is written."""
    given: bool = True
    """Whether the file says it; else it is dive's default."""


@dataclass(frozen=True, slots=True)
class DiveRules:
    """What a ``.dive-ci`` says."""

    where: str
    """The file's name."""
    lowest_efficiency: DiveRule
    highest_wasted_bytes: DiveRule
    highest_user_wasted_percent: DiveRule
    ignored: tuple[str, ...] = ()
    """Keys that mean nothing, in the order of the file; ready to be shown."""


_EFFICIENCY, _WASTED, _SHARE = "lowestEfficiency", "highestWastedBytes", "highestUserWastedPercent"
_DEFAULTS = {
    _EFFICIENCY: DiveRule(0.9, "0.9", given=False),
    _WASTED: DiveRule(None, "disabled", given=False),
    _SHARE: DiveRule(0.1, "0.1", given=False),
}
_NAMES = {name.lower(): name for name in _DEFAULTS} | {
    "lowest-efficiency": _EFFICIENCY,
    "highest-wasted-bytes": _WASTED,
    "highest-user-wasted-percent": _SHARE,
}


def parse(text: str, where: str) -> DiveRules:
    """The rules of a file; ``where`` is its name. Raises SettingsError for the first thing that is wrong."""
    try:
        return _rules(text, where)
    except SettingsError as error:
        raise error.located(file=where) from error.__cause__


def _rules(text: str, where: str) -> DiveRules:
    given: dict[str, DiveRule] = {}
    seen, ignored = set[str](), []
    for section, content in _pairs(_document(text), "the file"):
        if section.lower() != "rules":
            ignored.append(_cut(section))
            continue
        for key, value in _pairs(content, "rules"):
            name = _NAMES.get(key.lower())
            if name is None:
                ignored.append(_cut(f"rules.{key}"))
            elif name in seen:
                raise SettingsError(f"rules.{_cut(key)}: the rule is given twice", hint=f"keep one {name}")
            else:
                seen.add(name)
                if not _is_null(value):
                    given[name] = _rule(name, value)
    rules = _DEFAULTS | given
    return DiveRules(where, rules[_EFFICIENCY], rules[_WASTED], rules[_SHARE], tuple(ignored))


def _document(text: str) -> Node | None:
    """The file's tree, small enough to be walked."""
    import yaml

    if len(text) > MAX_BYTES:
        raise SettingsError("larger than any file of rules", hint="name the right file")
    try:
        _bound(yaml.parse(text, Loader=yaml.BaseLoader))
        return yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise _not_yaml(f"{line}{error.problem}") from error
    except yaml.reader.ReaderError as error:
        raise _not_yaml(error.reason) from error
    except (ValueError, OverflowError) as error:  # what PyYAML lets through of escapes and versions
        raise _not_yaml("a number beyond all bounds") from error


def _not_yaml(why: str) -> SettingsError:
    hint = 'a file of rules begins with "rules:", and each rule stands indented on a line of its own'
    return SettingsError(f"not valid YAML: {printable(why)}", hint=hint)


def _bound(events: Iterable[Event]) -> None:
    """Refuse what would take long, or more memory than it has bytes, before anything is made of it."""
    from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

    depth = aliases = 0
    for number, event in enumerate(events):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        aliases += isinstance(event, AliasEvent)
        if depth > _MAX_DEPTH or aliases > _MAX_ALIASES or number > _MAX_EVENTS:
            what = "deeper, longer or more full of aliases than any file of rules"
            raise SettingsError(what, hint="name the right file")


def _pairs(node: Node | None, name: str) -> Iterator[tuple[str, Node]]:
    """Keys and values of a mapping; of nothing none."""
    from yaml.nodes import MappingNode

    if node is None or _is_null(node):
        return
    if not isinstance(node, MappingNode):
        raise SettingsError(f"{name}: not a mapping", hint='rules are written as in "lowestEfficiency: 0.9"')
    seen = set()
    for key, value in node.value:
        text = key.value
        if not isinstance(text, str):
            yield "?", value
            continue
        if text == "<<":
            raise SettingsError(f"{name}: merge keys are not read", hint="write the rules themselves")
        if text.lower() in seen:
            raise SettingsError(f'{name}: "{_cut(text)}" is there twice', hint="keep one")
        seen.add(text.lower())
        yield text, value


def _is_null(node: Node) -> bool:
    """Whether nothing is said; in quotes it would be a text."""
    from yaml.nodes import ScalarNode

    return isinstance(node, ScalarNode) and node.style is None and node.value in _NULL


def _rule(name: str, node: Node) -> DiveRule:
    text = node.value
    if not isinstance(text, str):
        raise SettingsError(f"rules.{name}: it takes one value", hint=_hint(name))
    if text.strip().lower() in _OFF:
        return DiveRule(None, text)
    limit = _size(text) if name == _WASTED else _share(text)
    if limit is None:
        raise SettingsError(f'rules.{name}: "{_cut(text)}" is not allowed', hint=_hint(name))
    return DiveRule(limit, text)


def _hint(name: str) -> str:
    example = "a size, as in 20MB or 1.5 MiB" if name == _WASTED else "a number from 0 to 1, as in 0.9"
    return f"it takes {example}, or disabled"


def _share(text: str) -> float | None:
    """A part of 1."""
    value = float(text) if _NUMBER.match(text) else -1.0
    return abs(value) if 0 <= value <= 1 else None


def _size(text: str) -> int | None:
    """Bytes as go-humanize reads them: in floats, commas left out, and what is left of a byte cut off."""
    unit = text.lstrip("0123456789.,")
    number = text[: len(text) - len(unit)].replace(",", "")
    factor = _FACTORS.get(unit.strip().lower().removesuffix("b"))
    if factor is None or not _NUMBER.match(number):
        return None
    value = float(number) * factor
    return int(value) if value < 2**64 else None


def _cut(text: str) -> str:
    return printable(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026")


def migrate(rules: DiveRules) -> str:
    """The same limits as the text of an ``imgscope.toml``, with what to know about them as comments."""
    told = f"# Not taken over: {', '.join(rules.ignored)}.\n" if rules.ignored else ""
    return (
        _PREAMBLE.format(where=printable(rules.where))
        + told
        + "\n[gate]\n"
        + _setting("min-efficiency", _EFFICIENCY, rules.lowest_efficiency)
        + _setting("max-wasted-bytes", _WASTED, rules.highest_wasted_bytes)
        + _setting("max-wasted-percent-own", _SHARE, rules.highest_user_wasted_percent)
    )


_PREAMBLE = """\
# The limits of {where}. What is held against them is counted differently, so that a verdict may change:
# imgscope counts each byte that travels and is not in the final filesystem, once. dive counts all copies of a path,
# the one that is needed included, and nothing for directories that are removed, made opaque or replaced.
"""
_DIFFERENCES = {
    _EFFICIENCY: "dive divides the smallest copies of all paths by all copies; here it is 1 - wasted / content",
    _WASTED: "a file of 10 MB that is written twice is 20 MB for dive, and 10 MB here",
    _SHARE: "in percent, of the content above the base; if none is named that is the first layer, as it is for dive",
}


def _setting(setting: str, name: str, rule: DiveRule) -> str:
    if rule.limit is None:
        value = '"off"'
    elif isinstance(rule.limit, int):
        value = str(rule.limit)
    else:
        value = _decimal(Decimal(repr(rule.limit)) * (100 if name == _SHARE else 1))
    origin = f'"{printable(rule.text)}"' if rule.given else f"dive's default, {rule.text}"
    return f"# {name}: {origin}\n# {_DIFFERENCES[name]}\n{setting} = {value}\n"


def _decimal(number: Decimal) -> str:
    """As settings take it: no exponent, and no more than 18 digits behind the point."""
    return format(round(number, 18).normalize(), "f")
