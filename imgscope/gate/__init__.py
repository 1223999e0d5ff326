"""May this image pass? Limits, a base, a baseline and ignored paths → a verdict.

``catalogue`` lists the rules. How they are written: ``given`` (by options, variables, a file) → ``configured`` (what
holds, and where it comes from) → ``settings``, whose values are read by ``fields`` and ``values``. How they are judged:
``subject`` (the image) and ``ignoring`` in a ``context`` → ``judge`` → a function in the module named for what it looks
at (``waste_rules``, ``sizes``, ``path_rules``, ``comparison``, ``integrity``) → ``model``, the verdict.

``baseline`` remembers a run to compare with, ``base`` finds out which layers are somebody else's, ``dive`` counts as
dive does, by the rules of ``dive_ci``.

Everything here is pure: an analysis and settings go in, a verdict comes out; the date is an argument.
"""
