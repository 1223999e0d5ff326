"""What an image runs as: empty is absent, a variable counts once, and what no container sees never counts."""

from __future__ import annotations

from typing import Any

import pytest

from imgscope.difference.config import Change, changes, facts_of_image, of_image, of_report, other_facts
from imgscope.report.build import image_info
from tests.build import Spec, f, layer
from tests.tui.making import opened_of

FULL = {
    "User": "app",
    "Env": ["PATH=/bin", "A=1"],
    "Entrypoint": ["/run"],
    "Cmd": ["-v"],
    "WorkingDir": "/srv",
    "Volumes": {"/data": {}},
    "ExposedPorts": {"80/tcp": {}},
    "Labels": {"a": "b"},
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5},
    "StopSignal": "SIGINT",
    "Shell": ["/bin/bash", "-c"],
    "OnBuild": ["RUN true"],
}
EMPTY: dict[str, Any] = {
    "User": "",
    "Env": [],
    "Entrypoint": [],
    "Cmd": [],
    "WorkingDir": "",
    "Volumes": {},
    "ExposedPorts": {},
    "Labels": {},
    "Healthcheck": {"Test": [], "Interval": 0},
    "StopSignal": "",
    "Shell": [],
    "OnBuild": [],
}


def spec(config: dict[str, Any], **more: Any) -> Spec:
    return Spec([layer(f("a"))], config=config, **more)


def between(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    mine, theirs = (of_image(opened_of(spec(config)).image) for config in (before, after))
    return changes(mine, theirs)


def test_empty_is_never_set() -> None:
    assert between({}, EMPTY) == []
    assert between(EMPTY, dict.fromkeys(EMPTY)) == []


def test_nothing_differs_from_itself() -> None:
    assert between(FULL, dict(reversed(FULL.items()))) == []


@pytest.mark.parametrize("name", FULL)
def test_every_field_counts(name: str) -> None:
    found = between({}, {name: FULL[name]})

    assert found
    assert all(change.before is None for change in found)
    assert [(one.field, one.key, one.after, one.before) for one in between({name: FULL[name]}, {})] == found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"Env": ["A=1", "B=2"]}, {"Env": ["B=2", "A=1"]}, []),
        ({"Env": ["A=1", "A=2"]}, {"Env": ["A=2"]}, []),
        ({"Env": ["A=1"]}, {"Env": ["A=2"]}, [Change("env", "A", "1", "2")]),
        ({"Env": ["A="]}, {}, [Change("env", "A", "", None)]),
        ({"Env": ["A=b=c"]}, {}, [Change("env", "A", "b=c", None)]),
        ({"Cmd": ["a b"]}, {"Cmd": ["a", "b"]}, [Change("cmd", "", '["a b"]', '["a", "b"]')]),
        ({"Cmd": "a"}, {"Cmd": ["a"]}, []),
        ({"Volumes": {"/a": {}}}, {"Volumes": {"/a": {}, "/b": {}}}, [Change("volumes", "/b", None, "")]),
        ({"Healthcheck": {"Test": ["NONE"]}}, {}, [Change("healthcheck", "test", '["NONE"]', None)]),
        ({"Labels": {"x": "1"}, "User": "a"}, {}, [Change("user", "", "a", None), Change("labels", "x", "1", None)]),
    ],
)  # fmt: skip
def test_cases(before: dict[str, Any], after: dict[str, Any], expected: list[Change]) -> None:
    assert between(before, after) == expected


def test_another_platform_counts() -> None:
    mine, theirs = (of_image(opened_of(spec({}, architecture=name)).image) for name in ("amd64", "arm64"))

    assert changes(mine, theirs) == [Change("architecture", "", "amd64", "arm64")]


@pytest.mark.parametrize("config", [FULL, EMPTY])
def test_a_report_tells_the_same_settings(config: dict[str, Any]) -> None:
    image = opened_of(spec(config)).image
    info = image_info(image)

    assert of_report(info["platform"], info["config"]) == of_image(image)


def test_facts_are_told_apart() -> None:
    mine = facts_of_image(opened_of(spec({}, tags=("a:1",), created="2026-01-01T00:00:00Z")).image, "x", ["none"])
    theirs = facts_of_image(opened_of(spec({}, tags=("a:2",), created="2026-01-02T00:00:00Z")).image, "y", ["gzip"])

    assert {change.field for change in other_facts(mine, theirs)} == {"format", "id", "tags", "created", "compression"}
