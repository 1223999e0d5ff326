"""What is asked of an inspection, by commands, the interface and from Python alike; the answers are no rows yet.

``finding`` searches all that an image holds, ``reading`` brings what the files found hold; ``blaming`` follows paths
through its layers, ``advising`` asks the rules of ``advice``; ``packages`` and ``duplicates`` read again what files
hold. ``subject`` is an image as the gate judges it, ``comparing`` one side of a comparison.
"""
