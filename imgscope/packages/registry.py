"""All kinds of packages that are read. One more is a file in this room and a line here."""

from __future__ import annotations

from imgscope.packages.apk import Apk
from imgscope.packages.dpkg import Dpkg
from imgscope.packages.go import Go
from imgscope.packages.java import Java
from imgscope.packages.model import Ecosystem
from imgscope.packages.npm import Npm
from imgscope.packages.python import Python
from imgscope.packages.rpm import Rpm

ECOSYSTEMS: tuple[Ecosystem, ...] = (Dpkg(), Apk(), Rpm(), Python(), Npm(), Go(), Java())
"""Where several own a file, it is counted with the first of them."""
