"""What a whole process costs: processor, clock and memory, as the kernel counted them; what it paints, and when."""

from __future__ import annotations

import os
import platform
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fcntl import ioctl
from functools import cache
from pathlib import Path
from statistics import median

ME = (sys.executable, "-m", "imgscope")
_PIECE = 1 << 20


@cache
def no_cache() -> tuple[str, ...]:
    """The option that makes a look the first one; none in a version that keeps nothing from one to the next."""
    said = subprocess.run([*ME, "report", "--help"], stdout=subprocess.PIPE, check=True).stdout
    return ("--no-cache",) if b"--no-cache" in said else ()


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process with all those it waited for."""

    cpu: float
    """Seconds, of the user and the system together."""
    wall: float
    """Seconds."""
    peak: int
    """Bytes resident, of the largest of them."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is run, and how a table names it."""

    shown: str
    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to this process's own."""


# Until it begins a program, a process counts the memory of who started it: that is a Python with nothing loaded.
_LEAN = """
import os, sys, time
begun = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, status, usage = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet), 0)
print(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def cost(command: Command) -> Cost:
    """Run it once. Raises SystemExit where it fails: half of the work is no measure."""
    done = subprocess.run(
        [sys.executable, "-ISc", _LEAN, *command.arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **command.environment},
        text=True,
        check=True,
    )
    wall, cpu, peak, code = done.stdout.split()
    if code != "0":
        raise SystemExit(f"{command.shown} ended with {code}: {done.stderr[-500:]}")
    return Cost(float(cpu), float(wall), int(peak) << 10)


def usual(command: Command, runs: int) -> Cost:
    """The median of each: of three, one disturbance does not count."""
    costs = [cost(command) for _ in range(runs)]
    cpu, wall = median(each.cpu for each in costs), median(each.wall for each in costs)
    return Cost(cpu, wall, int(median(each.peak for each in costs)))


def warm(path: Path) -> None:
    """Read a file, or all files of a directory, so that what is measured is not the disk."""
    for each in [path] if path.is_file() else path.rglob("*"):
        if each.is_file():
            with each.open("rb", buffering=0) as file:
                while file.read(_PIECE):
                    pass


def painted(command: Sequence[str], wanted: str, limit: float = 120) -> tuple[float, float]:
    """Seconds from the start of a command in a terminal to its first byte, and until ``wanted`` is on the screen."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": tempfile.gettempdir()}
    environment.pop("CI", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    first, data = 0.0, b""
    try:
        while time.perf_counter() - started < limit:
            if not select.select([master], [], [], 0.05)[0]:
                continue
            data += os.read(master, 1 << 16)
            first = first or time.perf_counter() - started
            if re.search(wanted.encode(), data):
                return first, time.perf_counter() - started
        raise SystemExit(f"{wanted} was never painted by {command}")
    finally:
        process.kill()
        process.wait()
        os.close(master)


def machine() -> str:
    """The processor, and how many of them."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores"
