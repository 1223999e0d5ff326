"""An inspection as one side of a comparison."""

from __future__ import annotations

from imgscope.difference.side import Side, of_image_read
from imgscope.inspection import Inspection


def side_of(inspection: Inspection) -> Side:
    """An image with all that is in it."""
    one = inspection
    return of_image_read(one.opened, one.layers, one.filesystem, one.analysis, complete=one.complete)
