"""What one source says of the gate, an option, a variable or a file, laid out so that sources can be merged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, get_args

from pydantic_core import PydanticCustomError

from imgscope.errors import SettingsError
from imgscope.gate.catalogue import BY_ID, RULES, Rule, Takes
from imgscope.gate.fields import OFF
from imgscope.gate.model import Level
from imgscope.gate.settings import GateSettings, RuleSettings, spread
from imgscope.oci.digest import is_digest
from imgscope.strict import dotted, names, no_such, not_a_table, shown

Path = tuple[str | int, ...]
"""A setting: ``("max-layers", "limit")``, ``("base",)``, ``("ignore", 0)``; a rule as a whole: ``("max-layers",)``."""


@dataclass(frozen=True, slots=True)
class Value:
    """What is written, and by whom."""

    origin: str
    """An option, a variable, a file, or ``default``."""
    value: Any
    place: Path = ()
    """Where it stands in the file; empty for what is no file."""


Source = Mapping[Path, Value]
"""What one source says: of a rule both the whole and its keys."""

_OTHERS = ("max-wasted", "min-bytes", "base", "baseline", "baseline-strict")
VARIABLES: Mapping[str, str] = {
    **{rule.id: rule.variable for rule in RULES},
    **{name: f"IMGSCOPE_{name.upper().replace('-', '_')}" for name in _OTHERS},
}
"""By setting: its name in the environment."""
_GROWTH = ("wasted", "size", "files", "baseline", "level", "message")
_PREFIXES = tuple({"_".join(name.split("_")[:2]) + "_" for name in VARIABLES.values() if name.count("_") > 1})
_TRUTHS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def from_flags(flags: Mapping[str, Any]) -> Source:
    """Options, named and nested as in a settings file; ``max-wasted`` is the short form of two of them, once or twice.

    Raises SettingsError.
    """
    return _from_words({key: _unless_off(key, value) for key, value in flags.items()}, _option)


def from_environment(environment: Mapping[str, str]) -> Source:
    """Variables; an empty one is not set. Raises SettingsError, also for one that is nearly a rule's."""
    for name, text in environment.items():
        if text and name.startswith(_PREFIXES) and name not in VARIABLES.values():
            _refuse_misspelt(name)
    given = {key: environment[name].strip() for key, name in VARIABLES.items() if environment.get(name, "").strip()}
    return _from_words({key: _read(key, text) for key, text in given.items()}, lambda path, _: VARIABLES[str(path[0])])


def from_document(document: Mapping[str, Any], file: str, *, under: Sequence[str] = (), directory: str = "") -> Source:
    """A project's file, or the table ``under`` which it speaks of imgscope. Paths are relative to ``directory``.

    Raises SettingsError.
    """
    for key, value in document.items():
        if key != "gate":
            raise _misplaced([*under, key], value).located(file=file)
    place, table = [*under, "gate"], document.get("gate", {})
    if not isinstance(table, dict):
        raise not_a_table(place, table).located(file=file)
    _check_growth(table, place, file)
    whole = {key: _beside(key, value, directory) for key, value in spread(table).items()}
    return laid_out(whole, lambda path, value: Value(file, value, (*place, *_as_written(path, table))))


def laid_out(table: Mapping[str, Any], written: Callable[[Path, Any], Value]) -> dict[Path, Value]:
    """A table by settings; ``written`` says whose a place in it is, and what is there. Raises SettingsError."""
    found: dict[Path, Value] = {}
    for key, raw in table.items():
        whole = written((key,), raw)
        if key == "ignore":
            found |= {(key, at): written((key, at), ignore) for at, ignore in _listed(whole)}
            continue
        found[key,] = whole
        if has_table(key):
            for name, value in _rule_table(key, whole).items():
                found[key, name] = written((key, name), value) if isinstance(raw, dict) else replace(whole, value=value)
    return found


def has_table(key: str) -> bool:
    """Whether a setting is a rule that is written as a table, or stands for one."""
    return key in BY_ID and BY_ID[key].takes is not Takes.BUDGETS


def model_of(rule: Rule) -> type[RuleSettings]:
    """The model of a rule's table."""
    model: type[RuleSettings] = get_args(GateSettings.model_fields[rule.field].annotation)[0]
    return model


def known(path: Sequence[str | int] = ()) -> list[str]:
    """The names of settings in the table that a place leads to, from the gate's own."""
    return sorted(names(GateSettings, path)) if path else sorted([*names(GateSettings), "growth"])


def complaint(value: Value, rest: Path, what: str, hint: str | None = None) -> SettingsError:
    """What is wrong with a value, or with what is at ``rest`` in it."""
    if value.place:
        return SettingsError(f"{dotted((*value.place, *rest))}: {what}", file=value.origin, hint=hint)
    inner = "".join(f"{part}: " for part in rest if isinstance(part, str))
    return SettingsError(f"{value.origin}: {inner}{what}", hint=hint)


def _rule_table(key: str, whole: Value) -> dict[str, Any]:
    try:
        return model_of(BY_ID[key]).table_of(whole.value)
    except PydanticCustomError as error:
        raise complaint(whole, (), str(error)) from error


def _listed(whole: Value) -> Iterator[tuple[int, Any]]:
    if not isinstance(whole.value, list):
        hint = 'write ignore = [{ path = "...", reason = "..." }]'
        raise complaint(whole, (), f"{shown(whole.value)} is not a list", hint)
    return iter(enumerate(whole.value))


def _from_words(table: dict[str, Any], origin: Callable[[Path, Any], str]) -> Source:
    """Settings that are written as words, the short form first: the long one holds over it."""
    shorts = table.pop("max-wasted", ())
    found: dict[Path, Value] = {}
    for short in [shorts] if isinstance(shorts, str) else shorts:
        long = "max-wasted-percent" if str(short).rstrip().endswith("%") else "max-wasted-bytes"
        found |= laid_out({long: short}, lambda _, value: Value(origin(("max-wasted",), value), value))
    return found | laid_out(table, lambda path, value: Value(origin(path, value), value))


def _option(path: Path, value: Any) -> str:
    """The option that a setting was given by."""
    if path[1:] == ("level",) and value != Level.OFF:
        return "--warn"
    return f"--no-{path[0]}" if value is False else f"--{path[0]}"


def _read(key: str, text: str) -> Any:
    """A variable's text as what an option would be given."""
    takes = BY_ID[key].takes if key in BY_ID else None
    if takes is Takes.SWITCH or key == "baseline-strict":
        return _TRUTHS.get(text.lower(), text)
    return _unless_off(key, text.split()) if takes in (Takes.GLOBS, Takes.BUDGETS) else text


def _unless_off(key: str, value: Any) -> Any:
    """What is repeatable as a list; ``off`` alone means that there are none."""
    if not isinstance(value, list) or len(value) != 1 or str(value[0]).lower() not in OFF:
        return value
    return OFF[0] if has_table(key) else []


def _refuse_misspelt(name: str) -> None:
    """Other programs may have variables that begin alike; one that a letter sets apart is a mistake."""
    variables = [variable.removeprefix("IMGSCOPE_") for variable in VARIABLES.values()]
    near = get_close_matches(name.removeprefix("IMGSCOPE_"), variables, 1, cutoff=0.8)
    if near:
        raise SettingsError(f"{name}: there is no such variable", hint=f'did you mean "IMGSCOPE_{near[0]}"?')


def _misplaced(path: list[str], value: Any) -> SettingsError:
    """A name beside the table ``gate``."""
    key, gate = path[-1], dotted([*path[:-1], "gate"])
    if key in ("ui", "keys"):
        return SettingsError(f"{dotted(path)}: it does not belong here", hint=f"write [{key}] in the user's own file")
    if key in known():
        return SettingsError(f"{dotted(path)}: it stands outside its table", hint=f"did you mean {key} under [{gate}]?")
    return no_such("table" if isinstance(value, dict) else "setting", path, ["gate"])


def _check_growth(table: Mapping[str, Any], place: Sequence[str], file: str) -> None:
    """The table ``growth`` stands for settings of other names: it has its own, and says nothing that they do."""
    growth = table.get("growth", {})
    if not isinstance(growth, dict):
        raise not_a_table([*place, "growth"], growth).located(file=file)
    for key in growth:
        where, other = [*place, "growth", key], key if key == "baseline" else f"growth-{key}"
        if key not in _GROWTH:
            raise no_such("setting", where, _GROWTH).located(file=file)
        if other in table:
            raise SettingsError(f"{dotted(where)}: {other} says it too", file=file, hint="keep one of them")


def _as_written(path: Path, table: Mapping[str, Any]) -> Path:
    """Where a setting stands: what is not there by its own name is in the table ``growth``."""
    if path[0] in table:
        return path
    if path[1:] in (("level",), ("message",)) and path[1] in table["growth"]:
        return ("growth", path[1])
    return ("growth", str(path[0]).removeprefix("growth-"))


def _beside(key: str, value: Any, directory: str) -> Any:
    """A path in a file, as seen from the working directory."""
    if key not in ("base", "baseline") or not isinstance(value, str) or value in ("", "-"):
        return value
    if key == "base" and (value == "auto" or value.isdigit() or is_digest(value)):
        return value
    return os.path.normpath(os.path.join(directory, value))
