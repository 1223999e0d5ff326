"""In a real terminal: tmux on a socket of its own, and pseudo terminals that record every byte."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
import uuid
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.tui.journey import CAUSES, FIXTURES

pytestmark = pytest.mark.journey

_PATIENCE = 45.0
_ALTERNATE, _BACK, _CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"
PROGRAM = [sys.executable, "-m", "imgscope"]
CRASHING = (
    "from imgscope.tui.screens.main import MainScreen\n"
    "def broken(self): raise RuntimeError('so it goes')\n"
    "MainScreen.do_zoom = broken\n"
    "import sys\nfrom imgscope.cli.run import run\nsys.exit(run(sys.argv[1:]))\n"
)
"""The command line with a mistake in it, which a key brings out."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a person's shell would have, without settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LD_LIBRARY_PATH")}
    places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    return {**kept, **places, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TMPDIR": str(home), **more}


class Tmux:
    """A window of a tmux server of its own."""

    def __init__(self, home: Path) -> None:
        self._base = ["tmux", "-L", f"imgscope-{uuid.uuid4().hex[:12]}", "-f", os.devnull]
        self._home = home
        self.do("new-session", "-d", "-x", "120", "-y", "36", "env PS1='prompt$ ' sh")
        self.do("set-option", "-g", "window-size", "manual")
        self.until("prompt$")

    def do(self, *arguments: str) -> str:
        """Have tmux do something; what it says."""
        done = subprocess.run(
            [*self._base, *arguments], env=environment(self._home), capture_output=True, timeout=_PATIENCE, check=True
        )
        return done.stdout.decode()

    def run(self, command: str) -> None:
        """Type a command, which tells its exit code in the end."""
        self.do("send-keys", "-l", f"{command}; echo ended with $?")
        self.do("send-keys", "Enter")

    def keys(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        self.do("send-keys", *keys)

    def size(self, width: int, height: int) -> None:
        """Make the window another size."""
        self.do("resize-window", "-x", str(width), "-y", str(height))

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return self.do("capture-pane", "-p")

    @property
    def alternate(self) -> bool:
        """Whether the program has a screen of its own."""
        return self.do("display-message", "-p", "#{alternate_on}").strip() == "1"

    @property
    def cursor(self) -> bool:
        """Whether the cursor is shown."""
        return self.do("display-message", "-p", "#{cursor_flag}").strip() == "1"

    def until(self, wanted: str | Callable[[str], object]) -> str:
        """Wait until a text is on the screen, or something else is so; the screen then."""
        limit = time.monotonic() + _PATIENCE
        while True:
            seen = self.screen
            if wanted in seen if isinstance(wanted, str) else wanted(seen):
                return seen
            assert time.monotonic() < limit, f"never seen: {wanted}\n{seen}"
            time.sleep(0.05)

    def close(self) -> None:
        """End this server."""
        subprocess.run([*self._base, "kill-server"], capture_output=True, check=False, timeout=_PATIENCE)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """A shell in a window of 120 by 36."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    window = Tmux(tmp_path)
    try:
        yield window
    finally:
        window.close()


def shell(*words: str | Path) -> str:
    """A command for the shell in the window."""
    return " ".join(f"'{word}'" for word in words)


IMGSCOPE = shell(*PROGRAM)
IMAGE = shell(FIXTURES / CAUSES)


def test_an_image_is_looked_at_in_windows_of_every_size_and_left(tmux: Tmux) -> None:
    tmux.run(f"{IMGSCOPE} {IMAGE}")
    tmux.until(lambda seen: "overwritten.bin" in seen and "Details" in seen)
    assert tmux.alternate
    tmux.size(80, 24)
    tmux.until(lambda seen: "0 Layers" in seen and "overwritten.bin" in seen)
    tmux.size(59, 14)
    tmux.until("too small (59x14)")
    tmux.size(120, 36)
    tmux.until(lambda seen: "overwritten.bin" in seen and "Details" in seen)
    tmux.keys("[", "a")
    tmux.until("Changes of layer 17")
    tmux.keys("a", "2")
    tmux.until("/srv/rewritten.bin")
    tmux.keys("q")
    seen = tmux.until("ended with 0")

    assert not tmux.alternate
    assert tmux.cursor
    assert "prompt$" in seen
    assert "/srv/rewritten.bin" not in seen


def test_a_mistake_in_here_gives_the_terminal_back_and_is_one_line(tmux: Tmux, tmp_path: Path) -> None:
    (tmp_path / "crashing.py").write_text(CRASHING)
    tmux.run(f"{shell(sys.executable, tmp_path / 'crashing.py')} {IMAGE}")
    tmux.until("overwritten.bin")
    tmux.keys("z")
    seen = tmux.until("ended with 4")

    assert not tmux.alternate
    assert tmux.cursor
    assert "error: imgscope failed (RuntimeError: so it goes); this is a bug" in seen
    assert "Traceback" not in seen


def test_an_image_from_a_pipe_leaves_the_keys_to_the_terminal(tmux: Tmux) -> None:
    tmux.run(f"cat {IMAGE} | {IMGSCOPE} -")
    tmux.until("overwritten.bin")
    tmux.keys("Down", "Q")
    seen = tmux.until("ended with 0")

    assert "/srv/overwritten.bin" in seen


# Pseudo terminals.


class Terminal:
    """A process in a pseudo terminal, and all that it wrote there."""

    def __init__(self, command: list[str], home: Path, **more: str) -> None:
        master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment(home, **more), start_new_session=True
        )
        self.master, self.slave = master, slave
        self.written = b""

    def until(self, wanted: Callable[[bytes], object]) -> bytes:
        """Wait until what was written is so."""
        limit = time.monotonic() + _PATIENCE
        while not wanted(self.written):
            assert time.monotonic() < limit, self.written[-2000:]
            self._read(0.05)
        return self.written

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        limit = time.monotonic() + _PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < limit, self.written[-2000:]
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode

    def _read(self, patience: float) -> bool:
        if not select.select([self.master], [], [], patience)[0]:
            return False
        self.written += os.read(self.master, 1 << 16)
        return True

    def close(self) -> None:
        """End the process, if it did not end by itself."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts processes in pseudo terminals."""
    opened: list[Terminal] = []

    def start(*arguments: str, **more: str) -> Terminal:
        opened.append(Terminal([*PROGRAM, *arguments], tmp_path, **more))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


Start = Callable[..., Terminal]


def test_asked_to_end_it_gives_the_terminal_back(terminal: Start) -> None:
    at = terminal(str(FIXTURES / CAUSES))
    at.until(lambda written: b"efficiency" in written)
    at.process.send_signal(signal.SIGTERM)
    code = at.ended()

    assert code in (-signal.SIGTERM, 128 + signal.SIGTERM)
    assert at.written.rindex(_BACK) > at.written.index(_ALTERNATE)
    assert at.written.rindex(_CURSOR) > at.written.index(_ALTERNATE)
    assert termios.tcgetattr(at.slave)[3] == at.before[3]
    assert b"Traceback" not in at.written


def test_ctrl_c_leaves(terminal: Start) -> None:
    at = terminal(str(FIXTURES / CAUSES))
    at.until(lambda written: b"efficiency" in written)
    os.write(at.master, b"\x03")

    assert at.ended() == 0
    assert at.written.rindex(_BACK) > at.written.index(_ALTERNATE)


def test_what_is_missing_is_one_line_without_a_window(terminal: Start) -> None:
    at = terminal("missing.tar")

    assert at.ended() == 3
    assert _ALTERNATE not in at.written
    assert at.written.startswith(b"error: missing.tar: no such file")
    assert b"Traceback" not in at.written


@pytest.mark.parametrize("more", [{"CI": "1"}, {"TERM": "dumb"}])
def test_where_no_person_sits_there_is_a_report(more: dict[str, str], terminal: Start) -> None:
    at = terminal(str(FIXTURES / CAUSES), **more)

    assert at.ended() == 0
    assert _ALTERNATE not in at.written
    assert b"Waste by cause" in at.written


def test_into_a_pipe_goes_a_report(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, str(FIXTURES / CAUSES)],
        env=environment(tmp_path),
        capture_output=True,
        timeout=_PATIENCE,
        check=True,
    )

    assert b"Waste by cause" in done.stdout
    assert b"\x1b" not in done.stdout


def test_the_clipboard_is_reached_through_the_terminal(terminal: Start) -> None:
    at = terminal(str(FIXTURES / CAUSES))
    at.until(lambda written: b"efficiency" in written)
    os.write(at.master, b"y")
    at.until(lambda written: b"\x1b]52;c;L3Nydg==\x07" in written)
    os.write(at.master, b"q")

    assert at.ended() == 0
