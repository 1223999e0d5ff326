"""What several sources say of the gate → the settings that hold, and where each of them comes from.

Options, variables and a file are merged rule by rule and, within a rule, key by key: a limit of the command line takes
the place of the file's, whose message and paths stay. Lists of paths and budgets are replaced whole; ignores add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from imgscope.errors import SettingsError
from imgscope.gate.catalogue import BY_ID, DEFAULTS, RULES, Rule, Takes
from imgscope.gate.given import Path, Source, Value, complaint, has_table, known, laid_out, model_of
from imgscope.gate.model import Basis, Level
from imgscope.gate.settings import GateSettings
from imgscope.strict import dotted, nearest, shown

if TYPE_CHECKING:
    from imgscope.gate.dive_ci import DiveRules

DEFAULT = "default"
"""The origin of what nobody says."""

_TAKES = {
    "string_type": "a text, in quotes",
    "string_unicode": "text in UTF-8",
    "string_too_short": "a text that is not empty",
    "too_short": "a list that is not empty",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a table",
}


@dataclass(frozen=True)
class Configured:
    """The settings that hold."""

    settings: GateSettings
    basis: Basis
    values: Source = field(default_factory=dict)
    """Each as it is written, where it is written last."""
    dive: DiveRules | None = None
    """Rules of a ``.dive-ci``; they are judged as well."""
    file: str | None = None
    """The file that was read."""

    @cached_property
    def origins(self) -> Mapping[str, str]:
        """By setting, as in ``max-wasted-bytes.limit``; by a rule's own name for what it judges by."""
        found = {".".join(map(str, path)): value.origin for path, value in self.values.items()}
        for rule in RULES:
            if has_table(rule.id) and (main := self.values.get((rule.id, model_of(rule).main))):
                found[rule.id] = main.origin
        return found

    @property
    def ignored_keys(self) -> tuple[str, ...]:
        """What a ``.dive-ci`` says that means nothing."""
        return self.dive.ignored if self.dive else ()


def merge(sources: Sequence[Source], *, dive: DiveRules | None = None, file: str | None = None) -> Configured:
    """Sources as one, those that hold over others first. Raises SettingsError for the first thing that is wrong."""
    sources = [*sources, _compared(sources)]
    configures = any(_configures(source) for source in sources)
    basis = Basis.DIVE if dive else Basis.CONFIGURED if configures else Basis.DEFAULTS
    merged: dict[Path, Value] = {}
    for source in (_defaults(sources, basis), *reversed(sources)):
        _lay_over(merged, source)
    try:
        settings = GateSettings.model_validate(_table(merged))
    except ValidationError as error:
        raise _explained(error.errors(include_url=False)[0], merged) from error
    return Configured(settings, basis, merged, dive, file)


def _compared(sources: Sequence[Source]) -> Source:
    """A baseline is for new waste, unless a rule says how much of that there may be."""
    named = next((source["baseline",] for source in sources if ("baseline",) in source), None)
    judged = any((id_,) in source for id_ in ("no-new-waste", "growth-wasted") for source in sources)
    return {} if named is None or judged else {("no-new-waste",): Value(named.origin, True)}


def _configures(source: Source) -> bool:
    """Whether a source has any rule judged; ``integrity`` is judged anyway."""
    return any(_has_judged(source, rule) for rule in RULES if rule.id != "integrity")


def _has_judged(source: Source, rule: Rule) -> bool:
    """Whether a source gives a rule something to judge by: more than to switch it off, or to say what level it is."""
    if (rule.id,) not in source:
        return False
    if not has_table(rule.id):
        return bool(source[rule.id,].value)
    if rule.takes is not Takes.SWITCH:
        return (rule.id, model_of(rule).main) in source
    level = source.get((rule.id, "level"))
    return level is None or level.value != Level.OFF


def _defaults(sources: Sequence[Source], basis: Basis) -> Source:
    """What nobody needs to say: all of it, or for rules that are spoken of without a limit."""
    floor = any(("min-bytes",) in source for source in sources)
    found: dict[Path, Value] = {}
    for id_, table in DEFAULTS.items():
        spoken_of = basis is Basis.DEFAULTS or any((id_,) in source for source in sources)
        if spoken_of and not any(_has_judged(source, BY_ID[id_]) for source in sources):
            found |= laid_out({id_: table}, lambda _, value: Value(DEFAULT, value))
            if floor:  # one for all percentages is meant for these too
                found.pop((id_, "min-bytes"), None)
    return found


def _lay_over(merged: dict[Path, Value], source: Source) -> None:
    """What a source says takes the place of what is there."""
    ignores = sum(path[0] == "ignore" for path in merged)
    for path, value in source.items():
        if len(path) == 1 and has_table(str(path[0])):
            _switch(merged, source, BY_ID[str(path[0])])
        merged[("ignore", ignores + int(path[1])) if path[0] == "ignore" else path] = value


def _switch(merged: dict[Path, Value], source: Source, rule: Rule) -> None:
    """Who gives a limit and no level wants a rule judged that others switch off; who switches it off needs no limit."""
    level, main = (rule.id, "level"), (rule.id, model_of(rule).main)
    if level not in source and level in merged and merged[level].value == Level.OFF:
        del merged[level]
    if level in source and source[level].value == Level.OFF:
        merged.pop(main, None)


def _table(merged: Source) -> dict[str, Any]:
    """Merged sources as a table to be validated."""
    table: dict[str, Any] = {"ignore": []}
    for path, value in merged.items():
        key = str(path[0])
        if key == "ignore":
            table[key].append(value.value)
        elif len(path) == 2:
            table[key][path[1]] = value.value
        else:
            table[key] = {} if has_table(key) else value.value
    return table


def _explained(error: ErrorDetails, merged: Source) -> SettingsError:
    """What pydantic found, in the words of someone who writes settings, and where it comes from."""
    where, wrong, type_ = error["loc"], error["input"], error["type"]
    whose = next(where[:end] for end in range(len(where), 0, -1) if where[:end] in merged)
    value, rest = merged[whose], where[len(whose) :]
    if type_ == "missing":
        hint = 'why? write reason = "..."' if where[-1] == "reason" else None
        return complaint(value, rest[:-1], f"it has no {where[-1]}", hint)
    if type_ == "extra_forbidden":
        return complaint(value, rest, "there is no such setting", nearest(str(where[-1]), known(where[:-1])))
    if rest and isinstance(rest[-1], int) and not isinstance(wrong, dict):
        rest = rest[:-1]  # of what is shown itself no number is needed
    if type_ == "gate":
        return complaint(value, rest, error["msg"])
    if type_ == "tuple_type" and isinstance(wrong, dict):
        return complaint(value, rest, "a table is not a list of tables", f"write [[{dotted((*value.place, *rest))}]]")
    takes = _TAKES.get(type_) or error.get("ctx", {}).get("expected")
    return complaint(value, rest, f"{shown(wrong)} is not allowed", takes and f"it takes {takes}")
