"""One image, opened and judged: what the gate needs of the outside is opened here."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from imgscope.analysis.base import wanted
from imgscope.cli.codes import INPUT, OK, ClosedPipe
from imgscope.cli.failures import Failure, explain
from imgscope.cli.session import Session
from imgscope.cli.texts import json_text
from imgscope.cli.writing import replacing
from imgscope.errors import SettingsError, SourceError
from imgscope.gate.base import AUTO, base_layers
from imgscope.gate.baseline import MAX_TEXT, Snapshot, load, pick, snapshot, update
from imgscope.gate.configured import Configured
from imgscope.gate.context import Evidence, is_off
from imgscope.gate.judge import judge
from imgscope.gate.model import ImageVerdict
from imgscope.oci.digest import is_digest
from imgscope.progress import Cancelled
from imgscope.questions.subject import subject_of

if TYPE_CHECKING:
    from imgscope.analysis.duplicates import Duplicate
    from imgscope.image.model import Image
    from imgscope.inspection import Inspection


@dataclass(slots=True)
class Judged:
    """What came of one image."""

    verdict: ImageVerdict
    failure: Failure | None = None
    snapshot: Snapshot | None = None
    """None where it could not be read in full: half of it is nothing to compare with."""

    @property
    def code(self) -> int:
        """The exit code that it asks for, a violated rule aside."""
        if self.failure:
            return self.failure.code
        return OK if self.verdict.complete else INPUT


@dataclass(slots=True)
class Gate:
    """Judges images by one configuration. ``names``: all images of the run, as the user named them."""

    configured: Configured
    names: Sequence[str]
    keep_snapshots: bool = False
    _baselines: dict[str, Snapshot] | None = field(default=None, init=False)

    def judge(self, session: Session) -> Judged:
        """Judge the session's image; whatever keeps it from being judged is told, and does not end the run."""
        try:
            with session.inspection() as inspection:
                return self._judge(session, inspection)
        except (BrokenPipeError, ClosedPipe, Cancelled):
            raise
        except Exception as error:  # noqa: BLE001 - other images are judged all the same; a bug is told as one
            if session.settings.debug:
                traceback.print_exc()
            failure = explain(error, debug=session.settings.debug)
            return Judged(self._unread(session, failure), failure)

    def write_baseline(self, path: str, judged: Sequence[Judged]) -> bool:
        """Write what later runs are measured against; other images that the file has are kept. Raises SettingsError.

        Unless every image was read in full nothing is written, and False returned: half of one is nothing to compare
        with.
        """
        if not all(one.snapshot for one in judged):
            return False
        snapshots = {one.verdict.name: one.snapshot for one in judged if one.snapshot}
        if len(snapshots) < len(judged):
            raise SettingsError("two images bear one name", file=path, hint="write a baseline for each of them")
        old = _saved(path) if os.path.isfile(path) and os.path.getsize(path) else ""
        if old is None:
            raise SettingsError("this is no baseline, and is not replaced by one", file=path, hint="name another file")
        text = update(old, snapshots, path)
        with replacing(path) as stream:
            stream.write(text)
        return True

    def _judge(self, session: Session, inspection: Inspection) -> Judged:
        settings = self.configured.settings
        subject = subject_of(inspection, session.settings.path, self._base(session, inspection))
        before = self._before(session, subject.name)
        evidence = Evidence(
            today=date.today(),  # noqa: DTZ011 - as people count days
            before=before,
            before_name=os.path.basename(settings.baseline) if settings.baseline else "",
            first=before is None and self.keep_snapshots,
            duplicates=self._duplicates(session, inspection),
        )
        verdict = judge(
            subject,
            settings,
            evidence,
            basis=self.configured.basis,
            dive_rules=self.configured.dive,
            origins=self.configured.origins,
        )
        keep = self.keep_snapshots and subject.complete
        return Judged(verdict, snapshot=snapshot(subject) if keep else None)

    def _base(self, session: Session, inspection: Inspection) -> int | None:
        base, image = self.configured.settings.base, inspection.opened.image
        if base is None:
            return None
        if base == AUTO:
            return base_layers(image, base, _beside(session, image), inspection.filesystem)
        if base.isdigit() or is_digest(base):
            return base_layers(image, base)
        try:
            with _on(session, base).image() as other:
                return base_layers(image, base, other.image)
        except SourceError as error:
            raise SettingsError(f"not a base: {error.what}", file=base, hint=error.hint) from error

    def _before(self, session: Session, name: str) -> Snapshot | None:
        baseline = self.configured.settings.baseline
        if baseline is None:
            if self.configured.settings.baseline_strict:
                raise SettingsError("baseline-strict needs a baseline", hint="name one with --baseline")
            return None
        if self._baselines is None:
            if self.keep_snapshots and not os.path.lexists(baseline):
                return None  # it is being written for the first time
            self._baselines = self._read(session, baseline)
        return pick(self._baselines, name, baseline, alone=len(self.names) == 1)

    def _read(self, session: Session, baseline: str) -> dict[str, Snapshot]:
        """A baseline's file, or an image to compare with."""
        if not os.path.lexists(baseline):
            raise SettingsError("no such baseline", file=baseline, hint="write it with --write-baseline FILE")
        text = _saved(baseline)
        if text is not None:
            return load(text, baseline)
        try:
            with _on(session, baseline).inspection() as inspection:
                subject = subject_of(inspection, baseline)
        except SourceError as error:
            raise SettingsError(f"neither a baseline nor an image: {error.what}", file=baseline) from error
        if not subject.complete:
            raise SettingsError("the baseline could not be read in full", file=baseline)
        return {subject.name: snapshot(subject)}

    def _duplicates(self, session: Session, inspection: Inspection) -> Sequence[Duplicate]:
        rule = self.configured.settings.duplicate_content
        if rule is None or is_off(rule):
            return ()
        from imgscope.questions.duplicates import find_duplicates

        with session.progress() as progress:
            limits = session.settings.limits
            return find_duplicates(inspection, limits=limits, progress=progress, cache=session.cache)

    def _unread(self, session: Session, failure: Failure) -> ImageVerdict:
        path = session.settings.path
        return ImageVerdict(path, path, "", False, failure.message, self.configured.basis, ())


def _on(session: Session, path: str) -> Session:
    """The same session on another file."""
    return Session(replace(session.settings, path=path, image=None))


def _beside(session: Session, image: Image) -> Image | None:
    """The base that the image names, where it is in the same file."""
    named = wanted(image)
    if named is None or session.settings.path == "-":
        return None
    with session.source() as source:
        images = [found.image for found in source.catalogue.images if found.image]
    return next((found for found in images if found.manifest_digest == named[1]), None)


def _saved(path: str) -> str | None:
    """The text of what may be a baseline; None for what is none."""
    return json_text(path, MAX_TEXT, lambda what: SettingsError(what, file=path, hint="this is hardly a baseline"))
