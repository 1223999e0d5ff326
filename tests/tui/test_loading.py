"""While layers are read: what is shown, what works already, how it stops, and what becomes of errors.

Layers are held back at gates, so that each moment can be looked at for as long as it takes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from imgscope.blob import Blob
from imgscope.cli.door import Door
from imgscope.cli.run import run
from imgscope.errors import SourceError
from imgscope.image.opened import BlobStore, OpenImage
from imgscope.progress import Progress
from imgscope.tui.app import ImgscopeApp
from imgscope.tui.doors import Choice, Offer
from imgscope.tui.screens.main import MainScreen
from tests.build import Spec, docker_files, f, layer, write_tar
from tests.conftest import Cli
from tests.tui.journey import CAUSES, WIDE, Journey, prepare, session, start
from tests.tui.test_journeys import damaged

_PATIENCE = 60.0
IMAGE = Spec([layer(*(f(f"d{number}/{name}", "x" * 30_000) for name in range(40))) for number in range(3)])
"""Three layers of 1.2 MB."""


class Gate:
    """Lets so many bytes of a layer pass until it is opened."""

    def __init__(self, after: int = 0) -> None:
        self.after = after
        self.open = Event()


class GatedBlob:
    """A blob behind a gate."""

    def __init__(self, blob: Blob, gate: Gate) -> None:
        self.name, self.size = blob.name, blob.size
        self._blob, self._gate = blob, gate

    def read_at(self, offset: int, size: int) -> bytes:
        if offset >= self._gate.after:
            assert self._gate.open.wait(_PATIENCE)
        return self._blob.read_at(offset, size)


class GatedStore:
    """Blobs of layers, each behind its gate."""

    def __init__(self, store: BlobStore, gates: dict[str, Gate]) -> None:
        self._store, self._gates = store, gates

    def open(self, name: str) -> Blob:
        return GatedBlob(self._store.open(name), self._gates[name])

    def close(self) -> None:
        self._store.close()


class Held:
    """An image whose source and whose layers are held back."""

    def __init__(self, path: Path) -> None:
        self.source = Event()
        self.gates = [Gate() for _ in IMAGE.layers]
        self.failure: Exception | None = None
        self._door = Door(session(str(path)))
        self._door.open_here()
        self.doors = replace(self._door.doors(), open=self._offer)

    def release(self) -> None:
        """Let everything pass, and close."""
        self.source.set()
        for gate in self.gates:
            gate.open.set()

    def close(self) -> None:
        """Let go of the file."""
        self._door.close()

    def _offer(self, progress: Progress) -> Offer:
        progress.begin("opening", 0)
        assert self.source.wait(_PATIENCE)
        if self.failure:
            raise self.failure
        offer = self._door.offer(progress)
        choices = tuple(replace(choice, open=self._gated(choice)) for choice in offer.choices)
        return replace(offer, choices=choices)

    def _gated(self, choice: Choice) -> Callable[[], OpenImage]:
        def opened() -> OpenImage:
            found = choice.open()
            gates = {str(one.blob): gate for one, gate in zip(found.image.layers, self.gates, strict=True)}
            found.store = GatedStore(found.store, gates)
            return found

        return opened


Story = Callable[[Journey, Held], Awaitable[None]]


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], ImgscopeApp]:
    """Run a story on an image that is held back; whatever comes, nothing is left waiting."""
    prepare(tmp_path, monkeypatch)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    held = Held(write_tar(docker_files(IMAGE), tmp_path / "held.tar"))

    async def run(story: Story) -> ImgscopeApp:
        async with start(held.doors) as at:
            at.patient = False
            try:
                await at.settle()
                await story(at, held)
            finally:
                held.release()
                at.patient = True
                await at.settle()
            return at.app

    def told(story: Story) -> ImgscopeApp:
        try:
            return asyncio.run(run(story))
        finally:
            held.close()

    return told


Tell = Callable[[Story], ImgscopeApp]


async def documents(at: Journey, held: Held) -> None:
    """Wait until the layer table is there; no layer is read."""
    held.source.set()
    await at.until(lambda: at.app.desk.reading and at.app.desk.reading.label == "reading layers")
    await at.settle()


async def layer_read(at: Journey, held: Held, number: int) -> None:
    """Let one layer pass, and wait until it is read."""
    held.gates[number].open.set()
    await at.until(lambda: at.app.desk.reading and at.app.desk.reading.indexes[number])
    at.main.tick()
    await at.settle()


def test_the_window_is_there_before_the_file_is_opened(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        assert at.lines[0].startswith(" imgscope  ")
        assert "opening" in at.lines[0]
        assert "quit" in at.lines[-1]
        assert at.app.desk.opened is None

    tell(story)


def test_layers_are_listed_before_any_of_them_is_read(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        await documents(at, held)
        at.main.tick()
        await at.settle()

        assert "3 layers" in at.lines[0]
        assert "reading layers 0%" in at.lines[0]
        assert [row.split()[-2:] for row in at.rows(at.layers)] == [["step", "0"], ["step", "1"], ["step", "2"]]
        assert "this layer is being read" in at.text

    tell(story)


def test_keys_are_answered_while_layers_are_read(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        await documents(at, held)
        await at.press("0", "k")
        assert at.app.desk.wish.layer == 1
        await at.press("3")
        assert "RUN step 2" in at.text
        await at.press("6")
        assert "docker-archive" in at.text
        await at.press("?")
        assert "this pane" in at.popup
        await at.press("escape", "1", "x")
        assert at.notes[-1] == "wait until all layers are read"
        await at.press("2", "5", "4", "w", "s", "a", "W", "E", "g", "G", "i", "escape", "1", "z", "z", "c", "]")
        assert at.app.desk.reading

    tell(story)


def test_a_layer_that_is_read_is_browsed_while_others_are_not(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        await documents(at, held)
        await layer_read(at, held, 0)
        assert "read" in at.row(at.layers, 0)
        await at.press("[", "[")

        assert at.names[0] == "/d0"
        assert at.title == "Layer 0 by itself; the others are being read"
        await at.press("/")
        await at.type("39")
        assert at.names == ["/d0", "/d0/39"]
        await at.press("enter", "v")
        assert at.main.tab == "preview"
        assert at.app.desk.inspection is None

    tell(story)


def test_progress_of_each_layer_is_shown(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        held.gates[1].after = 600_000
        await documents(at, held)
        await at.until(lambda: at.app.desk.reading and at.app.desk.reading.layer_bytes[1] > 400_000)
        at.main.tick()
        await at.settle()

        assert "▰" in at.row(at.layers, 1)
        assert "▱" in at.row(at.layers, 1)
        assert "▰" not in at.row(at.layers, 2)

    tell(story)


def test_the_cursor_stays_when_all_is_read(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        await documents(at, held)
        held.release()
        at.patient = True
        await at.settle()
        assert at.app.desk.inspection is not None
        assert at.title == "Final filesystem"
        assert "reading" not in at.lines[0]
        assert at.names[0] == "/d0"

    tell(story)


def test_escape_stops_reading_and_keeps_what_is_read(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        await documents(at, held)
        await layer_read(at, held, 0)
        await at.press("escape")
        await at.until(lambda: "stopping" in at.lines[0])
        held.release()
        at.patient = True
        await at.settle()

        assert "PARTIAL" in at.lines[0]
        assert at.title == "Final filesystem, partial"
        assert at.names[0] == "/d0"
        assert "/d1" not in at.names
        assert "stopped, not read" in at.row(at.layers, 1)
        assert not at.app.desk.damaged
        await at.press("escape")
        assert at.app.is_running

    tell(story)


def test_what_goes_wrong_ends_it_with_the_reason_kept(tell: Tell) -> None:
    failure = SourceError("it is gone")

    async def story(at: Journey, held: Held) -> None:
        held.failure = failure
        held.source.set()
        await at.until(lambda: at.app._exit)

    assert tell(story).failure is failure


def test_leaving_stops_what_is_being_read(tell: Tell) -> None:
    async def story(at: Journey, held: Held) -> None:
        await documents(at, held)
        reading = at.app.desk.reading
        assert reading
        at.send("q")
        await at.until(lambda: at.app._exit)
        assert reading.stopped
        assert not held.gates[0].open.is_set()

    assert tell(story).failure is None


# Exit codes, through the command line.


@contextmanager
def at_a_terminal(monkeypatch: pytest.MonkeyPatch, *keys: str) -> Iterator[None]:
    """The interface runs without a terminal, and keys are pressed once all is read."""
    original = ImgscopeApp.run

    async def pilot(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, ImgscopeApp)
        await Journey(app, pilot).settle()
        await Journey(app, pilot).press(*keys)

    def headless(self: ImgscopeApp, **_: object) -> str | None:
        return original(self, headless=True, size=WIDE, auto_pilot=pilot)

    monkeypatch.setattr(ImgscopeApp, "run", headless)
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    yield


def test_leaving_a_whole_image_is_0(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    with at_a_terminal(monkeypatch, "q"):
        result = cli("explore", CAUSES)

    assert (result.code, result.out, result.err) == (0, "", "")


def test_leaving_with_a_path_prints_it(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    with at_a_terminal(monkeypatch, "j", "Q"):
        assert cli("explore", CAUSES).out == "/srv/overwritten.bin\n"


def test_leaving_a_damaged_image_is_3(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    with at_a_terminal(monkeypatch, "q"):
        assert cli("explore", damaged(tmp_path)).code == 3


def test_what_is_no_image_needs_no_window(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    (tmp_path / "text").write_text("hello\n")
    with at_a_terminal(monkeypatch, "q"):
        result = cli("explore", tmp_path / "text")

    assert result.code == 3
    assert result.err.startswith(f"error: {tmp_path / 'text'}: ")
    assert len(result.err.splitlines()) <= 2


def test_a_mistake_in_here_is_4_in_one_line(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken(self: MainScreen) -> None:
        raise RuntimeError("so it goes")

    monkeypatch.setattr(MainScreen, "do_zoom", broken)
    with at_a_terminal(monkeypatch, "z", "q"):
        code = run(["explore", CAUSES])
    said = capfd.readouterr().err.splitlines()

    assert code == 4
    assert said[0] == "error: imgscope failed (RuntimeError: so it goes); this is a bug"
    assert said[1].startswith("hint: the details are in ")
    assert len(said) == 2
