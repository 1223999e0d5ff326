"""What building left behind: logs, temporary files, core dumps."""

from __future__ import annotations

from imgscope.advice.model import Confidence, Place
from imgscope.advice.rules.placed import PlacedRule


class LogsAndTemp(PlacedRule):
    """Files that were of use while the image was built."""

    id = "logs-and-temp"
    title = "logs and temporary files"
    looks_for = "Logs, temporary files and core dumps of the build."
    fix = "Remove them in the RUN that writes them, or give it --mount=type=tmpfs for them"
    places = (
        Place("logs", ("var/log/",)),
        Place("temporary files", ("tmp/", "var/tmp/")),
        Place(
            "core dumps", ("var/lib/systemd/coredump/", "var/crash/", "core", "root/core", "app/core", "home/*/core")
        ),
        Place("log files", ("*.log",), confidence=Confidence.LOW),
    )
