"""Rules from elsewhere: taken where they are sound, a warning where they are not, never a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from imgscope.advice import registry
from imgscope.advice.facts import Facts
from imgscope.advice.model import Confidence, Finding, Group, Rule
from imgscope.advice.registry import ENTRY_POINT, RULES, all_rules
from tests.advice.making import case
from tests.build import docker_files, f, write_tar
from tests.conftest import Cli

Offer = Callable[..., None]


class Sound:
    """A rule that derives from nothing."""

    id = "sound"
    title = "sound"
    looks_for = "Anything."

    def find(self, facts: Facts) -> Iterator[Finding]:
        yield Finding(self.id, "a\x1btitle", "It is there", "Take it away", Group.HYGIENE, Confidence.HIGH)


class Failing(Sound):
    id = "failing"

    def find(self, facts: Facts) -> Iterator[Finding]:
        raise KeyError("lost")


class NoTitle(Sound):
    id = "no-title"
    title = None  # type: ignore[assignment]


class Taken(Sound):
    id = "secrets"


class NoRule:
    pass


class Raises:
    def __init__(self) -> None:
        raise OSError("no licence")


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Let a package offer rules."""

    def install(*names: str) -> None:
        points = [EntryPoint(name.lower(), f"tests.advice.test_registry:{name}", ENTRY_POINT) for name in names]

        def found(**wanted: Any) -> EntryPoints:
            return EntryPoints(points).select(**wanted)

        monkeypatch.setattr("importlib.metadata.entry_points", found)

    return install


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image with nothing to say of."""
    return write_tar(docker_files(case([f("a", "x")]).spec), tmp_path / "app.tar")


def test_ids_are_distinct() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_without_packages_the_rules_are_our_own(offer: Offer) -> None:
    offer()

    assert all_rules() == (list(RULES), [])


def test_a_rule_from_elsewhere_comes_first(offer: Offer) -> None:
    offer("Sound")
    rules, warnings = all_rules()

    assert [rule.id for rule in rules] == ["sound", *(rule.id for rule in RULES)]
    assert not warnings


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Missing", "cannot be loaded: AttributeError"),
        ("Raises", "cannot be loaded: OSError: no licence"),
        ("NoRule", "it has no id"),
        ("NoTitle", "it has no title"),
        ("Taken", "there is a rule 'secrets' already"),
    ],
)
def test_a_broken_one_is_a_warning(name: str, why: str, offer: Offer) -> None:
    offer(name, "Sound")
    rules, warnings = all_rules()

    assert len(rules) == len(RULES) + 1
    assert [(warning.code, warning.where) for warning in warnings] == [("advice-rule", f"entry point {name.lower()}")]
    assert why in warnings[0].message


def test_one_that_fails_is_a_warning_and_the_others_are_heard(offer: Offer, image: Path, cli: Cli) -> None:
    offer("Failing", "Sound")
    result = cli("advice", image)

    assert result.code == 0
    assert "failed: KeyError" in result.err
    assert "sound\n    It is there.\n    Fix: Take it away." in result.out
    assert "failed: KeyError" in cli("report", image).err


def test_what_a_rule_from_elsewhere_says_is_escaped(offer: Offer, image: Path, cli: Cli) -> None:
    offer("Sound")

    for format_ in ("text", "json", "markdown"):
        assert "\x1b" not in cli("advice", "--format", format_, image).out


def test_the_list_has_them_too(offer: Offer, cli: Cli) -> None:
    offer("Sound", "Missing")
    result = cli("advice", "--list")

    assert result.code == 0
    assert [line.split()[0] for line in result.out.splitlines()] == ["sound", *(rule.id for rule in RULES)]
    assert "entry point missing" in result.err


def test_a_fault_of_our_own_is_not_hidden() -> None:
    class Broken(type(RULES[0])):  # type: ignore[misc]
        def find(self, facts: Facts) -> Iterator[Finding]:
            raise KeyError("lost")

    rule: Rule = Broken()
    type(rule).__module__ = registry.__name__

    with pytest.raises(KeyError):
        case([f("a", "x")]).advice([rule])
