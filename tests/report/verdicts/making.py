"""Verdicts with everything in them that a format must bear."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from imgscope.analysis.growth import Delta
from imgscope.analysis.model import Totals
from imgscope.filesystem.model import Cause
from imgscope.gate.model import (
    Basis,
    Blame,
    DiveNumbers,
    Finding,
    Growth,
    Ignored,
    ImageVerdict,
    Level,
    Outcome,
    State,
    Unit,
    Verdict,
    Writer,
)

HOSTILE = (
    b"plain/file",
    b"=cmd|' /C calc'!A0",
    b"line\n::error title=x::owned",
    b"\x1b[31mred\x1b[0m",
    b"a|b`c`|<script>alert(1)</script>",
    b"]]></failure>",
    b"\xff\xfe not text",
    "\u202egnp.exe".encode(),
    b"@everyone #1 $x$ **bold** [link](x)",
    b"not ok 1 - # SKIP",
    b"::error title=x::owned",
    b"##[error]owned",
    b"##vso[task.setvariable variable=x]owned",
    rb"a\|b\\|c\\\|d",
    "\ufffe\uffff".encode(),
    b"</details>",
)
"""Paths that some format would take for its own syntax."""


def finding(path: bytes, size: int = 1000, instruction: str = "RUN rm -rf /x", **more: object) -> Finding:
    """A wasted path."""
    return replace(Finding(path, size, 0, 1, instruction, Cause.DELETED), **more)  # type: ignore[arg-type]


def blame(cause: Cause = Cause.DELETED, *written_by: Writer, **more: object) -> Blame:
    """What layer 1 made waste of."""
    written = written_by or (Writer(0, "COPY . /", 3000),)
    base = Blame(1, "RUN rm -rf /x", cause, sum(one.bytes for one in written), len(written), written)
    return replace(base, **more)  # type: ignore[arg-type]


def outcome(id_: str = "max-wasted-bytes", state: State = State.FAILED, **more: object) -> Outcome:
    """A rule, violated unless said otherwise."""
    found = (finding(b"a/x", 2000), finding(b"a/y"))
    base = Outcome(id_, Level.ERROR, state, Unit.BYTES, 1000, 3000, found, 2, origin="imgscope.toml")
    return replace(base, **more)  # type: ignore[arg-type]


def image(*outcomes: Outcome, **more: object) -> ImageVerdict:
    """An image of 4,000 bytes."""
    totals = Totals(5, 1, 1, 6144, 4000, 1000, 0, 3000, 2800)
    base = ImageVerdict(
        path="dist/app.tar",
        name="dist/app.tar",
        title="example/app:1",
        complete=True,
        error=None,
        basis=Basis.CONFIGURED,
        outcomes=outcomes,
        totals=totals,
        stored_bytes=6144,
        layers=2,
        history=3,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def everything() -> Verdict:
    """Every state, unit and oddity at once: an image that is judged, one that is unreadable, one that is incomplete."""
    hostile = tuple(finding(path, 100 + number, f"RUN {path!r}") for number, path in enumerate(HOSTILE))
    judged = image(
        outcome(message="Use a cache mount | `now` <b>"),
        outcome(
            "max-wasted-percent", unit=Unit.PERCENT, limit=10, value=Fraction(1000001, 100000), findings=(), found=0
        ),
        outcome("max-wasted-percent-own", unit=Unit.PERCENT, limit=5, value=None, note="these layers hold nothing"),
        outcome("min-efficiency", unit=Unit.RATIO, limit=Fraction(9, 10), value=Fraction(1, 4), level=Level.WARN),
        outcome("path-budget", name="var/cache/** !var/cache/x", limit=0, value=3000),
        outcome("max-layers", State.PASSED, unit=Unit.LAYERS, limit=5, value=2, findings=(), found=0),
        outcome("suid-sgid", State.SKIPPED, unit=Unit.FINDINGS, limit=None, value=None, findings=(), found=0),
        outcome(
            "forbidden-path",
            unit=Unit.PATHS,
            limit=0,
            value=len(hostile) + 500,
            findings=hostile,
            found=len(hostile) + 500,
        ),
        outcome(
            "integrity", State.PASSED, unit=Unit.FINDINGS, limit=0, value=0, findings=(), found=0, origin="default"
        ),
        ignored=(
            Ignored("var/lib/dpkg/**", "dpkg rewrites its status", date(2027, 6, 1), False, 2, 500),
            Ignored("old/*", "gone | `soon`", date(2020, 1, 1), True, 1, 7, "max-layers"),
        ),
        growth=Growth(
            "baseline.json",
            (
                Delta("wasted_bytes", 1000, 3000),
                Delta("content_bytes", 4000, 4000),
                Delta("stored_bytes", 9000, 6144),
                Delta("files", 1, 1),
                Delta("layers", 1, 2),
            ),
            (Delta("RUN make | tee `log`", None, 2000), Delta("COPY . /", 2000, None)),
            (Delta("usr/lib", 10, 3010),),
            (Delta("a/x (deleted)", None, 2000),),
        ),
        dive=DiveNumbers(0, 1000, 1.0),
        blames=(
            blame(),
            blame(
                Cause.OVERWRITTEN, Writer(1, "RUN `a|b`", 600), Writer(0, "", 400), layer=2, instruction="COPY <b> /"
            ),
            blame(Cause.SHADOWED, Writer(2, "", 10), layer=2, instruction=""),
        ),
        base_layers=1,
    )
    unreadable = image(
        path="bro\x1bken.tar", name="broken", title="", complete=False, error="no such file", totals=None
    )
    return Verdict((judged, unreadable, image(outcome(state=State.PASSED, value=10), path="half.tar", complete=False)))
