"""What an image runs as, field by field: what differs in it, and what of the documents differs without a meaning.

Empty is the same as never set. An environment is compared by variable, of which the last counts, as engines do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from imgscope.image.model import Image

Settings = Mapping[tuple[str, str], str]
"""By field and key: of ``env`` a variable, of ``labels``, ``exposed_ports`` and ``volumes`` a name, else empty."""
Pairs = Iterable[tuple[str, str]]
"""Keys of a field, and their values."""


class Change(NamedTuple):
    """Something that was set to one thing and is set to another; None: not set."""

    field: str
    key: str
    before: str | None
    after: str | None


def of_image(image: Image) -> Settings:
    """The settings of an image."""
    return dict(_settings(image.platform.model_dump(), image.config.config.model_dump()))


def of_report(platform: Mapping[str, Any], config: Mapping[str, Any]) -> Settings:
    """The settings in a report that was saved."""
    return dict(_settings(platform, config))


def _settings(platform: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    every = {**config, **platform}
    for name, read in _FIELDS.items():
        yield from (((name, key), value) for key, value in read(every[name]))


def _text(value: str) -> Pairs:
    return [("", value)] if value else []


def _command(words: Sequence[str] | None) -> Pairs:
    return [("", _words(words))] if words else []


def _variables(settings: Iterable[str]) -> Pairs:
    return ((key, value) for key, _, value in (setting.partition("=") for setting in settings))


def _names(names: Iterable[str]) -> Pairs:
    return ((name, "") for name in names)


def _labels(labels: Mapping[str, str]) -> Pairs:
    return labels.items()


def _healthcheck(check: Mapping[str, int | Sequence[str]] | None) -> Pairs:
    set_ = ((key, value) for key, value in (check or {}).items() if value)
    return ((key, str(value) if isinstance(value, int) else _words(value)) for key, value in set_)


def _words(words: Sequence[str]) -> str:
    """A command as a Dockerfile has it."""
    return json.dumps(list(words), ensure_ascii=False)


_FIELDS: dict[str, Callable[[Any], Pairs]] = {
    "os": _text,
    "architecture": _text,
    "variant": _text,
    "user": _text,
    "working_dir": _text,
    "entrypoint": _command,
    "cmd": _command,
    "env": _variables,
    "exposed_ports": _names,
    "volumes": _names,
    "labels": _labels,
    "stop_signal": _text,
    "healthcheck": _healthcheck,
    "shell": _command,
    "on_build": _command,
}
"""What counts of a platform and a config, in the order that is told, and how each is read."""
_ORDER = {name: number for number, name in enumerate(_FIELDS)}


def changes(before: Settings, after: Settings) -> list[Change]:
    """What differs, in the order of the fields."""
    keys = sorted({*before, *after}, key=lambda key: (_ORDER[key[0]], key))
    return [Change(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]


def is_command(field: str, key: str) -> bool:
    """Whether values are commands: their words as JSON."""
    return _FIELDS.get(field) is _command or (field, key) == ("healthcheck", "test")


def facts_of_image(image: Image, flavour: str, codecs: Iterable[str] = ()) -> dict[str, str]:
    """What two images may differ in without running otherwise. ``codecs``: how layers are compressed."""
    config = image.config
    rows = (
        ("format", flavour),
        ("id", image.id),
        ("manifest digest", image.manifest_digest or ""),
        ("tags", " ".join(image.tags)),
        ("created", config.created),
        ("author", config.author),
        ("docker version", config.docker_version),
        ("parent", config.parent),
        ("container", config.container),
        ("compression", " ".join(dict.fromkeys(codecs))),
        ("layers", str(len(image.layers))),
        ("build steps", str(len(image.history.steps))),
    )
    return {name: value for name, value in rows if value}


def other_facts(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Facts that differ."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [Change(name, "", before.get(name), after.get(name)) for name in names]
