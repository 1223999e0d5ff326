"""May this image pass? Limits, a base, a baseline and ignored paths → a verdict.

``catalogue`` lists the rules; ``settings`` is how they are written down; ``judge`` applies them to a ``Subject``, each
rule in the module named for what it looks at; ``model`` is what comes out. ``baseline`` remembers a run and compares
another with it, ``base`` finds out which layers are somebody else's, ``dive`` counts as dive does for its own files.

Everything here is pure: an analysis and settings go in, a verdict comes out; the date is an argument.
"""
