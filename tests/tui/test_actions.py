"""The table of actions: every key means one thing in a pane, and nothing needs Ctrl."""

from __future__ import annotations

import pytest

from imgscope.settings import key_name
from imgscope.tui.actions import ACTIONS, IDS, PANES, Action, applies, conflicts, effective, for_footer, key_text


def test_no_two_actions_of_a_pane_share_a_key() -> None:
    assert conflicts(effective({})) == []


def test_every_action_has_its_own_id_and_keys_that_the_settings_know() -> None:
    assert len(set(IDS)) == len(IDS) == len(ACTIONS)
    for action in ACTIONS:
        assert action.id.isidentifier()
        assert action.keys
        assert len(set(action.keys)) == len(action.keys)
        assert [key_name(key) for key in action.keys if key != "ctrl+@"] == [
            key for key in action.keys if key != "ctrl+@"
        ]
        assert action.label
        assert action.help
        assert set(action.panes) <= set(PANES)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_what_has_a_key_with_ctrl_has_one_without(action: Action) -> None:
    assert any(not key.startswith("ctrl+") for key in action.keys)


def test_what_a_person_changed_holds_and_the_rest_stays() -> None:
    keys = effective({"filter": "f4,slash", "quit": ""})

    assert keys["filter"] == ("f4", "slash")
    assert keys["quit"] == ("ctrl+c",)  # one way out is left
    assert {id_ for id_ in IDS if keys[id_] != effective({})[id_]} == {"filter", "quit"}
    assert conflicts(keys) == []


def test_a_key_given_twice_is_told_for_every_pane_that_it_is_in() -> None:
    assert conflicts(effective({"columns": "t"})) == ["t is both columns and theme in files"]
    assert conflicts(effective({"sort_name": "s"})) == [
        "s is both sort_size and sort_name in files",
        "s is both sort_size and sort_name in wasted",
    ]


def test_one_key_may_mean_different_things_in_different_panes() -> None:
    assert conflicts(effective({"group": "c"})) == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("ctrl+f", "Ctrl+F"),
        ("ctrl+@", "Ctrl+@"),
        ("ctrl+space", "Ctrl+Space"),
        ("shift+tab", "Shift+Tab"),
        ("shift+f3", "Shift+F3"),
        ("ctrl+shift+up", "Ctrl+Shift+↑"),
        ("f12", "F12"),
        ("f", "f"),
        ("G", "G"),
        ("0", "0"),
        ("question_mark", "?"),
        ("left_square_bracket", "["),
        ("pageup", "PgUp"),
        ("escape", "Esc"),
    ],
)
def test_keys_are_written_as_people_know_them(key: str, text: str) -> None:
    assert key_text(key) == text


def test_in_ascii_arrows_are_words() -> None:
    assert [key_text(key, ascii_only=True) for key in ("up", "ctrl+left", "k")] == ["Up", "Ctrl+Left", "k"]
    assert all(key_text(key, ascii_only=True).isascii() for action in ACTIONS for key in action.keys)


@pytest.mark.parametrize("pane", PANES)
def test_the_footer_offers_what_the_pane_can_do_in_its_order(pane: str) -> None:
    offered = for_footer(pane)

    assert offered
    assert all(applies(action, pane) and action.footer for action in offered)
    places = [action.footer for action in offered]
    assert places == sorted(places)
