"""Compiled Python beside its sources."""

from __future__ import annotations

from imgscope.advice.model import Confidence, Place
from imgscope.advice.rules.placed import PlacedRule


class Bytecode(PlacedRule):
    """What Python writes anew where it is not there; programs start faster with it."""

    id = "bytecode"
    title = "compiled Python"
    looks_for = "Compiled Python beside its sources (__pycache__, *.pyc): smaller without, quicker to start with."
    fix = "Set PYTHONDONTWRITEBYTECODE=1, and install with pip install --no-compile"
    places = (Place("compiled Python", ("**/__pycache__/", "*.pyc", "*.pyo"), confidence=Confidence.LOW),)
