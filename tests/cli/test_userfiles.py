"""The user's own files: what is strict, what is lenient, and what stays on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imgscope.cli.texts import LARGEST
from imgscope.cli.userfiles import read_remembered, read_settings, write_remembered
from imgscope.errors import SettingsError
from imgscope.settings import Column, Remembered, Sort, UserSettings

ACTIONS = ("filter",)
MEMORY = Remembered(theme="nord", sort=Sort.NAME, columns=(Column.SIZE,))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own, with the user's files in ``config`` and ``state`` on every system."""
    monkeypatch.delenv("IMGSCOPE_CONFIG", raising=False)
    for kind in ("config", "state"):
        monkeypatch.setattr(f"imgscope.cli.userfiles.user_{kind}_path", lambda *_, kind=kind, **__: tmp_path / kind)
    return tmp_path


@pytest.fixture
def config(home: Path) -> Path:
    (home / "config").mkdir()
    return home / "config" / "config.toml"


def refused(path: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_settings(ACTIONS)
    assert caught.value.file == str(path)
    return caught.value


def test_the_places_are_those_of_the_desktop(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.delenv("IMGSCOPE_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "c"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "s"))
    (home / "c" / "imgscope").mkdir(parents=True)
    (home / "c" / "imgscope" / "config.toml").write_text('[ui]\ntheme = "nord"')
    write_remembered(MEMORY)

    assert read_settings(ACTIONS).ui.theme == "nord"
    assert (home / "s" / "imgscope" / "ui.json").is_file()


def test_without_a_file_nothing_is_set() -> None:
    assert read_settings(ACTIONS) == UserSettings()


def test_a_place_that_cannot_hold_files_holds_none(home: Path) -> None:
    (home / "config").write_text("")

    assert read_settings(ACTIONS) == UserSettings()


def test_settings_are_read(config: Path) -> None:
    config.write_text('[keys]\nfilter = "^f"')

    assert read_settings(ACTIONS).keys == {"filter": "ctrl+f"}


def test_a_byte_order_mark_is_passed_over(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbf[ui]\r\nmouse = false\r\n")

    assert read_settings(ACTIONS).ui.mouse is False


def test_the_environment_names_another_file(config: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("[ui]\nmouse = true")
    (home / "other.toml").write_text("[ui]\nmouse = false")
    monkeypatch.setenv("IMGSCOPE_CONFIG", str(home / "other.toml"))

    assert read_settings(ACTIONS).ui.mouse is False


def test_a_file_that_the_environment_names_must_be_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGSCOPE_CONFIG", str(home / "other.toml"))

    error = refused(home / "other.toml")
    assert error.what == "no such file"
    assert "IMGSCOPE_CONFIG" in (error.hint or "")


def test_an_empty_variable_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGSCOPE_CONFIG", "")

    assert read_settings(ACTIONS) == UserSettings()


def test_what_is_wrong_in_the_file_names_the_file(config: Path) -> None:
    config.write_text("[ui]\nsort = 1")

    assert str(refused(config)) == f"{config}: ui.sort: a number is not allowed"


def test_a_directory_in_its_place_is_an_error(config: Path) -> None:
    config.mkdir()

    assert refused(config).what in ("not a regular file", "permission denied")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_in_its_place_is_an_error_and_not_waited_for(config: Path) -> None:
    os.mkfifo(config)

    assert refused(config).what == "not a regular file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_file_that_may_not_be_read_is_an_error(config: Path) -> None:
    config.write_text("")
    config.chmod(0)

    assert refused(config).what == "permission denied"


def test_a_forbidden_file_is_an_error_with_the_reason(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("imgscope.sources.files.os.open", forbidden)

    assert refused(config).what == "permission denied"
    assert read_remembered() == Remembered()


def test_a_file_of_more_than_a_mebibyte_is_an_error(config: Path) -> None:
    config.write_bytes(b"#" * LARGEST)
    assert read_settings(ACTIONS) == UserSettings()

    config.write_bytes(b"#" * (LARGEST + 1))
    assert refused(config).what == "larger than 1 MiB"


@pytest.mark.parametrize("data", [b"[ui]\xff", "[ui]".encode("utf-16")])
def test_text_that_is_not_utf8_is_an_error(config: Path, data: bytes) -> None:
    config.write_bytes(data)

    error = refused(config)
    assert error.what.startswith("not UTF-8 text (byte 0xff at ")
    assert error.hint == "save it as UTF-8"


def test_what_is_written_is_read_and_nothing_else_is_left(home: Path) -> None:
    write_remembered(Remembered(theme="gruvbox"))
    write_remembered(MEMORY)

    assert read_remembered() == MEMORY
    assert os.listdir(home / "state") == ["ui.json"]


def test_without_a_memory_nothing_is_remembered() -> None:
    assert read_remembered() == Remembered()


@pytest.mark.parametrize("data", [b"{", b"\xff", b'{"version": 2}', b" " * (LARGEST + 1)])
def test_a_memory_that_is_no_use_is_passed_over_and_written_anew(home: Path, data: bytes) -> None:
    (home / "state").mkdir()
    (home / "state" / "ui.json").write_bytes(data)

    assert read_remembered() == Remembered()
    write_remembered(MEMORY)
    assert read_remembered() == MEMORY


def test_where_the_memory_cannot_be_written_nothing_happens(home: Path) -> None:
    (home / "state").write_text("")
    write_remembered(MEMORY)

    assert (home / "state").read_text() == ""


def test_a_directory_in_the_place_of_the_memory_stays_alone(home: Path) -> None:
    (home / "state" / "ui.json").mkdir(parents=True)
    write_remembered(MEMORY)

    assert read_remembered() == Remembered()
    assert os.listdir(home / "state") == ["ui.json"]


def test_a_full_disk_leaves_the_old_memory(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write_remembered(MEMORY)
    monkeypatch.setattr("imgscope.cli.userfiles.os.replace", full)
    write_remembered(Remembered(theme="gruvbox"))

    assert read_remembered() == MEMORY
    assert os.listdir(home / "state") == ["ui.json"]


def test_without_a_home_nothing_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setattr("imgscope.cli.userfiles.user_state_path", lambda *_, **__: Path("~/.local/state/imgscope"))
    write_remembered(MEMORY)

    assert os.listdir(home) == []
