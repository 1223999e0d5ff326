"""The history of sources, copied along with them."""

from __future__ import annotations

from imgscope.advice.model import Place
from imgscope.advice.rules.placed import PlacedRule


class VersionControl(PlacedRule):
    """Directories of git and others like it; what was deleted from sources may be read in them."""

    id = "version-control"
    title = "version control"
    looks_for = "Directories of git, Mercurial, Subversion and Bazaar: all history of the sources."
    fix = "Name them in .dockerignore, or copy only what is needed"
    places = (
        Place("git's history", ("**/.git/",)),
        Place("histories of other version control", ("**/.hg/", "**/.svn/", "**/.bzr/")),
    )
