"""A progress bar on stderr for what takes longer than half a second."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_PATIENCE = 0.5
_REFRESH = 0.1


class Bar:
    """Shows nothing until the work has lasted half a second; Rich is loaded only then."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._shown: RichProgress | None = None
        self._task: TaskID | None = None
        self._label = ""
        self._total = self._done = 0
        self._updated = 0.0

    def begin(self, label: str, total: int) -> None:
        """A new stage."""
        with self._lock:
            self._label, self._total, self._done = label, total, 0
            if self._shown:
                self._restart(self._shown)

    def advance(self, amount: int) -> None:
        """More bytes; draws at most ten times a second."""
        with self._lock:
            self._done += amount
            now = time.monotonic()
            if now - self._began < _PATIENCE or now - self._updated < _REFRESH:
                return
            self._updated = now
            if self._shown is None:
                self._shown = _rich()
                self._shown.start()
                self._restart(self._shown)
            elif self._task is not None:
                self._shown.update(self._task, completed=self._done)

    def _restart(self, shown: RichProgress) -> None:
        if self._task is not None:
            shown.remove_task(self._task)
        self._task = shown.add_task(self._label, total=self._total or None, completed=self._done)

    def close(self) -> None:
        """Take the bar away."""
        with self._lock:
            if self._shown:
                self._shown.stop()
                self._shown = None


def _rich() -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
