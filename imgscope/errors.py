"""Everything that can go wrong, as one tree; each error is one line for a person.

    ImgscopeError          what went wrong, where, and what to do
    ├── SourceError        the image cannot be reached or recognised
    │   └── MissingError   something that documents name was never saved
    ├── ArchiveError       tar bytes are wrong
    ├── DocumentError      a manifest, index or config is wrong, or two of them disagree
    ├── CompressionError   a compressed stream is damaged, or its codec is not supported
    ├── LimitError         a limit that protects the user was hit; the hint names the option that raises it, if one does
    ├── StoppedError       someone asked to stop before this was read
    └── SettingsError      flags, rules or configuration are wrong
        └── OccupiedError  something is where a file should be written, and may be replaced if that is wanted

The command line maps the family to an exit code: SettingsError is 2, every other one 3.
"""

from __future__ import annotations

from typing import Self


def reason(error: OSError) -> str:
    """Why something could not be done, in the system's words."""
    return (error.strerror or str(error)).lower()


class ImgscopeError(Exception):
    """One thing that went wrong: what, where and what to do about it.

    ``file`` is what the user named, ``member`` a path inside it, ``offset`` a byte position in that member.
    Whoever knows a part of the place adds it with :meth:`located`; what was known first stays.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str | None = None,
        member: str | None = None,
        offset: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.file = file
        self.member = member
        self.offset = offset
        self.hint = hint

    def located(self, *, file: str | None = None, member: str | None = None, offset: int | None = None) -> Self:
        """Add what is not known yet of the place; return the same error, ready to be raised again."""
        self.file = self.file or file
        self.member = self.member or member
        self.offset = offset if self.offset is None else self.offset
        return self

    @property
    def where(self) -> str:
        """The place as ``FILE[member PATH @ byte N]``, as much of it as is known."""
        inner = " ".join(
            part
            for part in (
                f"member {self.member}" if self.member else "",
                f"@ byte {self.offset}" if self.offset is not None else "",
            )
            if part
        )
        return f"{self.file or ''}[{inner}]" if inner else (self.file or "")

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class SourceError(ImgscopeError):
    """The image cannot be reached or recognised."""


class MissingError(SourceError):
    """Something that documents name was never saved."""


class ArchiveError(ImgscopeError):
    """Tar bytes are wrong."""


class DocumentError(ImgscopeError):
    """A manifest, an index or a config is wrong, or two of them disagree."""


class CompressionError(ImgscopeError):
    """A compressed stream is damaged, or its codec is not supported."""


class LimitError(ImgscopeError):
    """A limit that protects the user was hit."""


class StoppedError(ImgscopeError):
    """Someone asked to stop before this was read; what was read until then is kept."""


class SettingsError(ImgscopeError):
    """Flags, rules or configuration are wrong."""


class OccupiedError(SettingsError):
    """Something is where a file should be written; it may be replaced if that is wanted."""
