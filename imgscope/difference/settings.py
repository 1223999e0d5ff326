"""What an image runs as, field by field: what differs in it, and what of the documents differs without a meaning.

Empty is the same as never set. An environment is compared by variable, of which the last counts, as engines do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from imgscope.image.model import Image

Settings = Mapping[tuple[str, str], str]
"""By field and key: of ``env`` a variable, of ``labels``, ``exposed_ports`` and ``volumes`` a name, else empty."""

_PLATFORM = ("os", "architecture", "variant")
_TEXTS = ("user", "working_dir", "stop_signal")
_COMMANDS = ("entrypoint", "cmd", "shell", "on_build")
_NAMES = ("exposed_ports", "volumes")


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
    plain = {name: platform[name] for name in _PLATFORM} | {name: config[name] for name in _TEXTS}
    plain |= {name: _words(config[name]) for name in _COMMANDS if config[name]}
    yield from (((name, ""), value) for name, value in plain.items() if value)
    for variable in config["env"]:
        key, _, value = variable.partition("=")
        yield ("env", key), value
    yield from (((name, one), "") for name in _NAMES for one in config[name])
    yield from ((("labels", key), value) for key, value in config["labels"].items())
    for key, value in (config["healthcheck"] or {}).items():
        if value:
            yield ("healthcheck", key), str(value) if isinstance(value, int) else _words(value)


def _words(words: Sequence[str]) -> str:
    """A command as a Dockerfile has it."""
    return json.dumps(list(words), ensure_ascii=False)


def changes(before: Settings, after: Settings) -> list[Change]:
    """What differs, in the order of the fields."""
    keys = sorted({*before, *after}, key=lambda key: (_ORDER.get(key[0], len(_ORDER)), key))
    return [Change(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]


_ORDER = {
    name: number
    for number, name in enumerate(
        (
            "os",
            "architecture",
            "variant",
            "user",
            "working_dir",
            "entrypoint",
            "cmd",
            "env",
            "exposed_ports",
            "volumes",
            "labels",
            "stop_signal",
            "healthcheck",
            "shell",
            "on_build",
        )
    )
}


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
